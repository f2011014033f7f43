import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { effort } from '../../../../test/support/effort.js'
import * as Encoding from '../Encoding.js'
import * as Errors from '../Errors.js'
import * as Hash from '../Hash.js'
import * as Merkle from '../Merkle.js'

fc.configureGlobal({ seed: 20_261_123 })

// The reference, from the recursive definition of RFC 9162, section 2.1.1: a multiproof needs each largest subtree that
// holds none of the indices, beside a subtree that holds some. Fewer can't do: nothing else depends on its leaves.

const hash = 'sha256'
const h = (...parts: Uint8Array[]) => Hash.sha256(Encoding.concat(...parts))

function split(n: number): number {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}

function MTH(D: Uint8Array[], from: number, to: number): Uint8Array {
  const k = split(to - from)
  if (to - from === 1) return h(Uint8Array.of(0), D[from]!)
  return h(Uint8Array.of(1), MTH(D, from, from + k), MTH(D, from + k, to))
}

type Range = { from: number; to: number; row: number }

/** The subtrees of D[from:to] that a proof for `indices` needs, in no order; `row` is where each is paired. */
function needed(indices: number[], from: number, to: number, row = 0): Range[] {
  if (!indices.some((index) => from <= index && index < to)) return [{ from, to, row }]
  if (to - from === 1) return []
  const k = split(to - from)
  return [...needed(indices, from, from + k, Math.log2(k)), ...needed(indices, from + k, to, Math.log2(k))]
}

function reference(size: number, indices: number[]): Uint8Array[] {
  return needed(indices, 0, size)
    .sort((a, b) => a.row - b.row || a.from - b.from)
    .map(({ from, to }) => MTH(leaves, from, to))
}

const leaves = Array.from({ length: 300 }, (_, i) => Uint8Array.of(i, i >> 4, 9))
const trees = new Map<number, Merkle.Tree>()
const treeOf = (size: number) => {
  const tree = trees.get(size) ?? Merkle.from(leaves.slice(0, size), { hash })
  trees.set(size, tree)
  return tree
}
const opening = (size: number, indices: number[]): Merkle.Inclusions => ({
  root: Merkle.root(treeOf(size)),
  size,
  indices,
  leaves: indices.map((index) => leaves[index]!),
  proof: Merkle.proveMany(treeOf(size), indices),
  hash,
})
const subsets = (size: number) =>
  Array.from({ length: 2 ** size - 1 }, (_, mask) => [...Array(size).keys()].filter((i) => ((mask + 1) >> i) & 1))
const singles = (size: number, indices: number[]) =>
  indices.reduce((sum, index) => sum + Merkle.prove(treeOf(size), index).length, 0)

/** A size and some of its indices. */
const anyOpening = (max: number) =>
  fc
    .integer({ min: 1, max })
    .chain((size) => fc.tuple(fc.constant(size), fc.subarray([...Array(size).keys()], { minLength: 1 })))

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

describe('multiproofs', () => {
  it('are the reference’s, minimal and valid, for every subset of every size up to 9', () => {
    for (let size = 1; size <= effort(9); size++)
      for (const indices of subsets(size)) {
        const given = opening(size, indices)
        const expected = reference(size, indices)
        const same = given.proof.every((node, i) => Encoding.equal(node, expected[i]!))
        if (given.proof.length !== expected.length || !same) expect.fail(`${indices} of ${size}`)
        if (given.proof.length > singles(size, indices)) expect.fail(`${indices} of ${size} is longer than singles`)
        if (!Merkle.verifyMany(given)) expect.fail(`${indices} of ${size} does not verify`)
      }
  })

  it('are the reference’s, minimal and valid, for random subsets of up to 300', () => {
    fc.assert(
      fc.property(anyOpening(300), ([size, indices]) => {
        const given = opening(size, indices)
        expect(given.proof.length).toBe(needed(indices, 0, size).length)
        expect(given.proof.length).toBeLessThanOrEqual(singles(size, indices))
        if (size <= 40) expect(given.proof).toEqual(reference(size, indices))
        expect(Merkle.verifyMany(given)).toBe(true)
      }),
      { numRuns: effort(200) },
    )
  })

  it('are the inclusion proof for one index, and empty for all', () => {
    for (let size = 1; size <= effort(40); size++) {
      const all = [...Array(size).keys()]
      for (const index of all)
        if (Merkle.proveMany(treeOf(size), [index]).join() !== Merkle.prove(treeOf(size), index).join())
          expect.fail(`${index} of ${size}`)
      expect(Merkle.proveMany(treeOf(size), all)).toEqual([])
    }
  })

  it('verify with both hashes, with a hasher, and for the largest sizes', () => {
    const keccak = Merkle.from(leaves.slice(0, 11))
    const proof = Merkle.proveMany(keccak, [2, 10])
    const given = { root: Merkle.root(keccak), size: 11, indices: [2, 10], leaves: [leaves[2]!, leaves[10]!], proof }
    expect(Merkle.verifyMany(given)).toBe(true)
    expect(Merkle.verifyMany({ ...given, hash })).toBe(false)
    expect(Merkle.verifyMany({ ...given, hasher: Merkle.hasher('keccak256') })).toBe(true)
    const [size, last] = [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER - 1]
    const path = Array.from({ length: 52 + 52 }, () => new Uint8Array(32))
    const huge = { root: new Uint8Array(32), size, indices: [0, last], leaves: leaves.slice(0, 2), proof: path }
    for (let length = 90; length <= 104; length++)
      expect(Merkle.verifyMany({ ...huge, proof: path.slice(0, length) })).toBe(false)
  })
})

describe('what must not verify', () => {
  it('any single-bit change of proof or leaf, for every subset of every size up to 5', () => {
    for (let size = 1; size <= 5; size++)
      for (const indices of subsets(size)) {
        const given = opening(size, indices)
        for (const at of given.proof.keys())
          for (let bit = 0; bit < 256; bit++)
            if (Merkle.verifyMany({ ...given, proof: given.proof.with(at, flip(given.proof[at]!, bit)) }))
              expect.fail(`${indices} of ${size}: proof[${at}] bit ${bit}`)
        for (const at of given.leaves.keys())
          if (Merkle.verifyMany({ ...given, leaves: given.leaves.with(at, flip(given.leaves[at]!, at)) }))
            expect.fail(`${indices} of ${size}: leaf ${at}`)
      }
  })

  it('sampled single-bit changes beyond', () => {
    fc.assert(
      fc.property(anyOpening(130), fc.nat(), fc.nat({ max: 255 }), ([size, indices], place, bit) => {
        const given = opening(size, indices)
        const at = place % (given.proof.length + 1)
        const changed =
          at === given.proof.length
            ? { ...given, root: flip(given.root, bit) }
            : { ...given, proof: given.proof.with(at, flip(given.proof[at]!, bit)) }
        expect(Merkle.verifyMany(changed)).toBe(false)
      }),
      { numRuns: effort(400) },
    )
  })

  it('a proof of another length, order or width, other indices, or other leaves', () => {
    fc.assert(
      fc.property(anyOpening(60), fc.nat(), ([size, indices], n) => {
        const given = opening(size, indices)
        const { proof } = given
        const wrong: Partial<Merkle.Inclusions>[] = [
          { proof: [...proof, new Uint8Array(32)] },
          { proof: proof.slice(1), leaves: proof.length > 0 ? given.leaves : [] },
          { proof: proof.length > 0 ? proof.with(0, proof[0]!.slice(1)) : [new Uint8Array(0)] },
          { leaves: given.leaves.slice(1) },
          { leaves: [...given.leaves, leaves[0]!] },
          { indices: indices.with(-1, size) },
          { indices: indices.with(-1, size + n) },
          { root: given.root.slice(1) },
        ]
        if (proof.length > 1) wrong.push({ proof: [...proof].reverse() })
        if (indices.length > 1) wrong.push({ leaves: [...given.leaves].reverse() })
        const other = n % size
        if (!indices.includes(other)) wrong.push({ indices: indices.with(0, other).sort((a, b) => a - b) })
        for (const bad of wrong) expect(Merkle.verifyMany({ ...given, ...bad })).toBe(false)
      }),
      { numRuns: effort(200) },
    )
  })

  it('indices that are unsorted, repeat, or are none', () => {
    const given = opening(7, [1, 4])
    const [one, four] = given.leaves as [Uint8Array, Uint8Array]
    expect(Merkle.verifyMany({ ...given, indices: [4, 1], leaves: [four, one] })).toBe(false)
    expect(Merkle.verifyMany({ ...given, indices: [1, 1, 4], leaves: [one, one, four] })).toBe(false)
    for (const size of [0, 1, 7]) expect(Merkle.verifyMany({ ...given, size, indices: [], leaves: [] })).toBe(false)
    expect(Merkle.verifyMany({ ...given, indices: [], leaves: [], proof: [given.root] })).toBe(false)
    expect(Merkle.verifyMany({ ...given, indices: [], leaves: [], proof: [], root: new Uint8Array(0) })).toBe(false)
  })
})

describe('doors', () => {
  it('prove no indices that are unsorted, repeat, or are none', () => {
    expect(thrown(() => Merkle.proveMany(treeOf(9), [3, 5, 5])).message).toMatchInlineSnapshot(`
      "the indices are not in order at 2.
        indices  5
        rule     ascending, each once: this one comes after 5
        fix      sort them and drop the repetitions
        see      protocol.md, Opening"
    `)
    expect(thrown(() => Merkle.proveMany(treeOf(9), [])).message).toMatchInlineSnapshot(`
      "a multiproof needs at least one index.
        indices  Array(0)
        rule     at least one
        fix      ask for no proof where nothing is opened
        see      protocol.md, Opening"
    `)
    expect(() => Merkle.proveMany(treeOf(9), [3, 1])).toThrow(Merkle.InvalidIndicesError)
    for (const index of [9, -1, 0.5, Number.NaN, '1', 1n])
      expect(() => Merkle.proveMany(treeOf(9), [index as number])).toThrow(Merkle.InvalidIndexError)
  })

  it('throw nothing but typed errors, whatever they are given', () => {
    const good = opening(9, [2, 3, 8])
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
    const fields = fc.constantFrom(...Object.keys(good), 'hasher')
    fc.assert(
      fc.property(anything as fc.Arbitrary<never>, fields, (value, field) => {
        const answer = run(() => Merkle.verifyMany({ ...good, [field]: value }))
        if (value !== undefined) expect(answer === undefined || answer === false).toBe(true)
        run(() => Merkle.verifyMany(value))
        run(() => Merkle.verifyMany({ ...good, indices: [value] }))
        run(() => Merkle.verifyMany({ ...good, leaves: [value, value, value] }))
        run(() => Merkle.proveMany(value, [0]))
        run(() => Merkle.proveMany(treeOf(9), value))
        run(() => Merkle.proveMany(treeOf(9), [value]))
      }),
      { numRuns: effort(1_000) },
    )
  })
})
