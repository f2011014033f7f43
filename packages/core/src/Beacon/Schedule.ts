/**
 * Which round decides, and when it comes: whole seconds in, a round out.
 *
 * @module
 */
import { assertInteger, assertObject } from '../Encoding.js'

/** When a beacon's rounds come: round r at `genesis + (r - 1) · period`. All in whole seconds since 1970. */
export type Schedule = Readonly<{ genesis: number; period: number }>

/**
 * The round that decides an epoch: the first at or after `deadline + gap`,
 * `max(1, 1 + ceil((deadline + gap - genesis) / period))`. Whoever signs another round signs a bad batch.
 *
 * @param args.deadline close of the epoch, seconds.
 * @param args.gap seconds by which the chain's clock may lag, plus its finality.
 * @throws Errors.InvalidInputError unless all are whole, non-negative seconds and the period is at least 1.
 * @see protocol.md, Beacon
 * @example
 * ```ts
 * import { Beacon } from '@spotcheck/core'
 *
 * Beacon.roundFor({ deadline: 1_000, gap: 60, genesis: 100, period: 30 }) // 33
 * Beacon.timeOf({ round: 33, genesis: 100, period: 30 }) // 1060
 * ```
 */
export function roundFor(args: Schedule & Readonly<{ deadline: number; gap: number }>): number {
  const { deadline, gap } = assertObject(args, 'schedule')
  const { genesis, period } = assertSchedule(args)
  const earliest = assertInteger(assertInteger(deadline, 'deadline') + assertInteger(gap, 'gap'), 'deadline + gap')
  const wait = earliest - genesis
  if (wait <= 0) return 1
  // Exact up to 2^53, where Math.ceil(wait / period) would divide doubles.
  const over = wait % period
  return 1 + (wait - over) / period + (over === 0 ? 0 : 1)
}

/**
 * When a round comes, in seconds: `genesis + (round - 1) · period`.
 *
 * @throws Errors.InvalidInputError if an argument is malformed or the time is beyond 2^53 seconds.
 * @example
 * ```ts
 * import { Beacon } from '@spotcheck/core'
 *
 * Beacon.timeOf({ round: 1, genesis: 100, period: 30 }) // 100
 * Beacon.timeOf({ round: 3, genesis: 100, period: 30 }) // 160
 * ```
 */
export function timeOf(args: Schedule & Readonly<{ round: number }>): number {
  const { round } = assertObject(args, 'schedule')
  const { genesis, period } = assertSchedule(args)
  return assertInteger(genesis + (assertInteger(round, 'round', 1) - 1) * period, 'time of the round')
}

function assertSchedule({ genesis, period }: Schedule): Schedule {
  return { genesis: assertInteger(genesis, 'genesis'), period: assertInteger(period, 'period', 1) }
}
