import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as Detection from './Detection.js'
import * as Deterrence from './Deterrence.js'
import * as Optimum from './Optimum.js'
import * as Panel from './Panel.js'
import { defaults } from './Parameters.js'
import { Rational } from './Rational.js'

const SEED = 20_260_101
const probabilities = [0, 0.01, 0.1, 0.5, 0.9, 1]

type Outcome = readonly [dissents: boolean, chance: number]

/** P(somebody dissents), by walking every combination of outcomes of every verifier. */
function anyDissent(verifiers: readonly (readonly Outcome[])[]): number {
  const [first, ...rest] = verifiers
  if (first === undefined) return 0
  return first.reduce((sum, [dissents, chance]) => sum + chance * (dissents ? 1 : anyDissent(rest)), 0)
}

const says = (chance: number): Outcome[] => [
  [true, chance],
  [false, 1 - chance],
]

/** One verifier drawn from an infinite pool, judging a result that it dissents from with this chance if honest. */
const drawn = (r: number, honest: number, colluder: number): Outcome[] => [
  ...says(honest).map(([dissents, chance]): Outcome => [dissents, (1 - r) * chance]),
  ...says(colluder).map(([dissents, chance]): Outcome => [dissents, r * chance]),
]

/** Every n-subset of 0..pool-1. */
function subsets(pool: number, n: number, from = 0): number[][] {
  if (n === 0) return [[]]
  const found: number[][] = []
  for (let i = from; i <= pool - n; i++) for (const rest of subsets(pool, n - 1, i + 1)) found.push([i, ...rest])
  return found
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

function* grid(): Generator<{ n: number; r: number; d: number; f: number; z: number }> {
  for (const n of [1, 2, 3, 5])
    for (const r of probabilities)
      for (const d of probabilities) for (const z of [0, 0.3, 1]) yield { n, r, d, f: d / 3, z }
}

const common = { arbitrationPower: 0.8, arbitrationFalsePositive: 0.7 }

describe('against enumeration of every verifier’s answer', () => {
  test('independent errors, infinite pool', () => {
    for (const { n, r, d, f, z } of grid()) {
      const panel = { verifiers: n, colluding: r, power: d, falsePositive: f, falseDissent: z, ...common }
      const { detection, falseAlarm } = Detection.odds(panel)
      expect(detection).toBeCloseTo(0.8 * anyDissent(Array.from({ length: n }, () => drawn(r, d, 0))), 12)
      expect(falseAlarm).toBeCloseTo(0.7 * anyDissent(Array.from({ length: n }, () => drawn(r, f, z))), 12)
    }
  })

  test('common-mode errors, infinite pool', () => {
    for (const { n, r, d, f, z } of grid()) {
      const panel = {
        verifiers: n,
        colluding: r,
        power: d,
        falsePositive: f,
        falseDissent: z,
        errors: 'common',
      } as const
      const { detection, falseAlarm } = Detection.odds({ ...panel, ...common })
      const wrong = [0, 1].map((err) => anyDissent(Array.from({ length: n }, () => drawn(r, err, 0))))
      const right = [0, 1].map((err) => anyDissent(Array.from({ length: n }, () => drawn(r, err, z))))
      expect(detection).toBeCloseTo(0.8 * ((1 - d) * wrong[0]! + d * wrong[1]!), 12)
      expect(falseAlarm).toBeCloseTo(0.7 * ((1 - f) * right[0]! + f * right[1]!), 12)
      if (z === 0) expect(falseAlarm).toBeCloseTo((1 - r ** n) * f * 0.7, 12)
    }
  })

  test('finite pools: every panel that can be drawn', () => {
    for (const pool of [1, 2, 5, 8])
      for (let n = 1; n <= pool; n++)
        for (let K = 0; K <= pool; K++) {
          const panel = { verifiers: n, colluding: K / pool, pool, power: 0.6, falsePositive: 0.2, falseDissent: 0.3 }
          const panels = subsets(pool, n).map((members) => members.map((member) => member < K))
          const wrong = panels.map((p) => anyDissent(p.map((colludes) => says(colludes ? 0 : 0.6))))
          const right = panels.map((p) => anyDissent(p.map((colludes) => says(colludes ? 0.3 : 0.2))))
          const odds = Detection.odds({ ...panel, arbitrationFalsePositive: 1 })
          expect(odds.detection).toBeCloseTo(mean(wrong), 12)
          expect(odds.falseAlarm).toBeCloseTo(mean(right), 12)
          const together = Detection.odds({ ...panel, falseDissent: 0, errors: 'common', arbitrationFalsePositive: 1 })
          const honest = mean(panels.map((p) => (p.every((colludes) => colludes) ? 0 : 1)))
          expect(together.detection).toBeCloseTo(0.6 * honest, 12)
          expect(together.falseAlarm).toBeCloseTo(0.2 * honest, 12)
        }
  })
})

test('a large pool approaches the infinite one', () => {
  const panel = {
    verifiers: 7,
    colluding: 0.3,
    power: 0.4,
    falsePositive: 0.1,
    falseDissent: 0.2,
    arbitrationFalsePositive: 1,
  }
  const [finite, infinite] = [Detection.odds({ ...panel, pool: 10_000_000 }), Detection.odds(panel)]
  expect(finite.detection).toBeCloseTo(infinite.detection, 5)
  expect(finite.falseAlarm).toBeCloseTo(infinite.falseAlarm, 5)
})

test('tiny probabilities keep their digits', () => {
  const { detection, falseAlarm } = Detection.odds({
    verifiers: 3,
    power: 1e-12,
    falsePositive: 1e-18,
    arbitrationFalsePositive: 1,
  })
  expect(detection / 3e-12).toBeCloseTo(1, 11)
  expect(falseAlarm / 3e-18).toBeCloseTo(1, 11)
})

test('exact arbitration convicts no right result', () => {
  expect(Detection.odds({ verifiers: 1, falsePositive: 0.5 }).falseAlarm).toBe(0)
  expect(Detection.from(defaults)).toEqual({ detection: 1, falseAlarm: 0, signal: 1 })
  expect(Detection.odds({ verifiers: 1, colluding: 0.1 })).toEqual({ detection: 0.9, falseAlarm: 0, signal: 0.9 })
})

test('the number of colluders is the ceiling of the decimal product', () => {
  expect(Detection.colluders(0.07, 100)).toBe(7)
  expect(Detection.colluders(0.071, 100)).toBe(8)
  expect(Detection.colluders(1e-30, 100)).toBe(1)
  expect(Detection.colluders(0, 100)).toBe(0)
  expect(Detection.colluders(1, 100)).toBe(100)
})

test('odds are probabilities, and more verifiers never lower them', () => {
  const unit = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(
      fc.record({
        verifiers: fc.integer({ min: 1, max: 40 }),
        colluding: unit,
        power: unit,
        falsePositive: unit,
        falseDissent: unit,
        errors: fc.constantFrom('independent', 'common'),
        pool: fc.constantFrom(null, 41, 1000),
      }),
      (panel) => {
        const odds = Detection.odds({ ...panel, arbitrationFalsePositive: 1 })
        const more = Detection.odds({ ...panel, verifiers: panel.verifiers + 1, arbitrationFalsePositive: 1 })
        for (const value of [odds.detection, odds.falseAlarm]) expect(value >= 0 && value <= 1).toBe(true)
        expect(Math.abs(odds.signal - (odds.detection - odds.falseAlarm))).toBeLessThan(1e-13)
        expect(more.detection).toBeGreaterThanOrEqual(odds.detection - 1e-12)
        expect(more.falseAlarm).toBeGreaterThanOrEqual(odds.falseAlarm - 1e-12)
      },
    ),
    { seed: SEED, numRuns: 500 },
  )
})

test('refuses what is no probability or does not fit the pool', () => {
  expect(() => Detection.odds({ verifiers: 1, power: 1.5 })).toThrow('power is not a number from 0 to 1')
  expect(() => Detection.odds({ verifiers: 0 })).toThrow('verifiers is not a whole number >= 1')
  expect(() => Detection.odds({ verifiers: 1, colluding: Number.NaN })).toThrow('colluding')
  expect(() => Detection.odds({ verifiers: 4, pool: 3 })).toThrow('pool is not a whole number >= 4')
})

describe('D - F with all its digits, in exact rationals', () => {
  const R = Rational.of
  const one = R(1)
  const choose = (n: number, k: number): number => (k < 0 || k > n ? 0 : k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k)
  const nobody = (p: Rational, n: number) => one.minus(p).power(n)

  /** Of a panel of which `colluding` collude and never dissent, without arbitration. */
  const exact = (d: number, f: number, errors: string, n: number, colluding: number) => {
    const honest = n - colluding
    if (errors === 'common') return honest === 0 ? R(0) : R(d).minus(R(f))
    return nobody(R(f), honest).minus(nobody(R(d), honest))
  }
  /** The mean over the colluders drawn, of an infinite pool and of one of 8. */
  const mean = (d: number, f: number, errors: string, n: number, r: number, pool: number | null) => {
    let sum = R(0)
    for (let k = 0; k <= n; k++) {
      const K = pool === null ? 0 : r * pool
      const chance =
        pool === null
          ? R(choose(n, k))
              .times(R(r).power(k))
              .times(one.minus(R(r)).power(n - k))
          : R(choose(K, k) * choose(pool - K, n - k)).over(R(choose(pool, n)))
      sum = sum.plus(chance.times(exact(d, f, errors, n, k)))
    }
    return sum
  }

  test('d - f from 2^-6 to 2^-52, by panel, pool, errors and arbitration', () => {
    let cases = 0
    for (const errors of ['independent', 'common'] as const)
      for (const pool of [null, 8])
        for (const verifiers of [1, 3, 5])
          for (const colluding of [0, 0.25])
            for (const power of [0.3, 0.9, 1])
              for (const gap of [6, 20, 30, 52])
                for (const [a, b] of [
                  [1, 1],
                  [0.75, 0.5],
                ] as const) {
                  const falsePositive = power - 2 ** -gap
                  const panel = { verifiers, power, falsePositive, errors, colluding, pool }
                  const { signal } = Detection.odds({ ...panel, arbitrationPower: a, arbitrationFalsePositive: b })
                  const more = mean(power, falsePositive, errors, verifiers, colluding, pool)
                  const falseAlarm = mean(falsePositive, 0, errors, verifiers, colluding, pool)
                  const wanted = R(a)
                    .times(more)
                    .plus(R(a).minus(R(b)).times(falseAlarm))
                  const off = R(signal).minus(wanted).over(wanted).toNumber()
                  expect(Math.abs(off), JSON.stringify({ ...panel, a, b })).toBeLessThan(1e-13)
                  cases++
                }
    expect(cases).toBeGreaterThanOrEqual(200)
  })

  test('colluders who dissent from right results', () => {
    for (const errors of ['independent', 'common'] as const)
      for (const pool of [null, 8])
        for (const verifiers of [1, 2, 5])
          for (const falseDissent of [0.25, 1])
            for (const power of [0.5, 1]) {
              const panel = { verifiers, power, falsePositive: 0.125, errors, colluding: 0.25, falseDissent, pool }
              const { detection, falseAlarm, signal } = Detection.odds({ ...panel, arbitrationFalsePositive: 1 })
              expect(signal, JSON.stringify(panel)).toBeCloseTo(detection - falseAlarm, 14)
            }
  })

  test('the cost of the best panel', () => {
    const terms = { gain: 0.75, reward: 1, capitalCost: 1e-4, verifierCost: 0.01 }
    let cases = 0
    for (const power of [0.3, 0.5, 0.8, 0.95])
      for (let gap = 18; gap < 50; gap++) {
        const falsePositive = power - 2 ** -gap
        const found = Panel.best(terms, { power, falsePositive, arbitrationFalsePositive: 1 }, Optimum.perFraud, 5)
        if (!found.feasible) throw new Error(found.reason)
        // So large a slash is needed that every task is checked: n·Cv + κ(G/(D-F) - R).
        const costs = [1, 2, 3, 4, 5].map((n) => {
          const slash = R(terms.gain)
            .over(exact(power, falsePositive, 'independent', n, 0))
            .minus(one)
          return R(n).times(R(terms.verifierCost)).plus(R(terms.capitalCost).times(slash))
        })
        const least = costs.reduce((a, b) => (b.isBelow(a) ? b : a))
        const { cost, sampleRate } = found.value.optimum
        const label = JSON.stringify({ power, gap })
        expect(sampleRate, label).toBe(1)
        expect(Math.abs(R(cost.total).minus(least).over(least).toNumber()), label).toBeLessThan(1e-14)
        cases++
      }
    expect(cases).toBe(128)
    const published = Panel.best(
      terms,
      { power: 0.3, falsePositive: 0.3 - 2 ** -30, arbitrationFalsePositive: 1 },
      Optimum.perFraud,
      5,
    )
    expect(published).toMatchObject({ value: { verifiers: 3, optimum: { cost: { total: 54782.77594956268 } } } })
  })
})

test('a stale D - F is refused', () => {
  expect(() => Deterrence.signal({ ...Detection.odds({ verifiers: 1 }), falseAlarm: 0.1 })).toThrow(
    /signal is not 0.9 within 1e-9/,
  )
})
