import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { effort } from '../../../../test/support/effort.js'
import * as Encoding from '../Encoding.js'
import * as Errors from '../Errors.js'
import * as Hash from '../Hash.js'
import * as Merkle from '../Merkle.js'

fc.configureGlobal({ seed: 20_261_123 })

// The reference: RFC 9162, sections 2.1.1, 2.1.4.1 and 2.1.4.2 as written.

const hash = 'sha256'
const h = (...parts: Uint8Array[]) => Hash.sha256(Encoding.concat(...parts))

function split(n: number): number {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}

const roots = new Map<string, Uint8Array>()

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

/** SUBPROOF(m, D[from:to], b). */
function SUBPROOF(m: number, D: Uint8Array[], from: number, to: number, b: boolean): Uint8Array[] {
  const n = to - from
  if (m === n) return b ? [] : [MTH(D, from, to)]
  const k = split(n)
  if (m <= k) return [...SUBPROOF(m, D, from, from + k, b), MTH(D, from + k, to)]
  return [...SUBPROOF(m - k, D, from + k, to, false), MTH(D, from, from + k)]
}

/** Section 2.1.4.2, for 0 < first < second. */
function accepts(first: number, firstHash: Uint8Array, second: number, secondHash: Uint8Array, given: Uint8Array[]) {
  if (given.length === 0) return false
  const path = Number.isInteger(Math.log2(first)) ? [firstHash, ...given] : given
  let [fn, sn] = [first - 1, second - 1]
  for (; fn % 2 === 1; fn >>= 1) sn >>= 1
  let [fr, sr] = [path[0]!, path[0]!]
  for (const c of path.slice(1)) {
    if (sn === 0) return false
    if (fn % 2 === 1 || fn === sn) {
      fr = h(Uint8Array.of(1), c, fr)
      sr = h(Uint8Array.of(1), c, sr)
      for (; fn % 2 === 0 && fn !== 0; fn >>= 1) sn >>= 1
    } else sr = h(Uint8Array.of(1), sr, c)
    fn >>= 1
    sn >>= 1
  }
  return Encoding.equal(fr, firstHash) && Encoding.equal(sr, secondHash) && sn === 0
}

const leaves = Array.from({ length: 130 }, (_, i) => Uint8Array.of(i, 3))
const trees = leaves.map((_, i) => Merkle.from(leaves.slice(0, i + 1), { hash }))
const growth = (oldSize: number, newSize: number): Merkle.Consistency => ({
  oldRoot: Merkle.root(trees[oldSize - 1]!),
  oldSize,
  newRoot: Merkle.root(trees[newSize - 1]!),
  newSize,
  proof: Merkle.consistency(trees[newSize - 1]!, oldSize),
  hash,
})

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

describe('consistency', () => {
  it('has the proofs of the recursive reference for every pair of sizes up to 130', () => {
    for (let newSize = 1; newSize <= effort(130); newSize++)
      for (let oldSize = 1; oldSize <= newSize; oldSize++) {
        const given = growth(oldSize, newSize)
        const expected = SUBPROOF(oldSize, leaves, 0, newSize, true)
        const same = given.proof.every((node, i) => Encoding.equal(node, expected[i]!))
        if (given.proof.length !== expected.length || !same) expect.fail(`${oldSize} in ${newSize}`)
        if (!Merkle.verifyConsistency(given)) expect.fail(`${oldSize} in ${newSize} does not verify`)
      }
  })

  it('accepts what the RFC’s own algorithm accepts, also for other sizes', () => {
    let same = 0
    for (let newSize = 2; newSize <= 17; newSize++)
      for (let oldSize = 1; oldSize < newSize; oldSize++) {
        const given = growth(oldSize, newSize)
        for (let second = 1; second <= 24; second++)
          for (let first = 0; first <= 25; first++) {
            const inRange = 0 < first && first < second
            const expected = inRange && accepts(first, given.oldRoot, second, given.newRoot, [...given.proof])
            if (expected) same++
            if (Merkle.verifyConsistency({ ...given, oldSize: first, newSize: second }) !== expected)
              expect.fail(`${oldSize} in ${newSize} as ${first} in ${second}`)
          }
      }
    expect(same).toBeGreaterThan(136)
  })

  it('verifies keccak256, and neither hash as the other', () => {
    const [before, after] = [Merkle.from(leaves.slice(0, 6)), Merkle.from(leaves.slice(0, 13))]
    const sizes = { oldSize: 6, newSize: 13, proof: Merkle.consistency(after, 6) }
    const given = { oldRoot: Merkle.root(before), newRoot: Merkle.root(after), ...sizes }
    expect(Merkle.verifyConsistency(given)).toBe(true)
    expect(Merkle.verifyConsistency({ ...given, hash })).toBe(false)
  })
})

describe('what must not verify', () => {
  it('each bit flipped in one element of the proof, for every pair of sizes up to 20, and sampled ones of the roots', () => {
    for (let newSize = 2; newSize <= effort(20); newSize++)
      for (let oldSize = 1; oldSize < newSize; oldSize++) {
        const given = growth(oldSize, newSize)
        for (let bit = 0; bit < 256; bit++) {
          const at = bit % given.proof.length
          const proof = given.proof.with(at, flip(given.proof[at]!, bit))
          if (Merkle.verifyConsistency({ ...given, proof })) expect.fail(`${oldSize} in ${newSize}: ${at}, bit ${bit}`)
        }
        const bit = (7 * newSize + oldSize) % 256
        if (Merkle.verifyConsistency({ ...given, oldRoot: flip(given.oldRoot, bit) })) expect.fail('old root')
        if (Merkle.verifyConsistency({ ...given, newRoot: flip(given.newRoot, bit) })) expect.fail('new root')
      }
  })

  it('every bit of every element, for every pair of sizes up to 9, and sampled ones to 130', () => {
    for (let newSize = 2; newSize <= effort(9); newSize++)
      for (let oldSize = 1; oldSize < newSize; oldSize++) {
        const given = growth(oldSize, newSize)
        for (const at of given.proof.keys())
          for (let bit = 0; bit < 256; bit++)
            if (Merkle.verifyConsistency({ ...given, proof: given.proof.with(at, flip(given.proof[at]!, bit)) }))
              expect.fail(`${oldSize} in ${newSize}: ${at}, bit ${bit}`)
      }
    const pair = fc
      .integer({ min: 2, max: 130 })
      .chain((newSize) => fc.tuple(fc.integer({ min: 1, max: newSize - 1 }), fc.constant(newSize)))
    fc.assert(
      fc.property(pair, fc.nat(), fc.nat({ max: 255 }), ([oldSize, newSize], place, bit) => {
        const given = growth(oldSize, newSize)
        const at = place % given.proof.length
        const proof = given.proof.with(at, flip(given.proof[at]!, bit))
        expect(Merkle.verifyConsistency({ ...given, proof })).toBe(false)
      }),
      { numRuns: effort(1_000) },
    )
  })

  it('a proof of another length, order or width', () => {
    for (let newSize = 1; newSize <= effort(24); newSize++)
      for (let oldSize = 1; oldSize <= newSize; oldSize++) {
        const given = growth(oldSize, newSize)
        const { proof } = given
        const wrong = [
          [...proof, new Uint8Array(32)],
          [given.oldRoot, ...proof],
          [...proof, ...new Array(60).fill(given.newRoot)],
        ]
        if (proof.length > 0) wrong.push([], proof.slice(1), proof.slice(0, -1), proof.with(0, proof[0]!.slice(1)))
        if (proof.length > 1) wrong.push([...proof].reverse())
        for (const [at, node] of proof.entries()) wrong.push(proof.with(at, Encoding.concat(node, new Uint8Array(1))))
        for (const bad of wrong) {
          if (bad.length === 0 && proof.length === 0) continue
          if (Merkle.verifyConsistency({ ...given, proof: bad })) expect.fail(`${oldSize} in ${newSize}`)
        }
      }
  })

  it('a rewritten or shortened log, an empty old tree, or roots that are none', () => {
    const rewritten = Merkle.from([leaves[1]!, leaves[0]!, ...leaves.slice(2, 9)], { hash })
    const given = growth(4, 9)
    const other = { newRoot: Merkle.root(rewritten), proof: Merkle.consistency(rewritten, 4) }
    expect(Merkle.verifyConsistency({ ...given, ...other })).toBe(false)
    expect(Merkle.verifyConsistency({ ...given, oldSize: 9, newSize: 4 })).toBe(false)
    expect(Merkle.verifyConsistency({ ...given, oldSize: 0, proof: [] })).toBe(false)
    expect(Merkle.verifyConsistency({ ...given, oldSize: 0, newSize: 0, newRoot: given.oldRoot, proof: [] })).toBe(
      false,
    )
    expect(Merkle.verifyConsistency({ ...growth(4, 4), newRoot: given.newRoot })).toBe(false)
    const short = new Uint8Array(31)
    expect(Merkle.verifyConsistency({ ...growth(4, 4), oldRoot: short, newRoot: short })).toBe(false)
    expect(Merkle.verifyConsistency({ ...growth(3, 4), oldRoot: short })).toBe(false)
    expect(Merkle.verifyConsistency({ ...growth(3, 4), newRoot: short })).toBe(false)
  })
})

describe('append', () => {
  it('gives the very tree that building at once gives, from every size to every size up to 34', () => {
    for (let oldSize = 1; oldSize <= effort(34); oldSize++)
      for (let newSize = oldSize; newSize <= 34; newSize++) {
        const grown = Merkle.append(trees[oldSize - 1]!, leaves.slice(oldSize, newSize))
        if (!Encoding.equal(grown.nodes, trees[newSize - 1]!.nodes)) expect.fail(`${oldSize} to ${newSize}`)
        if (newSize === oldSize + 1) expect(grown).toEqual(trees[newSize - 1])
      }
  })

  it('leaves the old tree alone', () => {
    const before = Merkle.from(leaves.slice(0, 5))
    const copy = structuredClone(before)
    Merkle.append(before, leaves.slice(5, 12)).nodes.fill(0)
    expect(before).toEqual(copy)
  })

  it('hashes nothing again that covers only old leaves', () => {
    let hashed = 0
    const counting: Merkle.Hasher = {
      hash: 'keccak256',
      hashMany(input, length, output) {
        hashed += output.length / 32
        Merkle.hasher('keccak256').hashMany(input, length, output)
      },
    }
    const before = Merkle.from(leaves.slice(0, 100))
    for (let size = 101; size <= 130; size++) {
      hashed = -2 // the known answers
      Merkle.append(before, leaves.slice(100, size), { hasher: counting })
      expect(hashed).toBeLessThanOrEqual(2 * (size - 100) + Math.ceil(Math.log2(size)))
    }
  })
})

describe('doors', () => {
  it('name a size that the tree never had', () => {
    expect(thrown(() => Merkle.consistency(trees[8]!, 10)).message).toMatchInlineSnapshot(`
      "the tree never had that size.
        oldSize  10
        rule     an integer from 1 to 9
        fix      pass the number of leaves of the earlier tree
        see      RFC 9162, 2.1.4"
    `)
    for (const oldSize of [0, -1, 0.5, Number.NaN, '1', 1n])
      expect(() => Merkle.consistency(trees[8]!, oldSize as number)).toThrow(Merkle.InvalidSizeError)
  })

  it('throw nothing but typed errors, whatever they are given', () => {
    const good = growth(5, 9)
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
    fc.assert(
      fc.property(anything as fc.Arbitrary<never>, fc.constantFrom(...Object.keys(good)), (value, field) => {
        const answer = run(() => Merkle.verifyConsistency({ ...good, [field]: value }))
        if (value !== undefined) expect(answer === undefined || answer === false).toBe(true)
        run(() => Merkle.verifyConsistency(value))
        run(() => Merkle.verifyConsistency({ ...good, proof: [value] }))
        run(() => Merkle.consistency(value, 1))
        run(() => Merkle.consistency(trees[8]!, value))
        run(() => Merkle.append(trees[8]!, value))
        run(() => Merkle.append(value, []))
        run(() => Merkle.append(trees[8]!, [leaves[0]!], value))
      }),
      { numRuns: effort(1_000) },
    )
  })
})
