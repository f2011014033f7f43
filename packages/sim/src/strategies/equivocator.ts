import * as z from 'zod'
import * as Strategy from '../Strategy.js'

/** Signs two batches, to show each verifier the one that suits it. */
export const equivocator: Strategy.Strategy<{ rate: number }> = Strategy.define({
  name: 'equivocator',
  summary: 'cheats, and signs two batches for the same epoch',
  options: z.strictObject({ rate: Strategy.share.default(0.3) }),
  choices: () => ({ rate: Strategy.rates }),
  player: ({ rate }) => Strategy.always({ cheat: rate, equivocates: true }),
})
