import { Detection, ManyTasks, Mix, type Parameters } from '@spotcheck/core/economics'
import * as Policy from '../Policy.js'
import { unchecked } from './rules.js'

/** Ours: what the parameter file says. */
export const spotcheck: Policy.Policy = Policy.define({
  name: 'spotcheck',
  summary: 'sampled re-execution with stake and slashes, as the parameter file says',
  rules: (_, parameters) => spotcheckRules(parameters),
})

/**
 * The rules of a parameter file.
 *
 * @example
 * ```ts
 * import { Parameters } from '@spotcheck/core/economics'
 * import { Policies } from '@spotcheck/sim'
 *
 * Policies.spotcheckRules(Parameters.defaults).penalty.slash // 30
 * ```
 */
export function spotcheckRules(parameters: Parameters.Parameters): Policy.Rules {
  const { sampling, verifiers, arbitration, slash, beacon } = parameters
  const rate = Mix.rate(parameters)
  const { stake, ejectedAt } = ManyTasks.from(parameters)
  // Nobody serves with less at stake than one slash, so of w = ceil(W/S) frauds the last is not risked if W is no multiple.
  const covered = Math.max(1, Math.floor((stake / slash.amount) * (1 + 2 * Number.EPSILON)))
  return {
    ...unchecked(parameters),
    rate: () => rate,
    sampled: sampling.mode === 'fixed' ? Math.round(rate * parameters.batch.size) : null,
    checked: checkedBy(parameters),
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
    cost: { task: 0, check: sampling.verifiers * verifiers.cost, dispute: arbitration.cost },
    finality: 2,
  }
}

/** The panel and the arbiters of the file, for any d. */
function checkedBy(parameters: Parameters.Parameters): (power: number) => Policy.Checked {
  const known = new Map<number, Policy.Checked>()
  return (power) => {
    const before = known.get(power)
    if (before !== undefined) return before
    const file = { ...parameters, comparator: { ...parameters.comparator, power } }
    // Without arbitration every dissent convicts: what is left is how often anybody dissents.
    const dissent = Detection.from({ ...file, arbitration: { ...file.arbitration, power: 1, falsePositive: 1 } })
    const checked = {
      wrong: { disputed: dissent.detection, convicted: parameters.arbitration.power },
      right: { disputed: dissent.falseAlarm, convicted: parameters.arbitration.falsePositive },
    }
    known.set(power, checked)
    return checked
  }
}
