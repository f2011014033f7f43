/** What the passing of each deadline establishes. Time alone carries every epoch to its settlement. */
import type { Deadlines, LevelDeadlines } from '../Protocol.js'
import { closeAppeals, decide, disputed, finalLevel, isAwaited, requestRulings, unanswered } from './arbitration.js'
import { equivocation } from './batch.js'
import { isDue, requestBeacon, withholders } from './beacon.js'
import { requestCanaries } from './canary.js'
import { type Duty, duties } from './duty.js'
import type { Effect, Fault, Step, Tick } from './Event.js'
import { claimReceipts, contradictsLog, requestConsistency } from './promise.js'
import {
  applied,
  assignmentOf,
  type Batch,
  decided,
  duplicate,
  type Leaf,
  outcomeEffect,
  overBatches,
  overLeaves,
  type Seat,
  type State,
  withBatch,
  withLeaf,
} from './State.js'
import { settleRound } from './settle.js'

type Moved = readonly [State, readonly Effect[]]
type Passage = readonly [deadline: number, pass: (state: State) => Moved]

/** Deadlines in order, with what happens once each has passed. Before it does, whoever owed something by then is at fault. */
function passages({ levels, final, ...deadlines }: Deadlines): readonly Passage[] {
  return [
    [deadlines.commit, closeCommit],
    [deadlines.beacon, closeBeacon],
    [deadlines.disclosure, stay],
    [deadlines.verifierCommit, requestOpenings],
    [deadlines.opening, requestReveals],
    [deadlines.reveal, closeReveal],
    ...levels.flatMap((at, i) => levelPassages(at, i + 1)),
    ...(final === null ? [] : finalPassages(final)),
    [deadlines.settlement, settleRound],
  ]
}

function levelPassages({ dispute, beacon, vote }: LevelDeadlines, level: number): readonly Passage[] {
  return [
    [dispute, (state) => closeDispute(state, level)],
    [beacon, (state) => closeLevelBeacon(state, level)],
    [vote, (state) => closeVote(state, level)],
  ]
}

function finalPassages({ dispute, ruling }: NonNullable<Deadlines['final']>): readonly Passage[] {
  return [
    [dispute, closeFinalDispute],
    [ruling, closeRuling],
  ]
}

/** Moves time on and acts on every deadline that it leaves behind, in order. */
export function onTick(state: State, { now }: Tick): Step<State> {
  if (now <= state.now) return duplicate(state)
  const list = passages(state.deadlines)
  const effects: Effect[] = []
  let next = state
  while (next.status === 'running' && next.passed < list.length) {
    const [deadline, pass] = list[next.passed]!
    if (now <= deadline) break
    const [moved, emitted] = passed(next, deadline, pass)
    effects.push(...emitted)
    next = moved
  }
  return applied({ ...next, now }, ...effects)
}

function passed(state: State, deadline: number, pass: Passage[1]): Moved {
  const [charged, faults] = charge(state, deadline)
  const [moved, effects] = pass({ ...charged, now: deadline + 1 })
  return [{ ...moved, passed: state.passed + 1 }, [...faults, ...effects]]
}

/** Everybody who still owes something at its deadline is at fault; of a panel, only where a level that is due gets no value. */
function charge(state: State, deadline: number): Moved {
  const effects: Effect[] = []
  let next = { ...state, now: deadline }
  for (const duty of duties(next)) {
    if (duty.until !== deadline || duty.fault === 'withheld-beacon') continue
    const [charged, emitted] = failed(next, duty)
    effects.push(...emitted)
    next = charged
  }
  return [next, effects]
}

/** The record of one failed duty. */
function failed(state: State, duty: Duty): Moved {
  const batch = state.batches.get(duty.executor!)!
  if (duty.fault === 'equivocation') {
    const [next, effects] = equivocation(batch)
    return [withBatch(state, next), effects]
  }
  const fault = faultOf(duty)
  const index = duty.index!
  if (duty.fault === 'broken-receipt')
    return [withBatch(state, { ...batch, broken: new Set(batch.broken).add(index) }), [fault]]
  const leaf = batch.leaves.get(index) ?? { index, seats: [], arbiters: [] }
  if (duty.fault === 'missing-reveal') return [withBatch(state, withLeaf(batch, absent(leaf, duty))), [fault]]
  const missing = withLeaf(batch, { ...leaf, outcome: 'missing-opening' })
  const next = withBatch(state, { ...missing, units: [] })
  return [next, [fault, outcomeEffect(batch, leaf, 'missing-opening')]]
}

function faultOf({ party, fault, executor, index, level }: Duty): Fault {
  const at = { executor: executor!, index: index! }
  return { type: 'fault', party, fault, ...at, ...(level === undefined ? {} : { level }) }
}

function absent(leaf: Leaf, { party, level }: Duty): Leaf {
  const part = level === 0 ? 'seats' : 'arbiters'
  const close = (seat: Seat): Seat =>
    seat.verifier === party && seat.level === level ? { ...seat, status: 'missing' } : seat
  return { ...leaf, [part]: leaf[part].map(close) }
}

function stay(state: State): Moved {
  return [state, []]
}

/** The batches are closed: they are held against receipts and logs, and the sample may be drawn. */
function closeCommit(state: State): Moved {
  const [next, effects] = overBatches(state, closeBatch)
  return [next, [...effects, requestBeacon(next, 0)]]
}

function closeBatch(batch: Batch): readonly [Batch, Effect[]] {
  const [contradicted, faults] = contradictsLog(batch) ? equivocation(batch) : [batch, []]
  const open = [...batch.receipts.keys()].filter((index) => !batch.broken.has(index))
  const [claimed, effects] = claimReceipts(contradicted, open)
  return [claimed, [...faults, ...effects, ...requestConsistency(claimed, [...batch.checkpoints.keys()])]]
}

/** No value in time: the epoch is void. Nobody is slashed but those who kept back their secrets. */
function closeBeacon(state: State): Moved {
  if (state.beacons[0].value !== undefined) return [state, []]
  const [next, faults] = withholders(state, 0)
  const [settled, effects] = settleRound({ ...next, isVoid: true })
  return [settled, [...faults, { type: 'void', reason: 'beacon-timeout' }, ...effects]]
}

/** Asks for leaves in the order of their indices, in which openings are written; by value they came in any order. */
function requestOpenings(state: State): Moved {
  return overBatches(state, (batch) => {
    const open = [...batch.leaves.values()].filter(({ outcome }) => outcome === undefined)
    const indices = open.map(({ index }) => index).sort((a, b) => a - b)
    const { executor } = batch
    return [batch, indices.length === 0 ? [] : [{ type: 'request-opening', executor, indices }]]
  })
}

function requestReveals(state: State): Moved {
  return overLeaves(state, (leaf, batch) => [leaf, revealRequests(batch, leaf)])
}

function revealRequests(batch: Batch, leaf: Leaf): Effect[] {
  return leaf.seats
    .filter(({ status }) => status === 'committed')
    .map((seat) => ({
      type: 'request-reveal',
      assignment: assignmentOf(batch, leaf, seat),
      opened: leaf.opened ?? null,
    }))
}

/** A single dissent freezes its leaf. What nobody disputes is final, unless it may yet turn out to be a canary. */
function closeReveal(state: State): Moved {
  const [next, effects] = overLeaves(state, (leaf, batch) => {
    if (leaf.outcome !== undefined) return [leaf, []]
    if (leaf.seats.some(({ verdict }) => verdict === 'dissents')) return [disputed(leaf), []]
    return state.protocol.canaryRate === 0n ? undisputed(batch, leaf) : [leaf, []]
  })
  return [next, [...effects, ...requestCanaries(next)]]
}

function undisputed(batch: Batch, leaf: Leaf): readonly [Leaf, readonly Effect[]] {
  if (leaf.outcome !== undefined || leaf.dispute !== undefined) return [leaf, []]
  return decided(batch, leaf, leaf.seats.some(({ verdict }) => verdict === 'agrees') ? 'valid' : 'unverified')
}

/** What is still open goes to the level's arbiters; everything else is final. */
function closeDispute(state: State, level: number): Moved {
  const [next, effects] =
    level === 1 ? overLeaves(state, (leaf, batch) => undisputed(batch, leaf)) : closeAppeals(state, level)
  return [next, isDue(next, level) ? [...effects, requestBeacon(next, level)] : effects]
}

/** Without randomness for a level's arbiters the next level decides; whoever kept it back has gained nothing. */
function closeLevelBeacon(state: State, level: number): Moved {
  if (!isDue(state, level) || state.beacons[level]!.value !== undefined) return [state, []]
  const [withheld, faults] = withholders(state, level)
  const [next, effects] = overLeaves(withheld, (leaf, batch) =>
    isAwaited(leaf, level) ? unanswered(state, batch, leaf) : [leaf, []],
  )
  return [next, [...faults, ...effects]]
}

function closeVote(state: State, level: number): Moved {
  return overLeaves(state, (leaf, batch) => (isAwaited(leaf, level) ? decide(state, batch, leaf, level) : [leaf, []]))
}

function closeFinalDispute(state: State): Moved {
  const [next, effects] = closeAppeals(state, finalLevel(state)!)
  return [next, [...effects, ...requestRulings(next)]]
}

/** A silent arbiter leaves what the last level decided. */
function closeRuling(state: State): Moved {
  const level = finalLevel(state)!
  return overLeaves(state, (leaf, batch) => (isAwaited(leaf, level) ? unanswered(state, batch, leaf) : [leaf, []]))
}
