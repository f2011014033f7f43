import { Replication } from '@spotcheck/core/economics'
import * as z from 'zod'
import * as Policy from '../Policy.js'
import { shareOf } from './options.js'
import { staked, unchecked } from './rules.js'

/**
 * BOINC's adaptive replication: a node's result is run again by another until 10 of them in a row were valid, then with
 * probability 1/count. Where the two differ a third decides. Wrong results agree with one another. A floor below which the rate
 * never falls, and a stake, are ours to add; BOINC has neither.
 *
 * The count goes up with every batch; for the rule task by task, let batches hold one.
 */
export const boinc: Policy.Policy<{ floor: number; staked: boolean }> = Policy.define({
  name: 'boinc',
  summary: 'runs a result again with probability 1/n after n valid ones in a row (BOINC, adaptive replication)',
  options: z.strictObject({
    floor: shareOf(0),
    staked: z.boolean('true or false').default(false),
  }),
  settings: [0.02, 0.05, 0.1, 0.2, 0.5, 1].map((least) => ({ floor: least, staked: true })),
  rules: ({ floor, staked: isStaked }, parameters) => {
    const { honestCost } = parameters.task
    return {
      ...(isStaked ? staked(parameters) : unchecked(parameters)),
      start: 0,
      rate: (valid: number) => Math.max(floor, Replication.adaptiveRate(valid)),
      learn: (valid: number, { tasks, caught, falseSlashes }) => (caught + falseSlashes > 0 ? 0 : valid + tasks),
      checked: (power, wrong) => ({
        wrong: { disputed: (1 - wrong) * power, convicted: 1 - wrong },
        right: { disputed: wrong * power, convicted: wrong },
      }),
      cost: { task: 0, check: honestCost, dispute: honestCost },
      beforeUse: true,
      outvotes: true,
    }
  },
})
