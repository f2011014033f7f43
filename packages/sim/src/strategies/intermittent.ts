import * as z from 'zod'
import * as Strategy from '../Strategy.js'

/** Runs the cheap substitute on a share of the tasks, each drawn by itself. */
export const intermittent: Strategy.Strategy<{ rate: number }> = Strategy.define({
  name: 'intermittent',
  summary: 'runs the cheap substitute on a share of the tasks',
  options: z.strictObject({ rate: Strategy.share.default(0.3) }),
  choices: () => ({ rate: Strategy.rates }),
  player: ({ rate }) => Strategy.always({ cheat: rate }),
})
