// What follows from verdicts, whichever engine reached them.
import { expect, test } from 'vitest'
import * as Scenario from '../Scenario.js'
import * as Strategy from '../Strategy.js'
import * as Protocol from './protocol.js'
import * as Statistical from './statistical.js'

const SEED = 20_261_128

const plan = (population: object[], epochs: number) =>
  Scenario.plan(
    Scenario.from({
      // Each cheat is caught; the policy asks for a stake of 120, four slashes.
      parameters: {
        task: {},
        sampling: { rate: 1 },
        slash: { amount: 30 },
        batch: { size: 1 },
        stake: { amount: 120 },
      },
      population,
      epochs,
      seed: SEED,
    }),
  )

test('who has less at stake than the policy asks for is ejected when it covers no further slash', async () => {
  const stakes = [30, 59, 60, 119, 120, 500]
  const played = plan(
    stakes.map((stake) => ({ strategy: 'lazy', count: 1, stake })),
    10,
  )
  const tally = Statistical.replicate(played, 0)
  expect([...tally.ejectedAt]).toEqual([1, 1, 2, 3, 4, 4])
  expect([...tally.slashed]).toEqual([30, 30, 60, 90, 120, 120])
  const protocol = await Protocol.replicate(played, 0)
  expect([...protocol.ejectedAt]).toEqual([...tally.ejectedAt])
})

test('by churn a new node takes the place of one that was ejected, or left, in both engines', async () => {
  const [epochs, churn, nodes] = [40, 0.3, 200]
  // Each epoch in which it takes part is its last: the first for certain, each further one with the probability of churn.
  const lasts = [
    { strategy: 'lazy', count: nodes, stake: 30, churn },
    { strategy: 'lazy', count: 3, stake: 30 },
  ]
  const tally = Statistical.replicate(plan(lasts, epochs), 0)
  const served = tally.tasks.subarray(0, nodes).reduce((sum, tasks) => sum + tasks, 0)
  const [mean, variance] = [nodes * (1 + (epochs - 1) * churn), nodes * (epochs - 1) * churn * (1 - churn)]
  expect(Math.abs(served - mean)).toBeLessThan(4 * Math.sqrt(variance))
  expect([...tally.tasks.subarray(nodes)]).toEqual([1, 1, 1])
  const few = plan(
    [
      { strategy: 'lazy', count: 2, stake: 30, churn: 0.5 },
      { strategy: 'exit-scam', count: 1, churn: 1 },
    ],
    6,
  )
  const [drawn, played] = [Statistical.replicate(few, 0), await Protocol.replicate(few, 0)]
  expect([...played.tasks]).toEqual([...drawn.tasks])
  expect([...played.identities]).toEqual([...drawn.identities])
  expect(Math.max(...drawn.identities)).toBeGreaterThan(2)
})

test('the stake under a new name is the same whoever joins after it, in both engines', async () => {
  const stake = { uniform: [30, 59] }
  const whitewasher = { strategy: 'whitewasher', count: 1, stake }
  const [alone, first] = [plan([whitewasher], 4), plan([whitewasher, { strategy: 'probing', count: 2, stake: 500 }], 4)]
  const locked = [Statistical.replicate(alone, 0), Statistical.replicate(first, 0)]
  const played = [await Protocol.replicate(alone, 0), await Protocol.replicate(first, 0)]
  const [expected, ...others] = [...locked, ...played].map((tally) => tally.locked[0]!)
  expect(expected).toBeGreaterThan(120)
  for (const other of others) expect(other).toBeCloseTo(expected!, 9)
})

test.each<[string, object]>([
  ['cheat', {}],
  ['cheat', { cheat: Number.NaN }],
  ['cheat', { cheat: '0.5' }],
  ['cheat', { cheat: [0.5, 2] }],
  ['noise', { cheat: 0, noise: 2 }],
  ['power', { cheat: 1, power: -1 }],
  ['cost', { cheat: 1, cost: Number.NaN }],
  ['draws', { cheat: 1, draws: 0 }],
  ['overcommits', { cheat: 1, overcommits: 2.5 }],
])('a strategy of the user whose %s makes no sense is told so: %j', (field, act) => {
  const mine = Strategy.define({ name: 'mine', summary: '', player: () => Strategy.always(act as Strategy.Act) })
  const known = { ...Scenario.registry, strategies: [mine] }
  const parameters = { task: {}, sampling: { rate: 1 }, slash: { amount: 30 } }
  const played = Scenario.plan(
    Scenario.from({ parameters, population: [{ strategy: 'mine', count: 1 }] }, known),
    known,
  )
  const error = expect.objectContaining({ name: 'Strategy.InvalidStrategyError', subject: `mine: act.${field}` })
  expect(() => Statistical.replicate(played, 0)).toThrow(error)
})
