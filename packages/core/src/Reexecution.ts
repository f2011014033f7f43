/**
 * Blind re-execution: a verifier commits to what it computed before it can see what to agree with, and reveals it later
 * (protocol.md, section 6).
 *
 * @module
 */
import { z } from 'zod'
import { type Address, concat, fromHex, type Hex, toHex, uint } from './Encoding.js'
import { BaseError } from './Errors.js'
import { keccak256, tagged } from './Hash.js'
import * as Schema from './Schema.js'

/** Which re-execution: one verifier, one leaf, one level (0: sampled, 1: arbitration). */
export type Assignment = Readonly<{
  batchDigest: Hex
  executor: Address
  verifier: Address
  index: number
  level: number
}>

/** A verifier's blind commitment. */
export type Commitment = Assignment & Readonly<{ commitment: Hex }>

/** A verifier that could not run the task: neither a pass nor a mismatch. */
export type Indeterminate = Assignment & Readonly<{ reason: string }>

/** What the verifier says of the executor's result. */
export type Claim = 'agrees' | 'dissents'

/**
 * What the verifier computed: output bytes in `full` mode, evidence in `evidence` mode, with the commitment's salt (zero
 * at the arbitration level, which is not blind) and its claim.
 */
export type Reveal = Assignment & Readonly<{ content: Hex; salt: Hex; claim: Claim }>

/** Largest content that can be revealed, bytes. */
export const maxBytes: number = 1 << 20

const assignment = {
  batchDigest: Schema.bytes32,
  executor: Schema.address,
  verifier: Schema.address,
  index: Schema.integer(),
  level: Schema.integer(0, 1),
}

/** Schema of {@link Commitment}. */
export const commitmentSchema: z.ZodType<Commitment> = z.strictObject({ ...assignment, commitment: Schema.bytes32 })

/** Schema of {@link Indeterminate}. */
export const indeterminateSchema: z.ZodType<Indeterminate> = z.strictObject({
  ...assignment,
  reason: z.string().max(256),
})

/** Schema of {@link Reveal}. */
export const revealSchema: z.ZodType<Reveal> = z.strictObject({
  ...assignment,
  content: Schema.bytes(maxBytes),
  salt: Schema.bytes32,
  claim: Schema.oneOf('agrees', 'dissents'),
})

/**
 * `tagged("vcommit", address || batchDigest || u64 index || u8 level || keccak256(content) || salt)`, 32 bytes. It names
 * the verifier, so a copy of it is worth nothing to another one.
 */
export function commit(assignment: Assignment, content: Hex, salt: Hex): Hex {
  const data = concat(
    fromHex(assignment.verifier, 'verifier', 20),
    fromHex(assignment.batchDigest, 'batchDigest', 32),
    uint(assignment.index, 8, 'index'),
    uint(assignment.level, 1, 'level'),
    keccak256(fromHex(content, 'content')),
    fromHex(salt, 'salt', 32),
  )
  return toHex(tagged('vcommit', data))
}

/** Does the reveal open the commitment? */
export function opens(commitment: Hex, reveal: Reveal): boolean {
  return commit(reveal, reveal.content, reveal.salt) === commitment
}

/** The assignment alone, out of any message that carries it. */
export function assignmentOf({ batchDigest, executor, verifier, index, level }: Assignment): Assignment {
  return { batchDigest, executor, verifier, index, level }
}

/** A commitment, reveal or refusal that is malformed. */
export class InvalidReexecutionError extends BaseError {
  override name = 'Reexecution.InvalidReexecutionError'
}
