import { sha256 } from '@noble/hashes/sha2.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { describe, expect, it } from 'vitest'
import { headOf, honest, makerOf } from '../../../../test/support/faults.js'
import { commitmentOf, protocol } from '../../../../test/support/fixtures.js'
import { hex, party } from '../../../../test/support/world.js'
import * as Checkpoint from '../Checkpoint.js'
import * as Commitment from '../Commitment.js'
import * as Disclosure from '../Disclosure.js'
import * as Encoding from '../Encoding.js'
import * as Errors from '../Errors.js'
import * as Fault from '../Fault.js'
import * as Merkle from '../Merkle.js'
import * as Opening from '../Opening.js'
import * as Protocol from '../Protocol.js'
import * as Sample from '../Sample.js'

const sampling = { mode: 'byValue', interval: 5n } as const
const kinds = [protocol, { ...protocol, sampling }].flatMap((one) =>
  (['keccak256', 'sha256'] as const).map((treeHash) => Protocol.from({ ...one, treeHash })),
)
const cases = kinds.map((of) => [Object.values(Protocol.tree(of)).join(', '), of] as const)

/** MTH of RFC 9162, with or without sums: the node of some leaves, as hash and sum. */
function slowNode(leaves: readonly Commitment.Leaf[], of: Protocol.Protocol): Uint8Array {
  const { layout, hash } = Protocol.tree(of)
  const H = hash === 'sha256' ? sha256 : keccak_256
  const sum = layout === 'sum' ? (weight: bigint) => Encoding.uint(weight, 16) : () => new Uint8Array()
  const [leafPrefix, nodePrefix] = layout === 'sum' ? [2, 3] : [0, 1]
  const total = leaves.reduce((all, { weight }) => all + weight, 0n)
  if (leaves.length === 1)
    return Encoding.concat(H(Encoding.concat(Uint8Array.of(leafPrefix), Commitment.encodeLeaf(leaves[0]!))), sum(total))
  const k = 2 ** (Math.ceil(Math.log2(leaves.length)) - 1)
  const children = [leaves.slice(0, k), leaves.slice(k)].map((some) => slowNode(some, of))
  return Encoding.concat(H(Encoding.concat(Uint8Array.of(nodePrefix), ...children)), sum(total))
}

describe.each(cases)('a batch under %s', (_, of) => {
  const { layout } = Protocol.tree(of)
  const at = { executor: party('e', 1), epoch: 2 }

  it('has the root of the tree that protocol.md lays out', () => {
    for (let count = 1; count <= 9; count++) {
      const { batch, leaves } = commitmentOf(count, { protocol: of })
      expect(batch.root).toBe(Encoding.toHex(slowNode(leaves, of).subarray(0, 32)))
      expect(batch.totalWeight).toBe(leaves.reduce((sum, { weight }) => sum + weight, 0n))
    }
  })

  it('proves each leaf and every pair at their own places only', () => {
    for (const count of [1, 2, 3, 5, 8]) {
      const made = commitmentOf(count, { protocol: of })
      const { batch, leaves } = made
      for (const [i, leaf] of leaves.entries()) {
        const proof = Commitment.prove(made, i)
        expect(proof.every((node) => node.length === (layout === 'sum' ? 98 : 66))).toBe(true)
        for (let other = 0; other <= count; other++)
          expect(Commitment.includes(batch, { ...leaf, index: other }, proof, of)).toBe(other === i)
        expect(Commitment.includes(batch, { ...leaf, weight: leaf.weight + 1n }, proof, of)).toBe(false)
        for (const [j, second] of leaves.entries()) {
          if (j <= i) continue
          const pair = Commitment.proveMany(made, [i, j])
          expect(Commitment.includesMany(batch, [leaf, second], pair, of)).toBe(true)
          expect(Commitment.includesMany(batch, [second, leaf], pair, of)).toBe(false)
          expect(Commitment.includesMany(batch, [leaf, { ...second, weight: 99n }], pair, of)).toBe(false)
        }
      }
    }
  })

  it('is no batch of another kind of tree', () => {
    const made = commitmentOf(5, { protocol: of })
    const [proof, many] = [Commitment.prove(made, 1), Commitment.proveMany(made, [1, 4])]
    for (const other of kinds) {
      const same = other === of
      expect(Commitment.includes(made.batch, made.leaves[1]!, proof, other)).toBe(same)
      expect(Commitment.includesMany(made.batch, [made.leaves[1]!, made.leaves[4]!], many, other)).toBe(same)
    }
  })

  it('shows where a leaf lies among all value, where its tree has sums', () => {
    const made = commitmentOf(6, { protocol: of })
    const { batch, leaves } = made
    let start = 0n
    const expected = leaves.map(({ weight }) => {
      start += weight
      return { start: start - weight, end: start, total: batch.totalWeight }
    })
    const position = (i: number) => Commitment.position(batch, leaves[i]!, Commitment.prove(made, i), of)
    const found = leaves.map((_, i) => position(i))
    expect(found).toEqual(layout === 'sum' ? expected : Array(6).fill(undefined))
    const many = Commitment.positions(batch, [leaves[1]!, leaves[5]!], Commitment.proveMany(made, [1, 5]), of)
    expect(many).toEqual(layout === 'sum' ? [expected[1], expected[5]] : undefined)
    const wrong = { ...batch, totalWeight: batch.totalWeight + 1n }
    expect(Commitment.position(wrong, leaves[0]!, Commitment.prove(made, 0), of)).toBeUndefined()
    expect(Commitment.position(batch, leaves[0]!, Commitment.prove(made, 1), of)).toBeUndefined()
    if (layout === 'plain') return
    const draw = { seed: hex(7), interval: 5n }
    const sampled = Sample.byValue.indices({ ...draw, weights: leaves.map(({ weight }) => weight) })
    expect(leaves.map((_, i) => Sample.byValue.includes(position(i)!, draw))).toEqual(
      leaves.map((_, i) => sampled.includes(i)),
    )
  })

  it('is opened by one multiproof, and disclosed leaf by leaf', () => {
    const made = commitmentOf(7, { protocol: of })
    const opening = Opening.from(made, [0, 3, 4])
    expect(Opening.verify(made.batch, opening, of)).toBe(true)
    expect(Opening.verify(made.batch, { ...opening, proof: opening.proof.slice(1) }, of)).toBe(false)
    for (const index of [0, 3, 6]) {
      const { entries, batch } = made
      const { client, reward } = entries[index]!.task
      const against = { protocol: of, batch, reward, client, taskSigned: true }
      const disclosure = Disclosure.from(made, index, 'full')
      expect(Disclosure.flaw(disclosure, against)).toBeUndefined()
      const proof = disclosure.proof.slice(1)
      expect(Disclosure.flaw({ ...disclosure, proof }, against)).toBe('not-in-batch')
    }
  })

  it('extends the checkpoints of its log, and no others', () => {
    const made = commitmentOf(7, { protocol: of })
    const place = { protocol: of, ...at }
    for (let size = 1; size <= 7; size++) {
      const head = headOf(place, made.leaves.slice(0, size), 0)
      const proof = Checkpoint.prove(made.tree, size)
      expect(Checkpoint.verify(head, made.batch, proof, of)).toBe(true)
      for (const other of kinds)
        expect(Checkpoint.verify(head, made.batch, proof, other)).toBe(other === of || size === 7)
      expect(Checkpoint.verify({ ...head, root: hex(1) }, made.batch, proof, of)).toBe(false)
      const heavier = { ...made.batch, totalWeight: made.batch.totalWeight + 1n }
      expect(Checkpoint.verify(head, heavier, proof, of)).toBe(layout === 'plain' || size === 7)
      const rewritten = headOf(
        place,
        [...made.leaves.slice(0, size - 1), { ...made.leaves[size - 1]!, weight: 77n }],
        0,
      )
      expect(Checkpoint.verify(rewritten, made.batch, proof, of)).toBe(false)
    }
  })

  it('is committed to by an executor that can answer every challenge', async () => {
    const place = { protocol: of, ...at }
    const { made, ...bag } = await honest(makerOf(place), 6, [1, 2, 3, 4], [[0, 2]])
    expect(Fault.prove(bag, place)).toBeUndefined()
    const batch = bag.batches[0]!
    for (const checkpoint of bag.checkpoints)
      expect(Fault.Challenge.answer({ kind: 'extend-to-batch', checkpoint, batch }, made.leaves, of)).toBeDefined()
    for (const receipt of bag.receipts)
      expect(Fault.Challenge.answer({ kind: 'honour-receipt', receipt, batch }, made.leaves, of)).toBeDefined()
    for (const [i, older] of bag.checkpoints.entries())
      for (const newer of bag.checkpoints.slice(i + 1)) {
        const challenge = { kind: 'extend-checkpoint', older, newer } as const
        const answer = Fault.Challenge.answer(challenge, made.leaves, of)!
        expect(Fault.Challenge.isAnswered(challenge, Fault.Challenge.answerFrom(answer), of)).toBe(true)
      }
  })

  it('issues checkpoints of its own kind of tree only', () => {
    const { leaves } = commitmentOf(3, { protocol: of })
    for (const other of kinds) {
      const issue = () => Checkpoint.issue({ protocol: of, ...at, tree: Commitment.tree(leaves, other) })
      if (other === of) expect(issue().size).toBe(3)
      else expect(issue).toThrow(Errors.InvalidInputError)
    }
  })
})

it('a tree of another kind is named, with the one that is chosen', () => {
  const { leaves } = commitmentOf(2)
  const [plain, , sum] = kinds
  const at = { executor: party('e', 1), epoch: 2 }
  expect(() =>
    Checkpoint.issue({ protocol: sum!, ...at, tree: Commitment.tree(leaves, plain!) }),
  ).toThrowErrorMatchingInlineSnapshot(`
      [Errors.InvalidInputError: the tree is of another kind than the parameters choose.
        tree  "plain, keccak256"
        rule  sum, keccak256
        fix   build it with Commitment.tree(leaves, protocol)
        see   protocol.md, Bytes]
    `)
})

it('false sums open nothing: a leaf under them has no proof', () => {
  const of = kinds[2]!
  const made = commitmentOf(4, { protocol: of })
  const { Sum } = Merkle
  const tree = made.tree as Merkle.Sum.Tree
  const [left, right] = [Sum.node(tree, 1, 0), Sum.node(tree, 1, 1)]
  // The right half claims half of its weight, so that all of its units seem to lie elsewhere.
  const lie = Encoding.concat(right.subarray(0, 32), Encoding.uint(3n, 16))
  const above = Sum.parent(left, lie)
  const batch = {
    ...made.batch,
    root: Encoding.toHex(above.subarray(0, 32)),
    totalWeight: Encoding.toUint(above.subarray(32)),
  }
  for (const [i, leaf] of made.leaves.entries()) {
    const proof = Commitment.prove(made, i)
    const bent = i < 2 ? proof.with(-1, Encoding.toHex(lie)) : proof
    expect(Commitment.position(batch, leaf, bent, of) !== undefined).toBe(i < 2)
  }
})
