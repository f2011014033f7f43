import * as z from 'zod'
import * as Strategy from '../Strategy.js'

/** Cheats, and does not open what was sampled of it. */
export const withholder: Strategy.Strategy<{ rate: number }> = Strategy.define({
  name: 'withholder',
  summary: 'cheats, and keeps back the openings that would show it',
  options: z.strictObject({ rate: Strategy.share.default(0.3) }),
  choices: () => ({ rate: Strategy.rates }),
  player: ({ rate }) => Strategy.always({ cheat: rate, withholds: true }),
})
