// What is published of each policy, reproduced by playing it.
import { Parameters, Replication } from '@spotcheck/core/economics'
import { describe, expect, test } from 'vitest'
import type { Tally } from '../engine/Plan.js'
import { replicate } from '../engine/statistical.js'
import * as Policy from '../Policy.js'
import * as Scenario from '../Scenario.js'
import * as Policies from './index.js'

const SEED = 20_261_128

const plan = (scenario: object) =>
  Scenario.plan(
    Scenario.from({
      parameters: { task: {}, sampling: { rate: 0.1 }, slash: { amount: 30 } },
      seed: SEED,
      ...scenario,
    }),
  )
const rulesOf = (name: string, options: object = {}, parameters: Parameters.Parameters = Parameters.defaults) => {
  const policy = Policies.all.find((one) => one.name === name)!
  return policy.rules(policy.options.parse(options), parameters)
}
const nobody: Policy.Network = { epoch: 0, traffic: 1, wrong: 0 }

const sum = (numbers: ArrayLike<number>) => Array.from(numbers).reduce((total, x) => total + x, 0)

/** Mean over replications of what `of` says, and its standard error. */
function estimate(scenario: object, replications: number, of: (tally: Tally) => number) {
  const made = plan(scenario)
  const all = Array.from({ length: replications }, (_, i) => of(replicate(made, i)))
  const mean = sum(all) / replications
  const variance = sum(all.map((x) => (x - mean) ** 2)) / (replications - 1)
  return { mean, error: Math.sqrt(variance / replications) }
}

function expectWithin({ mean, error }: { mean: number; error: number }, expected: number): void {
  expect(Math.abs(mean - expected), `${mean} ± ${error} against ${expected}`).toBeLessThan(4 * error + 1e-12)
}

const errorRate = ({ wrong, shipped }: Tally) => sum(wrong) / sum(shipped)

test('every policy has its defaults, one name, and refuses options that it does not have', () => {
  const names = Policies.all.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  for (const { name, options, summary } of Policies.all) {
    expect(options.safeParse({}).success, name).toBe(true)
    expect(options.safeParse({ nonsense: 1 }).success, name).toBe(false)
    expect(summary).not.toBe('')
    const rate = rulesOf(name).rate(rulesOf(name).start, nobody)
    expect(rate >= 0 && rate <= 1, name).toBe(true)
  }
})

describe('blacklisting: the error rate of Sarmenta', () => {
  test.each([
    [100, 1 / 10.1],
    [100, 0.03],
    [200, 1 / 20.1],
    [50, 0.5],
  ])('J = %i, s = %d', (epochs, rate) => {
    const population = [
      { strategy: 'honest', share: 0.8 },
      { strategy: 'intermittent', options: { rate }, share: 0.2 },
    ]
    const scenario = { population, nodes: 500, epochs, policy: { name: 'blacklisting', options: { rate: 0.1 } } }
    const expected = Replication.errorRate({ checkRate: 0.1, saboteurs: 0.2, jobs: epochs }, rate)
    expectWithin(estimate(scenario, 30, errorRate), expected)
  })

  test('the value of the page: .008377 at s = 1/(q(J+1))', () => {
    expect(Replication.errorRate({ checkRate: 0.1, saboteurs: 0.2, jobs: 100 }, 1 / 10.1)).toBeCloseTo(0.008377, 6)
  })
})

describe('replication: a majority is wrong as often as the binomial tail says', () => {
  test.each([
    [3, 0.35],
    [5, 0.1],
    [29, 0.35],
    [7, 0.5],
  ])('%i copies, φ = %d', (copies, wrong) => {
    const population = [{ strategy: 'intermittent', options: { rate: wrong }, count: 300 }]
    const scenario = { population, epochs: 40, policy: { name: 'replication', options: { copies } } }
    const expected = Replication.majorityError(wrong, (copies + 1) / 2)
    expectWithin(estimate(scenario, 30, errorRate), expected)
  })

  test('costs its copies', () => {
    expect(rulesOf('replication', { copies: 5 }).cost.task).toBe(4)
  })

  test.each([2, 4, 1, 3.5])('no %d copies', (copies) => {
    expect(Policies.all.find(({ name }) => name === 'replication')!.options.safeParse({ copies }).success).toBe(false)
  })
})

describe('boinc', () => {
  test.each([
    [100, 12.35],
    [1000, 14.66],
  ])('replicates an honest node %i times in 12.35 and 14.66 of its first 100 and 1000 jobs', (epochs, replicas) => {
    const population = [{ strategy: 'honest', count: 200 }]
    const scenario = { population, epochs, policy: 'boinc' }
    const { mean, error } = estimate(scenario, 20, ({ sampled }) => sum(sampled) / 200)
    expect(Math.abs(mean - replicas)).toBeLessThan(4 * error + 0.005)
  })

  test('begins anew after a wrong result, and keeps to its floor', () => {
    const rules = rulesOf('boinc', { floor: 0.05 })
    const batch = { tasks: 1, cheats: 0, sampled: 1, caught: 0, falseSlashes: 0, profit: 0 }
    expect(rules.rate(9, nobody)).toBe(1)
    expect(rules.rate(10, nobody)).toBe(0.1)
    expect(rules.rate(1000, nobody)).toBe(0.05)
    expect(rules.learn(40, batch)).toBe(41)
    expect(rules.learn(40, { ...batch, caught: 1 })).toBe(0)
  })
})

describe('posp', () => {
  test('checks at C/((1-r)(R+S)), at which a cheat earns what an honest node does', () => {
    const parameters = {
      task: { reward: 1.2, honestCost: 1 },
      sampling: { rate: 0.1 },
      slash: { amount: 10 },
      verifiers: { colluding: 0.1 },
    }
    expect(rulesOf('posp', {}, Parameters.from(parameters)).rate(undefined, nobody)).toBeCloseTo(0.0992063, 7)
    const population = [{ strategy: 'lazy', count: 1000 }]
    const scenario = { parameters, population, epochs: 1, policy: 'posp' }
    expectWithin(
      estimate(scenario, 200, ({ profit }) => sum(profit) / 1000),
      0.2,
    )
  })

  test('checks everything where no rate is enough', () => {
    const parameters = Parameters.from({ task: { honestCost: 50 }, sampling: { rate: 0.1 }, slash: { amount: 1 } })
    expect(rulesOf('posp', {}, parameters).rate(undefined, nobody)).toBe(1)
  })
})

describe('pocket', () => {
  test.each([
    [10, 0.2, 40, 0.328],
    [20, 0.01, 1980, 0.366],
  ])('R = %d, p = %d: a penalty of %d, and a share %d of attacks ends ahead', (reward, rate, slash, ahead) => {
    const parameters = { task: { reward, honestCost: reward }, sampling: { rate }, slash: { amount: 1 } }
    const policy = { name: 'pocket', options: { rate } }
    expect(rulesOf('pocket', { rate }, Parameters.from(parameters)).penalty.slash).toBeCloseTo(slash, 9)
    const population = [{ strategy: 'lazy', count: 1000 }]
    const scenario = { parameters, population, epochs: Math.ceil(12 / rate), policy }
    const { mean, error } = estimate(scenario, 20, ({ profit }) => profit.filter((x) => x > 1e-9).length / 1000)
    expect(Math.abs(mean - ahead)).toBeLessThan(4 * error + 0.0005)
  })
})

describe('gonka', () => {
  const rate = (reputation: number, traffic: number, validators = 20) =>
    rulesOf('gonka', { validators }).rate(reputation, { epoch: 0, traffic, wrong: 0 })

  test('target 1 over 20 equal validators checks .6415 of the tasks', () => {
    expect(rate(0, 1)).toBeCloseTo(0.6415, 4)
    expect(rate(0, 1e6)).toBeCloseTo(0.6415, 4)
  })

  test.each([
    [1, 1],
    [100, 1],
    [2550, 0.525],
    [5000, 0.05],
    [6250, 0.04],
    [7500, 0.03],
    [10_000, 0.01],
    [1e9, 0.01],
  ])('at full reputation and traffic %d the target is %d', (traffic, target) => {
    // One validator: what it checks is the target itself.
    expect(rate(100, traffic, 1)).toBeCloseTo(target, 12)
    expect(rate(50, traffic, 1)).toBeCloseTo(1 - (1 - target) / 2, 12)
  })

  test('reputation grows to 100, and is lost at once', () => {
    const { learn } = rulesOf('gonka', { epochsToTrust: 4 })
    const batch = { tasks: 1, cheats: 0, sampled: 1, caught: 0, falseSlashes: 0, profit: 0 }
    expect([0, 25, 90, 100].map((reputation) => learn(reputation, batch))).toEqual([25, 50, 100, 100])
    expect(learn(100, { ...batch, caught: 1 })).toBe(0)
  })
})

describe('fraud proofs', () => {
  test('nobody looks where nobody cheats, and many do where it pays', () => {
    const { rate } = rulesOf('fraud-proofs', { rate: 0.3, bountyShare: 0.5 })
    expect(rate(undefined, nobody)).toBe(0)
    // .5·30·w > 1 from w = .0667.
    expect(rate(undefined, { ...nobody, wrong: 0.066 })).toBe(0)
    expect(rate(undefined, { ...nobody, wrong: 0.067 })).toBe(0.3)
  })
})

describe('the rest', () => {
  const one = (policy: string | object, strategy = 'lazy') => ({
    population: [{ strategy, count: 50 }],
    epochs: 5,
    policy,
  })

  test('none: everything is shipped, cheats earn R - c', () => {
    const tally = replicate(plan(one('none')), 0)
    expect(errorRate(tally)).toBe(1)
    expect(sum(tally.profit)).toBeCloseTo(50 * 5 * 1.2, 9)
    expect(sum(tally.sampled)).toBe(0)
  })

  test('zk: nothing wrong is shipped, at a thousand times the cost', () => {
    const tally = replicate(plan(one('zk')), 0)
    expect([sum(tally.wrong), sum(tally.profit)]).toEqual([0, 0])
    expect(rulesOf('zk').cost.task).toBe(1000)
  })

  test('tee: as much is wrong as enclaves are broken', () => {
    expectWithin(
      estimate(one({ name: 'tee', options: { broken: 0.2 } }), 60, ({ wrong }) => sum(wrong) / 250),
      0.2,
    )
  })

  test('watermark: catches with its own power, and wrongs with its own rate', () => {
    const policy = { name: 'watermark', options: { power: 0.6, falsePositive: 0.3 } }
    const first = { epochs: 1 }
    expectWithin(
      estimate({ ...one(policy), ...first }, 100, ({ caught }) => sum(caught) / 50),
      0.6,
    )
    expectWithin(
      estimate({ ...one(policy, 'honest'), ...first }, 100, ({ falseSlashes }) => sum(falseSlashes) / 50),
      0.3,
    )
  })
})

describe('a policy that says what can’t be played is refused by name', () => {
  const ours = Policies.unchecked(Parameters.defaults)
  test.each<[string, object]>([
    ['odd: rate', { ...ours, rate: 0.5 }],
    ['odd: checked', { ...ours, checked: undefined }],
    ['odd: penalty', { ...ours, penalty: null }],
    ['odd: slash', { ...ours, penalty: { ...ours.penalty, slash: Number.NaN } }],
    ['odd: check', { ...ours, cost: { ...ours.cost, check: -1 } }],
    ['odd: penalty.felt', { ...ours, penalty: { ...ours.penalty, felt: 2 } }],
    ['odd: penalty.ejectedAt', { ...ours, penalty: { ...ours.penalty, ejectedAt: 0 } }],
    ['odd: rate(…)', { ...ours, rate: () => Number.NaN }],
    ['odd: rate(…)', { ...ours, rate: () => 2 }],
  ])('%s', (subject, rules) => {
    const odd = Policy.define({ name: 'odd', summary: 'is odd', rules: () => rules as Policy.Rules })
    const registry = { ...Scenario.registry, policies: [odd] }
    const parameters = { task: {}, sampling: { rate: 0.1 }, slash: { amount: 30 } }
    const population = [{ strategy: 'honest', count: 1 }]
    const scenario = Scenario.from({ parameters, population, policy: 'odd' }, registry)
    const played = () => replicate(Scenario.plan(scenario, registry), 0)
    expect(played).toThrow(expect.objectContaining({ name: 'Policy.InvalidPolicyError', subject }))
  })
})

describe('a policy of your own', () => {
  const mine = { name: 'mine', summary: 'checks everything', rules: () => Policies.unchecked(Parameters.defaults) }

  test('is what define was given, and has no options unless it says so', () => {
    expect(Policy.define(mine)).toMatchObject(mine)
    expect(Policy.define(mine).options.safeParse({ rate: 1 }).success).toBe(false)
  })

  test.each<[string, object | null]>([
    ['name', { ...mine, name: 'Mine!' }],
    ['summary', { ...mine, summary: 3 }],
    ['rules', { ...mine, rules: {} }],
    ['options', { ...mine, options: {} }],
    ['name', null],
  ])('without a %s is refused', (subject, wrong) => {
    expect(() => Policy.define(wrong as typeof mine)).toThrow(expect.objectContaining({ subject }))
  })
})
