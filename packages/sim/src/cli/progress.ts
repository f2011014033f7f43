/**
 * Progress on standard error.
 *
 * @module
 */
import { performance } from 'node:perf_hooks'
import type { Io } from './Command.js'

/**
 * On a terminal a line that replaces itself, at most ten times a second and gone in the end; elsewhere a line for each tenth.
 * What was done before takes no part in the estimate.
 */
export function progress(what: string, { stderr, isTTY }: Io, before = 0): (done: number, of: number) => void {
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
      `\r\u001b[2K${done === of ? '' : `${what} ${done} of ${of}  eta ${eta(((now - began) / (done - before)) * (of - done))}`}`,
    )
  }
}

/** What is being done with what, how much of about how much is done. */
export type Stage = Readonly<{ stage: string; detail: string; done: number; of: number }>

/** On a terminal one line for what is being done, gone when `end` is called; elsewhere a line for each stage. */
export function stages({ stderr, isTTY }: Io): Readonly<{ show: (stage: Stage) => void; end: () => void }> {
  const began = performance.now()
  let [shown, last] = [Number.NEGATIVE_INFINITY, '']
  return {
    show: ({ stage, detail, done, of }) => {
      if (!isTTY) {
        if (stage !== last) stderr(`${stage}\n`)
        last = stage
        return
      }
      const now = performance.now()
      if (now - shown < 100) return
      shown = now
      const left = eta(((now - began) / done) * (of - done))
      const what = detail === '' ? stage : `${stage}: ${detail}`
      stderr(`\r\u001b[2K${what}  ${Math.round((100 * done) / of)} %  eta ${left}`)
    },
    end: () => {
      if (isTTY) stderr('\r\u001b[2K')
    },
  }
}

/** Minutes and seconds of so many milliseconds. */
function eta(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
