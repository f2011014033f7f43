import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as Deterrence from './Deterrence.js'

const SEED = 20_260_102

/** To the digits that economics.md shows. */
function digits(actual: number | undefined, shown: string): void {
  const places = shown.split('.')[1]?.length ?? 0
  expect(actual?.toFixed(places)).toBe(Number(shown).toFixed(places))
}

const value = (solution: ReturnType<typeof Deterrence.minSlash>) => (solution.feasible ? solution.value : undefined)

describe('the table of economics.md, “One task”', () => {
  const rows = [
    { gain: 1, reward: 1.2, slash: 10, r: 0.1, pMin: '0.0992063' },
    { gain: 1, reward: 10, slash: 100, r: 0.1, pMin: '0.0101010' },
    { gain: 1, reward: 0, slash: 250, r: 0.5, pMin: '0.008' },
  ]
  test.each(rows)('G=$gain R=$reward S=$slash r=$r: pMin=$pMin', ({ r, pMin, ...terms }) => {
    const odds = { detection: 1 - r, falseAlarm: 0 }
    const rate = value(Deterrence.minSampleRate({ ...terms, ...odds }))
    digits(rate, pMin)
    expect(value(Deterrence.minSlash({ ...terms, ...odds, rate: rate! }))).toBeCloseTo(terms.slash, 9)
    expect(Deterrence.maxGain({ ...terms, ...odds, rate: rate! })).toBeCloseTo(terms.gain, 12)
  })

  test('p = 0.08 is not sufficient in row 1: cheating pays .3936, honesty .2000', () => {
    const terms = { reward: 1.2, honestCost: 1, cheatCost: 0, externalGain: 0, rate: 0.08, slash: 10 }
    const odds = { detection: 0.9, falseAlarm: 0 }
    digits(Deterrence.cheatPayoff({ ...terms, ...odds }), '.3936')
    digits(Deterrence.honestPayoff({ ...terms, ...odds }), '.2000')
    digits(value(Deterrence.minSlash({ ...terms, ...odds, gain: 1 })), '12.68889')
    digits(Deterrence.maxGain({ ...terms, ...odds }), '.8064')
  })

  test('G(1-r)/(R+S) has the wrong direction in r in row 2', () => {
    const published = (r: number) => (1 * (1 - r)) / 110
    digits(published(0.1), '0.00818')
    const rate = (r: number) =>
      value(Deterrence.minSampleRate({ gain: 1, reward: 10, slash: 100, detection: 1 - r, falseAlarm: 0 }))!
    expect(rate(0.2)).toBeGreaterThan(rate(0.1))
    expect(published(0.2)).toBeLessThan(published(0.1))
  })
})

describe('what has no answer is a typed infeasibility', () => {
  const terms = { gain: 1, reward: 1, slash: 10, detection: 0.5, falseAlarm: 0, rate: 0.1 }
  test.each([
    ['D = F', Deterrence.minSampleRate({ ...terms, falseAlarm: 0.5 }), 'no-signal'],
    ['D < F', Deterrence.minSlash({ ...terms, falseAlarm: 0.6 }), 'no-signal'],
    ['p > 1', Deterrence.minSampleRate({ ...terms, gain: 6 }), 'rate-above-one'],
    ['R + S = 0', Deterrence.minSampleRate({ ...terms, reward: 0, slash: 0 }), 'rate-above-one'],
    ['p = 0', Deterrence.minSlash({ ...terms, rate: 0 }), 'no-sampling'],
    [
      'pF = 1',
      Deterrence.minReward({ ...terms, honestCost: 1, rate: 1, falseAlarm: 1, capitalCost: 0 }),
      'honest-always-convicted',
    ],
  ])('%s', (_, solution, obstacle) => {
    expect(solution).toMatchObject({ feasible: false, obstacle })
    if (!solution.feasible) expect(solution.reason).toMatch(/\w.*\.$/)
  })

  test('the reasons, in words', () => {
    expect(Deterrence.minSampleRate({ ...terms, gain: 6 })).toEqual({
      feasible: false,
      obstacle: 'rate-above-one',
      reason: 'Even checking every task loses a cheat only 5.5 on average, and it gains 6.',
    })
    expect(Deterrence.minSampleRate({ ...terms, falseAlarm: 0.5 })).toMatchObject({
      reason:
        'A sampled wrong result is convicted with probability 0.5 and a right one with 0.5: ' +
        'no rate or slash deters cheating unless the first is larger.',
    })
  })

  test('G <= 0 needs no sampling, even where D < F', () => {
    for (const gain of [0, -1])
      expect(Deterrence.minSampleRate({ ...terms, gain, falseAlarm: 0.9 })).toEqual({ feasible: true, value: 0 })
    expect(Deterrence.minSlash({ ...terms, gain: 0, rate: 0 })).toEqual({ feasible: true, value: 0 })
    expect(Deterrence.minSlash({ ...terms, gain: -1e-3, rate: 1, falseAlarm: 0.9 })).toMatchObject({ feasible: false })
  })
})

const unit = fc.double({ min: 0, max: 1, noNaN: true })
const money = (min: number, max: number) => fc.double({ min, max, noNaN: true })
const situations = fc
  .record({
    reward: money(0, 100),
    honestCost: money(0, 100),
    cheatShare: unit,
    externalGain: money(0, 10),
    slash: money(0, 10_000),
    detection: money(0.01, 1),
    alarmShare: money(0, 0.99),
  })
  .map(({ cheatShare, alarmShare, ...terms }) => ({
    ...terms,
    cheatCost: terms.honestCost * cheatShare,
    falseAlarm: terms.detection * alarmShare,
  }))
  .map((terms) => ({ ...terms, gain: Deterrence.gain(terms) }))
  .filter(({ gain, reward, slash }) => gain > 1e-3 && reward + slash > 1e-3)

describe('break-even', () => {
  test('at minSampleRate both payoffs are equal; below it cheating pays, above it does not', () => {
    let tried = 0
    fc.assert(
      fc.property(situations, (terms) => {
        const solution = Deterrence.minSampleRate(terms)
        if (!solution.feasible) return void expect(Deterrence.isDeterred({ ...terms, rate: 1 })).toBe(false)
        tried++
        const edge = (rate: number) =>
          Deterrence.cheatPayoff({ ...terms, rate }) - Deterrence.honestPayoff({ ...terms, rate })
        const scale = terms.reward + terms.slash + terms.honestCost + terms.externalGain
        expect(Math.abs(edge(solution.value)) / scale).toBeLessThan(1e-14)
        const step = Math.max(1e-6, (1e-10 * scale) / terms.gain)
        if (step < 1) expect(edge(solution.value * (1 - step))).toBeGreaterThan(0)
        if (solution.value * (1 + step) <= 1) expect(edge(solution.value * (1 + step))).toBeLessThan(0)
      }),
      { seed: SEED, numRuns: 2000 },
    )
    expect(tried).toBeGreaterThan(500)
  })

  test('at minSlash cheating just does not pay', () => {
    fc.assert(
      fc.property(situations, money(1e-6, 1), (terms, rate) => {
        const slash = value(Deterrence.minSlash({ ...terms, rate }))!
        expect(Deterrence.isDeterred({ ...terms, rate, slash: slash * (1 + 1e-9) + 1e-9 })).toBe(true)
        if (slash > 1e-3) expect(Deterrence.isDeterred({ ...terms, rate, slash: slash * (1 - 1e-6) })).toBe(false)
      }),
      { seed: SEED, numRuns: 2000 },
    )
  })

  test('isDeterred says what the payoffs say', () => {
    fc.assert(
      fc.property(situations, unit, (terms, rate) => {
        const edge = Deterrence.cheatPayoff({ ...terms, rate }) - Deterrence.honestPayoff({ ...terms, rate })
        if (Math.abs(edge) > 1e-9 * (terms.reward + terms.slash))
          expect(Deterrence.isDeterred({ ...terms, rate })).toBe(edge < 0)
      }),
      { seed: SEED, numRuns: 2000 },
    )
  })
})

test('canBothHold: a grid of rates and slashes finds a pair exactly where the inequality says so', () => {
  const slashes = [0, ...Array.from({ length: 80 }, (_, i) => 10 ** (i / 10 - 4))]
  const rates = Array.from({ length: 121 }, (_, i) => 10 ** (-i / 20))
  const holds = (terms: Parameters<typeof Deterrence.canBothHold>[0]) =>
    slashes.some((slash) =>
      rates.some(
        (rate) =>
          Deterrence.isDeterred({ ...terms, rate, slash }) && Deterrence.honestPayoff({ ...terms, rate, slash }) >= 0,
      ),
    )
  for (const falseAlarm of [0, 0.01, 0.05, 0.2, 0.5])
    for (const detection of [0.3, 0.6, 1])
      for (const reward of [1, 1.05, 1.3, 3]) {
        const terms = { gain: 0.7, reward, honestCost: 1, detection, falseAlarm }
        const [need, have] = [0.7 * falseAlarm, (reward - 1) * (detection - falseAlarm)]
        if (Math.abs(need - have) < 0.1 * Math.max(need, have)) continue
        expect(Deterrence.canBothHold(terms), JSON.stringify(terms)).toBe(holds(terms))
      }
})

test('minReward pays exactly for honest work', () => {
  for (const falseAlarm of [0, 0.01, 0.3])
    for (const rate of [0, 0.1, 1]) {
      const terms = { honestCost: 1, rate, slash: 30, falseAlarm, capitalCost: 1e-4 }
      const reward = value(Deterrence.minReward(terms))!
      expect(Deterrence.honestPayoff({ ...terms, reward })).toBeCloseTo(1e-4 * 30, 9)
      expect(Deterrence.isHonestWorkProfitable({ ...terms, reward: reward + 1e-6, capital: 3e-3 })).toBe(true)
      expect(Deterrence.isHonestWorkProfitable({ ...terms, reward: reward - 1e-6, capital: 3e-3 })).toBe(false)
    }
})

test('at exact equality cheating is deterred and honest work profitable: neither bound is strict', () => {
  // Dyadic numbers, so that no rounding blurs the edge: 1/2 · 1/2 · (1 + 3) = 1, and 4 - 2 - 1/2 · 1/4 · (4 + 4) = 1.
  const cheat = { reward: 1, slash: 3, rate: 0.5, detection: 0.5, falseAlarm: 0 }
  expect(Deterrence.maxGain(cheat)).toBe(1)
  expect(Deterrence.isDeterred({ ...cheat, gain: 1 })).toBe(true)
  expect(Deterrence.isDeterred({ ...cheat, gain: 1 + Number.EPSILON })).toBe(false)
  const work = { reward: 4, honestCost: 2, slash: 4, rate: 0.5, falseAlarm: 0.25 }
  expect(Deterrence.honestPayoff(work)).toBe(1)
  expect(Deterrence.isHonestWorkProfitable({ ...work, capital: 1 })).toBe(true)
  expect(Deterrence.isHonestWorkProfitable({ ...work, capital: 1 + Number.EPSILON })).toBe(false)
})

test('netSlash is what the coalition does not recover', () => {
  expect(Deterrence.netSlash({ amount: 10, burnShare: 0.5 })).toBe(5)
  expect(Deterrence.netSlash({ amount: 10, burnShare: 0 })).toBe(0)
})

test('refuses numbers that mean nothing', () => {
  const terms = { gain: 1, reward: 1, slash: 1, detection: 1, falseAlarm: 0 }
  expect(() => Deterrence.minSampleRate({ ...terms, detection: 2 })).toThrow('detection is not a number from 0 to 1')
  expect(() => Deterrence.minSampleRate({ ...terms, gain: Number.NaN })).toThrow('gain is not a finite number')
  expect(() => Deterrence.minSampleRate({ ...terms, reward: -1 })).toThrow('reward is not a finite number >= 0')
})
