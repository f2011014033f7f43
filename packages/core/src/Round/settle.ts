/** From the record to money. */
import * as Ledger from '../Ledger.js'
import * as Settlement from '../Settlement.js'
import type { Effect } from './Event.js'
import type { Batch, Leaf, Seat, State } from './State.js'

/** Settles the epoch, once. */
export function settleRound(state: State): readonly [State, readonly Effect[]] {
  const { transfers, slashes, evidence } = Settlement.settle(recordOf(state))
  const ledger = Ledger.apply(state.ledger, transfers)
  return [{ ...state, ledger, evidence, status: 'settled' }, [{ type: 'settled', transfers, slashes, evidence }]]
}

/** What settlement depends on, read off the state. */
function recordOf(state: State): Settlement.Record {
  const { protocol, epoch, isVoid, verifiers, withheld, evidence } = state
  const batches = [...state.batches.values()].map(batchRecord)
  return { protocol, epoch, isVoid, batches, verifiers, withheld, evidence }
}

function batchRecord({ executor, engagements, batch, equivocated, vouchers, leaves, broken }: Batch): Settlement.Batch {
  return {
    ...{ executor, engagements, count: batch?.count ?? 0, equivocated, vouchers },
    leaves: [...leaves.values()].map(leafRecord),
    broken: [...broken].sort((a, b) => a - b),
  }
}

function leafRecord(leaf: Leaf): Settlement.Leaf {
  const { index, outcome = 'unverified', seats, arbiters, disclosure, dispute, reporter } = leaf
  const { canary, isFalseCanary = false } = leaf
  return {
    ...{ index, outcome, isFalseCanary, reporter },
    assignments: [...seats, ...arbiters].map(assignment),
    client: disclosure?.task.client,
    appeals: dispute?.appeals,
    canary: isFalseCanary ? undefined : canary,
  }
}

function assignment({ verifier, level, status, verdict, isWrong }: Seat): Settlement.Assignment {
  if (status === 'missing') return { verifier, level, work: 'missing' }
  if (status === 'assigned' || status === 'indeterminate') return { verifier, level, work: 'idle' }
  return { verifier, level, work: isWrong === true ? 'wrong-verdict' : 'done', verdict }
}
