import * as Strategy from '../Strategy.js'

/** Does all the work. */
export const honest: Strategy.Strategy = Strategy.define({
  name: 'honest',
  summary: 'runs every task',
  player: () => Strategy.always({ cheat: 0 }),
})
