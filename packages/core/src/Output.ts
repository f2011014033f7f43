/**
 * What an executor produces: canonical bytes and numeric evidence, committed to separately because they are opened at
 * different times (protocol.md, section 2).
 *
 * @module
 */
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { type Address, assertBytes, concat, fromHex, type Hex, toHex, uint } from './Encoding.js'
import { keccak256, tagged } from './Hash.js'
import * as Protocol from './Protocol.js'
import * as TypedData from './TypedData.js'

/** Canonical result bytes, and what a comparator needs (empty where bytes alone decide). */
export type Output = Readonly<{ bytes: Hex; evidence: Hex }>

/** Salts of the two commitments, 32 bytes each. */
export type Salts = Readonly<{ bytes: Hex; evidence: Hex }>

/** `tagged("bytes" | "evidence", keccak256(content) || salt)`, 32 bytes. */
export function commit(part: 'bytes' | 'evidence', content: Hex, salt: Hex): Hex {
  const digest = keccak256(fromHex(content, part))
  return toHex(tagged(part, concat(digest, fromHex(salt, 'salt', 32))))
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
 * that a low-entropy output can't be guessed from its leaf (RFC 5869; layout: protocol.md, "Bytes").
 *
 * @throws InvalidInputError if the secret is not 32 bytes.
 */
export function salt(secret: Uint8Array, context: SaltContext, part: keyof typeof parts): Hex {
  const { executor, epoch, index, taskId } = context
  const info = concat(
    namespace(context.protocol),
    fromHex(executor, 'executor', 20),
    uint(epoch, 8, 'epoch'),
    uint(index, 8, 'index'),
    fromHex(taskId, 'taskId', 32),
    uint(parts[part], 1),
  )
  return toHex(hkdf(sha256, assertBytes(secret, 'secret', 32), SALT, info, 32))
}

const SALT = utf8ToBytes('spotcheck/v1/salt')
const namespaces = new WeakMap<Protocol.Protocol, Uint8Array>()

/** domainSeparator || paramsHash, computed once per parameters. */
function namespace(protocol: Protocol.Protocol): Uint8Array {
  const known = namespaces.get(protocol)
  if (known !== undefined) return known
  const separator = TypedData.domainSeparator(Protocol.domain(protocol))
  const made = concat(fromHex(separator), fromHex(Protocol.hash(protocol)))
  if (Object.isFrozen(protocol)) namespaces.set(protocol, made)
  return made
}

/** Both salts of a leaf. */
export function salts(secret: Uint8Array, context: SaltContext): Salts {
  return { bytes: salt(secret, context, 'bytes'), evidence: salt(secret, context, 'evidence') }
}
