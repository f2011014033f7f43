// A small network for tests: parameters, parties, and a toy model whose results are a hash of their input.
import {
  Canary,
  type Client,
  Commitment,
  createClient,
  createExecutor,
  createVerifier,
  type Dealt,
  Encoding,
  type EProcess,
  type Executor,
  Hash,
  Ledger,
  Logits,
  Message,
  Protocol,
  Round,
  Task,
  type Verifier,
} from '@spotcheck/core'
import { cheapAuthenticator, cheapSigner, type Participant } from '@spotcheck/core/memory'
import type { Model } from '@spotcheck/core/ports'
import { secp256k1 } from '@spotcheck/core/viem'

export type Hex = Encoding.Hex

/** Address number n of a family, e.g. party('e', 1). */
export function party(family: 'c' | 'e' | 'a' | 'd', n: number): Hex {
  return `0x${family.repeat(4)}${n.toString(16).padStart(36, '0')}`
}

export const bytes = (n: number, length = 32): Uint8Array => new Uint8Array(length).fill(n)
export const hex = (n: number): Hex => Encoding.toHex(bytes(n))
export const eth = 10n ** 18n

/** A dealer of canaries, and what it has staked. */
export const dealer: Hex = party('d', 1)
const dealerStake = 10_000n

export const panel: readonly Hex[] = [party('a', 1), party('a', 2), party('a', 3)]

/** Parameters of the test network; `overrides` replace whole fields. */
export const parameters = {
  version: 1,
  environment: 'test',
  chainId: 31337,
  verifyingContract: Encoding.zeroAddress,
  genesis: 1_700_000_000,
  epochLength: 100,
  windows: {
    beacon: 60,
    disclosure: 20,
    verifierCommit: 40,
    opening: 20,
    reveal: 20,
    dispute: 20,
    arbitrationBeacon: 60,
    vote: 20,
    ruling: 20,
    settlement: 20,
  },
  censorship: 5,
  finality: 5,
  mode: 'full',
  sampling: { mode: 'bernoulli', rate: eth },
  treeHash: 'keccak256',
  comparator: { kind: 'exact' },
  beacon: { source: 'commit-reveal', gap: 5, genesis: 1_600_000_000, period: 30, panel, minimum: 2 },
  verification: {
    verifiers: 1,
    maxReplacements: 1,
    fee: 2n,
    reward: 120n,
    bond: 360n,
  },
  arbitration: { quorums: [3], reward: 120n, final: null, colluding: 0n, capture: 0n },
  evidence: null,
  canaryRate: 0n,
  unbonding: 1_000,
  slash: {
    mismatch: 3_000n,
    opening: 3_000n,
    equivocation: 10_000n,
    missingReveal: 1_000n,
    wrongVerdict: 1_000n,
    withheldBeacon: 5_000n,
    burnShare: eth / 2n,
    bounty: 200n,
  },
} as const

export const evidenceMode = {
  mode: 'evidence',
  comparator: { kind: 'logits', tolerance: eth / 1000n, greedy: true },
  // One mismatch convicts: what many of them prove is for the tests of the evidence.
  evidence: {
    alpha: eth / 20n,
    power: eth - eth / 1000n,
    falsePositive: eth / 1000n,
    cheatRates: [eth],
    restart: false,
  },
} as const

/** The test network's parameters with some fields replaced. */
export function protocolWith(overrides: object = {}): Protocol.Protocol {
  return Protocol.from({ ...parameters, ...overrides })
}

/** What the toy model computes: two tokens, and logits that put them first. */
function toy(input: Hex, drift: number): { tokens: Hex; evidence: Hex } {
  const seed = Hash.keccak256(Encoding.fromHex(input))
  const tokens = [seed[0]!, seed[1]!]
  const positions = tokens.map((token) => [
    { token, logit: 8 + drift },
    { token: token + 256, logit: 4 + drift },
  ])
  return { tokens: Logits.encodeTokens(tokens), evidence: Logits.encode(positions) }
}

/** A toy model; `drift` moves every logit, `wrong` makes other tokens (those of a `twist`, where given), `broken` fails. */
export function toyModel(options: { drift?: number; wrong?: boolean; broken?: boolean; twist?: string } = {}): Model {
  const twist = options.twist ?? (options.wrong ? 'ff' : '')
  const input = (given: Hex): Hex => `${given}${twist}`
  const check = () => {
    if (options.broken) throw new Error('out of memory')
  }
  return {
    execute: async (_task, given) => {
      check()
      const { tokens, evidence } = toy(input(given), options.drift ?? 0)
      return { bytes: tokens, evidence }
    },
    reexecute: async ({ input: given, output }) => {
      check()
      const { tokens, evidence } = toy(input(given), options.drift ?? 0)
      return output === null ? tokens : evidence
    },
  }
}

export type World = {
  protocol: Protocol.Protocol
  client: Client
  executors: Executor[]
  verifiers: Verifier[]
  /** What the client pays each executor with. */
  vouchers: Message.Envelope<'voucher'>[]
  /** What each executor promised, task by task. */
  receipts: Message.Envelope<'receipt'>[][]
  opened: ReturnType<typeof Round.open>
  participants: Participant[]
}

export type WorldOptions = {
  overrides?: object
  epoch?: number
  /** Tasks served by each executor; one number for all of them, or one for each. */
  tasks?: number | readonly number[]
  /** One model for each executor. */
  executors?: Model[]
  /** One model for each verifier. */
  verifiers?: Model[]
  /** What each task of an executor is worth, by its number; by default 7 wei. */
  values?: readonly bigint[]
  lock?: bigint
  /** Tasks whose outputs a dealer's warrant allows to be those of `decoy`; by default wrong ones. */
  canaries?: Readonly<{ tasks: readonly number[]; decoy?: Model }>
  /** Registered dealers; by default that one. */
  dealers?: readonly Hex[]
  /** E-processes of the executors, from the epoch before. */
  evidence?: ReadonlyMap<Hex, EProcess.State>
  /** Operator and task keys; by default each party signs cheaply for itself. */
  signer?: (party: Hex) => Message.Signer
}

export const clientAddress: Hex = party('c', 1)

/** Balances before the epoch opens. */
export function ledgerFor(executors: readonly Hex[], verifiers: readonly Hex[]): Ledger.Ledger {
  return new Map([
    [Ledger.free(clientAddress), 1_000_000n],
    [Ledger.treasury, 1_000_000n],
    [Ledger.stake(dealer), dealerStake],
    ...executors.map((address) => [Ledger.stake(address), 50_000n] as const),
    ...verifiers.map((address) => [Ledger.stake(address), 200_000n] as const),
  ])
}

/** The order that the test client gives for task `t` of executor `e`, worth `value` wei. */
export function orderOf(e: number, t: number, value = 7n) {
  const input = Encoding.toHex(bytes(t, 4))
  const nonce = BigInt(1000 * e + t)
  return { input, model: hex(1), decoding: hex(2), seed: hex(3), nonce, reward: 100n, value }
}

/** Cheap signatures and real ones alike: worlds are built with either. */
const anyAuthenticator: Message.Authenticator = {
  recover: async (definition, signature) =>
    (await cheapAuthenticator.recover(definition, signature)) ?? secp256k1.recover(definition, signature),
}

/** Executors and verifiers by their models. */
function createParties(protocol: Protocol.Protocol, epoch: number, options: WorldOptions) {
  const signer = options.signer ?? cheapSigner
  const executors = (options.executors ?? [toyModel()]).map((model, i) => {
    const address = party('e', i + 1)
    const taskKey = signer(clientAddress).address.toLowerCase() as Hex
    const terms = { client: clientAddress, reward: 100n, taskKey }
    const parts = { protocol, epoch, address, signer: signer(address), secret: bytes(i + 1), model }
    return createExecutor({ ...parts, terms, authenticator: anyAuthenticator })
  })
  const verifiers = (options.verifiers ?? Array.from({ length: 6 }, () => toyModel())).map((model, i) => {
    const address = party('a', i + 1)
    return createVerifier({ protocol, epoch, address, signer: signer(address), secret: bytes(100 + i), model })
  })
  return { executors, verifiers }
}

/** The dealer's leave to answer an order with `decoy`'s output. */
export async function dealtFor(
  protocol: Protocol.Protocol,
  {
    executor,
    epoch,
    order,
    input,
    decoy = toyModel({ wrong: true }),
    signer = cheapSigner(dealer),
  }: Readonly<{
    executor: Hex
    epoch: number
    order: Task.Signed
    input: Hex
    decoy?: Model | undefined
    signer?: Message.Signer
  }>,
): Promise<Dealt> {
  const taskId = Task.id(order.task)
  const warrant = { paramsHash: Protocol.hash(protocol), dealer, executor, epoch, taskId, salt: hex(9) }
  const signature = await signer.signTypedData(Canary.definition(warrant, protocol))
  return {
    warrant,
    signature,
    decoy: await decoy.execute(order.task, input),
    operator: signer.address.toLowerCase() as Hex,
  }
}

/** A network with its tasks served, ready to commit. Signatures are cheap unless a `signer` is given. */
export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const { epoch = 0, tasks = 4, lock = 40_000n, signer = cheapSigner } = options
  const protocol = protocolWith(options.overrides)
  const client = createClient({ protocol, address: clientAddress, signer: signer(clientAddress) })
  const { executors, verifiers } = createParties(protocol, epoch, options)
  const count = (e: number) => (typeof tasks === 'number' ? tasks : tasks[e]!)
  const vouchers: Message.Envelope<'voucher'>[] = []
  const receipts: Message.Envelope<'receipt'>[][] = executors.map(() => [])
  for (const [e, executor] of executors.entries())
    for (let t = 0; t < count(e); t++) {
      const order = orderOf(e, t, options.values?.[t])
      const signed = await client.order(order)
      const place = { executor: executor.address, epoch, order: signed, input: order.input, signer: signer(dealer) }
      const dealt = options.canaries?.tasks.includes(t)
        ? await dealtFor(protocol, { ...place, decoy: options.canaries.decoy })
        : undefined
      const { receipt, leaf } = await executor.serve(signed, order.input, dealt)
      receipts[e]!.push(receipt)
      const promised = await Message.authenticate(receipt, protocol, anyAuthenticator)
      const operator = signer(executor.address).address
      vouchers[e] = await client.pay({ receipt: promised, leaf, operator })
    }
  const addresses = executors.map(({ address }) => address)
  const verifierAddresses = verifiers.map(({ address }) => address)
  const keyOf = (address: Hex) => [address, signer(address).address.toLowerCase() as Hex] as const
  const opened = Round.open({
    protocol,
    epoch,
    ledger: ledgerFor(addresses, verifierAddresses),
    engagements: addresses.map((executor, e) => ({
      client: client.address,
      executor,
      maxCount: count(e),
      reward: 100n,
      lock,
    })),
    verifiers: verifierAddresses,
    dealers: options.dealers ?? [dealer],
    evidence: options.evidence ?? new Map(),
    operators: new Map([...addresses, ...verifierAddresses, dealer].map(keyOf)),
    taskKeys: new Map([keyOf(client.address)]),
  })
  const participants = [...executors, ...verifiers]
  return { protocol, client, executors, verifiers, vouchers, receipts, opened, participants }
}

/** What executor `e` would commit to for its first `count` tasks, to be changed before it is committed to. */
export async function entriesOf(
  { client }: World,
  e: number,
  count = 4,
  model = toyModel(),
): Promise<Commitment.Entry[]> {
  const numbers = Array.from({ length: count }, (_, t) => t)
  return Promise.all(
    numbers.map(async (t) => {
      const { input, ...order } = orderOf(e, t)
      const { task, signature } = await client.order({ ...order, input })
      return { task, signature, input, output: await model.execute(task, input) }
    }),
  )
}

/** Commits to entries as executor `e` of the world would. */
export function commitTo({ protocol, opened }: World, e: number, entries: readonly Commitment.Entry[]) {
  const { epoch, beacons } = opened.state
  const executor = party('e', e + 1)
  return Commitment.from({ protocol, executor, epoch, beaconRound: beacons[0].round, secret: bytes(e + 1), entries })
}
