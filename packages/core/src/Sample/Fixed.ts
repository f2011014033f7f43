/**
 * Exactly `ceil(rate · count)` indices without replacement.
 *
 * @module
 */
import { assertInteger } from '../Encoding.js'
import * as Wad from '../Wad.js'
import { assertDraw, assertListable, type Draw, type Sampler } from './Draw.js'
import { feistel } from './Feistel.js'

/**
 * Exactly `m = ceil(rate · count / 1e18)` indices, every set of m as likely as any other: the images of 0 .. m-1 under a
 * permutation that the seed keys. Index i is sampled iff its preimage is below m.
 *
 * Nothing is shuffled: memory does not grow with the count, `indices` costs O(m) permutations, `includes` one.
 *
 * @see protocol.md, Bytes
 * @example
 * ```ts
 * import { Sample, Wad } from '@spotcheck/core'
 *
 * const draw = { seed: new Uint8Array(32), count: 1_000, rate: Wad.from(0.02) }
 * Sample.fixed.indices(draw).length // 20
 * Sample.fixed.includes(Sample.fixed.indices(draw)[0]!, draw) // true
 * ```
 */
export const fixed: Sampler = { indices, includes }

function indices(draw: Draw): number[] {
  const { seed, count, rate } = assertDraw(draw)
  const m = sampleSize(count, rate)
  assertListable(m, count)
  const { permute } = feistel(seed, count, { remember: true })
  const everything = m === count
  return Array.from({ length: m }, (_, i) => (everything ? i : permute(i))).sort((a, b) => a - b)
}

function includes(index: number, draw: Draw): boolean {
  const { seed, count, rate } = assertDraw(draw)
  if (assertInteger(index, 'index') >= count) return false
  return feistel(seed, count).inverse(index) < sampleSize(count, rate)
}

function sampleSize(count: number, rate: bigint): number {
  return Number(Wad.mulUp(BigInt(count), rate))
}
