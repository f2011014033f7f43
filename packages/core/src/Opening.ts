/**
 * The executor opens the sampled leaves, after the verifiers have committed (protocol.md, section 7).
 *
 * @module
 */
import * as z from 'zod'
import * as Commitment from './Commitment.js'
import { type Address, assertList, assertObject, equal, type Hex } from './Encoding.js'
import { BaseError } from './Errors.js'
import * as Output from './Output.js'
import type * as Protocol from './Protocol.js'
import * as Schema from './Schema.js'

/** The content and salts of one leaf, and what else its 120 bytes say: whoever has it can compute them. */
export type OpenedLeaf = Readonly<{
  index: number
  taskId: Hex
  /** Wei, as in the leaf. */
  weight: bigint
  output: Hex
  outputSalt: Hex
  evidence: Hex
  evidenceSalt: Hex
}>

/** Leaves of one batch, indices ascending, and the one multiproof that shows all of them in it. */
export type Opening = Readonly<{
  batchDigest: Hex
  executor: Address
  leaves: readonly OpenedLeaf[]
  /** The nodes of `Merkle.proveMany`, in its order. */
  proof: readonly Hex[]
}>

/** Largest output and evidence of one leaf, bytes each. */
export const maxBytes: number = Output.maxBytes
/** Most leaves of one message; a larger sample is opened by several. */
export const maxLeaves = 4096
/** Most nodes of one message's proof: k leaves, far apart, of a batch of n need k log2(n / k). */
export const maxProof: number = maxLeaves * Math.log2(Commitment.maxCount / maxLeaves)

const leafSchema: z.ZodType<OpenedLeaf> = z.strictObject({
  index: Schema.integer(),
  taskId: Schema.bytes32,
  weight: Schema.uint(128),
  output: Schema.bytes(maxBytes),
  outputSalt: Schema.bytes32,
  evidence: Schema.bytes(maxBytes),
  evidenceSalt: Schema.bytes32,
})

const rising = { error: 'indices strictly ascending', params: { fix: 'sort the leaves by index, each once' } }

/** Schema of {@link Opening}. */
export const schema: z.ZodType<Opening> = z.strictObject({
  batchDigest: Schema.bytes32,
  executor: Schema.address,
  leaves: Schema.list(leafSchema, 1, maxLeaves).refine((leaves) => isRising(leaves.map(({ index }) => index)), rising),
  proof: Schema.list(Commitment.nodeSchema, 0, maxProof),
})

function isRising(indices: readonly number[]): boolean {
  return indices.every((index, i) => i === 0 || indices[i - 1]! < index)
}

/**
 * Opens `indices` of a batch: 1 to {@link maxLeaves} of them, ascending, with one proof for all.
 *
 * @throws InvalidOpeningError if one is not in the batch, or they are none, too many or not ascending;
 * InvalidInputError if an argument is malformed.
 * @example
 * ```ts
 * import { Commitment, createClient, Encoding, Opening, Protocol } from '@spotcheck/core'
 * import { cheapSigner, testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const address = Encoding.zeroAddress
 * const client = createClient({ protocol, address, signer: cheapSigner(address) })
 * const digests = { model: Encoding.zero32, decoding: Encoding.zero32, seed: Encoding.zero32 }
 * const order = { ...digests, input: '0x2a', nonce: 0n, reward: 100n, value: 500n } as const
 * const entry = { ...(await client.order(order)), input: order.input, output: { bytes: '0x01', evidence: '0x' } } as const
 * const batch = { protocol, executor: address, epoch: 0, beaconRound: 9 }
 * const commitment = Commitment.from({ ...batch, secret: new Uint8Array(32).fill(7), entries: [entry] })
 *
 * const opening = Opening.from(commitment, [0])
 * Opening.verify(commitment.batch, opening, protocol) // true
 * ```
 */
export function from(commitment: Commitment.Commitment, indices: readonly number[]): Opening {
  const { batch, digest } = Commitment.assert(commitment)
  const leaves = assertList(indices, 'indices', maxLeaves).map((index) => open(commitment, index))
  const opening = decode({ batchDigest: digest, executor: batch.executor, leaves, proof: [] })
  return { ...opening, proof: Commitment.proveMany(commitment, indices) }
}

function open({ leaves, entries, salts }: Commitment.Commitment, index: number): OpenedLeaf {
  if (!Number.isSafeInteger(index)) throw outside(index, entries.length)
  const [leaf, entry, salt] = [leaves[index], entries[index], salts[index]]
  if (leaf === undefined || entry === undefined || salt === undefined) throw outside(index, entries.length)
  const { bytes: output, evidence } = entry.output
  const { taskId, weight } = leaf
  return { index, taskId, weight, output, outputSalt: salt.bytes, evidence, evidenceSalt: salt.evidence }
}

/**
 * Does the opening open this batch: is it of the same digest and executor, and is every leaf in the tree, as opened, by
 * the one multiproof? No disclosure is needed. Which leaf is off, if one is, {@link matches} tells where it is known.
 *
 * Work: a few hashes a leaf, and fewer than the single proofs would take.
 *
 * @throws InvalidOpeningError if the opening is malformed, Commitment.InvalidBatchError if the batch is,
 * InvalidProtocolError if `protocol` is none; never because of what well-formed bytes say.
 * @see protocol.md, Opening
 * @example
 * ```ts
 * import { Commitment, createClient, Encoding, Opening, Protocol } from '@spotcheck/core'
 * import { cheapSigner, testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const address = Encoding.zeroAddress
 * const client = createClient({ protocol, address, signer: cheapSigner(address) })
 * const digests = { model: Encoding.zero32, decoding: Encoding.zero32, seed: Encoding.zero32 }
 * const price = { input: '0x2a', reward: 100n, value: 500n } as const
 * const orders = await Promise.all([0n, 1n, 2n].map((nonce) => client.order({ ...digests, ...price, nonce })))
 * const entries = orders.map((order) => ({ ...order, input: price.input, output: { bytes: '0x01', evidence: '0x' } as const }))
 * const batch = { protocol, executor: address, epoch: 0, beaconRound: 9 }
 * const commitment = Commitment.from({ ...batch, secret: new Uint8Array(32).fill(7), entries })
 *
 * const opening = Opening.from(commitment, [0, 1])
 * opening.proof.length // 1
 * Opening.verify(commitment.batch, opening, protocol) // true
 * Opening.verify(commitment.batch, { ...opening, proof: [Encoding.zero32] }, protocol) // false
 * ```
 */
export function verify(batch: Commitment.Batch, opening: Opening, protocol: Protocol.Protocol): boolean {
  const { batchDigest, executor, leaves, proof } = decode(opening)
  if (Commitment.digest(batch, protocol) !== batchDigest || batch.executor !== executor) return false
  return Commitment.includesMany(batch, leaves.map(leafOf), proof, protocol)
}

/**
 * The leaf that the opened content commits to.
 *
 * @throws InvalidInputError if a field is malformed.
 * @see protocol.md, Bytes
 * @example
 * ```ts
 * import { Encoding, Opening, Output } from '@spotcheck/core'
 *
 * const salt = Encoding.toHex(new Uint8Array(32).fill(7))
 * const content = { output: '0x01', outputSalt: salt, evidence: '0x', evidenceSalt: salt } as const
 * const leaf = Opening.leafOf({ index: 3, taskId: Encoding.zero32, weight: 500n, ...content })
 * leaf.bytesCommit === Output.commit('bytes', '0x01', salt) // true
 * ```
 */
export function leafOf(opened: OpenedLeaf): Commitment.Leaf {
  const { index, taskId, weight, output, outputSalt, evidence, evidenceSalt } = assertObject(opened, 'opened')
  const bytesCommit = Output.commit('bytes', output, outputSalt)
  const evidenceCommit = Output.commit('evidence', evidence, evidenceSalt)
  return { index, taskId, weight, bytesCommit, evidenceCommit }
}

/**
 * Is the opened content what that leaf commits to: its place, task and weight, and both contents with their salts?
 *
 * @throws InvalidInputError if an argument is malformed.
 * @example
 * ```ts
 * import { Encoding, Opening, Output } from '@spotcheck/core'
 *
 * const salt = Encoding.toHex(new Uint8Array(32).fill(7))
 * const bytesCommit = Output.commit('bytes', '0x01', salt)
 * const evidenceCommit = Output.commit('evidence', '0x', salt)
 * const place = { index: 3, taskId: Encoding.zero32, weight: 500n }
 * const leaf = { ...place, bytesCommit, evidenceCommit }
 * const opened = { ...place, output: '0x01', outputSalt: salt, evidence: '0x', evidenceSalt: salt } as const
 * Opening.matches(leaf, opened) // true
 * Opening.matches(leaf, { ...opened, output: '0x02' }) // false
 * ```
 */
export function matches(leaf: Commitment.Leaf, opened: OpenedLeaf): boolean {
  return equal(Commitment.encodeLeaf(leaf), Commitment.encodeLeaf(leafOf(opened)))
}

function outside(index: unknown, count: number): InvalidOpeningError {
  return new InvalidOpeningError('the batch has no such index.', {
    subject: 'index',
    value: index,
    rule: `0 <= index < ${count}`,
    fix: 'open the indices that Sample drew for this batch',
  })
}

/**
 * Decodes an opening: form, ranges and sizes; {@link verify} judges what it says.
 *
 * @throws InvalidOpeningError naming the field, the value, the rule and the fix.
 * @example
 * ```ts
 * import { Encoding, Opening } from '@spotcheck/core'
 *
 * try {
 *   Opening.decode({ batchDigest: Encoding.zero32, executor: Encoding.zeroAddress, leaves: [], proof: [] })
 * } catch (error) {
 *   if (error instanceof Opening.InvalidOpeningError) console.log(error.subject) // 'opening.leaves'
 * }
 * ```
 */
export function decode(value: unknown): Opening {
  return Schema.parse(schema, value, 'opening', InvalidOpeningError)
}

/** An opening that is malformed. */
export class InvalidOpeningError extends BaseError {
  override name = 'Opening.InvalidOpeningError'
}
