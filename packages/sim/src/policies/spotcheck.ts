import { Detection, Mix, type Parameters } from '@spotcheck/core/economics'
import * as z from 'zod'
import * as Evidence from '../Evidence.js'
import * as Policy from '../Policy.js'
import { staked } from './rules.js'

/**
 * Ours: what the parameter file says. With `evidence`, where its comparator errs, a mismatch costs the reward and the slash comes
 * with the e-process of the file that crosses 1/α (economics.md, section 7); without, each mismatch that arbiters uphold is proof.
 */
export const spotcheck: Policy.Policy<{ evidence: boolean }> = Policy.define({
  name: 'spotcheck',
  summary: 'sampled re-execution with stake and slashes, as the parameter file says',
  options: z.strictObject({ evidence: z.boolean('true or false').default(false) }),
  rules: ({ evidence }, parameters) => {
    const wager = evidence ? Evidence.wagerOf(parameters) : null
    return wager === null
      ? spotcheckRules(parameters)
      : { ...spotcheckRules(parameters), evidence: Evidence.test(wager) }
  },
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
  const { sampling, verifiers, arbitration } = parameters
  const rate = Mix.rate(parameters)
  return {
    ...staked(parameters),
    rate: () => rate,
    byValue: sampling.mode === 'byValue',
    sampled: sampling.mode === 'fixed' ? Math.round(rate * parameters.batch.size) : null,
    checked: checkedBy(parameters),
    panels: true,
    cost: { task: 0, check: sampling.verifiers * verifiers.cost, dispute: arbitration.cost },
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
