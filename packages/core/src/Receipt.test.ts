import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type * as z from 'zod'
import * as reference from '../../../test/support/eip712.js'
import { commitmentOf, protocol } from '../../../test/support/fixtures.js'
import { inputs, outcome } from '../../../test/support/junk.js'
import { errorOf } from '../../../test/support/thrown.js'
import { hex, party } from '../../../test/support/world.js'
import * as Commitment from './Commitment.js'
import * as Encoding from './Encoding.js'
import * as Errors from './Errors.js'
import * as Merkle from './Merkle.js'
import * as Protocol from './Protocol.js'
import * as Receipt from './Receipt.js'
import * as Schema from './Schema.js'

fc.configureGlobal({ seed: 20_261_123 })

const commitment = commitmentOf(5)
const leaf = commitment.leaves[3]!
const receipt = Receipt.issue({ protocol, executor: party('e', 1), epoch: 2, leaf })

it('has the schema of its type', () => {
  expectTypeOf<z.infer<typeof Receipt.schema>>().toEqualTypeOf<Receipt.Receipt>()
  expect(Receipt.from(JSON.parse(JSON.stringify(receipt, Schema.toJson)))).toEqual(receipt)
})

it('is signed over its EIP-712 digest', () => {
  for (const { chainId, verifyingContract } of [protocol, { chainId: 1, verifyingContract: party('d', 1) }]) {
    const there = Protocol.from({ ...protocol, chainId, verifyingContract })
    const digest = Encoding.toHex(reference.digest(chainId, verifyingContract, 'Receipt', receipt))
    expect(Receipt.digest(receipt, there)).toBe(digest)
  }
  expect(Receipt.definition(receipt, protocol)).toMatchObject({ primaryType: 'Receipt', message: receipt })
})

it('has another digest for every field', () => {
  const others = { executor: party('e', 2), epoch: 9, index: 9 }
  const digests = Object.keys(receipt).map((key) =>
    Receipt.digest(
      { ...receipt, [key]: hex(9), ...(key in others ? { [key]: others[key as 'epoch'] } : {}) },
      protocol,
    ),
  )
  expect(new Set([Receipt.digest(receipt, protocol), ...digests]).size).toBe(6)
})

describe('the promised leaf', () => {
  it('has the hash that it has in the tree of the batch', () => {
    for (const [i, one] of commitment.leaves.entries())
      expect(Receipt.leafHash(one)).toBe(Encoding.toHex(Merkle.node(commitment.tree as Merkle.Tree, 0, i)))
  })

  it('is that one and no other, at its index', () => {
    expect(commitment.leaves.filter((one) => Receipt.promises(receipt, one))).toEqual([leaf])
    expect(Receipt.promises({ ...receipt, index: 4 }, leaf)).toBe(false)
    for (const key of ['taskId', 'bytesCommit', 'evidenceCommit'])
      expect(Receipt.promises(receipt, { ...leaf, [key]: hex(9) })).toBe(false)
    expect(Receipt.promises(receipt, { ...leaf, weight: leaf.weight + 1n })).toBe(false)
  })

  it('is of these parameters', () => {
    expect(receipt).toMatchObject({ paramsHash: Protocol.hash(protocol), executor: party('e', 1), epoch: 2, index: 3 })
  })
})

describe('refuses', () => {
  it.each([
    ['paramsHash', '0x'],
    ['executor', party('e', 1).toUpperCase()],
    ['epoch', -1],
    ['epoch', 2 ** 32 + 1],
    ['index', 2 ** 53],
    ['index', 1n],
    ['leafHash', null],
  ])('a malformed %s', (field, value) => {
    const error = errorOf(() => Receipt.from({ ...receipt, [field]: value }), Receipt.InvalidReceiptError)
    expect(error).toMatchObject({ subject: `receipt.${field}`, value })
    expect(() => Receipt.digest({ ...receipt, [field]: value }, protocol)).toThrow(Receipt.InvalidReceiptError)
    expect(() => Receipt.promises({ ...receipt, [field]: value }, leaf)).toThrow(Receipt.InvalidReceiptError)
  })

  it('in words', () => {
    const error = errorOf(() => Receipt.from({ ...receipt, tip: 1 }), Receipt.InvalidReceiptError)
    expect(error.message).toMatchInlineSnapshot(`
      "receipt is malformed.
        receipt  object { paramsHash, executor, epoch, index, leafHash, tip }
        rule     no unknown keys: "tip"
        fix      remove or rename them"
    `)
  })

  it('to promise what is no leaf', () => {
    const place = { protocol, executor: party('e', 1), epoch: 2 }
    for (const wrong of [undefined, {}, { ...leaf, weight: -1n }, { ...leaf, index: 0.5 }])
      expect(() => Receipt.issue({ ...place, leaf: wrong as Commitment.Leaf })).toThrow(Errors.BaseError)
    expect(() => Receipt.issue(undefined as never)).toThrow(Errors.InvalidInputError)
  })

  it('10,000 wrong inputs with typed errors', () => {
    fc.assert(
      fc.property(inputs(receipt), (value) => {
        const result = outcome(() => Receipt.from(value))
        if ('value' in result)
          expect(Commitment.encodeLeaf(leaf).length + Receipt.digest(result.value, protocol).length).toBe(186)
        else expect(result.error).toBeInstanceOf(Receipt.InvalidReceiptError)
      }),
      { numRuns: 10_000 },
    )
  })
})
