import * as z from 'zod'
import * as Policy from '../Policy.js'
import { shareOf } from './options.js'
import { noticed, unchecked } from './rules.js'

/**
 * Now and then a node is given a task whose result is known; who gets it wrong is out, and all that it delivered is thrown
 * away (Sarmenta, "Sabotage-Tolerance Mechanisms for Volunteer Computing Systems", 2002).
 */
export const blacklisting: Policy.Policy<{ rate: number }> = Policy.define({
  name: 'blacklisting',
  summary: 'tasks whose result is known; who is caught is out, its results with it',
  options: z.strictObject({ rate: shareOf(0.1) }),
  settings: [0.2, 0.5, 1].map((rate) => ({ rate })),
  rules: ({ rate }, parameters) => {
    const rules = unchecked(parameters)
    return {
      ...rules,
      rate: () => rate,
      checked: (power) => noticed(power, 0),
      penalty: { ...rules.penalty, ejectedAt: 1, voids: true },
      cost: { ...rules.cost, check: parameters.task.honestCost },
      decoys: true,
    }
  },
})
