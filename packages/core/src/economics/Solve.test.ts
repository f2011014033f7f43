import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Parameters, recommend, solve } from './index.js'

const SEED = 20_260_106
const base = {
  task: { reward: 1.2, honestCost: 1, cheatCost: 0 },
  sampling: { rate: 0.08 },
  slash: { amount: 10 },
  verifiers: { colluding: 0.1 },
}
const file = (changes: Record<string, unknown> = {}) => Parameters.from({ ...base, ...changes })

describe('solve', () => {
  test('the first row of the table', () => {
    const answer = solve(file())
    expect(answer).toMatchObject({ feasible: true, deterred: false, honestWorkPays: true, reasons: [], notes: [] })
    expect(answer.minSampleRate).toBeCloseTo(0.0992063492, 10)
    expect(answer.minSlash).toBeCloseTo(12.6888888889, 9)
    expect(answer.maxGain).toBeCloseTo(0.8064, 12)
    expect(answer.honestPayoff).toBeCloseTo(0.2, 12)
    expect(answer.cheatPayoff).toBeCloseTo(0.3936, 12)
  })

  test('D <= F: null, and why', () => {
    const answer = solve(file({ comparator: { power: 0.3, falsePositive: 0.4 }, arbitration: { falsePositive: 1 } }))
    expect(answer).toMatchObject({ feasible: false, minSampleRate: null, minSlash: null, deterred: false })
    expect(answer.reasons[0]).toMatch(
      /^A sampled wrong result is convicted with probability 0.27 and a right one with 0.36/,
    )
  })

  test('no signal at all: everybody colludes', () => {
    expect(solve(file({ verifiers: { colluding: 1 } }))).toMatchObject({ feasible: false, minSlash: null, maxGain: 0 })
  })

  test('nothing to gain', () => {
    const answer = solve(file({ task: { reward: 1.2, honestCost: 1, cheatCost: 2 } }))
    expect(answer).toMatchObject({ feasible: true, minSampleRate: 0, minSlash: 0, deterred: true, gain: -1 })
  })

  test('rate 0 and rate 1', () => {
    expect(solve(file({ sampling: { rate: 0 } }))).toMatchObject({ feasible: true, minSlash: null, maxGain: 0 })
    expect(solve(file({ sampling: { rate: 1 } }))).toMatchObject({ deterred: true, minSlash: 0 })
  })

  test('a slash that the coalition recovers', () => {
    const half = solve(file({ slash: { amount: 20, burnShare: 0.5 } }))
    expect(half.minSampleRate).toBeCloseTo(0.0992063492, 10)
    expect(half.minSlash).toBeCloseTo(2 * 12.6888888889, 8)
    const none = solve(file({ slash: { amount: 20, burnShare: 0 } }))
    expect(none).toMatchObject({ feasible: false, minSampleRate: null, minSlash: null })
    expect(none.reasons[0]).toMatch(/recovers the whole slash/)
  })

  test('a reward that no deterrence leaves a profit', () => {
    const noisy = { comparator: { power: 0.9, falsePositive: 0.3 }, arbitration: { falsePositive: 1 } }
    expect(solve(file({ task: { reward: 1.05 }, slash: { amount: 100 }, ...noisy })).reasons[0]).toMatch(
      /No rate and slash both/,
    )
    expect(solve(file({ task: { reward: 0.9 } })).reasons[0]).toMatch(/below task.honestCost/)
  })

  test('notes say what the numbers leave out', () => {
    const answer = solve(
      file({
        stake: { amount: 50 },
        batch: { size: 10 },
        beacon: { draws: 2 },
        sampling: { mode: 'fixed', rate: 0.08 },
        slash: { amount: 10, max: 10 },
        identity: { discount: 0.9 },
      }),
    )
    expect(answer.sampleRate).toBe(0.1)
    expect(answer.notes.join('\n')).toMatchInlineSnapshot(`
      "A stake of 50 can’t pay every slash of 10 open tasks (full collateral is 100); these values assume that it can.
      These values assume that nobody chooses among the beacon’s 2 draws.
      These values leave out the future that an ejected executor loses, so they are on the safe side.
      A fixed sample takes whole tasks: rate 0.08 of 10 is a rate of 0.1."
    `)
  })
})

test('late verdicts: of a slash is felt what δ^ℓ leaves', () => {
  const late = (verdictLag: number, discount: number) => solve(file({ identity: { verdictLag, discount } }))
  const [now, later] = [late(0, 0.5), late(2, 0.5)]
  // G = p(1-r)(R + S/4)
  expect(later.cheatPayoff).toBeCloseTo(1.2 - 0.08 * 0.9 * (1.2 + 10 / 4), 12)
  expect(later.honestPayoff).toBe(now.honestPayoff)
  expect(later.minSampleRate).toBeCloseTo(1 / (0.9 * (1.2 + 10 / 4)), 12)
  expect(later.minSlash).toBeCloseTo(4 * now.minSlash!, 9)
  expect(later.maxGain).toBeCloseTo(0.08 * 0.9 * (1.2 + 10 / 4), 12)
  const never = late(1, 0)
  expect(never).toMatchObject({ feasible: true, minSlash: null, deterred: false })
  expect(never.minSampleRate).toBeCloseTo(1 / (0.9 * 1.2), 12)
  expect(never.reasons).toEqual([
    'After an identity.verdictLag of 1 nothing of a slash is felt at an identity.discount of 0, so no slash deters.',
  ])
})

test('a fixed sample is m tasks, whatever they are a share of', () => {
  const [D, F] = [0.8, 0.01]
  for (const rule of ['per-fraud', 'once-per-batch'])
    for (const count of [1, 3, 20]) {
      const answer = solve(
        file({
          ...{ task: { reward: 1, honestCost: 0.8 }, sampling: { mode: 'fixed', count }, batch: { size: 20 } },
          ...{ slash: { rule, amount: 30 }, comparator: { power: D, falsePositive: F }, verifiers: {} },
          arbitration: { falsePositive: 1 },
        }),
      )
      const isOnce = rule === 'once-per-batch'
      const convicted = (odds: number, m: number) => (isOnce ? 1 - (1 - odds) ** m : m * odds)
      const apart = (m: number) => convicted(D, m) - convicted(F, m)
      const loss = isOnce ? 30 : 31
      expect(answer.honestPayoff).toBeCloseTo(0.2 - (loss * convicted(F, count)) / 20, 12)
      expect(answer.cheatPayoff).toBeCloseTo(1 - (loss * convicted(D, count)) / 20, 12)
      expect(answer.maxGain).toBeCloseTo((loss * apart(count)) / 20, 12)
      expect(answer.minSlash).toBeCloseTo(Math.max(0, 16 / apart(count) - (isOnce ? 0 : 1)), 10)
      const first = Array.from({ length: 20 }, (_, i) => i + 1).find((m) => 16 <= loss * apart(m))
      expect(answer.minSampleRate).toBe(first! / 20)
    }
})

describe('one slash per batch', () => {
  const batch = (amount: number, more: object = {}) =>
    file({
      task: { reward: 1, honestCost: 0.8 },
      sampling: { rate: 0.02 },
      slash: { rule: 'once-per-batch', amount, ...more },
      batch: { size: 1000 },
      verifiers: {},
    })

  test('S = 40 leaves +.76 a task, 800.0000013 is needed', () => {
    const answer = solve(batch(40))
    expect((answer.cheatPayoff - answer.honestPayoff).toFixed(2)).toBe('0.76')
    expect(answer.minSlash?.toFixed(7)).toBe('800.0000013')
    expect(answer).toMatchObject({ feasible: false, minSampleRate: null, deterred: false })
    expect(solve(batch(801))).toMatchObject({ feasible: true, deterred: true })
    expect(solve(batch(800))).toMatchObject({ feasible: true, deterred: false })
  })

  test('forfeited rewards count', () => {
    expect(solve(batch(0, { forfeitBatchReward: true })).minSlash).toBe(0)
    expect(solve(batch(0, { forfeitBatchReward: true })).deterred).toBe(true)
  })

  test('break-even at minSampleRate, minSlash and maxGain', () => {
    const noisy = { comparator: { power: 0.8, falsePositive: 1e-4 }, arbitration: { falsePositive: 1 } }
    const at = (rate: number, amount: number, honestCost = 0.8) => {
      const { feasible, ...answer } = solve(
        Parameters.from({
          ...batch(amount),
          sampling: { rate },
          task: { reward: 1, honestCost, cheatCost: 0 },
          ...noisy,
        }),
      )
      return { ...answer, edge: answer.cheatPayoff - answer.honestPayoff }
    }
    const now = at(0.002, 1500)
    expect(at(now.minSampleRate!, 1500).edge).toBeCloseTo(0, 9)
    expect(at(0.002, now.minSlash!).edge).toBeCloseTo(0, 9)
    expect(at(0.002, 1500, now.maxGain).edge).toBeCloseTo(0, 9)
  })

  test('what no slash repairs: a coalition that recovers it, no signal, nothing sampled', () => {
    const perBatch = { slash: { rule: 'once-per-batch', amount: 40 }, batch: { size: 10 } }
    const recovered = solve(file({ ...perBatch, slash: { ...perBatch.slash, burnShare: 0 } }))
    expect(recovered).toMatchObject({ feasible: false, minSampleRate: null, minSlash: null, maxGain: 0 })
    expect(recovered.reasons[0]).toMatch(/^The executor’s own coalition recovers the whole slash/)
    const silent = solve(file({ ...perBatch, verifiers: { colluding: 1 } }))
    expect(silent).toMatchObject({ feasible: false, minSampleRate: null, minSlash: null, maxGain: 0 })
    const unsampled = solve(file({ ...perBatch, sampling: { rate: 0 } }))
    expect(unsampled).toMatchObject({ feasible: true, minSlash: null, maxGain: 0, deterred: false })
    expect(unsampled.reasons).toEqual(['At rate 0 no slash deters cheating on a whole batch.'])
  })

  test('nothing to gain: no rate and no slash is needed, and the gain that would be deterred is told', () => {
    const costly = { task: { reward: 1.2, honestCost: 1, cheatCost: 2 } }
    const answer = solve(file({ ...costly, slash: { rule: 'once-per-batch', amount: 40 }, batch: { size: 10 } }))
    expect(answer).toMatchObject({ feasible: true, minSampleRate: 0, minSlash: 0, deterred: true })
    expect(answer.maxGain).toBeCloseTo((40 * (1 - 0.928 ** 10)) / 10, 12)
  })
})

describe('sampling by value', () => {
  const values = [
    { value: 1, count: 90 },
    { value: 11, count: 10, reward: 12, honestCost: 9 },
  ]
  const byValue = (rate: number, amount: number) =>
    solve(file({ sampling: { mode: 'byValue', rate, values }, slash: { amount } }))

  test('the rate and the slash deter every kind', () => {
    const answer = byValue(0.1, 30)
    expect(byValue(answer.minSampleRate! * (1 + 1e-9), 30).deterred).toBe(true)
    expect(byValue(answer.minSampleRate! * (1 - 1e-9), 30).deterred).toBe(false)
    expect(byValue(0.1, answer.minSlash! * (1 + 1e-9)).deterred).toBe(true)
    expect(byValue(0.1, answer.minSlash! * (1 - 1e-9)).deterred).toBe(false)
  })

  test('cheap tasks that are never likely enough to be drawn', () => {
    const answer = solve(
      file({
        sampling: {
          mode: 'byValue',
          rate: 1,
          values: [
            { value: 1, count: 1 },
            { value: 1e6, count: 1 },
          ],
        },
      }),
    )
    expect(answer).toMatchObject({ feasible: false, minSampleRate: null })
    expect(answer.reasons[0]).toMatch(/least valuable tasks/)
  })

  test('what is told is of the kind that is deterred least', () => {
    const values = [
      { value: 1, reward: 1, honestCost: 1 },
      { value: 3, reward: 1, honestCost: 9 },
    ]
    const answer = solve(file({ sampling: { mode: 'byValue', rate: 0.1, values } }))
    // Weights .5 and 1.5 of the mean value: the second kind is drawn with probability .15.
    expect(answer).toMatchObject({ gain: 9, deterred: false })
    expect(answer.minSlash).toBeCloseTo(9 / (0.15 * 0.9) - 1, 10)
    expect(answer.maxGain).toBeCloseTo(0.15 * 0.9 * 11, 12)
  })

  test('by value, a slash that the coalition recovers deters from no rate', () => {
    const values = [
      { value: 1, reward: 1.5 },
      { value: 3, reward: 2 },
    ]
    const answer = solve(
      file({ sampling: { mode: 'byValue', rate: 0.1, values }, slash: { amount: 10, burnShare: 0 } }),
    )
    expect(answer).toMatchObject({ feasible: false, minSampleRate: null })
    expect(answer.reasons).toContain(
      'The executor’s own coalition recovers the whole slash (slash.burnShare is 0), so no slash deters it.',
    )
  })
})

describe('recommend', () => {
  test('the square-root law, with the margin of the file', () => {
    const answer = recommend(
      Parameters.from({
        task: { reward: 1, honestCost: 1, cheatCost: 0.2 },
        sampling: {},
        slash: {},
        accept: { margin: 0 },
      }),
    )
    if (!answer.feasible) throw new Error(answer.reason)
    expect(answer.sampleRate.toFixed(7)).toBe('0.0089443')
    expect(answer.slash.toFixed(3)).toBe('88.443')
    expect(answer.cost.total.toFixed(6)).toBe('0.017789')
    expect(answer.cost.multiple!.toFixed(4)).toBe('1.0178')
    expect(answer.honestWorkPays).toBe(false)
  })

  test('what it recommends deters with margin, whatever the rule and the mode', () => {
    const files = fc.record({
      task: fc.record({
        reward: fc.double({ min: 0.1, max: 10, noNaN: true }),
        honestCost: fc.double({ min: 0.01, max: 1, noNaN: true }),
        cheatCost: fc.constant(0),
      }),
      sampling: fc.constantFrom<object>(
        { rate: 0.1, verifiers: 2 },
        {
          mode: 'byValue',
          values: [
            { value: 1, count: 9 },
            { value: 5, externalGain: 3 },
          ],
        },
      ),
      slash: fc.record({
        rule: fc.constantFrom('per-fraud', 'once-per-batch'),
        forfeitBatchReward: fc.boolean(),
        burnShare: fc.double({ min: 0.1, max: 1, noNaN: true }),
      }),
      batch: fc.record({ size: fc.constantFrom(1, 10, 1000) }),
      verifiers: fc.record({ colluding: fc.double({ min: 0, max: 0.9, noNaN: true }) }),
      comparator: fc.record({ power: fc.double({ min: 0.2, max: 1, noNaN: true }) }),
    })
    fc.assert(
      fc.property(files, (input) => {
        const parameters = Parameters.from(input)
        const advice = recommend(parameters)
        if (!advice.feasible) throw new Error(advice.reason)
        const sampling = { ...parameters.sampling, rate: advice.sampleRate }
        const slash = { ...parameters.slash, amount: advice.slash }
        const { gain, maxGain, deterred } = solve(Parameters.from({ ...parameters, sampling, slash }))
        expect(deterred).toBe(true)
        if (gain > 0) expect(maxGain / (1.5 * gain)).toBeGreaterThan(1 - 1e-9)
      }),
      { seed: SEED, numRuns: 300 },
    )
  })

  test('respects slash.max, and says when nothing works', () => {
    const capped = recommend(file({ slash: { amount: 10, max: 20 } }))
    expect(capped).toMatchObject({ feasible: true })
    if (capped.feasible) expect(capped.slash).toBeCloseTo(20, 9)
    expect(recommend(file({ task: { reward: 0 }, slash: { amount: 0, max: 0.5 } }))).toMatchObject({
      feasible: false,
      obstacle: 'slash-above-max',
    })
  })
})
