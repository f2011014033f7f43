/** Leaf hashes, node hashes and inclusion proofs: Solidity against the core, on a real node. */
import { Encoding, Merkle } from '@spotcheck/core'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as Harness from '../../../test/support/harness.js'
import { runs } from '../../../test/support/property.js'
import rfc9162 from '../../../test/vectors/rfc9162-sha256.json' with { type: 'json' }

type Hex = `0x${string}`

const { toHex } = Encoding
const CASES = 5_000
const hashes = ['keccak256', 'sha256'] as const
const hashName = fc.constantFrom(...hashes)
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
const u128 = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n })
const data = fc.oneof(fc.uint8Array({ minLength: 120, maxLength: 120 }), fc.uint8Array({ maxLength: 200 }))

let solidity: Harness.Harness

beforeAll(async () => {
  solidity = await Harness.start()
})
afterAll(() => solidity.node.stop())

/** `cases` of either hash: the contract takes its number first. */
function by(hash: Merkle.HashName): [number] {
  return [hashes.indexOf(hash)]
}

describe.each(hashes)('%s', (hash) => {
  test('leaf hashes', async () => {
    const leaves = fc.sample(data, runs(CASES))
    const answers = await solidity.each<[Hex, Hex]>('leafHashes', leaves.map(toHex), by(hash))
    expect(answers).toEqual(
      leaves.map((leaf) => [toHex(Merkle.leafHash(leaf, hash)), toHex(Merkle.Sum.leafHash(leaf, hash))]),
    )
  })

  test('node hashes', async () => {
    const pairs = fc.sample(fc.tuple(bytes32, bytes32), runs(CASES))
    const answers = await solidity.each<Hex>(
      'nodeHashes',
      pairs.map(([left, right]) => [toHex(left), toHex(right)]),
      by(hash),
    )
    expect(answers).toEqual(pairs.map(([left, right]) => toHex(Merkle.nodeHash(left, right, hash))))
  })

  test('nodes of the sum tree, those that overflow too', async () => {
    const node = fc.record({ hash: bytes32, sum: fc.oneof(u128, fc.bigInt({ min: 2n ** 127n, max: 2n ** 128n - 1n })) })
    const pairs = fc.sample(fc.tuple(node, node), runs(CASES))
    let refused = 0
    for (let first = 0; first < CASES; first += 250) {
      const some = pairs.slice(first, first + 250)
      const given = some.map((pair) => pair.map(({ hash, sum }) => ({ hash: toHex(hash), sum })))
      const [fits, nodes] = (await solidity.call('sumNodes', [...by(hash), given])) as [boolean[], Node[]]
      for (const [i, [left, right]] of some.entries()) {
        const overflows = left.sum + right.sum >= 2n ** 128n
        expect(fits[i]).toBe(!overflows)
        if (overflows) refused++
        else expect(encode(nodes[i]!)).toBe(toHex(Merkle.Sum.parent(of(left), of(right), hash)))
      }
    }
    expect(refused).toBeGreaterThan(CASES / 10)
  })
})

type Node = { hash: Hex; sum: bigint }

function of({ hash, sum }: { hash: Uint8Array; sum: bigint }): Uint8Array {
  return Encoding.concat(hash, Encoding.uint(sum, 16))
}

function encode({ hash, sum }: Node): string {
  return `${hash}${sum.toString(16).padStart(32, '0')}`
}

/** A proof and what it is of; `flaw` says how it was spoilt. */
type Plain = Merkle.Inclusion & { index: number; size: number }
type Weighed = Merkle.Sum.Inclusion & { index: number; size: number }

const SIZES = [...Array.from({ length: 70 }, (_, i) => i + 1), 127, 128, 129, 255, 256, 257, 1000]
const leafOf = (i: number) => Encoding.uint(i, 8)
const plainTrees = new Map<string, Merkle.Tree>()
const sumTrees = new Map<string, Merkle.Sum.Tree>()
const weightOf = (i: number) => BigInt((i * 7919) % 1000) * (i % 5 === 0 ? 2n ** 100n : 1n)

function plainTree(size: number, hash: Merkle.HashName): Merkle.Tree {
  const key = `${size} ${hash}`
  const leaves = () => Array.from({ length: size }, (_, i) => leafOf(i))
  if (!plainTrees.has(key)) plainTrees.set(key, Merkle.from(leaves(), { hash }))
  return plainTrees.get(key)!
}

function sumTree(size: number, hash: Merkle.HashName): Merkle.Sum.Tree {
  const key = `${size} ${hash}`
  const leaves = () => Array.from({ length: size }, (_, i) => ({ data: leafOf(i), weight: weightOf(i) }))
  if (!sumTrees.has(key)) sumTrees.set(key, Merkle.Sum.from(leaves(), { hash }))
  return sumTrees.get(key)!
}

const place = fc.constantFrom(...SIZES).chain((size) => fc.record({ size: fc.constant(size), index: fc.nat(size - 1) }))
const FLAWS = ['none', 'bit', 'drop', 'add', 'index', 'size', 'leaf', 'swap', 'root', 'far', 'weight', 'total'] as const
const spoilt = fc.record({
  place,
  hash: hashName,
  flaw: fc.oneof(fc.constant('none' as const), fc.constantFrom(...FLAWS)),
  at: fc.nat(1_000_000),
})

/** Spoils a proof in one way; some ways leave a good one, e.g. a size for which the path is the same. */
function spoil<T extends Plain | Weighed>(good: T, flaw: (typeof FLAWS)[number], at: number): T {
  const proof = good.proof.map((node) => node.slice())
  const width = 'weight' in good ? 48 : 32
  const flip = (bytes: Uint8Array) => bytes.map((byte, i) => (i === at % bytes.length ? byte ^ (1 << (at % 8)) : byte))
  const k = at % Math.max(1, proof.length)
  if (flaw === 'bit' && proof.length > 0) proof[k] = flip(proof[k]!)
  if (flaw === 'drop') proof.splice(k, 1)
  if (flaw === 'add') proof.splice(k, 0, new Uint8Array(width).fill(at))
  if (flaw === 'swap') proof.reverse()
  const changed: Partial<Weighed> = {
    ...(flaw === 'index' && { index: at % (good.size + 3) }),
    ...(flaw === 'far' && { index: good.index + 2 ** 40 * (at % 2), size: good.size + 2 ** 40 }),
    ...(flaw === 'size' && { size: 1 + (at % (2 * good.size)) }),
    ...(flaw === 'leaf' && { leaf: leafOf(at) }),
    ...(flaw === 'root' && { root: flip(good.root) }),
    ...(flaw === 'weight' && width === 48 && { weight: BigInt(at) }),
    ...(flaw === 'total' && width === 48 && { total: BigInt(at) }),
  }
  return { ...good, proof, ...changed }
}

test('proofs of inclusion, good and bad', async () => {
  const cases = fc.sample(spoilt, runs(CASES)).map(({ place: { size, index }, hash, flaw, at }) => {
    const tree = plainTree(size, hash)
    const good = { root: Merkle.root(tree), size, index, leaf: leafOf(index), proof: Merkle.prove(tree, index), hash }
    return spoil(good, flaw, at)
  })
  const answers = await solidity.each<boolean>('verify', cases.map(toPlain))
  const expected = cases.map((inclusion) => Merkle.verify(inclusion))
  expect(answers).toEqual(expected)
  expectBoth(expected)
})

test('proofs of where a leaf lies, good and bad', async () => {
  const cases = fc.sample(spoilt, runs(CASES)).map(({ place: { size, index }, hash, flaw, at }) => {
    const tree = sumTree(size, hash)
    const known = { root: Merkle.Sum.root(tree), total: Merkle.Sum.total(tree), size, index, hash }
    const good = { ...known, leaf: leafOf(index), weight: weightOf(index), proof: Merkle.Sum.prove(tree, index) }
    return spoil(good, flaw, at)
  })
  const expected = cases.map((inclusion) => Merkle.Sum.position(inclusion))
  for (let first = 0; first < CASES; first += 250) {
    const given = cases.slice(first, first + 250).map(toSum)
    const [found, positions] = (await solidity.call('positions', [given])) as [boolean[], Merkle.Sum.Position[]]
    const answers = found.map((yes, i) => (yes ? positions[i] : undefined))
    expect(answers).toEqual(expected.slice(first, first + 250))
  }
  expectBoth(expected.map((position) => position !== undefined))
})

/** A differential test of one answer only shows little. */
function expectBoth(expected: boolean[]): void {
  const accepted = expected.filter(Boolean).length
  expect(accepted).toBeGreaterThan(CASES / 5)
  expect(accepted).toBeLessThan((CASES * 4) / 5)
}

function toPlain({ hash, root, size, index, leaf, proof }: Plain) {
  return {
    ...{ hash: hashes.indexOf(hash!), root: toHex(root), size: BigInt(size), index: BigInt(index) },
    ...{ leaf: toHex(leaf), proof: proof.map(toHex) },
  }
}

function toSum({ total, weight, ...inclusion }: Weighed) {
  return { ...toPlain(inclusion), total, weight }
}

test('the tree and every path of RFC 9162', async () => {
  const leaves = rfc9162.leaves.map((leaf) => Encoding.fromHex(`0x${leaf}`))
  for (let size = 1; size <= leaves.length; size++) {
    const tree = Merkle.from(leaves.slice(0, size), { hash: 'sha256' })
    const root = Encoding.fromHex(`0x${rfc9162.roots[size]!}`)
    const cases = leaves.slice(0, size).map((leaf, index) => {
      return toPlain({ root, size, index, leaf, proof: Merkle.prove(tree, index), hash: 'sha256' })
    })
    expect(await solidity.call('verify', [cases])).toEqual(cases.map(() => true))
  }
})

/** The root over an audit path, by the recursive definition of RFC 9162, section 2.1.3.1: it needs no tree. */
function rootOver(leaf: Uint8Array, index: bigint, size: bigint, siblings: () => Uint8Array): Uint8Array {
  if (size === 1n) return leaf
  let k = 1n
  while (k * 2n < size) k *= 2n
  const below = index < k ? rootOver(leaf, index, k, siblings) : rootOver(leaf, index - k, size - k, siblings)
  const sibling = siblings()
  return index < k ? Merkle.nodeHash(below, sibling) : Merkle.nodeHash(sibling, below)
}

test('trees too large to build, up to 2^64 - 1 leaves', async () => {
  const size = fc.bigInt({ min: 1n, max: 2n ** 64n - 1n })
  const index = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
  const cases = fc.sample(fc.tuple(size, index, fc.nat(255)), runs(500)).map(([size, at, fill]) => {
    const proof: Uint8Array[] = []
    const sibling = () => {
      proof.push(new Uint8Array(32).fill(fill + proof.length))
      return proof.at(-1)!
    }
    const leaf = leafOf(fill)
    const root = toHex(rootOver(Merkle.leafHash(leaf), at % size, size, sibling))
    return { hash: 0, root, size, index: at % size, leaf: toHex(leaf), proof: proof.map(toHex) }
  })
  expect(await solidity.each('verify', cases)).toEqual(cases.map(() => true))
})
