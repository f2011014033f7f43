/** The closed forms at their edges against exact rationals of BigInt: p = 1e-12, r = 0 and 1, odds near 0. */
import { describe, expect, test } from 'vitest'
import { counted, expected, least, Rational, total } from '../../../../test/support/rational.js'
import * as Batch from './Batch.js'
import * as Detection from './Detection.js'
import * as Deterrence from './Deterrence.js'
import * as Future from './Future.js'
import * as ManyTasks from './ManyTasks.js'
import * as Mix from './Mix.js'
import * as Optimum from './Optimum.js'
import * as Parameters from './Parameters.js'

const R = Rational.of
const one = R(1)
const edges = [1e-18, 1e-12, 1e-6, 0.1, 0.5, 1 - 2 ** -53, 1]
const near = (actual: number, exact: Rational, tolerance = 1e-13) => {
  const wanted = exact.toNumber()
  if (wanted === 0) return expect(actual + 0).toBe(0)
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

describe('one task, event by event', () => {
  /** The mean over: sampled or not, convicted or not. */
  const payoff = (earned: Rational, rate: number, convicted: number, lost: Rational) => {
    const [p, q] = [R(rate), R(convicted)]
    const [both, only] = [p.times(q), p.times(one.minus(q))]
    return both.times(earned.minus(lost)).plus(only.plus(one.minus(p)).times(earned))
  }
  /** Within rounding of the amounts that come and go. */
  const close = (actual: number, exact: Rational, turnover: number) =>
    expect(Math.abs(actual - exact.toNumber())).toBeLessThanOrEqual(4 * Number.EPSILON * turnover)

  test('payoffs, and whether they deter and pay', () => {
    let cases = 0
    for (const rate of [0, ...edges])
      for (const odds of [0, ...edges])
        for (const slash of [0, 10, 1e15])
          for (const [reward, cheatCost, externalGain] of [
            [1.25, 0, 0],
            [0, 0.5, -2],
            [3, 1e-12, 1e6],
          ] as const) {
            // biome-ignore format: triples
            const terms = { reward, honestCost: 1, cheatCost, externalGain, rate, slash }
            const both = { ...terms, detection: odds, falseAlarm: odds / 4, gain: Deterrence.gain(terms) }
            const [honest, cheat] = [R(reward).minus(one), R(reward).minus(R(cheatCost)).plus(R(externalGain))]
            const lost = R(reward).plus(R(slash))
            const works = payoff(honest, rate, both.falseAlarm, lost)
            const cheats = payoff(cheat, rate, both.detection, lost)
            const turnover = reward + 1 + cheatCost + Math.abs(externalGain) + rate * odds * (reward + slash)
            close(Deterrence.honestPayoff(both), works, turnover)
            close(Deterrence.cheatPayoff(both), cheats, turnover)
            const edge = works.minus(cheats).toNumber()
            if (Math.abs(edge) > 1e-12 * turnover) expect(Deterrence.isDeterred(both)).toBe(edge > 0)
            const profit = works.minus(R(0.125)).toNumber()
            if (Math.abs(profit) > 1e-12 * turnover)
              expect(Deterrence.isHonestWorkProfitable({ ...both, capital: 0.125 })).toBe(profit > 0)
            cases++
          }
    expect(cases).toBeGreaterThanOrEqual(200)
  })

  test('the least reward: at it honest work earns just what the stake costs', () => {
    let cases = 0
    for (const rate of [0, ...edges])
      for (const falseAlarm of [0, 1e-12, 0.01, 0.5, 1 - 2 ** -20])
        for (const slash of [0, 30, 1e12])
          for (const capitalCost of [0, 1e-4]) {
            const spared = one.minus(R(rate).times(R(falseAlarm)))
            // (R - 1)·P(spared) - (S + 1)·P(convicted) = κS
            const needed = one
              .plus(R(capitalCost).times(R(slash)))
              .plus(one.minus(spared).times(R(slash)))
              .over(spared)
            const found = Deterrence.minReward({ honestCost: 1, rate, slash, falseAlarm, capitalCost })
            if (!found.feasible) throw new Error(found.reason)
            near(found.value, needed, 1e-15 / spared.toNumber() + 1e-15)
            cases++
          }
    expect(cases).toBeGreaterThanOrEqual(200)
  })

  test('can both hold: at the slash that just deters, for it costs honest work p·F·(R+S) = G·F/(D-F) at any rate', () => {
    let cases = 0
    for (const gain of [-1, 0, 1e-9, 0.7, 50])
      for (const reward of [0.5, 1, 1.0625, 3])
        for (const detection of [0.25, 0.5, 1])
          for (const falseAlarm of [0, 2 ** -40, 0.125, 0.25, 0.5]) {
            const [signal, profit] = [R(detection).minus(R(falseAlarm)), R(reward).minus(one)]
            const terms = { gain, reward, honestCost: 1, detection, falseAlarm }
            const holds =
              gain <= 0 ? profit.n >= 0n : signal.n > 0n && !profit.isBelow(R(gain).times(R(falseAlarm)).over(signal))
            expect(Deterrence.canBothHold(terms), JSON.stringify(terms)).toBe(holds)
            cases++
          }
    expect(cases).toBeGreaterThanOrEqual(200)
  })

  test('what the coalition does not recover, what a late verdict leaves, and where the reward alone deters', () => {
    for (const amount of [0, 1e-12, 1, 10, 1e15])
      for (const burnShare of [0, ...edges])
        for (const lag of [0, 1, 3, 40, 1000]) {
          near(Deterrence.netSlash({ amount, burnShare }), R(amount).times(R(burnShare)))
          near(Future.afterLag(burnShare, lag), R(burnShare).power(lag), 1e-13 * (1 + lag))
          const rate = Optimum.zeroSlashRate({
            gain: 0.75,
            reward: amount,
            detection: 1,
            falseAlarm: 0.25,
            margin: 0.5,
          })
          if (amount === 0) expect(rate).toBe(Number.POSITIVE_INFINITY)
          else near(rate, R(1.125).over(R(0.75).times(R(amount))))
        }
  })
})

test('colluders of a pool: K is the least whole number with K >= rM of the decimals', () => {
  let cases = 0
  for (const colluding of [0, 1e-30, 1e-12, 0.01, 0.07, 0.1, 0.29, 1 / 3, 0.57, 0.58, 0.999999, 1])
    for (const pool of [1, 2, 3, 7, 10, 14, 29, 49, 57, 100, 1000, 12_345, 100_000, 1e9, 1e15])
      for (const more of [0, 1]) {
        const exact = Rational.decimal(colluding).times(R(pool + more))
        const found = R(Detection.colluders(colluding, pool + more))
        expect(found.isBelow(exact)).toBe(false)
        expect(found.minus(one).isBelow(exact) || found.n === 0n).toBe(true)
        cases++
      }
  expect(cases).toBeGreaterThanOrEqual(200)
})

describe('a mix of tasks, task by task', () => {
  /** Two kinds in a batch of ten. */
  function* mixes() {
    for (const few of [0, 1, 4])
      for (const value of [1e-9, 2, 100])
        for (const rate of [0, 1e-12, 0.1, 0.75, 1])
          for (const [detection, falseAlarm] of [
            [1, 0],
            [0.5, 1e-12],
            [0.75, 0.25],
            [1e-12, 1e-18],
            [1, 1],
          ] as const) {
            // biome-ignore format: pairs
            const values = [
              { value: 1, count: 10 - few },
              { value, count: few },
            ].filter(({ count }) => count > 0)
            const parameters = Parameters.from({
              task: { reward: 1.5, honestCost: 1 },
              sampling: { mode: 'byValue', rate, values },
              slash: { amount: 4 },
              comparator: { power: detection, falsePositive: falseAlarm },
              arbitration: { falsePositive: 1 },
              stake: { amount: 10 },
              batch: { size: 10 },
            })
            const mean = R(10 - few)
              .plus(R(value).times(R(few)))
              .over(R(10))
            const tasks = values.flatMap((kind) => Array.from({ length: kind.count }, () => R(kind.value)))
            const sampled = tasks.map((worth) => least(one, R(rate).times(worth).over(mean)).reduced())
            yield { parameters, sampled, rate, detection, falseAlarm }
          }
  }

  test('how many are sampled, how often a batch is slashed, and what honest work earns', () => {
    let cases = 0
    for (const { parameters, sampled, rate, detection, falseAlarm } of mixes()) {
      const mix = Mix.from(parameters)
      near(Mix.sampled(mix, Mix.rate(parameters)), total(sampled).over(R(10)))
      near(Mix.inclusion(mix[0]!, rate), sampled[0]!)
      const slashed = (odds: number) =>
        one.minus(sampled.reduce((spared, p) => spared.times(one.minus(p.times(R(odds)))), one))
      const terms = { mix, size: 10, rate, detection, falseAlarm }
      near(Batch.honestSlashed(terms), slashed(falseAlarm), 1e-12)
      near(Batch.cheatSlashed(terms), slashed(detection), 1e-12)
      // Every conviction costs its reward and a slash of 4, as long as the stake of 10 pays; the stake costs κ.
      const law = counted(sampled.map((p) => p.times(R(falseAlarm))))
      const lost = expected(law, (x) => R(1.5 * x + Math.min(10, 4 * x)))
      const exact = R(5)
        .minus(lost)
        .minus(R(0.0001).times(R(10)))
      expect(ManyTasks.honestProfit(parameters)).toBeCloseTo(exact.toNumber(), 11)
      cases++
    }
    expect(cases).toBeGreaterThanOrEqual(200)
  })

  const sizes = [1, 2, 3, 7, 10, 29, 57, 100, 999, 1000, 12_345, 1e6, 1e9]
  const fixed = (sample: { rate: number } | { count: number }, size: number) =>
    Mix.rate({ sampling: { mode: 'fixed', verifiers: 1, ...sample }, batch: { size } })

  test('the rate of a fixed sample: the least whole number of tasks', () => {
    let cases = 0
    for (const size of sizes)
      for (const rate of [
        ...[0, 1e-12, 1e-6, 0.001, 0.01, 0.05, 0.07, 0.1, 0.29, 0.3, 1 / 3],
        ...[0.5, 0.57, 2 / 3, 0.7, 0.75, 0.9, 0.99, 1 - 1e-12, 1],
      ]) {
        const tasks = Rational.decimal(rate).times(R(size))
        const whole = (tasks.n + tasks.d - 1n) / tasks.d
        near(fixed({ rate }, size), R(Number(whole)).over(R(size)), 1e-15)
        cases++
      }
    expect(cases).toBeGreaterThanOrEqual(200)
  })

  test('the rate of a fixed count is its share of the tasks', () => {
    const sets = sizes.flatMap((size) => {
      const ends = [1, size, size - 1, Math.ceil(size / 2), Math.ceil(size / 3), Math.ceil(size / 7)]
      const counts = [...ends, ...Array.from({ length: 30 }, (_, i) => i + 2)].filter((n) => n >= 1 && n <= size)
      return [...new Set(counts)].map((count) => ({ count, size }))
    })
    for (const { count, size } of sets) near(fixed({ count }, size), R(count).over(R(size)), 1e-15)
    expect(sets.length).toBeGreaterThanOrEqual(200)
  })

  test('the rate at which the loss that deters is least, by scanning it in exact rationals', () => {
    let cases = 0
    for (const size of [1, 2, 5, 10])
      for (const detection of [0.25, 0.5, 1])
        for (const share of [0, 2 ** -10, 0.0625, 0.25, 0.75])
          for (const gain of [0.5, 1, 2, 4]) {
            const falseAlarm = detection * share
            const terms = { mix: [{ gain, share: 1, weight: 1 }], size, detection, falseAlarm }
            const loss = (rate: number) => {
              const stays = (odds: number) => one.minus(R(rate).times(R(odds))).power(size)
              return R(gain * size)
                .over(stays(falseAlarm).minus(stays(detection)))
                .toNumber()
            }
            const best = Batch.bestRate(terms)
            const scanned = Math.min(...Array.from({ length: 64 }, (_, i) => loss((i + 1) / 64)))
            expect(loss(best)).toBeLessThanOrEqual(scanned * (1 + 1e-12))
            near(Batch.minLoss({ ...terms, rate: best }), R(loss(best)), 1e-12)
            cases++
          }
    expect(cases).toBeGreaterThanOrEqual(200)
  })
})
