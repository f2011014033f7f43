import * as z from 'zod'
import * as Strategy from '../Strategy.js'

/** Mean profit per task of each rate, and how often it was tried. */
type Memory = Readonly<{ means: readonly number[]; tries: readonly number[]; arm: number }>

/** Learns which cheat rate pays: an epsilon-greedy bandit over a list of rates (Sutton and Barto, 2018, section 2.4). */
export const probing: Strategy.Strategy<{ rates: number[]; explore: number }> = Strategy.define({
  name: 'probing',
  summary: 'tries several cheat rates and keeps to what earned most, exploring now and then',
  options: z.strictObject({
    rates: z.array(Strategy.share, 'a list of shares').min(1, 'a list of shares').default([0, 0.1, 0.3, 1]),
    explore: Strategy.share.default(0.1),
  }),
  player: ({ rates, explore }): Strategy.Player<Memory> => {
    const acts = rates.map((cheat): Strategy.Act => ({ cheat }))
    const none = rates.map(() => 0)
    return {
      start: { means: none, tries: none, arm: -1 },
      next: (memory, { last, random }) => {
        const learnt = last === null ? memory : learn(memory, last.profit / last.tasks)
        const arm = choose(learnt, explore, random)
        return { act: acts[arm]!, memory: { ...learnt, arm } }
      },
    }
  },
})

function learn({ means, tries, arm }: Memory, profit: number): Memory {
  const times = tries[arm]! + 1
  return {
    means: means.with(arm, means[arm]! + (profit - means[arm]!) / times),
    tries: tries.with(arm, times),
    arm,
  }
}

/** What was never tried comes first. */
function choose({ means, tries }: Memory, explore: number, random: () => number): number {
  const untried = tries.indexOf(0)
  if (untried >= 0) return untried
  if (random() < explore) return Math.floor(random() * means.length)
  return means.indexOf(Math.max(...means))
}
