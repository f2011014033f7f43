/**
 * Options that several policies have.
 *
 * @module
 */
import * as z from 'zod'

const RULE = 'a share from 0 to 1'

/** A share of something, from 0 to 1. */
export function shareOf(byDefault: number): z.ZodDefault<z.ZodNumber> {
  return z.number(RULE).min(0, RULE).max(1, RULE).default(byDefault)
}

/** A factor of a cost, >= 0. */
export function factorOf(byDefault: number): z.ZodDefault<z.ZodNumber> {
  return z.number('a factor >= 0').min(0, 'a factor >= 0').default(byDefault)
}
