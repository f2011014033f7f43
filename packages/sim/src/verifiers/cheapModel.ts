import * as Verifier from '../Verifier.js'

/** Runs the cheap model: it agrees with who cheated with the same one, and finds fault with honest work. */
export const cheapModel: Verifier.Strategy = Verifier.define({
  name: 'cheap-model',
  summary: 'runs the cheap model in place of the ordered one, and says what it found',
  verifier: () => ({ verify: (_, run) => run('cheap') }),
})
