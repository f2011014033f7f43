import * as z from 'zod'
import * as Strategy from '../Strategy.js'

/** Does all the work on hardware whose results differ now and then. */
export const noisy: Strategy.Strategy<{ noise: number }> = Strategy.define({
  name: 'noisy',
  summary: 'runs every task; a share of the results comes out wrong',
  options: z.strictObject({ noise: Strategy.share.default(0.01) }),
  player: ({ noise }) => Strategy.always({ cheat: 0, noise }),
})
