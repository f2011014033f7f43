import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Rational } from './Rational.js'

const SEED = 20_260_109
const finite = fc.double({ noNaN: true, noDefaultInfinity: true })

test('a double, exactly and as it is written', () => {
  expect(Rational.of(0.1).toText()).toBe('3602879701896397/36028797018963968')
  expect([0.1, -2.5, 1e21, 1.5e-7, 0].map((x) => Rational.decimal(x).toText())).toEqual([
    '1/10',
    '-5/2',
    '1000000000000000000000',
    '3/20000000',
    '0',
  ])
  fc.assert(
    fc.property(finite, (x) => {
      expect(Rational.of(x).toNumber()).toBe(x + 0)
      expect(Rational.decimal(x).toNumber()).toBe(x + 0)
    }),
    { seed: SEED },
  )
})

test('the laws of a field, and of its order', () => {
  const small = fc.tuple(fc.integer({ min: -99, max: 99 }), fc.integer({ min: 1, max: 99 }))
  const fraction = small.map(([n, d]) => new Rational(BigInt(n), BigInt(d)))
  fc.assert(
    fc.property(fraction, fraction, fraction, (a, b, c) => {
      expect(
        a
          .plus(b)
          .times(c)
          .compare(a.times(c).plus(b.times(c))),
      ).toBe(0)
      expect(a.minus(b).plus(b).compare(a)).toBe(0)
      if (c.n !== 0n) expect(a.over(c).times(c).compare(a)).toBe(0)
      expect(a.power(3).compare(a.times(a).times(a))).toBe(0)
      expect(a.isBelow(b)).toBe(a.toNumber() < b.toNumber())
    }),
    { seed: SEED },
  )
})

test('bounds of a power hold it, closely', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 300 }), (percent, k) => {
      const x = new Rational(BigInt(percent), 100n)
      const [low, high] = x.powerBetween(k)
      expect(low.compare(x.power(k)) <= 0 && x.power(k).compare(high) <= 0).toBe(true)
      expect(high.minus(low).toNumber()).toBeLessThan(1e-140)
    }),
    { seed: SEED },
  )
})

test('refusals', () => {
  expect(() => Rational.decimal(Number.NaN)).toThrow('The fraction is not a finite number.')
  expect(() => Rational.of(Number.POSITIVE_INFINITY)).toThrow('The fraction is not a finite number.')
  expect(() => new Rational(1n, 0n)).toThrow('d > 0')
  expect(() => Rational.of(1).over(Rational.of(0))).toThrow('d > 0')
  expect(() => Rational.of(1.5).powerBetween(2)).toThrow('from 0 to 1')
})
