/**
 * What a client asks for and signs (protocol.md, section 1).
 *
 * @module
 */
import * as z from 'zod'
import type { Address, Hex } from './Encoding.js'
import { BaseError } from './Errors.js'
import * as Protocol from './Protocol.js'
import * as Schema from './Schema.js'
import * as TypedData from './TypedData.js'

/** One inference, priced. Digests are 32 bytes; money is wei. */
export type Task = Readonly<{
  /** Digest of weights, tokenizer and execution profile. */
  model: Hex
  /** keccak256 of the input's bytes. */
  input: Hex
  /** Digest of the decoding parameters. */
  decoding: Hex
  /** Seed of a sampling decoder; never the executor's choice. */
  seed: Hex
  client: Address
  nonce: bigint
  reward: bigint
  /** What a wrong answer costs the client: the leaf's weight. At least 1. */
  value: bigint
  paramsHash: Hex
}>

/** A task and the client's signature, r || s || v. */
export type Signed = Readonly<{ task: Task; signature: Hex }>

/** Schema of {@link Task}: form and ranges; {@link from} adds that the value is at least 1. */
export const schema: z.ZodType<Task> = z.strictObject({
  model: Schema.bytes32,
  input: Schema.bytes32,
  decoding: Schema.bytes32,
  seed: Schema.bytes32,
  client: Schema.address,
  nonce: Schema.uint(256),
  reward: Schema.uint(128),
  value: Schema.uint(128),
  paramsHash: Schema.bytes32,
})

/**
 * Decodes a task.
 *
 * @throws InvalidTaskError naming the field, the value, the rule and the fix.
 * @example
 * ```ts
 * import { Task } from '@spotcheck/core'
 *
 * const digest = `0x${'11'.repeat(32)}`
 * const client = `0x${'c1'.repeat(20)}`
 * const money = { reward: '100', value: '500' }
 * const digests = { model: digest, input: digest, decoding: digest, seed: digest, paramsHash: digest }
 * Task.from({ ...digests, ...money, client, nonce: '7' }).value // 500n
 * ```
 */
export function from(value: unknown): Task {
  const task = Schema.parse(schema, value, 'task', InvalidTaskError)
  if (task.value > 0n) return task
  throw new InvalidTaskError('a task of no value can’t be checked.', {
    subject: 'task.value',
    value: task.value,
    rule: 'at least 1: the value is the weight of its leaf, and a leaf without weight is a bad opening',
    fix: 'state what a wrong answer costs the client, in wei',
    see: 'protocol.md, Task',
  })
}

/**
 * `taskId`: EIP-712 hashStruct of the task, 32 bytes. Its signature is no part of it.
 *
 * @throws InvalidTaskError if the task is malformed.
 * @see protocol.md, Bytes
 * @example
 * ```ts
 * import { Encoding, Protocol, Task } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const digest = Encoding.zero32
 * const money = { nonce: 7n, reward: 100n, value: 500n, client: Encoding.zeroAddress }
 * const task = { model: digest, input: digest, decoding: digest, seed: digest, ...money, paramsHash: Protocol.hash(protocol) }
 * Task.id(task) === Task.id({ ...task, nonce: 8n }) // false
 * ```
 */
export function id(task: Task): Hex {
  return TypedData.hashStruct('Task', wellFormed(task))
}

/**
 * What the client's task key signs: EIP-712 signing digest, 32 bytes.
 *
 * @throws InvalidTaskError if the task is malformed, InvalidProtocolError if `protocol` is none.
 * @example
 * ```ts
 * import { Encoding, Protocol, Task } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const digest = Encoding.zero32
 * const money = { nonce: 7n, reward: 100n, value: 500n, client: Encoding.zeroAddress }
 * const task = { model: digest, input: digest, decoding: digest, seed: digest, ...money, paramsHash: Protocol.hash(protocol) }
 * Task.digest(task, protocol).length // 66
 * ```
 */
export function digest(task: Task, protocol: Protocol.Protocol): Hex {
  return TypedData.digestOf(definition(task, protocol))
}

/**
 * The typed data that a wallet signs: pass it to a viem account's `signTypedData` as it is.
 *
 * @throws InvalidTaskError if the task is malformed, InvalidProtocolError if `protocol` is none.
 * @example
 * ```ts
 * import { Encoding, Protocol, Task } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 * import { privateKeyToAccount } from 'viem/accounts'
 *
 * const protocol = Protocol.from(testParameters)
 * const digest = Encoding.zero32
 * const money = { nonce: 7n, reward: 100n, value: 500n, client: Encoding.zeroAddress }
 * const task = { model: digest, input: digest, decoding: digest, seed: digest, ...money, paramsHash: Protocol.hash(protocol) }
 * const account = privateKeyToAccount(`0x${'42'.repeat(32)}`)
 * const signature = await account.signTypedData(Task.definition(task, protocol))
 * signature.length // 132
 * ```
 */
export function definition(task: Task, protocol: Protocol.Protocol): TypedData.Definition {
  return TypedData.definition(Protocol.domain(protocol), 'Task', wellFormed(task))
}

/** Also a task of no value has an id: its leaf has to be judged. */
function wellFormed(task: Task): Task {
  return Schema.parse(schema, task, 'task', InvalidTaskError)
}

/** A task that is malformed, or that nobody should serve. */
export class InvalidTaskError extends BaseError {
  override name = 'Task.InvalidTaskError'
}
