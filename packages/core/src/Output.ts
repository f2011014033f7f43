/**
 * What an executor produces: canonical bytes and numeric evidence, committed to separately because they are opened at
 * different times (protocol.md, section 2).
 *
 * @module
 */
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import * as z from 'zod'
import {
  type Address,
  assertBytes,
  assertObject,
  assertOneOf,
  concat,
  fromHex,
  type Hex,
  toHex,
  uint,
} from './Encoding.js'
import { BaseError } from './Errors.js'
import { keccak256, tagged } from './Hash.js'
import * as Protocol from './Protocol.js'
import * as Schema from './Schema.js'
import * as TypedData from './TypedData.js'

/** Canonical result bytes, and what a comparator needs (empty where bytes alone decide). */
export type Output = Readonly<{ bytes: Hex; evidence: Hex }>

/** Largest input, output and evidence of a task, bytes each: more could be neither disclosed nor opened. */
export const maxBytes: number = 1 << 20

/** Schema of {@link Output}. */
export const schema: z.ZodType<Output> = z.strictObject({
  bytes: Schema.bytes(maxBytes),
  evidence: Schema.bytes(maxBytes),
})

/** Salts of the two commitments, 32 bytes each. */
export type Salts = Readonly<{ bytes: Hex; evidence: Hex }>

/**
 * Decodes an output, e.g. what a model answered.
 *
 * @throws InvalidOutputError naming the field, the value, the rule and the fix.
 * @example
 * ```ts
 * import { Output } from '@spotcheck/core'
 *
 * Output.from({ bytes: '0x01', evidence: '0x' }).bytes // '0x01'
 * ```
 */
export function from(value: unknown): Output {
  return Schema.parse(schema, value, 'output', InvalidOutputError)
}

/**
 * `tagged("bytes" | "evidence", keccak256(content) || salt)`, 32 bytes: hides the content for as long as the salt is secret.
 *
 * @throws InvalidInputError if the content is not canonical hex or the salt not 32 bytes.
 * @see protocol.md, Bytes
 * @example
 * ```ts
 * import { Encoding, Output } from '@spotcheck/core'
 *
 * const commitment = Output.commit('bytes', '0x01', Encoding.zero32)
 * commitment === Output.commit('bytes', '0x01', Encoding.zero32) // true
 * commitment === Output.commit('evidence', '0x01', Encoding.zero32) // false
 * ```
 */
export function commit(part: 'bytes' | 'evidence', content: Hex, salt: Hex): Hex {
  const tag = assertOneOf(part, 'part', ['bytes', 'evidence'])
  const digest = keccak256(fromHex(content, part))
  return toHex(tagged(tag, concat(digest, fromHex(salt, 'salt', 32))))
}

/** What a salt is for; together with the secret it determines the salt. */
export type SaltContext = Readonly<{
  protocol: Protocol.Protocol
  executor: Address
  epoch: number
  index: number
  taskId: Hex
}>

/** Which salt: of the bytes, of the evidence, or of the batch's hiding canary root. */
export const parts: Readonly<Record<'bytes' | 'evidence' | 'canary', number>> = { bytes: 0, evidence: 1, canary: 2 }

/**
 * A salt, HKDF-SHA256 from a dedicated 32-byte secret: the same after a crash, and unguessable without the secret, so
 * that a low-entropy output can't be guessed from its leaf.
 *
 * `info = domainSeparator || paramsHash || executor || u64 epoch || u64 index || taskId || u8 part`, with the salt
 * "spotcheck/v1/salt": no two leaves, parts, epochs, executors, parameters or chains share one.
 *
 * @throws InvalidInputError if the secret is not 32 bytes or the context malformed.
 * @see RFC 5869; protocol.md, Bytes
 * @example
 * ```ts
 * import { Encoding, Output, Protocol } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const place = { executor: Encoding.zeroAddress, epoch: 0, index: 0, taskId: Encoding.zero32 }
 * const secret = new Uint8Array(32).fill(7) // keep it secret, and use it for nothing else
 * const salts = Output.salts(secret, { protocol, ...place })
 * salts.bytes !== salts.evidence // true
 * ```
 */
export function salt(secret: Uint8Array, context: SaltContext, part: keyof typeof parts): Hex {
  const { protocol, executor, epoch, index, taskId } = assertObject(context, 'context')
  const info = concat(
    separator(protocol),
    fromHex(Protocol.hash(protocol)),
    fromHex(executor, 'executor', 20),
    uint(epoch, 8, 'epoch'),
    uint(index, 8, 'index'),
    fromHex(taskId, 'taskId', 32),
    uint(parts[assertOneOf(part, 'part', ['bytes', 'evidence', 'canary'])], 1),
  )
  return toHex(hkdf(sha256, assertBytes(secret, 'secret', 32), SALT, info, 32))
}

const SALT = utf8ToBytes('spotcheck/v1/salt')
const separators = new WeakMap<Protocol.Protocol, Uint8Array>()

/** The domain separator, computed once per parameters: a batch asks for it twice a leaf. */
function separator(protocol: Protocol.Protocol): Uint8Array {
  const known = separators.get(protocol)
  if (known !== undefined) return known
  const made = fromHex(TypedData.domainSeparator(Protocol.domain(protocol)))
  if (Object.isFrozen(protocol)) separators.set(protocol, made)
  return made
}

/**
 * Both salts of a leaf, as {@link salt}.
 *
 * @throws InvalidInputError
 * @example
 * ```ts
 * import { Encoding, Output, Protocol } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const context = {
 *   protocol: Protocol.from(testParameters),
 *   executor: Encoding.zeroAddress,
 *   epoch: 0,
 *   index: 3,
 *   taskId: Encoding.zero32,
 * }
 * const secret = new Uint8Array(32).fill(7) // 32 random bytes, in earnest
 * const salts = Output.salts(secret, context)
 * salts.bytes === Output.salt(secret, context, 'bytes') // true
 * salts.bytes === salts.evidence // false
 * ```
 */
export function salts(secret: Uint8Array, context: SaltContext): Salts {
  return { bytes: salt(secret, context, 'bytes'), evidence: salt(secret, context, 'evidence') }
}

/** An output that is malformed, or too large to be opened. */
export class InvalidOutputError extends BaseError {
  override name = 'Output.InvalidOutputError'
}
