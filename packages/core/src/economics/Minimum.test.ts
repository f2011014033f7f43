import { expect, test } from 'vitest'
import * as Minimum from './Minimum.js'

const scan = { steps: 14, ratio: 2, tolerance: 0 }

test('threshold: the double below it does not hold', () => {
  let cases = 0
  for (const at of [1e-290, 1e-12, 0.1, 1 / 3, 0.5, 1 - 2 ** -53, 1])
    for (const low of [0, 1e-300, 1e-13, 0.05])
      for (const high of [1, 1.5, 1e9, 1e100]) {
        for (const isStrict of [false, true]) {
          const holds = (x: number) => (isStrict ? x > at : x >= at)
          const found = Minimum.threshold(holds, low, high)
          cases++
          if (!holds(high)) expect(found).toBeUndefined()
          else if (holds(low)) expect(found).toBe(low)
          else {
            expect(holds(found!)).toBe(true)
            expect(holds(found! * (1 - 2 ** -53))).toBe(false)
          }
        }
      }
  expect(cases).toBeGreaterThanOrEqual(200)
})

test('first: the edge of the first stretch that the scan meets, from small to large', () => {
  let cases = 0
  for (const low of [1e-9, 0.001, 0.01, 0.1, 0.3, 0.5, 0.9])
    for (const width of [1.01, 1.5, 2.1, 10, 1e3])
      for (const high of [1, 2, 100])
        for (const tolerance of [0, 1e-9]) {
          const holds = (x: number) => x >= low && x < low * width
          const points = Array.from({ length: 15 }, (_, i) => high * 2 ** (i - 14))
          const found = Minimum.first(holds, high, { ...scan, tolerance })
          cases++
          if (!points.some(holds)) expect(found).toBeUndefined()
          else {
            expect(holds(found!)).toBe(true)
            expect(found! / low - 1).toBeLessThanOrEqual(tolerance)
          }
        }
  expect(cases).toBeGreaterThanOrEqual(200)
  expect(Minimum.first(() => true, 1, scan)).toBe(0)
})

test('firstWhole: against one by one', () => {
  let cases = 0
  for (const least of [1, 2, 3, 7, 8, 9, 63, 64, 65, 100, 1000])
    for (const most of [0, 1, 2, 8, 64, 65, 500])
      for (const each of [1, 8, 64]) {
        const found = Minimum.firstWhole((count) => count >= least, most, each)
        expect(found).toBe(least <= most ? least : undefined)
        cases++
      }
  expect(cases).toBeGreaterThanOrEqual(200)
  // Up to `each` also what holds here and there only.
  expect(Minimum.firstWhole((count) => count === 5, 100, 8)).toBe(5)
})
