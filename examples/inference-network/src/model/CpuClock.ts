/**
 * CPU time of the calling thread.
 *
 * `process.threadCpuUsage` where Node has it (from 23.9). Before that, on Linux, the kernel's own account of the thread
 * (`/proc/thread-self/schedstat`: nanoseconds on a CPU, brought up to date at each scheduler tick, so a few milliseconds
 * late). Elsewhere the wall clock, which is the same on an idle machine and more on a busy one: the work measured here
 * is synchronous and never waits.
 *
 * @module
 */
import { readFileSync } from 'node:fs'

const SCHEDSTAT = '/proc/thread-self/schedstat'

/** Where the figures come from on this machine. */
const source: 'threadCpuUsage' | 'schedstat' | 'wall clock' = pick()

/** Microseconds since some start: subtract two readings made in one thread. */
export function micros(): number {
  if (source === 'threadCpuUsage') return threadCpuMicros() ?? 0
  if (source === 'schedstat') return schedstatMicros() ?? 0
  return performance.now() * 1000
}

function pick(): typeof source {
  if (threadCpuMicros() !== undefined) return 'threadCpuUsage'
  return schedstatMicros() === undefined ? 'wall clock' : 'schedstat'
}

function threadCpuMicros(): number | undefined {
  const { threadCpuUsage } = process as { threadCpuUsage?: () => { user: number; system: number } }
  if (threadCpuUsage === undefined) return undefined
  const { user, system } = threadCpuUsage.call(process)
  return user + system
}

function schedstatMicros(): number | undefined {
  try {
    const nanos = Number(readFileSync(SCHEDSTAT, 'utf8').split(' ')[0])
    return nanos > 0 ? nanos / 1000 : undefined
  } catch {
    return undefined
  }
}
