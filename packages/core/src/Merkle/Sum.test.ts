import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { effort } from '../../../../test/support/effort.js'
import * as Encoding from '../Encoding.js'
import * as Errors from '../Errors.js'
import * as Hash from '../Hash.js'
import * as Merkle from '../Merkle.js'

const { Sum } = Merkle

fc.configureGlobal({ seed: 20_261_123 })

// The reference, recursive, straight from protocol.md, "Bytes": H(0x02 || leafData), H(0x03 || Lhash || u128 Lsum ||
// Rhash || u128 Rsum). `lie` adds to the sum that a subtree's parent is told, as a dishonest committer would.

type Node = { hash: Uint8Array; sum: bigint }
type Lie = { from: number; to: number; phantom: bigint }

const H = (...parts: Uint8Array[]) => Hash.keccak256(Encoding.concat(...parts))
const u128 = (value: bigint) => Encoding.uint(value, 16)
const bytes = ({ hash, sum }: Node) => Encoding.concat(hash, u128(sum))

function split(n: number): number {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}

function tell(leaves: Merkle.Sum.Leaf[], from: number, to: number, lie?: Lie): Node {
  const phantom = lie?.from === from && lie.to === to ? lie.phantom : 0n
  if (to - from === 1) return { hash: H(Uint8Array.of(2), leaves[from]!.data), sum: leaves[from]!.weight + phantom }
  const k = split(to - from)
  const [left, right] = [tell(leaves, from, from + k, lie), tell(leaves, from + k, to, lie)]
  return { hash: H(Uint8Array.of(3), bytes(left), bytes(right)), sum: left.sum + right.sum + phantom }
}

function path(leaves: Merkle.Sum.Leaf[], index: number, from: number, to: number, lie?: Lie): Uint8Array[] {
  if (to - from === 1) return []
  const k = split(to - from)
  return index < from + k
    ? [...path(leaves, index, from, from + k, lie), bytes(tell(leaves, from + k, to, lie))]
    : [...path(leaves, index, from + k, to, lie), bytes(tell(leaves, from, from + k, lie))]
}

const leaves = Array.from({ length: 64 }, (_, i) => ({ data: Uint8Array.of(i, 5), weight: BigInt((i * 37) % 11) }))
const treeOf = (size: number) => Sum.from(leaves.slice(0, size))
const trees = [...Array(65).keys()].map((size) => treeOf(Math.max(1, size)))
const commitment = (tree: Merkle.Sum.Tree) => ({ root: Sum.root(tree), total: Sum.total(tree), size: tree.size })
const inclusion = (size: number, index: number): Merkle.Sum.Inclusion => ({
  ...commitment(trees[size]!),
  index,
  leaf: leaves[index]!.data,
  weight: leaves[index]!.weight,
  proof: Sum.prove(trees[size]!, index),
})
const inclusions = (size: number, indices: number[]): Merkle.Sum.Inclusions => ({
  ...commitment(trees[size]!),
  indices,
  leaves: indices.map((index) => leaves[index]!),
  proof: Sum.proveMany(trees[size]!, indices),
})
const startOf = (index: number) => leaves.slice(0, index).reduce((sum, { weight }) => sum + weight, 0n)
const anySize = fc.integer({ min: 1, max: 64 })
const anyIndices = anySize.chain((size) =>
  fc.tuple(fc.constant(size), fc.subarray([...Array(size).keys()], { minLength: 1 })),
)

function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice()
  copy[bit >> 3]! ^= 1 << (bit & 7)
  return copy
}

function thrown(run: () => unknown): Errors.BaseError {
  try {
    run()
  } catch (error) {
    if (error instanceof Errors.BaseError) return error
    throw error
  }
  throw new Error('expected an error')
}

describe('the sum tree', () => {
  it('has the roots, totals, proofs and positions of the recursive reference for every size and index up to 64', () => {
    for (let size = 1; size <= effort(64); size++) {
      const { hash, sum } = tell(leaves, 0, size)
      expect([Sum.root(trees[size]!), Sum.total(trees[size]!)]).toEqual([hash, sum])
      for (let index = 0; index < size; index++) {
        const given = inclusion(size, index)
        if (size <= 24) expect(given.proof).toEqual(path(leaves, index, 0, size))
        const start = startOf(index)
        expect(Sum.position(given)).toEqual({ start, end: start + leaves[index]!.weight, total: sum })
      }
    }
  })

  it('has the shape of the plain tree: the same places in every proof', () => {
    const isWhole = (oldSize: number, size: number) => oldSize < size && Number.isInteger(Math.log2(oldSize))
    const same = leaves.map(({ data }) => ({ data, weight: 0n }))
    for (let size = 1; size <= effort(40); size++) {
      const [plain, sum] = [Merkle.from(leaves.slice(0, size).map(({ data }) => data)), Sum.from(same.slice(0, size))]
      expect(sum.starts).toEqual(plain.starts)
      for (let index = 0; index < size; index++) {
        expect(Sum.prove(sum, index)).toHaveLength(Merkle.prove(plain, index).length)
        expect(Sum.consistency(sum, index + 1)).toHaveLength(
          Merkle.consistency(plain, index + 1).length + (isWhole(index + 1, size) ? 1 : 0),
        )
      }
    }
  })

  it('gives the position of every leaf of a multiproof', () => {
    fc.assert(
      fc.property(anyIndices, ([size, indices]) => {
        const given = inclusions(size, indices)
        expect(Sum.positions(given)).toEqual(indices.map((index) => Sum.position(inclusion(size, index))))
        expect(Sum.verifyMany(given)).toBe(true)
        expect(given.proof.every((node) => node.length === 48)).toBe(true)
      }),
    )
  })

  it('appends and is consistent with every smaller tree', () => {
    for (let newSize = 1; newSize <= effort(17); newSize++)
      for (let oldSize = 1; oldSize <= newSize; oldSize++) {
        const [before, after] = [trees[oldSize]!, trees[newSize]!]
        expect(Sum.append(before, leaves.slice(oldSize, newSize))).toEqual(after)
        const given = growth(oldSize, newSize)
        if (!Sum.verifyConsistency(given)) expect.fail(`${oldSize} in ${newSize}`)
        for (const bad of [
          { oldTotal: given.oldTotal! + 1n },
          { newTotal: given.newTotal! + 1n },
          { oldTotal: -1n, newTotal: undefined },
          { newTotal: -1n, oldTotal: undefined },
          { newTotal: given.newTotal! + (1n << 128n) },
          { oldRoot: flip(given.oldRoot, newSize) },
          { newRoot: flip(given.newRoot, oldSize) },
          { proof: [...given.proof, new Uint8Array(48)] },
          { oldRoot: given.oldRoot.slice(1) },
        ])
          if (Sum.verifyConsistency({ ...given, ...bad })) expect.fail(`${oldSize} in ${newSize}: ${Object.keys(bad)}`)
        for (const silent of [{ oldTotal: undefined }, { newTotal: undefined }])
          if (!Sum.verifyConsistency({ ...given, ...silent })) expect.fail(`${oldSize} in ${newSize}, unsigned`)
        // Also where no total was signed, the new root binds every bit of every node.
        for (const at of given.proof.keys())
          for (let bit = at; bit < 384; bit += 37)
            if (
              Sum.verifyConsistency({
                ...given,
                oldTotal: undefined,
                newTotal: undefined,
                proof: given.proof.with(at, flip(given.proof[at]!, bit)),
              })
            )
              expect.fail(`${oldSize} in ${newSize}, unsigned: proof[${at}] bit ${bit}`)
        for (const at of given.proof.keys())
          for (let bit = at; bit < 384; bit += 37)
            if (Sum.verifyConsistency({ ...given, proof: given.proof.with(at, flip(given.proof[at]!, bit)) }))
              expect.fail(`${oldSize} in ${newSize}: proof[${at}] bit ${bit}`)
      }
  })

  it('hashes leaves and parents as it says, in both hashes', () => {
    for (const hash of ['keccak256', 'sha256'] as const) {
      const tree = Sum.from(leaves.slice(4, 6), { hash })
      const [left, right] = [Sum.node(tree, 0, 0), Sum.node(tree, 0, 1)]
      expect(left).toEqual(Encoding.concat(Sum.leafHash(leaves[4]!.data, hash), u128(leaves[4]!.weight)))
      const above = Sum.parent(left, right, hash)
      expect(above).toEqual(Encoding.concat(Sum.root(tree), u128(Sum.total(tree))))
      const given = { ...inclusion(2, 0), ...commitment(tree), leaf: leaves[4]!.data, weight: leaves[4]!.weight }
      expect(Sum.verify({ ...given, proof: Sum.prove(tree, 0), hash })).toBe(true)
      expect(
        Sum.verify({ ...given, proof: Sum.prove(tree, 0), hash: hash === 'sha256' ? 'keccak256' : 'sha256' }),
      ).toBe(false)
    }
    expect(Sum.leafHash(leaves[0]!.data)).not.toEqual(Merkle.leafHash(leaves[0]!.data))
  })

  it('takes weights up to 2^128-1, and a total of 0', () => {
    const most = (1n << 128n) - 1n
    const heavy = [0n, most, 0n].map((weight, i) => ({ data: Uint8Array.of(i), weight }))
    const tree = Sum.from(heavy)
    const given = { ...commitment(tree), index: 1, leaf: heavy[1]!.data, weight: most, proof: Sum.prove(tree, 1) }
    expect(Sum.position(given)).toEqual({ start: 0n, end: most, total: most })
    expect(Sum.total(Sum.from(heavy.map((leaf) => ({ ...leaf, weight: 0n }))))).toBe(0n)
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: 0n, max: most >> 6n }), { minLength: 2, maxLength: 40 }), (weights) => {
        const weighed = weights.map((weight, i) => ({ data: Uint8Array.of(i), weight }))
        const tree = Sum.from(weighed)
        expect([Sum.root(tree), Sum.total(tree)]).toEqual(Object.values(tell(weighed, 0, weighed.length)))
      }),
      { numRuns: effort(40) },
    )
  })
})

function growth(oldSize: number, newSize: number): Merkle.Sum.Consistency {
  const [before, after] = [commitment(trees[oldSize]!), commitment(trees[newSize]!)]
  return {
    ...{ oldRoot: before.root, oldTotal: before.total, oldSize },
    ...{ newRoot: after.root, newTotal: after.total, newSize },
    proof: Sum.consistency(trees[newSize]!, oldSize),
  }
}

describe('what must not verify', () => {
  it('any single-bit change of a sibling’s hash or sum, for every index of every size up to 6', () => {
    for (let size = 2; size <= 6; size++)
      for (let index = 0; index < size; index++) {
        const given = inclusion(size, index)
        for (const at of given.proof.keys())
          for (let bit = 0; bit < 384; bit++)
            if (Sum.verify({ ...given, proof: given.proof.with(at, flip(given.proof[at]!, bit)) }))
              expect.fail(`${index} of ${size}: proof[${at}] bit ${bit}`)
      }
  })

  it('another weight, total, index, size of a proof, or width of its nodes', () => {
    for (let size = 1; size <= effort(24); size++)
      for (let index = 0; index < size; index++) {
        const given = inclusion(size, index)
        const { weight, total, proof } = given
        const wrong: Partial<Merkle.Sum.Inclusion>[] = [
          { weight: weight + 1n },
          { weight: -1n },
          { weight: weight + (1n << 128n), total: total + (1n << 128n) },
          { weight: weight + (1n << 128n) },
          { weight: weight - (1n << 128n) },
          { total: total + 1n },
          { total: total + (1n << 128n) },
          { index: size },
          { leaf: leaves[(index + 1) % 64]!.data },
          { root: given.root.slice(1) },
          { proof: [...proof, new Uint8Array(48)] },
        ]
        // With one leaf no node says the weight: it is for the leaf's data to say.
        if (size > 1) wrong.push({ weight: weight + 1n, total: total + 1n }, { index: (index + 1) % size })
        if (size > 1) wrong.push({ proof: proof.slice(1) }, { proof: proof.map((node) => node.slice(0, 32)) })
        for (const bad of wrong)
          if (Sum.verify({ ...given, ...bad })) expect.fail(`${index} of ${size}: ${Object.keys(bad)}`)
      }
  })

  it('a weight moved between leaf and sibling', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 64 }), fc.nat(), fc.nat(), fc.bigInt(1n, 50n), (size, i, j, by) => {
        const given = inclusion(size, i % size)
        const at = j % given.proof.length
        const node = given.proof[at]!
        const sum = Encoding.toUint(node.subarray(32)) + by
        const proof = given.proof.with(at, Encoding.concat(node.subarray(0, 32), u128(sum)))
        expect(Sum.verify({ ...given, proof })).toBe(false)
        expect(Sum.verify({ ...given, proof, total: given.total + by })).toBe(false)
        if (given.weight >= by) expect(Sum.verify({ ...given, proof, weight: given.weight - by })).toBe(false)
      }),
      { numRuns: effort(300) },
    )
  })

  it('a leaf below a false sum: phantom weight can’t be opened, and what can never overlaps', () => {
    const sizes = fc.integer({ min: 2, max: 33 })
    fc.assert(
      fc.property(sizes, fc.nat(), fc.nat(), fc.integer({ min: -3, max: 9 }), (size, a, b, by) => {
        // Some subtree, found by walking down at random; its parent is told `by` more than its leaves weigh.
        let [from, to] = [0, size]
        for (let turns = 1 + (a % 4), way = b; turns > 0 && to - from > 1; turns--, way >>= 1) {
          const middle = from + split(to - from)
          if (way % 2 === 0) to = middle
          else from = middle
        }
        const weighed = leaves.slice(0, size).map(({ data, weight }) => ({ data, weight: weight + 9n }))
        const lie = { from, to, phantom: BigInt(by) }
        const { hash, sum } = tell(weighed, 0, size, lie)
        const honest = weighed.reduce((total, { weight }) => total + weight, 0n)
        expect(sum).toBe(honest + BigInt(by))
        let end = 0n
        for (const [index, { data: leaf, weight }] of weighed.entries()) {
          const proof = path(weighed, index, 0, size, lie)
          const given = { root: hash, total: sum, size, index, leaf, weight, proof }
          const place = Sum.position(given)
          expect(place !== undefined).toBe(by === 0 || index < from || index >= to)
          // A single leaf with a false weight is that leaf with that weight: its data says otherwise.
          if (to - from === 1 && index === from)
            expect(Sum.verify({ ...given, weight: weight + BigInt(by) })).toBe(true)
          if (place === undefined) continue
          expect(place.start >= end && place.end <= sum && place.end - place.start === weight).toBe(true)
          end = place.end
        }
      }),
      { numRuns: effort(150) },
    )
  })

  it('sums that only add up modulo 2^128', () => {
    const most = (1n << 128n) - 1n
    const leaf = { data: Uint8Array.of(1), weight: 1n }
    const own = Encoding.concat(Sum.leafHash(leaf.data), u128(1n))
    const sibling = Encoding.concat(new Uint8Array(32).fill(7), u128(most))
    const root = H(Uint8Array.of(3), own, sibling)
    const given = { root, size: 2, index: 0, leaf: leaf.data, weight: 1n, proof: [sibling] }
    for (const total of [0n, 1n << 128n, 1n, most]) expect(Sum.verify({ ...given, total })).toBe(false)
    const many = { root, size: 2, indices: [0], leaves: [leaf], proof: [sibling] }
    for (const total of [0n, 1n << 128n]) expect(Sum.verifyMany({ ...many, total })).toBe(false)
    // The first pair of a row overflows, the last does not.
    const fourth = Encoding.concat(new Uint8Array(32).fill(8), u128(4n))
    const upper = Encoding.concat(H(Uint8Array.of(3), own, fourth), u128(5n))
    const wrapped = H(Uint8Array.of(3), Encoding.concat(root, u128(0n)), upper)
    const two = { root: wrapped, total: 5n, size: 4, indices: [0, 2], leaves: [leaf, leaf], proof: [sibling, fourth] }
    expect(Sum.verifyMany(two)).toBe(false)
    const old = { oldRoot: Sum.leafHash(leaf.data), oldTotal: 1n, oldSize: 1 }
    const proof = [own, sibling]
    for (const newTotal of [0n, 1n << 128n])
      expect(Sum.verifyConsistency({ ...old, newRoot: root, newTotal, newSize: 2, proof })).toBe(false)
    expect(() => Sum.parent(own, sibling)).toThrow(Merkle.OverflowError)
  })

  it('multiproofs that are changed in any way', () => {
    fc.assert(
      fc.property(anyIndices, fc.nat(), fc.nat({ max: 383 }), ([size, indices], n, bit) => {
        const given = inclusions(size, indices)
        const { proof, total } = given
        const at = n % given.leaves.length
        const heavier = given.leaves.with(at, { ...given.leaves[at]!, weight: given.leaves[at]!.weight + 1n })
        const wrong: Partial<Merkle.Sum.Inclusions>[] = [
          { leaves: heavier },
          { leaves: given.leaves.with(at, { ...given.leaves[at]!, weight: -1n }) },
          { leaves: given.leaves.with(at, { ...given.leaves[at]!, weight: given.leaves[at]!.weight + (1n << 128n) }) },
          { leaves: given.leaves.slice(1) },
          { total: total + 1n },
          { indices: [], leaves: [] },
          { indices: indices.with(-1, size) },
          { proof: [...proof, new Uint8Array(48)] },
        ]
        if (size > 1) wrong.push({ leaves: heavier, total: total + 1n })
        if (indices.length > 1) wrong.push({ indices: [...indices].reverse(), leaves: [...given.leaves].reverse() })
        const node = n % Math.max(1, proof.length)
        if (proof.length > 0) wrong.push({ proof: proof.with(node, flip(proof[node]!, bit)) })
        for (const bad of wrong) expect(Sum.positions({ ...given, ...bad })).toBeUndefined()
      }),
    )
  })
})

describe('doors', () => {
  it('name a total that does not fit', () => {
    const half = { data: new Uint8Array(1), weight: 1n << 127n }
    expect(thrown(() => Sum.from([half, half])).message).toMatchInlineSnapshot(`
      "the weights add up to more than fits.
        total  340282366920938463463374607431768211456n
        rule   total < 2^128
        fix    check the unit of the weights, or split the batch
        see    protocol.md, Bytes"
    `)
    expect(() => Sum.append(Sum.from([half]), [half])).toThrow(Merkle.OverflowError)
    expect(thrown(() => Sum.from([{ ...half, weight: 1n << 128n }])).message).toMatchInlineSnapshot(`
      "leaves[0].weight does not fit 128 bits.
        leaves[0].weight  340282366920938463463374607431768211456n
        rule              0 <= leaves[0].weight < 2^128
        fix               pass a smaller, non-negative number
        see               protocol.md, Bytes"
    `)
    expect(thrown(() => Sum.from([{ ...half, weight: 5 as never }])).message).toMatchInlineSnapshot(`
      "leaves[0].weight must be a bigint.
        leaves[0].weight  5
        rule              a bigint, 0 or above and below 2^128
        fix               write 5n, not 5
        see               protocol.md, Bytes"
    `)
    expect(() => Sum.from([{ ...half, weight: -1n }])).toThrow(Errors.InvalidInputError)
  })

  it('take no plain tree, no empty one, and no index, size or node that is not there', () => {
    const plain = Merkle.from([leaves[0]!.data]) as unknown as Merkle.Sum.Tree
    expect(thrown(() => Sum.root(plain)).fix).toBe('build it with Merkle.Sum.from(leaves)')
    expect(() => Sum.from([])).toThrow(Merkle.EmptyTreeError)
    expect(Sum.append(trees[3]!, [])).toEqual(trees[3])
    expect(() => Sum.prove(trees[3]!, 3)).toThrow(Merkle.InvalidIndexError)
    expect(() => Sum.proveMany(trees[3]!, [2, 1])).toThrow(Merkle.InvalidIndicesError)
    expect(() => Sum.consistency(trees[3]!, 4)).toThrow(Merkle.InvalidSizeError)
    expect(() => Sum.node(trees[3]!, 1, 2)).toThrow(Errors.InvalidInputError)
    expect(() => Sum.parent(new Uint8Array(48), new Uint8Array(32))).toThrow(Errors.InvalidInputError)
  })

  it('throw nothing but typed errors, whatever they are given', () => {
    const [one, many, grown] = [inclusion(6, 3), inclusions(6, [1, 3]), growth(3, 6)]
    const anything = fc.anything({
      withBigInt: true,
      withNullPrototype: true,
      withSparseArray: true,
      withTypedArray: true,
    })
    const run = (call: () => unknown) => {
      try {
        return call()
      } catch (error) {
        expect(error).toBeInstanceOf(Errors.BaseError)
        return undefined
      }
    }
    const fields = fc.constantFrom(...Object.keys({ ...one, ...many, ...grown }), 'hash', 'hasher')
    fc.assert(
      fc.property(anything as fc.Arbitrary<never>, fields, (value, field) => {
        run(() => Sum.verify({ ...one, [field]: value }))
        run(() => Sum.verifyMany({ ...many, [field]: value }))
        run(() => Sum.verifyMany({ ...many, leaves: [leaves[1]!, value] }))
        run(() => Sum.verifyConsistency({ ...grown, [field]: value }))
        for (const call of [Sum.verify, Sum.positions, Sum.verifyConsistency, Sum.from, Sum.root, Sum.total])
          run(() => call(value))
        run(() => Sum.from([leaves[0]!, value]))
        run(() => Sum.from([{ data: value, weight: 1n }]))
        run(() => Sum.from([leaves[0]!], value))
        run(() => Sum.append(trees[4]!, value))
        run(() => Sum.prove(trees[4]!, value))
      }),
      { numRuns: effort(500) },
    )
  })
})
