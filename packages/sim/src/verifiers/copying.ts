import * as Verifier from '../Verifier.js'

/** Repeats what the first of its panel said, where that can be seen; where it can't it is as lazy as others. */
export const copying: Verifier.Strategy = Verifier.define({
  name: 'copying',
  summary: 'repeats another’s verdict where it can be seen; runs nothing',
  verifier: () => ({
    waits: true,
    verify: ({ seen, blind }) => seen[0] ?? (blind ? null : 'match'),
  }),
})
