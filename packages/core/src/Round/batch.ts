/** Commitments, and the proof that somebody made two of them. */
import * as Commitment from '../Commitment.js'
import type * as Message from '../Message.js'
import type { Effect, Rejection, Step } from './Event.js'
import { applied, type Batch, duplicate, foreign, maxCountOf, rejected, type State, withBatch } from './State.js'

/**
 * One batch per (executor, epoch), by the commit deadline. A second, different one is equivocation at any time before
 * settlement: both signatures are the proof, and no leaf earns anything. What was sampled by then is verified to its end
 * all the same, and its penalties come on top: equivocation is no way out of a conviction.
 */
export function onBatch(state: State, { body }: Message.Authenticated<'batch'>): Step<State> {
  const known = state.batches.get(body.executor)
  if (known === undefined) return rejected(state, 'unknown-party')
  const elsewhere = foreign(state, body)
  if (elsewhere !== undefined) return rejected(state, elsewhere)
  const digest = Commitment.digest(body, state.protocol)
  if (known.digest === digest) return duplicate(state)
  if (known.digest !== undefined) return equivocated(state, known)
  if (state.now > state.deadlines.commit) return rejected(state, 'late')
  const refusal = unacceptable(state, known, body)
  if (refusal !== undefined) return rejected(state, refusal)
  return applied(withBatch(state, { ...known, batch: body, digest }))
}

function unacceptable(state: State, known: Batch, batch: Commitment.Batch): Rejection | undefined {
  if (batch.beaconRound !== state.beacons[0].round) return 'wrong-beacon-round'
  if (batch.count > maxCountOf(known)) return 'too-many-tasks'
  return Commitment.flaw(batch, state.protocol)
}

/** Two statements that no honest executor signs both: one fault, however many proofs of it there are. */
export function equivocated(state: State, batch: Batch): Step<State> {
  if (batch.equivocated) return duplicate(state)
  const [next, effects] = equivocation(batch)
  return applied(withBatch(state, next), ...effects)
}

export function equivocation(batch: Batch): readonly [Batch, Effect[]] {
  const { executor } = batch
  if (batch.equivocated) return [batch, []]
  return [{ ...batch, equivocated: true }, [{ type: 'fault', party: executor, fault: 'equivocation', executor }]]
}
