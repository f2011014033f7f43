/** The state of one epoch: who takes part, what the record shows, where the money is. */
import type * as Commitment from '../Commitment.js'
import type * as Comparison from '../Comparison.js'
import type { Disclosure } from '../Disclosure.js'
import type { Address, Hex } from '../Encoding.js'
import type { Ledger } from '../Ledger.js'
import type { OpenedLeaf } from '../Opening.js'
import type { Deadlines, Protocol } from '../Protocol.js'
import type * as Reexecution from '../Reexecution.js'
import type { Claim, Reveal } from '../Reexecution.js'
import type { Engagement } from '../Settlement.js'
import type { LeafOutcome } from '../Verdict.js'
import type { Effect, Reception, Rejection, Step } from './Event.js'

/** A verifier's place at a leaf. */
export type Seat = Readonly<{
  verifier: Address
  status: 'assigned' | 'committed' | 'revealed' | 'indeterminate' | 'missing'
  commitment?: Hex
  reveal?: Reveal
  comparison?: Comparison.Comparison
  /** The verdict of its evidence. */
  verdict?: Claim
  /** It claimed another verdict than its evidence gives. */
  isWrong?: boolean
}>

/** A sampled leaf. */
export type Leaf = Readonly<{
  index: number
  seats: readonly Seat[]
  arbiters: readonly Seat[]
  disclosure?: Disclosure
  opened?: OpenedLeaf
  outcome?: LeafOutcome
  isDisputed: boolean
}>

/** An engagement and what its executor committed to. */
export type Batch = Readonly<{
  engagement: Engagement
  batch?: Commitment.Batch
  digest?: Hex
  equivocated: boolean
  seed?: Hex
  leaves: ReadonlyMap<number, Leaf>
  /** Which sampled index disclosed a task first: a task pays once. */
  tasks: ReadonlyMap<Hex, number>
}>

/** One beacon: level 0 draws samples, level 1 arbiters. */
export type Beacon = Readonly<{
  round: number
  commits: ReadonlyMap<Address, Hex>
  secrets: ReadonlyMap<Address, Hex>
  value?: Hex
}>

/** A verifier of the frozen set. */
export type Verifier = Readonly<{ address: Address; stake: bigint }>

/** See the module. Never changed in place. */
export type State = Readonly<{
  protocol: Protocol
  paramsHash: Hex
  epoch: number
  deadlines: Deadlines
  now: number
  /** How many deadlines have been acted upon. */
  passed: number
  status: 'running' | 'settled'
  /** No beacon value came in time: everything is paid back. */
  isVoid: boolean
  ledger: Ledger
  /** Operator key of each party. */
  operators: ReadonlyMap<Address, Address>
  /** Recorded task key of each client. */
  taskKeys: ReadonlyMap<Address, Address>
  /** Ascending by address; stakes as they were when the epoch opened. */
  verifiers: readonly Verifier[]
  batches: ReadonlyMap<Address, Batch>
  beacons: readonly [Beacon, Beacon]
  withheld: readonly Readonly<{ member: Address; level: number }>[]
}>

export function applied(state: State, ...effects: readonly Effect[]): Step<State> {
  return { state, effects, reception: { status: 'applied' } }
}

export function rejected(state: State, reason: Rejection, ...effects: readonly Effect[]): Step<State> {
  return { state, effects, reception: { status: 'rejected', reason } }
}

const duplicateReception: Reception = { status: 'duplicate' }

export function duplicate(state: State): Step<State> {
  return { state, effects: [], reception: duplicateReception }
}

/** Was it signed for another network or epoch? Without this an old message, sent again, would speak for its signer. */
export function foreign(
  { paramsHash, epoch }: State,
  body: Readonly<{ paramsHash: Hex; epoch: number }>,
): Rejection | undefined {
  if (body.paramsHash !== paramsHash) return 'wrong-parameters'
  return body.epoch === epoch ? undefined : 'wrong-epoch'
}

export function withBatch(state: State, batch: Batch): State {
  return { ...state, batches: new Map(state.batches).set(batch.engagement.executor, batch) }
}

export function withLeaf(batch: Batch, leaf: Leaf): Batch {
  return { ...batch, leaves: new Map(batch.leaves).set(leaf.index, leaf) }
}

/** Replaces a batch and one of its leaves. */
export function putLeaf(state: State, batch: Batch, leaf: Leaf): State {
  return withBatch(state, withLeaf(batch, leaf))
}

export function withBeacon(state: State, level: number, beacon: Beacon): State {
  const [first, second] = state.beacons
  return { ...state, beacons: level === 0 ? [beacon, second] : [first, beacon] }
}

/** Replaces one verifier's seat. */
export function withSeat(seats: readonly Seat[], seat: Seat): readonly Seat[] {
  return seats.map((one) => (one.verifier === seat.verifier ? seat : one))
}

/** Runs `work` on every batch in turn and gathers the effects. */
export function overBatches(
  state: State,
  work: (state: State, batch: Batch) => readonly [Batch, readonly Effect[]],
): readonly [State, readonly Effect[]] {
  const batches = new Map<Address, Batch>()
  const effects: Effect[] = []
  for (const [executor, batch] of state.batches) {
    const [next, emitted] = work(state, batch)
    batches.set(executor, next)
    effects.push(...emitted)
  }
  return [{ ...state, batches }, effects]
}

/** Runs `work` on every sampled leaf of a batch and gathers the effects. */
export function overLeaves(
  batch: Batch,
  work: (leaf: Leaf) => readonly [Leaf, readonly Effect[]],
): readonly [Batch, readonly Effect[]] {
  const leaves = new Map<number, Leaf>()
  const effects: Effect[] = []
  for (const [index, leaf] of batch.leaves) {
    const [next, emitted] = work(leaf)
    leaves.set(index, next)
    effects.push(...emitted)
  }
  return [{ ...batch, leaves }, effects]
}

/** The assignment that a seat stands for. */
export function assignmentOf(batch: Batch, leaf: Leaf, seat: Seat, level: number): Reexecution.Assignment {
  return {
    batchDigest: batch.digest!,
    executor: batch.engagement.executor,
    verifier: seat.verifier,
    index: leaf.index,
    level,
  }
}
