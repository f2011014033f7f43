import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  BestResponse,
  Checking,
  check,
  Detection,
  Deterrence,
  ManyTasks,
  Parameters,
  Ranges,
  Rational,
} from '../economics/index.js'
import { cases } from './Cases.js'
import { valuesAt } from './Claims.js'
import * as Source from './index.js'
import * as Slack from './Slack.js'

// Workers are threads of plain Node, which can't read TypeScript: theirs is compiled.
const worker = new URL('../../dist/prove/worker.js', import.meta.url)
const prove = (ranges: Ranges.Input, options: Source.Options = {}) => Source.prove(ranges, { worker, ...options })

const SEED = 20_260_108
const R = Rational.decimal
const deterrence = { claims: ['deterrence'] } as const
const verdictOf = async (ranges: Ranges.Input, options: Source.Options = deterrence) =>
  (await prove(ranges, { timeout: 60_000, ...options })).verdict

describe('one task', () => {
  const ranges = {
    sampling: { rate: [0.1, 0.2] },
    slash: { amount: [20, 40] },
    verifiers: { colluding: [0, 0.1] },
  } as const
  const noisy = {
    ...ranges,
    sampling: { rate: [0.2, 0.3], verifiers: [1, 3] },
    comparator: { power: [0.8, 1], falsePositive: [0, 0.01] },
    arbitration: { falsePositive: [0, 0.1] },
  } as const

  test('proved, with collusion, and with noise of either kind', async () => {
    expect(await verdictOf(ranges)).toBe('proved')
    expect(await verdictOf(noisy)).toBe('proved')
    expect(await verdictOf({ ...noisy, comparator: { ...noisy.comparator, errors: 'common' } })).toBe('proved')
    expect(await verdictOf({ ...noisy, verifiers: { pool: 20, colluding: [0, 0.2] } })).toBe('proved')
  })

  test('refuted, by round numbers that the closed form confirms', async () => {
    const {
      claims: [claim],
    } = await prove({ ...ranges, sampling: { rate: [0.05, 0.2] } }, deterrence)
    expect(claim).toMatchObject({ verdict: 'refuted', method: 'z3', reason: null })
    expect(claim?.counterexample?.values).toEqual({
      'sampling.rate': '1/20',
      'slash.amount': '20',
      'verifiers.colluding': '0',
    })
    const { task, sampling, slash, accept } = claim!.counterexample!.parameters
    const odds = Detection.from(claim!.counterexample!.parameters)
    const gain = Deterrence.gain(task) * (1 + accept.margin)
    const terms = { ...odds, gain, reward: task.reward, slash: slash.amount, rate: (sampling as { rate: number }).rate }
    expect(Deterrence.isDeterred(terms)).toBe(false)
    expect(gain - Deterrence.maxGain(terms)).toBeCloseTo(claim!.counterexample!.shortfall, 12)
  })

  test('break-even in one corner is proved, and a hair beyond it is refuted', async () => {
    const edge = (amount: number) =>
      ({
        task: { reward: 0, honestCost: 1 },
        sampling: { rate: [0.008, 0.1] },
        slash: { amount: [amount, 300] },
        verifiers: { colluding: [0, 0.5] },
        accept: { margin: 0 },
      }) as const
    expect(await verdictOf(edge(250))).toBe('proved')
    expect(await verdictOf(edge(249.9999999))).toBe('refuted')
    expect(await verdictOf(edge(250), { ...deterrence, method: 'corners' })).toBe('proved')
  })

  test('where right results are convicted as often, nothing is proved', async () => {
    const blind = { comparator: { power: 0.5, falsePositive: [0, 0.5] }, arbitration: { falsePositive: 1 } } as const
    expect(await verdictOf(blind)).toBe('refuted')
  })
})

describe('many tasks', () => {
  const batch = (size: number, amount: readonly [number, number], more: object = {}) =>
    ({
      task: { reward: 1, cheatCost: 0.2 },
      accept: { margin: 0 },
      sampling: { rate: [0.02, 0.2] },
      batch: { size },
      slash: { rule: 'once-per-batch', amount },
      ...more,
    }) as const
  const noise = {
    comparator: { power: [0.9, 1], falsePositive: [0, 0.01] },
    arbitration: { falsePositive: [0, 0.1] },
    verifiers: { colluding: [0, 0.1] },
  }

  test.each(['z3', 'corners'] as const)('a batch of 64, by %s', async (method) => {
    const by = { ...deterrence, method }
    expect(await verdictOf(batch(64, [801, 900]), by)).toBe('proved')
    expect(await verdictOf(batch(64, [801, 900], noise), by)).toBe('proved')
    expect(await verdictOf(batch(64, [40, 900], noise), by)).toBe('refuted')
    expect(await verdictOf(batch(64, [801, 900], { sampling: { mode: 'fixed', rate: [0.02, 0.2] } }), by)).toBe(
      'proved',
    )
  })

  test('the example of economics.md, "Many tasks": at S = 40 cheating on all 1,000 earns 760, at 801 it does not', async () => {
    const {
      claims: [claim],
    } = await prove(batch(1000, [40, 900]), deterrence)
    expect(claim).toMatchObject({ verdict: 'refuted', method: 'corners' })
    expect(claim?.counterexample?.values).toEqual({ 'sampling.rate': '1/50', 'slash.amount': '40' })
    expect(claim?.counterexample?.shortfall).toBeCloseTo(760, 6)
    expect(await verdictOf(batch(1000, [801, 900]))).toBe('proved')
    expect(await verdictOf(batch(1000, [800.0000014, 900]))).toBe('proved')
    expect(await verdictOf(batch(1000, [800.0000012, 900]))).toBe('refuted')
    expect(await verdictOf(batch(1000, [1200, 1300], noise))).toBe('proved')
  })

  test('a billion tasks', async () => {
    expect(await verdictOf(batch(1e9, [8.01e8, 9e8]))).toBe('proved')
    expect(await verdictOf(batch(1e9, [7.99e8, 9e8]))).toBe('refuted')
  })

  test.each(['z3', 'corners'] as const)('a stake that can’t pay every slash, by %s', async (method) => {
    const by = { ...deterrence, method }
    const capped = (amount: number) =>
      ({
        batch: { size: 10 },
        stake: { amount: [amount, 80], concurrentBatches: [1, 2] },
        sampling: { rate: [0.2, 0.3] },
        comparator: { falsePositive: [0, 0.01] },
        arbitration: { falsePositive: 1 },
        accept: { margin: 0 },
      }) as const
    expect(await verdictOf(capped(60), by)).toBe('proved')
    expect(await verdictOf(capped(10), by)).toBe('refuted')
  })

  /** The joint stake pays for more of the second conviction than the parts of split ones do. */
  const shared = (size: number, amount: number): Ranges.Input => ({
    task: { reward: [0, 0.1], honestCost: 1 },
    sampling: { rate: [0.25, 0.3] },
    slash: { amount: 4.25 },
    batch: { size },
    stake: { amount, concurrentBatches: 3 },
    accept: { margin: 0 },
    horizon: 60,
  })

  test.each([
    [2, 12.75, 20, 'z3'],
    [2, 12.75, 20, 'corners'],
    [40, 119, 200, 'corners'],
  ] as const)('an identity for each of three batches of %i', async (size, few, many, method) => {
    const by = { ...deterrence, method }
    const { verdict, claims } = await prove(shared(size, few), by)
    expect(verdict).toBe('refuted')
    const { parameters, shortfall } = claims[0]!.counterexample!
    const { exploit } = check(parameters, { rules: ['ev'], fixes: false }).findings[0]!
    expect(exploit?.plan).toBe('splitting')
    expect(exploit?.profit).toBeCloseTo(shortfall, 9)
    expect(await verdictOf(shared(size, many), by)).toBe('proved')
  })

  test('the same for a thousand tasks, and a stake that pays more than every slash', async () => {
    const capped = (amount: number) =>
      ({ batch: { size: 1000 }, stake: { amount: [amount, 100_000] }, accept: { margin: 0 } }) as const
    expect(await verdictOf(capped(1000))).toBe('proved')
    expect(await verdictOf(capped(60))).toBe('refuted')
    expect(await verdictOf(capped(40_000))).toBe('proved')
  })

  test('a million tasks under one stake, of which only what decides is added up', async () => {
    const capped = (low: number, high: number): Ranges.Input => ({
      sampling: { rate: [0.1, 0.2] },
      batch: { size: 1e6 },
      stake: { amount: [low, high] },
      accept: { margin: 0 },
    })
    expect(await verdictOf(capped(1000, 2000))).toBe('refuted')
    expect(await verdictOf(capped(3e7, 4e7))).toBe('proved')
  })
})

describe('verifiers', () => {
  test('each claim, proved and refuted', async () => {
    const safe = {
      task: { reward: [1, 1.2] },
      slash: { amount: [10, 30] },
      comparator: { falsePositive: [0, 0.01] },
      verifiers: { reward: [1.2, 2], blind: false, canaryRate: [0.1, 0.2], auditRate: [0.1, 0.2], bounty: [32, 40] },
    } as const
    const all = { claims: ['checking', 'cheap-model', 'bribery'] } as const
    expect((await prove(safe, all)).claims.map(({ verdict }) => verdict)).toEqual(['proved', 'proved', 'proved'])
    const lax = { ...safe.verifiers, canaryRate: [0, 0.2], auditRate: [0, 0.2], bounty: [0, 40] } as const
    const proof = await prove({ ...safe, verifiers: lax }, all)
    expect(proof.claims.map(({ verdict }) => verdict)).toEqual(['refuted', 'refuted', 'refuted'])
    const [checking, cheap, bribery] = proof.claims.map(({ counterexample }) => margins(counterexample!.parameters))
    expect(Math.min(...checking!.checking)).toBeLessThan(0)
    expect(cheap!.cheapModel).toBeLessThan(0)
    expect(bribery!.bribery).toBeLessThan(0)
  })
})

/** By how much each rule for verifiers holds, by the closed forms. */
function margins(file: Parameters.Parameters) {
  const { profit, advantage, bribe } = Checking.from(file)
  const { auditRate, reward, slash, cost, cheapCost } = file.verifiers
  const cheapModel = auditRate * file.comparator.power * (reward + slash) - (cost - cheapCost)
  return { checking: advantage === null ? [profit] : [profit, advantage], cheapModel, bribery: -bribe }
}

describe('what is no proof', () => {
  test('time is up: unknown, soon, and the thread ends', async () => {
    const safe = { sampling: { rate: [0.1, 0.2] }, slash: { amount: [20, 40] } } as const
    const { verdict, claims } = await prove(safe, { timeout: 1 })
    expect(verdict).toBe('unknown')
    expect(claims.map(({ verdict, reason }) => [verdict, reason])).toEqual([
      ['unknown', 'time is up'],
      ['unknown', 'time is up'],
    ])
  })

  test('a timeout that is none', async () => {
    for (const timeout of [Number.NaN, -1, Number.POSITIVE_INFINITY])
      await expect(prove({}, { timeout })).rejects.toThrow('timeout')
  })

  test('a worker that is none, and one that is not there', async () => {
    await expect(prove({}, { worker: './worker.js' as never })).rejects.toThrow('worker must be a URL.')
    const nowhere = new URL('./nowhere.js', import.meta.url)
    await expect(prove({}, { worker: nowhere })).rejects.toThrow(Source.SolverError)
  })

  test.each([
    [{ sampling: { mode: 'byValue', values: [{ value: 1 }] } }, 'sampling.mode'],
    [{ beacon: { draws: [1, 2] } }, 'beacon.draws'],
    [{ identity: { verdictLag: 1 } }, 'identity.verdictLag'],
    [{ slash: { rule: 'once-per-batch' }, stake: { amount: 10, concurrentBatches: 4 } }, 'stake.amount'],
    [{ slash: { rule: 'once-per-batch' }, batch: { size: [1, 1000] } }, 'batch.size'],
  ] as [Ranges.Input, string][])('%#: beyond what is proved', (ranges, subject) => {
    expect(() => cases(Ranges.from(ranges))).toThrow(subject)
  })

  test('the words of a refusal', () => {
    expect(() => cases(Ranges.from({ beacon: { draws: 4 } }))).toThrowErrorMatchingInlineSnapshot(`
      [Prove.UnsupportedError: beacon.draws is beyond what is proved.
        beacon.draws  4
        rule          proofs are for no choice among draws
        fix           set it to 1
        see           economics.md, Many tasks]
    `)
  })
})

describe('the formulas are those of the closed forms', () => {
  const share = fc.integer({ min: 0, max: 100 }).map((n) => n / 100)
  const files = fc.record({
    task: fc.record({ reward: share, honestCost: fc.constant(1), cheatCost: share }),
    sampling: fc.oneof(
      fc.record({ rate: share, verifiers: fc.integer({ min: 1, max: 3 }) }),
      fc.record({
        mode: fc.constant('fixed'),
        count: fc.integer({ min: 1, max: 3 }),
        verifiers: fc.integer({ min: 1, max: 3 }),
      }),
    ),
    slash: fc.record({
      rule: fc.constantFrom('per-fraud', 'once-per-batch'),
      amount: fc.integer({ min: 0, max: 40 }),
      forfeitBatchReward: fc.boolean(),
      burnShare: share,
    }),
    comparator: fc.record({ power: share, falsePositive: share, errors: fc.constantFrom('independent', 'common') }),
    arbitration: fc.record({ power: share, falsePositive: share }),
    stake: fc.oneof(fc.constant({}), fc.record({ amount: fc.integer({ min: 0, max: 200 }) })),
    batch: fc.record({ size: fc.integer({ min: 3, max: 9 }) }),
    verifiers: fc.record({
      pool: fc.constantFrom(null, 7),
      colluding: share,
      falseDissent: share,
      canaryRate: share,
      auditRate: share,
      bounty: share,
      bond: share,
    }),
    accept: fc.record({ margin: fc.constantFrom(0, 0.5) }),
  })

  test('deterrence: every number of cheats, one by one', () => {
    fc.assert(
      fc.property(files, (given) => {
        const file = Parameters.from(given)
        const [problem] = cases(Ranges.from(given as Ranges.Input))
        const { detection, falseAlarm } = Detection.from(file)
        fc.pre(detection >= falseAlarm)
        const situation = ManyTasks.from(file)
        const gain = Deterrence.gain(file.task)
        const excess = Array.from({ length: file.batch.size }, (_, i) => {
          return ManyTasks.profit(situation, i + 1) + file.accept.margin * gain * (i + 1)
        })
        const [value] = valuesAt('deterrence', problem!, {})!
        const single = Slack.formOf(problem!.given) === 'single'
        expect(Math.max(...excess) <= 1e-9).toBe(value!.low.toNumber() >= -1e-9)
        expect(-value!.low.toNumber() * (single ? file.batch.size : 1)).toBeCloseTo(excess.at(-1)!, 8)
        expect(BestResponse.from(file).holds).toBe(value!.low.toNumber() >= -1e-12)
      }),
      { seed: SEED, numRuns: 400 },
    )
  })

  test('several batches: with one identity or one for each, as the checker finds', () => {
    let [apart, safe] = [0, 0]
    const stakes = fc.record({ amount: fc.integer({ min: 0, max: 80 }), concurrentBatches: fc.constantFrom(2, 3) })
    fc.assert(
      fc.property(files, stakes, (other, stake) => {
        const slash = { ...other.slash, rule: 'per-fraud' }
        const given = { ...other, slash, stake, accept: { ...other.accept, falseSlash: 1 } }
        const file = Parameters.from(given)
        const { detection, falseAlarm } = Detection.from(file)
        fc.pre(detection >= falseAlarm)
        const [ev] = check(file, { rules: ['ev'], fixes: false }).findings
        const [problem] = cases(Ranges.from(given as Ranges.Input))
        const values = valuesAt('deterrence', problem!, {})!.map(({ low }) => low.toNumber())
        fc.pre(values.every((value) => Math.abs(value) > 1e-9))
        expect(values.every((value) => value >= 0)).toBe(ev!.holds)
        if (ev!.holds) safe++
        if (values[0]! >= 0 && !ev!.holds) apart++
      }),
      { seed: SEED, numRuns: 400 },
    )
    expect(apart).toBeGreaterThan(5)
    expect(safe).toBeGreaterThan(50)
  })

  test('verifiers', () => {
    fc.assert(
      fc.property(files, fc.boolean(), (given, blind) => {
        const file = Parameters.from({ ...given, verifiers: { ...given.verifiers, blind } })
        const problem = cases({ low: file, high: file, varied: [] })[0]!
        const { checking, cheapModel, bribery } = margins(file)
        const expected = { checking, 'cheap-model': [cheapModel], bribery: [bribery] }
        for (const [claim, numbers] of Object.entries(expected)) {
          const exactly = valuesAt(claim as keyof typeof expected, problem, {})!.map(({ low }) => low.toNumber())
          expect(exactly).toHaveLength(numbers.length)
          for (const [i, number] of numbers.entries()) expect(exactly[i]).toBeCloseTo(number, 10)
        }
      }),
      { seed: SEED, numRuns: 200 },
    )
  })
})

describe('the lemma', () => {
  const numbers = fc.record({
    a: fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 })),
    b: fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 })),
    demand: fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20 })),
    slash: fc.integer({ min: 1, max: 30 }),
    cap: fc.tuple(fc.integer({ min: 0, max: 90 }), fc.integer({ min: 0, max: 90 })),
    reward: fc.integer({ min: 0, max: 5 }),
    size: fc.integer({ min: 1, max: 80 }),
    rule: fc.constantFrom('per-fraud', 'once-per-batch'),
  })
  const sorted = ([x, y]: readonly [number, number]) => (x <= y ? [x, y] : [y, x]) as [number, number]

  test('a cheat loses least where a and W are least and b and G greatest', () => {
    fc.assert(
      fc.property(numbers, ({ a, b, demand, slash, cap, reward, size, rule }) => {
        const file = Parameters.from({
          ...Parameters.defaults,
          batch: { size },
          slash: { rule, amount: slash },
          stake: { amount: 1 },
        })
        const given = { ...cases({ low: file, high: file, varied: [] })[0]!.given, capped: true }
        const [[a0, a1], [b0, b1], [d0, d1], [w0, w1]] = [sorted(a), sorted(b), sorted(demand), sorted(cap)]
        fc.pre(a0 >= b1)
        const loss = (a: number, b: number, demand: number, cap: number) => {
          const terms = {
            demand: R(demand),
            reward: R(reward),
            slash: R(slash),
            cap: R(cap),
            rate: R(1),
            detection: R(a / 100),
            falseAlarm: R(b / 100),
          }
          return Slack.lossesAt(terms, given)![0]!
        }
        const worst = loss(a0, b1, d1, w0)
        for (const other of [loss(a1, b1, d1, w0), loss(a0, b0, d1, w0), loss(a0, b1, d0, w0), loss(a0, b1, d1, w1)])
          expect(worst.low.compare(other.high)).toBeLessThanOrEqual(0)
      }),
      { seed: SEED, numRuns: 300 },
    )
  })
})
