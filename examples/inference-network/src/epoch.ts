/** One epoch of the network, with real signatures: serve, commit, draw, re-execute blind, open, compare, settle. */
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
import { createNetwork } from '@spotcheck/core/memory'
import type { Model } from '@spotcheck/core/ports'
import { secp256k1 } from '@spotcheck/core/viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { encodePrompt } from './engines.js'

/** An executor's name, what it does, and the model it really runs. */
export type ExecutorPlan = Readonly<{ name: string; behaviour: 'honest' | 'int8' | 'canned'; model: Model }>

/** What an epoch is played from. */
export type EpochPlan = Readonly<{
  seed: number
  protocol: Protocol.Protocol
  reward: bigint
  /** Prompts of each executor. */
  prompts: readonly (readonly string[])[]
  executors: readonly ExecutorPlan[]
  /** One for each verifier. */
  verifierModels: readonly Pick<Model, 'reexecute'>[]
  /** Is told of every served task. */
  onServed?: (executor: string, done: number, total: number) => void
  /** Sees every event and its effects. */
  observe?: (event: Round.Event, step: Round.Step<Round.State>) => void
  /** Sees every batch before it is delivered, and the CPU microseconds that committing took. */
  onCommitted?: (executor: string, batch: Message.Envelope<'batch'>, micros: number) => void
}>

/** What became of an executor. Amounts in microseconds. */
export type ExecutorResult = Readonly<{
  name: string
  behaviour: ExecutorPlan['behaviour']
  tasks: number
  sampled: number
  mismatches: number
  slashed: bigint
  balanceBefore: bigint
  balanceAfter: bigint
}>

/** Balances of everybody else, microseconds. */
export type Purse = Readonly<{ name: string; before: bigint; after: bigint }>

/** What became of the epoch. */
export type EpochResult = Readonly<{
  executors: readonly ExecutorResult[]
  others: readonly Purse[]
  balancesConserved: boolean
  /** Bytes of outputs and evidence that the batches commit to. */
  bytesCommitted: number
  state: Round.State
}>

const EPOCH = 0
const LEAF_BYTES = 120

/** The account of a party, from the seed: the same seed gives the same keys. */
function accountOf(seed: number, name: string): PrivateKeyAccount {
  return privateKeyToAccount(Encoding.toHex(secretOf(seed, name, 'key')))
}

function secretOf(seed: number, name: string, purpose: string): Uint8Array {
  return Hash.keccak256(new TextEncoder().encode(`inference-network:${seed}:${name}:${purpose}`))
}

/** A party's address, lower-case. */
export function addressOf(seed: number, name: string): Encoding.Address {
  return accountOf(seed, name).address.toLowerCase() as Encoding.Address
}

/** The name of verifier `i`. */
export function verifierName(i: number): string {
  return `verifier-${i + 1}`
}

const digestOf = (text: string): Encoding.Hex => Encoding.toHex(Hash.keccak256(new TextEncoder().encode(text)))

/** Plays the epoch. */
export async function play(plan: EpochPlan): Promise<EpochResult> {
  const { seed, protocol } = plan
  const executors = plan.executors.map(({ name, model }) =>
    createExecutor({
      protocol,
      epoch: EPOCH,
      address: addressOf(seed, name),
      signer: accountOf(seed, name),
      secret: secretOf(seed, name, 'salts'),
      model,
      terms: { client: addressOf(seed, 'client'), reward: plan.reward },
      authenticator: secp256k1,
    }),
  )
  const verifiers = plan.verifierModels.map((model, i) => {
    const name = verifierName(i)
    const signer = accountOf(seed, name)
    const secret = secretOf(seed, name, 'salts')
    return createVerifier({ protocol, epoch: EPOCH, address: addressOf(seed, name), signer, secret, model })
  })
  const { bytesCommitted, vouchers } = await serve(plan, executors)
  const engagements = executors.map((executor, i) => engagement(plan, executor.address, plan.prompts[i]!.length))
  const ledger = openingLedger(
    plan,
    engagements,
    verifiers.map(({ address }) => address),
  )
  const opened = Round.open({
    protocol,
    epoch: EPOCH,
    ledger,
    engagements,
    verifiers: verifiers.map(({ address }) => address),
  })
  const slashes: Settlement.Slash[] = []
  const network = await createNetwork({
    opened,
    authenticator: secp256k1,
    participants: [...executors, ...verifiers],
    observe: (event, step) => {
      for (const effect of step.effects) if (effect.type === 'settled') slashes.push(...effect.slashes)
      plan.observe?.(event, step)
    },
  })
  for (const [i, executor] of executors.entries()) {
    const before = process.cpuUsage()
    const batch = await executor.commit()
    const { user, system } = process.cpuUsage(before)
    plan.onCommitted?.(plan.executors[i]!.name, batch, user + system)
    await network.deliver(batch)
  }
  for (const voucher of vouchers) await network.deliver(voucher)
  const state = await network.settle()
  return {
    executors: plan.executors.map((one, i) => resultOf(one, executors[i]!.address, ledger, state, slashes)),
    others: purses(
      plan.seed,
      ledger,
      state.ledger,
      verifiers.map(({ address }) => address),
    ),
    balancesConserved: Ledger.total(ledger) === Ledger.total(state.ledger),
    bytesCommitted,
    state,
  }
}

/** Orders, serves and pays every prompt; executors work side by side. */
async function serve(
  plan: EpochPlan,
  executors: readonly Executor[],
): Promise<Readonly<{ bytesCommitted: number; vouchers: readonly Message.Envelope[] }>> {
  const client = createClient({
    protocol: plan.protocol,
    address: addressOf(plan.seed, 'client'),
    signer: accountOf(plan.seed, 'client'),
  })
  let nonce = 0n
  const vouchers: Message.Envelope[] = []
  const sizes = await Promise.all(
    executors.map(async (executor, e) => {
      let size = 0
      for (const [done, prompt] of plan.prompts[e]!.entries()) {
        const input = encodePrompt(prompt)
        const task = await client.order({
          input,
          model: digestOf('stories15M fp32, token by token'),
          decoding: digestOf('greedy'),
          seed: digestOf('greedy decoding draws nothing'),
          nonce: nonce++,
          reward: plan.reward,
          value: plan.reward,
        })
        const { output, receipt, leaf } = await executor.serve(task, input)
        const promised = await Message.authenticate(receipt, plan.protocol, secp256k1)
        vouchers[e] = await client.pay({ receipt: promised, leaf })
        size += LEAF_BYTES + (output.bytes.length - 2) / 2 + (output.evidence.length - 2) / 2
        plan.onServed?.(plan.executors[e]!.name, done + 1, plan.prompts[e]!.length)
      }
      return size
    }),
  )
  return { bytesCommitted: sizes.reduce((sum, size) => sum + size, 0), vouchers }
}

/** The executor's whole exposure is locked before it commits: one slash for every task that it might have cheated on. */
function engagement({ seed, protocol, reward }: EpochPlan, executor: Encoding.Address, tasks: number) {
  const lock = BigInt(tasks) * protocol.slash.opening
  return { client: addressOf(seed, 'client'), executor, maxCount: tasks, reward, lock }
}

function openingLedger(
  { seed, protocol }: EpochPlan,
  engagements: readonly Settlement.Engagement[],
  verifiers: readonly Encoding.Address[],
): Ledger.Ledger {
  const { fee } = protocol.verification
  const escrow = engagements.reduce((sum, { maxCount, reward }) => sum + BigInt(maxCount) * (reward + fee), 0n)
  const stake = 100n * protocol.slash.missingReveal + protocol.slash.withheldBeacon
  return new Map([
    [Ledger.free(addressOf(seed, 'client')), escrow],
    [Ledger.treasury, Settlement.reserve(protocol, engagements)],
    ...engagements.map(({ executor, lock }) => [Ledger.stake(executor), lock] as const),
    ...verifiers.map((verifier) => [Ledger.stake(verifier), stake] as const),
  ])
}

function resultOf(
  { name, behaviour }: ExecutorPlan,
  executor: Encoding.Address,
  before: Ledger.Ledger,
  state: Round.State,
  slashes: readonly Settlement.Slash[],
): ExecutorResult {
  const { batch, leaves } = state.batches.get(executor)!
  const wealth = (ledger: Ledger.Ledger) =>
    Ledger.balance(ledger, Ledger.free(executor)) + Ledger.balance(ledger, Ledger.stake(executor))
  return {
    name,
    behaviour,
    tasks: batch?.count ?? 0,
    sampled: leaves.size,
    mismatches: [...leaves.values()].filter(({ outcome }) => outcome === 'mismatch').length,
    slashed: slashes.filter(({ party }) => party === executor).reduce((sum, { amount }) => sum + amount, 0n),
    balanceBefore: wealth(before),
    balanceAfter: wealth(state.ledger),
  }
}

function purses(
  seed: number,
  before: Ledger.Ledger,
  after: Ledger.Ledger,
  verifiers: readonly Encoding.Address[],
): Purse[] {
  const groups: [string, string[]][] = [
    ['client', [Ledger.free(addressOf(seed, 'client'))]],
    ['verifiers', verifiers.flatMap((verifier) => [Ledger.free(verifier), Ledger.stake(verifier)])],
    ['treasury', [Ledger.treasury]],
    ['burnt', [Ledger.burn]],
  ]
  const sum = (ledger: Ledger.Ledger, accounts: readonly string[]) =>
    accounts.reduce((total, account) => total + Ledger.balance(ledger, account), 0n)
  return groups.map(([name, accounts]) => ({ name, before: sum(before, accounts), after: sum(after, accounts) }))
}
