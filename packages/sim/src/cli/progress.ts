/**
 * Progress on standard error.
 *
 * @module
 */
import { performance } from 'node:perf_hooks'
import type { Io } from './Command.js'

/**
 * On a terminal a line that replaces itself, at most ten times a second and gone in the end; elsewhere a line for each tenth.
 */
export function progress(what: string, { stderr, isTTY }: Io): (done: number, of: number) => void {
  const began = performance.now()
  let shown = Number.NEGATIVE_INFINITY
  return (done, of) => {
    if (!isTTY) {
      if (done % Math.ceil(of / 10) === 0 || done === of) stderr(`${what} ${done} of ${of}\n`)
      return
    }
    const now = performance.now()
    if (done < of && now - shown < 100) return
    shown = now
    stderr(
      `\r\u001b[2K${done === of ? '' : `${what} ${done} of ${of}  eta ${eta(((now - began) / done) * (of - done))}`}`,
    )
  }
}

/** Minutes and seconds of so many milliseconds. */
function eta(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
