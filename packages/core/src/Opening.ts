/**
 * The executor opens the sampled leaves, after the verifiers have committed (protocol.md, section 7).
 *
 * @module
 */
import { z } from 'zod'
import * as Commitment from './Commitment.js'
import { type Address, assertList, assertObject, type Hex } from './Encoding.js'
import { BaseError } from './Errors.js'
import * as Output from './Output.js'
import * as Schema from './Schema.js'

/** The content and salts of one leaf. */
export type OpenedLeaf = Readonly<{ index: number; output: Hex; outputSalt: Hex; evidence: Hex; evidenceSalt: Hex }>

/** Leaves of one batch, indices ascending. */
export type Opening = Readonly<{ batchDigest: Hex; executor: Address; leaves: readonly OpenedLeaf[] }>

/** Largest output and evidence of one leaf, bytes each. */
export const maxBytes: number = Output.maxBytes
/** Most leaves of one message; a larger sample is opened by several. */
export const maxLeaves = 4096

const leafSchema: z.ZodType<OpenedLeaf> = z.strictObject({
  index: Schema.integer(),
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
})

function isRising(indices: readonly number[]): boolean {
  return indices.every((index, i) => i === 0 || indices[i - 1]! < index)
}

/**
 * Opens `indices` of a batch: 1 to {@link maxLeaves} of them, ascending.
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
 * Opening.verify(commitment.leaves[0]!, opening.leaves[0]!) // true
 * ```
 */
export function from(commitment: Commitment.Commitment, indices: readonly number[]): Opening {
  const { batch, digest, entries, salts } = Commitment.assert(commitment)
  const leaves = assertList(indices, 'indices', maxLeaves).map((index) => {
    if (!Number.isSafeInteger(index)) throw outside(index, entries.length)
    const output = entries[index]?.output
    const salt = salts[index]
    if (output === undefined || salt === undefined) throw outside(index, entries.length)
    return {
      index,
      output: output.bytes,
      outputSalt: salt.bytes,
      evidence: output.evidence,
      evidenceSalt: salt.evidence,
    }
  })
  return decode({ batchDigest: digest, executor: batch.executor, leaves })
}

/**
 * Does the opened content match both commitments of the leaf?
 *
 * @throws InvalidInputError if an argument is malformed.
 * @example
 * ```ts
 * import { Encoding, Opening, Output } from '@spotcheck/core'
 *
 * const salt = Encoding.toHex(new Uint8Array(32).fill(7))
 * const bytesCommit = Output.commit('bytes', '0x01', salt)
 * const evidenceCommit = Output.commit('evidence', '0x', salt)
 * const leaf = { index: 3, taskId: Encoding.zero32, weight: 500n, bytesCommit, evidenceCommit }
 * const opened = { index: 3, output: '0x01', outputSalt: salt, evidence: '0x', evidenceSalt: salt } as const
 * Opening.verify(leaf, opened) // true
 * Opening.verify(leaf, { ...opened, output: '0x02' }) // false
 * ```
 */
export function verify(leaf: Commitment.Leaf, opened: OpenedLeaf): boolean {
  const { index, bytesCommit, evidenceCommit } = assertObject(leaf, 'leaf')
  const { output, outputSalt, evidence, evidenceSalt } = assertObject(opened, 'opened')
  const bytesHold = Output.commit('bytes', output, outputSalt) === bytesCommit
  const evidenceHolds = Output.commit('evidence', evidence, evidenceSalt) === evidenceCommit
  return opened.index === index && bytesHold && evidenceHolds
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
 * Decodes an opening: form, ranges and sizes; {@link verify} judges what a leaf says.
 *
 * @throws InvalidOpeningError naming the field, the value, the rule and the fix.
 * @example
 * ```ts
 * import { Encoding, Opening } from '@spotcheck/core'
 *
 * try {
 *   Opening.decode({ batchDigest: Encoding.zero32, executor: Encoding.zeroAddress, leaves: [] })
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
