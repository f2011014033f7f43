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
  Hash,
  Ledger,
  Round,
  Settlement,
} from '@spotcheck/core'
import type { Parameters } from '@spotcheck/core/economics'
import { cheapAuthenticator, cheapSigner, createNetwork, type Participant } from '@spotcheck/core/memory'
import { fromWei, lockOf, protocolFrom, toWeiNearest } from './Crossing.js'
import { address, type Cohort, executorModel, pool, type Truth, verifierModel } from './Population.js'
import * as Random from './Random.js'
import type { Strategy } from './Strategy.js'

/** What one executor did and got in an epoch. Money in units of the parameter file. */
export type ExecutorRecord = Readonly<{
  strategy: Strategy
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
export type EpochRecord = Readonly<{ executors: readonly ExecutorRecord[]; reexecutions: number }>

/** What an epoch is simulated from. */
export type EpochParameters = Readonly<{
  parameters: Parameters.Parameters
  cohorts: readonly Cohort[]
  seed: number
  epoch: number
}>

/** Plays one epoch. The same arguments give the same record. */
export async function play({ parameters, cohorts, seed, epoch }: EpochParameters): Promise<EpochRecord> {
  const secret = Encoding.toHex(Hash.sha256(Encoding.concat(Encoding.uint(seed, 8), Encoding.uint(epoch, 8))))
  const protocol = protocolFrom(parameters, secret)
  const truth: Truth = { cheated: new Set(), executions: { count: 0 } }
  const strategies = cohorts.flatMap(({ strategy, count }) => Array.from({ length: count }, () => strategy))
  const executors = strategies.map((strategy, i) => {
    const own = address('executor', i)
    const model = executorModel(strategy, Random.stream(seed, epoch, i), truth)
    return createExecutor({ protocol, address: own, signer: cheapSigner(own), secret: Encoding.fromHex(secret), model })
  })
  const verifiers = createVerifiers({ parameters, cohorts, seed, epoch }, protocol, secret, truth)
  const inputs = await serve(parameters, protocol, executors)
  const engagements = executors.map((executor) => engagement(parameters, executor.address))
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
    beacon: async ({ level, round }) => ({ kind: 'beacon-value', level, round }),
  })
  for (const executor of executors) await network.deliver(await executor.commit(epoch))
  const state = await network.settle()
  const records = strategies.map((strategy, i) => {
    const cheated = inputs.get(executors[i]!.address)!.map((input) => truth.cheated.has(input))
    return recordOf(parameters, strategy, executors[i]!.address, cheated, before, state)
  })
  return { executors: records, reexecutions: truth.executions.count }
}

type Protocol = ReturnType<typeof protocolFrom>

function createVerifiers(
  { parameters, seed, epoch }: EpochParameters,
  protocol: Protocol,
  secret: Encoding.Hex,
  truth: Truth,
): Participant[] {
  const { size, colluding } = pool(parameters)
  return Array.from({ length: size }, (_, index) => {
    const own = address('verifier', index)
    const model = verifierModel({ parameters, key: [seed, epoch], index, isColluding: index < colluding, truth })
    const signer = cheapSigner(own)
    return createVerifier({ protocol, epoch, address: own, signer, secret: Encoding.fromHex(secret), model })
  })
}

const CLIENT = address('client', 0)
const digest: Encoding.Hex = `0x${'01'.repeat(32)}`

/** Orders and serves every task; returns each executor's inputs in the order of its leaves. */
async function serve(
  { task, batch }: Parameters.Parameters,
  protocol: Protocol,
  executors: readonly ReturnType<typeof createExecutor>[],
): Promise<ReadonlyMap<Encoding.Address, readonly Encoding.Hex[]>> {
  const client = createClient({ protocol, address: CLIENT, signer: cheapSigner(CLIENT) })
  const reward = toWeiNearest(task.reward, 'task.reward')
  const inputs = new Map<Encoding.Address, Encoding.Hex[]>()
  let nonce = 0
  for (const executor of executors) {
    const own: Encoding.Hex[] = []
    for (let i = 0; i < batch.size; i++, nonce++) {
      const input = Encoding.toHex(Encoding.uint(nonce, 8))
      const order = { input, model: digest, decoding: digest, seed: digest, nonce: BigInt(nonce), reward, value: 1n }
      await executor.serve(await client.order(order), input)
      own.push(input)
    }
    inputs.set(executor.address, own)
  }
  return inputs
}

function engagement(parameters: Parameters.Parameters, executor: Encoding.Address): Settlement.Engagement {
  const reward = toWeiNearest(parameters.task.reward, 'task.reward')
  return { client: CLIENT, executor, maxCount: parameters.batch.size, reward, lock: lockOf(parameters) }
}

/** Everybody can pay what the epoch may ask of them. Verifiers have equal stakes, so each is drawn equally often. */
function ledgerOf(
  protocol: Protocol,
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
  { task }: Parameters.Parameters,
  strategy: Strategy,
  executor: Encoding.Address,
  cheated: readonly boolean[],
  before: Ledger.Ledger,
  state: Round.State,
): ExecutorRecord {
  const leaves = [...state.batches.get(executor)!.leaves.values()]
  const convicted = leaves.filter(({ outcome }) => outcome === 'mismatch')
  const cheats = cheated.filter(Boolean).length
  const caught = convicted.filter(({ index }) => cheated[index]).length
  const cost = cheats * strategy.cost(task) + (cheated.length - cheats) * task.honestCost
  const earned = fromWei(wealth(state.ledger, executor) - wealth(before, executor))
  return {
    strategy,
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
