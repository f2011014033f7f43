import * as z from 'zod'
import * as Verifier from '../Verifier.js'

/** Never runs anything. Where verdicts are committed to unseen there is nothing to agree with: it stays silent, or guesses. */
export const lazy: Verifier.Strategy<{ guesses: boolean }> = Verifier.define({
  name: 'lazy',
  summary: 'runs nothing and agrees unseen; under blind commitments it is silent, or guesses',
  options: z.strictObject({ guesses: z.boolean('true or false').default(false) }),
  verifier: ({ guesses }) => ({ verify: ({ blind }) => (blind && !guesses ? null : 'match') }),
})
