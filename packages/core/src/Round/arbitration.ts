/** Disputes: decided level by level, by fresh verifiers each, appealed with a bond, and in the end ruled by one arbiter. */
import type * as Message from '../Message.js'
import type { Claim } from '../Reexecution.js'
import type { Appeal } from '../Settlement.js'
import * as Verdict from '../Verdict.js'
import type { Effect, Step } from './Event.js'
import {
  applied,
  type Batch,
  type Dispute,
  decided,
  duplicate,
  find,
  type Leaf,
  overLeaves,
  putLeaf,
  rejected,
  type Seat,
  type State,
} from './State.js'

type Moved = readonly [State, readonly Effect[]]
type Changed = readonly [Leaf, readonly Effect[]]

/** A dissent freezes its leaf until level 1 has decided. */
export function disputed(leaf: Leaf): Leaf {
  return { ...leaf, dispute: { level: 1, decision: null, isOpen: true, appeals: [] } }
}

/** Is a decision of that level awaited for this leaf? */
export function isAwaited({ dispute, outcome }: Leaf, level: number): boolean {
  return outcome === undefined && dispute !== undefined && dispute.isOpen && dispute.level === level
}

/** The final arbiter is one level above the last quorum. */
export function finalLevel({ protocol: { arbitration } }: State): number | undefined {
  return arbitration.final === null ? undefined : arbitration.quorums.length + 1
}

function hasLevel(state: State, level: number): boolean {
  return level <= state.protocol.arbitration.quorums.length || level === finalLevel(state)
}

/** What was decided below `level`, and not appealed in time, is final. */
export function closeAppeals(state: State, level: number): Moved {
  return overLeaves(state, (leaf, batch) => {
    const { dispute } = leaf
    const isFinal = dispute !== undefined && !dispute.isOpen && dispute.level === level - 1
    return isFinal && leaf.outcome === undefined ? conclude(batch, leaf) : [leaf, []]
  })
}

/** The outcome of what was decided last. A canary that is proven wrong is paid; one that is right was none. */
function conclude(batch: Batch, leaf: Leaf): Changed {
  const { decision } = leaf.dispute!
  if (decision === null) return decided(batch, leaf, 'unverified')
  if (leaf.canary === undefined) return decided(batch, leaf, decision === 'dissents' ? 'mismatch' : 'valid')
  const [next, effects] = decided(batch, leaf, 'valid')
  return decision === 'dissents'
    ? [next, [...effects, ...caught(batch, leaf)]]
    : [{ ...next, isFalseCanary: true }, effects]
}

/** Verifiers that agreed with a canary. */
function caught({ executor }: Batch, leaf: Leaf): Effect[] {
  const { index } = leaf
  return agreed(leaf).map(({ verifier }) => ({
    type: 'fault',
    ...{ party: verifier, fault: 'caught-by-canary', executor, index, level: 0 },
  }))
}

/** The first verifiers that agreed, and said so. */
function agreed({ seats }: Leaf): readonly Seat[] {
  return seats.filter(({ verdict, isWrong }) => verdict === 'agrees' && isWrong !== true)
}

/** A strict majority of the whole quorum decides. Without one the next level is asked; without a next level, nobody. */
export function decide(state: State, batch: Batch, leaf: Leaf, level: number): Changed {
  const votes = leaf.arbiters.filter((seat) => seat.level === level).flatMap(({ verdict }) => verdict ?? [])
  const quorum = state.protocol.arbitration.quorums[level - 1]!
  return withDecision(state, batch, leaf, Verdict.majority(votes, quorum) ?? null)
}

function withDecision(state: State, batch: Batch, leaf: Leaf, claim: Claim | null): Changed {
  const dispute = leaf.dispute!
  const { executor } = batch
  const effect: Effect = { type: 'decision', executor, index: leaf.index, level: dispute.level, claim }
  if (claim === null) {
    const [next, effects] = unanswered(state, batch, leaf)
    return [next, [effect, ...effects]]
  }
  const settled: Leaf = { ...leaf, dispute: { ...dispute, decision: claim, isOpen: false } }
  if (hasLevel(state, dispute.level + 1)) return [settled, [effect]]
  const [next, effects] = conclude(batch, settled)
  return [next, [effect, ...effects]]
}

/** A level that gave no decision passes the leaf on; the last leaves it with what was decided before, or unverified. */
export function unanswered(state: State, batch: Batch, leaf: Leaf): Changed {
  const dispute = leaf.dispute!
  const level = dispute.level + 1
  if (hasLevel(state, level)) return [{ ...leaf, dispute: { ...dispute, level, isOpen: true } }, []]
  return conclude(batch, { ...leaf, dispute: { ...dispute, isOpen: false } })
}

/**
 * Asks the next level to decide again: the convicted executor, a verifier whose dissent was overruled, or one that a canary
 * caught. Else whoever holds the first quorum would convict for good whom it likes, by a warrant over a right output.
 */
export function onAppeal(state: State, { body }: Message.Authenticated<'appeal'>): Step<State> {
  const batch = find(state, body.executor, body.batchDigest)
  if (batch === undefined) return rejected(state, 'wrong-batch')
  const leaf = batch.leaves.get(body.index)
  if (leaf === undefined) return rejected(state, 'not-sampled')
  const { dispute } = leaf
  if (dispute?.appeals.some(({ party, level }) => party === body.party && level === body.level)) return duplicate(state)
  if (dispute === undefined || leaf.outcome !== undefined || dispute.isOpen || dispute.level !== body.level - 1)
    return rejected(state, 'not-due')
  const appeal = appealOf(batch, leaf, dispute, body)
  if (appeal === undefined) return rejected(state, 'not-assigned')
  const next: Dispute = { ...dispute, level: body.level, isOpen: true, appeals: [...dispute.appeals, appeal] }
  return applied(putLeaf(state, batch, { ...leaf, dispute: next }))
}

/** The appeal, if the decision is against that party. */
function appealOf(
  { executor }: Batch,
  leaf: Leaf,
  { decision }: Dispute,
  { party, level }: Pick<Appeal, 'party' | 'level'>,
): Appeal | undefined {
  if (decision === 'dissents') {
    if (party === executor) return { party, role: 'executors', level, claim: 'agrees' }
    const isCaught = leaf.canary !== undefined && agreed(leaf).some(({ verifier }) => verifier === party)
    return isCaught ? { party, role: 'verifiers', level, claim: 'agrees' } : undefined
  }
  const isOverruled = leaf.seats.some(({ verifier, verdict }) => verifier === party && verdict === 'dissents')
  return isOverruled ? { party, role: 'verifiers', level, claim: 'dissents' } : undefined
}

/** Asks the final arbiter for what no level settled. */
export function requestRulings(state: State): readonly Effect[] {
  const arbiter = state.protocol.arbitration.final
  const level = finalLevel(state)
  if (arbiter === null || level === undefined) return []
  const open = [...state.batches.values()].flatMap((batch) =>
    [...batch.leaves.values()].filter((leaf) => isAwaited(leaf, level)).map((leaf) => [leaf, batch] as const),
  )
  return open.map(([leaf, { executor, digest }]) => ({
    type: 'request-ruling',
    ...{ arbiter, executor, batchDigest: digest!, index: leaf.index },
    ...{ disclosure: leaf.disclosure!, opened: leaf.opened! },
  }))
}

/** The final arbiter's word settles the leaf. */
export function onRuling(state: State, { body }: Message.Authenticated<'ruling'>): Step<State> {
  const level = finalLevel(state)
  if (level === undefined || body.arbiter !== state.protocol.arbitration.final) return rejected(state, 'unknown-party')
  const batch = find(state, body.executor, body.batchDigest)
  if (batch === undefined) return rejected(state, 'wrong-batch')
  const leaf = batch.leaves.get(body.index)
  if (leaf === undefined) return rejected(state, 'not-sampled')
  const { dispute } = leaf
  if (dispute?.level === level && !dispute.isOpen)
    return dispute.decision === body.claim ? duplicate(state) : rejected(state, 'already-said')
  if (!isAwaited(leaf, level)) return rejected(state, 'not-due')
  const [next, effects] = withDecision(state, batch, leaf, body.claim)
  return applied(putLeaf(state, batch, next), ...effects)
}
