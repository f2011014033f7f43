/** The state of one epoch: who takes part, what the record shows, where the money is. */
import type * as Checkpoint from '../Checkpoint.js'
import type * as Commitment from '../Commitment.js'
import type * as Comparison from '../Comparison.js'
import type { Disclosure } from '../Disclosure.js'
import type { Address, Hex } from '../Encoding.js'
import type * as EProcess from '../EProcess.js'
import type { Ledger } from '../Ledger.js'
import type { OpenedLeaf } from '../Opening.js'
import type { Deadlines, Protocol } from '../Protocol.js'
import type * as Reexecution from '../Reexecution.js'
import type { Claim, Reveal } from '../Reexecution.js'
import type { Appeal, Engagement } from '../Settlement.js'
import type { LeafOutcome } from '../Verdict.js'
import type { Effect, Reception, Rejection, Step } from './Event.js'

/** A verifier's place at a leaf. */
export type Seat = Readonly<{
  verifier: Address
  /** 0 the first verifiers, 1 and up the arbiters of that level. */
  level: number
  status: 'assigned' | 'committed' | 'revealed' | 'indeterminate' | 'missing'
  commitment?: Hex
  reveal?: Reveal
  comparison?: Comparison.Comparison
  /** The verdict of its evidence. */
  verdict?: Claim
  /** It claimed another verdict than its evidence gives. */
  isWrong?: boolean
}>

/** A leaf that somebody dissented from: frozen until it is decided. */
export type Dispute = Readonly<{
  /** The level that decides now or did last: 1 and up; one above the last is the final arbiter. */
  level: number
  /** What stands; null: nothing yet. */
  decision: Claim | null
  /** Is a decision of this level still to come? */
  isOpen: boolean
  appeals: readonly Appeal[]
}>

/** A leaf that was sampled, or that a receipt is about. */
export type Leaf = Readonly<{
  index: number
  seats: readonly Seat[]
  /** Of all levels. */
  arbiters: readonly Seat[]
  disclosure?: Disclosure
  opened?: OpenedLeaf
  outcome?: LeafOutcome
  dispute?: Dispute
  /** Its dealer, once the executor has shown its warrant. */
  canary?: Address
  /** It was shown as a canary, and a quorum found nothing wrong with it. */
  isFalseCanary?: boolean
  /** Who proved that the executor had leaked what it hid. */
  reporter?: Address
}>

/** What an executor was engaged for, committed to and promised. */
export type Batch = Readonly<{
  executor: Address
  /** One for each client. */
  engagements: readonly Engagement[]
  batch?: Commitment.Batch
  digest?: Hex
  equivocated: boolean
  seed?: Hex
  /** Sampled by value: the drawn units that no disclosed leaf holds yet, ascending. */
  units: readonly bigint[]
  leaves: ReadonlyMap<number, Leaf>
  /** Which sampled index disclosed a task first: a task pays once. */
  tasks: ReadonlyMap<Hex, number>
  /** Authorised by each client so far, wei. */
  vouchers: ReadonlyMap<Address, bigint>
  /** Leaf hashes that receipts promise, by index. */
  receipts: ReadonlyMap<number, Hex>
  /** Receipts whose leaf the executor has shown in the batch. */
  honoured: ReadonlySet<number>
  /** Receipts that no leaf of the batch answers. */
  broken: ReadonlySet<number>
  /** Heads of its log, by sequence number. */
  checkpoints: ReadonlyMap<number, Checkpoint.Checkpoint>
  /** Heads that the batch was shown to extend. */
  extended: ReadonlySet<number>
}>

/** One beacon: level 0 draws samples, 1 and up the arbiters of that level. */
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
  /** Registered dealers of canaries. */
  dealers: ReadonlySet<Address>
  /** Ascending by address; stakes as they were when the epoch opened. */
  verifiers: readonly Verifier[]
  batches: ReadonlyMap<Address, Batch>
  /** One for each level. */
  beacons: readonly [Beacon, ...Beacon[]]
  withheld: readonly Readonly<{ member: Address; level: number }>[]
  /** The e-process of each executor, from before this epoch until it is settled. */
  evidence: ReadonlyMap<Address, EProcess.State>
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

/** The batch that a message speaks of, if its digest is the one on record. */
export function find(state: State, executor: Address, batchDigest: Hex): Batch | undefined {
  const batch = state.batches.get(executor)
  return batch?.digest === batchDigest ? batch : undefined
}

export function withBatch(state: State, batch: Batch): State {
  return { ...state, batches: new Map(state.batches).set(batch.executor, batch) }
}

export function withLeaf(batch: Batch, leaf: Leaf): Batch {
  return { ...batch, leaves: new Map(batch.leaves).set(leaf.index, leaf) }
}

/** Replaces a batch and one of its leaves. */
export function putLeaf(state: State, batch: Batch, leaf: Leaf): State {
  return withBatch(state, withLeaf(batch, leaf))
}

export function withBeacon(state: State, level: number, beacon: Beacon): State {
  const [first, ...rest] = state.beacons.map((one, i) => (i === level ? beacon : one))
  return { ...state, beacons: [first!, ...rest] }
}

/** Replaces one verifier's seat. */
export function withSeat(seats: readonly Seat[], seat: Seat): readonly Seat[] {
  return seats.map((one) => (one.verifier === seat.verifier ? seat : one))
}

/** Runs `work` on every batch in turn and gathers the effects. */
export function overBatches(
  state: State,
  work: (batch: Batch) => readonly [Batch, readonly Effect[]],
): readonly [State, readonly Effect[]] {
  const batches = new Map<Address, Batch>()
  const effects: Effect[] = []
  for (const [executor, batch] of state.batches) {
    const [next, emitted] = work(batch)
    batches.set(executor, next)
    effects.push(...emitted)
  }
  return [{ ...state, batches }, effects]
}

/** Runs `work` on every leaf of every batch and gathers the effects. */
export function overLeaves(
  state: State,
  work: (leaf: Leaf, batch: Batch) => readonly [Leaf, readonly Effect[]],
): readonly [State, readonly Effect[]] {
  return overBatches(state, (batch) => {
    const leaves = new Map<number, Leaf>()
    const effects: Effect[] = []
    for (const [index, leaf] of batch.leaves) {
      const [next, emitted] = work(leaf, batch)
      leaves.set(index, next)
      effects.push(...emitted)
    }
    return [{ ...batch, leaves }, effects]
  })
}

/** Every leaf with its batch. */
export function* everyLeaf({ batches }: State): Generator<readonly [Leaf, Batch]> {
  for (const batch of batches.values()) for (const leaf of batch.leaves.values()) yield [leaf, batch]
}

/** The assignment that a seat stands for. */
export function assignmentOf(batch: Batch, leaf: Leaf, { verifier, level }: Seat): Reexecution.Assignment {
  return { batchDigest: batch.digest!, executor: batch.executor, verifier, index: leaf.index, level }
}

/** Most leaves that the executor may commit to. */
export function maxCountOf({ engagements }: Batch): number {
  return engagements.reduce((sum, { maxCount }) => sum + maxCount, 0)
}

export function outcomeEffect(batch: Batch, { index }: Leaf, outcome: LeafOutcome): Effect {
  return { type: 'outcome', executor: batch.executor, index, outcome }
}

/** A leaf with its outcome, and the effect that says so. */
export function decided(batch: Batch, leaf: Leaf, outcome: LeafOutcome): readonly [Leaf, Effect[]] {
  return [{ ...leaf, outcome }, [outcomeEffect(batch, leaf, outcome)]]
}
