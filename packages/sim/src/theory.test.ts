// Theory and simulation agree: what the closed forms of the economics expect, and what comes of playing it, on random parameter
// files with the edges among them. Every frequency within 4 standard errors.
import { ManyTasks, Parameters, Ruin } from '@spotcheck/core/economics'
import { describe, expect, test } from 'vitest'
import type { Plan } from './engine/Plan.js'
import { replicate } from './engine/statistical.js'
import * as Random from './Random.js'
import * as Scenario from './Scenario.js'
import { always } from './Strategy.js'

const SEED = 20_261_128

/** Mean and standard error. */
function moments(all: readonly number[]) {
  const mean = all.reduce((sum, x) => sum + x, 0) / all.length
  const variance = all.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (all.length - 1)
  return { mean, error: Math.sqrt(variance / all.length) }
}

/** A plan of `nodes` nodes that cheat on the share `cheat` in each of so many epochs. */
function planOf(parameters: unknown, cheat: number, nodes: number, epochs = 1): Plan {
  const population = [{ strategy: 'intermittent', options: { rate: cheat }, count: nodes }]
  return Scenario.plan(Scenario.from({ parameters, population, epochs, seed: SEED }))
}

const pick = <T>(random: () => number, all: readonly T[]): T => all[Math.floor(random() * all.length)]!

/** Parameter files, edges included: nothing and everything sampled, no and certain noise, one task and many. */
function files(count: number, rule: 'per-fraud' | 'once-per-batch'): Parameters.Parameters[] {
  const random = Random.stream(SEED, rule.length)
  return Array.from({ length: count }, () => {
    const size = pick(random, [1, 2, 5, 20, 100])
    const amount = pick(random, [0, 3, 12, 30])
    const fixed = random() < 0.3
    return Parameters.from({
      task: {
        reward: pick(random, [0, 1, 1.2]),
        honestCost: 1,
        cheatCost: pick(random, [0, 0.4]),
        externalGain: pick(random, [0, 0.5]),
      },
      sampling: fixed
        ? { mode: 'fixed', count: 1 + Math.floor(random() * size), verifiers: pick(random, [1, 3]) }
        : { rate: pick(random, [0.001, 0.02, 0.1, 0.5, 1]), verifiers: pick(random, [1, 3]) },
      slash: { rule, amount, burnShare: pick(random, [1, 0.6]) },
      comparator: {
        power: pick(random, [1, 0.7]),
        falsePositive: pick(random, [0, 0.05]),
        errors: pick(random, ['independent', 'common']),
      },
      arbitration: { power: pick(random, [1, 0.9]), falsePositive: pick(random, [0, 0.3]) },
      verifiers: { colluding: pick(random, [0, 0.2, 1]), pool: pick(random, [null, 10]) },
      batch: { size },
      // A stake that pays fewer slashes than there may be, now and then.
      ...(random() < 0.3 && rule === 'per-fraud' ? { stake: { amount: amount * Math.ceil(size / 4) } } : {}),
    })
  })
}

/** What the page's formula leaves out once-per-batch: each convicted task loses its reward all the same. */
function refunds(parameters: Parameters.Parameters, cheats: number): number {
  const { rule, kinds, detection, falseAlarm } = { ...ManyTasks.from(parameters), rule: parameters.slash.rule }
  if (rule === 'per-fraud') return 0
  const [{ rate, reward }] = kinds as readonly [(typeof kinds)[number]]
  return rate * (detection - falseAlarm) * cheats * reward
}

describe('a round of k = N cheats against an honest one (sections 2 and 3)', () => {
  test.each(['per-fraud', 'once-per-batch'] as const)('%s, 100 files', (rule) => {
    for (const [i, parameters] of files(100, rule).entries()) {
      const nodes = 4_000
      const cheating = moments([...replicate(planOf(parameters, 1, nodes), 0).profit])
      const { size } = parameters.batch
      const felt = honestFelt(parameters, nodes)
      const expected = ManyTasks.profit(ManyTasks.from(parameters), size) - refunds(parameters, size)
      const error = Math.max(Math.hypot(felt.error, cheating.error), unseen(parameters, expected) / Math.sqrt(nodes))
      // 200 files: one in a hundred thousand is the bound of each.
      expect(Math.abs(cheating.mean - felt.mean - expected), `file ${i}`).toBeLessThanOrEqual(4.4 * error + 1e-7)
    }
  })
})

/** Most that the deviation of a loss of this mean can be: what is too rare to have been seen has no deviation of its own. */
function unseen(parameters: Parameters.Parameters, expected: number): number {
  const { kinds, stake, size } = ManyTasks.from(parameters)
  const loss = Math.abs(size * kinds[0]!.gain - expected)
  return Math.sqrt(loss * (stake + size * kinds[0]!.reward))
}

/** An honest round in which a slash is felt as a cheat's coalition would feel it: what the closed form sets a cheat against. */
function honestFelt(parameters: Parameters.Parameters, nodes: number) {
  const plan = planOf(parameters, 0, nodes)
  const { slashed, profit } = replicate(plan, 0)
  return moments(Array.from(profit, (x, i) => x + (1 - parameters.slash.burnShare) * slashed[i]!))
}

describe('the ruin rule: who cheats on everything is ahead at the horizon as often as the exact tail says', () => {
  test.each<[string, object, number]>([
    ['one task, one slash', { sampling: { rate: 0.05 }, slash: { amount: 20 } }, 60],
    [
      'batches of ten, once',
      { sampling: { rate: 0.1 }, slash: { rule: 'once-per-batch', amount: 29 }, batch: { size: 10 } },
      30,
    ],
    ['three slashes', { sampling: { rate: 0.2 }, slash: { amount: 5 }, stake: { amount: 15 }, batch: { size: 2 } }, 40],
    ['noise', { sampling: { rate: 0.3 }, slash: { amount: 6 }, comparator: { power: 0.6 } }, 50],
    [
      'a fixed sample',
      {
        sampling: { mode: 'fixed', count: 1 },
        slash: { amount: 60 },
        stake: { amount: 120 },
        batch: { size: 12 },
        comparator: { power: 0.3 },
      },
      30,
    ],
  ])('%s', (_, extra, epochs) => {
    const parameters = Parameters.from({ task: { reward: 0, honestCost: 1 }, horizon: 1, ...extra })
    const plan = planOf(parameters, 1, 20_000, epochs)
    // With R = 0 an honest node loses C a task: being ahead is earning more than that.
    const { tasks, profit } = replicate(plan, 0)
    const ahead = Array.from(profit, (x, i) => (x + tasks[i]! > 1e-9 ? 1 : 0))
    const share = ahead.reduce<number>((sum, x) => sum + x, 0) / ahead.length
    const expected = Ruin.ahead(ManyTasks.from(parameters), epochs)
    expect(Math.abs(share - expected)).toBeLessThanOrEqual(4 * Math.sqrt((expected * (1 - expected)) / 20_000) + 1e-9)
  })
})

describe('long horizons (section 4)', () => {
  test.each([
    [0.1, 1],
    [0.5, 0.6],
    [0.03, 1],
  ])('p = %d, D = %d: 1/(pD) cheats until capture', (rate, power) => {
    const parameters = { task: { honestCost: 1 }, sampling: { rate }, slash: { amount: 10 }, comparator: { power } }
    const epochs = Math.ceil(20 / (rate * power))
    const plan = planOf(parameters, 1, 4_000, epochs)
    const { cheats } = replicate(plan, 0)
    const mean = cheats.reduce((sum, x) => sum + x, 0) / 4_000
    const p = rate * power
    expect(Math.abs(mean - 1 / p)).toBeLessThan((4 * Math.sqrt(1 - p)) / p / Math.sqrt(4_000))
  })
})

describe('randomness is a player (section 8)', () => {
  test.each([
    [1, 0.599],
    [2, 0.839],
    [4, 0.974],
    [16, 0.9999995],
  ])('b = %i draws: 10 cheats at p = .05 evade with probability %d', (draws, evaded) => {
    const parameters = {
      task: { honestCost: 1 },
      sampling: { rate: 0.05 },
      slash: { rule: 'once-per-batch', amount: 100 },
      batch: { size: 10 },
      beacon: { draws },
    }
    const plan = planOf(parameters, 1, 20_000)
    const player = always({ cheat: 1, draws })
    const { caught } = replicate({ ...plan, cohorts: [{ ...plan.cohorts[0]!, player }] }, 0)
    const share = caught.filter((x) => x === 0).length / 20_000
    const exact = 1 - (1 - 0.95 ** 10) ** draws
    expect(exact).toBeCloseTo(evaded, 2)
    expect(Math.abs(share - exact)).toBeLessThan(4 * Math.sqrt((exact * (1 - exact)) / 20_000) + 1e-4)
  })
})
