/**
 * The protocol engine: every task goes through the real Round, driven by the real roles, with cheap signatures and simulated
 * models. It plays Spotcheck's own policy, for what the protocol has.
 *
 * @module
 */
import {
  createClient,
  createExecutor,
  createVerifier,
  Encoding,
  type Executor,
  Hash,
  Ledger,
  Message,
  type Protocol,
  Round,
  Settlement,
} from '@spotcheck/core'
import { Mix } from '@spotcheck/core/economics'
import {
  cheapAuthenticator,
  cheapSigner,
  createNetwork,
  type NetworkParameters,
  type Participant,
} from '@spotcheck/core/memory'
import { fromWei, lockOf, protocolFrom, toWeiNearest, unsupported } from '../Crossing.js'
import type { Network } from '../Policy.js'
import { address, executorModel, pool, type Truth, untold, verifierModel } from '../Population.js'
import * as Random from '../Random.js'
import type { Act } from '../Strategy.js'
import type { Plan, Tally } from './Plan.js'
import * as Verifying from './verifying.js'
import * as World from './world.js'

/** Sees every event of a replication and what it led to. */
export type Observe = NonNullable<NetworkParameters['observe']>

/** What is the same in every epoch of a replication. */
type Setting = Readonly<{
  world: World.World
  protocol: Protocol.Protocol
  /** 32 bytes behind every salt; the test beacon's secret. */
  secret: Encoding.Hex
  replication: number
  observe?: Observe | undefined
}>

/** One executor of an epoch. */
type Seat = Readonly<{ node: number; act: Act; executor: Executor; participant: Participant; lock: bigint }>

/**
 * Plays one replication. The same plan and number give the same tally.
 *
 * @throws Crossing.UnsupportedError for what the protocol does not have, Crossing.InvalidAmountError for money out of range,
 * Protocol.InvalidProtocolError if the protocol refuses the parameters.
 */
export async function replicate(plan: Plan, replication: number, observe?: Observe): Promise<Tally> {
  assertPlayable(plan)
  const world = World.create(plan, replication)
  const secret = Encoding.toHex(
    Hash.sha256(Encoding.concat(Encoding.uint(plan.seed, 8, 'seed'), Encoding.uint(replication, 8, 'replication'))),
  )
  const setting = { world, secret, replication, observe, protocol: protocolFrom(plan.parameters, secret) }
  let network = World.atFirst(world)
  for (let epoch = 0; epoch < plan.epochs; epoch++) network = await play(setting, { ...network, epoch })
  return world.tally
}

/**
 * What of a plan the protocol does not have.
 *
 * @throws Crossing.UnsupportedError
 */
export function assertPlayable(plan: Plan): void {
  const { policy, batches, parameters, cohorts, rules } = plan
  if (policy !== 'spotcheck') throw unsupported('policy', policy, 'spotcheck')
  if (rules.evidence !== undefined) throw unsupported('policy.options.evidence', true, 'false')
  if (batches !== 1) throw unsupported('tasks of an epoch', `${batches} batches`, 'one batch, batch.size')
  protocolFrom(parameters, Encoding.zero32)
  const [usual] = Mix.from(parameters)
  for (const { kinds } of cohorts)
    if (kinds.length > 1 || amounts.some((amount) => kinds[0]![amount] !== usual![amount]))
      throw unsupported('the task of a cohort', 'values of its own', 'that of parameters.task')
  Verifying.assertPlayable(plan)
}

/** The protocol engine plays one kind of task. */
const amounts = ['reward', 'honestCost', 'cheatCost', 'externalGain'] as const

async function play(setting: Setting, network: Network): Promise<Network> {
  const { world } = setting
  const { tasks, wrong } = World.decide(world, network)
  const nodes = [...world.active.keys()].filter((node) => world.active[node] === 1)
  if (nodes.length > 0) await playRound(setting, network.epoch, nodes)
  return { epoch: network.epoch + 1, traffic: tasks, wrong: tasks === 0 ? 0 : wrong / tasks }
}

async function playRound(setting: Setting, epoch: number, nodes: readonly number[]): Promise<void> {
  const { world, protocol, observe } = setting
  const truth = untold()
  const seats = nodes.map((node) => seatOf(setting, epoch, node, truth))
  const played = verifyingOf(setting, epoch, truth, seats)
  const verifiers = played?.participants ?? createVerifiers(setting, epoch, truth)
  const { inputs, vouchers } = await serve(setting, seats)
  const engagements = seats.map(({ executor, lock }) => engagement(world.plan, executor.address, lock))
  // Played as they please, each may fail at every task.
  const faults = played === null ? 1_000 : Math.max(1_000, seats.length * world.plan.size)
  const before = ledgerOf(protocol, engagements, verifiers, faults)
  const opened = Round.open({
    protocol,
    epoch,
    ledger: before,
    engagements,
    verifiers: verifiers.map((verifier) => verifier.address),
  })
  const participants = [...seats.map(({ participant }) => participant), ...verifiers]
  const observers = [observe, played?.observe].filter((one) => one !== undefined)
  const round = await createNetwork({
    ...{ opened, authenticator: cheapAuthenticator, participants },
    observe: (event, step) => {
      for (const see of observers) see(event, step)
    },
  })
  for (const seat of seats) for (const batch of await batchesOf(seat, protocol)) await round.deliver(batch)
  for (const voucher of vouchers) await round.deliver(voucher)
  const state = await round.settle()
  for (const [i, { node, executor }] of seats.entries()) {
    const result = resultOf(world.plan, inputs[i]!, truth, state.batches.get(executor.address)!)
    pay(world, node, executor.address, before, state.ledger, result)
    result.profit -= played?.bribesOf(executor.address) ?? 0
    World.conclude(world, node, epoch, result)
  }
  played?.conclude(before, state.ledger)
}

/** The verifiers of the scenario, where it names some. */
function verifyingOf(
  { world, protocol, secret, replication }: Setting,
  epoch: number,
  truth: Truth,
  seats: readonly Seat[],
): Verifying.Verifying | null {
  const { plan, tally } = world
  if (plan.verifiers === null || tally.verifiers === undefined) return null
  const acts = new Map(seats.map(({ executor, act }) => [executor.address, act]))
  const key = [plan.seed, replication, epoch] as const
  return Verifying.create({
    plan,
    verifiers: plan.verifiers,
    tally: tally.verifiers,
    protocol,
    secret,
    key,
    truth,
    acts,
  })
}

function seatOf({ world, protocol, secret, replication }: Setting, epoch: number, node: number, truth: Truth): Seat {
  const { parameters, seed } = world.plan
  const act = world.act[node]!
  const own = address('executor', node)
  const random = Random.stream(seed, replication, epoch, node)
  const model = executorModel(act, act.power ?? parameters.comparator.power, random, truth)
  const terms = { client: CLIENT, reward: toWeiNearest(parameters.task.reward, 'task.reward') }
  const parts = {
    protocol,
    epoch,
    address: own,
    signer: cheapSigner(own),
    secret: Encoding.fromHex(secret),
    model,
    terms,
  }
  const executor = createExecutor({ ...parts, authenticator: cheapAuthenticator })
  const left = toWeiNearest(world.stake[node]!, 'stake')
  const lock = lockOf(parameters)
  return { node, act, executor, participant: played(executor, act, truth), lock: left < lock ? left : lock }
}

/** Who withholds answers as if it had never cheated on what it does not open. */
function played(executor: Executor, { withholds }: Act, truth: Truth): Participant {
  if (withholds !== true) return executor
  const cheated = new Set<number>()
  return {
    address: executor.address,
    async handle(effect) {
      if (effect.type !== 'request-disclosure' && effect.type !== 'request-opening') return executor.handle(effect)
      if (effect.type === 'request-opening')
        return executor.handle({ ...effect, indices: effect.indices.filter((index) => !cheated.has(index)) })
      const disclosures = await executor.handle(effect)
      for (const { body } of disclosures as readonly Message.Envelope<'disclosure'>[])
        if (truth.cheated.has(body.input)) cheated.add(body.leaf.index)
      return disclosures
    },
  }
}

/** The batch that a seat commits to, and the second one of an equivocator. */
async function batchesOf({ executor, act }: Seat, protocol: Protocol.Protocol): Promise<Message.Envelope[]> {
  const batch = await executor.commit()
  if (act.equivocates !== true) return [batch]
  const body = { ...batch.body, root: Encoding.zero32 }
  return [batch, await Message.sign({ kind: 'batch', body }, protocol, cheapSigner(executor.address))]
}

function createVerifiers(setting: Setting, epoch: number, truth: Truth): Participant[] {
  const { world, protocol, secret, replication } = setting
  const { parameters, seed } = world.plan
  const { size, colluding } = pool(parameters)
  const salts = Encoding.fromHex(secret)
  return Array.from({ length: size }, (_, index) => {
    const own = address('verifier', index)
    const key = [seed, replication, epoch]
    const model = verifierModel({ parameters, key, index, isColluding: index < colluding, truth })
    return createVerifier({ protocol, epoch, address: own, signer: cheapSigner(own), secret: salts, model })
  })
}

const CLIENT = address('client', 0)
const digest: Encoding.Hex = `0x${'01'.repeat(32)}`

/** Orders, serves and pays every task; returns each executor's inputs in the order of its leaves, and the vouchers. */
async function serve(
  { world, protocol }: Setting,
  seats: readonly Seat[],
): Promise<Readonly<{ inputs: readonly (readonly Encoding.Hex[])[]; vouchers: readonly Message.Envelope[] }>> {
  const { task, batch } = world.plan.parameters
  const client = createClient({ protocol, address: CLIENT, signer: cheapSigner(CLIENT) })
  const reward = toWeiNearest(task.reward, 'task.reward')
  const inputs: Encoding.Hex[][] = []
  const vouchers: Message.Envelope[] = []
  let nonce = 0
  for (const { executor } of seats) {
    const own: Encoding.Hex[] = []
    for (let i = 0; i < batch.size; i++, nonce++) {
      const input = Encoding.toHex(Encoding.uint(nonce, 8))
      const order = { input, model: digest, decoding: digest, seed: digest, nonce: BigInt(nonce), reward, value: 1n }
      const { receipt, leaf } = await executor.serve(await client.order(order), input)
      const promised = await Message.authenticate(receipt, protocol, cheapAuthenticator)
      vouchers[inputs.length] = await client.pay({ receipt: promised, leaf })
      own.push(input)
    }
    inputs.push(own)
  }
  return { inputs, vouchers }
}

function engagement({ parameters }: Plan, executor: Encoding.Address, lock: bigint): Settlement.Engagement {
  const reward = toWeiNearest(parameters.task.reward, 'task.reward')
  return { client: CLIENT, executor, maxCount: parameters.batch.size, reward, lock }
}

/** Everybody can pay what the epoch may ask of them, of verifiers so many faults. These have equal stakes, so each is drawn equally often. */
function ledgerOf(
  protocol: Protocol.Protocol,
  engagements: readonly Settlement.Engagement[],
  verifiers: readonly Participant[],
  faults: number,
): Ledger.Ledger {
  const { slash, verification } = protocol
  const stake = BigInt(faults) * (slash.missingReveal + verification.bond + 1n)
  const escrow = engagements.reduce((sum, { maxCount, reward }) => sum + BigInt(maxCount) * reward, 0n)
  return new Map([
    [Ledger.free(CLIENT), escrow],
    [Ledger.treasury, Settlement.reserve(protocol, engagements)],
    ...engagements.map(({ executor, lock }) => [Ledger.stake(executor), lock] as const),
    ...verifiers.map((verifier) => [Ledger.stake(verifier.address), stake] as const),
  ])
}

type Batch = Round.State['batches'] extends ReadonlyMap<unknown, infer batch> ? batch : never

/** Counts; money comes from the ledger. */
function resultOf(
  { rules }: Plan,
  inputs: readonly string[],
  truth: Truth,
  { leaves, equivocated }: Batch,
): World.Result {
  const sampled = [...leaves.values()]
  const among = (set: ReadonlySet<string>, some: typeof sampled) =>
    some.filter(({ index }) => set.has(inputs[index]!)).length
  const convicted = sampled.filter(
    ({ outcome }) => outcome !== undefined && outcome !== 'valid' && outcome !== 'unverified',
  )
  const caught = among(truth.cheated, convicted)
  const proven = convicted.length + (equivocated ? 1 : 0)
  const [cheats, noisy] = [truth.cheated, truth.noisy].map((set) => inputs.filter((input) => set.has(input)).length)
  const caughtNoisy = among(truth.noisy, convicted)
  return {
    tasks: inputs.length,
    cheats: cheats!,
    noisy: noisy!,
    sampled: sampled.length,
    sampledCheats: among(truth.cheated, sampled),
    disputes: sampled.filter(({ dispute }) => dispute !== undefined).length,
    caught,
    caughtNoisy,
    falseSlashes: convicted.length - caught,
    convictions: rules.penalty.rule === 'per-fraud' ? proven : Math.min(1, proven),
    shipped: equivocated ? 0 : inputs.length - convicted.length,
    wrong: equivocated ? 0 : cheats! - caught + noisy! - caughtNoisy,
    slashed: 0,
    profit: 0,
  }
}

/** What the ledger says that the executor earned and lost, its work's cost and gains from outside. */
function pay(
  { plan, act }: World.World,
  node: number,
  executor: Encoding.Address,
  before: Ledger.Ledger,
  after: Ledger.Ledger,
  result: World.Result,
): void {
  const { task } = plan.parameters
  const { tasks, cheats } = result
  const change = (account: string) => fromWei(Ledger.balance(after, account) - Ledger.balance(before, account))
  const work = cheats * (act[node]!.cost ?? task.cheatCost) + (tasks - cheats) * task.honestCost
  result.slashed = -change(Ledger.stake(executor))
  const recovered = cheats > 0 ? (1 - plan.rules.penalty.felt) * result.slashed : 0
  result.profit = change(Ledger.free(executor)) - result.slashed + recovered - work + cheats * task.externalGain
}
