import { describe, expect, test } from 'vitest'
import * as Comparison from './Comparison.js'
import * as Policies from './policies/index.js'
import * as Scenario from './Scenario.js'
import * as Scenarios from './Scenarios.js'

const scenario = (extra: object = {}) =>
  Scenario.from({
    parameters: {
      task: { reward: 1.2, honestCost: 1 },
      sampling: { rate: 0.1 },
      slash: { amount: 30 },
      batch: { size: 5 },
    },
    population: [
      { strategy: 'lazy', count: 3 },
      { strategy: 'honest', count: 7 },
    ],
    epochs: 4,
    replications: 40,
    ...extra,
  })
const only = async (name: string, options: object = {}, extra: object = {}) => {
  const { rows } = await Comparison.run(scenario(extra), { policies: [{ name, options: { ...options } }] })
  return rows[0]!
}

describe('a row', () => {
  test('without checks a cheat earns the honest cost more, at no cost of checking', async () => {
    const row = await only('none')
    expect(row.attacks[0]).toMatchObject({ strategy: 'lazy', checked: 0, cheated: 1, captured: 0 })
    expect(row.attacks[0]!.advantage.mean).toBeCloseTo(1, 12)
    expect(row.network.errorRate.mean).toBeCloseTo(0.3, 12)
    expect(row.network.computeMultiplier!.mean).toBe(1)
    expect(row.holds).toBe(false)
    expect(row.why).toBe(
      'lazy earns 1 more per task than honest work: 0 % of its tasks were checked and 0 % of its nodes caught, with no slash; 30 % of what is shipped is wrong, of 1 % allowed',
    )
  })

  test('where every task is checked and slashed it loses the slash and the reward, and what it could have earned later', async () => {
    const parameters = { task: { reward: 1.2, honestCost: 1 }, sampling: { rate: 1 }, slash: { amount: 30 } }
    const row = await only('spotcheck', {}, { parameters })
    // One task, then out: -30 over four tasks, against .2 for each of an honest node's.
    expect(row.attacks[0]!.advantage.mean).toBeCloseTo(-30 / 4 - 0.2, 12)
    expect(row.holds).toBe(true)
    expect(row.why).toMatch(/^the best cheat, lazy, loses 7.7 per task against honest work: 100 % of its tasks/)
  })

  test('honest nodes that are hit are told, and the policy does not hold', async () => {
    const row = await only('watermark', { falsePositive: 0.5, power: 1 })
    expect(row.falselySlashed.mean).toBeGreaterThan(0.9)
    expect(row.holds).toBe(false)
    expect(row.why).toContain('of the honest nodes lost something for honest work')
  })

  test('attacks come with the best first; who sees nothing to gain is no cheat', async () => {
    const population = ['honest', 'lazy', 'opportunist', 'intermittent'].map((strategy) => ({ strategy, count: 5 }))
    const { attacks, why } = await only('spotcheck', {}, { population, replications: 200 })
    const means = attacks.map(({ advantage }) => advantage.mean)
    expect(means).toEqual(means.toSorted((a, b) => b - a))
    expect(attacks[0]).toMatchObject({ strategy: 'opportunist', cheated: 0 })
    expect(attacks[0]!.advantage.mean).toBeCloseTo(0, 12)
    expect(why).toContain('intermittent')
    const none = await only('spotcheck', {}, { population: population.slice(0, 1) })
    expect(none.why).toBe('nobody cheats: there is nothing to gain')
  })

  test('policies meet the same chances: what differs is the policy', async () => {
    const policies = [
      { name: 'spotcheck', options: {} },
      { name: 'pocket', options: { rate: 0.1 } },
    ]
    const { rows } = await Comparison.run(scenario({ epochs: 1 }), { policies })
    expect(rows[0]!.attacks[0]!.captured).toBe(rows[1]!.attacks[0]!.captured)
  })
})

test('without anybody honest there is nothing to compare with', async () => {
  const cheats = scenario({ population: [{ strategy: 'lazy', count: 1 }] })
  await expect(Comparison.run(cheats)).rejects.toThrow(Comparison.InvalidComparisonError)
})

test('one replication has no interval, so nothing is secure by it', async () => {
  await expect(Comparison.run(scenario({ replications: 1 }))).rejects.toThrow(/at least 2/)
})

test('who cheats on nothing is no attack, however well paid', async () => {
  const values = [{ value: 1, reward: 5 }]
  const population = [
    { strategy: 'honest', count: 5 },
    { strategy: 'intermittent', options: { rate: 0 }, count: 5, values },
  ]
  const row = await only('spotcheck', {}, { population })
  expect(row.attacks[0]!.advantage.low).toBeGreaterThan(1)
  expect(row.holds).toBe(true)
})

test('an interruption leaves the rows that were played', async () => {
  const stop = new AbortController()
  const onProgress = (done: number) => done === 3 && stop.abort()
  const { rows, complete } = await Comparison.run(scenario({ replications: 2 }), { signal: stop.signal, onProgress })
  expect(complete).toBe(false)
  expect(rows.map(({ policy }) => policy)).toEqual(['spotcheck', 'none', 'replication'])
})

describe('the reference scenario', () => {
  test('as published every policy has its row: which hold, and what the best cheat against the others is', async () => {
    const smaller = { ...Scenarios.reference(), replications: 2 }
    const { rows } = await Comparison.run(smaller, { asPublished: true })
    const verdicts = Object.fromEntries(
      rows.map(({ policy, holds, attacks }) => [policy, holds || attacks[0]!.strategy]),
    )
    expect(Object.keys(verdicts)).toEqual(Policies.all.map(({ name }) => name))
    expect(verdicts).toMatchObject({
      spotcheck: true,
      none: 'lazy',
      // Reputation is built, then used where most is to be gained.
      gonka: 'burst',
      blacklisting: 'whitewasher',
    })
    // Break-even for one kind of task is none for a kind that gains more.
    expect(rows.find(({ policy }) => policy === 'pocket')).toMatchObject({ holds: false })
    for (const { why } of rows) expect(why).toMatch(/^[^\n]+$/)
  })

  test('at equal security the first setting that is secure is taken; the weaker ones are not, and who has none says so', async () => {
    const smaller = { ...Scenarios.reference(), nodes: 200, replications: 5 }
    const { rows } = await Comparison.run(smaller)
    const { residualError } = smaller.parameters.accept
    for (const { policy, options, secure, network, why } of rows) {
      const settings = Policies.all.find(({ name }) => name === policy)!.settings ?? []
      if (secure) expect(network.errorRate.mean).toBeLessThanOrEqual(residualError)
      else if (settings.length > 0) expect(why).toContain(`none of ${settings.length} stricter settings is secure`)
      if (Object.keys(options).length === 0) continue
      // Every number of a stricter setting is larger, and one is.
      const isWeaker = (one: object) =>
        Object.entries(one).every(([option, value]) => value <= (options[option] as number))
      const weaker = settings.filter(
        (one) => isWeaker(one as object) && JSON.stringify(one) !== JSON.stringify(options),
      )
      for (const one of [{}, ...weaker]) {
        const named = { name: policy, options: one as object as Record<string, unknown> }
        const [row] = (await Comparison.run(smaller, { policies: [named], asPublished: true })).rows
        expect(row!.secure).toBe(false)
      }
    }
    const secure = rows.flatMap((row) => (row.secure ? [row.policy] : []))
    expect(secure).toEqual(expect.arrayContaining(['spotcheck', 'replication', 'posp', 'gonka', 'zk', 'tee']))
    for (const policy of ['none', 'blacklisting', 'boinc', 'watermark']) expect(secure).not.toContain(policy)
    expect(rows.find(({ policy }) => policy === 'posp')!.options).not.toEqual({})
  })

  test('between the last setting that is not secure and the first that is, the least that is found is taken', async () => {
    const smaller = { ...Scenarios.reference(), nodes: 200, replications: 5 }
    const { rows } = await Comparison.run(smaller, { policies: [{ name: 'posp', options: {} }] })
    const { policy, options, attacks } = rows[0]!
    const settings = Policies.all.find(({ name }) => name === policy)!.settings!
    expect(settings).not.toContainEqual(options)
    for (const { advantage, cheated } of attacks) expect(cheated === 0 || advantage.mean <= 0).toBe(true)
    const times = (options as { times: number }).times
    const [above] = settings.filter((one) => (one as { times: number }).times > times)
    const stricter = await Comparison.run(smaller, { policies: [{ name: 'posp', options: above as typeof options }] })
    expect(rows[0]!.network.computeMultiplier!.mean).toBeLessThan(stricter.rows[0]!.network.computeMultiplier!.mean)
  })

  test('the scenario’s own policy is played as the scenario has it', async () => {
    const own = scenario({ policy: { name: 'blacklisting', options: { rate: 0.7 } }, replications: 2 })
    const { rows } = await Comparison.run(own)
    expect(rows.find(({ policy }) => policy === 'blacklisting')!.options).toEqual({ rate: 0.7 })
  })

  test('a floor and a stake repair what the burst does to BOINC’s rule', async () => {
    const population = [
      { strategy: 'honest', count: 40 },
      { strategy: 'burst', options: { after: 400 }, count: 10 },
    ]
    const { parameters } = scenario()
    const long = Scenario.from({ parameters, population, epochs: 120, replications: 20 })
    // pMin of section 2: 1/(1.2+30), and half as much again.
    const floor = (1.5 * 1) / 31.2
    const { rows } = await Comparison.run(long, {
      policies: [
        { name: 'boinc', options: { staked: true } },
        { name: 'boinc', options: { staked: true, floor } },
      ],
    })
    expect(rows.map(({ attacks }) => attacks[0]!.advantage.low > 0)).toEqual([true, false])
    expect(rows[1]!.attacks[0]!.advantage.high).toBeLessThan(0)
  })
})

describe('attacks', () => {
  // Who waits for longer than the scenario lasts never cheats; played best, it does not wait.
  const population = [
    { strategy: 'honest', count: 5 },
    { strategy: 'burst', options: { after: 1000 }, count: 5 },
  ]
  const played = async (name: string, attack: boolean) => {
    const policies = [{ name, options: {} }]
    const found = await Comparison.run(scenario({ population, replications: 5 }), { policies, attack })
    return found.rows[0]!
  }

  test('a policy that holds against what its population does, and not against what that could do, is not secure', async () => {
    const seen = await played('none', false)
    expect([seen.secure, seen.bestResponse]).toEqual([true, undefined])
    const { secure, holds, bestResponse, why } = await played('none', true)
    expect([secure, holds]).toEqual([false, false])
    // Sixteen times the tasks, none of them done.
    expect(bestResponse).toMatchObject({ strategy: 'over-committer', options: { rate: 1, times: 16 }, pays: true })
    expect(why).toMatch(/^over-committer with .* earns .* more per task than honest work; as this population plays, /)
  })

  test('where nothing pays the best is told, and the policy stays secure', async () => {
    const { secure, bestResponse } = await played('spotcheck', true)
    expect([secure, bestResponse!.pays]).toEqual([true, false])
  })
})
