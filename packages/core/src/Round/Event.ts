/** What goes into the machine and what comes out of it. */
import type * as Comparison from '../Comparison.js'
import type * as Disclosure from '../Disclosure.js'
import type { Address, Hex } from '../Encoding.js'
import type * as EProcess from '../EProcess.js'
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
  /** 0 draws the sample, 1 and up the arbiters of that level. */
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
  | 'not-promised'
  | 'not-a-canary'

/** What happened to an event: applied, ignored as a repetition, or rejected with a typed reason. */
export type Reception =
  | Readonly<{ status: 'applied' }>
  | Readonly<{ status: 'duplicate' }>
  | Readonly<{ status: 'rejected'; reason: Rejection }>

/** A party's failure of duty, or a proof against it, reported when it is established. */
export type Fault = Readonly<{
  type: 'fault'
  party: Address
  fault:
    | 'missing-opening'
    | 'bad-opening'
    | 'late'
    | 'equivocation'
    | 'broken-receipt'
    | 'missing-reveal'
    | 'wrong-verdict'
    | 'caught-by-canary'
    | 'withheld-beacon'
  executor?: Address
  index?: number
  level?: number
  flaw?: Disclosure.Flaw | 'leaked'
}>

/** What the world should do or know. Requests name who has to act; delivering them is the caller's work. */
export type Effect =
  /** Panel members commit to a secret each, for every level. */
  | Readonly<{ type: 'request-beacon-commits'; members: readonly Address[] }>
  /** The panel reveals (commit-reveal), or somebody fetches that round (drand) or block. */
  | Readonly<{ type: 'request-beacon'; level: number; round: number; members: readonly Address[] }>
  /** By value, units are drawn: whose leaves they lie in shows when the executor discloses them. */
  | Readonly<{ type: 'sampled'; executor: Address; indices: readonly number[]; units?: readonly bigint[]; seed: Hex }>
  | Readonly<{
      type: 'request-disclosure'
      executor: Address
      indices: readonly number[]
      units?: readonly bigint[]
    }>
  | Readonly<{ type: 'request-reexecution'; assignment: Reexecution.Assignment; disclosure: Disclosure.Disclosure }>
  | Readonly<{ type: 'request-opening'; executor: Address; indices: readonly number[] }>
  /** Shows that the batch has the leaves of these receipts. */
  | Readonly<{ type: 'request-inclusion'; executor: Address; indices: readonly number[] }>
  /** Shows that the batch extends these checkpoints. */
  | Readonly<{ type: 'request-consistency'; executor: Address; sequences: readonly number[] }>
  /** Shows the warrants of those of these leaves that are canaries. */
  | Readonly<{ type: 'request-canaries'; executor: Address; indices: readonly number[] }>
  | Readonly<{ type: 'request-reveal'; assignment: Reexecution.Assignment; opened: OpenedLeaf | null }>
  | Readonly<{
      type: 'request-arbitration'
      assignment: Reexecution.Assignment
      disclosure: Disclosure.Disclosure
      opened: OpenedLeaf
    }>
  /** A level has decided; its parties may appeal until the next dispute deadline. */
  | Readonly<{
      type: 'decision'
      executor: Address
      index: number
      level: number
      claim: Reexecution.Claim | null
    }>
  | Readonly<{
      type: 'request-ruling'
      arbiter: Address
      executor: Address
      batchDigest: Hex
      index: number
      disclosure: Disclosure.Disclosure
      opened: OpenedLeaf
    }>
  | Readonly<{ type: 'compared'; assignment: Reexecution.Assignment; comparison: Comparison.Comparison }>
  | Readonly<{ type: 'outcome'; executor: Address; index: number; outcome: LeafOutcome }>
  | Fault
  | Readonly<{ type: 'void'; reason: 'beacon-timeout' }>
  | Readonly<{
      type: 'settled'
      transfers: readonly Ledger.Transfer[]
      slashes: readonly Slash[]
      /** The e-process of each executor, for the next epoch to open with. */
      evidence: ReadonlyMap<Address, EProcess.State>
    }>

/** The result of a step. */
export type Step<S> = Readonly<{ state: S; effects: readonly Effect[]; reception: Reception }>
