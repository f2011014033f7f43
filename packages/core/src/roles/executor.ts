import * as Canary from '../Canary.js'
import * as Checkpoint from '../Checkpoint.js'
import * as Commitment from '../Commitment.js'
import * as Disclosure from '../Disclosure.js'
import {
  type Address,
  assertBytes,
  assertInteger,
  assertList,
  assertObject,
  fromHex,
  type Hex,
  toHex,
} from '../Encoding.js'
import { InvalidInputError } from '../Errors.js'
import { keccak256 } from '../Hash.js'
import * as Message from '../Message.js'
import * as Opening from '../Opening.js'
import * as Output from '../Output.js'
import * as Protocol from '../Protocol.js'
import type { Model } from '../ports/index.js'
import type { Effect } from '../Round.js'
import * as Task from '../Task.js'
import { able, lowered } from './doors.js'
import type { Memory } from './guard.js'
import { type Dealt, type Log, openLog, type Served } from './log.js'

/** What a client of the epoch agreed to: only its orders are served. */
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
  /** The epoch that it serves. */
  epoch: number
  address: Address
  /** Signs with the operator key registered for `address`. */
  signer: Message.Signer
  /** 32 bytes for salts, used for nothing else. */
  secret: Uint8Array
  model: Model
  /** Of its client, or of each of its clients. */
  terms: Terms | readonly Terms[]
  /** Recovers who signed an order or a warrant, before it is worked on. */
  authenticator: Message.Authenticator
  /**
   * Where what is served and signed is kept, and who else knows of it: with it, neither kill -9 nor an old backup makes
   * this executor lose an opening or sign two things for one place. Without it, nothing outlives the process.
   */
  memory?: Memory | undefined
}>

/** Serves tasks, commits to the outputs, and answers when some of them are drawn. */
export type Executor = Readonly<{
  /** In lower case. */
  address: Address
  /**
   * Runs a task, keeps the result for the epoch's batch, and promises it. Asked for the same task again, it gives the same
   * answer, so that a client whose connection broke may ask again.
   *
   * With a warrant, nothing is run: the decoy is what the batch commits to.
   *
   * @throws Task.InvalidTaskError for a task whose leaf would be a bad opening: malformed, of no value, of another network,
   * for another input, or not the client's: signed by another key, or at another reward; Canary.InvalidWarrantError for a
   * warrant that would excuse nothing; Output.InvalidOutputError if the model's answer could not be opened;
   * InvalidInputError once the batch is sealed; RolledBackError, UnknownHistoryError or DamagedLogError, as everything
   * here, if the memory is not what was signed.
   */
  serve(task: Task.Signed, input: Hex, dealt?: Dealt): Promise<Served>
  /** The signed head of the log of everything served so far. @throws InvalidInputError if nothing was served. */
  checkpoint(): Promise<Message.Envelope<'checkpoint'>>
  /**
   * The signed batch of everything served so far. From then on nothing more is served: asked again, it signs the same
   * batch, because another one would be equivocation.
   *
   * @throws Commitment.InvalidBatchError if nothing was served.
   */
  commit(): Promise<Message.Envelope<'batch'>>
  /** Answers the effects of `Round.step` that name this executor. */
  handle(effect: Effect): Promise<readonly Message.Envelope[]>
  /** Asks the next level to decide again what convicted it. Costs the bond if that one convicts too. */
  appeal(decision: Extract<Effect, { type: 'decision' }>): Promise<Message.Envelope<'appeal'>>
}>

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
 *   epoch: 0,
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
 * const { body } = await executor.commit()
 * body.totalWeight // 500n
 * ```
 */
export function createExecutor(parameters: ExecutorParameters): Executor {
  const { protocol } = assertObject(parameters, 'parameters')
  const epoch = assertInteger(parameters.epoch, 'epoch', 0, 2 ** 32)
  const address = lowered(parameters.address)
  const signer = able(parameters.signer, 'signer', 'signTypedData')
  const model = able(parameters.model, 'model', 'execute')
  const secret = assertBytes(parameters.secret, 'secret', 32)
  const authenticator = able(parameters.authenticator, 'authenticator', 'recover')
  const terms = assertTerms(parameters.terms)
  const paramsHash = Protocol.hash(protocol)
  const place = { protocol, executor: address, epoch }
  const memory = parameters.memory === undefined ? undefined : assertMemory(parameters.memory)
  const running = new Map<Hex, Promise<Served>>()
  let opening: Promise<Log> | undefined
  const send = <K extends Message.Kind>(kind: K, body: Message.Bodies[K]) =>
    Message.sign<K>({ kind, body } as Message.Unsigned<K>, protocol, signer)

  /** The log, once it is there; a failure is tried again. */
  function open(): Promise<Log> {
    opening ??= openLog({ ...place, epoch, address, signer, authenticator, secret, memory }).catch((error) => {
      opening = undefined
      throw error
    })
    return opening
  }

  async function serve(order: Task.Signed, input: Hex, dealt?: Dealt): Promise<Served> {
    const { signature } = assertObject(order, 'task')
    fromHex(signature, 'signature', 65)
    const task = servable(Task.from(order.task), input, paramsHash)
    await assertOrdered(task, signature)
    const id = Task.id(task)
    if (dealt !== undefined) await assertDealt(dealt, id)
    const log = await open()
    const before = log.served(id) ?? running.get(id)
    if (before !== undefined) return before
    const promise = run(log, { task, signature, input }, dealt).finally(() => running.delete(id))
    running.set(id, promise)
    return promise
  }

  async function run(log: Log, asked: Omit<Commitment.Entry, 'output'>, dealt?: Dealt): Promise<Served> {
    log.assertOpen()
    const output = dealt === undefined ? await model.execute(asked.task, asked.input) : dealt.decoy
    return log.append({ ...asked, output: Output.from(output) }, dealt)
  }

  async function assertOrdered(task: Task.Task, signature: Hex): Promise<void> {
    const agreed = terms.find(({ client }) => client === task.client)
    const clients = terms.map(({ client }) => client).join(' or ')
    if (agreed === undefined) throw refused('task.client', task.client, `${clients}: the client of an engagement`)
    const { client, reward, taskKey = client } = agreed
    if (task.reward !== reward) throw refused('task.reward', task.reward, `${reward}, the reward of the engagement`)
    const signedBy = await authenticator.recover(Task.definition(task, protocol), signature)
    if (signedBy !== taskKey)
      throw refused('signature', signature, `signed by ${taskKey}, the client's recorded task key`)
  }

  async function assertDealt({ warrant, signature, operator }: Dealt, taskId: Hex): Promise<void> {
    const { dealer, ...said } = Canary.from(warrant)
    const signedBy = await authenticator.recover(Canary.definition(warrant, protocol), signature)
    const isHere = said.paramsHash === paramsHash && said.epoch === epoch && said.executor === address
    if (isHere && said.taskId === taskId && signedBy === (operator ?? dealer)) return
    throw new Canary.InvalidWarrantError('this warrant would excuse nothing.', {
      subject: 'warrant',
      value: warrant,
      rule: `for ${address}, epoch ${epoch} and task ${taskId}, signed by its dealer's operator key`,
      fix: 'ask the dealer for another one',
      see: 'protocol.md, Sample',
    })
  }

  async function checkpoint(): Promise<Message.Envelope<'checkpoint'>> {
    return (await open()).checkpoint()
  }

  async function commit(): Promise<Message.Envelope<'batch'>> {
    return (await open()).commit()
  }

  async function handle(effect: Effect): Promise<readonly Message.Envelope[]> {
    assertObject(effect, 'effect')
    if (!('executor' in effect) || effect.executor !== address) return []
    const log = await open()
    const made = log.sealed()
    return made === undefined ? [] : answer(effect, made, log)
  }

  function answer(effect: Effect, made: Commitment.Commitment, log: Log): Promise<readonly Message.Envelope[]> {
    switch (effect.type) {
      case 'request-disclosure':
        return each(drawn(made, effect), (index) => send('disclosure', Disclosure.from(made, index, protocol.mode)))
      case 'request-opening':
        return each(parts(effect.indices), (indices) => send('opening', Opening.from(made, indices)))
      case 'request-inclusion':
        return each(effect.indices, (index) => send('inclusion', inclusion(made, index)))
      case 'request-consistency':
        return each(effect.sequences, (sequence) =>
          send('consistency', consistency(made, sequence, log.sizeAt(sequence))),
        )
      case 'request-canaries':
        return each(warranted(made, effect.indices, log), ([index, dealt]) =>
          send('canary', canary(made, index, dealt)),
        )
      default:
        return Promise.resolve([])
    }
  }

  function inclusion(made: Commitment.Commitment, index: number) {
    const proof = Commitment.prove(made, index)
    return { batchDigest: made.digest, executor: address, leaf: made.leaves[index]!, proof }
  }

  function consistency({ digest, tree }: Commitment.Commitment, sequence: number, size = 0) {
    return { batchDigest: digest, executor: address, sequence, proof: Checkpoint.prove(tree, size) }
  }

  function canary(made: Commitment.Commitment, index: number, { warrant, signature }: Dealt): Canary.Canary {
    return {
      ...{ batchDigest: made.digest, executor: address, index, warrant, warrantSignature: signature },
      ...made.canaries,
    }
  }

  async function appeal(decision: Extract<Effect, { type: 'decision' }>): Promise<Message.Envelope<'appeal'>> {
    const { executor, index, level } = assertObject(decision, 'decision')
    const sealed = (await open()).sealed()
    if (sealed === undefined || executor !== address) throw notMine(executor)
    return send('appeal', { batchDigest: sealed.digest, executor, party: address, index, level: level + 1 })
  }

  return { address, serve, checkpoint, commit, handle, appeal }
}

async function each<T>(
  items: readonly T[],
  make: (item: T) => Promise<Message.Envelope>,
): Promise<readonly Message.Envelope[]> {
  return Promise.all(assertList(items, 'effect.indices').map(make))
}

/** Those of the leaves that are canaries, with their warrants. */
function warranted({ leaves }: Commitment.Commitment, indices: readonly number[], log: Log): [number, Dealt][] {
  return assertList(indices, 'effect.indices').flatMap((index) => {
    const dealt = log.canary(leaves[index]?.taskId ?? '0x')
    return dealt === undefined ? [] : [[index, dealt]]
  })
}

/** What was asked for by index, and the leaves that hold the units that were. */
function drawn(
  { leaves }: Commitment.Commitment,
  { indices, units = [] }: Extract<Effect, { type: 'request-disclosure' }>,
): readonly number[] {
  const found = new Set(assertList(indices, 'effect.indices'))
  let end = 0n
  for (const { index, weight } of assertList(units, 'effect.units').length === 0 ? [] : leaves) {
    const start = end
    end += weight
    if (units.some((unit) => start <= unit && unit < end)) found.add(index)
  }
  return [...found]
}

/** A large sample is opened by several messages. */
function parts(indices: readonly number[]): readonly (readonly number[])[] {
  const { maxLeaves } = Opening
  const count = Math.ceil(assertList(indices, 'effect.indices').length / maxLeaves)
  return Array.from({ length: count }, (_, part) => indices.slice(part * maxLeaves, (part + 1) * maxLeaves))
}

function assertTerms(terms: ExecutorParameters['terms']): readonly Terms[] {
  const list = Array.isArray(terms) ? terms : [terms as Terms]
  return list.map((one) => {
    const { client, reward, taskKey } = assertObject(one as Terms, 'terms')
    if (typeof reward !== 'bigint' || reward < 0n)
      throw new InvalidInputError('terms.reward must be an amount of wei.', {
        subject: 'terms.reward',
        value: reward,
        rule: 'a bigint, at least 0n',
        fix: 'pass the reward of the engagement',
      })
    return { client: lowered(client), reward, taskKey: taskKey === undefined ? undefined : lowered(taskKey) }
  })
}

function notMine(executor: unknown): InvalidInputError {
  return new InvalidInputError('this executor has nothing to appeal.', {
    subject: 'decision.executor',
    value: executor,
    rule: 'a decision on its own batch',
    fix: 'pass the effects of Round.step that name it',
  })
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

function assertMemory(memory: Memory): Memory {
  const { store, witnesses } = assertObject(memory, 'memory')
  return {
    store: able(store, 'memory.store', 'entries', 'write'),
    witnesses: able(witnesses, 'memory.witnesses', 'record', 'recall'),
  }
}
