import * as z from 'zod'
import * as Strategy from '../Strategy.js'

/** Honest until the end, then cheats on everything and withdraws its stake before the verdicts. */
export const exitScam: Strategy.Strategy<{ rate: number }> = Strategy.define({
  name: 'exit-scam',
  summary: 'cheats in its last epoch and withdraws before the verdicts',
  options: z.strictObject({ rate: Strategy.share.default(1) }),
  choices: () => ({ rate: Strategy.rates }),
  player: ({ rate }) =>
    Strategy.reacting(({ epoch, epochs }) => (epoch < epochs - 1 ? { cheat: 0 } : { cheat: rate, leaves: true })),
})
