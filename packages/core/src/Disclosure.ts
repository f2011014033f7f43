/**
 * What the executor hands to the verifiers of a sampled leaf before they re-execute it: never the evidence, and in
 * `full` mode not the output either (protocol.md, section 6).
 *
 * @module
 */
import * as z from 'zod'
import * as Commitment from './Commitment.js'
import { type Address, assertObject, assertOneOf, fromHex, type Hex, toHex, zero32 } from './Encoding.js'
import { BaseError } from './Errors.js'
import { keccak256 } from './Hash.js'
import * as Output from './Output.js'
import type { Protocol } from './Protocol.js'
import * as Schema from './Schema.js'
import * as Task from './Task.js'

/** One sampled leaf, with the proof that it is in the batch and the client's order for it. */
export type Disclosure = Readonly<{
  batchDigest: Hex
  executor: Address
  leaf: Commitment.Leaf
  proof: readonly Hex[]
  task: Task.Task
  taskSignature: Hex
  input: Hex
  /** The executor's canonical bytes in `evidence` mode; empty in `full` mode. */
  output: Hex
  /** The salt of `output` in `evidence` mode; zero in `full` mode. */
  outputSalt: Hex
}>

/** Largest input and output that can be disclosed, bytes each. */
export const maxBytes: number = Output.maxBytes

/** Schema of {@link Disclosure}. */
export const schema: z.ZodType<Disclosure> = z.strictObject({
  batchDigest: Schema.bytes32,
  executor: Schema.address,
  leaf: Commitment.leafSchema,
  proof: Schema.list(Commitment.nodeSchema, 0, 64),
  task: Task.schema,
  taskSignature: Schema.signature,
  input: Schema.bytes(maxBytes),
  output: Schema.bytes(maxBytes),
  outputSalt: Schema.bytes32,
})

/**
 * The disclosure of one index, in `evidence` mode with the output, in `full` mode without.
 *
 * @throws Merkle.InvalidIndexError if the index is not in the batch; InvalidInputError if an argument is malformed.
 * @example
 * ```ts
 * import { Commitment, createClient, Disclosure, Encoding, Protocol } from '@spotcheck/core'
 * import { cheapSigner, testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const address = Encoding.zeroAddress
 * const client = createClient({ protocol, address, signer: cheapSigner(address) })
 * const digests = { model: Encoding.zero32, decoding: Encoding.zero32, seed: Encoding.zero32 }
 * const order = { ...digests, input: '0x2a', nonce: 0n, reward: 100n, value: 500n } as const
 * const entry = { ...(await client.order(order)), input: order.input, output: { bytes: '0x01', evidence: '0x' } } as const
 * const batch = { protocol, executor: address, epoch: 0, beaconRound: 9 }
 * const commitment = Commitment.from({ ...batch, secret: new Uint8Array(32).fill(7), entries: [entry] })
 *
 * Disclosure.from(commitment, 0, 'full').output // '0x'
 * Disclosure.from(commitment, 0, 'evidence').output // '0x01'
 * ```
 */
export function from(commitment: Commitment.Commitment, index: number, mode: Protocol['mode']): Disclosure {
  assertOneOf(mode, 'mode', ['full', 'evidence'])
  const proof = Commitment.prove(Commitment.assert(commitment), index)
  const { task, signature, input, output } = assertObject(commitment.entries[index]!, 'commitment.entries')
  const { bytes } = assertObject(output, 'commitment.entries.output')
  const salts = assertObject(commitment.salts[index]!, 'commitment.salts')
  const open = mode === 'evidence'
  return {
    batchDigest: commitment.digest,
    executor: commitment.batch.executor,
    leaf: commitment.leaves[index]!,
    proof,
    task,
    taskSignature: signature,
    input,
    output: open ? bytes : '0x',
    outputSalt: open ? salts.bytes : zero32,
  }
}

/** Why a disclosure is no proof of honest work. */
export type Flaw =
  | 'not-in-batch'
  | 'task-mismatch'
  | 'task-parameters'
  | 'task-signature'
  | 'task-reward'
  | 'task-repeated'
  | 'weight'
  | 'input'
  | 'output'

/** What a disclosure is checked against. */
export type Context = Readonly<{
  protocol: Protocol
  batch: Commitment.Batch
  /** Reward per task that the client authorised for this batch. */
  reward: bigint
  client: Address
  /** Did the client's recorded task key sign the task? */
  taskSigned: boolean
}>

/**
 * Checks a disclosure against the signed batch: `undefined` if it holds, otherwise the first thing that is wrong. A leaf
 * without a valid client signature, or with a weight that is not the task's value, is a flaw: phantom and padded tasks
 * earn nothing.
 *
 * Signatures are checked at the edge (`Message.authenticate`); `taskSigned` says with what result. That a task stands in
 * the batch once (`task-repeated`) takes the other disclosures and is for `Round` to see.
 *
 * @throws InvalidDisclosureError if the disclosure is malformed, InvalidInputError if the context is.
 * @see protocol.md, Disclosure and blind re-execution
 * @example
 * ```ts
 * import { Commitment, createClient, Disclosure, Encoding, Protocol } from '@spotcheck/core'
 * import { cheapSigner, testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const address = Encoding.zeroAddress
 * const client = createClient({ protocol, address, signer: cheapSigner(address) })
 * const digests = { model: Encoding.zero32, decoding: Encoding.zero32, seed: Encoding.zero32 }
 * const order = { ...digests, input: '0x2a', nonce: 0n, reward: 100n, value: 500n } as const
 * const entry = { ...(await client.order(order)), input: order.input, output: { bytes: '0x01', evidence: '0x' } } as const
 * const batch = { protocol, executor: address, epoch: 0, beaconRound: 9 }
 * const commitment = Commitment.from({ ...batch, secret: new Uint8Array(32).fill(7), entries: [entry] })
 *
 * const disclosure = Disclosure.from(commitment, 0, protocol.mode)
 * const context = { protocol, batch: commitment.batch, reward: 100n, client: client.address, taskSigned: true }
 * Disclosure.flaw(disclosure, context) // undefined
 * Disclosure.flaw({ ...disclosure, input: '0x2b' }, context) // 'input'
 * ```
 */
export function flaw(disclosure: Disclosure, context: Context): Flaw | undefined {
  const { batchDigest, executor, leaf, proof, task, input } = decode(disclosure)
  const { protocol, batch, reward, client, taskSigned } = assertObject(context, 'context')
  if (Commitment.digest(batch, protocol) !== batchDigest || batch.executor !== executor) return 'not-in-batch'
  if (!Commitment.includes(batch, leaf, proof, protocol)) return 'not-in-batch'
  if (Task.id(task) !== leaf.taskId) return 'task-mismatch'
  if (task.paramsHash !== batch.paramsHash) return 'task-parameters'
  if (!taskSigned || task.client !== client) return 'task-signature'
  if (task.reward !== reward) return 'task-reward'
  if (leaf.weight !== task.value || leaf.weight === 0n) return 'weight'
  if (toHex(keccak256(fromHex(input))) !== task.input) return 'input'
  return outputHolds(disclosure, protocol.mode) ? undefined : 'output'
}

function outputHolds({ leaf, output, outputSalt }: Disclosure, mode: Protocol['mode']): boolean {
  if (mode === 'full') return output === '0x' && outputSalt === zero32
  return Output.commit('bytes', output, outputSalt) === leaf.bytesCommit
}

/**
 * Decodes a disclosure: form, ranges and sizes; {@link flaw} judges what it says.
 *
 * @throws InvalidDisclosureError naming the field, the value, the rule and the fix.
 * @example
 * ```ts
 * import { Disclosure } from '@spotcheck/core'
 *
 * try {
 *   Disclosure.decode({ batchDigest: '0x' })
 * } catch (error) {
 *   if (error instanceof Disclosure.InvalidDisclosureError) console.log(error.subject) // 'disclosure.batchDigest'
 * }
 * ```
 */
export function decode(value: unknown): Disclosure {
  return Schema.parse(schema, value, 'disclosure', InvalidDisclosureError)
}

/** A disclosure that is malformed. */
export class InvalidDisclosureError extends BaseError {
  override name = 'Disclosure.InvalidDisclosureError'
}
