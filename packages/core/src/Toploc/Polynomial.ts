/**
 * Polynomials over F_65497, the field of TOPLOC's proofs: 65497 is prime, and all below it but NaN is a bfloat16 pattern.
 *
 * Doubles are exact here: a product of two elements is below 2^32.
 *
 * @module
 */

/** The order of the field. */
export const prime = 65_497

/**
 * The one polynomial of degree below n through n points, lowest coefficient first. Newton's divided differences, then
 * expanded; O(n²).
 *
 * @param xs distinct elements of the field.
 * @param ys as many elements of the field.
 */
export function interpolate(xs: readonly number[], ys: readonly number[]): number[] {
  const newton = dividedDifferences(xs, ys)
  let expanded: number[] = []
  for (let i = xs.length - 1; i >= 0; i--) expanded = timesLinear(expanded, xs[i]!, newton[i]!)
  return expanded
}

/** The value at x, by Horner's rule. */
export function evaluate(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((value, coefficient) => (value * x + coefficient) % prime, 0)
}

/** f[x_0], f[x_0, x_1], ..., where f[x_i-j .. x_i] = (f[x_i-j+1 .. x_i] - f[x_i-j .. x_i-1]) / (x_i - x_i-j). */
function dividedDifferences(xs: readonly number[], ys: readonly number[]): number[] {
  const differences = [...ys]
  for (let j = 1; j < xs.length; j++)
    for (let i = xs.length - 1; i >= j; i--) {
      const rise = minus(differences[i]!, differences[i - 1]!)
      differences[i] = (rise * inverse(minus(xs[i]!, xs[i - j]!))) % prime
    }
  return differences
}

/** p(X) · (X - root) + constant. */
function timesLinear(coefficients: readonly number[], root: number, constant: number): number[] {
  const product = [0, ...coefficients]
  for (const [i, coefficient] of coefficients.entries()) product[i] = minus(product[i]!, (coefficient * root) % prime)
  product[0] = (product[0]! + constant) % prime
  return product.slice(0, coefficients.length + 1)
}

function minus(a: number, b: number): number {
  return a >= b ? a - b : a - b + prime
}

/** a^(p-2), Fermat's inverse of a nonzero element. */
function inverse(a: number): number {
  let result = 1
  let power = a
  for (let exponent = prime - 2; exponent > 0; exponent = Math.floor(exponent / 2)) {
    if (exponent % 2 === 1) result = (result * power) % prime
    power = (power * power) % prime
  }
  return result
}
