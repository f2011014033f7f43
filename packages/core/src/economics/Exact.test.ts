/** The closed forms at their edges against exact rationals of BigInt: p = 1e-12, r = 0 and 1, odds near 0. */
import { describe, expect, test } from 'vitest'
import { Rational } from '../../../../test/support/rational.js'
import * as Batch from './Batch.js'
import * as Detection from './Detection.js'
import * as Deterrence from './Deterrence.js'

const R = Rational.of
const one = R(1)
const edges = [1e-18, 1e-12, 1e-6, 0.1, 0.5, 1 - 2 ** -53, 1]
const near = (actual: number, exact: Rational, tolerance = 1e-13) => {
  const wanted = exact.toNumber()
  if (wanted === 0) return expect(actual).toBe(0)
  expect(Math.abs(actual / wanted - 1)).toBeLessThan(tolerance)
}

test('D and F, both kinds of error', () => {
  for (const d of edges)
    for (const r of [0, 1e-12, 0.5, 1 - 2 ** -30, 1])
      for (const n of [1, 2, 7]) {
        const panel = { verifiers: n, colluding: r, power: d, falsePositive: d, arbitrationFalsePositive: 1 }
        const independent = one.minus(one.minus(one.minus(R(r)).times(R(d))).power(n))
        const common = one.minus(R(r).power(n)).times(R(d))
        near(Detection.odds(panel).detection, independent)
        near(Detection.odds(panel).falseAlarm, independent)
        near(Detection.odds({ ...panel, errors: 'common' }).detection, common)
        near(Detection.odds({ ...panel, errors: 'common' }).falseAlarm, common)
      }
})

describe('one task', () => {
  test('payoffs, pMin, sMin and gMax', () => {
    for (const rate of edges)
      for (const detection of edges)
        for (const slash of [0, 1e-9, 10, 1e15]) {
          const terms = { gain: 0.75, reward: 1.25, honestCost: 1, rate, detection, slash, falseAlarm: detection / 4 }
          const signal = R(detection).minus(R(detection / 4))
          const stake = R(1.25).plus(R(slash))
          near(Deterrence.maxGain(terms), R(rate).times(signal).times(stake))
          const wanted = R(0.75).over(signal.times(stake))
          const found = Deterrence.minSampleRate(terms)
          if (Math.abs(wanted.toNumber() - 1) > 1e-9) expect(found.feasible).toBe(wanted.toNumber() <= 1)
          if (found.feasible) near(found.value, wanted)
          const least = R(0.75).over(R(rate).times(signal)).minus(R(1.25))
          const minSlash = Deterrence.minSlash(terms)
          if (minSlash.feasible) near(minSlash.value, least.n < 0n ? R(0) : least, 1e-12)
          expect(minSlash.feasible).toBe(true)
        }
  })
})

test('the loss that deters once-per-batch', () => {
  for (const rate of [1e-12, 1e-6, 0.02, 0.25, 0.5, 0.75])
    for (const size of [1, 2, 3, 10, 40, 200])
      for (const falseAlarm of [0, 2 ** -40, 2 ** -10, 2 ** -6, 0.25, 0.5]) {
        const right = one.minus(R(rate).times(R(falseAlarm))).power(size)
        const wrong = one.minus(R(rate)).power(size)
        const exact = R(0.75).times(R(size)).over(right.minus(wrong))
        const mix = [{ gain: 0.75, share: 1, weight: 1 }]
        near(Batch.minLoss({ mix, size, rate, detection: 1, falseAlarm }), exact, 1e-12)
      }
})
