import { describe, expect, test } from 'vitest'
import * as Draws from './Draws.js'
import * as Random from './Random.js'

/** n choose k, exactly. */
function choose(n: number, k: number): bigint {
  let product = 1n
  for (let i = 0; i < k; i++) product = (product * BigInt(n - i)) / BigInt(i + 1)
  return product
}

const binomial = (n: number, p: number) =>
  Array.from({ length: n + 1 }, (_, k) => Number(choose(n, k)) * p ** k * (1 - p) ** (n - k))
const hypergeometric = (size: number, marked: number, drawn: number) =>
  Array.from({ length: drawn + 1 }, (_, k) => {
    if (k > marked || drawn - k > size - marked) return 0
    return Number(choose(marked, k) * choose(size - marked, drawn - k)) / Number(choose(size, drawn))
  })

/** The count that inversion gives: the largest whose tail is above u. */
function invert(masses: readonly number[], u: number): number {
  let tail = 0
  for (let k = masses.length - 1; k >= 0; k--) {
    tail += masses[k]!
    if (tail > u) return k
  }
  return 0
}

const us = [2 ** -53, 1e-9, 1e-6, 0.001, 0.1, 0.25, 0.3, 0.5, 0.7, 0.9, 0.999, 1 - 2 ** -30]

describe('a draw inverts the exact distribution', () => {
  test.each([
    [1, 0.3],
    [2, 0.5],
    [7, 0.01],
    [20, 0.97],
    [40, 0.3],
    [60, 1e-6],
  ])('binomial(%i, %d)', (n, p) => {
    const draws = Draws.create()
    for (const u of us) expect(draws.binomial(n, p, () => u)).toBe(invert(binomial(n, p), u))
  })

  test.each([
    [10, 3, 4],
    [10, 9, 5],
    [40, 1, 39],
    [50, 20, 7],
    [6, 6, 3],
    [6, 2, 6],
  ])('hypergeometric(%i, %i, %i)', (size, marked, drawn) => {
    const draws = Draws.create()
    const masses = hypergeometric(size, marked, drawn)
    for (const u of us) expect(draws.hypergeometric(size, marked, drawn, () => u)).toBe(invert(masses, u))
  })
})

describe('edges', () => {
  const draws = Draws.create()
  const never = () => {
    throw new Error('no chance is needed')
  }

  test('what is certain needs no chance', () => {
    expect([draws.binomial(5, 0, never), draws.binomial(5, 1, never), draws.binomial(0, 0.5, never)]).toEqual([0, 5, 0])
    expect(draws.hypergeometric(5, 0, 3, never)).toBe(0)
    expect(draws.hypergeometric(5, 2, 0, never)).toBe(0)
    expect(draws.hypergeometric(5, 5, 3, never)).toBe(3)
    expect(draws.hypergeometric(5, 2, 5, never)).toBe(2)
  })

  test('rare events come as rarely as they should', () => {
    expect(draws.binomial(1000, 1e-12, () => 1.0001e-9)).toBe(0)
    expect(draws.binomial(1000, 1e-12, () => 0.9999e-9)).toBe(1)
  })

  test('a billion trials', () => {
    const uniform = Random.stream(20_261_128)
    for (let i = 0; i < 20; i++) {
      const off = draws.binomial(1e9, 0.3, uniform) - 3e8
      expect(Math.abs(off)).toBeLessThan(6 * Math.sqrt(1e9 * 0.21))
    }
  })
})

test('the same numbers where tables had to make room', () => {
  const uniform = (i: number) => () => ((i * 0.6180339887) % 1) as number
  const [fresh, full] = [Draws.create(), Draws.create()]
  // 2^20 numbers are kept: some 30,000 of these tables.
  for (let i = 0; i < 60_000; i++) full.binomial(40, (i + 1) / 60_001, uniform(i))
  for (let i = 0; i < 100; i++) expect(full.binomial(40, 0.3, uniform(i))).toBe(fresh.binomial(40, 0.3, uniform(i)))
})
