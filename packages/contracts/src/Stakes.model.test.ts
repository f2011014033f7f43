/**
 * Random calls of executors, honest and not, of those who prove faults and of those who invent them, against the core's
 * ledger: each call ends as the model says, and every wei is where the core would have it. The long form is
 * `npm run soak -- stakes`; STAKES_SEQUENCES and STAKES_SEED set it by hand.
 */
import { type Encoding, Ledger, Protocol, Settlement, Stake } from '@spotcheck/core'
import type { Abi, Address } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Artifact, compiled } from '../../../scripts/contracts.mjs'
import { env } from '../../../test/support/env.js'
import { faults, makerOf } from '../../../test/support/faults.js'
import { Random } from '../../../test/support/random.js'
import { GENESIS, start, TREASURY, type World } from '../../../test/support/stakes.js'

const SEQUENCES = Number(env.STAKES_SEQUENCES ?? 8)
const CALLS = 50
const SEED = Number(env.STAKES_SEED ?? 20_261_128)
const CHEAT = 1
const HONEST = [2, 3]
const EXECUTORS = [CHEAT, ...HONEST]
const EPOCHS = [0, 1, 2, 3]
const ANYBODY = 5

let world: World
let probe: Address
const { StakesProbe } = compiled(['contracts/test/StakesProbe.sol']) as { StakesProbe: Artifact }

beforeAll(async () => {
  world = await start({ unbonding: 300 })
  probe = await world.node.deploy(StakesProbe)
})
afterAll(() => world.node.stop())

type Fault = Readonly<{ name: string; args: readonly unknown[]; index?: number | undefined }>
const proofs = new Map<string, readonly Fault[]>()

/** What proves the faults of an account that did all of them in an epoch; it signs with its own key. */
async function faultsOf(account: number, epoch: number): Promise<readonly Fault[]> {
  const key = `${account} ${epoch}`
  const known = proofs.get(key)
  if (known !== undefined) return known
  const place = { protocol: world.protocol, executor: world.addressOf(account), epoch }
  const all = await faults(makerOf(place, world.node.clientOf(account).account as never))
  const { 'bad-opening': _, ...provable } = all
  const made = Object.values(provable).map(({ kind, ...parts }) => ({
    name: `prove-${kind}`.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
    args: Object.values(parts),
    index: 'receipt' in parts ? parts.receipt.body.index : undefined,
  }))
  proofs.set(key, made)
  return made
}

/** An epoch's lock: what was put in, and what it was convicted of. */
type Lock = { put: bigint; broken: Set<number>; equivocated: boolean; released: boolean }

/** What the core says the contract should hold. */
class Model {
  now = GENESIS - 500
  ledger: Ledger.Ledger = new Map()
  readonly locks = new Map<string, Lock>()
  readonly due = new Map<number, Set<number>>()
  claimed = 0n

  lockOf(account: number, epoch: number): Lock | undefined {
    return this.locks.get(`${account} ${epoch}`)
  }

  stakeOf(account: number): bigint {
    return Ledger.balance(this.ledger, Ledger.stake(world.addressOf(account)))
  }

  credit(account: string, amount: bigint): void {
    this.ledger = new Map([...this.ledger, [account, Ledger.balance(this.ledger, account) + amount]])
  }

  /** What the core's settlement makes of a lock: what is unlocked, burnt and left for the treasury. */
  settle(account: number, epoch: number): Readonly<{ unlock: bigint; burn: bigint; treasury: bigint }> {
    const { put, broken, equivocated } = this.lockOf(account, epoch)!
    const executor = world.addressOf(account)
    const engagement = { client: world.addressOf(8), executor, maxCount: 1, reward: 0n, lock: put }
    const { transfers } = Settlement.settle({
      ...{ protocol: world.protocol, epoch, isVoid: false, verifiers: [], withheld: [], evidence: new Map() },
      batches: [
        {
          ...{ executor, engagements: [engagement], count: 0, equivocated, vouchers: new Map(), leaves: [] },
          broken: [...broken].sort((a, b) => a - b),
        },
      ],
    })
    const lock = Ledger.lock(executor, epoch)
    const to = (account: string) =>
      transfers.filter((one) => one.from === lock && one.to === account).reduce((sum, { amount }) => sum + amount, 0n)
    return { unlock: to(Ledger.stake(executor)), burn: to(Ledger.burn), treasury: to(Ledger.treasury) }
  }

  /** What is locked of an account, over all epochs. */
  exposureOf(account: number): bigint {
    const held = EPOCHS.filter((epoch) => this.lockOf(account, epoch)?.released === false)
    return held.reduce((sum, epoch) => sum + this.settle(account, epoch).unlock, 0n)
  }

  slashed(part: 'burn' | 'treasury'): bigint {
    const all = EXECUTORS.flatMap((account) => EPOCHS.map((epoch) => [account, epoch] as const))
    const locked = all.filter(([account, epoch]) => this.lockOf(account, epoch) !== undefined)
    return locked.reduce((sum, [account, epoch]) => sum + this.settle(account, epoch)[part], 0n)
  }
}

const openingOf = (epoch: number) => GENESIS + epoch * world.protocol.epochLength
const settlementOf = (epoch: number) => Protocol.deadlines(world.protocol, epoch).settlement

/** One call: how it is sent, and how it must end; the model is changed if it is done. */
type Action = (
  model: Model,
  random: () => number,
) => Promise<readonly [from: number, name: string, args: readonly unknown[], value: bigint, outcome: string]>

const pick = <T>(random: () => number, list: readonly T[]): T => list[Math.floor(random() * list.length)]!
/** One of the list, four times in five one of those that are `good`, if there are any. */
function prefer<T>(random: () => number, list: readonly T[], good: (one: T) => boolean): T {
  const liked = list.filter(good)
  return pick(random, liked.length > 0 && random() < 0.8 ? liked : list)
}

/** Even, as are the penalties: so each half that is burnt is exact, in whatever order faults are proven. */
const wei = (random: () => number) => BigInt(2 * Math.floor(random() * 6_000))

const actions: Readonly<Record<string, Action>> = {
  stake: async (model, random) => {
    const [account, amount] = [pick(random, EXECUTORS), 2n * wei(random)]
    if (amount > 0n) model.credit(Ledger.stake(world.addressOf(account)), amount)
    return [account, 'stake', [], amount, amount > 0n ? 'done' : 'NothingToDo']
  },
  lock: async (model, random) => {
    const account = prefer(random, EXECUTORS, (one) => model.stakeOf(one) > 1n)
    const amount = prefer(
      random,
      [wei(random), 2n * (model.stakeOf(account) / 4n)],
      (one) => one <= model.stakeOf(account),
    )
    const epoch = prefer(random, EPOCHS, (one) => model.now < openingOf(one))
    const call = [account, 'lock', [epoch, amount], 0n] as const
    if (amount === 0n) return [...call, 'NothingToDo']
    if (model.now >= openingOf(epoch)) return [...call, 'EpochOpened']
    if (amount > model.stakeOf(account)) return [...call, 'InsufficientStake']
    model.credit(Ledger.stake(world.addressOf(account)), -amount)
    const held = model.lockOf(account, epoch)
    if (held !== undefined) held.put += amount
    else model.locks.set(`${account} ${epoch}`, { put: amount, broken: new Set(), equivocated: false, released: false })
    return [...call, 'done']
  },
  release: async (model, random) => {
    const account = pick(random, EXECUTORS)
    const isDue = (epoch: number) => model.lockOf(account, epoch)?.released === false && model.now > settlementOf(epoch)
    const epoch = prefer(random, EPOCHS, isDue)
    const call = [ANYBODY, 'release', [world.addressOf(account), epoch], 0n] as const
    if (model.now <= settlementOf(epoch)) return [...call, 'NotSettled']
    const held = model.lockOf(account, epoch)
    if (held === undefined || held.released) return [...call, 'NothingToDo']
    held.released = true
    model.credit(Ledger.stake(world.addressOf(account)), model.settle(account, epoch).unlock)
    return [...call, 'done']
  },
  unbond: async (model, random) => {
    const account = pick(random, EXECUTORS)
    const amount = pick(random, [wei(random), wei(random) / 4n, model.stakeOf(account)])
    const call = [account, 'unbond', [amount], 0n] as const
    if (amount === 0n) return [...call, 'NothingToDo']
    if (model.exposureOf(account) > 0n) return [...call, 'StakeLocked']
    if (amount > model.stakeOf(account)) return [...call, 'InsufficientStake']
    const party = world.addressOf(account)
    const transfer = Stake.unbond({ protocol: world.protocol, ledger: model.ledger, party, amount, now: model.now })
    model.ledger = Ledger.apply(model.ledger, [transfer])
    model.due.set(account, new Set(model.due.get(account)).add(model.now + world.protocol.unbonding))
    return [...call, 'done']
  },
  withdraw: async (model, random) => {
    const asked = EXECUTORS.flatMap((account) => [...(model.due.get(account) ?? [])].map((time) => ({ account, time })))
    const nothing = { account: pick(random, EXECUTORS), time: model.now + pick(random, [0, 1]) }
    const { account, time: release } = prefer(random, [...asked, nothing], ({ time }) => time < model.now)
    const call = [account, 'withdraw', [release], 0n] as const
    if (release > model.now) return [...call, 'StillUnbonding']
    const party = world.addressOf(account)
    const theirs = Stake.withdraw(model.ledger, party, model.now).filter(({ from }) => from.endsWith(`:${release}`))
    const amount = theirs.reduce((sum, one) => sum + one.amount, 0n)
    if (amount === 0n) return [...call, 'NothingToDo']
    model.ledger = Ledger.apply(model.ledger, theirs)
    return [...call, 'done']
  },
  prove: async (model, random) => {
    const epoch = prefer(
      random,
      EPOCHS,
      (one) => model.now >= openingOf(one) && model.lockOf(CHEAT, one)?.released === false,
    )
    const { name, args, index } = pick(random, await faultsOf(CHEAT, epoch))
    const call = [ANYBODY, name, args, 0n] as const
    const held = model.lockOf(CHEAT, epoch)
    if (held === undefined || held.released || model.now > settlementOf(epoch)) return [...call, 'NotAFault']
    if (model.now < openingOf(epoch)) return [...call, 'EpochNotOpened']
    if (index === undefined ? held.equivocated : held.broken.has(index)) return [...call, 'AlreadySlashed']
    if (index === undefined) held.equivocated = true
    else held.broken.add(index)
    return [...call, 'done']
  },
  /** The cheat's statements, said to be an honest executor's: in its name, or in that of an epoch of another. */
  frame: async (_, random) => {
    const { name, args } = pick(random, await faultsOf(CHEAT, pick(random, EPOCHS)))
    const executor = world.addressOf(pick(random, HONEST))
    const renamed = args.map((one) =>
      (one as { signature?: string }).signature ? rename(one as never, executor) : one,
    )
    return [ANYBODY, name, renamed, 0n, 'NotAFault']
  },
  claim: async (model) => {
    const amount = model.slashed('treasury') - model.claimed
    model.claimed += amount
    return [TREASURY, 'claim', [], 0n, amount > 0n ? 'done' : 'NothingToDo']
  },
}

function rename({ body, signature }: { body: object; signature: string }, executor: Encoding.Address) {
  return { body: { ...body, executor }, signature }
}

/** More of what matters: locks before the epochs, proofs after. */
const WEIGHTS = [
  'stake',
  'stake',
  'stake',
  'lock',
  'lock',
  'lock',
  'prove',
  'prove',
  'prove',
  'frame',
  'release',
  'unbond',
  'withdraw',
  'claim',
]

async function play(model: Model, random: () => number, name: string): Promise<string> {
  model.now += 1 + Math.floor(random() * random() * 100)
  const [from, call, args, value, outcome] = await actions[name]!(model, random)
  const sent = await world.send({ from, at: model.now, name: call, args, value })
  expect({ seed: SEED, call, args, outcome: sent.outcome }).toEqual({ seed: SEED, call, args, outcome })
  return outcome === 'done' ? name : `${name}: ${outcome}`
}

/** Every balance is the model's, and together they are the money that the contract has. */
async function check(model: Model): Promise<void> {
  const args = [world.address, EXECUTORS.map((account) => world.addressOf(account))]
  const abi = StakesProbe.abi as Abi
  const found = await world.node.client.readContract({ address: probe, abi, functionName: 'look', args })
  const expected = {
    stakes: EXECUTORS.map((account) => model.stakeOf(account)),
    exposures: EXECUTORS.map((account) => model.exposureOf(account)),
    burnt: model.slashed('burn'),
    treasury: model.slashed('treasury') - model.claimed,
  }
  const unbonding = [...model.ledger].filter(([account]) => account.startsWith('unbonding:'))
  const { stakes, exposures, burnt, treasury } = expected
  const all = [...stakes, ...exposures, burnt, treasury, ...unbonding.map(([, amount]) => amount)]
  expect(found).toEqual({ ...expected, balance: all.reduce((sum, amount) => sum + amount, 0n) })
}

/** Everybody goes home. */
async function leave(model: Model): Promise<void> {
  model.now = Math.max(model.now, settlementOf(EPOCHS.at(-1)!)) + 1
  for (const account of EXECUTORS) {
    for (const epoch of EPOCHS) {
      const held = model.lockOf(account, epoch)
      if (held === undefined || held.released) continue
      const args = [world.addressOf(account), epoch]
      expect((await world.send({ from: ANYBODY, at: ++model.now, name: 'release', args })).outcome).toBe('done')
    }
    const rest = await world.read<bigint>('stakeOf', world.addressOf(account))
    if (rest > 0n) {
      model.now++
      await world.send({ from: account, at: model.now, name: 'unbond', args: [rest] })
      model.due.set(account, new Set(model.due.get(account)).add(model.now + world.protocol.unbonding))
    }
  }
  model.now += world.protocol.unbonding
  for (const account of EXECUTORS)
    for (const release of model.due.get(account) ?? [])
      await world.send({ from: account, at: ++model.now, name: 'withdraw', args: [release] })
  await world.send({ from: TREASURY, at: ++model.now, name: 'claim' })
}

test('every call ends as the core would have it, to the wei', { timeout: 3_600_000 }, async () => {
  const outcomes = new Map<string, number>()
  for (let sequence = 0; sequence < SEQUENCES; sequence++) {
    const id = await world.node.client.snapshot()
    const [model, random] = [new Model(), Random.stream(SEED, sequence)]
    for (let call = 0; call < CALLS; call++) {
      const outcome = await play(model, random, pick(random, WEIGHTS))
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      await check(model)
    }
    await leave(model)
    // Nothing is stuck: what is left is what was burnt, of the cheat alone.
    expect(await world.node.client.getBalance({ address: world.address })).toBe(model.slashed('burn'))
    await world.node.client.revert({ id })
  }
  // Each kind of call was made to succeed and to fail, or little was shown.
  for (const name of Object.keys(actions).filter((name) => name !== 'frame'))
    expect([...outcomes.keys()]).toContain(name)
  for (const refusal of ['prove: AlreadySlashed', 'prove: NotAFault', 'frame: NotAFault', 'unbond: StakeLocked'])
    expect([...outcomes.keys()]).toContain(refusal)
})
