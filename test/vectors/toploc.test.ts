/** The published vector of TOPLOC's proof format, and a second implementation of its mathematics. */
import * as Comparison from '@spotcheck/core/Comparison'
import * as Encoding from '@spotcheck/core/Encoding'
import * as Toploc from '@spotcheck/core/Toploc'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import vectors from './toploc.json' with { type: 'json' }

fc.configureGlobal({ seed: 20_261_123 })

const prime = 65_497n

/** Lagrange's formula with bigints, expanded: nothing in common with divided differences. */
function lagrange(xs: readonly number[], ys: readonly number[]): number[] {
  const coefficients = xs.map(() => 0n)
  for (const [i, x] of xs.entries()) {
    let numerator = [1n]
    let denominator = 1n
    for (const other of xs) {
      if (other === x) continue
      numerator = [0n, ...numerator].map((high, k) => high - BigInt(other) * (numerator[k] ?? 0n))
      denominator *= BigInt(x - other)
    }
    const scale = BigInt(ys[i]!) * power(((denominator % prime) + prime) % prime, prime - 2n)
    for (const [k, one] of numerator.entries()) coefficients[k] = coefficients[k]! + one * scale
  }
  return coefficients.map((one) => Number(((one % prime) + prime) % prime))
}

function power(base: bigint, exponent: bigint): bigint {
  if (exponent === 0n) return 1n
  const half = power(base, exponent / 2n)
  return (half * half * (exponent % 2n === 1n ? base : 1n)) % prime
}

/** The definition: the first m from 65497 down under which no two are equal. */
function modulusOf(indices: readonly number[]): number {
  let modulus = 65_497
  while (new Set(indices.map((index) => index % modulus)).size < indices.length) modulus--
  return modulus
}

const index = fc.oneof(
  fc.nat(2 ** 32 - 1),
  fc.nat(200_000),
  // Multiples of a width, and of the largest moduli: these collide.
  fc.nat(30).map((n) => 4096 * n),
  fc.tuple(fc.nat(20), fc.nat(40)).map(([n, m]) => n * (65_497 - m)),
)
const value = fc.nat(0xffff).filter((bits) => (bits & 0x7f80) !== 0x7f80)
const activations = fc
  .uniqueArray(index, { minLength: 2, maxLength: 24 })
  .chain((indices) =>
    fc.record({
      indices: fc.constant(indices),
      values: fc.array(value, { minLength: indices.length, maxLength: indices.length }),
    }),
  )
  .filter(({ values }) => new Set(values).size > 1)

describe('the published vector', () => {
  it.each(vectors.vectors)('is built byte for byte: $proof', ({ indices, values, modulus, coefficients, proof }) => {
    const built = Toploc.build({ indices, values })
    expect(Encoding.toHex(built)).toBe(`0x${proof}`)
    expect(Toploc.parse(built)).toEqual({ modulus, coefficients })
    expect(indices.map((index) => Toploc.evaluate({ modulus, coefficients }, index))).toEqual(values)
  })

  it('has the acceptance rule of the parameters', () => {
    const compare = Comparison.toploc({ kind: 'toploc', ...vectors.accept })
    const indices = Array.from({ length: vectors.accept.topk }, (_, i) => 977 * i)
    const values = indices.map((_, i) => 0x4000 + i)
    const executor = { output: '0x01', evidence: Encoding.toHex(Toploc.build({ indices, values })) } as const
    expect(executor.evidence.length).toBe(2 + 2 * 258)
    const against = (own: number[]) => compare({ executor, verifier: Toploc.encode([{ indices, values: own }]) }).outcome
    expect(against(values)).toBe('match')
    // 38 points of another exponent leave 90.
    expect(against(values.map((bits, i) => (i < 38 ? bits + 0x80 : bits)))).toBe('match')
    expect(against(values.map((bits, i) => (i < 39 ? bits + 0x80 : bits)))).toBe('mismatch')
    // 64 points off by 8 and the others by 8 or less: mean and median of 8.
    const near = (by: (i: number) => number) => values.map((bits, i) => (i < 64 ? bits + by(i) : bits - by(i)))
    expect(against(near(() => 8))).toBe('match')
    expect(against(near(() => 9))).toBe('mismatch')
  })
})

describe('a second implementation agrees', () => {
  it('on modulus, polynomial and bytes', () => {
    fc.assert(
      fc.property(activations, ({ indices, values }) => {
        const modulus = modulusOf(indices)
        const coefficients = lagrange(
          indices.map((index) => index % modulus),
          values,
        )
        const proof = Toploc.build({ indices, values })
        expect(Toploc.parse(proof, indices.length)).toEqual({ modulus, coefficients })
        const words = [modulus, ...coefficients].map((word) => word.toString(16).padStart(4, '0'))
        expect(Encoding.toHex(proof)).toBe(`0x${words.join('')}`)
      }),
      { numRuns: 300 },
    )
  })

  it('on the value claimed for any index', () => {
    fc.assert(
      fc.property(activations, fc.nat(2 ** 32 - 1), (made, other) => {
        const { modulus, coefficients } = Toploc.parse(Toploc.build(made))!
        const x = BigInt(other % modulus)
        const expected = coefficients.reduce((sum, one, k) => sum + BigInt(one) * x ** BigInt(k), 0n) % prime
        expect(Toploc.evaluate({ modulus, coefficients }, other)).toBe(Number(expected))
        for (const [i, index] of made.indices.entries())
          expect(Toploc.evaluate({ modulus, coefficients }, index)).toBe(made.values[i])
      }),
      { numRuns: 300 },
    )
  })

  it('on 128 points in a tensor of 32 tokens', () => {
    const indices = Array.from({ length: 128 }, (_, i) => (i * 104_729) % 131_072)
    const values = indices.map((_, i) => (i * 31_337) % 0x7f80)
    const proof = Toploc.build({ indices, values })
    const modulus = modulusOf(indices)
    const residues = indices.map((index) => index % modulus)
    expect(Toploc.parse(proof, 128)).toEqual({ modulus, coefficients: lagrange(residues, values) })
  })
})
