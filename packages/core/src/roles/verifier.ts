import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import * as Beacon from '../Beacon.js'
import * as Comparison from '../Comparison.js'
import type { Disclosure } from '../Disclosure.js'
import {
  type Address,
  assertBytes,
  assertInteger,
  assertList,
  assertObject,
  fromHex,
  type Hex,
  toHex,
  zero32,
} from '../Encoding.js'
import * as Message from '../Message.js'
import type { OpenedLeaf } from '../Opening.js'
import * as Protocol from '../Protocol.js'
import type { Model, Replay, Store } from '../ports/index.js'
import * as Reexecution from '../Reexecution.js'
import { beaconRound, type Effect } from '../Round.js'
import * as Schema from '../Schema.js'
import * as Verdict from '../Verdict.js'
import { able, lowered } from './doors.js'

/** What a verifier is made of. */
export type VerifierParameters = Readonly<{
  protocol: Protocol.Protocol
  /** The epoch that it verifies. */
  epoch: number
  address: Address
  /** Signs with the operator key registered for `address`. */
  signer: Message.Signer
  /** 32 bytes for salts and beacon secrets, used for nothing else. */
  secret: Uint8Array
  model: Pick<Model, 'reexecute'>
  /**
   * Keeps what was computed before a commitment to it is signed, so that it can be revealed after a restart. Without it,
   * nothing outlives the process.
   */
  store?: Pick<Store, 'get' | 'write'> | undefined
}>

/** What a model's run came to; `failure`: why it came to nothing. */
type Result = Readonly<{ content: Hex; failure?: string }>

/** Re-executes what it is assigned, blind, and reveals afterwards; sits on the beacon's panel where it is a member. */
export type Verifier = Readonly<{
  /** In lower case. */
  address: Address
  /** Answers the effects of `Round.step` that name this verifier. */
  handle(effect: Effect): Promise<readonly Message.Envelope[]>
  /** Asks the next level to decide again where it was overruled, or caught by a canary. Costs the bond if that stands. */
  appeal(decision: Extract<Effect, { type: 'decision' }>, batchDigest: Hex): Promise<Message.Envelope<'appeal'>>
}>

/**
 * A verifier for one epoch. A model that fails, or whose result no comparator could use, makes it say `indeterminate`.
 *
 * @throws InvalidInputError if a part is missing or malformed.
 * @example
 * ```ts
 * import { createVerifier, type Encoding, Protocol } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 * import { privateKeyToAccount } from 'viem/accounts'
 *
 * const signer = privateKeyToAccount(`0x${'42'.repeat(32)}`)
 * const verifier = createVerifier({
 *   protocol: Protocol.from(testParameters),
 *   epoch: 0,
 *   address: signer.address,
 *   signer,
 *   secret: new Uint8Array(32).fill(9), // 32 random bytes, in earnest
 *   model: { reexecute: async ({ input }) => input },
 * })
 * const executor: Encoding.Address = `0x${'e1'.repeat(20)}`
 * const messages = await verifier.handle({ type: 'request-disclosure', executor, indices: [0] })
 * messages.length // 0
 * ```
 */
export function createVerifier(parameters: VerifierParameters): Verifier {
  const { protocol } = assertObject(parameters, 'parameters')
  const epoch = assertInteger(parameters.epoch, 'epoch', 0, 2 ** 32)
  const address = lowered(parameters.address)
  const signer = able(parameters.signer, 'signer', 'signTypedData')
  const model = able(parameters.model, 'model', 'reexecute')
  const comparator = Comparison.comparator(protocol)
  const secret = assertBytes(parameters.secret, 'secret', 32)
  const store = parameters.store === undefined ? undefined : able(parameters.store, 'store', 'get', 'write')
  const results = new Map<string, Promise<Result>>()
  const prefix = `verifier/${address}/`
  const levels = [0, ...protocol.arbitration.quorums.map((_, i) => i + 1)]
  const send = (message: Message.Unsigned) => Message.sign(message, protocol, signer)

  async function handle(effect: Effect): Promise<readonly Message.Envelope[]> {
    assertObject(effect, 'effect')
    switch (effect.type) {
      case 'request-beacon-commits':
        return assertList(effect.members, 'effect.members').includes(address)
          ? Promise.all(levels.map((level) => commitBeacon(level)))
          : []
      case 'request-beacon':
        return assertList(effect.members, 'effect.members').includes(address) ? [await revealBeacon(effect.level)] : []
      case 'request-reexecution':
        return isMine(effect.assignment) ? [await reexecute(effect.assignment, effect.disclosure)] : []
      case 'request-reveal':
        return isMine(effect.assignment) ? reveal(effect.assignment, effect.opened) : []
      case 'request-arbitration':
        return isMine(effect.assignment) ? [await vote(effect.assignment, effect.disclosure, effect.opened)] : []
      default:
        return []
    }
  }

  function isMine(assignment: Reexecution.Assignment): boolean {
    return assertObject(assignment, 'effect.assignment').verifier === address
  }

  function derive(purpose: string): Uint8Array {
    return hkdf(sha256, secret, utf8ToBytes('spotcheck/v1/verifier'), utf8ToBytes(purpose), 32)
  }

  function beaconSecret(level: number): Uint8Array {
    return derive(`beacon:${Protocol.hash(protocol)}:${epoch}:${assertInteger(level, 'level', 0, levels.length - 1)}`)
  }

  function commitBeacon(level: number): Promise<Message.Envelope> {
    const round = beaconRound(protocol, epoch, level)
    const commitment = toHex(Beacon.commitTo({ address, round, level, secret: beaconSecret(level) }))
    return send({ kind: 'beacon-commit', body: { ...panelist(level), commitment } })
  }

  function revealBeacon(level: number): Promise<Message.Envelope> {
    return send({ kind: 'beacon-reveal', body: { ...panelist(level), secret: toHex(beaconSecret(level)) } })
  }

  function panelist(level: number) {
    return { paramsHash: Protocol.hash(protocol), member: address, epoch, level }
  }

  async function reexecute(assignment: Reexecution.Assignment, disclosure: Disclosure): Promise<Message.Envelope> {
    const { content, failure } = await resultOf(assignment, disclosure)
    if (failure !== undefined) return refuse(assignment, failure)
    const commitment = Reexecution.commit(assignment, content, saltOf(assignment))
    return send({ kind: 'verifier-commitment', body: { ...assignment, commitment } })
  }

  /** One result for each assignment, durable before anybody hears of it: another run might come to another. */
  function resultOf(assignment: Reexecution.Assignment, disclosure: Disclosure): Promise<Result> {
    const name = key(assignment)
    const known = results.get(name)
    if (known !== undefined) return known
    const result = compute(name, disclosure, assignment.level)
    results.set(name, result)
    const forget = () => results.delete(name)
    result.then(({ failure }) => failure !== undefined && forget(), forget)
    return result
  }

  async function compute(name: string, disclosure: Disclosure, level: number): Promise<Result> {
    const content = await kept(name)
    if (content !== undefined) return { content }
    const result = await run(disclosure, level)
    if (result.failure === undefined) await store?.write([{ key: prefix + name, value: fromHex(result.content) }])
    return result
  }

  async function kept(name: string): Promise<Hex | undefined> {
    const value = await store?.get(prefix + name)
    return value === undefined ? undefined : toHex(value)
  }

  /** A crash is never a mismatch and never a pass: it becomes a reason. */
  async function run(disclosure: Disclosure, level: number): Promise<Result> {
    const { task, input, output } = assertObject(disclosure, 'effect.disclosure')
    const replay: Replay = { task, input, output: protocol.mode === 'evidence' ? output : null, level }
    try {
      return { content: usable(await model.reexecute(replay)) }
    } catch (error) {
      return { content: '0x', failure: error instanceof Error ? error.message : String(error) }
    }
  }

  /** Refuses content that no comparator can use, whatever the executor opens: it would count as a missing reveal. */
  function usable(content: Hex): Hex {
    if (!Schema.accepts(Schema.bytes(Reexecution.maxBytes), content))
      throw new Error(`the model returned no hex of at most ${Reexecution.maxBytes} bytes`)
    const { outcome, reason } = comparator({ executor: { output: '0x', evidence: '0x' }, verifier: content })
    if (outcome === 'indeterminate') throw new Error(reason)
    return content
  }

  function refuse(assignment: Reexecution.Assignment, failure: string): Promise<Message.Envelope> {
    return send({ kind: 'indeterminate', body: { ...assignment, reason: cut(failure) } })
  }

  async function reveal(assignment: Reexecution.Assignment, opened: OpenedLeaf | null): Promise<Message.Envelope[]> {
    const name = key(assignment)
    const content = (await results.get(name))?.content ?? (await kept(name))
    if (content === undefined) return []
    return [await send(claimed(assignment, content, saltOf(assignment), opened))]
  }

  async function vote(
    assignment: Reexecution.Assignment,
    disclosure: Disclosure,
    opened: OpenedLeaf,
  ): Promise<Message.Envelope> {
    const shown = { ...disclosure, output: assertObject(opened, 'effect.opened').output }
    const { content, failure } = await resultOf(assignment, shown)
    return failure === undefined ? send(claimed(assignment, content, zero32, opened)) : refuse(assignment, failure)
  }

  function claimed(
    assignment: Reexecution.Assignment,
    content: Hex,
    salt: Hex,
    opened: OpenedLeaf | null,
  ): Message.Unsigned<'reveal'> {
    const reveal: Reexecution.Reveal = { ...assignment, content, salt, claim: 'agrees' }
    if (opened === null) return { kind: 'reveal', body: reveal }
    const claim = Verdict.claimOf(Verdict.judge(comparator, opened, reveal)) ?? 'dissents'
    return { kind: 'reveal', body: { ...reveal, claim } }
  }

  function saltOf(assignment: Reexecution.Assignment): Hex {
    return toHex(derive(`salt:${key(assignment)}`))
  }

  async function appeal(
    decision: Extract<Effect, { type: 'decision' }>,
    batchDigest: Hex,
  ): Promise<Message.Envelope<'appeal'>> {
    const { executor, index, level } = assertObject(decision, 'decision')
    const body = { batchDigest, executor, party: address, index, level: level + 1 }
    return Message.sign<'appeal'>({ kind: 'appeal', body }, protocol, signer)
  }

  return { address, handle, appeal }
}

/** At most `Reexecution.maxReason` units of text, well-formed. */
function cut(text: string): string {
  return text.slice(0, Reexecution.maxReason).replace(/\p{Cs}/gu, '\ufffd')
}

function key({ batchDigest, index, level }: Reexecution.Assignment): string {
  fromHex(batchDigest, 'batchDigest', 32)
  assertInteger(index, 'index')
  assertInteger(level, 'level', 0, 255)
  return `${batchDigest}:${index}:${level}`
}
