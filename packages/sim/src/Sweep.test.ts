import { describe, expect, test } from 'vitest'
import * as Modules from './Modules.js'
import * as Scenario from './Scenario.js'
import * as Simulation from './Simulation.js'
import * as Sweep from './Sweep.js'

const SEED = 20_261_128

const scenario = {
  parameters: {
    task: { reward: 1.2, honestCost: 1 },
    sampling: { rate: 0.2 },
    slash: { amount: 12 },
    stake: { amount: 30 },
    batch: { size: 10 },
  },
  population: [
    { strategy: 'honest', count: 2 },
    { strategy: 'intermittent', count: 2 },
  ],
  epochs: 3,
  replications: 4,
  seed: SEED,
}
const RATE = 'parameters.sampling.rate'
const CHEATS = 'population[1].options.rate'
const sweep = (extra: object = {}) => Sweep.from({ scenario, vary: { [RATE]: { values: [0.1, 0.5] } }, ...extra })
const all = (it: Sweep.Sweep) => Array.from({ length: Sweep.size(it) }, (_, i) => Sweep.point(it, i))
const valuesOf = (it: Sweep.Sweep, path: string) => all(it).map(({ values }) => values[path])

async function play(it: Sweep.Sweep, options: Sweep.Options = {}): Promise<Sweep.Result[]> {
  const results: Sweep.Result[] = []
  for await (const result of Sweep.run(it, options)) results.push(result)
  return results
}

describe('a grid', () => {
  test('is nested loops, the last path innermost', () => {
    const it = sweep({
      vary: {
        'policy.name': { values: ['spotcheck', 'posp'] },
        [RATE]: { from: 0.001, to: 1, steps: 4, scale: 'log' },
        epochs: { from: 10, to: 20, steps: 3 },
      },
    })
    const expected: unknown[] = []
    for (const policy of ['spotcheck', 'posp'])
      for (const rate of [0.001, 0.01, 0.1, 1])
        for (const epochs of [10, 15, 20]) expected.push({ 'policy.name': policy, [RATE]: rate, epochs })
    expect(all(it).map(({ values }) => values)).toEqual(expected)
    expect(all(it).map(({ index }) => index)).toEqual(expected.map((_, i) => i))
  })

  test('whole steps are rounded, the ends are exact', () => {
    const it = sweep({ vary: { epochs: { from: 1, to: 1000, steps: 4, scale: 'log', whole: true } } })
    expect(valuesOf(it, 'epochs')).toEqual([1, 10, 100, 1000])
    const thirds = sweep({ vary: { [RATE]: { from: 0.1, to: 0.3, steps: 3 } } })
    expect(valuesOf(thirds, RATE)).toEqual([0.1, 0.2, 0.3])
  })
})

describe.each([1, 7, 2 ** 40])('drawn points, seed %d', (seed) => {
  const ranges = { [RATE]: { from: 0.01, to: 1, scale: 'log' }, [CHEATS]: { from: 0.2, to: 0.9 } }
  const drawn = (kind: string, points: number, vary: object = ranges) => sweep({ vary, design: { kind, points, seed } })
  const share: Record<string, (value: unknown) => number> = {
    [RATE]: (value: unknown) => Math.log((value as number) / 0.01) / Math.log(100),
    [CHEATS]: (value: unknown) => ((value as number) - 0.2) / 0.7,
  }

  test('a Latin hypercube has one point in each of as many equal parts of each range', () => {
    for (const points of [1, 2, 17, 100])
      for (const path of [RATE, CHEATS]) {
        const parts = valuesOf(drawn('latin-hypercube', points), path).map((value) =>
          Math.floor(share[path]!(value) * points),
        )
        expect(parts.toSorted((a, b) => a - b)).toEqual(Array.from({ length: points }, (_, i) => i))
      }
  })

  test('and every listed value equally often', () => {
    const it = drawn('latin-hypercube', 12, {
      [RATE]: { values: [0.1, 0.2, 0.3] },
      epochs: { from: 1, to: 4, steps: 4 },
    })
    for (const [path, times] of [
      [RATE, 4],
      ['epochs', 3],
    ] as const) {
      const values = valuesOf(it, path)
      for (const value of new Set(values)) expect(values.filter((one) => one === value)).toHaveLength(times)
    }
  })

  test('its orders are not one another’s', () => {
    const it = drawn('latin-hypercube', 100)
    const [rates, cheats] = [RATE, CHEATS].map((path) => valuesOf(it, path).map(share[path]!))
    const product = rates!.reduce((sum, rate, i) => sum + (rate - 0.5) * (cheats![i]! - 0.5), 0)
    // Uncorrelated uniforms: standard deviation 1/12 of the root of 100.
    expect(Math.abs(product)).toBeLessThan((4 * 10) / 12)
  })

  test('random points lie within, each by its number alone, evenly spread', () => {
    const [few, many] = [drawn('random', 10), drawn('random', 400)]
    expect(all(few).map(({ values }) => values)).toEqual(
      all(many)
        .slice(0, 10)
        .map(({ values }) => values),
    )
    for (const path of [RATE, CHEATS]) {
      const shares = valuesOf(many, path).map(share[path]!)
      expect(shares.every((one) => one >= 0 && one <= 1)).toBe(true)
      const mean = shares.reduce((sum, one) => sum + one, 0) / 400
      expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / 400))
    }
  })
})

describe('points', () => {
  test('are the scenario with the values in place, which itself is left as it was', () => {
    const before = structuredClone(scenario)
    const vary = { [RATE]: { values: [0.3] }, [CHEATS]: { values: [0.4] }, 'policy.name': { values: ['posp'] } }
    const [point] = all(sweep({ vary, scenario: { ...scenario, policy: 'none' } }))
    const changed = structuredClone(scenario) as unknown as Record<string, unknown>
    changed.parameters = { ...scenario.parameters, sampling: { rate: 0.3 } }
    changed.population = [scenario.population[0], { ...scenario.population[1], options: { rate: 0.4 } }]
    expect(point!.scenario).toEqual(Scenario.from({ ...changed, policy: 'posp' }))
    expect(scenario).toEqual(before)
  })

  test.each([-1, 2, 0.5])('there is no point %d', (index) => {
    expect(() => Sweep.point(sweep(), index)).toThrow('index')
  })

  test('meet the same chances: who is not varied does the same in all of them', async () => {
    const results = await play(sweep({ vary: { [CHEATS]: { values: [0.1, 0.9] } } }))
    const [first, second] = results.map(({ simulation }) => simulation.cohorts)
    expect(second![0]).toEqual(first![0])
    expect(second![1]).not.toEqual(first![1])
  })
})

describe('run', () => {
  const it = sweep({
    vary: { [RATE]: { values: [0.1, 0.5] }, [CHEATS]: { values: [0.1, 0.4, 0.9] }, epochs: { values: [1, 20] } },
  })

  test('each result is that of its scenario, played by itself', async () => {
    const results = await play(it)
    expect(results.map(({ index }) => index)).toEqual(Array.from({ length: 12 }, (_, i) => i))
    for (const { index, values, simulation } of results) {
      expect(values).toEqual(Sweep.point(it, index).values)
      expect(simulation).toEqual(await Simulation.run(Sweep.point(it, index).scenario))
    }
  })

  test('from a point on, and by two threads: the same to the byte', async () => {
    const whole = JSON.stringify(await play(it))
    expect(JSON.stringify(await play(it, { threads: 2 }))).toBe(whole)
    const rest = [...(await play(it)).slice(0, 5), ...(await play(it, { from: 5, threads: 2 }))]
    expect(JSON.stringify(rest)).toBe(whole)
    expect(await play(it, { from: 12, threads: 2 })).toEqual([])
  })

  test.each([1, 2])('an interruption ends it after whole points, %d threads', async (threads) => {
    const whole = await play(it)
    const stop = new AbortController()
    const results: Sweep.Result[] = []
    for await (const result of Sweep.run(it, { threads, signal: stop.signal })) {
      results.push(result)
      if (result.index === 3) stop.abort()
    }
    expect(results).toEqual(whole.slice(0, 4))
    const long = sweep({ scenario: { ...scenario, replications: 1_000_000 } })
    const again = new AbortController()
    setTimeout(() => again.abort(), 300)
    expect(await play(long, { threads, signal: again.signal })).toEqual([])
  })

  test('the engine of the file', async () => {
    const protocol = sweep({ engine: 'protocol', vary: { epochs: { values: [1] } } })
    const [{ simulation } = never()] = await play(protocol)
    expect(simulation.engine).toBe('protocol')
  })

  test('what threads can’t be handed, and what is no number of them', async () => {
    const registry = await Modules.load([])
    await expect(play(it, { registry, threads: 2 })).rejects.toThrow(Modules.UnsharableError)
    await expect(play(it, { threads: 0 })).rejects.toThrow(Simulation.InvalidSimulationError)
    await expect(play(it, { from: 13 })).rejects.toThrow('from')
  })
})

function never(): never {
  throw new Error('no result')
}

describe('digest', () => {
  const vary = { [RATE]: { values: [0.1, 0.5] }, epochs: { values: [1, 2] } }

  test('is of what the file says, however it is written', () => {
    const { parameters, ...rest } = scenario
    const [one, other] = [sweep({ vary }), Sweep.from({ design: 'grid', vary, scenario: { ...rest, parameters } })]
    expect(Sweep.digest(other)).toBe(Sweep.digest(one))
    expect(Sweep.digest(one)).toMatch(/^0x[\da-f]{64}$/)
  })

  test('tells from each other what is not the same', () => {
    const reversed = Object.fromEntries(Object.entries(vary).toReversed())
    const random = (seed: number) => ({ design: { kind: 'random', points: 4, seed } })
    const others = [
      {},
      { vary },
      { vary: reversed },
      { vary, ...random(1) },
      { vary, ...random(2) },
      { vary, scenario: { ...scenario, seed: SEED + 1 } },
      { vary: { epochs: { values: [1, 2] } }, engine: 'protocol' },
      { vary: { epochs: { values: [1, 2] } } },
    ]
    expect(new Set(others.map((extra) => Sweep.digest(sweep(extra)))).size).toBe(others.length)
  })
})

describe('nonsense is refused with the path and the rule', () => {
  const vary = (range: unknown, path = RATE) => ({ vary: { [path]: range } })
  test.each<[string, object, string]>([
    ['no paths', { vary: {} }, 'vary is not an object with at least one path.'],
    ['an unknown key', { ...vary({ values: [1] }), desgn: 1 }, 'did you mean "design"?'],
    ['no values', vary({ values: [] }), `vary["${RATE}"].values is not a list of at least one value.`],
    ['a misspelt key', vary({ vlues: [1] }), 'did you mean "values"?'],
    ['a number', vary(3), `vary["${RATE}"] is not { "values" } or { "from", "to" }.`],
    ['an object among them', vary({ values: [1, {}] }), `vary["${RATE}"].values[1] is not a number, a text, true,`],
    [
      'a value twice',
      vary({ values: [1, 0, 1] }),
      `vary["${RATE}"].values[2] is not a value of its own: 1 comes twice.`,
    ],
    ['no steps on a grid', vary({ from: 0, to: 1 }), `vary["${RATE}"].steps is missing.`],
    ['one step', vary({ from: 0, to: 1, steps: 1 }), `vary["${RATE}"].steps is not a whole number from 2 to 100000.`],
    ['nowhere to go', vary({ from: 1, to: 1, steps: 2 }), `vary["${RATE}"].to is not another number than from.`],
    ['no end', vary({ from: 0, to: Number.NaN, steps: 2 }), `vary["${RATE}"].to is not a finite number.`],
    ['logarithms of 0', vary({ from: 0, to: 1, steps: 2, scale: 'log' }), 'not a number above 0, as the scale is log.'],
    ['an unknown scale', vary({ from: 0, to: 1, steps: 2, scale: 'lin' }), `vary["${RATE}"].scale is not "linear"`],
    ['half a whole', vary({ from: 0.5, to: 3, steps: 2, whole: true }), `vary["${RATE}"].from is not a whole number, `],
    [
      'too many whole steps',
      vary({ from: 1, to: 3, steps: 9, whole: true }, 'epochs'),
      '.steps is not a value of its own',
    ],
    ['no path', vary({ values: [1] }, 'population[x]'), 'vary["population[x]"] is not a path into the scenario.'],
    ['no path at all', vary({ values: [1] }, ''), 'vary[""] is not a path into the scenario.'],
    ['a prototype', vary({ values: [1] }, '__proto__.rate'), 'vary["__proto__.rate"] is not a path into the scenario.'],
    ['nobody there', vary({ values: [1] }, 'population[2].count'), 'the list has 2, the first of them [0]'],
    ['no list there', vary({ values: [1] }, 'epochs[0]'), 'there is no list'],
    [
      'a part of another',
      { vary: { policy: { values: ['zk'] }, 'policy.name': { values: ['tee'] } } },
      'apart from "policy"',
    ],
    [
      'a grid too large',
      { vary: { epochs: { from: 1, to: 2, steps: 1000 }, [RATE]: { from: 0, to: 1, steps: 101 } } },
      'vary is not a grid of at most 100000 points.',
    ],
    [
      'a design by its name',
      { ...vary({ values: [1] }), design: 'random' },
      'write { "kind": "random", "points": 100 }',
    ],
    ['an unknown design', { ...vary({ values: [1] }), design: { kind: 'rndom', points: 3 } }, 'did you mean "random"?'],
    ['no points', { ...vary({ values: [1] }), design: { kind: 'random', points: 0 } }, 'design.points is not a whole'],
    ['an unknown engine', { ...vary({ values: [1] }), engine: 'steam' }, 'engine is not "statistical" or "protocol".'],
    ['a misspelt parameter', vary({ values: [1] }, 'parameters.sampling.rte'), 'fix    did you mean "rate"? (point 0;'],
    [
      'a point out of bounds',
      vary({ values: [0, 1.2] }),
      'did you mean 0.012? (point 1; see vary["parameters.sampling.rate"])',
    ],
    ['an unknown policy', vary({ values: ['posp', 'pasp'] }, 'policy.name'), 'did you mean "posp"? (point 1;'],
    [
      'an unknown strategy',
      { ...vary({ values: [1] }), scenario: { ...scenario, population: [{ strategy: 'lzy', count: 1 }] } },
      'scenario.population[0].strategy is not a known strategy',
    ],
    [
      'no scenario',
      { ...vary({ values: [1] }), scenario: 3 },
      'scenario is not a scenario, as spotcheck simulate takes it.',
    ],
  ])('%s', (_, extra, message) => {
    expect(() => sweep(extra)).toThrow(Sweep.InvalidSweepError)
    expect(() => sweep(extra)).toThrow(message)
  })

  test('all of it at once', () => {
    const extra = { vary: { [RATE]: { values: [2] }, epochs: { values: [0] } } }
    expect(() => sweep(extra)).toThrowErrorMatchingInlineSnapshot(`
      [Sweep.InvalidSweepError: The sweep breaks 2 rules.
        scenario.parameters.sampling.rate is not a probability from 0 to 1.
          value  2
          fix    did you mean 0.02? (point 0; see vary["parameters.sampling.rate"])
        scenario.epochs is not a whole number from 1 to 10000000.
          value  0
          fix    write a whole number from 1 to 10000000 (point 0; see vary["epochs"])]
    `)
  })

  test('what the engine does not play, before the first point', () => {
    const vary = { 'policy.name': { values: ['spotcheck', 'posp'] } }
    expect(() => sweep({ vary, engine: 'protocol' })).toThrow("can't be simulated over the protocol")
  })
})

test('the JSON Schema says what a file may hold, the scenario’s among it', () => {
  const { properties, required, additionalProperties } = Sweep.jsonSchema() as Record<string, Record<string, unknown>>
  expect({ required, additionalProperties }).toEqual({ required: ['scenario', 'vary'], additionalProperties: false })
  const { scenario: inner, vary } = properties as Record<string, { properties?: object; additionalProperties?: object }>
  expect(Object.keys(inner!.properties!)).toEqual(Object.keys(Scenario.jsonSchema().properties as object))
  expect(vary!.additionalProperties).toMatchObject({ anyOf: [{ required: ['values'] }, { required: ['from', 'to'] }] })
})
