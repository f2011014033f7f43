/**
 * Blind re-execution: a verifier commits to what it computed before it can see what to agree with, and reveals it later
 * (protocol.md, section 6).
 *
 * @module
 */
import * as z from 'zod'
import { type Address, assertObject, concat, fromHex, type Hex, toHex, uint } from './Encoding.js'
import { BaseError } from './Errors.js'
import { keccak256, tagged } from './Hash.js'
import * as Output from './Output.js'
import * as Schema from './Schema.js'

/** Which re-execution: one verifier, one leaf, one level (0: sampled, 1 and up: arbitration). */
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

/**
 * What nobody but the executor can know before its verifiers have committed: the salt of what is hidden from them, the
 * output in `full` mode, the evidence in `evidence` mode. Whoever shows it proves that the executor leaked it.
 */
export type Leak = Readonly<{
  batchDigest: Hex
  executor: Address
  /** A verifier of the epoch: earns the bounty. */
  reporter: Address
  index: number
  content: Hex
  salt: Hex
}>

/** Largest content that can be revealed, bytes. */
export const maxBytes: number = Output.maxBytes

/** Longest reason of a refusal, UTF-16 units. */
export const maxReason = 256

const assignment = {
  batchDigest: Schema.bytes32,
  executor: Schema.address,
  verifier: Schema.address,
  index: Schema.integer(),
  level: Schema.integer(0, 255),
}

/** Schema of {@link Commitment}. */
export const commitmentSchema: z.ZodType<Commitment> = z.strictObject({ ...assignment, commitment: Schema.bytes32 })

/** Schema of {@link Indeterminate}. */
export const indeterminateSchema: z.ZodType<Indeterminate> = z.strictObject({
  ...assignment,
  reason: Schema.text(maxReason),
})

/** Schema of {@link Reveal}. */
export const revealSchema: z.ZodType<Reveal> = z.strictObject({
  ...assignment,
  content: Schema.bytes(maxBytes),
  salt: Schema.bytes32,
  claim: Schema.oneOf('agrees', 'dissents'),
})

/** Schema of {@link Leak}. */
export const leakSchema: z.ZodType<Leak> = z.strictObject({
  batchDigest: Schema.bytes32,
  executor: Schema.address,
  reporter: Schema.address,
  index: Schema.integer(),
  content: Schema.bytes(maxBytes),
  salt: Schema.bytes32,
})

/**
 * `tagged("vcommit", address || batchDigest || u64 index || u8 level || keccak256(content) || salt)`, 32 bytes. It names
 * the verifier, so a copy of it is worth nothing to another one.
 *
 * @throws InvalidInputError if an argument is malformed.
 * @see protocol.md, Bytes
 * @example
 * ```ts
 * import { Encoding, Reexecution } from '@spotcheck/core'
 *
 * const verifier = `0x${'a1'.repeat(20)}` as const
 * const assignment = { batchDigest: Encoding.zero32, executor: Encoding.zeroAddress, verifier, index: 4, level: 0 }
 * const salt = Encoding.toHex(new Uint8Array(32).fill(7)) // secret until the reveal
 * const commitment = Reexecution.commit(assignment, '0x01', salt)
 * Reexecution.opens(commitment, { ...assignment, content: '0x01', salt, claim: 'agrees' }) // true
 * Reexecution.opens(commitment, { ...assignment, content: '0x02', salt, claim: 'agrees' }) // false
 * ```
 */
export function commit(assignment: Assignment, content: Hex, salt: Hex): Hex {
  const { verifier, batchDigest, index, level } = assertObject(assignment, 'assignment')
  const data = concat(
    fromHex(verifier, 'verifier', 20),
    fromHex(batchDigest, 'batchDigest', 32),
    uint(index, 8, 'index'),
    uint(level, 1, 'level'),
    keccak256(fromHex(content, 'content')),
    fromHex(salt, 'salt', 32),
  )
  return toHex(tagged('vcommit', data))
}

/**
 * Does the reveal open the commitment (32 bytes)?
 *
 * @throws InvalidInputError if an argument is malformed.
 * @example
 * ```ts
 * import { Encoding, Reexecution } from '@spotcheck/core'
 *
 * const { zero32, zeroAddress } = Encoding
 * const assignment = { batchDigest: zero32, executor: zeroAddress, verifier: zeroAddress, index: 3, level: 0 }
 * const commitment = Reexecution.commit(assignment, '0x01', zero32)
 * const reveal = { ...assignment, content: '0x01', salt: zero32, claim: 'agrees' } as const
 * Reexecution.opens(commitment, reveal) // true
 * Reexecution.opens(commitment, { ...reveal, content: '0x02' }) // false
 * ```
 */
export function opens(commitment: Hex, reveal: Reveal): boolean {
  fromHex(commitment, 'commitment', 32)
  const { content, salt } = assertObject(reveal, 'reveal')
  return commit(reveal, content, salt) === commitment
}

/**
 * The assignment alone, out of any message that carries it.
 *
 * @throws InvalidInputError if it is no object.
 * @example
 * ```ts
 * import { Encoding, Reexecution } from '@spotcheck/core'
 *
 * const { zero32, zeroAddress } = Encoding
 * const assignment = { batchDigest: zero32, executor: zeroAddress, verifier: zeroAddress, index: 3, level: 0 }
 * const refusal = { ...assignment, reason: 'no memory' }
 * Reexecution.assignmentOf(refusal).index // 3
 * 'reason' in Reexecution.assignmentOf(refusal) // false
 * ```
 */
export function assignmentOf(message: Assignment): Assignment {
  const { batchDigest, executor, verifier, index, level } = assertObject(message, 'message')
  return { batchDigest, executor, verifier, index, level }
}

/** A commitment, reveal or refusal that is malformed. */
export class InvalidReexecutionError extends BaseError {
  override name = 'Reexecution.InvalidReexecutionError'
}
