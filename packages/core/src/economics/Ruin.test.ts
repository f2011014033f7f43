import { describe, expect, test } from 'vitest'
import { added, type Chances, filled, lossOf, ofRound, Rational, total } from '../../../../test/support/rational.js'
import * as BestResponse from './BestResponse.js'
import * as ManyTasks from './ManyTasks.js'
import * as Parameters from './Parameters.js'
import * as Ruin from './Ruin.js'

const R = Rational.of
const file = Parameters.from

describe('the values of economics.md, “Many tasks”', () => {
  test('once-per-batch, N = 10, p = .1, G = 1, S = 29: .1216 = .9^20', () => {
    const parameters = file({
      task: { honestCost: 1 },
      sampling: { rate: 0.1 },
      slash: { rule: 'once-per-batch', amount: 29 },
      batch: { size: 10 },
    })
    expect(Ruin.from(parameters).probability.toFixed(4)).toBe('0.1216')
    expect(Ruin.from(parameters).probability).toBeCloseTo(0.9 ** 20, 14)
    const alone = Ruin.toFirstCapture({ gain: 1, reward: 0, slash: 29, rate: 0.1, detection: 1 })
    expect(alone.toFixed(4)).toBe('0.0471')
  })

  test('(1-pD)^floor((R+S)/G): Pocket leaves .328 and .366, at an expected value of 0', () => {
    for (const [reward, rate, slash, shown] of [
      [10, 0.2, 40, '0.328'],
      [20, 0.01, 1980, '0.366'],
    ] as const) {
      expect((reward * (1 - rate)) / rate).toBeCloseTo(slash, 9)
      expect(Ruin.toFirstCapture({ gain: reward, reward, slash, rate, detection: 1 }).toFixed(3)).toBe(shown)
      const parameters = file({
        task: { reward, honestCost: reward, cheatCost: 0 },
        sampling: { rate },
        slash: { amount: slash },
        capital: { costPerStakePerTask: 0 },
        accept: { margin: 0 },
      })
      const { holds, best } = BestResponse.from(parameters)
      expect({ holds, profit: Math.abs(best.profit) < 1e-12 }).toEqual({ holds: true, profit: true })
      expect(Ruin.from(parameters)).toMatchObject({ holds: false, rounds: 10_000 })
      expect(Ruin.from(parameters).probability.toFixed(3)).toBe(shown)
    }
  })

  test('N = 1000, p = .02: S = 801 passes', () => {
    const parameters = file({
      task: { reward: 1, honestCost: 0.8 },
      sampling: { rate: 0.02 },
      slash: { rule: 'once-per-batch', amount: 801 },
      batch: { size: 1000 },
    })
    expect(Ruin.from(parameters)).toMatchObject({ holds: true, rounds: 10 })
    expect(Ruin.from(parameters).probability).toBeCloseTo(0.98 ** 1000, 15)
  })
})

test('continued to the first capture: by the chance of every time of capture, in exact rationals', () => {
  let cases = 0
  for (const rate of [0, 1e-12, 0.25, 0.5, 1])
    for (const detection of [2 ** -40, 0.5, 1])
      for (const gain of [-1, 0.5, 1, 3])
        for (const reward of [0, 2])
          for (const slash of [0, 4.5, 30]) {
            const caught = R(rate).times(R(detection))
            let [behind, free] = [R(0), R(1)]
            for (let t = 1; gain > 0 && gain * t <= reward + slash; t++) {
              behind = behind.plus(free.times(caught))
              free = free.times(R(1).minus(caught))
            }
            const ahead = gain <= 0 ? 0 : R(1).minus(behind).toNumber()
            const found = Ruin.toFirstCapture({ gain, reward, slash, rate, detection })
            expect(Math.abs(found - ahead)).toBeLessThanOrEqual(1e-13 * ahead)
            cases++
          }
  expect(cases).toBeGreaterThanOrEqual(200)
})

/** Small files with one and with several convictions to an ejection: some hundreds. */
function* grid(): Generator<Parameters.Parameters> {
  for (const rule of ['per-fraud', 'once-per-batch'])
    for (const [size, concurrentBatches] of [
      [1, 1],
      [2, 1],
      [1, 2],
      [3, 2],
    ])
      for (const sampling of [{ rate: 1e-12 }, { rate: 0.25 }, { rate: 1 }, { mode: 'fixed', count: 1 }])
        for (const power of [1, 0.5])
          for (const [amount, stake] of [
            [3, {}],
            [1, { amount: 2.5 }],
            [0, {}],
            [2, { amount: 1 }],
          ] as const)
            for (const draws of [1, 2])
              yield file({
                task: { reward: 0.75, honestCost: 1, cheatCost: 0 },
                sampling,
                slash: { rule, amount, forfeitBatchReward: size === 3 },
                comparator: { power, falsePositive: power / 8 },
                arbitration: { falsePositive: 1 },
                batch: { size },
                stake: { ...stake, concurrentBatches },
                beacon: { draws },
              })
}

/** P(ahead), by every course of `rounds` rounds. */
function play(parameters: Parameters.Parameters, rounds: number, cheats: readonly number[]): number {
  const { draws } = parameters.beacon
  const law = best(ofRound(parameters, cheats), draws)
  const gain = cheats.reduce((sum, k) => sum + k, 0)
  const perFraud = parameters.slash.rule === 'per-fraud'
  const stake =
    parameters.stake.amount ?? parameters.slash.amount * (perFraud ? cheats.length * parameters.batch.size : 1)
  const w = perFraud ? Math.ceil(stake / parameters.slash.amount || Number.POSITIVE_INFINITY) : 1
  const ahead = (t: number, x: number) => (lossOf(parameters, 0, x).isBelow(R(gain * t)) ? R(1) : R(0))
  let playing: Chances = [R(1)]
  let won = R(0)
  for (let t = 1; t <= rounds; t++) {
    const next = added(playing, law)
    won = won.plus(total(next.map((chance, x) => (x < w ? R(0) : chance.times(ahead(t, x))))))
    playing = next.slice(0, w)
  }
  return won.plus(total(playing.map((chance, x) => chance.times(ahead(rounds, x))))).toNumber()
}

test('a long horizon is decided once the gain is beyond the largest loss: 1e9 rounds as 100', () => {
  const parameters = file({
    task: { reward: 0.75, honestCost: 1 },
    sampling: { mode: 'fixed', count: 1 },
    comparator: { power: 0.5 },
    slash: { amount: 3 },
    batch: { size: 3 },
    stake: { concurrentBatches: 2 },
    beacon: { draws: 2 },
  })
  const situation = ManyTasks.from(parameters)
  expect(Ruin.ahead(situation, 1e9)).toBe(Ruin.ahead(situation, 100))
  expect(Ruin.ahead(situation, 1e9)).toBeCloseTo(play(parameters, 12, [3, 3]), 13)
})

/** The least of several counts: P(min >= x) = P(X >= x)^b. */
function best(law: Chances, draws: number): Chances {
  const tail = (x: number) => total(law.slice(x)).power(draws)
  return law.map((_, x) => tail(x).minus(tail(x + 1)))
}

describe('against every course of events, in exact rationals', () => {
  const cases = [...grid()]
  test(`${cases.length} files, all tasks cheated and one task of each round`, () => {
    expect(cases.length).toBeGreaterThan(500)
    for (const parameters of cases) {
      const situation = ManyTasks.from(parameters)
      const tasks = parameters.batch.size * parameters.stake.concurrentBatches
      for (const [k, rounds] of [
        [tasks, 1],
        [tasks, 5],
        [1, 4],
      ] as const) {
        const exact = play(parameters, rounds, filled(parameters, k))
        const label = `${exact} ${k} cheats, ${rounds} rounds ${JSON.stringify(parameters)}`
        const probability = Ruin.ahead(situation, rounds, [k])
        expect(Math.abs(probability - exact), label).toBeLessThan(1e-13)
        if (k === tasks) expect(Ruin.ahead(situation, rounds), label).toBe(probability)
      }
    }
  })
})
