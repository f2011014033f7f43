/**
 * Leaves in a batch: proofs of one and of many, and where among all value they lie (protocol.md, section 3).
 *
 * @module
 */
import type { Batch, Commitment } from '../Commitment.js'
import { assertList, assertObject, type Hex } from '../Encoding.js'
import type * as Merkle from '../Merkle.js'
import type * as Protocol from '../Protocol.js'
import type { Leaf } from './Leaf.js'
import type { Tree } from './Tree.js'
import * as Trees from './Tree.js'

/** Longest proof of one leaf that is looked at: a batch has fewer than 2^53 leaves. */
const maxProof = 64
/** Most leaves, and most nodes of a proof for many: as many as a batch can have. */
const maxNodes = 2 ** 20

/**
 * The inclusion proof of one index: sibling nodes from the leaf up, 32 bytes each, 48 in a sum tree.
 *
 * @throws Merkle.InvalidIndexError if the batch has no such index; InvalidInputError if there is no commitment.
 * @example
 * ```ts
 * import { Commitment, createClient, Encoding, Protocol } from '@spotcheck/core'
 * import { cheapSigner, testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const executor = Encoding.zeroAddress
 * const client = createClient({ protocol, address: executor, signer: cheapSigner(executor) })
 * const digests = { model: Encoding.zero32, decoding: Encoding.zero32, seed: Encoding.zero32 }
 * const price = { input: '0x2a', reward: 100n, value: 500n } as const
 * const orders = await Promise.all([0n, 1n, 2n].map((nonce) => client.order({ ...digests, ...price, nonce })))
 * const entries = orders.map((order) => ({ ...order, input: price.input, output: { bytes: '0x01', evidence: '0x' } as const }))
 * const place = { protocol, executor, epoch: 0, beaconRound: 9 }
 * const commitment = Commitment.from({ ...place, secret: new Uint8Array(32).fill(7), entries })
 * const { batch, leaves } = commitment
 *
 * Commitment.prove(commitment, 0).length // 2
 * // The lone last leaf stands higher up.
 * Commitment.prove(commitment, 2).length // 1
 * ```
 */
export function prove(commitment: Commitment, index: number): Hex[] {
  return Trees.prove(treeOf(commitment), index)
}

/**
 * One inclusion proof for several indices, ascending: the nodes that can't be computed from their leaves.
 *
 * @throws Merkle.InvalidIndicesError unless they are ascending, each once, at least one; Merkle.InvalidIndexError if the
 * batch has no such index; InvalidInputError if there is no commitment.
 * @example
 * ```ts
 * import { Commitment, createClient, Encoding, Protocol } from '@spotcheck/core'
 * import { cheapSigner, testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const executor = Encoding.zeroAddress
 * const client = createClient({ protocol, address: executor, signer: cheapSigner(executor) })
 * const digests = { model: Encoding.zero32, decoding: Encoding.zero32, seed: Encoding.zero32 }
 * const price = { input: '0x2a', reward: 100n, value: 500n } as const
 * const orders = await Promise.all([0n, 1n, 2n].map((nonce) => client.order({ ...digests, ...price, nonce })))
 * const entries = orders.map((order) => ({ ...order, input: price.input, output: { bytes: '0x01', evidence: '0x' } as const }))
 * const place = { protocol, executor, epoch: 0, beaconRound: 9 }
 * const commitment = Commitment.from({ ...place, secret: new Uint8Array(32).fill(7), entries })
 * const { batch, leaves } = commitment
 *
 * Commitment.proveMany(commitment, [0, 1]).length // 1
 * Commitment.proveMany(commitment, [0, 1, 2]).length // 0
 * ```
 */
export function proveMany(commitment: Commitment, indices: readonly number[]): Hex[] {
  return Trees.proveMany(treeOf(commitment), indices)
}

/**
 * Is `leaf` at its own index of the batch, and with its own weight where the tree has sums? Positions count: a leaf is
 * good at one index only. Which tree it is, `protocol` says: the one whose hash the batch was signed under.
 *
 * @throws InvalidInputError if an argument is malformed, InvalidProtocolError if `protocol` is none; never because of
 * what well-formed bytes say.
 * @example
 * ```ts
 * import { Commitment, createClient, Encoding, Protocol } from '@spotcheck/core'
 * import { cheapSigner, testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const executor = Encoding.zeroAddress
 * const client = createClient({ protocol, address: executor, signer: cheapSigner(executor) })
 * const digests = { model: Encoding.zero32, decoding: Encoding.zero32, seed: Encoding.zero32 }
 * const price = { input: '0x2a', reward: 100n, value: 500n } as const
 * const orders = await Promise.all([0n, 1n, 2n].map((nonce) => client.order({ ...digests, ...price, nonce })))
 * const entries = orders.map((order) => ({ ...order, input: price.input, output: { bytes: '0x01', evidence: '0x' } as const }))
 * const place = { protocol, executor, epoch: 0, beaconRound: 9 }
 * const commitment = Commitment.from({ ...place, secret: new Uint8Array(32).fill(7), entries })
 * const { batch, leaves } = commitment
 *
 * const proof = Commitment.prove(commitment, 0)
 * Commitment.includes(batch, leaves[0]!, proof, protocol) // true
 * Commitment.includes(batch, leaves[1]!, proof, protocol) // false
 * ```
 */
export function includes(batch: Batch, leaf: Leaf, proof: readonly Hex[], protocol: Protocol.Protocol): boolean {
  return Trees.includes(rootOf(batch), [leaf], assertList(proof, 'proof', maxProof), protocol)
}

/**
 * Are all of these leaves, ascending, at their own indices of the batch, by one proof of {@link proveMany}?
 *
 * @throws InvalidInputError if an argument is malformed, InvalidProtocolError if `protocol` is none; never because of
 * what well-formed bytes say.
 * @example
 * ```ts
 * import { Commitment, createClient, Encoding, Protocol } from '@spotcheck/core'
 * import { cheapSigner, testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const executor = Encoding.zeroAddress
 * const client = createClient({ protocol, address: executor, signer: cheapSigner(executor) })
 * const digests = { model: Encoding.zero32, decoding: Encoding.zero32, seed: Encoding.zero32 }
 * const price = { input: '0x2a', reward: 100n, value: 500n } as const
 * const orders = await Promise.all([0n, 1n, 2n].map((nonce) => client.order({ ...digests, ...price, nonce })))
 * const entries = orders.map((order) => ({ ...order, input: price.input, output: { bytes: '0x01', evidence: '0x' } as const }))
 * const place = { protocol, executor, epoch: 0, beaconRound: 9 }
 * const commitment = Commitment.from({ ...place, secret: new Uint8Array(32).fill(7), entries })
 * const { batch, leaves } = commitment
 *
 * const proof = Commitment.proveMany(commitment, [0, 1])
 * Commitment.includesMany(batch, leaves.slice(0, 2), proof, protocol) // true
 * Commitment.includesMany(batch, leaves.slice(1), proof, protocol) // false
 * ```
 */
export function includesMany(
  batch: Batch,
  leaves: readonly Leaf[],
  proof: readonly Hex[],
  protocol: Protocol.Protocol,
): boolean {
  const [list, nodes] = [assertList(leaves, 'leaves', maxNodes), assertList(proof, 'proof', maxNodes)]
  return Trees.includes(rootOf(batch), list, nodes, protocol)
}

/**
 * The units of value `[start, end)` out of `[0, totalWeight)` that a leaf covers, in wei, as its proof shows them: what
 * `Sample.byValue.includes` judges by. undefined where the proof does not verify, and in a plain tree, which has no sums.
 *
 * @throws InvalidInputError if an argument is malformed, InvalidProtocolError if `protocol` is none; never because of
 * what well-formed bytes say.
 * @see protocol.md, Sample
 * @example
 * ```ts
 * import { Commitment, createClient, Encoding, Protocol, Sample } from '@spotcheck/core'
 * import { cheapSigner, testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from({ ...testParameters, sampling: { mode: 'byValue', interval: 600n } })
 * const executor = Encoding.zeroAddress
 * const client = createClient({ protocol, address: executor, signer: cheapSigner(executor) })
 * const digests = { model: Encoding.zero32, decoding: Encoding.zero32, seed: Encoding.zero32 }
 * const price = { input: '0x2a', reward: 100n, value: 500n } as const
 * const orders = await Promise.all([0n, 1n, 2n].map((nonce) => client.order({ ...digests, ...price, nonce })))
 * const entries = orders.map((order) => ({ ...order, input: price.input, output: { bytes: '0x01', evidence: '0x' } as const }))
 * const place = { protocol, executor, epoch: 0, beaconRound: 9 }
 * const commitment = Commitment.from({ ...place, secret: new Uint8Array(32).fill(7), entries })
 * const { batch, leaves } = commitment
 *
 * const position = Commitment.position(batch, leaves[1]!, Commitment.prove(commitment, 1), protocol)!
 * position // { start: 500n, end: 1000n, total: 1500n }
 *
 * const draw = { seed: new Uint8Array(32), interval: 600n }
 * const sampled = Sample.byValue.indices({ ...draw, weights: [500n, 500n, 500n] })
 * Sample.byValue.includes(position, draw) === sampled.includes(1) // true
 * ```
 */
export function position(
  batch: Batch,
  leaf: Leaf,
  proof: readonly Hex[],
  protocol: Protocol.Protocol,
): Merkle.Sum.Position | undefined {
  return Trees.positions(rootOf(batch), [leaf], assertList(proof, 'proof', maxProof), protocol)?.[0]
}

/**
 * The units that each of several leaves, ascending, covers, by one proof of {@link proveMany}. As {@link position}.
 *
 * @throws InvalidInputError if an argument is malformed, InvalidProtocolError if `protocol` is none; never because of
 * what well-formed bytes say.
 * @example
 * ```ts
 * import { Commitment, createClient, Encoding, Protocol } from '@spotcheck/core'
 * import { cheapSigner, testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from({ ...testParameters, sampling: { mode: 'byValue', interval: 600n } })
 * const executor = Encoding.zeroAddress
 * const client = createClient({ protocol, address: executor, signer: cheapSigner(executor) })
 * const digests = { model: Encoding.zero32, decoding: Encoding.zero32, seed: Encoding.zero32 }
 * const price = { input: '0x2a', reward: 100n, value: 500n } as const
 * const orders = await Promise.all([0n, 1n, 2n].map((nonce) => client.order({ ...digests, ...price, nonce })))
 * const entries = orders.map((order) => ({ ...order, input: price.input, output: { bytes: '0x01', evidence: '0x' } as const }))
 * const place = { protocol, executor, epoch: 0, beaconRound: 9 }
 * const commitment = Commitment.from({ ...place, secret: new Uint8Array(32).fill(7), entries })
 * const { batch, leaves } = commitment
 *
 * const proof = Commitment.proveMany(commitment, [0, 2])
 * Commitment.positions(batch, [leaves[0]!, leaves[2]!], proof, protocol)?.[1]
 * // { start: 1000n, end: 1500n, total: 1500n }
 * ```
 */
export function positions(
  batch: Batch,
  leaves: readonly Leaf[],
  proof: readonly Hex[],
  protocol: Protocol.Protocol,
): Merkle.Sum.Position[] | undefined {
  const [list, nodes] = [assertList(leaves, 'leaves', maxNodes), assertList(proof, 'proof', maxNodes)]
  return Trees.positions(rootOf(batch), list, nodes, protocol)
}

function rootOf(batch: Batch): Trees.Root {
  const { root, count, totalWeight } = assertObject(batch, 'batch')
  return { root, size: count, total: totalWeight }
}

function treeOf(commitment: Commitment): Tree {
  return assertObject(assertObject(commitment, 'commitment').tree, 'commitment.tree')
}
