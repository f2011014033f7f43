/**
 * The points of a sweep in their order, by one thread or by several.
 *
 * @module
 */
import type { Result, Sweep } from '../Sweep.js'
import { answers } from './pool.js'

/** By this thread. What a point that was interrupted came to is not what it comes to. */
export async function* inTurn(
  play: (index: number) => Promise<Result>,
  from: number,
  end: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Result> {
  for (let index = from; index < end && !signal?.aborted; index++) {
    const result = await play(index)
    if (result.simulation.complete) yield result
  }
}

/** How points are spread. */
export type Spread = Readonly<{
  sweep: Sweep
  from: number
  end: number
  threads: number
  modules: readonly string[]
  signal: AbortSignal | undefined
}>

/** By several threads, each of which makes the points itself. */
export async function* spread({ sweep, from, end, threads, modules, signal }: Spread): AsyncGenerator<Result> {
  if (from === end || signal?.aborted) return
  const jobs = Array.from({ length: end - from }, (_, i) => from + i)
  const setup = { kind: 'points' as const, modules, sweep }
  yield* answers<number, Result>({ threads: Math.min(threads, jobs.length), setup, jobs, ahead: 4 * threads, signal })
}
