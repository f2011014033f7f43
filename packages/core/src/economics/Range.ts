/**
 * Doors of the economics: a number of the wrong kind or range is refused before it reaches a formula.
 *
 * @module
 */
import { InvalidInputError } from '../Errors.js'
import * as Wad from '../Wad.js'

/** The largest amount of money or size: products of two of them stay finite. */
export const largest = 1e100

/** Returns `value` if it is a number in [0, 1]. @throws InvalidInputError */
export function probability(value: number, subject: string): number {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value
  throw refuse(value, subject, 'a number from 0 to 1', 'pass a fraction: 8 % is 0.08')
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

/** Returns `value` if it is a whole number >= `min`. @throws InvalidInputError */
export function count(value: number, subject: string, min = 1): number {
  if (Number.isSafeInteger(value) && value >= min) return value
  throw refuse(value, subject, `a whole number >= ${min}`, 'pass a number without a fraction')
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
