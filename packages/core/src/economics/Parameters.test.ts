import fc from 'fast-check'
import { describe, expect, expectTypeOf, test } from 'vitest'
import type * as z from 'zod'
import * as Parameters from './Parameters.js'
import { recommend } from './Recommend.js'
import { solve } from './Solve.js'

const SEED = 20_260_105
const least = { task: { reward: 1.2, honestCost: 1, cheatCost: 0 }, sampling: { rate: 0.08 }, slash: { amount: 10 } }

/** The file as economics.md, section 11, prints it. */
const printed = `{
  "task":        { "reward": 1.2, "honestCost": 1, "cheatCost": 0, "externalGain": 0, "fee": null },
  "sampling":    { "mode": "bernoulli", "rate": 0.1, "verifiers": 1 },
  "slash":       { "rule": "per-fraud", "amount": 30, "max": null, "forfeitBatchReward": false, "burnShare": 1 },
  "comparator":  { "power": 1, "falsePositive": 0, "errors": "independent" },
  "arbitration": { "power": 1, "falsePositive": 0, "cost": 0 },
  "stake":       { "concurrentBatches": 1 },
  "batch":       { "size": 1 },
  "verifiers":   { "pool": null, "colluding": 0, "falseDissent": 0, "cost": 1, "cheapCost": 0, "reward": 1.2, "slash": 10, "bond": 0, "bounty": 0,
                   "canaryRate": 0, "canaryCost": 0, "exposure": 1, "blind": true, "auditRate": 0, "escalation": 0 },
  "beacon":      { "draws": 1, "withholdPenalty": 0 },
  "identity":    { "entryCost": 0, "discount": 0, "tasksPerPeriod": 1, "falseEjection": 0, "verdictLag": 0 },
  "capital":     { "costPerStakePerTask": 0.0001 },
  "evidence":    { "alpha": 0.000001, "cheatRates": [0.05, 0.2, 0.5, 1], "restart": true },
  "horizon":     10000,
  "accept":      { "margin": 0.5, "ruinProbability": 0.05, "falseSlash": 0.000001, "residualError": 0.01 }
}`

function refusal(value: unknown): Parameters.InvalidParametersError {
  try {
    Parameters.from(value)
  } catch (error) {
    if (error instanceof Parameters.InvalidParametersError) return error
    throw error
  }
  throw new Error('was accepted')
}

describe('the default file', () => {
  test('is the printed one, and parses to itself', () => {
    expect(Parameters.defaults).toEqual(JSON.parse(printed))
    expect(Parameters.from(JSON.parse(printed))).toEqual(Parameters.defaults)
    expect(Parameters.from({ task: {}, sampling: {}, slash: {} })).toEqual(Parameters.defaults)
  })

  test('is safe by the EV rule: one cheat loses at least its margin', () => {
    const { gain, maxGain, honestPayoff, cheatPayoff } = solve(Parameters.defaults)
    expect(cheatPayoff - honestPayoff).toBeLessThanOrEqual(-Parameters.defaults.accept.margin * gain)
    expect(maxGain).toBeGreaterThanOrEqual(1.5 * gain)
  })

  test('the schema makes what the hand-written type says', () => {
    expectTypeOf<z.output<typeof Parameters.schema>>().toEqualTypeOf<Parameters.Parameters>()
  })
})

describe('defaults apply field by field', () => {
  test('in every part', () => {
    const parsed = Parameters.from({ ...least, verifiers: { colluding: 0.1 } })
    expect(parsed.sampling).toEqual({ mode: 'bernoulli', rate: 0.08, verifiers: 1 })
    expect(parsed.task).toEqual({ reward: 1.2, honestCost: 1, cheatCost: 0, externalGain: 0, fee: null })
    expect(parsed.verifiers).toEqual({ ...Parameters.defaults.verifiers, colluding: 0.1 })
    expect(parsed.stake).toEqual({ concurrentBatches: 1 })
  })

  test('in a list of kinds of task, from the task', () => {
    const sampling = { mode: 'byValue', rate: 0.2, values: [{ value: 3 }, { value: 1, count: 9, reward: 5 }] }
    expect(Parameters.from({ ...least, sampling }).sampling).toEqual({
      mode: 'byValue',
      rate: 0.2,
      verifiers: 1,
      values: [
        { value: 3, count: 1, reward: 1.2, honestCost: 1, cheatCost: 0, externalGain: 0 },
        { value: 1, count: 9, reward: 5, honestCost: 1, cheatCost: 0, externalGain: 0 },
      ],
    })
  })

  test('a fixed sample keeps its rate or its count', () => {
    const batch = { size: 10 }
    const fixed = (more: object) => Parameters.from({ ...least, batch, sampling: { mode: 'fixed', ...more } }).sampling
    expect(fixed({ count: 3 })).toEqual({ mode: 'fixed', count: 3, verifiers: 1 })
    expect(fixed({ rate: 0.3 })).toEqual({ mode: 'fixed', rate: 0.3, verifiers: 1 })
  })
})

describe('refusals say where, what, which rule and what to do', () => {
  test('a percentage', () => {
    const error = refusal({ ...least, sampling: { rate: 8 } })
    expect(`${error.name}: ${error.message}`).toMatchInlineSnapshot(`
      "Parameters.InvalidParametersError: sampling.rate is not a probability from 0 to 1.
        sampling.rate  8
        rule           a probability from 0 to 1
        fix            did you mean 0.08?
        see            economics.md, The parameter file"
    `)
  })

  test('several at once', () => {
    expect(refusal({ ...least, smapling: {}, slash: { amount: -1, burnshare: 2 } }).message).toMatchInlineSnapshot(`
      "The parameters break 3 rules.
        slash.amount is not a finite amount >= 0 (at most 1e100).
          value  -1
          fix    write a finite amount >= 0 (at most 1e100); did you mean 1?
        slash.burnshare is not a known key (rule, amount, max, forfeitBatchReward, burnShare).
          value  2
          fix    did you mean "burnShare"?
        smapling is not a known key (task, sampling, slash, comparator, arbitration, stake, batch, verifiers, beacon, identity, capital, evidence, horizon, accept).
          value  object {  }
          fix    did you mean "sampling"?"
    `)
  })

  test.each([
    [5, 'parameters', 'write a JSON object with at least task, sampling and slash'],
    [{ task: {}, sampling: {} }, 'slash', 'add it: an object with keys among rule, amount'],
    [{ ...least, sampling: { rate: '0.08' } }, 'sampling.rate', 'write the number without quotes: 0.08'],
    [{ ...least, sampling: { rate: 8e16 } }, 'sampling.rate', 'did you mean 0.08?'],
    [{ ...least, sampling: { rate: 10n ** 17n } }, 'sampling.rate', 'write a plain number, not a bigint'],
    [{ ...least, sampling: { rate: Number.NaN } }, 'sampling.rate', 'write a fraction: 8 % is 0.08'],
    [{ ...least, sampling: { mode: 'bernouli' } }, 'sampling.mode', 'did you mean "bernoulli"?'],
    [{ ...least, sampling: { values: [] } }, 'sampling.values', 'add "mode": "byValue"'],
    [{ ...least, sampling: { mode: 'byValue', values: [] } }, 'sampling.values', 'a list of at least one kind of task'],
    [{ ...least, sampling: { mode: 'byValue', values: [{ value: 0 }] } }, 'sampling.values[0].value', 'above 0'],
    [
      { ...least, sampling: { mode: 'byValue', values: [{ value: 1, vlue: 1 }] } },
      'sampling.values[0].vlue',
      '"value"',
    ],
    [{ ...least, sampling: { mode: 'fixed' } }, 'sampling', 'exactly one of rate and count'],
    [{ ...least, sampling: { mode: 'fixed', rate: 0.1, count: 1 } }, 'sampling', 'exactly one of rate and count'],
    [{ ...least, sampling: { mode: 'fixed', count: 2 } }, 'sampling.count', 'up to batch.size, which is 1'],
    [
      { ...least, sampling: { rate: 0.1, verifiers: 4 }, verifiers: { pool: 3 } },
      'sampling.verifiers',
      'verifiers.pool',
    ],
    [{ ...least, slash: { amount: 10, max: 5 } }, 'slash.amount', 'up to slash.max, which is 5'],
    [{ ...least, slash: { rule: 'per fraud' } }, 'slash.rule', 'did you mean "per-fraud"?'],
    [{ ...least, slash: { amount: Number.POSITIVE_INFINITY } }, 'slash.amount', 'write a finite amount >= 0'],
    [
      { ...least, batch: { size: 1e13 } },
      'batch.size',
      'write a whole number up to 1e12, the most tasks that may be open',
    ],
    [
      { ...least, batch: { size: 1e9 }, stake: { concurrentBatches: 1001 } },
      'stake.concurrentBatches',
      'write a whole number up to 1000: of batches of 1000000000, at most 1e12 tasks may be open at once',
    ],
    [{ ...least, batch: { size: 1.5 } }, 'batch.size', 'write a whole number >= 1'],
    [{ ...least, verifiers: null }, 'verifiers', 'write an object with keys among pool'],
    [{ ...least, verifiers: { blind: 1 } }, 'verifiers.blind', 'write true or false'],
    [{ ...least, evidence: { cheatRates: [0.5, 0] } }, 'evidence.cheatRates[1]', 'fraction'],
    [JSON.parse('{"task":{},"sampling":{},"slash":{},"__proto__":{"horizon":1}}'), '__proto__', 'remove it'],
  ])('%#', (value, path, fix) => {
    const { issues } = refusal(value)
    expect(issues.map((issue) => issue.path)).toEqual([path])
    expect(issues[0]!.fix).toContain(fix)
    expect(refusal(value).message).toContain(path)
  })

  test('every number of the file has a range', () => {
    const numbers = (node: unknown, path: string[] = []): string[][] => {
      if (typeof node === 'number') return [path]
      if (typeof node !== 'object' || node === null || Array.isArray(node)) return []
      return Object.entries(node).flatMap(([key, child]) => numbers(child, [...path, key]))
    }
    for (const path of numbers(Parameters.defaults))
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, -1e200, '1', [1]]) {
        const file = structuredClone(Parameters.defaults)
        put(file, path, bad)
        expect(refusal(file).issues.map((issue) => issue.path)).toEqual([path.join('.')])
      }
    expect(numbers(Parameters.defaults)).toHaveLength(42)
  })

  test('hundreds of unknown keys stay readable', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`key${i}`, i]))
    expect(
      refusal({ ...least, ...many })
        .message.split('\n')
        .at(-1),
    ).toBe('  … and 480 more')
  })
})

function put(root: unknown, path: readonly string[], value: unknown): void {
  const parent = path.slice(0, -1).reduce((node, key) => (node as Record<string, unknown>)[key], root)
  Object.defineProperty(parent, path.at(-1)!, { value, enumerable: true, configurable: true, writable: true })
}

/** The numbers in an answer that are none. */
function notFinite(answer: object): unknown[] {
  return Object.entries(answer).flatMap(([key, value]) => {
    if (typeof value === 'object' && value !== null) return notFinite(value)
    return typeof value !== 'number' || Number.isFinite(value) ? [] : [key]
  })
}

const paths: string[][] = Object.entries(Parameters.defaults).flatMap(([key, part]) => [
  [key],
  ...(typeof part === 'object' ? Object.keys(part).map((inner) => [key, inner]) : []),
])

describe('10,000 malformed inputs make Parameters or InvalidParametersError, nothing else', () => {
  const settle = (value: unknown) => {
    try {
      const parsed = Parameters.from(value)
      expect(Parameters.from(parsed)).toEqual(parsed)
      expect(notFinite(solve(parsed))).toEqual([])
      expect(notFinite(recommend(parsed))).toEqual([])
    } catch (error) {
      if (!(error instanceof Parameters.InvalidParametersError)) throw error
      expect(error.issues.length).toBeGreaterThan(0)
      expect(error.message).toContain(error.issues[0]!.path)
    }
  }
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withTypedArray: true,
  })

  test('anything', () => {
    fc.assert(fc.property(anything, settle), { seed: SEED, numRuns: 5000 })
  })

  test('valid files with fields replaced', () => {
    const plausible = fc.oneof(
      fc.double(),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.constantFrom(1e100, 1e-300, 1e-12, 1e6, Number.MAX_SAFE_INTEGER),
      fc.integer({ min: -2, max: 20 }),
      fc.constantFrom(0, 1, 0.5, '0.5', null, true, 'fixed', 'byValue', 'once-per-batch', 'common', [], {}),
      anything,
    )
    const edit = fc.tuple(fc.constantFrom(...paths), plausible)
    const files = fc.array(edit, { minLength: 1, maxLength: 3 }).map((edits) => {
      const file = structuredClone(Parameters.defaults)
      for (const [path, value] of edits) {
        const parent = path.length === 1 ? file : (file as unknown as Record<string, unknown>)[path[0]!]
        if (typeof parent === 'object' && parent !== null && Object.isExtensible(parent)) put(file, path, value)
      }
      return file
    })
    fc.assert(fc.property(files, settle), { seed: SEED, numRuns: 5000 })
  })

  test('an object that throws when it is looked at', () => {
    const trap = new Proxy({}, { get: () => raise(), ownKeys: () => raise(), has: () => raise() })
    expect(refusal(trap).cause).toBeInstanceOf(Error)
    expect(
      refusal({
        ...least,
        get batch() {
          return trap
        },
      }).cause,
    ).toBeInstanceOf(Error)
  })
})

function raise(): never {
  throw new Error('boo')
}
