import { keccak_256 } from '@noble/hashes/sha3.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { effort } from '../../../../test/support/effort.js'
import * as Errors from '../Errors.js'
import * as Hash from '../Hash.js'
import * as Merkle from '../Merkle.js'

fc.configureGlobal({ seed: 20_261_123 })

const hashes = { keccak256: keccak_256, sha256: Hash.sha256 }
const names = ['keccak256', 'sha256'] as const

/** A backend as somebody would write it, that counts its calls. */
function backend(hash: Merkle.HashName) {
  const calls: { count: number; length: number }[] = []
  const hasher: Merkle.Hasher = {
    hash,
    hashMany(input, length, output) {
      calls.push({ count: output.length / 32, length })
      for (let i = 0; i < output.length / 32; i++)
        output.set(hashes[hash](input.subarray(i * length, (i + 1) * length)), 32 * i)
    },
  }
  return { hasher, calls }
}

const leaves = Array.from({ length: 1_300 }, (_, i) => new Uint8Array(i % 7 === 0 ? 3 : 120).fill(i))

function thrown(run: () => unknown): Errors.BaseError {
  try {
    run()
  } catch (error) {
    if (error instanceof Errors.BaseError) return error
    throw error
  }
  throw new Error('expected an error')
}

describe.each(names)('the default hasher of %s', (name) => {
  it('hashes messages of every length as the plain function does', () => {
    for (let length = 0; length <= 300; length++) {
      const input = Uint8Array.from({ length: 3 * length }, (_, i) => (i * 37 + length) % 256)
      const output = new Uint8Array(96).fill(1)
      Merkle.hasher(name).hashMany(input, length, output)
      for (let i = 0; i < 3; i++)
        expect(output.slice(32 * i, 32 * i + 32)).toEqual(hashes[name](input.slice(i * length, (i + 1) * length)))
    }
  })

  it('leaves the input as it is, and refuses buffers that do not match', () => {
    const input = new Uint8Array(130).fill(5)
    Merkle.hasher(name).hashMany(input, 65, new Uint8Array(64))
    expect(input).toEqual(new Uint8Array(130).fill(5))
    const { hashMany } = Merkle.hasher(name)
    for (const call of [
      () => hashMany(input, 65, new Uint8Array(32)),
      () => hashMany(input, 64, new Uint8Array(64)),
      () => hashMany(input, 65, new Uint8Array(65)),
      () => hashMany(input, -65, new Uint8Array(64)),
      () => hashMany([] as never, 0, new Uint8Array(0)),
      () => hashMany(input, 65, undefined as never),
    ])
      expect(call).toThrow(Errors.InvalidInputError)
  })
})

describe.each(names)('a backend of %s', (name) => {
  it('builds the same trees, in few calls of at most 64 KiB', () => {
    const { hasher, calls } = backend(name)
    const tree = Merkle.from(leaves, { hasher })
    expect(tree).toEqual(Merkle.from(leaves, { hash: name }))
    expect(Merkle.from(leaves, { hash: name, hasher })).toEqual(tree)
    const even = Merkle.from(leaves.filter((leaf) => leaf.length === 120))
    calls.length = 0
    Merkle.from(
      leaves.filter((leaf) => leaf.length === 120),
      { hasher },
    )
    expect(calls.every(({ count, length }) => count * length <= 65_536)).toBe(true)
    expect(calls.reduce((sum, { count }) => sum + count, 0)).toBe(2 * even.size - 1 + 2)
    expect(calls.length).toBeLessThan(25)
  })

  it('builds the same sum trees, appends, and verifies openings', () => {
    const { hasher } = backend(name)
    const weighed = leaves.map((data, i) => ({ data, weight: BigInt(i) }))
    const tree = Merkle.Sum.append(Merkle.Sum.from(weighed.slice(0, 999), { hasher }), weighed.slice(999), { hasher })
    expect(tree).toEqual(Merkle.Sum.from(weighed, { hash: name }))
    const plain = Merkle.append(Merkle.from(leaves.slice(0, 999), { hasher }), leaves.slice(999), { hasher })
    const opening = { indices: [3, 998], leaves: [leaves[3]!, leaves[998]!], proof: Merkle.proveMany(plain, [3, 998]) }
    expect(Merkle.verifyMany({ root: Merkle.root(plain), size: plain.size, ...opening, hasher })).toBe(true)
    const sums = { indices: [3], leaves: [weighed[3]!], proof: Merkle.Sum.proveMany(tree, [3]) }
    const known = { root: Merkle.Sum.root(tree), total: Merkle.Sum.total(tree), size: tree.size }
    expect(Merkle.Sum.verifyMany({ ...known, ...sums, hasher })).toBe(true)
  })

  it('takes one leaf above 64 KiB at a time', () => {
    const large = [new Uint8Array(70_000), new Uint8Array(70_000).fill(1)]
    expect(Merkle.from(large, { hasher: backend(name).hasher })).toEqual(Merkle.from(large, { hash: name }))
  })
})

describe('a backend that is none', () => {
  it('is named', () => {
    const hasher = { ...backend('sha256').hasher, hash: 'keccak256' as const }
    expect(thrown(() => Merkle.from(leaves, { hasher })).message).toMatchInlineSnapshot(`
      "the hasher can't be used: it does not compute keccak256.
        hasher  object { hash, hashMany }
        rule    { hash, hashMany(input, length, output) } that writes the hash of every message, in order
        fix     leave hasher out, or compare yours with Merkle.hasher(hash)
        see     protocol.md, Commitment"
    `)
    const other = backend('sha256').hasher
    expect(thrown(() => Merkle.from(leaves, { hash: 'keccak256', hasher: other })).shortMessage).toMatchInlineSnapshot(
      `"the hasher can't be used: it computes sha256, not keccak256."`,
    )
    expect(thrown(() => Merkle.append(Merkle.from(leaves), leaves, { hasher: other })).name).toBe(
      'Merkle.InvalidHasherError',
    )
  })

  it('is refused when it throws, ignores the stride, or does nothing', () => {
    const bad: Merkle.Hasher['hashMany'][] = [
      () => {
        throw new TypeError('no WebAssembly here')
      },
      () => {},
      (input, length, output) => output.set(keccak_256(input.subarray(0, length))),
      (input, _, output) => output.set(keccak_256(input).subarray(0, 32)),
    ]
    for (const hashMany of bad)
      expect(() => Merkle.from(leaves, { hasher: { hash: 'keccak256', hashMany } })).toThrow(Merkle.InvalidHasherError)
    const cause = thrown(() => Merkle.from(leaves, { hasher: { hash: 'sha256', hashMany: bad[0]! } })).cause
    expect(cause).toBeInstanceOf(TypeError)
  })

  it('gives typed errors, whatever it is', () => {
    const anything = fc.anything({ withBigInt: true, withNullPrototype: true, withTypedArray: true })
    fc.assert(
      fc.property(anything as fc.Arbitrary<never>, (value) => {
        if (value === undefined) return
        for (const hasher of [
          value,
          { hash: value, hashMany() {} } as never,
          { hash: 'sha256', hashMany: value } as never,
        ])
          expect(() => Merkle.from(leaves.slice(0, 2), { hasher })).toThrow(Errors.BaseError)
        expect(() => Merkle.hasher(value)).toThrow(Errors.InvalidInputError)
      }),
      { numRuns: effort(300) },
    )
  })
})
