/**
 * Unbiased integers out of hashes.
 *
 * @module
 */
import { assertBytes, concat, toUint, uint } from '../Encoding.js'
import { InvalidInputError } from '../Errors.js'
import * as Hash from '../Hash.js'

const SPACE = 1n << 256n

/**
 * A uniform integer in [0, m) that `x` decides: the first `v_j = uint256(tagged("uniform", x || u32 j))`, j = 0, 1, ...,
 * below the largest multiple of m, taken mod m. So no residue is more likely than another; below 2 hashes on average.
 *
 * @throws Errors.InvalidInputError if `x` is not bytes or `m` not a bigint from 1 to 2^256.
 * @see protocol.md, Bytes
 * @example
 * ```ts
 * import { Sample } from '@spotcheck/core'
 *
 * Sample.uniform(new Uint8Array(32), 6n) < 6n // true
 * ```
 */
export function uniform(x: Uint8Array, m: bigint): bigint {
  assertBytes(x, 'x')
  if (typeof m !== 'bigint' || m < 1n || m > SPACE) throw invalidModulus(m)
  const limit = SPACE - (SPACE % m)
  for (let j = 0; ; j++) {
    const v = toUint(Hash.tagged('uniform', concat(x, uint(j, 4))))
    if (v < limit) return v % m
  }
}

function invalidModulus(m: unknown): InvalidInputError {
  return new InvalidInputError('m is not the size of a range.', {
    subject: 'm',
    value: m,
    rule: 'a bigint, 1 <= m <= 2^256',
    fix: 'pass how many values there are to draw from, e.g. the total stake',
    see: 'protocol.md, Bytes',
  })
}
