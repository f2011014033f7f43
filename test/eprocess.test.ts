// Whole lives of executors, simulated in doubles. The doubles are held to the integers first.
import { EProcess, Wad } from '@spotcheck/core'
import { beforeAll, describe, expect, test } from 'vitest'
import { Random } from './support/random.js'
import { summary, tolerated } from './support/statistics.js'

const SEED = 20_261_212
const [d, f] = [0.9, 0.01]
const LIST = [0.05, 0.2, 0.5, 1]

const stream = (life: number) => Random.stream(SEED, life)

type Twin = Readonly<{ update: (isMismatch: boolean) => void; logE: () => number }>

/** ln E in doubles, each product as its logarithm. */
function logTwin(cheatRates: readonly number[], restart: boolean, [power, fp] = [d, f]): Twin {
  const thetas = cheatRates.map((q) => fp + q * (power - fp))
  const hit = thetas.map((theta) => Math.log(theta / fp))
  const miss = thetas.map((theta) => Math.log1p(-theta) - Math.log1p(-fp))
  const logs = thetas.map(() => (restart ? Number.NEGATIVE_INFINITY : 0))
  let t = 0
  return {
    update(isMismatch) {
      t++
      for (let j = 0; j < logs.length; j++) {
        const begun = restart ? logSum(logs[j]!, -Math.log(t) - Math.log(t + 1)) : logs[j]!
        logs[j] = begun + (isMismatch ? hit[j]! : miss[j]!)
      }
    },
    logE() {
      const mean = logs.reduce(logSum) - Math.log(logs.length)
      return restart ? logSum(mean, -Math.log(t + 1)) : mean
    },
  }
}

function logSum(a: number, b: number): number {
  const [low, high] = a < b ? [a, b] : [b, a]
  return low === Number.NEGATIVE_INFINITY ? high : high + Math.log1p(Math.exp(low - high))
}

/** The largest E of an honest life, in plain doubles and four variables: fast enough for 1e8 updates. */
function highestE(length: number, random: () => number, restart: boolean, rate = f): number {
  const thetas = LIST.map((q) => f + q * (d - f)) as [number, number, number, number]
  const [ha, hb, hc, hd] = thetas.map((theta) => theta / f) as typeof thetas
  const [ma, mb, mc, md] = thetas.map((theta) => (1 - theta) / (1 - f)) as typeof thetas
  let [A, B, C, D] = restart ? [0, 0, 0, 0] : [1, 1, 1, 1]
  let highest = 0
  for (let t = 1; t <= length; t++) {
    const weight = restart ? 1 / (t * (t + 1)) : 0
    const isMismatch = random() < rate
    A = (A + weight) * (isMismatch ? ha : ma)
    B = (B + weight) * (isMismatch ? hb : mb)
    C = (C + weight) * (isMismatch ? hc : mc)
    D = (D + weight) * (isMismatch ? hd : md)
    const value = (A + B + C + D) / 4 + (restart ? 1 / (t + 1) : 0)
    if (value > highest) highest = value
  }
  return highest
}

/** Sampled tasks after the `honest` first ones until conviction. */
function frauds(twin: Twin, honest: number, alpha: number, rate: number, random: () => number): number {
  for (let t = 0; t < honest; t++) twin.update(random() < f)
  for (let t = 1; ; t++) {
    twin.update(random() < rate)
    if (twin.logE() >= -Math.log(alpha)) return t
  }
}

const repeat = <T>(times: number, run: (i: number) => T): T[] => Array.from({ length: times }, (_, i) => run(i))

/** The test with the integers of the library. */
function eprocessOf(cheatRates: readonly number[], restart: boolean): EProcess.EProcess {
  const rates = { alpha: Wad.from(1e-9), power: Wad.from(d), falsePositive: Wad.from(f), restart }
  return EProcess.from({ ...rates, cheatRates: cheatRates.map(Wad.from) })
}

describe('the doubles below agree with the integers', () => {
  test.each([
    [LIST, true],
    [LIST, false],
    [[1], true],
    [[1], false],
  ] as const)('ln E: cheat rates %j, restart %s', (cheatRates, restart) => {
    const eprocess = eprocessOf(cheatRates, restart)
    for (let life = 0; life < 20; life++) {
      const random = stream(life)
      const twin = logTwin(cheatRates, restart)
      let state = EProcess.start(eprocess)
      for (let t = 0; t < 400 && !EProcess.isCrossed(eprocess, state); t++) {
        const isMismatch = random() < (t < 200 ? f : 0.5)
        twin.update(isMismatch)
        state = EProcess.update(eprocess, state, isMismatch ? 'mismatch' : 'match')
        const value = Wad.toNumber(EProcess.value(eprocess, state))
        // E is a WAD: 1e-18 is the last digit it has.
        expect(Math.abs(Math.exp(twin.logE()) - value)).toBeLessThanOrEqual(1e-10 * value + 1e-17)
      }
    }
  })

  test.each([true, false])('the highest E of an honest life: restart %s', (restart) => {
    const eprocess = eprocessOf(LIST, restart)
    for (let life = 0; life < 20; life++) {
      const random = stream(life)
      let [state, highest] = [EProcess.start(eprocess), 0]
      for (let t = 0; t < 500; t++) {
        state = EProcess.update(eprocess, state, random() < f ? 'mismatch' : 'match')
        highest = Math.max(highest, Wad.toNumber(EProcess.value(eprocess, state)))
      }
      expect(EProcess.isCrossed(eprocess, state)).toBe(false)
      expect(highestE(500, stream(life), restart) / highest).toBeCloseTo(1, 10)
    }
  })
})

const LIVES = 10_000

describe.each([
  [10_000, true],
  [2_000, false],
])(`${LIVES} honest lives of %d sampled tasks, seed ${SEED}, restart %s`, (length, restart) => {
  let highest: number[] = []
  beforeAll(() => {
    highest = repeat(LIVES, (life) => highestE(length, stream(life), restart))
  })

  test.each([0.05, 0.01])('cross 1/α no more often than α = %d allows', (alpha) => {
    const crossed = highest.filter((value) => value >= 1 / alpha).length
    expect(crossed).toBeLessThanOrEqual(tolerated(LIVES, alpha))
    // And not because nothing ever fires.
    expect(crossed).toBeGreaterThan((LIVES * alpha) / 5)
  })

  test('at twice the rate of the null, the same count fails', () => {
    const crossed = repeat(400, (life) => highestE(length, stream(life), restart, 2 * f)).filter((value) => value >= 20)
    expect(crossed.length).toBeGreaterThan(2 * tolerated(400, 0.05))
  })
})

test('a CUSUM, which begins anew without paying for it, convicts everybody', () => {
  const [hit, miss] = [Math.log(d / f), Math.log((1 - d) / (1 - f))]
  const convicted = repeat(200, (life) => {
    const random = stream(life)
    let log = 0
    for (let t = 0; t < 10_000; t++) {
      log = Math.max(0, log) + (random() < f ? hit : miss)
      if (log >= Math.log(20)) return 1
    }
    return 0
  })
  expect(summary(convicted).mean).toBe(1)
})

test('three verifiers of one task counted separately are no evidence of their own: 16 % false alarms at α = 5 %', () => {
  expect(falseAlarm(3)).toBeCloseTo(0.160053, 6)
  expect(falseAlarm(1)).toBeLessThan(0.05)
})

/** P(an honest executor is ever convicted), exactly: each outcome counted `n` times, fixed start, α = .05, d = .5, f = .05. */
function falseAlarm(n: number): number {
  const [hit, miss] = [n * Math.log(0.5 / 0.05), n * Math.log(0.5 / 0.95)]
  let alive = [1]
  let convicted = 0
  for (let t = 1; t <= 400; t++) {
    const next = new Array<number>(t + 1).fill(0)
    for (const [mismatches, chance] of alive.entries()) {
      next[mismatches]! += 0.95 * chance
      next[mismatches + 1]! += 0.05 * chance
    }
    alive = next.map((chance, mismatches) => {
      if (mismatches * hit + (t - mismatches) * miss < Math.log(20)) return chance
      convicted += chance
      return 0
    })
  }
  return convicted
}

describe('a thousand honest sampled tasks, then every task a fraud, at α = 1e-6', () => {
  const convicted = (cheatRates: readonly number[], restart: boolean, lives: number) =>
    summary(repeat(lives, (life) => frauds(logTwin(cheatRates, restart), 1_000, 1e-6, d, stream(life))))

  test.each([[LIST], [[1]]])('with restarts, cheat rates %j: convicted within 12 on average', (cheatRates) => {
    const { mean, error } = convicted(cheatRates, true, 500)
    expect(mean + 4 * error).toBeLessThan(12)
    expect(mean - 4 * error).toBeGreaterThan(4)
  })

  test('without, about 586', () => {
    const { mean, error } = convicted([1], false, 400)
    expect(Math.abs(mean - 586)).toBeLessThan(4 * error)
    expect(error).toBeLessThan(2)
  })
})
