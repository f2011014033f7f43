import { Parameters } from '@spotcheck/core/economics'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import * as Scenario from './Scenario.js'
import * as Strategy from './Strategy.js'
import * as Verifier from './Verifier.js'

const parameters = { task: { reward: 1.2, honestCost: 1 }, sampling: { rate: 0.1 }, slash: { amount: 30 } }
const base = { parameters, population: [{ strategy: 'honest', count: 2 }] }

/** The issues of a scenario that is refused. */
function issues(value: unknown): readonly { path: string; rule: string; fix: string }[] {
  try {
    Scenario.from(value)
  } catch (error) {
    if (error instanceof Scenario.InvalidScenarioError) return error.issues
    throw error
  }
  throw new Error('nothing is wrong with it')
}

test('a share that comes to no node is refused', () => {
  const parameters = { task: {}, sampling: { rate: 0.1 }, slash: { amount: 30 } }
  const population = [
    { strategy: 'honest', share: 0.99 },
    { strategy: 'lazy', share: 0.01 },
  ]
  expect(() => Scenario.from({ parameters, population, nodes: 10 })).toThrow(/population\[1\]\.share/)
  expect(Scenario.from({ parameters, population, nodes: 100 }).nodes).toBe(100)
})

describe('nonsense is refused with the path to the value and the rule', () => {
  const cohort = (extra: object) => ({ ...base, population: [{ strategy: 'honest', count: 1, ...extra }] })
  test.each<[string, unknown, string, string]>([
    ['a negative stake', cohort({ stake: -1 }), 'population[0].stake', 'an amount >= 0'],
    ['a stake that is NaN', cohort({ stake: Number.NaN }), 'population[0].stake', 'an amount >= 0'],
    [
      'a range of stakes upside down',
      cohort({ stake: { uniform: [3, 1] } }),
      'population[0].stake.uniform',
      'an amount >= 0',
    ],
    [
      'a rate of 2',
      { ...base, parameters: { ...parameters, sampling: { rate: 2 } } },
      'parameters.sampling.rate',
      'a probability',
    ],
    [
      'a reward that is NaN',
      { ...base, parameters: { ...parameters, task: { reward: Number.NaN } } },
      'parameters.task.reward',
      'a finite amount',
    ],
    [
      'an unknown strategy',
      { ...base, population: [{ strategy: 'honset', count: 1 }] },
      'population[0].strategy',
      'a known strategy (honest, ',
    ],
    [
      'an option out of range',
      { ...base, population: [{ strategy: 'intermittent', options: { rate: 2 }, count: 1 }] },
      'population[0].options.rate',
      'a share from 0 to 1',
    ],
    [
      'an unknown option',
      { ...base, population: [{ strategy: 'burst', options: { until: 2 }, count: 1 }] },
      'population[0].options.until',
      'a known key (after, rate, atLeast)',
    ],
    [
      'an option of none',
      cohort({ options: { rate: 1 } }),
      'population[0].options.rate',
      'a known key: there are none',
    ],
    [
      'shares that do not add up',
      {
        ...base,
        nodes: 10,
        population: [
          { strategy: 'honest', share: 0.5 },
          { strategy: 'lazy', share: 0.4 },
        ],
      },
      'population',
      'cohorts whose shares add up to 1',
    ],
    ['shares of nothing', { ...base, population: [{ strategy: 'honest', share: 1 }] }, 'nodes', 'a whole number'],
    [
      'shares and counts',
      {
        ...base,
        nodes: 9,
        population: [
          { strategy: 'honest', share: 1 },
          { strategy: 'lazy', count: 1 },
        ],
      },
      'population',
      'counts only, or shares only',
    ],
    [
      'a cohort of neither',
      { ...base, population: [{ strategy: 'honest' }] },
      'population[0]',
      'a cohort with exactly one of count and share',
    ],
    ['an empty cohort', cohort({ count: 0 }), 'population[0].count', 'a whole number from 1'],
    ['half a node', cohort({ count: 1.5 }), 'population[0].count', 'a whole number from 1'],
    ['nobody', { ...base, population: [] }, 'population', 'a list of at least one cohort'],
    ['churn above certainty', cohort({ churn: 1.5 }), 'population[0].churn', 'a probability from 0 to 1'],
    [
      'a kind of task without a value',
      cohort({ values: [{ value: 0 }] }),
      'population[0].values[0].value',
      'an amount above 0',
    ],
    ['no epochs', { ...base, epochs: 0 }, 'epochs', 'a whole number from 1'],
    ['a seed that is not exact', { ...base, seed: 2 ** 53 }, 'seed', 'a whole number from 0'],
    ['no replications', { ...base, replications: 0 }, 'replications', 'a whole number from 1'],
    ['an unknown policy', { ...base, policy: 'spotchek' }, 'policy', 'a known policy (spotcheck'],
    [
      'an unknown option of a policy',
      { ...base, policy: { name: 'spotcheck', options: { x: 1 } } },
      'policy.options.x',
      'a known key',
    ],
    [
      'half a batch',
      { ...base, parameters: { ...parameters, batch: { size: 10 } }, tasksPerEpoch: 15 },
      'tasksPerEpoch',
      'a multiple of parameters.batch.size, which is 10',
    ],
    ['an unknown key', { ...base, epoch: 3 }, 'epoch', 'a known key (parameters, '],
    [
      'an unknown key of the parameters',
      { ...base, parameters: { ...parameters, slsh: {} } },
      'parameters.slsh',
      'a known key',
    ],
    ['no parameters', { population: base.population }, 'parameters', ''],
    ['no object', [], 'scenario', 'an object with parameters and a population'],
    ['nothing', null, 'scenario', 'an object with parameters and a population'],
  ])('%s', (_, value, path, rule) => {
    const [first] = issues(value)
    expect(first?.path).toBe(path)
    expect(first?.rule).toContain(rule)
    expect(first?.fix).not.toBe('')
  })

  test('the near miss is suggested', () => {
    expect(issues({ ...base, population: [{ strategy: 'honset', count: 1 }] })[0]?.fix).toBe('did you mean "honest"?')
    expect(issues({ ...base, policy: 'spotchek' })[0]?.fix).toBe('did you mean "spotcheck"?')
    expect(issues({ ...base, epoch: 3 })[0]?.fix).toBe('did you mean "epochs"?')
  })

  test('everything that is wrong is said at once', () => {
    const value = { ...base, epochs: 0, seed: -1, population: [{ strategy: 'honest', count: 1, churn: 2 }] }
    expect(issues(value).map(({ path }) => path)).toEqual(['population[0].churn', 'epochs', 'seed'])
    expect(() => Scenario.from(value)).toThrow('The scenario breaks 3 rules.')
  })

  test.each<[string, object, string[]]>([
    [
      'a name, and a field elsewhere',
      { epochs: 0, population: [{ strategy: 'lzy', count: 1 }] },
      ['epochs', 'population[0].strategy'],
    ],
    [
      'a name, and a field beside it',
      { population: [{ strategy: 'lzy', count: -1 }] },
      ['population[0].count', 'population[0].strategy'],
    ],
    [
      'shares, options and a policy, and a field',
      {
        seed: -1,
        policy: 'pasp',
        population: [
          { strategy: 'lazy', share: 0.5 },
          { strategy: 'intermittent', share: 0.4, options: { rate: 2 } },
        ],
      },
      ['seed', 'population[1].options.rate', 'population', 'policy'],
    ],
    [
      'a name of verifiers, and a field',
      { seed: -1, verifiers: [{ strategy: 'diligant', count: 3 }] },
      ['seed', 'verifiers[0].strategy'],
    ],
    ['no names to look at', { seed: -1, population: 3, policy: 7 }, ['population', 'policy', 'seed']],
  ])('names and shares are looked at where a field is wrong too: %s', (_, extra, paths) => {
    expect(issues({ ...base, ...extra }).map(({ path }) => path)).toEqual(paths)
  })
})

describe('a scenario', () => {
  test('has every default', () => {
    expect(Scenario.from(base)).toEqual({
      parameters: Parameters.from(parameters),
      population: [{ strategy: 'honest', options: {}, count: 2, churn: 0 }],
      epochs: 10,
      policy: { name: 'spotcheck', options: {} },
      seed: 1,
      replications: 100,
    })
  })

  test('fills the kinds of task of a cohort with what the parameters say', () => {
    const { population } = Scenario.from({
      ...base,
      population: [{ strategy: 'lazy', count: 1, values: [{ value: 2, reward: 9 }] }],
    })
    expect(population[0]?.values).toEqual([
      { value: 2, count: 1, reward: 9, honestCost: 1, cheatCost: 0, externalGain: 0 },
    ])
  })

  test('has a JSON Schema that names what it requires', () => {
    const schema = Scenario.jsonSchema() as { required: string[]; properties: object; additionalProperties: boolean }
    expect(schema.required).toEqual(['parameters', 'population'])
    expect(schema.additionalProperties).toBe(false)
    expect(Object.keys(schema.properties)).toEqual([
      'parameters',
      'population',
      'nodes',
      'verifiers',
      'epochs',
      'tasksPerEpoch',
      'policy',
      'seed',
      'replications',
    ])
  })

  test('may name strategies of a registry of its own', () => {
    const mine = Strategy.define({
      name: 'mine',
      summary: 'cheats once in a while',
      options: z.strictObject({ rate: Strategy.share.default(0.5) }),
      player: ({ rate }) => Strategy.always({ cheat: rate }),
    })
    const registry = { ...Scenario.registry, strategies: [mine] }
    const scenario = Scenario.from({ ...base, population: [{ strategy: 'mine', count: 1 }] }, registry)
    expect(Scenario.plan(scenario, registry).cohorts[0]?.player.habit).toEqual({ cheat: 0.5 })
    expect(() => Scenario.plan(scenario)).toThrow(Scenario.InvalidScenarioError)
  })
})

describe('verifiers', () => {
  const one = [{ strategy: 'diligent', count: 1 }]
  const pool = (verifiers: object, extra: object = {}) => ({
    ...{ ...base, verifiers: one, ...extra },
    parameters: { ...parameters, verifiers },
  })

  test.each<[string, object, string, string]>([
    [
      'an unknown one',
      { ...base, verifiers: [{ strategy: 'dilligent', count: 1 }] },
      'verifiers[0].strategy',
      'a known verifier (diligent',
    ],
    ['an unknown key', { ...base, verifiers: [{ strategy: 'lazy', counts: 1 }] }, 'verifiers[0].counts', 'a known key'],
    [
      'an option that it lacks',
      { ...base, verifiers: [{ strategy: 'diligent', count: 1, options: { x: 1 } }] },
      'verifiers[0].options.x',
      'a known key',
    ],
    [
      'an option out of range',
      { ...base, verifiers: [{ strategy: 'crashing', count: 1, options: { rate: 2 } }] },
      'verifiers[0].options.rate',
      'a share from 0 to 1',
    ],
    [
      'neither count nor share',
      { ...base, verifiers: [{ strategy: 'lazy' }] },
      'verifiers[0]',
      'exactly one of count and share',
    ],
    ['nobody', { ...base, verifiers: [] }, 'verifiers', 'a list of at least one cohort'],
    [
      'shares of nothing',
      { ...base, verifiers: [{ strategy: 'lazy', share: 1 }] },
      'parameters.verifiers.pool',
      'a whole number',
    ],
    [
      'shares that don’t add up',
      pool({ pool: 10 }, { verifiers: [{ strategy: 'lazy', share: 0.5 }] }),
      'verifiers',
      'cohorts whose shares add up to 1',
    ],
    ['another pool than theirs', pool({ pool: 10 }), 'parameters.verifiers.pool', 'the verifiers of all cohorts, 1'],
    ['colluders twice', pool({ colluding: 0.1 }), 'parameters.verifiers.colluding', '0 where cohorts say'],
    ['canaries only', pool({ canaryRate: 1 }), 'parameters.verifiers.canaryRate', 'below 1'],
    [
      'too few',
      { ...base, parameters: { ...parameters, sampling: { rate: 0.1, verifiers: 2 } }, verifiers: one },
      'verifiers',
      'a pool of at least parameters.sampling.verifiers, which is 2',
    ],
  ])('%s', (_, value, path, rule) => {
    const [first] = issues(value)
    expect(first?.path).toBe(path)
    expect(first?.rule).toContain(rule)
    expect(first?.fix).not.toBe('')
  })

  test('are the whole pool, in their order', () => {
    const verifiers = [0.5, 0.25, 0.25].map((share, i) => ({ strategy: ['diligent', 'lazy', 'crashing'][i], share }))
    const played = Scenario.plan(Scenario.from(pool({ pool: 9 }, { verifiers }))).verifiers!
    expect(played.map(({ strategy, count }) => [strategy, count])).toEqual([
      ['diligent', 5],
      ['lazy', 2],
      ['crashing', 2],
    ])
  })

  test('fill the panels of a plan whose parameters were changed since', () => {
    const scenario = Scenario.from({ ...base, verifiers: [{ strategy: 'lazy', count: 2 }] })
    const sampling = { ...scenario.parameters.sampling, verifiers: 3 }
    const error = expect.objectContaining({ name: 'Scenario.InvalidScenarioError', subject: 'verifiers', value: 2 })
    expect(() => Scenario.plan({ ...scenario, parameters: { ...scenario.parameters, sampling } })).toThrow(error)
  })

  test('of a registry of its own; a policy that checks otherwise has no use for them', () => {
    const mine = Verifier.define({ name: 'mine', summary: 'mine', verifier: () => ({ verify: () => null }) })
    const registry = { ...Scenario.registry, verifiers: [mine] }
    const value = { ...base, verifiers: [{ strategy: 'mine', count: 3 }] }
    expect(Scenario.plan(Scenario.from(value, registry), registry).verifiers?.[0]?.count).toBe(3)
    expect(() => Scenario.plan(Scenario.from(value, registry))).toThrow(Scenario.InvalidScenarioError)
    expect(Scenario.plan(Scenario.from({ ...value, policy: 'none' }, registry), registry).verifiers).toBeNull()
    expect(Scenario.plan(Scenario.from(base)).verifiers).toBeNull()
  })
})

describe('a plan', () => {
  test('rounds shares so that the nodes add up', () => {
    const population = [0.15, 0.15, 0.7].map((share) => ({ strategy: 'honest', share }))
    const { cohorts } = Scenario.plan(Scenario.from({ parameters, population, nodes: 10 }))
    expect(cohorts.map(({ count }) => count)).toEqual([2, 1, 7])
  })

  test('a batch holds whole numbers of each kind of task', () => {
    const values = [
      { value: 1, count: 2 },
      { value: 5, count: 1 },
    ]
    const sampling = { mode: 'byValue', rate: 0.1, values }
    const plan = (extra: object) =>
      Scenario.plan(Scenario.from({ ...base, parameters: { ...parameters, batch: { size: 10 }, ...extra } }))
    expect(plan({ sampling }).cohorts[0]?.kinds.map(({ count }) => count)).toEqual([7, 3])
    expect(plan({}).cohorts[0]?.kinds.map(({ count }) => count)).toEqual([10])
  })

  test('tasks of one value as of another to a draw that does not look at it', () => {
    const population = [{ strategy: 'honest', count: 1, values: [{ value: 1, count: 4 }, { value: 10 }] }]
    const { cohorts } = Scenario.plan(
      Scenario.from({ ...base, parameters: { ...parameters, batch: { size: 5 } }, population }),
    )
    expect(cohorts[0]?.kinds.map(({ weight, count }) => [weight, count])).toEqual([
      [1, 4],
      [1, 1],
    ])
  })

  test('tasks of an epoch are whole batches', () => {
    const { size, batches } = Scenario.plan(Scenario.from({ ...base, tasksPerEpoch: 7 }))
    expect([size, batches]).toEqual([1, 7])
  })
})
