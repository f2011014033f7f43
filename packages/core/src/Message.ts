/**
 * Everything that a party signs and sends, and the one way in: {@link authenticate} decodes with limits, recovers the
 * signer, and is the only maker of what `Round.step` accepts.
 *
 * @module
 */
import * as Canary from './Canary.js'
import { type Address, assertObject, assertOneOf, type Hex } from './Encoding.js'
import { BaseError, InvalidInputError } from './Errors.js'
import { type Bodies, decode, type Envelope, type Kind, kinds, names, type Unsigned, unsigned } from './Message/Form.js'
import * as Protocol from './Protocol.js'
import * as Schema from './Schema.js'
import * as Task from './Task.js'
import * as TypedData from './TypedData.js'

export * as Files from './Message/Files.js'
export {
  type BeaconCommit,
  type BeaconReveal,
  type Bodies,
  decode,
  type Envelope,
  type Kind,
  MalformedMessageError,
  type Unsigned,
} from './Message/Form.js'
export {
  encode,
  encodeBytes,
  type Limits,
  maxBytes,
  type Paper,
  type PaperKind,
  type Papers,
  parse,
  type Wire,
} from './Message/Wire.js'

declare const brand: unique symbol

/** A message whose signer is known. Only {@link authenticate} makes one. */
export type Authenticated<K extends Kind = Kind> = Unsigned<K> &
  Readonly<{
    signer: Address
    /** Who signed the task inside a disclosure, or the warrant inside a canary; null if nobody can have. */
    innerSigner: Address | null
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

/**
 * The typed data that the sender's operator key signs.
 *
 * @throws InvalidInputError if there is no such kind, InvalidProtocolError if `protocol` is none.
 * @example
 * ```ts
 * import { Encoding, Message, Protocol } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const member = Encoding.zeroAddress
 * const body = { paramsHash: Encoding.zero32, member, epoch: 0, level: 0, secret: Encoding.zero32 }
 * const { primaryType } = Message.definition({ kind: 'beacon-reveal', body }, Protocol.from(testParameters))
 * primaryType // 'BeaconReveal'
 * ```
 */
export function definition(message: Unsigned, protocol: Protocol.Protocol): TypedData.Definition {
  const { kind, body } = assertObject(message, 'message')
  const { struct } = kinds[assertOneOf(kind, 'message.kind', names)]
  return TypedData.definition(Protocol.domain(protocol), struct, body)
}

/**
 * Signs a message.
 *
 * @throws MalformedMessageError if the body would not decode: nobody should sign what nobody reads; InvalidSignatureError
 * if the signer's answer has not the form of a signature.
 * @example
 * ```ts
 * import { Encoding, Message, Protocol } from '@spotcheck/core'
 * import { secp256k1 } from '@spotcheck/core/viem'
 * import { testParameters } from '@spotcheck/core/memory'
 * import { privateKeyToAccount } from 'viem/accounts'
 *
 * const protocol = Protocol.from(testParameters)
 * const operator = privateKeyToAccount(`0x${'42'.repeat(32)}`)
 * const member: Encoding.Address = `0x${'a1'.repeat(20)}`
 * const body = { paramsHash: Protocol.hash(protocol), member, epoch: 0, level: 0, secret: Encoding.zero32 }
 * const envelope = await Message.sign({ kind: 'beacon-reveal', body }, protocol, operator)
 *
 * const wire = Message.encodeBytes(envelope)
 * const received = await Message.authenticate(Message.parse(wire), protocol, secp256k1)
 * received.signer === operator.address.toLowerCase() // true
 * ```
 */
export async function sign<K extends Kind>(
  message: Unsigned<K>,
  protocol: Protocol.Protocol,
  signer: Signer,
): Promise<Envelope<K>> {
  const { kind, body } = unsigned(message)
  const { signTypedData } = assertObject(signer, 'signer')
  if (typeof signTypedData !== 'function') throw notASigner(signer)
  const signature = await signer.signTypedData(definition({ kind, body } as Unsigned, protocol))
  if (!Schema.accepts(Schema.signature, signature)) throw invalidSignature(signature)
  return { version: 1, kind, body, signature } as unknown as Envelope<K>
}

/**
 * Who answers for a message: its operator key must have signed it; a voucher's client by its task key.
 *
 * @throws InvalidInputError if it has no body.
 * @example
 * ```ts
 * import { Encoding, Message } from '@spotcheck/core'
 *
 * const member = Encoding.zeroAddress
 * const body = { paramsHash: Encoding.zero32, member, epoch: 0, level: 0, secret: Encoding.zero32 }
 * Message.sender({ kind: 'beacon-reveal', body }) === member // true
 * ```
 */
export function sender(message: Unsigned): Address {
  const body = assertObject(assertObject(message, 'message').body, 'message.body')
  if ('member' in body) return body.member
  if ('cumulative' in body) return body.client
  if ('reporter' in body) return body.reporter
  if ('party' in body) return body.party
  if ('arbiter' in body) return body.arbiter
  return 'verifier' in body ? body.verifier : body.executor
}

const authentic = new WeakSet<object>()

/**
 * Decodes a message and recovers who signed it. Whether that key may speak for the sender is Round's to judge.
 *
 * The result is frozen all the way down, and {@link isAuthenticated} knows it by identity.
 *
 * @throws MalformedMessageError if it does not decode, InvalidSignatureError if the signature is no canonical one.
 * @example
 * ```ts
 * import { Encoding, Message, Protocol } from '@spotcheck/core'
 * import { cheapAuthenticator, cheapSigner, testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const member: Encoding.Address = `0x${'a1'.repeat(20)}`
 * const body = { paramsHash: Protocol.hash(protocol), member, epoch: 0, level: 0, secret: Encoding.zero32 }
 * const envelope = await Message.sign({ kind: 'beacon-reveal', body }, protocol, cheapSigner(member))
 * const received = await Message.authenticate(envelope, protocol, cheapAuthenticator)
 * received.signer === member // true
 * Message.isAuthenticated(received) // true
 * Message.isAuthenticated({ ...received }) // false
 * ```
 */
export function authenticate<K extends Kind>(
  value: Readonly<{ version: 1; kind: K; body: Bodies[K]; signature: Hex }>,
  protocol: Protocol.Protocol,
  authenticator: Authenticator,
): Promise<Authenticated<K>>
export function authenticate(
  value: unknown,
  protocol: Protocol.Protocol,
  authenticator: Authenticator,
): Promise<Authenticated>
export async function authenticate(
  value: unknown,
  protocol: Protocol.Protocol,
  authenticator: Authenticator,
): Promise<Authenticated> {
  const message = decode(value)
  if (typeof assertObject(authenticator, 'authenticator').recover !== 'function')
    throw notAnAuthenticator(authenticator)
  const signer = await authenticator.recover(definition(message, protocol), message.signature)
  if (signer === null) throw invalidSignature(message.signature)
  const innerSigner = await recoverInner(message, protocol, authenticator)
  const { kind, body } = message
  const made = Schema.freeze({ kind, body, signer, innerSigner }) as Authenticated
  authentic.add(made)
  return made
}

async function recoverInner(
  { kind, body }: Unsigned,
  protocol: Protocol.Protocol,
  authenticator: Authenticator,
): Promise<Address | null> {
  if (kind === 'disclosure') return authenticator.recover(Task.definition(body.task, protocol), body.taskSignature)
  if (kind !== 'canary') return null
  return authenticator.recover(Canary.definition(body.warrant, protocol), body.warrantSignature)
}

/**
 * Did {@link authenticate} make this value?
 *
 * @example
 * ```ts
 * import { Message } from '@spotcheck/core'
 *
 * Message.isAuthenticated({ kind: 'batch', body: {} }) // false
 * ```
 */
export function isAuthenticated(value: unknown): value is Authenticated {
  return typeof value === 'object' && value !== null && authentic.has(value)
}

function notASigner(value: unknown): InvalidInputError {
  return new InvalidInputError('signer can’t sign.', {
    subject: 'signer',
    value,
    rule: 'an object with signTypedData',
    fix: 'pass a viem account, e.g. privateKeyToAccount(key)',
  })
}

function notAnAuthenticator(value: unknown): InvalidInputError {
  return new InvalidInputError('authenticator can’t recover signers.', {
    subject: 'authenticator',
    value,
    rule: 'an object with recover',
    fix: 'pass secp256k1 of @spotcheck/core/viem',
  })
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

/** A signature that no key can have made, or not in its one canonical form. */
export class InvalidSignatureError extends BaseError {
  override name = 'Message.InvalidSignatureError'
}
