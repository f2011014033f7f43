/**
 * Doors of the economics: a number of the wrong kind or range is refused before it reaches a formula.
 *
 * @module
 */
import { assertList, assertObject } from '../Encoding.js'
import { InvalidInputError } from '../Errors.js'
import * as Wad from '../Wad.js'

/** The largest amount of money or size: products of two of them stay finite. */
export const largest = 1e100

/** Returns `value` if it is a number in [0, 1]. @throws InvalidInputError */
export function probability(value: number, subject: string): number {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value
  throw refuse(value, subject, 'a number from 0 to 1', 'pass a fraction: 8 % is 0.08')
}

/** Returns `value` if it is a number in (0, 1]. @throws InvalidInputError */
export function positive(value: number, subject: string): number {
  if (typeof value === 'number' && value > 0 && value <= 1) return value
  throw refuse(value, subject, 'a number above 0, up to 1', 'pass a fraction: 8 % is 0.08')
}

/** Returns `value` if it is a number in [0, 1e100]. @throws InvalidInputError */
export function amount(value: number, subject: string): number {
  if (typeof value === 'number' && value >= 0 && value <= largest) return value
  throw refuse(value, subject, 'a finite number >= 0, at most 1e100', 'pass an amount in your unit of money')
}

/** Returns `value` if it is a number in [-1e100, 1e100]. @throws InvalidInputError */
export function signed(value: number, subject: string): number {
  if (typeof value === 'number' && Math.abs(value) <= largest) return value
  throw refuse(value, subject, 'a finite number between -1e100 and 1e100', 'pass an amount in your unit of money')
}

/** Returns `value` if it is a whole number >= `min`, at most `max` where given. @throws InvalidInputError */
export function count(value: number, subject: string, min = 1, max: number = Number.MAX_SAFE_INTEGER): number {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value
  const rule = max === Number.MAX_SAFE_INTEGER ? `a whole number >= ${min}` : `a whole number from ${min} to ${max}`
  throw refuse(value, subject, rule, 'pass a number without a fraction')
}

/** Returns `value` if it is a number from 0 to `most`. @throws InvalidInputError */
export function within(value: number, subject: string, most: number): number {
  if (typeof value === 'number' && value >= 0 && value <= most) return value
  throw refuse(value, subject, `a number from 0 to ${most}`, 'pass no more than there are')
}

/** Returns `value` if it is `expected` within 1e-9. @throws InvalidInputError */
export function near(value: number, subject: string, expected: number): number {
  if (typeof value === 'number' && Math.abs(value - expected) <= 1e-9) return value
  throw refuse(value, subject, `${expected} within 1e-9`, 'leave it out where what it is made of changes')
}

/** Returns `value` if it is any finite number: a gain with its margin may be above `largest`. @throws InvalidInputError */
function finite(value: number, subject: string): number {
  if (Number.isFinite(value)) return value
  throw refuse(value, subject, 'a finite number', 'pass an amount in your unit of money')
}

type Field = 'gain' | 'reward' | 'share' | 'weight'
const fields: { [field in Field]: typeof amount } = { gain: finite, reward: amount, share: probability, weight: amount }

/** Returns `mix` if each kind of task in it has these fields, in range. @throws InvalidInputError */
export function kinds<field extends Field, kind extends Readonly<{ [name in field]: number }>>(
  mix: readonly kind[],
  ...names: readonly field[]
): readonly kind[] {
  for (const kind of assertList(mix, 'mix')) {
    assertObject(kind, 'kind of task')
    for (const name of names) fields[name](kind[name], name)
  }
  return mix
}

/** ceil(share·whole) of the decimal numbers, so that 7 % of 100 is 7 and not 8; at least 1 where the share is above 0. */
export function portion(share: number, whole: number): number {
  const rounded = Number(Wad.mulUp(BigInt(whole), Wad.from(share)))
  return share > 0 ? Math.max(1, rounded) : 0
}

function refuse(value: unknown, subject: string, rule: string, fix: string): InvalidInputError {
  return new InvalidInputError(`${subject} is not ${rule}.`, {
    subject,
    value,
    rule,
    fix,
    see: 'economics.md, Symbols',
  })
}
