import * as z from 'zod'
import * as Strategy from '../Strategy.js'

/** Cheats only where most is to be gained. */
export const valueTargeting: Strategy.Strategy<{ atLeast: number }> = Strategy.define({
  name: 'value-targeting',
  summary: 'cheats only on tasks that gain a multiple of the mean',
  options: z.strictObject({ atLeast: z.number('a number >= 0').min(0, 'a number >= 0').default(2) }),
  player: ({ atLeast }) =>
    Strategy.reacting(({ kinds }) => {
      const mean = kinds.reduce((sum, { share, gain }) => sum + share * gain, 0)
      return { cheat: kinds.map(({ gain }) => (gain > 0 && gain >= atLeast * mean ? 1 : 0)) }
    }),
})
