import * as z from 'zod'
import * as Strategy from '../Strategy.js'
import * as Verifier from '../Verifier.js'

/** Dissents without looking, for the bounty, from a share of what it is assigned; the rest it checks. */
export const falseAccuser: Verifier.Strategy<{ rate: number }> = Verifier.define({
  name: 'false-accuser',
  summary: 'dissents without looking, for the bounty',
  options: z.strictObject({ rate: Strategy.share.default(1) }),
  verifier: ({ rate }) => ({ verify: ({ random }, run) => (random() < rate ? 'mismatch' : run()) }),
})
