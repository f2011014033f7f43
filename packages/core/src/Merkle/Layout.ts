/**
 * The bytes of leaves and nodes. A node is its hash, and in a sum tree the u128 sum after it, so that in both trees a
 * parent is hashed over `prefix || left || right`:
 *
 *     plain  leaf H(0x00 || data)  node H(0x01 || L || R)                          32 bytes
 *     sum    leaf H(0x02 || data)  node H(0x03 || Lhash || u128 Lsum || Rhash || u128 Rsum)  48 bytes: hash || u128 sum
 *
 * @module
 */
import { DIGEST, type Hasher } from './Hasher.js'

export type LayoutName = 'plain' | 'sum'

/** How one kind of tree lays out its bytes. */
export type Layout = Readonly<{
  /** Bytes of a node. */
  width: number
  leafPrefix: number
  nodePrefix: number
}>

export const layouts: Readonly<Record<LayoutName, Layout>> = {
  plain: { width: DIGEST, leafPrefix: 0, nodePrefix: 1 },
  sum: { width: DIGEST + 16, leafPrefix: 2, nodePrefix: 3 },
}

/** A layout and what hashes it: all that joining needs. */
export type Scheme = Layout & Readonly<{ hasher: Hasher }>

export function scheme(layout: LayoutName, hasher: Hasher): Scheme {
  return { ...layouts[layout], hasher }
}

/** Bytes handed to the hasher at a time. */
const BATCH = 65_536

/**
 * Writes the parents of `pairs` (left || right, one after another) to `parents`.
 *
 * @returns whether all sums fit 128 bits; always true in a plain tree.
 */
export function joinMany(by: Scheme, pairs: Uint8Array, parents: Uint8Array): boolean {
  const { width, nodePrefix } = by
  const size = 2 * width
  hashRecords(by, nodePrefix, size, (i, messages, at) => copy(pairs, i * size, size, messages, at), parents)
  let carries = 0
  if (width > DIGEST)
    for (let pair = 0, at = DIGEST; at < parents.length; pair += size, at += width)
      carries |= add(pairs, pair + DIGEST, pair + width + DIGEST, parents, at)
  return carries === 0
}

/** The parent of two nodes, or undefined if its sum does not fit 128 bits. */
export function join(by: Scheme, left: Uint8Array, right: Uint8Array): Uint8Array | undefined {
  const pair = new Uint8Array(2 * by.width)
  pair.set(left)
  pair.set(right, by.width)
  const parent = new Uint8Array(by.width)
  return joinMany(by, pair, parent) ? parent : undefined
}

/** Writes the hash of each leaf's data to `nodes`; sums are left as they are. Runs of one length are hashed together. */
export function hashLeaves(by: Scheme, data: readonly Uint8Array[], nodes: Uint8Array): void {
  for (let first = 0, end: number; first < data.length; first = end) {
    const { length } = data[first]!
    for (end = first + 1; data[end]?.length === length; ) end++
    const write: Write = (i, messages, at) => messages.set(data[first + i]!, at)
    hashRecords(by, by.leafPrefix, length, write, nodes.subarray(first * by.width, end * by.width))
  }
}

/** Writes record `i` into `messages` at `at`. */
type Write = (i: number, messages: Uint8Array, at: number) => void

/** Writes `H(prefix || record)` into every node of `nodes`, for records of `size` bytes. */
function hashRecords(by: Scheme, prefix: number, size: number, write: Write, nodes: Uint8Array): void {
  const { width, hasher } = by
  const length = 1 + size
  const count = nodes.length / width
  const most = Math.min(count, Math.max(1, Math.floor(BATCH / length)))
  const messages = new Uint8Array(most * length)
  const digests = new Uint8Array(most * DIGEST)
  for (let i = 0; i < most; i++) messages[i * length] = prefix
  for (let first = 0; first < count; first += most) {
    const some = Math.min(most, count - first)
    for (let i = 0; i < some; i++) write(first + i, messages, i * length + 1)
    hasher.hashMany(prefixOf(messages, some * length), length, prefixOf(digests, some * DIGEST))
    for (let i = 0; i < some; i++) copy(digests, i * DIGEST, DIGEST, nodes, (first + i) * width)
  }
}

/** The first `length` bytes, without a new view where that is all of them. */
function prefixOf(bytes: Uint8Array, length: number): Uint8Array {
  return bytes.length === length ? bytes : bytes.subarray(0, length)
}

/** Copies a few bytes: for so few, quicker than making a view of them. */
function copy(from: Uint8Array, start: number, length: number, to: Uint8Array, at: number): void {
  for (let i = 0; i < length; i++) to[at + i] = from[start + i]!
}

/** Writes the u128 at `a` plus the u128 at `b` of `from` to `to` at `at`; returns the carry, 1 where it did not fit. */
function add(from: Uint8Array, a: number, b: number, to: Uint8Array, at: number): number {
  let carry = 0
  for (let i = 15; i >= 0; i--) {
    carry += from[a + i]! + from[b + i]!
    to[at + i] = carry
    carry >>= 8
  }
  return carry
}
