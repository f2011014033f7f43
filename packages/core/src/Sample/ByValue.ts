/**
 * Monetary-unit sampling: one unit drawn out of every interval of value, and the leaf that holds it re-executed.
 *
 * @module
 */
import { assertList, assertObject, concat, type Hex, toBytes, uint } from '../Encoding.js'
import { BaseError, InvalidInputError } from '../Errors.js'
import type * as Merkle from '../Merkle.js'
import { assertListable } from './Draw.js'
import { uniform } from './Uniform.js'

/** What decides a sample by value. */
export type ValueDraw = Readonly<{
  /** 32 bytes, e.g. from `Beacon.seed`. */
  seed: Uint8Array | Hex
  /** Wei per drawn unit: 1 <= interval < 2^128. A leaf worth at least two intervals is certain to be sampled. */
  interval: bigint
}>

/** Sampling by value. `indices`, `units` and `includes` always agree. */
export type ValueSampler = Readonly<{
  /**
   * Every sampled index, ascending and distinct, from all weights in leaf order (wei; 0 <= weight, total < 2^128).
   *
   * @throws Sample.InvalidIntervalError unless 1 <= interval < 2^128 and total / interval <= 2^64.
   * @throws Sample.InvalidWeightsError if a weight is no amount, or they add up to 2^128 or more.
   * @throws Errors.InvalidInputError if the seed is not 32 bytes or there are no weights.
   */
  indices(draw: ValueDraw & Readonly<{ weights: readonly bigint[] }>): number[]
  /**
   * Every drawn unit that hits something, ascending: those of `[0, total)`, where `total` is the batch's signed weight.
   * They are known without any weight, so it can be checked that each lies in a leaf that was disclosed.
   *
   * @throws Sample.InvalidIntervalError unless 1 <= interval < 2^128 and total / interval <= 2^64.
   * @throws Errors.InvalidInputError if the seed is not 32 bytes, unless 0 <= total < 2^128, or if it would be a list of
   * more than 2^24.
   */
  units(draw: ValueDraw & Readonly<{ total: bigint }>): bigint[]
  /**
   * Is the leaf at this position sampled? Without the other weights: at most two draws. The position comes from a proof
   * that verified, `Merkle.Sum.position` or `Merkle.Sum.positions`; what did not verify (`undefined`) is refused.
   *
   * @throws Sample.InvalidIntervalError unless 1 <= interval < 2^128 and total / interval <= 2^64.
   * @throws Errors.InvalidInputError if the seed is not 32 bytes, or unless 0 <= start <= end <= total < 2^128.
   */
  includes(position: Merkle.Sum.Position, draw: ValueDraw): boolean
}>

/**
 * Draws `u_k = k·I + uniform(seed || u64 k, I)` for each cell k = 0 .. ceil(total / I) - 1 of interval I; the leaf that
 * covers [a, b) is sampled iff it holds some u_k. A draw of the last cell that falls beyond the total hits nothing.
 *
 * A leaf of weight w inside one cell is sampled with probability exactly w / I, one of at least 2·I always, one of 0
 * never. How value is split over leaves does not move the units. Work: at most two draws a leaf, whatever the total.
 *
 * @see protocol.md, Bytes, "byValue"
 * @example
 * ```ts
 * import { Merkle, Sample } from '@spotcheck/core'
 *
 * const draw = { seed: new Uint8Array(32), interval: 100n }
 * const weights = [500n, 1n, 0n, 99n]
 * const sampled = Sample.byValue.indices({ ...draw, weights })
 * // Worth five intervals.
 * sampled[0] // 0
 *
 * const leaves = weights.map((weight, i) => ({ data: Uint8Array.of(i), weight }))
 * const tree = Merkle.Sum.from(leaves)
 * const [root, total, proof] = [Merkle.Sum.root(tree), Merkle.Sum.total(tree), Merkle.Sum.prove(tree, 3)]
 * const position = Merkle.Sum.position({ root, total, size: 4, index: 3, leaf: Uint8Array.of(3), weight: 99n, proof })!
 * Sample.byValue.includes(position, draw) === sampled.includes(3) // true
 *
 * // Each drawn unit lies in one leaf, which is sampled: leaf 0 covers the first five cells.
 * Sample.byValue.units({ ...draw, total: 500n }).length // 5
 * ```
 */
export const byValue: ValueSampler = { indices, units, includes }

const LIMIT = 1n << 128n

function indices(draw: ValueDraw & Readonly<{ weights: readonly bigint[] }>): number[] {
  const weights = assertWeights(assertObject(draw, 'draw').weights)
  const total = weights.reduce((sum, weight) => sum + weight, 0n)
  if (total >= LIMIT) throw tooMuch(total)
  const hit = lottery(draw, total)
  let end = 0n
  return weights.flatMap((weight, index) => {
    const start = end
    end += weight
    return hit(start, end) ? [index] : []
  })
}

function units(draw: ValueDraw & Readonly<{ total: bigint }>): bigint[] {
  const { seed, interval, total } = assertObject(draw, 'draw')
  assertPosition({ start: 0n, end: 0n, total })
  assertInterval(interval, total)
  const cells = Number((total + interval - 1n) / interval)
  assertListable(cells, cells)
  const unitOf = drawer(toBytes(seed, 'seed', 32), interval)
  return Array.from({ length: cells }, (_, cell) => unitOf(BigInt(cell))).filter((unit) => unit < total)
}

function includes(position: Merkle.Sum.Position, draw: ValueDraw): boolean {
  const { start, end, total } = assertPosition(position)
  return lottery(draw, total)(start, end)
}

/** Does [start, end) hold a drawn unit? Neighbours share a cell, so the last draw is kept. */
function lottery(draw: ValueDraw, total: bigint): (start: bigint, end: bigint) => boolean {
  const { seed, interval } = assertObject(draw, 'draw')
  const stem = toBytes(seed, 'seed', 32)
  assertInterval(interval, total)
  const unitOf = drawer(stem, interval)
  return (start, end) => {
    if (start === end) return false
    const [first, final] = [start / interval, (end - 1n) / interval]
    // A whole cell in between: whatever its draw is, it is in there.
    if (final - first >= 2n) return true
    const holds = (cell: bigint) => start <= unitOf(cell) && unitOf(cell) < end
    return holds(first) || (final > first && holds(final))
  }
}

/** u_k of a cell. */
function drawer(seed: Uint8Array, interval: bigint): (cell: bigint) => bigint {
  let last: { cell: bigint; unit: bigint } | undefined
  return (cell) => {
    if (last?.cell !== cell) last = { cell, unit: cell * interval + uniform(concat(seed, uint(cell, 8)), interval) }
    return last.unit
  }
}

/** The number of cells must fit the u64 that numbers them. */
function assertInterval(interval: unknown, total: bigint): void {
  if (typeof interval !== 'bigint' || interval < 1n || interval >= LIMIT) throw new InvalidIntervalError(interval)
  if ((total + interval - 1n) / interval > 1n << 64n) throw new InvalidIntervalError(interval, total)
}

function assertWeights(weights: readonly bigint[]): readonly bigint[] {
  assertList(weights, 'weights')
  if (weights.length === 0)
    throw new InvalidWeightsError('there are no weights.', weights, 'at least one, as a batch has a leaf', 'pass all')
  for (let i = 0; i < weights.length; i++) {
    const weight: unknown = weights[i]
    if (typeof weight !== 'bigint' || weight < 0n)
      throw new InvalidWeightsError(`weights[${i}] is no amount.`, weight, 'a bigint from 0, in wei', 'write 5n, not 5')
  }
  return weights
}

function assertPosition(position: Merkle.Sum.Position): Merkle.Sum.Position {
  const { start, end, total } = assertObject(position, 'position')
  const units = [start, end, total].every((unit) => typeof unit === 'bigint')
  if (units && start >= 0n && start <= end && end <= total && total < LIMIT) return position
  throw new InvalidInputError('position is not a place among the weights.', {
    subject: 'position',
    value: position,
    rule: '{ start, end, total }, bigints with 0 <= start <= end <= total < 2^128',
    fix: 'take it from Merkle.Sum.position, once that is not undefined',
    see: 'protocol.md, Sample',
  })
}

function tooMuch(total: bigint): InvalidWeightsError {
  return new InvalidWeightsError(
    'the weights add up to more than fits.',
    total,
    'total < 2^128 wei',
    'check the unit: weights are in wei',
  )
}

/** Weights that are no weights of a batch. */
export class InvalidWeightsError extends BaseError {
  override name = 'Sample.InvalidWeightsError'

  constructor(problem: string, value: unknown, rule: string, fix: string) {
    super(problem, { subject: 'weights', value, rule, fix, see: 'protocol.md, Sample' })
  }
}

/** An interval out of range, or so small that its cells outnumber a u64. */
export class InvalidIntervalError extends BaseError {
  override name = 'Sample.InvalidIntervalError'

  constructor(interval: unknown, total?: bigint) {
    super(total === undefined ? 'interval is not an amount of value.' : 'interval is too small for the total.', {
      subject: 'interval',
      value: interval,
      rule: total === undefined ? 'a bigint, 1 <= interval < 2^128, in wei' : `ceil(${total} / interval) <= 2^64`,
      fix: 'pass the value of which one unit is to be checked, e.g. total / 50n',
      see: 'protocol.md, Bytes',
    })
  }
}
