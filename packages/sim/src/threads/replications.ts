/**
 * The replications of a scenario in their order, by one thread or by several.
 *
 * @module
 */
import type { Plan, Tally } from '../engine/Plan.js'
import * as Protocol from '../engine/protocol.js'
import * as Statistical from '../engine/statistical.js'
import type { Scenario } from '../Scenario.js'
import type { Engine } from '../Simulation.js'
import { answers } from './pool.js'
import type { Replications } from './worker.js'

/** One replication. */
export async function replicate(plan: Plan, replication: number, engine: Engine): Promise<Tally> {
  return engine === 'protocol' ? await Protocol.replicate(plan, replication) : Statistical.replicate(plan, replication)
}

/** By this thread. */
export async function* inTurn(plan: Plan, engine: Engine, replications: number): AsyncGenerator<Tally> {
  for (let replication = 0; replication < replications; replication++) {
    yield await replicate(plan, replication, engine)
    await turn()
  }
}

/** Lets others have a turn, an interruption among them. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** How replications are spread. */
export type Spread = Readonly<{
  scenario: Scenario
  engine: Engine
  modules: readonly string[]
  threads: number
  signal: AbortSignal | undefined
}>

/** By several threads, which make the same plan of the scenario. */
export async function* spread(plan: Plan, options: Spread): AsyncGenerator<Tally> {
  const { scenario, engine, modules, threads, signal } = options
  const jobs = [...chunks(plan, scenario.replications, threads)]
  const setup = { kind: 'replications' as const, modules, scenario, engine }
  const work = { threads: Math.min(threads, jobs.length), setup, jobs, ahead: 2 * threads, signal }
  for await (const tallies of answers<Replications, Tally[]>(work)) yield* tallies
}

/** Enough work for a message to be cheap beside it, and enough messages for all threads. */
function* chunks({ cohorts, epochs }: Plan, replications: number, threads: number): Generator<Replications> {
  const nodes = cohorts.reduce((sum, { count }) => sum + count, 0)
  const most = Math.max(1, Math.min(100, Math.floor(50_000 / (nodes * epochs))))
  const size = Math.min(most, Math.ceil(replications / (4 * threads)))
  for (let from = 0; from < replications; from += size) yield { from, to: Math.min(replications, from + size) }
}
