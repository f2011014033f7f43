/**
 * Formulas are written once, over any numbers: exact fractions check a counterexample, intervals bound a box of parameters,
 * texts of SMT-LIB put the same formula to a solver.
 *
 * @module
 */
import { Rational } from '../economics/Rational.js'

/** What a formula may do with its numbers. */
export type Algebra<value> = Readonly<{
  of: (exactly: Rational) => value
  plus: (a: value, b: value) => value
  minus: (a: value, b: value) => value
  times: (a: value, b: value) => value
  /** a^k, k >= 0 a whole number. */
  power: (a: value, k: number) => value
  min: (a: value, b: value) => value
  max: (a: value, b: value) => value
}>

/** Every number between two, both included. */
export type Interval = Readonly<{ low: Rational; high: Rational }>

const less = (a: Rational, b: Rational) => (a.compare(b) <= 0 ? a : b)
const more = (a: Rational, b: Rational) => (a.compare(b) >= 0 ? a : b)

/** Fractions. */
export const exact: Algebra<Rational> = {
  of: (value) => value,
  plus: (a, b) => a.plus(b),
  minus: (a, b) => a.minus(b),
  times: (a, b) => a.times(b),
  power: (a, k) => a.power(k),
  min: less,
  max: more,
}

/** Intervals: the result holds every value of the formula; it holds no other where each variable stands once. */
export const interval: Algebra<Interval> = {
  of: (value) => ({ low: value, high: value }),
  plus: (a, b) => ({ low: a.low.plus(b.low), high: a.high.plus(b.high) }),
  minus: (a, b) => ({ low: a.low.minus(b.high), high: a.high.minus(b.low) }),
  times: (a, b) => hull([a.low, a.high].flatMap((x) => [x.times(b.low), x.times(b.high)])),
  power: (a, k) => {
    const ends = hull([a.low.power(k), a.high.power(k)])
    return k % 2 === 0 && a.low.n < 0n && a.high.n > 0n ? { low: new Rational(0n), high: ends.high } : ends
  },
  min: (a, b) => ({ low: less(a.low, b.low), high: less(a.high, b.high) }),
  max: (a, b) => ({ low: more(a.low, b.low), high: more(a.high, b.high) }),
}

/** Terms of SMT-LIB 2, over the reals. */
export const smt: Algebra<string> = {
  of: ({ n, d }) => (n < 0n ? `(- ${quotient(-n, d)})` : quotient(n, d)),
  plus: (a, b) => `(+ ${a} ${b})`,
  minus: (a, b) => `(- ${a} ${b})`,
  times: (a, b) => `(* ${a} ${b})`,
  power: (a, k) => (k === 0 ? '1.0' : k === 1 ? a : `(^ ${a} ${k})`),
  min: (a, b) => `(ite (<= ${a} ${b}) ${a} ${b})`,
  max: (a, b) => `(ite (>= ${a} ${b}) ${a} ${b})`,
}

function quotient(n: bigint, d: bigint): string {
  return d === 1n ? `${n}.0` : `(/ ${n}.0 ${d}.0)`
}

function hull(values: readonly Rational[]): Interval {
  return { low: values.reduce(less), high: values.reduce(more) }
}
