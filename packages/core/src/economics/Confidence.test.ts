import { describe, expect, it, test } from 'vitest'
import { Random } from '../../../../test/support/random.js'
import { Rational } from '../../../../test/support/rational.js'
import { tolerated } from '../../../../test/support/statistics.js'
import * as Confidence from './Confidence.js'

const SEED = 20_261_213
const ALPHA = 0.05

/** The mismatch probability of the next task, given what was seen so far. */
type Rate = (t: number, mismatches: number) => number

/** Honest ones, a full cheater, one that turns, and one that cheats whenever it looks too honest. */
const executors: readonly [name: string, rate: Rate][] = [
  ['honest', () => 0.01],
  ['a coin', () => 0.5],
  ['always caught', () => 0.95],
  ['honest, then cheating', (t) => (t < 300 ? 0.01 : 0.9)],
  ['cheating when its record is good', (t, mismatches) => (mismatches < 0.1 * t ? 0.5 : 0.02)],
]

/** Many lives look at the same counts. */
const known = new Map<string, ReturnType<typeof Confidence.mismatchRate>>()

function interval(samples: number, mismatches: number, alpha: number) {
  const key = [samples, mismatches, alpha].join()
  const found = known.get(key) ?? Confidence.mismatchRate({ samples, mismatches, alpha })
  known.set(key, found)
  return found
}

/** Looks at ever wider distances; true if ever the mean of the real probabilities was outside. */
function misses(rate: Rate, life: number): boolean {
  const random = Random.stream(SEED, life)
  let [mismatches, sum, look] = [0, 0, 1]
  for (let t = 1; t <= 1_000; t++) {
    const p = rate(t - 1, mismatches)
    sum += p
    if (random() < p) mismatches++
    if (t < look) continue
    look = Math.ceil(look * 1.7)
    const { low, high } = interval(t, mismatches, ALPHA)
    if (sum / t < low || sum / t > high) return true
  }
  return false
}

test.each(executors)(`covers the mean so far at every look, seed ${SEED}: %s`, (_, rate) => {
  const lives = 200
  const missed = Array.from({ length: lives }, (_, life) => misses(rate, life)).filter(Boolean).length
  expect(missed).toBeLessThanOrEqual(tolerated(lives, ALPHA))
})

test('covers a constant rate at every one of 40 looks, by the chance of every history', () => {
  let cases = 0
  for (const alpha of [0.5, 0.1, 0.01])
    for (let percent = 0; percent <= 100; percent++) {
      const p = percent / 100
      // Of those that were never outside, the chance of each number of mismatches.
      let inside = [1]
      for (let t = 1; t <= 40; t++) {
        const next = new Array<number>(t + 1).fill(0)
        inside.forEach((chance, mismatches) => {
          next[mismatches]! += chance * (1 - p)
          next[mismatches + 1]! += chance * p
        })
        inside = next.map((chance, mismatches) => {
          const { low, high } = interval(t, mismatches, alpha)
          return p < low || p > high ? 0 : chance
        })
      }
      expect(inside.reduce((sum, chance) => sum + chance, 0)).toBeGreaterThanOrEqual(1 - alpha)
      cases++
    }
  expect(cases).toBeGreaterThanOrEqual(200)
})

test('its ends are where the wager on every tilt has won 2/α, in exact rationals', () => {
  const tilts = Array.from({ length: 43 }, (_, k) => Rational.of(Math.exp(2 ** (5 - k / 2))))
  const one = Rational.of(1)
  /** The mean of `e^{λS}/(1 + m(e^λ - 1))^t`. */
  const won = (samples: number, hits: number, rate: number) =>
    tilts.reduce((sum, e) => {
      const odds = one.plus(Rational.of(rate).times(e.minus(one)))
      return sum + e.power(hits).over(odds.power(samples)).toNumber() / tilts.length
    }, 0)
  let cases = 0
  for (const alpha of [0.5, 0.05, 1e-6])
    for (const samples of [1, 2, 5, 12, 20])
      for (let hits = 0; hits <= samples; hits++) {
        const { low, high } = interval(samples, hits, alpha)
        for (const [count, end] of [
          [hits, low],
          [samples - hits, 1 - high],
        ] as const) {
          // The second end is known to half of 2^-52.
          const off = Math.abs(won(samples, count, end) / (2 / alpha) - 1)
          if (end > 0) expect(off).toBeLessThan(1e-11 + (samples * 2 ** -52) / end)
          else expect(count).toBe(0)
          cases++
        }
      }
  expect(cases).toBeGreaterThanOrEqual(200)
})

describe('mismatchRate', () => {
  it('is not trivially wide: 1.3 to 2 times the interval of one look', () => {
    // Clopper and Pearson at 95 %: published values for 10 of 1,000 and 100 of 1,000.
    const single = [
      { mismatches: 10, low: 0.004805, high: 0.018314 },
      { mismatches: 100, low: 0.082109, high: 0.12029 },
    ]
    for (const { mismatches, ...once } of single) {
      const { low, high } = Confidence.mismatchRate({ samples: 1_000, mismatches, alpha: 0.05 })
      expect(low).toBeLessThan(once.low)
      expect(high).toBeGreaterThan(once.high)
      expect((high - low) / (once.high - once.low)).toBeGreaterThan(1.3)
      expect((high - low) / (once.high - once.low)).toBeLessThan(2)
    }
  })

  it('narrows like 1/sqrt(t)', () => {
    const width = (samples: number) => {
      const { low, high } = Confidence.mismatchRate({ samples, mismatches: samples / 10, alpha: 0.05 })
      return high - low
    }
    expect(width(1e4) / width(1e6)).toBeGreaterThan(8)
    expect(width(1e6) / width(1e8)).toBeGreaterThan(8)
  })

  it('is the ends of [0, 1] where nothing else was seen, and mirrors', () => {
    expect(Confidence.mismatchRate({ samples: 0, mismatches: 0, alpha: 0.05 })).toEqual({ low: 0, high: 1 })
    const none = Confidence.mismatchRate({ samples: 100, mismatches: 0, alpha: 0.05 })
    const all = Confidence.mismatchRate({ samples: 100, mismatches: 100, alpha: 0.05 })
    expect(none.low).toBe(0)
    expect(all.high).toBe(1)
    expect(all.low).toBeCloseTo(1 - none.high, 14)
    expect(none.high).toBeLessThan(0.09)
  })

  it('widens with certainty', () => {
    const widths = [0.5, 0.05, 1e-3, 1e-6].map((alpha) => {
      const { low, high } = Confidence.mismatchRate({ samples: 500, mismatches: 50, alpha })
      return high - low
    })
    expect(widths).toEqual([...widths].sort((a, b) => a - b))
  })
})

describe('cheatRate', () => {
  const counts = { samples: 1_000, mismatches: 100, alpha: 0.05 }

  it('is what the mismatches leave after false ones', () => {
    const { low, high } = Confidence.mismatchRate(counts)
    const share = Confidence.cheatRate(counts, { power: 0.9, falsePositive: 0.01 })
    expect(share.low).toBeCloseTo((low - 0.01) / 0.89, 14)
    expect(share.high).toBeCloseTo((high - 0.01) / 0.89, 14)
  })

  it('is wider where the comparator is known less well', () => {
    const exact = Confidence.cheatRate(counts, { power: 0.9, falsePositive: 0.01 })
    const vague = Confidence.cheatRate(counts, {
      ...{ power: 0.8, powerAtMost: 0.97, falsePositive: 0.03, falsePositiveAtLeast: 0.001 },
    })
    expect(vague.low).toBeLessThan(exact.low)
    expect(vague.high).toBeGreaterThan(exact.high)
  })

  it('holds every share that some m, d and f of the intervals make, and no other', () => {
    let cases = 0
    for (const samples of [10, 200, 1_000])
      for (const part of [0, 0.02, 0.1, 0.5, 0.9, 1])
        for (const [least, falsePositive] of [[0, 0], [0, 0.01], [0.01, 0.2]] as const) // biome-ignore format: pairs
          for (const [power, powerAtMost] of [
            [0.3, 0.5],
            [0.6, 1],
            [0.9, 0.9],
            [1, 1],
          ] as const) {
            const seen = { samples, mismatches: Math.round(part * samples), alpha: 0.05 }
            const { low, high } = interval(samples, seen.mismatches, 0.05)
            const steps = [0, 0.2, 0.4, 0.6, 0.8, 1]
            const between = (a: number, b: number) => steps.map((share) => a + share * (b - a))
            const shares = between(low, high).flatMap((m) =>
              between(power, powerAtMost).flatMap((d) =>
                between(least, falsePositive).map((f) => Math.min(1, Math.max(0, (m - f) / (d - f)))),
              ),
            )
            const known = { power, powerAtMost, falsePositive, falsePositiveAtLeast: least }
            const found = Confidence.cheatRate(seen, known)
            expect(found.low).toBeCloseTo(Math.min(...shares), 12)
            expect(found.high).toBeCloseTo(Math.max(...shares), 12)
            cases++
          }
    expect(cases).toBeGreaterThanOrEqual(200)
  })

  it('stays within [0, 1]', () => {
    const calibration = { power: 0.5, falsePositive: 0.2 }
    expect(Confidence.cheatRate({ ...counts, mismatches: 1 }, calibration)).toEqual({ low: 0, high: 0 })
    expect(Confidence.cheatRate({ ...counts, mismatches: 999 }, calibration)).toEqual({ low: 1, high: 1 })
  })
})

test.each([
  [() => Confidence.mismatchRate({ samples: 1, mismatches: 2, alpha: 0.05 }), 'mismatches'],
  [() => Confidence.mismatchRate({ samples: 1, mismatches: 1, alpha: 0 }), 'alpha'],
  [
    () => Confidence.cheatRate({ samples: 1, mismatches: 1, alpha: 0.1 }, { power: 0.1, falsePositive: 0.2 }),
    'calibration',
  ],
])('refuses %#', (run, subject) => {
  expect(run).toThrow(expect.objectContaining({ subject }))
})
