/** The form of every message of a round: kinds, fields, ranges and sizes. */
import * as z from 'zod'
import * as Answer from '../Answer.js'
import * as Canary from '../Canary.js'
import * as Checkpoint from '../Checkpoint.js'
import * as Commitment from '../Commitment.js'
import * as Disclosure from '../Disclosure.js'
import * as Dispute from '../Dispute.js'
import { type Address, assertObject, assertOneOf, type Hex } from '../Encoding.js'
import { BaseError } from '../Errors.js'
import * as Opening from '../Opening.js'
import * as Receipt from '../Receipt.js'
import * as Reexecution from '../Reexecution.js'
import * as Schema from '../Schema.js'
import type * as TypedData from '../TypedData.js'
import * as Voucher from '../Voucher.js'

/** A panel member's commitment to a secret, before the batches close. */
export type BeaconCommit = Readonly<{ paramsHash: Hex; member: Address; epoch: number; level: number; commitment: Hex }>
/** The secret, after the batches have closed. */
export type BeaconReveal = Readonly<{ paramsHash: Hex; member: Address; epoch: number; level: number; secret: Hex }>

/** The body of each kind of message. */
export type Bodies = Readonly<{
  receipt: Receipt.Receipt
  voucher: Voucher.Voucher
  checkpoint: Checkpoint.Checkpoint
  batch: Commitment.Batch
  inclusion: Answer.Inclusion
  consistency: Answer.Consistency
  'beacon-commit': BeaconCommit
  'beacon-reveal': BeaconReveal
  disclosure: Disclosure.Disclosure
  'verifier-commitment': Reexecution.Commitment
  indeterminate: Reexecution.Indeterminate
  opening: Opening.Opening
  reveal: Reexecution.Reveal
  leak: Reexecution.Leak
  canary: Canary.Canary
  appeal: Dispute.Appeal
  ruling: Dispute.Ruling
}>

/** Which message. */
export type Kind = keyof Bodies

/** A body with its kind, before it is signed. */
export type Unsigned<K extends Kind = Kind> = K extends Kind ? Readonly<{ kind: K; body: Bodies[K] }> : never

/** A message on the wire. The signature is r || s || v over the EIP-712 digest of the body. */
export type Envelope<K extends Kind = Kind> = Unsigned<K> & Readonly<{ version: 1; signature: Hex }>

const beacon = {
  paramsHash: Schema.bytes32,
  member: Schema.address,
  epoch: Schema.integer(0, 2 ** 32),
  level: Schema.integer(0, 255),
}

export const kinds: { readonly [K in Kind]: Readonly<{ schema: z.ZodType<Bodies[K]>; struct: TypedData.Name }> } = {
  receipt: { schema: Receipt.schema, struct: 'Receipt' },
  voucher: { schema: Voucher.schema, struct: 'Voucher' },
  checkpoint: { schema: Checkpoint.schema, struct: 'Checkpoint' },
  batch: { schema: Commitment.batchSchema, struct: 'Batch' },
  inclusion: { schema: Answer.inclusionSchema, struct: 'Inclusion' },
  consistency: { schema: Answer.consistencySchema, struct: 'Consistency' },
  'beacon-commit': { schema: z.strictObject({ ...beacon, commitment: Schema.bytes32 }), struct: 'BeaconCommit' },
  'beacon-reveal': { schema: z.strictObject({ ...beacon, secret: Schema.bytes32 }), struct: 'BeaconReveal' },
  disclosure: { schema: Disclosure.schema, struct: 'Disclosure' },
  'verifier-commitment': { schema: Reexecution.commitmentSchema, struct: 'VerifierCommitment' },
  indeterminate: { schema: Reexecution.indeterminateSchema, struct: 'Indeterminate' },
  opening: { schema: Opening.schema, struct: 'Opening' },
  reveal: { schema: Reexecution.revealSchema, struct: 'Reveal' },
  leak: { schema: Reexecution.leakSchema, struct: 'Leak' },
  canary: { schema: Canary.schema, struct: 'Canary' },
  appeal: { schema: Dispute.appealSchema, struct: 'Appeal' },
  ruling: { schema: Dispute.rulingSchema, struct: 'Ruling' },
}

/** Every kind. */
export const names: readonly Kind[] = Object.keys(kinds) as Kind[]

const envelope = z.strictObject({
  version: z.literal(1, { error: '1, the only version yet' }),
  kind: Schema.oneOf(...names),
  body: z.unknown(),
  signature: Schema.signature,
})

/**
 * Decodes an envelope, checking form, ranges and sizes before anything is computed.
 *
 * @throws MalformedMessageError naming the field, its value, the rule and the fix.
 * @example
 * ```ts
 * import { Message } from '@spotcheck/core'
 *
 * try {
 *   Message.decode({ version: 1, kind: 'rumour' })
 * } catch (error) {
 *   if (error instanceof Message.MalformedMessageError) console.log(error.subject) // 'message.kind'
 * }
 * ```
 */
export function decode(value: unknown): Envelope {
  const { version, kind, body, signature } = Schema.parse(envelope, value, 'message', MalformedMessageError)
  return { version, ...unsigned({ kind, body } as Unsigned), signature }
}

/** The message with its body decoded: what it has no form for is not signed either. */
export function unsigned<K extends Kind>(message: Unsigned<K>): Unsigned<K> {
  const { kind, body } = assertObject(message, 'message')
  const { schema } = kinds[assertOneOf<Kind>(kind, 'message.kind', names)]
  const decoded = Schema.parse<Bodies[Kind]>(schema as z.ZodType<Bodies[Kind]>, body, kind, MalformedMessageError)
  return { kind, body: decoded } as Unsigned<K>
}

/** A message that does not decode. */
export class MalformedMessageError extends BaseError {
  override name = 'Message.MalformedMessageError'
}
