/**
 * What an executor shows when it is held to a promise: that the batch has the leaf of a receipt, or extends a checkpoint
 * (protocol.md, section 3).
 *
 * @module
 */
import * as z from 'zod'
import * as Checkpoint from './Checkpoint.js'
import * as Commitment from './Commitment.js'
import type { Address, Hex } from './Encoding.js'
import { BaseError } from './Errors.js'
import * as Schema from './Schema.js'

/** The leaf at the index of a receipt, in the batch. */
export type Inclusion = Readonly<{ batchDigest: Hex; executor: Address; leaf: Commitment.Leaf; proof: readonly Hex[] }>

/** The consistency proof from the checkpoint of that sequence number to the batch. */
export type Consistency = Readonly<{ batchDigest: Hex; executor: Address; sequence: number; proof: readonly Hex[] }>

const place = { batchDigest: Schema.bytes32, executor: Schema.address }

/** Schema of {@link Inclusion}. */
export const inclusionSchema: z.ZodType<Inclusion> = z.strictObject({
  ...place,
  leaf: Commitment.leafSchema,
  proof: Schema.list(Commitment.nodeSchema, 0, 64),
})

/** Schema of {@link Consistency}. */
export const consistencySchema: z.ZodType<Consistency> = z.strictObject({
  ...place,
  sequence: Schema.integer(),
  proof: Schema.list(Commitment.nodeSchema, 0, Checkpoint.maxProof),
})

/**
 * Decodes an inclusion.
 *
 * @throws InvalidAnswerError naming the field, the value, the rule and the fix.
 * @example
 * ```ts
 * import { Answer } from '@spotcheck/core'
 *
 * try {
 *   Answer.inclusionFrom({ batchDigest: '0x' })
 * } catch (error) {
 *   if (error instanceof Answer.InvalidAnswerError) console.log(error.subject) // 'inclusion.batchDigest'
 * }
 * ```
 */
export function inclusionFrom(value: unknown): Inclusion {
  return Schema.parse(inclusionSchema, value, 'inclusion', InvalidAnswerError)
}

/**
 * Decodes a consistency proof.
 *
 * @throws InvalidAnswerError naming the field, the value, the rule and the fix.
 * @example
 * ```ts
 * import { Answer, Encoding } from '@spotcheck/core'
 *
 * const { zero32: batchDigest, zeroAddress: executor } = Encoding
 * Answer.consistencyFrom({ batchDigest, executor, sequence: 0, proof: [] }).sequence // 0
 * ```
 */
export function consistencyFrom(value: unknown): Consistency {
  return Schema.parse(consistencySchema, value, 'consistency', InvalidAnswerError)
}

/** An answer that is malformed. */
export class InvalidAnswerError extends BaseError {
  override name = 'Answer.InvalidAnswerError'
}
