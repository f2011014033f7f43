/** What randomness draws: the sampled leaves and their verifiers, replacements, arbiters. */
import * as Beacon from '../Beacon.js'
import * as Commitment from '../Commitment.js'
import type { Disclosure } from '../Disclosure.js'
import { type Address, fromHex, toHex } from '../Encoding.js'
import * as Sample from '../Sample.js'
import { isAwaited } from './arbitration.js'
import type { Effect } from './Event.js'
import {
  assignmentOf,
  type Batch,
  type Leaf,
  overBatches,
  overLeaves,
  type Seat,
  type State,
  withLeaf,
} from './State.js'

type Drawn = readonly [State, readonly Effect[]]

/** Draws every batch's sample and seats its verifiers. */
export function samples(state: State, randomness: Uint8Array): Drawn {
  return overBatches(state, (batch) => sampleBatch(state, batch, randomness))
}

function sampleBatch(state: State, batch: Batch, randomness: Uint8Array): readonly [Batch, readonly Effect[]] {
  if (batch.batch === undefined || batch.equivocated) return [batch, []]
  const { sampling } = state.protocol
  const { executor } = batch
  const { count, totalWeight } = batch.batch
  const bytes = Beacon.seed(randomness, fromHex(batch.digest!))
  const seed = toHex(bytes)
  const isByValue = sampling.mode === 'byValue'
  const units = isByValue ? Sample.byValue.units({ seed: bytes, interval: sampling.interval, total: totalWeight }) : []
  const sampler = sampling.mode === 'fixed' ? Sample.fixed : Sample.bernoulli
  const indices = isByValue ? [] : sampler.indices({ seed: bytes, count, rate: sampling.rate })
  const drawn = { ...batch, seed, units }
  const leaves = new Map(indices.map((index) => [index, seated(state, drawn, index)]))
  const found = { executor, indices, ...(isByValue ? { units } : {}) }
  const effects: Effect[] = [{ type: 'sampled', ...found, seed }]
  if (indices.length + units.length > 0) effects.push({ type: 'request-disclosure', ...found })
  return [{ ...drawn, leaves }, effects]
}

/** A leaf that is sampled, with its first verifiers. */
function seated(state: State, batch: Batch, index: number): Leaf {
  const { verifiers } = state.protocol.verification
  const seats = draw(state, batch, { seed: fromHex(batch.seed!), index, level: 0 }, [], verifiers)
  return { index, seats, arbiters: [] }
}

/**
 * Sampled by value, a leaf is known to be drawn when it is shown to hold drawn units: where its weights begin and end is
 * proven by the sums of its siblings. The batch with that leaf, and without those units; or the same batch.
 */
export function located(state: State, batch: Batch, { leaf, proof }: Disclosure): Batch {
  if (batch.units.length === 0 || batch.leaves.has(leaf.index)) return batch
  const position = Commitment.position(batch.batch!, leaf, proof, state.protocol)
  if (position === undefined) return batch
  const units = batch.units.filter((unit) => unit < position.start || position.end <= unit)
  if (units.length === batch.units.length) return batch
  return withLeaf({ ...batch, units }, seated(state, batch, leaf.index))
}

/** Where a unit that nobody shows is kept: past the indices of the batch, by the cell that it was drawn in. */
export function unknownIndex({ protocol: { sampling } }: State, { batch }: Batch, unit: bigint): number {
  const interval = sampling.mode === 'byValue' ? sampling.interval : 1n
  return (batch?.count ?? 0) + Number(unit / interval)
}

/** The next seats of a leaf: never the executor, its clients, or anyone drawn before. */
function draw(
  { verifiers }: State,
  { executor, engagements }: Batch,
  place: Readonly<{ seed: Uint8Array; index: number; level: number }>,
  drawn: readonly Seat[],
  count: number,
): Seat[] {
  const clients = engagements.map(({ client }) => client)
  const exclude: Address[] = [executor, ...clients, ...drawn.map(({ verifier }) => verifier)]
  const chosen = Sample.assign({ ...place, verifiers, exclude, count })
  return chosen.map((verifier) => ({ verifier, level: place.level, status: 'assigned' }))
}

/** The verifier that takes the place of one that can't run the task; none when the set or the time is used up. */
export function replacement(state: State, batch: Batch, leaf: Leaf): Seat | undefined {
  const { maxReplacements } = state.protocol.verification
  const replaced = leaf.seats.filter(({ status }) => status === 'indeterminate').length
  if (replaced > maxReplacements || state.now > state.deadlines.replacement) return undefined
  return draw(state, batch, { seed: fromHex(batch.seed!), index: leaf.index, level: 0 }, leaf.seats, 1)[0]
}

/** Seats a fresh quorum at every leaf that waits for a decision of that level. */
export function arbiters(state: State, randomness: Uint8Array, level: number): Drawn {
  return overLeaves(state, (leaf, batch) =>
    isAwaited(leaf, level) ? seatArbiters(state, batch, leaf, randomness, level) : [leaf, []],
  )
}

function seatArbiters(
  state: State,
  batch: Batch,
  leaf: Leaf,
  randomness: Uint8Array,
  level: number,
): readonly [Leaf, Effect[]] {
  const place = { seed: Beacon.seed(randomness, fromHex(batch.digest!)), index: leaf.index, level }
  const quorum = state.protocol.arbitration.quorums[level - 1]!
  const seats = draw(state, batch, place, [...leaf.seats, ...leaf.arbiters], quorum)
  const effects = seats.map(
    (seat): Effect => ({
      type: 'request-arbitration',
      assignment: assignmentOf(batch, leaf, seat),
      disclosure: leaf.disclosure!,
      opened: leaf.opened!,
    }),
  )
  return [{ ...leaf, arbiters: [...leaf.arbiters, ...seats] }, effects]
}
