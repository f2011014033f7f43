import { expect, test } from 'vitest'
import * as Random from './Random.js'
import * as Stake from './Stake.js'

const N = 20_000
const drawn = (stake: Stake.Stake) => {
  const [draw, random] = [Stake.drawer(stake), Random.stream(20_261_128)]
  return Array.from({ length: N }, () => draw(random))
}
const share = (all: readonly number[], above: number) => all.filter((stake) => stake > above).length / N
const near = (p: number) => 4 * Math.sqrt((p * (1 - p)) / N)

test('an amount is the same for all', () => {
  expect(new Set(drawn(30))).toEqual(new Set([30]))
})

test('uniform', () => {
  const all = drawn({ uniform: [10, 30] })
  expect(Math.min(...all) >= 10 && Math.max(...all) <= 30).toBe(true)
  for (const [above, p] of [
    [15, 0.75],
    [20, 0.5],
    [29, 0.05],
  ] as const)
    expect(Math.abs(share(all, above) - p)).toBeLessThan(near(p))
})

test('pareto: P(W > w) = (least/w)^shape', () => {
  const all = drawn({ pareto: { least: 10, shape: 1.5 } })
  expect(Math.min(...all)).toBeGreaterThanOrEqual(10)
  for (const above of [11, 20, 100]) {
    const p = (10 / above) ** 1.5
    expect(Math.abs(share(all, above) - p)).toBeLessThan(near(p))
  }
})

test.each([[-1], [Number.NaN], ['30'], [{ uniform: [3, 1] }], [{ pareto: { least: 0, shape: 1 } }], [{}], [null]])(
  'no stake: %j',
  (stake) => {
    const { error } = Stake.schema.safeParse(stake)
    expect(error?.issues[0]?.message).toMatch(/^an amount >= 0/)
  },
)
