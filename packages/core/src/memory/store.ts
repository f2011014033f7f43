import type { Change, Store } from '../ports/index.js'

/**
 * A store that lasts as long as the process: for tests, and for what nobody will miss. Stores made over the same records
 * share them, as a node shares them with itself after a restart.
 *
 * @example
 * ```ts
 * import { memoryStore } from '@spotcheck/core/memory'
 *
 * const records = new Map<string, Uint8Array>()
 * await memoryStore(records).write([{ key: 'answer', value: Uint8Array.of(42) }])
 * await memoryStore(records).get('answer') // Uint8Array [42]
 * ```
 */
export function memoryStore(records: Map<string, Uint8Array> = new Map()): Store {
  async function write(changes: readonly Change[]): Promise<void> {
    for (const { key, value } of changes) {
      if (value === null) records.delete(key)
      else records.set(key, value.slice())
    }
  }

  async function* entries(prefix: string): AsyncIterable<readonly [string, Uint8Array]> {
    for (const key of [...records.keys()].filter((key) => key.startsWith(prefix)).sort()) {
      const value = records.get(key)
      if (value !== undefined) yield [key, value.slice()]
    }
  }

  return { get: async (key) => records.get(key)?.slice(), entries, write, close: async () => {} }
}
