import { keccak_256 } from '@noble/hashes/sha3.js'
import { concatBytes, hexToBytes } from '@noble/hashes/utils.js'
import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type * as z from 'zod'
import * as reference from '../../../test/support/eip712.js'
import { commitmentOf, entryWith, protocol } from '../../../test/support/fixtures.js'
import { errorOf } from '../../../test/support/thrown.js'
import { bytes, hex, party } from '../../../test/support/world.js'
import * as Commitment from './Commitment.js'
import * as Encoding from './Encoding.js'
import * as Errors from './Errors.js'
import * as Merkle from './Merkle.js'
import { testParameters } from './memory/parameters.js'
import * as Output from './Output.js'
import * as Protocol from './Protocol.js'
import * as Schema from './Schema.js'
import * as Task from './Task.js'

fc.configureGlobal({ seed: 20_261_123 })

const raw = (value: string) => hexToBytes(value.slice(2))
const word = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(Encoding.toHex)
const leaf: fc.Arbitrary<Commitment.Leaf> = fc.record({
  index: fc.maxSafeNat(),
  taskId: word,
  weight: fc.bigInt(0n, 2n ** 128n - 1n),
  bytesCommit: word,
  evidenceCommit: word,
})

it('has the schemas of its types', () => {
  expectTypeOf<z.infer<typeof Commitment.leafSchema>>().toEqualTypeOf<Commitment.Leaf>()
  expectTypeOf<z.infer<typeof Commitment.batchSchema>>().toEqualTypeOf<Commitment.Batch>()
})

describe('leaf data', () => {
  it('is 120 bytes: u64 index || taskId || u128 weight || bytesCommit || evidenceCommit', () => {
    fc.assert(
      fc.property(leaf, (one) => {
        const expected = new Uint8Array(120)
        const view = new DataView(expected.buffer)
        view.setBigUint64(0, BigInt(one.index))
        expected.set(raw(one.taskId), 8)
        view.setBigUint64(40, one.weight >> 64n)
        view.setBigUint64(48, one.weight & (2n ** 64n - 1n))
        expected.set(raw(one.bytesCommit), 56)
        expected.set(raw(one.evidenceCommit), 88)
        expect(Commitment.encodeLeaf(one)).toEqual(expected)
        expect(Commitment.decodeLeaf(expected)).toEqual(one)
      }),
    )
  })

  it('is refused when malformed', () => {
    expect(
      errorOf(() => Commitment.decodeLeaf(bytes(0, 119)), Commitment.InvalidBatchError).message,
    ).toMatchInlineSnapshot(`
      "leaf data is malformed.
        data  Uint8Array(119) 0x0000000000000000000000000000000000000000000000000000000000000000…
        rule  120 bytes that begin with a u64 index below 2^53
        fix   pass the bytes that Commitment.encodeLeaf made
        see   protocol.md, Bytes"
    `)
    const { proxy } = Proxy.revocable(new Uint8Array(120), {})
    const fake = Object.create(Uint8Array.prototype)
    const unsafe = bytes(0xff, 120)
    for (const wrong of [bytes(0, 121), unsafe, new Uint16Array(60), '0x', null, proxy, fake])
      expect(() => Commitment.decodeLeaf(wrong as never)).toThrow(Commitment.InvalidBatchError)
    const good = Commitment.decodeLeaf(bytes(0, 120))
    for (const wrong of [
      undefined,
      {},
      { ...good, index: -1 },
      { ...good, weight: 2n ** 128n },
      { ...good, taskId: '0x' },
    ])
      expect(() => Commitment.encodeLeaf(wrong as never)).toThrow(Errors.InvalidInputError)
  })
})

describe('from', () => {
  it('is deterministic, and changes with everything it is given', () => {
    expect(commitmentOf(5)).toEqual(commitmentOf(5))
    const { batch } = commitmentOf(5)
    const others = [
      { epoch: 3 },
      { executor: party('e', 2) },
      { secret: bytes(10) },
      { beaconRound: 10 },
      { protocol: Protocol.from({ ...protocol, chainId: 1 }) },
      { entries: [entryWith(1), entryWith(0)] },
    ]
    const digests = others.map((one) => commitmentOf(5, one).digest)
    expect(new Set([commitmentOf(5).digest, ...digests]).size).toBe(others.length + 1)
    const roots = others.map((one) => commitmentOf(5, one).batch.root)
    // Only the round does not reach the tree.
    expect(roots.filter((root) => root === batch.root)).toHaveLength(1)
  })

  it('commits to each output under its own salt', () => {
    const { leaves, salts, entries } = commitmentOf(4)
    for (const [i, { task, output }] of entries.entries())
      expect(leaves[i]).toEqual({
        index: i,
        taskId: Task.id(task),
        weight: task.value,
        bytesCommit: Output.commit('bytes', output.bytes, salts[i]!.bytes),
        evidenceCommit: Output.commit('evidence', output.evidence, salts[i]!.evidence),
      })
    const all = [commitmentOf(4), commitmentOf(4, { epoch: 7 }), commitmentOf(4, { executor: party('e', 2) })]
    const every = all.flatMap((one) => one.salts.flatMap((pair) => [pair.bytes, pair.evidence]))
    expect(new Set(every).size).toBe(24)
  })

  it('signs the batch of protocol.md', () => {
    const { batch, digest, leaves } = commitmentOf(3)
    const hashes = leaves.map((one) => keccak_256(concatBytes(Uint8Array.of(0), Commitment.encodeLeaf(one))))
    const left = keccak_256(concatBytes(Uint8Array.of(1), hashes[0]!, hashes[1]!))
    expect(batch).toMatchObject({
      paramsHash: Protocol.hash(protocol),
      executor: party('e', 1),
      epoch: 2,
      count: 3,
      totalWeight: 1n + 2n + 3n,
      root: Encoding.toHex(keccak_256(concatBytes(Uint8Array.of(1), left, hashes[2]!))),
      beaconRound: 9,
    })
    const { chainId, verifyingContract } = protocol
    expect(digest).toBe(Encoding.toHex(reference.digest(chainId, verifyingContract, 'Batch', batch)))
    expect(Commitment.batchFrom(JSON.parse(JSON.stringify(batch, Schema.toJson)))).toEqual(batch)
  })

  it('keeps a copy: what is served later does not belong to it', () => {
    const entries = [entryWith(0)]
    const commitment = commitmentOf(1, { entries })
    entries.push(entryWith(1))
    expect(commitment.entries).toHaveLength(1)
  })

  it('refuses what could be neither disclosed nor opened', () => {
    const entry = entryWith(0)
    const large = `0x${'00'.repeat(Output.maxBytes + 1)}`
    const refusal = (wrong: object) =>
      errorOf(() => commitmentOf(1, { entries: [entry, wrong as Commitment.Entry] }), Commitment.InvalidBatchError)
    expect(errorOf(() => commitmentOf(0), Commitment.InvalidBatchError).message).toMatchInlineSnapshot(`
      "a batch needs at least one entry.
        entries  Array(0)
        rule     one entry per task, at least one
        fix      commit nothing for an epoch without work
        see      protocol.md, Commitment"
    `)
    expect(refusal({ ...entry, signature: '0x' }).subject).toBe('entries.1.signature')
    expect(refusal({ ...entry, input: large }).subject).toBe('entries.1.input')
    expect(refusal({ ...entry, output: { bytes: '0x', evidence: large } }).subject).toBe('entries.1.output.evidence')
    expect(refusal({ ...entry, task: { ...entry.task, model: '0x' } }).subject).toBe('entries.1.task.model')
    const heavy = { ...entry, task: { ...entry.task, value: 2n ** 128n - 1n } }
    expect(errorOf(() => commitmentOf(2, { entries: [heavy, heavy] }), Commitment.InvalidBatchError).subject).toBe(
      'batch.totalWeight',
    )
    for (const overrides of [{ epoch: -1 }, { epoch: 2 ** 33 }, { beaconRound: 0 }, { secret: bytes(1, 31) }])
      expect(() => commitmentOf(1, overrides)).toThrow(Errors.BaseError)
    for (const overrides of [{ executor: '0x' }, { entries: 'x' }, { protocol: {} }])
      expect(() => commitmentOf(1, overrides as never)).toThrow(Errors.BaseError)
    expect(() => Commitment.from(undefined as never)).toThrow(Errors.InvalidInputError)
    const context = { protocol, executor: party('e', 1), epoch: 2, secret: bytes(1) }
    for (const wrong of [Symbol('0'), -1, 0.5, undefined])
      expect(() => Commitment.leafOf(entry, wrong as never, context)).toThrow(Errors.InvalidInputError)
  })
})

describe('flaw', () => {
  const byValue = (interval: bigint) => Protocol.from({ ...testParameters, sampling: { mode: 'byValue', interval } })
  const { batch } = commitmentOf(3)
  const weighing = (totalWeight: bigint, of: Protocol.Protocol) => Commitment.flaw({ ...batch, totalWeight }, of)

  it('is less weight than leaves of at least 1', () => {
    for (const of of [protocol, byValue(1n)]) {
      expect(weighing(3n, of)).toBeUndefined()
      expect(weighing(2n, of)).toBe('weightless')
    }
  })

  it('is more drawn units than a batch may have leaves, where units are drawn', () => {
    const most = BigInt(Commitment.maxCount)
    expect(weighing(7n * most + 6n, byValue(7n))).toBeUndefined()
    expect(weighing(7n * most + 7n, byValue(7n))).toBe('too-many-tasks')
    expect(weighing(2n ** 128n - 1n, protocol)).toBeUndefined()
    // Parameters that break a rule of theirs divide by nothing.
    const unruly = { ...byValue(7n), sampling: { mode: 'byValue', interval: 0n } } as const
    expect(weighing(3n, unruly)).toBe('too-many-tasks')
  })

  it('is of a batch and of parameters', () => {
    expect(() => Commitment.flaw({} as never, protocol)).toThrow(Commitment.InvalidBatchError)
    expect(() => Commitment.flaw(batch, {} as never)).toThrow(Protocol.InvalidProtocolError)
  })
})

describe('a proof', () => {
  it('holds for its own leaf at its own index only', () => {
    for (const count of [1, 2, 3, 5, 8, 13]) {
      const commitment = commitmentOf(count)
      const { batch, leaves } = commitment
      for (const [i, one] of leaves.entries()) {
        const proof = Commitment.prove(commitment, i)
        expect(Commitment.includes(batch, one, proof, protocol)).toBe(true)
        for (let other = 0; other <= count; other++)
          expect(Commitment.includes(batch, { ...one, index: other }, proof, protocol)).toBe(other === i)
        expect(Commitment.includes({ ...batch, count: count + 1 }, one, [...proof, hex(1)], protocol)).toBe(false)
        expect(Commitment.includes(batch, { ...one, weight: one.weight + 1n }, proof, protocol)).toBe(false)
      }
    }
  })

  it('exists for indices of the batch', () => {
    for (const wrong of [-1, 5, 0.5, '0', undefined])
      expect(() => Commitment.prove(commitmentOf(5), wrong as number)).toThrow(Merkle.InvalidIndexError)
    for (const wrong of [undefined, {}, { tree: 1 }])
      expect(() => Commitment.prove(wrong as never, 0)).toThrow(Errors.InvalidInputError)
  })

  it('is hex of 32-byte nodes, few enough to look at', () => {
    const { batch, leaves } = commitmentOf(2)
    for (const wrong of [
      ['0x0'],
      [hex(0xab).toUpperCase()],
      new Array(65).fill(hex(0)),
      new Array(2 ** 31),
      'x',
      undefined,
    ])
      expect(() => Commitment.includes(batch, leaves[0]!, wrong as never, protocol)).toThrow(Errors.InvalidInputError)
    expect(() => Commitment.includes({} as never, leaves[0]!, [], protocol)).toThrow(Errors.InvalidInputError)
  })
})

it.each([
  ['epoch', '1'],
  ['count', 0],
  ['totalWeight', '01'],
  ['root', hex(0xab).toUpperCase()],
  ['beaconRound', 0],
  ['executor', hex(1)],
])('refuses a batch with a malformed %s', (field, value) => {
  const wrong = { ...commitmentOf(1).batch, [field]: value }
  expect(errorOf(() => Commitment.batchFrom(wrong), Commitment.InvalidBatchError)).toMatchObject({
    subject: `batch.${field}`,
    value,
  })
  expect(() => Commitment.digest(wrong as never, protocol)).toThrow(Commitment.InvalidBatchError)
})
