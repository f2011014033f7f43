import { Parameters } from '@spotcheck/core/economics'
import { describe, expect, test } from 'vitest'
import * as Population from './Population.js'
import * as Prediction from './Prediction.js'

type File = Parameters.Parameters

/** Every set of `n` out of 0..size-1. */
function* subsets(size: number, n: number, from = 0): Generator<number[]> {
  if (n === 0) yield []
  else for (let i = from; i < size; i++) for (const rest of subsets(size, n - 1, i + 1)) yield [i, ...rest]
}

/** Every combination of one entry of each list, with the product of their probabilities. */
function* product<T>(
  lists: readonly (readonly (readonly [T, number])[])[],
): Generator<readonly [readonly T[], number]> {
  const [first, ...rest] = lists
  if (first === undefined) yield [[], 1]
  else
    for (const [value, p] of first)
      for (const [values, q] of product(rest)) if (p * q > 0) yield [[value, ...values], p * q]
}

const coin = (p: number): (readonly [boolean, number])[] => [
  [true, p],
  [false, 1 - p],
]

/** P(a sampled task is convicted), by going through every panel and every pattern of verdicts. */
function conviction(parameters: File, isCheated: boolean): number {
  const { sampling, comparator, arbitration, verifiers } = parameters
  const { size, colluding } = Population.pool(parameters)
  const honest = isCheated ? comparator.power : comparator.falsePositive
  const friend = isCheated ? 0 : verifiers.falseDissent
  let [disputed, panels] = [0, 0]
  for (const panel of subsets(size, sampling.verifiers)) {
    panels++
    const coins = [coin(honest), ...panel.map((i) => coin(i < colluding ? friend : honest))]
    for (const [[common, ...own], p] of product(coins)) {
      const verdicts = panel.map((i, seat) => (comparator.errors === 'common' && i >= colluding ? common : own[seat]))
      if (verdicts.includes(true)) disputed += p
    }
  }
  return (disputed / panels) * (isCheated ? arbitration.power : arbitration.falsePositive)
}

/** Expected profit per task and P(capture), by going through every sample, cheat and conviction of a batch. */
function exhaustive(parameters: File, habit: Prediction.Habit) {
  const { task, sampling, slash, batch, stake } = parameters
  const convict = [conviction(parameters, false), conviction(parameters, true)] as const
  const positions = Array.from({ length: batch.size }, (_, i) => i)
  const m = sampling.mode === 'fixed' ? (sampling.count ?? Math.ceil(sampling.rate! * batch.size - 1e-9)) : 0
  const samples: (readonly (readonly [boolean, number])[])[][] =
    sampling.mode === 'fixed'
      ? [...subsets(batch.size, m)].map((drawn) => positions.map((i) => coin(drawn.includes(i) ? 1 : 0)))
      : [positions.map(() => coin(sampling.rate!))]
  let [profit, capture] = [0, 0]
  for (const sample of samples)
    for (const [sampled, p] of product(sample))
      for (const [cheated, q] of product(positions.map(() => coin(habit.cheat)))) {
        const convictions = positions.map((i) => coin(sampled[i] ? convict[cheated[i] ? 1 : 0] : 0))
        for (const [convicted, c] of product(convictions)) {
          const weight = (p * q * c) / samples.length
          const proven = convicted.filter(Boolean).length
          const work = cheated.map((one) =>
            one ? (habit.cost ?? task.cheatCost) - task.externalGain : task.honestCost,
          )
          const share = (stake.amount ?? Number.POSITIVE_INFINITY) / stake.concurrentBatches
          const lost =
            slash.rule === 'per-fraud' ? proven * slash.amount : Math.min(1, proven) * Math.min(slash.amount, share)
          profit += weight * ((batch.size - proven) * task.reward - work.reduce((sum, x) => sum + x, 0) - lost)
          if (convicted.some((one, i) => one && cheated[i])) capture += weight
        }
      }
  return { profit: profit / batch.size, capture }
}

const file = (extra: object): File =>
  Parameters.from({
    task: { reward: 1.2, honestCost: 1, cheatCost: 0.2, externalGain: 0.05 },
    sampling: { rate: 0.3 },
    slash: { amount: 12 },
    batch: { size: 3 },
    ...extra,
  })

const noisy = {
  comparator: { power: 0.7, falsePositive: 0.15 },
  arbitration: { power: 0.9, falsePositive: 0.4 },
}

describe('the closed form is the sum over everything that can happen', () => {
  test.each<[string, object]>([
    ['exact', {}],
    ['colluders, two verifiers', { sampling: { rate: 0.3, verifiers: 2 }, verifiers: { colluding: 0.25 } }],
    ['noise', noisy],
    ['noise, colluders that dissent falsely', { ...noisy, verifiers: { colluding: 0.3, falseDissent: 0.5 } }],
    [
      'common errors, three verifiers, a small pool',
      {
        ...noisy,
        comparator: { ...noisy.comparator, errors: 'common' },
        sampling: { rate: 0.3, verifiers: 3 },
        verifiers: { colluding: 0.5, falseDissent: 0.2, pool: 7 },
      },
    ],
    ['a fixed count', { ...noisy, sampling: { mode: 'fixed', count: 2 } }],
    ['a fixed rate, rounded up', { ...noisy, sampling: { mode: 'fixed', rate: 0.4 }, batch: { size: 4 } }],
    ['once per batch', { ...noisy, slash: { rule: 'once-per-batch', amount: 12 } }],
    [
      'once per batch, a fixed sample, little stake',
      {
        ...noisy,
        slash: { rule: 'once-per-batch', amount: 12 },
        stake: { amount: 10, concurrentBatches: 2 },
        sampling: { mode: 'fixed', count: 2 },
      },
    ],
  ])('%s', (_, extra) => {
    const parameters = file(extra)
    for (const habit of [{ cheat: 0 }, { cheat: 1, cost: 0 }, { cheat: 1 }, { cheat: 0.3 }]) {
      const slow = exhaustive(parameters, habit)
      expect(Prediction.profitPerTask(parameters, habit)).toBeCloseTo(slow.profit, 10)
      expect(Prediction.capture(parameters, habit)).toBeCloseTo(slow.capture, 10)
    }
  })
})

test('no form where less than full collateral is shared by several frauds', () => {
  expect(Prediction.profitPerTask(file({ stake: { amount: 20 } }), { cheat: 1 })).toBe(null)
})

test('certain detection', () => {
  expect(Prediction.capture(file({ sampling: { rate: 1 } }), { cheat: 1 })).toBe(1)
  expect(Prediction.capture(file({ sampling: { rate: 1 } }), { cheat: 0 })).toBe(0)
})
