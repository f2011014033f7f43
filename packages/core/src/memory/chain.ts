import { assertObject } from '../Encoding.js'
import type { Envelope } from '../Message.js'
import type { Chain, Recorded } from '../ports/index.js'
import type { BeaconValue, State, Step } from '../Round.js'
import * as Schema from '../Schema.js'

/** A chain whose time is moved by hand. */
export type MemoryChain = Chain &
  Readonly<{
    /** Time goes on, to unix seconds; never back. */
    advance(now: number): void
  }>

/**
 * One epoch on a chain in this process: whoever reads it reads the same. For tests, and for networks that settle in one
 * place. What is submitted is put on record as it is: whether it counts is for everybody to judge, by `Round.step`.
 *
 * @throws InvalidInputError if `opened` is not what `Round.open` returned.
 * @example
 * ```ts
 * import { Ledger, Protocol, Round, Settlement, type Encoding } from '@spotcheck/core'
 * import { memoryChain, testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const party = (byte: string): Encoding.Address => `0x${byte.repeat(20)}`
 * const verifiers = ['a1', 'a2', 'a3', 'a4', 'a5'].map(party)
 * const engagement = { client: party('c1'), executor: party('e1'), maxCount: 4, reward: 100n, lock: 12_000n }
 * const stakes = [party('e1'), ...verifiers].map((one) => [Ledger.stake(one), 20_000n] as const)
 * const reserve = Settlement.reserve(protocol, [engagement])
 * const ledger = new Map([[party('c1'), 1_000n], [Ledger.treasury, reserve], ...stakes])
 *
 * const chain = memoryChain(Round.open({ protocol, epoch: 0, ledger, engagements: [engagement], verifiers }))
 * chain.advance(1_700_000_000)
 * for await (const { now } of chain.record(0, { from: 1 })) {
 *   now // 1700000000
 *   break
 * }
 * ```
 */
export function memoryChain(opened: Pick<Step<State>, 'state' | 'effects'>): MemoryChain {
  const { state } = assertObject(opened, 'opened')
  const entries: Recorded[] = [{ now: state.now, event: null }]
  const known = new Set<string>()
  let [grown, resolve] = signalled()

  function wake(): void {
    resolve()
    ;[grown, resolve] = signalled()
  }

  function append(entry: Recorded): void {
    entries.push(entry)
    wake()
  }

  const now = () => entries.at(-1)!.now

  async function submit(_epoch: number, event: Envelope | BeaconValue): Promise<void> {
    const text = JSON.stringify(event, Schema.toJson)
    if (known.has(text)) return
    known.add(text)
    append({ now: now(), event })
  }

  async function* record(
    _epoch: number,
    { from = 0, signal }: Readonly<{ from?: number | undefined; signal?: AbortSignal | undefined }> = {},
  ): AsyncIterable<Recorded> {
    const isOver = () => signal?.aborted === true
    // Readers that are woken look again.
    const stop = () => wake()
    signal?.addEventListener('abort', stop, { once: true })
    try {
      for (let at = from; !isOver(); at++) {
        while (at >= entries.length && !isOver()) await grown
        if (!isOver()) yield entries[at]!
      }
    } finally {
      signal?.removeEventListener('abort', stop)
    }
  }

  return {
    opened: async () => opened,
    submit,
    record,
    advance: (to) => to > now() && append({ now: to, event: null }),
  }
}

/** A promise, and what resolves it. */
function signalled(): [Promise<void>, () => void] {
  let resolve = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return [promise, resolve]
}
