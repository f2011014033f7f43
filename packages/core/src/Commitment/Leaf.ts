/**
 * One position of a batch, and its 120 bytes.
 *
 * @module
 */
import * as z from 'zod'
import { assertObject, concat, fromHex, type Hex, isBytes, toHex, toUint, uint } from '../Encoding.js'
import { BaseError } from '../Errors.js'
import * as Schema from '../Schema.js'

/** One position of the batch: 120 bytes in the tree. */
export type Leaf = Readonly<{
  index: number
  taskId: Hex
  /** The task's value; at least 1. */
  weight: bigint
  bytesCommit: Hex
  evidenceCommit: Hex
}>

/** Schema of {@link Leaf}. */
export const leafSchema: z.ZodType<Leaf> = z.strictObject({
  index: Schema.integer(),
  taskId: Schema.bytes32,
  weight: Schema.uint(128),
  bytesCommit: Schema.bytes32,
  evidenceCommit: Schema.bytes32,
})

/**
 * The 120 bytes of a leaf: u64 index || taskId || u128 weight || bytesCommit || evidenceCommit.
 *
 * @throws InvalidInputError if a field is malformed.
 * @see protocol.md, Bytes
 * @example
 * ```ts
 * import { Commitment, Encoding } from '@spotcheck/core'
 *
 * const { zero32 } = Encoding
 * const leaf = { index: 3, taskId: zero32, weight: 500n, bytesCommit: zero32, evidenceCommit: zero32 }
 * Commitment.encodeLeaf(leaf).length // 120
 * Commitment.encodeLeaf(leaf).slice(0, 8) // Uint8Array [0, 0, 0, 0, 0, 0, 0, 3]
 * ```
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

function isLeafData(data: unknown): data is Uint8Array {
  return isBytes(data) && data.length === 120 && toUint(data.subarray(0, 8)) <= Number.MAX_SAFE_INTEGER
}

/** A batch or leaf that is malformed. */
export class InvalidBatchError extends BaseError {
  override name = 'Commitment.InvalidBatchError'
}
