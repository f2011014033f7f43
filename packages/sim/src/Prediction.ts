/**
 * What the closed forms expect of a simulation.
 *
 * @module
 */
import { Detection, Deterrence, Mix, type Parameters } from '@spotcheck/core/economics'
import { fromWei, lockOf } from './Crossing.js'
import { pool } from './Population.js'

/** An executor that always does the same: its cheat rate, and what a cheated task costs it if not the file's `cheatCost`. */
export type Habit = Readonly<{ cheat: number; cost?: number | undefined }>

/** Probability that a *sampled* task is convicted if it is cheated or right, with the simulation's verifier pool. */
type Odds = Readonly<{ cheated: number; right: number }>

function oddsOf(parameters: Parameters.Parameters, size: number | null): Odds {
  const { detection, falseAlarm } = Detection.from({
    ...parameters,
    verifiers: { ...parameters.verifiers, pool: size },
  })
  return { cheated: detection, right: falseAlarm }
}

/**
 * P(at least one of a batch's tasks is convicted) where a sampled one is with probability `chance`: Bernoulli sampling
 * draws each of N tasks, fixed sampling exactly rate·N of them.
 */
function atLeastOne(parameters: Parameters.Parameters, chance: number): number {
  const { sampling, batch } = parameters
  const rate = Mix.rate(parameters)
  if (sampling.mode === 'fixed') return -Math.expm1(Math.round(rate * batch.size) * Math.log1p(-chance))
  return -Math.expm1(batch.size * Math.log1p(-rate * chance))
}

/**
 * Expected profit per task (economics.md, sections 2 and 3), in the file's unit, with a verifier pool of
 * so many, null: infinitely many; default: that of the protocol engine. A convicted task loses its reward; the slash comes per fraud or once per batch. Null where stake for less
 * than full collateral is shared by several frauds, which has no such form.
 *
 * @example
 * ```ts
 * import { Parameters } from '@spotcheck/core/economics'
 * import { Prediction } from '@spotcheck/sim'
 *
 * Prediction.profitPerTask(Parameters.defaults, { cheat: 0 }) // 0.2
 * Prediction.profitPerTask(Parameters.defaults, { cheat: 1 }) // -1.92
 * ```
 */
export function profitPerTask(
  parameters: Parameters.Parameters,
  habit: Habit,
  verifiers: number | null = pool(parameters).size,
): number | null {
  const odds = oddsOf(parameters, verifiers)
  if (parameters.slash.rule === 'once-per-batch') return sharedSlash(parameters, habit, odds)
  return parameters.stake.amount === undefined ? slashEach(parameters, habit, odds) : null
}

/** The payoffs of section 2, in the proportion in which the executor cheats. */
function slashEach(parameters: Parameters.Parameters, { cheat, cost }: Habit, { cheated, right }: Odds): number {
  const { task, slash } = parameters
  const terms = { ...task, rate: Mix.rate(parameters), slash: slash.amount }
  const honest = Deterrence.honestPayoff({ ...terms, falseAlarm: right })
  const cheating = Deterrence.cheatPayoff({ ...terms, cheatCost: cost ?? task.cheatCost, detection: cheated })
  return (1 - cheat) * honest + cheat * cheating
}

/** One slash for a batch, however many of its tasks are convicted; each of those loses its reward all the same. */
function sharedSlash(parameters: Parameters.Parameters, { cheat, cost }: Habit, { cheated, right }: Odds): number {
  const { task, batch } = parameters
  const convicted = cheat * cheated + (1 - cheat) * right
  const work = (1 - cheat) * task.honestCost + cheat * ((cost ?? task.cheatCost) - task.externalGain)
  const unslashed = task.reward * (1 - Mix.rate(parameters) * convicted) - work
  return unslashed - (fromWei(lockOf(parameters)) * atLeastOne(parameters, convicted)) / batch.size
}

/**
 * Probability that at least one fraud of a batch is proven.
 *
 * @example
 * ```ts
 * import { Parameters } from '@spotcheck/core/economics'
 * import { Prediction } from '@spotcheck/sim'
 *
 * Prediction.capture({ ...Parameters.defaults, batch: { size: 10 } }, { cheat: 1 }) // 0.6513215599
 * ```
 */
export function capture(
  parameters: Parameters.Parameters,
  { cheat }: Habit,
  verifiers: number | null = pool(parameters).size,
): number {
  return atLeastOne(parameters, cheat * oddsOf(parameters, verifiers).cheated)
}
