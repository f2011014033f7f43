/**
 * Bytes, hex and the fixed-width big-endian integers of protocol.md, "Bytes".
 *
 * @module
 */
import { bytesToHex, concatBytes, hexToBytes } from '@noble/hashes/utils.js'
import { InvalidInputError } from './Errors.js'

/** Lower-case, 0x-prefixed, two digits a byte. */
export type Hex = `0x${string}`
/** 20 bytes, lower-case hex. Compared as a string; checksummed forms are accepted at the edge and lowered. */
export type Address = Hex

/** The zero 32 bytes. */
export const zero32: Hex = `0x${'00'.repeat(32)}`
/** The zero 20 bytes: nobody's address. */
export const zeroAddress: Address = `0x${'00'.repeat(20)}`

const HEX = /^0x(?:[0-9a-f]{2})*$/

/**
 * Bytes to canonical hex.
 *
 * @throws InvalidInputError if `bytes` is not a Uint8Array.
 * @example
 * ```ts
 * import { Encoding } from '@spotcheck/core'
 *
 * Encoding.toHex(new Uint8Array([1, 255])) // '0x01ff'
 * ```
 */
export function toHex(bytes: Uint8Array): Hex {
  return `0x${bytesToHex(assertBytes(bytes, 'bytes'))}`
}

/**
 * Canonical hex (lower-case, 0x, whole bytes) to bytes.
 *
 * @throws InvalidInputError on anything else: there is one spelling per value.
 * @example
 * ```ts
 * import { Encoding } from '@spotcheck/core'
 *
 * Encoding.fromHex('0x01ff') // Uint8Array [1, 255]
 * ```
 */
export function fromHex(value: Hex, subject = 'value', length?: number): Uint8Array {
  if (typeof value !== 'string' || !HEX.test(value))
    throw new InvalidInputError(`${subject} is not canonical hex.`, {
      subject,
      value,
      rule: '0x, then two lower-case hex digits a byte',
      fix: 'pass bytes through Encoding.toHex',
      see: 'protocol.md, Bytes',
    })
  return assertBytes(hexToBytes(value.slice(2)), subject, length)
}

/**
 * Bytes given as bytes or canonical hex, of `length` where given.
 *
 * @throws InvalidInputError
 * @example
 * ```ts
 * import { Encoding } from '@spotcheck/core'
 *
 * Encoding.toBytes('0x0102') // Uint8Array [1, 2]
 * Encoding.toBytes(Uint8Array.of(1, 2)) // Uint8Array [1, 2]
 * ```
 */
export function toBytes(value: Uint8Array | Hex, subject = 'value', length?: number): Uint8Array {
  return typeof value === 'string' ? fromHex(value, subject, length) : assertBytes(value, subject, length)
}

/**
 * Is it a Uint8Array with its memory? One that was transferred to another thread is as long as none, and would pass for
 * empty bytes.
 *
 * @example
 * ```ts
 * import { Encoding } from '@spotcheck/core'
 *
 * const bytes = Uint8Array.of(1, 2)
 * Encoding.isBytes(bytes) // true
 * structuredClone(bytes, { transfer: [bytes.buffer] })
 * Encoding.isBytes(bytes) // false
 * ```
 */
export function isBytes(value: unknown): value is Uint8Array {
  // isView first: it is false, and throws nothing, for proxies and for objects that only inherit from Uint8Array.
  return ArrayBuffer.isView(value) && value instanceof Uint8Array && (value.length > 0 || hasMemory(value))
}

/** Every method of a typed array but its length throws where the memory is gone. */
function hasMemory(bytes: Uint8Array): boolean {
  try {
    Uint8Array.prototype.at.call(bytes, 0)
    return true
  } catch {
    return false
  }
}

/**
 * Returns `value` if it is a Uint8Array (of `length` bytes, where given).
 *
 * @throws InvalidInputError
 * @example
 * ```ts
 * import { Encoding, Errors } from '@spotcheck/core'
 *
 * Encoding.assertBytes(Uint8Array.of(7), 'salt') // Uint8Array [7]
 * try {
 *   Encoding.assertBytes('0x00', 'salt', 32)
 * } catch (error) {
 *   if (error instanceof Errors.InvalidInputError) console.log(error.subject) // 'salt'
 * }
 * ```
 */
export function assertBytes(value: unknown, subject: string, length?: number): Uint8Array {
  if (isBytes(value) && (length === undefined || value.length === length)) return value
  const wanted = length === undefined ? 'bytes' : `${length} bytes`
  throw new InvalidInputError(`${subject} must be ${wanted}.`, {
    subject,
    value,
    rule: `a Uint8Array${length === undefined ? '' : ` of ${length} bytes`}`,
    fix: 'pass the raw bytes; hex goes through Encoding.fromHex',
    see: 'protocol.md, Bytes',
  })
}

/**
 * Returns `value` if it is an integer in [min, max].
 *
 * @throws InvalidInputError
 * @example
 * ```ts
 * import { Encoding, Errors } from '@spotcheck/core'
 *
 * Encoding.assertInteger(3, 'index') // 3
 * try {
 *   Encoding.assertInteger(0.5, 'index')
 * } catch (error) {
 *   if (error instanceof Errors.InvalidInputError) console.log(error.subject) // 'index'
 * }
 * ```
 */
export function assertInteger(value: unknown, subject: string, min = 0, max: number = Number.MAX_SAFE_INTEGER): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value
  throw new InvalidInputError(`${subject} must be a whole number in range.`, {
    subject,
    value,
    rule: `an integer from ${min} to ${max}`,
    fix: typeof value === 'bigint' ? 'pass a number, not a bigint' : 'pass a number in that range',
  })
}

/**
 * Returns `value` if it has properties to read, so that a call with no arguments fails by name.
 *
 * @throws InvalidInputError
 * @example
 * ```ts
 * import { Encoding, Errors } from '@spotcheck/core'
 *
 * Encoding.assertObject({ epoch: 3 }, 'options').epoch // 3
 * try {
 *   Encoding.assertObject(undefined as never, 'options')
 * } catch (error) {
 *   if (error instanceof Errors.InvalidInputError) console.log(error.subject) // 'options'
 * }
 * ```
 */
export function assertObject<value extends object>(value: value, subject: string): value {
  if (typeof value === 'object' && value !== null) return value
  throw new InvalidInputError(`${subject} must be an object.`, {
    subject,
    value,
    rule: 'an object with named fields',
    fix: 'pass the fields by name: { field: value }',
  })
}

/**
 * Returns `value` if it is an array of at most `max` elements.
 *
 * @throws InvalidInputError
 * @example
 * ```ts
 * import { Encoding, Errors } from '@spotcheck/core'
 *
 * Encoding.assertList([1, 2], 'indices', 2) // [1, 2]
 * try {
 *   Encoding.assertList([1, 2, 3], 'indices', 2)
 * } catch (error) {
 *   if (error instanceof Errors.InvalidInputError) console.log(error.subject) // 'indices'
 * }
 * ```
 */
export function assertList<element>(
  value: readonly element[],
  subject: string,
  max: number = Number.MAX_SAFE_INTEGER,
): readonly element[] {
  if (Array.isArray(value) && value.length <= max) return value
  throw new InvalidInputError(`${subject} must be an array${Array.isArray(value) ? ' within its limit' : ''}.`, {
    subject,
    value,
    rule: max === Number.MAX_SAFE_INTEGER ? 'an array' : `an array of at most ${max} elements`,
    fix: Array.isArray(value) ? 'split it' : 'pass the list, even if it has one element',
  })
}

/**
 * Returns `value` if it is one of `words`.
 *
 * @throws InvalidInputError
 * @example
 * ```ts
 * import { Encoding, Errors } from '@spotcheck/core'
 *
 * Encoding.assertOneOf('full', 'mode', ['full', 'evidence']) // 'full'
 * try {
 *   Encoding.assertOneOf('half' as never, 'mode', ['full', 'evidence'])
 * } catch (error) {
 *   if (error instanceof Errors.InvalidInputError) console.log(error.subject) // 'mode'
 * }
 * ```
 */
export function assertOneOf<word extends string>(value: word, subject: string, words: readonly word[]): word {
  if (words.includes(value)) return value
  const list = words.map((word) => `"${word}"`).join(' | ')
  throw new InvalidInputError(`${subject} is none of its words.`, {
    subject,
    value,
    rule: list,
    fix: 'pass one of these words',
  })
}

/**
 * Returns `value` if it is a bigint of at least `min`, where given.
 *
 * @throws InvalidInputError
 * @example
 * ```ts
 * import { Encoding, Errors } from '@spotcheck/core'
 *
 * Encoding.assertBigint(5n, 'stake', 1n) // 5n
 * try {
 *   Encoding.assertBigint(0n, 'stake', 1n)
 * } catch (error) {
 *   if (error instanceof Errors.InvalidInputError) console.log(error.subject) // 'stake'
 * }
 * ```
 */
export function assertBigint(value: bigint, subject: string, min?: bigint): bigint {
  if (typeof value === 'bigint' && (min === undefined || value >= min)) return value
  throw new InvalidInputError(`${subject} must be a bigint${min === undefined ? '' : ' in range'}.`, {
    subject,
    value,
    rule: min === undefined ? 'a bigint' : `a bigint of at least ${min}`,
    fix: typeof value === 'bigint' ? 'pass a larger one' : 'write 5n, not 5',
  })
}

/**
 * Returns `value` if it is a string.
 *
 * @throws InvalidInputError
 * @example
 * ```ts
 * import { Encoding, Errors } from '@spotcheck/core'
 *
 * Encoding.assertText('burn', 'account') // 'burn'
 * try {
 *   Encoding.assertText(5 as never, 'account')
 * } catch (error) {
 *   if (error instanceof Errors.InvalidInputError) console.log(error.subject) // 'account'
 * }
 * ```
 */
export function assertText(value: string, subject: string): string {
  if (typeof value === 'string') return value
  throw new InvalidInputError(`${subject} must be text.`, { subject, value, rule: 'a string', fix: 'pass a string' })
}

/**
 * Returns `value` if it is true or false.
 *
 * @throws InvalidInputError
 * @example
 * ```ts
 * import { Encoding, Errors } from '@spotcheck/core'
 *
 * Encoding.assertBoolean(true, 'greedy') // true
 * try {
 *   Encoding.assertBoolean('yes' as never, 'greedy')
 * } catch (error) {
 *   if (error instanceof Errors.InvalidInputError) console.log(error.subject) // 'greedy'
 * }
 * ```
 */
export function assertBoolean(value: boolean, subject: string): boolean {
  if (typeof value === 'boolean') return value
  const fix = 'pass a boolean, not a word or a number'
  throw new InvalidInputError(`${subject} must be true or false.`, { subject, value, rule: 'true or false', fix })
}

/**
 * Joins byte arrays.
 *
 * @throws InvalidInputError if a part is not bytes.
 * @example
 * ```ts
 * import { Encoding } from '@spotcheck/core'
 *
 * Encoding.concat(Uint8Array.of(1), Uint8Array.of(2, 3)) // Uint8Array [1, 2, 3]
 * ```
 */
export function concat(...parts: Uint8Array[]): Uint8Array {
  for (const part of parts) assertBytes(part, 'part')
  return concatBytes(...parts)
}

/**
 * A whole number as `size` big-endian bytes.
 *
 * @throws InvalidInputError if it is negative, not whole or does not fit, or `size` is not a whole number up to 65536.
 * @example
 * ```ts
 * import { Encoding } from '@spotcheck/core'
 *
 * Encoding.uint(258, 4) // Uint8Array [0, 0, 1, 2]
 * ```
 */
export function uint(value: number | bigint, size: number, subject = 'value'): Uint8Array {
  if (typeof value !== 'bigint') assertInteger(value, subject)
  assertInteger(size, 'size', 0, 65_536)
  let rest = BigInt(value)
  if (rest < 0n || rest >> BigInt(8 * size) !== 0n)
    throw new InvalidInputError(`${subject} does not fit ${8 * size} bits.`, {
      subject,
      value,
      rule: `0 <= ${subject} < 2^${8 * size}`,
      fix: 'pass a smaller, non-negative number',
      see: 'protocol.md, Bytes',
    })
  const bytes = new Uint8Array(size)
  for (let i = size - 1; i >= 0; i--, rest >>= 8n) bytes[i] = Number(rest & 255n)
  return bytes
}

/**
 * Big-endian bytes as a bigint; empty bytes are 0.
 *
 * @throws InvalidInputError
 * @example
 * ```ts
 * import { Encoding } from '@spotcheck/core'
 *
 * Encoding.toUint(Uint8Array.of(1, 0)) // 256n
 * ```
 */
export function toUint(bytes: Uint8Array): bigint {
  return assertBytes(bytes, 'bytes').length === 0 ? 0n : BigInt(toHex(bytes))
}

/**
 * Are two byte strings equal? Not constant-time: for public values only.
 *
 * @throws InvalidInputError
 * @example
 * ```ts
 * import { Encoding } from '@spotcheck/core'
 *
 * Encoding.equal(Uint8Array.of(1, 2), Encoding.fromHex('0x0102')) // true
 * ```
 */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return assertBytes(a, 'a').length === assertBytes(b, 'b').length && a.every((byte, i) => byte === b[i])
}
