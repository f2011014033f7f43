/** Looks through what an auditor has collected for what proves a fault. Linear in it, but for log2 n of sorting. */
import type * as z from 'zod'
import type * as Checkpoint from '../Checkpoint.js'
import * as Commitment from '../Commitment.js'
import { assertList, assertObject } from '../Encoding.js'
import type * as Opening from '../Opening.js'
import type * as Receipt from '../Receipt.js'
import * as Schema from '../Schema.js'
import { InvalidProofError, isConvicting, type Proof } from './Proof.js'
import {
  areSigned,
  batch,
  belongs,
  type Claimed,
  type Context,
  checkpoint,
  type Included,
  includedLeaf,
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

/**
 * What was collected, in any order and of any executors and epochs. Signatures must have been checked; who passes a
 * forged one gets proofs that do not verify.
 */
export type Evidence = Readonly<{
  batches?: readonly Signed<Commitment.Batch>[] | undefined
  receipts?: readonly Signed<Receipt.Receipt>[] | undefined
  checkpoints?: readonly Signed<Checkpoint.Checkpoint>[] | undefined
  openings?: readonly Signed<Opening.Opening>[] | undefined
  /** Leaves with inclusion proofs, e.g. disclosures. */
  leaves?: readonly Included[] | undefined
}>

type Found = Readonly<{
  batches: readonly Signed<Commitment.Batch>[]
  receipts: readonly Signed<Receipt.Receipt>[]
  checkpoints: readonly Signed<Checkpoint.Checkpoint>[]
  openings: readonly Signed<Opening.Opening>[]
  leaves: ReadonlyMap<number, readonly Included[]>
}>

/** Every proof in the evidence that holds; many may be of one fault. */
export function* search(evidence: Evidence, place: Place): Generator<Proof> {
  const found = sort(evidence, place)
  for (const candidate of candidates(found, place)) if (isConvicting(candidate, place)) yield candidate
}

/** What the operator key signed for the place; leaves as they are. */
export async function sift(evidence: Evidence, context: Context): Promise<Evidence> {
  const { batches, receipts, checkpoints, openings, leaves } = decode(evidence)
  const keep = async <T extends object>(list: readonly Signed<T>[], state: (one: Signed<T>) => Statement) => {
    const kept: Signed<T>[] = []
    for (const one of list) if (await areSigned([state(one)], context)) kept.push(one)
    return kept
  }
  const own = <T extends Claimed>(list: readonly Signed<T>[]) => list.filter(({ body }) => belongs(body, context))
  return {
    batches: await keep(own(batches), batch),
    receipts: await keep(own(receipts), receipt),
    checkpoints: await keep(own(checkpoints), checkpoint),
    openings: await keep(openings, opening),
    leaves,
  }
}

type Decoded = { readonly [K in keyof Evidence]-?: NonNullable<Evidence[K]>[number][] }

function decode(evidence: Evidence): Decoded {
  const { batches, receipts, checkpoints, openings, leaves } = assertObject(evidence, 'evidence')
  return {
    batches: read(batches, 'batches', signedBatch),
    receipts: read(receipts, 'receipts', signedReceipt),
    checkpoints: read(checkpoints, 'checkpoints', signedCheckpoint),
    openings: read(openings, 'openings', signedOpening),
    leaves: readLeaves(leaves),
  }
}

/** What belongs to the place, decoded, each message once. */
function sort(evidence: Evidence, place: Place): Found {
  const { batches, receipts, checkpoints, openings, leaves } = decode(evidence)
  const own = <T extends Claimed>(list: readonly Signed<T>[]) => list.filter(({ body }) => belongs(body, place))
  return {
    batches: unique(own(batches), ({ body }) => Commitment.digest(body, place.protocol)),
    receipts: unique(own(receipts), ({ body }) => `${body.index} ${body.leafHash}`),
    checkpoints: own(checkpoints).sort((a, b) => a.body.sequence - b.body.sequence),
    openings,
    leaves: byIndex(leaves),
  }
}

/** Takes of each message its body and signature, so that envelopes do as they are. */
function read<T>(list: readonly Signed<T>[] | undefined, name: string, schema: z.ZodType<Signed<T>>): Signed<T>[] {
  const subject = `evidence.${name}`
  return Array.from(assertList(list ?? [], subject), (one) => {
    const { body, signature } = assertObject(one, subject)
    return Schema.parse(schema, { body, signature }, subject, InvalidProofError)
  })
}

function unique<T>(list: readonly T[], key: (one: T) => string): T[] {
  return [...new Map([...list].reverse().map((one) => [key(one), one])).values()].reverse()
}

function readLeaves(leaves: readonly Included[] | undefined): Included[] {
  const subject = 'evidence.leaves'
  return Array.from(assertList(leaves ?? [], subject), (one) => {
    const { leaf, proof } = assertObject(one, subject)
    return Schema.parse(includedLeaf, { leaf, proof }, subject, InvalidProofError)
  })
}

function byIndex(leaves: readonly Included[]): Map<number, Included[]> {
  const map = new Map<number, Included[]>()
  for (const one of leaves) {
    const known = map.get(one.leaf.index)
    if (known) known.push(one)
    else map.set(one.leaf.index, [one])
  }
  return map
}

function* candidates(found: Found, place: Place): Generator<Proof> {
  const [first, ...others] = found.batches
  if (first) for (const second of others) yield { kind: 'two-batches', first, second }
  yield* doubleReceipts(found)
  yield* brokenLog(found)
  for (const batch of found.batches) {
    for (const checkpoint of found.checkpoints) yield { kind: 'batch-against-log', checkpoint, batch }
    yield* brokenReceipts(found, batch)
    yield* badOpenings(found, batch, place)
  }
}

function* doubleReceipts({ receipts }: Found): Generator<Proof> {
  const seen = new Map<number, Signed<Receipt.Receipt>>()
  for (const second of receipts) {
    const first = seen.get(second.body.index)
    if (first) yield { kind: 'two-receipts', first, second }
    else seen.set(second.body.index, second)
  }
}

/** Neighbours are enough: sizes that never fall between neighbours never fall. */
function* brokenLog({ checkpoints }: Found): Generator<Proof> {
  for (const [i, newer] of checkpoints.entries()) {
    const older = checkpoints[i - 1]
    if (older === undefined) continue
    yield { kind: 'two-checkpoints', first: older, second: newer }
    yield { kind: 'rewritten-log', older, newer }
  }
}

function* brokenReceipts({ receipts, leaves }: Found, batch: Signed<Commitment.Batch>): Generator<Proof> {
  for (const receipt of receipts) {
    yield { kind: 'receipt-outside-batch', receipt, batch }
    for (const included of leaves.get(receipt.body.index) ?? [])
      yield { kind: 'receipt-not-honoured', receipt, batch, ...included }
  }
}

function* badOpenings({ openings, leaves }: Found, batch: Signed<Commitment.Batch>, place: Place): Generator<Proof> {
  for (const opening of openings) {
    if (!opens(opening.body, batch.body, place)) continue
    for (const { index } of opening.body.leaves)
      for (const included of leaves.get(index) ?? []) yield { kind: 'bad-opening', opening, batch, ...included }
  }
}
