import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as Random from './Random.js'
import * as Statistics from './Statistics.js'

const SEED = 20_261_123

/** Standard normal, Box and Muller. */
const normal = (random: Random.Random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

describe('mean', () => {
  test('Student’s interval, with the quantiles of published tables', () => {
    const quantiles = { 1: 12.7062, 2: 4.3027, 3: 3.1824, 4: 2.7764, 5: 2.5706, 10: 2.2281, 30: 2.0423, 120: 1.9799 }
    for (const [degrees, quantile] of Object.entries(quantiles)) {
      const n = Number(degrees) + 1
      const xs = Array.from({ length: n }, (_, i) => (i === 0 ? Math.sqrt(n) : 0))
      const { mean, high, low } = Statistics.mean(xs)
      expect(mean).toBeCloseTo(1 / Math.sqrt(n), 12)
      const standardError = Math.sqrt((n * (1 - 1 / n)) / (n - 1) / n)
      expect((high - mean) / standardError / quantile).toBeCloseTo(1, 2.6)
      expect(mean - low).toBeCloseTo(high - mean, 10)
    }
  })

  test('nothing is certain of one observation or none', () => {
    expect(Statistics.mean([])).toEqual({ mean: 0, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY })
    expect(Statistics.mean([3])).toEqual({ mean: 3, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY })
  })

  test('a large offset takes nothing of the spread', () => {
    const { low, high } = Statistics.mean([1, 2, 3].map((x) => x + 2 ** 40))
    expect(high - low).toBeCloseTo(2 * (4.3026527 / Math.sqrt(3)), 3)
  })

  test.each([3, 10, 60])('covers the truth in 95 %% of samples of %i', (n) => {
    const random = Random.stream(SEED, n)
    const runs = 4_000
    let covered = 0
    for (let i = 0; i < runs; i++) {
      const { low, high } = Statistics.mean(Array.from({ length: n }, () => 7 + 3 * normal(random)))
      if (low <= 7 && 7 <= high) covered++
    }
    expect(Math.abs(covered / runs - 0.95)).toBeLessThan(4 * Math.sqrt((0.95 * 0.05) / runs))
  })
})

describe('frequency', () => {
  test('Wilson’s interval as published: Newcombe (1998), table I', () => {
    const published = [
      [81, 263, 0.2553, 0.3662],
      [15, 148, 0.0624, 0.1605],
      [0, 20, 0, 0.1611],
      [1, 29, 0.0061, 0.1718],
    ] as const
    for (const [hits, trials, low, high] of published) {
      const estimate = Statistics.frequency(hits, trials)
      expect(estimate.mean).toBe(hits / trials)
      expect(estimate.low).toBeCloseTo(low, 4)
      expect(estimate.high).toBeCloseTo(high, 4)
    }
  })

  test('its ends solve (p - hits/trials)^2 = z^2 p (1 - p) / trials; it holds the frequency and is symmetric', () => {
    const counts = fc
      .integer({ min: 1, max: 1e6 })
      .chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)))
    fc.assert(
      fc.property(counts, ([hits, n]) => {
        const { mean, low, high } = Statistics.frequency(hits, n)
        expect(0 <= low && low <= mean && mean <= high && high <= 1).toBe(true)
        for (const p of [low, high])
          expect((p - mean) ** 2 * n - 1.959963984540054 ** 2 * p * (1 - p)).toBeCloseTo(0, 7)
        const mirrored = Statistics.frequency(n - hits, n)
        expect(mirrored.low).toBeCloseTo(1 - high, 12)
      }),
      { seed: SEED },
    )
  })

  test('at 0 and 1, and of nothing', () => {
    expect(Statistics.frequency(0, 7).low).toBe(0)
    expect(Statistics.frequency(7, 7).high).toBe(1)
    expect(Statistics.frequency(0, 0)).toEqual({ mean: 0, low: 0, high: 1 })
  })

  test.each([
    [2, 1],
    [-1, 1],
    [0.5, 1],
    [0, Number.NaN],
  ])('no counts: %s of %s', (hits, trials) => {
    expect(() => Statistics.frequency(hits, trials)).toThrow('these are no counts of hits and trials.')
  })

  test.each([0.02, 0.3, 0.5])('covers %d in about 95 %% of samples: exactly, by the binomial distribution', (p) => {
    const n = 200
    let [coverage, mass] = [0, (1 - p) ** n]
    for (let hits = 0; hits <= n; hits++) {
      const { low, high } = Statistics.frequency(hits, n)
      if (low <= p && p <= high) coverage += mass
      mass *= ((n - hits) / (hits + 1)) * (p / (1 - p))
    }
    expect(coverage).toBeGreaterThan(0.93)
    expect(coverage).toBeLessThan(0.98)
  })
})

describe('quantiles', () => {
  test('the smallest, the largest, and between neighbours', () => {
    expect(Statistics.quantiles([10, 0, 20], [0, 0.25, 0.5, 0.9, 1])).toEqual([0, 5, 10, 18, 20])
  })

  test('one observation is every quantile, none has none', () => {
    expect(Statistics.quantiles([3], [0, 0.5, 1])).toEqual([3, 3, 3])
    expect(Statistics.quantiles([], [0.5])).toEqual([Number.NaN])
  })
})

describe('gini', () => {
  test('half the mean difference over the mean', () => {
    const amounts = [3, 0, 7, 7, 1]
    const differences = amounts.flatMap((a) => amounts.map((b) => Math.abs(a - b)))
    const slow = differences.reduce((sum, x) => sum + x, 0) / 25 / (2 * 3.6)
    expect(Statistics.gini(amounts)).toBeCloseTo(slow, 12)
  })

  test('nothing is shared equally', () => {
    expect(Statistics.gini([])).toBe(0)
    expect(Statistics.gini([0, 0])).toBe(0)
  })
})
