import * as z from 'zod'
import * as Policy from '../Policy.js'
import { shareOf } from './options.js'
import { noticed, staked } from './rules.js'

/**
 * Pocket's lottery: a claim must be proven with probability p, and the penalty R(1-p)/p makes a false one earn nothing on
 * average.
 */
export const pocket: Policy.Policy<{ rate: number }> = Policy.define({
  name: 'pocket',
  summary: 'a proof with probability p and the penalty R(1-p)/p, at which a cheat breaks even (Pocket)',
  options: z.strictObject({ rate: shareOf(0.01) }),
  settings: [0.02, 0.05, 0.1, 0.2, 0.5, 1].map((rate) => ({ rate })),
  rules: ({ rate }, parameters) => {
    const slash = rate === 0 ? 0 : (parameters.task.reward * (1 - rate)) / rate
    const rules = staked({ ...parameters, slash: { ...parameters.slash, amount: slash, max: null } })
    return {
      ...rules,
      rate: () => rate,
      checked: (power) => noticed(power, 0),
      cost: { task: 0, check: parameters.verifiers.cost, dispute: 0 },
    }
  },
})
