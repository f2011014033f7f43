// E in doubles against the integers that slash, and paths of nodes against the rates that they were given.
import { EProcess, Wad } from '@spotcheck/core'
import { Evidence as Analysis, Parameters } from '@spotcheck/core/economics'
import { describe, expect, test } from 'vitest'
import * as Evidence from './Evidence.js'
import * as Random from './Random.js'

const SEED = 20_261_128
const noisy = (extra: object = {}) =>
  Parameters.from({
    task: {},
    sampling: { rate: 0.1 },
    slash: { amount: 30 },
    comparator: { power: 0.9, falsePositive: 0.01 },
    ...extra,
  })

describe('the doubles say what the integers say', () => {
  test.each<[Partial<Analysis.Wager>, number]>([
    [{}, 0.01],
    [{}, 0.05],
    [{ restart: false }, 0.01],
    [{ restart: false, cheatRates: [1] }, 0.3],
    [{ alpha: 0.05, power: 0.5, falsePositive: 0.2, cheatRates: [0.3, 1] }, 0.25],
  ])('%j at a mismatch rate of %d', (extra, rate) => {
    const base = { alpha: 1e-6, power: 0.9, falsePositive: 0.01, cheatRates: [0.05, 0.2, 0.5, 1], restart: true }
    const wager = { ...base, ...extra }
    const [exact, { threshold, meter }] = [Analysis.process(wager), Evidence.test(wager)]
    const [random, { observe, restart }] = [Random.stream(SEED, rate * 1000), meter()]
    expect(threshold).toBe(Wad.toNumber(exact.threshold))
    let [state, crossings] = [EProcess.start(exact), 0]
    for (let i = 0; i < 1_500; i++) {
      const isMismatch = random() < rate
      state = EProcess.update(exact, state, isMismatch ? 'mismatch' : 'match')
      const [is, ought] = [observe(isMismatch), Wad.toNumber(EProcess.value(exact, state))]
      expect(Math.abs(is - ought), `${i}`).toBeLessThanOrEqual(1e-9 * ought + 2e-18 * wager.cheatRates.length)
      if (ought < threshold) continue
      crossings++
      state = EProcess.start(exact)
      restart()
    }
    if (rate >= 0.05) expect(crossings).toBeGreaterThan(0)
  })
})

describe('the wager of a file', () => {
  test('of one verifier whose verdict stands, the comparator’s', () => {
    expect(Evidence.wagerOf(noisy())).toEqual({
      ...{ alpha: 1e-6, power: 0.9, falsePositive: 0.01 },
      ...{ cheatRates: [0.05, 0.2, 0.5, 1], restart: true },
    })
  })

  test('of three whose every dissent convicts: one of them errs as often as F says', () => {
    const panel = noisy({ sampling: { rate: 0.1, verifiers: 3 }, arbitration: { falsePositive: 1 } })
    expect(Evidence.wagerOf(panel)?.falsePositive).toBeCloseTo(1 - 0.99 ** 3, 12)
    expect(Evidence.wagerOf(panel)?.power).toBeCloseTo(1 - 0.1 ** 3, 12)
  })

  test.each<[string, object]>([
    ['nothing errs', { comparator: { power: 1, falsePositive: 0 } }],
    ['a mismatch is proof', { comparator: { power: 0.5, falsePositive: 0 } }],
    ['a mismatch is no sign', { comparator: { power: 0.1, falsePositive: 0.2 } }],
    ['arbiters let everything pass', { arbitration: { power: 0 } }],
  ])('none where %s', (_, extra) => {
    expect(Evidence.wagerOf(noisy(extra))).toBeNull()
    expect(Evidence.path(noisy(extra), node({ cheat: 1 }))).toBeNull()
  })

  test('a panel that never misses still makes a test', () => {
    const wager = Evidence.wagerOf(noisy({ comparator: { power: 1, falsePositive: 0.01 } }))
    expect(Evidence.test(wager!).threshold).toBe(1e6)
  })
})

const node = (extra: Partial<Evidence.Node>): Evidence.Node => {
  return { strategy: 'x', cheat: 0, samples: 400, random: Random.stream(SEED), ...extra }
}

describe('paths', () => {
  test('a cheater is convicted within a few sampled tasks, and there the path ends', () => {
    const { points, threshold, strategy } = Evidence.path(noisy(), node({ cheat: 1, strategy: 'lazy' }))!
    expect(strategy).toBe('lazy')
    expect(points.length).toBeLessThan(20)
    expect(points.map(({ sampled }) => sampled)).toEqual(points.map((_, i) => i))
    expect(points.filter(({ evidence }) => evidence >= threshold)).toEqual([points.at(-1)])
  })

  test('an honest node is followed to the end', () => {
    const { points, threshold } = Evidence.path(noisy({ arbitration: { falsePositive: 1 } }), node({}))!
    expect(points.length).toBe(401)
    expect(points.every(({ evidence }) => evidence < threshold)).toBe(true)
    // One mismatch in a hundred raises it, the matches between lower it.
    expect(points.filter(({ evidence }, i) => i > 0 && evidence > points[i - 1]!.evidence).length).toBeGreaterThan(0)
  })

  test('what is never noticed is no evidence', () => {
    const { points } = Evidence.path(noisy(), node({ cheat: 1, power: 0 }))!
    expect(points.every(({ evidence }, i) => i === 0 || evidence < points[i - 1]!.evidence)).toBe(true)
  })

  test.each([
    [{ cheat: 2 }, 'cheat'],
    [{ cheat: Number.NaN }, 'cheat'],
    [{ samples: 0.5 }, 'samples'],
  ])('%j is refused', (extra, subject) => {
    const error = expect.objectContaining({ name: 'Errors.InvalidInputError', subject })
    expect(() => Evidence.path(noisy(), node(extra))).toThrow(error)
  })
})
