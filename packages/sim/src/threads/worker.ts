/**
 * What runs in a thread: it is told once what is simulated, loads the strategies and policies itself, and plays what it is asked.
 *
 * @module
 */
import { move, transferableSymbol, valueSymbol, workerData } from 'piscina'
import { columns, type Plan, type Tally } from '../engine/Plan.js'
import * as Modules from '../Modules.js'
import { plan, type Scenario } from '../Scenario.js'
import type { Engine } from '../Simulation.js'
import { pack } from './failure.js'
import type { Answer } from './pool.js'
import { replicate } from './replications.js'

/** What every thread is told. */
export type Setup = Readonly<{ kind: 'replications'; modules: readonly string[]; scenario: Scenario; engine: Engine }>

/** Replications from one number to before another. */
export type Replications = Readonly<{ from: number; to: number }>

let ready: Promise<Plan> | undefined

/** Plays replications. What goes wrong is answered, too: an error would lose its class on the way. */
export default async function work(job: Replications): Promise<Answer<Tally[]>> {
  try {
    ready ??= prepare(workerData)
    const { engine }: Setup = workerData
    const tallies: Tally[] = []
    for (let replication = job.from; replication < job.to; replication++)
      tallies.push(await replicate(await ready, replication, engine))
    return moved({ value: tallies })
  } catch (error) {
    return { failure: pack(error) }
  }
}

async function prepare({ modules, scenario }: Setup): Promise<Plan> {
  return plan(scenario, await Modules.load(modules))
}

/** Handed over, not copied. */
function moved(answer: Readonly<{ value: Tally[] }>): Answer<Tally[]> {
  const buffers = answer.value.flatMap((tally) => columns.map((column) => tally[column].buffer as ArrayBuffer))
  return move({ [transferableSymbol]: buffers, [valueSymbol]: answer } as never) as never
}
