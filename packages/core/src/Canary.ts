/**
 * Canaries: tasks whose executor is allowed, by a warrant that a staked dealer signed before, to commit to a wrong output.
 * They catch verifiers that agree without looking (protocol.md, "Sample").
 *
 * Every batch commits to its list of warrants by `canaryRoot`, hidden by a salt, so that a batch without any looks the
 * same, and none can be written after the sample is known.
 *
 * @module
 */
import * as z from 'zod'
import { type Address, assertInteger, assertList, assertObject, concat, fromHex, type Hex, toHex } from './Encoding.js'
import { BaseError } from './Errors.js'
import { tagged } from './Hash.js'
import * as Protocol from './Protocol.js'
import * as Schema from './Schema.js'
import * as TypedData from './TypedData.js'
import * as Wad from './Wad.js'

/** A dealer's permission for one wrong output; its operator key signs it. */
export type Warrant = Readonly<{
  paramsHash: Hex
  dealer: Address
  executor: Address
  epoch: number
  /** The task, ordered through a fresh client of the dealer's. */
  taskId: Hex
  /** 32 bytes of the dealer's choosing: without them nobody can tell from its digest what a warrant is for. */
  salt: Hex
}>

/** What the executor shows of a sampled leaf that is a canary: the warrant, and that the batch committed to it. */
export type Canary = Readonly<{
  batchDigest: Hex
  executor: Address
  index: number
  warrant: Warrant
  warrantSignature: Hex
  /** Digests of all warrants of the batch, ascending. */
  warrants: readonly Hex[]
  /** 32 bytes: what hid them. */
  salt: Hex
}>

/** Most warrants of one batch. */
export const maxWarrants: number = 1 << 16

/** Schema of {@link Warrant}. */
export const warrantSchema: z.ZodType<Warrant> = z.strictObject({
  paramsHash: Schema.bytes32,
  dealer: Schema.address,
  executor: Schema.address,
  epoch: Schema.integer(0, 2 ** 32),
  taskId: Schema.bytes32,
  salt: Schema.bytes32,
})

/** Schema of {@link Canary}. */
export const schema: z.ZodType<Canary> = z.strictObject({
  batchDigest: Schema.bytes32,
  executor: Schema.address,
  index: Schema.integer(),
  warrant: warrantSchema,
  warrantSignature: Schema.signature,
  warrants: Schema.list(Schema.bytes32, 1, maxWarrants),
  salt: Schema.bytes32,
})

/**
 * Decodes a warrant.
 *
 * @throws InvalidWarrantError naming the field, the value, the rule and the fix.
 * @example
 * ```ts
 * import { Canary, Encoding } from '@spotcheck/core'
 *
 * const { zero32, zeroAddress } = Encoding
 * const warrant = { paramsHash: zero32, dealer: zeroAddress, executor: zeroAddress, epoch: 3, taskId: zero32, salt: zero32 }
 * Canary.from(warrant).epoch // 3
 * ```
 */
export function from(value: unknown): Warrant {
  return Schema.parse(warrantSchema, value, 'warrant', InvalidWarrantError)
}

/**
 * The typed data that the dealer's operator key signs:
 * `Warrant(bytes32 paramsHash,address dealer,address executor,uint64 epoch,bytes32 taskId,bytes32 salt)`.
 *
 * @throws InvalidWarrantError if the warrant is malformed, InvalidProtocolError if `protocol` is none.
 * @example
 * ```ts
 * import { Canary, Encoding, Protocol } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const { zero32, zeroAddress } = Encoding
 * const warrant = { paramsHash: zero32, dealer: zeroAddress, executor: zeroAddress, epoch: 3, taskId: zero32, salt: zero32 }
 * Canary.definition(warrant, Protocol.from(testParameters)).primaryType // 'Warrant'
 * ```
 */
export function definition(warrant: Warrant, protocol: Protocol.Protocol): TypedData.Definition {
  return TypedData.definition(Protocol.domain(protocol), 'Warrant', from(warrant))
}

/**
 * EIP-712 signing digest of a warrant, 32 bytes: how a batch lists it.
 *
 * @throws InvalidWarrantError if the warrant is malformed, InvalidProtocolError if `protocol` is none.
 * @example
 * ```ts
 * import { Canary, Encoding, Protocol } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const { zero32, zeroAddress } = Encoding
 * const warrant = { paramsHash: zero32, dealer: zeroAddress, executor: zeroAddress, epoch: 3, taskId: zero32, salt: zero32 }
 * Canary.digest(warrant, Protocol.from(testParameters)).length // 66
 * ```
 */
export function digest(warrant: Warrant, protocol: Protocol.Protocol): Hex {
  return TypedData.digestOf(definition(warrant, protocol))
}

/**
 * `tagged("canaries", salt || digests)`, the digests ascending: 32 bytes that say nothing without the salt, for any number
 * of warrants, none included.
 *
 * @throws InvalidInputError if an argument is malformed.
 * @see protocol.md, Bytes
 * @example
 * ```ts
 * import { Canary, Encoding } from '@spotcheck/core'
 *
 * const salt = Encoding.toHex(new Uint8Array(32).fill(7))
 * Canary.root([], salt).length // 66
 * ```
 */
export function root(digests: readonly Hex[], salt: Hex): Hex {
  const sorted = [...assertList(digests, 'digests', maxWarrants)].sort()
  const parts = sorted.map((one) => fromHex(one, 'digests', 32))
  return toHex(tagged('canaries', concat(fromHex(salt, 'salt', 32), ...parts)))
}

/**
 * Most canaries that a batch of `count` leaves may have: `floor(canaryRate · count)`.
 *
 * @throws InvalidInputError if an argument is malformed.
 * @example
 * ```ts
 * import { Canary } from '@spotcheck/core'
 *
 * Canary.most(20_000_000_000_000_000n, 199) // 3
 * ```
 */
export function most(canaryRate: bigint, count: number): number {
  return Number(Wad.mulDown(BigInt(assertInteger(count, 'count')), canaryRate))
}

/** Why a canary counts for nothing. */
export type Flaw = 'not-listed' | 'not-committed' | 'too-many' | 'another-place' | 'not-dealt'

/** What a canary is checked against. */
export type Context = Readonly<{
  protocol: Protocol.Protocol
  epoch: number
  /** Of the signed batch. */
  canaryRoot: Hex
  /** Leaves of the batch. */
  count: number
  /** The task of the leaf that is said to be a canary. */
  taskId: Hex
  /** Did the operator key of a registered dealer sign the warrant? */
  isDealt: boolean
}>

/**
 * Checks a canary against the signed batch: `undefined` if it holds, otherwise the first thing that is wrong. Warrants
 * that the batch did not commit to, or more of them than its rate allows, are void, all of them.
 *
 * @throws InvalidWarrantError if the canary is malformed, InvalidInputError if the context is.
 * @see protocol.md, section 5
 * @example
 * ```ts
 * import { Canary, Encoding, Protocol } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from({ ...testParameters, canaryRate: 100_000_000_000_000_000n })
 * const { zero32: taskId, zeroAddress: executor } = Encoding
 * const warrant = { paramsHash: Protocol.hash(protocol), dealer: executor, executor, epoch: 0, taskId, salt: taskId }
 * const warrants = [Canary.digest(warrant, protocol)]
 * const canaryRoot = Canary.root(warrants, taskId)
 * const warrantSignature: Encoding.Hex = `0x${'00'.repeat(65)}`
 * const canary = { batchDigest: taskId, executor, index: 4, warrant, warrantSignature, warrants, salt: taskId }
 *
 * const context = { protocol, epoch: 0, canaryRoot, taskId, isDealt: true }
 * Canary.flaw(canary, { ...context, count: 10 }) // undefined
 * Canary.flaw(canary, { ...context, count: 9 }) // 'too-many'
 * ```
 */
export function flaw(canary: Canary, context: Context): Flaw | undefined {
  const { executor, warrant, warrants, salt } = Schema.parse(schema, canary, 'canary', InvalidWarrantError)
  const { protocol, epoch, canaryRoot, count, taskId, isDealt } = assertObject(context, 'context')
  if (root(warrants, salt) !== canaryRoot) return 'not-committed'
  if (warrants.length > most(protocol.canaryRate, count)) return 'too-many'
  if (!warrants.includes(digest(warrant, protocol))) return 'not-listed'
  const isHere = warrant.paramsHash === Protocol.hash(protocol) && warrant.epoch === epoch
  if (!isHere || warrant.executor !== executor || warrant.taskId !== taskId) return 'another-place'
  return isDealt ? undefined : 'not-dealt'
}

/** A warrant or a canary that is malformed. */
export class InvalidWarrantError extends BaseError {
  override name = 'Canary.InvalidWarrantError'
}
