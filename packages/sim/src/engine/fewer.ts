/**
 * A population in small, for searches.
 *
 * @module
 */
import type { Scenario } from '../Scenario.js'

/** Nodes that a population is played with in searches. */
const NODES = 200

/** The population in the same proportions, of at most 200 nodes or so. */
export function fewer(scenario: Scenario): Scenario {
  const { population, nodes = 0 } = scenario
  if (population[0]?.count === undefined) return { ...scenario, nodes: Math.min(nodes, NODES) }
  const total = population.reduce((sum, { count = 0 }) => sum + count, 0)
  const part = Math.min(1, NODES / total)
  return {
    ...scenario,
    population: population.map((one) => ({ ...one, count: Math.max(1, Math.round(part * one.count!)) })),
  }
}
