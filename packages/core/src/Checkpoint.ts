/**
 * The log of an executor's leaves before it commits to them: append-only, published as signed heads with a sequence
 * number (protocol.md, section 3). Consistency proofs hold it together: from each checkpoint to the next, and from the
 * last one to the batch. Both are trees over the same leaves, so the log's root at `count` is the batch's root.
 *
 * Who rewrites its log needs two heads for one sequence number, or a head that does not extend an earlier one. See
 * `Fault` for what is provable of that from signatures alone, and `Fault.Challenge` for the rest.
 *
 * @module
 */
import * as z from 'zod'
import * as Trees from './Commitment/Tree.js'
import { type Batch, batchFrom, type Tree } from './Commitment.js'
import { type Address, assertList, assertObject, type Hex } from './Encoding.js'
import { BaseError } from './Errors.js'
import * as Protocol from './Protocol.js'
import * as Schema from './Schema.js'
import * as TypedData from './TypedData.js'

/** One head of the log; the executor's operator key signs it. */
export type Checkpoint = Readonly<{
  paramsHash: Hex
  executor: Address
  epoch: number
  /** 0, 1, 2, …: each number is signed once. */
  sequence: number
  /** Leaves so far, at least 1. */
  size: number
  /** Root of the tree over them. */
  root: Hex
}>

/** Schema of {@link Checkpoint}. */
export const schema: z.ZodType<Checkpoint> = z.strictObject({
  paramsHash: Schema.bytes32,
  executor: Schema.address,
  epoch: Schema.integer(0, 2 ** 32),
  sequence: Schema.integer(),
  size: Schema.integer(1),
  root: Schema.bytes32,
})

/**
 * Decodes a checkpoint.
 *
 * @throws InvalidCheckpointError naming the field, the value, the rule and the fix.
 * @example
 * ```ts
 * import { Checkpoint, Encoding } from '@spotcheck/core'
 *
 * const place = { paramsHash: Encoding.zero32, executor: Encoding.zeroAddress, epoch: 0 }
 * Checkpoint.from({ ...place, sequence: 2, size: 40, root: Encoding.zero32 }).size // 40
 * ```
 */
export function from(value: unknown): Checkpoint {
  return Schema.parse(schema, value, 'checkpoint', InvalidCheckpointError)
}

/** Which log, and what it holds now. */
export type IssueParameters = Readonly<{
  protocol: Protocol.Protocol
  executor: Address
  epoch: number
  /** Over the leaves so far: that of `Commitment.tree`. */
  tree: Tree
  /** The last checkpoint that was signed; undefined for the first. */
  previous?: Checkpoint | undefined
}>

/**
 * The next checkpoint of a log, to be signed. It checks its own history first: after an old backup was restored it
 * throws, where a signature would be the executor's own proof of fault.
 *
 * @throws InvalidCheckpointError if the tree does not extend `previous`, or that is of another log; InvalidInputError if
 * an argument is malformed, or the tree of another kind than the parameters choose; InvalidProtocolError if `protocol` is none.
 * @example
 * ```ts
 * import { Checkpoint, Commitment, Encoding, Protocol } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const log = { protocol, executor: Encoding.zeroAddress, epoch: 0 }
 * const digests = { taskId: Encoding.zero32, bytesCommit: Encoding.zero32, evidenceCommit: Encoding.zero32 }
 * const leaves = [0, 1, 2].map((index) => ({ index, weight: 500n, ...digests }))
 * const [before, after] = [Commitment.tree(leaves.slice(0, 2), protocol), Commitment.tree(leaves, protocol)]
 * const first = Checkpoint.issue({ ...log, tree: before })
 * const second = Checkpoint.issue({ ...log, tree: after, previous: first })
 * second.sequence // 1
 * Checkpoint.verify(first, second, Checkpoint.prove(after, first.size), protocol) // true
 * ```
 */
export function issue(parameters: IssueParameters): Checkpoint {
  const { protocol, executor, epoch, tree, previous } = assertObject(parameters, 'parameters')
  const root = Trees.rootOf(Trees.assertTree(tree, protocol))
  const place = { paramsHash: Protocol.hash(protocol), executor, epoch }
  const next = from({ ...place, sequence: (previous?.sequence ?? -1) + 1, size: tree.size, root })
  if (previous === undefined) return next
  if (from(previous).size <= next.size && verify(previous, next, prove(tree, previous.size), protocol)) return next
  throw new InvalidCheckpointError('the log does not extend its last checkpoint.', {
    subject: 'tree',
    value: tree.size,
    rule: `the ${previous.size} leaves of checkpoint ${previous.sequence}, unchanged, then new ones`,
    fix: 'sign nothing: restore the whole log first, for another head would prove a fault of yours',
    see: 'protocol.md, Commitment',
  })
}

/**
 * The consistency proof from the first `size` leaves of the log to all of it: nodes of 32 bytes, of 48 in a sum tree.
 *
 * @throws Merkle.InvalidSizeError unless 1 <= size <= the tree's.
 * @example
 * ```ts
 * import { Checkpoint, Merkle } from '@spotcheck/core'
 *
 * const tree = Merkle.from([1, 2, 3].map((byte) => Uint8Array.of(byte)))
 * Checkpoint.prove(tree, 2).length // 1
 * ```
 */
export function prove(tree: Tree, size: number): Hex[] {
  return Trees.consistency(assertObject(tree, 'tree'), size)
}

/** Longest consistency proof that is looked at: a log has fewer than 2^53 leaves. */
export const maxProof = 64

/**
 * Does `newer`, a later checkpoint or the batch of the same log, extend `older`?
 *
 * False for another log, for a checkpoint whose sequence number is not larger, for a proof that does not fit, and for a
 * batch whose total is not the sum that the proof shows.
 *
 * @throws InvalidCheckpointError or Commitment.InvalidBatchError if a head is malformed, InvalidInputError if the proof
 * is; never because of what well-formed bytes say.
 * @example
 * ```ts
 * import { Checkpoint, Encoding, Merkle, Protocol } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const tree = Merkle.from([1, 2, 3].map((byte) => Uint8Array.of(byte)))
 * const place = { paramsHash: Encoding.zero32, executor: Encoding.zeroAddress, epoch: 0 }
 * const newer = { ...place, sequence: 1, size: 3, root: Encoding.toHex(Merkle.root(tree)) }
 * const older = { ...place, sequence: 0, size: 1, root: Encoding.toHex(Merkle.node(tree, 0, 0)) }
 * Checkpoint.verify(older, newer, Checkpoint.prove(tree, 1), protocol) // true
 * Checkpoint.verify(older, newer, [], protocol) // false
 * ```
 */
export function verify(
  older: Checkpoint,
  newer: Checkpoint | Batch,
  proof: readonly Hex[],
  protocol: Protocol.Protocol,
): boolean {
  const [before, after] = [from(older), headOf(newer)]
  const nodes = assertList(proof, 'proof', maxProof)
  const total = 'totalWeight' in newer ? newer.totalWeight : undefined
  const consistent = Trees.isConsistent({ ...before, total: undefined }, { ...after, total }, nodes, protocol)
  return consistent && isLater(before, after)
}

/**
 * Is it certain from the heads alone that `newer` does not extend `older`, so that no proof can exist? It is where the
 * log has shrunk, or has another root at the same size.
 *
 * False for heads of different logs or in the wrong order. False also where a log was rewritten and has grown: that two
 * roots belong together or not can't be seen from them, and `Fault.Challenge` asks for the proof.
 *
 * @throws InvalidCheckpointError or Commitment.InvalidBatchError if a head is malformed.
 * @example
 * ```ts
 * import { Checkpoint, Encoding } from '@spotcheck/core'
 *
 * const place = { paramsHash: Encoding.zero32, executor: Encoding.zeroAddress, epoch: 0 }
 * const older = { ...place, sequence: 2, size: 40, root: Encoding.zero32 }
 * Checkpoint.contradicts(older, { ...older, sequence: 3, size: 39 }) // true
 * Checkpoint.contradicts(older, { ...older, sequence: 3, size: 41 }) // false
 * ```
 */
export function contradicts(older: Checkpoint, newer: Checkpoint | Batch): boolean {
  const [before, after] = [from(older), headOf(newer)]
  if (!isLater(before, after)) return false
  return after.size < before.size || (after.size === before.size && after.root !== before.root)
}

/** The batch ends the log: its head comes after every checkpoint. */
function headOf(newer: Checkpoint | Batch): Checkpoint {
  if ('sequence' in assertObject(newer, 'newer')) return from(newer)
  const { paramsHash, executor, epoch, count, root } = batchFrom(newer)
  return { paramsHash, executor, epoch, sequence: Number.POSITIVE_INFINITY, size: count, root }
}

/** Of the same log, and after it? */
function isLater(older: Checkpoint, newer: Checkpoint): boolean {
  const { paramsHash, executor, epoch, sequence } = newer
  if (older.paramsHash !== paramsHash || older.executor !== executor || older.epoch !== epoch) return false
  return sequence > older.sequence
}

/**
 * The typed data that the executor's operator key signs:
 * `Checkpoint(bytes32 paramsHash,address executor,uint64 epoch,uint64 sequence,uint64 size,bytes32 root)`.
 *
 * @throws InvalidCheckpointError if the checkpoint is malformed, InvalidProtocolError if `protocol` is none.
 * @example
 * ```ts
 * import { Checkpoint, Encoding, Protocol } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const place = { paramsHash: Encoding.zero32, executor: Encoding.zeroAddress, epoch: 0 }
 * const checkpoint = { ...place, sequence: 0, size: 1, root: Encoding.zero32 }
 * Checkpoint.definition(checkpoint, Protocol.from(testParameters)).primaryType // 'Checkpoint'
 * ```
 */
export function definition(checkpoint: Checkpoint, protocol: Protocol.Protocol): TypedData.Definition {
  return TypedData.definition(Protocol.domain(protocol), 'Checkpoint', from(checkpoint))
}

/**
 * EIP-712 signing digest, 32 bytes.
 *
 * @throws InvalidCheckpointError if the checkpoint is malformed, InvalidProtocolError if `protocol` is none.
 * @example
 * ```ts
 * import { Checkpoint, Encoding, Protocol } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const place = { paramsHash: Encoding.zero32, executor: Encoding.zeroAddress, epoch: 0 }
 * const checkpoint = { ...place, sequence: 0, size: 1, root: Encoding.zero32 }
 * Checkpoint.digest(checkpoint, Protocol.from(testParameters)).length // 66
 * ```
 */
export function digest(checkpoint: Checkpoint, protocol: Protocol.Protocol): Hex {
  return TypedData.digestOf(definition(checkpoint, protocol))
}

/** A checkpoint that is malformed, or that would rewrite the log. */
export class InvalidCheckpointError extends BaseError {
  override name = 'Checkpoint.InvalidCheckpointError'
}
