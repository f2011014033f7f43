/**
 * The positional Merkle tree of RFC 9162 (the same as RFC 6962): a proof binds a leaf to its index and to the size.
 *
 * Leaf hash `H(0x00 || data)`, node hash `H(0x01 || left || right)`, so no node passes for a leaf. A tree is one flat
 * buffer: `Merkle/Rows.ts` has its shape, `Merkle/Walk.ts` every proof, both for `Merkle.Sum` as well, the variant whose
 * nodes carry sums.
 *
 * Making a proof throws on what the tree does not have. Verifying one returns a boolean, whatever the bytes say, and
 * throws only where an argument has the wrong type.
 *
 * @module
 */
import { assertBytes, assertInteger, assertObject, equal } from './Encoding.js'
import {
  assertBytesList,
  assertIndex,
  assertIndices,
  assertIntegers,
  assertNode,
  assertOldSize,
  assertTree,
  EmptyTreeError,
  isAscending,
} from './Merkle/Doors.js'
import { chooseHasher, DIGEST, type Hasher, type HashName, hasher } from './Merkle/Hasher.js'
import { hashLeaves, join, type Scheme, scheme } from './Merkle/Layout.js'
import { grow, nodeAt, type Rows, rowWidth, top } from './Merkle/Rows.js'
import { climb, collect, fits, fold, isSubtree, missing, proveConsistency, regrow } from './Merkle/Walk.js'

export {
  EmptyTreeError,
  InvalidIndexError,
  InvalidIndicesError,
  InvalidSizeError,
  OverflowError,
} from './Merkle/Doors.js'
export { type Hasher, type HashName, hasher, InvalidHasherError } from './Merkle/Hasher.js'
export * as Sum from './Merkle/Sum.js'

/** A tree, all of it: about 64 bytes a leaf. Made by `Merkle.from`; treat it as immutable. Plain data. */
export type Tree = Rows & Readonly<{ layout: 'plain' }>

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

/** What `Merkle.verifyMany` judges. */
export type Inclusions = Readonly<{
  root: Uint8Array
  /** Number of leaves that `root` commits to: from where the root comes from, never from the prover. */
  size: number
  /** Ascending, each once. */
  indices: readonly number[]
  /** The data of the leaf at each index. */
  leaves: readonly Uint8Array[]
  /** The missing nodes, in the order of `Merkle.proveMany`. */
  proof: readonly Uint8Array[]
  hash?: HashName | undefined
  hasher?: Hasher | undefined
}>

/** What `Merkle.verifyConsistency` judges. */
export type Consistency = Readonly<{
  oldRoot: Uint8Array
  oldSize: number
  newRoot: Uint8Array
  newSize: number
  proof: readonly Uint8Array[]
  hash?: HashName | undefined
}>

/**
 * Builds the tree over `leaves` (their data, in order): `2n - 1` hashes. `hasher` is the backend that computes them.
 *
 * @throws Merkle.EmptyTreeError without leaves: a commitment has at least one.
 * @throws Merkle.InvalidHasherError if `hasher` is none, or computes another hash.
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
export function from(
  leaves: readonly Uint8Array[],
  options: { hash?: HashName | undefined; hasher?: Hasher | undefined } = {},
): Tree {
  assertBytesList(leaves, 'leaves')
  if (leaves.length === 0) throw new EmptyTreeError()
  const { hash, hasher } = assertObject(options, 'options')
  return extend(leaves, chooseHasher(hash, hasher))
}

/**
 * A new tree with `leaves` after those of `tree`, which stays as it is. What covers only old leaves is copied, not
 * hashed again: appending k leaves costs about 2k + log2 n hashes.
 *
 * @throws Merkle.InvalidHasherError if `hasher` is none, or computes another hash than the tree's.
 * @throws Errors.InvalidInputError if a leaf is not bytes or `tree` no tree.
 * @example
 * ```ts
 * import { Encoding, Merkle } from '@spotcheck/core'
 *
 * const leaves = [1, 2, 3].map((byte) => new Uint8Array([byte]))
 * const tree = Merkle.append(Merkle.from(leaves.slice(0, 1)), leaves.slice(1))
 * Encoding.equal(Merkle.root(tree), Merkle.root(Merkle.from(leaves))) // true
 * ```
 */
export function append(tree: Tree, leaves: readonly Uint8Array[], options: { hasher?: Hasher | undefined } = {}): Tree {
  assertTree(tree, 'plain')
  const hasher = chooseHasher(tree.hash, assertObject(options, 'options').hasher)
  return extend(assertBytesList(leaves, 'leaves'), hasher, tree)
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
  return top(assertTree(tree, 'plain'))
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
  assertIndex(index, assertTree(tree, 'plain').size)
  return collect(tree, missing(tree.size, [index]))
}

/**
 * Does `root` commit to `leaf` at `index` of `size`? What RFC 9162, section 2.1.3.2 accepts, and nothing else.
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
  const { root, size, index, leaf, proof, hash = 'keccak256' } = assertObject(inclusion, 'inclusion')
  assertBytesList(proof, 'proof')
  assertBytes(root, 'root')
  assertInteger(size, 'size')
  assertInteger(index, 'index')
  assertBytes(leaf, 'leaf')
  const by = scheme('plain', hasher(hash))
  if (index >= size) return false
  const path = missing(size, [index])
  if (!fits(by, path, proof)) return false
  return isRoot(fold(by, leafNodes(by, [leaf]), path, proof), root)
}

/**
 * One proof for many leaves: the nodes that the verifier can't compute from them, and no others. So it is minimal, and
 * never longer than the single proofs together; for one index it is the same as `Merkle.prove`.
 *
 * Canonical order: level by level from the leaves up, and from left to right within a level.
 *
 * @throws Merkle.InvalidIndicesError unless there is at least one index and they are ascending, each once.
 * @throws Merkle.InvalidIndexError if the tree has no such leaf.
 * @example
 * ```ts
 * import { Merkle } from '@spotcheck/core'
 *
 * const tree = Merkle.from([1, 2, 3, 4, 5].map((byte) => new Uint8Array([byte])))
 * // Leaves 0 and 1 are each other's siblings.
 * Merkle.proveMany(tree, [0, 1]).length // 2
 * Merkle.proveMany(tree, [0, 1, 2, 3, 4]).length // 0
 * ```
 */
export function proveMany(tree: Tree, indices: readonly number[]): Uint8Array[] {
  return collect(tree, missing(assertTree(tree, 'plain').size, assertIndices(indices, tree.size)))
}

/**
 * Does `root` commit to all of `leaves`, each at its index of `size`?
 *
 * False for no indices at all, indices that are unsorted, repeat or lie outside the tree, another number of leaves than
 * of indices, and a proof that has not exactly the nodes of `Merkle.proveMany`: all before anything is hashed. A level
 * is hashed in one go, by `hasher` where given.
 *
 * @throws Errors.InvalidInputError or Merkle.InvalidHasherError only if an argument has the wrong type.
 * @example
 * ```ts
 * import { Merkle } from '@spotcheck/core'
 *
 * const leaves = [1, 2, 3, 4, 5].map((byte) => new Uint8Array([byte]))
 * const tree = Merkle.from(leaves)
 * const opened = { root: Merkle.root(tree), size: 5, indices: [0, 3], leaves: [leaves[0]!, leaves[3]!] }
 * Merkle.verifyMany({ ...opened, proof: Merkle.proveMany(tree, [0, 3]) }) // true
 * Merkle.verifyMany({ ...opened, indices: [3, 0], proof: Merkle.proveMany(tree, [0, 3]) }) // false
 * ```
 */
export function verifyMany(inclusions: Inclusions): boolean {
  const { root, size, indices, leaves, proof, hash, hasher } = assertObject(inclusions, 'inclusions')
  assertBytesList(proof, 'proof')
  assertBytesList(leaves, 'leaves')
  assertIntegers(indices, 'indices')
  assertBytes(root, 'root')
  assertInteger(size, 'size')
  const by = scheme('plain', chooseHasher(hash, hasher))
  if (!isAscending(indices) || indices.length !== leaves.length || indices.at(-1)! >= size) return false
  if (!fits(by, missing(size, indices), proof)) return false
  return isRoot(climb(by, { size, indices, leaves: leafNodes(by, leaves), proof }), root)
}

/**
 * The proof that the tree only appends to the one over its first `oldSize` leaves: PROOF(oldSize, D_n) of the RFC.
 * Empty where the sizes are equal.
 *
 * @throws Merkle.InvalidSizeError unless 1 <= oldSize <= size.
 * @see RFC 9162, section 2.1.4.1
 * @example
 * ```ts
 * import { Merkle } from '@spotcheck/core'
 *
 * const tree = Merkle.from([1, 2, 3, 4, 5, 6, 7].map((byte) => new Uint8Array([byte])))
 * // The RFC's own examples, section 2.1.5.
 * Merkle.consistency(tree, 3).length // 4
 * Merkle.consistency(tree, 4).length // 1
 * Merkle.consistency(tree, 6).length // 3
 * ```
 */
export function consistency(tree: Tree, oldSize: number): Uint8Array[] {
  assertOldSize(oldSize, assertTree(tree, 'plain').size)
  if (oldSize === tree.size) return []
  const nodes = proveConsistency(tree, oldSize)
  return isSubtree(oldSize) ? nodes.slice(1) : nodes
}

/**
 * Does the tree of `newRoot` only append to that of `oldRoot`? What RFC 9162, section 2.1.4.2 accepts, and, for equal
 * sizes, which the RFC leaves out, an empty proof between equal roots.
 *
 * False for `oldSize` 0 or above `newSize`, and for a proof of another length or with an element that is not 32 bytes.
 *
 * @throws Errors.InvalidInputError only if an argument has the wrong type.
 * @example
 * ```ts
 * import { Merkle } from '@spotcheck/core'
 *
 * const leaves = [1, 2, 3, 4, 5, 6, 7].map((byte) => new Uint8Array([byte]))
 * const [before, after] = [Merkle.from(leaves.slice(0, 3)), Merkle.from(leaves)]
 * const [oldRoot, newRoot] = [Merkle.root(before), Merkle.root(after)]
 * const proof = Merkle.consistency(after, 3)
 * Merkle.verifyConsistency({ oldRoot, oldSize: 3, newRoot, newSize: 7, proof }) // true
 * Merkle.verifyConsistency({ oldRoot, oldSize: 2, newRoot, newSize: 7, proof }) // false
 * ```
 */
export function verifyConsistency(consistency: Consistency): boolean {
  const { oldRoot, oldSize, newRoot, newSize, proof, hash = 'keccak256' } = assertObject(consistency, 'consistency')
  assertBytesList(proof, 'proof')
  assertBytes(oldRoot, 'oldRoot')
  assertInteger(oldSize, 'oldSize')
  assertBytes(newRoot, 'newRoot')
  assertInteger(newSize, 'newSize')
  const by = scheme('plain', hasher(hash))
  if (oldRoot.length !== DIGEST || newRoot.length !== DIGEST) return false
  if (oldSize < 1 || oldSize > newSize) return false
  if (oldSize === newSize) return proof.length === 0 && equal(oldRoot, newRoot)
  const roots = regrow(by, { oldSize, newSize, proof: isSubtree(oldSize) ? [oldRoot, ...proof] : proof })
  return isRoot(roots?.[0], oldRoot) && isRoot(roots?.[1], newRoot)
}

/**
 * `H(0x00 || data)`: the hash of a leaf, e.g. the `leafHash` that a receipt promises.
 *
 * @throws Errors.InvalidInputError if `data` is not bytes or the hash is unknown.
 * @example
 * ```ts
 * import { Encoding, Hash, Merkle } from '@spotcheck/core'
 *
 * Encoding.equal(Merkle.leafHash(Uint8Array.of(7)), Hash.keccak256(Uint8Array.of(0, 7))) // true
 * ```
 */
export function leafHash(data: Uint8Array, hash: HashName = 'keccak256'): Uint8Array {
  return leafNodes(scheme('plain', hasher(hash)), [assertBytes(data, 'data')])
}

/**
 * `H(0x01 || left || right)`: the hash of an inner node.
 *
 * @throws Errors.InvalidInputError unless both children are 32 bytes.
 * @example
 * ```ts
 * import { Merkle } from '@spotcheck/core'
 *
 * Merkle.nodeHash(new Uint8Array(32), new Uint8Array(32), 'sha256').length // 32
 * ```
 */
export function nodeHash(left: Uint8Array, right: Uint8Array, hash: HashName = 'keccak256'): Uint8Array {
  const by = scheme('plain', hasher(hash))
  return join(by, assertBytes(left, 'left', DIGEST), assertBytes(right, 'right', DIGEST))!
}

/**
 * A copy of node `i` of `level` (0 = leaf hashes), 32 bytes.
 *
 * @throws Errors.InvalidInputError if there is none: see `Merkle.width`.
 * @example
 * ```ts
 * import { Encoding, Merkle } from '@spotcheck/core'
 *
 * const leaves = [1, 2, 3].map((byte) => new Uint8Array([byte]))
 * Encoding.equal(Merkle.node(Merkle.from(leaves), 0, 1), Merkle.leafHash(leaves[1]!)) // true
 * ```
 */
export function node(tree: Tree, level: number, i: number): Uint8Array {
  assertNode(assertTree(tree, 'plain'), level, i)
  return nodeAt(tree, level, i)
}

/**
 * How many nodes `level` of a tree of either kind has: `ceil(size / 2^level)`.
 *
 * @throws Errors.InvalidInputError if there is no such level.
 * @example
 * ```ts
 * import { Merkle } from '@spotcheck/core'
 *
 * const tree = Merkle.from([1, 2, 3].map((byte) => new Uint8Array([byte])))
 * Merkle.width(tree, 1) // 2
 * ```
 */
export function width(tree: Rows, level: number): number {
  const { size, starts } = assertTree(tree, tree?.layout === 'sum' ? 'sum' : 'plain')
  return rowWidth(size, assertInteger(level, 'level', 0, starts.length - 1))
}

function extend(leaves: readonly Uint8Array[], hasher: Hasher, old?: Tree): Tree {
  const by = scheme('plain', hasher)
  return grow('plain', by, leafNodes(by, leaves), old)
}

/** The nodes of level 0, one after another. */
function leafNodes(by: Scheme, leaves: readonly Uint8Array[]): Uint8Array {
  const nodes = new Uint8Array(leaves.length * by.width)
  hashLeaves(by, leaves, nodes)
  return nodes
}

function isRoot(node: Uint8Array | undefined, root: Uint8Array): boolean {
  return node !== undefined && equal(node, root)
}
