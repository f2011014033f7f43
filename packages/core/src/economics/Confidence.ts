/**
 * A confidence sequence for the rate of mismatches, and with it for the share of tasks that are cheated on: intervals that
 * hold at all times at once, so that anybody may look at any time (economics.md, section 7).
 *
 * It holds however the rate moves, as a cheater's does: with probability at least 1 - α the *mean so far* of the
 * mismatch probabilities lies within, at every t. For one λ, `Π e^{λ·X_i}/(1 + m_i(e^λ - 1))` is a martingale whatever the
 * probabilities m_i, and the logarithm is concave in m, so that with their mean m it is never less than
 * `e^{λ·S}/(1 + m(e^λ - 1))^t`. A mixture over λ > 0 of these exceeds 2/α for too small an m; λ < 0 serves the other end.
 *
 * Source: the method of mixtures (Robbins, 1970) for sub-Bernoulli sums: Howard, Ramdas, McAuliffe and Sekhon,
 * "Time-uniform, nonparametric, nonasymptotic confidence sequences" (Annals of Statistics, 2021).
 *
 * @module
 */
import { assertObject } from '../Encoding.js'
import { InvalidInputError } from '../Errors.js'
import type { Interval } from './Calibration.js'
import * as Minimum from './Minimum.js'
import * as Range from './Range.js'

/** What was seen, and how sure to be. */
export type Counts = Readonly<{
  /** t: sampled tasks with a determinate outcome. */
  samples: number
  /** S: how many of them mismatched. */
  mismatches: number
  /** α: ever to be wrong, in (0, 1). */
  alpha: number
}>

/** The λ of the mixture: 32 down to 2^-16 in steps of a factor √2, all of the same weight. */
const TILTS = Array.from({ length: 43 }, (_, k) => 2 ** (5 - k / 2)).map((tilt) => ({ tilt, rise: Math.expm1(tilt) }))

/**
 * The interval for the mean probability of a mismatch so far.
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Confidence } from '@spotcheck/core/economics'
 *
 * const { low, high } = Confidence.mismatchRate({ samples: 1_000, mismatches: 10, alpha: 0.05 })
 * low // 0.0023...
 * high // 0.0258...
 * ```
 */
export function mismatchRate(counts: Counts): Interval {
  const { samples, mismatches, alpha } = assertCounts(counts)
  if (samples === 0) return { low: 0, high: 1 }
  const low = lowest(samples, mismatches, alpha)
  return { low, high: 1 - lowest(samples, samples - mismatches, alpha) }
}

/** The least mean rate that `hits` of `samples` do not rule out. */
function lowest(samples: number, hits: number, alpha: number): number {
  const limit = Math.log(2 / alpha)
  return Minimum.threshold((mean) => evidence(samples, hits, mean) < limit, 0, hits / samples) ?? hits / samples
}

/** ln of the mixture over λ > 0 of `e^{λS}/(1 + m(e^λ - 1))^t`; falls in m, and is below 0 at S/t. */
function evidence(samples: number, hits: number, mean: number): number {
  const logs = TILTS.map(({ tilt, rise }) => tilt * hits - samples * Math.log1p(mean * rise))
  const most = Math.max(...logs)
  return most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0) / logs.length)
}

/** How sure one is of the comparator: what is given as one number is known exactly. */
export type Calibration = Readonly<{
  /** d, or its lower bound. */
  power: number
  /** The upper bound of d; default: d. */
  powerAtMost?: number | undefined
  /** f, or its upper bound. */
  falsePositive: number
  /** The lower bound of f; default: f. */
  falsePositiveAtLeast?: number | undefined
}>

/**
 * The interval for the share of tasks cheated on so far: `q = (m - f)/(d - f)` at the ends of the interval for m, and at
 * those ends of d and f that make it widest; within [0, 1]. Empty (`low > high`) never: where the mismatches are fewer
 * than f explains or more than d, both ends are 0 or 1.
 *
 * @throws InvalidInputError if a number is out of range, or the bounds of d and f overlap.
 * @example
 * ```ts
 * import { Confidence } from '@spotcheck/core/economics'
 *
 * const counts = { samples: 1_000, mismatches: 100, alpha: 0.05 }
 * Confidence.cheatRate(counts, { power: 0.9, falsePositive: 0.01 }) // { low: 0.0661..., high: 0.1437... }
 * ```
 */
export function cheatRate(counts: Counts, calibration: Calibration): Interval {
  const { d, f } = assertCalibration(calibration)
  const { low, high } = mismatchRate(counts)
  return { low: share(low, d.high, f.high), high: share(high, d.low, f.low) }
}

function share(rate: number, d: number, f: number): number {
  return Math.min(1, Math.max(0, (rate - f) / (d - f)))
}

function assertCalibration(calibration: Calibration): { d: Interval; f: Interval } {
  const { power, falsePositive, powerAtMost, falsePositiveAtLeast } = assertObject(calibration, 'calibration')
  const d = { low: Range.probability(power, 'power'), high: Range.probability(powerAtMost ?? power, 'powerAtMost') }
  const least = Range.probability(falsePositiveAtLeast ?? falsePositive, 'falsePositiveAtLeast')
  const f = { low: least, high: Range.probability(falsePositive, 'falsePositive') }
  if (f.low <= f.high && f.high < d.low && d.low <= d.high) return { d, f }
  throw refuse('calibration', calibration, 'falsePositiveAtLeast <= falsePositive < power <= powerAtMost')
}

function assertCounts(counts: Counts): Counts {
  const { samples, mismatches, alpha } = assertObject(counts, 'counts')
  Range.count(mismatches, 'mismatches', 0, Range.count(samples, 'samples', 0))
  if (Range.probability(alpha, 'alpha') > 0 && alpha < 1) return counts
  throw refuse('alpha', alpha, 'above 0 and below 1')
}

function refuse(subject: string, value: unknown, rule: string): InvalidInputError {
  const details = { subject, value, rule, fix: 'pass numbers in that order', see: 'economics.md, section 7' }
  return new InvalidInputError(`${subject} is not ${rule}.`, details)
}
