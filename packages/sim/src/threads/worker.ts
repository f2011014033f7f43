/**
 * What runs in a thread: it is told once what is played, loads the strategies and policies itself, and plays what it is asked.
 *
 * @module
 */
import { move, transferableSymbol, valueSymbol, workerData } from 'piscina'
import { columns, type Tally } from '../engine/Plan.js'
import * as Modules from '../Modules.js'
import { plan, type Scenario } from '../Scenario.js'
import type { Engine } from '../Simulation.js'
import { player, type Result, type Sweep } from '../Sweep.js'
import { pack } from './failure.js'
import type { Answer } from './pool.js'
import { replicate } from './replications.js'

/** What every thread is told. */
export type Setup = Readonly<{ modules: readonly string[] }> &
  Readonly<{ kind: 'replications'; scenario: Scenario; engine: Engine } | { kind: 'points'; sweep: Sweep }>

/** Replications from one number to before another. */
export type Replications = Readonly<{ from: number; to: number }>

type Play = (job: never) => Promise<Tally[] | Result>

let ready: Promise<Play> | undefined

/** Plays replications, or a point by its number. What goes wrong is answered, too: an error would lose its class on the way. */
export default async function work(job: never): Promise<Answer<Tally[] | Result>> {
  try {
    ready ??= prepare(workerData)
    const value = await (await ready)(job)
    return Array.isArray(value) ? moved(value) : { value }
  } catch (error) {
    return { failure: pack(error) }
  }
}

async function prepare(setup: Setup): Promise<Play> {
  const known = await Modules.load(setup.modules)
  if (setup.kind === 'points') return player(setup.sweep, known)
  const { engine } = setup
  const made = plan(setup.scenario, known)
  return async ({ from, to }: Replications) => {
    const tallies: Tally[] = []
    for (let replication = from; replication < to; replication++)
      tallies.push(await replicate(made, replication, engine))
    return tallies
  }
}

/** Handed over, not copied. */
function moved(value: Tally[]): Answer<Tally[]> {
  const buffers = value.flatMap((tally) => columns.map((column) => tally[column].buffer as ArrayBuffer))
  return move({ [transferableSymbol]: buffers, [valueSymbol]: { value } } as never) as never
}
