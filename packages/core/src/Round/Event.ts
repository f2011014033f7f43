/** What goes into the machine and what comes out of it. */
import type * as Comparison from '../Comparison.js'
import type * as Disclosure from '../Disclosure.js'
import type { Address, Hex } from '../Encoding.js'
import type * as Ledger from '../Ledger.js'
import type * as Message from '../Message.js'
import type { OpenedLeaf } from '../Opening.js'
import type * as Reexecution from '../Reexecution.js'
import type { Slash } from '../Settlement.js'
import type { LeafOutcome } from '../Verdict.js'

/** Time, unix seconds. Messages are judged by the latest tick; a tick into the past changes nothing. */
export type Tick = Readonly<{ kind: 'tick'; now: number }>

/**
 * A drand round, verified inside the machine; with the test source, a bare nudge.
 *
 * With the block source, the fixed block (`round` is its number) and its hash. The machine can't check that hash: whoever
 * feeds the event vouches for it, as it does for the time of a tick. Feed what your own node calls final, or what a quorum
 * signed, and only if the block's timestamp is after the deadline; never what a peer sent (see `Beacon.blockRandomness`).
 */
export type BeaconValue = Readonly<{
  kind: 'beacon-value'
  /** 0 draws the sample, 1 the arbiters. */
  level: number
  round: number
  signature?: Hex
  previousSignature?: Hex
  /** Block source only: 32 bytes. */
  hash?: Hex
}>

/** Everything that `Round.step` accepts. */
export type Event = Tick | BeaconValue | Message.Authenticated

/** Why an event was refused. Nothing changed, unless the effects report a fault. */
export type Rejection =
  | 'malformed'
  | 'not-authenticated'
  | 'closed'
  | 'early'
  | 'late'
  | 'unknown-party'
  | 'unknown-signer'
  | 'wrong-parameters'
  | 'wrong-epoch'
  | 'wrong-beacon-round'
  | 'too-many-tasks'
  | 'weightless'
  | 'wrong-source'
  | 'bad-beacon'
  | 'does-not-open'
  | 'wrong-batch'
  | 'not-sampled'
  | 'not-assigned'
  | 'not-disclosed'
  | 'not-committed'
  | 'already-committed'
  | 'already-said'
  | 'not-due'
  | 'unusable-evidence'
  | 'faulted'

/** What happened to an event: applied, ignored as a repetition, or rejected with a typed reason. */
export type Reception =
  | Readonly<{ status: 'applied' }>
  | Readonly<{ status: 'duplicate' }>
  | Readonly<{ status: 'rejected'; reason: Rejection }>

/** A party's failure of duty, reported when it is established. */
export type Fault = Readonly<{
  type: 'fault'
  party: Address
  fault:
    | 'missing-opening'
    | 'bad-opening'
    | 'late'
    | 'equivocation'
    | 'missing-reveal'
    | 'wrong-verdict'
    | 'withheld-beacon'
  executor?: Address
  index?: number
  level?: number
  flaw?: Disclosure.Flaw
}>

/** What the world should do or know. Requests name who has to act; delivering them is the caller's work. */
export type Effect =
  /** Panel members commit to a secret each, for both levels. */
  | Readonly<{ type: 'request-beacon-commits'; members: readonly Address[] }>
  /** The panel reveals (commit-reveal), or somebody fetches that round (drand) or block. */
  | Readonly<{ type: 'request-beacon'; level: number; round: number; members: readonly Address[] }>
  | Readonly<{ type: 'sampled'; executor: Address; indices: readonly number[]; seed: Hex }>
  | Readonly<{ type: 'request-disclosure'; executor: Address; indices: readonly number[] }>
  | Readonly<{ type: 'request-reexecution'; assignment: Reexecution.Assignment; disclosure: Disclosure.Disclosure }>
  | Readonly<{ type: 'request-opening'; executor: Address; indices: readonly number[] }>
  | Readonly<{ type: 'request-reveal'; assignment: Reexecution.Assignment; opened: OpenedLeaf | null }>
  | Readonly<{
      type: 'request-arbitration'
      assignment: Reexecution.Assignment
      disclosure: Disclosure.Disclosure
      opened: OpenedLeaf
    }>
  | Readonly<{ type: 'compared'; assignment: Reexecution.Assignment; comparison: Comparison.Comparison }>
  | Readonly<{ type: 'outcome'; executor: Address; index: number; outcome: LeafOutcome }>
  | Fault
  | Readonly<{ type: 'void'; reason: 'beacon-timeout' }>
  | Readonly<{ type: 'settled'; transfers: readonly Ledger.Transfer[]; slashes: readonly Slash[] }>

/** The result of a step. */
export type Step<S> = Readonly<{ state: S; effects: readonly Effect[]; reception: Reception }>
