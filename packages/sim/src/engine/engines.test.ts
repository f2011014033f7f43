// Two engines, one truth: the same plans, played task by task and drawn from distributions, come out alike.
import { describe, expect, test } from 'vitest'
import * as Scenario from '../Scenario.js'
import type { Column, Tally } from './Plan.js'
import * as Protocol from './protocol.js'
import * as Statistical from './statistical.js'

const SEED = 20_261_128
/** More of them for a long run: AGREEMENT_REPLICATIONS=200. */
const REPLICATIONS = Number(process.env.AGREEMENT_REPLICATIONS ?? 25)

const parameters = (extra: object = {}) => ({
  task: { reward: 1.2, honestCost: 1, cheatCost: 0.2, externalGain: 0.05 },
  sampling: { rate: 0.25, verifiers: 2 },
  slash: { amount: 14, burnShare: 0.8 },
  comparator: { power: 0.8, falsePositive: 0.1 },
  arbitration: { power: 0.9, falsePositive: 0.2, cost: 1 },
  verifiers: { pool: 20, colluding: 0.2 },
  batch: { size: 6 },
  // Two slashes: nodes are ejected while others play on.
  stake: { amount: 28 },
  ...extra,
})

/** Every strategy that the protocol can play. */
const population = [
  { strategy: 'honest', count: 1 },
  { strategy: 'noisy', options: { noise: 0.2 }, count: 1 },
  { strategy: 'lazy', count: 1 },
  { strategy: 'substitute', options: { cost: 0.4, power: 0.5 }, count: 1 },
  { strategy: 'intermittent', options: { rate: 0.4 }, count: 1 },
  { strategy: 'burst', options: { after: 6 }, count: 1 },
  { strategy: 'probing', count: 1 },
  { strategy: 'opportunist', count: 1 },
  { strategy: 'exit-scam', count: 1 },
  { strategy: 'over-committer', count: 1 },
  { strategy: 'whitewasher', options: { rate: 0.5 }, count: 1 },
  { strategy: 'withholder', options: { rate: 0.5 }, count: 1 },
  { strategy: 'equivocator', options: { rate: 0.5 }, count: 1 },
]

/** Kolmogorov's distance of two samples, in its standard unit: above 1.95 once in a thousand pairs. */
function distance(a: readonly number[], b: readonly number[]): number {
  const [first, second] = [a.toSorted((x, y) => x - y), b.toSorted((x, y) => x - y)]
  let [i, j, gap] = [0, 0, 0]
  while (i < a.length && j < b.length) {
    const x = Math.min(first[i]!, second[j]!) + 1e-9
    while (i < a.length && first[i]! <= x) i++
    while (j < b.length && second[j]! <= x) j++
    gap = Math.max(gap, Math.abs(i / a.length - j / b.length))
  }
  return gap * Math.sqrt((a.length * b.length) / (a.length + b.length))
}

/** Difference of means in standard errors of two samples of one distribution. */
function apart(a: readonly number[], b: readonly number[]): number {
  const mean = (all: readonly number[]) => all.reduce((sum, x) => sum + x, 0) / all.length
  const all = [...a, ...b]
  const variance = all.reduce((sum, x) => sum + (x - mean(all)) ** 2, 0) / (all.length - 1)
  const error = Math.sqrt(variance * (1 / a.length + 1 / b.length))
  return variance < 1e-18 ? 0 : (mean(a) - mean(b)) / error
}

const compared: readonly Column[] = [
  ...(['tasks', 'cheats', 'noisy', 'sampled', 'sampledCheats', 'disputes', 'caught'] as const),
  ...(['falseSlashes', 'slashed', 'profit', 'wrong', 'shipped', 'capturedAt', 'ejectedAt', 'identities'] as const),
]

describe.each<[string, object, number]>([
  ['per-fraud', {}, 3],
  [
    'once-per-batch, a fixed sample',
    { slash: { rule: 'once-per-batch', amount: 14 }, sampling: { mode: 'fixed', count: 2 } },
    2,
  ],
])('%s', (_, extra, epochs) => {
  test(`cheats, captures and profit agree over ${REPLICATIONS} replications of the protocol, seed ${SEED}`, async () => {
    const plan = Scenario.plan(Scenario.from({ parameters: parameters(extra), population, epochs, seed: SEED }))
    const played: Tally[] = []
    for (let i = 0; i < REPLICATIONS; i++) played.push(await Protocol.replicate(plan, i))
    const drawn = Array.from({ length: 20 * REPLICATIONS }, (_, i) => Statistical.replicate(plan, i))
    for (const [node, { strategy }] of population.entries())
      for (const column of compared) {
        const [a, b] = [played.map((tally) => tally[column][node]!), drawn.map((tally) => tally[column][node]!)]
        const where = `${strategy}: ${column}`
        // 2 x 13 x 15 comparisons: one in a hundred thousand is the bound of each.
        expect(distance(a, b), where).toBeLessThan(2.47)
        expect(Math.abs(apart(a, b)), where).toBeLessThan(REPLICATIONS < 100 ? 6 : 4.42)
      }
  }, 600_000)
})
