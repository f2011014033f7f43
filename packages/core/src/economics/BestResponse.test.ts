import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as BestResponse from './BestResponse.js'
import * as ManyTasks from './ManyTasks.js'
import * as Parameters from './Parameters.js'

const SEED = 20_260_131

/** A batch of several kinds of task. Money in whole units, probabilities in eighths: the arithmetic below is exact. */
type Mix = Readonly<{
  kinds: readonly Readonly<{ value: number; count: number; externalGain: number }>[]
  rule: 'per-fraud' | 'once-per-batch'
  rate: number
  power: number
  falsePositive: number
  reward: number
  amount: number
  stake: number
  draws: number
  penalty: number
  /** K_id, which is what the future is worth to who earns much more in every period. */
  future: number
  margin: number
}>

function parametersOf(mix: Mix): Parameters.Parameters {
  return Parameters.from({
    task: { reward: mix.reward, honestCost: 0 },
    sampling: { mode: 'byValue', rate: mix.rate / 8, values: mix.kinds },
    slash: { rule: mix.rule, amount: mix.amount },
    comparator: { power: mix.power / 8, falsePositive: mix.falsePositive / 8 },
    arbitration: { falsePositive: 1 },
    batch: { size: total(mix.kinds.map(({ count }) => count)) },
    stake: { amount: mix.stake },
    beacon: { draws: mix.draws, withholdPenalty: mix.penalty },
    identity: { entryCost: mix.future, discount: mix.future > 0 ? 0.5 : 0, tasksPerPeriod: 1e9 },
    capital: { costPerStakePerTask: 0 },
    accept: { margin: mix.margin },
  })
}

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0)

/** Chances of 0, 1, 2, ... convictions or slashed batches, task by task, and of what they are shares. */
function lawOf({ kinds, rule, rate, power, falsePositive }: Mix, cheats: readonly number[]) {
  // p·d is rate/8 · value/(worth/size) · power/8, the first factors at most 1.
  const size = total(kinds.map(({ count }) => count))
  const worth = total(kinds.map(({ value, count }) => value * count))
  const odds = kinds.flatMap(({ value, count }, i) =>
    Array.from({ length: count }, (_, j) => {
      return BigInt(Math.min(8 * worth, rate * value * size) * (j < cheats[i]! ? power : falsePositive))
    }),
  )
  const each = BigInt(64 * worth)
  let chances = [1n]
  for (const p of odds)
    chances = chances.concat(0n).map((chance, x) => chance * (each - p) + (x === 0 ? 0n : chances[x - 1]! * p))
  const whole = each ** BigInt(size)
  return { chances: rule === 'per-fraud' ? chances : [chances[0]!, whole - chances[0]!], whole }
}

/** Every mix of at least one cheat: how many, what it earns beyond honest work and how far that is above the margin. */
function played(mix: Mix) {
  const { kinds, rule, reward, amount, stake, draws, penalty, future, margin } = mix
  const w = rule === 'once-per-batch' ? 1 : Math.max(1, Math.ceil(stake / amount))
  const loss = (x: number) =>
    BigInt((rule === 'per-fraud' ? reward * x : 0) + Math.min(stake, amount * x) + (x >= w ? future : 0))
  const lowest = (a: bigint, b: bigint) => (a < b ? a : b)
  /** The mean cost of a first draw x, out of `whole`. */
  const cost = (x: number, { chances, whole }: ReturnType<typeof lawOf>) => {
    if (draws === 1) return loss(x) * whole
    return chances.reduce((sum, q, y) => sum + q * lowest(loss(x), loss(y) + BigInt(penalty)), 0n)
  }
  const honest = lawOf(mix, [])
  const spared = honest.whole * honest.chances.reduce((sum, p, x) => sum + p * loss(x), 0n)
  return everyMix(kinds.map(({ count }) => count)).map((cheats) => {
    const law = lawOf(mix, cheats)
    const lost = law.chances.reduce((sum, p, x) => sum + p * cost(x, law), 0n)
    const gain = total(kinds.map(({ externalGain }, i) => externalGain * cheats[i]!))
    const profit = BigInt(gain) * law.whole ** 2n - lost + spared
    const excess = profit + BigInt(margin * gain) * law.whole ** 2n
    return { cheated: total(cheats), profit: Number((profit * 10n ** 15n) / law.whole ** 2n) / 1e15, pays: excess > 0n }
  })
}

function everyMix(counts: readonly number[]): number[][] {
  const all = counts.reduce<number[][]>(
    (some, count) => some.flatMap((cheats) => Array.from({ length: count + 1 }, (_, k) => [...cheats, k])),
    [[]],
  )
  return all.slice(1)
}

const kind = fc.record({
  value: fc.integer({ min: 1, max: 12 }),
  count: fc.integer({ min: 1, max: 3 }),
  externalGain: fc.integer({ min: 1, max: 4 }),
})
const mixes = fc.record({
  kinds: fc.array(kind, { minLength: 2, maxLength: 3 }),
  rule: fc.constantFrom<Mix['rule']>('per-fraud', 'once-per-batch', 'once-per-batch'),
  rate: fc.integer({ min: 2, max: 8 }),
  power: fc.integer({ min: 4, max: 8 }),
  falsePositive: fc.constantFrom(0, 1),
  reward: fc.integer({ min: 1, max: 2 }),
  amount: fc.integer({ min: 4, max: 14 }),
  stake: fc.integer({ min: 4, max: 20 }),
  draws: fc.constantFrom(1, 1, 2),
  penalty: fc.integer({ min: 0, max: 9 }),
  future: fc.constantFrom(0, 0, 9),
  margin: fc.constantFrom(0, 0, 1),
})

describe('a mix of kinds: every mix of cheats, in exact arithmetic', () => {
  const files = fc
    .sample(mixes, { seed: SEED, numRuns: 260 })
    .map((mix) => (mix.future > 0 ? { ...mix, falsePositive: 0 } : mix))

  test('the fewest cheats that pay, and the most profit', () => {
    let mixed = 0
    for (const mix of files) {
      const parameters = parametersOf(mix)
      const label = JSON.stringify(mix)
      expect(ManyTasks.from(parameters).future, label).toBe(mix.future)
      const all = played(mix)
      const { holds, best, smallest } = BestResponse.from(parameters)
      const fewest = Math.min(...all.flatMap(({ cheated, pays }) => (pays ? [cheated] : [])))
      expect(holds, label).toBe(fewest === Number.POSITIVE_INFINITY)
      expect(smallest?.cheated ?? Number.POSITIVE_INFINITY, label).toBe(fewest)
      expect(best.profit, label).toBeCloseTo(Math.max(...all.map(({ profit }) => profit)), 10)
      if ((smallest?.byKind.filter((k) => k > 0).length ?? 0) > 1) mixed++
    }
    expect(mixed).toBeGreaterThanOrEqual(15)
  })
})

/** One slash for a batch, by value and without noise: what cheats earn, in closed form. */
function earned(parameters: Parameters.Parameters, cheats: readonly number[]): number {
  const { sampling, slash, beacon } = parameters
  if (sampling.mode !== 'byValue') throw new Error('by value only')
  const { rate, values } = sampling
  const worth = total(values.map(({ value, count }) => value * count)) / parameters.batch.size
  const chances = values.map(({ value }, i) => (1 - Math.min(1, (rate * value) / worth)) ** cheats[i]!)
  const escapes = chances.reduce((product, chance) => product * chance, 1)
  const gained = total(values.map(({ externalGain }, i) => externalGain * cheats[i]!))
  return gained - slash.amount * (1 - escapes) ** beacon.draws
}

const once = (values: readonly Mix['kinds'][number][], rate: number, amount: number, draws = 1) =>
  Parameters.from({
    task: { honestCost: 0 },
    sampling: { mode: 'byValue', rate, values },
    slash: { rule: 'once-per-batch', amount },
    batch: { size: total(values.map(({ count }) => count)) },
    beacon: { draws },
    accept: { margin: 0 },
  })

describe('one slash for a batch', () => {
  test('one valuable task and 59 others pay, where it would take 75 others', () => {
    const values = [
      { value: 20, count: 1, externalGain: 2 },
      { value: 1, count: 200, externalGain: 0.1 },
    ]
    const parameters = once(values, 0.02, 10)
    const { smallest } = BestResponse.from(parameters)
    expect(smallest).toMatchObject({ cheated: 60, byKind: [1, 59] })
    expect(smallest?.profit).toBeCloseTo(earned(parameters, [1, 59]), 12)
    expect([58, 59].map((k) => earned(parameters, [1, k]) > 0)).toEqual([false, true])
    expect([74, 75].map((k) => earned(parameters, [0, k]) > 0)).toEqual([false, true])
  })

  test('too many mixes to try them all: the best of 1,681, and fewest cheats that pay', () => {
    const two = fc.tuple(kind, kind).map((kinds) => kinds.map((one) => ({ ...one, count: 40 })))
    const files = fc.sample(fc.tuple(two, fc.integer({ min: 1, max: 60 }), fc.integer({ min: 20, max: 400 })), {
      seed: SEED,
      numRuns: 15,
    })
    for (const draws of [1, 2, 4])
      for (const [values, percent, amount] of files) {
        const parameters = once(values, percent / 1000, amount, draws)
        const all = everyMix([40, 40]).map((cheats) => ({ cheats, profit: earned(parameters, cheats) }))
        const { best, smallest } = BestResponse.from(parameters)
        const label = JSON.stringify({ values, percent, amount, draws })
        const fewest = Math.min(...all.flatMap(({ cheats, profit }) => (profit > 1e-9 ? [total(cheats)] : [])))
        expect(smallest?.cheated ?? Number.POSITIVE_INFINITY, label).toBe(fewest)
        expect(best.profit, label).toBeCloseTo(Math.max(...all.map(({ profit }) => profit)), 9)
      }
  })

  test('twelve kinds: what gains most for the chance of escaping goes first', () => {
    const values = Array.from({ length: 12 }, (_, i) => ({ value: 1 + i * i, count: 1, externalGain: 1 + i }))
    for (const [percent, amount] of [
      [10, 30],
      [30, 40],
      [60, 60],
      [80, 70],
    ] as const) {
      const parameters = once(values, percent / 100, amount)
      const all = everyMix(values.map(() => 1)).map((cheats) => ({ cheats, profit: earned(parameters, cheats) }))
      const { best, smallest } = BestResponse.from(parameters)
      const fewest = Math.min(...all.flatMap(({ cheats, profit }) => (profit > 1e-9 ? [total(cheats)] : [])))
      expect(smallest?.cheated ?? Number.POSITIVE_INFINITY, String(percent)).toBe(fewest)
      expect(best.profit).toBeCloseTo(Math.max(...all.map(({ profit }) => profit)), 9)
    }
  })
})
