// An executor that dies wherever it can, and what it has signed by then. Everything that its key signed counts as known to
// everybody: whether it left the process does not matter.
import { describe, expect, it } from 'vitest'
import { bytes, clientAddress, hex, orderOf, party, protocolWith, toyModel } from '../../../../test/support/world.js'
import * as Errors from '../Errors.js'
import * as Message from '../Message.js'
import { cheapAuthenticator, cheapSigner, memoryStore, memoryWitnesses } from '../memory/index.js'
import * as Opening from '../Opening.js'
import * as Protocol from '../Protocol.js'
import type { Change, Model, Store, Witnesses } from '../ports/index.js'
import * as Receipt from '../Receipt.js'
import type { Effect } from '../Round.js'
import type { Definition } from '../TypedData.js'
import { openGuard } from './guard.js'
import {
  createClient,
  createExecutor,
  createVerifier,
  DamagedLogError,
  EquivocationError,
  type Executor,
  type ExecutorParameters,
  RolledBackError,
  UnknownHistoryError,
} from './index.js'

const protocol = protocolWith()
const address = party('e', 1)
const client = createClient({ protocol, address: clientAddress, signer: cheapSigner(clientAddress) })
const orders = await Promise.all(
  Array.from({ length: 6 }, async (_, t) => ({
    input: orderOf(0, t).input,
    signed: await client.order(orderOf(0, t)),
  })),
)

type Records = Map<string, Uint8Array>

let runs = 0

/** No two runs of this model agree, as runs of real ones may not. */
function fickleModel(): Model {
  const next = (): `0x${string}` => `0x${(runs++).toString(16).padStart(8, '0')}`
  return { execute: async () => ({ bytes: next(), evidence: '0x' }), reexecute: async () => next() }
}

/** What was signed, as anybody sees it who holds on to everything. */
class Public {
  readonly signed: Definition[] = []

  /** No two of them stand in one place. The rule is spelt out here once more, apart from the code under test. */
  assertNoEquivocation(): void {
    const places = new Map<string, string>()
    for (const { primaryType, message } of this.signed) {
      const { index, sequence, executor, epoch } = message as Record<string, unknown>
      if (!['Receipt', 'Checkpoint', 'Batch'].includes(primaryType)) continue
      const place = [primaryType, executor, epoch, index ?? sequence ?? ''].join()
      const content = JSON.stringify(message, (_, value) => (typeof value === 'bigint' ? String(value) : value))
      expect(places.get(place) ?? content).toBe(content)
      places.set(place, content)
    }
  }
}

/** Whatever the process does, it asks `live` first: it may be its last. */
type Life = (what: string) => Promise<void>
const immortal: Life = async () => {}

function executorOf(
  records: Records,
  outside: Public,
  witnesses: Witnesses,
  life = immortal,
  overrides: Partial<ExecutorParameters> = {},
): Executor {
  const { write, ...store } = memoryStore(records)
  const mortal: Store = {
    ...store,
    write: async (changes: readonly Change[]) => {
      await life('before a write')
      await write(changes)
      await life('after a write')
    },
  }
  return createExecutor({
    ...{ protocol, epoch: 0, address, secret: bytes(1), model: fickleModel(), authenticator: cheapAuthenticator },
    terms: { client: clientAddress, reward: 100n },
    signer: {
      address,
      signTypedData: async (definition) => {
        await life('before signing')
        outside.signed.push(definition)
        const signature = await cheapSigner(address).signTypedData(definition)
        await life('after signing')
        return signature
      },
    },
    memory: {
      store: mortal,
      witnesses: {
        recall: witnesses.recall,
        record: async (envelope) => {
          await life('before it is witnessed')
          await witnesses.record(envelope)
          await life('after it is witnessed')
        },
      },
    },
    ...overrides,
  })
}

const serve = (executor: Executor, t: number) => executor.serve(orders[t]!.signed, orders[t]!.input)

/** A day of an executor: tasks at once and after each other, heads in between, and the batch. */
async function work(executor: Executor): Promise<void> {
  await Promise.all([serve(executor, 0), serve(executor, 1), serve(executor, 2)])
  await executor.checkpoint()
  await Promise.all([serve(executor, 3), executor.checkpoint(), serve(executor, 4)])
  await Promise.all([serve(executor, 5).catch(() => {}), executor.commit()])
}

/** The batch after a restart opens every receipt that was ever signed. */
async function assertOpens(executor: Executor, outside: Public): Promise<void> {
  const { body: batch } = await executor.commit()
  const receipts = outside.signed
    .filter(({ primaryType }) => primaryType === 'Receipt')
    .map(({ message }) => message as Receipt.Receipt)
  const indices = [...new Set(receipts.map(({ index }) => Number(index)))].sort((a, b) => a - b)
  const [envelope] = await executor.handle({ type: 'request-opening', executor: address, indices })
  const opening = envelope!.body as Opening.Opening
  expect(Opening.verify(batch, opening, protocol)).toBe(true)
  for (const receipt of receipts) {
    const leaf = opening.leaves.map(Opening.leafOf).find(({ index }) => index === Number(receipt.index))!
    expect(Receipt.leafHash(leaf)).toBe(receipt.leafHash)
  }
}

async function delay(turns: number): Promise<void> {
  for (let i = 0; i < 20 * turns; i++) await undefined
}

/** Lives until its `last` step, and then never again. */
function mortal(last: number): { life: Life; dead: Promise<void>; steps: () => number } {
  let steps = 0
  let die = () => {}
  const dead = new Promise<void>((resolve) => {
    die = resolve
  })
  const life: Life = () => {
    steps++
    // Some steps take longer than others that began later.
    if (steps < last) return delay(steps % 3)
    die()
    return new Promise(() => {})
  }
  return { life, dead, steps: () => steps }
}

describe('killed at any step', () => {
  it('it goes on without equivocation, and opens what it ever signed', async () => {
    const whole = mortal(Number.POSITIVE_INFINITY)
    await work(executorOf(new Map(), new Public(), memoryWitnesses(), whole.life))
    expect(whole.steps()).toBeGreaterThan(30)
    for (let first = 1; first <= whole.steps() + 1; first++) {
      const second = 1 + ((7 * first) % whole.steps())
      const [records, outside, witnesses]: [Records, Public, Witnesses] = [new Map(), new Public(), memoryWitnesses()]
      for (const last of [first, second]) {
        const { life, dead } = mortal(last)
        await Promise.race([work(executorOf(records, outside, witnesses, life)).catch(() => {}), dead])
      }
      const executor = executorOf(records, outside, witnesses)
      await work(executor).catch(() => {})
      await assertOpens(executor, outside)
      outside.assertNoEquivocation()
    }
  })
})

describe('an old backup', () => {
  it('signs nothing that others know to be signed otherwise, whichever it is', async () => {
    const [records, outside, witnesses]: [Records, Public, Witnesses] = [new Map(), new Public(), memoryWitnesses()]
    const backups: Records[] = []
    const life: Life = async () => void backups.push(new Map(records))
    await work(executorOf(records, outside, witnesses, life))
    const complete = JSON.stringify([...records.keys()].sort())
    let refused = 0
    for (const backup of backups) {
      const isComplete = JSON.stringify([...backup.keys()].sort()) === complete
      const executor = executorOf(backup, outside, witnesses)
      for (const act of [() => serve(executor, 5), () => executor.checkpoint(), () => executor.commit()]) {
        const error = await act().catch((error: unknown) => error)
        if (!isComplete) expect(error).toBeInstanceOf(RolledBackError)
        refused += Number(error instanceof RolledBackError)
      }
    }
    expect(refused).toBeGreaterThan(60)
    outside.assertNoEquivocation()
  })

  it('is told in words', async () => {
    const [outside, witnesses] = [new Public(), memoryWitnesses()]
    await serve(executorOf(new Map(), outside, witnesses), 0)
    const error = await serve(executorOf(new Map(), outside, witnesses), 1).catch((error) => error)
    expect(error).toBeInstanceOf(RolledBackError)
    expect(error.message.replace(/"0x.*"/, '"0x…"')).toMatchInlineSnapshot(`
      "the store has forgotten what this node has signed.
        receipt/0000000000000000  "0x…"
        rule                      the store holds everything that anybody else holds with this node’s signature
        fix                       sign nothing more in this epoch: find the latest store, or wait for the next epoch
        see                       protocol.md, Commitment"
    `)
  })

  it('of a store that another node goes on with is stopped at its next head or batch', async () => {
    const [outside, witnesses] = [new Public(), memoryWitnesses()]
    const records: Records = new Map()
    const one = executorOf(records, outside, witnesses)
    await serve(one, 0)
    const twin = executorOf(new Map(records), outside, witnesses)
    await serve(twin, 0)
    await serve(one, 1)
    await one.commit()
    await expect(twin.commit()).rejects.toThrow(RolledBackError)
    await expect(executorOf(new Map(records), outside, witnesses).commit()).resolves.toMatchObject({ kind: 'batch' })
    outside.assertNoEquivocation()
  })
})

describe('witnesses', () => {
  it('that can’t be asked leave it silent, until they can', async () => {
    const outside = new Public()
    let isUp = false
    const { record, recall } = memoryWitnesses()
    const flaky: Witnesses = {
      record,
      recall: (...args) => (isUp ? recall(...args) : Promise.reject(new Error('no route'))),
    }
    const executor = executorOf(new Map(), outside, flaky)
    const error = await serve(executor, 0).catch((error) => error)
    expect(error).toBeInstanceOf(UnknownHistoryError)
    expect(error.message).toMatchInlineSnapshot(`
      "nobody can tell what this node has signed.
        cause  "no route"
        rule   the witnesses answer before anything is signed: the store may be an old backup
        fix    ask again once they can be reached
        see    protocol.md, Commitment"
    `)
    isUp = true
    await serve(executor, 0)
    isUp = false
    await serve(executor, 1)
    await expect(executor.checkpoint()).rejects.toThrow(UnknownHistoryError)
    await expect(executor.commit()).rejects.toThrow(UnknownHistoryError)
    isUp = true
    expect((await executor.commit()).body.count).toBe(2)
    outside.assertNoEquivocation()
  })

  it('hold a receipt before anybody gets it, and are told again of what they missed', async () => {
    const witnesses = memoryWitnesses()
    let isUp = false
    const record: Witnesses['record'] = (envelope) =>
      isUp ? witnesses.record(envelope) : Promise.reject(new Error('down'))
    const executor = executorOf(new Map(), new Public(), { ...witnesses, record })
    await expect(serve(executor, 0)).rejects.toThrow('down')
    isUp = true
    const { receipt } = await serve(executor, 0)
    expect(await witnesses.recall(address, 0)).toEqual([receipt])
  })

  it('can’t stop it with forgeries, with junk, or with what it signed elsewhere', async () => {
    const other = protocolWith({ epochLength: 101 })
    const leafHash = hex(9)
    const receiptOf = (of: Protocol.Protocol, executor: `0x${string}`, epoch: number, signer = address) =>
      Message.sign<'receipt'>(
        { kind: 'receipt', body: { paramsHash: Protocol.hash(of), executor, epoch, index: 0, leafHash } },
        of,
        cheapSigner(signer),
      )
    const junk = [
      undefined,
      {},
      await receiptOf(protocol, address, 0, party('a', 1)),
      await receiptOf(protocol, party('e', 2), 0),
      await receiptOf(protocol, address, 1),
      await receiptOf(other, address, 0),
      { ...(await receiptOf(protocol, address, 0)), signature: `0x${'00'.repeat(65)}` },
      await Message.sign<'beacon-reveal'>(
        {
          kind: 'beacon-reveal',
          body: { paramsHash: Protocol.hash(protocol), member: address, epoch: 0, level: 0, secret: hex(1) },
        },
        protocol,
        cheapSigner(address),
      ),
    ]
    const executor = executorOf(new Map(), new Public(), { record: async () => {}, recall: async () => junk as never })
    expect((await serve(executor, 0)).leaf.index).toBe(0)
    const real = [...junk.slice(0, 3), await receiptOf(protocol, address, 0)]
    const stopped = executorOf(new Map(), new Public(), { record: async () => {}, recall: async () => real as never })
    await expect(serve(stopped, 0)).rejects.toThrow(RolledBackError)
  })
})

describe('records', () => {
  /** The records of some work, spoilt, and what a restart makes of them. */
  async function after(
    spoil: (records: Records) => void,
    overrides: Partial<ExecutorParameters> = {},
  ): Promise<unknown> {
    const records: Records = new Map()
    const silent: Witnesses = { record: async () => {}, recall: async () => [] }
    const executor = executorOf(records, new Public(), silent)
    for (let t = 0; t < 3; t++) await serve(executor, t)
    await executor.checkpoint()
    await executor.commit()
    spoil(records)
    return executorOf(records, new Public(), silent, immortal, overrides)
      .commit()
      .catch((error: unknown) => error)
  }
  const named = (records: Records, part: string) => [...records.keys()].filter((key) => key.includes(part))

  it('that are whole are the same batch again', async () => {
    expect(await after(() => {})).toMatchObject({ kind: 'batch', body: { count: 3 } })
  })

  it.each(['entry/', 'head/', 'signed/receipt', 'signed/checkpoint'])('of which one of %s is gone', async (part) => {
    const count = part.includes('entry') || part.includes('receipt') ? 3 : 1
    for (let i = 0; i < count; i++)
      expect(await after((records) => void records.delete(named(records, part)[i]!))).toBeInstanceOf(DamagedLogError)
  })

  it('that belong to another secret', async () => {
    const error = (await after(() => {}, { secret: bytes(2) })) as DamagedLogError
    expect(error).toBeInstanceOf(DamagedLogError)
    expect(error.message.replace(/object .*/, 'object {…}')).toMatchInlineSnapshot(`
      "the records are not what was signed.
        receipt  object {…}
        rule     entries and heads without a gap, and from them and the secret exactly the digests that were signed
        fix      pass the secret that the epoch began with; if it is that, the store is damaged: sign nothing more in this epoch
        see      protocol.md, Commitment"
    `)
  })

  it('that were exchanged', async () => {
    const exchange = (records: Records) => {
      const [first, second] = named(records, 'entry/')
      const value = records.get(first!)!
      records.set(first!, records.get(second!)!).set(second!, value)
    }
    expect(await after(exchange)).toBeInstanceOf(DamagedLogError)
  })

  it('that can’t be written end it: what is missing might be what came before', async () => {
    const outside = new Public()
    const { write, ...store } = memoryStore()
    let fails = false
    const disk = {
      ...store,
      write: (changes: readonly Change[]) => (fails ? Promise.reject(new Error('disk full')) : write(changes)),
    }
    const executor = executorOf(new Map(), outside, memoryWitnesses(), immortal, {
      memory: { store: disk, witnesses: memoryWitnesses() },
    })
    await serve(executor, 0)
    fails = true
    await expect(serve(executor, 1)).rejects.toThrow('disk full')
    fails = false
    for (const act of [
      () => serve(executor, 1),
      () => serve(executor, 2),
      () => executor.checkpoint(),
      () => executor.commit(),
    ])
      await expect(act()).rejects.toThrow('disk full')
    expect(outside.signed).toHaveLength(1)
  })
})

describe('a verifier', () => {
  const place = { batchDigest: hex(1), executor: address, verifier: party('a', 1), index: 0, level: 0 }
  const disclosure = { task: orders[0]!.signed.task, input: orders[0]!.input, output: null }
  const asked = { type: 'request-reexecution', assignment: place, disclosure } as unknown as Effect
  const verifierOf = (records: Records, model: Pick<Model, 'reexecute'> = fickleModel()) =>
    createVerifier({
      ...{ protocol, epoch: 0, address: party('a', 1), signer: cheapSigner(party('a', 1)), secret: bytes(5), model },
      store: memoryStore(records),
    })

  it('reveals after a restart what it committed to, and runs nothing twice', async () => {
    const records: Records = new Map()
    const [committed] = await verifierOf(records).handle(asked)
    const restarted = verifierOf(records)
    expect(await restarted.handle(asked)).toEqual([committed])
    const [revealed] = await verifierOf(records).handle({ type: 'request-reveal', assignment: place, opened: null })
    const { content, salt } = revealed!.body as Message.Bodies['reveal']
    const { commit } = await import('../Reexecution.js')
    expect(commit(place, content, salt)).toBe((committed!.body as Message.Bodies['verifier-commitment']).commitment)
  })

  it('gives one answer to one assignment, however often it is asked at once', async () => {
    const verifier = verifierOf(new Map())
    const [first, second] = await Promise.all([verifier.handle(asked), verifier.handle(asked)])
    expect(second).toEqual(first)
  })

  it('commits to nothing that it could not keep', async () => {
    const store = { get: async () => undefined, write: () => Promise.reject(new Error('disk full')) }
    const parts = { protocol, epoch: 0, address: party('a', 1), signer: cheapSigner(party('a', 1)), secret: bytes(5) }
    await expect(createVerifier({ ...parts, model: toyModel(), store }).handle(asked)).rejects.toThrow('disk full')
  })

  it('tries again what failed', async () => {
    const records: Records = new Map()
    let broken = true
    const verifier = verifierOf(records, {
      reexecute: async () => {
        if (broken) throw new Error('out of memory')
        return '0x01'
      },
    })
    expect((await verifier.handle(asked))[0]!.kind).toBe('indeterminate')
    broken = false
    expect((await verifier.handle(asked))[0]!.kind).toBe('verifier-commitment')
  })
})

it('refuses a memory that is none', () => {
  const parts = {
    protocol,
    epoch: 0,
    address,
    secret: bytes(1),
    model: toyModel(),
    authenticator: cheapAuthenticator,
    signer: cheapSigner(address),
  }
  for (const memory of [null, {}, { store: memoryStore() }, { store: {}, witnesses: memoryWitnesses() }])
    expect(() => createExecutor({ ...parts, terms: { client: clientAddress, reward: 100n }, memory } as never)).toThrow(
      Errors.InvalidInputError,
    )
})

it('signs nothing else in a place that is taken, whoever asks', async () => {
  const parts = { protocol, epoch: 0, address, signer: cheapSigner(address), authenticator: cheapAuthenticator }
  const memory = { store: memoryStore(), witnesses: memoryWitnesses() }
  const receipt = (n: number) =>
    ({
      kind: 'receipt',
      body: { paramsHash: Protocol.hash(protocol), executor: address, epoch: 0, index: 3, leafHash: hex(n) },
    }) as const
  for (const guard of [await openGuard({ ...parts, memory }), await openGuard({ ...parts, memory })]) {
    const results = await Promise.allSettled([1, 2, 1].map((n) => guard.sign<'receipt'>(receipt(n))))
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    const error = await guard.sign<'receipt'>(receipt(2)).catch((error) => error)
    expect(error).toBeInstanceOf(EquivocationError)
    expect(error.message).toMatchInlineSnapshot(`
      "something else was signed in its place, so this is not.
        receipt/0000000000000003  "0x34a4efeca72e99871ebdc10971f4b0242c1c1790f9ea6ca3c533851b296fc157"
        rule                      one message for each place: a second one would prove a fault
        fix                       use what was signed; if a message is made anew, make it from the same records
        see                       protocol.md, Commitment"
    `)
  }
})
