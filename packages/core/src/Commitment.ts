/**
 * An executor's commitment to a batch of outputs: a positional Merkle tree and the EIP-712 batch that it signs
 * (protocol.md, section 3).
 *
 * @module
 */
import { z } from 'zod'
import {
  type Address,
  assertList,
  assertObject,
  concat,
  fromHex,
  type Hex,
  toHex,
  toUint,
  uint,
  zero32,
} from './Encoding.js'
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

/** Most leaves of a batch: what a sample by one hash for each index can look at in seconds. */
export const maxCount: number = 2 ** 20

/** Schema of {@link Batch}. */
export const batchSchema: z.ZodType<Batch> = z.strictObject({
  paramsHash: Schema.bytes32,
  executor: Schema.address,
  epoch: Schema.integer(0, 2 ** 32),
  count: Schema.integer(1, maxCount),
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

/** Schema of {@link Entry}. */
const entrySchema: z.ZodType<Entry> = z.strictObject({
  task: Task.schema,
  signature: Schema.signature,
  input: Schema.bytes(Output.maxBytes),
  output: Output.schema,
})

/**
 * Commits to the outputs of a batch. The same arguments give the same commitment, so that nothing but the secret, the
 * tasks and the outputs has to survive a crash.
 *
 * Work: three HKDFs and a few hashes a leaf.
 *
 * @throws InvalidBatchError if there are no entries, one is malformed or too large to be opened, or epoch, round or total
 * weight is out of range; InvalidInputError if the secret is not 32 bytes or the executor no address;
 * InvalidProtocolError if `protocol` is none.
 * @see protocol.md, Commitment
 * @example
 * ```ts
 * import { Commitment, Encoding, Hash, Protocol } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const input = '0x2a'
 * const task = {
 *   model: Encoding.zero32,
 *   input: Encoding.toHex(Hash.keccak256(Encoding.fromHex(input))),
 *   decoding: Encoding.zero32,
 *   seed: Encoding.zero32,
 *   client: Encoding.zeroAddress,
 *   nonce: 0n,
 *   reward: 100n,
 *   value: 500n,
 *   paramsHash: Protocol.hash(protocol),
 * }
 * const signature: Encoding.Hex = `0x${'00'.repeat(65)}` // the client's, in earnest
 * const entries = [{ task, signature, input, output: { bytes: '0x01', evidence: '0x' } }] as const
 * const secret = new Uint8Array(32).fill(7)
 * const executor = Encoding.zeroAddress
 * const commitment = Commitment.from({ protocol, executor, epoch: 0, beaconRound: 9, secret, entries })
 * commitment.batch.totalWeight // 500n
 *
 * const proof = Commitment.prove(commitment, 0)
 * Commitment.includes(commitment.batch, commitment.leaves[0]!, proof) // true
 * ```
 */
export function from(parameters: FromParameters): Commitment {
  const { protocol, executor, epoch, beaconRound, secret } = assertObject(parameters, 'parameters')
  const entries = assertList(parameters.entries, 'entries').map(assertEntry)
  if (entries.length === 0) throw noEntries()
  const context = { protocol, executor, epoch }
  const made = entries.map((entry, index) => leafOf(entry, index, secret, context))
  const leaves = made.map(({ leaf }) => leaf)
  const tree = Merkle.from(leaves.map(encodeLeaf))
  const batch = batchFrom({
    paramsHash: Protocol.hash(protocol),
    executor,
    epoch,
    count: leaves.length,
    totalWeight: leaves.reduce((sum, leaf) => sum + leaf.weight, 0n),
    root: toHex(Merkle.root(tree)),
    canaryRoot: Output.salt(secret, { ...context, index: 0, taskId: zero32 }, 'canary'),
    beaconRound,
  })
  return { batch, digest: digest(batch, protocol), tree, leaves, salts: made.map(({ salts }) => salts), entries }
}

function assertEntry(entry: Entry, index: number): Entry {
  return Schema.parse(entrySchema, entry, `entries.${index}`, InvalidBatchError)
}

function noEntries(): InvalidBatchError {
  return new InvalidBatchError('a batch needs at least one entry.', {
    subject: 'entries',
    value: [],
    rule: 'one entry per task, at least one',
    fix: 'commit nothing for an epoch without work',
    see: 'protocol.md, Commitment',
  })
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

/**
 * The 120 bytes of a leaf: u64 index || taskId || u128 weight || bytesCommit || evidenceCommit.
 *
 * @throws InvalidInputError if a field is malformed.
 * @see protocol.md, Bytes
 */
export function encodeLeaf(leaf: Leaf): Uint8Array {
  const { index, taskId, weight, bytesCommit, evidenceCommit } = assertObject(leaf, 'leaf')
  return concat(
    uint(index, 8, 'index'),
    fromHex(taskId, 'taskId', 32),
    uint(weight, 16, 'weight'),
    fromHex(bytesCommit, 'bytesCommit', 32),
    fromHex(evidenceCommit, 'evidenceCommit', 32),
  )
}

/**
 * The inverse of {@link encodeLeaf}.
 *
 * @throws InvalidBatchError if it is not 120 bytes or the index is 2^53 or more.
 * @example
 * ```ts
 * import { Commitment, Encoding } from '@spotcheck/core'
 *
 * const digests = { taskId: Encoding.zero32, bytesCommit: Encoding.zero32, evidenceCommit: Encoding.zero32 }
 * const data = Commitment.encodeLeaf({ index: 3, weight: 500n, ...digests })
 * Commitment.decodeLeaf(data).weight // 500n
 * ```
 */
export function decodeLeaf(data: Uint8Array): Leaf {
  if (!isLeafData(data))
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

/** Refuses what is no commitment: what `from` makes is trusted further in. @throws InvalidInputError */
export function assert(commitment: Commitment): Commitment {
  const { batch, tree, leaves, salts, entries } = assertObject(commitment, 'commitment')
  assertObject(batch, 'commitment.batch')
  assertObject(tree, 'commitment.tree')
  assertList(leaves, 'commitment.leaves')
  assertList(salts, 'commitment.salts')
  assertList(entries, 'commitment.entries')
  return commitment
}

function isLeafData(data: unknown): data is Uint8Array {
  if (!ArrayBuffer.isView(data) || !(data instanceof Uint8Array) || data.length !== 120) return false
  return toUint(data.subarray(0, 8)) <= Number.MAX_SAFE_INTEGER
}

/**
 * The inclusion proof of one index: sibling hashes from the leaf up.
 *
 * @throws Merkle.InvalidIndexError if the batch has no such index.
 */
export function prove(commitment: Commitment, index: number): Hex[] {
  return Merkle.prove(assert(commitment).tree, index).map(toHex)
}

/**
 * One inclusion proof for several indices, ascending: the nodes that can't be computed from their leaves.
 *
 * @throws Merkle.InvalidIndicesError unless they are ascending, each once, at least one; Merkle.InvalidIndexError if the
 * batch has no such index.
 * @example
 * ```ts
 * import { Commitment, createClient, Encoding, Protocol } from '@spotcheck/core'
 * import { cheapSigner, testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const executor = Encoding.zeroAddress
 * const client = createClient({ protocol, address: executor, signer: cheapSigner(executor) })
 * const digests = { model: Encoding.zero32, decoding: Encoding.zero32, seed: Encoding.zero32 }
 * const price = { input: '0x2a', reward: 100n, value: 500n } as const
 * const orders = await Promise.all([0n, 1n, 2n].map((nonce) => client.order({ ...digests, ...price, nonce })))
 * const entries = orders.map((order) => ({ ...order, input: price.input, output: { bytes: '0x01', evidence: '0x' } as const }))
 * const place = { protocol, executor, epoch: 0, beaconRound: 9 }
 * const { batch, leaves, ...made } = Commitment.from({ ...place, secret: new Uint8Array(32).fill(7), entries })
 *
 * const proof = Commitment.proveMany({ batch, leaves, ...made }, [0, 1])
 * proof.length // 1
 * Commitment.includesMany(batch, leaves.slice(0, 2), proof) // true
 * Commitment.includesMany(batch, leaves.slice(1), proof) // false
 * ```
 */
export function proveMany(commitment: Commitment, indices: readonly number[]): Hex[] {
  return Merkle.proveMany(assert(commitment).tree, indices).map(toHex)
}

/** Longest proof that is looked at: a batch has fewer than 2^53 leaves. */
const maxProof = 64

/**
 * Is `leaf` at its own index of the batch? Positions count: a leaf is good at one index only.
 *
 * @throws InvalidInputError if an argument is malformed; never because of what well-formed bytes say.
 */
export function includes(batch: Batch, leaf: Leaf, proof: readonly Hex[]): boolean {
  const { root, count } = assertObject(batch, 'batch')
  return Merkle.verify({
    root: fromHex(root, 'root', 32),
    size: count,
    leaf: encodeLeaf(leaf),
    index: leaf.index,
    proof: assertList(proof, 'proof', maxProof).map((node) => fromHex(node, 'proof', 32)),
  })
}

/**
 * Are all of these leaves, ascending, at their own indices of the batch, by one proof of {@link proveMany}?
 *
 * @throws InvalidInputError if an argument is malformed; never because of what well-formed bytes say.
 */
export function includesMany(batch: Batch, leaves: readonly Leaf[], proof: readonly Hex[]): boolean {
  const { root, count } = assertObject(batch, 'batch')
  return Merkle.verifyMany({
    root: fromHex(root, 'root', 32),
    size: count,
    indices: assertList(leaves, 'leaves', maxCount).map(({ index }) => index),
    leaves: leaves.map(encodeLeaf),
    proof: assertList(proof, 'proof', maxCount).map((node) => fromHex(node, 'proof', 32)),
  })
}

/**
 * Decodes a batch.
 *
 * @throws InvalidBatchError naming the field, the value, the rule and the fix.
 * @example
 * ```ts
 * import { Commitment } from '@spotcheck/core'
 *
 * try {
 *   Commitment.batchFrom({ paramsHash: '0xAB' })
 * } catch (error) {
 *   if (error instanceof Commitment.InvalidBatchError) console.log(error.subject) // 'batch.paramsHash'
 * }
 * ```
 */
export function batchFrom(value: unknown): Batch {
  return Schema.parse(batchSchema, value, 'batch', InvalidBatchError)
}

/**
 * `batchDigest`: EIP-712 signing digest, 32 bytes. Everything after the commitment names the batch by it.
 *
 * @throws InvalidBatchError if the batch is malformed, InvalidProtocolError if `protocol` is none.
 */
export function digest(batch: Batch, protocol: Protocol.Protocol): Hex {
  return TypedData.digest(Protocol.domain(protocol), 'Batch', batchFrom(batch))
}

/** A batch or leaf that is malformed. */
export class InvalidBatchError extends BaseError {
  override name = 'Commitment.InvalidBatchError'
}
