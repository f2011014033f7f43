import { utf8ToBytes } from '@noble/hashes/utils.js'
import * as Canary from '../Canary.js'
import * as Checkpoint from '../Checkpoint.js'
import * as Commitment from '../Commitment.js'
import type { Address, Hex } from '../Encoding.js'
import { BaseError, InvalidInputError } from '../Errors.js'
import type * as Message from '../Message.js'
import * as Output from '../Output.js'
import type { Binding, Change, Store } from '../ports/index.js'
import * as Receipt from '../Receipt.js'
import { beaconRound } from '../Round.js'
import * as Schema from '../Schema.js'
import * as Task from '../Task.js'
import { type Guard, type GuardParameters, openGuard, serial } from './guard.js'

/** A dealer's leave to commit to a wrong output. */
export type Dealt = Readonly<{
  warrant: Canary.Warrant
  signature: Hex
  /** The wrong output: nobody who did the work would take it for right. */
  decoy: Output.Output
  /** The dealer's registered operator key, where it is not its address. */
  operator?: Address | undefined
}>

/** What a client gets for its task. */
export type Served = Readonly<{
  output: Output.Output
  /** The executor's promise that its batch will have this leaf. */
  receipt: Message.Envelope<'receipt'>
  /** What is promised; the salts stay with the executor. */
  leaf: Commitment.Leaf
}>

/** A served task, as it is kept. */
type Kept = Readonly<{ entry: Commitment.Entry; leaf: Commitment.Leaf; dealt: Dealt | undefined }>

/** What an executor has served and signed in an epoch: kept before it is promised, and there again after a restart. */
export type Log = Readonly<{
  /** @throws InvalidInputError once the batch is sealed. */
  assertOpen(): void
  /** What was served as this task, if it was. */
  served(taskId: Hex): Promise<Served> | undefined
  /** Keeps a served task as the next leaf, and promises it. @throws InvalidInputError once the batch is sealed. */
  append(entry: Commitment.Entry, dealt: Dealt | undefined): Promise<Served>
  /** Signs the next head. */
  checkpoint(): Promise<Message.Envelope<'checkpoint'>>
  /** Seals the batch, at once, and signs it. */
  commit(): Promise<Message.Envelope<'batch'>>
  /** The batch once it is sealed. */
  sealed(): Commitment.Commitment | undefined
  /** Leaves at the time of a checkpoint. */
  sizeAt(sequence: number): number | undefined
  /** The warrant behind a canary. */
  canary(taskId: Hex): Dealt | undefined
}>

/** What a log needs beyond what guards its signatures. */
export type LogParameters = GuardParameters & Readonly<{ secret: Uint8Array }>

/**
 * The log as the store has it.
 *
 * @throws DamagedLogError if its records are not what was signed; what {@link openGuard} throws.
 */
export async function openLog(parameters: LogParameters): Promise<Log> {
  const { protocol, epoch, address, secret, memory } = parameters
  const place = { protocol, executor: address, epoch }
  const guard = await openGuard(parameters)
  const kept: Kept[] = []
  const indices = new Map<Hex, number>()
  const heads: Checkpoint.Checkpoint[] = []
  let sealed: Commitment.Commitment | undefined

  function put(entry: Commitment.Entry, dealt: Dealt | undefined): Kept {
    const { leaf } = Commitment.leafOf(entry, kept.length, { ...place, secret })
    const one = { entry, leaf, dealt }
    indices.set(leaf.taskId, kept.length)
    kept.push(one)
    return one
  }

  const promiseOf = ({ leaf }: Kept) => ({ kind: 'receipt', body: Receipt.issue({ ...place, leaf }) }) as const

  function seal(): Commitment.Commitment {
    const warrants = kept.flatMap(({ dealt }) => (dealt === undefined ? [] : [Canary.digest(dealt.warrant, protocol)]))
    const entries = kept.map(({ entry }) => entry)
    return Commitment.from({ ...place, beaconRound: beaconRound(protocol, epoch), secret, entries, warrants })
  }

  async function promised(one: Kept, alongside: readonly Change[] = []): Promise<Served> {
    const receipt = await guard.sign<'receipt'>(promiseOf(one), alongside)
    return { output: one.entry.output, receipt, leaf: one.leaf }
  }

  function assertOpen(): void {
    if (sealed !== undefined) throw alreadySealed(epoch)
  }

  // Up to its first await nothing else can happen, so that leaves are written in the order of their indices.
  async function append(entry: Commitment.Entry, dealt: Dealt | undefined): Promise<Served> {
    assertOpen()
    const one = put(entry, dealt)
    return promised(one, [recordOf(guard, 'entry', one.leaf.index, { entry, dealt })])
  }

  async function checkpoint(): Promise<Message.Envelope<'checkpoint'>> {
    const leaves = kept.map(({ leaf }) => leaf)
    const body = Checkpoint.issue({ ...place, tree: Commitment.tree(leaves, protocol), previous: heads.at(-1) })
    heads.push(body)
    return guard.sign<'checkpoint'>({ kind: 'checkpoint', body }, [recordOf(guard, 'head', body.sequence, body)])
  }

  async function commit(): Promise<Message.Envelope<'batch'>> {
    sealed ??= seal()
    return guard.sign<'batch'>({ kind: 'batch', body: sealed.batch })
  }

  async function load(store: Store): Promise<void> {
    for await (const value of records(store, guard, 'entry')) {
      const { entry, dealt } = decode(value)
      assertRecorded(guard, promiseOf(put(entry, dealt)))
    }
    for await (const value of records(store, guard, 'head')) {
      const body = Checkpoint.from(value)
      assertRecorded(guard, { kind: 'checkpoint', body })
      heads.push(body)
    }
    const isSealed = guard.recorded.has('batch')
    if (kept.length + heads.length + Number(isSealed) !== guard.recorded.size)
      throw damaged('records', guard.recorded.size)
    if (!isSealed) return
    sealed = seal()
    assertRecorded(guard, { kind: 'batch', body: sealed.batch })
  }

  if (memory !== undefined) await load(memory.store)
  return {
    assertOpen,
    served: (taskId) => {
      const index = indices.get(taskId)
      return index === undefined ? undefined : promised(kept[index]!)
    },
    append,
    checkpoint,
    commit,
    sealed: () => sealed,
    sizeAt: (sequence) => heads[sequence]?.size,
    canary: (taskId) => kept[indices.get(taskId) ?? -1]?.dealt,
  }
}

type Part = 'entry' | 'head'

function recordOf({ prefix }: Guard, part: Part, number: number, value: object): Change {
  return { key: `${prefix}${part}/${serial(number)}`, value: utf8ToBytes(JSON.stringify(value, Schema.toJson)) }
}

/** The records of a part, which are numbered from 0 without a gap. */
async function* records(store: Store, { prefix }: Guard, part: Part): AsyncIterable<unknown> {
  let number = 0
  for await (const [key, value] of store.entries(`${prefix}${part}/`)) {
    if (key !== `${prefix}${part}/${serial(number++)}`) throw damaged('record', key)
    yield JSON.parse(new TextDecoder().decode(value))
  }
}

function decode(value: unknown): Readonly<{ entry: Commitment.Entry; dealt: Dealt | undefined }> {
  const { entry, dealt } = value as { entry: Commitment.Entry; dealt?: Dealt }
  const canary = dealt && { ...dealt, warrant: Canary.from(dealt.warrant), decoy: Output.from(dealt.decoy) }
  return { entry: { ...entry, task: Task.from(entry.task), output: Output.from(entry.output) }, dealt: canary }
}

/** What is made from the records must be what was signed. */
function assertRecorded(guard: Guard, message: Message.Unsigned<Binding>): void {
  if (!guard.isRecorded(message)) throw damaged(message.kind, message.body)
}

function damaged(subject: string, value: unknown): DamagedLogError {
  return new DamagedLogError('the records are not what was signed.', {
    subject,
    value,
    rule: 'entries and heads without a gap, and from them and the secret exactly the digests that were signed',
    fix: 'pass the secret that the epoch began with; if it is that, the store is damaged: sign nothing more in this epoch',
    see: 'protocol.md, Commitment',
  })
}

function alreadySealed(epoch: number): InvalidInputError {
  return new InvalidInputError('the epoch’s batch is already signed.', {
    subject: 'epoch',
    value: epoch,
    rule: 'tasks are served before commit() is called',
    fix: 'serve it with the executor of the next epoch',
    see: 'protocol.md, Commitment',
  })
}

/** The store's records and what was signed do not belong together. */
export class DamagedLogError extends BaseError {
  override name = 'Roles.DamagedLogError'
}
