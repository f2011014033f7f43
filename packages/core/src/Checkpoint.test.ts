import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type * as z from 'zod'
import * as reference from '../../../test/support/eip712.js'
import { commitmentOf, protocol } from '../../../test/support/fixtures.js'
import { inputs, outcome } from '../../../test/support/junk.js'
import { errorOf } from '../../../test/support/thrown.js'
import { hex, party } from '../../../test/support/world.js'
import * as Checkpoint from './Checkpoint.js'
import * as Commitment from './Commitment.js'
import * as Encoding from './Encoding.js'
import * as Errors from './Errors.js'
import * as Merkle from './Merkle.js'
import * as Protocol from './Protocol.js'
import * as Schema from './Schema.js'

fc.configureGlobal({ seed: 20_261_123 })

const log = { protocol, executor: party('e', 1), epoch: 2 }
const treeOf = (values: readonly number[]) => Merkle.from(values.map((value) => Uint8Array.of(value)))
const checkpoint = Checkpoint.issue({ ...log, tree: treeOf([1, 2, 3]) })

it('has the schema of its type', () => {
  expectTypeOf<z.infer<typeof Checkpoint.schema>>().toEqualTypeOf<Checkpoint.Checkpoint>()
  expect(Checkpoint.from(JSON.parse(JSON.stringify(checkpoint, Schema.toJson)))).toEqual(checkpoint)
  expect(checkpoint).toMatchObject({ paramsHash: Protocol.hash(protocol), sequence: 0, size: 3 })
})

it('is signed over its EIP-712 digest', () => {
  const { chainId, verifyingContract } = protocol
  const digest = Encoding.toHex(reference.digest(chainId, verifyingContract, 'Checkpoint', checkpoint))
  expect(Checkpoint.digest(checkpoint, protocol)).toBe(digest)
  expect(Checkpoint.definition(checkpoint, protocol)).toMatchObject({ primaryType: 'Checkpoint', message: checkpoint })
})

const values = fc.array(fc.nat(1), { minLength: 1, maxLength: 9 })
const isPrefix = (a: readonly number[], b: readonly number[]) =>
  a.length <= b.length && a.every((value, i) => value === b[i])

/** Two heads as an executor might sign them, honest or not. */
function heads(older: readonly number[], newer: readonly number[]) {
  const tree = treeOf(newer)
  const first = Checkpoint.issue({ ...log, tree: treeOf(older) })
  const second = { ...Checkpoint.issue({ ...log, tree }), sequence: 1 }
  const proof = older.length <= newer.length ? Checkpoint.prove(tree, older.length) : []
  return { first, second, proof }
}

describe('verify and contradicts', () => {
  it('tell an extended log from any other', () => {
    fc.assert(
      fc.property(values, fc.oneof(values, fc.constant(undefined)), values, (older, other, more) => {
        const newer = other ?? [...older, ...more]
        const { first, second, proof } = heads(older, newer)
        const extended = isPrefix(older, newer)
        expect(Checkpoint.verify(first, second, proof, protocol)).toBe(extended)
        const certain = newer.length < older.length || (newer.length === older.length && !extended)
        expect(Checkpoint.contradicts(first, second)).toBe(certain)
        if (extended) expect(Checkpoint.contradicts(first, second)).toBe(false)
      }),
      { numRuns: 500 },
    )
  })

  it('hold between a log and its batch', () => {
    const { batch, tree, leaves } = commitmentOf(7)
    for (let size = 1; size <= 7; size++) {
      const before = Merkle.from(leaves.slice(0, size).map(Commitment.encodeLeaf))
      const head = Checkpoint.issue({ ...log, tree: before })
      expect(Checkpoint.verify(head, batch, Checkpoint.prove(tree, size), protocol)).toBe(true)
      expect(Checkpoint.contradicts(head, batch)).toBe(false)
      expect(Checkpoint.verify(head, { ...batch, epoch: 3 }, Checkpoint.prove(tree, size), protocol)).toBe(false)
    }
    const longer = Checkpoint.issue({ ...log, tree: treeOf([1, 2, 3, 4, 5, 6, 7, 8]) })
    const other = Checkpoint.issue({ ...log, tree: treeOf([1, 2, 3, 4, 5, 6, 7]) })
    for (const head of [longer, other]) expect(Checkpoint.contradicts(head, batch)).toBe(true)
    expect(Checkpoint.contradicts(longer, { ...batch, executor: party('e', 2) })).toBe(false)
  })

  it('say nothing of heads of different logs, or in the wrong order', () => {
    const { first, second, proof } = heads([1, 2, 3], [1, 2, 3, 4])
    const bad = heads([1, 2, 3], [1, 2])
    expect(Checkpoint.verify(first, second, proof, protocol)).toBe(true)
    expect(Checkpoint.contradicts(bad.first, bad.second)).toBe(true)
    for (const other of [{ paramsHash: hex(1) }, { executor: party('e', 2) }, { epoch: 3 }, { sequence: 0 }]) {
      expect(Checkpoint.verify(first, { ...second, ...other }, proof, protocol)).toBe(false)
      expect(Checkpoint.contradicts(bad.first, { ...bad.second, ...other })).toBe(false)
    }
  })

  it('need heads and a proof of hashes', () => {
    const { first, second, proof } = heads([1], [1, 2])
    for (const wrong of [undefined, {}, { ...first, size: 0 }, { ...first, root: '0x' }]) {
      expect(() => Checkpoint.verify(wrong as never, second, proof, protocol)).toThrow(
        Checkpoint.InvalidCheckpointError,
      )
      expect(() => Checkpoint.verify(first, wrong as never, proof, protocol)).toThrow(Errors.BaseError)
      expect(() => Checkpoint.contradicts(first, wrong as never)).toThrow(Errors.BaseError)
    }
    expect(Checkpoint.verify(first, second, ['0x'], protocol)).toBe(false)
    for (const wrong of [undefined, ['0x0'], new Array(1), new Array(65).fill(hex(1))])
      expect(() => Checkpoint.verify(first, second, wrong as never, protocol)).toThrow(Errors.InvalidInputError)
  })
})

describe('issue', () => {
  it('numbers the heads of a growing log', () => {
    let previous: Checkpoint.Checkpoint | undefined
    let tree = treeOf([0])
    for (let sequence = 0; sequence < 12; sequence++) {
      const next = Checkpoint.issue({ ...log, tree, previous })
      expect(next).toMatchObject({ sequence, size: tree.size, root: Encoding.toHex(Merkle.root(tree)) })
      if (previous)
        expect(Checkpoint.verify(previous, next, Checkpoint.prove(tree, previous.size), protocol)).toBe(true)
      previous = next
      tree = Merkle.append(
        tree,
        Array.from({ length: sequence % 3 }, (_, i) => Uint8Array.of(i)),
      )
    }
  })

  it('signs nothing over a restored backup', () => {
    for (const restored of [
      [1, 2],
      [1, 2, 4],
      [1, 2, 4, 5],
    ])
      expect(() => Checkpoint.issue({ ...log, tree: treeOf(restored), previous: checkpoint })).toThrow(
        Checkpoint.InvalidCheckpointError,
      )
    const tree = treeOf([1, 2])
    expect(
      errorOf(() => Checkpoint.issue({ ...log, tree, previous: checkpoint }), Checkpoint.InvalidCheckpointError)
        .message,
    ).toMatchInlineSnapshot(`
      "the log does not extend its last checkpoint.
        tree  2
        rule  the 3 leaves of checkpoint 0, unchanged, then new ones
        fix   sign nothing: restore the whole log first, for another head would prove a fault of yours
        see   protocol.md, Commitment"
    `)
  })

  it('continues its own log only', () => {
    const tree = treeOf([1, 2, 3])
    for (const other of [{ epoch: 3 }, { executor: party('e', 2) }])
      expect(() => Checkpoint.issue({ ...log, ...other, tree, previous: checkpoint })).toThrow(
        Checkpoint.InvalidCheckpointError,
      )
    for (const wrong of [undefined, {}, { ...log }, { ...log, tree: {} }])
      expect(() => Checkpoint.issue(wrong as never)).toThrow(Errors.BaseError)
    expect(() => Checkpoint.issue({ ...log, tree, previous: {} as never })).toThrow(Checkpoint.InvalidCheckpointError)
  })
})

describe('refuses', () => {
  it.each([
    ['paramsHash', null],
    ['executor', '0x'],
    ['epoch', 2 ** 33],
    ['sequence', -1],
    ['size', 0],
    ['size', 2 ** 53],
    ['root', hex(0xab).toUpperCase()],
  ])('a malformed %s', (field, value) => {
    const error = errorOf(() => Checkpoint.from({ ...checkpoint, [field]: value }), Checkpoint.InvalidCheckpointError)
    expect(error).toMatchObject({ subject: `checkpoint.${field}`, value })
    expect(() => Checkpoint.digest({ ...checkpoint, [field]: value }, protocol)).toThrow(
      Checkpoint.InvalidCheckpointError,
    )
  })

  it('10,000 wrong inputs with typed errors', () => {
    fc.assert(
      fc.property(inputs(checkpoint), (value) => {
        const result = outcome(() => Checkpoint.from(value))
        if ('value' in result) expect(Checkpoint.digest(result.value, protocol).length).toBe(66)
        else expect(result.error).toBeInstanceOf(Checkpoint.InvalidCheckpointError)
      }),
      { numRuns: 10_000 },
    )
  })
})
