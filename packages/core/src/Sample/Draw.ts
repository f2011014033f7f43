/**
 * What a draw is made from, and the door that it passes.
 *
 * @module
 */
import { assertInteger, assertObject, type Hex, toBytes } from '../Encoding.js'
import { BaseError, InvalidInputError } from '../Errors.js'
import * as Wad from '../Wad.js'

/** What decides a sample: nothing else does. */
export type Draw = Readonly<{
  /** 32 bytes, e.g. from `Beacon.seed`. */
  seed: Uint8Array | Hex
  /** Number of leaves in the batch, at least 1. */
  count: number
  /** Share of leaves to sample, WAD: 0 < rate <= 1e18. */
  rate: bigint
}>

/** A way to sample. `indices` and `includes` always agree. */
export type Sampler = Readonly<{
  /**
   * Every sampled index, ascending.
   *
   * @throws Sample.InvalidRateError unless 0 < rate <= 1e18.
   * @throws Errors.InvalidInputError if the seed is not 32 bytes or the count not a positive integer, or if it would be
   * a list or a search of more than 2^24: ask `includes` then.
   */
  indices(draw: Draw): number[]
  /**
   * Is `index` sampled? Without computing the others. An index outside the batch is not.
   *
   * @throws Sample.InvalidRateError unless 0 < rate <= 1e18.
   * @throws Errors.InvalidInputError if the seed, count or index is malformed.
   */
  includes(index: number, draw: Draw): boolean
}>

/** The draw with its seed as bytes. @throws Sample.InvalidRateError | Errors.InvalidInputError */
export function assertDraw(draw: Draw): { seed: Uint8Array; count: number; rate: bigint } {
  const { seed, count, rate } = assertObject(draw, 'draw')
  if (typeof rate !== 'bigint' || rate <= 0n || rate > Wad.one) throw new InvalidRateError(rate)
  return { seed: toBytes(seed, 'seed', 32), count: assertInteger(count, 'count', 1), rate }
}

/** The longest list of indices, and the longest search for them. */
const LONGEST = 2 ** 24

/** Refuses `indices` where it would be a list, or a search, that nobody waits for. @throws Errors.InvalidInputError */
export function assertListable(length: number, count: number): void {
  if (length > LONGEST)
    throw new InvalidInputError(`there are ${length} indices to list or search.`, {
      subject: 'count',
      value: count,
      rule: `at most 2^24 = ${LONGEST} indices at a time`,
      fix: 'ask `includes` about one index at a time, or split the batch',
      see: 'protocol.md, Sample',
    })
}

/** Writes a safe integer as u64 into `bytes` at `offset`: `Encoding.uint` without an allocation per index. */
export function writeU64(bytes: Uint8Array, offset: number, value: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  view.setUint32(offset, Math.floor(value / 2 ** 32))
  view.setUint32(offset + 4, value % 2 ** 32)
}

/** A sampling rate that is not a WAD in (0, 1]. */
export class InvalidRateError extends BaseError {
  override name = 'Sample.InvalidRateError'

  constructor(rate: unknown) {
    super(problem(rate), {
      subject: 'rate',
      value: rate,
      rule: '0 < rate <= 1e18 (WAD; 1e18 samples every task)',
      fix: hint(rate),
      see: 'protocol.md, Sample',
    })
  }
}

function problem(rate: unknown): string {
  if (typeof rate === 'number') return `rate ${rate} is a plain number, not a WAD.`
  if (typeof rate !== 'bigint') return 'rate must be a WAD, a bigint in units of 1e-18.'
  if (rate > 1_000n * Wad.one) return 'rate is far above certainty.'
  if (rate > 0n) return `rate ${decimal(rate)} is above certainty.`
  return rate === 0n ? 'rate 0 samples nothing.' : 'rate is negative.'
}

/** The rate that was probably meant: a slipped digit, a percentage, or a fraction that is not yet a WAD. */
function hint(rate: unknown): string {
  const meant = typeof rate === 'number' && rate > 0 && rate <= 100 ? Wad.from(rate) : rate
  if (typeof meant !== 'bigint' || meant <= 0n || meant > 100n * Wad.one) return 'pass a WAD such as Wad.from(0.02)'
  let wad = meant
  if (typeof rate === 'number' && wad > Wad.one) wad /= 100n
  while (wad > Wad.one) wad /= 10n
  return `did you mean ${decimal(wad)} → ${wad}n ?`
}

/** A WAD as an exact decimal: 1200000000000000000n is 1.2. */
function decimal(wad: bigint): string {
  const digits = wad.toString().padStart(19, '0')
  return `${digits.slice(0, -18)}.${digits.slice(-18)}`.replace(/\.?0+$/, '')
}
