/**
 * Plays a trace: the roles, their messages as the trace has them travel, and the machine that settles the epoch.
 *
 * @module
 */
import { type Address, fromHex, type Hex, toHex, zero32 } from '../Encoding.js'
import { keccak256 } from '../Hash.js'
import * as Ledger from '../Ledger.js'
import * as Message from '../Message.js'
import { cheapAuthenticator, cheapSigner, createNetwork, type Participant, testParameters } from '../memory/index.js'
import * as Protocol from '../Protocol.js'
import type { Model } from '../ports/index.js'
import * as Round from '../Round.js'
import { createClient, createExecutor, createVerifier, type Executor } from '../roles/index.js'
import type * as Settlement from '../Settlement.js'
import type { Batch, ExecutorKind, Fate, Trace, VerifierKind } from './traces.js'

/** What happened. */
export type Played = Readonly<{
  state: Round.State
  before: Ledger.Ledger
  /** The sum of all accounts after each event. */
  totals: readonly bigint[]
  slashes: readonly Settlement.Slash[]
  /** Parties that the trace calls honest, all of whose messages arrived when they were sent. */
  dutiful: readonly Address[]
}>

const CLIENT = address('c1', 1)

/** Plays a trace to its settlement. Deterministic. */
export async function play(trace: Trace): Promise<Played> {
  const protocol = playable(trace.protocol)
  const parties = await createParties(protocol, trace)
  const before = funds(protocol, trace, parties)
  const opened = Round.open({
    protocol,
    epoch: 0,
    ledger: before,
    engagements: parties.executors.map(({ address: executor }, i) => {
      const { reward, orders } = batchOf(trace, i)
      const [maxCount, lock] = [orders.length, lockOf(protocol, orders.length)]
      return { client: CLIENT, executor, maxCount, reward, lock }
    }),
    verifiers: parties.verifiers.map((verifier) => verifier.address),
  })
  const post = postman(trace.fates)
  const totals = [Ledger.total(opened.state.ledger)]
  const slashes: Settlement.Slash[] = []
  const network = await createNetwork({
    opened,
    authenticator: cheapAuthenticator,
    participants: [...parties.executors, ...parties.verifiers].map(post.through),
    observe: (_, { state, effects }) => {
      totals.push(Ledger.total(state.ledger))
      for (const effect of effects) if (effect.type === 'settled') slashes.push(...effect.slashes)
    },
  })
  for (const executor of parties.executors)
    for (const message of post.send(executor.address, [await executor.commit()])) await network.deliver(message)
  for (const voucher of parties.vouchers) await network.deliver(voucher)
  const state = await network.settle()
  const dutiful = parties.honest.filter((party) => !post.unheard.has(party))
  return { state, before, totals, slashes, dutiful }
}

/** The protocol with what a test in one process can play. */
function playable(protocol: Protocol.Protocol): Protocol.Protocol {
  const { environment, beacon, mode, comparator, evidence } = testParameters
  return Protocol.from({ ...protocol, environment, beacon, mode, comparator, evidence })
}

type Parties = Readonly<{
  executors: readonly (Participant & Pick<Executor, 'commit'>)[]
  verifiers: readonly Participant[]
  vouchers: readonly Message.Envelope[]
  honest: readonly Address[]
}>

async function createParties(protocol: Protocol.Protocol, trace: Trace): Promise<Parties> {
  const client = createClient({ protocol, address: CLIENT, signer: cheapSigner(CLIENT) })
  const { population } = trace
  const executors: (Participant & Pick<Executor, 'commit'>)[] = []
  const vouchers: Message.Envelope[] = []
  for (const [i, kind] of population.executors.entries()) {
    const own = address('e1', i + 1)
    const { reward, orders } = batchOf(trace, i)
    const terms = { client: CLIENT, reward }
    const executor = createExecutor({
      ...keys(protocol, own, i),
      model: modelOf(kind),
      terms,
      authenticator: cheapAuthenticator,
    })
    for (const [t, { input, value }] of orders.entries()) {
      const order = { input, reward, value, model: zero32, decoding: zero32, seed: zero32, nonce: BigInt(1000 * i + t) }
      const { receipt, leaf } = await executor.serve(await client.order(order), input)
      const promised = await Message.authenticate(receipt, protocol, cheapAuthenticator)
      vouchers[i] = await client.pay({ receipt: promised, leaf })
    }
    executors.push({ ...muted(executor, kind === 'silent'), commit: () => executor.commit() })
  }
  const verifiers = population.verifiers.map((kind, i) => {
    const verifier = createVerifier({
      ...keys(protocol, address('a1', i + 1), 100 + i),
      model: reexecutorOf(kind),
    })
    return muted(verifier, kind === 'silent')
  })
  const honest = [
    ...executors.filter((_, i) => population.executors[i] === 'honest'),
    ...verifiers.filter((_, i) => population.verifiers[i] === 'honest'),
  ]
  return { executors, verifiers, vouchers, honest: honest.map((party) => party.address) }
}

function keys(protocol: Protocol.Protocol, own: Address, n: number) {
  return { protocol, epoch: 0, address: own, signer: cheapSigner(own), secret: new Uint8Array(32).fill(n + 1) }
}

/** Enough for everything that may fall due. */
function funds(
  { slash, verification }: Protocol.Protocol,
  trace: Trace,
  { executors, verifiers }: Parties,
): Ledger.Ledger {
  const orders = trace.batches.reduce((count, batch) => count + batch.orders.length, 0)
  const perLeaf = slash.missingReveal + slash.wrongVerdict + verification.bond + slash.withheldBeacon
  const plenty = 1_000n * BigInt(orders) * (perLeaf + slash.mismatch + slash.opening + slash.equivocation + 1_000n)
  return new Map([
    [Ledger.free(CLIENT), plenty],
    [Ledger.treasury, plenty],
    ...[...executors, ...verifiers].map((party) => [Ledger.stake(party.address), plenty] as const),
  ])
}

function lockOf({ slash }: Protocol.Protocol, count: number): bigint {
  const most = slash.mismatch > slash.opening ? slash.mismatch : slash.opening
  return most * BigInt(count) + slash.equivocation
}

/** The i-th executor's; a trace made by hand may have too few. */
function batchOf({ batches }: Trace, i: number): Batch {
  return batches[i] ?? { reward: 1n, orders: [] }
}

/** Right results are the hash of the input. */
function result(input: Hex): Hex {
  return toHex(keccak256(fromHex(input)))
}

function modelOf(kind: ExecutorKind): Model {
  let served = 0
  const isWrong = () => kind === 'wrong' || (kind === 'sometimes-wrong' && served++ % 2 === 0)
  return {
    execute: async (_, input) => ({ bytes: isWrong() ? result(`${input}ff`) : result(input), evidence: '0x' }),
    reexecute: async ({ input }) => result(input),
  }
}

function reexecutorOf(kind: VerifierKind): Pick<Model, 'reexecute'> {
  return {
    reexecute: async ({ input }) => {
      if (kind === 'crashed') throw new Error('out of memory')
      return result(kind === 'accuser' ? `${input}ee` : input)
    },
  }
}

function muted({ address: own, handle }: Participant, isMute: boolean): Participant {
  return { address: own, handle: async (effect) => (isMute ? [] : handle(effect)) }
}

/** Gives every message its fate, in the order in which they are sent. */
function postman(fates: readonly Fate[]) {
  const delayed = new Map<Address, Message.Envelope[]>()
  const unheard = new Set<Address>()
  let sent = 0
  function send(from: Address, messages: readonly Message.Envelope[]): Message.Envelope[] {
    return messages.flatMap((message) => {
      const waiting = delayed.get(from) ?? []
      delayed.delete(from)
      const fate = fates[sent++] ?? 'delivered'
      if (fate === 'lost' || fate === 'delayed') unheard.add(from)
      if (fate === 'delayed') delayed.set(from, [...waiting, message])
      if (fate === 'delayed') return []
      return [...waiting, ...(fate === 'lost' ? [] : fate === 'repeated' ? [message, message] : [message])]
    })
  }
  const through = (participant: Participant): Participant => ({
    address: participant.address,
    handle: async (effect) => send(participant.address, await participant.handle(effect)),
  })
  return { send, through, unheard }
}

/** Address number n of a family. */
function address(family: string, n: number): Address {
  return `0x${family.repeat(2)}${n.toString(16).padStart(36, '0')}`
}
