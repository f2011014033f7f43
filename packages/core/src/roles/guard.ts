import { type Address, fromHex, type Hex, toHex } from '../Encoding.js'
import { BaseError } from '../Errors.js'
import * as Message from '../Message.js'
import * as Protocol from '../Protocol.js'
import type { Binding, Change, Store, Witnesses } from '../ports/index.js'
import * as TypedData from '../TypedData.js'
import { createWriter } from './writer.js'

/** Where an executor remembers what it has signed, and who else does. */
export type Memory = Readonly<{ store: Store; witnesses: Witnesses }>

/** Whose signatures are guarded, and in which epoch. */
export type GuardParameters = Readonly<{
  protocol: Protocol.Protocol
  epoch: number
  address: Address
  signer: Message.Signer
  authenticator: Message.Authenticator
  /** Without it, nothing outlives the process. */
  memory: Memory | undefined
}>

/**
 * Signs what must not be signed twice in two ways. The order: the digest is durable, with everything that answering for
 * it takes; those who remember have been asked; it is signed; those who remember have it; it is handed out.
 */
export type Guard = Readonly<{
  /** The part of the store that is this executor's, in this epoch. */
  prefix: string
  /** Digests by place, of what was signed before this process. */
  recorded: ReadonlyMap<string, Hex>
  /** Was it recorded before this process began? */
  isRecorded(message: Message.Unsigned<Binding>): boolean
  /**
   * Takes the message's place, in the very order of the calls, and signs once that is durable. Heads and batches are few:
   * before each the witnesses are asked again, for another node may have come to use the same key.
   *
   * @throws EquivocationError if something else was signed in its place; RolledBackError; UnknownHistoryError.
   */
  sign<K extends Binding>(message: Message.Unsigned<K>, alongside?: readonly Change[]): Promise<Message.Envelope<K>>
}>

type Place = Readonly<{ digest: Hex; written: Promise<void> }>

/** A guard that has read its store and asked its witnesses. @throws RolledBackError, or UnknownHistoryError */
export async function openGuard(parameters: GuardParameters): Promise<Guard> {
  const { protocol, epoch, address, signer, authenticator, memory } = parameters
  const paramsHash = Protocol.hash(protocol)
  const operator = signer.address.toLowerCase()
  const prefix = `executor/${address}/${paramsHash}/${epoch}/`
  const write = memory === undefined ? async () => {} : createWriter(memory.store)
  const recorded = await read(memory?.store, `${prefix}signed/`)
  const places = new Map<string, Place>([...recorded].map(([place, digest]) => [place, { digest, written: done }]))

  async function compare(): Promise<void> {
    for (const envelope of (await memory?.witnesses.recall(address, epoch).catch(rethrowUnknown)) ?? []) {
      if (!(await isMine(envelope))) continue
      const [place, digest] = [placeOf(envelope as Message.Unsigned<Binding>), digestOf(envelope, protocol)]
      if (places.get(place)?.digest !== digest) throw rolledBack(place, digest)
    }
  }

  /** Did this executor sign it, in this epoch? Peers may say anything. */
  async function isMine(envelope: Message.Envelope): Promise<boolean> {
    const message = await Message.authenticate(envelope, protocol, authenticator).catch(undefinedIfForged)
    if (message === undefined || message.signer !== operator || !isBinding(message)) return false
    const { body } = message
    return body.executor === address && body.epoch === epoch && body.paramsHash === paramsHash
  }

  async function sign<K extends Binding>(
    message: Message.Unsigned<K>,
    alongside: readonly Change[] = [],
  ): Promise<Message.Envelope<K>> {
    const place = placeOf(message as Message.Unsigned<Binding>)
    const digest = digestOf(message as Message.Unsigned, protocol)
    const taken = places.get(place)
    if (taken !== undefined && taken.digest !== digest) throw equivocation(place, taken.digest)
    const record = { key: `${prefix}signed/${place}`, value: fromHex(digest) }
    const written = taken?.written ?? write([...alongside, record])
    if (taken === undefined) places.set(place, { digest, written })
    await written
    if (message.kind !== 'receipt') await compare()
    const envelope = await Message.sign<K>(message, protocol, signer)
    await memory?.witnesses.record(envelope as Message.Envelope<Binding>)
    return envelope
  }

  await compare()
  return {
    prefix,
    recorded,
    isRecorded: (message) => recorded.get(placeOf(message)) === digestOf(message, protocol),
    sign,
  }
}

const done = Promise.resolve()

async function read(store: Store | undefined, prefix: string): Promise<Map<string, Hex>> {
  const found = new Map<string, Hex>()
  if (store === undefined) return found
  for await (const [key, value] of store.entries(prefix)) found.set(key.slice(prefix.length), toHex(value))
  return found
}

function isBinding(message: Message.Unsigned): message is Message.Unsigned<Binding> {
  return message.kind in placers
}

/** What only one message may stand in; the epoch, party and parameters are the guard's. */
const placers: { readonly [K in Binding]: (body: Message.Bodies[K]) => string } = {
  receipt: ({ index }) => `receipt/${serial(index)}`,
  checkpoint: ({ sequence }) => `checkpoint/${serial(sequence)}`,
  batch: () => 'batch',
}

function placeOf({ kind, body }: Message.Unsigned<Binding>): string {
  return (placers[kind] as (body: unknown) => string)(body)
}

/** A number as its place in ascending order. */
export function serial(number: number): string {
  return String(number).padStart(16, '0')
}

function digestOf(message: Message.Unsigned, protocol: Protocol.Protocol): Hex {
  return TypedData.digestOf(Message.definition(message, protocol))
}

function undefinedIfForged(error: unknown): undefined {
  if (error instanceof Message.MalformedMessageError || error instanceof Message.InvalidSignatureError) return undefined
  throw error
}

function rethrowUnknown(cause: unknown): never {
  throw new UnknownHistoryError('nobody can tell what this node has signed.', {
    subject: 'cause',
    value: cause instanceof Error ? cause.message : cause,
    rule: 'the witnesses answer before anything is signed: the store may be an old backup',
    fix: 'ask again once they can be reached',
    see: 'protocol.md, Commitment',
    cause,
  })
}

function rolledBack(place: string, digest: Hex): RolledBackError {
  return new RolledBackError('the store has forgotten what this node has signed.', {
    subject: place,
    value: digest,
    rule: 'the store holds everything that anybody else holds with this node’s signature',
    fix: 'sign nothing more in this epoch: find the latest store, or wait for the next epoch',
    see: 'protocol.md, Commitment',
  })
}

function equivocation(place: string, digest: Hex): EquivocationError {
  return new EquivocationError('something else was signed in its place, so this is not.', {
    subject: place,
    value: digest,
    rule: 'one message for each place: a second one would prove a fault',
    fix: 'use what was signed; if a message is made anew, make it from the same records',
    see: 'protocol.md, Commitment',
  })
}

/** Witnesses hold what the store does not: it is an old backup, or another node uses the same key. */
export class RolledBackError extends BaseError {
  override name = 'Roles.RolledBackError'
}

/** Witnesses could not say what was signed before. */
export class UnknownHistoryError extends BaseError {
  override name = 'Roles.UnknownHistoryError'
}

/** Another message was signed in the place of this one. */
export class EquivocationError extends BaseError {
  override name = 'Roles.EquivocationError'
}
