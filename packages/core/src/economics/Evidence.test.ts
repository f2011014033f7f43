import { describe, expect, it, test } from 'vitest'
import { Random } from '../../../../test/support/random.js'
import { Rational } from '../../../../test/support/rational.js'
import { summary } from '../../../../test/support/statistics.js'
import * as EProcess from '../EProcess.js'
import * as Evidence from './Evidence.js'
import { Parameters } from './index.js'

const strict = { alpha: 1e-6, power: 0.9, falsePositive: 0.01 }
const LIST = [0.05, 0.2, 0.5, 1]

describe('process', () => {
  it('is that of the parameter file, as integers', () => {
    const file = { ...Parameters.defaults, comparator: { power: 0.9, falsePositive: 0.01, errors: 'common' as const } }
    const { parameters, threshold } = Evidence.process(Evidence.from(Parameters.from(file)))
    expect(parameters.falsePositive).toBe(10_000_000_000_000_000n)
    expect(parameters.cheatRates).toHaveLength(4)
    expect(threshold).toBe(10n ** 24n)
  })

  it('refuses an exact comparator: its mismatches are proof, not evidence', () => {
    expect(() => Evidence.process(Evidence.from(Parameters.defaults))).toThrow(EProcess.InvalidParametersError)
  })
})

describe('divergence', () => {
  it('is the definition where that is accurate', () => {
    for (const [theta, f] of [
      [0.9, 0.01],
      [0.3, 0.7],
      [0.011, 0.01],
      [1e-9, 0.5],
    ] as const)
      expect(Evidence.divergence(theta, f)).toBeCloseTo(
        theta * Math.log(theta / f) + (1 - theta) * Math.log((1 - theta) / (1 - f)),
        14,
      )
    expect(Evidence.divergence(1, 0.25)).toBeCloseTo(Math.log(4), 15)
    expect(Evidence.divergence(0, 0.25)).toBeCloseTo(-Math.log(0.75), 15)
    expect(Evidence.divergence(0, 0)).toBe(0)
    expect(Evidence.divergence(0.1, 0)).toBe(Number.POSITIVE_INFINITY)
  })

  it('keeps its digits where θ - f is tiny: δ²/(2f(1-f)) less a third-order term', () => {
    for (const f of [1e-6, 0.01, 0.5, 0.99])
      for (const delta of [2 ** -30, 2 ** -40].map((step) => step * f)) {
        const theta = f + delta
        const exact = theta - f
        const third = (exact ** 3 * (1 - 2 * f)) / (6 * f ** 2 * (1 - f) ** 2)
        const series = exact ** 2 / (2 * f * (1 - f)) - third
        expect(Evidence.divergence(theta, f) / series).toBeCloseTo(1, 12)
      }
  })

  it('is continuous where the series takes over', () => {
    for (const f of [0.2, 0.5])
      for (const side of [-1, 1]) {
        const [inside, outside] = [1 - 1e-9, 1 + 1e-9].map((by) => Evidence.divergence(f + side * 0.1 * f * by, f))
        expect(inside! / outside!).toBeCloseTo(1, 8)
        expect(inside! / outside!).not.toBe(1)
      }
  })
})

/** Exactly, a binomial lattice: the mean time at which a fixed-start wager on q reaches 1/α against a mismatch rate. */
function meanTime({ alpha, power, falsePositive: f }: Evidence.Test, q: number, rate: number): number {
  const theta = f + q * (power - f)
  const [hit, miss] = [Math.log(theta / f), Math.log((1 - theta) / (1 - f))]
  let [alive, mean, left] = [[1], 0, 1]
  for (let t = 1; left > 1e-13; t++) {
    mean += left
    const next = new Array<number>(t + 1).fill(0)
    for (const [k, chance] of alive.entries()) {
      next[k]! += (1 - rate) * chance
      next[k + 1]! += rate * chance
    }
    left = 0
    for (const [k, chance] of next.entries()) {
      if (k * hit + (t - k) * miss >= -Math.log(alpha) - 1e-12) next[k] = 0
      else left += chance
    }
    alive = next
  }
  return mean
}

describe('samplesToConvict', () => {
  const alphas = [0.5, 0.1, 1e-2, 1e-3, 1e-4, 1e-6, 1e-9, 1e-12]
  const comparators = [
    [0.9, 0.01],
    [0.99, 0.001],
    [0.6, 0.2],
    [0.999, 0.5],
    [0.7, 1e-6],
  ] as const
  const grid = alphas.flatMap((alpha) =>
    comparators.flatMap(([power, falsePositive]) =>
      [1, 0.8, 0.6, 0.5, 0.3].map((q) => ({ alpha, power, falsePositive, q })),
    ),
  )

  it(`bounds the exact mean: ${grid.length} tests`, () => {
    expect(grid.length).toBeGreaterThanOrEqual(200)
    for (const { q, ...given } of grid) {
      const mean = meanTime(given, q, given.falsePositive + q * (given.power - given.falsePositive))
      const { low, high } = Evidence.samplesToConvict(given, q)
      expect(mean).toBeGreaterThanOrEqual(low * (1 - 1e-9))
      expect(mean).toBeLessThanOrEqual(high * (1 + 1e-9))
    }
  })

  it('is at least 1', () => {
    expect(Evidence.samplesToConvict({ alpha: 0.5, power: 0.9, falsePositive: 0.01 }, 1).low).toBe(1)
  })
})

describe('growth and leastConvicted', () => {
  it('testing q = 1 alone never convicts below q = .368', () => {
    const wager = { ...strict, cheatRates: [1] }
    const least = Evidence.leastConvicted(wager)
    expect(least).toBeCloseTo(0.368, 4)
    expect(Evidence.growth(wager, least)).toBeCloseTo(0, 14)
  })

  it('the default list convicts from a fiftieth on', () => {
    const wager = { ...strict, cheatRates: LIST }
    const least = Evidence.leastConvicted(wager)
    expect(least).toBeLessThan(0.02)
    expect(Evidence.growth(wager, least * 0.99)).toBeLessThan(0)
    expect(Evidence.growth(wager, least * 1.01)).toBeGreaterThan(0)
  })

  it('growth at the tested rate is the divergence, at none it is negative', () => {
    for (const q of LIST) {
      const theta = 0.01 + q * 0.89
      expect(Evidence.growth({ ...strict, cheatRates: [q] }, q)).toBeCloseTo(Evidence.divergence(theta, 0.01), 14)
      expect(Evidence.growth({ ...strict, cheatRates: [q] }, 0)).toBeCloseTo(-Evidence.divergence(0.01, theta), 14)
    }
  })
})

/** ln x, of a fraction as large, as small or as near to 1 as may be. */
function ln(x: Rational): number {
  if (Math.abs(x.toNumber() - 1) < 0.5) return Math.log1p(x.minus(Rational.of(1)).toNumber())
  const shift = 4 * (x.n.toString(16).length - x.d.toString(16).length)
  const [above, below] = shift < 0 ? [x.n << BigInt(-shift), x.d] : [x.n, x.d << BigInt(shift)]
  return Math.log(new Rational(above, below).toNumber()) + shift * Math.LN2
}

/** The likelihood ratio of `hits` mismatches among `samples` sampled tasks, in exact fractions. */
function ratio({ falsePositive, power }: Evidence.Test, q: number, hits: number, samples: number): Rational {
  const [one, f] = [Rational.of(1), Rational.of(falsePositive)]
  const theta = f.plus(Rational.of(q).times(Rational.of(power).minus(f)))
  const [hit, miss] = [theta.over(f).reduced(), one.minus(theta).over(one.minus(f)).reduced()]
  return hit.power(hits).times(miss.power(samples - hits))
}

const comparators = [[0.9, 0.01], [0.99, 0.001], [0.6, 0.2], [0.95, 0.4], [0.7, 1e-6], [0.51, 0.5], [0.5001, 0.5]] as const // biome-ignore format: pairs

describe('against the likelihood of many sampled tasks, in exact fractions', () => {
  const SAMPLES = 100

  test('growth and divergence', () => {
    let cases = 0
    for (const [power, falsePositive] of comparators)
      for (const q of [1e-9, 1e-4, 0.01, 0.1, 0.5, 1])
        for (const hits of [Math.ceil(falsePositive * SAMPLES), 25, 51, 60, 80, 90, 95]) {
          const cheatRate = (hits / SAMPLES - falsePositive) / (power - falsePositive)
          if (!(cheatRate >= 0 && cheatRate <= 1)) continue
          const test = { alpha: 1e-6, power, falsePositive }
          const growth = Evidence.growth({ ...test, cheatRates: [q] }, cheatRate)
          const exact = ln(ratio(test, q, hits, SAMPLES)) / SAMPLES
          // The cheat rate is known to half of 2^-52 of a mismatch.
          const swing = ln(ratio(test, q, 1, 1)) - ln(ratio(test, q, 0, 1))
          expect(Math.abs(growth - exact)).toBeLessThan(1e-12 * Math.abs(exact) + 2 ** -51 * swing)
          cases++
        }
    for (const hits of [0, 1, 10, 40, 50, 51, 90, 99, 100])
      for (const f of [1e-6, 0.001, 0.25, 0.4, 0.5, 0.501, 0.7, 0.9, 0.999]) {
        const exact = ln(ratio({ alpha: 0.5, power: hits / SAMPLES, falsePositive: f }, 1, hits, SAMPLES)) / SAMPLES
        const found = Evidence.divergence(hits / SAMPLES, f)
        expect(Math.abs(found - exact)).toBeLessThanOrEqual(1e-12 * exact)
        cases++
      }
    expect(cases).toBeGreaterThanOrEqual(200)
  })

  test('leastConvicted: one mismatch more of so many gains, one fewer loses', () => {
    let cases = 0
    const lists = [[1], [0.5], [0.1], [0.01], [1e-4], [1, 0.5], [1, 0.05, 0.2], [0.3, 0.9]]
    for (const [power, falsePositive] of comparators)
      for (const cheatRates of lists)
        for (const samples of [50, 99, 500, 1_000]) {
          const test = { alpha: 1e-6, power, falsePositive }
          const least = Evidence.leastConvicted({ ...test, cheatRates })
          const rate = falsePositive + least * (power - falsePositive)
          const gains = (hits: number) => cheatRates.some((q) => Rational.of(1).isBelow(ratio(test, q, hits, samples)))
          const label = JSON.stringify({ power, falsePositive, cheatRates, samples })
          expect([gains(Math.floor(rate * samples)), gains(Math.ceil(rate * samples))], label).toEqual([false, true])
          cases++
        }
    expect(cases).toBeGreaterThanOrEqual(200)
  })

  test('where the alternative is next to the null: half of the tested rate, and growth of its square', () => {
    for (const f of [0.001, 0.25, 0.5])
      for (const q of [1e-9, 1e-12, 1e-15, 1e-18]) {
        const wager = { alpha: 1e-6, power: 0.9, falsePositive: f, cheatRates: [q] }
        expect(Evidence.leastConvicted(wager) / (q / 2)).toBeCloseTo(1, 6)
        // KL = δ²/(2f(1-f)) to the first order in δ/f, both ways.
        const worth = (q * (0.9 - f)) ** 2 / (2 * f * (1 - f))
        expect(Evidence.growth(wager, q) / worth).toBeCloseTo(1, 5)
        expect(Evidence.growth(wager, 0) / -worth).toBeCloseTo(1, 5)
        const most = Evidence.mostSamples({ ...wager, restart: false }, q)
        expect(most.feasible && most.value / (Math.log(1e6) / worth)).toBeCloseTo(1, 5)
      }
  })
})

describe('mostSamples', () => {
  it('bounds the exact mean at rates that are not tested', () => {
    let cases = 0
    for (const alpha of [0.1, 1e-3, 1e-6, 1e-12])
      for (const [power, falsePositive] of [[0.9, 0.01], [0.99, 0.001], [0.6, 0.2], [0.95, 0.4], [0.7, 1e-6]] as const) // biome-ignore format: pairs
        for (const tested of [0.5, 1])
          for (const q of [0.7, 0.8, 0.9, 0.95, 1]) {
            const given = { alpha, power, falsePositive }
            const wager = { ...given, cheatRates: [tested], restart: false }
            const bound = Evidence.mostSamples(wager, q)
            const mean = meanTime(given, tested, falsePositive + q * (power - falsePositive))
            expect(bound.feasible && bound.value).toBeGreaterThanOrEqual(mean * (1 - 1e-9))
            // One step of the wager is all that the bound leaves.
            const step = Math.log1p((tested * (power - falsePositive)) / falsePositive) / Evidence.growth(wager, q)
            expect(bound.feasible && bound.value - step).toBeLessThanOrEqual(mean * (1 + 1e-9))
            cases++
          }
    expect(cases).toBeGreaterThanOrEqual(200)
  })

  it('after a thousand honest samples: below 12 with restarts, about 586 without', () => {
    const bound = (restart: boolean, cheatRates: readonly number[]) => {
      const found = Evidence.mostSamples({ ...strict, cheatRates, restart }, 1, 1_000)
      return found.feasible ? found.value : Number.NaN
    }
    expect(bound(true, LIST)).toBeLessThan(12)
    expect(bound(true, [1])).toBeLessThan(12)
    // The exact mean is the bound less some of the last step, ln(90)/KL = 1.18.
    expect(bound(false, [1])).toBeGreaterThan(586)
    expect(bound(false, [1])).toBeLessThan(586 + 1.2)
  })

  it('bounds simulated lives with restarts and several alternatives, seed 20261128', () => {
    const random = Random.stream(20_261_128, 0)
    let [cases, draws] = [0, 0]
    for (const alpha of [0.1, 1e-3, 1e-6, 1e-12])
      for (const [power, falsePositive] of [[0.9, 0.01], [0.99, 0.001], [0.8, 0.1], [0.95, 0.3], [0.7, 1e-6]] as const) // biome-ignore format: pairs
        for (const honest of [0, 1, 30, 1_000])
          for (const q of [0.4, 0.7, 1]) {
            const wager = { alpha, power, falsePositive, cheatRates: LIST, restart: true }
            const thetas = LIST.map((tested) => falsePositive + tested * (power - falsePositive))
            const times = Array.from({ length: 60 }, () => {
              // All that was wagered on the past is lost: the least that an honest past can leave.
              let products = thetas.map(() => 0)
              for (let t = honest + 1; ; t++, draws++) {
                const isMismatch = random() < falsePositive + q * (power - falsePositive)
                products = products.map((product, j) => {
                  const ratio = isMismatch ? thetas[j]! / falsePositive : (1 - thetas[j]!) / (1 - falsePositive)
                  return (product + 1 / (t * (t + 1))) * ratio
                })
                const value = products.reduce((sum, product) => sum + product, 0) / thetas.length + 1 / (t + 1)
                if (value >= 1 / alpha) return t - honest
              }
            })
            const { mean, error } = summary(times)
            const bound = Evidence.mostSamples(wager, q, honest)
            expect(bound.feasible && bound.value).toBeGreaterThan(mean - 4 * error)
            cases++
          }
    expect(cases).toBeGreaterThanOrEqual(200)
    expect(draws).toBeGreaterThan(100_000)
  })

  it('says that a slow cheater is never convicted', () => {
    expect(Evidence.mostSamples({ ...strict, cheatRates: [1], restart: true }, 0.3)).toMatchObject({
      feasible: false,
      obstacle: 'undetected',
    })
  })
})

test('gain before conviction: 63.6 for the slow cheater, 3.6 for the full one', () => {
  const terms = { gain: 1, rate: 1, horizon: 10_000 }
  const { value, cheatRate } = Evidence.gainBeforeConviction(strict, terms)
  expect(value).toBeCloseTo(63.63, 2)
  expect(Evidence.samplesToConvict(strict, 1).low).toBeCloseTo(3.6, 1)
  const at = (q: number) => q * Math.min(10_000, Math.log(1e6) / Evidence.divergence(0.01 + q * 0.89, 0.01))
  for (let q = 0.0005; q <= 1; q += 0.0005) expect(at(q)).toBeLessThanOrEqual(value * (1 + 1e-9))
  expect(at(cheatRate)).toBeCloseTo(value, 9)
  let cases = 0
  for (const alpha of [0.5, 1e-3, 1e-6, 1e-12])
    for (const [power, falsePositive] of [[0.9, 0.01], [0.99, 1e-6], [0.6, 0.2], [0.5, 0.49]] as const) // biome-ignore format: pairs
      for (const rate of [1e-6, 0.1, 0.5, 1])
        for (const horizon of [1, 100, 1e4, 1e9]) {
          const found = Evidence.gainBeforeConviction({ alpha, power, falsePositive }, { gain: 2, rate, horizon })
          const gained = (q: number) => {
            const theta = falsePositive + q * (power - falsePositive)
            const worth =
              theta * Math.log(theta / falsePositive) + (1 - theta) * Math.log((1 - theta) / (1 - falsePositive))
            return 2 * q * Math.min(horizon, -Math.log(alpha) / (rate * worth))
          }
          const scanned = Math.max(...Array.from({ length: 401 }, (_, i) => gained(10 ** (-i / 100))))
          expect(found.value).toBeGreaterThanOrEqual(scanned * (1 - 1e-6))
          expect(gained(found.cheatRate) / found.value).toBeCloseTo(1, 4)
          cases++
        }
  expect(cases).toBeGreaterThanOrEqual(200)
  // Nobody is convicted within a short horizon, and who gains nothing needs no evidence.
  expect(Evidence.gainBeforeConviction(strict, { ...terms, horizon: 2 })).toEqual({ value: 2, cheatRate: 1 })
  expect(Evidence.gainBeforeConviction(strict, { ...terms, gain: -1 }).value).toBe(0)
})

test.each([
  [() => Evidence.samplesToConvict({ ...strict, power: 0.005 }, 1), 'power'],
  [() => Evidence.samplesToConvict({ ...strict, falsePositive: 0 }, 1), 'falsePositive'],
  [() => Evidence.samplesToConvict({ ...strict, alpha: 1 }, 1), 'alpha'],
  [() => Evidence.samplesToConvict(strict, 0), 'cheatRate'],
  [() => Evidence.leastConvicted({ ...strict, cheatRates: [] }), 'cheatRates'],
])('refuses what makes no test: %#', (run, subject) => {
  expect(run).toThrow(expect.objectContaining({ subject }))
})
