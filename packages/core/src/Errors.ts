/**
 * Errors that teach: each names the value, the rule it breaks and what to do about it.
 *
 * Failures are errors; outcomes of the protocol (a mismatch, a missing reveal, a rejected event) are values and never
 * thrown. Every class is named for the module that throws it: `Sample.InvalidRateError`.
 *
 * @module
 */

/** What an error says besides its one-line message. */
export type Details = Readonly<{
  /** What the offending value is called, e.g. `rate` or `slash.mismatch`. */
  subject: string
  /** The offending value itself. */
  value: unknown
  /** The rule that it breaks. */
  rule: string
  /** What to do. */
  fix: string
  /** Where to read more, e.g. `protocol.md, Sample`. */
  see?: string | undefined
  cause?: unknown
}>

/**
 * Base of every error that the library throws.
 *
 * @example
 * ```ts
 * import { Errors, Sample } from '@spotcheck/core'
 *
 * try {
 *   Sample.bernoulli.indices({ seed: new Uint8Array(32), count: 10, rate: 2n * 10n ** 18n })
 * } catch (error) {
 *   if (error instanceof Errors.BaseError) console.log(error.name, error.rule, error.fix)
 * }
 * ```
 */
export class BaseError extends Error {
  override name = 'BaseError'
  /** The first line of the message. */
  readonly shortMessage: string
  readonly subject: string
  readonly value: unknown
  readonly rule: string
  readonly fix: string
  readonly see: string | undefined

  constructor(shortMessage: string, details: Details) {
    super(render(shortMessage, details), details.cause === undefined ? undefined : { cause: details.cause })
    this.shortMessage = shortMessage
    this.subject = details.subject
    this.value = details.value
    this.rule = details.rule
    this.fix = details.fix
    this.see = details.see
  }

  /** The first error in the chain of causes (this one included) for which `test` holds. */
  walk(test: (error: unknown) => boolean): unknown {
    const seen = new Set<unknown>()
    let error: unknown = this
    for (; error !== undefined && !seen.has(error); error = error instanceof Error ? error.cause : undefined) {
      if (test(error)) return error
      seen.add(error)
    }
    return undefined
  }
}

/** A value of the wrong kind, length or range at a door of the library. */
export class InvalidInputError extends BaseError {
  override name = 'Errors.InvalidInputError'
}

function render(shortMessage: string, { subject, value, rule, fix, see }: Details): string {
  const label = subject.length > 24 ? 'value' : subject
  const lines: [string, string][] = [
    [label, show(value)],
    ['rule', rule],
    ['fix', fix],
  ]
  if (see !== undefined) lines.push(['see', see])
  const width = Math.max(...lines.map(([key]) => key.length)) + 2
  return [shortMessage, ...lines.map(([key, text]) => `  ${key.padEnd(width)}${text}`)].join('\n')
}

const SHOWN = 88
const CONTROL = /[\p{Cc}\u2028\u2029]+/gu

/**
 * A short, safe rendering of any value, for messages: never throws, one line, never longer than about 120 characters.
 *
 * @example
 * ```ts
 * import { Errors } from '@spotcheck/core'
 *
 * Errors.show(12n) // '12n'
 * Errors.show(new Uint8Array(3)) // 'Uint8Array(3) 0x000000'
 * ```
 */
export function show(value: unknown): string {
  try {
    const text = describe(value)
    const line = text.slice(0, SHOWN).replace(CONTROL, ' ')
    const length = typeof value === 'string' ? value.length : text.length
    return text.length <= SHOWN ? line : `${line}… (${length} characters)`
  } catch {
    return `a value that can't be printed (${typeof value})`
  }
}

function describe(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'string') return JSON.stringify(value.length > 4 * SHOWN ? value.slice(0, 4 * SHOWN) : value)
  if (value instanceof Uint8Array)
    return `Uint8Array(${value.length}) 0x${hex(value.subarray(0, 32))}${value.length > 32 ? '…' : ''}`
  if (Array.isArray(value)) return `Array(${value.length})`
  if (typeof value === 'object' && value !== null) {
    const keys = Object.keys(value)
    return `object { ${keys.slice(0, 8).join(', ')}${keys.length > 8 ? ', …' : ''} }`
  }
  return String(value)
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
