/**
 * What two public networks publish about their sampling, as parameter files (docs/economics.md, "One task" and "Many
 * tasks"). Costs are what their own documents assume: the whole reward is saved by not doing the work.
 */
import { Parameters } from '@spotcheck/core/economics'

/** A lottery that slashes `R(1-p)/p`, so that cheating earns nothing in the mean. */
export function lottery(reward: number, rate: number): Parameters.Parameters {
  return Parameters.from({
    task: { reward, honestCost: reward, cheatCost: 0 },
    sampling: { rate },
    slash: { amount: (reward * (1 - rate)) / rate },
    capital: { costPerStakePerTask: 0 },
    accept: { margin: 0 },
  })
}

/** A sampling rate of 8 %, published as enough for R = 1.2 C, S = 10 C and a tenth of the verifiers colluding. */
export const eightPerCent: Parameters.Parameters = Parameters.from({
  task: { reward: 1.2, honestCost: 1, cheatCost: 0 },
  sampling: { rate: 0.08 },
  slash: { amount: 10 },
  verifiers: { colluding: 0.1 },
  accept: { margin: 0 },
})
