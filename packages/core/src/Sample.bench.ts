// A fixed-size sample costs what is sampled, whatever it is sampled from.
import type { Bench, Fresh } from '../../../scripts/bench.mjs'

const SAMPLED = 1_000n

/** Samples 1,000 of `count`. */
function sampling(count: bigint): () => Promise<() => unknown> {
  const draw = { seed: new Uint8Array(32).fill(5), count: Number(count), rate: (SAMPLED * 10n ** 18n) / count }
  return async () => {
    const Sample = await import('@spotcheck/core/Sample')
    return () => {
      if (Sample.fixed.indices(draw).length !== Number(SAMPLED)) throw new Error('not 1,000 indices')
    }
  }
}

export const fresh: Fresh = { few: sampling(10n ** 5n), many: sampling(10n ** 9n) }

export const bench: Bench = ({ fresh, median }) => {
  const rounds = Array.from({ length: 9 }, () => ({ few: fresh('few'), many: fresh('many') }))
  const [few, many] = [median(rounds.map((r) => r.few.mib)), median(rounds.map((r) => r.many.mib))]
  return [
    {
      // A time, not a ratio: what else runs on the machine can only add to it, so the least of them is the nearest.
      name: 'fixed sample of 1,000 out of 1e9 in a cold process, processor time',
      value: Math.min(...rounds.map((r) => r.many.cpu)),
      unit: ' ms',
      most: 150,
      detail: `median ${median(rounds.map((r) => r.many.cpu)).toFixed()} ms, ${median(rounds.map((r) => r.many.ms)).toFixed()} ms passed`,
    },
    {
      name: 'its peak memory, more than out of 1e5',
      value: many - few,
      unit: ' MiB',
      most: 4,
      detail: `${many.toFixed(1)} MiB against ${few.toFixed(1)} MiB, most of it Node itself`,
    },
  ]
}
