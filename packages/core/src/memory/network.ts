import { type Address, assertList, assertObject } from '../Encoding.js'
import * as Message from '../Message.js'
import * as Protocol from '../Protocol.js'
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
  /** Fetches beacon values; needed for the drand and block sources, where nobody's message carries them. */
  beacon?: (request: Extract<Round.Effect, { type: 'request-beacon' }>) => Promise<Round.BeaconValue>
  /** Sees every event and what it led to. */
  observe?: (event: Round.Event, step: Round.Step<Round.State>) => void
}>

/** One epoch in one process: messages arrive at once and in order, time moves when it is told to. */
export type Network = Readonly<{
  /** The current state. */
  state(): Round.State
  /** Delivers a message and everything that others answer to it; what does not decode or has no signer is rejected. */
  deliver(envelope: Message.Envelope): Promise<Round.Reception>
  /** Moves time on. */
  advance(now: number): Promise<Round.Reception>
  /** Moves time from deadline to deadline until the epoch is settled. */
  settle(): Promise<Round.State>
}>

/**
 * Connects roles to a Round. Answers to one step are made concurrently and delivered in the order of the effects and
 * participants, so that a run is reproducible.
 *
 * @throws InvalidInputError if a part is missing.
 * @example
 * ```ts
 * import { createClient, createExecutor, createVerifier, Encoding, Ledger, Message, Protocol, Round } from '@spotcheck/core'
 * import { cheapAuthenticator, cheapSigner, createNetwork, testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const party = (byte: string) => {
 *   const address: Encoding.Address = `0x${byte.repeat(20)}`
 *   return { protocol, epoch: 0, address, signer: cheapSigner(address), secret: new Uint8Array(32).fill(7) }
 * }
 * const model = {
 *   execute: async (_: unknown, input: Encoding.Hex) => ({ bytes: input, evidence: '0x' }) as const,
 *   reexecute: async ({ input }: { input: Encoding.Hex }) => input,
 * }
 * const client = createClient(party('c1'))
 * const terms = { client: client.address, reward: 100n }
 * const executor = createExecutor({ ...party('e1'), model, terms, authenticator: cheapAuthenticator })
 * const verifiers = ['a1', 'a2', 'a3', 'a4', 'a5'].map((byte) => createVerifier({ ...party(byte), model }))
 *
 * const digests = { model: Encoding.zero32, decoding: Encoding.zero32, seed: Encoding.zero32 }
 * const order = { ...digests, input: '0x2a', nonce: 0n, reward: 100n, value: 500n } as const
 * const { receipt, leaf } = await executor.serve(await client.order(order), order.input)
 * const promised = await Message.authenticate(receipt, protocol, cheapAuthenticator)
 * const voucher = await client.pay({ receipt: promised, leaf })
 *
 * const opened = Round.open({
 *   protocol,
 *   epoch: 0,
 *   ledger: new Map([
 *     [Ledger.free(client.address), 1_000n],
 *     [Ledger.treasury, 1_000n],
 *     ...[executor, ...verifiers].map(({ address }) => [Ledger.stake(address), 20_000n] as const),
 *   ]),
 *   engagements: [{ client: client.address, executor: executor.address, maxCount: 1, reward: 100n, lock: 10_000n }],
 *   verifiers: verifiers.map(({ address }) => address),
 * })
 * const network = await createNetwork({
 *   opened,
 *   authenticator: cheapAuthenticator,
 *   participants: [executor, ...verifiers],
 * })
 * await network.deliver(await executor.commit())
 * await network.deliver(voucher)
 * const { ledger } = await network.settle()
 * Ledger.balance(ledger, executor.address) // 100n
 * ```
 */
export async function createNetwork(parameters: NetworkParameters): Promise<Network> {
  const { opened, authenticator, participants, observe } = assertObject(parameters, 'parameters')
  assertList(participants, 'participants')
  assertObject(opened, 'opened')
  const beacon = parameters.beacon ?? (opened.state.protocol.beacon.source === 'test' ? nudge : undefined)
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
    const message = await Message.authenticate(envelope, state.protocol, authenticator).catch(refusal)
    return typeof message === 'string' ? { status: 'rejected', reason: message } : apply(message)
  }

  async function advance(now: number): Promise<Round.Reception> {
    return apply({ kind: 'tick', now })
  }

  async function settle(): Promise<Round.State> {
    for (const deadline of Protocol.times(state.deadlines)) await advance(deadline + 1)
    return state
  }

  await answer(opened.effects)
  return { state: () => state, deliver, advance, settle }
}

/** A sender's fault is an outcome; anything else is an error of ours. */
function refusal(error: unknown): Round.Rejection {
  if (error instanceof Message.MalformedMessageError) return 'malformed'
  if (error instanceof Message.InvalidSignatureError) return 'not-authenticated'
  throw error
}

/** The test source has no value to fetch: the machine computes it when it is asked. */
const nudge: NonNullable<NetworkParameters['beacon']> = async ({ level, round }) => {
  return { kind: 'beacon-value', level, round }
}
