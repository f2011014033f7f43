/**
 * A round of a parsed parameter file, N·T tasks: what honest work earns in it, and all that cheating in it risks. What the
 * searches ask for thousands of times, where `ManyTasks` is the door for files from outside.
 *
 * @module
 */
import * as Future from './Future.js'
import * as Losses from './Losses.js'
import type { Parameters } from './Parameters.js'
import * as Range from './Range.js'
import * as Situation from './Situation.js'

/** The situation with V in it. */
export function situation(parameters: Parameters): Situation.Situation {
  const present = Situation.from(parameters)
  const { identity } = parameters
  const { tasksPerPeriod } = identity
  const profitPerPeriod = (tasksPerPeriod * earned(parameters, present)) / Situation.tasks(present)
  const value = Future.value({
    ...identity,
    profitPerPeriod: Math.max(-Range.largest, Math.min(Range.largest, profitPerPeriod)),
  })
  return { ...present, future: value * Future.afterLag(identity.discount, identity.verdictLag) }
}

/** `R - C` of each task, less false convictions, with the whole slash, and less κ·W. */
export function honestProfit(parameters: Parameters): number {
  return earned(parameters, Situation.from(parameters))
}

function earned({ capital }: Parameters, situation: Situation.Situation): number {
  const paid = situation.kinds.reduce((sum, { reward, honestCost, count }) => sum + count * (reward - honestCost), 0)
  return paid - Losses.expected({ ...situation, felt: 1 }, []) - capital.costPerStakePerTask * situation.stake
}

/** The horizon in rounds, whole ones. */
export function count({ horizon, batch, stake }: Parameters): number {
  return Math.ceil(horizon / (batch.size * stake.concurrentBatches))
}
