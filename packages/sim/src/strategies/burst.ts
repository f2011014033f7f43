import * as z from 'zod'
import * as Strategy from '../Strategy.js'
import { valuable } from './valueTargeting.js'

/** Builds a reputation, then cheats on it: on everything, or where most is to be gained. */
export const burst: Strategy.Strategy<{ after: number; rate: number; atLeast: number }> = Strategy.define({
  name: 'burst',
  summary: 'serves honestly until its record is long enough, then cheats',
  options: z.strictObject({
    after: Strategy.count.default(1000),
    rate: Strategy.share.default(1),
    atLeast: z.number('a number >= 0').min(0, 'a number >= 0').default(0),
  }),
  choices: (tasks) => ({
    after: [0, 0.25, 0.5, 0.75, 0.9, 0.98].map((share) => Math.floor(share * tasks)),
    rate: Strategy.rates,
    atLeast: [0, 2, 8],
  }),
  player: ({ after, rate, atLeast }) =>
    Strategy.reacting(({ served, kinds }) => {
      if (served < after) return HONEST
      return { cheat: valuable(kinds, atLeast).map((one) => (one ? rate : 0)) }
    }),
})

const HONEST: Strategy.Act = { cheat: 0 }
