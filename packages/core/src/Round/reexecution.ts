/** The verifiers' side: blind commitments, refusals, reveals, and the votes of arbiters. */
import * as Comparison from '../Comparison.js'
import { zero32 } from '../Encoding.js'
import type * as Message from '../Message.js'
import type { OpenedLeaf } from '../Opening.js'
import * as Reexecution from '../Reexecution.js'
import * as Verdict from '../Verdict.js'
import { replacement } from './draw.js'
import type { Effect, Rejection, Step } from './Event.js'
import { requestReexecution } from './opening.js'
import {
  applied,
  type Batch,
  duplicate,
  find,
  type Leaf,
  putLeaf,
  rejected,
  type Seat,
  type State,
  withSeat,
} from './State.js'

const nothing: OpenedLeaf = {
  ...{ index: 0, taskId: zero32, weight: 0n },
  ...{ output: '0x', outputSalt: zero32, evidence: '0x', evidenceSalt: zero32 },
}

type Place = Readonly<{ batch: Batch; leaf: Leaf; seat: Seat }>

/** The seat that a message speaks from, or why there is none. */
function place(
  state: State,
  { batchDigest, executor, verifier, index, level }: Reexecution.Assignment,
): Place | Rejection {
  const batch = find(state, executor, batchDigest)
  if (batch === undefined) return 'wrong-batch'
  const leaf = batch.leaves.get(index)
  if (leaf === undefined) return 'not-sampled'
  const seat = [...leaf.seats, ...leaf.arbiters].find((one) => one.verifier === verifier && one.level === level)
  if (seat === undefined) return 'not-assigned'
  return leaf.disclosure === undefined ? 'not-disclosed' : { batch, leaf, seat }
}

/** The state with one seat changed. */
function seated(state: State, { batch, leaf }: Place, seat: Seat): State {
  const part = seat.level === 0 ? 'seats' : 'arbiters'
  return putLeaf(state, batch, { ...leaf, [part]: withSeat(leaf[part], seat) })
}

export function onVerifierCommitment(
  state: State,
  { body }: Message.Authenticated<'verifier-commitment'>,
): Step<State> {
  if (body.level !== 0) return rejected(state, 'not-due')
  const at = place(state, body)
  if (typeof at === 'string') return rejected(state, at)
  const { seat } = at
  if (seat.commitment !== undefined)
    return seat.commitment === body.commitment ? duplicate(state) : rejected(state, 'already-committed')
  if (seat.status !== 'assigned') return rejected(state, 'already-said')
  const { commitment } = body
  return applied(seated(state, at, { ...seat, status: 'committed', commitment }))
}

/**
 * A verifier that can't run the task earns nothing and loses nothing; at level 0 the next one is drawn. Whoever was drawn
 * first must say so while there is time for a replacement: later, its excuse would leave the leaf without a verifier.
 */
export function onIndeterminate(state: State, { body }: Message.Authenticated<'indeterminate'>): Step<State> {
  const at = place(state, body)
  if (typeof at === 'string') return rejected(state, at)
  const { leaf, batch, seat } = at
  if (seat.status === 'indeterminate') return duplicate(state)
  if (seat.status !== 'assigned') return rejected(state, 'already-said')
  if (body.level === 0 && isPastReplacing(state, leaf, seat)) return rejected(state, 'late')
  const next = seated(state, at, { ...seat, status: 'indeterminate' })
  if (body.level !== 0) return applied(next)
  const seats = withSeat(leaf.seats, { ...seat, status: 'indeterminate' })
  const fresh = replacement(state, batch, { ...leaf, seats })
  if (fresh === undefined) return applied(next)
  const request = requestReexecution(batch, leaf, fresh.verifier, leaf.disclosure!)
  return applied(putLeaf(state, batch, { ...leaf, seats: [...seats, fresh] }), request)
}

function isPastReplacing({ now, deadlines, protocol }: State, { seats }: Leaf, seat: Seat): boolean {
  return now > deadlines.replacement && seats.indexOf(seat) < protocol.verification.verifiers
}

/** A reveal of level 0 must open its commitment; a vote of level 1 is not blind. The verdict is computed here. */
export function onReveal(state: State, { body }: Message.Authenticated<'reveal'>): Step<State> {
  const at = place(state, body)
  if (typeof at === 'string') return rejected(state, at)
  const { seat } = at
  if (seat.reveal !== undefined)
    return seat.reveal.content === body.content && seat.reveal.claim === body.claim
      ? duplicate(state)
      : rejected(state, 'already-said')
  const refusal = body.level === 0 ? unopened(seat, body) : unvoted(seat)
  if (refusal !== undefined) return rejected(state, refusal)
  return judged(state, at, body)
}

function unopened({ status, commitment }: Seat, reveal: Reexecution.Reveal): Rejection | undefined {
  if (status !== 'committed') return 'not-committed'
  return Reexecution.opens(commitment!, reveal) ? undefined : 'does-not-open'
}

function unvoted({ status }: Seat): Rejection | undefined {
  return status === 'assigned' ? undefined : 'already-said'
}

/** Evidence that no comparison can use is no reveal, also where the executor opened nothing to compare it with. */
function judged(state: State, at: Place, reveal: Reexecution.Reveal): Step<State> {
  const { opened } = at.leaf
  const comparison = Verdict.judge(Comparison.comparator(state.protocol), opened ?? nothing, reveal)
  const verdict = Verdict.claimOf(comparison)
  if (verdict === undefined) return rejected(state, 'unusable-evidence')
  const revealed: Seat = { ...at.seat, status: 'revealed', reveal }
  if (opened === undefined) return applied(seated(state, at, revealed))
  const isWrong = reveal.claim !== verdict
  const next = seated(state, at, { ...revealed, comparison, verdict, isWrong })
  return applied(next, ...judgement(reveal, comparison, isWrong))
}

function judgement(reveal: Reexecution.Reveal, comparison: Comparison.Comparison, isWrong: boolean): Effect[] {
  const assignment = Reexecution.assignmentOf(reveal)
  const effects: Effect[] = [{ type: 'compared', assignment, comparison }]
  const { verifier, executor, index, level } = assignment
  if (isWrong) effects.push({ type: 'fault', party: verifier, fault: 'wrong-verdict', executor, index, level })
  return effects
}
