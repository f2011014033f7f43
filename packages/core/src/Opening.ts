/**
 * The executor opens the sampled leaves, after the verifiers have committed (protocol.md, section 7).
 *
 * @module
 */
import { z } from 'zod'
import type * as Commitment from './Commitment.js'
import type { Address, Hex } from './Encoding.js'
import { BaseError } from './Errors.js'
import * as Output from './Output.js'
import * as Schema from './Schema.js'

/** The content and salts of one leaf. */
export type OpenedLeaf = Readonly<{ index: number; output: Hex; outputSalt: Hex; evidence: Hex; evidenceSalt: Hex }>

/** Leaves of one batch, indices ascending. */
export type Opening = Readonly<{ batchDigest: Hex; executor: Address; leaves: readonly OpenedLeaf[] }>

/** Largest output and evidence of one leaf, bytes each; most leaves of one message. */
export const maxBytes: number = 1 << 20
export const maxLeaves = 4096

/** Schema of {@link Opening}. */
export const schema: z.ZodType<Opening> = z.strictObject({
  batchDigest: Schema.bytes32,
  executor: Schema.address,
  leaves: z
    .array(
      z.strictObject({
        index: Schema.integer(),
        output: Schema.bytes(maxBytes),
        outputSalt: Schema.bytes32,
        evidence: Schema.bytes(maxBytes),
        evidenceSalt: Schema.bytes32,
      }),
    )
    .min(1)
    .max(maxLeaves)
    .refine((leaves) => leaves.every((leaf, i) => i === 0 || leaves[i - 1]!.index < leaf.index), {
      error: 'indices strictly ascending',
    }),
})

/** Opens `indices` (ascending) of a batch. @throws InvalidOpeningError if one is not in the batch. */
export function from(commitment: Commitment.Commitment, indices: readonly number[]): Opening {
  const leaves = indices.map((index) => {
    const entry = commitment.entries[index]
    const salts = commitment.salts[index]
    if (entry === undefined || salts === undefined) throw outside(index, commitment.batch.count)
    const { bytes, evidence } = entry.output
    return { index, output: bytes, outputSalt: salts.bytes, evidence, evidenceSalt: salts.evidence }
  })
  return { batchDigest: commitment.digest, executor: commitment.batch.executor, leaves }
}

/** Does the opened content match both commitments of the leaf? */
export function verify(leaf: Commitment.Leaf, opened: OpenedLeaf): boolean {
  return (
    opened.index === leaf.index &&
    Output.commit('bytes', opened.output, opened.outputSalt) === leaf.bytesCommit &&
    Output.commit('evidence', opened.evidence, opened.evidenceSalt) === leaf.evidenceCommit
  )
}

function outside(index: unknown, count: number): InvalidOpeningError {
  return new InvalidOpeningError('the batch has no such index.', {
    subject: 'index',
    value: index,
    rule: `0 <= index < ${count}`,
    fix: 'open the indices that Sample drew for this batch',
  })
}

/** Decodes an opening. @throws InvalidOpeningError naming the field, the value, the rule and the fix. */
export function decode(value: unknown): Opening {
  return Schema.parse(schema, value, 'opening', InvalidOpeningError)
}

/** An opening that is malformed. */
export class InvalidOpeningError extends BaseError {
  override name = 'Opening.InvalidOpeningError'
}
