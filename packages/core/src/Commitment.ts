/**
 * An executor's commitment to a batch of outputs: a positional Merkle tree and the EIP-712 batch that it signs
 * (protocol.md, section 3).
 *
 * @module
 */
import { z } from 'zod'
import { type Address, concat, fromHex, type Hex, toHex, toUint, uint, zero32 } from './Encoding.js'
import { BaseError } from './Errors.js'
import * as Merkle from './Merkle.js'
import * as Output from './Output.js'
import * as Protocol from './Protocol.js'
import * as Schema from './Schema.js'
import * as Task from './Task.js'
import * as TypedData from './TypedData.js'

/** One position of the batch: 120 bytes in the tree. */
export type Leaf = Readonly<{
  index: number
  taskId: Hex
  /** The task's value; at least 1. */
  weight: bigint
  bytesCommit: Hex
  evidenceCommit: Hex
}>

/** What the executor signs, once per (executor, epoch). */
export type Batch = Readonly<{
  paramsHash: Hex
  executor: Address
  epoch: number
  /** Leaves of the tree, at least 1. */
  count: number
  /** Sum of the leaves' weights. */
  totalWeight: bigint
  root: Hex
  /** Hiding commitment to the canary warrants; without any it looks the same. */
  canaryRoot: Hex
  /** The only beacon round that may draw this batch's sample. */
  beaconRound: number
}>

/** One task with the output that the executor commits to. */
export type Entry = Readonly<{ task: Task.Task; signature: Hex; input: Hex; output: Output.Output }>

/** A batch with all that its executor needs to disclose and open it. Keep it private: it holds the salts. */
export type Commitment = Readonly<{
  batch: Batch
  digest: Hex
  tree: Merkle.Tree
  leaves: readonly Leaf[]
  salts: readonly Output.Salts[]
  entries: readonly Entry[]
}>

/** Schema of {@link Leaf}. */
export const leafSchema: z.ZodType<Leaf> = z.strictObject({
  index: Schema.integer(),
  taskId: Schema.bytes32,
  weight: Schema.uint(128),
  bytesCommit: Schema.bytes32,
  evidenceCommit: Schema.bytes32,
})

/** Schema of {@link Batch}. */
export const batchSchema: z.ZodType<Batch> = z.strictObject({
  paramsHash: Schema.bytes32,
  executor: Schema.address,
  epoch: Schema.integer(0, 2 ** 32),
  count: Schema.integer(1),
  totalWeight: Schema.uint(128),
  root: Schema.bytes32,
  canaryRoot: Schema.bytes32,
  beaconRound: Schema.integer(1),
})

/** What {@link from} needs. */
export type FromParameters = Readonly<{
  protocol: Protocol.Protocol
  executor: Address
  epoch: number
  beaconRound: number
  /** 32 bytes, used for salts and nothing else. */
  secret: Uint8Array
  /** At least one; the order fixes the indices. */
  entries: readonly Entry[]
}>

/**
 * Commits to the outputs of a batch. The same arguments give the same commitment, so that nothing but the secret, the
 * tasks and the outputs has to survive a crash.
 *
 * @throws InvalidBatchError if there are no entries, InvalidInputError if the secret is not 32 bytes.
 */
export function from(parameters: FromParameters): Commitment {
  const { protocol, executor, epoch, beaconRound, secret, entries } = parameters
  if (entries.length === 0)
    throw new InvalidBatchError('a batch needs at least one entry.', {
      subject: 'entries',
      value: entries,
      rule: 'one entry per task, at least one',
      fix: 'commit nothing for an epoch without work',
      see: 'protocol.md, Commitment',
    })
  const context = { protocol, executor, epoch }
  const made = entries.map((entry, index) => leafOf(entry, index, secret, context))
  const leaves = made.map(({ leaf }) => leaf)
  const tree = Merkle.from(leaves.map(encodeLeaf))
  const batch: Batch = {
    paramsHash: Protocol.hash(protocol),
    executor,
    epoch,
    count: leaves.length,
    totalWeight: leaves.reduce((sum, leaf) => sum + leaf.weight, 0n),
    root: toHex(Merkle.root(tree)),
    canaryRoot: Output.salt(secret, { ...context, index: 0, taskId: zero32 }, 'canary'),
    beaconRound,
  }
  return { batch, digest: digest(batch, protocol), tree, leaves, salts: made.map(({ salts }) => salts), entries }
}

function leafOf(
  { task, output }: Entry,
  index: number,
  secret: Uint8Array,
  context: Pick<Output.SaltContext, 'protocol' | 'executor' | 'epoch'>,
): { leaf: Leaf; salts: Output.Salts } {
  const taskId = Task.id(task)
  const salts = Output.salts(secret, { ...context, index, taskId })
  const bytesCommit = Output.commit('bytes', output.bytes, salts.bytes)
  const evidenceCommit = Output.commit('evidence', output.evidence, salts.evidence)
  return { leaf: { index, taskId, weight: task.value, bytesCommit, evidenceCommit }, salts }
}

/** The 120 bytes of a leaf: u64 index || taskId || u128 weight || bytesCommit || evidenceCommit. */
export function encodeLeaf(leaf: Leaf): Uint8Array {
  return concat(
    uint(leaf.index, 8, 'index'),
    fromHex(leaf.taskId, 'taskId', 32),
    uint(leaf.weight, 16, 'weight'),
    fromHex(leaf.bytesCommit, 'bytesCommit', 32),
    fromHex(leaf.evidenceCommit, 'evidenceCommit', 32),
  )
}

/** The inverse of {@link encodeLeaf}. @throws InvalidBatchError if it is not 120 bytes or the index is unsafe. */
export function decodeLeaf(data: Uint8Array): Leaf {
  if (!(data instanceof Uint8Array) || data.length !== 120 || toUint(data.subarray(0, 8)) > Number.MAX_SAFE_INTEGER)
    throw new InvalidBatchError('leaf data is malformed.', {
      subject: 'data',
      value: data,
      rule: '120 bytes that begin with a u64 index below 2^53',
      fix: 'pass the bytes that Commitment.encodeLeaf made',
      see: 'protocol.md, Bytes',
    })
  return {
    index: Number(toUint(data.subarray(0, 8))),
    taskId: toHex(data.subarray(8, 40)),
    weight: toUint(data.subarray(40, 56)),
    bytesCommit: toHex(data.subarray(56, 88)),
    evidenceCommit: toHex(data.subarray(88, 120)),
  }
}

/** The inclusion proof of one index: sibling hashes from the leaf up. */
export function prove(commitment: Commitment, index: number): Hex[] {
  return Merkle.prove(commitment.tree, index).map(toHex)
}

/** Is `leaf` at its own index of the batch? Positions count: a leaf is good at one index only. */
export function includes(batch: Batch, leaf: Leaf, proof: readonly Hex[]): boolean {
  return Merkle.verify({
    root: fromHex(batch.root),
    size: batch.count,
    index: leaf.index,
    leaf: encodeLeaf(leaf),
    proof: proof.map((node) => fromHex(node)),
  })
}

/** Decodes a batch. @throws InvalidBatchError naming the field, the value, the rule and the fix. */
export function batchFrom(value: unknown): Batch {
  return Schema.parse(batchSchema, value, 'batch', InvalidBatchError)
}

/** `batchDigest`: EIP-712 signing digest, 32 bytes. */
export function digest(batch: Batch, protocol: Protocol.Protocol): Hex {
  return TypedData.digest(Protocol.domain(protocol), 'Batch', batch)
}

/** A batch or leaf that is malformed. */
export class InvalidBatchError extends BaseError {
  override name = 'Commitment.InvalidBatchError'
}
