import * as z from 'zod'
import * as Strategy from '../Strategy.js'

/** Cheats only where most is to be gained. */
export const valueTargeting: Strategy.Strategy<{ atLeast: number }> = Strategy.define({
  name: 'value-targeting',
  summary: 'cheats only on tasks that gain a multiple of the mean',
  options: z.strictObject({ atLeast: z.number('a number >= 0').min(0, 'a number >= 0').default(2) }),
  choices: () => ({ atLeast: [0, 1, 2, 4, 8, 16] }),
  player: ({ atLeast }) =>
    Strategy.reacting(({ kinds }) => ({ cheat: valuable(kinds, atLeast).map((one) => (one ? 1 : 0)) })),
})

/** Of which kinds does a cheat gain so many times the mean, and anything at all? */
export function valuable(kinds: Strategy.View['kinds'], atLeast: number): boolean[] {
  const mean = kinds.reduce((sum, { share, gain }) => sum + share * gain, 0)
  return kinds.map(({ gain }) => gain > 0 && gain >= atLeast * mean)
}
