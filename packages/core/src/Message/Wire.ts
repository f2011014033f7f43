/**
 * Messages as text and bytes: one spelling each, so that equal messages are equal bytes.
 *
 * The canonical form is JSON without white space. Keys stand in the order of the EIP-712 struct (`version`, `kind`,
 * `body`, `signature` around it); integers below 2^53 are JSON numbers and larger types decimal strings, without leading
 * zeros; bytes are lower-case hex with 0x; text is escaped as RFC 8785 says. The byte form is its UTF-8, without a mark.
 */
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { bytesToString } from 'viem'
import * as z from 'zod'
import { assertBytes, assertInteger, assertObject, equal, type Hex } from '../Encoding.js'
import * as Schema from '../Schema.js'
import * as Task from '../Task.js'
import * as TaskKey from '../TaskKey.js'
import * as VrfKey from '../VrfKey.js'
import { decode, type Envelope, type Kind, MalformedMessageError, names } from './Form.js'

/** What is signed between two parties, outside the round: no event of `Round`, but the same wire. */
export type Papers = Readonly<{
  task: Task.Task
  'task-key': TaskKey.TaskKey
  'vrf-key': VrfKey.VrfKey
}>

/** Which paper. */
export type PaperKind = keyof Papers

/** A paper on the wire. The signature is over the EIP-712 digest of the body; that of a `task-key` may be an account's. */
export type Paper<K extends PaperKind = PaperKind> = {
  [T in K]: Readonly<{ version: 1; kind: T; body: Papers[T]; signature: Hex }>
}[K]

/** Whatever goes over the wire. */
export type Wire = Envelope | Paper

/** Limits of {@link parse} below its own. */
export type Limits = Readonly<{
  /** Longest message that is looked at, bytes. */
  bytes?: number | undefined
}>

const small = 1 << 12
const large = 1 << 23

/** Longest canonical form of each kind, bytes. More is refused before it is parsed, and not encoded either. */
export const maxBytes: Readonly<Record<Kind | PaperKind, number>> = {
  batch: small,
  'beacon-commit': small,
  'beacon-reveal': small,
  disclosure: large,
  'verifier-commitment': small,
  indeterminate: small,
  opening: large,
  reveal: large,
  receipt: small,
  voucher: small,
  checkpoint: small,
  inclusion: large,
  consistency: large,
  leak: large,
  canary: large,
  appeal: small,
  ruling: small,
  task: small,
  'task-key': 1 << 18,
  'vrf-key': small,
}

/** Deepest nesting of the form: envelope, body, list, element. */
const maxDepth = 4

const papers: { readonly [K in PaperKind]: z.ZodType<Papers[K]> } = {
  task: Task.schema,
  'task-key': TaskKey.schema,
  'vrf-key': VrfKey.schema,
}

/**
 * The canonical text of a message.
 *
 * @throws MalformedMessageError if it would not decode, or is longer than `maxBytes` of its kind: nobody should send what
 * nobody reads.
 * @example
 * ```ts
 * import { Encoding, Message } from '@spotcheck/core'
 *
 * const place = { paramsHash: Encoding.zero32, executor: Encoding.zeroAddress, epoch: 0 }
 * const signature: Encoding.Hex = `0x${'11'.repeat(64)}1b`
 * const body = { leafHash: Encoding.zero32, index: 3, ...place }
 * const text = Message.encode({ version: 1, kind: 'receipt', body, signature })
 * text.slice(0, 51) // '{"version":1,"kind":"receipt","body":{"paramsHash":'
 * ```
 */
export function encode(envelope: Wire): string {
  const made = decodeWire(envelope)
  const text = render(made)
  if (text.length > maxBytes[made.kind]) throw tooLong(text.length, maxBytes[made.kind])
  return text
}

/**
 * The canonical bytes of a message: UTF-8 of {@link encode}.
 *
 * @throws MalformedMessageError as {@link encode}.
 * @example
 * ```ts
 * import { Encoding, Message } from '@spotcheck/core'
 *
 * const account = { paramsHash: Encoding.zero32, client: Encoding.zeroAddress, executor: Encoding.zeroAddress, epoch: 0 }
 * const signature: Encoding.Hex = `0x${'11'.repeat(64)}1b`
 * const voucher = { version: 1, kind: 'voucher', body: { ...account, cumulative: 5n }, signature } as const
 * const received = Message.parse(Message.encodeBytes(voucher))
 * received.kind // 'voucher'
 * ```
 */
export function encodeBytes(envelope: Wire): Uint8Array {
  return utf8ToBytes(encode(envelope))
}

/**
 * Reads a message in its canonical form, text or bytes, and nothing else: other spellings, repeated keys, unknown kinds
 * and versions are refused. What comes out still has to be authenticated.
 *
 * Work before any signature is checked: the version, the kind and the length are judged by the first 80 characters; then
 * a few passes over at most `maxBytes` of the kind (or `limits.bytes`, if that is less), no hash, no number above 256
 * bits, nesting of at most 4. So it is linear in the message, and at most that of 8 MiB.
 *
 * @throws MalformedMessageError saying what is wrong and where; InvalidInputError if it is neither text nor bytes.
 * @example
 * ```ts
 * import { Encoding, Message } from '@spotcheck/core'
 *
 * const member = Encoding.zeroAddress
 * const body = { paramsHash: Encoding.zero32, member, epoch: 0, level: 0, secret: Encoding.zero32 }
 * const signature: Encoding.Hex = `0x${'11'.repeat(64)}1b`
 * const text = Message.encode({ version: 1, kind: 'beacon-reveal', body, signature })
 * Message.encode(Message.parse(text)) === text // true
 *
 * try {
 *   Message.parse(text, { bytes: 100 })
 * } catch (error) {
 *   if (error instanceof Message.MalformedMessageError) console.log(error.rule) // 'at most 100 bytes'
 * }
 * ```
 */
export function parse(message: string | Uint8Array, limits: Limits = {}): Wire {
  const { bytes = large } = assertObject(limits, 'limits')
  const kind = kindOf(textOf(assertText(message).slice(0, HEAD)))
  const limit = Math.min(assertInteger(bytes, 'limits.bytes', 1), maxBytes[kind])
  if (message.length > limit) throw tooLong(message.length, limit)
  const text = textOf(message)
  assertShallow(text)
  const made = decodeWire(readJson(text))
  if (!isSame(message, render(made))) throw notCanonical(text, render(made))
  return made
}

const paperEnvelope = z.strictObject({
  version: z.literal(1, { error: '1, the only version yet' }),
  kind: z.unknown(),
  body: z.unknown(),
  signature: Schema.signature,
})

const taskKeyEnvelope = paperEnvelope.extend({ signature: Schema.bytes(TaskKey.maxSignature) })

function decodeWire(value: unknown): Wire {
  const kind = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined
  if (!isPaper(kind)) return decode(value)
  const form = kind === 'task-key' ? taskKeyEnvelope : paperEnvelope
  const { version, body, signature } = Schema.parse(form, value, 'message', MalformedMessageError)
  const decoded = Schema.parse<object>(papers[kind], body, kind, MalformedMessageError)
  return { version, kind, body: decoded, signature } as Paper
}

function isPaper(kind: unknown): kind is PaperKind {
  return typeof kind === 'string' && Object.hasOwn(papers, kind)
}

function render(message: Wire): string {
  return JSON.stringify(message, Schema.toJson)
}

const HEAD = 80
const header = /^\{"version":(0|[1-9][0-9]{0,9}),"kind":"([a-z-]{1,24})","body":/

/** The kind that the first characters of a canonical message name. */
function kindOf(head: string): Kind | PaperKind {
  const [, version, kind = ''] = header.exec(head) ?? []
  if (version === undefined) throw notCanonical(head, '{"version":1,"kind":"batch","body":{…},"signature":"0x…"}')
  if (version !== '1') throw unknown('version', Number(version), '1, the only version yet')
  if (Object.hasOwn(maxBytes, kind)) return kind as Kind | PaperKind
  throw unknown('kind', kind, [...names, ...Object.keys(papers)].map((name) => `"${name}"`).join(' | '))
}

/** Counts brackets outside of texts, so that no parser is asked to go deeper than the form does. */
function assertShallow(text: string): void {
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (character === '"') i = endOfText(text, i)
    else if (character === '{' || character === '[') depth++
    else if (character === '}' || character === ']') depth--
    if (depth > maxDepth) throw tooDeep(text.slice(i))
  }
}

/** The quote that closes the one at `start`; the end if there is none. */
function endOfText(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end > 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end < 0 ? text.length : end
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0
  while (text[at - 1 - slashes] === '\\') slashes++
  return slashes % 2 === 1
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new MalformedMessageError('the message is not JSON.', {
      subject: 'message',
      value: text,
      rule: 'the canonical form: JSON (RFC 8259) without white space',
      fix: 'send what Message.encode made, all of it',
      see: 'protocol.md, Bytes',
      cause,
    })
  }
}

function assertText(message: string | Uint8Array): string | Uint8Array {
  return typeof message === 'string' ? message : assertBytes(message, 'message')
}

function textOf(message: string | Uint8Array): string {
  return typeof message === 'string' ? message : bytesToString(message)
}

/** Bytes are compared as bytes: what was no UTF-8 is not what its replacement says. */
function isSame(message: string | Uint8Array, canonical: string): boolean {
  return typeof message === 'string' ? message === canonical : equal(message, utf8ToBytes(canonical))
}

function unknown(field: string, value: unknown, rule: string): MalformedMessageError {
  const fix = 'speak the protocol of this version'
  return new MalformedMessageError(`the message’s ${field} is unknown.`, {
    subject: `message.${field}`,
    ...{ value, rule, fix },
  })
}

function tooLong(length: number, limit: number): MalformedMessageError {
  return new MalformedMessageError('the message is too long.', {
    subject: 'bytes',
    value: length,
    rule: `at most ${limit} bytes`,
    fix: 'open a large sample by several messages',
  })
}

function tooDeep(rest: string): MalformedMessageError {
  return new MalformedMessageError('the message is nested too deeply.', {
    subject: 'message',
    value: rest,
    rule: `at most ${maxDepth} levels`,
    fix: 'send what Message.encode made',
  })
}

function notCanonical(text: string, canonical: string): MalformedMessageError {
  let at = 0
  while (at < text.length && text[at] === canonical[at]) at++
  return new MalformedMessageError(`the message is not in its canonical form, from character ${at} on.`, {
    subject: 'found',
    value: text.slice(at, at + HEAD),
    rule: 'no white space, each key once and in order, numbers in decimal, hex in lower case',
    fix: 'send what Message.encode made; to read another spelling of your own, Message.decode takes parsed JSON',
    see: 'protocol.md, Bytes',
  })
}
