import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { bestResponse, confirm } from './BestResponse.js'
import * as Scenario from './Scenario.js'
import * as Strategy from './Strategy.js'
import * as Strategies from './strategies/index.js'

const strategy = (name: string) => Strategies.all.find((one) => one.name === name)!
const file = {
  parameters: {
    task: { reward: 3, honestCost: 2, cheatCost: 0.5 },
    sampling: { rate: 0.05 },
    slash: { amount: 200 },
    batch: { size: 20 },
  },
  epochs: 10,
}
const found = (scenario: Scenario.Scenario, one: Strategy.Strategy) => {
  const known = { ...Scenario.registry, strategies: [...Scenario.registry.strategies, one] }
  const way = bestResponse(scenario, known, one)!
  return confirm(scenario, known, way)
}

describe('tasks and stakes', () => {
  const values = [
    { value: 1, count: 19 },
    { value: 1, count: 1, externalGain: 1000 },
  ]
  const ordinary = { strategy: 'lazy', count: 2 }

  test.each<[string, object[], number | undefined]>([
    ['of honest nodes', [{ strategy: 'honest', count: 8, values }, ordinary], 0],
    [
      'of a second cohort of its own name',
      [
        { strategy: 'honest', count: 8 },
        { strategy: 'value-targeting', count: 1 },
        { strategy: 'value-targeting', count: 1, values },
      ],
      2,
    ],
    ['of the file, where nobody has others', [{ strategy: 'honest', count: 8 }, ordinary], undefined],
  ])('an attack is tried with those %s', (_, population, like) => {
    const attack = found(Scenario.from({ ...file, population }), strategy('value-targeting'))
    expect(attack.like).toBe(like)
    expect(attack.pays).toBe(like !== undefined)
  })
})

describe('several options', () => {
  // Cheating pays only if nobody can see it, and being invisible only if one cheats.
  const ghost = (more: object = {}) =>
    Strategy.define<Readonly<Record<string, number>>>({
      name: 'ghost',
      summary: 'pays with two options at once only',
      options: z.record(z.string(), z.number()),
      choices: () => ({ rate: [0, 0.1, 1], power: [1, 0.001], ...more }),
      player: ({ rate = 0, power = 1 }) => Strategy.always({ cheat: rate, power }),
    })
  const scenario = Scenario.from({ ...file, population: [{ strategy: 'honest', count: 5 }] })

  test('few combinations are all tried', () => {
    const { options, pays } = found(scenario, ghost())
    expect([options, pays]).toEqual([{ rate: 1, power: 0.001 }, true])
  })

  test('of many some are, and then one option is changed after the other', () => {
    const idle = { one: [1, 2, 3], two: [1, 2, 3], three: [1, 2, 3] }
    const { options, pays } = found(scenario, ghost(idle))
    expect([options.rate, options.power, pays]).toEqual([1, 0.001, true])
  })
})

test('where a result is checked before it is used, what was signed twice gains nothing outside', () => {
  const task = { ...file.parameters.task, externalGain: 100 }
  const proven = { ...file, parameters: { ...file.parameters, task }, policy: { name: 'zk' } }
  const scenario = Scenario.from({ ...proven, population: [{ strategy: 'honest', count: 5 }] })
  expect(found(scenario, strategy('equivocator')).pays).toBe(false)
})

test('where a majority decides, the attackers are not it', () => {
  const policy = { name: 'replication', options: { copies: 29 } }
  const scenario = Scenario.from({ ...file, policy, epochs: 3, population: [{ strategy: 'honest', count: 5 }] })
  expect(found(scenario, strategy('lazy')).pays).toBe(false)
})
