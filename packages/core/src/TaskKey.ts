/**
 * The key that signs a client's tasks and vouchers, where it is not the client's own (protocol.md, section 1).
 *
 * A client that is a contract account, or that keeps its account's key cold, authorises a secp256k1 key once. Its
 * signature (EOA, ERC-1271 or ERC-6492: `verifyTaskKey` of `@spotcheck/core/viem`) is checked and recorded before the
 * epoch opens. From then on only recovery against the recorded key counts, so that nobody can revoke a signature into
 * somebody else's fault: neither by changing the contract nor by moving the account.
 *
 * `epoch` is the first epoch in which the key signs. It stays the client's key until an authorisation for a later epoch
 * is recorded; so an old one that is sent again brings no replaced key back.
 *
 * @module
 */
import * as z from 'zod'
import { type Address, assertInteger, assertList, fromHex, type Hex } from './Encoding.js'
import { BaseError } from './Errors.js'
import * as Protocol from './Protocol.js'
import * as Schema from './Schema.js'
import * as TypedData from './TypedData.js'

/** What the client's account signs. */
export type TaskKey = Readonly<{
  paramsHash: Hex
  /** The account: EOA or contract, deployed or not. */
  client: Address
  /** Address of the secp256k1 key that signs for it. */
  key: Address
  /** First epoch in which it does. */
  epoch: number
}>

/** An authorisation and the account's signature: 65 bytes of an EOA, or what ERC-1271 and ERC-6492 allow. */
export type Signed = Readonly<{ taskKey: TaskKey; signature: Hex }>

/** Longest signature of an account that is looked at, bytes: an ERC-6492 one carries the account's deployment. */
export const maxSignature: number = 1 << 16

/** Schema of {@link TaskKey}. */
export const schema: z.ZodType<TaskKey> = z.strictObject({
  paramsHash: Schema.bytes32,
  client: Schema.address,
  key: Schema.address,
  epoch: Schema.integer(0, 2 ** 32),
})

/** Schema of {@link Signed}. */
export const signedSchema: z.ZodType<Signed> = z.strictObject({
  taskKey: schema,
  signature: Schema.bytes(maxSignature),
})

/**
 * Decodes an authorisation.
 *
 * @throws InvalidTaskKeyError naming the field, the value, the rule and the fix.
 * @example
 * ```ts
 * import { Encoding, TaskKey } from '@spotcheck/core'
 *
 * const client = `0x${'c1'.repeat(20)}`
 * const key = `0x${'d1'.repeat(20)}`
 * TaskKey.from({ paramsHash: Encoding.zero32, client, key, epoch: 3 }).epoch // 3
 * ```
 */
export function from(value: unknown): TaskKey {
  return Schema.parse(schema, value, 'taskKey', InvalidTaskKeyError)
}

/**
 * Decodes a signed authorisation, with a limit on its signature.
 *
 * @throws InvalidTaskKeyError naming the field, the value, the rule and the fix.
 * @example
 * ```ts
 * import { TaskKey } from '@spotcheck/core'
 *
 * try {
 *   TaskKey.signedFrom({ taskKey: {}, signature: '0x' })
 * } catch (error) {
 *   if (error instanceof TaskKey.InvalidTaskKeyError) console.log(error.subject) // 'signed.taskKey.paramsHash'
 * }
 * ```
 */
export function signedFrom(value: unknown): Signed {
  return Schema.parse(signedSchema, value, 'signed', InvalidTaskKeyError)
}

/**
 * The typed data that the client's account signs: `TaskKey(bytes32 paramsHash,address client,address key,uint64 epoch)`.
 *
 * @throws InvalidTaskKeyError if the authorisation is malformed, InvalidProtocolError if `protocol` is none.
 * @example
 * ```ts
 * import { Protocol, TaskKey } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 * import { privateKeyToAccount } from 'viem/accounts'
 *
 * const protocol = Protocol.from(testParameters)
 * const account = privateKeyToAccount(`0x${'42'.repeat(32)}`)
 * const client = account.address.toLowerCase() as `0x${string}`
 * const taskKey = { paramsHash: Protocol.hash(protocol), client, key: `0x${'d1'.repeat(20)}`, epoch: 0 } as const
 * const signature = await account.signTypedData(TaskKey.definition(taskKey, protocol))
 * signature.length // 132
 * ```
 */
export function definition(taskKey: TaskKey, protocol: Protocol.Protocol): TypedData.Definition {
  return TypedData.definition(Protocol.domain(protocol), 'TaskKey', from(taskKey))
}

/**
 * EIP-712 signing digest, 32 bytes: what ERC-1271's `isValidSignature` is asked about.
 *
 * @throws InvalidTaskKeyError if the authorisation is malformed, InvalidProtocolError if `protocol` is none.
 * @example
 * ```ts
 * import { Encoding, Protocol, TaskKey } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const party = Encoding.zeroAddress
 * const taskKey = { paramsHash: Encoding.zero32, client: party, key: party, epoch: 0 }
 * TaskKey.digest(taskKey, Protocol.from(testParameters)).length // 66
 * ```
 */
export function digest(taskKey: TaskKey, protocol: Protocol.Protocol): Hex {
  return TypedData.digestOf(definition(taskKey, protocol))
}

/**
 * The key whose signatures count for `client` in `epoch`: of the recorded authorisations that have begun by then, the
 * one for the latest epoch, and the first recorded of several for the same. Without any it is the client's own address.
 *
 * `recorded` has only verified authorisations of this network, in the order of the record.
 *
 * @throws InvalidTaskKeyError if an authorisation is malformed; InvalidInputError if another argument is.
 * @example
 * ```ts
 * import { Encoding, TaskKey } from '@spotcheck/core'
 *
 * const client = Encoding.zeroAddress
 * const [first, second] = [`0x${'d1'.repeat(20)}`, `0x${'d2'.repeat(20)}`] as const
 * const recorded = [
 *   { paramsHash: Encoding.zero32, client, key: first, epoch: 3 },
 *   { paramsHash: Encoding.zero32, client, key: second, epoch: 7 },
 * ]
 * TaskKey.current(recorded, client, 2) === client // true
 * TaskKey.current(recorded, client, 6) === first // true
 * TaskKey.current(recorded, client, 7) === second // true
 * ```
 */
export function current(recorded: readonly TaskKey[], client: Address, epoch: number): Address {
  fromHex(client, 'client', 20)
  assertInteger(epoch, 'epoch', 0, 2 ** 32)
  let best: TaskKey | undefined
  for (const one of Array.from(assertList(recorded, 'recorded'), from))
    if (one.client === client && one.epoch <= epoch && (best === undefined || one.epoch > best.epoch)) best = one
  return best?.key ?? client
}

/** An authorisation that is malformed. */
export class InvalidTaskKeyError extends BaseError {
  override name = 'TaskKey.InvalidTaskKeyError'
}
