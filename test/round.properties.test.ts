// Any order, repetition and loss of messages: what the machine promises all the same.
import { Ledger, Protocol, type Round } from '@spotcheck/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Cast, everybody, type Kinds, poolOf, type Sent } from './support/cast.js'
import { checkedMachine, choices, chooserOf, deliverAll, essence, type Run } from './support/delivery.js'
import { runs, seed } from './support/property.js'
import type { Hex } from './support/world.js'

const RUNS = 2_000
const TIMEOUT = 600_000

/** Parties whose messages do not depend on what they hear, and who sign one batch. */
const unequivocal: Kinds = {
  ...everybody,
  executors: everybody.executors.filter((kind) => kind !== 'equivocates'),
}
/** Nobody fails a duty, but some executors cheat, so that there are disputes, and some verifiers can't run the model. */
const punctual: Kinds = {
  executors: ['honest', 'wrong'],
  verifiers: ['honest', 'honest', 'honest', 'crashed'],
  members: ['honest'],
}

/** Whoever did its duties in time is named in no fault and loses nothing. */
function expectUnharmed({ state, effects, unheard }: Run, { dutiful, before }: Cast): void {
  const settled = effects.find((effect) => effect.type === 'settled')!
  for (const party of dutiful) {
    if (unheard.has(party)) continue
    expect(effects.filter((effect) => effect.type === 'fault' && effect.party === party)).toEqual([])
    expect(settled.slashes.filter((slash) => slash.party === party)).toEqual([])
    const stake = Ledger.stake(party)
    expect([party, Ledger.balance(state.ledger, stake)]).toEqual([party, Ledger.balance(before, stake)])
  }
}

describe('messages in any order, repeated, lost and sent again', () => {
  const pool = poolOf(everybody, 150, seed)
  const worlds = fc.nat(pool.size - 1)

  test('who did its duties in time is never refused, never named in a fault and never slashed', {
    timeout: TIMEOUT,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(worlds, choices, fc.boolean(), async (world, values, losing) => {
        const cast = await pool.get(world)
        const run = await deliverAll(cast, chooserOf(values), { losing })
        expectUnharmed(run, cast)
        if (losing) return
        expect(
          run.refused.filter(({ sent, reason }) => isUnfair(sent, reason) && cast.dutiful.has(sent.from!)),
        ).toEqual([])
      }),
      runs(RUNS),
    )
  })
})

/** After a void epoch nothing is heard any more. */
function isUnfair({ from }: Sent, reason: Round.Rejection): boolean {
  return from !== null && reason !== 'closed'
}

describe('the order of messages', () => {
  const pool = poolOf(unequivocal, 100, seed + 1)

  /**
   * Condition: every message arrives before its deadline, and a refusal while there is time for a replacement; the panel
   * commits in one order (it is part of the randomness); and no executor signs two batches (which one came first is then of the essence). Hostile parties are no exception:
   * money, outcomes and seats are the same to the last wei.
   */
  test('does not matter within their windows, nor do repetitions and repaired losses', {
    timeout: TIMEOUT,
  }, async () => {
    const travel = { losing: false, prompt: true }
    const plain = new Map<number, unknown>()
    await fc.assert(
      fc.asyncProperty(fc.nat(pool.size - 1), choices, async (world, values) => {
        const cast = await pool.get(world)
        const expected = plain.get(world) ?? essence(await deliverAll(cast, () => 0, travel))
        plain.set(world, expected)
        expect(essence(await deliverAll(cast, chooserOf(values), travel))).toEqual(expected)
      }),
      runs(RUNS),
    )
  })
})

describe('one message that never arrives', () => {
  const pool = poolOf(punctual, 100, seed + 2)

  test('is exactly the liveness fault of exactly its sender', { timeout: TIMEOUT }, async () => {
    const known = new Map<number, Run>()
    await fc.assert(
      fc.asyncProperty(fc.nat(pool.size - 1), choices, fc.nat(), async (world, values, which) => {
        const cast = await pool.get(world)
        const whole = known.get(world) ?? (await deliverAll(cast, () => 0, { losing: false }))
        known.set(world, whole)
        expect(whole.effects.filter(({ type }) => type === 'fault')).toEqual([])
        const { event, from } = whole.sent[which % whole.sent.length]!
        const isLost = (one: Sent) => one.event === event
        const run = await deliverAll(cast, chooserOf(values), { losing: false, prompt: true, isLost })
        expect(sorted(run.effects.filter(({ type }) => type === 'fault'))).toEqual(sorted(faultsOf(event)))
        const isSampling = (event.kind === 'beacon-value' && event.level === 0) || isReveal(event, 0)
        expect(run.state.isVoid).toBe(isSampling)
        if (isSampling) expectReturned(run, from, cast.before)
      }),
      runs(RUNS),
    )
  })
})

function isReveal(event: Round.Event, level: number): boolean {
  return event.kind === 'beacon-reveal' && event.body.level === level
}

/** What it means that a message never arrives. */
function faultsOf(event: Round.Event): Round.Fault[] {
  const type = 'fault'
  switch (event.kind) {
    case 'disclosure': {
      const { executor, leaf } = event.body
      return [{ type, party: executor, fault: 'missing-opening', executor, index: leaf.index }]
    }
    case 'opening': {
      const { executor, leaves } = event.body
      return leaves.map(({ index }) => ({ type, party: executor, fault: 'missing-opening', executor, index }))
    }
    case 'verifier-commitment':
    case 'indeterminate':
    case 'reveal': {
      const { verifier, executor, index, level } = event.body
      return [{ type, party: verifier, fault: 'missing-reveal', executor, index, level }]
    }
    case 'beacon-reveal':
      return [{ type, party: event.body.member, fault: 'withheld-beacon', level: event.body.level }]
    default:
      // No batch, nothing earned; a panel goes on without a member; a beacon without a value is nobody's fault.
      return []
  }
}

function sorted(effects: readonly Round.Effect[]): string[] {
  return effects.map((effect) => JSON.stringify(effect, Object.keys(effect).sort())).sort()
}

/** Everybody but the party at fault has what it had before the epoch. */
function expectReturned({ state }: Run, atFault: Hex | null, before: Ledger.Ledger): void {
  for (const [account, amount] of before)
    if (account !== Ledger.treasury && (atFault === null || account !== Ledger.stake(atFault)))
      expect([account, Ledger.balance(state.ledger, account)]).toEqual([account, amount])
}

describe('chaos', () => {
  const pool = poolOf(everybody, 60, seed + 3)
  const others = poolOf(everybody, 60, seed + 3, 1)
  const at = fc.nat(0xffff)
  const anything = fc.anything({ withBigInt: true, withMap: true, withNullPrototype: true, withTypedArray: true })
  const moves = fc.array(
    fc.oneof(
      { weight: 40, arbitrary: fc.record({ kind: fc.constant('message' as const), at }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('foreign' as const), at }) },
      {
        weight: 4,
        arbitrary: fc.record({ kind: fc.constant('next deadline' as const), at: fc.integer({ min: -1, max: 1 }) }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('hostile' as const), at }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('event' as const), event: junk(anything) }) },
    ),
    { minLength: 1, maxLength: 150, size: 'max' },
  )

  test('never throws, never moves the sum, never convicts by another’s word, ends settled', {
    timeout: TIMEOUT,
  }, async () => {
    const bags = new Map<number, readonly Sent[]>()
    const bagOf = async (cast: Cast) => (await deliverAll(cast, () => 0, { losing: false })).sent
    await fc.assert(
      fc.asyncProperty(fc.nat(pool.size - 1), moves, async (world, list) => {
        const cast = await pool.get(world)
        const bag = bags.get(world) ?? [...(await bagOf(cast)), ...(await bagOf(await others.get(world)))]
        bags.set(world, bag)
        const machine = checkedMachine(cast)
        const { deadlines } = machine.state()
        const times = Protocol.times(deadlines)
        for (const move of list) machine.apply(eventOf(move, bag, machine.state(), times))
        machine.apply({ kind: 'tick', now: deadlines.settlement + 1 })
        expect(machine.state().status).toBe('settled')
        expect(machine.effects.filter(({ type }) => type === 'settled')).toHaveLength(1)
        for (const { event } of bag)
          expect(machine.apply(event).reception).toEqual({ status: 'rejected', reason: 'closed' })
        expectUnconvicted(machine.effects, cast.dutiful)
      }),
      runs(RUNS),
    )
  })
})

type Move =
  | Readonly<{ kind: 'message' | 'foreign' | 'hostile' | 'next deadline'; at: number }>
  | Readonly<{ kind: 'event'; event: Round.Event }>

/** The first half of the bag belongs to this epoch, the second to another. */
function eventOf(move: Move, bag: readonly Sent[], { now }: Round.State, times: readonly number[]): Round.Event {
  if (move.kind === 'event') return move.event
  if (move.kind === 'hostile') return hostile[move.at % hostile.length] as Round.Event
  const half = Math.ceil(bag.length / 2)
  if (move.kind === 'message') return bag[move.at % half]!.event
  if (move.kind === 'foreign') return bag[half + (move.at % (bag.length - half))]!.event
  return { kind: 'tick', now: (times.find((time) => time > now) ?? now) + move.at }
}

/** Events that are none, and those that only look like one. */
function junk(anything: fc.Arbitrary<unknown>): fc.Arbitrary<Round.Event> {
  const kinds = fc.constantFrom('tick', 'beacon-value', 'batch', 'opening', 'reveal', '__proto__')
  const numbers = fc.oneof(
    fc.constantFrom(-1, 0, Number.NaN, Number.MAX_SAFE_INTEGER + 1, 1e300),
    fc.double(),
    fc.nat(),
  )
  return fc.oneof(
    anything,
    fc.record({ kind: kinds, now: anything, body: anything, level: anything, round: anything }),
    fc.record({ kind: fc.constant('tick'), now: numbers }).filter(({ now }) => !Number.isSafeInteger(now) || now < 1e9),
    fc.record({ kind: fc.constant('beacon-value'), level: fc.nat(2), round: fc.nat() }),
  ) as fc.Arbitrary<Round.Event>
}

const thrower = () => {
  throw new Error('touched')
}
const hostile = [
  new Proxy(
    {},
    { get: thrower, has: thrower, ownKeys: thrower, getOwnPropertyDescriptor: thrower, getPrototypeOf: thrower },
  ),
  Object.defineProperty({}, 'kind', { get: thrower, enumerable: true }),
  Object.defineProperty({ kind: 'tick' }, 'now', { get: thrower, enumerable: true }),
]

/** Faults that need a party's own signature under something wrong never name an honest one. */
function expectUnconvicted(effects: readonly Round.Effect[], dutiful: ReadonlySet<Hex>): void {
  for (const effect of effects) {
    if (effect.type === 'outcome' && effect.outcome === 'mismatch') expect(dutiful).not.toContain(effect.executor)
    if (effect.type !== 'fault' || !provable.has(effect.fault)) continue
    expect(dutiful).not.toContain(effect.party)
  }
}

const provable: ReadonlySet<Round.Fault['fault']> = new Set(['bad-opening', 'equivocation', 'wrong-verdict'])

test('the casts of these properties show every fault and every outcome', async () => {
  const pool = poolOf(everybody, 150, 1)
  const found = new Set<string>()
  for (let i = 0; i < pool.size; i++)
    for (const effect of (await deliverAll(await pool.get(i), () => 0, { losing: false })).effects)
      found.add(effect.type === 'fault' ? effect.fault : effect.type === 'outcome' ? effect.outcome : effect.type)
  expect([...found]).toEqual(
    expect.arrayContaining([
      ...['valid', 'mismatch', 'unverified', 'missing-opening', 'bad-opening', 'equivocation'],
      ...['missing-reveal', 'wrong-verdict', 'withheld-beacon', 'void', 'request-arbitration', 'settled'],
    ]),
  )
})
