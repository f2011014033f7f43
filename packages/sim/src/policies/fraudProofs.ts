import * as z from 'zod'
import * as Policy from '../Policy.js'
import { shareOf } from './options.js'
import { noticed, staked } from './rules.js'

/**
 * An optimistic window in which anybody may challenge, for a share of the slash. Challengers run a task again only while that
 * pays on average: at what they last saw, wrong results times the bounty must be above the cost. Where nobody cheats nobody
 * looks, and then somebody cheats.
 */
export const fraudProofs: Policy.Policy<{ rate: number; bountyShare: number; window: number }> = Policy.define({
  name: 'fraud-proofs',
  summary: 'an optimistic window with voluntary challengers, who look while it pays',
  options: z.strictObject({
    rate: shareOf(0.2),
    bountyShare: shareOf(0.5),
    window: z.int('a whole number >= 1').min(1, 'a whole number >= 1').default(7),
  }),
  settings: [0.5, 1].map((rate) => ({ rate, bountyShare: 0.5, window: 7 })),
  rules: ({ rate, bountyShare, window }, parameters) => {
    const { slash, verifiers, comparator } = parameters
    const bounty = bountyShare * slash.amount * comparator.power
    return {
      ...staked(parameters),
      rate: (_, { wrong }) => (wrong * bounty > verifiers.cost ? rate : 0),
      checked: (power) => noticed(power, 0),
      cost: { task: 0, check: verifiers.cost, dispute: parameters.arbitration.cost },
      finality: 1 + window,
    }
  },
})
