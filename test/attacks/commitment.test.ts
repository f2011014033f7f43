// Attacks on the commitment: what an executor signs, and what it could have meant by it.
import { Commitment, Encoding, Ledger, Merkle, Message, type Round } from '@spotcheck/core'
import { cheapAuthenticator, cheapSigner } from '@spotcheck/core/memory'
import { expect, test } from 'vitest'
import { secondBatch } from '../support/parties.js'
import { type Attack, batchOf, executorWith, type Played, play, withParticipant } from '../support/play.js'
import {
  clientAddress,
  commitTo,
  createWorld,
  entriesOf,
  party,
  protocolWith,
  toyModel,
  type World,
} from '../support/world.js'

const executor = party('e', 1)

/** A commitment to the given leaves, whatever they say of themselves. */
function planted(
  world: World,
  honest: Commitment.Commitment,
  leaves: readonly Commitment.Leaf[],
  count = leaves.length,
) {
  const tree = Merkle.from(leaves.map(Commitment.encodeLeaf))
  const batch = { ...honest.batch, count, root: Encoding.toHex(Merkle.root(tree)) }
  return { ...honest, batch, tree, digest: Commitment.digest(batch, world.protocol) }
}

/** The executor keeps nothing of what it is due, and the client has its money back, but for the fees of `fees` leaves. */
function expectUnpaid({ gain }: Played, fees = 0n): void {
  expect(gain(clientAddress)).toBe(-2n * fees)
  expect(gain(executor) <= 0n).toBe(true)
}

test('two leaves for one index: the planted one stands at another place, and neither place can be served by it', async () => {
  const world = await createWorld()
  const honest = commitTo(world, 0, await entriesOf(world, 0))
  const [zero, one, two, three] = honest.leaves as [Commitment.Leaf, Commitment.Leaf, Commitment.Leaf, Commitment.Leaf]
  const convenient = { ...one, bytesCommit: two.bytesCommit }
  const made = planted(world, honest, [zero, one, convenient, three])
  const atTwo = Merkle.prove(made.tree, 2).map(Encoding.toHex)
  const cheat = executorWith(world, made, (body) =>
    body.leaf.index === 1 ? { ...body, leaf: convenient, proof: atTwo } : body,
  )
  const played = await play(world, {
    participants: withParticipant(world, cheat),
    batches: [await batchOf(world, made)],
  })
  expect(played.outcomes(executor)).toEqual({ 0: 'valid', 1: 'bad-opening', 2: 'bad-opening', 3: 'valid' })
  expect(played.faults.map(({ fault, flaw, index }) => [fault, flaw, index])).toEqual([
    ['bad-opening', 'not-in-batch', 1],
    ['bad-opening', 'not-in-batch', 2],
  ])
  expect(played.gain(executor)).toBe(2n * 100n - 2n * 3_000n)
  expect(played.gain(clientAddress)).toBe(-2n * 100n - 4n * 2n)
  expect(played.gain(Ledger.burn)).toBe(3_000n)
})

test('a tree with one leaf more than was signed: no proof fits the signed count', async () => {
  const world = await createWorld()
  const honest = commitTo(world, 0, await entriesOf(world, 0))
  const spare = { ...honest.leaves[3]!, bytesCommit: honest.leaves[0]!.bytesCommit }
  const made = planted(world, honest, [...honest.leaves, spare], 4)
  const played = await play(world, {
    participants: withParticipant(world, executorWith(world, made)),
    batches: [await batchOf(world, made)],
  })
  expect(Object.values(played.outcomes(executor))).toEqual(Array(4).fill('bad-opening'))
  expect(played.gain(executor)).toBe(-4n * 3_000n)
  expectUnpaid(played, 4n)
})

test('a leaf whose index is not its position is good at no position', async () => {
  const world = await createWorld()
  const honest = commitTo(world, 0, await entriesOf(world, 0))
  const [zero, one, ...rest] = honest.leaves as [Commitment.Leaf, Commitment.Leaf, ...Commitment.Leaf[]]
  const made = planted(world, honest, [one, zero, ...rest])
  const swapped = executorWith(world, { ...made, leaves: [one, zero, ...rest] })
  const played = await play(world, {
    participants: withParticipant(world, swapped),
    batches: [await batchOf(world, made)],
  })
  expect(played.outcomes(executor)).toEqual({ 0: 'bad-opening', 1: 'bad-opening', 2: 'valid', 3: 'valid' })
  expect(played.faults.every(({ flaw }) => flaw === 'not-in-batch')).toBe(true)
  expect(played.gain(executor)).toBe(2n * 100n - 2n * 3_000n)
})

test('a leaf is no inner node and an inner node is no leaf', async () => {
  const world = await createWorld()
  const honest = commitTo(world, 0, await entriesOf(world, 0))
  const tree = honest.tree as Merkle.Tree
  const [left, right] = [0, 1].map((i) => Merkle.node(tree, 0, i)) as [Uint8Array, Uint8Array]
  expect(Merkle.leafHash(Encoding.concat(left, right))).not.toEqual(Merkle.nodeHash(left, right))
  const inner = { ...honest.batch, count: 1, root: Encoding.toHex(Merkle.node(tree, 1, 0)) }
  const leaf = { ...honest.batch, count: 2, root: Encoding.toHex(left) }
  for (const batch of [inner, leaf]) {
    const made = { ...honest, batch, digest: Commitment.digest(batch, world.protocol) }
    for (const proof of [[], [Encoding.toHex(right)]]) {
      const cheat = executorWith(world, made, (body) => ({ ...body, proof }))
      const played = await play(world, {
        participants: withParticipant(world, cheat),
        batches: [await batchOf(world, made)],
      })
      expect(new Set(played.faults.map(({ flaw }) => flaw))).toEqual(new Set(['not-in-batch']))
      expect(played.gain(executor)).toBe(-3_000n * BigInt(batch.count))
      expectUnpaid(played, BigInt(batch.count))
    }
  }
})

test('more leaves than the client ordered are refused: padding earns nothing', async () => {
  const world = await createWorld({ tasks: 3 })
  const made = commitTo(world, 0, await entriesOf(world, 0, 4))
  const played = await play(world, { batches: [await batchOf(world, made)] })
  expect(played.refusals).toContain('too-many-tasks')
  expectUnpaid(played)
  expect(played.gain(executor)).toBe(0n)
})

const elsewhere: readonly (readonly [string, (batch: Commitment.Batch) => Commitment.Batch, Round.Rejection])[] = [
  ['another epoch', (batch) => ({ ...batch, epoch: 1 }), 'wrong-epoch'],
  ['other parameters', (batch) => ({ ...batch, paramsHash: `0x${'99'.repeat(32)}` }), 'wrong-parameters'],
  ['another beacon round', (batch) => ({ ...batch, beaconRound: batch.beaconRound + 1 }), 'wrong-beacon-round'],
  ['an executor nobody engaged', (batch) => ({ ...batch, executor: party('e', 9) }), 'unknown-party'],
  ['less weight than leaves', (batch) => ({ ...batch, totalWeight: 3n }), 'weightless'],
]
for (const [name, change, reason] of elsewhere)
  test(`a batch for ${name} is refused: ${reason}`, async () => {
    const world = await createWorld()
    const { batch } = commitTo(world, 0, await entriesOf(world, 0))
    let reception: Round.Reception | undefined
    const played = await play(world, {
      batches: [],
      after: { batches: async ({ say }) => (reception = await say('batch', change(batch))) },
    })
    expect(reception).toEqual({ status: 'rejected', reason })
    expectUnpaid(played)
    expect(played.gain(executor)).toBe(0n)
  })

for (const [name, other] of [
  ['chain', { chainId: 1 }],
  ['contract', { verifyingContract: party('d', 1) }],
] as const)
  test(`a batch signed for another ${name} is not this network’s: its signature does not recover`, async () => {
    const world = await createWorld()
    const { batch: body } = commitTo(world, 0, await entriesOf(world, 0))
    const signed = await Message.sign<'batch'>({ kind: 'batch', body }, protocolWith(other), cheapSigner(executor))
    await expect(Message.authenticate(signed, world.protocol, cheapAuthenticator)).rejects.toThrow(
      Message.InvalidSignatureError,
    )
    const played = await play(world, { batches: [] })
    expectUnpaid(played)
    expect(played.gain(executor)).toBe(0n)
  })

test('a batch that comes after the commit deadline, when the beacon may be known, is late', async () => {
  const world = await createWorld()
  const batch = await world.executors[0]!.commit()
  const receptions: Round.Reception[] = []
  const send = async (attack: Attack) => receptions.push(await attack.send(batch))
  const played = await play(world, { batches: [], after: { commit: send, beacon: send, disclosure: send } })
  expect(receptions).toEqual(Array(3).fill({ status: 'rejected', reason: 'late' }))
  expectUnpaid(played)
  expect(played.gain(executor)).toBe(0n)
})

test('a signed batch in somebody else’s name is refused: unknown-signer', async () => {
  const world = await createWorld({ executors: [toyModel(), toyModel()] })
  const { batch } = commitTo(world, 0, await entriesOf(world, 0))
  let reception: Round.Reception | undefined
  const played = await play(world, {
    batches: [],
    after: { batches: async ({ say }) => (reception = await say('batch', batch, party('e', 2))) },
  })
  expect(reception).toEqual({ status: 'rejected', reason: 'unknown-signer' })
  expectUnpaid(played)
})

test('equivocation is slashed once, however many batches prove it, and earns nothing', async () => {
  const world = await createWorld({ executors: [toyModel(), toyModel()] })
  const batches = await Promise.all(world.executors.map((one) => one.commit()))
  const seconds = await Promise.all([1, 2, 3].map((salt) => secondBatch(world.protocol, batches[0]!, salt)))
  const played = await play(world, { batches: [...batches, ...seconds, ...seconds] })
  expect(played.faults).toEqual([{ type: 'fault', party: executor, fault: 'equivocation', executor }])
  expect(played.slashes.map(({ party, amount, burnt }) => [party, amount, burnt])).toEqual([
    [executor, 10_000n, 5_000n],
  ])
  expect(played.gain(executor)).toBe(-10_000n)
  expect(played.gain(party('e', 2))).toBe(400n)
  expect(played.gain(clientAddress)).toBe(-4n * 102n)
})

test('equivocation is no way out of a conviction: it comes on top of what the leaves cost', async () => {
  const world = await createWorld({ executors: [toyModel({ wrong: true })] })
  const batch = await world.executors[0]!.commit()
  const second: Message.Envelope = await secondBatch(world.protocol, batch)
  for (const moment of ['beacon', 'opening', 'reveal', 'vote 1'] as const) {
    const played = await play(world, { batches: [batch], after: { [moment]: ({ send }: Attack) => send(second) } })
    expect(Object.values(played.outcomes(executor))).toEqual(Array(4).fill('mismatch'))
    expect(played.gain(executor)).toBe(-4n * 3_000n - 10_000n)
    expect(played.gain(clientAddress)).toBe(-4n * 2n)
  }
})
