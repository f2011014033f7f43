/** What the passing of each deadline establishes. Time alone carries every epoch to its settlement. */
import type { Deadlines } from '../Protocol.js'
import * as Verdict from '../Verdict.js'
import { isDue, requestBeacon, withholders } from './beacon.js'
import type { Effect, Fault, Step, Tick } from './Event.js'
import {
  applied,
  assignmentOf,
  type Batch,
  duplicate,
  type Leaf,
  overBatches,
  overLeaves,
  type Seat,
  type State,
} from './State.js'
import { settleRound } from './settle.js'

type Moved = readonly [State, readonly Effect[]]

/** Deadlines in order, with what happens once each has passed. */
const passages: readonly (readonly [keyof Deadlines, (state: State) => Moved])[] = [
  ['commit', (state) => [state, [requestBeacon(state, 0)]]],
  ['beacon', closeBeacon],
  ['disclosure', closeDisclosure],
  ['verifierCommit', closeVerifierCommit],
  ['opening', closeOpening],
  ['reveal', closeReveal],
  ['arbitrationBeacon', closeArbitrationBeacon],
  ['dispute', closeDispute],
  ['settlement', settleRound],
]

/** Moves time on and acts on every deadline that it leaves behind, in order. */
export function onTick(state: State, { now }: Tick): Step<State> {
  if (now <= state.now) return duplicate(state)
  const effects: Effect[] = []
  let next: State = { ...state, now }
  while (next.status === 'running' && next.passed < passages.length) {
    const [deadline, pass] = passages[next.passed]!
    if (now <= next.deadlines[deadline]) break
    const [moved, emitted] = pass(next)
    effects.push(...emitted)
    next = { ...moved, passed: next.passed + 1 }
  }
  return applied(next, ...effects)
}

/** No value in time: the epoch is void. Nobody is slashed but those who kept back their secrets. */
function closeBeacon(state: State): Moved {
  if (state.beacons[0].value !== undefined) return [state, []]
  const [next, faults] = withholders(state, 0)
  const [settled, effects] = settleRound({ ...next, isVoid: true })
  return [settled, [...faults, { type: 'void', reason: 'beacon-timeout' }, ...effects]]
}

function closeDisclosure(state: State): Moved {
  return overBatches(state, (_, batch) =>
    overLeaves(batch, (leaf) => (isUndisclosed(leaf) ? missingOpening(batch, leaf) : [leaf, []])),
  )
}

function isUndisclosed({ disclosure, outcome }: Leaf): boolean {
  return disclosure === undefined && outcome === undefined
}

function missingOpening({ engagement }: Batch, leaf: Leaf): readonly [Leaf, Effect[]] {
  const { executor } = engagement
  const fault: Fault = { type: 'fault', party: executor, fault: 'missing-opening', executor, index: leaf.index }
  return [{ ...leaf, outcome: 'missing-opening' }, [fault, outcomeEffect(executor, leaf, 'missing-opening')]]
}

function outcomeEffect(
  executor: Batch['engagement']['executor'],
  { index }: Leaf,
  outcome: Verdict.LeafOutcome,
): Effect {
  return { type: 'outcome', executor, index, outcome }
}

function closeVerifierCommit(state: State): Moved {
  return overBatches(state, (_, batch) => {
    const [next, faults] = overLeaves(batch, (leaf) =>
      leaf.outcome === undefined ? missed(batch, leaf, 0, 'assigned') : [leaf, []],
    )
    const indices = [...next.leaves.values()].filter(({ outcome }) => outcome === undefined).map(({ index }) => index)
    const { executor } = batch.engagement
    return [next, indices.length === 0 ? faults : [...faults, { type: 'request-opening', executor, indices }]]
  })
}

/** Seats that are still where they may not stay (`owing`) are faults of their verifiers. */
function missed(batch: Batch, leaf: Leaf, level: number, owing: Seat['status']): readonly [Leaf, Effect[]] {
  const { executor } = batch.engagement
  const { index } = leaf
  const effects: Effect[] = []
  const close = (seat: Seat): Seat => {
    if (seat.status !== owing) return seat
    effects.push({ type: 'fault', party: seat.verifier, fault: 'missing-reveal', executor, index, level })
    return { ...seat, status: 'missing' }
  }
  const closed =
    level === 0 ? { ...leaf, seats: leaf.seats.map(close) } : { ...leaf, arbiters: leaf.arbiters.map(close) }
  return [closed, effects]
}

function closeOpening(state: State): Moved {
  return overBatches(state, (_, batch) =>
    overLeaves(batch, (leaf) => {
      const unopened = leaf.opened === undefined && leaf.outcome === undefined
      const [next, faults] = unopened ? missingOpening(batch, leaf) : [leaf, []]
      return [next, [...faults, ...requestReveals(batch, next)]]
    }),
  )
}

function requestReveals(batch: Batch, leaf: Leaf): Effect[] {
  return leaf.seats
    .filter(({ status }) => status === 'committed')
    .map((seat) => ({
      type: 'request-reveal',
      assignment: assignmentOf(batch, leaf, seat, 0),
      opened: leaf.opened ?? null,
    }))
}

/** Verdicts that nobody disputes are final; a single dissent freezes its leaf until arbitration. */
function closeReveal(state: State): Moved {
  const [next, effects] = overBatches(state, (_, batch) =>
    overLeaves(batch, (leaf) => {
      const [closed, faults] = missed(batch, leaf, 0, 'committed')
      const [concluded, outcomes] = conclude(batch, closed)
      return [concluded, [...faults, ...outcomes]]
    }),
  )
  return [next, isDue(next, 1) ? [...effects, requestBeacon(next, 1)] : effects]
}

function conclude({ engagement }: Batch, leaf: Leaf): readonly [Leaf, Effect[]] {
  if (leaf.outcome !== undefined) return [leaf, []]
  const verdicts = leaf.seats.map(({ verdict }) => verdict)
  if (verdicts.includes('dissents')) return [{ ...leaf, isDisputed: true }, []]
  return decided(engagement.executor, leaf, verdicts.includes('agrees') ? 'valid' : 'unverified')
}

function decided(
  executor: Batch['engagement']['executor'],
  leaf: Leaf,
  outcome: Verdict.LeafOutcome,
): readonly [Leaf, Effect[]] {
  return [{ ...leaf, outcome }, [outcomeEffect(executor, leaf, outcome)]]
}

/** Without randomness for the arbiters no dispute can be decided: the leaf is unverified, its reward refunded. */
function closeArbitrationBeacon(state: State): Moved {
  if (!isDue(state, 1) || state.beacons[1].value !== undefined) return [state, []]
  const [withheld, faults] = withholders(state, 1)
  const [next, effects] = overBatches(withheld, (_, batch) =>
    overLeaves(batch, (leaf) =>
      leaf.isDisputed ? decided(batch.engagement.executor, leaf, 'unverified') : [leaf, []],
    ),
  )
  return [next, [...faults, ...effects]]
}

/** A strict majority of the whole quorum decides; without one the leaf is unverified. */
function closeDispute(state: State): Moved {
  return overBatches(state, (_, batch) =>
    overLeaves(batch, (leaf) => {
      if (!leaf.isDisputed || leaf.outcome !== undefined) return [leaf, []]
      const [closed, faults] = missed(batch, leaf, 1, 'assigned')
      const votes = closed.arbiters.flatMap(({ verdict }) => verdict ?? [])
      const decision = Verdict.majority(votes, state.protocol.verification.quorum)
      const outcome = decision === undefined ? 'unverified' : decision === 'dissents' ? 'mismatch' : 'valid'
      const [next, effects] = decided(batch.engagement.executor, closed, outcome)
      return [next, [...faults, ...effects]]
    }),
  )
}
