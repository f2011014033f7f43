// Batches drawn from distributions against the same rules told task by task.
import { expect, test } from 'vitest'
import * as Random from '../Random.js'
import * as Scenario from '../Scenario.js'
import * as Statistical from './statistical.js'

const SEED = 20_261_128

const sum = (numbers: ArrayLike<number>) => Array.from(numbers).reduce((total, x) => total + x, 0)

/** Value and tasks of a batch of 20, and the value from which value-targeting cheats. */
const kinds = [
  { value: 1, count: 14 },
  { value: 2, count: 5, externalGain: 0.5 },
  { value: 20, count: 1, externalGain: 20 },
]

/** A batch, task by task: one sample of it, taken from a shuffle, whatever kinds of task it is made of. */
function batch(random: Random.Random, cheatRate: number, count: number) {
  const gains = kinds.flatMap(({ count, externalGain = 0 }) => new Array<number>(count).fill(externalGain))
  const tasks = gains.map((gain) => ({ gain, isCheat: random() < cheatRate, order: random() }))
  const sampled = tasks.toSorted((a, b) => a.order - b.order).slice(0, count)
  const caught = sampled.filter(({ isCheat }) => isCheat).length
  const cheats = tasks.filter(({ isCheat }) => isCheat)
  const profit = 20 * 0.2 + cheats.length + sum(cheats.map(({ gain }) => gain)) - caught * (1.2 + 30)
  return { caught, profit }
}

test.each([1, 3, 20])('a fixed sample of %i is one of the batch, not of each kind of task in it', (count) => {
  const plan = Scenario.plan(
    Scenario.from({
      parameters: { task: {}, sampling: { mode: 'fixed', count }, slash: { amount: 30 }, batch: { size: 20 } },
      population: [
        { strategy: 'intermittent', options: { rate: 0.4 }, count: 5000, values: kinds },
        { strategy: 'value-targeting', count: 5000, values: kinds },
      ],
      epochs: 1,
      seed: SEED,
    }),
  )
  const { sampled, sampledCheats, caught, profit } = Statistical.replicate(plan, 0)
  expect(new Set(sampled)).toEqual(new Set([count]))
  expect(Math.max(...sampledCheats.subarray(5000))).toBe(1)
  // The one valuable task of 20 is in the sample with probability count/20.
  const share = sum(caught.subarray(5000)) / 5000
  expect(Math.abs(share - count / 20)).toBeLessThanOrEqual(4 * Math.sqrt(((count / 20) * (1 - count / 20)) / 5000))
  const random = Random.stream(SEED, count)
  const played = Array.from({ length: 5000 }, () => batch(random, 0.4, count))
  for (const [drawn, told] of [
    [caught.subarray(0, 5000), played.map((one) => one.caught)],
    [profit.subarray(0, 5000), played.map((one) => one.profit)],
  ] as const) {
    const mean = (numbers: ArrayLike<number>) => sum(numbers) / 5000
    const variance = mean(told.map((x) => (x - mean(told)) ** 2))
    expect(Math.abs(mean(drawn) - mean(told))).toBeLessThanOrEqual(4 * Math.sqrt((2 * variance) / 5000))
  }
})
