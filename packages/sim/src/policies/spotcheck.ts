import { Detection, Mix, type Parameters } from '@spotcheck/core/economics'
import * as z from 'zod'
import * as Evidence from '../Evidence.js'
import * as Policy from '../Policy.js'
import { staked } from './rules.js'

/** Executors without a record are looked at more often: `times` the file's rate, for their first so many tasks. */
export type Newcomers = Readonly<{ times: number; tasks: number }>

const newcomers = z.strictObject({
  times: z.number('a number >= 1').min(1, 'a number >= 1'),
  tasks: z.int('a whole number >= 1').min(1, 'a whole number >= 1'),
})

/** What can be asked for beyond the file. */
type Options = { newcomers?: Newcomers | undefined; evidence?: boolean | undefined }

/**
 * Ours: what the parameter file says. Its rate is a floor: newcomers may meet a higher one, nobody a lower.
 *
 * With `evidence`, where its comparator errs, a mismatch costs the reward and the slash comes with the e-process of the file that
 * crosses 1/α (economics.md, section 7); without, each mismatch that arbiters uphold is proof.
 */
export const spotcheck: Policy.Policy<Options> = Policy.define({
  name: 'spotcheck',
  summary: 'sampled re-execution with stake and slashes, as the parameter file says',
  options: z.strictObject({ newcomers: newcomers.optional(), evidence: z.boolean('true or false').optional() }),
  rules: ({ newcomers, evidence = false }: Options, parameters) => {
    const rules = weighed(spotcheckRules(parameters), evidence ? Evidence.wagerOf(parameters) : null)
    return newcomers === undefined ? rules : watched(rules, newcomers, parameters)
  },
})

/** The rules with mismatches for evidence, where there is something to wager on. */
function weighed(rules: Policy.Rules, wager: ReturnType<typeof Evidence.wagerOf>): Policy.Rules {
  return wager === null ? rules : { ...rules, evidence: Evidence.test(wager) }
}

/** The rules with a higher rate for those who have served less than so many tasks. */
function watched(rules: Policy.Rules, { times, tasks }: Newcomers, parameters: Parameters.Parameters): Policy.Rules {
  if (rules.sampled !== null)
    throw new Policy.InvalidPolicyError('newcomers can’t be looked at more often in a fixed sample.', {
      subject: 'spotcheck: newcomers',
      value: { times, tasks },
      rule: 'a sampling.mode of bernoulli or byValue',
      fix: 'leave newcomers out, or change sampling.mode',
    })
  const rate = Mix.rate(parameters)
  const early = Math.min(1, times * rate)
  return {
    ...rules,
    start: 0,
    rate: (served: number) => (served < tasks ? early : rate),
    learn: (served: number, outcome) => served + outcome.tasks,
  }
}

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
