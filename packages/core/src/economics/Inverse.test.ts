import { describe, expect, test } from 'vitest'
import * as BestResponse from './BestResponse.js'
import * as Checking from './Checking.js'
import { Parameters as Files, type Parameters, type Quantity, quantities, type Rule, solve } from './index.js'
import * as Ruin from './Ruin.js'
import type { Solution } from './Solution.js'

const file = Files.from
const value = (solution: Solution) => {
  if (solution.feasible) return solution.value
  throw new Error(solution.reason)
}

const eight = (margin = 0) =>
  file({
    task: { reward: 1.2, honestCost: 1, cheatCost: 0 },
    sampling: { rate: 0.08 },
    slash: { amount: 10 },
    verifiers: { colluding: 0.1 },
    accept: { margin },
  })

describe('published parameters', () => {
  test('p = 8 %, R = 1.2C, S = 10C, r = 10 %: exploitable, and the rate that is needed is 9.92 %', () => {
    const { holds, best } = BestResponse.from(eight())
    expect({ holds, cheated: best.cheated }).toEqual({ holds: false, cheated: 1 })
    expect(best.profit.toFixed(4)).toBe('0.1936')
    expect((100 * value(solve(eight(), 'sampleRate', ['ev']))).toFixed(2)).toBe('9.92')
    expect(value(solve(eight(), 'slash', ['ev'])).toFixed(5)).toBe('12.68889')
    expect(value(solve(eight(), 'maxGain', ['ev'])).toFixed(4)).toBe('0.8064')
    expect(value(solve(eight(0.5), 'sampleRate'))).toBeGreaterThan(0.0992)
  })

  test('Pocket: the ruin rule takes S = 5960', () => {
    const pocket = file({
      task: { reward: 20, honestCost: 20, cheatCost: 0 },
      sampling: { rate: 0.01 },
      slash: { amount: 1980 },
      capital: { costPerStakePerTask: 0 },
      accept: { margin: 0 },
    })
    expect(value(solve(pocket, 'slash', ['ev']))).toBeCloseTo(1980, 6)
    expect(value(solve(pocket, 'slash'))).toBeCloseTo(5960, 6)
    // (1-p)^299 is the first power of .99 that is at most .05, and 299 cheats gain 299·20 = S + R
    expect([298, 299].map((cheats) => 0.99 ** cheats <= 0.05)).toEqual([false, true])
  })

  test('once-per-batch, N = 1000, p = .02, G = .8: 800.0000013', () => {
    const parameters = file({
      task: { reward: 1, honestCost: 0.8 },
      sampling: { rate: 0.02 },
      slash: { rule: 'once-per-batch', amount: 40 },
      batch: { size: 1000 },
      accept: { margin: 0 },
    })
    expect(value(solve(parameters, 'slash')).toFixed(7)).toBe('800.0000013')
  })
})

const change: Record<Exclude<Quantity, 'canaryRate'>, (p: Parameters.Parameters, x: number) => object> = {
  sampleRate: ({ sampling, batch }, rate) =>
    sampling.mode === 'fixed'
      ? { sampling: { mode: 'fixed', count: Math.round(rate * batch.size), verifiers: sampling.verifiers } }
      : { sampling: { ...sampling, rate } },
  slash: ({ slash }, amount) => ({ slash: { ...slash, amount } }),
  stake: ({ stake }, amount) => ({ stake: { ...stake, amount } }),
  verifiers: ({ sampling }, verifiers) => ({ sampling: { ...sampling, verifiers } }),
  maxGain: ({ task }, gain) => ({ task: { ...task, externalGain: gain - task.honestCost + task.cheatCost } }),
}

/** Do the rules hold with this value? */
function passes(parameters: Parameters.Parameters, quantity: keyof typeof change, x: number, rules: readonly Rule[]) {
  const changed = { ...parameters, ...change[quantity](parameters, x) }
  const ev = !rules.includes('ev') || BestResponse.from(changed).holds
  return ev && (!rules.includes('ruin') || Ruin.from(changed).holds)
}

/** What could be tried instead, lower than `most`. */
function lower(parameters: Parameters.Parameters, quantity: keyof typeof change, most: number): number[] {
  if (quantity === 'verifiers') return Array.from({ length: Math.min(40, most - 1) }, (_, i) => i + 1)
  if (quantity === 'sampleRate' && parameters.sampling.mode === 'fixed')
    return [1, 2, 3, 4].map((count) => count / parameters.batch.size).filter((rate) => rate < most)
  return most === 0 ? [] : Array.from({ length: 12 }, (_, i) => most * (i / 12)).concat(most * (1 - 1e-9))
}

function* grid(): Generator<Parameters.Parameters> {
  for (const rule of ['per-fraud', 'once-per-batch'])
    for (const [size, concurrentBatches] of [
      [1, 1],
      [5, 2],
      [8, 1],
    ])
      for (const sampling of [{ rate: 0.08 }, { rate: 0.5, verifiers: 2 }, { mode: 'fixed', count: 1 }])
        for (const power of [1, 0.9, 0.5])
          for (const falsePositive of [0, 1e-12, 0.02])
            for (const stake of [{}, { amount: 25 }])
              yield file({
                task: { reward: 1.2, honestCost: 1, cheatCost: 0.25 },
                sampling,
                slash: { rule, amount: 10 },
                comparator: { power, falsePositive },
                arbitration: { falsePositive: 1 },
                batch: { size },
                stake: { ...stake, concurrentBatches },
                horizon: 100,
              })
}

describe('against trying values one by one', () => {
  const cases = [...grid()]
  test(`${cases.length} files`, () => expect(cases.length).toBeGreaterThanOrEqual(200))
  for (const quantity of quantities.filter((name): name is keyof typeof change => name !== 'canaryRate'))
    test(quantity, () => {
      let found = 0
      for (const [i, parameters] of cases.entries()) {
        const rules: Rule[] = i % 2 === 0 ? ['ev'] : ['ev', 'ruin']
        const label = `${rules} ${JSON.stringify(parameters)}`
        const solution = solve(parameters, quantity, rules)
        if (!solution.feasible) {
          const top = { sampleRate: 1, slash: parameters.stake.amount ?? 1e6, stake: 100, verifiers: 40, maxGain: 0 }[
            quantity
          ]
          expect(passes(parameters, quantity, top, rules), label).toBe(false)
          continue
        }
        found++
        const x = solution.value
        expect(passes(parameters, quantity, x, rules), label).toBe(true)
        if (quantity === 'maxGain')
          expect(passes(parameters, quantity, x * (1 + 1e-9) + 1e-12, rules), label).toBe(false)
        else
          for (const less of lower(parameters, quantity, x))
            expect(passes(parameters, quantity, less, rules), `${less} ${label}`).toBe(false)
      }
      expect(found).toBeGreaterThan(10)
    })
})

test('the share of canaries: the least that makes looking pay, and honest verifiers stay', () => {
  const offer = (verifiers: object, comparator: object = {}) =>
    file({ task: {}, sampling: {}, slash: {}, verifiers, comparator })
  expect(value(solve(offer({}), 'canaryRate'))).toBe(0)
  expect(value(solve(offer({ blind: false }), 'canaryRate'))).toBeCloseTo(1 / 11.2, 15)
  expect(solve(offer({ reward: 0.5 }), 'canaryRate')).toMatchObject({ obstacle: 'verifier-unpaid' })
  expect(solve(offer({ blind: false, slash: 0, reward: 0.5 }), 'canaryRate')).toMatchObject({
    obstacle: 'canary-rate-above-one',
  })
  // false penalties eat the pay, unless more of what is checked are canaries
  const noisy = offer({ reward: 1.2, bond: 20 }, { falsePositive: 0.1 })
  const rate = value(solve(noisy, 'canaryRate'))
  const at = (canaryRate: number) => Checking.from({ ...noisy, verifiers: { ...noisy.verifiers, canaryRate } }).holds
  expect([rate > 0.5, at(rate), at(rate * (1 - 1e-9))]).toEqual([true, true, false])
})

test('what nothing repairs is typed', () => {
  const none = file({ task: {}, sampling: { rate: 0 }, slash: {} })
  expect(solve(none, 'slash')).toMatchObject({ obstacle: 'slash-above-max' })
  expect(solve(none, 'stake')).toMatchObject({ obstacle: 'stake-above-collateral' })
  expect(solve(none, 'verifiers')).toMatchObject({ obstacle: 'too-few-verifiers' })
  expect(solve(file({ task: {}, sampling: {}, slash: { burnShare: 0 } }), 'slash')).toMatchObject({
    obstacle: 'no-net-slash',
  })
  const deaf = file({ task: {}, sampling: {}, slash: {}, comparator: { power: 0 } })
  expect(solve(deaf, 'sampleRate')).toMatchObject({ obstacle: 'no-signal' })
  expect(solve(file({ task: { externalGain: 1e6 }, sampling: {}, slash: {} }), 'sampleRate')).toMatchObject({
    obstacle: 'rate-above-one',
  })
  expect(() => solve(none, 'luck' as never)).toThrow('quantity')
})
