// Theory and simulation agree on verifiers (economics.md, section 6), noisy comparators (7) and choosing among draws (8): what the
// closed forms expect, and what comes of playing it, on random parameter files. Every mean within 4 standard errors.
import { Evidence as Analysis, Checking, type Game, Inspection, Parameters, Redraws } from '@spotcheck/core/economics'
import { describe, expect, test } from 'vitest'
import * as Evidence from './Evidence.js'
import type { Tally } from './engine/Plan.js'
import { replicate } from './engine/statistical.js'
import * as Random from './Random.js'
import * as Scenario from './Scenario.js'
import { always } from './Strategy.js'

const SEED = 20_261_128

type Moments = Readonly<{ mean: number; error: number }>

/** Mean and standard error. */
function moments(all: readonly number[]): Moments {
  const mean = all.reduce((sum, x) => sum + x, 0) / all.length
  const variance = all.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (all.length - 1)
  return { mean, error: Math.sqrt(variance / all.length) }
}

const pick = <T>(random: () => number, all: readonly T[]): T => all[Math.floor(random() * all.length)]!
const numeric = (payoff: Game.Payoff) => (typeof payoff === 'number' ? payoff : payoff.toNumber())
const sum = (numbers: ArrayLike<number>) => Array.from(numbers).reduce((total, x) => total + x, 0)

/** Executors that cheat on the share `cheat` before verifiers of these strategies: replications of one epoch. */
function played(parameters: object, cheat: number, strategies: readonly string[], replications: number): Tally[] {
  const scenario = Scenario.from({
    parameters,
    population: [{ strategy: 'intermittent', options: { rate: cheat }, count: 20 }],
    verifiers: strategies.map((strategy) => ({ strategy, count: 4 })),
    epochs: 1,
    seed: SEED,
  })
  const plan = Scenario.plan(scenario)
  return Array.from({ length: replications }, (_, i) => replicate(plan, i))
}

/** Profit of a cohort's verifiers per assigned task; independent replications. */
function earned(tallies: readonly Tally[], cohort: number): Moments {
  const own = (numbers: Float64Array) => sum(numbers.subarray(4 * cohort, 4 * cohort + 4))
  const assigned = tallies.map(({ verifiers }) => own(verifiers!.tasks))
  const ratio = sum(tallies.map(({ verifiers }) => own(verifiers!.profit))) / sum(assigned)
  // Of a ratio of sums: the deviations from it, over the mean number of tasks.
  const left = tallies.map(({ verifiers }, i) => own(verifiers!.profit) - ratio * assigned[i]!)
  return { mean: ratio, error: moments(left).error / (sum(assigned) / assigned.length) }
}

/** A file whose slash pays every bounty, and whose stake every slash. */
function files(count: number, blind: boolean): Parameters.Parameters[] {
  const random = Random.stream(SEED, blind ? 1 : 2)
  return Array.from({ length: count }, () => {
    const [power, auditRate] = [pick(random, [1, 0.8, 0.5]), pick(random, [0, 0.2, 0.6])]
    return Parameters.from({
      task: { reward: 1.2, honestCost: 1, cheatCost: pick(random, [0, 0.4]), externalGain: pick(random, [0, 0.5]) },
      sampling: { rate: pick(random, [0.3, 1]) },
      slash: { amount: pick(random, [12, 40]), burnShare: pick(random, [0.5, 0.2]) },
      comparator: { power, falsePositive: pick(random, [0, 0.05, 0.2]) },
      arbitration: { power: pick(random, [1, 0.9]), falsePositive: pick(random, [0, 0.3]) },
      batch: { size: 25 },
      verifiers: {
        ...{ cost: pick(random, [0.3, 1]), cheapCost: 0.1, reward: pick(random, [0.5, 1.5]) },
        ...{ slash: pick(random, [0, 2, 10]), bond: pick(random, [0, 2]), bounty: pick(random, [0, 1, 5]) },
        canaryRate: blind ? 0 : pick(random, [0, 0.1, 0.4]),
        // An audit exposes whoever passed what it finds.
        ...{ exposure: Math.min(1, auditRate * power + pick(random, [0, 0.3, 1])), auditRate, blind },
      },
    })
  })
}

const columns = { check: 'diligent', skip: 'lazy', copy: 'cheap-model', collude: 'bribed' } as const

describe(`executor against verifier: payoffs are those of the game (sections 6 and 9), seed ${SEED}`, () => {
  test.each([false, true])(
    'blind commitments: %s, 15 files',
    (blind) => {
      for (const [i, parameters] of files(15, blind).entries()) {
        const { payoffs, rows, columns: names } = Inspection.from(parameters)
        for (const [row, cheat] of [
          ['honest', 0],
          ['cheat', 1],
        ] as const)
          for (const [column, strategy] of Object.entries(columns)) {
            // Who takes bribes is told of no canary, and an honest executor offers none.
            if (column === 'collude' && (parameters.verifiers.canaryRate > 0 || cheat === 0)) continue
            const [forExecutor, forVerifier] = payoffs[rows.indexOf(row)]![names.indexOf(column)]!.map(numeric)
            const tallies = played(parameters, cheat, [strategy], 40)
            const where = `file ${i}: ${row} against ${column}`
            const isDeal = tallies.some(({ verifiers }) => sum(verifiers!.bribes) > 0)
            // Without a deal the game has it skip, the simulation has it check.
            if (column === 'collude' && !isDeal) continue
            const verifier = earned(tallies, 0)
            // 210 means of each side: one in a hundred thousand is the bound of each.
            expect(Math.abs(verifier.mean - forVerifier!), where).toBeLessThan(4.42 * verifier.error + 1e-9)
            // Silence leaves a task unverified, which the game does not count.
            if (column === 'skip' && blind) continue
            const felt = (tally: Tally) => (cheat === 0 ? (1 - parameters.slash.burnShare) * sum(tally.slashed) : 0)
            const executor = moments(tallies.map((tally) => (sum(tally.profit) + felt(tally)) / sum(tally.tasks)))
            expect(Math.abs(executor.mean - forExecutor!), where).toBeLessThan(4.42 * executor.error + 1e-9)
          }
      }
    },
    300_000,
  )
})

describe(`checking pays where the canary inequality says so (section 6), seed ${SEED}`, () => {
  const terms = (random: () => number) => ({
    ...{ cost: pick(random, [0.5, 1, 1.4]), reward: pick(random, [0, 1.5]), slash: pick(random, [5, 20]) },
    ...{ bond: pick(random, [0, 1]), power: pick(random, [1, 0.7]), falsePositive: pick(random, [0, 0.03]) },
  })
  const fileOf = ({ power, falsePositive, ...verifiers }: Checking.Terms, n: number) => ({
    task: { honestCost: 1 },
    sampling: { rate: 1, verifiers: n },
    slash: { amount: 30 },
    comparator: { power, falsePositive },
    batch: { size: 50 },
    verifiers: { ...verifiers, blind: false },
  })

  test.each([1, 3])(
    'n = %i: 12 files, below and above the least canary rate',
    (n) => {
      const random = Random.stream(SEED, n)
      for (let i = 0; i < 12; i++) {
        const drawn = terms(random)
        const least = Checking.minCanaryRate(drawn)
        if (!least.feasible) throw new Error('a file of the grid has no least rate')
        for (const canaryRate of [0.7 * least.value, Math.min(0.95, 1.3 * least.value)]) {
          const tallies = played(fileOf({ ...drawn, canaryRate }, n), 0, ['diligent', 'lazy'], 40)
          const [diligent, lazy] = [earned(tallies, 0), earned(tallies, 1)]
          const where = `file ${i}, g = ${canaryRate}`
          expect(Math.abs(diligent.mean - Checking.profit({ ...drawn, canaryRate })), where).toBeLessThan(
            4.42 * diligent.error + 1e-9,
          )
          const error = Math.hypot(diligent.error, lazy.error)
          const gained = diligent.mean - lazy.mean
          expect(Math.abs(gained - Checking.advantage({ ...drawn, canaryRate })), where).toBeLessThan(
            4.42 * error + 1e-9,
          )
          expect(gained > 0, where).toBe(canaryRate > least.value)
        }
      }
    },
    300_000,
  )

  test('attention challenges: C = .001, P = .003: a third of what it sees has to be one', () => {
    const attention = { cost: 0.001, reward: 0, slash: 0.003, bond: 0, power: 1, falsePositive: 0 }
    for (const [canaryRate, pays] of [
      [0.32, false],
      [0.345, true],
    ] as const) {
      const tallies = played(fileOf({ ...attention, canaryRate }, 1), 0, ['diligent', 'lazy'], 200)
      expect(earned(tallies, 0).mean > earned(tallies, 1).mean).toBe(pays)
    }
  })
})

describe(`below X nobody checks (section 6), seed ${SEED}`, () => {
  test('12 files: checking gains q(e(Rv+Sv) + bounty) - Cv, whatever the executor gains', () => {
    const random = Random.stream(SEED, 10)
    for (let i = 0; i < 12; i++) {
      const verifiers = {
        ...{ cost: pick(random, [0.2, 1]), reward: pick(random, [0.5, 1.5]), slash: pick(random, [2, 10]) },
        ...{ exposure: pick(random, [0.3, 1]), bounty: pick(random, [0, 4]) },
      }
      const rate = Checking.uncheckedRate(verifiers)
      const file = {
        task: { honestCost: 1, externalGain: pick(random, [0, 50]) },
        ...{ sampling: { rate: 1 }, slash: { amount: 30, burnShare: 0.5 }, batch: { size: 50 } },
        verifiers: { ...verifiers, blind: false },
      }
      for (const cheat of [0.75 * rate, Math.min(1, 1.25 * rate)]) {
        const tallies = played(file, cheat, ['diligent', 'lazy'], 40)
        const [diligent, lazy] = [earned(tallies, 0), earned(tallies, 1)]
        const expected =
          cheat * (verifiers.exposure * (verifiers.reward + verifiers.slash) + verifiers.bounty) - verifiers.cost
        const gained = diligent.mean - lazy.mean
        expect(Math.abs(gained - expected), `file ${i}`).toBeLessThan(
          4.42 * Math.hypot(diligent.error, lazy.error) + 1e-9,
        )
        if (rate < 1) expect(gained > 0, `file ${i}, q = ${cheat}`).toBe(cheat > rate)
      }
    }
  }, 300_000)

  test('exposed never, and no bounty: never', () => {
    const verifiers = { cost: 0.1, exposure: 0, bounty: 0, blind: false }
    const file = { task: {}, sampling: { rate: 1 }, slash: { amount: 30 }, batch: { size: 50 }, verifiers }
    const tallies = played(file, 1, ['diligent', 'lazy'], 5)
    expect(earned(tallies, 1).mean - earned(tallies, 0).mean).toBeCloseTo(0.1, 9)
  })
})

describe(`everybody runs the cheap model (section 6), seed ${SEED}`, () => {
  test('12 files: an audit of agreeing results makes the ordered model pay from the least audit rate on', () => {
    const random = Random.stream(SEED, 20)
    for (let i = 0; i < 12; i++) {
      const power = pick(random, [1, 0.8])
      const verifiers = {
        cost: pick(random, [0.5, 1]),
        cheapCost: 0.1,
        reward: pick(random, [1, 2]),
        slash: pick(random, [3, 10]),
      }
      const least = Checking.minAuditRate({ ...verifiers, power })
      if (!least.feasible) throw new Error('a file of the grid has no least rate')
      for (const auditRate of [0.75 * least.value, 1.25 * least.value]) {
        const file = {
          ...{ task: {}, sampling: { rate: 1 }, slash: { amount: 30 }, batch: { size: 50 }, comparator: { power } },
          verifiers: { ...verifiers, auditRate, exposure: 0 },
        }
        const cheap = earned(played(file, 1, ['cheap-model'], 60), 0)
        const expected =
          verifiers.reward - verifiers.cheapCost - auditRate * power * (verifiers.reward + verifiers.slash)
        expect(Math.abs(cheap.mean - expected), `file ${i}`).toBeLessThan(4.42 * cheap.error + 1e-9)
        // A run of the ordered model earns Rv - Cv whatever it says.
        expect(cheap.mean < verifiers.reward - verifiers.cost, `file ${i}, a = ${auditRate}`).toBe(
          auditRate > least.value,
        )
      }
    }
  }, 300_000)
})

describe(`bribery (section 6), seed ${SEED}`, () => {
  test('120 files: a cheat buys its panel where it can offer more than n(bounty + a(Rv+Sv)), and is not caught', () => {
    const random = Random.stream(SEED, 30)
    const [paid, unpaid] = [[] as number[], [] as number[]]
    for (let i = 0; i < 120; i++) {
      const verifiers = {
        ...{ reward: 2, slash: pick(random, [3, 10]), bounty: pick(random, [0, 2, 5, 12]) },
        ...{ auditRate: pick(random, [0, 0, 0.3]), exposure: 0.3 },
      }
      const [n, amount, burnShare] = [pick(random, [1, 2, 4]), pick(random, [10, 30]), pick(random, [1, 0.5])]
      const file = {
        task: {},
        sampling: { rate: 1, verifiers: n },
        slash: { amount, burnShare },
        batch: { size: 20 },
        verifiers,
      }
      const offer = Checking.from(Parameters.from(file)).bribe
      const [tally] = played(file, 1, ['bribed'], 1)
      const isPaid = sum(tally!.verifiers!.bribes) > 0
      // Audits also take from what passing saves: with them the page's condition is enough, without them it decides.
      if (verifiers.auditRate === 0) expect(isPaid, `file ${i}`).toBe(offer > 0)
      else if (offer <= 0) expect(isPaid, `file ${i}`).toBe(false)
      if (isPaid && verifiers.auditRate === 0) expect(sum(tally!.caught)).toBe(0)
      if (!isPaid) expect(sum(tally!.caught)).toBe(20 * 20)
      ;(isPaid ? paid : unpaid).push(i)
    }
    expect(Math.min(paid.length, unpaid.length)).toBeGreaterThan(20)
  })
})

describe(`evidence (section 7), seed ${SEED}`, () => {
  /** Sampled tasks until a node that mismatches at this rate is convicted; `most` where it is not. */
  function samplesOf(wager: Analysis.Wager, theta: number, nodes: number, most: number, key: number): number[] {
    const { threshold, meter } = Evidence.test(wager)
    const random = Random.stream(SEED, key)
    return Array.from({ length: nodes }, () => {
      const { observe } = meter()
      let samples = 1
      while (observe(random() < theta) < threshold && samples < most) samples++
      return samples
    })
  }

  test.each([
    [0.05, 0.9, 0.01, true],
    [0.05, 0.9, 0.01, false],
    [0.05, 0.5, 0.05, true],
    [0.01, 0.6, 0.2, false],
    [0.2, 0.7, 0.1, true],
  ])(
    'α = %d, d = %d, f = %d, restarts %s: an honest node is slashed with probability α at most (Ville)',
    (alpha, power, falsePositive, restart) => {
      const wager = { alpha, power, falsePositive, restart, cheatRates: [0.05, 0.2, 0.5, 1] }
      const [nodes, most] = [4_000, 2_000]
      const all = samplesOf(wager, falsePositive, nodes, most + 1, 40)
      const slashed = all.filter((samples) => samples <= most).length / nodes
      expect(slashed).toBeLessThan(alpha + 4 * Math.sqrt((alpha * (1 - alpha)) / nodes))
      expect(slashed).toBeGreaterThan(0)
    },
  )

  test('40 wagers: a cheater at the tested rate is convicted between the two bounds, from a fixed start', () => {
    const random = Random.stream(SEED, 50)
    for (let i = 0; i < 40; i++) {
      const rates = {
        alpha: pick(random, [1e-6, 1e-3]),
        power: pick(random, [0.9, 0.6]),
        falsePositive: pick(random, [0.01, 0.1]),
      }
      const cheatRate = pick(random, [0.1, 0.3, 1])
      const { low, high } = Analysis.samplesToConvict(rates, cheatRate)
      const theta = rates.falsePositive + cheatRate * (rates.power - rates.falsePositive)
      const wager = { ...rates, cheatRates: [cheatRate], restart: false }
      const { mean, error } = moments(samplesOf(wager, theta, 2_000, 1e6, 60 + i))
      expect(mean, `wager ${i}`).toBeGreaterThan(low - 4 * error)
      expect(mean, `wager ${i}`).toBeLessThan(high + 4 * error)
    }
  })

  test('the slow cheater of the example gains 63.6 G before it is convicted, the full one 3.6 G', () => {
    const rates = { alpha: 1e-6, power: 0.9, falsePositive: 0.01 }
    const [H, f, d] = [10_000, 0.01, 0.9]
    const { value, cheatRate } = Analysis.gainBeforeConviction(rates, { gain: 1, rate: 1, horizon: H })
    expect(value).toBeCloseTo(63.6, 1)
    expect(Math.sqrt(2 * f * (1 - f) * H * Math.log(1e6)) / (d - f)).toBeCloseTo(58.8, 1)
    const slow = { ...rates, cheatRates: [cheatRate], restart: false }
    const { mean, error } = moments(samplesOf(slow, f + cheatRate * (d - f), 1_000, 1e6, 70))
    const { low, high } = Analysis.samplesToConvict(rates, cheatRate)
    // Followed to the end, its gain is that of the closed form and what the last step overshoots.
    expect(cheatRate * low).toBeCloseTo(value, 0)
    expect(cheatRate * mean).toBeGreaterThan(value - 4 * cheatRate * error)
    expect(cheatRate * mean).toBeLessThan(cheatRate * (high + 4 * error))
    const full = moments(samplesOf({ ...rates, cheatRates: [1], restart: false }, d, 4_000, 1e6, 71))
    expect(Analysis.samplesToConvict(rates, 1).low).toBeCloseTo(3.6, 1)
    expect(full.mean).toBeGreaterThan(3.6)
    expect(full.mean).toBeLessThan(Analysis.samplesToConvict(rates, 1).high + 4 * full.error)
  })

  test('several verifiers of one task are one piece of evidence: counted apart they slash too many', () => {
    // n = 3, d = .5, f = .05, α = .05, errors in common: three equal outcomes a task.
    const wager = { alpha: 0.05, power: 0.5, falsePositive: 0.05, cheatRates: [1], restart: true }
    const { threshold, meter } = Evidence.test(wager)
    const random = Random.stream(SEED, 80)
    const share = (copies: number) => {
      let slashed = 0
      for (let node = 0; node < 4_000; node++) {
        const { observe } = meter()
        let most = 0
        for (let task = 0; task < 500; task++) {
          const isMismatch = random() < 0.05
          for (let copy = 0; copy < copies; copy++) most = Math.max(most, observe(isMismatch))
        }
        if (most >= threshold) slashed++
      }
      return slashed / 4_000
    }
    expect(share(1)).toBeLessThan(0.05)
    expect(share(3)).toBeGreaterThan(0.1)
  })
})

describe(`evidence convicts in the engine (section 7), seed ${SEED}`, () => {
  /** Nodes that are followed for so many epochs, verdicts taken as the comparator gives them. */
  const followed = (extra: object, options: object, strategy: object, epochs: number, verifiers?: object[]): Tally => {
    const parameters = {
      ...{ task: { honestCost: 1 }, sampling: { rate: 0.2 }, slash: { amount: 30 }, batch: { size: 10 } },
      ...{ comparator: { power: 0.9, falsePositive: 0.05 }, arbitration: { falsePositive: 1 }, ...extra },
    }
    const policy = { name: 'spotcheck', options }
    const population = [{ ...strategy, count: 2_000 }]
    return replicate(Scenario.plan(Scenario.from({ parameters, population, policy, verifiers, epochs, seed: SEED })), 0)
  }
  const honest = { strategy: 'honest' }
  const evidence = { alpha: 0.02 }
  const share = (numbers: ArrayLike<number>) => Array.from(numbers).filter((x) => x > 0).length / numbers.length

  test.each<[string, object[] | undefined]>([
    ['the file’s panels', undefined],
    ['verifiers that are played', [{ strategy: 'diligent', count: 5 }]],
  ])(
    'honest nodes before %s: nearly all slashed at once where each mismatch convicts, α of them by evidence',
    (_, verifiers) => {
      const each = followed({ evidence }, {}, honest, 60, verifiers)
      expect(share(each.falseSlashes)).toBeGreaterThan(0.95)
      const by = followed({ evidence }, { evidence: true }, honest, 60, verifiers)
      expect(share(by.falseSlashes)).toBeLessThan(0.02 + 4 * Math.sqrt((0.02 * 0.98) / 2_000))
      expect(share(by.falseSlashes)).toBeGreaterThan(0)
      // A mismatch costs the reward all the same: p·f·R of each task.
      const profit = moments(Array.from(by.profit, (x, i) => (x + by.slashed[i]!) / by.tasks[i]!))
      expect(Math.abs(profit.mean - (0.2 - 0.2 * 0.05 * 1.2))).toBeLessThan(4 * profit.error)
    },
  )

  test.each<[string, object[] | undefined]>([
    ['the file’s panels', undefined],
    ['verifiers that are played', [{ strategy: 'diligent', count: 5 }]],
  ])('a cheater before %s is convicted once in as many sampled tasks as the test takes', (_, verifiers) => {
    const wager = { alpha: 0.001, cheatRates: [1], restart: false }
    const cheater = { strategy: 'intermittent', options: { rate: 1 } }
    const { sampled, caught, wrong, cheats } = followed(
      { evidence: wager, stake: { amount: 3e6 } },
      { evidence: true },
      cheater,
      200,
      verifiers,
    )
    const { threshold, meter } = Evidence.test({ ...wager, power: 0.9, falsePositive: 0.05 })
    const [random, needed] = [Random.stream(SEED, 100), [] as number[]]
    for (let i = 0; i < 5_000; i++) {
      const { observe } = meter()
      let samples = 1
      while (observe(random() < 0.9) < threshold) samples++
      needed.push(samples)
    }
    const [told, rates] = [moments(needed), moments(Array.from(caught, (x, i) => sampled[i]! / x))]
    expect(Math.abs(rates.mean - told.mean)).toBeLessThan(4 * Math.hypot(rates.error, told.error) + 0.02)
    // What was found wrong is not shipped, convicted or not.
    const shipped = moments(Array.from(wrong, (x, i) => x / cheats[i]!))
    expect(Math.abs(shipped.mean - (1 - 0.2 * 0.9))).toBeLessThan(4 * shipped.error)
  })

  test('where a mismatch is proof, evidence changes nothing', () => {
    const exact = { comparator: { power: 0.7, falsePositive: 0 }, arbitration: {} }
    const lazy = { strategy: 'lazy' }
    expect(followed(exact, { evidence: true }, lazy, 5)).toEqual(followed(exact, {}, lazy, 5))
  })
})

describe(`the best of b draws (section 8), seed ${SEED}`, () => {
  /** Mean profit of k cheats in a batch of N, beyond that of an honest one, on average over so many nodes. */
  function gained(
    terms: { k: number; N: number; G: number; L: number; p: number; D: number; b: number; price?: number },
    nodes: number,
  ): Moments {
    const { k, N, G, L, p, D, b, price = 0 } = terms
    const parameters = {
      task: { reward: 0, honestCost: G, cheatCost: 0 },
      ...{ sampling: { rate: p }, slash: { rule: 'once-per-batch', amount: L }, comparator: { power: D } },
      ...{ batch: { size: N }, beacon: { draws: b, withholdPenalty: price } },
    }
    const values =
      k === N
        ? [{ value: 1, count: N }]
        : [
            { value: 1, count: k },
            { value: 1, count: N - k },
          ]
    const population = [{ strategy: 'honest', count: nodes, values }]
    const plan = Scenario.plan(Scenario.from({ parameters, population, epochs: 1, seed: SEED }))
    const player = always({ cheat: values.map((_, i) => (i === 0 ? 1 : 0)), draws: b })
    const { profit } = replicate({ ...plan, cohorts: [{ ...plan.cohorts[0]!, player }] }, 0)
    return moments(Array.from(profit, (x) => x + N * G))
  }

  test.each([
    [2, 1, 0.48],
    [4, 15, 8.26],
  ])('b = %i: %i cheats of 1,000 gain %d', (b, k, expected) => {
    const terms = { k, N: 1_000, G: 0.8, L: 800, p: 0.02, D: 1, b }
    const { mean, error } = gained(terms, 20_000)
    const exact = Redraws.profit({ cheated: k, gain: 0.8, loss: 800, rate: 0.02, detection: 1, draws: b })
    expect(exact).toBeCloseTo(expected, 2)
    expect(Math.abs(mean - exact)).toBeLessThan(4 * error)
  })

  test('40 files', () => {
    const random = Random.stream(SEED, 90)
    for (let i = 0; i < 40; i++) {
      const N = pick(random, [5, 50])
      const terms = { N, k: 1 + Math.floor(random() * N), G: pick(random, [0.3, 2]), L: pick(random, [5, 100]) }
      const more = { p: pick(random, [0.02, 0.2]), D: pick(random, [1, 0.6]), b: pick(random, [1, 2, 4]) }
      const { mean, error } = gained({ ...terms, ...more }, 4_000)
      const exact = Redraws.profit({
        ...{ cheated: terms.k, gain: terms.G, loss: terms.L },
        ...{ rate: more.p, detection: more.D, draws: more.b },
      })
      // What is too rare to have been seen has no deviation of its own.
      const unseen = Math.sqrt(Math.max(0, terms.k * terms.G - exact) * terms.L) / Math.sqrt(4_000)
      expect(Math.abs(mean - exact), `file ${i}`).toBeLessThan(4 * Math.max(error, unseen) + 1e-9)
    }
  })

  test.each([0, 1, 20, 79, 80, 1000])(
    'a draw whose withholding costs %d is withheld where that saves more',
    (price) => {
      const terms = { k: 15, N: 100, G: 0.8, L: 80, p: 0.02, D: 1, b: 4, price }
      const caught = 1 - (1 - terms.p) ** terms.k
      // Out of the four draws in all their combinations: the first, or a price more than the best of the others.
      let loss = 0
      for (let hits = 0; hits < 16; hits++) {
        const [first, ...others] = [1, 2, 4, 8].map((bit) => (hits & bit ? terms.L : 0))
        const chance = [first, ...others].reduce((product, hit) => product! * (hit! > 0 ? caught : 1 - caught), 1)!
        loss += chance * Math.min(first!, price + Math.min(...others))
      }
      const { mean, error } = gained(terms, 20_000)
      expect(Math.abs(mean - (terms.k * terms.G - loss))).toBeLessThan(4 * error)
    },
  )
})
