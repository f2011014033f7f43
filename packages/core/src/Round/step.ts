/** The table: which message may come when, and what handles it. */
import * as z from 'zod'
import { assertObject } from '../Encoding.js'
import * as Message from '../Message.js'
import type { Deadlines } from '../Protocol.js'
import * as Schema from '../Schema.js'
import { onAppeal, onRuling } from './arbitration.js'
import { onBatch } from './batch.js'
import { onBeaconCommit, onBeaconReveal, onBeaconValue } from './beacon.js'
import { onCanary } from './canary.js'
import { onTick } from './clock.js'
import type { BeaconValue, Event, Step, Tick } from './Event.js'
import { onDisclosure, onLateOpening, onLeak, onOpening } from './opening.js'
import { onCheckpoint, onConsistency, onInclusion, onReceipt, onVoucher } from './promise.js'
import { onIndeterminate, onReveal, onVerifierCommitment } from './reexecution.js'
import { rejected, type State } from './State.js'

/** On time iff the first has passed (null: from the start) and the second has not. */
type Window = readonly [after: number | null, until: number]
type Row<K extends Message.Kind> = Readonly<{
  /** When, given the deadlines and the level that the message speaks of; `undefined`: that level has no such message. */
  when: (deadlines: Deadlines, level: number) => Window | null | undefined
  handle: (state: State, message: Message.Authenticated<K>) => Step<State>
  /** What a late one still means. */
  late?: (state: State, message: Message.Authenticated<K>) => Step<State>
}>

const table: { readonly [K in Message.Kind]: Row<K> } = {
  // serving
  'beacon-commit': { when: (d, level) => [null, level === 0 ? d.commit : d.reveal], handle: onBeaconCommit },
  receipt: { when: (d) => [null, d.disclosure], handle: onReceipt },
  checkpoint: { when: (d) => [null, d.disclosure], handle: onCheckpoint },
  voucher: { when: (d) => [null, d.settlement], handle: onVoucher },
  batch: { when: (d) => [null, d.settlement], handle: onBatch },
  // drawing
  'beacon-reveal': { when: drawing, handle: onBeaconReveal },
  // re-executing
  inclusion: { when: (d) => [d.commit, d.opening], handle: onInclusion },
  consistency: { when: (d) => [d.commit, d.opening], handle: onConsistency },
  disclosure: { when: (d) => [d.commit, d.disclosure], handle: onDisclosure },
  'verifier-commitment': { when: (d) => [d.commit, d.verifierCommit], handle: onVerifierCommitment },
  leak: { when: (d) => [d.commit, d.verifierCommit], handle: onLeak },
  indeterminate: {
    when: (d, level) => (level === 0 ? [d.commit, d.verifierCommit] : voting(d, level)),
    handle: onIndeterminate,
  },
  // opening
  opening: { when: (d) => [d.verifierCommit, d.opening], handle: onOpening, late: onLateOpening },
  // comparing
  reveal: { when: (d, level) => (level === 0 ? [d.opening, d.reveal] : voting(d, level)), handle: onReveal },
  // arbitrating
  canary: { when: (d) => [d.reveal, d.levels[0]!.dispute], handle: onCanary },
  appeal: { when: appealing, handle: onAppeal },
  ruling: { when: ({ final }) => final && [final.dispute, final.ruling], handle: onRuling },
}

/** When a level's randomness is due. */
function drawing({ commit, beacon, levels }: Deadlines, level: number): Window | undefined {
  if (level === 0) return [commit, beacon]
  const at = levels[level - 1]
  return at && [at.dispute, at.beacon]
}

/** When a level's arbiters vote. */
function voting({ levels }: Deadlines, level: number): Window | undefined {
  const at = levels[level - 1]
  return at && [at.dispute, at.vote]
}

/** When the decision before `level` may be appealed. */
function appealing({ levels, final }: Deadlines, level: number): Window | undefined {
  const before = levels[level - 2]
  const next = levels[level - 1] ?? (level === levels.length + 1 ? final : undefined)
  return before && next ? [before.vote, next.dispute] : undefined
}

/**
 * One event: applied, rejected with a typed reason, or ignored as a repetition. Never throws on an event, whatever the order or the
 * repetition of events; never changes the state it is given; never changes the sum of balances.
 *
 * Time comes as ticks, messages through `Message.authenticate`, drand rounds as `beacon-value` events that are verified
 * here. The effects say who has to act next and what was established.
 *
 * @throws InvalidInputError if `state` is no state.
 * @example
 * ```ts
 * import { Encoding, Ledger, Protocol, Round, Settlement } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const party = (byte: string): Encoding.Address => `0x${byte.repeat(20)}`
 * const verifiers = ['a1', 'a2', 'a3', 'a4', 'a5'].map(party)
 * const engagement = { client: party('c1'), executor: party('e1'), maxCount: 4, reward: 100n, lock: 12_000n }
 * const stakes = [party('e1'), ...verifiers].map((one) => [Ledger.stake(one), 20_000n] as const)
 * const reserve = Settlement.reserve(protocol, [engagement])
 * const ledger = new Map([[party('c1'), 1_000n], [Ledger.treasury, reserve], ...stakes])
 * const { state } = Round.open({ protocol, epoch: 0, ledger, engagements: [engagement], verifiers })
 *
 * const { reception } = Round.step(state, { kind: 'tick', now: state.deadlines.commit + 1 })
 * reception.status // 'applied'
 * Round.step(state, { kind: 'tick', now: -1 }).reception // { status: 'rejected', reason: 'malformed' }
 * ```
 */
export function step(state: State, event: Event): Step<State> {
  if (assertObject(state, 'state').status === 'settled') return rejected(state, 'closed')
  if (Message.isAuthenticated(event)) return message(state, event)
  const kind = read(kindSchema, event)?.kind
  if (kind === undefined) return rejected(state, 'not-authenticated')
  return kind === 'tick' ? tick(state, event) : beaconValue(state, event)
}

const kindSchema = z.object({ kind: Schema.oneOf('tick', 'beacon-value') })
const tickSchema: z.ZodType<Tick> = z.strictObject({ kind: z.literal('tick'), now: Schema.integer() })

const beaconValueSchema = z.strictObject({
  kind: z.literal('beacon-value'),
  level: Schema.integer(0, 255),
  round: Schema.integer(1),
  signature: Schema.bytes(96).optional(),
  previousSignature: Schema.bytes(96).optional(),
  hash: Schema.bytes32.optional(),
})

/** A plain copy of what was checked, so that no getter is asked twice; `undefined` if it has another form. */
function read<T>(schema: z.ZodType<T>, event: unknown): T | undefined {
  try {
    return Schema.parse(schema, event, 'event', Schema.MalformedError)
  } catch {
    return undefined
  }
}

function tick(state: State, event: unknown): Step<State> {
  const moment = read(tickSchema, event)
  return moment === undefined ? rejected(state, 'malformed') : onTick(state, moment)
}

function beaconValue(state: State, event: unknown): Step<State> {
  const value = read(beaconValueSchema, event) as BeaconValue | undefined
  if (value === undefined) return rejected(state, 'malformed')
  const untimely = outside(state, drawing(state.deadlines, value.level))
  return untimely === undefined ? onBeaconValue(state, value) : rejected(state, untimely)
}

function message(state: State, event: Message.Authenticated): Step<State> {
  const keys = event.kind === 'voucher' ? state.taskKeys : state.operators
  const key = keys.get(Message.sender(event))
  if (key === undefined) return rejected(state, 'unknown-party')
  if (key !== event.signer) return rejected(state, 'unknown-signer')
  const row = table[event.kind] as unknown as Row<Message.Kind>
  const level = 'level' in event.body ? event.body.level : 0
  const untimely = outside(state, row.when(state.deadlines, level))
  if (untimely === 'late' && row.late !== undefined) return row.late(state, event)
  return untimely === undefined ? row.handle(state, event) : rejected(state, untimely)
}

function outside({ now }: State, window: Window | null | undefined): 'early' | 'late' | 'not-due' | undefined {
  if (window === null || window === undefined) return 'not-due'
  const [after, until] = window
  if (after !== null && now <= after) return 'early'
  return now > until ? 'late' : undefined
}
