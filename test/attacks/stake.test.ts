// Attacks on the stake: one behind many batches, gone before the verdict, slashed by a friend.
import { Ledger, Protocol, Round, Stake } from '@spotcheck/core'
import { describe, expect, test } from 'vitest'
import { misled, play } from '../support/play.js'
import { createWorld, eth, ledgerFor, parameters, party, protocolWith, toyModel, type World } from '../support/world.js'

const executor = party('e', 1)
const wrong = toyModel({ wrong: true })

/** The same parties' epoch `epoch`, opened on `ledger`. */
function openOn({ protocol, opened, verifiers }: World, epoch: number, ledger: Ledger.Ledger) {
  const engagements = [...opened.state.batches.values()].flatMap((batch) => batch.engagements)
  return Round.open({ protocol, epoch, ledger, engagements, verifiers: verifiers.map(({ address }) => address) })
}

/** More for everybody but the executor, so that only its stake can fall short. */
function funded(ledger: Ledger.Ledger, { verifiers }: World): Ledger.Ledger {
  return new Map([...ledger, ...verifiers.map(({ address }) => [Ledger.stake(address), 200_000n] as const)])
}

describe('one stake behind many batches', () => {
  test('a coin locked for one epoch can’t be locked for another: the second epoch does not open', async () => {
    const world = await createWorld()
    const ledger = funded(world.opened.state.ledger, world)
    expect(Ledger.balance(ledger, Ledger.stake(executor))).toBe(10_000n)
    expect(() => openOn(world, 1, ledger)).toThrow(Ledger.InsufficientFundsError)
    const enough = new Map(ledger).set(Ledger.stake(executor), 40_000n)
    expect(Stake.exposure(openOn(world, 1, enough).state.ledger, executor)).toBe(80_000n)
  })

  test('what one epoch convicts is taken from its own lock; the other’s lock is whole', async () => {
    const world = await createWorld({ executors: [wrong] })
    const other = Ledger.lock(executor, 1)
    const { opened } = world
    const ledger = new Map(opened.state.ledger).set(other, 40_000n)
    const played = await play({ ...world, opened: { ...opened, state: { ...opened.state, ledger } } })
    expect(played.slashes).toHaveLength(4)
    expect(Ledger.balance(played.state.ledger, other)).toBe(40_000n)
    expect(played.gain(executor)).toBe(-12_000n)
  })
})

describe('withdraw before the verdict', () => {
  const now = parameters.genesis

  test('nothing of a party can be taken back while any of it is locked, not even what is free', async () => {
    const { protocol, opened } = await createWorld()
    const { ledger } = opened.state
    for (const party of [executor, opened.state.verifiers[0]!.address])
      expect(() => Stake.unbond({ protocol, ledger, party, amount: 1n, now })).toThrow(Stake.LockedStakeError)
    expect(() => Ledger.apply(ledger, Stake.withdraw(ledger, executor, 2 ** 40))).not.toThrow()
    expect(Stake.withdraw(ledger, executor, 2 ** 40)).toEqual([])
  })

  test('a convicted executor finds its lock gone, and waits for what is left like anybody', async () => {
    const { state } = await play(await createWorld({ executors: [wrong] }))
    const { protocol, ledger, deadlines } = state
    const left = 50_000n - 12_000n
    const at = deadlines.settlement + 1
    const take = (amount: bigint) => Stake.unbond({ protocol, ledger, party: executor, amount, now: at })
    expect(() => Ledger.apply(ledger, [take(left + 1n)])).toThrow(Ledger.InsufficientFundsError)
    const leaving = Ledger.apply(ledger, [take(left)])
    expect(Stake.withdraw(leaving, executor, at + protocol.unbonding - 1)).toEqual([])
    const gone = Ledger.apply(leaving, Stake.withdraw(leaving, executor, at + protocol.unbonding))
    expect(Ledger.balance(gone, Ledger.free(executor))).toBe(left)
    expect(Ledger.total(gone)).toBe(Ledger.total(ledger))
  })

  test('what is being taken back stands behind no epoch', async () => {
    const world = await createWorld()
    const { protocol } = world
    const before = ledgerFor(
      [executor],
      world.verifiers.map(({ address }) => address),
    )
    const leaving = Ledger.apply(before, [
      Stake.unbond({ protocol, ledger: before, party: executor, amount: 10_001n, now }),
    ])
    expect(() => openOn(world, 0, leaving)).toThrow(Ledger.InsufficientFundsError)
    expect(() => openOn(world, 0, before)).not.toThrow()
  })
})

describe('slash oneself through a friend', () => {
  test('executor, its client and every verifier together lose what honest play would have kept', async () => {
    const gains = async (world: World) => {
      const played = await play(world)
      const all = [executor, ...world.verifiers.map(({ address }) => address), party('c', 1)]
      return [all, [...all, Ledger.treasury]].map((ones) => ones.reduce((sum, one) => sum + played.gain(one), 0n))
    }
    const honest = await gains(await createWorld())
    const cheating = await gains(await createWorld({ executors: [wrong] }))
    // A slash of 3,000: 1,500 burnt, 1,300 kept, 200 back as bounty; and what four quorums were paid.
    expect(cheating[0]! - honest[0]!).toBe(4n * (-3_000n + 200n + 3n * 120n))
    // Were the treasury theirs as well, the burnt part would still be gone.
    expect(cheating[1]! - honest[1]!).toBe(4n * -1_500n)
  })

  test('parameters with which it would be free are refused: S_net must be above 0', () => {
    const { slash, verification } = parameters
    expect(Protocol.netSlash(slash, verification)).toBe(3_000n - 200n - 120n)
    for (const free of [{ burnShare: 0n }, { burnShare: eth / 100n, bounty: 3_000n }])
      expect(() => protocolWith({ slash: { ...slash, ...free } })).toThrow(Protocol.InvalidProtocolError)
    expect(() => protocolWith({ slash: { ...slash, burnShare: eth } })).not.toThrow()
  })
})

describe('collude with the client for the refund', () => {
  test('a client whose friend accuses gets nothing back: the reward is paid and the friend loses its bond', async () => {
    const world = await createWorld({ tasks: 1 })
    const honest = await play(world)
    const again = await createWorld({ tasks: 1 })
    const accusers = again.participants.map((one) => misled(one, () => true))
    const played = await play(again, { participants: accusers })
    expect([played.gain(party('c', 1)), honest.gain(party('c', 1))]).toEqual([-102n, -102n])
    expect(played.gain(executor)).toBe(100n)
  })

  test('a client that pays no voucher refunds itself, and its executor pays no penalty for it', async () => {
    const played = await play(await createWorld({ tasks: 1 }), { vouchers: [] })
    expect([played.slashes, played.gain(executor), played.gain(party('c', 1))]).toEqual([[], 0n, -2n])
  })
})
