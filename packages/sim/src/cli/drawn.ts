/**
 * The part of an audit that draws the sample again.
 *
 * @module
 */
import * as Commitment from '@spotcheck/core/Commitment'
import type * as Merkle from '@spotcheck/core/Merkle'
import type * as Message from '@spotcheck/core/Message'
import * as Sample from '@spotcheck/core/Sample'
import type { Finding } from './finding.js'

/** The indices that had to be opened, ascending, and what is missing that only their leaves could name. */
export type Drawn = Readonly<{ indices: readonly number[]; findings: readonly Finding[] }>

/** Draws the batch's sample. By value, only leaves with a proof show where they lie; the drawn units are known all the same. */
export function draw(
  { protocol, batch }: Message.Files.BatchFile,
  { disclosures }: Message.Files.OpeningsFile,
  seed: Uint8Array,
): Drawn {
  const { sampling } = protocol
  const { count, totalWeight: total } = batch.body
  if (sampling.mode !== 'byValue') {
    const sampler = sampling.mode === 'fixed' ? Sample.fixed : Sample.bernoulli
    return { indices: sampler.indices({ seed, count, rate: sampling.rate }), findings: [] }
  }
  const shown = new Map<number, Merkle.Sum.Position>()
  for (const { body } of disclosures) {
    const position = Commitment.position(batch.body, body.leaf, body.proof, protocol)
    if (position !== undefined) shown.set(body.leaf.index, position)
  }
  const ranges = [...shown].sort(([a], [b]) => a - b)
  const by = { seed, interval: sampling.interval }
  const indices = ranges.filter(([, position]) => Sample.byValue.includes(position, by)).map(([index]) => index)
  const lost = outside(
    Sample.byValue.units({ ...by, total }),
    ranges.map(([, position]) => position),
  )
  return { indices, findings: lost.map(unseen) }
}

/** The units, ascending, that lie in none of the ranges, ascending too. */
function outside(units: readonly bigint[], ranges: readonly Merkle.Sum.Position[]): bigint[] {
  let at = 0
  return units.filter((unit) => {
    while (at < ranges.length && ranges[at]!.end <= unit) at++
    return at === ranges.length || ranges[at]!.start > unit
  })
}

function unseen(unit: bigint): Finding {
  const message = `unit ${unit} of the batch’s value was drawn, and no disclosure shows the leaf that holds it`
  return { check: 'disclosure', index: null, message }
}
