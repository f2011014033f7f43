/**
 * What the roles need from the world. Types only: adapters and the in-memory versions implement them.
 *
 * @module
 */
import type { Address, Hex } from '../Encoding.js'
import type { Envelope } from '../Message.js'
import type { Output } from '../Output.js'
import type { BeaconValue, State, Step } from '../Round.js'
import type { Task } from '../Task.js'

export type { Authenticator, Signer } from '../Message.js'

/** What a verifier re-executes. */
export type Replay = Readonly<{
  task: Task
  input: Hex
  /** The executor's canonical bytes in `evidence` mode; null in `full` mode. */
  output: Hex | null
  /** 0: sampled; 1 and up: arbitration, where the executor's result is already public. */
  level: number
}>

/** Something that runs inference. Failures are thrown, never encoded as results. */
export type Model = Readonly<{
  /** Serves a task: canonical bytes, and numeric evidence where the comparator needs it. */
  execute(task: Task, input: Hex): Promise<Output>
  /** Re-executes: output bytes in `full` mode, this model's own evidence for the given output in `evidence` mode. */
  reexecute(replay: Replay): Promise<Hex>
}>

/** What is known of a beacon's round: with its level, the `beacon-value` event of `Round.step`. */
export type RoundValue = Pick<BeaconValue, 'round' | 'signature' | 'previousSignature' | 'hash'>

/**
 * Where randomness comes from. A round is asked for by its number, which the parameters fix: there is no "latest". A source
 * returns what it has verified, or, of a block, what its own node calls final.
 */
export type BeaconSource = Readonly<{
  /** Throws while the value can't be had, so that the caller asks again; and the signal's reason, once it is aborted. */
  round(round: number, options?: Readonly<{ signal?: AbortSignal | undefined }>): Promise<RoundValue>
}>

/** A record to be written, under a key in ASCII; null removes it. */
export type Change = Readonly<{ key: string; value: Uint8Array | null }>

/**
 * What a node must not forget: records by key, in one process at a time. A store throws for what it can't read: a damaged
 * record is never taken for one that isn't there.
 */
export type Store = Readonly<{
  /** The record, or undefined if there is none. */
  get(key: string): Promise<Uint8Array | undefined>
  /** The records whose keys begin so, ascending by key. */
  entries(prefix: string): AsyncIterable<readonly [key: string, value: Uint8Array]>
  /** All of these or none. Durable once it resolves: neither kill -9 nor a power cut loses them. */
  write(changes: readonly Change[]): Promise<void>
  close(): Promise<void>
}>

/** Messages of which an executor must never sign two for one place: they would prove its fault. */
export type Binding = 'receipt' | 'checkpoint' | 'batch'

/**
 * Others' memory of what an executor has signed: its chain, its clients, its peers. An old backup of its own store does
 * not know what was signed since; they do.
 */
export type Witnesses = Readonly<{
  /** Resolves once they hold it, after which it may be handed to anybody else. */
  record(envelope: Envelope<Binding>): Promise<void>
  /**
   * What they hold that it signed in that epoch, at least the latest of each kind. Forgeries among it do no harm. Throws
   * where nobody can tell, so that nothing more is signed.
   */
  recall(executor: Address, epoch: number): Promise<readonly Envelope[]>
}>

/** Time, as a node reads it: milliseconds since 1970, and waiting. */
export type Clock = Readonly<{
  now(): number
  /** Throws the signal's reason once it is aborted. */
  sleep(milliseconds: number, options?: Readonly<{ signal?: AbortSignal | undefined }>): Promise<void>
}>

/** What peers send each other: text of JSON such as `Message.encodeBytes` gives, or bytes. */
export type Parcel = Readonly<{ type: 'json' | 'bytes'; body: Uint8Array }>

/** Why a parcel is not taken, for its sender to read: sending it again would not help. */
export type Refusal = Readonly<{ refused: string }>

/**
 * Answers a parcel, or takes it without an answer. A parcel may arrive more than once, since senders repeat what was not
 * answered: the same one gets the same answer. The signal is aborted once nobody waits for it any more.
 *
 * What is thrown is trouble of the receiver's own: its sender only learns that, and tries again.
 */
export type Receiver = (
  parcel: Parcel,
  options: Readonly<{ signal: AbortSignal }>,
) => Promise<Parcel | Refusal | undefined>

/** The way to a node's peers. What is on it is not trusted: messages are signed. */
export type Transport = Readonly<{
  /** Sends to a topic of a peer until it is answered. Throws once that is hopeless, or the signal aborted. */
  send(
    peer: string,
    topic: string,
    parcel: Parcel,
    options?: Readonly<{ signal?: AbortSignal | undefined }>,
  ): Promise<Parcel | undefined>
}>

/** What a chain has accepted, and its time, unix seconds; an event of null is time alone. */
export type Recorded = Readonly<{ now: number; event: Envelope | BeaconValue | null }>

/**
 * Where everybody reads the same: an epoch's opening, and what was accepted since, in one order and at one time. Whoever
 * replays it comes to the same state, and so to the same balances.
 */
export type Chain = Readonly<{
  /** The epoch as `Round.open` left it. */
  opened(epoch: number): Promise<Pick<Step<State>, 'state' | 'effects'>>
  /**
   * Resolves once the event is on record for good; of an event that is there already, at once. Throws where that is not
   * known, so that the caller submits it again.
   */
  submit(
    epoch: number,
    event: Envelope | BeaconValue,
    options?: Readonly<{ signal?: AbortSignal | undefined }>,
  ): Promise<void>
  /** The record from its entry number `from` on, final entries only, and further ones as they come. Ends with the signal. */
  record(
    epoch: number,
    options?: Readonly<{ from?: number | undefined; signal?: AbortSignal | undefined }>,
  ): AsyncIterable<Recorded>
}>
