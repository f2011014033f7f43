/**
 * One slash for a whole batch (`slash.rule` once-per-batch): however many of its N tasks are wrong, the executor loses
 * L once, so every cheat after the first is cheaper (economics.md, "Many tasks").
 *
 * Errors are independent across tasks. Tasks of one kind are cheated all or none (the profit is convex in k); with several
 * kinds the best response takes them in the order of G over the log-odds of escaping, and only its prefixes are tested.
 *
 * @module
 */
import { assertObject } from '../Encoding.js'
import * as Deterrence from './Deterrence.js'
import * as Minimum from './Minimum.js'
import * as Mix from './Mix.js'
import * as Range from './Range.js'
import * as Solution from './Solution.js'

/** What a batch needs to know of a kind of task: G, its share of the tasks, and its weight in sampling. */
export type Kind = Pick<Mix.Kind, 'gain' | 'share' | 'weight'>

/** A batch and how it is checked. */
export type Terms = Readonly<{
  /** The kinds of task in it. */
  mix: readonly Kind[]
  /** N: tasks in it, >= 1. */
  size: number
  /** Share of all tasks that is sampled, in [0, 1]. */
  rate: number
  /** D: a sampled wrong result is convicted. */
  detection: number
  /** F: a sampled right result is convicted. */
  falseAlarm: number
  /** D - F with all its digits, as `Detection.odds` has it. Default: the difference of the two. */
  signal?: number | undefined
}>

/**
 * The least loss L that makes every way of cheating in the batch not pay: for one kind of task
 * `N·G/[(1-pF)^N-(1-pD)^N]`. Infinity where no loss does.
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Batch } from '@spotcheck/core/economics'
 *
 * const kind = { gain: 0.8, share: 1, weight: 1 }
 * Batch.minLoss({ mix: [kind], size: 1000, rate: 0.02, detection: 1, falseAlarm: 0 }) // 800.0000013...
 * ```
 */
export function minLoss(terms: Terms): number {
  const { size, mix } = assertTerms(terms)
  const tempting = mix.filter(({ gain }) => gain > 0).map((kind) => temptation(kind, terms))
  tempting.sort((a, b) => (a.escape * b.gain > b.escape * a.gain ? -1 : 1))
  let [gains, escaping, least] = [0, 0, 0]
  for (const kind of tempting) {
    gains += size * kind.share * kind.gain
    escaping += size * kind.share * kind.escape
    const caught = Math.exp(size * innocence(terms)) * -Math.expm1(escaping)
    least = Math.max(least, caught > 0 ? gains / caught : Number.POSITIVE_INFINITY)
  }
  return least
}

/**
 * The least rate at which a loss of `loss` deters every way of cheating in the batch.
 *
 * More sampling is not always better: with F > 0 it also slashes more honest batches, which have then nothing left to
 * lose. The answer is the lowest sufficient rate.
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Batch } from '@spotcheck/core/economics'
 *
 * const kind = { gain: 0.8, share: 1, weight: 1 }
 * Batch.minSampleRate({ mix: [kind], size: 1000, detection: 1, falseAlarm: 0 }, 1600)
 * // { feasible: true, value: 0.000692907... }
 * ```
 */
export function minSampleRate(terms: Omit<Terms, 'rate'>, loss: number): Solution.Solution {
  assertTerms({ ...assertObject(terms, 'terms'), rate: 0 })
  Range.amount(typeof loss === 'number' ? Math.min(loss, Range.largest) : loss, 'loss')
  const needed = (rate: number) => minLoss({ ...terms, rate })
  if (terms.mix.every(({ gain }) => gain <= 0)) return Solution.of(0)
  if (Deterrence.signal(terms) <= 0) return Deterrence.noSignal(terms)
  const rate = Minimum.threshold((candidate) => needed(candidate) <= loss, 0, bestRate(terms))
  if (rate !== undefined) return Solution.of(rate)
  return Solution.infeasible(
    'rate-above-one',
    `No sample rate makes one loss of ${loss} per batch outweigh cheating on all of it; it would take ${needed(bestRate(terms))}.`,
  )
}

/**
 * The rate at which the loss that deters is least: 1 where right results are never convicted.
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Batch } from '@spotcheck/core/economics'
 *
 * const kind = { gain: 0.8, share: 1, weight: 1 }
 * Batch.bestRate({ mix: [kind], size: 1000, detection: 1, falseAlarm: 0 }) // 1
 * ```
 */
export function bestRate(terms: Omit<Terms, 'rate'>): number {
  if (assertTerms({ ...assertObject(terms, 'terms'), rate: 0 }).falseAlarm === 0) return 1
  return Minimum.argmin((rate) => minLoss({ ...terms, rate }), 1e-15, 1, 512)
}

/**
 * P(an honest batch is slashed) = 1-(1-pF)^N.
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Batch } from '@spotcheck/core/economics'
 *
 * const kind = { gain: 0.8, share: 1, weight: 1 }
 * Batch.honestSlashed({ mix: [kind], size: 1000, rate: 0.02, detection: 1, falseAlarm: 0.01 }) // 0.1813...
 * ```
 */
export function honestSlashed(terms: Terms): number {
  return -Math.expm1(assertTerms(terms).size * innocence(terms))
}

/**
 * P(a batch is slashed of which every task is wrong) = 1-(1-pD)^N.
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Batch } from '@spotcheck/core/economics'
 *
 * const kind = { gain: 0.8, share: 1, weight: 1 }
 * Batch.cheatSlashed({ mix: [kind], size: 10, rate: 0.1, detection: 1, falseAlarm: 0 }) // 0.6513...
 * ```
 */
export function cheatSlashed(terms: Terms): number {
  const { detection, size } = assertTerms(terms)
  return -Math.expm1(size * innocence({ ...terms, falseAlarm: detection }))
}

/** The mean log-probability that a right task is not convicted. */
function innocence({ mix, rate, falseAlarm }: Terms): number {
  return mix.reduce((sum, kind) => sum + kind.share * survival(Mix.inclusion(kind, rate) * falseAlarm), 0)
}

/** A kind with its log-odds of escaping when wrong rather than right. */
function temptation(kind: Kind, terms: Terms): Kind & { escape: number } {
  const p = Mix.inclusion(kind, terms.rate)
  const innocent = 1 - p * terms.falseAlarm
  return { ...kind, escape: innocent > 0 ? survival(Math.min(1, (p * Deterrence.signal(terms)) / innocent)) : 0 }
}

function survival(convicted: number): number {
  return Math.log1p(-convicted)
}

function assertTerms(terms: Terms): Terms {
  assertObject(terms, 'terms')
  Range.kinds(terms.mix, 'gain', 'share', 'weight')
  Range.count(terms.size, 'batch.size')
  Range.probability(terms.rate, 'rate')
  Range.probability(terms.detection, 'detection')
  Range.probability(terms.falseAlarm, 'falseAlarm')
  return terms
}
