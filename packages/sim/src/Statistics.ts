/**
 * Means and frequencies with their uncertainty.
 *
 * @module
 */
import { Errors } from '@spotcheck/core'

/** An estimate with the ends of its 95 % confidence interval, in the unit of what was observed. */
export type Estimate = Readonly<{ mean: number; low: number; high: number }>

/** 97.5 % quantile of the standard normal distribution. */
const Z = 1.959963984540054

/**
 * Mean of independent observations with Student's interval. One observation or none has no finite interval.
 *
 * The interval knows only what was seen: where a rare loss never came up, it is too narrow.
 *
 * @example
 * ```ts
 * import { Statistics } from '@spotcheck/sim'
 *
 * Statistics.mean([1, 2, 3]).high // 4.4841...
 * ```
 */
export function mean(observations: readonly number[]): Estimate {
  const n = observations.length
  const average = n === 0 ? 0 : observations.reduce((sum, x) => sum + x, 0) / n
  if (n < 2) return { mean: average, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }
  const variance = observations.reduce((sum, x) => sum + (x - average) ** 2, 0) / (n - 1)
  const half = studentQuantile(n - 1) * Math.sqrt(variance / n)
  return { mean: average, low: average - half, high: average + half }
}

/**
 * Frequency of `hits` in `trials` with Wilson's score interval (Wilson, 1927), which holds at 0 and 1 too.
 *
 * @throws InvalidInputError unless both are whole numbers and 0 <= hits <= trials.
 * @example
 * ```ts
 * import { Statistics } from '@spotcheck/sim'
 *
 * Statistics.frequency(81, 263).low // 0.2552...
 * ```
 */
export function frequency(hits: number, trials: number): Estimate {
  assertCounts(hits, trials)
  if (trials === 0) return { mean: 0, low: 0, high: 1 }
  const p = hits / trials
  const spread = Z * Math.sqrt((p * (1 - p)) / trials + Z ** 2 / (4 * trials ** 2))
  const centre = p + Z ** 2 / (2 * trials)
  const scale = 1 + Z ** 2 / trials
  const low = hits === 0 ? 0 : (centre - spread) / scale
  const high = hits === trials ? 1 : (centre + spread) / scale
  return { mean: p, low, high }
}

/**
 * Quantiles of observations, interpolated (Hyndman and Fan, 1996, type 7). Without observations there are none: NaN.
 *
 * @example
 * ```ts
 * import { Statistics } from '@spotcheck/sim'
 *
 * Statistics.quantiles([4, 1, 2, 3], [0, 0.5, 1]) // [1, 2.5, 4]
 * ```
 */
export function quantiles(observations: ArrayLike<number>, at: readonly number[]): readonly number[] {
  const sorted = Float64Array.from(observations).sort()
  return at.map((q) => {
    const place = q * (sorted.length - 1)
    const [low, high] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]]
    return low === undefined || high === undefined ? Number.NaN : low + (high - low) * (place - Math.floor(place))
  })
}

/**
 * Gini's coefficient of amounts >= 0: 0 where all are equal, towards 1 where one has everything. 0 of nothing.
 *
 * @example
 * ```ts
 * import { Statistics } from '@spotcheck/sim'
 *
 * Statistics.gini([1, 1, 1, 1]) // 0
 * Statistics.gini([0, 0, 0, 4]) // 0.75
 * ```
 */
export function gini(amounts: ArrayLike<number>): number {
  const sorted = Float64Array.from(amounts).sort()
  let [sum, weighted] = [0, 0]
  for (let i = 0; i < sorted.length; i++) {
    sum += sorted[i]!
    weighted += (2 * i + 1 - sorted.length) * sorted[i]!
  }
  return sum === 0 ? 0 : weighted / (sorted.length * sum)
}

/**
 * 97.5 % quantile of Student's t: exact for 1 and 2 degrees of freedom, else four terms of the expansion around the
 * normal (Abramowitz and Stegun, 26.7.5), whose relative error is at most 0.001.
 */
function studentQuantile(degrees: number): number {
  if (degrees === 1) return Math.tan(Math.PI * 0.475)
  if (degrees === 2) return 0.95 / Math.sqrt(2 * 0.975 * 0.025)
  const terms = [
    (Z ** 3 + Z) / 4,
    (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / 96,
    (3 * Z ** 7 + 19 * Z ** 5 + 17 * Z ** 3 - 15 * Z) / 384,
    (79 * Z ** 9 + 776 * Z ** 7 + 1482 * Z ** 5 - 1920 * Z ** 3 - 945 * Z) / 92160,
  ]
  return terms.reduce((sum, term, i) => sum + term / degrees ** (i + 1), Z)
}

function assertCounts(hits: number, trials: number): void {
  if (Number.isSafeInteger(hits) && Number.isSafeInteger(trials) && hits >= 0 && hits <= trials) return
  throw new Errors.InvalidInputError('these are no counts of hits and trials.', {
    subject: 'hits',
    value: hits,
    rule: `whole numbers with 0 <= hits <= trials, which is ${trials}`,
    fix: 'pass counts, not shares',
  })
}
