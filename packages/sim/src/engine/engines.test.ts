// Two engines, one truth: the same plans, played task by task and drawn from distributions, come out alike.
import { describe, expect, test } from 'vitest'
import { apart, distance } from '../../../../test/support/samples.js'
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
