/** The table: which message may come when, and what handles it. */
import * as z from 'zod'
import * as Message from '../Message.js'
import type { Deadlines } from '../Protocol.js'
import * as Schema from '../Schema.js'
import { onBatch } from './batch.js'
import { beaconWindows, onBeaconCommit, onBeaconReveal, onBeaconValue } from './beacon.js'
import { onTick } from './clock.js'
import type { BeaconValue, Event, Step, Tick } from './Event.js'
import { onDisclosure, onLateOpening, onOpening } from './opening.js'
import { onIndeterminate, onReveal, onVerifierCommitment } from './reexecution.js'
import { rejected, type State } from './State.js'

type Deadline = keyof Deadlines
/** On time iff the first has passed (null: from the start) and the second has not. */
type Window = readonly [Deadline | null, Deadline]
type Row<K extends Message.Kind> = Readonly<{
  /** By level: 0 the sample, 1 arbitration. */
  windows: readonly [Window, Window]
  handle: (state: State, message: Message.Authenticated<K>) => Step<State>
  /** What a late one still means. */
  late?: (state: State, message: Message.Authenticated<K>) => Step<State>
}>

const [sampling, arbitration] = beaconWindows
const always = (window: Window): readonly [Window, Window] => [window, window]

const table: { readonly [K in Message.Kind]: Row<K> } = {
  'beacon-commit': {
    windows: [
      [null, 'commit'],
      [null, 'reveal'],
    ],
    handle: onBeaconCommit,
  },
  batch: { windows: always([null, 'settlement']), handle: onBatch },
  'beacon-reveal': { windows: [sampling, arbitration], handle: onBeaconReveal },
  disclosure: { windows: always(['commit', 'disclosure']), handle: onDisclosure },
  'verifier-commitment': { windows: always(['commit', 'verifierCommit']), handle: onVerifierCommitment },
  indeterminate: {
    windows: [
      ['commit', 'verifierCommit'],
      ['reveal', 'dispute'],
    ],
    handle: onIndeterminate,
  },
  opening: { windows: always(['verifierCommit', 'opening']), handle: onOpening, late: onLateOpening },
  reveal: {
    windows: [
      ['opening', 'reveal'],
      ['reveal', 'dispute'],
    ],
    handle: onReveal,
  },
}

/**
 * One event: applied, rejected with a typed reason, or ignored as a repetition. Never throws, whatever the order or the
 * repetition of events; never changes the state it is given; never changes the sum of balances.
 *
 * Time comes as ticks, messages through `Message.authenticate`, drand rounds as `beacon-value` events that are verified
 * here. The effects say who has to act next and what was established.
 */
export function step(state: State, event: Event): Step<State> {
  if (state.status === 'settled') return rejected(state, 'closed')
  if (Message.isAuthenticated(event)) return message(state, event)
  const kind = read(kindSchema, event)?.kind
  if (kind === undefined) return rejected(state, 'not-authenticated')
  return kind === 'tick' ? tick(state, event) : beaconValue(state, event)
}

const kindSchema = z.object({ kind: Schema.oneOf('tick', 'beacon-value') })
const tickSchema: z.ZodType<Tick> = z.strictObject({ kind: z.literal('tick'), now: Schema.integer() })

const beaconValueSchema = z.strictObject({
  kind: z.literal('beacon-value'),
  level: Schema.integer(0, 1),
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
  const untimely = outside(state, beaconWindows[value.level === 0 ? 0 : 1])
  return untimely === undefined ? onBeaconValue(state, value) : rejected(state, untimely)
}

function message(state: State, event: Message.Authenticated): Step<State> {
  const operator = state.operators.get(Message.sender(event))
  if (operator === undefined) return rejected(state, 'unknown-party')
  if (operator !== event.signer) return rejected(state, 'unknown-signer')
  const row = table[event.kind] as unknown as Row<Message.Kind>
  const level = 'level' in event.body ? event.body.level : 0
  const untimely = outside(state, row.windows[level === 0 ? 0 : 1])
  if (untimely === 'late' && row.late !== undefined) return row.late(state, event)
  return untimely === undefined ? row.handle(state, event) : rejected(state, untimely)
}

function outside({ now, deadlines }: State, [after, until]: Window): 'early' | 'late' | undefined {
  if (after !== null && now <= deadlines[after]) return 'early'
  return now > deadlines[until] ? 'late' : undefined
}
