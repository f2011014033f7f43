/**
 * What policies have in common.
 *
 * @module
 */
import { ManyTasks, type Parameters } from '@spotcheck/core/economics'
import type { Checked, Rules } from '../Policy.js'

/** A checked task is convicted exactly if its result is wrong. */
export const exact: Checked = { wrong: { disputed: 1, convicted: 1 }, right: { disputed: 0, convicted: 0 } }

/**
 * A comparator that notices wrong results with probability `power` and right ones with `falsePositive`; nobody judges after it.
 *
 * @example
 * ```ts
 * import { Policies } from '@spotcheck/sim'
 *
 * Policies.noticed(0.9, 0.01).wrong.disputed // 0.9
 * ```
 */
export function noticed(power: number, falsePositive: number): Checked {
  return { wrong: { disputed: power, convicted: 1 }, right: { disputed: falsePositive, convicted: 1 } }
}

/**
 * Nothing is checked, nobody has a stake, and nothing is prevented: what other policies begin with.
 *
 * @example
 * ```ts
 * import { Parameters } from '@spotcheck/core/economics'
 * import { Policies } from '@spotcheck/sim'
 *
 * Policies.unchecked(Parameters.defaults).penalty.slash // 0
 * ```
 */
export function unchecked({ slash }: Parameters.Parameters): Rules {
  return {
    start: undefined,
    rate: () => 0,
    byValue: false,
    sampled: null,
    checked: () => exact,
    learn: () => undefined,
    penalty: {
      rule: slash.rule,
      slash: 0,
      felt: 1,
      forfeits: 'task',
      stake: 0,
      ejectedAt: Number.POSITIVE_INFINITY,
      voids: false,
    },
    prevents: { withdrawal: false, overcommitment: false, redraws: false, silence: false },
    cost: { task: 0, check: 0, dispute: 0 },
    beforeUse: false,
    outvotes: false,
    decoys: false,
    finality: 1,
  }
}

/**
 * The stake and the slashes of the file, and what a protocol that has them prevents; how it checks is left to the policy.
 *
 * @example
 * ```ts
 * import { Parameters } from '@spotcheck/core/economics'
 * import { Policies } from '@spotcheck/sim'
 *
 * Policies.staked(Parameters.defaults).penalty.stake // 30
 * ```
 */
export function staked(parameters: Parameters.Parameters): Rules {
  const { slash, beacon } = parameters
  const { stake, ejectedAt } = ManyTasks.from(parameters)
  // Nobody serves with less at stake than one slash, so of w = ceil(W/S) frauds the last is not risked if W is no multiple.
  const covered =
    slash.amount === 0 ? ejectedAt : Math.max(1, Math.floor((stake / slash.amount) * (1 + 2 * Number.EPSILON)))
  return {
    ...unchecked(parameters),
    penalty: {
      rule: slash.rule,
      slash: slash.amount,
      felt: slash.burnShare,
      forfeits: slash.forfeitBatchReward ? 'batch' : 'task',
      stake,
      ejectedAt: Math.min(ejectedAt, covered),
      voids: false,
    },
    prevents: { withdrawal: true, overcommitment: true, redraws: beacon.draws === 1, silence: true },
    finality: 2,
  }
}
