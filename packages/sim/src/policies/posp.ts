import { Deterrence } from '@spotcheck/core/economics'
import * as z from 'zod'
import * as Policy from '../Policy.js'
import { noticed, staked } from './rules.js'

/**
 * Proof of Sampling (arXiv 2405.00295): one verifier runs a task again with the probability p > C/((1-r)(R+S)) at which its
 * closed form says that nobody cheats: exact results, independent tasks, one slash each. `times` that
 * rate is ours to add.
 */
export const posp: Policy.Policy<{ times: number }> = Policy.define({
  name: 'posp',
  summary: 'one verifier at the rate of its closed form, C/((1-r)(R+S)) (Proof of Sampling)',
  options: z.strictObject({ times: z.number('a number >= 1').min(1, 'a number >= 1').default(1) }),
  settings: [2, 5, 10, 20, 50].map((times) => ({ times })),
  rules: ({ times }, parameters) => {
    const { task, slash, verifiers } = parameters
    const detection = 1 - verifiers.colluding
    const terms = { gain: task.honestCost, reward: task.reward, slash: slash.amount, detection, falseAlarm: 0 }
    const least = Deterrence.minSampleRate(terms)
    // Strictly above.
    const rate = least.feasible ? Math.min(1, times * least.value * (1 + 1e-9)) : 1
    return {
      ...staked(parameters),
      rate: () => rate,
      checked: (power) => noticed(detection * power, parameters.comparator.falsePositive),
      cost: { task: 0, check: verifiers.cost, dispute: 0 },
    }
  },
})
