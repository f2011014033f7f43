// Verifiers played one by one: both engines alike, and like the closed forms where those know the pool.
import { describe, expect, test } from 'vitest'
import { apart, distance } from '../../../../test/support/samples.js'
import * as Scenario from '../Scenario.js'
import type { VerifierColumn } from './Plan.js'
import * as Protocol from './protocol.js'
import * as Statistical from './statistical.js'

const SEED = 20_261_128
/** More of them for a long run: AGREEMENT_REPLICATIONS=200. */
const REPLICATIONS = Number(process.env.AGREEMENT_REPLICATIONS ?? 12)

const parameters = (extra: object = {}, verifiers: object = {}) => ({
  task: { reward: 1.2, honestCost: 1, cheatCost: 0.2, externalGain: 0.05 },
  sampling: { rate: 0.5, verifiers: 2 },
  slash: { amount: 14, burnShare: 0.6 },
  comparator: { power: 0.8, falsePositive: 0.1 },
  arbitration: { power: 0.9, falsePositive: 0.2, cost: 0.9 },
  verifiers: { cost: 0.7, cheapCost: 0.3, reward: 1.3, slash: 6, bond: 2, bounty: 4, exposure: 0, ...verifiers },
  batch: { size: 6 },
  stake: { amount: 28 },
  ...extra,
})

const executors = [
  { strategy: 'honest', count: 1 },
  { strategy: 'noisy', options: { noise: 0.3 }, count: 1 },
  { strategy: 'intermittent', options: { rate: 0.4 }, count: 1 },
  { strategy: 'withholder', options: { rate: 0.5 }, count: 1 },
]

const planOf = (verifiers: object[] | undefined, epochs: number, extra: object = {}, more: object = {}) =>
  Scenario.plan(
    Scenario.from({ parameters: parameters(extra, more), population: executors, verifiers, epochs, seed: SEED }),
  )

const sum = (numbers: ArrayLike<number>) => Array.from(numbers).reduce((total, x) => total + x, 0)

const ofExecutors = [
  ...(['cheats', 'sampled', 'sampledCheats', 'disputes', 'caught', 'falseSlashes'] as const),
  ...(['slashed', 'profit', 'wrong', 'shipped'] as const),
] as const
const ofVerifiers: readonly VerifierColumn[] = [
  ...(['tasks', 'runs', 'cheapRuns', 'dissents', 'falseDissents', 'missed', 'silent', 'bribes'] as const),
  ...(['slashed', 'cost', 'profit'] as const),
]

describe('both engines play each verifier alike', () => {
  test.each<[string, object[], object?]>([
    ['lazy', [{ strategy: 'lazy', count: 3 }]],
    ['lazy, guessing', [{ strategy: 'lazy', options: { guesses: true }, count: 3 }]],
    ['copying', [{ strategy: 'copying', count: 3 }]],
    ['cheap model', [{ strategy: 'cheap-model', count: 3 }]],
    ['colluding', [{ strategy: 'colluding', options: { falseDissent: 0.2 }, count: 4 }]],
    [
      'bribed',
      [
        { strategy: 'bribed', count: 5 },
        { strategy: 'colluding', count: 1 },
      ],
    ],
    ['false accusers', [{ strategy: 'false-accuser', options: { rate: 0.7 }, count: 3 }]],
    ['crashing', [{ strategy: 'crashing', options: { rate: 0.5 }, count: 3 }]],
    [
      'errors in common',
      [{ strategy: 'cheap-model', count: 2 }],
      { comparator: { power: 0.7, falsePositive: 0.2, errors: 'common' } },
    ],
    [
      'a slash for the batch',
      [{ strategy: 'bribed', count: 4 }],
      { slash: { rule: 'once-per-batch', amount: 14, burnShare: 0.9 } },
    ],
  ])(
    `%s, over ${REPLICATIONS} replications of the protocol, seed ${SEED}`,
    async (_, others, extra = {}) => {
      const plan = planOf([{ strategy: 'diligent', count: 4 }, ...others], 2, extra)
      const played = []
      for (let i = 0; i < REPLICATIONS; i++) played.push(await Protocol.replicate(plan, i))
      const drawn = Array.from({ length: 40 * REPLICATIONS }, (_, i) => Statistical.replicate(plan, i))
      const compare = (a: number[], b: number[], where: string) => {
        // 10 x (10 x 4 + 11 x 2 or 3) comparisons: one in a hundred thousand is the bound of each.
        expect(distance(a, b), where).toBeLessThan(2.47)
        expect(Math.abs(apart(a, b)), where).toBeLessThan(REPLICATIONS < 100 ? 6 : 4.42)
      }
      for (const [node, { strategy }] of executors.entries())
        for (const column of ofExecutors)
          compare(
            played.map((tally) => tally[column][node]!),
            drawn.map((tally) => tally[column][node]!),
            `${strategy}: ${column}`,
          )
      let from = 0
      for (const { strategy, count } of plan.verifiers!) {
        for (const column of ofVerifiers) {
          const [first, own] = [from, (all: Float64Array) => sum(all.subarray(from, from + count))]
          compare(
            played.map((tally) => own(tally.verifiers![column])),
            drawn.map((tally) => own(tally.verifiers![column])),
            `${strategy} from ${first}: ${column}`,
          )
        }
        from += count
      }
    },
    600_000,
  )
})

describe('a pool of cohorts is the pool that the parameters describe', () => {
  test.each<[string, object, object[], object]>([
    ['all diligent', { pool: 20 }, [{ strategy: 'diligent', count: 20 }], {}],
    [
      'one in five colludes',
      { pool: 20, colluding: 0.2, falseDissent: 0.3 },
      [
        { strategy: 'diligent', share: 0.8 },
        { strategy: 'colluding', options: { falseDissent: 0.3 }, share: 0.2 },
      ],
      {},
    ],
    [
      'errors in common',
      { pool: 10, colluding: 0.4 },
      [
        { strategy: 'diligent', count: 6 },
        { strategy: 'colluding', count: 4 },
      ],
      { comparator: { power: 0.7, falsePositive: 0.2, errors: 'common' } },
    ],
  ])('%s', (_, pool, verifiers, extra) => {
    const described = planOf(undefined, 1, extra, pool)
    const cohorts = planOf(verifiers, 1, extra, { pool: (pool as { pool: number }).pool })
    const [a, b] = [described, cohorts].map((plan) =>
      Array.from({ length: 4_000 }, (_, i) => Statistical.replicate(plan, i)),
    )
    for (const column of [...ofExecutors, 'ejectedAt'] as const)
      for (const [node, { strategy }] of executors.entries()) {
        const [x, y] = [a!, b!].map((all) => all.map((tally) => tally[column][node]!))
        expect(Math.abs(apart(x!, y!)), `${strategy}: ${column}`).toBeLessThan(4.42)
      }
  })
})

test('panels are drawn without replacement, each verifier as often as any other', () => {
  const plan = planOf([{ strategy: 'diligent', count: 5 }], 40, { sampling: { rate: 1, verifiers: 5 } })
  const { sampled, verifiers } = Statistical.replicate(plan, 0)
  expect(new Set(verifiers!.tasks)).toEqual(new Set([sum(sampled)]))
  const some = Statistical.replicate(planOf([{ strategy: 'diligent', count: 8 }], 400), 0)
  const expected = (2 / 8) * sum(some.sampled)
  for (const tasks of some.verifiers!.tasks)
    expect(Math.abs(tasks - expected)).toBeLessThan(4.4 * Math.sqrt(expected * (1 - 2 / 8)))
})

test('money of verifiers is what the protocol’s ledger says, whoever they are', async () => {
  const plan = planOf(
    [
      { strategy: 'diligent', count: 4 },
      { strategy: 'crashing', options: { rate: 1 }, count: 2 },
    ],
    1,
  )
  const { verifiers } = await Protocol.replicate(plan, 3)
  for (const i of [4, 5]) {
    expect(verifiers!.silent[i]).toBe(verifiers!.tasks[i])
    expect(verifiers!.slashed[i]).toBeCloseTo(6 * verifiers!.tasks[i]!, 9)
    expect(verifiers!.profit[i]).toBeCloseTo(-(6 + 0.7) * verifiers!.tasks[i]!, 9)
  }
})

test.each<[string, object, object]>([
  ['verifiers.blind', { blind: false }, {}],
  ['verifiers.auditRate', { auditRate: 0.1 }, {}],
  ['verifiers.exposure', { exposure: 1 }, {}],
  ['verifiers.canaryRate', { canaryRate: 0.1 }, {}],
  ['verifiers.bond', { bond: 0.5 }, {}],
  ['the pool of verifiers', {}, { sampling: { rate: 0.5, verifiers: 4 } }],
])('the protocol engine refuses %s: %j', async (subject, more, extra) => {
  const plan = planOf([{ strategy: 'diligent', count: 6 }], 1, extra, more)
  const error = expect.objectContaining({ name: 'Crossing.UnsupportedError', subject })
  await expect(Protocol.replicate(plan, 0)).rejects.toThrow(error)
  expect(() => Statistical.replicate(plan, 0)).not.toThrow()
})
