/**
 * What a client asks for and signs (protocol.md, section 1).
 *
 * @module
 */
import { z } from 'zod'
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

/** Schema of {@link Task}. */
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

/** Decodes a task. @throws InvalidTaskError naming the field, the value, the rule and the fix. */
export function from(value: unknown): Task {
  return Schema.parse(schema, value, 'task', InvalidTaskError)
}

/** `taskId`: EIP-712 hashStruct, 32 bytes. */
export function id(task: Task): Hex {
  return TypedData.hashStruct('Task', task)
}

/** What the client signs: EIP-712 signing digest, 32 bytes. */
export function digest(task: Task, protocol: Protocol.Protocol): Hex {
  return TypedData.digest(Protocol.domain(protocol), 'Task', task)
}

/** The typed data that a wallet signs. */
export function definition(task: Task, protocol: Protocol.Protocol): TypedData.Definition {
  return TypedData.definition(Protocol.domain(protocol), 'Task', task)
}

/** A task that is malformed. */
export class InvalidTaskError extends BaseError {
  override name = 'Task.InvalidTaskError'
}
