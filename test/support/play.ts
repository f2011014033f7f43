// Plays a world from its commitments to its settlement, with attacks at chosen moments, and adds up the money.
import {
  type Commitment,
  Disclosure,
  Ledger,
  Message,
  Opening,
  type Protocol,
  type Round,
  type Settlement,
} from '@spotcheck/core'
import { cheapAuthenticator, cheapSigner, createNetwork, type Participant } from '@spotcheck/core/memory'
import { expect } from 'vitest'
import { type Hex, ledgerFor, type World } from './world.js'

/** What an attacker can do: look, sign with its key, send. */
export type Attack = Readonly<{
  state(): Round.State
  /** Delivers an envelope as it is. */
  send(envelope: unknown): Promise<Round.Reception>
  /** Signs as `party` (or with the key of `by`) and delivers. */
  say<K extends Message.Kind>(
    kind: K,
    body: Message.Bodies[K],
    by?: Hex,
    protocol?: Protocol.Protocol,
  ): Promise<Round.Reception>
}>

/** A deadline by its name; those of arbitration with their level. */
export type Moment =
  | Exclude<keyof Protocol.Deadlines, 'levels' | 'final'>
  | `${'dispute' | 'beacon' | 'vote'} ${number}`
  | 'final dispute'
  | 'ruling'

/** Every deadline by its name, in order. */
function momentsOf({ levels, final, settlement, ...early }: Protocol.Deadlines): [Moment, number][] {
  const late = levels.flatMap(({ dispute, beacon, vote }, i): [Moment, number][] => [
    [`dispute ${i + 1}`, dispute],
    [`beacon ${i + 1}`, beacon],
    [`vote ${i + 1}`, vote],
  ])
  const last: [Moment, number][] =
    final === null
      ? []
      : [
          ['final dispute', final.dispute],
          ['ruling', final.ruling],
        ]
  return [...(Object.entries(early) as [Moment, number][]), ...late, ...last, ['settlement', settlement]]
}

/** The time of a deadline. */
export function timeOf(deadlines: Protocol.Deadlines, moment: Moment): number {
  return momentsOf(deadlines).find(([name]) => name === moment)![1]
}

export type Script = Readonly<{
  /** Who answers; by default everybody, honestly. */
  participants?: readonly Participant[]
  /** By default every executor commits to what it served. */
  batches?: readonly Message.Envelope[]
  /** By default the client pays for everything that was served. */
  vouchers?: readonly Message.Envelope[]
  /** Attacks just after the batches, or just after a deadline has passed. */
  after?: Readonly<Partial<Record<'batches' | Moment, (attack: Attack) => Promise<unknown>>>>
  authenticator?: Message.Authenticator
  signer?: (party: Hex) => Message.Signer
}>

export type Played = Readonly<{
  state: Round.State
  effects: readonly Round.Effect[]
  /** Everything refused, with its reason. */
  refusals: readonly Round.Rejection[]
  slashes: readonly Settlement.Slash[]
  faults: readonly Round.Fault[]
  /** Outcomes of a batch's sampled leaves, by index. */
  outcomes(executor: Hex): Record<number, string | undefined>
  /** Change of an account's balance; for a party, of free money and stake together. */
  gain(account: string): bigint
}>

export async function play(world: World, script: Script = {}): Promise<Played> {
  const { opened, protocol } = world
  const { after = {}, signer = cheapSigner, authenticator = cheapAuthenticator } = script
  const effects: Round.Effect[] = [...opened.effects]
  const refusals: Round.Rejection[] = []
  const sum = Ledger.total(opened.state.ledger)
  const network = await createNetwork({
    opened,
    authenticator,
    participants: script.participants ?? world.participants,
    observe: (_, step) => {
      effects.push(...step.effects)
      if (step.reception.status === 'rejected') refusals.push(step.reception.reason)
      expect(Ledger.total(step.state.ledger)).toBe(sum)
    },
  })
  const send = (envelope: unknown) => network.deliver(envelope as Message.Envelope)
  async function say<K extends Message.Kind>(kind: K, body: Message.Bodies[K], by?: Hex, on = protocol) {
    const unsigned = { kind, body } as Message.Unsigned<K>
    return send(await Message.sign(unsigned, on, signer(by ?? Message.sender(unsigned as Message.Unsigned))))
  }
  const attack: Attack = { state: network.state, send, say }
  const batches = script.batches ?? (await Promise.all(world.executors.map((one) => one.commit())))
  for (const batch of batches) await network.deliver(batch)
  for (const voucher of script.vouchers ?? world.vouchers) await network.deliver(voucher)
  await after.batches?.(attack)
  for (const [name, deadline] of momentsOf(opened.state.deadlines)) {
    await network.advance(deadline + 1)
    await after[name]?.(attack)
  }
  const state = network.state()
  expect(state.status).toBe('settled')
  return {
    state,
    effects,
    refusals,
    slashes: effects.flatMap((effect) => (effect.type === 'settled' ? effect.slashes : [])),
    faults: effects.filter((effect) => effect.type === 'fault'),
    outcomes: (executor) =>
      Object.fromEntries(
        [...state.batches.get(executor)!.leaves.values()].map(({ index, outcome }) => [index, outcome]),
      ),
    gain: (account) => gainOf(world, state, account),
  }
}

function gainOf({ executors, verifiers }: World, { ledger }: Round.State, account: string): bigint {
  const before = ledgerFor(
    executors.map(({ address }) => address),
    verifiers.map(({ address }) => address),
  )
  const wealth = (of: Ledger.Ledger) => Ledger.balance(of, account) + Ledger.balance(of, Ledger.stake(account as Hex))
  return wealth(ledger) - wealth(before)
}

/** An executor that works from a commitment of its own making; `change` has the last word on what it discloses. */
export function executorWith(
  { protocol }: World,
  commitment: Commitment.Commitment,
  change: (body: Message.Bodies['disclosure']) => Message.Bodies['disclosure'] = (body) => body,
  signer: (party: Hex) => Message.Signer = cheapSigner,
): Participant {
  const address = commitment.batch.executor
  const sign = (message: Message.Unsigned) => Message.sign(message, protocol, signer(address))
  async function handle(effect: Round.Effect): Promise<readonly Message.Envelope[]> {
    if (!('executor' in effect) || effect.executor !== address) return []
    if (effect.type === 'request-opening')
      return [await sign({ kind: 'opening', body: Opening.from(commitment, effect.indices) })]
    if (effect.type !== 'request-disclosure') return []
    const bodies = effect.indices.map((index) => change(Disclosure.from(commitment, index, protocol.mode)))
    return Promise.all(bodies.map((body) => sign({ kind: 'disclosure', body })))
  }
  return { address, handle }
}

/** The signed batch of a commitment. */
export function batchOf(
  { protocol }: World,
  { batch }: Commitment.Commitment,
  signer: (party: Hex) => Message.Signer = cheapSigner,
): Promise<Message.Envelope<'batch'>> {
  return Message.sign<'batch'>({ kind: 'batch', body: batch }, protocol, signer(batch.executor))
}

/** Replaces the executor of the same address among a world's participants. */
export function withParticipant({ participants }: World, other: Participant): readonly Participant[] {
  return participants.map((one) => (one.address === other.address ? other : one))
}

/** A verifier that re-executes something else where `where` says so, and otherwise works as it should. */
export function misled(participant: Participant, where: (index: number) => boolean): Participant {
  return {
    address: participant.address,
    handle: (effect) =>
      effect.type === 'request-reexecution' && where(effect.assignment.index)
        ? participant.handle({ ...effect, disclosure: { ...effect.disclosure, input: `${effect.disclosure.input}ee` } })
        : participant.handle(effect),
  }
}

/** The leaf of a batch. */
export function leafAt(state: Round.State, executor: Hex, index: number): Round.Leaf {
  return state.batches.get(executor)!.leaves.get(index)!
}
