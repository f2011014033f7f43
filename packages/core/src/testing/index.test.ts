import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Parameters as Files, type Parameters, Ranges } from '../economics/index.js'
import { testParameters } from '../memory/index.js'
import * as Protocol from '../Protocol.js'
import {
  assertConservation,
  assertDeterrence,
  assertNoHonestSlash,
  HonestSlashError,
  NotConservedError,
  NotDeterredError,
  parameters,
  type Trace,
  traces,
} from './index.js'
import { play } from './play.js'

const SEED = 20_260_111

describe('parameters', () => {
  const ranges = { sampling: { rate: [0.01, 0.2] }, slash: { amount: [50, 500] }, batch: { size: [1, 1000] } } as const

  test('within their ranges, whole where they must be, the ends included', () => {
    const seen = { low: 0, high: 0 }
    fc.assert(
      fc.property(parameters(ranges), (file) => {
        for (const { path, low, high, whole } of Ranges.from(ranges).varied) {
          const value = Ranges.read(file, path)!
          expect(value >= low && value <= high && (!whole || Number.isInteger(value))).toBe(true)
          if (value === low) seen.low++
          if (value === high) seen.high++
        }
      }),
      { seed: SEED, numRuns: 500 },
    )
    expect(Math.min(seen.low, seen.high)).toBeGreaterThan(50)
  })

  test('contradictions are left out', () => {
    const pools = { sampling: { verifiers: [1, 9] }, verifiers: { pool: [3, 9] } } as const
    fc.assert(
      fc.property(parameters(pools), ({ sampling, verifiers }) => sampling.verifiers <= (verifiers.pool ?? 0)),
      { seed: SEED, numRuns: 200 },
    )
  })

  test('a failure shrinks to round numbers', () => {
    const found = fc.check(
      fc.property(
        parameters({ sampling: { rate: [0.01, 0.2] }, slash: { amount: [50, 500] } }),
        ({ sampling, slash }) => {
          return !(sampling.mode === 'bernoulli' && sampling.rate > 0.0637 && slash.amount > 123.4)
        },
      ),
      { seed: SEED, numRuns: 1000 },
    )
    const [file] = found.counterexample as [Parameters.Parameters]
    expect([Ranges.read(file, 'sampling.rate'), file.slash.amount]).toEqual([0.07, 200])
  })
})

describe('assertDeterrence', () => {
  const unsafe = Files.from({ task: {}, sampling: { rate: 0.01 }, slash: { amount: 50 } })

  test('a file', () => {
    assertDeterrence(Files.defaults)
    expect(() => assertDeterrence(unsafe)).toThrowErrorMatchingInlineSnapshot(`
      [Testing.NotDeterredError: Cheating pays: cheat on a task (0.488 per task beyond honest work).
        parameters  "sampling.rate 0.01, slash.amount 50 per-fraud, batch.size 1"
        rule        every cheat loses; here a cheat gains 1 and is convicted 1 % more often than honest work, which is worth too little at a slash of 50
        fix         spotcheck check names the least change that repairs it
        see         economics.md, Many tasks]
    `)
    expect(() => assertDeterrence(unsafe)).toThrow(NotDeterredError)
  })

  test('a file that is safe in the mean and ruinous by chance', () => {
    const pocket = {
      task: { reward: 20, honestCost: 20 },
      sampling: { rate: 0.01 },
      slash: { amount: 1980 },
      accept: { margin: 0 },
    }
    expect(() => assertDeterrence(Files.from(pocket))).toThrow('is ahead with probability 0.366')
  })

  test('an arbitrary, and as a predicate', () => {
    assertDeterrence(parameters({ sampling: { rate: [0.1, 0.2] }, slash: { amount: [50, 500] } }))
    const files = parameters({ sampling: { rate: [0.01, 0.2] }, slash: { amount: [50, 500] } })
    expect(() => assertDeterrence(files)).toThrow('Property failed')
    const { failed, counterexample } = fc.check(fc.property(files, assertDeterrence), { seed: SEED })
    expect(failed).toBe(true)
    const [file] = counterexample as [Parameters.Parameters]
    expect([Ranges.read(file, 'sampling.rate'), file.slash.amount]).toEqual([0.01, 50])
  })
})

describe('traces', () => {
  const plain: Trace = {
    protocol: testParameters,
    population: {
      executors: ['honest', 'wrong'],
      verifiers: ['honest', 'honest', 'honest', 'honest', 'honest', 'honest'],
    },
    batches: [1, 2].map(() => ({
      reward: 100n,
      orders: [1, 2, 3, 4].map((n) => ({ input: `0x0${n}` as const, value: 1n })),
    })),
    fates: [],
  }

  test('are played to the end: the cheat is slashed, the honest are paid', async () => {
    const { state, slashes, dutiful } = await play(plain)
    expect(state.status).toBe('settled')
    expect(slashes.map(({ party }) => party)).toEqual(Array(2).fill(`0xe1e1${'2'.padStart(36, '0')}`))
    expect(dutiful).toHaveLength(7)
  })

  test('a lost message is a lost duty, and only its sender’s', async () => {
    const lost = await play({ ...plain, fates: ['delivered', 'lost'] })
    expect(lost.dutiful).toHaveLength(7)
    const all = Array.from({ length: 40 }, () => 'lost' as const)
    expect((await play({ ...plain, fates: all })).dutiful.length).toBeLessThan(7)
    const repeated = await play({ ...plain, fates: all.map(() => 'repeated' as const) })
    expect(repeated.state.ledger).toEqual((await play(plain)).state.ledger)
  })

  test('money is conserved and nobody honest is slashed', { timeout: 120_000 }, async () => {
    await fc.assert(fc.asyncProperty(traces(), assertConservation), { seed: SEED, numRuns: 60 })
    await fc.assert(fc.asyncProperty(traces(), assertNoHonestSlash), { seed: SEED + 1, numRuns: 60 })
    const every = Protocol.from({ ...testParameters, sampling: { mode: 'bernoulli', rate: 10n ** 18n } })
    await fc.assert(fc.asyncProperty(traces({ protocol: every }), assertNoHonestSlash), { seed: SEED + 2, numRuns: 20 })
  })

  test('what they catch: a panel of accusers convicts an honest executor', async () => {
    const accusers = plain.population.verifiers.map(() => 'accuser' as const)
    const trace = { ...plain, population: { executors: ['honest', 'honest'], verifiers: accusers } } as const
    await expect(assertNoHonestSlash(trace)).rejects.toThrow(HonestSlashError)
    await assertConservation(trace)
    expect(new NotConservedError(10n, 9n, 3).message).toMatchInlineSnapshot(`
      "The sum of all accounts changed with event 3.
        sum   9n
        rule  10, as before the epoch
        fix   every payment needs a payer: look at what that event moved
        see   protocol.md, Settlement"
    `)
  })

  test('cheats are among what is drawn: the assertions see slashes', async () => {
    let slashed = 0
    await fc.assert(
      fc.asyncProperty(traces(), async (trace) => {
        slashed += (await play(trace)).slashes.length
      }),
      { seed: SEED, numRuns: 20 },
    )
    expect(slashed).toBeGreaterThan(0)
  })
})
