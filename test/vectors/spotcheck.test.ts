/**
 * Our own golden vectors. Everything is recomputed through the public API, and what protocol.md lays out byte by byte a
 * second time, by noble's hashes and a DataView alone: a slip in the library can't make its own vectors.
 */
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import * as core from '@spotcheck/core'
import { secp256k1 } from '@spotcheck/core/viem'
import { recoverAddress } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, test } from 'vitest'
import { layouts as computations, vectors } from '../../scripts/vectors-layouts.mjs'
import * as eip712 from '../support/eip712.js'
import golden from './spotcheck.json' with { type: 'json' }

/** Parsed JSON. */
type Data = ReturnType<typeof JSON.parse>
type Case = { input: Data; output: Data }
type Layout = { name: string; layout: string; cases: Case[] }

const layouts: Layout[] = golden.layouts
const casesOf = (name: string): Case[] => layouts.find((one) => one.name === name)!.cases

const raw = (text: string) => hexToBytes(text.slice(2))
const hex = (bytes: Uint8Array) => `0x${bytesToHex(bytes)}`
const number = (bytes: Uint8Array) => (bytes.length === 0 ? 0n : BigInt(hex(bytes)))

/** An unsigned integer of 8 to 256 bits, by DataView. */
function uint(bits: number, value: number | string | bigint): Uint8Array {
  const view = new DataView(new ArrayBuffer(32))
  for (let word = 0; word < 4; word++) view.setBigUint64(24 - 8 * word, (BigInt(value) >> BigInt(64 * word)) & MASK)
  return new Uint8Array(view.buffer).slice(32 - bits / 8)
}
const MASK = 2n ** 64n - 1n

function tagged(tag: string, ...parts: Uint8Array[]): Uint8Array {
  return keccak_256(concatBytes(keccak_256(utf8ToBytes(`spotcheck/v1/${tag}`)), ...parts))
}

function uniform(x: Uint8Array, m: bigint): bigint {
  for (let j = 0; ; j++) {
    const v = number(tagged('uniform', x, uint(32, j)))
    if (v < 2n ** 256n - (2n ** 256n % m)) return v % m
  }
}

type Hash = (data: Uint8Array) => Uint8Array
const leafHash = (hash: Hash, data: Uint8Array) => hash(concatBytes(Uint8Array.of(0), data))
const nodeHash = (hash: Hash, ...children: Uint8Array[]) => hash(concatBytes(Uint8Array.of(1), ...children))

/** The largest power of two below n: where RFC 9162 splits. */
const split = (n: number) => 2 ** (Math.ceil(Math.log2(n)) - 1)

/** MTH of the RFC. */
function rootOf(hash: Hash, leaves: Uint8Array[]): Uint8Array {
  if (leaves.length === 1) return leafHash(hash, leaves[0]!)
  const k = split(leaves.length)
  return nodeHash(hash, rootOf(hash, leaves.slice(0, k)), rootOf(hash, leaves.slice(k)))
}

type Weighted = { data: string; weight: string }

/** A node of the sum tree: hash || u128 sum. */
function sumNode(leaves: Weighted[], hash: Hash = keccak_256): Uint8Array {
  if (leaves.length === 1)
    return concatBytes(hash(concatBytes(Uint8Array.of(2), raw(leaves[0]!.data))), uint(128, leaves[0]!.weight))
  const k = split(leaves.length)
  const [left, right] = [sumNode(leaves.slice(0, k), hash), sumNode(leaves.slice(k), hash)]
  const sum = number(left.slice(32)) + number(right.slice(32))
  return concatBytes(hash(concatBytes(Uint8Array.of(3), left, right)), uint(128, sum))
}

/** The node over some leaves, of either tree. */
type NodeOf<T> = (leaves: T[]) => Uint8Array
const plain = (hash: Hash) => (leaves: Uint8Array[]) => rootOf(hash, leaves)
const summed = (hash: Hash) => (leaves: Weighted[]) => sumNode(leaves, hash)

/** PATH of the RFC. */
function pathOf<T>(node: NodeOf<T>, m: number, leaves: T[]): Uint8Array[] {
  if (leaves.length === 1) return []
  const k = split(leaves.length)
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)]
  if (m < k) return [...pathOf(node, m, left), node(right)]
  return [...pathOf(node, m - k, right), node(left)]
}

/** SUBPROOF of the RFC. */
function subproof<T>(node: NodeOf<T>, m: number, leaves: T[], isWhole: boolean): Uint8Array[] {
  if (m === leaves.length) return isWhole ? [] : [node(leaves)]
  const k = split(leaves.length)
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)]
  if (m <= k) return [...subproof(node, m, left, isWhole), node(right)]
  return [...subproof(node, m - k, right, false), node(left)]
}

/** What is missing beside some leaves: every subtree without one whose sibling has one, lowest row first, then from the left. */
function multiproof<T>(node: NodeOf<T>, indices: number[], leaves: T[]): Uint8Array[] {
  const found: { row: number; start: number; node: Uint8Array }[] = []
  const visit = (from: number, to: number) => {
    const has = (a: number, b: number) => indices.some((index) => a <= index && index < b)
    if (to - from === 1 || !has(from, to)) return
    const [k, middle] = [split(to - from), from + split(to - from)]
    for (const [a, b] of [[from, middle], [middle, to]] as const)
      if (has(a, b)) visit(a, b)
      else found.push({ row: Math.log2(k), start: a, node: node(leaves.slice(a, b)) })
  }
  visit(0, leaves.length)
  return found.sort((a, b) => a.row - b.row || a.start - b.start).map((one) => one.node)
}

const hashOf = (name: string): Hash => (name === 'sha256' ? sha256 : keccak_256)

const leafData = ({ index, taskId, weight, bytesCommit, evidenceCommit }: Data) =>
  concatBytes(uint(64, index), raw(taskId), uint(128, weight), raw(bytesCommit), raw(evidenceCommit))

/** Everything of one tree of leaves. */
function treeParts<T>(node: NodeOf<T>, leaves: T[]) {
  return {
    root: hex(node(leaves).slice(0, 32)),
    proofs: leaves.map((_, m) => pathOf(node, m, leaves).map(hex)),
    multiproof: multiproof(node, [0, 2], leaves).map(hex),
  }
}

/** The inverse of the keyed permutation, in bigints. */
function inverse(seed: Uint8Array, size: number, index: number): number {
  const b = BigInt(Math.max(1, Math.ceil((size - 1).toString(2).length / 2)))
  const low = (1n << b) - 1n
  let x = BigInt(index)
  do {
    let [left, right] = [x >> b, x & low]
    for (let round = (size <= 65_536 ? 16 : 8) - 1; round >= 0; round--) {
      const mixed = number(tagged('feistel', seed, uint(8, round), uint(64, left))) & low
      ;[left, right] = [right ^ mixed, left]
    }
    x = (left << b) | right
  } while (x >= BigInt(size))
  return Number(x)
}

const ONE = 10n ** 18n

function bernoulli(seed: Uint8Array, count: number, rate: bigint): number[] {
  return Array.from({ length: count }, (_, i) => i).filter(
    (i) => number(tagged('bern', seed, uint(64, i)).slice(0, 16)) * ONE < rate * 2n ** 128n,
  )
}

/** What protocol.md says, computed without the library. */
const independent: Record<string, (input: Data, output: Data) => unknown> = {
  tagged: ({ tag, data }) => hex(tagged(tag, raw(data))),
  domainSeparator: ({ chainId, verifyingContract }) => hex(eip712.domainSeparator(chainId, verifyingContract)),
  salt: ({ secret, executor, epoch, index, taskId, part }) => {
    const [separator, params] = [casesOf('domainSeparator')[0]!.output, casesOf('paramsHash')[0]!.output]
    const place = [raw(separator), raw(params), raw(executor), uint(64, epoch), uint(64, index), raw(taskId)]
    const info = concatBytes(...place, uint(8, ['bytes', 'evidence', 'canary'].indexOf(part)))
    return hex(hkdf(sha256, raw(secret), utf8ToBytes('spotcheck/v1/salt'), info, 32))
  },
  commitment: ({ part, content, salt }) => hex(tagged(part, keccak_256(raw(content)), raw(salt))),
  vcommit: ({ assignment: { verifier, batchDigest, index, level }, content, salt }) =>
    hex(
      tagged(
        'vcommit',
        ...[raw(verifier), raw(batchDigest), uint(64, index), uint(8, level), keccak_256(raw(content)), raw(salt)],
      ),
    ),
  canaryRoot: ({ digests, salt, warrant }) => ({
    digest: hex(eip712.digest(31337, `0x${'00'.repeat(20)}`, 'Warrant', warrant)),
    root: hex(tagged('canaries', raw(salt), ...[...digests].sort().map(raw))),
  }),
  leafData: (leaf) => {
    const data = leafData(leaf)
    return { data: hex(data), leafHash: hex(leafHash(keccak_256, data)) }
  },
  merkle: ({ hash, leaves }) => {
    const { root, proofs } = treeParts(plain(hashOf(hash)), leaves.map(raw))
    return { root, proofs }
  },
  multiproof: ({ leaves, indices }) => {
    const [node, all] = [plain(keccak_256), leaves.map(raw)]
    return { root: hex(node(all)), proof: multiproof(node, indices, all).map(hex) }
  },
  consistency: ({ leaves, oldSize }) => {
    const [node, all] = [plain(keccak_256), leaves.map(raw)]
    const proof = subproof(node, oldSize, all, true).map(hex)
    return { oldRoot: hex(node(all.slice(0, oldSize))), newRoot: hex(node(all)), proof }
  },
  sumTree: ({ leaves, many, oldSize }) => {
    const node = summed(keccak_256)
    return {
      ...treeParts(node, leaves),
      total: String(number(node(leaves).slice(32))),
      multiproof: multiproof(node, many, leaves).map(hex),
      consistency: oldSize === leaves.length ? [] : subproof(node, oldSize, leaves, false).map(hex),
    }
  },
  batchTree: ({ protocol: { sampling, treeHash }, leaves }) => {
    const all = leaves.map(leafData)
    if (sampling.mode !== 'byValue') {
      const node = plain(hashOf(treeHash))
      const consistency = subproof(node, 2, all, true).map(hex)
      return { ...treeParts(node, all), consistency, ranges: leaves.map(() => null) }
    }
    const node = summed(hashOf(treeHash))
    const weighed: Weighted[] = leaves.map(({ weight }: Data, i: number) => ({ data: hex(all[i]), weight }))
    const end = (i: number) => weighed.slice(0, i).reduce((sum, { weight }) => sum + BigInt(weight), 0n)
    const ranges = weighed.map((_, i) => [end(i), end(i + 1)].map(String))
    return { ...treeParts(node, weighed), consistency: subproof(node, 2, weighed, false).map(hex), ranges }
  },
  seed: ({ randomness, batchDigest }) => hex(tagged('seed', raw(randomness), raw(batchDigest))),
  uniform: ({ x, m }) => String(uniform(raw(x), BigInt(m))),
  bernoulli: ({ seed, count, rate }) => bernoulli(raw(seed), count, BigInt(rate)),
  fixed: ({ seed, count, rate }, sampled: number[]) => {
    const m = (BigInt(count) * BigInt(rate) + ONE - 1n) / ONE
    const candidates = count <= 1000 ? Array.from({ length: count }, (_, i) => i) : sampled
    const drawn = candidates.filter((index) => inverse(raw(seed), count, index) < m)
    expect(drawn.length).toBe(Number(m))
    return drawn
  },
  byValue: ({ seed, interval, weights }) => {
    const [cell, amounts] = [BigInt(interval), weights.map(BigInt) as bigint[]]
    const total = amounts.reduce((sum, weight) => sum + weight, 0n)
    const cells = Array.from({ length: Number((total + cell - 1n) / cell) }, (_, k) => k)
    const units = cells.map((k) => BigInt(k) * cell + uniform(concatBytes(raw(seed), uint(64, k)), cell))
    const start = (i: number) => amounts.slice(0, i).reduce((sum, weight) => sum + weight, 0n)
    const indices = amounts.flatMap((_, i) => (units.some((u) => start(i) <= u && u < start(i + 1)) ? [i] : []))
    return { units: units.filter((unit) => unit < total).map(String), indices }
  },
  // Proofs are judged by the RFC's own vectors and by verification; here it is what they are over and what they draw.
  secret: ({ verifier, seed, count, rate, stake, totalStake }, { publicKey, proof, beta }) => {
    const share = BigInt(rate) * BigInt(stake)
    const own = (share + BigInt(totalStake) - 1n) / BigInt(totalStake)
    const indices = bernoulli(tagged('vrf-seed', raw(beta)), count, own)
    return { alpha: hex(tagged('vrf-alpha', raw(verifier), raw(seed))), publicKey, proof, beta, indices }
  },
  assignment: ({ seed, index, level, verifiers, exclude, count }) => {
    const units = verifiers.flatMap(({ address, stake }: Data) => Array(Number(stake)).fill(address))
    const drawn: string[] = []
    for (let c = 0; drawn.length < count; c++) {
      const x = concatBytes(raw(seed), uint(64, index), uint(8, level), uint(16, c))
      const address = units[Number(uniform(x, BigInt(units.length)))]
      if (!drawn.includes(address) && !exclude.includes(address)) drawn.push(address)
    }
    return drawn
  },
  beaconCommit: ({ address, round, level, secret }) =>
    hex(tagged('beacon-commit', raw(address), uint(64, round), uint(8, level), raw(secret))),
  beaconReveal: ({ round, level, secrets }) =>
    hex(tagged('beacon-reveal', uint(64, round), uint(8, level), ...secrets.map(raw))),
  beaconBlock: ({ number: block, hash }) => hex(tagged('beacon-block', uint(64, block), raw(hash))),
  beaconTest: ({ round, secret }) => hex(tagged('beacon-test', uint(64, round), raw(secret))),
  drand: ({ round, signature }) => (round === 1000 ? hex(sha256(hexToBytes(signature))) : null),
  beaconRound: ({ deadline, gap, genesis, period }) => Math.max(1, 1 + Math.ceil((deadline + gap - genesis) / period)),
  tokens: ({ tokens }) => hex(concatBytes(...tokens.map((token: number) => uint(32, token)))),
  logits: ({ positions }) => {
    const cells = positions.flat().flatMap(({ token, logit }: Data) => [uint(32, token), float(logit)])
    return hex(concatBytes(uint(32, positions.length), uint(16, positions[0].length), ...cells))
  },
  tensor: ({ shape, values }) =>
    hex(concatBytes(uint(8, shape.length), ...shape.map((one: number) => uint(32, one)), ...values.map(float))),
  // A polynomial of k coefficients is the only one that has these values at k places.
  toploc: ({ segments }, { proof }) => {
    const k = segments[0].indices.length
    const words = Array.from({ length: raw(proof).length / 2 }, (_, i) => Number(number(raw(proof).slice(2 * i, 2 * i + 2))))
    for (const [i, { indices, values }] of segments.entries()) {
      const [modulus, ...coefficients] = words.slice((k + 1) * i, (k + 1) * (i + 1)) as [number, ...number[]]
      const distinct = (m: number) => new Set(indices.map((index: number) => index % m)).size === k
      const larger = Array.from({ length: 65_497 - modulus }, (_, n) => modulus + 1 + n)
      expect([distinct(modulus), larger.some(distinct), coefficients.every((one) => one < 65_497)]).toEqual([true, false, true])
      expect(indices.map((index: number) => evaluated(coefficients, index % modulus))).toEqual(values)
    }
    const cells = segments.flatMap(({ indices, values }: Data) =>
      indices.flatMap((index: number, j: number) => [uint(32, index), uint(16, values[j])]),
    )
    return { proof, revealed: hex(concatBytes(uint(16, segments.length), uint(16, k), ...cells)) }
  },
}

function evaluated(coefficients: number[], x: number): number {
  const terms = coefficients.map((one, i) => BigInt(one) * BigInt(x) ** BigInt(i))
  return Number(terms.reduce((sum, term) => sum + term, 0n) % 65_497n)
}

function float(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(4))
  view.setFloat32(0, value)
  return new Uint8Array(view.buffer)
}

describe.each(layouts)('$name', ({ name, layout, cases }) => {
  test('through the public API', async () => {
    const { compute, ...known } = computations.find((one) => one.name === name)!
    expect(layout).toBe(known.layout)
    for (const { input, output } of cases) {
      const made = await compute(input, core, { secp256k1, privateKeyToAccount })
      expect(JSON.parse(JSON.stringify(made))).toEqual(output)
    }
  })

})

describe.each(layouts.filter(({ name }) => name in independent))('$name', ({ name, cases }) => {
  test('without the library', () => {
    for (const { input, output } of cases) expect(independent[name]!(input, output)).toEqual(output)
  })
})

test('what is signed hashes as EIP-712 says, and its signer is recovered by viem', async () => {
  for (const { input, output } of casesOf('envelope')) {
    const { body, signature } = JSON.parse(output.wire)
    const digest = hex(eip712.digest(31337, `0x${'00'.repeat(20)}`, input.struct, body)) as core.Encoding.Hex
    expect(output.hashStruct).toBe(hex(eip712.hashStruct(input.struct, body)))
    expect(output.digest).toBe(digest)
    expect((await recoverAddress({ hash: digest, signature })).toLowerCase()).toBe(output.signer)
    expect(body).toEqual(input.body)
  }
  expect(casesOf('signature').map(({ output }) => output.signer === null)).toEqual([false, true, true, true, true, true])
})

test('proofs verify, and none for another index or root', () => {
  for (const { input, output } of casesOf('merkle')) {
    const { hash, leaves } = input
    const place = { root: raw(output.root), size: leaves.length, hash }
    output.proofs.forEach((proof: string[], index: number) => {
      const inclusion = { ...place, index, leaf: raw(leaves[index]), proof: proof.map(raw) }
      expect(core.Merkle.verify(inclusion)).toBe(true)
      expect(core.Merkle.verify({ ...inclusion, index: index + 1 })).toBe(false)
      expect(core.Merkle.verify({ ...inclusion, root: new Uint8Array(32) })).toBe(false)
    })
  }
  for (const { input, output } of casesOf('multiproof')) {
    const leaves = input.indices.map((index: number) => raw(input.leaves[index]))
    const place = { root: raw(output.root), size: input.leaves.length, indices: input.indices, leaves }
    expect(core.Merkle.verifyMany({ ...place, proof: output.proof.map(raw) })).toBe(true)
  }
  for (const { input, output } of casesOf('sumTree')) {
    const leaves = input.leaves.map(({ data, weight }: Weighted) => ({ data: raw(data), weight: BigInt(weight) }))
    const whole = { root: raw(output.root), total: BigInt(output.total), size: leaves.length }
    const many = { indices: input.many, leaves: input.many.map((i: number) => leaves[i]), proof: output.multiproof.map(raw) }
    expect(core.Merkle.Sum.verifyMany({ ...whole, ...many })).toBe(true)
    const old = sumNode(input.leaves.slice(0, input.oldSize))
    const before = { oldRoot: old.slice(0, 32), oldTotal: number(old.slice(32)), oldSize: input.oldSize }
    const after = { newRoot: whole.root, newTotal: whole.total, newSize: whole.size }
    const proof = output.consistency.map(raw)
    expect(core.Merkle.Sum.verifyConsistency({ ...before, ...after, proof })).toBe(true)
  }
  for (const { input, output } of casesOf('secret')) {
    const evaluation = { publicKey: raw(output.publicKey), alpha: raw(output.alpha), proof: raw(output.proof) }
    expect(core.Vrf.verify(evaluation)).toBe(true)
    expect(core.Vrf.verify({ ...evaluation, alpha: raw(input.seed) })).toBe(false)
    expect(hex(core.Vrf.proofToHash(evaluation.proof))).toBe(output.beta)
  }
  for (const { output } of casesOf('vrfKey')) {
    const place = [raw(output.paramsHash), raw(output.verifier), uint(64, output.epoch)]
    const [alpha, proof] = [tagged('vrf-key', ...place), raw(output.proof)]
    expect(core.Vrf.verify({ publicKey: raw(output.publicKey), alpha, proof })).toBe(true)
  }
  for (const { input, output } of casesOf('vrf')) {
    const evaluation = { publicKey: raw(output.publicKey), alpha: raw(input.alpha), proof: raw(output.proof) }
    expect(core.Vrf.verify(evaluation)).toBe(true)
  }
})

/** A product in exact fractions: numerator and denominator. */
function exactly({ power, falsePositive, restart }: Data, rate: string, outcomes: readonly string[]): [bigint, bigint] {
  const [d, f, one] = [BigInt(power), BigInt(falsePositive), 10n ** 18n]
  const theta = f + ((d - f) * BigInt(rate)) / one
  let [n, m] = restart ? [0n, 1n] : [1n, 1n]
  for (const [i, outcome] of outcomes.entries()) {
    const pairs = BigInt((i + 1) * (i + 2))
    if (restart) [n, m] = [n * pairs + m, m * pairs]
    ;[n, m] = outcome === 'mismatch' ? [n * theta, m * f] : [n * (one - theta), m * (one - f)]
  }
  return [n, m]
}

test('the evidence is that of exact fractions, rounded down by less than one part in 1e16, and crosses when they do', () => {
  for (const { input, output } of casesOf('evidence')) {
    const crossing = output.findIndex(({ crossed }: Data) => crossed)
    expect(crossing).toBeGreaterThan(0)
    output.slice(0, crossing + 1).forEach(({ products, value }: Data, i: number) => {
      const fractions = input.cheatRates.map((rate: string) => exactly(input, rate, input.outcomes.slice(0, i + 1)))
      products.forEach(({ units, digits }: Data, k: number) => {
        const [n, m] = fractions[k]!
        const [kept, whole] = [BigInt(units) * m, n * 10n ** BigInt(digits)]
        expect(kept <= whole && (whole - kept) * 10n ** 16n <= whole).toBe(true)
      })
      const idle = input.restart ? 10n ** 18n / BigInt(i + 2) : 0n
      const mean = fractions.reduce((sum: bigint, [n, m]: [bigint, bigint]) => sum + (n * 10n ** 18n) / m, 0n)
      const exact = mean / BigInt(fractions.length) + idle
      expect(exact - BigInt(value)).toBeGreaterThanOrEqual(0n)
      expect((exact - BigInt(value)) * 10n ** 15n).toBeLessThanOrEqual(exact)
      expect(i === crossing).toBe(exact * BigInt(input.alpha) >= 10n ** 36n)
    })
    for (const later of output.slice(crossing)) expect(later).toEqual(output[crossing])
  }
})

test('the file is what the script writes, with a vector for every tag and every type that is signed', async () => {
  const made = JSON.parse(JSON.stringify(await vectors(core, { secp256k1, privateKeyToAccount })))
  expect(made).toEqual(golden)
  expect(new Set(casesOf('tagged').map(({ input }) => input.tag))).toEqual(new Set(Object.keys(core.Hash.tags)))
  const signed = casesOf('envelope').map(({ input }) => input.kind)
  expect(new Set(signed)).toEqual(new Set(Object.keys(core.Message.maxBytes)))
})
