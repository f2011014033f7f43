// Delivers what parties send: in any order, repeated, lost and sent again, or never; always with the same checks.
import { Ledger, Protocol, Round } from '@spotcheck/core'
import fc from 'fast-check'
import { expect } from 'vitest'
import type { Cast, Sent } from './cast.js'
import type { Hex } from './world.js'

/** Picks one of n. All zeros is the plainest run, so that counterexamples shrink towards it. */
export type Choose = (n: number) => number

/** Choices, used in turn and over again. */
export const choices: fc.Arbitrary<readonly number[]> = fc.array(fc.nat(0xffff), { minLength: 1, maxLength: 48 })

export function chooserOf(values: readonly number[]): Choose {
  let used = 0
  return (n) => {
    const value = values[used % values.length]! * (1 + 2 * Math.floor(used / values.length))
    used++
    return ((value ^ (value >>> 7)) >>> 0) % n
  }
}

/** How messages travel. */
export type Travel = Readonly<{
  /** May messages be lost for good? */
  losing: boolean
  /** Do all refusals arrive while there is time for a replacement? */
  prompt?: boolean
  /** Loses exactly these for good. */
  isLost?: (sent: Sent) => boolean
  /** Delays exactly these until their deadline has passed. */
  isLate?: (sent: Sent) => boolean
  /** Repeats exactly these at once, and again in the end. */
  isTwice?: (sent: Sent) => boolean
  /** Sees every step. */
  observe?: (before: Round.State, event: Round.Event, step: Round.Step<Round.State>) => void
}>

/** Who answers, and what is sent unasked. */
export type Company = Pick<Cast, 'opened' | 'batches' | 'answers'>

export type Run = Readonly<{
  state: Round.State
  effects: readonly Round.Effect[]
  /** Everything that was sent, arrived or not. */
  sent: readonly Sent[]
  /** What arrived in time and counted. */
  heard: readonly Sent[]
  /** Parties of which a message never arrived in time. */
  unheard: ReadonlySet<Hex>
  /** What arrived in time and was refused. */
  refused: readonly Readonly<{ sent: Sent; reason: Round.Rejection }>[]
}>

const reasons: ReadonlySet<Round.Rejection> = new Set<Round.Rejection>([
  ...(['malformed', 'not-authenticated', 'closed', 'early', 'late', 'unknown-party', 'unknown-signer'] as const),
  ...(['wrong-parameters', 'wrong-epoch', 'wrong-beacon-round', 'too-many-tasks', 'weightless'] as const),
  ...(['wrong-source', 'bad-beacon', 'does-not-open', 'wrong-batch', 'not-sampled', 'not-assigned'] as const),
  ...(['not-disclosed', 'not-committed', 'already-committed', 'already-said', 'not-due'] as const),
  ...(['unusable-evidence', 'faulted', 'not-promised', 'not-a-canary'] as const),
])

/** A machine that checks, at every step, what must hold at every step. */
export function checkedMachine({ opened }: Pick<Cast, 'opened'>) {
  const sum = Ledger.total(opened.state.ledger)
  const effects: Round.Effect[] = [...opened.effects]
  let state = frozen(opened.state)
  function apply(event: Round.Event): Round.Step<Round.State> {
    const step = Round.step(state, event)
    if (step.state !== state) {
      if (step.state.ledger !== state.ledger && Ledger.total(step.state.ledger) !== sum)
        throw new Error('the sum of balances changed')
      if (step.reception.status === 'duplicate') throw new Error('a repetition changed the state')
      if (step.reception.status === 'rejected' && step.effects.every(({ type }) => type !== 'fault'))
        throw new Error('a rejected event changed the state and reported no fault')
    }
    if (step.reception.status === 'rejected' && !reasons.has(step.reception.reason))
      throw new Error(`no such reason: ${step.reception.reason}`)
    state = frozen(step.state)
    effects.push(...step.effects)
    return step
  }
  return { state: () => state, effects, apply }
}

const seen = new WeakSet<object>()

/** Freezes deeply; maps lose their setters. A step that changes what it is given then throws. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || seen.has(value)) return value
  seen.add(value)
  if (value instanceof Map) {
    for (const inner of value.values()) frozen(inner)
    for (const name of ['set', 'delete', 'clear']) Object.defineProperty(value, name, { value: refuse })
  } else for (const inner of Object.values(value)) frozen(inner)
  return Object.freeze(value)
}

function refuse(): never {
  throw new TypeError('the state is never changed in place')
}

type Item = Sent & { deadline: number; losses: number }

/** Plays a cast from its first message to its settlement. */
export async function deliverAll(cast: Company, choose: Choose, travel: Travel): Promise<Run> {
  const machine = checkedMachine(cast)
  const pending: Item[] = []
  const copies: Sent[] = []
  const posted: Sent[] = []
  const heard: Sent[] = []
  const delayed: Item[] = []
  const unheard = new Set<Hex>()
  const refused: { sent: Sent; reason: Round.Rejection }[] = []

  function post(sent: Sent): void {
    posted.push(sent)
    const isHurried = travel.prompt === true && sent.event.kind === 'indeterminate' && sent.event.body.level === 0
    const { deadlines } = machine.state()
    const deadline = isHurried ? deadlines.replacement : deadlineOf(machine.state(), sent.event)
    pending.push({ ...sent, deadline, losses: 0 })
  }

  async function apply(event: Round.Event): Promise<Round.Reception> {
    const before = machine.state()
    const step = machine.apply(event)
    travel.observe?.(before, event, step)
    for (const effect of step.effects) for (const sent of await cast.answers(effect)) post(sent)
    return step.reception
  }

  async function deliver(item: Item): Promise<void> {
    const fate = choose(16)
    if (fate >= 13 && fate < 15 && item.losses < 3) {
      item.losses++
      return
    }
    pending.splice(pending.indexOf(item), 1)
    if ((travel.losing && fate === 15 && choose(3) === 2) || travel.isLost?.(item) === true) {
      if (item.from !== null) unheard.add(item.from)
      return
    }
    if (travel.isLate?.(item) === true) {
      if (item.from !== null) unheard.add(item.from)
      delayed.push(item)
      return
    }
    const reception = await apply(item.event)
    if (reception.status === 'rejected') refused.push({ sent: item, reason: reception.reason })
    else heard.push(item)
    const isTwice = travel.isTwice?.(item) === true
    if (isTwice || (fate >= 9 && fate < 13)) copies.push(item)
    if (isTwice || fate === 12) await repeat(item)
  }

  async function repeat({ event }: Sent): Promise<void> {
    const reception = await apply(event)
    if (reception.status === 'applied') throw new Error('a repetition was applied')
  }

  for (const effect of machine.effects) for (const sent of await cast.answers(effect)) post(sent)
  for (const sent of cast.batches) post(sent)
  for (const deadline of Protocol.times(machine.state().deadlines)) {
    while (pending.length > 0) {
      if (pending.every((item) => item.deadline > deadline) && choose(8) === 7) break
      const action = choose(12)
      if (action === 11) await apply({ kind: 'tick', now: timeUpTo(machine.state(), deadline, choose) })
      else if (action === 10 && copies.length > 0) await repeat(copies[choose(copies.length)]!)
      else await deliver(nextOf(pending, choose))
    }
    await apply({ kind: 'tick', now: deadline + 1 })
    for (const item of delayed.filter((one) => one.deadline <= deadline)) {
      delayed.splice(delayed.indexOf(item), 1)
      if ((await apply(item.event)).status === 'applied') throw new Error(`${item.event.kind} was late and counted`)
    }
  }
  for (const copy of copies) await repeat(copy)
  expect(machine.effects.filter(({ type }) => type === 'settled')).toHaveLength(1)
  expect(machine.state().status).toBe('settled')
  return { state: machine.state(), effects: machine.effects, sent: posted, heard, unheard, refused }
}

/** Now and then a tick that is stale. */
function timeUpTo({ now }: Round.State, deadline: number, choose: Choose): number {
  if (choose(3) === 2) return Math.max(0, now - 1)
  return Math.max(now, deadline - choose(20))
}

/** Any message, but the panel commits in the order of its members: their order is part of the randomness. */
function nextOf(pending: readonly Item[], choose: Choose): Item {
  const item = pending[choose(pending.length)]!
  const { event } = item
  if (event.kind !== 'beacon-commit') return item
  return pending.find((one) => one.event.kind === 'beacon-commit' && one.event.body.level === event.body.level)!
}

/** The last moment at which a message is in time. */
export function deadlineOf(state: Round.State, event: Round.Event): number {
  const { deadlines } = state
  switch (event.kind) {
    case 'tick':
      return 0
    case 'batch':
      return state.batches.get(event.body.executor)?.digest === undefined ? deadlines.commit : deadlines.settlement
    case 'disclosure':
      return deadlines.disclosure
    case 'verifier-commitment':
      return deadlines.verifierCommit
    case 'opening':
      return deadlines.opening
    case 'receipt':
    case 'checkpoint':
      return deadlines.disclosure
    case 'voucher':
      return deadlines.settlement
    case 'inclusion':
    case 'consistency':
      return deadlines.opening
    case 'leak':
      return deadlines.verifierCommit
    case 'canary':
      return deadlines.levels[0]!.dispute
    case 'appeal':
      return (deadlines.levels[event.body.level - 1] ?? deadlines.final!).dispute
    case 'ruling':
      return deadlines.final!.ruling
    case 'indeterminate':
      if (event.body.level > 0) return deadlines.levels[event.body.level - 1]!.vote
      return isReplacement(state, event.body) ? deadlines.verifierCommit : deadlines.replacement
    case 'reveal':
      return event.body.level > 0 ? deadlines.levels[event.body.level - 1]!.vote : deadlines.reveal
    case 'beacon-commit':
      return event.body.level > 0 ? deadlines.reveal : deadlines.commit
    case 'beacon-reveal':
      return drawnBy(deadlines, event.body.level)
    default:
      return drawnBy(deadlines, event.level)
  }
}

function drawnBy({ beacon, levels }: Protocol.Deadlines, level: number): number {
  return level === 0 ? beacon : levels[level - 1]!.beacon
}

function isReplacement(state: Round.State, at: { executor: Hex; index: number; verifier: Hex }): boolean {
  const seats = state.batches.get(at.executor)?.leaves.get(at.index)?.seats ?? []
  return seats.findIndex(({ verifier }) => verifier === at.verifier) >= state.protocol.verification.verifiers
}

/** Everything that counts in the end: money, outcomes, and who did what. */
export function essence({ state }: Pick<Run, 'state'>): unknown {
  const leaves = [...state.batches].flatMap(([executor, batch]) =>
    [...batch.leaves.values()].map(({ index, outcome, seats, arbiters }) => ({
      executor,
      index,
      outcome,
      seats: seats.map(({ verifier, status, verdict }) => `${verifier} ${status} ${verdict}`).sort(),
      arbiters: arbiters.map(({ verifier, status, verdict }) => `${verifier} ${status} ${verdict}`).sort(),
    })),
  )
  const balances = [...state.ledger].filter(([, amount]) => amount !== 0n).sort(([a], [b]) => (a < b ? -1 : 1))
  return { isVoid: state.isVoid, balances, leaves }
}
