/**
 * A comparator's d and f are measured, so they are known to within an interval: use the lower bound of d and the upper bound
 * of f, and say between which rates the truth lies (economics.md, "Noisy comparators").
 *
 * @module
 */
import { assertObject } from '../Encoding.js'
import * as Binomial from './Binomial.js'
import * as Deterrence from './Deterrence.js'
import * as Range from './Range.js'
import type * as Solution from './Solution.js'

/** Bounds of a probability. */
export type Interval = Readonly<{ low: number; high: number }>

/** Trials, and how many of them said "mismatch". */
export type Trials = Readonly<{
  /** Of at most 1e9. */
  mismatches: number
  trials: number
}>

/**
 * The Clopper-Pearson interval: at most a share (1-confidence)/2 of experiments has its true probability below `low`, and as
 * many above `high`. Without trials it is [0, 1].
 *
 * @throws InvalidInputError if a count is no whole number, or there are more mismatches than trials, or `confidence` is not
 * in [0, 1].
 * @example
 * ```ts
 * import { Calibration } from '@spotcheck/core/economics'
 *
 * Calibration.interval({ mismatches: 0, trials: 10 }, 0.95) // { low: 0, high: 0.3084971078187608 }
 * ```
 */
export function interval({ mismatches, trials }: Trials, confidence: number): Interval {
  Range.count(trials, 'trials', 0, 1e9)
  Range.count(mismatches, 'mismatches', 0, trials)
  const tail = (1 - Range.probability(confidence, 'confidence')) / 2
  const n = trials
  return {
    low: mismatches === 0 ? 0 : crossing((p) => Binomial.atLeast({ n, p }, mismatches) <= tail),
    high: mismatches === trials ? 1 : crossing((p) => Binomial.atMost({ n, p }, mismatches) >= tail),
  }
}

/** The largest p in [0, 1] for which `holds`, which it does up to some p. */
function crossing(holds: (p: number) => boolean): number {
  let [low, high] = [0, 1]
  for (;;) {
    const middle = low > 1e-300 && high > 2 * low ? Math.sqrt(low) * Math.sqrt(high) : low + (high - low) / 2
    if (middle <= low || middle >= high) return low
    if (holds(middle)) low = middle
    else high = middle
  }
}

/** What a calibration measured: wrong results for d, right ones for f. */
export type Measured = Readonly<{ wrong: Trials; right: Trials; confidence: number }>

/** pMin between what the calibration leaves open. */
export type Rates = Readonly<{
  power: Interval
  falsePositive: Interval
  /** pMin at the lower bound of d and the upper bound of f: the rate to use. */
  cautious: Solution.Solution
  /** pMin at the other two bounds. */
  hopeful: Solution.Solution
}>

/**
 * The interval of pMin that a calibration leaves: for one honest verifier per task whose verdict convicts. Each bound holds
 * by itself with `confidence`.
 *
 * @throws InvalidInputError as `interval`, or if an amount is out of range.
 * @example
 * ```ts
 * import { Calibration } from '@spotcheck/core/economics'
 *
 * const measured = { wrong: { mismatches: 95, trials: 100 }, right: { mismatches: 1, trials: 1000 }, confidence: 0.95 }
 * Calibration.minSampleRate({ gain: 1, reward: 1.2, slash: 10 }, measured).cautious
 * // { feasible: true, value: 0.1012... }
 * ```
 */
export function minSampleRate(
  terms: Pick<Deterrence.Terms, 'gain' | 'reward' | 'slash'>,
  { wrong, right, confidence }: Measured,
): Rates {
  const [power, falsePositive] = [interval(wrong, confidence), interval(right, confidence)]
  const rate = (detection: number, falseAlarm: number) =>
    Deterrence.minSampleRate({ ...assertObject(terms, 'terms'), detection, falseAlarm })
  return {
    power,
    falsePositive,
    cautious: rate(power.low, falsePositive.high),
    hopeful: rate(power.high, falsePositive.low),
  }
}
