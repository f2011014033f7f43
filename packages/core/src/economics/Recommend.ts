/**
 * The rate and slash to choose, from a parameter file.
 *
 * @module
 */
import * as Detection from './Detection.js'
import * as Mix from './Mix.js'
import * as Optimum from './Optimum.js'
import { from, type Parameters } from './Parameters.js'
import { measure } from './Rules.js'
import { feltShare, unfelt } from './Situation.js'
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
 * slash of at most `slash.max`: the square-root law per-fraud, a numeric minimum once-per-batch and by value, and of a fixed
 * sample a whole number of tasks. Of a slash counts what late verdicts leave; no choice among draws, no future and no evidence.
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
    honestWorkPays: measure('participation', chosen(parameters, found.value)).holds,
  }
}

function search(
  parameters: Parameters,
  mix: readonly Mix.Kind[],
  odds: Detection.Odds,
): Solution.Solution<Optimum.Optimum> {
  const { slash, verifiers, capital, accept, sampling, batch, arbitration } = parameters
  const { gain } = mix.reduce((a, b) => (b.gain > a.gain ? b : a))
  const burnShare = feltShare(parameters)
  if (burnShare === 0 && gain > 0) return unfelt(parameters)
  const terms: Optimum.Terms = {
    ...odds,
    gain,
    reward: mix.reduce((sum, { share, reward }) => sum + share * reward, 0),
    capitalCost: capital.costPerStakePerTask,
    verifierCost: verifiers.cost,
    verifiers: sampling.verifiers,
    canaryRate: Math.min(verifiers.canaryRate, 1 - Number.EPSILON),
    canaryCost: verifiers.canaryCost,
    arbitrationCost: verifiers.escalation * arbitration.cost,
    margin: accept.margin,
    maxSlash: slash.max,
    burnShare,
  }
  if (sampling.mode === 'fixed') return Optimum.fixed(terms, { ...slash, size: batch.size })
  if (slash.rule === 'once-per-batch') return Optimum.oncePerBatch(terms, { ...slash, size: batch.size, mix })
  return mix.length > 1 ? Optimum.byValue(terms, mix) : Optimum.perFraud(terms)
}

/** The file with this rate and slash, and full collateral. */
function chosen({ stake, ...file }: Parameters, { sampleRate, slash }: Optimum.Optimum): Parameters {
  const { concurrentBatches } = stake
  const { sampling } = file
  const count = Math.max(1, Math.round(sampleRate * file.batch.size))
  return {
    ...file,
    stake: { concurrentBatches },
    slash: { ...file.slash, amount: slash },
    sampling:
      sampling.mode === 'fixed'
        ? { mode: 'fixed', count, verifiers: sampling.verifiers }
        : { ...sampling, rate: sampleRate },
  }
}
