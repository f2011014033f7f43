/** From the record to money. */
import * as Ledger from '../Ledger.js'
import * as Settlement from '../Settlement.js'
import type { Effect } from './Event.js'
import type { Batch, Leaf, Seat, State } from './State.js'

/** Settles the epoch, once. */
export function settleRound(state: State): readonly [State, readonly Effect[]] {
  const { transfers, slashes } = Settlement.settle(recordOf(state))
  const ledger = Ledger.apply(state.ledger, transfers)
  return [{ ...state, ledger, status: 'settled' }, [{ type: 'settled', transfers, slashes }]]
}

/** What settlement depends on, read off the state. */
function recordOf(state: State): Settlement.Record {
  const { protocol, epoch, isVoid, verifiers, withheld } = state
  const batches = [...state.batches.values()].map(batchRecord)
  return { protocol, epoch, isVoid, batches, verifiers, withheld }
}

function batchRecord({ engagement, batch, equivocated, leaves }: Batch): Settlement.Batch {
  return { engagement, count: batch?.count ?? 0, equivocated, leaves: [...leaves.values()].map(leafRecord) }
}

function leafRecord({ index, outcome, seats, arbiters }: Leaf): Settlement.Leaf {
  const assignments = [...seats.map((seat) => assignment(seat, 0)), ...arbiters.map((seat) => assignment(seat, 1))]
  return { index, outcome: outcome ?? 'unverified', assignments }
}

function assignment({ verifier, status, verdict, isWrong }: Seat, level: number): Settlement.Assignment {
  if (status === 'missing') return { verifier, level, work: 'missing' }
  if (status === 'assigned' || status === 'indeterminate') return { verifier, level, work: 'idle' }
  return { verifier, level, work: isWrong === true ? 'wrong-verdict' : 'done', verdict }
}
