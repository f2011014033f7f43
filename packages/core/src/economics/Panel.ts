/**
 * How many verifiers a sampled task should have (economics.md, "What it costs, and the best rate").
 *
 * @module
 */
import * as Detection from './Detection.js'
import type * as Optimum from './Optimum.js'
import * as Range from './Range.js'
import * as Solution from './Solution.js'

/** The best number of verifiers, and the best rate with it. */
export type Panel = Readonly<{ verifiers: number; optimum: Optimum.Optimum }>

/**
 * The number n of verifiers per sampled task at which the least cost is least, of those up to `most`. One is best unless noise
 * or collusion require more; too many cost more than they see.
 *
 * @throws InvalidInputError as `optimise` and `Detection.odds` do, or if `most` is not a whole number from 1 to 1000.
 * @example
 * ```ts
 * import { Optimum, Panel } from '@spotcheck/core/economics'
 *
 * const terms = { gain: 0.8, reward: 1, capitalCost: 1e-4, verifierCost: 1 }
 * const exact = Panel.best(terms, { power: 1 }, Optimum.perFraud)
 * exact.feasible && exact.value.verifiers // 1
 * ```
 */
export function best(
  terms: Omit<Optimum.Terms, 'verifiers' | 'detection' | 'falseAlarm'>,
  panel: Omit<Detection.Panel, 'verifiers'>,
  optimise: (terms: Optimum.Terms) => Solution.Solution<Optimum.Optimum>,
  most = 16,
): Solution.Solution<Panel> {
  const largest = Math.min(Range.count(most, 'most', 1, 1000), panel.pool ?? most)
  const tried = Array.from({ length: largest }, (_, i) => {
    const verifiers = i + 1
    const found = optimise({ ...terms, verifiers, ...Detection.odds({ ...panel, verifiers }) })
    return found.feasible ? Solution.of({ verifiers, optimum: found.value }) : found
  })
  return tried.reduce((a, b) => (a.feasible && !(b.feasible && isCheaper(b.value, a.value)) ? a : b))
}

function isCheaper(a: Panel, b: Panel): boolean {
  return a.optimum.cost.total < b.optimum.cost.total
}
