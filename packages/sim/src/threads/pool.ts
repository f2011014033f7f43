/**
 * Jobs spread over local threads, their answers in the order of the jobs.
 *
 * @module
 */
import { type Failure, unpack } from './failure.js'
import type { Setup } from './worker.js'

/** What a thread answers. */
export type Answer<value> = Readonly<{ value: value } | { failure: Failure }>

/** What is to be done, and by how many. */
export type Work<job> = Readonly<{
  threads: number
  /** What every thread is told once. */
  setup: Setup
  jobs: Iterable<job>
  /** Jobs that are out at a time: their answers are all that memory holds. */
  ahead: number
  /** No answer comes after it was aborted; threads end amid their jobs. */
  signal?: AbortSignal | undefined
}>

/**
 * The answers to the jobs, in their order. Ends the threads when it ends, or when nobody wants any more of it.
 *
 * @throws what the first job that failed did.
 */
export async function* answers<job, value>({ threads, setup, jobs, ahead, signal }: Work<job>): AsyncGenerator<value> {
  const { Piscina } = await import('piscina')
  const pool = new Piscina<job, Answer<value>>({
    filename: file().href,
    minThreads: threads,
    maxThreads: threads,
    idleTimeout: Number.POSITIVE_INFINITY,
    workerData: setup,
    recordTiming: false,
  })
  const out: Promise<Answer<value>>[] = []
  // No race against the signal: every loser of one would be kept until it fires.
  const end = () => void pool.destroy()
  signal?.addEventListener('abort', end)
  try {
    for (const job of jobs) {
      if (signal?.aborted) return
      out.push(started(pool.run(job)))
      if (out.length >= ahead) yield opened(await out.shift()!)
    }
    while (out.length > 0 && !signal?.aborted) yield opened(await out.shift()!)
  } catch (error) {
    if (!signal?.aborted) throw error
  } finally {
    signal?.removeEventListener('abort', end)
    await pool.destroy()
  }
}

/** Its failure is looked at in its turn, or never: it may not end the process before. */
function started<value>(answer: Promise<value>): Promise<value> {
  answer.catch(() => {})
  return answer
}

function opened<value>(answer: Answer<value>): value {
  if ('failure' in answer) throw unpack(answer.failure)
  return answer.value
}

/** Threads run JavaScript: from the sources, as tests do, what was compiled of them. */
function file(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? '../../dist/threads/worker.js' : './worker.js', import.meta.url)
}
