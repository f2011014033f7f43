import * as z from 'zod'
import * as Strategy from '../Strategy.js'

const amount = z.number().min(0)

/** Runs a cheaper model on every task. */
export const substitute: Strategy.Strategy<{ cost?: number | undefined; power?: number | undefined }> = Strategy.define(
  {
    name: 'substitute',
    summary: 'runs a cheaper model on every task, of its own cost and detection probability',
    options: z.strictObject({ cost: amount.optional(), power: Strategy.share.optional() }),
    player: ({ cost, power }) => Strategy.always({ cheat: 1, cost, power }),
  },
)
