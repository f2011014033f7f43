/**
 * Rates as WAD: a bigint in units of 1e-18, so that 1e18 is certainty. The decimal crossing is exact where the decimal is.
 *
 * @module
 */
import { assertBigint } from './Encoding.js'
import { InvalidInputError } from './Errors.js'

/** Certainty: 1e18. */
export const one: bigint = 10n ** 18n

/**
 * A decimal rate as WAD, through its shortest decimal form, so that 0.1 is exactly 1e17.
 *
 * @throws InvalidInputError if it is negative or not finite.
 * @example
 * ```ts
 * import { Wad } from '@spotcheck/core'
 *
 * Wad.from(0.02) // 20000000000000000n
 * ```
 */
export function from(rate: number): bigint {
  if (typeof rate !== 'number' || !Number.isFinite(rate) || rate < 0) throw invalid(rate)
  const [mantissa = '0', exponent = '0'] = rate.toString().split('e')
  const [whole = '0', fraction = ''] = mantissa.split('.')
  const shift = 18 + Number(exponent) - fraction.length
  const digits = BigInt(whole + fraction)
  if (shift >= 0) return digits * 10n ** BigInt(shift)
  const unit = 10n ** BigInt(-shift)
  return (digits + unit / 2n) / unit
}

/**
 * A WAD as the nearest double: rounded once, so `toNumber(from(x))` is x wherever `from(x)` is exact.
 *
 * @throws InvalidInputError if it is not a bigint.
 * @example
 * ```ts
 * import { Wad } from '@spotcheck/core'
 *
 * Wad.toNumber(Wad.from(0.02)) // 0.02
 * ```
 */
export function toNumber(wad: bigint): number {
  // Parsing rounds once; Number(wad) / 1e18 would round twice and miss the nearest double one time in five.
  return Number(`${assertBigint(wad, 'wad')}e-18`)
}

/**
 * `ceil(amount * rate / 1e18)`, for non-negative arguments.
 *
 * @throws InvalidInputError on others.
 * @example
 * ```ts
 * import { Wad } from '@spotcheck/core'
 *
 * Wad.mulUp(101n, Wad.from(0.5)) // 51n
 * ```
 */
export function mulUp(amount: bigint, rate: bigint): bigint {
  return (assertBigint(amount, 'amount', 0n) * assertBigint(rate, 'rate', 0n) + one - 1n) / one
}

/**
 * `floor(amount * rate / 1e18)`, for non-negative arguments.
 *
 * @throws InvalidInputError on others.
 * @example
 * ```ts
 * import { Wad } from '@spotcheck/core'
 *
 * Wad.mulDown(101n, Wad.from(0.5)) // 50n
 * ```
 */
export function mulDown(amount: bigint, rate: bigint): bigint {
  return (assertBigint(amount, 'amount', 0n) * assertBigint(rate, 'rate', 0n)) / one
}

function invalid(value: unknown): InvalidInputError {
  return new InvalidInputError('rate is not a non-negative finite number.', {
    subject: 'rate',
    value,
    rule: 'a finite number >= 0',
    fix: 'pass a fraction such as 0.02',
  })
}
