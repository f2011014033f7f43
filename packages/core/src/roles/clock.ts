/// <reference types="node" />
import type { Clock } from '../ports/index.js'

/**
 * The system's clock and timers. A node tells the chain's time by the chain; this one only paces what is tried again.
 *
 * @example
 * ```ts
 * import { systemClock } from '@spotcheck/core'
 *
 * const before = systemClock.now()
 * await systemClock.sleep(1)
 * systemClock.now() >= before // true
 * ```
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, { signal } = {}) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const abort = () => {
        clearTimeout(timer)
        reject(signal?.reason)
      }
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', abort)
        resolve()
      }, milliseconds)
      signal?.addEventListener('abort', abort, { once: true })
    }),
}
