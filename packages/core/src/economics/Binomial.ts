/**
 * The binomial distribution with nearly all the digits of a double, up to n = 2^53: the masses by Loader's saddle-point
 * expansion ("Fast and Accurate Computation of Binomial Probabilities", 2000), the tails as sums of positive terms.
 *
 * n is a whole number >= 0 and p in [0, 1]; callers see to it.
 *
 * @module
 */

/** n trials, each a success with probability p. */
export type Binomial = Readonly<{ n: number; p: number }>

/** P(X = x). */
export function mass({ n, p }: Binomial, x: number): number {
  if (x < 0 || x > n) return 0
  if (p === 0 || p === 1) return x === n * p ? 1 : 0
  if (x === 0) return Math.exp(n * Math.log1p(-p))
  if (x === n) return p ** n
  const off = x - n * p
  const saddle = stirlingError(n) - stirlingError(x) - stirlingError(n - x)
  const exponent = saddle - deviance(x, n * p, off) - deviance(n - x, n * (1 - p), -off)
  return Math.exp(exponent) * Math.sqrt(n / (2 * Math.PI * x * (n - x)))
}

/** P(X >= x). */
export function atLeast(law: Binomial, x: number): number {
  if (x <= 0) return 1
  if (x > law.n) return 0
  return x > law.n * law.p ? Math.min(1, upward(law, x)) : 1 - downward(law, x - 1)
}

/** P(X <= x). */
export function atMost(law: Binomial, x: number): number {
  if (x < 0) return 0
  if (x >= law.n) return 1
  return x < law.n * law.p ? Math.min(1, downward(law, x)) : 1 - upward(law, x + 1)
}

/** E[min(X, most)], `most` a whole number >= 0: E[X·1{X <= most}] = np·P(X' <= most-1) of n-1 trials, and the rest. */
export function expectedCapped({ n, p }: Binomial, most: number): number {
  if (most >= n) return n * p
  if (most <= 0) return 0
  return n * p * atMost({ n: n - 1, p }, most - 1) + most * atLeast({ n, p }, most + 1)
}

/** P(X >= x), x above the mean: falling terms. */
function upward(law: Binomial, x: number): number {
  const { n, p } = law
  let [sum, term] = [1, 1]
  for (let j = x; j < n && term > sum * Number.EPSILON * 1e-3; j++) {
    term *= ((n - j) / (j + 1)) * (p / (1 - p))
    sum += term
  }
  return mass(law, x) * sum
}

/** P(X <= x), x below the mean: falling terms. */
function downward(law: Binomial, x: number): number {
  const { n, p } = law
  let [sum, term] = [1, 1]
  for (let j = x; j > 0 && term > sum * Number.EPSILON * 1e-3; j--) {
    term *= (j / (n - j + 1)) * ((1 - p) / p)
    sum += term
  }
  return mass(law, x) * sum
}

const HALF_LOG_TAU = 0.9189385332046728

/** ln n! less Stirling's approximation of it, n >= 1. */
function stirlingError(n: number): number {
  if (n > 15) {
    const square = n * n
    return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / square) / square) / square) / square) / n
  }
  let factorial = 1
  for (let i = 2; i <= n; i++) factorial *= i
  return Math.log(factorial) - (n + 0.5) * Math.log(n) + n - HALF_LOG_TAU
}

/** x·ln(x/m) + m - x without cancellation where x, `off` away from m, is near it. */
function deviance(x: number, m: number, off: number): number {
  if (Math.abs(off) >= 0.1 * (x + m)) return x * Math.log(x / m) - off
  const v = off / (x + m)
  let [sum, term] = [off * v, 2 * x * v]
  for (let j = 1; ; j++) {
    term *= v * v
    const next = sum + term / (2 * j + 1)
    if (next === sum) return next
    sum = next
  }
}
