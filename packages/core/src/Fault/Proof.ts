/** What each kind of proof consists of, and when it holds. */
import * as z from 'zod'
import * as Checkpoint from '../Checkpoint.js'
import * as Commitment from '../Commitment.js'
import type { Hex } from '../Encoding.js'
import { BaseError } from '../Errors.js'
import * as Opening from '../Opening.js'
import * as Receipt from '../Receipt.js'
import * as Schema from '../Schema.js'
import {
  batch,
  belongs,
  checkpoint,
  nodes,
  opening,
  opens,
  type Place,
  receipt,
  type Signed,
  type Statement,
  signedBatch,
  signedCheckpoint,
  signedOpening,
  signedReceipt,
} from './Signed.js'

type Batch = Signed<Commitment.Batch>
type Head = Signed<Checkpoint.Checkpoint>
type Promised = Signed<Receipt.Receipt>

/** Signed messages that no honest executor can have signed, with the leaf that shows it where one is needed. */
export type Proof =
  /** Two batches for one (executor, epoch). */
  | Readonly<{ kind: 'two-batches'; first: Batch; second: Batch }>
  /** Two leaf hashes for one (executor, epoch, index). */
  | Readonly<{ kind: 'two-receipts'; first: Promised; second: Promised }>
  /** Two heads for one sequence number. */
  | Readonly<{ kind: 'two-checkpoints'; first: Head; second: Head }>
  /** A later head that is smaller, or of the same size with another root. */
  | Readonly<{ kind: 'rewritten-log'; older: Head; newer: Head }>
  /** A batch that is smaller than a head of its log, or of the same size with another root. */
  | Readonly<{ kind: 'batch-against-log'; checkpoint: Head; batch: Batch }>
  /** A receipt for an index that the batch does not have. */
  | Readonly<{ kind: 'receipt-outside-batch'; receipt: Promised; batch: Batch }>
  /** A receipt for another leaf than the one at its index of the batch. */
  | Readonly<{
      kind: 'receipt-not-honoured'
      receipt: Promised
      batch: Batch
      leaf: Commitment.Leaf
      proof: readonly Hex[]
    }>
  /** An opening whose content is not what the leaf commits to. */
  | Readonly<{
      kind: 'bad-opening'
      opening: Signed<Opening.Opening>
      batch: Batch
      leaf: Commitment.Leaf
      proof: readonly Hex[]
    }>

/** Which fault. */
export type Kind = Proof['kind']

const inBatch = { batch: signedBatch, leaf: Commitment.leafSchema, proof: nodes }

/** Schema of {@link Proof}: form, ranges and sizes; `Fault.verify` judges what it says. */
export const schema: z.ZodType<Proof> = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('two-batches'), first: signedBatch, second: signedBatch }),
    z.strictObject({ kind: z.literal('two-receipts'), first: signedReceipt, second: signedReceipt }),
    z.strictObject({ kind: z.literal('two-checkpoints'), first: signedCheckpoint, second: signedCheckpoint }),
    z.strictObject({ kind: z.literal('rewritten-log'), older: signedCheckpoint, newer: signedCheckpoint }),
    z.strictObject({ kind: z.literal('batch-against-log'), checkpoint: signedCheckpoint, batch: signedBatch }),
    z.strictObject({ kind: z.literal('receipt-outside-batch'), receipt: signedReceipt, batch: signedBatch }),
    z.strictObject({ kind: z.literal('receipt-not-honoured'), receipt: signedReceipt, ...inBatch }),
    z.strictObject({ kind: z.literal('bad-opening'), opening: signedOpening, ...inBatch }),
  ],
  { error: 'an object with one of the kinds of Fault.Proof' },
)

/** Decodes a proof. @throws InvalidProofError */
export function decode(value: unknown): Proof {
  return Schema.parse(schema, value, 'proof', InvalidProofError)
}

type Of<K extends Kind> = Extract<Proof, { kind: K }>

type Rules<K extends Kind> = Readonly<{
  /** What must be signed. */
  statements(proof: Of<K>): readonly Statement[]
  /** Does it convict whoever signed all of these, for that executor and epoch? */
  holds(proof: Of<K>, place: Place): boolean
  /** Which leaf is at fault; equivocation is a fault of the whole epoch. */
  index?(proof: Of<K>): number
}>

const rules: { readonly [K in Kind]: Rules<K> } = {
  'two-batches': {
    statements: ({ first, second }) => [batch(first), batch(second)],
    holds: ({ first, second }, { protocol }) =>
      Commitment.digest(first.body, protocol) !== Commitment.digest(second.body, protocol),
  },
  'two-receipts': {
    statements: ({ first, second }) => [receipt(first), receipt(second)],
    holds: ({ first, second }) =>
      first.body.index === second.body.index && first.body.leafHash !== second.body.leafHash,
  },
  'two-checkpoints': {
    statements: ({ first, second }) => [checkpoint(first), checkpoint(second)],
    holds: ({ first: { body: a }, second: { body: b } }) =>
      a.sequence === b.sequence && (a.size !== b.size || a.root !== b.root),
  },
  'rewritten-log': {
    statements: ({ older, newer }) => [checkpoint(older), checkpoint(newer)],
    holds: ({ older, newer }) => Checkpoint.contradicts(older.body, newer.body),
  },
  'batch-against-log': {
    statements: (proof) => [checkpoint(proof.checkpoint), batch(proof.batch)],
    holds: (proof) => Checkpoint.contradicts(proof.checkpoint.body, proof.batch.body),
  },
  'receipt-outside-batch': {
    statements: (proof) => [receipt(proof.receipt), batch(proof.batch)],
    holds: (proof) => proof.receipt.body.index >= proof.batch.body.count,
    index: (proof) => proof.receipt.body.index,
  },
  'receipt-not-honoured': {
    statements: (proof) => [receipt(proof.receipt), batch(proof.batch)],
    holds: ({ receipt: { body }, batch: { body: of }, leaf, proof }, { protocol }) =>
      body.index === leaf.index && !Receipt.promises(body, leaf) && Commitment.includes(of, leaf, proof, protocol),
    index: ({ leaf }) => leaf.index,
  },
  'bad-opening': {
    statements: (proof) => [opening(proof.opening), batch(proof.batch)],
    holds: ({ opening: { body }, batch: { body: of }, leaf, proof }, place) => {
      const opened = body.leaves.find(({ index }) => index === leaf.index)
      if (opened === undefined || !opens(body, of, place)) return false
      return Commitment.includes(of, leaf, proof, place.protocol) && !Opening.matches(leaf, opened)
    },
    index: ({ leaf }) => leaf.index,
  },
}

function rulesOf(proof: Proof): Rules<Kind> {
  return rules[proof.kind] as Rules<Kind>
}

/** What must be signed for the proof to count. */
export function statementsOf(proof: Proof): readonly Statement[] {
  return rulesOf(proof).statements(proof)
}

/** Does it convict whoever signed its messages? It does not look at signatures. */
export function isConvicting(proof: Proof, place: Place): boolean {
  const spoken = statementsOf(proof).filter(({ struct }) => struct !== 'Opening')
  return spoken.every(({ body }) => belongs(body as never, place)) && rulesOf(proof).holds(proof, place)
}

/** The leaf at fault, where it is one. */
export function indexOf(proof: Proof): number | undefined {
  return rulesOf(proof).index?.(proof)
}

/** A proof, or evidence for one, that is malformed. */
export class InvalidProofError extends BaseError {
  override name = 'Fault.InvalidProofError'
}
