/**
 * The key by which a verifier draws in secret, registered before the epoch opens (protocol.md, section 5).
 *
 * Registered late, it could be chosen: a verifier that tries keys until one draws what it likes. Registered without proof
 * of possession, it could be somebody else's. So the registration carries a VRF proof of its own, and the verifier's
 * operator key signs it; who accepts registrations checks both ({@link holds}, the signature) and records them.
 *
 * @module
 */
import * as z from 'zod'
import {
  type Address,
  assertBytes,
  assertInteger,
  assertList,
  assertObject,
  concat,
  fromHex,
  type Hex,
  toHex,
  uint,
} from './Encoding.js'
import { BaseError } from './Errors.js'
import * as Hash from './Hash.js'
import * as Protocol from './Protocol.js'
import * as Schema from './Schema.js'
import * as TypedData from './TypedData.js'
import * as Vrf from './Vrf.js'

/** What the verifier's operator key signs. */
export type VrfKey = Readonly<{
  paramsHash: Hex
  verifier: Address
  /** 32 bytes: an Ed25519 point, canonical and not of small order. */
  publicKey: Hex
  /** First epoch in which it draws. */
  epoch: number
  /** 80 bytes: its VRF proof for `tagged("vrf-key", paramsHash || verifier || u64 epoch)`. */
  proof: Hex
}>

/** Schema of {@link VrfKey}: form and ranges; {@link holds} judges key and proof. */
export const schema: z.ZodType<VrfKey> = z.strictObject({
  paramsHash: Schema.bytes32,
  verifier: Schema.address,
  publicKey: Schema.bytes32,
  epoch: Schema.integer(0, 2 ** 32),
  proof: Schema.fixedBytes(80),
})

/**
 * Decodes a registration.
 *
 * @throws InvalidVrfKeyError naming the field, the value, the rule and the fix.
 * @example
 * ```ts
 * import { VrfKey } from '@spotcheck/core'
 *
 * try {
 *   VrfKey.from({ paramsHash: '0x' })
 * } catch (error) {
 *   if (error instanceof VrfKey.InvalidVrfKeyError) console.log(error.subject) // 'vrfKey.paramsHash'
 * }
 * ```
 */
export function from(value: unknown): VrfKey {
  return Schema.parse(schema, value, 'vrfKey', InvalidVrfKeyError)
}

/** Whose key, and from when on. */
export type IssueParameters = Readonly<{
  protocol: Protocol.Protocol
  verifier: Address
  /** First epoch in which it draws: one that has not opened. */
  epoch: number
  /** 32 bytes, drawn at random, used for nothing else. */
  secretKey: Uint8Array
}>

/**
 * The registration of a key, to be signed by the verifier's operator key.
 *
 * @throws InvalidVrfKeyError if verifier or epoch is malformed; InvalidInputError unless the key is 32 bytes;
 * InvalidProtocolError if `protocol` is none.
 * @example
 * ```ts
 * import { Encoding, Protocol, VrfKey } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const secretKey = new Uint8Array(32).fill(7) // 32 random bytes, in earnest
 * const vrfKey = VrfKey.issue({ protocol, verifier: Encoding.zeroAddress, epoch: 3, secretKey })
 * VrfKey.holds(vrfKey, protocol) // true
 * ```
 */
export function issue(parameters: IssueParameters): VrfKey {
  const { protocol, verifier, epoch, secretKey } = assertObject(parameters, 'parameters')
  const publicKey = toHex(Vrf.publicKey(assertBytes(secretKey, 'secretKey', 32)))
  const place = { paramsHash: Protocol.hash(protocol), verifier, publicKey, epoch }
  const unproven = from({ ...place, proof: `0x${'00'.repeat(80)}` })
  return { ...unproven, proof: toHex(Vrf.prove(secretKey, alpha(unproven))) }
}

/** What a registration's own proof is over: the key itself is in every evaluation (RFC 9381, section 5.4.1.1). */
function alpha({ paramsHash, verifier, epoch }: VrfKey): Uint8Array {
  return Hash.tagged('vrf-key', concat(fromHex(paramsHash), fromHex(verifier), uint(epoch, 8)))
}

/**
 * Is it a key of this network that its registrant holds? False for another network's, for a key that is not canonical or
 * of small order, and for a proof that is not that key's for this verifier and epoch. Who signed it is checked at the edge.
 *
 * @throws InvalidVrfKeyError if the registration is malformed, InvalidProtocolError if `protocol` is none.
 * @see RFC 9381, section 5.4.5
 * @example
 * ```ts
 * import { Encoding, Protocol, VrfKey } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const place = { protocol, verifier: Encoding.zeroAddress, epoch: 3 }
 * const vrfKey = VrfKey.issue({ ...place, secretKey: new Uint8Array(32).fill(7) })
 * const other = VrfKey.issue({ ...place, secretKey: new Uint8Array(32).fill(8) })
 * VrfKey.holds({ ...vrfKey, publicKey: other.publicKey }, protocol) // false
 * VrfKey.holds({ ...vrfKey, epoch: 4 }, protocol) // false
 * ```
 */
export function holds(vrfKey: VrfKey, protocol: Protocol.Protocol): boolean {
  const decoded = from(vrfKey)
  if (decoded.paramsHash !== Protocol.hash(protocol)) return false
  const [publicKey, proof] = [fromHex(decoded.publicKey), fromHex(decoded.proof)]
  return Vrf.verify({ publicKey, alpha: alpha(decoded), proof })
}

/**
 * The typed data that the verifier's operator key signs:
 * `VrfKey(bytes32 paramsHash,address verifier,bytes32 publicKey,uint64 epoch,bytes proof)`.
 *
 * @throws InvalidVrfKeyError if the registration is malformed, InvalidProtocolError if `protocol` is none.
 * @example
 * ```ts
 * import { Encoding, Protocol, VrfKey } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const secretKey = new Uint8Array(32).fill(7)
 * const vrfKey = VrfKey.issue({ protocol, verifier: Encoding.zeroAddress, epoch: 3, secretKey })
 * VrfKey.definition(vrfKey, protocol).primaryType // 'VrfKey'
 * ```
 */
export function definition(vrfKey: VrfKey, protocol: Protocol.Protocol): TypedData.Definition {
  return TypedData.definition(Protocol.domain(protocol), 'VrfKey', from(vrfKey))
}

/**
 * EIP-712 signing digest, 32 bytes.
 *
 * @throws InvalidVrfKeyError if the registration is malformed, InvalidProtocolError if `protocol` is none.
 * @example
 * ```ts
 * import { Encoding, Protocol, VrfKey } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const secretKey = new Uint8Array(32).fill(7)
 * const vrfKey = VrfKey.issue({ protocol, verifier: Encoding.zeroAddress, epoch: 3, secretKey })
 * VrfKey.digest(vrfKey, protocol).length // 66
 * ```
 */
export function digest(vrfKey: VrfKey, protocol: Protocol.Protocol): Hex {
  return TypedData.digestOf(definition(vrfKey, protocol))
}

/**
 * The key by which `verifier` draws in `epoch`: of the recorded registrations that have begun by then, the one for the
 * latest epoch, and the first recorded of several for the same. Without any it has none, and can't be of the set.
 *
 * `recorded` has only registrations that hold and are signed, each recorded before its epoch opened, in the record's order.
 *
 * @throws InvalidVrfKeyError if a registration is malformed; InvalidInputError if another argument is.
 * @example
 * ```ts
 * import { Encoding, Protocol, VrfKey } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const place = { protocol: Protocol.from(testParameters), verifier: Encoding.zeroAddress }
 * const [first, second] = [3, 7].map((epoch) =>
 *   VrfKey.issue({ ...place, epoch, secretKey: new Uint8Array(32).fill(epoch) }),
 * ) as [VrfKey.VrfKey, VrfKey.VrfKey]
 * VrfKey.current([first, second], place.verifier, 2) // undefined
 * VrfKey.current([first, second], place.verifier, 6) === first.publicKey // true
 * VrfKey.current([first, second], place.verifier, 7) === second.publicKey // true
 * ```
 */
export function current(recorded: readonly VrfKey[], verifier: Address, epoch: number): Hex | undefined {
  fromHex(verifier, 'verifier', 20)
  assertInteger(epoch, 'epoch', 0, 2 ** 32)
  let best: VrfKey | undefined
  for (const one of Array.from(assertList(recorded, 'recorded'), from))
    if (one.verifier === verifier && one.epoch <= epoch && (best === undefined || one.epoch > best.epoch)) best = one
  return best?.publicKey
}

/** A registration that is malformed. */
export class InvalidVrfKeyError extends BaseError {
  override name = 'VrfKey.InvalidVrfKeyError'
}
