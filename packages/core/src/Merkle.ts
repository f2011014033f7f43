/**
 * The positional Merkle tree of RFC 9162 (the same as RFC 6962): a proof binds a leaf to its index and to the size.
 *
 * Leaf hash `H(0x00 || data)`, node hash `H(0x01 || left || right)`, so no node passes for a leaf. A tree of n leaves
 * splits at the largest power of two below n, which is the same as pairing neighbours level by level and carrying a
 * lone last node up unchanged. That is how it is stored: level k is a row of `ceil(n / 2^k)` hashes, one after another
 * in a single buffer, and node i of level k covers the leaves `[i·2^k, (i+1)·2^k)` that exist. Inclusion proofs,
 * consistency proofs and multiproofs are all walks over `node(tree, level, i)`.
 *
 * @module
 */
import { assertBytes, assertInteger, assertObject, equal } from './Encoding.js'
import { BaseError, InvalidInputError } from './Errors.js'
import * as Hash from './Hash.js'

/** The hash of the tree: chosen once, by the parameters. keccak256 unless they say otherwise. */
export type HashName = 'keccak256' | 'sha256'

/** A tree, all of it: about 64 bytes a leaf. Made by `Merkle.from`; treat it as immutable. */
export type Tree = Readonly<{
  hash: HashName
  /** Number of leaves, at least 1. */
  size: number
  /** Every level, leaves first, each node 32 bytes. */
  nodes: Uint8Array
  /** Where each level starts in `nodes`, in nodes; the last is the root. */
  starts: readonly number[]
}>

/** What `Merkle.verify` judges. */
export type Inclusion = Readonly<{
  root: Uint8Array
  /** Number of leaves that `root` commits to. It must come from where the root comes from, never from the prover. */
  size: number
  index: number
  /** The leaf's data, not its hash. */
  leaf: Uint8Array
  /** Sibling hashes from the leaf up. */
  proof: readonly Uint8Array[]
  hash?: HashName | undefined
}>

const WIDTH = 32

/**
 * Builds the tree over `leaves` (their data, in order).
 *
 * @throws Merkle.EmptyTreeError without leaves: a commitment has at least one.
 * @throws Errors.InvalidInputError if a leaf is not bytes or the hash is unknown.
 * @see RFC 9162, section 2.1.1
 * @example
 * ```ts
 * import { Merkle } from '@spotcheck/core'
 *
 * const leaves = [1, 2, 3].map((byte) => new Uint8Array([byte]))
 * const tree = Merkle.from(leaves, { hash: 'sha256' })
 * Merkle.root(tree).length // 32
 * ```
 */
export function from(leaves: readonly Uint8Array[], options: { hash?: HashName | undefined } = {}): Tree {
  if (!Array.isArray(leaves)) throw notAList(leaves, 'leaves')
  if (leaves.length === 0) throw new EmptyTreeError()
  const { hash = 'keccak256' } = assertObject(options, 'options')
  const starts = rows(leaves.length)
  const nodes = new Uint8Array((starts.at(-1)! + 1) * WIDTH)
  const digest = hasher(hash)
  for (let i = 0; i < leaves.length; i++) nodes.set(digestLeaf(digest, leaves[i]!, `leaves[${i}]`), i * WIDTH)
  const tree = { hash, size: leaves.length, nodes, starts }
  for (let level = 1; level < starts.length; level++) fill(tree, level, digest)
  return tree
}

/**
 * The root: 32 bytes that commit to every leaf and its place (together with the size, which is signed beside it).
 *
 * @example
 * ```ts
 * import { Encoding, Merkle } from '@spotcheck/core'
 *
 * const leaf = new Uint8Array([7])
 * Encoding.equal(Merkle.root(Merkle.from([leaf])), Merkle.leafHash(leaf)) // true
 * ```
 */
export function root(tree: Tree): Uint8Array {
  return node(tree, assertTree(tree).starts.length - 1, 0)
}

/**
 * The inclusion proof of leaf `index`: sibling hashes from the leaf up, at most `ceil(log2 size)` of them.
 *
 * @throws Merkle.InvalidIndexError if the tree has no such leaf.
 * @see RFC 9162, section 2.1.3.1
 * @example
 * ```ts
 * import { Merkle } from '@spotcheck/core'
 *
 * const tree = Merkle.from([1, 2, 3].map((byte) => new Uint8Array([byte])))
 * Merkle.prove(tree, 0).length // 2
 * // The lone last leaf stands higher up.
 * Merkle.prove(tree, 2).length // 1
 * ```
 */
export function prove(tree: Tree, index: number): Uint8Array[] {
  const { size, starts } = assertTree(tree)
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) throw new InvalidIndexError(index, size)
  const proof: Uint8Array[] = []
  for (let level = 0, i = index; level < starts.length - 1; level++, i = half(i)) {
    const sibling = i % 2 === 0 ? i + 1 : i - 1
    if (sibling < width(tree, level)) proof.push(node(tree, level, sibling))
  }
  return proof
}

/**
 * Does `root` commit to `leaf` at `index` of `size`? The algorithm of RFC 9162, section 2.1.3.2, step by step.
 *
 * False for a proof that is too short, too long or has an element that is not 32 bytes, and for an index outside the
 * tree. The work is bounded by the size, however long the proof: at most 53 hashes of nodes.
 *
 * @throws Errors.InvalidInputError only if an argument has the wrong type; never because of what the bytes say.
 * @example
 * ```ts
 * import { Merkle } from '@spotcheck/core'
 *
 * const leaves = [1, 2, 3].map((byte) => new Uint8Array([byte]))
 * const tree = Merkle.from(leaves)
 * const root = Merkle.root(tree)
 * Merkle.verify({ root, size: 3, index: 1, leaf: leaves[1]!, proof: Merkle.prove(tree, 1) }) // true
 * Merkle.verify({ root, size: 3, index: 0, leaf: leaves[1]!, proof: Merkle.prove(tree, 1) }) // false
 * ```
 */
export function verify(inclusion: Inclusion): boolean {
  const { root, size, index, leaf, proof, hash } = assertInclusion(inclusion)
  const digest = hasher(hash)
  if (index >= size) return false
  let fn = index
  let sn = size - 1
  let r = digestLeaf(digest, leaf, 'leaf')
  for (const p of proof) {
    if (sn === 0 || p.length !== WIDTH) return false
    if (fn % 2 === 1 || fn === sn) {
      r = digestNode(digest, p, r)
      for (; fn % 2 === 0 && fn !== 0; fn = half(fn)) sn = half(sn)
    } else r = digestNode(digest, r, p)
    fn = half(fn)
    sn = half(sn)
  }
  return sn === 0 && equal(r, root)
}

/**
 * `H(0x00 || data)`: the hash of a leaf, e.g. the `leafHash` that a receipt promises.
 *
 * @throws Errors.InvalidInputError if `data` is not bytes or the hash is unknown.
 */
export function leafHash(data: Uint8Array, hash: HashName = 'keccak256'): Uint8Array {
  return digestLeaf(hasher(hash), data, 'data')
}

/**
 * `H(0x01 || left || right)`: the hash of an inner node.
 *
 * @throws Errors.InvalidInputError unless both children are 32 bytes.
 */
export function nodeHash(left: Uint8Array, right: Uint8Array, hash: HashName = 'keccak256'): Uint8Array {
  return digestNode(hasher(hash), assertBytes(left, 'left', WIDTH), assertBytes(right, 'right', WIDTH))
}

/** A copy of node `i` of `level` (0 = leaf hashes). Both must exist: see `Merkle.width`. */
export function node(tree: Tree, level: number, i: number): Uint8Array {
  const at = (tree.starts[level]! + i) * WIDTH
  return tree.nodes.slice(at, at + WIDTH)
}

/** How many nodes `level` has: `ceil(size / 2^level)`. */
export function width(tree: Tree, level: number): number {
  return Math.ceil(tree.size / 2 ** level)
}

type Digest = (data: Uint8Array) => Uint8Array

function hasher(hash: unknown): Digest {
  if (hash === 'keccak256') return Hash.keccak256
  if (hash === 'sha256') return Hash.sha256
  throw new InvalidInputError('hash is not one that the tree knows.', {
    subject: 'hash',
    value: hash,
    rule: "'keccak256' or 'sha256'",
    fix: 'pass the hash that the parameters name',
    see: 'protocol.md, Commitment',
  })
}

function digestLeaf(digest: Digest, data: Uint8Array, subject: string): Uint8Array {
  const input = new Uint8Array(1 + assertBytes(data, subject).length)
  input.set(data, 1)
  return digest(input)
}

function digestNode(digest: Digest, left: Uint8Array, right: Uint8Array): Uint8Array {
  const input = new Uint8Array(1 + 2 * WIDTH)
  input[0] = 1
  input.set(left, 1)
  input.set(right, 1 + WIDTH)
  return digest(input)
}

/** Where each level starts, in nodes. */
function rows(size: number): number[] {
  const starts = [0]
  for (let count = size; count > 1; count = Math.ceil(count / 2)) starts.push(starts.at(-1)! + count)
  return starts
}

/** Writes `level` from the level below; a lone last node is carried up unchanged. */
function fill(tree: Tree, level: number, digest: Digest): void {
  const { nodes, starts } = tree
  const below = width(tree, level - 1)
  const input = new Uint8Array(1 + 2 * WIDTH)
  input[0] = 1
  for (let i = 0; i < below; i += 2) {
    const at = (starts[level - 1]! + i) * WIDTH
    const pair = nodes.subarray(at, at + (i + 1 < below ? 2 : 1) * WIDTH)
    if (pair.length > WIDTH) input.set(pair, 1)
    nodes.set(pair.length > WIDTH ? digest(input) : pair, (starts[level]! + i / 2) * WIDTH)
  }
}

/** Floor of x / 2, also above 2^32, where `>>` would wrap. */
function half(x: number): number {
  return Math.floor(x / 2)
}

function assertInclusion(inclusion: Inclusion): Inclusion & { hash: HashName } {
  const { root, size, index, leaf, proof, hash = 'keccak256' } = assertObject(inclusion, 'inclusion')
  if (!Array.isArray(proof)) throw notAList(proof, 'proof')
  for (let i = 0; i < proof.length; i++) assertBytes(proof[i], `proof[${i}]`)
  return {
    root: assertBytes(root, 'root'),
    size: assertInteger(size, 'size'),
    index: assertInteger(index, 'index'),
    leaf: assertBytes(leaf, 'leaf'),
    proof,
    hash,
  }
}

function assertTree(tree: Tree): Tree {
  const { nodes, starts } = assertObject(tree, 'tree')
  if (nodes instanceof Uint8Array && Array.isArray(starts)) return tree
  throw new InvalidInputError('tree is not a Merkle tree.', {
    subject: 'tree',
    value: tree,
    rule: 'what Merkle.from returned',
    fix: 'build it with Merkle.from(leaves)',
  })
}

function notAList(value: unknown, subject: string): InvalidInputError {
  return new InvalidInputError(`${subject} must be an array.`, {
    subject,
    value,
    rule: 'an array of Uint8Array',
    fix: 'pass the list, even if it has one element',
  })
}

/** A tree without leaves: nothing was committed to. */
export class EmptyTreeError extends BaseError {
  override name = 'Merkle.EmptyTreeError'

  constructor() {
    super('a tree needs at least one leaf.', {
      subject: 'leaves',
      value: [],
      rule: 'count >= 1',
      fix: 'commit only epochs in which something was served',
      see: 'protocol.md, Bytes',
    })
  }
}

/** An index that the tree does not have. */
export class InvalidIndexError extends BaseError {
  override name = 'Merkle.InvalidIndexError'

  constructor(index: unknown, size: number) {
    super(`the tree has no leaf at that index.`, {
      subject: 'index',
      value: index,
      rule: `an integer from 0 to ${size - 1}`,
      fix: 'pass the position of a committed leaf',
      see: 'RFC 9162, 2.1.3',
    })
  }
}
