/**
 * Means and frequencies with their uncertainty.
 *
 * @module
 */

/** An estimate with the ends of its 95 % confidence interval. */
export type Estimate = Readonly<{ mean: number; low: number; high: number }>

/** 97.5 % quantile of the standard normal distribution. */
const Z = 1.959963984540054

/**
 * Mean of independent observations, normal interval (Student's t is within 3 % of it from 40 observations on).
 *
 * @example
 * ```ts
 * import { Statistics } from '@spotcheck/sim'
 *
 * Statistics.mean([1, 2, 3]).mean // 2
 * ```
 */
export function mean(observations: readonly number[]): Estimate {
  const n = observations.length
  if (n === 0) return { mean: 0, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }
  const average = observations.reduce((sum, x) => sum + x, 0) / n
  if (n === 1) return { mean: average, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }
  const variance = observations.reduce((sum, x) => sum + (x - average) ** 2, 0) / (n - 1)
  const half = Z * Math.sqrt(variance / n)
  return { mean: average, low: average - half, high: average + half }
}

/** Frequency of `hits` in `trials` with Wilson's score interval (Wilson, 1927), which holds at 0 and 1 too. */
export function frequency(hits: number, trials: number): Estimate {
  if (trials === 0) return { mean: 0, low: 0, high: 1 }
  const p = hits / trials
  const spread = Z * Math.sqrt((p * (1 - p)) / trials + Z ** 2 / (4 * trials ** 2))
  const centre = p + Z ** 2 / (2 * trials)
  const scale = 1 + Z ** 2 / trials
  return { mean: p, low: Math.max(0, (centre - spread) / scale), high: Math.min(1, (centre + spread) / scale) }
}
