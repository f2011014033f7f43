import { Check, check, Parameters, recommend } from '@spotcheck/core/economics'
import { describe, expect, test, vi } from 'vitest'
import * as z from 'zod'
import * as Random from './Random.js'
import * as Scenario from './Scenario.js'
import * as Strategy from './Strategy.js'
import * as Tuning from './Tuning.js'

// A search plays millions of tasks.
vi.setConfig({ testTimeout: 300_000 })

/** Nobody cheats whatever it costs, and only expected values count: what is left has a closed form. */
const plain = (parameters: object, extra: object = {}) =>
  Scenario.from({
    parameters: { accept: { ruinProbability: 1, residualError: 1 }, ...parameters },
    population: [{ strategy: 'honest', count: 4 }],
    epochs: 4,
    replications: 4,
    ...extra,
  })

const SEED = 20261128
const { strategies, policies } = Scenario.registry

describe('where there is a closed form', () => {
  const random = Random.stream(SEED)
  const between = (low: number, high: number) => low * (high / low) ** random()
  const files = Array.from({ length: 6 }, (_, i) => {
    const honestCost = between(0.5, 2)
    const rule = i % 2 === 0 ? 'per-fraud' : 'once-per-batch'
    return {
      task: { reward: honestCost * between(1.3, 3), honestCost, externalGain: i % 3 === 0 ? between(0.1, 5) : 0 },
      sampling: { rate: 0.5 },
      slash: { rule, amount: 1, burnShare: between(0.5, 1) },
      batch: { size: rule === 'per-fraud' ? 1 : Math.round(between(2, 60)) },
      verifiers: { cost: honestCost, reward: 3 },
      capital: { costPerStakePerTask: between(1e-5, 1e-3) },
      accept: { ruinProbability: 1, residualError: 1, margin: between(0.1, 1) },
    }
  })

  test.each(files.map((file, i) => [i, file] as const))(`file ${SEED}/%i: within 2 %% of its cost`, async (_, file) => {
    const scenario = plain(file)
    const best = recommend(scenario.parameters)
    expect(best.feasible).toBe(true)
    if (!best.feasible) return
    // Otherwise nobody takes part, whatever deters.
    expect(best.honestWorkPays).toBe(true)
    const { cost, closedForm } = await Tuning.run(scenario, { pictures: false })
    expect(closedForm!.total).toBeCloseTo(best.cost.total, 12)
    expect(cost!.total / best.cost.total).toBeGreaterThan(0.98)
    expect(cost!.total / best.cost.total).toBeLessThan(1.02)
  })
})

describe('a batch whose slashes share a stake', () => {
  const scenario = plain(
    {
      task: { reward: 1.5, honestCost: 1 },
      sampling: { rate: 0.5 },
      slash: { amount: 1 },
      batch: { size: 4 },
      accept: { ruinProbability: 0.05, residualError: 0.2 },
    },
    {
      population: [
        { strategy: 'honest', count: 9 },
        { strategy: 'lazy', count: 1 },
      ],
      epochs: 20,
    },
  )
  const tuned = Tuning.run(scenario)

  test('is tuned to within 2 % of the cheapest of a fine grid of rates, slashes and stakes', async () => {
    let least = Number.POSITIVE_INFINITY
    for (const slashes of [1, 2, 4])
      for (let step = 0; step <= 60; step++) {
        const rate = 0.003 * 1.08 ** step
        if (rate > 1) break
        const price = (amount: number) => rate + (1e-4 * slashes * amount) / 4
        const isSafe = (amount: number) => {
          const stake = slashes === 4 ? {} : { amount: slashes * amount }
          const file = { ...scenario.parameters, slash: { ...scenario.parameters.slash, amount }, stake }
          return check(Parameters.from({ ...file, sampling: { mode: 'bernoulli', rate } }), { fixes: false }).safe
        }
        // Steps of a hundredth down from the dearest slash that would still be cheaper, while the checker finds it safe.
        let amount = Math.min(5000, ((least - rate) * 4) / (1e-4 * slashes))
        while (amount > 0 && isSafe(amount)) amount *= 0.99
        if (amount > 0) least = Math.min(least, price(amount / 0.99))
      }
    const { cost } = await tuned
    expect(cost!.total / least).toBeLessThan(1.02)
    expect(cost!.total / least).toBeGreaterThan(0.96)
  })

  test('holds by the checker, and with 3 % less of the rate or the slash it breaks what is said to bind', async () => {
    const { parameters, constraints, recommended } = await tuned
    expect(check(parameters!, { fixes: false }).safe).toBe(true)
    const binding = constraints.filter(({ binds }) => binds).map(({ name }) => name)
    expect(binding).toEqual(['ruin rule'])
    const { sampleRate, slash, stake } = recommended!
    const less = (changes: object) => Check.measure('ruin', Parameters.from({ ...parameters!, ...changes })).holds
    const cheaper = [
      less({ sampling: { ...parameters!.sampling, rate: 0.97 * sampleRate } }),
      less({ slash: { ...parameters!.slash, amount: 0.97 * slash }, stake: { amount: 0.97 * stake } }),
    ]
    expect(cheaper).toContain(false)
  })

  test('the frontier trades checking for capital, the recommended candidate among it', async () => {
    const { pareto, recommended } = await tuned
    expect(pareto.length).toBeGreaterThan(4)
    const byRate = pareto.toSorted((a, b) => a.verification - b.verification)
    for (const [i, point] of byRate.entries()) if (i > 0) expect(point.capital).toBeLessThan(byRate[i - 1]!.capital)
    expect(pareto.map(({ candidate }) => candidate.sampleRate)).toContain(recommended!.sampleRate)
  })

  test('detection: the closed form within the interval of what was played, nearly always', async () => {
    const { detection } = await tuned
    expect(detection).toHaveLength(8)
    const outside = detection.filter(({ theory, simulated }) => theory < simulated.low || theory > simulated.high)
    expect(outside.length).toBeLessThanOrEqual(1)
  })

  test('is the same when it is run again', async () => {
    expect(JSON.stringify(await Tuning.run(scenario))).toBe(JSON.stringify(await tuned))
  })
})

describe('the attack on its own answer', () => {
  /** Half of what it passes off is not noticed: the closed forms, that know the file's power, take it for less. */
  const insider = Strategy.define({
    name: 'insider',
    summary: 'passes off what half of the verifiers take for right',
    player: () => Strategy.always({ cheat: 1, power: 0.5 }),
  })
  const scenario = plain({
    task: { reward: 1.5, honestCost: 1 },
    sampling: { rate: 0.5 },
    slash: { amount: 1 },
    batch: { size: 5 },
    capital: { costPerStakePerTask: 0.01 },
    accept: { ruinProbability: 1, residualError: 1, margin: 0 },
  })
  const honest = strategies.filter(({ name }) => ['honest', 'lazy'].includes(name))
  const known = {
    ...Scenario.registry,
    strategies: [...honest, insider],
    policies: policies.slice(0, 1),
  }

  test('a strategy that the closed forms do not know pays at first, and no longer in the end', async () => {
    const { history, attacks, recommended } = await Tuning.run(scenario, { registry: known, pictures: false })
    expect(history[0]!.attack).toMatchObject({ strategy: 'insider', pays: true })
    expect(history[0]!.verdict).toContain('insider pays')
    expect(history.at(-1)!.verdict).toBe('holds')
    expect(attacks.every(({ pays }) => !pays)).toBe(true)
    const needed = recommended!.sampleRate * recommended!.slash
    const before = history[0]!.candidate.sampleRate * history[0]!.candidate.slash
    expect(needed / before).toBeGreaterThan(1.2)
  })

  test('a strategy that needs options that nobody gives is named', async () => {
    const needy = Strategy.define({ ...insider, name: 'needy', options: z.strictObject({ level: z.number() }) })
    const registry = { ...known, strategies: [...honest, needy] }
    const { untried } = await Tuning.run(scenario, { registry, pictures: false })
    expect(untried).toEqual(['needy'])
  })
})

describe('the population', () => {
  const scenario = Scenario.from({
    parameters: {
      task: { reward: 1.5, honestCost: 1 },
      sampling: { rate: 0.5 },
      slash: { amount: 1 },
      batch: { size: 10 },
      accept: { residualError: 0.008 },
    },
    population: [
      { strategy: 'honest', count: 45 },
      { strategy: 'intermittent', count: 5 },
    ],
    epochs: 15,
    replications: 6,
  })

  test('ships no more wrong results than the file accepts; that binds, and costs', async () => {
    const lenient = {
      ...scenario,
      parameters: { ...scenario.parameters, accept: { ...scenario.parameters.accept, residualError: 1 } },
    }
    const free = await Tuning.run(lenient, { pictures: false })
    const { constraints, cost } = await Tuning.run(scenario, { pictures: false })
    const residual = constraints.find(({ name }) => name === 'residual error')!
    expect(residual.value).toBeLessThanOrEqual(0.008)
    expect(free.constraints.find(({ name }) => name === 'residual error')!.value).toBeGreaterThan(0.008)
    expect(cost!.total).toBeGreaterThan(free.cost!.total * 1.05)
  })
})

test('verifiers that are played are refused: the closed forms do not know them', async () => {
  const scenario = plain(
    { task: { reward: 1.5, honestCost: 1 }, sampling: { rate: 0.5 }, slash: { amount: 1 } },
    { verifiers: [{ strategy: 'diligent', count: 10 }] },
  )
  await expect(Tuning.run(scenario)).rejects.toThrow(Tuning.InvalidTuningError)
})

test('without anybody honest it is refused at once, as is one replication', async () => {
  const parameters = { task: { reward: 1.5, honestCost: 1 }, sampling: { rate: 0.5 }, slash: { amount: 1 } }
  const cheats = plain(parameters, { population: [{ strategy: 'lazy', count: 2 }] })
  await expect(Tuning.run(cheats)).rejects.toThrow(/honest/)
  await expect(Tuning.run(plain(parameters, { replications: 1 }))).rejects.toThrow(/replication/)
})

test('a slash of nothing that an attack then pays against ends: no loop without end', async () => {
  const scenario = plain({
    task: { reward: 1.5, honestCost: 1 },
    sampling: { rate: 0.5 },
    slash: { amount: 0.1, max: 0.5 },
    verifiers: { cost: 0.01, reward: 0.02 },
    accept: { margin: 0, ruinProbability: 1, residualError: 1 },
  })
  const population = [...scenario.population, { strategy: 'substitute', options: { power: 0.3 }, count: 1, churn: 0 }]
  const few = strategies.filter(({ name }) => ['honest', 'lazy', 'substitute'].includes(name))
  const registry = { ...Scenario.registry, strategies: few }
  const { history } = await Tuning.run({ ...scenario, population }, { registry, pictures: false })
  expect(history[0]!.attack).toMatchObject({ strategy: 'substitute', pays: true })
})

test('rates far below a ten-thousandth are searched where the closed forms say so', async () => {
  const scenario = plain({
    task: { reward: 1.2, honestCost: 1 },
    sampling: { rate: 0.5 },
    slash: { amount: 1 },
    capital: { costPerStakePerTask: 1e-11 },
  })
  const registry = { ...Scenario.registry, strategies: strategies.slice(0, 1) }
  const { cost, closedForm } = await Tuning.run(scenario, { registry, pictures: false })
  expect(closedForm!.candidate.sampleRate).toBeLessThan(1e-5)
  expect(cost!.total / closedForm!.total).toBeLessThan(1.02)
})

test('what the file says of a cheat is less than what one in its population gains: the gain is seen, and deterred', async () => {
  const scenario = plain({
    task: { reward: 1.2, honestCost: 1, cheatCost: 0.4 },
    sampling: { rate: 0.5 },
    slash: { amount: 1 },
    accept: { margin: 0, ruinProbability: 1, residualError: 1 },
  })
  const few = strategies.filter(({ name }) => ['honest', 'lazy'].includes(name))
  const registry = { ...Scenario.registry, strategies: few }
  const { history } = await Tuning.run(scenario, { registry, pictures: false })
  expect(history[0]!.attack).toMatchObject({ strategy: 'lazy', pays: true })
})

test('an interruption after the search keeps the answer', async () => {
  const scenario = plain({ task: { reward: 1.5, honestCost: 1 }, sampling: { rate: 0.5 }, slash: { amount: 1 } })
  const controller = new AbortController()
  const few = strategies.filter(({ name }) => ['honest', 'lazy'].includes(name))
  const { complete, recommended } = await Tuning.run(scenario, {
    registry: { ...Scenario.registry, strategies: few },
    signal: controller.signal,
    onProgress: ({ stage }) => {
      if (stage === 'sensitivity') controller.abort()
    },
  })
  expect(complete).toBe(false)
  expect(recommended).not.toBe(null)
})

test('where honest work does not pay nothing holds: no candidate, and the policies all the same', async () => {
  const scenario = plain({ task: { reward: 1, honestCost: 1.1 }, sampling: { rate: 0.5 }, slash: { amount: 1 } })
  const { recommended, complete, history, comparison } = await Tuning.run(scenario)
  expect({ recommended, complete, history }).toEqual({ recommended: null, complete: true, history: [] })
  expect(comparison.rows.length).toBeGreaterThan(10)
})

test('an interrupted search says so, and keeps what it tried', async () => {
  const scenario = plain({ task: { reward: 1.5, honestCost: 1 }, sampling: { rate: 0.5 }, slash: { amount: 1 } })
  const controller = new AbortController()
  const { complete, recommended } = await Tuning.run(scenario, {
    signal: controller.signal,
    onProgress: ({ done }) => {
      if (done === 20) controller.abort()
    },
  })
  expect({ complete, recommended }).toEqual({ complete: false, recommended: null })
})
