import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Rational } from '../../../../test/support/rational.js'
import type { Kind } from './Mix.js'
import * as Optimum from './Optimum.js'
import type { Solution } from './Solution.js'

const SEED = 20_260_104
const example = { gain: 0.8, reward: 1, detection: 1, capitalCost: 1e-4, verifierCost: 1 }

function value<T>(solution: Solution<T>): T {
  if (solution.feasible) return solution.value
  throw new Error(solution.reason)
}

describe('the examples of economics.md, “What it costs, and the best rate”', () => {
  test('per-fraud: p* = .0089443, S* = 88.443, cost .017789: 1.0178x against 3x', () => {
    const { sampleRate, slash, cost } = value(Optimum.perFraud(example))
    expect(sampleRate.toFixed(7)).toBe('0.0089443')
    expect(slash.toFixed(3)).toBe('88.443')
    expect(cost.total.toFixed(6)).toBe('0.017789')
    expect((1 + cost.total).toFixed(4)).toBe('1.0178')
    expect((1 + cost.verification).toFixed(4)).toBe('1.0089')
  })

  test('once-per-batch, N = 1000: cost .00060753, 29 times cheaper', () => {
    const { sampleRate, cost } = value(Optimum.oncePerBatch(example, { size: 1000, forfeitBatchReward: false }))
    expect(cost.total.toFixed(8)).toBe('0.00060753')
    expect(Math.round(value(Optimum.perFraud(example)).cost.total / cost.total)).toBe(29)
    // economics.md prints p = .00028184, where the cost is 1.7e-11 above its minimum; the derivative is 0 at .000281908.
    expect(sampleRate).toBeCloseTo(0.000281908029, 11)
    const near = 0.00028184 + (1e-4 * 0.8) / -Math.expm1(1000 * Math.log1p(-0.00028184))
    expect(cost.total).toBeLessThan(near)
    expect(near / cost.total).toBeCloseTo(1, 7)
  })
})

/** The least cost of a fine scan over log p, computed from the formulas of the page only. */
function scan(cost: (p: number) => number, low: number): { p: number; cost: number } {
  let best = { p: 1, cost: cost(1) }
  for (let i = 0; i <= 8000; i++) {
    const p = low ** (i / 8000)
    if (cost(p) < best.cost) best = { p, cost: cost(p) }
  }
  return best
}

const terms = fc.record({
  gain: fc.double({ min: 0.01, max: 10, noNaN: true }),
  reward: fc.double({ min: 0, max: 10, noNaN: true }),
  detection: fc.double({ min: 0.2, max: 1, noNaN: true }),
  falseAlarm: fc.double({ min: 0, max: 0.15, noNaN: true }),
  capitalCost: fc.double({ min: 1e-6, max: 1, noNaN: true }),
  verifierCost: fc.double({ min: 0.01, max: 5, noNaN: true }),
  verifiers: fc.integer({ min: 1, max: 5 }),
  margin: fc.double({ min: 0, max: 2, noNaN: true }),
  burnShare: fc.double({ min: 0.1, max: 1, noNaN: true }),
  maxSlash: fc.option(fc.double({ min: 1, max: 1000, noNaN: true })),
  canaryRate: fc.constantFrom(0, 0.1, 0.9),
  canaryCost: fc.constantFrom(0, 3),
  arbitrationCost: fc.constantFrom(0, 0.5),
})

/** What one sampled task costs, by the words of the page. */
const sampledTask = (
  t: { verifiers: number; verifierCost: number } & Record<'canaryRate' | 'canaryCost' | 'arbitrationCost', number>,
) =>
  t.verifiers * t.verifierCost +
  (t.canaryRate / (1 - t.canaryRate)) * (t.verifiers * t.verifierCost + t.canaryCost) +
  t.arbitrationCost

describe('against a grid scan', () => {
  test('the square-root law', () => {
    fc.assert(
      fc.property(terms, (t) => {
        const slash = (p: number) =>
          Math.max(0, ((1 + t.margin) * t.gain) / (p * (t.detection - t.falseAlarm)) - t.reward) / t.burnShare
        const cost = (p: number) =>
          slash(p) > (t.maxSlash ?? Number.POSITIVE_INFINITY)
            ? Number.POSITIVE_INFINITY
            : p * sampledTask(t) + t.capitalCost * slash(p)
        const found = Optimum.perFraud(t)
        fc.pre(Math.abs(slash(1) / (t.maxSlash ?? 0.5) - 1) > 1e-6)
        const grid = scan(cost, 1e-5)
        if (!found.feasible) return void expect(grid.cost).toBe(Number.POSITIVE_INFINITY)
        expect(found.value.cost.total).toBeLessThanOrEqual(grid.cost * (1 + 1e-12))
        expect(found.value.cost.total).toBeGreaterThan(grid.cost * (1 - 2e-3))
        expect(found.value.slash).toBeCloseTo(slash(found.value.sampleRate), 6)
        const { sampleRate, cost: parts } = found.value
        expect(parts.falseSlashes).toBeCloseTo(sampleRate * t.falseAlarm * (t.reward + found.value.slash), 9)
        expect(parts.verification + parts.canaries + parts.arbitration + parts.capital).toBeCloseTo(parts.total, 9)
      }),
      { seed: SEED, numRuns: 240 },
    )
  })

  test('once-per-batch', () => {
    fc.assert(
      fc.property(terms, fc.constantFrom(1, 7, 100, 1000), fc.boolean(), (t, N, forfeitBatchReward) => {
        const slash = (p: number) => {
          const signal = (1 - p * t.falseAlarm) ** N - (1 - p * t.detection) ** N
          return (
            Math.max(0, ((1 + t.margin) * N * t.gain) / signal - (forfeitBatchReward ? N * t.reward : 0)) / t.burnShare
          )
        }
        const cost = (p: number) =>
          slash(p) > (t.maxSlash ?? Number.POSITIVE_INFINITY)
            ? Number.POSITIVE_INFINITY
            : p * sampledTask(t) + (t.capitalCost * slash(p)) / N
        const found = Optimum.oncePerBatch(t, { size: N, forfeitBatchReward })
        fc.pre(Math.abs(slash(1) / (t.maxSlash ?? 0.5) - 1) > 1e-6)
        const grid = scan(cost, 1e-7)
        if (!found.feasible) return void expect(grid.cost).toBe(Number.POSITIVE_INFINITY)
        expect(found.value.cost.total).toBeLessThanOrEqual(grid.cost * (1 + 1e-6))
        expect(found.value.cost.total).toBeGreaterThan(grid.cost * (1 - 5e-3))
      }),
      { seed: SEED, numRuns: 200 },
    )
  })

  test('by value', () => {
    let cases = 0
    for (const share of [0.01, 0.1, 0.5, 0.9])
      for (const value of [1, 2, 5.5, 100])
        for (const dear of [0.5, 8, 50])
          for (const capitalCost of [1e-5, 1e-3, 0.1, 1, 10]) {
            const mean = 1 - share + share * value
            const kinds = [
              { gain: 1, reward: 1.5, share: 1 - share, weight: 1 / mean },
              { gain: dear, reward: dear + 1, share, weight: value / mean },
            ].map((kind) => ({ ...kind, honestCost: 1, cheatCost: 0, externalGain: 0 })) satisfies Kind[]
            const cost = (rate: number) => {
              const slashes = kinds.map(
                ({ gain, reward, weight }) => gain / (Math.min(1, rate * weight) * 0.9) - reward,
              )
              const sampled = kinds.reduce((sum, { share, weight }) => sum + share * Math.min(1, rate * weight), 0)
              return sampled + capitalCost * Math.max(0, ...slashes)
            }
            const found = Optimum.byValue({ ...example, detection: 0.9, capitalCost }, kinds)
            const least = scan(cost, 1e-5).cost
            if (!found.feasible) throw new Error(found.reason)
            expect(found.value.cost.total, JSON.stringify({ share, value, dear, capitalCost })).toBeLessThanOrEqual(
              least * (1 + 1e-9),
            )
            // The scan's steps are 0.144 % of p, and no part of the cost falls faster than 1/p.
            expect(found.value.cost.total).toBeGreaterThan(least * (1 - 1.45e-3))
            cases++
          }
    expect(cases).toBeGreaterThanOrEqual(200)
  })
})

describe('edges', () => {
  test('numeric and closed minimum agree for one kind of task', () => {
    const kind = { ...example, honestCost: 0.8, cheatCost: 0, externalGain: 0, share: 1, weight: 1 }
    for (const more of [{}, { maxSlash: 20 }, { capitalCost: 10 }, { capitalCost: 0, maxSlash: 5 }]) {
      const [closed, numeric] = [
        Optimum.perFraud({ ...example, ...more }),
        Optimum.byValue({ ...example, ...more }, [kind]),
      ]
      expect(value(numeric).cost.total / value(closed).cost.total).toBeCloseTo(1, 9)
      expect(value(numeric).sampleRate / value(closed).sampleRate).toBeCloseTo(1, 6)
    }
  })

  test('nothing to gain needs nothing', () => {
    expect(value(Optimum.perFraud({ ...example, gain: 0 }))).toMatchObject({ sampleRate: 0, slash: 0 })
  })

  test.each([
    ['no signal', { falseAlarm: 1 }, 'no-signal'],
    ['too small a slash', { reward: 0, maxSlash: 0.5 }, 'slash-above-max'],
    ['free capital, unbounded slash', { capitalCost: 0 }, 'no-optimum'],
    ['the coalition recovers it all', { burnShare: 0 }, 'no-net-slash'],
  ])('%s', (_, more, obstacle) => {
    expect(Optimum.perFraud({ ...example, ...more })).toMatchObject({ feasible: false, obstacle })
    expect(Optimum.oncePerBatch({ ...example, ...more }, { size: 10, forfeitBatchReward: false })).toMatchObject({
      feasible: false,
      obstacle,
    })
  })

  test('the reward alone may deter', () => {
    expect(Optimum.zeroSlashRate(example)).toBe(0.8)
    expect(value(Optimum.perFraud({ ...example, capitalCost: 1 }))).toMatchObject({ sampleRate: 0.8, slash: 0 })
  })
})

test('heterogeneous tasks: each its own rate, against one rate for all', () => {
  const kinds = [
    { gain: 1, reward: 1, share: 0.9 },
    { gain: 5, reward: 10, share: 0.1 },
  ]
  const rates = Optimum.taskRates(kinds, { slash: 40, detection: 1, falseAlarm: 0, margin: 0 })
  expect(rates.rates.map(value)).toEqual([1 / 41, 5 / 50])
  expect(rates.uniform).toEqual({ feasible: true, value: 0.1 })
  expect(rates.mean).toBeCloseTo(0.9 / 41 + 0.01, 12)
  const dear = Optimum.taskRates([...kinds, { gain: 500, reward: 1, share: 0 }], {
    slash: 40,
    detection: 1,
    falseAlarm: 0,
    margin: 0,
  })
  expect(dear).toMatchObject({ uniform: { feasible: false, obstacle: 'rate-above-one' }, mean: null })
})

test('heterogeneous tasks: what a cheat of each kind earns at its rate, in exact rationals', () => {
  const R = Rational.of
  let cases = 0
  for (const gains of [[1, 5], [0.25, 0], [-1, 2], [1e-9, 1e9], [3, 3]] as const) // biome-ignore format: pairs
    for (const rewards of [
      [0, 0],
      [1.5, 12],
    ] as const)
      for (const share of [0, 0.25, 1])
        for (const slash of [0, 40, 1e12])
          for (const [detection, falseAlarm] of [[1, 0], [0.5, 0.125], [0.5, 0.5 - 2 ** -40], [0.25, 0.5]] as const) // biome-ignore format: pairs
            for (const margin of [0, 0.5]) {
              const kinds = gains.map((gain, i) => ({ gain, reward: rewards[i]!, share: i === 0 ? 1 - share : share }))
              const { rates, uniform, mean } = Optimum.taskRates(kinds, { slash, detection, falseAlarm, margin })
              // (1+μ)G = p(D-F)(R+S), where there is something to gain and something to lose.
              const needed = kinds.map(({ gain, reward }) => {
                const lost = R(detection)
                  .minus(R(falseAlarm))
                  .times(R(reward).plus(R(slash)))
                const gained = R(1).plus(R(margin)).times(R(gain))
                if (gain <= 0) return R(0)
                return lost.n > 0n && !lost.isBelow(gained) ? gained.over(lost) : undefined
              })
              needed.forEach((exact, i) => {
                const found = rates[i]!
                expect(found.feasible, JSON.stringify({ kinds, slash, detection, falseAlarm, margin })).toBe(
                  exact !== undefined,
                )
                if (found.feasible) expect(Math.abs(found.value - exact!.toNumber())).toBeLessThan(1e-15)
              })
              const [a, b] = needed
              expect(uniform.feasible).toBe(a !== undefined && b !== undefined)
              if (a === undefined || b === undefined) expect(mean).toBeNull()
              else {
                expect(uniform.feasible && uniform.value).toBeCloseTo((a.isBelow(b) ? b : a).toNumber(), 14)
                expect(mean).toBeCloseTo(
                  a
                    .times(R(1 - share))
                    .plus(b.times(R(share)))
                    .toNumber(),
                  14,
                )
              }
              cases++
            }
  expect(cases).toBeGreaterThanOrEqual(200)
})
