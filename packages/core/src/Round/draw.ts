/** What randomness draws: the sampled leaves and their verifiers, replacements, arbiters. */
import * as Beacon from '../Beacon.js'
import { type Address, fromHex, toHex } from '../Encoding.js'
import * as Sample from '../Sample.js'
import type { Effect } from './Event.js'
import { assignmentOf, type Batch, type Leaf, overBatches, overLeaves, type Seat, type State } from './State.js'

type Drawn = readonly [State, readonly Effect[]]

/** Draws every batch's sample and seats its verifiers. */
export function samples(state: State, randomness: Uint8Array): Drawn {
  return overBatches(state, (_, batch) => sampleBatch(state, batch, randomness))
}

function sampleBatch(state: State, batch: Batch, randomness: Uint8Array): readonly [Batch, readonly Effect[]] {
  if (batch.batch === undefined || batch.equivocated) return [batch, []]
  const { sampling, verification } = state.protocol
  const seed = Beacon.seed(randomness, fromHex(batch.digest!))
  const { count } = batch.batch
  if (sampling.mode === 'byValue') throw new Error('open refuses what it cannot draw')
  const sampler = sampling.mode === 'fixed' ? Sample.fixed : Sample.bernoulli
  const indices = sampler.indices({ seed, count, rate: sampling.rate })
  const leaves = new Map<number, Leaf>()
  for (const index of indices) {
    const seats = draw(state, batch, seed, index, 0, [], verification.verifiers)
    leaves.set(index, { index, seats, arbiters: [], isDisputed: false })
  }
  const { executor } = batch.engagement
  const effects: Effect[] = [{ type: 'sampled', executor, indices, seed: toHex(seed) }]
  if (indices.length > 0) effects.push({ type: 'request-disclosure', executor, indices })
  return [{ ...batch, seed: toHex(seed), leaves }, effects]
}

/** The next seats of a leaf: never the executor, its client, or anyone drawn before. */
function draw(
  { verifiers }: State,
  { engagement }: Batch,
  seed: Uint8Array,
  index: number,
  level: number,
  drawn: readonly Seat[],
  count: number,
): Seat[] {
  const exclude: Address[] = [engagement.executor, engagement.client, ...drawn.map(({ verifier }) => verifier)]
  const chosen = Sample.assign({ seed, index, level, verifiers, exclude, count })
  return chosen.map((verifier) => ({ verifier, status: 'assigned' }))
}

/** The verifier that takes the place of one that can't run the task; none when the set or the time is used up. */
export function replacement(state: State, batch: Batch, leaf: Leaf): Seat | undefined {
  const { maxReplacements } = state.protocol.verification
  const replaced = leaf.seats.filter(({ status }) => status === 'indeterminate').length
  if (replaced > maxReplacements || state.now > state.deadlines.replacement) return undefined
  return draw(state, batch, fromHex(batch.seed!), leaf.index, 0, leaf.seats, 1)[0]
}

/** Seats a fresh quorum at every disputed leaf. */
export function arbiters(state: State, randomness: Uint8Array): Drawn {
  return overBatches(state, (_, batch) => overLeaves(batch, (leaf) => seatArbiters(state, batch, leaf, randomness)))
}

function seatArbiters(state: State, batch: Batch, leaf: Leaf, randomness: Uint8Array): readonly [Leaf, Effect[]] {
  if (!leaf.isDisputed) return [leaf, []]
  const seed = Beacon.seed(randomness, fromHex(batch.digest!))
  const seats = draw(state, batch, seed, leaf.index, 1, leaf.seats, state.protocol.verification.quorum)
  const effects = seats.map(
    (seat): Effect => ({
      type: 'request-arbitration',
      assignment: assignmentOf(batch, leaf, seat, 1),
      disclosure: leaf.disclosure!,
      opened: leaf.opened!,
    }),
  )
  return [{ ...leaf, arbiters: seats }, effects]
}
