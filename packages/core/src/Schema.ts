/**
 * Building blocks of the zod schemas at every door: canonical forms with limits, and one way to turn a refusal into a
 * typed error that names the path, the value, the rule and the fix.
 *
 * @module
 */
import * as z from 'zod'
import { type Address, assertInteger, assertObject, type Hex, toHex } from './Encoding.js'
import { BaseError, type Details, InvalidInputError, show } from './Errors.js'

const HEX = /^0x(?:[0-9a-f]{2})*$/
const DECIMAL = /^(?:0|[1-9][0-9]*)$/
/** How deep data may be nested: far beyond any message, and what a cycle runs into. */
const MAX_DEPTH = 256
const LONE_SURROGATE = /\p{Cs}/u

/** A schema from a function that returns the value or `undefined`, with its rule and fix. */
function of<T>(read: (value: unknown) => T | undefined, rule: string, fix: string): z.ZodType<T> {
  return z.unknown().transform((value, context): T => {
    const result = read(value)
    if (result !== undefined) return result
    context.issues.push({ code: 'custom', message: rule, input: value, params: { fix } })
    return z.NEVER
  })
}

/**
 * Canonical hex of exactly `length` bytes.
 *
 * @example
 * ```ts
 * import { Schema } from '@spotcheck/core'
 *
 * Schema.accepts(Schema.fixedBytes(2), '0xbeef') // true
 * Schema.accepts(Schema.fixedBytes(2), '0xBEEF') // false
 * ```
 */
export function fixedBytes(length: number): z.ZodType<Hex> {
  assertInteger(length, 'length')
  return of(
    (value) => (isHex(value, length) && value.length === 2 + 2 * length ? value : undefined),
    `${length} bytes as lower-case 0x hex`,
    `pass ${2 * length} hex digits after 0x, in lower case`,
  )
}

/**
 * Canonical hex of at most `max` bytes.
 *
 * @throws Errors.InvalidInputError if `max` is no whole number.
 * @example
 * ```ts
 * import { Schema } from '@spotcheck/core'
 *
 * Schema.accepts(Schema.bytes(2), '0xbeef') // true
 * Schema.accepts(Schema.bytes(2), '0xbeef00') // false
 * ```
 */
export function bytes(max: number): z.ZodType<Hex> {
  assertInteger(max, 'max')
  return of(
    (value) => (isHex(value, max) ? value : undefined),
    `at most ${max} bytes as lower-case 0x hex`,
    'pass Encoding.toHex(bytes), within the limit',
  )
}

function isHex(value: unknown, max: number): value is Hex {
  return typeof value === 'string' && value.length <= 2 + 2 * max && HEX.test(value)
}

/** 32 bytes as canonical hex. */
export const bytes32: z.ZodType<Hex> = fixedBytes(32)

/** An address: 20 bytes as lower-case hex (lower a checksummed one first). */
export const address: z.ZodType<Address> = fixedBytes(20)

/** A 65-byte secp256k1 signature, r || s || v. Whether it is canonical is judged where it is recovered. */
export const signature: z.ZodType<Hex> = fixedBytes(65)

/**
 * An unsigned integer of at most `bits` bits: a bigint, or its canonical decimal string (the JSON form).
 *
 * @throws Errors.InvalidInputError if `bits` is not a whole number up to 65536.
 * @example
 * ```ts
 * import { Schema } from '@spotcheck/core'
 *
 * Schema.accepts(Schema.uint(8), 255n) // true
 * Schema.accepts(Schema.uint(8), '256') // false
 * Schema.accepts(Schema.uint(8), '007') // false
 * ```
 */
export function uint(bits: number): z.ZodType<bigint> {
  const limit = 1n << BigInt(assertInteger(bits, 'bits', 0, 65_536))
  const digits = limit.toString().length
  return of(
    (value) => {
      const decimal = typeof value === 'string' && value.length <= digits && DECIMAL.test(value)
      const number = typeof value === 'bigint' ? value : decimal ? BigInt(value) : undefined
      return number !== undefined && number >= 0n && number < limit ? number : undefined
    },
    `a bigint (or decimal string) from 0 to 2^${bits} - 1`,
    'pass a bigint such as 1000n, or "1000" in JSON',
  )
}

/**
 * A whole number in [min, max], as a JavaScript number.
 *
 * @throws Errors.InvalidInputError if they are not whole numbers, or no number lies between.
 * @example
 * ```ts
 * import { Schema } from '@spotcheck/core'
 *
 * Schema.accepts(Schema.integer(1, 3), 3) // true
 * Schema.accepts(Schema.integer(1, 3), 3n) // false
 * ```
 */
export function integer(min = 0, max: number = Number.MAX_SAFE_INTEGER): z.ZodType<number> {
  assertInteger(max, 'max', assertInteger(min, 'min', Number.MIN_SAFE_INTEGER))
  return of(
    (value) =>
      typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max ? value : undefined,
    `a whole number from ${min} to ${max}`,
    'pass a number in that range',
  )
}

/** True or false. */
export const boolean: z.ZodType<boolean> = of(
  (value) => (typeof value === 'boolean' ? value : undefined),
  'true or false',
  'pass a boolean, not a word or a number',
)

/**
 * Text of at most `max` UTF-16 units. Lone surrogates are refused: they have no UTF-8, so a signature would not bind
 * them.
 * @example
 * ```ts
 * import { Schema } from '@spotcheck/core'
 *
 * Schema.accepts(Schema.text(5), 'short') // true
 * Schema.accepts(Schema.text(5), '\ud83d') // false
 * ```
 */
export function text(max: number): z.ZodType<string> {
  assertInteger(max, 'max')
  return of(
    (value) => (typeof value === 'string' && value.length <= max && !LONE_SURROGATE.test(value) ? value : undefined),
    `well-formed text of at most ${max} characters`,
    'shorten it, without cutting a character in two',
  )
}

/**
 * A list of `min` to `max` elements: its length is judged before any element is looked at.
 *
 * @example
 * ```ts
 * import { Schema } from '@spotcheck/core'
 *
 * Schema.accepts(Schema.list(Schema.bytes32, 0, 64), []) // true
 * ```
 */
export function list<T>(element: z.ZodType<T>, min: number, max: number): z.ZodType<T[]> {
  assertInteger(max, 'max', assertInteger(min, 'min'))
  const counted = of(
    (value) => (Array.isArray(value) && value.length >= min && value.length <= max ? value : undefined),
    `an array of ${min} to ${max} elements`,
    'pass a list of that length',
  )
  return counted.pipe(z.array(element))
}

/**
 * One of a few words.
 *
 * @example
 * ```ts
 * import { Schema } from '@spotcheck/core'
 *
 * Schema.accepts(Schema.oneOf('full', 'evidence'), 'full') // true
 * ```
 */
export function oneOf<T extends string>(...words: readonly T[]): z.ZodType<T> {
  const list = words.map((word) => `"${word}"`).join(' | ')
  return of((value) => words.find((word) => word === value), list, 'pass one of these words')
}

/**
 * Parses or throws the module's own typed error. The result is a copy: nothing of `value` that the schema describes is
 * shared with it.
 *
 * @throws `Failure`, naming the first offending path, its value, the rule and the fix.
 * @example
 * ```ts
 * import { Schema } from '@spotcheck/core'
 *
 * Schema.parse(Schema.uint(128), '5', 'reward', Schema.MalformedError) // 5n
 * ```
 */
export function parse<T>(
  schema: z.ZodType<T>,
  value: unknown,
  subject: string,
  Failure: new (shortMessage: string, details: Details) => BaseError,
): T {
  const result = safely(() => schema.safeParse(value))
  if (result?.success) return result.data
  throw new Failure(`${subject} is malformed.`, explain(subject, value, result?.error.issues[0]))
}

/**
 * Does the value have that form? Never throws.
 * @example
 * ```ts
 * import { Schema } from '@spotcheck/core'
 *
 * Schema.accepts(Schema.address, `0x${'ab'.repeat(20)}`) // true
 * Schema.accepts(Schema.address, undefined) // false
 * ```
 */
export function accepts(schema: z.ZodType, value: unknown): boolean {
  return safely(() => schema.safeParse(value).success) === true
}

function explain(subject: string, value: unknown, issue: z.core.$ZodIssue | undefined): Details {
  if (issue === undefined)
    return { subject, value, rule: 'a plain object that can be read', fix: 'pass plain data, without throwing getters' }
  const path = [subject, ...issue.path.map(String)].join('.')
  const at = safely(() => issue.path.reduce<unknown>((node, key) => (node as Record<PropertyKey, unknown>)[key], value))
  if (issue.code === 'unrecognized_keys')
    return { subject: path, value: at, rule: `no unknown keys: ${some(issue.keys)}`, fix: 'remove or rename them' }
  const fix = issue.code === 'custom' ? issue.params?.fix : undefined
  return { subject: path, value: at, rule: issue.message, fix: fix ?? 'pass a value of that form' }
}

/** The first few keys, safe to print: they are whatever a sender chose. */
function some(keys: readonly string[]): string {
  const shown = keys.slice(0, 4).map(show).join(', ')
  return keys.length > 4 ? `${shown} and ${keys.length - 4} more` : shown
}

function safely<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

/**
 * Freezes plain data all the way down and returns it.
 *
 * @throws Errors.InvalidInputError on what is no object, holds itself or bytes: neither can be frozen.
 * @example
 * ```ts
 * import { Schema } from '@spotcheck/core'
 *
 * Object.isFrozen(Schema.freeze({ list: [1] }).list) // true
 * ```
 */
export function freeze<T extends object>(value: T): T {
  return frozen(assertObject(value, 'value'), 0)
}

function frozen<T extends object>(value: T, depth: number): T {
  if (depth > MAX_DEPTH || ArrayBuffer.isView(value))
    throw new InvalidInputError("value can't be frozen all the way down.", {
      subject: 'value',
      value,
      rule: `plain data, nested at most ${MAX_DEPTH} deep, without bytes`,
      fix: 'pass what a schema returned: no cycles, and bytes as Encoding.toHex(bytes)',
    })
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) frozen(inner, depth + 1)
  return Object.freeze(value)
}

/**
 * A message as JSON-ready data: bigints become decimal strings, bytes become hex.
 *
 * @example
 * ```ts
 * import { Schema } from '@spotcheck/core'
 *
 * JSON.stringify({ reward: 5n }, Schema.toJson) // '{"reward":"5"}'
 * ```
 */
export function toJson(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  return value instanceof Uint8Array ? toHex(value) : value
}

/** Parameter to `parse` for values that have no error class of their own. */
export class MalformedError extends BaseError {
  override name = 'Schema.MalformedError'
}
