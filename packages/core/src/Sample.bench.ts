// A fixed-size sample costs the hashes of what is sampled, whatever it is sampled from.
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

/** Rounds of the permutation that 1,000 out of 1e9 take: 8 a pass, and of the 2^30 values it walks through 1e9 will do. */
const HASHES = Math.round((1_000 * 8 * 2 ** 30) / 1e9)

export const fresh: Fresh = {
  few: sampling(10n ** 5n),
  many: sampling(10n ** 9n),
  hashes: async () => {
    const Hash = await import('@spotcheck/core/Hash')
    const input = new Uint8Array(41)
    return () => {
      for (let i = 0; i < HASHES; i++) {
        input[40] = i
        Hash.tagged('feistel', input)
      }
    }
  },
}

export const bench: Bench = ({ fresh, median }) => {
  const rounds = Array.from({ length: 9 }, () => ({
    few: fresh('few'),
    many: fresh('many'),
    hashes: fresh('hashes'),
  }))
  const [few, many] = [median(rounds.map((r) => r.few.mib)), median(rounds.map((r) => r.many.mib))]
  const [ms, hashMs] = [median(rounds.map((r) => r.many.ms)), median(rounds.map((r) => r.hashes.ms))]
  return [
    {
      // A time, not a ratio: what else runs on the machine can only add to it, so the least of them is the nearest.
      name: 'fixed sample of 1,000 out of 1e9 in a cold process',
      value: Math.min(...rounds.map((r) => r.many.ms)),
      unit: ' ms',
      most: 150,
      detail: `median ${ms.toFixed()} ms`,
    },
    {
      name: 'the same next to its hashes alone, in a cold process too',
      value: median(rounds.map((r) => r.many.ms / r.hashes.ms)),
      unit: 'x',
      most: 1.2,
      detail: `${ms.toFixed()} ms against ${hashMs.toFixed()} ms of ${HASHES} hashes`,
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
