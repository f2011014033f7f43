import { Distribution } from '@spotcheck/core/economics'
import * as z from 'zod'
import * as Policy from '../Policy.js'
import { unchecked } from './rules.js'

const RULE = 'an odd number from 3'

/**
 * Every task is run by m nodes, and the majority's result is shipped and paid (Sarmenta, 2002; iExec's PoCo). The worst case:
 * wrong results agree with one another. The other nodes are drawn independently from the network.
 */
export const replication: Policy.Policy<{ copies: number }> = Policy.define({
  name: 'replication',
  summary: 'every task on several nodes; the majority is right',
  options: z.strictObject({
    copies: z
      .int(RULE)
      .min(3, RULE)
      .max(999, RULE)
      .refine((m) => m % 2 === 1, RULE)
      .default(3),
  }),
  settings: [5, 7, 9, 15, 29].map((copies) => ({ copies })),
  rules: ({ copies }, parameters) => ({
    ...unchecked(parameters),
    rate: () => 1,
    checked: (power, wrong) => {
      const majority = (copies + 1) / 2
      return {
        wrong: { disputed: (1 - atLeast(copies - 1, wrong, majority - 1)) * power, convicted: 1 },
        right: { disputed: atLeast(copies - 1, wrong, majority), convicted: 1 },
      }
    },
    cost: { task: (copies - 1) * parameters.task.honestCost, check: 0, dispute: 0 },
    beforeUse: true,
    outvotes: true,
  }),
})

/** P(at least k of n are wrong). */
function atLeast(n: number, wrong: number, k: number): number {
  const { low, masses } = Distribution.binomial({ n, p: wrong })
  return masses.reduce((sum, mass, i) => (low + i >= k ? sum + mass : sum), 0)
}
