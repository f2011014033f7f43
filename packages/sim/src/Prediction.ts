/**
 * What the closed forms expect of a simulation.
 *
 * @module
 */
import { Detection, Mix, type Parameters } from '@spotcheck/core/economics'
import { pool } from './Population.js'
import type { Strategy } from './Strategy.js'

/** Probability that a simulated task, if cheated or not, is sampled and convicted. */
type Odds = Readonly<{ cheated: number; right: number }>

function oddsOf(parameters: Parameters.Parameters): Odds {
  const { size } = pool(parameters)
  const { detection, falseAlarm } = Detection.from({
    ...parameters,
    verifiers: { ...parameters.verifiers, pool: size },
  })
  const rate = Mix.rate(parameters)
  return { cheated: rate * detection, right: rate * falseAlarm }
}

/**
 * Expected profit per task (economics.md, section 2), in the file's unit, with the verifier pool of the simulation. Null
 * where a slash is shared by several cheats, which has no per-task form.
 */
export function profitPerTask(parameters: Parameters.Parameters, { cheatRate, cost }: Strategy): number | null {
  const { task, slash, stake } = parameters
  if (slash.rule !== 'per-fraud' || stake.amount !== undefined) return null
  const { cheated, right } = oddsOf(parameters)
  const loss = task.reward + slash.amount
  const honest = task.reward - task.honestCost - right * loss
  const cheat = task.reward - cost(task) + task.externalGain - cheated * loss
  return (1 - cheatRate) * honest + cheatRate * cheat
}

/** Probability that at least one of a batch's frauds is proven, for Bernoulli sampling; null otherwise. */
export function capture(parameters: Parameters.Parameters, { cheatRate }: Strategy): number | null {
  const { sampling, batch } = parameters
  if (sampling.mode !== 'bernoulli') return null
  return -Math.expm1(batch.size * Math.log1p(-cheatRate * oddsOf(parameters).cheated))
}
