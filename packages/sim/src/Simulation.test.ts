import { Ledger, Protocol } from '@spotcheck/core'
import { Parameters, recommend } from '@spotcheck/core/economics'
import { describe, expect, test } from 'vitest'
import * as Crossing from './Crossing.js'
import type { Column } from './engine/Plan.js'
import { type Observe, replicate } from './engine/protocol.js'
import * as Scenario from './Scenario.js'
import * as Simulation from './Simulation.js'
import type { Estimate } from './Statistics.js'

type File = Parameters.Parameters

const SEED = 20_261_123

const file = (extra: object = {}) => ({
  task: { reward: 1.2, honestCost: 1, cheatCost: 0.2, externalGain: 0.05 },
  sampling: { rate: 0.2 },
  slash: { amount: 12 },
  batch: { size: 10 },
  ...extra,
})

const four = [
  { strategy: 'honest', count: 1 },
  { strategy: 'lazy', count: 1 },
  { strategy: 'substitute', count: 1 },
  { strategy: 'intermittent', options: { rate: 0.3 }, count: 1 },
]
const one = (strategy: string, options = {}) => [{ strategy, options, count: 1 }]
const base = { parameters: file(), population: four, epochs: 1, replications: 3, seed: SEED }
const scenario = (extra: object = {}) => Scenario.from({ ...base, ...extra })

/** Half of a 95 % interval is 1.96 standard errors or a little more. */
const standardError = ({ mean, high }: Estimate) => (high - mean) / 1.96

function expectNear(estimate: Estimate, expected: number): void {
  expect(Math.abs(estimate.mean - expected)).toBeLessThanOrEqual(4 * standardError(estimate) + 1e-9)
}

describe.each(['protocol', 'statistical'] as const)('run, %s engine', (engine) => {
  const run = (extra: object = {}) => Simulation.run(scenario(extra), { engine })

  test('the same seed gives the same bytes, another seed others', async () => {
    const json = async (seed: number) => JSON.stringify(await run({ seed, epochs: 2 }))
    const [first, again, other] = [await json(1), await json(1), await json(2)]
    expect(again).toBe(first)
    expect(other.replace('"seed":2', '"seed":1')).not.toBe(first)
  })

  test('what a node does and gets is the same whoever joins after it', async () => {
    const alone = await run({ population: one('intermittent', { rate: 0.5 }) })
    const first = await run({ population: [...one('intermittent', { rate: 0.5 }), ...one('lazy')] })
    expect(first.cohorts[0]).toEqual(alone.cohorts[0])
  })

  test('counts add up', async () => {
    const population = [
      { strategy: 'lazy', count: 2 },
      { strategy: 'lazy', count: 1 },
      { strategy: 'intermittent', options: { rate: 0.2 }, count: 1 },
      { strategy: 'intermittent', options: { rate: 0.9 }, count: 1 },
      { strategy: 'noisy', options: { noise: 0.5 }, count: 1 },
    ]
    const { cohorts, network, replications } = await run({ population, replications: 10 })
    expect([network.tasks, replications]).toEqual([10 * 6 * 10, 10])
    expect(cohorts.map(({ nodes, counts }) => [nodes, counts.tasks, counts.cheats]).slice(0, 2)).toEqual([
      [2, 200, 200],
      [1, 100, 100],
    ])
    expect(cohorts[2]!.counts.cheats).toBeLessThan(cohorts[3]!.counts.cheats)
    for (const { counts } of cohorts) {
      const { tasks, cheats, noisy, sampled, sampledCheats, disputes, caught, falseSlashes } = counts
      expect(cheats + noisy <= tasks && sampled <= tasks && sampledCheats <= Math.min(cheats, sampled)).toBe(true)
      expect(caught).toBe(sampledCheats)
      expect(disputes).toBe(caught + falseSlashes)
      expect(falseSlashes > 0).toBe(noisy > 0)
    }
  })

  test('progress is told after each replication', async () => {
    const seen: string[] = []
    await Simulation.run(scenario(), { engine, onProgress: (done, of) => seen.push(`${done}/${of}`) })
    expect(seen).toEqual(['1/3', '2/3', '3/3'])
  })

  test('an interruption leaves what was played', async () => {
    const stop = new AbortController()
    const onProgress = (done: number) => done === 2 && stop.abort()
    const { replications, complete } = await Simulation.run(scenario(), { engine, signal: stop.signal, onProgress })
    expect({ replications, complete }).toEqual({ replications: 2, complete: false })
  })

  test('honest work earns exactly R - C where nobody errs', async () => {
    const { cohorts } = await run({ population: [{ strategy: 'honest', count: 3 }] })
    const { mean, low, high } = cohorts[0]!.profitPerTask
    for (const value of [mean, low, high]) expect(value).toBeCloseTo(0.2, 12)
  })
})

test('stops once every interval is as narrow as asked', async () => {
  const wide = scenario({ population: one('lazy'), replications: 100_000 })
  const result = await Simulation.run(wide, { untilInterval: 0.1 })
  const { mean, high } = result.cohorts[0]!.profitPerTask
  expect(result.replications % 10).toBe(0)
  expect(result.replications).toBeLessThan(100_000)
  expect(high - mean).toBeLessThanOrEqual(0.1 * Math.abs(mean))
  expect(result.complete).toBe(true)
})

describe('refusals', () => {
  test.each<[string, object, string]>([
    ['an engine of its own', { engine: 'steam' }, 'engine'],
    ['no interval at all', { untilInterval: 0 }, 'untilInterval'],
  ])('%s', async (_, options, subject) => {
    const failure = await Simulation.run(scenario(), options).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(Simulation.InvalidSimulationError)
    expect(failure).toMatchObject({ subject })
  })

  test('what the protocol refuses or lacks is a typed error, before the first replication', async () => {
    const run = (extra: object) => Simulation.run(scenario(extra), { engine: 'protocol' })
    const parameters = (extra: object) => ({ parameters: file(extra) })
    await expect(run(parameters({ beacon: { draws: 2 } }))).rejects.toThrow(Crossing.UnsupportedError)
    await expect(run(parameters({ slash: { amount: 0.5 } }))).rejects.toThrow(Protocol.InvalidProtocolError)
    const values = [{ value: 1, reward: 5 }]
    await expect(run({ population: [{ strategy: 'lazy', count: 1, values }] })).rejects.toThrow('the task of a cohort')
    await expect(run({ tasksPerEpoch: 20 })).rejects.toThrow("can't be simulated over the protocol")
  })
})

describe('the money of the protocol engine', () => {
  test.each<[string, object]>([
    ['per-fraud', {}],
    ['once-per-batch', { slash: { rule: 'once-per-batch', amount: 12, burnShare: 1 } }],
    ['little stake', { stake: { amount: 20 } }],
    [
      'noise, bonds, bounties and paid arbiters',
      {
        comparator: { power: 0.8, falsePositive: 0.3 },
        arbitration: { power: 0.9, falsePositive: 0.5, cost: 3 },
        verifiers: { colluding: 0.2, falseDissent: 0.5, bounty: 2, bond: 4 },
        sampling: { rate: 0.5, verifiers: 2 },
        slash: { amount: 14, burnShare: 0.8 },
      },
    ],
  ])('is neither made nor lost at any step, and profit is what the transfers say: %s', async (_, extra) => {
    const { parameters, ...rest } = scenario({ parameters: file(extra) })
    const plan = Scenario.plan({ parameters, ...rest })
    for (let replication = 0; replication < 3; replication++) {
      const totals = new Set<bigint>()
      const received = new Map<string, bigint>()
      let final: Ledger.Ledger = new Map()
      const observe: Observe = (_, { state, effects }) => {
        totals.add(Ledger.total(state.ledger))
        final = state.ledger
        for (const effect of effects)
          if (effect.type === 'settled')
            for (const { from, to, amount } of effect.transfers) {
              received.set(to, (received.get(to) ?? 0n) + amount)
              received.set(from, (received.get(from) ?? 0n) - amount)
            }
      }
      const tally = await replicate(plan, replication, observe)
      expect(totals.size).toBe(1)
      for (const [account, amount] of final) {
        expect(amount >= 0n).toBe(true)
        if (/^(lock|escrow):/.test(account)) expect(amount).toBe(0n)
      }
      for (const i of four.keys()) {
        const at = (column: Column) => tally[column][i]!
        const address = `0xee${i.toString(16).padStart(38, '0')}` as const
        const lock = received.get(`lock:${address}:0`) ?? 0n
        const back = received.get(`stake:${address}`) ?? 0n
        const earned = Crossing.fromWei((received.get(address) ?? 0n) + back + lock)
        const { reward, honestCost, cheatCost, externalGain } = parameters.task
        const cost = four[i]!.strategy === 'lazy' ? 0 : cheatCost
        const work = (at('tasks') - at('cheats')) * honestCost + at('cheats') * (cost - externalGain)
        const recovered = at('cheats') > 0 ? (1 - parameters.slash.burnShare) * at('slashed') : 0
        expect(at('profit')).toBeCloseTo(earned + recovered - work, 9)
        const proven = at('caught') + at('falseSlashes')
        const most = Crossing.fromWei(Crossing.lockOf(parameters))
        expect(at('slashed')).toBeCloseTo(Math.min(most, proven * parameters.slash.amount), 9)
        expect(at('profit')).toBeCloseTo((at('tasks') - proven) * reward - work - at('slashed') + recovered, 9)
      }
    }
  })
})

describe.each(['protocol', 'statistical'] as const)('compute in the costs of the file, %s engine', (engine) => {
  test.each<[string, object, string, number]>([
    ['every task once', { sampling: { rate: 1 }, verifiers: { cost: 0.7 } }, 'honest', 1 + 0.7 / 2],
    [
      'every task twice',
      { sampling: { rate: 1, verifiers: 2 }, verifiers: { cost: 0.7 } },
      'honest',
      1 + (2 * 0.7) / 2,
    ],
    ['three of ten', { sampling: { mode: 'fixed', count: 3 }, verifiers: { cost: 4 } }, 'honest', 1 + (0.3 * 4) / 2],
    [
      'disputes cost what the file says',
      { sampling: { mode: 'fixed', count: 3 }, arbitration: { cost: 5 } },
      'lazy',
      1 + (0.3 * (1 + 5)) / 2,
    ],
  ])('%s', async (_, extra, strategy, multiplier) => {
    const parameters = file({ task: { reward: 3, honestCost: 2, cheatCost: 0 }, slash: { amount: 30 }, ...extra })
    const { network } = await Simulation.run(scenario({ parameters, population: one(strategy) }), { engine })
    expect(network.computeMultiplier?.mean).toBeCloseTo(multiplier, 12)
  })

  test('none where honest runs cost nothing', async () => {
    const parameters = file({ task: { reward: 1, honestCost: 0, cheatCost: 0 } })
    const { network } = await Simulation.run(scenario({ parameters, population: one('honest') }), { engine })
    expect(network.computeMultiplier).toBe(null)
  })
})

const noisy = {
  comparator: { power: 0.7, falsePositive: 0.15 },
  arbitration: { power: 0.9, falsePositive: 0.4 },
}

describe.each([
  ['protocol', 40],
  ['statistical', 2_000],
] as const)('closed forms and the %s engine agree', (engine, replications) => {
  test.each<[string, object]>([
    ['r = 0, n = 1, exact', {}],
    [
      'r > 0, n = 2, d < 1',
      { sampling: { rate: 0.5, verifiers: 2 }, comparator: { power: 0.5 }, verifiers: { colluding: 0.15, pool: 20 } },
    ],
    ['f > 0, imperfect arbitration, n = 1', { ...noisy, sampling: { rate: 0.4 } }],
    [
      'fixed sample, n = 2, r > 0, colluders that dissent falsely, errors in common',
      {
        ...noisy,
        comparator: { ...noisy.comparator, errors: 'common' },
        sampling: { mode: 'fixed', count: 5, verifiers: 2 },
        batch: { size: 9 },
        verifiers: { colluding: 0.3, falseDissent: 0.3, pool: 20 },
      },
    ],
    [
      'once per batch, f > 0, r > 0',
      {
        ...noisy,
        slash: { rule: 'once-per-batch', amount: 12 },
        sampling: { rate: 0.2 },
        verifiers: { colluding: 0.2, pool: 20 },
      },
    ],
    ['batches of one task', { batch: { size: 1 }, sampling: { rate: 0.5 } }],
  ])('%s', async (_, extra) => {
    const { cohorts } = await Simulation.run(scenario({ parameters: file(extra), replications }), { engine })
    for (const { profitPerTask, expectedProfitPerTask, captured, expectedCaptured } of cohorts) {
      expectNear(profitPerTask, expectedProfitPerTask!)
      const error = Math.sqrt((expectedCaptured! * (1 - expectedCaptured!)) / replications)
      expect(Math.abs(captured.mean - expectedCaptured!)).toBeLessThanOrEqual(4 * error + 1e-9)
    }
  })
})

test('closed forms expect nothing where habits change, epochs follow one another or another policy rules', async () => {
  const expected = async (extra: object) => {
    const { cohorts } = await Simulation.run(scenario(extra))
    return cohorts.map(({ expectedProfitPerTask }) => expectedProfitPerTask)
  }
  expect(await expected({ population: one('burst') })).toEqual([null])
  expect(await expected({ population: one('noisy') })).toEqual([null])
  expect(await expected({ population: one('honest'), epochs: 2 })).toEqual([null])
  expect(await expected({ population: [{ strategy: 'honest', count: 1, stake: 3 }] })).toEqual([null])
  expect(await expected({ population: one('honest') })).toEqual([expect.closeTo(0.2, 12)])
})

test('of what the statistical engine pays otherwise, closed forms expect nothing, or the same', async () => {
  const played = async (extra: object, cohort: object = {}) => {
    const parameters = { sampling: { rate: 0.2 }, slash: { amount: 4 }, batch: { size: 10 }, task: {}, ...extra }
    const population = [{ strategy: 'lazy', count: 500, ...cohort }]
    const { cohorts } = await Simulation.run(scenario({ parameters, population, replications: 20 }))
    return cohorts[0]!
  }
  // Half of each slash comes back; a batch is lost as a whole.
  expect((await played({ slash: { amount: 4, burnShare: 0.5 } })).expectedProfitPerTask).toBe(null)
  const forfeit = { rule: 'once-per-batch', amount: 4, forfeitBatchReward: true }
  expect((await played({ slash: forfeit })).expectedProfitPerTask).toBe(null)
  const paid = await played({}, { values: [{ value: 1, reward: 5, externalGain: 2 }] })
  expect(paid.expectedProfitPerTask).toBeCloseTo(5 + 2 - 0.2 * (5 + 4), 12)
  expectNear(paid.profitPerTask, paid.expectedProfitPerTask!)
  // Of an infinite pool, half of it colluding, three are on the cheat's side in one of eight panels.
  const half = { sampling: { rate: 1, verifiers: 3 }, verifiers: { colluding: 0.5 }, batch: { size: 1 } }
  expect((await played(half)).expectedCaptured).toBeCloseTo(7 / 8, 12)
})

describe('the recommended rate', () => {
  const recommended = (parameters: File, share = 1) => {
    const advice = recommend(parameters)
    if (!advice.feasible) throw new Error(advice.reason)
    const { sampleRate, slash } = advice
    const at = {
      ...parameters,
      sampling: { ...parameters.sampling, rate: share * sampleRate },
      slash: { ...parameters.slash, amount: slash },
    }
    return { parameters: at, rate: share * sampleRate }
  }

  test('captures over 100 replications as often as the closed form says: within the 95 % interval', async () => {
    const { parameters, rate } = recommended(Parameters.from(file({ batch: { size: 20 } })))
    const lazy = scenario({ parameters, replications: 100, population: one('lazy') })
    const { cohorts } = await Simulation.run(lazy, { engine: 'protocol' })
    const { captured, expectedCaptured } = cohorts[0]!
    const closed = 1 - (1 - rate) ** 20
    expect(closed).toBeGreaterThan(0.2)
    expect(closed).toBeLessThan(0.8)
    expect(expectedCaptured).toBeCloseTo(closed, 12)
    expect(captured.low).toBeLessThanOrEqual(closed)
    expect(captured.high).toBeGreaterThanOrEqual(closed)
  })

  const capped = Parameters.from(
    file({ task: { reward: 1.2, honestCost: 1, cheatCost: 0.2 }, slash: { amount: 12, max: 12 } }),
  )

  test('leaves no cheating strategy ahead of the honest one; half of it leaves the lazy one ahead', async () => {
    const at = async (share: number) => {
      const { parameters } = recommended(capped, share)
      return (await Simulation.run(scenario({ parameters, replications: 2_000 }))).cohorts
    }
    const [honest, ...cheats] = await at(1)
    for (const { profitPerTask } of cheats) expect(profitPerTask.low).toBeLessThan(honest!.profitPerTask.mean)
    const [before, lazy] = await at(0.5)
    expect(lazy!.profitPerTask.low).toBeGreaterThan(before!.profitPerTask.mean)
  })
})

test('penalties larger than money usually is: verifiers can still cover them', async () => {
  const parameters = file({ verifiers: { slash: 1e9, bond: 1e9 } })
  await expect(Simulation.run(scenario({ parameters }), { engine: 'protocol' })).resolves.toBeDefined()
})
