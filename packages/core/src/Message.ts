/**
 * Everything that a party signs and sends, and the one way in: {@link authenticate} decodes with limits, recovers the
 * signer, and is the only maker of what `Round.step` accepts.
 *
 * @module
 */
import { z } from 'zod'
import * as Commitment from './Commitment.js'
import * as Disclosure from './Disclosure.js'
import type { Address, Hex } from './Encoding.js'
import { BaseError } from './Errors.js'
import * as Opening from './Opening.js'
import * as Protocol from './Protocol.js'
import * as Reexecution from './Reexecution.js'
import * as Schema from './Schema.js'
import * as Task from './Task.js'
import * as TypedData from './TypedData.js'

/** A panel member's commitment to a secret, before the batches close. */
export type BeaconCommit = Readonly<{ paramsHash: Hex; member: Address; epoch: number; level: number; commitment: Hex }>
/** The secret, after the batches have closed. */
export type BeaconReveal = Readonly<{ paramsHash: Hex; member: Address; epoch: number; level: number; secret: Hex }>

/** The body of each kind of message. */
export type Bodies = Readonly<{
  batch: Commitment.Batch
  'beacon-commit': BeaconCommit
  'beacon-reveal': BeaconReveal
  disclosure: Disclosure.Disclosure
  'verifier-commitment': Reexecution.Commitment
  indeterminate: Reexecution.Indeterminate
  opening: Opening.Opening
  reveal: Reexecution.Reveal
}>

/** Which message. */
export type Kind = keyof Bodies

/** A body with its kind, before it is signed. */
export type Unsigned<K extends Kind = Kind> = { [T in K]: Readonly<{ kind: T; body: Bodies[T] }> }[K]

/** A message on the wire. The signature is r || s || v over the EIP-712 digest of the body. */
export type Envelope<K extends Kind = Kind> = Unsigned<K> & Readonly<{ version: 1; signature: Hex }>

declare const brand: unique symbol

/** A message whose signer is known. Only {@link authenticate} makes one. */
export type Authenticated<K extends Kind = Kind> = Unsigned<K> &
  Readonly<{
    signer: Address
    /** Who signed the task inside a disclosure; null if nobody can have. */
    taskSigner: Address | null
    [brand]: true
  }>

/** Recovers signers: secp256k1 in production, something cheap in simulations (see `memory`). */
export type Authenticator = Readonly<{
  /** Who signed the definition; null for a signature that is malformed or not canonical (high s). */
  recover(definition: TypedData.Definition, signature: Hex): Promise<Address | null>
}>

/** Signs typed data. Every viem account is one. */
export type Signer = Readonly<{
  address: Hex
  signTypedData(definition: TypedData.Definition): Promise<Hex>
}>

const beacon = {
  paramsHash: Schema.bytes32,
  member: Schema.address,
  epoch: Schema.integer(0, 2 ** 32),
  level: Schema.integer(0, 1),
}

const kinds: { readonly [K in Kind]: Readonly<{ schema: z.ZodType<Bodies[K]>; struct: TypedData.Name }> } = {
  batch: { schema: Commitment.batchSchema, struct: 'Batch' },
  'beacon-commit': { schema: z.strictObject({ ...beacon, commitment: Schema.bytes32 }), struct: 'BeaconCommit' },
  'beacon-reveal': { schema: z.strictObject({ ...beacon, secret: Schema.bytes32 }), struct: 'BeaconReveal' },
  disclosure: { schema: Disclosure.schema, struct: 'Disclosure' },
  'verifier-commitment': { schema: Reexecution.commitmentSchema, struct: 'VerifierCommitment' },
  indeterminate: { schema: Reexecution.indeterminateSchema, struct: 'Indeterminate' },
  opening: { schema: Opening.schema, struct: 'Opening' },
  reveal: { schema: Reexecution.revealSchema, struct: 'Reveal' },
}

const envelope = z.strictObject({
  version: z.literal(1),
  kind: Schema.oneOf(...(Object.keys(kinds) as Kind[])),
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
  const schema = kinds[kind].schema as z.ZodType<Bodies[Kind]>
  return { version, kind, body: Schema.parse(schema, body, kind, MalformedMessageError), signature } as Envelope
}

/** The typed data that the sender's operator key signs. */
export function definition({ kind, body }: Unsigned, protocol: Protocol.Protocol): TypedData.Definition {
  return TypedData.definition(Protocol.domain(protocol), kinds[kind].struct, body)
}

/** Signs a message. */
export async function sign<K extends Kind>(
  message: Unsigned<K>,
  protocol: Protocol.Protocol,
  signer: Signer,
): Promise<Envelope<K>> {
  const signature = await signer.signTypedData(definition(message as Unsigned, protocol))
  return { version: 1, ...message, signature }
}

/** Who answers for a message: its operator key must have signed it. */
export function sender(message: Unsigned): Address {
  const { body } = message
  if ('member' in body) return body.member
  return 'verifier' in body ? body.verifier : body.executor
}

const authentic = new WeakSet<object>()

/**
 * Decodes a message and recovers who signed it. Whether that key may speak for the sender is Round's to judge.
 *
 * @throws MalformedMessageError if it does not decode, InvalidSignatureError if the signature is no canonical one.
 */
export async function authenticate(
  value: unknown,
  protocol: Protocol.Protocol,
  authenticator: Authenticator,
): Promise<Authenticated> {
  const message = decode(value)
  const signer = await authenticator.recover(definition(message, protocol), message.signature)
  if (signer === null) throw invalidSignature(message.signature)
  const taskSigner = message.kind === 'disclosure' ? await recoverTask(message.body, protocol, authenticator) : null
  const { kind, body } = message
  const made = Object.freeze({ kind, body, signer, taskSigner }) as Authenticated
  authentic.add(made)
  return made
}

async function recoverTask(
  { task, taskSignature }: Disclosure.Disclosure,
  protocol: Protocol.Protocol,
  authenticator: Authenticator,
): Promise<Address | null> {
  return authenticator.recover(Task.definition(task, protocol), taskSignature)
}

/** Did {@link authenticate} make this value? */
export function isAuthenticated(value: unknown): value is Authenticated {
  return typeof value === 'object' && value !== null && authentic.has(value)
}

function invalidSignature(signature: Hex): InvalidSignatureError {
  return new InvalidSignatureError('the signature is not canonical.', {
    subject: 'signature',
    value: signature,
    rule: 'secp256k1 r || s || v with s in the lower half and v 27 or 28',
    fix: 'sign the typed data of Message.definition with the operator key',
    see: 'protocol.md, Commitment',
  })
}

/** A message that does not decode. */
export class MalformedMessageError extends BaseError {
  override name = 'Message.MalformedMessageError'
}

/** A signature that no key can have made, or not in its one canonical form. */
export class InvalidSignatureError extends BaseError {
  override name = 'Message.InvalidSignatureError'
}
