import * as Commitment from '../Commitment.js'
import * as Disclosure from '../Disclosure.js'
import type { Address, Hex } from '../Encoding.js'
import * as Message from '../Message.js'
import * as Opening from '../Opening.js'
import type { Output } from '../Output.js'
import type { Protocol } from '../Protocol.js'
import type { Model } from '../ports/index.js'
import { beaconRound, type Effect } from '../Round.js'
import type * as Task from '../Task.js'

/** What an executor is made of. */
export type ExecutorParameters = Readonly<{
  protocol: Protocol
  address: Address
  /** Signs with the operator key registered for `address`. */
  signer: Message.Signer
  /** 32 bytes for salts, used for nothing else. */
  secret: Uint8Array
  model: Model
}>

/** Serves tasks, commits to the outputs, and answers when some of them are drawn. */
export type Executor = Readonly<{
  address: Address
  /** Runs a task and keeps the result for the epoch's batch. */
  serve(task: Task.Signed, input: Hex): Promise<Output>
  /** The signed batch of everything served so far. */
  commit(epoch: number): Promise<Message.Envelope<'batch'>>
  /** Answers the effects of `Round.step` that name this executor. */
  handle(effect: Effect): Promise<readonly Message.Envelope[]>
}>

/** An executor for one epoch. */
export function createExecutor(parameters: ExecutorParameters): Executor {
  const { protocol, address, signer, secret, model } = parameters
  const entries: Commitment.Entry[] = []
  let commitment: Commitment.Commitment | undefined

  async function serve({ task, signature }: Task.Signed, input: Hex): Promise<Output> {
    const output = await model.execute(task, input)
    entries.push({ task, signature, input, output })
    return output
  }

  async function commit(epoch: number): Promise<Message.Envelope<'batch'>> {
    const round = beaconRound(protocol, epoch)
    commitment = Commitment.from({ protocol, executor: address, epoch, beaconRound: round, secret, entries })
    return Message.sign<'batch'>({ kind: 'batch', body: commitment.batch }, protocol, signer)
  }

  async function handle(effect: Effect): Promise<readonly Message.Envelope[]> {
    if (commitment === undefined || !('executor' in effect) || effect.executor !== address) return []
    if (effect.type === 'request-disclosure') return disclose(commitment, effect.indices)
    if (effect.type === 'request-opening') return open(commitment, effect.indices)
    return []
  }

  function disclose(made: Commitment.Commitment, indices: readonly number[]): Promise<Message.Envelope[]> {
    const bodies = indices.map((index) => Disclosure.from(made, index, protocol.mode))
    return Promise.all(bodies.map((body) => Message.sign<'disclosure'>({ kind: 'disclosure', body }, protocol, signer)))
  }

  async function open(made: Commitment.Commitment, indices: readonly number[]): Promise<Message.Envelope[]> {
    const parts = Array.from({ length: Math.ceil(indices.length / Opening.maxLeaves) }, (_, part) =>
      Opening.from(made, indices.slice(part * Opening.maxLeaves, (part + 1) * Opening.maxLeaves)),
    )
    return Promise.all(parts.map((body) => Message.sign<'opening'>({ kind: 'opening', body }, protocol, signer)))
  }

  return { address, serve, commit, handle }
}
