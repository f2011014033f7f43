import { Detection } from '@spotcheck/core/economics'
import * as Strategy from '../Strategy.js'

/** Reads what is public, rate and slash, and cheats whenever one cheat gains more than it risks. */
export const opportunist: Strategy.Strategy = Strategy.define({
  name: 'opportunist',
  summary: 'cheats whenever the rate at which it is checked is too low to deter it',
  player: () =>
    Strategy.reacting(({ rate, slash, kinds, parameters }) => {
      const { signal } = Detection.from(parameters)
      return {
        cheat: kinds.map(({ gain, weight, reward }) => {
          return gain > Math.min(1, rate * weight) * signal * (reward + slash) ? 1 : 0
        }),
      }
    }),
})
