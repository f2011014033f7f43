import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as Batch from './Batch.js'

const SEED = 20_260_103
const kind = { gain: 0.8, share: 1, weight: 1 }
const example = { mix: [kind], size: 1000, rate: 0.02, detection: 1, falseAlarm: 0 }

describe('the example of economics.md, “Many tasks”', () => {
  test('S = 40 leaves +760 for cheating on all 1000; S = 800.0000013 is needed', () => {
    expect(1000 * 0.8 - 40 * Batch.cheatSlashed(example)).toBeCloseTo(760, 6)
    expect(Batch.minLoss(example).toFixed(7)).toBe('800.0000013')
  })
  test('with F = .01, 18.1 % of honest batches are slashed', () => {
    expect(Batch.honestSlashed({ ...example, falseAlarm: 0.01 }).toFixed(3)).toBe('0.181')
  })
})

type Task = Readonly<{ gain: number; p: number }>

/** The best that cheating on any set of tasks earns relative to honest, by trying every set. */
function bestResponse(tasks: readonly Task[], D: number, F: number, loss: number): number {
  let best = Number.NEGATIVE_INFINITY
  const honest = tasks.reduce((product, { p }) => product * (1 - p * F), 1)
  for (let set = 1; set < 2 ** tasks.length; set++) {
    let [gains, innocent] = [0, 1]
    tasks.forEach(({ gain, p }, i) => {
      const cheats = ((set >> i) & 1) === 1
      if (cheats) gains += gain
      innocent *= 1 - p * (cheats ? D : F)
    })
    best = Math.max(best, gains - loss * (honest - innocent))
  }
  return best
}

test('against every subset of the tasks: at minLoss the best response earns nothing', () => {
  const kinds = fc.array(
    fc.record({
      gain: fc.double({ min: 0.01, max: 5, noNaN: true }),
      value: fc.double({ min: 0.1, max: 10, noNaN: true }),
      count: fc.integer({ min: 1, max: 3 }),
    }),
    { minLength: 1, maxLength: 3 },
  )
  const unit = fc.double({ min: 0.05, max: 1, noNaN: true })
  fc.assert(
    fc.property(kinds, unit, unit, fc.double({ min: 0, max: 0.9, noNaN: true }), (list, rate, D, alarmShare) => {
      const size = list.reduce((sum, { count }) => sum + count, 0)
      const mean = list.reduce((sum, { value, count }) => sum + (value * count) / size, 0)
      const mix = list.map(({ gain, value, count }) => ({ gain, share: count / size, weight: value / mean }))
      const F = D * alarmShare
      const loss = Batch.minLoss({ mix, size, rate, detection: D, falseAlarm: F })
      fc.pre(loss < 1e9)
      const tasks = list.flatMap(({ gain, count }, i) =>
        Array.from({ length: count }, () => ({ gain, p: Math.min(1, rate * mix[i]!.weight) })),
      )
      expect(Math.abs(bestResponse(tasks, D, F, loss))).toBeLessThan(1e-9 * (1 + loss))
      expect(bestResponse(tasks, D, F, loss * 0.999)).toBeGreaterThan(0)
    }),
    { seed: SEED, numRuns: 300 },
  )
})

describe('minSampleRate', () => {
  test('is the closed form 1-(1-NG/L)^(1/N) over D where F = 0', () => {
    for (const size of [1, 2, 10, 1000, 100_000, 1e9])
      for (const detection of [0.01, 0.3, 0.5, 0.9, 1])
        for (const x of [1e-9, 1e-6, 0.1, 0.3, 0.5, 0.9, 0.99]) {
          const found = Batch.minSampleRate({ mix: [kind], size, detection, falseAlarm: 0 }, (size * 0.8) / x)
          const closed = -Math.expm1(Math.log1p(-x) / size) / detection
          if (closed <= 1) expect(found.feasible && found.value / closed).toBeCloseTo(1, 9)
          else expect(found).toMatchObject({ feasible: false, obstacle: 'rate-above-one' })
        }
  })

  test('with F > 0 it is the lowest of a grid scan, and too much sampling no longer deters', () => {
    const terms = { mix: [kind], size: 100, detection: 1, falseAlarm: 0.05 }
    const loss = 300
    const grid = Array.from({ length: 100_001 }, (_, i) => i / 100_000)
    const enough = grid.filter((rate) => Batch.minLoss({ ...terms, rate }) <= loss)
    const found = Batch.minSampleRate(terms, loss)
    expect(found.feasible && found.value).toBeGreaterThan(enough[0]! - 1e-5)
    expect(found.feasible && found.value).toBeLessThanOrEqual(enough[0]!)
    expect(enough.at(-1)).toBeLessThan(1)
    expect(Batch.minLoss({ ...terms, rate: 1 })).toBeGreaterThan(loss)
  })

  test('refuses what no rate repairs', () => {
    expect(Batch.minSampleRate({ mix: [kind], size: 10, detection: 0.5, falseAlarm: 0.5 }, 100)).toMatchObject({
      obstacle: 'no-signal',
    })
    expect(Batch.minSampleRate({ mix: [{ ...kind, gain: 0 }], size: 10, detection: 0, falseAlarm: 0 }, 0)).toEqual({
      feasible: true,
      value: 0,
    })
  })
})
