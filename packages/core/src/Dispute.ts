/**
 * What can be said of a decision before it is final: an appeal by whom it is against, and the final arbiter's ruling
 * (protocol.md, section 8).
 *
 * @module
 */
import * as z from 'zod'
import type { Address, Hex } from './Encoding.js'
import { BaseError } from './Errors.js'
import type { Claim } from './Reexecution.js'
import * as Schema from './Schema.js'

/** Asks the next level to decide again. Its bond covers that level's quorum and is lost if the decision stands. */
export type Appeal = Readonly<{
  batchDigest: Hex
  executor: Address
  /** The convicted executor, or a verifier whose dissent was overruled. */
  party: Address
  index: number
  /** The level that is asked: 2 and up; one above the last is the final arbiter. */
  level: number
}>

/** The final arbiter's word. */
export type Ruling = Readonly<{
  batchDigest: Hex
  executor: Address
  arbiter: Address
  index: number
  claim: Claim
}>

const place = { batchDigest: Schema.bytes32, executor: Schema.address }

/** Schema of {@link Appeal}. */
export const appealSchema: z.ZodType<Appeal> = z.strictObject({
  ...place,
  party: Schema.address,
  index: Schema.integer(),
  level: Schema.integer(2, 255),
})

/** Schema of {@link Ruling}. */
export const rulingSchema: z.ZodType<Ruling> = z.strictObject({
  ...place,
  arbiter: Schema.address,
  index: Schema.integer(),
  claim: Schema.oneOf('agrees', 'dissents'),
})

/**
 * Decodes an appeal.
 *
 * @throws InvalidDisputeError naming the field, the value, the rule and the fix.
 * @example
 * ```ts
 * import { Dispute, Encoding } from '@spotcheck/core'
 *
 * const { zero32: batchDigest, zeroAddress: executor } = Encoding
 * Dispute.appealFrom({ batchDigest, executor, party: executor, index: 4, level: 2 }).level // 2
 * ```
 */
export function appealFrom(value: unknown): Appeal {
  return Schema.parse(appealSchema, value, 'appeal', InvalidDisputeError)
}

/**
 * Decodes a ruling.
 *
 * @throws InvalidDisputeError naming the field, the value, the rule and the fix.
 * @example
 * ```ts
 * import { Dispute, Encoding } from '@spotcheck/core'
 *
 * const { zero32: batchDigest, zeroAddress: executor } = Encoding
 * Dispute.rulingFrom({ batchDigest, executor, arbiter: executor, index: 4, claim: 'agrees' }).claim // 'agrees'
 * ```
 */
export function rulingFrom(value: unknown): Ruling {
  return Schema.parse(rulingSchema, value, 'ruling', InvalidDisputeError)
}

/** An appeal or a ruling that is malformed. */
export class InvalidDisputeError extends BaseError {
  override name = 'Dispute.InvalidDisputeError'
}
