/** Canaries: the executor shows the warrant of a leaf that was meant to be wrong. */
import * as Canary from '../Canary.js'
import type * as Message from '../Message.js'
import { disputed } from './arbitration.js'
import type { Effect, Step } from './Event.js'
import {
  applied,
  type Batch,
  decided,
  duplicate,
  find,
  type Leaf,
  overBatches,
  putLeaf,
  rejected,
  type State,
} from './State.js'

/**
 * A valid warrant excuses the executor. Where every verifier dissented, they are right and nobody needs to say so. Where
 * one agreed, a quorum looks: only what it finds wrong convicts, or executor, dealer and a false dissenter together could
 * frame whoever did the work.
 */
export function onCanary(state: State, { body, innerSigner }: Message.Authenticated<'canary'>): Step<State> {
  const batch = find(state, body.executor, body.batchDigest)
  if (batch === undefined) return rejected(state, 'wrong-batch')
  const leaf = batch.leaves.get(body.index)
  if (leaf === undefined) return rejected(state, 'not-sampled')
  if (leaf.canary !== undefined) return duplicate(state)
  if (leaf.outcome !== undefined || leaf.disclosure === undefined) return rejected(state, 'faulted')
  if (flawOf(state, batch, leaf, body, innerSigner) !== undefined) return rejected(state, 'not-a-canary')
  const shown: Leaf = { ...leaf, canary: body.warrant.dealer }
  if (leaf.seats.some(({ verdict }) => verdict === 'agrees'))
    return applied(putLeaf(state, batch, leaf.dispute === undefined ? disputed(shown) : shown))
  const [next, effects] = decided(batch, shown, leaf.dispute === undefined ? 'unverified' : 'valid')
  return applied(putLeaf(state, batch, next), ...effects)
}

function flawOf(
  { protocol, epoch, dealers, operators }: State,
  { batch }: Batch,
  { disclosure }: Leaf,
  canary: Canary.Canary,
  signer: Message.Authenticated['innerSigner'],
): Canary.Flaw | undefined {
  const { dealer } = canary.warrant
  const isDealt = dealers.has(dealer) && signer !== null && operators.get(dealer) === signer
  const { canaryRoot, count } = batch!
  return Canary.flaw(canary, { protocol, epoch, canaryRoot, count, taskId: disclosure!.leaf.taskId, isDealt })
}

/** Asks executors which of the leaves that were compared are canaries. */
export function requestCanaries(state: State): readonly Effect[] {
  if (state.protocol.canaryRate === 0n) return []
  const [, effects] = overBatches(state, (batch) => {
    const { executor } = batch
    const indices = [...batch.leaves.values()].filter(isCompared).map(({ index }) => index)
    return [batch, indices.length === 0 ? [] : [{ type: 'request-canaries', executor, indices }]]
  })
  return effects
}

function isCompared({ outcome, seats }: Leaf): boolean {
  return outcome === undefined && seats.some(({ verdict }) => verdict !== undefined)
}
