import * as z from 'zod'
import * as Strategy from '../Strategy.js'

/** Builds a reputation, then cheats on it. */
export const burst: Strategy.Strategy<{ after: number; rate: number }> = Strategy.define({
  name: 'burst',
  summary: 'serves honestly until its record is long enough, then cheats',
  options: z.strictObject({ after: Strategy.count.default(1000), rate: Strategy.share.default(1) }),
  player: ({ after, rate }) => {
    const [before, then]: Strategy.Act[] = [{ cheat: 0 }, { cheat: rate }]
    return Strategy.reacting(({ served }) => (served < after ? before! : then!))
  },
})
