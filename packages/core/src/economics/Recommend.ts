/**
 * The rate and slash to choose, from a parameter file.
 *
 * @module
 */
import * as Detection from './Detection.js'
import * as Deterrence from './Deterrence.js'
import * as Mix from './Mix.js'
import * as Optimum from './Optimum.js'
import { from, type Parameters } from './Parameters.js'
import type * as Solution from './Solution.js'

/** The cheapest rate and slash that deter cheating with the file's margin. */
export type Recommendation = Readonly<{
  feasible: true
  sampleRate: number
  slash: number
  /** Per task, in the file's unit. */
  cost: Optimum.Cost &
    Readonly<{
      /** C: the honest run itself. */
      compute: number
      /** (C + total)/C: 1 is no verification, 3 is triple replication. Null where the honest run costs nothing. */
      multiple: number | null
    }>
  /** Does honest work pay at this rate and slash, capital included? */
  honestWorkPays: boolean
}>

/**
 * The rate and slash that deter cheating with margin `accept.margin` at the least social cost, under full collateral, a
 * slash of at most `slash.max`: the square-root law per-fraud, a numeric minimum once-per-batch and by value.
 *
 * The file's own rate, slash amount and stake don't matter.
 *
 * @throws Parameters.InvalidParametersError naming every field that is wrong.
 * @example
 * ```ts
 * import { Parameters, recommend } from '@spotcheck/core/economics'
 *
 * const parameters = Parameters.from({
 *   task: { reward: 1, honestCost: 1, cheatCost: 0.2 },
 *   sampling: { rate: 0.1 },
 *   slash: { amount: 10 },
 *   accept: { margin: 0 },
 * })
 * recommend(parameters) // sampleRate 0.0089443, slash 88.443, cost.total 0.017789
 * ```
 */
export function recommend(given: Parameters): Recommendation | Solution.Infeasible {
  const parameters = from(given)
  const mix = Mix.from(parameters)
  const odds = Detection.from(parameters)
  const found = search(parameters, mix, odds)
  if (!found.feasible) return found
  const { sampleRate, slash, cost } = found.value
  const compute = mix.reduce((sum, kind) => sum + kind.share * kind.honestCost, 0)
  return {
    feasible: true,
    sampleRate,
    slash,
    cost: { ...cost, compute, multiple: compute > 0 ? (compute + cost.total) / compute : null },
    honestWorkPays: honestProfit(parameters, mix, odds, found.value) >= cost.capital,
  }
}

function search(
  parameters: Parameters,
  mix: readonly Mix.Kind[],
  odds: Detection.Odds,
): Solution.Solution<Optimum.Optimum> {
  const { slash, verifiers, capital, accept, sampling, batch, arbitration } = parameters
  const terms: Optimum.Terms = {
    ...odds,
    gain: Math.max(...mix.map(({ gain }) => gain)),
    reward: mix.reduce((sum, { share, reward }) => sum + share * reward, 0),
    capitalCost: capital.costPerStakePerTask,
    verifierCost: verifiers.cost,
    verifiers: sampling.verifiers,
    canaryRate: Math.min(verifiers.canaryRate, 1 - Number.EPSILON),
    canaryCost: verifiers.canaryCost,
    arbitrationCost: verifiers.escalation * arbitration.cost,
    margin: accept.margin,
    maxSlash: slash.max,
    burnShare: slash.burnShare,
  }
  if (slash.rule === 'once-per-batch') return Optimum.oncePerBatch(terms, { ...slash, size: batch.size, mix })
  return mix.length > 1 ? Optimum.byValue(terms, mix) : Optimum.perFraud(terms)
}

/** R - C less what false convictions cost, per task. */
function honestProfit(
  { slash: { rule, forfeitBatchReward }, batch: { size } }: Parameters,
  mix: readonly Mix.Kind[],
  { falseAlarm }: Detection.Odds,
  { sampleRate, slash }: Optimum.Optimum,
): number {
  const profits = mix.map((kind) => {
    const rate = Mix.inclusion(kind, sampleRate)
    if (rule === 'per-fraud') return kind.share * Deterrence.honestPayoff({ ...kind, rate, slash, falseAlarm })
    const loss = slash / size + (forfeitBatchReward ? kind.reward : 0)
    return kind.share * (kind.reward - kind.honestCost + loss * Math.expm1(size * Math.log1p(-rate * falseAlarm)))
  })
  return profits.reduce((sum, profit) => sum + profit, 0)
}
