/**
 * Who owes what, by when, and what it is to have failed: the one table from which faults are charged when a deadline
 * passes (protocol.md, "Round").
 */
import { type Address, assertObject } from '../Encoding.js'
import type * as Message from '../Message.js'
import { isAwaited } from './arbitration.js'
import { absentees, awaitedMembers } from './beacon.js'
import { unknownIndex } from './draw.js'
import type { Fault } from './Event.js'
import { type Batch, everyLeaf, type Leaf, type Seat, type State } from './State.js'

/** A message that somebody must still deliver. */
export type Duty = Readonly<{
  party: Address
  /** A refusal (`indeterminate`) discharges a re-execution too. */
  message: Message.Kind
  /** Last moment, unix seconds. */
  until: number
  /** What the record shows if it never comes. */
  fault: Fault['fault']
  executor?: Address
  index?: number
  level?: number
  /** Sequence number of a checkpoint. */
  sequence?: number
}>

/**
 * Every duty that is open now. A party whose messages are all on record owes nothing; whoever owes something when its
 * deadline passes is at fault, alone. The commitment of a panel that is too small is the exception: its absence is a fault
 * only if the level is due, which shows later.
 *
 * A batch is owed to receipts alone. Nobody owes a receipt, a checkpoint, a voucher, a leak, an appeal, a canary's warrant or
 * a ruling: their absence costs whoever they would have helped.
 *
 * @throws InvalidInputError if `state` is no state.
 * @see protocol.md, Round
 * @example
 * ```ts
 * import { Ledger, Protocol, Round } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const { state } = Round.open({ protocol, epoch: 0, ledger: new Map(), engagements: [], verifiers: [] })
 * Round.duties(state) // []
 * ```
 */
export function duties(state: State): Duty[] {
  if (assertObject(state, 'state').status === 'settled') return []
  const leaves = [...everyLeaf(state)].flatMap(([leaf, batch]) => leafDuties(state, batch, leaf))
  const batches = [...state.batches.values()]
  const promises = batches.flatMap((batch) => [...promiseDuties(state, batch), ...unitDuties(state, batch)])
  return [...beaconDuties(state), ...promises, ...leaves]
}

/** Commitments of a panel that has too few, then the secrets of whoever committed. */
function beaconDuties(state: State): Duty[] {
  const { now, deadlines } = state
  const duty = (message: Message.Kind, until: number, level: number) => (party: Address) =>
    ({ party, message, until, fault: 'withheld-beacon', level }) satisfies Duty
  return state.beacons.flatMap(({ commits }, level) => {
    const commitBy = level === 0 ? deadlines.commit : deadlines.reveal
    if (now <= commitBy) return awaitedMembers(state, level).map(duty('beacon-commit', commitBy, level))
    const { dispute, beacon } = deadlines.levels[level - 1] ?? { dispute: deadlines.commit, beacon: deadlines.beacon }
    if (now <= dispute) return []
    const committed = absentees(state, level).filter((member) => commits.has(member))
    return committed.map(duty('beacon-reveal', beacon, level))
  })
}

/** Receipts whose leaves are not shown yet, and heads that the batch is not shown to extend. */
function promiseDuties({ now, deadlines }: State, batch: Batch): Duty[] {
  const { executor, receipts, honoured, broken, checkpoints, extended } = batch
  const promise = (message: Message.Kind, until: number) => (index: number) =>
    ({ party: executor, message, until, fault: 'broken-receipt', executor, index }) satisfies Duty
  if (now <= deadlines.commit)
    return batch.batch === undefined ? [...receipts.keys()].map(promise('batch', deadlines.commit)) : []
  if (batch.batch === undefined) return []
  const until = deadlines.opening
  const due = [...receipts.keys()].filter((index) => !honoured.has(index) && !broken.has(index))
  const heads = batch.equivocated ? [] : [...checkpoints.keys()].filter((sequence) => !extended.has(sequence))
  return [
    ...due.map(promise('inclusion', until)),
    ...heads.map(
      (sequence): Duty => ({
        party: executor,
        message: 'consistency',
        until,
        fault: 'equivocation',
        executor,
        sequence,
      }),
    ),
  ]
}

/** Drawn units that no disclosed leaf holds. */
function unitDuties(state: State, batch: Batch): Duty[] {
  const { executor, units } = batch
  const until = state.deadlines.disclosure
  return units.map((unit) => ({
    party: executor,
    ...{ message: 'disclosure', until, fault: 'missing-opening', executor, index: unknownIndex(state, batch, unit) },
  }))
}

function leafDuties(state: State, batch: Batch, leaf: Leaf): Duty[] {
  const { now, deadlines } = state
  const { executor } = batch
  const opening = (message: Message.Kind, until: number): Duty => ({
    party: executor,
    ...{ message, until, fault: 'missing-opening', executor, index: leaf.index },
  })
  if (leaf.outcome === undefined) {
    if (leaf.disclosure === undefined) return [opening('disclosure', deadlines.disclosure)]
    if (now <= deadlines.verifierCommit)
      return seatDuties(batch, leaf, leaf.seats, 'assigned', 'verifier-commitment', deadlines.verifierCommit)
    if (leaf.opened === undefined) return [opening('opening', deadlines.opening)]
  }
  if (now <= deadlines.opening) return []
  if (now <= deadlines.reveal) return seatDuties(batch, leaf, leaf.seats, 'committed', 'reveal', deadlines.reveal)
  return voteDuties(state, batch, leaf)
}

function seatDuties(
  { executor }: Batch,
  { index }: Leaf,
  seats: readonly Seat[],
  owing: Seat['status'],
  message: Message.Kind,
  until: number,
): Duty[] {
  return seats
    .filter(({ status }) => status === owing)
    .map(({ verifier, level }) => ({
      party: verifier,
      ...{ message, until, fault: 'missing-reveal', executor, index, level },
    }))
}

function voteDuties({ deadlines }: State, batch: Batch, leaf: Leaf): Duty[] {
  return deadlines.levels.flatMap(({ vote }, i) => {
    const level = i + 1
    if (!isAwaited(leaf, level)) return []
    const seats = leaf.arbiters.filter((seat) => seat.level === level)
    return seatDuties(batch, leaf, seats, 'assigned', 'reveal', vote)
  })
}
