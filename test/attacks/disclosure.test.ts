// Attacks on disclosure and opening: tasks that nobody ordered, content that was not committed to, silence.
import { Encoding, Hash, Ledger, type Message, Opening, type Round, Task } from '@spotcheck/core'
import { cheapSigner } from '@spotcheck/core/memory'
import { expect, test } from 'vitest'
import { altered, badSalts, forged, silent } from '../support/parties.js'
import { batchOf, executorWith, play, withParticipant } from '../support/play.js'
import { bytes, clientAddress, commitTo, createWorld, entriesOf, hex, party, type World } from '../support/world.js'

const executor = party('e', 1)
type Entry = Awaited<ReturnType<typeof entriesOf>>[number]

/** Plays an executor that commits to entry 1 as `change` makes it. */
async function playEntry(change: (entry: Entry, all: readonly Entry[], world: World) => Promise<Entry> | Entry) {
  const world = await createWorld()
  const entries = await entriesOf(world, 0)
  const changed = await change(entries[1]!, entries, world)
  const made = commitTo(world, 0, entries.with(1, changed))
  return play(world, {
    participants: withParticipant(world, executorWith(world, made)),
    batches: [await batchOf(world, made)],
  })
}

async function signedBy(signer: Encoding.Hex, task: Task.Task, { protocol }: World) {
  return cheapSigner(signer).signTypedData(Task.definition(task, protocol))
}

/** A task with other fields, signed by the client all the same. */
const ordered = (fields: Partial<Task.Task>) => async (entry: Entry, _: readonly Entry[], world: World) => {
  const task = { ...entry.task, ...fields }
  return { ...entry, task, signature: await signedBy(clientAddress, task, world) }
}

const phantoms: readonly (readonly [string, Parameters<typeof playEntry>[0], string])[] = [
  [
    'a task that its executor signed itself',
    async (entry, _, world) => ({ ...entry, signature: await signedBy(executor, entry.task, world) }),
    'task-signature',
  ],
  [
    'a signature that nobody can have made',
    (entry) => ({ ...entry, signature: `0x${'11'.repeat(65)}` }),
    'task-signature',
  ],
  [
    'a task ordered by another client',
    async (entry, _, world) => {
      const task = { ...entry.task, client: party('c', 2) }
      return { ...entry, task, signature: await signedBy(party('c', 2), task, world) }
    },
    'task-signature',
  ],
  [
    'the signature of another task',
    (entry, all) => ({ ...entry, signature: all[2]!.signature, task: { ...entry.task, nonce: 77n } }),
    'task-signature',
  ],
  ['a task that is in the batch already', (_, all) => all[0]!, 'task-repeated'],
  ['a task of weight 0', ordered({ value: 0n }), 'weight'],
  ['a task at another reward', ordered({ reward: 101n }), 'task-reward'],
  ['a task ordered under other parameters', ordered({ paramsHash: hex(5) }), 'task-parameters'],
  ['another input than was ordered', (entry) => ({ ...entry, input: Encoding.toHex(bytes(9, 4)) }), 'input'],
]
for (const [name, change, flaw] of phantoms)
  test(`phantom task, ${name}: a bad opening (${flaw}) that is slashed and earns nothing`, async () => {
    const played = await playEntry(change)
    expect(played.outcomes(executor)).toEqual({ 0: 'valid', 1: 'bad-opening', 2: 'valid', 3: 'valid' })
    expect(played.faults).toEqual([{ type: 'fault', party: executor, fault: 'bad-opening', executor, index: 1, flaw }])
    expect(played.slashes.map(({ slashId, amount, burnt }) => [slashId, amount, burnt])).toEqual([
      [`${executor}:0:1`, 3_000n, 1_500n],
    ])
    expect(played.gain(executor)).toBe(3n * 100n - 3_000n)
    expect(played.gain(clientAddress)).toBe(-3n * 100n - 4n * 2n)
  })

test('weight that is not the task’s value is a bad opening: weight can’t be shifted between leaves', async () => {
  const world = await createWorld()
  const entries = await entriesOf(world, 0)
  const made = commitTo(world, 0, [
    ...entries.slice(0, 3),
    { ...entries[3]!, task: { ...entries[3]!.task, value: 700n } },
  ])
  const cheat = executorWith(world, made, (body) =>
    body.leaf.index === 3 ? { ...body, task: entries[3]!.task, taskSignature: entries[3]!.signature } : body,
  )
  const lighter = await play(world, {
    participants: withParticipant(world, cheat),
    batches: [await batchOf(world, made)],
  })
  expect(lighter.faults.map(({ flaw }) => flaw)).toEqual(['task-mismatch'])
  expect(lighter.gain(executor)).toBe(300n - 3_000n)
  const heavier = executorWith(world, commitTo(world, 0, entries), (body) =>
    body.leaf.index === 3 ? { ...body, leaf: { ...body.leaf, weight: 70n } } : body,
  )
  const played = await play(world, { participants: withParticipant(world, heavier) })
  expect(played.faults.map(({ flaw }) => flaw)).toEqual(['not-in-batch'])
})

test('a phantom that is not drawn is evidence of nothing: no fault, no comparison, no leaf on the record', async () => {
  const world = await createWorld({ overrides: { sampling: { mode: 'fixed', rate: 250_000_000_000_000_000n } } })
  const entries = await entriesOf(world, 0)
  let missed = 0
  for (const [index, entry] of entries.entries()) {
    const phantom = { ...entry, signature: await signedBy(executor, entry.task, world) }
    const made = commitTo(world, 0, entries.with(index, phantom))
    const played = await play(world, {
      participants: withParticipant(world, executorWith(world, made)),
      batches: [await batchOf(world, made)],
    })
    const [drawn] = Object.keys(played.outcomes(executor))
    if (drawn === String(index)) continue
    missed++
    expect(played.outcomes(executor)).toEqual({ [drawn!]: 'valid' })
    expect(played.effects.filter(({ type }) => type === 'compared')).toHaveLength(1)
    expect(played.faults).toEqual([])
    expect(played.gain(executor)).toBe(400n)
  }
  expect(missed).toBeGreaterThan(0)
})

const leafFaults: readonly (readonly [string, (world: World) => ReturnType<typeof altered>, string, number])[] = [
  [
    'nothing disclosed',
    ({ executors }) =>
      altered(
        executors[0]!,
        silent(({ kind }) => kind === 'disclosure'),
      ),
    'missing-opening',
    0,
  ],
  [
    'nothing opened',
    ({ executors }) =>
      altered(
        executors[0]!,
        silent(({ kind }) => kind === 'opening'),
      ),
    'missing-opening',
    4,
  ],
  [
    'other salts',
    ({ executors, protocol }) => altered(executors[0]!, forged(protocol, 'opening', badSalts)),
    'bad-opening',
    4,
  ],
  [
    'another output',
    ({ executors, protocol }) =>
      altered(
        executors[0]!,
        forged(protocol, 'opening', (body) => otherContent(body, 'output')),
      ),
    'bad-opening',
    4,
  ],
  [
    'other evidence',
    ({ executors, protocol }) =>
      altered(
        executors[0]!,
        forged(protocol, 'opening', (body) => otherContent(body, 'evidence')),
      ),
    'bad-opening',
    4,
  ],
]
for (const [name, adversary, fault, paid] of leafFaults)
  test(`opening, ${name}: ${fault} for every sampled leaf; verifiers are paid for what they did`, async () => {
    const world = await createWorld()
    const played = await play(world, { participants: withParticipant(world, adversary(world)) })
    expect(Object.values(played.outcomes(executor))).toEqual(Array(4).fill(fault))
    expect(played.faults.map((one) => [one.party, one.fault])).toEqual(Array(4).fill([executor, fault]))
    expect(played.gain(executor)).toBe(-12_000n)
    expect(played.gain(clientAddress)).toBe(-8n)
    expect(played.gain(Ledger.burn)).toBe(6_000n)
    expect(played.gain(Ledger.treasury)).toBe(6_000n + 8n - BigInt(paid) * 120n)
  })

test('a late opening cures nothing: the record says late, the slash is that of silence, once', async () => {
  const world = await createWorld()
  const kept: Message.Envelope[] = []
  const slow = altered(world.executors[0]!, (message) => {
    if (message.kind !== 'opening') return [message]
    kept.push(message)
    return []
  })
  const receptions: Round.Reception[] = []
  const played = await play(world, {
    participants: withParticipant(world, slow),
    after: {
      opening: async ({ send }) => {
        for (const message of [...kept, ...kept]) receptions.push(await send(message))
      },
    },
  })
  expect(receptions).toEqual(Array(2).fill({ status: 'rejected', reason: 'late' }))
  expect(Object.values(played.outcomes(executor))).toEqual(Array(4).fill('late'))
  expect(played.faults.map(({ fault }) => fault)).toEqual([
    ...Array(4).fill('missing-opening'),
    ...Array(4).fill('late'),
  ])
  expect(played.slashes.map(({ reason, amount }) => [reason, amount])).toEqual(Array(4).fill(['late', 3_000n]))
  expect(played.gain(executor)).toBe(-12_000n)
})

test('a multiproof that does not verify opens nothing and convicts nobody; sent again as it should be, it opens', async () => {
  const world = await createWorld()
  const [honest] = world.executors
  const request = { type: 'request-opening', executor, indices: [0, 1, 2] } as const
  const other = commitTo(world, 0, (await entriesOf(world, 0)).slice(0, 3))
  const proofs: ((body: Message.Bodies['opening']) => readonly Encoding.Hex[])[] = [
    () => [],
    ({ proof }) => [hex(0xbd), ...proof.slice(1)],
    ({ proof }) => [...proof, hex(0xbd)],
    () => Opening.from(other, [0, 1]).proof,
  ]
  const receptions: Round.Reception[] = []
  const played = await play(world, {
    participants: withParticipant(
      world,
      altered(
        honest!,
        silent(({ kind }) => kind === 'opening'),
      ),
    ),
    after: {
      verifierCommit: async ({ send, state }) => {
        const before = state()
        for (const proof of proofs) {
          const liar = altered(
            honest!,
            forged(world.protocol, 'opening', (body) => ({ ...body, proof: proof(body) })),
          )
          for (const one of await liar.handle(request)) receptions.push(await send(one))
        }
        expect(state()).toBe(before)
        for (const one of await honest!.handle({ ...request, indices: [0, 1, 2, 3] })) receptions.push(await send(one))
      },
    },
  })
  const refused: Round.Reception = { status: 'rejected', reason: 'does-not-open' }
  expect(receptions).toEqual([...Array(4).fill(refused), { status: 'applied' }])
  expect(played.faults).toEqual([])
  expect(Object.values(played.outcomes(executor))).toEqual(Array(4).fill('valid'))
})

test('one leaf that differs is a bad opening of its own; those beside it are open', async () => {
  const world = await createWorld()
  for (const change of [{ taskId: hex(0xbd) }, { weight: 1n }, { output: '0x0bad' }] as const) {
    const liar = altered(
      world.executors[0]!,
      forged(world.protocol, 'opening', (body) => ({
        ...body,
        leaves: body.leaves.map((leaf) => (leaf.index === 2 ? { ...leaf, ...change } : leaf)),
      })),
    )
    const played = await play(world, { participants: withParticipant(world, liar) })
    expect(played.outcomes(executor)).toEqual({ 0: 'valid', 1: 'valid', 2: 'bad-opening', 3: 'valid' })
  }
})

test('an opening before the verifiers have committed is refused: re-execution stays blind', async () => {
  const world = await createWorld()
  const made = commitTo(world, 0, await entriesOf(world, 0))
  const opening = await executorWith(world, made).handle({ type: 'request-opening', executor, indices: [0, 1, 2, 3] })
  let reception: Round.Reception | undefined
  const played = await play(world, {
    after: { disclosure: async ({ send }) => (reception = await send(opening[0])) },
  })
  expect(reception).toEqual({ status: 'rejected', reason: 'early' })
  expect(played.gain(executor)).toBe(400n)
})

test('disclosures and openings of another batch are refused, also when they are genuine', async () => {
  const world = await createWorld()
  const other = commitTo(world, 0, (await entriesOf(world, 0)).slice(0, 3))
  const replay = executorWith(world, other)
  const receptions: Round.Reception[] = []
  const played = await play(world, {
    after: {
      beacon: async ({ send }) => {
        for (const one of await replay.handle({ type: 'request-disclosure', executor, indices: [0, 1] }))
          receptions.push(await send(one))
      },
      verifierCommit: async ({ send }) => {
        for (const one of await replay.handle({ type: 'request-opening', executor, indices: [0, 1] }))
          receptions.push(await send(one))
      },
    },
  })
  expect(receptions).toEqual(Array(3).fill({ status: 'rejected', reason: 'wrong-batch' }))
  expect(played.slashes).toEqual([])
  expect(played.gain(executor)).toBe(400n)
})

test('a second, different disclosure changes nothing; one for a leaf that was not drawn is refused', async () => {
  const world = await createWorld({ overrides: { sampling: { mode: 'fixed', rate: 500_000_000_000_000_000n } } })
  const made = commitTo(world, 0, await entriesOf(world, 0))
  const liar = executorWith(world, made, (body) => ({ ...body, input: Encoding.toHex(Hash.keccak256(bytes(1))) }))
  const receptions: Round.Reception[] = []
  const played = await play(world, {
    after: {
      beacon: async ({ send, state }) => {
        const sampled = [...state().batches.get(executor)!.leaves.keys()]
        const others = [0, 1, 2, 3].filter((index) => !sampled.includes(index))
        const indices = [sampled[0]!, others[0]!]
        for (const one of await liar.handle({ type: 'request-disclosure', executor, indices }))
          receptions.push(await send(one))
      },
    },
  })
  expect(receptions).toEqual([
    { status: 'rejected', reason: 'already-said' },
    { status: 'rejected', reason: 'not-sampled' },
  ])
  expect(played.gain(executor)).toBe(400n)
})

test('a bad disclosure can’t be taken back by a good one, nor a good one spoiled by a bad one', async () => {
  const world = await createWorld({ tasks: 1 })
  const made = commitTo(world, 0, await entriesOf(world, 0, 1))
  const good = executorWith(world, made)
  const bad = executorWith(world, made, (body) => ({ ...body, input: '0x' }))
  const request: Round.Effect = { type: 'request-disclosure', executor, indices: [0] }
  const receptions: Round.Reception[] = []
  const played = await play(world, {
    participants: withParticipant(world, bad),
    after: { beacon: async ({ send }) => receptions.push(await send((await good.handle(request))[0])) },
  })
  expect(receptions).toEqual([{ status: 'rejected', reason: 'faulted' }])
  expect(played.outcomes(executor)).toEqual({ 0: 'bad-opening' })
  expect(played.gain(executor)).toBe(-3_000n)
})

function otherContent(body: Message.Bodies['opening'], part: 'output' | 'evidence'): Message.Bodies['opening'] {
  return { ...body, leaves: body.leaves.map((leaf) => ({ ...leaf, [part]: '0x0badcafe' })) }
}
