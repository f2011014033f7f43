/** What was promised while tasks were served: vouchers by clients; receipts and checkpoints by executors, and their proof. */
import * as Checkpoint from '../Checkpoint.js'
import * as Commitment from '../Commitment.js'
import type * as Message from '../Message.js'
import * as Receipt from '../Receipt.js'
import { equivocated } from './batch.js'
import type { Effect, Step } from './Event.js'
import { applied, type Batch, duplicate, find, foreign, rejected, type State, withBatch } from './State.js'

/** A client authorises payment, in total; less than before says nothing new. */
export function onVoucher(state: State, { body }: Message.Authenticated<'voucher'>): Step<State> {
  const { client, executor, cumulative } = body
  const batch = state.batches.get(executor)
  if (!batch?.engagements.some((one) => one.client === client)) return rejected(state, 'unknown-party')
  const elsewhere = foreign(state, body)
  if (elsewhere !== undefined) return rejected(state, elsewhere)
  if (cumulative <= (batch.vouchers.get(client) ?? -1n)) return duplicate(state)
  return applied(withBatch(state, { ...batch, vouchers: new Map(batch.vouchers).set(client, cumulative) }))
}

/** A receipt is on record until the batch is; then the executor must show its leaf, and two for one index are a lie. */
export function onReceipt(state: State, { body }: Message.Authenticated<'receipt'>): Step<State> {
  const batch = state.batches.get(body.executor)
  if (batch === undefined) return rejected(state, 'unknown-party')
  const elsewhere = foreign(state, body)
  if (elsewhere !== undefined) return rejected(state, elsewhere)
  const known = batch.receipts.get(body.index)
  if (known !== undefined) return known === body.leafHash ? duplicate(state) : equivocated(state, batch)
  const promised = { ...batch, receipts: new Map(batch.receipts).set(body.index, body.leafHash) }
  if (state.now <= state.deadlines.commit) return applied(withBatch(state, promised))
  const [next, effects] = claimReceipts(promised, [body.index])
  return applied(withBatch(state, next), ...effects)
}

/**
 * Holds a closed batch against receipts: what it can't have is broken at once, what a disclosure shows is settled by it,
 * and for the rest the executor is asked.
 */
export function claimReceipts(batch: Batch, indices: readonly number[]): readonly [Batch, Effect[]] {
  let next = batch
  const effects: Effect[] = []
  const open: number[] = []
  for (const index of indices) {
    const leaf = batch.leaves.get(index)?.disclosure?.leaf
    if (index >= (batch.batch?.count ?? 0)) next = withBroken(next, index, effects)
    else if (leaf !== undefined) next = withShown(next, leaf, effects)
    else open.push(index)
  }
  const { executor } = batch
  if (open.length > 0) effects.push({ type: 'request-inclusion', executor, indices: open })
  return [next, effects]
}

function withBroken(batch: Batch, index: number, effects: Effect[]): Batch {
  const { executor } = batch
  effects.push({ type: 'fault', party: executor, fault: 'broken-receipt', executor, index })
  return { ...batch, broken: new Set(batch.broken).add(index) }
}

/** A leaf of the batch is seen: it honours the receipt for its index, or breaks it. */
export function withShown(batch: Batch, leaf: Commitment.Leaf, effects: Effect[]): Batch {
  const { index } = leaf
  const promised = batch.receipts.get(index)
  if (promised === undefined || batch.honoured.has(index) || batch.broken.has(index)) return batch
  if (Receipt.leafHash(leaf) !== promised) return withBroken(batch, index, effects)
  return { ...batch, honoured: new Set(batch.honoured).add(index) }
}

/** The executor shows the leaf of a receipt. */
export function onInclusion(state: State, { body }: Message.Authenticated<'inclusion'>): Step<State> {
  const batch = find(state, body.executor, body.batchDigest)
  if (batch === undefined) return rejected(state, 'wrong-batch')
  const { leaf, proof } = body
  if (!batch.receipts.has(leaf.index)) return rejected(state, 'not-promised')
  if (batch.honoured.has(leaf.index) || batch.broken.has(leaf.index)) return duplicate(state)
  if (!Commitment.includes(batch.batch!, leaf, proof, state.protocol)) return rejected(state, 'does-not-open')
  const effects: Effect[] = []
  return applied(withBatch(state, withShown(batch, leaf, effects)), ...effects)
}

/** A head of the executor's log. Two for one sequence number, or one that contradicts another, are equivocation. */
export function onCheckpoint(state: State, { body }: Message.Authenticated<'checkpoint'>): Step<State> {
  const batch = state.batches.get(body.executor)
  if (batch === undefined) return rejected(state, 'unknown-party')
  const elsewhere = foreign(state, body)
  if (elsewhere !== undefined) return rejected(state, elsewhere)
  const known = batch.checkpoints.get(body.sequence)
  if (known !== undefined) return isSame(known, body) ? duplicate(state) : equivocated(state, batch)
  const recorded = { ...batch, checkpoints: new Map(batch.checkpoints).set(body.sequence, body) }
  if (isContradicted(recorded, body)) return equivocated(state, recorded)
  if (state.now <= state.deadlines.commit) return applied(withBatch(state, recorded))
  return applied(withBatch(state, recorded), ...requestConsistency(recorded, [body.sequence]))
}

function isSame(a: Checkpoint.Checkpoint, b: Checkpoint.Checkpoint): boolean {
  return a.size === b.size && a.root === b.root
}

function isContradicted({ checkpoints, batch }: Batch, head: Checkpoint.Checkpoint): boolean {
  const others = [...checkpoints.values()].filter(({ sequence }) => sequence !== head.sequence)
  const earlier = others.some((one) => one.sequence < head.sequence && Checkpoint.contradicts(one, head))
  const later = others.some((one) => one.sequence > head.sequence && Checkpoint.contradicts(head, one))
  return earlier || later || (batch !== undefined && Checkpoint.contradicts(head, batch))
}

/** Does the closed batch contradict a head of its log? */
export function contradictsLog({ checkpoints, batch }: Batch): boolean {
  return batch !== undefined && [...checkpoints.values()].some((head) => Checkpoint.contradicts(head, batch))
}

/** Asks for the proofs that the batch extends its log. Without a batch there is nothing to extend. */
export function requestConsistency({ executor, batch }: Batch, sequences: readonly number[]): Effect[] {
  if (batch === undefined || sequences.length === 0) return []
  return [{ type: 'request-consistency', executor, sequences }]
}

/** The executor shows that its batch extends a head. */
export function onConsistency(state: State, { body }: Message.Authenticated<'consistency'>): Step<State> {
  const batch = find(state, body.executor, body.batchDigest)
  if (batch === undefined) return rejected(state, 'wrong-batch')
  const head = batch.checkpoints.get(body.sequence)
  if (head === undefined) return rejected(state, 'not-promised')
  if (batch.extended.has(body.sequence)) return duplicate(state)
  if (!Checkpoint.verify(head, batch.batch!, body.proof, state.protocol)) return rejected(state, 'does-not-open')
  return applied(withBatch(state, { ...batch, extended: new Set(batch.extended).add(body.sequence) }))
}
