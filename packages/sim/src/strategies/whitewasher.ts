import * as z from 'zod'
import * as Strategy from '../Strategy.js'

/** Cheats until it is ejected, and comes back under another name. */
export const whitewasher: Strategy.Strategy<{ rate: number }> = Strategy.define({
  name: 'whitewasher',
  summary: 'cheats until it is ejected, then joins again under a new name',
  options: z.strictObject({ rate: Strategy.share.default(1) }),
  choices: () => ({ rate: Strategy.rates }),
  player: ({ rate }) => ({ ...Strategy.always({ cheat: rate }), rejoins: true }),
})
