import type { Address } from '../Encoding.js'
import type { Envelope } from '../Message.js'
import type { Binding, Witnesses } from '../ports/index.js'

/**
 * Witnesses in this process, who remember everything: for tests, and beside a chain that nobody writes receipts to.
 *
 * @example
 * ```ts
 * import { Encoding } from '@spotcheck/core'
 * import { memoryWitnesses } from '@spotcheck/core/memory'
 *
 * await memoryWitnesses().recall(Encoding.zeroAddress, 0) // []
 * ```
 */
export function memoryWitnesses(): Witnesses {
  const held = new Map<string, Envelope<Binding>[]>()
  const placeOf = (executor: Address, epoch: number) => `${executor}:${epoch}`

  async function record(envelope: Envelope<Binding>): Promise<void> {
    const place = placeOf(envelope.body.executor, envelope.body.epoch)
    const known = held.get(place)
    if (known === undefined) held.set(place, [envelope])
    else known.push(envelope)
  }

  return { record, recall: async (executor, epoch) => [...(held.get(placeOf(executor, epoch)) ?? [])] }
}
