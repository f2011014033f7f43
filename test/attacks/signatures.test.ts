// Real secp256k1 keys from end to end: forged, malleated and misdirected signatures, and three attacks that need them.
import { Message, type Round, Task } from '@spotcheck/core'
import { secp256k1 } from '@spotcheck/core/viem'
import { expect, test } from 'vitest'
import { realSigner } from '../support/keys.js'
import { altered, badSalts, forged, secondBatch } from '../support/parties.js'
import { batchOf, executorWith, leafAt, misled, play, withParticipant } from '../support/play.js'
import {
  clientAddress,
  commitTo,
  createWorld,
  entriesOf,
  type Hex,
  party,
  protocolWith,
  toyModel,
  type WorldOptions,
} from '../support/world.js'

const executor = party('e', 1)
const signer = realSigner
const create = (options: WorldOptions = {}) => createWorld({ tasks: 2, ...options, signer })
const real = { authenticator: secp256k1, signer }

test('honest parties with real keys: everything verifies, everybody is paid', async () => {
  const played = await play(await create(), real)
  expect(played.refusals).toEqual([])
  expect(played.slashes).toEqual([])
  expect(played.gain(executor)).toBe(200n)
})

test('a cheater is convicted with real keys, by arbitration', async () => {
  const played = await play(await create({ executors: [toyModel({ wrong: true })] }), real)
  expect(played.outcomes(executor)).toEqual({ 0: 'mismatch', 1: 'mismatch' })
  expect(played.gain(executor)).toBe(-6_000n)
  expect(played.slashes.map(({ party }) => party)).toEqual([executor, executor])
})

test('a lone false accuser with real keys loses its bond, the executor nothing', async () => {
  const world = await create({ tasks: 1 })
  const verifiers = world.verifiers.map((one) => misled(one, () => true))
  const played = await play(world, { ...real, participants: [...world.executors, ...verifiers] })
  const { seats, outcome } = leafAt(played.state, executor, 0)
  expect([seats[0]!.verdict, outcome]).toEqual(['dissents', 'valid'])
  expect(played.slashes).toEqual([])
  expect([played.gain(executor), played.gain(seats[0]!.verifier)]).toEqual([100n, -360n])
})

test('equivocation with real keys: two signatures are the proof', async () => {
  const world = await create()
  const batch = await world.executors[0]!.commit()
  const played = await play(world, { ...real, batches: [batch, await secondBatch(world.protocol, batch, 1, signer)] })
  expect(played.faults.map(({ fault }) => fault)).toEqual(['equivocation'])
  expect(played.gain(executor)).toBe(-10_000n)
})

test('a bad opening with real keys convicts whoever signed it', async () => {
  const world = await create()
  const cheat = altered(world.executors[0]!, forged(world.protocol, 'opening', badSalts, signer))
  const played = await play(world, { ...real, participants: withParticipant(world, cheat) })
  expect(Object.values(played.outcomes(executor))).toEqual(['bad-opening', 'bad-opening'])
  expect(played.gain(executor)).toBe(-6_000n)
})

test('a phantom task signed with the executor’s real key is a bad opening', async () => {
  const world = await create()
  const entries = await entriesOf(world, 0, 2)
  const signature = await signer(executor).signTypedData(Task.definition(entries[1]!.task, world.protocol))
  const made = commitTo(world, 0, entries.with(1, { ...entries[1]!, signature }))
  const played = await play(world, {
    ...real,
    participants: withParticipant(world, executorWith(world, made, undefined, signer)),
    batches: [await batchOf(world, made, signer)],
  })
  expect(played.faults.map(({ flaw }) => flaw)).toEqual(['task-signature'])
  expect(played.gain(executor)).toBe(100n - 3_000n)
})

for (const [name, other] of [
  ['another chain', { chainId: 1 }],
  ['another contract', { verifyingContract: party('d', 1) }],
] as const)
  test(`a batch signed for ${name} recovers to nobody who takes part`, async () => {
    const world = await create()
    const { body } = await world.executors[0]!.commit()
    let reception: Round.Reception | undefined
    const played = await play(world, {
      ...real,
      batches: [],
      after: { batches: async ({ say }) => (reception = await say('batch', body, executor, protocolWith(other))) },
    })
    expect(reception).toEqual({ status: 'rejected', reason: 'unknown-signer' })
    expect([played.gain(executor), played.gain(clientAddress)]).toEqual([0n, 0n])
  })

test('a message signed by somebody else’s key speaks for nobody', async () => {
  const world = await create({ executors: [toyModel(), toyModel()] })
  const { body } = await world.executors[0]!.commit()
  const receptions: Round.Reception[] = []
  const played = await play(world, {
    ...real,
    batches: [],
    after: {
      batches: async ({ say }) => {
        for (const thief of [party('e', 2), party('a', 1), clientAddress])
          receptions.push(await say('batch', body, thief))
      },
    },
  })
  expect(receptions).toEqual(Array(3).fill({ status: 'rejected', reason: 'unknown-signer' }))
  expect(played.gain(executor)).toBe(0n)
})

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const word = (value: bigint) => value.toString(16).padStart(64, '0')
const parts = (signature: Hex) => ({
  r: signature.slice(2, 66),
  s: BigInt(`0x${signature.slice(66, 130)}`),
  v: Number.parseInt(signature.slice(130), 16),
})
const joined = (r: string, s: bigint, v: number): Hex => `0x${r}${word(s)}${v.toString(16).padStart(2, '0')}`

const malleations: readonly (readonly [string, (signature: Hex) => Hex])[] = [
  ['high s with the other v, which recovers the same key', (sig) => flipped(sig, true)],
  ['high s with the same v', (sig) => flipped(sig, false)],
  ['v as 0 or 1', (sig) => joined(parts(sig).r, parts(sig).s, parts(sig).v - 27)],
  ['v as 29 or 30', (sig) => joined(parts(sig).r, parts(sig).s, parts(sig).v + 2)],
  ['v of EIP-155', (sig) => joined(parts(sig).r, parts(sig).s, parts(sig).v + 10)],
  ['s of zero', (sig) => joined(parts(sig).r, 0n, 27)],
  ['s of the order', (sig) => joined(parts(sig).r, ORDER, 27)],
  ['r of zero', (sig) => joined(word(0n), parts(sig).s, 27)],
  ['r of the order', (sig) => joined(word(ORDER), parts(sig).s, 27)],
  ['nothing but ones', () => `0x${'ff'.repeat(65)}`],
]
function flipped(signature: Hex, otherV: boolean): Hex {
  const { r, s, v } = parts(signature)
  return joined(r, ORDER - s, otherV ? 55 - v : v)
}
for (const [name, change] of malleations)
  test(`a malleated signature (${name}) is refused before it reaches the machine`, async () => {
    const world = await create()
    const batch = await world.executors[0]!.commit()
    const forgery = { ...batch, signature: change(batch.signature) }
    await expect(Message.authenticate(forgery, world.protocol, secp256k1)).rejects.toThrow(
      Message.InvalidSignatureError,
    )
    await expect(Message.authenticate(batch, world.protocol, secp256k1)).resolves.toMatchObject({
      signer: signer(executor).address.toLowerCase(),
    })
  })

test('a task signature that is malleated is no order: its executor should have looked', async () => {
  const world = await create()
  const entries = await entriesOf(world, 0, 2)
  const made = commitTo(world, 0, entries.with(0, { ...entries[0]!, signature: flipped(entries[0]!.signature, true) }))
  const played = await play(world, {
    ...real,
    participants: withParticipant(world, executorWith(world, made, undefined, signer)),
    batches: [await batchOf(world, made, signer)],
  })
  expect(played.faults.map(({ flaw, index }) => [flaw, index])).toEqual([['task-signature', 0]])
  expect(played.gain(executor)).toBe(100n - 3_000n)
})

test('signatures of 64 or 66 bytes, in upper case or without 0x are malformed', async () => {
  const world = await create()
  const batch = await world.executors[0]!.commit()
  const { signature } = batch
  for (const bad of [signature.slice(0, -2), `${signature}00`, signature.toUpperCase(), signature.slice(2), 7, null])
    await expect(Message.authenticate({ ...batch, signature: bad }, world.protocol, secp256k1)).rejects.toThrow(
      Message.MalformedMessageError,
    )
})
