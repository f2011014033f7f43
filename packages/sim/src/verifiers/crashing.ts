import * as z from 'zod'
import * as Strategy from '../Strategy.js'
import * as Verifier from '../Verifier.js'

/** Diligent, but now and then it does the work and gives no reveal. */
export const crashing: Verifier.Strategy<{ rate: number }> = Verifier.define({
  name: 'crashing',
  summary: 'diligent, but a share of its reveals is missing',
  options: z.strictObject({ rate: Strategy.share.default(0.1) }),
  verifier: ({ rate }) => ({
    verify: ({ random }, run) => {
      const found = run()
      return random() < rate ? null : found
    },
  }),
})
