// Two clients of one executor, in one batch: the money of each is its own, whatever the other or the executor does.
import {
  createClient,
  createExecutor,
  createVerifier,
  Ledger,
  Message,
  Protocol,
  Round,
  type Settlement,
} from '@spotcheck/core'
import { cheapAuthenticator, cheapSigner, createNetwork, type Participant } from '@spotcheck/core/memory'
import { describe, expect, test } from 'vitest'
import { altered, silent } from './support/parties.js'
import { bytes, type Hex, orderOf, party, protocolWith, toyModel } from './support/world.js'

const executor = party('e', 1)
const verifiers = Array.from({ length: 6 }, (_, i) => party('a', i + 1))
/** Neither has all that it ordered served. */
const ada = { client: party('c', 1), executor, maxCount: 3, reward: 100n, lock: 10_000n }
const bob = { client: party('c', 2), executor, maxCount: 4, reward: 50n, lock: 7_000n }
const served = new Map([
  [ada, 2],
  [bob, 3],
])
const fee = 2n

type Case = Readonly<{
  /** Whose tasks the executor cheats on. */
  cheated?: Hex
  /** What each pays for, by voucher; by default all that it was served. */
  pay?: (client: Hex, amount: bigint) => bigint | null
  engagements?: readonly Settlement.Engagement[]
  change?: (executor: Participant) => Participant
}>

/** Plays an epoch in which every leaf is checked, and says who has gained what. */
async function played({ cheated, pay = (_, amount) => amount, engagements = [ada, bob], change = (one) => one }: Case) {
  const protocol = protocolWith()
  const place = { protocol, epoch: 0 }
  const of = (address: Hex, n: number) => ({ ...place, address, signer: cheapSigner(address), secret: bytes(n) })
  const [right, wrong] = [toyModel(), toyModel({ wrong: true })]
  const terms = [ada, bob].map(({ client, reward }) => ({ client, reward }))
  const model = {
    ...right,
    execute: (...[task, input]: Parameters<typeof right.execute>) =>
      (task.client === cheated ? wrong : right).execute(task, input),
  }
  const worker = createExecutor({ ...of(executor, 1), model, terms, authenticator: cheapAuthenticator })
  const checkers = verifiers.map((address, i) => createVerifier({ ...of(address, 9 + i), model: right }))
  const vouchers: Message.Envelope[] = []
  for (const { client: address, reward } of [ada, bob]) {
    const count = served.get(address === ada.client ? ada : bob)!
    const client = createClient({ protocol, address, signer: cheapSigner(address) })
    for (let t = 0; t < count; t++) {
      const order = { ...orderOf(0, t), reward }
      await worker.serve(await client.order(order), order.input)
    }
    const cumulative = pay(address, BigInt(count) * reward)
    if (cumulative !== null) vouchers.push(await voucherOf(protocol, address, cumulative))
  }
  const before: Ledger.Ledger = new Map([
    ...[ada, bob].map(({ client }) => [Ledger.free(client), 10_000n] as const),
    ...[executor, ...verifiers].map((one) => [Ledger.stake(one), 200_000n] as const),
    [Ledger.treasury, 100_000n],
  ])
  const opened = Round.open({ protocol, epoch: 0, ledger: before, engagements, verifiers })
  const participants = [change(worker), ...checkers]
  const network = await createNetwork({ opened, authenticator: cheapAuthenticator, participants })
  for (const message of [await worker.commit(), ...vouchers]) await network.deliver(message)
  const { ledger, batches } = await network.settle()
  expect(Ledger.total(ledger)).toBe(Ledger.total(before))
  for (const account of [Ledger.escrow(executor, 0), Ledger.lock(executor, 0)])
    expect(Ledger.balance(ledger, account)).toBe(0n)
  const gain = (account: string) => Ledger.balance(ledger, account) - (before.get(account) ?? 0n)
  return {
    outcomes: [...batches.get(executor)!.leaves.values()].map(({ outcome }) => outcome),
    ada: gain(ada.client),
    bob: gain(bob.client),
    executor: gain(Ledger.free(executor)),
    stake: gain(Ledger.stake(executor)),
  }
}

function voucherOf(protocol: Protocol.Protocol, client: Hex, cumulative: bigint) {
  const body = { paramsHash: Protocol.hash(protocol), client, executor, epoch: 0, cumulative }
  return Message.sign<'voucher'>({ kind: 'voucher', body }, protocol, cheapSigner(client))
}

describe('two clients of one executor in one batch', () => {
  const honest = { ada: -2n * (100n + fee), bob: -3n * (50n + fee) }

  test.each([
    ['one way', [ada, bob]],
    ['the other', [bob, ada]],
  ])('each pays for its own leaves, their rewards and their fees; engaged %s round', async (_, engagements) => {
    const all = Array(5).fill('valid')
    expect(await played({ engagements })).toEqual({ ...honest, outcomes: all, executor: 350n, stake: 0n })
  })

  test('who is cheated on is refunded, the other pays as before; the slash takes what is locked for both', async () => {
    const { outcomes, ...rest } = await played({ cheated: bob.client })
    expect(outcomes).toEqual(['valid', 'valid', 'mismatch', 'mismatch', 'mismatch'])
    // 9,000 is more than the 7,000 that were locked for that client.
    expect(rest).toEqual({ ada: honest.ada, bob: -3n * fee, executor: 200n, stake: -9_000n })
  })

  test('all that is locked for both is all that there is to lose', async () => {
    const engagements = [
      { ...ada, lock: 3_000n },
      { ...bob, lock: 1_000n },
    ]
    expect(await played({ cheated: bob.client, engagements })).toMatchObject({ ada: honest.ada, stake: -4_000n })
  })

  test('no voucher, no pay: the other’s pays for none of its leaves, nor does the other bear its fees', async () => {
    const { outcomes: _, ...rest } = await played({ pay: (client, amount) => (client === bob.client ? null : amount) })
    expect(rest).toEqual({ ada: honest.ada, bob: -3n * fee, executor: 200n, stake: 0n })
  })

  test('a voucher above what its client ordered takes nothing of the other’s escrow', async () => {
    const { outcomes: _, ...rest } = await played({
      pay: (client, amount) => (client === ada.client ? 9_999n : amount),
    })
    // It says that the client pays for all that it ordered, fees included; what is left of the leaves is the other's.
    expect(rest).toEqual({ ada: -3n * (100n + fee), bob: -2n * (50n + fee), executor: 400n, stake: 0n })
  })

  test('a leaf of which nobody knows whose it is counts against both', async () => {
    const isFirst = ({ kind, body }: Message.Envelope) =>
      kind === 'disclosure' && 'leaf' in body && body.leaf.index === 0
    const { outcomes, ...rest } = await played({ change: (one) => altered(one, silent(isFirst)) })
    expect(outcomes[0]).toBe('missing-opening')
    expect(rest).toEqual({ ada: honest.ada + 100n, bob: honest.bob + 50n, executor: 200n, stake: -3_000n })
  })
})
