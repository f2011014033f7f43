/**
 * One simulated epoch: the real Round, driven by the real roles, with cheap signatures and simulated models.
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
import type { Parameters } from '@spotcheck/core/economics'
import {
  cheapAuthenticator,
  cheapSigner,
  createNetwork,
  type NetworkParameters,
  type Participant,
} from '@spotcheck/core/memory'
import { fromWei, lockOf, protocolFrom, toWeiNearest } from './Crossing.js'
import { address, type Cohort, executorModel, pool, type Truth, untold, verifierModel } from './Population.js'
import * as Random from './Random.js'

/** What one executor did and got in an epoch. Money in units of the parameter file. */
export type ExecutorRecord = Readonly<{
  /** Index of its cohort. */
  cohort: number
  tasks: number
  cheats: number
  /** Sampled tasks, and those of them that were cheated. */
  sampled: number
  sampledCheats: number
  /** Cheated tasks that were convicted. */
  caught: number
  /** Right tasks that were slashed all the same. */
  falseSlashes: number
  /** Change of its balances, less what its work cost, plus gains from outside. */
  profit: number
}>

/** The record of an epoch. */
export type EpochRecord = Readonly<{
  /** In the order of the cohorts. */
  executors: readonly ExecutorRecord[]
  /** How often verifiers ran sampled tasks again, arbitration aside. */
  reexecutions: number
  /** How often arbiters ran disputed tasks again. */
  arbitrations: number
}>

/** What is the same in every epoch of a simulation. */
export type Setting = Readonly<{
  parameters: Parameters.Parameters
  cohorts: readonly Cohort[]
  seed: number
  protocol: Protocol.Protocol
  /** 32 bytes behind every salt; the test beacon's secret. */
  secret: Encoding.Hex
}>

/** What an epoch is simulated from. */
export type EpochParameters = Setting &
  Readonly<{
    /** Number of the epoch, from 0. */
    epoch: number
    /** Sees every event and what it led to. */
    observe?: NonNullable<NetworkParameters['observe']>
  }>

/**
 * Prepares the epochs of a simulation.
 *
 * @throws InvalidInputError for a seed that is not a whole number, else as Crossing.protocolFrom.
 * @example
 * ```ts
 * import { Parameters } from '@spotcheck/core/economics'
 * import { Epoch, Strategy } from '@spotcheck/sim'
 *
 * const cohorts = [{ strategy: Strategy.lazy, count: 2 }]
 * const setting = Epoch.prepare({ parameters: Parameters.defaults, cohorts, seed: 1 })
 * const { executors } = await Epoch.play({ ...setting, epoch: 0 })
 * executors.length // 2
 * ```
 */
export function prepare(simulation: Pick<Setting, 'parameters' | 'cohorts' | 'seed'>): Setting {
  const { parameters, cohorts, seed } = simulation
  const secret = Encoding.toHex(Hash.sha256(Encoding.uint(seed, 8, 'seed')))
  return { parameters, cohorts, seed, secret, protocol: protocolFrom(parameters, secret) }
}

/** Plays one epoch from fresh balances. The same arguments give the same record. */
export async function play(parameters: EpochParameters): Promise<EpochRecord> {
  const { protocol, epoch, observe } = parameters
  const truth = untold()
  const executors = createExecutors(parameters, truth)
  const verifiers = createVerifiers(parameters, truth)
  const { inputs, vouchers } = await serve(parameters, executors)
  const engagements = executors.map((executor) => engagement(parameters.parameters, executor.address))
  const before = ledgerOf(protocol, engagements, verifiers)
  const opened = Round.open({
    protocol,
    epoch,
    ledger: before,
    engagements,
    verifiers: verifiers.map((verifier) => verifier.address),
  })
  const network = await createNetwork({
    opened,
    authenticator: cheapAuthenticator,
    participants: [...executors, ...verifiers],
    ...(observe === undefined ? {} : { observe }),
  })
  for (const executor of executors) await network.deliver(await executor.commit())
  for (const voucher of vouchers) await network.deliver(voucher)
  const state = await network.settle()
  const cohortOf = members(parameters.cohorts)
  const records = executors.map((executor, i) => {
    const cheated = inputs[i]!.map((input) => truth.cheated.has(input))
    return recordOf(parameters, cohortOf[i]!, executor.address, cheated, before, state)
  })
  const { sampled, arbitration } = truth.executions
  return { executors: records, reexecutions: sampled, arbitrations: arbitration }
}

/** The cohort of each executor. */
function members(cohorts: readonly Cohort[]): number[] {
  return cohorts.flatMap(({ count }, cohort) => new Array<number>(count).fill(cohort))
}

function createExecutors(
  { parameters, protocol, cohorts, seed, epoch, secret }: EpochParameters,
  truth: Truth,
): Executor[] {
  const salts = Encoding.fromHex(secret)
  const terms = { client: CLIENT, reward: toWeiNearest(parameters.task.reward, 'task.reward') }
  return members(cohorts).map((cohort, i) => {
    const own = address('executor', i)
    const model = executorModel(cohorts[cohort]!.strategy, Random.stream(seed, epoch, i), truth)
    const parts = { protocol, epoch, address: own, signer: cheapSigner(own), secret: salts, model, terms }
    return createExecutor({ ...parts, authenticator: cheapAuthenticator })
  })
}

function createVerifiers({ parameters, protocol, seed, epoch, secret }: EpochParameters, truth: Truth): Participant[] {
  const { size, colluding } = pool(parameters)
  const salts = Encoding.fromHex(secret)
  return Array.from({ length: size }, (_, index) => {
    const own = address('verifier', index)
    const model = verifierModel({ parameters, key: [seed, epoch], index, isColluding: index < colluding, truth })
    return createVerifier({ protocol, epoch, address: own, signer: cheapSigner(own), secret: salts, model })
  })
}

const CLIENT = address('client', 0)
const digest: Encoding.Hex = `0x${'01'.repeat(32)}`

/** Orders, serves and pays every task; returns each executor's inputs in the order of its leaves, and the vouchers. */
async function serve(
  { protocol, parameters: { task, batch } }: EpochParameters,
  executors: readonly Executor[],
): Promise<Readonly<{ inputs: readonly (readonly Encoding.Hex[])[]; vouchers: readonly Message.Envelope[] }>> {
  const client = createClient({ protocol, address: CLIENT, signer: cheapSigner(CLIENT) })
  const reward = toWeiNearest(task.reward, 'task.reward')
  const inputs: Encoding.Hex[][] = []
  const vouchers: Message.Envelope[] = []
  let nonce = 0
  for (const executor of executors) {
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

function engagement(parameters: Parameters.Parameters, executor: Encoding.Address): Settlement.Engagement {
  const reward = toWeiNearest(parameters.task.reward, 'task.reward')
  return { client: CLIENT, executor, maxCount: parameters.batch.size, reward, lock: lockOf(parameters) }
}

/** Everybody can pay what the epoch may ask of them. Verifiers have equal stakes, so each is drawn equally often. */
function ledgerOf(
  protocol: Protocol.Protocol,
  engagements: readonly Settlement.Engagement[],
  verifiers: readonly Participant[],
): Ledger.Ledger {
  const { slash, verification } = protocol
  const stake = 1_000n * (slash.missingReveal + verification.bond + 1n)
  const escrow = engagements.reduce((sum, { maxCount, reward }) => sum + BigInt(maxCount) * reward, 0n)
  return new Map([
    [Ledger.free(CLIENT), escrow],
    [Ledger.treasury, Settlement.reserve(protocol, engagements)],
    ...engagements.map(({ executor, lock }) => [Ledger.stake(executor), lock] as const),
    ...verifiers.map((verifier) => [Ledger.stake(verifier.address), stake] as const),
  ])
}

function recordOf(
  { parameters: { task }, cohorts }: EpochParameters,
  cohort: number,
  executor: Encoding.Address,
  cheated: readonly boolean[],
  before: Ledger.Ledger,
  state: Round.State,
): ExecutorRecord {
  const leaves = [...state.batches.get(executor)!.leaves.values()]
  const convicted = leaves.filter(({ outcome }) => outcome === 'mismatch')
  const cheats = cheated.filter(Boolean).length
  const caught = convicted.filter(({ index }) => cheated[index]).length
  const cost = cheats * cohorts[cohort]!.strategy.cost(task) + (cheated.length - cheats) * task.honestCost
  const earned = fromWei(wealth(state.ledger, executor) - wealth(before, executor))
  return {
    cohort,
    tasks: cheated.length,
    cheats,
    sampled: leaves.length,
    sampledCheats: leaves.filter(({ index }) => cheated[index]).length,
    caught,
    falseSlashes: convicted.length - caught,
    profit: earned - cost + cheats * task.externalGain,
  }
}

function wealth(ledger: Ledger.Ledger, party: Encoding.Address): bigint {
  return Ledger.balance(ledger, Ledger.free(party)) + Ledger.balance(ledger, Ledger.stake(party))
}
