import { describe, expect, test } from 'vitest'
import * as Mix from './Mix.js'
import * as Optimum from './Optimum.js'
import * as Panel from './Panel.js'
import * as Sensitivity from './Sensitivity.js'
import type { Solution } from './Solution.js'

const value = <T>(solution: Solution<T>): T => {
  if (solution.feasible) return solution.value
  throw new Error(solution.reason)
}

describe('elasticities of the square-root law against its derivatives', () => {
  test('inside the bounds: p* goes with the roots of κ, G, 1/(D-F) and 1/cost', () => {
    let cases = 0
    for (const gain of [0.1, 0.8, 5])
      for (const reward of [0, 1])
        for (const detection of [0.5, 1])
          for (const falseAlarm of [0, 0.1])
            for (const capitalCost of [1e-8, 1e-5, 1e-4])
              for (const verifierCost of [0.2, 1, 3]) {
                const terms = {
                  gain,
                  reward,
                  detection,
                  falseAlarm,
                  capitalCost,
                  verifierCost,
                  canaryRate: 0.2,
                  canaryCost: 1,
                }
                const { sampleRate, cost } = value(Optimum.perFraud(terms))
                const found = value(Sensitivity.of(terms, Optimum.perFraud))
                // cost = a·p + b/p - κR with a·p = b/p at the best rate
                const half = sampleRate * (verifierCost * 1.25 + 0.25)
                expect(2 * half - capitalCost * reward).toBeCloseTo(cost.total, 12)
                expect(found.capitalCost?.sampleRate).toBeCloseTo(0.5, 6)
                expect(found.gain?.sampleRate).toBeCloseTo(0.5, 6)
                expect(found.gain?.cost).toBeCloseTo(half / cost.total, 6)
                expect(found.capitalCost?.cost).toBeCloseTo((half - capitalCost * reward) / cost.total, 6)
                expect(found.verifierCost?.cost).toBeCloseTo((sampleRate * verifierCost * 1.25) / cost.total, 6)
                expect(found.canaryCost?.cost).toBeCloseTo((sampleRate * 0.25) / cost.total, 6)
                expect(found.detection?.sampleRate).toBeCloseTo((-0.5 * detection) / (detection - falseAlarm), 3)
                expect(found.falseAlarm === undefined).toBe(falseAlarm === 0)
                cases++
              }
    expect(cases).toBeGreaterThanOrEqual(200)
  })

  test('where D is next to F, or nearly all that is checked are canaries', () => {
    const terms = { gain: 0.8, reward: 1, detection: 0.5, capitalCost: 1e-9, verifierCost: 1 }
    for (const gap of [2 ** -10, 2 ** -20, 2 ** -30]) {
      const found = value(Sensitivity.of({ ...terms, capitalCost: gap ** 2, falseAlarm: 0.5 - gap }, Optimum.perFraud))
      expect(found.detection!.sampleRate * gap).toBeCloseTo(-0.25, 6)
      expect(found.falseAlarm!.sampleRate * gap).toBeCloseTo(0.5 * (0.5 - gap), 6)
    }
    for (const rest of [2 ** -10, 2 ** -20, 2 ** -30]) {
      // A sampled task costs 1 + g/(1-g)·(1 + 3).
      const found = value(Sensitivity.of({ ...terms, canaryRate: 1 - rest, canaryCost: 3 }, Optimum.perFraud))
      const growth = ((1 - rest) * 4) / rest / (rest + (1 - rest) * 4)
      expect(found.canaryRate!.sampleRate / growth).toBeCloseTo(-0.5, 6)
    }
  })

  test('the margin goes with (1+μ)G', () => {
    for (const margin of [0.01, 0.5, 3]) {
      const terms = { gain: 0.8, reward: 1, detection: 1, capitalCost: 1e-4, verifierCost: 1, margin }
      const found = value(Sensitivity.of(terms, Optimum.perFraud))
      expect(found.margin!.sampleRate / (margin / (1 + margin))).toBeCloseTo(0.5, 6)
      expect(found.margin!.cost / found.gain!.cost).toBeCloseTo(margin / (1 + margin), 6)
    }
  })

  test('at a bound the rate follows the bound', () => {
    const bounded = { gain: 0.8, reward: 1, detection: 1, capitalCost: 1e-6, verifierCost: 1, maxSlash: 9 }
    const found = value(Sensitivity.of(bounded, Optimum.perFraud))
    expect(found.maxSlash?.sampleRate).toBeCloseTo(-0.9, 6)
    expect(found.capitalCost?.sampleRate).toBe(0)
  })

  test('of a numeric minimum, and of terms without one', () => {
    const terms = { gain: 0.8, reward: 1, detection: 1, capitalCost: 1e-4, verifierCost: 1 }
    const batch = (t: Optimum.Terms) => Optimum.oncePerBatch(t, { size: 1000, forfeitBatchReward: false })
    const now = value(batch(terms))
    const found = value(Sensitivity.of(terms, batch))
    // the envelope theorem: only the direct effect counts
    expect(found.verifierCost?.cost).toBeCloseTo(now.cost.verification / now.cost.total, 5)
    expect(found.capitalCost?.cost).toBeCloseTo(now.cost.capital / now.cost.total, 5)
    expect(Sensitivity.of({ ...terms, detection: 0 }, Optimum.perFraud)).toMatchObject({ obstacle: 'no-signal' })
  })
})

describe('the number of verifiers', () => {
  const terms = { gain: 0.8, reward: 1, capitalCost: 1e-4, verifierCost: 1 }
  test('one is best without noise or collusion, and under collusion alone', () => {
    expect(value(Panel.best(terms, { power: 1 }, Optimum.perFraud)).verifiers).toBe(1)
    expect(value(Panel.best(terms, { power: 0.5, colluding: 0.5 }, Optimum.perFraud)).verifiers).toBe(1)
  })
  test('more where the slash is bounded and one sees too little: as a search by hand finds', () => {
    let cases = 0
    for (const power of [1e-6, 0.2, 0.5, 0.9, 1])
      for (const colluding of [0, 0.3, 0.8, 1])
        for (const maxSlash of [0.5, 2, 50, 1e9])
          for (const errors of ['independent', 'common'] as const)
            for (const [capitalCost, falsePositive] of [
              [1e-4, 0],
              [0.1, 0],
              [1e-4, 0.1],
            ] as const) {
              const best = Panel.best(
                { ...terms, maxSlash, capitalCost },
                { power, falsePositive, colluding, errors, arbitrationFalsePositive: 1 },
                Optimum.perFraud,
              )
              const costs = Array.from({ length: 16 }, (_, i) => {
                const dissent = (chance: number) =>
                  errors === 'common'
                    ? (1 - colluding ** (i + 1)) * chance
                    : 1 - (1 - (1 - colluding) * chance) ** (i + 1)
                const caught = dissent(power) - dissent(falsePositive)
                if (caught <= 0) return Number.POSITIVE_INFINITY
                const floor = 0.8 / (caught * (1 + maxSlash))
                if (!(floor <= 1)) return Number.POSITIVE_INFINITY
                const ideal = Math.sqrt((capitalCost * 0.8) / (caught * (i + 1)))
                const rate = Math.max(floor, Math.min(1, 0.8 / caught, ideal))
                return rate * (i + 1) + capitalCost * Math.max(0, 0.8 / (caught * rate) - 1)
              })
              const least = Math.min(...costs)
              if (!best.feasible) expect(least).toBe(Number.POSITIVE_INFINITY)
              else expect(best.value.optimum.cost.total / least).toBeCloseTo(1, 9)
              if (best.feasible) expect(costs[best.value.verifiers - 1]! / least).toBeCloseTo(1, 9)
              cases++
            }
    expect(cases).toBeGreaterThanOrEqual(200)
    expect(value(Panel.best({ ...terms, maxSlash: 0.5 }, { power: 0.4 }, Optimum.perFraud)).verifiers).toBeGreaterThan(
      1,
    )
  })
})

describe('heterogeneous tasks', () => {
  test('sampling by value equals each task’s own rate only where values go with G_i/(R_i+S)', () => {
    const kinds = [
      { gain: 1, reward: 1, share: 0.5 },
      { gain: 4, reward: 10, share: 0.5 },
    ]
    const own = Optimum.taskRates(kinds, { slash: 40, detection: 0.8, falseAlarm: 0, margin: 0 })
    const rates = own.rates.map(value)
    const weights = (values: readonly number[]) => values.map((v) => v / ((values[0]! + values[1]!) / 2))
    const inclusions = (values: readonly number[]) =>
      weights(values).map((weight) => Mix.inclusion({ weight }, own.mean!))
    inclusions([1 / 41, 4 / 50]).forEach((p, i) => {
      expect(p).toBeCloseTo(rates[i]!, 14)
    })
    const [cheap] = inclusions([1, 10])
    expect(cheap).toBeLessThan(rates[0]!)
  })

  test('m unit draws, draw by draw', () => {
    const shares = [1e-12, 1e-9, 1e-6, 1e-3, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
    for (const share of [...shares, 0.99, 1])
      for (const draws of [1, 2, 3, 4, 5, 8, 13, 21, 50, 200]) {
        let missed = 1
        let included = 0
        for (let i = 0; i < draws; i++) {
          included += missed * share
          missed *= 1 - share
        }
        expect(Mix.amongDraws(share, draws) / included).toBeCloseTo(1, 12)
        expect(Mix.amongDraws(share, draws)).toBeLessThanOrEqual(Math.min(1, share * draws) * (1 + 1e-15))
      }
  })
})
