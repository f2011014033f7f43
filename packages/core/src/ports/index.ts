/**
 * What the roles need from the world. Types only: adapters and the in-memory versions implement them.
 *
 * @module
 */
import type { Hex } from '../Encoding.js'
import type { Output } from '../Output.js'
import type { BeaconValue } from '../Round.js'
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
