import { expect, test } from 'vitest'
import { Rational } from '../../../../test/support/rational.js'
import * as Future from './Future.js'

const R = Rational.of

test('V against the discounted sum, period by period', () => {
  let cases = 0
  for (const discount of [1e-9, 0.1, 0.3, 0.5, 0.8, 0.9, 0.95, 0.99])
    for (const falseEjection of [0, 1e-12, 0.01, 0.05, 0.5, 0.9, 1])
      for (const profitPerPeriod of [1e-9, 0.2, 7, 1e6]) {
        cases++
        let [sum, alive] = [0, discount]
        for (let t = 0; t < 5000; t++) {
          sum += alive * profitPerPeriod
          alive *= discount * (1 - falseEjection)
        }
        const identity = { discount, falseEjection, profitPerPeriod, entryCost: 1e99 }
        expect(Future.value(identity) / sum).toBeCloseTo(1, 11)
        expect(Future.value({ ...identity, entryCost: sum / 2 })).toBe(sum / 2)
      }
  expect(cases).toBeGreaterThanOrEqual(200)
})

test('V at its edges, in exact rationals', () => {
  const one = R(1)
  for (const discount of [1 - 2 ** -53, 1 - 2 ** -20, 1])
    for (const falseEjection of [0, 1e-18, 1e-12, 1]) {
      const lost = one.minus(R(discount).times(one.minus(R(falseEjection))))
      const value = Future.value({ discount, falseEjection, profitPerPeriod: 0.25, entryCost: 1e99 })
      if (lost.n === 0n) expect(value).toBe(1e99)
      else expect(value / R(discount).times(R(0.25)).over(lost).toNumber()).toBeCloseTo(1, 13)
    }
  const shown = { discount: 0.9, falseEjection: 0.05, profitPerPeriod: 0.2, entryCost: 100 }
  expect(Future.value(shown).toFixed(3)).toBe('1.241')
  expect(Future.value({ ...shown, discount: 0 })).toBe(0)
  expect(Future.value({ ...shown, profitPerPeriod: -1 })).toBe(0)
  expect(Future.value({ ...shown, discount: 1, falseEjection: 0 })).toBe(100)
})

test('cheats until capture, by adding up the chances', () => {
  const rates = [0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1]
  const sets = rates.flatMap((rate) =>
    rates.map((detection) => ({ rate, detection })).filter((one) => rate * one.detection > 0.005),
  )
  expect(sets.length).toBeGreaterThanOrEqual(200)
  for (const { rate, detection } of sets) {
    const caught = rate * detection
    let [sum, free] = [0, 1]
    for (let t = 1; t < 10_000; t++) {
      sum += t * free * caught
      free *= 1 - caught
    }
    const { withCaught, before } = Future.cheatsUntilCapture({ rate, detection })
    expect(withCaught / sum).toBeCloseTo(1, 10)
    expect(before).toBeCloseTo(sum - 1, 9)
    expect(Future.shippedWrong({ cheatRate: 0.25, rate, detection })).toBeCloseTo(0.25 * (1 - caught), 15)
  }
  expect(Future.cheatsUntilCapture({ rate: 0, detection: 1 }).withCaught).toBe(Number.POSITIVE_INFINITY)
})

test('what a late verdict leaves', () => {
  expect(Future.afterLag(0.5, 3)).toBe(0.125)
  expect(Future.afterLag(0, 0)).toBe(1)
  expect(Future.afterLag(0, 1)).toBe(0)
})
