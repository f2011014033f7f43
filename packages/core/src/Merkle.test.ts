import { keccak_256 } from '@noble/hashes/sha3.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { effort } from '../../../test/support/effort.js'
import * as Encoding from './Encoding.js'
import * as Errors from './Errors.js'
import * as Merkle from './Merkle.js'

fc.configureGlobal({ seed: 20_261_123 })

// The reference: RFC 9162 sections 2.1.1 and 2.1.3.1 as written, recursive, one array per node.

const h = (...parts: Uint8Array[]) => keccak_256(Encoding.concat(...parts))

/** The largest power of two smaller than n. */
function split(n: number): number {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}

const roots = new Map<string, Uint8Array>()

/** MTH(D[from:to]), remembered: the leaves are the same in every test of this file. */
function MTH(D: Uint8Array[], from: number, to: number): Uint8Array {
  const key = `${from}:${to}`
  const known = roots.get(key)
  if (known !== undefined) return known
  const k = split(to - from)
  const made =
    to - from === 1 ? h(Uint8Array.of(0), D[from]!) : h(Uint8Array.of(1), MTH(D, from, from + k), MTH(D, from + k, to))
  roots.set(key, made)
  return made
}

/** PATH(m, D[from:to]). */
function PATH(m: number, D: Uint8Array[], from: number, to: number): Uint8Array[] {
  const n = to - from
  if (n === 1) return []
  const k = split(n)
  if (m < k) return [...PATH(m, D, from, from + k), MTH(D, from + k, to)]
  return [...PATH(m - k, D, from + k, to), MTH(D, from, from + k)]
}

const leaves = Array.from({ length: 130 }, (_, i) => new Uint8Array([i, i >> 4, 7]))
const trees = leaves.map((_, i) => Merkle.from(leaves.slice(0, i + 1)))
const inclusion = (size: number, index: number): Merkle.Inclusion => {
  const tree = trees[size - 1]!
  return { root: Merkle.root(tree), size, index, leaf: leaves[index]!, proof: Merkle.prove(tree, index) }
}
const sizeAndIndex = fc
  .integer({ min: 2, max: 130 })
  .chain((size) => fc.tuple(fc.constant(size), fc.integer({ min: 0, max: size - 1 })))

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

describe('against the RFC', () => {
  it('has the roots and proofs of the recursive reference for every size and index up to 130', () => {
    for (let size = 1; size <= effort(130); size++) {
      expect(Merkle.root(trees[size - 1]!)).toEqual(MTH(leaves, 0, size))
      for (let index = 0; index < size; index++) {
        const given = inclusion(size, index)
        const path = PATH(index, leaves, 0, size)
        if (!path.every((p, i) => Encoding.equal(p, given.proof[i]!)) || path.length !== given.proof.length)
          expect.fail(`proof of ${index} of ${size} differs`)
        if (!Merkle.verify(given)) expect.fail(`${index} of ${size} does not verify`)
      }
    }
  })

  it('verifies both hashes, and neither as the other', () => {
    for (const hash of ['keccak256', 'sha256'] as const) {
      const tree = Merkle.from(leaves.slice(0, 7), { hash })
      const given = { root: Merkle.root(tree), size: 7, index: 4, leaf: leaves[4]!, proof: Merkle.prove(tree, 4) }
      expect(Merkle.verify({ ...given, hash })).toBe(true)
      expect(Merkle.verify({ ...given, hash: hash === 'sha256' ? 'keccak256' : 'sha256' })).toBe(false)
    }
  })

  it('takes leaves of any length, also empty ones and duplicates', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { minLength: 1, maxLength: 40 }), (data) => {
        const tree = Merkle.from(data)
        const root = Merkle.root(tree)
        for (const [index, leaf] of data.entries())
          expect(Merkle.verify({ root, size: data.length, index, leaf, proof: Merkle.prove(tree, index) })).toBe(true)
      }),
    )
  })
})

describe('what must not verify', () => {
  // With sha256, which costs half: both hashes pass through the same code.
  it('rejects every single-bit change of the proof, and sampled ones of root and leaf, for all sizes up to 20', () => {
    for (let size = 1; size <= effort(20); size++) {
      const tree = Merkle.from(leaves.slice(0, size), { hash: 'sha256' })
      for (let index = 0; index < size; index++) {
        const proof = Merkle.prove(tree, index)
        const given = { root: Merkle.root(tree), size, index, leaf: leaves[index]!, proof, hash: 'sha256' } as const
        for (const at of proof.keys())
          for (let bit = 0; bit < 256; bit++)
            if (Merkle.verify({ ...given, proof: proof.with(at, flip(proof[at]!, bit)) }))
              expect.fail(`${index} of ${size}: proof[${at}] bit ${bit}`)
        for (let bit = index; bit < 256; bit += 51)
          if (Merkle.verify({ ...given, root: flip(given.root, bit) })) expect.fail(`root bit ${bit}`)
        for (let bit = 0; bit < 24; bit++)
          if (Merkle.verify({ ...given, leaf: flip(given.leaf, bit) })) expect.fail(`leaf bit ${bit}`)
      }
    }
  })

  it('rejects sampled single-bit changes beyond', () => {
    fc.assert(
      fc.property(sizeAndIndex, fc.nat(), fc.nat({ max: 255 }), ([size, index], place, bit) => {
        const given = inclusion(size, index)
        const proof = given.proof.map((p, i) => (i === place % given.proof.length ? flip(p, bit) : p))
        expect(Merkle.verify({ ...given, proof })).toBe(false)
      }),
      { numRuns: effort(2_000) },
    )
  })

  it('rejects proofs of another length, order or element width', () => {
    for (let size = 1; size <= effort(40); size++)
      for (let index = 0; index < size; index++) {
        const given = inclusion(size, index)
        const { proof } = given
        const wrong = [
          [...proof, new Uint8Array(32)],
          [new Uint8Array(32), ...proof],
          [...proof, ...new Array(100).fill(new Uint8Array(32))],
        ]
        if (proof.length > 0) wrong.push(proof.slice(1), proof.slice(0, -1), [proof[0]!.slice(1), ...proof.slice(1)])
        if (proof.length > 1) wrong.push([...proof].reverse())
        for (const bad of wrong) if (Merkle.verify({ ...given, proof: bad })) expect.fail(`${index} of ${size}`)
      }
  })

  it('rejects every other index, inside the tree and outside', () => {
    for (let size = 1; size <= effort(24); size++)
      for (let index = 0; index < size; index++)
        for (const other of [...Array(2 * size).keys(), 2 ** 32 + index, Number.MAX_SAFE_INTEGER])
          if (other !== index && Merkle.verify({ ...inclusion(size, index), index: other }))
            expect.fail(`${index} of ${size} as ${other}`)
  })

  // A proof alone does not fix the size: where two sizes give a leaf a path of one shape, the hashes are the same and
  // both verify. So the size is signed beside the root (Batch.count). RFC 9162 has the same property. What must hold:
  // another size verifies only if the path has the very same shape, and a size whose path differs is rejected.
  it('accepts another size exactly where the path has the same shape', () => {
    const shape = (size: number, index: number) => {
      let text = ''
      for (let low = 0, high = size; high - low > 1; ) {
        const k = split(high - low)
        text = (index < low + k ? 'R' : 'L') + text
        if (index < low + k) high = low + k
        else low += k
      }
      return text
    }
    let same = 0
    for (let size = 1; size <= effort(20); size++)
      for (let index = 0; index < size; index++)
        for (let other = 1; other <= effort(34); other++) {
          if (other === size) continue
          const expected = index < other && shape(other, index) === shape(size, index)
          if (expected) same++
          if (Merkle.verify({ ...inclusion(size, index), size: other }) !== expected)
            expect.fail(`${index} of ${size} as of ${other}`)
        }
    expect(same).toBeGreaterThan(0)
    for (let other = 0; other <= effort(70); other++)
      if (other !== 33) expect(Merkle.verify({ ...inclusion(33, 32), size: other }), `last of ${other}`).toBe(false)
  })

  it('does not take a node for a leaf', () => {
    const four = trees[3]!
    const [left, right] = [Merkle.node(four, 1, 0), Merkle.node(four, 1, 1)]
    for (const leaf of [left, Encoding.concat(Merkle.node(four, 0, 0), Merkle.node(four, 0, 1))])
      expect(Merkle.verify({ root: Merkle.root(four), size: 2, index: 0, leaf, proof: [right] })).toBe(false)
    const forged = Encoding.concat(Uint8Array.of(1), left, right)
    expect(Merkle.verify({ root: Merkle.root(four), size: 1, index: 0, leaf: forged, proof: [] })).toBe(false)
    expect(Merkle.verify({ root: Merkle.root(four), size: 1, index: 0, leaf: forged.slice(1), proof: [] })).toBe(false)
  })

  it('does not take the reverse of a pair for the pair: positions count', () => {
    const swapped = Merkle.from([leaves[1]!, leaves[0]!])
    expect(Merkle.root(swapped)).not.toEqual(Merkle.root(trees[1]!))
  })
})

describe('doors', () => {
  it('gives copies, so that callers cannot change the tree', () => {
    const tree = Merkle.from(leaves.slice(0, 3))
    const before = Merkle.root(tree)
    Merkle.root(tree).fill(0)
    for (const p of Merkle.prove(tree, 1)) p.fill(0)
    expect(Merkle.root(tree)).toEqual(before)
    expect(Merkle.verify({ root: before, size: 3, index: 1, leaf: leaves[1]!, proof: Merkle.prove(tree, 1) })).toBe(
      true,
    )
  })

  it('hashes leaves and nodes as the tree does', () => {
    const two = trees[1]!
    const parts = [leaves[0]!, leaves[1]!].map((leaf) => Merkle.leafHash(leaf))
    expect(Merkle.nodeHash(parts[0]!, parts[1]!)).toEqual(Merkle.root(two))
    expect(() => Merkle.nodeHash(parts[0]!, new Uint8Array(31))).toThrow(Errors.InvalidInputError)
  })

  it('needs a leaf', () => {
    expect(thrown(() => Merkle.from([])).message).toMatchInlineSnapshot(`
      "a tree needs at least one leaf.
        leaves  Array(0)
        rule    count >= 1
        fix     commit only epochs in which something was served
        see     protocol.md, Bytes"
    `)
  })

  it('has no node beyond its rows, and no row beyond the root', () => {
    const three = trees[2]!
    expect([0, 1, 2].map((level) => Merkle.width(three, level))).toEqual([3, 2, 1])
    expect(Merkle.node(three, 1, 1)).toEqual(Merkle.leafHash(leaves[2]!))
    for (const [level, i] of [
      [0, 3],
      [1, 2],
      [2, 1],
      [3, 0],
      [-1, 0],
      [0, -1],
      [0.5, 0],
    ] as const)
      expect(() => Merkle.node(three, level, i)).toThrow(Errors.InvalidInputError)
    const sum = Merkle.Sum.from([{ data: leaves[0]!, weight: 1n }]) as unknown as Merkle.Tree
    expect(thrown(() => Merkle.root(sum)).message).toMatchInlineSnapshot(`
      "tree is not a Merkle tree.
        tree  object { hash, layout, size, nodes, starts }
        rule  what Merkle.from returned
        fix   build it with Merkle.from(leaves)"
    `)
  })

  it('names an index that is not there', () => {
    expect(thrown(() => Merkle.prove(trees[2]!, 3)).message).toMatchInlineSnapshot(`
      "the tree has no leaf at that index.
        index  3
        rule   an integer from 0 to 2
        fix    pass the position of a committed leaf
        see    RFC 9162, 2.1.3"
    `)
    for (const index of [-1, 0.5, Number.NaN, '1', 1n])
      expect(() => Merkle.prove(trees[2]!, index as number)).toThrow(Merkle.InvalidIndexError)
  })

  it('names a hash that it does not know', () => {
    const options = { hash: 'md5' } as unknown as { hash: 'sha256' }
    expect(thrown(() => Merkle.from(leaves, options)).message).toMatchInlineSnapshot(`
      "hash is not one that the tree knows.
        hash  "md5"
        rule  'keccak256' or 'sha256'
        fix   pass the hash that the parameters name
        see   protocol.md, Commitment"
    `)
  })

  it('throws nothing but typed errors, whatever it is given', () => {
    const good = inclusion(6, 3)
    const junk = fc.anything({
      withBigInt: true,
      withNullPrototype: true,
      withSparseArray: true,
      withTypedArray: true,
    }) as fc.Arbitrary<never>
    const run = (call: () => unknown) => {
      try {
        call()
      } catch (error) {
        expect(error).toBeInstanceOf(Errors.BaseError)
      }
    }
    fc.assert(
      fc.property(junk, fc.constantFrom(...Object.keys(good), 'hash'), (value, field) => {
        run(() => Merkle.verify({ ...good, [field]: value }))
        for (const call of [Merkle.verify, Merkle.from, Merkle.root, Merkle.leafHash]) run(() => call(value))
        run(() => Merkle.from(leaves.slice(0, 2), value))
        run(() => Merkle.from([leaves[0]!, value]))
        run(() => Merkle.prove(trees[3]!, value))
        run(() => Merkle.verify({ ...good, proof: [value] }))
      }),
      { numRuns: effort(2_000) },
    )
  })
})
