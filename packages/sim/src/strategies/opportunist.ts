import { Detection } from '@spotcheck/core/economics'
import * as Strategy from '../Strategy.js'

/** Reads the public rate, and cheats whenever one cheat gains more than it risks. */
export const opportunist: Strategy.Strategy = Strategy.define({
  name: 'opportunist',
  summary: 'cheats whenever the rate at which it is checked is too low to deter it',
  player: () =>
    Strategy.reacting(({ rate, kinds, parameters }) => {
      const { task, slash } = parameters
      const { signal } = Detection.from(parameters)
      const risk = (weight: number) => Math.min(1, rate * weight) * signal * (task.reward + slash.amount)
      return { cheat: kinds.map(({ gain, weight }) => (gain > risk(weight) ? 1 : 0)) }
    }),
})
