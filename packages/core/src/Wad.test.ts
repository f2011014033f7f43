import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as Errors from './Errors.js'
import * as Wad from './Wad.js'

fc.configureGlobal({ seed: 20_261_123 })

describe('from', () => {
  it.each([
    [0, 0n],
    [0.02, 20_000_000_000_000_000n],
    [0.1, 10n ** 17n],
    [0.07, 70_000_000_000_000_000n],
    [0.1 + 0.2, 300_000_000_000_000_040n],
    [1, Wad.one],
    [1 / 3, 333_333_333_333_333_300n],
    [1e-18, 1n],
    [1.5e-18, 2n],
    [4e-19, 0n],
    [5e-19, 1n],
    [Number.MIN_VALUE, 0n],
    [123456.789, 123_456_789_000_000_000_000_000n],
    [1e21, 10n ** 39n],
    [-0, 0n],
  ])('%d', (rate, wad) => expect(Wad.from(rate)).toBe(wad))

  it('is exact for every decimal of up to 15 digits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 15 - 1 }), fc.integer({ min: 0, max: 18 }), (digits, places) => {
        const exact = BigInt(digits) * 10n ** BigInt(18 - places)
        expect(Wad.from(Number(`${digits}e-${places}`))).toBe(exact)
      }),
      { numRuns: 2_000 },
    )
  })

  it('is the nearest WAD to the shortest decimal', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (rate) => {
        const wad = Wad.from(rate)
        expect(Math.abs(Number(wad) - rate * 1e18)).toBeLessThanOrEqual(Math.max(1, rate * 1e18 * 2 ** -51))
      }),
      { numRuns: 2_000 },
    )
  })

  it('refuses what is no rate', () => {
    for (const bad of [-0.1, Number.NaN, Number.POSITIVE_INFINITY, '0.1', 1n, null])
      expect(() => Wad.from(bad as number)).toThrow(Errors.InvalidInputError)
    expect(() => Wad.from(-0.5)).toThrowErrorMatchingInlineSnapshot(`
      [Errors.InvalidInputError: rate is not a non-negative finite number.
        rate  -0.5
        rule  a finite number >= 0
        fix   pass a fraction such as 0.02]
    `)
  })
})

describe('toNumber', () => {
  it('gives back every decimal of up to 15 digits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 15 - 1 }), fc.integer({ min: 0, max: 18 }), (digits, places) => {
        const rate = Number(`${digits}e-${places}`)
        expect(Wad.toNumber(Wad.from(rate))).toBe(rate)
      }),
      { numRuns: 2_000 },
    )
  })

  it('rounds once, to the nearest double', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 1, noNaN: true }), (rate) => {
        expect(Wad.toNumber(Wad.from(rate))).toBe(rate)
      }),
      { numRuns: 2_000 },
    )
    expect([0n, Wad.one, -Wad.one, 10n ** 40n].map(Wad.toNumber)).toEqual([0, 1, -1, 1e22])
  })
})

it('multiplies, rounding up or down by less than one', () => {
  const amounts = fc.bigInt({ min: 0n, max: 2n ** 128n })
  const rates = fc.oneof(fc.bigInt({ min: 0n, max: 2n * Wad.one }), fc.constantFrom(0n, 1n, Wad.one))
  fc.assert(
    fc.property(amounts, rates, (amount, rate) => {
      const [up, down] = [Wad.mulUp(amount, rate), Wad.mulDown(amount, rate)]
      const exact = amount * rate
      expect(down * Wad.one <= exact && exact < (down + 1n) * Wad.one).toBe(true)
      expect(up).toBe(exact % Wad.one === 0n ? down : down + 1n)
    }),
  )
})
