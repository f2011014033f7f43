import * as z from 'zod'
import * as Strategy from '../Strategy.js'

/** Puts one stake behind several times the work that it backs. */
export const overCommitter: Strategy.Strategy<{ times: number; rate: number }> = Strategy.define({
  name: 'over-committer',
  summary: 'takes several times the tasks that its stake backs, and cheats',
  options: z.strictObject({
    times: Strategy.count.min(1, 'a whole number >= 1').default(4),
    rate: Strategy.share.default(1),
  }),
  choices: () => ({ rate: Strategy.rates, times: [1, 2, 4, 16] }),
  player: ({ times, rate }) => Strategy.always({ cheat: rate, overcommits: times }),
})
