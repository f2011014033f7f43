import { expect, test } from 'vitest'
import { counted, Rational, total } from '../../../../test/support/rational.js'
import * as Calibration from './Calibration.js'

const R = Rational.of

test('each bound leaves its tail, in exact rationals, as closely as doubles near 1 lie', () => {
  let cases = 0
  for (const confidence of [0.5, 0.95, 0.999999])
    for (const trials of [1, 2, 3, 5, 8, 12, 15, 20, 30])
      for (let mismatches = 0; mismatches <= trials; mismatches++) {
        const { low, high } = Calibration.interval({ mismatches, trials }, confidence)
        const law = (p: number) => counted(Array.from({ length: trials }, () => R(p)))
        const tail = (1 - confidence) / 2
        if (mismatches === 0) expect(low).toBe(0)
        else expect(total(law(low).slice(mismatches)).toNumber() / tail).toBeCloseTo(1, 11)
        if (mismatches === trials) expect(high).toBe(1)
        else {
          // the tail moves by a share of n/(1-p) with p, and p by half of 2^-52
          const left = total(law(high).slice(0, mismatches + 1)).toNumber() / tail
          expect(Math.abs(left - 1)).toBeLessThan(1e-11 + (trials * 2 ** -52) / (1 - high))
        }
        cases++
      }
  expect(cases).toBeGreaterThanOrEqual(300)
})

test('its closed forms at the ends, and large counts', () => {
  for (const trials of [1, 10, 1000, 1e9])
    for (const confidence of [0.5, 0.95, 1 - 1e-9]) {
      const tail = (1 - confidence) / 2
      const none = Calibration.interval({ mismatches: 0, trials }, confidence)
      expect(none.high / -Math.expm1(Math.log(tail) / trials)).toBeCloseTo(1, 12)
      const all = Calibration.interval({ mismatches: trials, trials }, confidence)
      expect(all.low).toBeCloseTo(Math.exp(Math.log(tail) / trials), 14)
    }
  expect(Calibration.interval({ mismatches: 0, trials: 0 }, 0.95)).toEqual({ low: 0, high: 1 })
})

test('the true rate is outside no more often than promised: every outcome of 40 trials', () => {
  for (const confidence of [0.8, 0.95, 0.99])
    for (const p of [0.001, 0.01, 0.1, 0.3, 0.5, 0.77, 0.99]) {
      const law = counted(Array.from({ length: 40 }, () => R(p)))
      const bounds = law.map((_, mismatches) => Calibration.interval({ mismatches, trials: 40 }, confidence))
      const missed = law.filter((_, x) => bounds[x]!.low > p || bounds[x]!.high < p)
      expect(total(missed).toNumber()).toBeLessThanOrEqual(1 - confidence)
    }
})

test('the interval of pMin holds the rate at the measured values', () => {
  const terms = { gain: 1, reward: 1.2, slash: 10 }
  const measured = {
    wrong: { mismatches: 90, trials: 100 },
    right: { mismatches: 10, trials: 1000 },
    confidence: 0.95,
  }
  const { cautious, hopeful, power, falsePositive } = Calibration.minSampleRate(terms, measured)
  const at = (d: number, f: number) => 1 / ((d - f) * 11.2)
  expect(cautious.feasible && cautious.value).toBeCloseTo(at(power.low, falsePositive.high), 14)
  expect(hopeful.feasible && hopeful.value).toBeCloseTo(at(power.high, falsePositive.low), 14)
  expect(at(0.9, 0.01)).toBeGreaterThan(at(power.high, falsePositive.low))
  expect(at(0.9, 0.01)).toBeLessThan(at(power.low, falsePositive.high))
  let cases = 0
  for (const of of [0, 1, 5, 10, 19, 20])
    for (const wrongly of [0, 1, 2, 10])
      for (const confidence of [0, 0.5, 0.95])
        for (const slash of [0, 10, 1000]) {
          const wrong = { mismatches: of, trials: 20 }
          const right = { mismatches: wrongly, trials: 40 }
          const rates = Calibration.minSampleRate({ gain: 1, reward: 1.2, slash }, { wrong, right, confidence })
          const d = Calibration.interval(wrong, confidence)
          const f = Calibration.interval(right, confidence)
          for (const [found, signal] of [
            [rates.cautious, d.low - f.high],
            [rates.hopeful, d.high - f.low],
          ] as const) {
            // One cheat at the rate found earns as much as it loses; at no rate does it where there is no signal.
            if (found.feasible) expect(found.value * signal * (1.2 + slash)).toBeCloseTo(1, 12)
            else expect(signal * (1.2 + slash)).toBeLessThan(1)
          }
          if (rates.cautious.feasible && rates.hopeful.feasible)
            expect(rates.hopeful.value).toBeLessThanOrEqual(rates.cautious.value)
          cases++
        }
  expect(cases).toBeGreaterThanOrEqual(200)
  const few = { ...measured, wrong: { mismatches: 1, trials: 2 }, right: { mismatches: 0, trials: 2 } }
  expect(Calibration.minSampleRate(terms, few).cautious).toMatchObject({ obstacle: 'no-signal' })
})
