/**
 * Every index by its own hash against the rate.
 *
 * @module
 */
import { assertInteger } from '../Encoding.js'
import * as Hash from '../Hash.js'
import * as Wad from '../Wad.js'
import { assertDraw, assertListable, type Draw, type Sampler, writeU64 } from './Draw.js'

/**
 * Each index independently with probability `rate`: index i is sampled iff
 * `uint128(first 16 bytes of tagged("bern", seed || u64 i)) · 1e18 < rate · 2^128`.
 *
 * The number sampled varies (mean `rate · count`) and can be 0; `Sample.fixed` draws an exact number.
 * Work: one hash an index. `indices` hashes all of them, `includes` one.
 *
 * @see protocol.md, Bytes
 * @example
 * ```ts
 * import { Sample, Wad } from '@spotcheck/core'
 *
 * const draw = { seed: new Uint8Array(32), count: 1_000, rate: Wad.from(0.02) }
 * const sampled = Sample.bernoulli.indices(draw)
 * sampled.every((index) => Sample.bernoulli.includes(index, draw)) // true
 * ```
 */
export const bernoulli: Sampler = { indices, includes }

function indices(draw: Draw): number[] {
  const { count } = assertDraw(draw)
  assertListable(count, count)
  const hit = lottery(draw)
  const sampled: number[] = []
  for (let index = 0; index < count; index++) if (hit(index)) sampled.push(index)
  return sampled
}

function includes(index: number, draw: Draw): boolean {
  const { count } = assertDraw(draw)
  return assertInteger(index, 'index') < count && lottery(draw)(index)
}

function lottery(draw: Draw): (index: number) => boolean {
  const { seed, rate } = assertDraw(draw)
  // v · 1e18 < rate · 2^128 for an integer v is v < ceil(rate · 2^128 / 1e18): one division for all indices.
  const threshold = ((rate << 128n) + Wad.one - 1n) / Wad.one
  const input = new Uint8Array(40)
  input.set(seed)
  return (index) => {
    writeU64(input, 32, index)
    const { buffer, byteOffset } = Hash.tagged('bern', input)
    const view = new DataView(buffer, byteOffset)
    return ((view.getBigUint64(0) << 64n) | view.getBigUint64(8)) < threshold
  }
}
