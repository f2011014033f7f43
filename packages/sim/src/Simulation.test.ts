import { Ledger, Protocol } from '@spotcheck/core'
import { Parameters, recommend } from '@spotcheck/core/economics'
import { describe, expect, test } from 'vitest'
import * as Crossing from './Crossing.js'
import * as Epoch from './Epoch.js'
import * as Simulation from './Simulation.js'
import type { Estimate } from './Statistics.js'
import * as Strategy from './Strategy.js'

type File = Parameters.Parameters

const SEED = 20_261_123

const file = (extra: object = {}): File =>
  Parameters.from({
    task: { reward: 1.2, honestCost: 1, cheatCost: 0.2, externalGain: 0.05 },
    sampling: { rate: 0.2 },
    slash: { amount: 12 },
    batch: { size: 10 },
    ...extra,
  })

const one = (...strategies: Strategy.Strategy[]) => strategies.map((strategy) => ({ strategy, count: 1 }))
const base = { parameters: file(), cohorts: one(...Strategy.all), epochs: 3, seed: SEED }

/** Half of a 95 % interval is 1.96 standard errors or a little more. */
const standardError = ({ mean, high }: Estimate) => (high - mean) / 1.96

function expectNear(estimate: Estimate, expected: number): void {
  expect(Math.abs(estimate.mean - expected)).toBeLessThanOrEqual(4 * standardError(estimate) + 1e-9)
}

describe('run', () => {
  test('the same seed gives the same bytes, another seed others', async () => {
    const json = async (seed: number) => JSON.stringify(await Simulation.run({ ...base, seed }))
    const [first, again, other] = [await json(1), await json(1), await json(2)]
    expect(again).toBe(first)
    expect(other.replace('"seed":2', '"seed":1')).not.toBe(first)
  })

  test('what a strategy does is the same whoever else takes part', async () => {
    const alone = await Simulation.run({ ...base, cohorts: one(Strategy.intermittent(0.5)) })
    const first = await Simulation.run({ ...base, cohorts: one(Strategy.intermittent(0.5), Strategy.lazy) })
    expect(first.strategies[0]).toEqual(alone.strategies[0])
  })

  test('counts add up', async () => {
    const cohorts = [
      { strategy: Strategy.lazy, count: 2 },
      { strategy: Strategy.lazy, count: 1 },
      { strategy: Strategy.intermittent(0.2), count: 1 },
      { strategy: Strategy.intermittent(0.9), count: 1 },
    ]
    const { strategies, tasks } = await Simulation.run({ ...base, cohorts, epochs: 10 })
    expect(tasks).toBe(10 * 5 * 10)
    expect(strategies.map(({ executors, tasks, cheats }) => [executors, tasks, cheats]).slice(0, 2)).toEqual([
      [2, 200, 200],
      [1, 100, 100],
    ])
    expect(strategies[2]!.cheats).toBeLessThan(strategies[3]!.cheats)
    for (const { tasks, cheats, sampled, sampledCheats, caught, falseSlashes } of strategies) {
      expect(cheats <= tasks && sampled <= tasks && sampledCheats <= Math.min(cheats, sampled)).toBe(true)
      expect(caught).toBe(sampledCheats)
      expect(falseSlashes).toBe(0)
    }
  })

  test('progress is told after each epoch', async () => {
    const seen: string[] = []
    await Simulation.run({ ...base, onProgress: (done, epochs) => seen.push(`${done}/${epochs}`) })
    expect(seen).toEqual(['1/3', '2/3', '3/3'])
  })

  test.each<[string, object, string]>([
    ['one epoch', { epochs: 1 }, 'epochs'],
    ['half an epoch', { epochs: 2.5 }, 'epochs'],
    ['a negative seed', { seed: -1 }, 'seed'],
    ['a seed beyond exact integers', { seed: 2 ** 53 }, 'seed'],
    ['nobody', { cohorts: [] }, 'cohorts'],
    ['an empty cohort', { cohorts: [{ strategy: Strategy.lazy, count: 0 }] }, 'lazy'],
  ])('%s is a typed error', async (_, extra, subject) => {
    const failure = await Simulation.run({ ...base, ...extra }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(Simulation.InvalidSimulationError)
    expect(failure).toMatchObject({ subject })
  })

  test('what the protocol refuses or lacks is a typed error, before the first epoch', async () => {
    const run = (parameters: File) => Simulation.run({ ...base, parameters })
    await expect(run(file({ beacon: { draws: 2 } }))).rejects.toThrow(Crossing.UnsupportedError)
    await expect(run(file({ slash: { amount: 0.5 } }))).rejects.toThrow(Protocol.InvalidProtocolError)
  })
})

describe('money', () => {
  test('honest work earns exactly R - C where nobody errs', async () => {
    const { strategies } = await Simulation.run({ ...base, cohorts: [{ strategy: Strategy.honest, count: 3 }] })
    const { mean, low, high } = strategies[0]!.profitPerTask
    for (const value of [mean, low, high]) expect(value).toBeCloseTo(0.2, 12)
  })

  test.each<[string, object]>([
    ['per-fraud', {}],
    ['once-per-batch', { slash: { rule: 'once-per-batch', amount: 12, burnShare: 0.6 } }],
    ['little stake', { stake: { amount: 20 } }],
    [
      'noise, bonds, bounties and paid arbiters',
      {
        slash: { amount: 12, burnShare: 0.5 },
        comparator: { power: 0.8, falsePositive: 0.3 },
        arbitration: { power: 0.9, falsePositive: 0.5, cost: 3 },
        verifiers: { colluding: 0.2, falseDissent: 0.5, bounty: 2, bond: 4 },
        sampling: { rate: 0.5, verifiers: 2 },
      },
    ],
  ])('is neither made nor lost at any step, and profit is what the transfers say: %s', async (_, extra) => {
    const parameters = file(extra)
    const setting = Epoch.prepare({ parameters, cohorts: one(...Strategy.all), seed: SEED })
    for (let epoch = 0; epoch < 3; epoch++) {
      const totals = new Set<bigint>()
      const received = new Map<string, bigint>()
      let final: Ledger.Ledger = new Map()
      const observe: Epoch.EpochParameters['observe'] = (_, { state, effects }) => {
        totals.add(Ledger.total(state.ledger))
        final = state.ledger
        for (const effect of effects)
          if (effect.type === 'settled')
            for (const { from, to, amount } of effect.transfers) {
              received.set(to, (received.get(to) ?? 0n) + amount)
              received.set(from, (received.get(from) ?? 0n) - amount)
            }
      }
      const { executors } = await Epoch.play({ ...setting, epoch, observe })
      expect(totals.size).toBe(1)
      for (const [account, amount] of final) {
        expect(amount >= 0n).toBe(true)
        if (/^(lock|escrow):/.test(account)) expect(amount).toBe(0n)
      }
      for (const [i, { profit, tasks, cheats, caught, falseSlashes }] of executors.entries()) {
        const address = `0xee${i.toString(16).padStart(38, '0')}` as const
        const lock = received.get(`lock:${address}:${epoch}`) ?? 0n
        const back = received.get(`stake:${address}`) ?? 0n
        const earned = Crossing.fromWei((received.get(address) ?? 0n) + back + lock)
        const { reward, honestCost, externalGain } = parameters.task
        const work = (tasks - cheats) * honestCost + cheats * (Strategy.all[i]!.cost(parameters.task) - externalGain)
        expect(profit).toBeCloseTo(earned - work, 9)
        const proven = caught + falseSlashes
        const most = Crossing.fromWei(Crossing.lockOf(parameters))
        expect(profit).toBeCloseTo(
          (tasks - proven) * reward - work - Math.min(most, proven * parameters.slash.amount),
          9,
        )
      }
    }
  })
})

describe('the compute multiplier is (serving + re-execution)/serving in the costs of the file', () => {
  test.each<[string, object, number]>([
    ['every task once', { sampling: { rate: 1 }, verifiers: { cost: 0.7 } }, 1 + 0.7 / 2],
    ['every task twice', { sampling: { rate: 1, verifiers: 2 }, verifiers: { cost: 0.7 } }, 1 + (2 * 0.7) / 2],
    ['three of ten', { sampling: { mode: 'fixed', count: 3 }, verifiers: { cost: 4 } }, 1 + (0.3 * 4) / 2],
  ])('%s', async (_, extra, multiplier) => {
    const parameters = file({ task: { reward: 3, honestCost: 2, cheatCost: 0 }, ...extra })
    const result = await Simulation.run({ ...base, parameters, cohorts: one(Strategy.honest) })
    expect(result.computeMultiplier).toBeCloseTo(multiplier, 12)
  })

  test('a dispute costs three more', async () => {
    const parameters = file({ sampling: { mode: 'fixed', count: 3 } })
    const { reexecutions, arbitrations, computeMultiplier } = await Simulation.run({
      ...base,
      parameters,
      cohorts: one(Strategy.lazy),
    })
    expect([reexecutions, arbitrations]).toEqual([3 * 3, 3 * 3 * 3])
    expect(computeMultiplier).toBeCloseTo(1 + 0.3 * 4, 12)
  })

  test('none where honest runs cost nothing', async () => {
    const parameters = file({ task: { reward: 1, honestCost: 0, cheatCost: 0 } })
    const result = await Simulation.run({ ...base, parameters, cohorts: one(Strategy.honest) })
    expect(result.computeMultiplier).toBe(null)
  })
})

const noisy = {
  comparator: { power: 0.7, falsePositive: 0.15 },
  arbitration: { power: 0.9, falsePositive: 0.4 },
}

describe('theory and simulation agree', () => {
  const EPOCHS = 60

  test.each<[string, object]>([
    ['r = 0, n = 1, exact', {}],
    [
      'r > 0, n = 2, d < 1',
      { sampling: { rate: 0.5, verifiers: 2 }, comparator: { power: 0.5 }, verifiers: { colluding: 0.15 } },
    ],
    ['f > 0, imperfect arbitration, n = 1', { ...noisy, sampling: { rate: 0.4 } }],
    [
      'fixed sample, n = 2, r > 0, colluders that dissent falsely, errors in common',
      {
        ...noisy,
        comparator: { ...noisy.comparator, errors: 'common' },
        sampling: { mode: 'fixed', count: 5, verifiers: 2 },
        batch: { size: 9 },
        verifiers: { colluding: 0.3, falseDissent: 0.3 },
      },
    ],
    [
      'once per batch, f > 0, r > 0',
      {
        ...noisy,
        slash: { rule: 'once-per-batch', amount: 12 },
        sampling: { rate: 0.2 },
        verifiers: { colluding: 0.2 },
      },
    ],
  ])('%s', async (_, extra) => {
    const parameters = file(extra)
    const { strategies } = await Simulation.run({ ...base, parameters, epochs: EPOCHS })
    for (const { profitPerTask, expectedProfitPerTask, capture, expectedCapture } of strategies) {
      expectNear(profitPerTask, expectedProfitPerTask!)
      const error = Math.sqrt((expectedCapture * (1 - expectedCapture)) / EPOCHS)
      expect(Math.abs(capture.mean - expectedCapture)).toBeLessThanOrEqual(4 * error + 1e-9)
    }
  })
})

describe('the recommended rate', () => {
  const recommended = (parameters: File, share = 1) => {
    const advice = recommend(parameters)
    if (!advice.feasible) throw new Error(advice.reason)
    const { sampleRate, slash } = advice
    const at = Parameters.from({
      ...parameters,
      sampling: { ...parameters.sampling, rate: share * sampleRate },
      slash: { ...parameters.slash, amount: slash },
    })
    return { parameters: at, rate: share * sampleRate }
  }

  test('captures over 200 epochs as often as the closed form says: within the 95 % interval', async () => {
    const { parameters, rate } = recommended(file({ batch: { size: 40 } }))
    const { strategies } = await Simulation.run({ ...base, parameters, epochs: 200, cohorts: one(Strategy.lazy) })
    const { capture, expectedCapture } = strategies[0]!
    const closed = 1 - (1 - rate) ** 40
    expect(closed).toBeGreaterThan(0.2)
    expect(closed).toBeLessThan(0.8)
    expect(expectedCapture).toBeCloseTo(closed, 12)
    expect(capture.low).toBeLessThanOrEqual(closed)
    expect(capture.high).toBeGreaterThanOrEqual(closed)
  })

  const capped = file({ task: { reward: 1.2, honestCost: 1, cheatCost: 0.2 }, slash: { amount: 12, max: 12 } })

  test('leaves no cheating strategy ahead of the honest one', async () => {
    const { parameters } = recommended(capped)
    const { strategies } = await Simulation.run({ ...base, parameters, epochs: 80 })
    const [honest, ...cheats] = strategies
    for (const { profitPerTask } of cheats) {
      expect(profitPerTask.mean).toBeLessThan(honest!.profitPerTask.mean)
      expect(profitPerTask.low).toBeLessThan(honest!.profitPerTask.mean)
    }
  })

  test('half of it leaves the lazy one ahead', async () => {
    const { parameters } = recommended(capped, 0.5)
    const cohorts = [
      { strategy: Strategy.honest, count: 1 },
      { strategy: Strategy.lazy, count: 3 },
    ]
    const { strategies } = await Simulation.run({ ...base, parameters, cohorts, epochs: 80 })
    expect(strategies[1]!.profitPerTask.low).toBeGreaterThan(strategies[0]!.profitPerTask.mean)
  })
})

describe('sizes', () => {
  test('batches of one task', async () => {
    const parameters = file({ batch: { size: 1 }, sampling: { rate: 0.5 } })
    const { strategies } = await Simulation.run({ ...base, parameters, epochs: 60 })
    for (const { profitPerTask, expectedProfitPerTask } of strategies) expectNear(profitPerTask, expectedProfitPerTask!)
  })

  test('a batch of thousands, sparsely sampled', async () => {
    const parameters = file({ batch: { size: 1_000 }, sampling: { rate: 0.02 } })
    const { strategies } = await Simulation.run({ ...base, parameters, epochs: 2, cohorts: one(Strategy.lazy) })
    expect(strategies[0]!.tasks).toBe(2_000)
    expect(Math.abs(strategies[0]!.caught - 40)).toBeLessThan(4 * Math.sqrt(40))
  })

  test('penalties larger than money usually is: verifiers can still cover them', async () => {
    const parameters = file({ verifiers: { slash: 1e9, bond: 1e9 } })
    await expect(Simulation.run({ ...base, parameters })).resolves.toBeDefined()
  })
})
