/**
 * What nodes earn, as cohorts are compared by it.
 *
 * @module
 */
import type { Estimate } from '../Statistics.js'
import { cohortOf, type Plan, type Tally } from './Plan.js'

/**
 * Mean profit of each cohort's nodes, per task that a node could have served until the end: who is ejected early earns nothing
 * from then on.
 */
export function meanProfits({ cohorts, epochs, size, batches }: Plan, { profit }: Tally): readonly number[] {
  const totals = cohorts.map(() => 0)
  for (const [node, cohort] of cohortOf(cohorts).entries()) totals[cohort]! += profit[node]!
  return totals.map((total, cohort) => total / (cohorts[cohort]!.count * epochs * size * batches))
}

/** Is it more than rounding, beyond doubt? */
export function isGain({ low }: Estimate): boolean {
  return low > 1e-9
}
