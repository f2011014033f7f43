/**
 * The tree over a batch's leaves, plain or with sums, by the hash that the parameters choose: one interface over both, so
 * that nothing further up asks which it is (protocol.md, "Bytes").
 *
 * @module
 */
import * as z from 'zod'
import { assertList, assertObject, fromHex, type Hex, toHex } from '../Encoding.js'
import { InvalidInputError } from '../Errors.js'
import * as Merkle from '../Merkle.js'
import * as Protocol from '../Protocol.js'
import * as Schema from '../Schema.js'
import { encodeLeaf, type Leaf } from './Leaf.js'

/** A batch's tree. */
export type Tree = Merkle.Tree | Merkle.Sum.Tree

/** What is signed of a tree: its total too, or its root alone. */
export type Root<Total = bigint> = Readonly<{ root: Hex; size: number; total: Total }>

/** Schema of a proof's node: 32 bytes in the plain tree, 48 (`hash || u128 sum`) in the sum tree. */
export const nodeSchema: z.ZodType<Hex> = z.union([Schema.bytes32, Schema.fixedBytes(48)], {
  error: '32 bytes, or 48 in a sum tree, as lower-case 0x hex',
})

/** The tree over `leaves` that the parameters choose. See `Commitment.tree`. */
export function build(leaves: readonly Leaf[], protocol: Protocol.Protocol): Tree {
  const { layout, hash } = Protocol.tree(protocol)
  const list = Array.from(assertList(leaves, 'leaves'), (leaf) => assertObject(leaf, 'leaf'))
  return layout === 'plain' ? Merkle.from(list.map(encodeLeaf), { hash }) : Merkle.Sum.from(list.map(weigh), { hash })
}

function weigh(leaf: Leaf): Merkle.Sum.Leaf {
  return { data: encodeLeaf(leaf), weight: leaf.weight }
}

/** Refuses a tree of another kind than the parameters choose. @throws InvalidInputError */
export function assertTree(tree: Tree, protocol: Protocol.Protocol): Tree {
  const chosen = Protocol.tree(protocol)
  const { layout, hash } = assertObject(tree, 'tree')
  if (layout === chosen.layout && hash === chosen.hash) return tree
  throw new InvalidInputError('the tree is of another kind than the parameters choose.', {
    subject: 'tree',
    value: `${layout}, ${hash}`,
    rule: `${chosen.layout}, ${chosen.hash}`,
    fix: 'build it with Commitment.tree(leaves, protocol)',
    see: 'protocol.md, Bytes',
  })
}

export function rootOf(tree: Tree): Hex {
  return toHex(tree.layout === 'sum' ? Merkle.Sum.root(tree) : Merkle.root(tree))
}

export function prove(tree: Tree, index: number): Hex[] {
  return (tree.layout === 'sum' ? Merkle.Sum.prove(tree, index) : Merkle.prove(tree, index)).map(toHex)
}

export function proveMany(tree: Tree, indices: readonly number[]): Hex[] {
  return (tree.layout === 'sum' ? Merkle.Sum.proveMany(tree, indices) : Merkle.proveMany(tree, indices)).map(toHex)
}

export function consistency(tree: Tree, oldSize: number): Hex[] {
  return (tree.layout === 'sum' ? Merkle.Sum.consistency(tree, oldSize) : Merkle.consistency(tree, oldSize)).map(toHex)
}

/** Are the leaves, ascending, in the tree, each at its index? */
export function includes(
  of: Root,
  leaves: readonly Leaf[],
  proof: readonly Hex[],
  protocol: Protocol.Protocol,
): boolean {
  const { layout, hash } = Protocol.tree(protocol)
  if (layout === 'sum') return positions(of, leaves, proof, protocol) !== undefined
  return Merkle.verifyMany({ ...read(of, leaves, proof), leaves: leaves.map(encodeLeaf), hash })
}

/** The units of value that each leaf covers; undefined where the proof does not verify, or the tree has no sums. */
export function positions(
  of: Root,
  leaves: readonly Leaf[],
  proof: readonly Hex[],
  protocol: Protocol.Protocol,
): Merkle.Sum.Position[] | undefined {
  const { layout, hash } = Protocol.tree(protocol)
  const given = { ...read(of, leaves, proof), leaves: leaves.map(weigh), hash }
  return layout === 'sum' ? Merkle.Sum.positions({ ...given, total: of.total }) : undefined
}

function read({ root, size }: Root, leaves: readonly Leaf[], proof: readonly Hex[]) {
  const indices = leaves.map((leaf) => assertObject(leaf, 'leaf').index)
  return { root: fromHex(root, 'root', 32), size, indices, proof: nodesOf(proof) }
}

function nodesOf(proof: readonly Hex[]): Uint8Array[] {
  return Array.from(proof, (node) => fromHex(node, 'proof'))
}

/** Does the tree of `newer` only append to that of `older`? */
export function isConsistent(
  older: Root<undefined>,
  newer: Root<bigint | undefined>,
  proof: readonly Hex[],
  protocol: Protocol.Protocol,
): boolean {
  const { layout, hash } = Protocol.tree(protocol)
  const given = {
    ...{ oldRoot: fromHex(older.root), oldSize: older.size },
    ...{ newRoot: fromHex(newer.root), newSize: newer.size },
    ...{ proof: nodesOf(proof), hash },
  }
  return layout === 'plain'
    ? Merkle.verifyConsistency(given)
    : Merkle.Sum.verifyConsistency({ ...given, newTotal: newer.total })
}
