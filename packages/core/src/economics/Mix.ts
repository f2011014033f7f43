/**
 * The kinds of task that a batch holds, and how sampling spreads over them.
 *
 * @module
 */
import { assertList, assertObject, assertOneOf } from '../Encoding.js'
import * as Deterrence from './Deterrence.js'
import type { Parameters } from './Parameters.js'
import * as Range from './Range.js'

/** One kind of task. Amounts as in `Deterrence.Terms`. */
export type Kind = Readonly<{
  reward: number
  honestCost: number
  cheatCost: number
  externalGain: number
  /** G. */
  gain: number
  /** Share of the tasks that are of this kind; the shares of a mix add up to 1. */
  share: number
  /** Its value over the mean value: a task is sampled with probability min(1, rate·weight). 1 unless byValue. */
  weight: number
}>

/**
 * The kinds of task in a parameter file: one, or one per entry of `sampling.values`.
 *
 * @example
 * ```ts
 * import { Mix, Parameters } from '@spotcheck/core/economics'
 *
 * Mix.from(Parameters.defaults).length // 1
 * ```
 */
export function from(parameters: Parameters): readonly Kind[] {
  const { task, sampling } = assertParts(parameters)
  if (sampling.mode !== 'byValue') {
    const { reward, honestCost, cheatCost, externalGain } = assertObject(task, 'task')
    Range.amount(reward, 'task.reward')
    return [{ reward, honestCost, cheatCost, externalGain, gain: Deterrence.gain(task), share: 1, weight: 1 }]
  }
  for (const kind of assertList(sampling.values, 'sampling.values')) {
    Range.amount(assertObject(kind, 'kind of task').value, 'value')
    Range.count(kind.count, 'count')
    Range.amount(kind.reward, 'reward')
  }
  const count = sampling.values.reduce((sum, kind) => sum + kind.count, 0)
  const mean = sampling.values.reduce((sum, kind) => sum + (kind.value * kind.count) / count, 0)
  return sampling.values.map(({ value, count: ofKind, ...amounts }) => {
    return { ...amounts, gain: Deterrence.gain(amounts), share: ofKind / count, weight: value / mean }
  })
}

/**
 * The probability that a task of this kind is sampled when a share `rate` of all tasks is: min(1, rate·weight), exact for
 * one draw per cell of the value line as long as leaf and cell align.
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Mix } from '@spotcheck/core/economics'
 *
 * Mix.inclusion({ weight: 2 }, 0.1) // 0.2
 * ```
 */
export function inclusion(kind: Pick<Kind, 'weight'>, rate: number): number {
  const { weight } = assertObject(kind, 'kind')
  return Math.min(1, Range.probability(rate, 'rate') * Range.amount(weight, 'weight'))
}

/**
 * 1-(1-w)^m: the probability that a task with a share w of all value is among m independent unit draws. Below the min(1, w·m)
 * of one draw per cell, which wastes none on a task that is drawn already.
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Mix } from '@spotcheck/core/economics'
 *
 * Mix.amongDraws(0.01, 50) // 0.3949...
 * ```
 */
export function amongDraws(share: number, draws: number): number {
  return -Math.expm1(Range.count(draws, 'draws') * Math.log1p(-Range.probability(share, 'share')))
}

/**
 * The share of tasks that is really sampled at a rate: below it where valuable tasks are already certain to be drawn.
 *
 * @example
 * ```ts
 * import { Mix, Parameters } from '@spotcheck/core/economics'
 *
 * Mix.sampled(Mix.from(Parameters.defaults), 0.1) // 0.1
 * ```
 */
export function sampled(mix: readonly Pick<Kind, 'share' | 'weight'>[], rate: number): number {
  return Range.kinds(mix, 'share', 'weight').reduce((sum, kind) => sum + kind.share * inclusion(kind, rate), 0)
}

/**
 * The marginal sample rate of a parameter file: the rate itself, or for a fixed sample `count/N`, where a rate means
 * `count = ceil(rate·N)` as in protocol.md.
 *
 * @example
 * ```ts
 * import { Mix, Parameters } from '@spotcheck/core/economics'
 *
 * Mix.rate(Parameters.defaults) // 0.1
 * ```
 */
export function rate(parameters: Pick<Parameters, 'sampling' | 'batch'>): number {
  const { sampling, batch } = assertParts(parameters)
  if (sampling.mode !== 'fixed') return Range.probability(sampling.rate, 'sampling.rate')
  const size = Range.count(assertObject(batch, 'batch').size, 'batch.size')
  if (sampling.count !== undefined) return Range.count(sampling.count, 'sampling.count', 1, size) / size
  return Range.portion(Range.probability(sampling.rate ?? 0, 'sampling.rate'), size) / size
}

/** Returns `parameters` if they have a known way to sample. @throws InvalidInputError */
function assertParts<parts extends Pick<Parameters, 'sampling'>>(parameters: parts): parts {
  const { mode } = assertObject(assertObject(parameters, 'parameters').sampling, 'sampling')
  assertOneOf(mode, 'sampling.mode', ['bernoulli', 'fixed', 'byValue'])
  return parameters
}
