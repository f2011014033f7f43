import type { Address } from '../Encoding.js'
import * as Message from '../Message.js'
import * as Round from '../Round.js'

/** Somebody who acts on effects: a role, or an attacker of your own. */
export type Participant = Readonly<{
  address: Address
  handle(effect: Round.Effect): Promise<readonly Message.Envelope[]>
}>

/** What a network is made of. */
export type NetworkParameters = Readonly<{
  opened: ReturnType<typeof Round.open>
  authenticator: Message.Authenticator
  participants: readonly Participant[]
  /** Fetches beacon values; needed for the drand source, where nobody's message carries them. */
  beacon?: (request: Extract<Round.Effect, { type: 'request-beacon' }>) => Promise<Round.BeaconValue>
  /** Sees every event and what it led to. */
  observe?: (event: Round.Event, step: Round.Step<Round.State>) => void
}>

/** One epoch in one process: messages arrive at once and in order, time moves when it is told to. */
export type Network = Readonly<{
  /** The current state. */
  state(): Round.State
  /** Delivers a message and everything that others answer to it. */
  deliver(envelope: Message.Envelope): Promise<Round.Reception>
  /** Moves time on. */
  advance(now: number): Promise<Round.Reception>
  /** Moves time from deadline to deadline until the epoch is settled. */
  settle(): Promise<Round.State>
}>

/**
 * Connects roles to a Round. Answers to one step are made concurrently and delivered in the order of the effects and
 * participants, so that a run is reproducible.
 */
export async function createNetwork(parameters: NetworkParameters): Promise<Network> {
  const { opened, authenticator, participants, beacon, observe } = parameters
  let state = opened.state

  async function apply(event: Round.Event): Promise<Round.Reception> {
    const step = Round.step(state, event)
    state = step.state
    observe?.(event, step)
    await answer(step.effects)
    return step.reception
  }

  async function answer(effects: readonly Round.Effect[]): Promise<void> {
    const answers = effects.flatMap((effect) => participants.map((participant) => participant.handle(effect)))
    for (const envelopes of await Promise.all(answers)) for (const envelope of envelopes) await deliver(envelope)
    for (const effect of effects)
      if (effect.type === 'request-beacon' && beacon !== undefined) await apply(await beacon(effect))
  }

  async function deliver(envelope: Message.Envelope): Promise<Round.Reception> {
    return apply(await Message.authenticate(envelope, state.protocol, authenticator))
  }

  async function advance(now: number): Promise<Round.Reception> {
    return apply({ kind: 'tick', now })
  }

  async function settle(): Promise<Round.State> {
    for (const deadline of Object.values(state.deadlines)) await advance(deadline + 1)
    return state
  }

  await answer(opened.effects)
  return { state: () => state, deliver, advance, settle }
}
