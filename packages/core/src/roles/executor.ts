import * as Commitment from '../Commitment.js'
import * as Disclosure from '../Disclosure.js'
import { type Address, assertBytes, assertList, assertObject, fromHex, type Hex, toHex } from '../Encoding.js'
import { InvalidInputError } from '../Errors.js'
import { keccak256 } from '../Hash.js'
import * as Message from '../Message.js'
import * as Opening from '../Opening.js'
import * as Output from '../Output.js'
import * as Protocol from '../Protocol.js'
import type { Model } from '../ports/index.js'
import { beaconRound, type Effect } from '../Round.js'
import * as Task from '../Task.js'
import { able, lowered } from './doors.js'

/** What the executor's client agreed to for the epoch: only its orders are served. */
export type Terms = Readonly<{
  client: Address
  /** Wei per task, as in the engagement that `Round.open` records. */
  reward: bigint
  /** The client's recorded task key, where it is not its own address. */
  taskKey?: Address | undefined
}>

/** What an executor is made of. */
export type ExecutorParameters = Readonly<{
  protocol: Protocol.Protocol
  address: Address
  /** Signs with the operator key registered for `address`. */
  signer: Message.Signer
  /** 32 bytes for salts, used for nothing else. */
  secret: Uint8Array
  model: Model
  terms: Terms
  /** Recovers who signed an order, before it is worked on. */
  authenticator: Message.Authenticator
}>

/** Serves tasks, commits to the outputs, and answers when some of them are drawn. */
export type Executor = Readonly<{
  /** In lower case. */
  address: Address
  /**
   * Runs a task and keeps the result for the epoch's batch.
   *
   * @throws Task.InvalidTaskError for a task whose leaf would be a bad opening: malformed, of no value, of another network,
   * for another input, served before, or not the client's: signed by another key, or at another reward; Output.InvalidOutputError if the model's answer could not be opened;
   * InvalidInputError once the batch is sealed.
   */
  serve(task: Task.Signed, input: Hex): Promise<Output.Output>
  /**
   * The signed batch of everything served so far. From then on nothing more is served: asked again, it signs the same
   * batch, because another one would be equivocation.
   *
   * @throws InvalidInputError for another epoch than the one it was signed for; Commitment.InvalidBatchError if nothing
   * was served.
   */
  commit(epoch: number): Promise<Message.Envelope<'batch'>>
  /** Answers the effects of `Round.step` that name this executor. */
  handle(effect: Effect): Promise<readonly Message.Envelope[]>
}>

type Sealed = Readonly<{ epoch: number; commitment: Commitment.Commitment }>

/**
 * An executor for one epoch.
 *
 * @throws InvalidInputError if a part is missing or malformed.
 * @example
 * ```ts
 * import { createClient, createExecutor, Encoding, Protocol } from '@spotcheck/core'
 * import { cheapAuthenticator, cheapSigner, testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const party = (byte: string): Encoding.Address => `0x${byte.repeat(20)}`
 * const client = createClient({ protocol, address: party('c1'), signer: cheapSigner(party('c1')) })
 * const executor = createExecutor({
 *   protocol,
 *   address: party('e1'),
 *   signer: cheapSigner(party('e1')),
 *   secret: new Uint8Array(32).fill(7), // 32 random bytes, in earnest
 *   terms: { client: client.address, reward: 100n },
 *   authenticator: cheapAuthenticator,
 *   model: {
 *     execute: async (_, input) => ({ bytes: input, evidence: '0x' }),
 *     reexecute: async ({ input }) => input,
 *   },
 * })
 *
 * const digests = { model: Encoding.zero32, decoding: Encoding.zero32, seed: Encoding.zero32 }
 * const task = await client.order({ ...digests, input: '0x2a', nonce: 0n, reward: 100n, value: 500n })
 * await executor.serve(task, '0x2a')
 * const { body } = await executor.commit(0)
 * body.totalWeight // 500n
 * ```
 */
export function createExecutor(parameters: ExecutorParameters): Executor {
  const { protocol } = assertObject(parameters, 'parameters')
  const address = lowered(parameters.address)
  const signer = able(parameters.signer, 'signer', 'signTypedData')
  const model = able(parameters.model, 'model', 'execute')
  const secret = assertBytes(parameters.secret, 'secret', 32)
  const authenticator = able(parameters.authenticator, 'authenticator', 'recover')
  const terms = assertTerms(parameters.terms)
  const paramsHash = Protocol.hash(protocol)
  const entries: Commitment.Entry[] = []
  const accepted = new Set<Hex>()
  let sealed: Sealed | undefined

  async function serve(order: Task.Signed, input: Hex): Promise<Output.Output> {
    assertOpen(sealed)
    const { signature } = assertObject(order, 'task')
    fromHex(signature, 'signature', 65)
    const task = servable(Task.from(order.task), input, paramsHash)
    const id = Task.id(task)
    if (accepted.has(id)) throw refused('task', id, 'served once: a task that stands in a batch twice is a bad opening')
    accepted.add(id)
    try {
      await assertOrdered(task, signature)
      const output = Output.from(await model.execute(task, input))
      assertOpen(sealed)
      entries.push({ task, signature, input, output })
      return output
    } catch (error) {
      accepted.delete(id)
      throw error
    }
  }

  async function assertOrdered(task: Task.Task, signature: Hex): Promise<void> {
    const { client, reward, taskKey = client } = terms
    if (task.client !== client) throw refused('task.client', task.client, `${client}, the client of the engagement`)
    if (task.reward !== reward) throw refused('task.reward', task.reward, `${reward}, the reward of the engagement`)
    const signer = await authenticator.recover(Task.definition(task, protocol), signature)
    if (signer !== taskKey)
      throw refused('signature', signature, `signed by ${taskKey}, the client's recorded task key`)
  }

  async function commit(epoch: number): Promise<Message.Envelope<'batch'>> {
    sealed ??= seal(epoch)
    if (sealed.epoch !== epoch) throw wrongEpoch(epoch, sealed.epoch)
    return Message.sign<'batch'>({ kind: 'batch', body: sealed.commitment.batch }, protocol, signer)
  }

  function seal(epoch: number): Sealed {
    const round = beaconRound(protocol, epoch)
    const commitment = Commitment.from({ protocol, executor: address, epoch, beaconRound: round, secret, entries })
    return { epoch, commitment }
  }

  async function handle(effect: Effect): Promise<readonly Message.Envelope[]> {
    assertObject(effect, 'effect')
    if (sealed === undefined || !('executor' in effect) || effect.executor !== address) return []
    if (effect.type === 'request-disclosure') return disclose(sealed.commitment, effect.indices)
    if (effect.type === 'request-opening') return open(sealed.commitment, effect.indices)
    return []
  }

  async function disclose(made: Commitment.Commitment, indices: readonly number[]): Promise<Message.Envelope[]> {
    const bodies = assertList(indices, 'effect.indices').map((index) => Disclosure.from(made, index, protocol.mode))
    return Promise.all(bodies.map((body) => Message.sign<'disclosure'>({ kind: 'disclosure', body }, protocol, signer)))
  }

  async function open(made: Commitment.Commitment, indices: readonly number[]): Promise<Message.Envelope[]> {
    assertList(indices, 'effect.indices')
    const parts = Array.from({ length: Math.ceil(indices.length / Opening.maxLeaves) }, (_, part) =>
      Opening.from(made, indices.slice(part * Opening.maxLeaves, (part + 1) * Opening.maxLeaves)),
    )
    return Promise.all(parts.map((body) => Message.sign<'opening'>({ kind: 'opening', body }, protocol, signer)))
  }

  return { address, serve, commit, handle }
}

function assertTerms(terms: unknown): Terms {
  const { client, reward, taskKey } = assertObject(terms as Terms, 'terms')
  if (typeof reward !== 'bigint' || reward < 0n)
    throw new InvalidInputError('terms.reward must be an amount of wei.', {
      subject: 'terms.reward',
      value: reward,
      rule: 'a bigint, at least 0n',
      fix: 'pass the reward of the engagement',
    })
  return { client: lowered(client), reward, taskKey: taskKey === undefined ? undefined : lowered(taskKey) }
}

/** Refuses what `Disclosure.flaw` would find, before it is worked on. */
function servable(task: Task.Task, input: Hex, paramsHash: Hex): Task.Task {
  const bytes = fromHex(input, 'input')
  if (bytes.length > Disclosure.maxBytes)
    throw refused('input', bytes, `at most ${Disclosure.maxBytes} bytes: more can't be disclosed`)
  if (task.paramsHash !== paramsHash)
    throw refused('task.paramsHash', task.paramsHash, `${paramsHash}, the parameters of this network`)
  const digest = toHex(keccak256(bytes))
  if (task.input !== digest) throw refused('task.input', task.input, `${digest}, the digest of the input`)
  return task
}

function refused(subject: string, value: unknown, rule: string): Task.InvalidTaskError {
  return new Task.InvalidTaskError('this task is not served: its leaf would be a bad opening.', {
    subject,
    value,
    rule,
    fix: 'ask the client for a new order',
    see: 'protocol.md, Disclosure',
  })
}

function assertOpen(sealed: Sealed | undefined): void {
  if (sealed === undefined) return
  throw new InvalidInputError('the epoch’s batch is already signed.', {
    subject: 'epoch',
    value: sealed.epoch,
    rule: 'tasks are served before commit(epoch) is called',
    fix: 'serve it with the executor of the next epoch',
    see: 'protocol.md, Commitment',
  })
}

function wrongEpoch(epoch: unknown, committed: number): InvalidInputError {
  return new InvalidInputError('this executor has signed the batch of another epoch.', {
    subject: 'epoch',
    value: epoch,
    rule: `${committed}, the epoch that it committed`,
    fix: 'create an executor for each epoch',
    see: 'protocol.md, Commitment',
  })
}
