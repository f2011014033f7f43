/**
 * Non-negative integers with a scale of their own: `units · 10^-digits`, rounded down, never to nothing.
 *
 * A product of many small factors leaves any fixed scale: forty honest samples take a WAD to 0, and 0 never grows again.
 * Here the scale follows the value, so that at least 18 digits are significant and rounding down costs at most one part in
 * 1e18 a step.
 */
import * as Wad from '../Wad.js'

/** `units · 10^-digits`. Digits are a multiple of 18 and the smallest, 18 or more, that leave 18 significant ones. */
export type Decimal = Readonly<{ units: bigint; digits: number }>

const STEP = 18

export const zero: Decimal = Object.freeze({ units: 0n, digits: STEP })
export const one: Decimal = Object.freeze({ units: Wad.one, digits: STEP })

/** `floor(value · numerator / denominator)` in the last digit kept. */
export function scale({ units, digits }: Decimal, numerator: bigint, denominator: bigint): Decimal {
  if (units === 0n) return zero
  const product = units * numerator
  // More digits before the division, so that what it drops is beyond the 18 significant ones.
  return normal((product * Wad.one) / denominator, digits + STEP)
}

/** `value + floor(1 / divisor)` in the last digit kept. */
export function addFraction({ units, digits }: Decimal, divisor: bigint): Decimal {
  const wider = digits + 2 * STEP
  return normal(units * Wad.one ** 2n + 10n ** BigInt(wider) / divisor, wider)
}

/** As a WAD, rounded down. */
export function toWad({ units, digits }: Decimal): bigint {
  // Beyond two steps nothing is left: units are below 1e36 there.
  return digits > 2 * STEP ? 0n : units / 10n ** BigInt(digits - STEP)
}

/** Its logarithm, as a double. */
export function ln({ units, digits }: Decimal): number {
  return Math.log(Number(units)) - digits * Math.LN10
}

/** Is it spelled as `normal` spells it? Each value has one spelling. */
export function isNormal({ units, digits }: Decimal): boolean {
  if (digits % STEP !== 0 || digits < STEP || units < 0n) return false
  if (digits === STEP) return units === 0n || units >= Wad.one
  return units >= Wad.one && units < Wad.one ** 2n
}

function normal(units: bigint, digits: number): Decimal {
  let [kept, scale] = [units, digits]
  for (; kept >= Wad.one ** 2n && scale > STEP; scale -= STEP) kept /= Wad.one
  for (; kept > 0n && kept < Wad.one; scale += STEP) kept *= Wad.one
  return { units: kept, digits: scale }
}
