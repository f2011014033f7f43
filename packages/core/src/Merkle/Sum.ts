/**
 * The sum variant of the tree: every leaf has a weight, every node the sum of its leaves' weights, so that a proof also
 * shows the total and where among all weight the leaf lies. Same shape and order of proofs as the plain tree.
 *
 * Leaf hash `H(0x02 || data)`, node hash `H(0x03 || Lhash || u128 Lsum || Rhash || u128 Rsum)`. A node, in a proof too,
 * is 48 bytes: `hash || u128 sum`. The root is signed as its hash, the total beside it. A tree of one leaf has no node
 * that says its weight: there `data` must, as the leafData of protocol.md does.
 *
 * A committer can claim a false sum for a subtree, but then no leaf below it can be proven any more: what is claimed and
 * drawn can't be opened. Among leaves that verify against one root, positions never overlap.
 *
 * @see protocol.md, Bytes
 * @module
 */
import { assertBytes, assertInteger, assertObject, equal } from '../Encoding.js'
import {
  assertArray,
  assertBigint,
  assertBytesList,
  assertIndex,
  assertIndices,
  assertIntegers,
  assertNode,
  assertOldSize,
  assertTree,
  EmptyTreeError,
  isAscending,
  OverflowError,
} from './Doors.js'
import { chooseHasher, DIGEST, type Hasher, type HashName, hasher } from './Hasher.js'
import { join, scheme } from './Layout.js'
import { grow, nodeAt, type Rows, top } from './Rows.js'
import { climb, collect, fits, fold, missing, proveConsistency, regrow } from './Walk.js'
import {
  assertCommitment,
  assertLeafTypes,
  assertLeaves,
  type Consistency,
  fitsU128,
  type Inclusion,
  type Inclusions,
  isRoot,
  type Leaf,
  leafNodes,
  type Position,
  sumOf,
} from './Weight.js'

export type { Commitment, Consistency, Inclusion, Inclusions, Leaf, Position } from './Weight.js'

/** A sum tree, all of it: about 96 bytes a leaf. Made by `Merkle.Sum.from`; treat it as immutable. */
export type Tree = Rows & Readonly<{ layout: 'sum' }>

/**
 * Builds the sum tree over `leaves`, in order.
 *
 * @throws Merkle.EmptyTreeError without leaves.
 * @throws Merkle.OverflowError if the weights add up to 2^128 or more.
 * @throws Merkle.InvalidHasherError if `hasher` is none, or computes another hash.
 * @throws Errors.InvalidInputError if a leaf or weight is malformed or the hash is unknown.
 * @example
 * ```ts
 * import { Merkle } from '@spotcheck/core'
 *
 * const leaves = [5n, 0n, 7n].map((weight, i) => ({ data: Uint8Array.of(i), weight }))
 * const tree = Merkle.Sum.from(leaves)
 * Merkle.Sum.total(tree) // 12n
 * ```
 */
export function from(
  leaves: readonly Leaf[],
  options: { hash?: HashName | undefined; hasher?: Hasher | undefined } = {},
): Tree {
  assertLeaves(leaves)
  if (leaves.length === 0) throw new EmptyTreeError()
  const { hash, hasher } = assertObject(options, 'options')
  return extend(leaves, chooseHasher(hash, hasher))
}

/**
 * A new tree with `leaves` after those of `tree`, which stays as it is. Costs about 2k + log2 n hashes for k leaves.
 *
 * @throws as `Merkle.Sum.from`, but no leaves are allowed.
 * @example
 * ```ts
 * import { Merkle } from '@spotcheck/core'
 *
 * const tree = Merkle.Sum.from([{ data: Uint8Array.of(1), weight: 5n }])
 * Merkle.Sum.total(Merkle.Sum.append(tree, [{ data: Uint8Array.of(2), weight: 6n }])) // 11n
 * ```
 */
export function append(tree: Tree, leaves: readonly Leaf[], options: { hasher?: Hasher | undefined } = {}): Tree {
  assertTree(tree, 'sum')
  const hasher = chooseHasher(tree.hash, assertObject(options, 'options').hasher)
  return extend(assertLeaves(leaves), hasher, tree)
}

/**
 * The root's hash, 32 bytes. It is signed with `Merkle.Sum.total` beside it.
 *
 * @example
 * ```ts
 * import { Merkle } from '@spotcheck/core'
 *
 * const tree = Merkle.Sum.from([5n, 6n, 7n].map((weight, i) => ({ data: Uint8Array.of(i), weight })))
 * Merkle.Sum.root(tree).length // 32
 * ```
 */
export function root(tree: Tree): Uint8Array {
  return top(assertTree(tree, 'sum')).slice(0, DIGEST)
}

/**
 * The sum of all weights.
 *
 * @example
 * ```ts
 * import { Merkle } from '@spotcheck/core'
 *
 * const tree = Merkle.Sum.from([5n, 6n, 7n].map((weight, i) => ({ data: Uint8Array.of(i), weight })))
 * Merkle.Sum.total(tree) // 18n
 * ```
 */
export function total(tree: Tree): bigint {
  return sumOf(top(assertTree(tree, 'sum')))
}

/**
 * A copy of node `i` of `level` (0 = leaves), 48 bytes: `hash || u128 sum`.
 *
 * @throws Errors.InvalidInputError if there is none.
 * @example
 * ```ts
 * import { Encoding, Merkle } from '@spotcheck/core'
 *
 * const tree = Merkle.Sum.from([5n, 6n, 7n].map((weight, i) => ({ data: Uint8Array.of(i), weight })))
 * Encoding.toUint(Merkle.Sum.node(tree, 1, 0).subarray(32)) // 11n
 * ```
 */
export function node(tree: Tree, level: number, i: number): Uint8Array {
  assertNode(assertTree(tree, 'sum'), level, i)
  return nodeAt(tree, level, i)
}

/**
 * The inclusion proof of leaf `index`, as `Merkle.prove`, of 48-byte nodes.
 *
 * @throws Merkle.InvalidIndexError if the tree has no such leaf.
 * @example
 * ```ts
 * import { Merkle } from '@spotcheck/core'
 *
 * const tree = Merkle.Sum.from([5n, 6n, 7n].map((weight, i) => ({ data: Uint8Array.of(i), weight })))
 * Merkle.Sum.prove(tree, 0).map((node) => node.length) // [48, 48]
 * ```
 */
export function prove(tree: Tree, index: number): Uint8Array[] {
  assertIndex(index, assertTree(tree, 'sum').size)
  return collect(tree, missing(tree.size, [index]))
}

/**
 * One minimal proof for many leaves, as `Merkle.proveMany`, of 48-byte nodes.
 *
 * @throws Merkle.InvalidIndexError | Merkle.InvalidIndicesError
 * @example
 * ```ts
 * import { Merkle } from '@spotcheck/core'
 *
 * const tree = Merkle.Sum.from([5n, 6n, 7n].map((weight, i) => ({ data: Uint8Array.of(i), weight })))
 * Merkle.Sum.proveMany(tree, [0, 1]).length // 1
 * ```
 */
export function proveMany(tree: Tree, indices: readonly number[]): Uint8Array[] {
  return collect(tree, missing(assertTree(tree, 'sum').size, assertIndices(indices, tree.size)))
}

/**
 * Do `root` and `total` commit to `leaf` with that weight at `index` of `size`? As `Merkle.verify`; false also where a
 * sum on the way does not fit 128 bits, or is not what is claimed.
 *
 * @throws Errors.InvalidInputError only if an argument has the wrong type.
 * @example
 * ```ts
 * import { Merkle } from '@spotcheck/core'
 *
 * const leaves = [5n, 6n, 7n].map((weight, i) => ({ data: Uint8Array.of(i), weight }))
 * const tree = Merkle.Sum.from(leaves)
 * const { data: leaf, weight } = leaves[1]!
 * const given = { root: Merkle.Sum.root(tree), total: 18n, size: 3, index: 1, leaf, weight, proof: Merkle.Sum.prove(tree, 1) }
 * Merkle.Sum.verify(given) // true
 * Merkle.Sum.verify({ ...given, weight: 60n }) // false
 * ```
 */
export function verify(inclusion: Inclusion): boolean {
  return position(inclusion) !== undefined
}

/**
 * The units `[start, end)` that the leaf of a proof covers, or undefined where the proof does not verify.
 *
 * @throws Errors.InvalidInputError only if an argument has the wrong type.
 * @example
 * ```ts
 * import { Merkle } from '@spotcheck/core'
 *
 * const leaves = [5n, 6n, 7n].map((weight, i) => ({ data: Uint8Array.of(i), weight }))
 * const tree = Merkle.Sum.from(leaves)
 * const { data: leaf, weight } = leaves[1]!
 * const proof = Merkle.Sum.prove(tree, 1)
 * Merkle.Sum.position({ root: Merkle.Sum.root(tree), total: 18n, size: 3, index: 1, leaf, weight, proof })
 * // { start: 5n, end: 11n, total: 18n }
 * ```
 */
export function position(inclusion: Inclusion): Position | undefined {
  const { index, leaf, weight, ...rest } = assertObject(inclusion, 'inclusion')
  const known = { ...assertCommitment(rest), index: assertInteger(index, 'index') }
  const proof = assertBytesList(rest.proof, 'proof')
  const data = assertBytes(leaf, 'leaf')
  if (!fitsU128(assertBigint(weight, 'weight')) || known.index >= known.size) return undefined
  const by = scheme('sum', hasher(known.hash))
  const path = missing(known.size, [known.index])
  if (!fits(by, path, proof)) return undefined
  const reached = fold(by, leafNodes(by, [{ data, weight }]), path, proof)
  if (reached === undefined || !isRoot(reached, known)) return undefined
  const start = proof.reduce((sum, node, k) => (path.places[k]! % 2 === 0 ? sum + sumOf(node) : sum), 0n)
  return { start, end: start + weight, total: known.total }
}

/**
 * Do `root` and `total` commit to all of these leaves? As `Merkle.verifyMany`.
 *
 * @throws Errors.InvalidInputError or Merkle.InvalidHasherError only if an argument has the wrong type.
 * @example
 * ```ts
 * import { Merkle } from '@spotcheck/core'
 *
 * const leaves = [5n, 6n, 7n].map((weight, i) => ({ data: Uint8Array.of(i), weight }))
 * const tree = Merkle.Sum.from(leaves)
 * const commitment = { root: Merkle.Sum.root(tree), total: 18n, size: 3 }
 * const indices = [1, 2]
 * const proof = Merkle.Sum.proveMany(tree, indices)
 * Merkle.Sum.verifyMany({ ...commitment, indices, leaves: leaves.slice(1), proof }) // true
 * ```
 */
export function verifyMany(inclusions: Inclusions): boolean {
  return positions(inclusions) !== undefined
}

/**
 * The units that each leaf of a multiproof covers, or undefined where the proof does not verify.
 *
 * @throws Errors.InvalidInputError or Merkle.InvalidHasherError only if an argument has the wrong type.
 * @example
 * ```ts
 * import { Merkle } from '@spotcheck/core'
 *
 * const leaves = [5n, 6n, 7n].map((weight, i) => ({ data: Uint8Array.of(i), weight }))
 * const tree = Merkle.Sum.from(leaves)
 * const commitment = { root: Merkle.Sum.root(tree), total: 18n, size: 3 }
 * const indices = [0, 2]
 * const proof = Merkle.Sum.proveMany(tree, indices)
 * Merkle.Sum.positions({ ...commitment, indices, leaves: [leaves[0]!, leaves[2]!], proof })?.[1]
 * // { start: 11n, end: 18n, total: 18n }
 * ```
 */
export function positions(inclusions: Inclusions): Position[] | undefined {
  const { indices, leaves, hasher, ...rest } = assertObject(inclusions, 'inclusions')
  const known = assertCommitment(rest)
  const proof = assertBytesList(rest.proof, 'proof')
  const by = scheme('sum', chooseHasher(rest.hash, hasher))
  assertIntegers(indices, 'indices')
  for (const [i, leaf] of assertArray(leaves, 'leaves').entries()) assertLeafTypes(leaf, i)
  if (!isAscending(indices) || indices.length !== leaves.length || indices.at(-1)! >= known.size) return undefined
  if (!leaves.every(({ weight }) => fitsU128(weight))) return undefined
  const path = missing(known.size, indices)
  if (!fits(by, path, proof)) return undefined
  const reached = climb(by, { size: known.size, indices, leaves: leafNodes(by, leaves), proof })
  if (reached === undefined || !isRoot(reached, known)) return undefined
  // The nodes of the proof and the leaves cover all of the tree once: from the left, each starts where the last ended.
  const pieces = [
    ...indices.map((index, k) => ({ first: index, weight: leaves[k]!.weight, leaf: true })),
    ...path.places.map((i, k) => ({ first: i * 2 ** path.levels[k]!, weight: sumOf(proof[k]!), leaf: false })),
  ].sort((a, b) => a.first - b.first)
  let end = 0n
  return pieces.flatMap(({ weight, leaf }) => {
    const start = end
    end += weight
    return leaf ? [{ start, end, total: known.total }] : []
  })
}

/**
 * The consistency proof of the tree with its first `oldSize` leaves, as `Merkle.consistency`, of 48-byte nodes. It begins
 * with the subtree that both trees share, also where that is all of the old one: SUBPROOF(oldSize, D_n, false) of the RFC.
 * So it shows the totals, whether or not they were signed.
 *
 * @throws Merkle.InvalidSizeError unless 1 <= oldSize <= size.
 * @example
 * ```ts
 * import { Merkle } from '@spotcheck/core'
 *
 * const tree = Merkle.Sum.from([5n, 6n, 7n].map((weight, i) => ({ data: Uint8Array.of(i), weight })))
 * Merkle.Sum.consistency(tree, 2).length // 2
 * ```
 */
export function consistency(tree: Tree, oldSize: number): Uint8Array[] {
  assertOldSize(oldSize, assertTree(tree, 'sum').size)
  return oldSize === tree.size ? [] : proveConsistency(tree, oldSize)
}

/**
 * Does the new tree, with its total, only append to the old one? As `Merkle.verifyConsistency`. A total that was not
 * signed may be left out.
 *
 * @throws Errors.InvalidInputError only if an argument has the wrong type.
 * @example
 * ```ts
 * import { Merkle } from '@spotcheck/core'
 *
 * const leaves = [5n, 6n, 7n].map((weight, i) => ({ data: Uint8Array.of(i), weight }))
 * const [before, after] = [Merkle.Sum.from(leaves.slice(0, 2)), Merkle.Sum.from(leaves)]
 * const old = { oldRoot: Merkle.Sum.root(before), oldTotal: 11n, oldSize: 2 }
 * const now = { newRoot: Merkle.Sum.root(after), newTotal: 18n, newSize: 3 }
 * Merkle.Sum.verifyConsistency({ ...old, ...now, proof: Merkle.Sum.consistency(after, 2) }) // true
 * ```
 */
export function verifyConsistency(consistency: Consistency): boolean {
  const { oldRoot, oldTotal, oldSize, newRoot, newTotal, newSize, proof, hash } = assertObject(
    consistency,
    'consistency',
  )
  const before = assertCommitment({ root: oldRoot, total: oldTotal ?? 0n, size: oldSize, hash }, 'old')
  const after = assertCommitment({ root: newRoot, total: newTotal ?? 0n, size: newSize, hash }, 'new')
  assertBytesList(proof, 'proof')
  if (![before, after].every(({ root, total }) => root.length === DIGEST && fitsU128(total))) return false
  if (oldSize < 1 || oldSize > newSize) return false
  if (oldSize === newSize) return proof.length === 0 && equal(oldRoot, newRoot) && agree(oldTotal, newTotal)
  const roots = regrow(scheme('sum', hasher(after.hash)), { oldSize, newSize, proof })
  if (roots === undefined) return false
  return isRoot(roots[0], { root: oldRoot, total: oldTotal }) && isRoot(roots[1], { root: newRoot, total: newTotal })
}

/**
 * `H(0x02 || data)`, 32 bytes.
 *
 * @throws Errors.InvalidInputError if `data` is not bytes or the hash is unknown.
 * @example
 * ```ts
 * import { Encoding, Hash, Merkle } from '@spotcheck/core'
 *
 * Encoding.equal(Merkle.Sum.leafHash(Uint8Array.of(7)), Hash.keccak256(Uint8Array.of(2, 7))) // true
 * ```
 */
export function leafHash(data: Uint8Array, hash: HashName = 'keccak256'): Uint8Array {
  return leafNodes(scheme('sum', hasher(hash)), [{ data: assertBytes(data, 'data'), weight: 0n }]).slice(0, DIGEST)
}

/**
 * The parent of two nodes, 48 bytes: `H(0x03 || left || right) || u128 sum`.
 *
 * @throws Merkle.OverflowError if the sum does not fit 128 bits.
 * @throws Errors.InvalidInputError unless both children are 48 bytes.
 * @example
 * ```ts
 * import { Encoding, Merkle } from '@spotcheck/core'
 *
 * const tree = Merkle.Sum.from([5n, 6n, 7n].map((weight, i) => ({ data: Uint8Array.of(i), weight })))
 * const [left, right] = [Merkle.Sum.node(tree, 0, 0), Merkle.Sum.node(tree, 0, 1)]
 * Encoding.equal(Merkle.Sum.parent(left, right), Merkle.Sum.node(tree, 1, 0)) // true
 * ```
 */
export function parent(left: Uint8Array, right: Uint8Array, hash: HashName = 'keccak256'): Uint8Array {
  const by = scheme('sum', hasher(hash))
  const children = [assertBytes(left, 'left', by.width), assertBytes(right, 'right', by.width)] as const
  const joined = join(by, ...children)
  if (joined === undefined) throw new OverflowError(sumOf(left) + sumOf(right))
  return joined
}

/** Two totals of one tree; one that was not signed says nothing. */
function agree(one: bigint | undefined, other: bigint | undefined): boolean {
  return one === undefined || other === undefined || one === other
}

function extend(leaves: readonly Leaf[], hasher: Hasher, old?: Tree): Tree {
  const before = old === undefined ? 0n : total(old)
  const sum = leaves.reduce((sum, { weight }) => sum + weight, before)
  if (!fitsU128(sum)) throw new OverflowError(sum)
  const by = scheme('sum', hasher)
  return grow('sum', by, leafNodes(by, leaves), old)
}
