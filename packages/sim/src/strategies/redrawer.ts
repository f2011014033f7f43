import * as z from 'zod'
import * as Strategy from '../Strategy.js'

/** Chooses among beacon draws the one that convicts it least. */
export const redrawer: Strategy.Strategy<{ draws: number; rate: number }> = Strategy.define({
  name: 'redrawer',
  summary: 'cheats, and chooses among beacon draws where it can',
  options: z.strictObject({
    draws: Strategy.count.min(1, 'a whole number >= 1').default(4),
    rate: Strategy.share.default(0.3),
  }),
  choices: () => ({ rate: Strategy.rates, draws: [1, 2, 4, 16] }),
  player: ({ draws, rate }) => Strategy.always({ cheat: rate, draws }),
})
