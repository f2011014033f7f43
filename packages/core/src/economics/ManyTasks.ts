/**
 * Many tasks: what an executor earns with k cheats among the N·T tasks that it has open at once, under either slash rule
 * (economics.md, "Many tasks").
 *
 * The T open batches are one round with one stake W. Everything that the file can say counts: partial cheating, a stake that
 * can't pay every slash, fixed samples, sampling by value, the future that an ejected executor loses, late verdicts, and
 * draws of the beacon to choose from.
 *
 * @module
 */
import { assertObject } from '../Encoding.js'
import type * as Convictions from './Convictions.js'
import * as Losses from './Losses.js'
import { type Parameters, from as parse } from './Parameters.js'
import * as Range from './Range.js'
import * as Rounds from './Rounds.js'
import type * as Situation from './Situation.js'

/** A file's situation: what decides how much cheating earns in a round. */
export type { Kind, Situation } from './Situation.js'

/**
 * The situation of a parameter file.
 *
 * @throws Parameters.InvalidParametersError naming every field that is wrong.
 * @example
 * ```ts
 * import { ManyTasks, Parameters } from '@spotcheck/core/economics'
 *
 * ManyTasks.from(Parameters.defaults).stake // 30
 * ```
 */
export function from(given: Parameters): Situation.Situation {
  return Rounds.situation(parse(given))
}

/**
 * What an honest executor earns per round of N·T tasks: `R - C` of each, less false convictions, with the whole slash, and
 * less the cost of the stake, κ·W. Honest work pays iff it is >= 0.
 *
 * @throws Parameters.InvalidParametersError naming every field that is wrong.
 * @example
 * ```ts
 * import { ManyTasks, Parameters } from '@spotcheck/core/economics'
 *
 * ManyTasks.honestProfit(Parameters.defaults) // 0.197 within rounding
 * ```
 */
export function honestProfit(given: Parameters): number {
  return Rounds.honestProfit(parse(given))
}

/**
 * What k cheats in a round earn beyond an honest round: per-fraud
 * `kG - R·kp(D-F) - (E[min(W, S·X_k)] - E[min(W, S·X_0)])`, once-per-batch `kG - L(1-pF)^N·[1-((1-pD)/(1-pF))^k]`, and with
 * b draws to choose from `kG - L(1-(1-pD)^k)^b`.
 *
 * `cheats` is k, or of a mix one number for each kind. One kind of task is cheated batch by batch, all of the first, then of
 * the next. A cheat that may choose among draws is set against an honest executor that does not.
 *
 * @throws InvalidInputError if there are more cheats than tasks, or a negative number of them.
 * @example
 * ```ts
 * import { ManyTasks, Parameters } from '@spotcheck/core/economics'
 *
 * const parameters = Parameters.from({
 *   task: { reward: 1, honestCost: 0.8 },
 *   sampling: { rate: 0.02 },
 *   slash: { rule: 'once-per-batch', amount: 40 },
 *   batch: { size: 1000 },
 * })
 * ManyTasks.profit(ManyTasks.from(parameters), 1000) // 760.0000000...
 * ```
 */
export function profit(situation: Situation.Situation, cheats: number | Convictions.Cheats): number {
  const { kinds } = assertObject(situation, 'situation')
  const each = typeof cheats === 'number' ? [cheats] : cheats
  const gained = kinds.reduce((sum, { gain, count }, i) => sum + gain * Range.within(each[i] ?? 0, 'cheats', count), 0)
  return gained - Losses.more(situation, each)
}
