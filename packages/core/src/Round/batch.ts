/** Commitments, and the proof that somebody made two of them. */
import * as Commitment from '../Commitment.js'
import type * as Message from '../Message.js'
import type { Rejection, Step } from './Event.js'
import { applied, type Batch, duplicate, type Leaf, rejected, type State, withBatch } from './State.js'

/**
 * One batch per (executor, epoch), by the commit deadline. A second, different one is equivocation at any time before
 * settlement: both signatures are the proof, no leaf earns anything, no verifier has a duty left.
 */
export function onBatch(state: State, { body }: Message.Authenticated<'batch'>): Step<State> {
  const known = state.batches.get(body.executor)
  if (known === undefined) return rejected(state, 'unknown-party')
  if (body.paramsHash !== state.paramsHash) return rejected(state, 'wrong-parameters')
  if (body.epoch !== state.epoch) return rejected(state, 'wrong-epoch')
  const digest = Commitment.digest(body, state.protocol)
  if (known.digest === digest) return duplicate(state)
  if (known.digest !== undefined) return known.equivocated ? duplicate(state) : equivocation(state, known)
  if (state.now > state.deadlines.commit) return rejected(state, 'late')
  const refusal = unacceptable(state, known, body)
  if (refusal !== undefined) return rejected(state, refusal)
  return applied(withBatch(state, { ...known, batch: body, digest }))
}

function unacceptable(state: State, { engagement }: Batch, batch: Commitment.Batch): Rejection | undefined {
  if (batch.beaconRound !== state.beacons[0].round) return 'wrong-beacon-round'
  if (batch.count > engagement.maxCount) return 'too-many-tasks'
  return batch.totalWeight < BigInt(batch.count) ? 'weightless' : undefined
}

function equivocation(state: State, batch: Batch): Step<State> {
  const { executor } = batch.engagement
  const leaves = new Map<number, Leaf>()
  for (const [index, leaf] of batch.leaves) leaves.set(index, { ...leaf, outcome: 'unverified', isDisputed: false })
  const next = withBatch(state, { ...batch, equivocated: true, leaves })
  return applied(next, { type: 'fault', party: executor, fault: 'equivocation', executor })
}
