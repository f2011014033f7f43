/**
 * Leaves with weights, what is signed over them, and what a proof about them says.
 *
 * @module
 */
import { assertBytes, assertInteger, assertObject, equal, toUint, uint } from '../Encoding.js'
import { assertArray, assertBigint } from './Doors.js'
import { assertHash, DIGEST, type Hasher, type HashName } from './Hasher.js'
import { hashLeaves, type Scheme } from './Layout.js'

/** A leaf's data and its weight, 0 <= weight < 2^128. */
export type Leaf = Readonly<{ data: Uint8Array; weight: bigint }>

/** What is signed: all that a proof is judged by. It must come from where it was signed, never from the prover. */
export type Commitment = Readonly<{
  /** 32 bytes: the root's hash. */
  root: Uint8Array
  /** Sum of all weights. */
  total: bigint
  /** Number of leaves. */
  size: number
  hash?: HashName | undefined
}>

/** What `Merkle.Sum.verify` judges. */
export type Inclusion = Commitment &
  Readonly<{
    index: number
    /** The leaf's data, not its hash. */
    leaf: Uint8Array
    weight: bigint
    /** Sibling nodes from the leaf up, 48 bytes each. */
    proof: readonly Uint8Array[]
  }>

/** What `Merkle.Sum.verifyMany` judges. */
export type Inclusions = Commitment &
  Readonly<{
    /** Ascending, each once. */
    indices: readonly number[]
    /** The leaf of each index. */
    leaves: readonly Leaf[]
    /** The missing nodes, 48 bytes each, in the order of `Merkle.proveMany`. */
    proof: readonly Uint8Array[]
    hasher?: Hasher | undefined
  }>

/** What `Merkle.Sum.verifyConsistency` judges. */
export type Consistency = Readonly<{
  oldRoot: Uint8Array
  /** Where it was not signed, the proof shows it, and nothing is asked of it. */
  oldTotal?: bigint | undefined
  oldSize: number
  newRoot: Uint8Array
  newTotal?: bigint | undefined
  newSize: number
  /** 48 bytes each. */
  proof: readonly Uint8Array[]
  hash?: HashName | undefined
}>

/** Where a leaf lies among all weight: it covers the units `[start, end)` of `[0, total)`. */
export type Position = Readonly<{ start: bigint; end: bigint; total: bigint }>

/** The nodes of level 0, one after another: `hash || u128 weight`. */
export function leafNodes(by: Scheme, leaves: readonly Leaf[]): Uint8Array {
  const nodes = new Uint8Array(leaves.length * by.width)
  const view = new DataView(nodes.buffer)
  hashLeaves(
    by,
    leaves.map(({ data }) => data),
    nodes,
  )
  for (const [i, { weight }] of leaves.entries()) {
    view.setBigUint64(i * by.width + DIGEST, weight >> 64n)
    view.setBigUint64(i * by.width + DIGEST + 8, BigInt.asUintN(64, weight))
  }
  return nodes
}

/** The sum in a node of 48 bytes. */
export function sumOf(node: Uint8Array): bigint {
  return toUint(node.subarray(DIGEST))
}

/** Is it the node that is committed to, with its sum where that was signed? */
export function isRoot(node: Uint8Array, { root, total }: Signed): boolean {
  return equal(node.subarray(0, DIGEST), root) && (total === undefined || sumOf(node) === total)
}

type Signed = Readonly<{ root: Uint8Array; total?: bigint | undefined }>

export function fitsU128(value: bigint): boolean {
  return value >= 0n && value >> 128n === 0n
}

/** What is signed, of the right types. @throws Errors.InvalidInputError */
export function assertCommitment(given: Commitment, prefix?: 'old' | 'new'): Commitment & { hash: HashName } {
  const name = (field: string) => (prefix ? `${prefix}${field[0]!.toUpperCase()}${field.slice(1)}` : field)
  return {
    root: assertBytes(given.root, name('root')),
    total: assertBigint(given.total, name('total')),
    size: assertInteger(given.size, name('size')),
    hash: assertHash(given.hash === undefined ? 'keccak256' : given.hash),
  }
}

/** Returns `leaves` if a tree can be built over them. @throws Errors.InvalidInputError */
export function assertLeaves(leaves: readonly Leaf[]): readonly Leaf[] {
  assertArray(leaves, 'leaves', 'an array of { data, weight }')
  for (let i = 0; i < leaves.length; i++) {
    const { weight } = assertLeafTypes(leaves[i]!, i)
    if (!fitsU128(weight)) uint(weight, 16, `leaves[${i}].weight`)
  }
  return leaves
}

/** Returns `leaf` if its fields have the right types. @throws Errors.InvalidInputError */
export function assertLeafTypes(leaf: Leaf, i: number): Leaf {
  const { data, weight } = assertObject(leaf, `leaves[${i}]`)
  assertBytes(data, `leaves[${i}].data`)
  assertBigint(weight, `leaves[${i}].weight`)
  return leaf
}
