/** What is recommended against every rate and slash of a fine grid, by acceptance rules and prices of its own. */
import { describe, expect, test } from 'vitest'
import { check, Parameters, recommend } from './index.js'

type File = Parameters.Parameters
type Kind = Readonly<{ gain: number; reward: number; honestCost: number; share: number; weight: number }>

function kindsOf({ task, sampling }: File): Kind[] {
  const all = sampling.mode === 'byValue' ? sampling.values : [{ ...task, value: 1, count: 1 }]
  const count = all.reduce((sum, kind) => sum + kind.count, 0)
  const mean = all.reduce((sum, kind) => sum + kind.count * kind.value, 0) / count
  return all.map((kind) => ({
    ...{ reward: kind.reward, honestCost: kind.honestCost, share: kind.count / count, weight: kind.value / mean },
    gain: kind.honestCost - kind.cheatCost + kind.externalGain,
  }))
}

/** One verifier, or two who err each for itself. */
function oddsOf({ sampling, comparator, arbitration, verifiers }: File): readonly [D: number, F: number] {
  const some = (one: number) => (sampling.verifiers === 1 ? one : one + one - one * one)
  const honest = 1 - verifiers.colluding
  return [
    some(honest * comparator.power) * arbitration.power,
    some(honest * comparator.falsePositive) * arbitration.falsePositive,
  ]
}

const choose = (n: number, k: number): number => (k < 0 || k > n ? 0 : k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k)

/** P(a batch escapes its slash), given how many tasks of each kind are wrong. */
function escapes(file: File, rate: number, wrong: readonly number[]): number {
  const [kinds, [D, F], N] = [kindsOf(file), oddsOf(file), file.batch.size]
  if (file.sampling.mode !== 'fixed')
    return kinds.reduce((chance, { share, weight }, i) => {
      const p = Math.min(1, rate * weight)
      return chance * (1 - p * D) ** wrong[i]! * (1 - p * F) ** (Math.round(share * N) - wrong[i]!)
    }, 1)
  const [m, k] = [Math.round(rate * N), wrong[0]!]
  const seen = Array.from({ length: m + 1 }, (_, j) => (choose(k, j) * choose(N - k, m - j)) / choose(N, m))
  return seen.reduce((sum, chance, j) => sum + chance * (1 - D) ** j * (1 - F) ** (m - j), 0)
}

/** Every number of wrong tasks of each kind. */
function cheats(file: File): number[][] {
  return kindsOf(file).reduce<number[][]>(
    (some, { share }) => {
      const counts = Array.from({ length: Math.round(share * file.batch.size) + 1 }, (_, k) => k)
      return some.flatMap((before) => counts.map((k) => [...before, k]))
    },
    [[]],
  )
}

const felt = ({ slash, identity }: File) => slash.burnShare * identity.discount ** identity.verdictLag

function forfeited(file: File): number {
  if (!file.slash.forfeitBatchReward) return 0
  return file.batch.size * kindsOf(file).reduce((sum, { share, reward }) => sum + share * reward, 0)
}

/** By the EV rule, the least slash at this rate, without its largest: the most that any way of cheating calls for. */
function leastSlash(file: File, rate: number): number {
  const [kinds, [D, F], more] = [kindsOf(file), oddsOf(file), 1 + file.accept.margin]
  const needed =
    file.slash.rule === 'per-fraud'
      ? kinds.map(({ gain, reward, weight }) => {
          return gain <= 0 ? 0 : (more * gain) / (Math.min(1, rate * weight) * (D - F)) - reward
        })
      : cheats(file).map((wrong) => {
          const gained = more * kinds.reduce((sum, { gain }, i) => sum + Math.max(0, gain) * wrong[i]!, 0)
          const caught =
            escapes(
              file,
              rate,
              wrong.map(() => 0),
            ) - escapes(file, rate, wrong)
          return gained === 0 ? 0 : gained / caught - forfeited(file)
        })
  return Math.max(0, ...needed) / felt(file)
}

function price(file: File, rate: number, slash: number): number {
  const { verifiers, sampling, arbitration, capital, batch } = file
  const sampled = kindsOf(file).reduce((sum, { share, weight }) => sum + share * Math.min(1, rate * weight), 0)
  const checked = sampling.verifiers * verifiers.cost
  const canaries = (verifiers.canaryRate / (1 - verifiers.canaryRate)) * (checked + verifiers.canaryCost)
  const locked = file.slash.rule === 'per-fraud' ? slash : slash / batch.size
  return sampled * (checked + canaries + verifiers.escalation * arbitration.cost) + capital.costPerStakePerTask * locked
}

/** What honest work earns per task, the stake's cost included. */
function earned(file: File, rate: number, slash: number): number {
  const [kinds, [, F], N] = [kindsOf(file), oddsOf(file), file.batch.size]
  const profit = kinds.reduce((sum, { share, reward, honestCost }) => sum + share * (reward - honestCost), 0)
  const { costPerStakePerTask } = file.capital
  if (file.slash.rule === 'once-per-batch') {
    const slashed = 1 - escapes(file, rate, kinds.map(() => 0)) // biome-ignore format: a line
    return profit - (slashed * (slash + forfeited(file)) + costPerStakePerTask * slash) / N
  }
  const lost = kinds.reduce(
    (sum, kind) => sum + kind.share * Math.min(1, rate * kind.weight) * F * (kind.reward + slash),
    0,
  )
  return profit - lost - costPerStakePerTask * slash
}

const pick = <value>(values: readonly value[], i: number): value => values[i % values.length] as value
const values = [
  { value: 1, count: 4 },
  { value: 3, count: 2, reward: 4, externalGain: 2 },
]

/** Numbers that share no factor, so that the lists below go through their combinations. */
function* files(): Generator<File> {
  for (let i = 0; i < 420; i++) {
    const mode = pick(['bernoulli', 'fixed', 'byValue'] as const, i)
    const max = pick([null, 40, null, 2, 1e6], Math.floor(i / 3))
    const clean = pick([true, false, false], Math.floor(i / 4))
    yield Parameters.from({
      task: { reward: pick([0, 1, 1.5, 3], Math.floor(i / 7)), honestCost: 1, cheatCost: pick([0, 0.5, 1, 2], i) },
      sampling: mode === 'byValue' ? { mode, rate: 0.1, values } : { mode, rate: 0.1, verifiers: pick([1, 2], i) },
      slash: {
        rule: pick(['per-fraud', 'once-per-batch'], Math.floor(i / 2)),
        ...{ amount: 1, max, burnShare: pick([1, 0.5, 1, 0.9], Math.floor(i / 11)) },
        forfeitBatchReward: pick([false, true, false], Math.floor(i / 5)),
      },
      comparator: clean ? {} : { power: pick([0.9, 0.5], i), falsePositive: pick([0.01, 0, 0.1, 1e-9], i) },
      arbitration: { falsePositive: pick([1, 0.1], i), cost: 2 },
      batch: { size: mode === 'byValue' ? 6 : pick([1, 7, 12, 3], Math.floor(i / 6)) },
      verifiers: {
        ...{ cost: pick([1, 0.1], i), colluding: pick([0, 0.1, 0], i), escalation: pick([0, 0.1], Math.floor(i / 9)) },
        ...{ canaryRate: pick([0, 0.2], Math.floor(i / 8)), canaryCost: 0.5 },
      },
      identity: pick([{}, {}, {}, { discount: 0.5, verdictLag: 2 }], Math.floor(i / 10)),
      capital: { costPerStakePerTask: pick([1e-4, 1e-2, 1e-9, 0], Math.floor(i / 13)) },
      accept: { margin: pick([0, 0.5], Math.floor(i / 14)), falseSlash: 1, ruinProbability: 1 },
      horizon: 100,
    })
  }
}

/** Rates to try instead: of a fixed sample all, else from one in a billion on, and close to what was found. */
function rates({ sampling, batch }: File, found: number): number[] {
  if (sampling.mode === 'fixed') return Array.from({ length: batch.size }, (_, i) => (i + 1) / batch.size)
  const far = Array.from({ length: 271 }, (_, i) => 10 ** ((i - 270) / 30))
  return [...far, ...Array.from({ length: 41 }, (_, i) => found * 1.005 ** (i - 20))].filter((p) => p > 0 && p <= 1)
}

describe('the cheapest that deters', () => {
  test('passes, and nothing on a fine grid of rates, each with its least slash, is cheaper', () => {
    const tally = { found: 0, fixed: 0, free: 0, impossible: 0, unpaid: 0 }
    for (const file of files()) {
      const label = JSON.stringify(file)
      const best = recommend(file)
      const most = file.slash.max ?? 1e100
      const [D, F] = oddsOf(file)
      if (!best.feasible) {
        if (best.obstacle === 'no-optimum') {
          expect([file.capital.costPerStakePerTask, file.slash.max], label).toEqual([0, null])
          tally.free++
          continue
        }
        const possible = D > F && rates(file, 1).some((rate) => leastSlash(file, rate) <= most)
        expect(possible, `${label} ${best.reason}`).toBe(false)
        tally.impossible++
        continue
      }
      const { sampleRate, slash, cost, honestWorkPays } = best
      tally.found++
      if (file.sampling.mode === 'fixed') tally.fixed++
      expect(slash, label).toBeLessThanOrEqual(most)
      if (sampleRate > 0) expect(leastSlash(file, sampleRate), label).toBeLessThanOrEqual(slash * (1 + 1e-9) + 1e-9)
      expect(cost.total / price(file, sampleRate, slash) || 1, label).toBeCloseTo(1, 9)
      if (sampleRate === 0) expect(Math.max(...kindsOf(file).map(({ gain }) => gain)), label).toBeLessThanOrEqual(0)
      const others = sampleRate === 0 ? [] : rates(file, sampleRate)
      for (const rate of others) {
        const least = leastSlash(file, rate)
        if (least <= most) expect(price(file, rate, least) / cost.total, `${rate} ${label}`).toBeGreaterThan(1 - 1e-9)
      }
      const honest = earned(file, sampleRate, slash)
      if (Math.abs(honest) > 1e-9) expect(honestWorkPays, label).toBe(honest > 0)
      if (honest < -1e-9) tally.unpaid++
    }
    expect(tally.found).toBeGreaterThanOrEqual(200)
    expect(Math.min(...Object.values(tally)), JSON.stringify(tally)).toBeGreaterThanOrEqual(5)
  })

  test('put into the file it passes the EV rule of the checker, a millionth less does not', () => {
    let cases = 0
    for (const file of files()) {
      const best = recommend(file)
      if (!best.feasible || best.sampleRate === 0) continue
      const holds = (slash: number) => {
        const { mode, verifiers } = file.sampling
        const count = Math.round(best.sampleRate * file.batch.size)
        const sampling = mode === 'fixed' ? { mode, verifiers, count } : { ...file.sampling, rate: best.sampleRate }
        return check({ ...file, sampling, slash: { ...file.slash, amount: slash, max: null } } as File, {
          ...{ rules: ['ev'], fixes: false },
        }).safe
      }
      expect(holds(best.slash * (1 + 1e-12)), JSON.stringify(file)).toBe(true)
      if (best.slash > 0) expect(holds(best.slash * (1 - 1e-6)), JSON.stringify(file)).toBe(false)
      cases++
    }
    expect(cases).toBeGreaterThanOrEqual(200)
  })
})

test('late verdicts that leave nothing of a slash: why there is nothing to recommend', () => {
  const late = Parameters.from({ ...Parameters.defaults, identity: { verdictLag: 1 } })
  expect(recommend(late)).toEqual({
    ...{ feasible: false, obstacle: 'no-net-slash' },
    reason:
      'After an identity.verdictLag of 1 nothing of a slash is felt at an identity.discount of 0, so no slash deters.',
  })
})
