import type { Change, Store } from '../ports/index.js'

/** Writes changes to a store, in the order in which it was asked to. */
export type Writer = (changes: readonly Change[]) => Promise<void>

/**
 * Whoever comes while a write is under way shares the next one, so that many wait for one sync, and nothing is durable
 * before what came earlier. After a failure nothing more is written: what is missing might be what came earlier.
 */
export function createWriter({ write }: Pick<Store, 'write'>): Writer {
  let waiting: Change[] = []
  let next: Promise<void> | undefined
  let last = Promise.resolve()
  const flush = () => {
    const changes = waiting
    waiting = []
    next = undefined
    return write(changes)
  }
  return (changes) => {
    waiting.push(...changes)
    if (next === undefined) {
      next = last.then(flush)
      last = next
      // Whoever asked hears of it by the promise that is returned.
      last.catch(() => {})
    }
    return next
  }
}
