import { describe, expect, test } from 'vitest'
import {
  type Chances,
  counted,
  expected,
  filled,
  least,
  lossOf,
  ofRound,
  Rational,
} from '../../../../test/support/rational.js'
import * as BestResponse from './BestResponse.js'
import * as Future from './Future.js'
import * as ManyTasks from './ManyTasks.js'
import * as Parameters from './Parameters.js'

const R = Rational.of
const file = Parameters.from

/** To the digits that economics.md shows. */
const digits = (actual: number | undefined, shown: string) => {
  expect(actual?.toFixed(shown.split('.')[1]?.length ?? 0)).toBe(
    Number(shown).toFixed(shown.split('.')[1]?.length ?? 0),
  )
}

const example = (amount: number, more: object = {}) =>
  file({
    task: { reward: 1, honestCost: 0.8 },
    sampling: { rate: 0.02 },
    slash: { rule: 'once-per-batch', amount },
    batch: { size: 1000 },
    accept: { margin: 0 },
    ...more,
  })

describe('the values of economics.md, “Many tasks” and “Randomness is a player”', () => {
  test('S = 40 is exploited with k = 1000 for 760; S = 800.0000013 is needed; S = 801 holds', () => {
    const { holds, best, smallest } = BestResponse.from(example(40))
    expect({ holds, cheated: best.cheated, of: best.of }).toEqual({ holds: false, cheated: 1000, of: 1000 })
    digits(best.profit, '760')
    expect(smallest).toMatchObject({ cheated: 2 })
    expect(BestResponse.from(example(800.0000013)).holds).toBe(false)
    expect(BestResponse.from(example(800.0000014)).holds).toBe(true)
    expect(BestResponse.from(example(801))).toMatchObject({ holds: true, smallest: null })
  })

  test('m of N without replacement', () => {
    const caught = (count: number, power = 1) => {
      const parameters = file({
        task: { reward: 0, honestCost: 1, cheatCost: 1 },
        sampling: { mode: 'fixed', count },
        slash: { rule: 'once-per-batch', amount: 1 },
        comparator: { power },
        batch: { size: 1000 },
      })
      return -ManyTasks.profit(ManyTasks.from(parameters), 50)
    }
    const rows = { 8: '.33756', 16: '.56267', 32: '.81139', 57: '.95076', 59: '.95585' }
    for (const [m, shown] of Object.entries(rows)) digits(caught(Number(m)), shown)
    digits(caught(59, 0.5), '.78031')
  })

  test('shared stake: 199.999 jointly, 197.569 split', () => {
    const loss = (concurrentBatches: number, amount: number) => {
      const parameters = file({
        task: { reward: 0, honestCost: 1, cheatCost: 1 },
        sampling: { rate: 0.05 },
        slash: { amount: 40 },
        stake: { amount, concurrentBatches },
        batch: { size: 100 },
      })
      return -ManyTasks.profit(ManyTasks.from(parameters), concurrentBatches * 100)
    }
    digits(loss(4, 200), '199.999')
    digits(4 * loss(1, 50), '197.569')
  })

  test('draws to choose from: b = 2 best k = 1 (+.48), b = 4 best k = 15 (+8.26)', () => {
    const best = (draws: number) => BestResponse.from(example(800, { beacon: { draws } })).best
    expect(best(2).cheated).toBe(1)
    digits(best(2).profit, '.48')
    expect(best(4).cheated).toBe(15)
    digits(best(4).profit, '8.26')
  })

  test('one task: pD becomes (pD)^b', () => {
    const parameters = file({ task: { reward: 1.2 }, sampling: { rate: 0.1 }, slash: {}, beacon: { draws: 3 } })
    expect(ManyTasks.profit(ManyTasks.from(parameters), 1)).toBeCloseTo(1 - 0.001 * 31.2, 12)
  })

  test('one task with a future to lose: G <= p(D-F)(R+S+V)', () => {
    const parameters = file({
      task: { reward: 1.2, honestCost: 1 },
      sampling: { rate: 0.1 },
      slash: { amount: 5 },
      identity: { discount: 0.9, falseEjection: 0.05, entryCost: 100 },
      capital: { costPerStakePerTask: 0 },
    })
    digits(Future.value({ discount: 0.9, falseEjection: 0.05, profitPerPeriod: 0.2, entryCost: 100 }), '1.241')
    const situation = ManyTasks.from(parameters)
    digits(situation.future, '1.241')
    expect(ManyTasks.profit(situation, 1)).toBeCloseTo(1 - 0.1 * (6.2 + situation.future), 12)
  })
})

type Case = Readonly<{ parameters: Parameters.Parameters; label: string }>

/** Every combination of small and of extreme values: some hundreds of files. */
function* grid(): Generator<Case> {
  for (const rule of ['per-fraud', 'once-per-batch'])
    for (const [size, concurrentBatches] of [
      [1, 1],
      [1, 3],
      [3, 1],
      [2, 2],
      [4, 2],
    ])
      for (const sampling of [{ rate: 1e-12 }, { rate: 0.25 }, { rate: 1 }, { mode: 'fixed', count: 1 }])
        for (const [power, falsePositive] of [
          [1, 0],
          [0.75, 0.125],
          [0.5, 0.5 - 2 ** -40],
        ])
          for (const stake of [{}, { amount: 7 }])
            for (const beacon of [{}, { draws: 2 }, { draws: 3, withholdPenalty: 2 }]) {
              const values = {
                task: { reward: 1.5, honestCost: 1, cheatCost: 0.25 },
                sampling,
                slash: { rule, amount: 5, forfeitBatchReward: size === 3, burnShare: size === 2 ? 0.5 : 1 },
                comparator: { power, falsePositive },
                arbitration: { falsePositive: 1 },
                batch: { size },
                stake: { ...stake, concurrentBatches },
                beacon,
                identity: size === 4 ? { discount: 0.5, entryCost: 3, tasksPerPeriod: 8 } : {},
                capital: { costPerStakePerTask: 0.001 },
              }
              yield { parameters: file(values), label: JSON.stringify(values) }
            }
}

/** Every way to spread cheats over `batches` of `size`, no order being better than another. */
function spreads(batches: number, size: number): number[][] {
  if (batches === 0) return [[]]
  return Array.from({ length: size + 1 }, (_, k) => spreads(batches - 1, k).map((rest) => [k, ...rest])).flat()
}

/** The mean of the best draw, over every combination of draws. */
function chosen({ beacon }: Parameters.Parameters, law: Chances, losses: Chances): Rational {
  const others = losses.map((loss) => loss.plus(R(beacon.withholdPenalty)))
  const another = (cost: Rational, more: number): Rational =>
    more === 0 ? cost : expected(law, (x) => another(least(cost, others[x]!), more - 1))
  return expected(law, (x) => another(losses[x]!, beacon.draws - 1))
}

const total = (cheats: readonly number[]) => cheats.reduce((sum, k) => sum + k, 0)

/** What cheats in each batch earn beyond honest work, over every outcome of every task and every draw. */
function played(parameters: Parameters.Parameters, future: number) {
  const { batch, stake, task } = parameters
  const tasks = batch.size * stake.concurrentBatches
  const losses = Array.from({ length: tasks + 1 }, (_, x) => lossOf(parameters, future, x))
  const honest = expected(ofRound(parameters, filled(parameters, 0)), (x) => losses[x]!)
  const gain = R(task.honestCost).minus(R(task.cheatCost)).plus(R(task.externalGain))
  const exact = (cheats: number[]) =>
    gain
      .times(R(total(cheats)))
      .minus(chosen(parameters, ofRound(parameters, cheats), losses))
      .plus(honest)
      .toNumber()
  return { exact, honest, tasks }
}

describe('against every outcome of every task, in exact rationals', () => {
  const cases = [...grid()]
  test(`${cases.length} files, every k`, () => {
    expect(cases.length).toBeGreaterThan(700)
    for (const { parameters, label } of cases) {
      const situation = ManyTasks.from(parameters)
      const { batch, stake } = parameters
      const { exact, honest, tasks } = played(parameters, situation.future)
      const profits = Array.from({ length: tasks }, (_, i) => exact(filled(parameters, i + 1)))
      profits.forEach((wanted, i) => {
        const profit = ManyTasks.profit(situation, i + 1)
        const scale = 2 * (0.75 * (i + 1) + honest.toNumber()) - wanted
        expect(Math.abs(profit - wanted), `k = ${i + 1} ${label}`).toBeLessThan(1e-13 * scale)
      })
      const { best, smallest, holds } = BestResponse.from(parameters, 0)
      const all = spreads(stake.concurrentBatches, batch.size).slice(1).map(exact)
      const most = Math.max(...all)
      expect(Math.abs(best.profit - most), label).toBeLessThan(1e-11)
      if (Math.abs(most) > 1e-9) expect(holds, label).toBe(most < 0)
      const first = profits.findIndex((profit) => profit > 1e-9)
      if (first >= 0) expect(smallest?.cheated, label).toBe(first + 1)
    }
  })
})

describe('a fixed sample of most of the batch', () => {
  const choose = (n: number, k: number): number => (k < 0 || k > n ? 0 : k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k)

  test('every m of N up to 12: caught unless every draw is right, of which the chances may add up to more than 1', () => {
    let cases = 0
    for (let size = 1; size <= 12; size++)
      for (let count = 1; count <= size; count++) {
        const situation = ManyTasks.from(
          file({
            task: { reward: 1.5, honestCost: 1 },
            sampling: { mode: 'fixed', count },
            slash: { rule: 'once-per-batch', amount: 4.5 },
            batch: { size },
            stake: { amount: 2.25 },
          }),
        )
        for (let k = 0; k <= size; k++) {
          const escapes = choose(size - k, count) / choose(size, count)
          expect(ManyTasks.profit(situation, k), JSON.stringify({ size, count, k })).toBeCloseTo(
            k - 2.25 * (1 - escapes),
            12,
          )
          cases++
        }
      }
    expect(cases).toBeGreaterThanOrEqual(200)
  })

  test('the fewest cheats are found where the chances of a sample add up to more than 1', () => {
    const parameters = file({
      task: { reward: 0.518, honestCost: 0.5, externalGain: 0.5 },
      sampling: { mode: 'fixed', count: 5 },
      slash: { rule: 'once-per-batch', amount: 1.15, forfeitBatchReward: true },
      batch: { size: 8 },
      stake: { amount: 0.0575 },
      accept: { margin: 0 },
    })
    const profits = [1, 2, 3, 4, 5, 6, 7, 8].map((k) => ManyTasks.profit(ManyTasks.from(parameters), k))
    expect(BestResponse.from(parameters).smallest?.cheated).toBe(profits.findIndex((profit) => profit > 0) + 1)
  })
})

test('of every mix in whole numbers each kind can be cheated in whole', () => {
  for (let few = 1; few <= 3; few++)
    for (let many = 1; many <= 120; many++) {
      const values = [
        { value: 5, count: few, reward: 2, honestCost: 1 },
        { value: 1, count: many, reward: 2, honestCost: 1 },
      ]
      const sampling = { mode: 'byValue', rate: 0.1, values }
      const situation = ManyTasks.from(file({ task: {}, sampling, slash: {}, batch: { size: few + many } }))
      expect(ManyTasks.profit(situation, [few, many])).toBeLessThan(few + many)
    }
})

describe('draws to choose from, over several batches: every spread of cheats, in exact rationals', () => {
  const several = (count: number, draws: number, more: object = {}) => ({
    task: { reward: 0.846, honestCost: 0.5, externalGain: 0.5 },
    sampling: { mode: 'fixed', count },
    slash: { rule: 'once-per-batch', amount: 5.9, forfeitBatchReward: true },
    batch: { size: 5 },
    stake: { concurrentBatches: 2 },
    beacon: { draws, withholdPenalty: 5 },
    accept: { margin: 0 },
    ...more,
  })

  test('one cheat in each batch pays where two in one do not', () => {
    const { holds, smallest } = BestResponse.from(file(several(1, 4)))
    expect(holds).toBe(false)
    expect(smallest).toMatchObject({ cheated: 2, spread: true })
    digits(smallest?.profit, '.1045')
  })

  test('the best and the fewest, of 200 files', () => {
    let cases = 0
    for (const [size, concurrentBatches] of [
      [5, 2],
      [3, 3],
      [2, 4],
    ] as const)
      for (const rule of ['per-fraud', 'once-per-batch'])
        for (const count of [1, 2])
          for (const draws of [2, 4])
            for (const withholdPenalty of [0, 1, 5])
              for (const amount of [1, 3, 5.9]) {
                const parameters = file({
                  ...several(count, draws),
                  slash: { rule, amount, forfeitBatchReward: rule === 'once-per-batch' },
                  batch: { size },
                  stake: { concurrentBatches },
                  beacon: { draws, withholdPenalty },
                })
                const { exact } = played(parameters, 0)
                const ways = spreads(concurrentBatches, size)
                  .slice(1)
                  .map((cheats) => ({ cheated: total(cheats), profit: exact(cheats) }))
                const { best, smallest } = BestResponse.from(parameters)
                const label = JSON.stringify({ size, concurrentBatches, rule, count, draws, withholdPenalty, amount })
                expect(best.profit, label).toBeCloseTo(Math.max(...ways.map(({ profit }) => profit)), 9)
                const paying = ways.filter(({ profit }) => profit > 1e-9).map(({ cheated }) => cheated)
                expect(smallest?.cheated ?? Number.POSITIVE_INFINITY, label).toBe(Math.min(...paying))
                cases++
              }
    expect(cases).toBeGreaterThanOrEqual(200)
  })
})

test('by value, with a stake that can’t pay every slash: every task of each kind by itself', () => {
  let cases = 0
  for (const [few, many] of [
    [1, 1],
    [1, 3],
    [2, 4],
  ] as const)
    for (const value of [2, 6])
      for (const rate of [0.125, 0.5])
        for (const falsePositive of [0, 0.125])
          for (const amount of [2, 7])
            for (let k = 0; k <= few; k++)
              for (let l = 0; l <= many; l++) {
                const values = [
                  { value, count: few, reward: 4, honestCost: 3 },
                  { value: 1, count: many, reward: 2, honestCost: 1 },
                ]
                const parameters = file({
                  task: {},
                  sampling: { mode: 'byValue', rate, values },
                  slash: { amount: 5 },
                  comparator: { power: 0.75, falsePositive },
                  arbitration: { falsePositive: 1 },
                  batch: { size: few + many },
                  stake: { amount },
                })
                const mean = R(value)
                  .times(R(few))
                  .plus(R(many))
                  .over(R(few + many))
                const inclusion = (worth: number) => least(R(1), R(rate).times(R(worth)).over(mean))
                const kinds = [
                  { p: inclusion(value), count: few, cheated: k, reward: 4 },
                  { p: inclusion(1), count: many, cheated: l, reward: 2 },
                ]
                const lost = (cheating: boolean) => {
                  const chances = kinds.flatMap(({ p, count, cheated }) =>
                    Array.from({ length: count }, (_, i) => p.times(R(cheating && i < cheated ? 0.75 : falsePositive))),
                  )
                  const rewards = kinds.flatMap(({ count, reward }) => Array.from({ length: count }, () => R(reward)))
                  const forgone = chances.reduce((sum, chance, i) => sum.plus(chance.times(rewards[i]!)), R(0))
                  return expected(counted(chances), (x) => R(Math.min(amount, 5 * x))).plus(forgone)
                }
                const exact = R(3 * k + l)
                  .minus(lost(true).minus(lost(false)))
                  .toNumber()
                const label = JSON.stringify({ few, many, value, rate, falsePositive, amount, k, l })
                expect(ManyTasks.profit(ManyTasks.from(parameters), [k, l]), label).toBeCloseTo(exact, 11)
                cases++
              }
  expect(cases).toBeGreaterThanOrEqual(200)
})
