/// <reference types="node" />
import { assertBytes, assertInteger, assertObject, assertOneOf } from '../Encoding.js'
import { BaseError, InvalidInputError } from '../Errors.js'
import type { Clock, Parcel, Transport } from '../ports/index.js'
import { systemClock } from '../roles/clock.js'
import { type Exchanged, ExchangeFailure, exchange } from './exchange.js'
import { contentTypes, defaultBytes, isTopic, typeOf } from './form.js'

/** How a client goes about it. */
export type HttpTransportOptions = Readonly<{
  /** Milliseconds for one attempt, its whole answer included; by default 10,000. */
  timeout?: number | undefined
  /** Attempts in all; by default 6. */
  attempts?: number | undefined
  /** Milliseconds before the second attempt, at most; twice as many before each further one, up to `longest`. By default 100. */
  pause?: number | undefined
  /** Longest pause, milliseconds; by default 10,000. */
  longest?: number | undefined
  /** Bytes of an answer; by default 8 MiB. */
  bytes?: number | undefined
  clock?: Clock | undefined
  /** Uniform in [0, 1): spreads out those who were all turned away at once. By default `Math.random`. */
  chance?: (() => number) | undefined
}>

/**
 * Sends to peers by their base addresses. What was not answered, or by a server in trouble, is sent again after a pause
 * drawn from [0, pause · 2^n) ("full jitter"), or as long as the server asks for.
 *
 * `send` throws RefusedError for what the peer does not take, UnansweredError once all attempts have failed, and the
 * signal's reason once it is aborted.
 *
 * @throws InvalidInputError for options that are none.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 * @example
 * ```ts
 * import { httpServer, httpTransport } from '@spotcheck/core/http'
 *
 * const server = await httpServer({ topics: { echo: async (parcel) => parcel } })
 * const transport = httpTransport({ timeout: 2_000 })
 * const answer = await transport.send(server.url, 'echo', { type: 'bytes', body: Uint8Array.of(1, 2) })
 * answer?.body // Uint8Array [1, 2]
 * await server.close()
 * ```
 */
export function httpTransport(options: HttpTransportOptions = {}): Transport {
  const { clock = systemClock, chance = Math.random } = assertObject(options, 'options')
  const timeout = assertInteger(options.timeout ?? 10_000, 'timeout', 1, MAX_TIMER)
  const attempts = assertInteger(options.attempts ?? 6, 'attempts', 1, 64)
  const longest = assertInteger(options.longest ?? 10_000, 'longest', 0, MAX_TIMER)
  const first = assertInteger(options.pause ?? 100, 'pause', 0, MAX_TIMER)
  const bytes = assertInteger(options.bytes ?? defaultBytes, 'bytes', 0)
  const pauseAfter = (attempt: number) => chance() * Math.min(longest, first * 2 ** attempt)

  async function send(
    peer: string,
    topic: string,
    parcel: Parcel,
    { signal }: Readonly<{ signal?: AbortSignal | undefined }> = {},
  ): Promise<Parcel | undefined> {
    const url = addressOf(peer, topic)
    const init = requestOf(parcel)
    let why: unknown
    for (let attempt = 0; attempt < attempts; attempt++) {
      const answer = await exchange(url, init, { timeout, bytes, signal }).catch(failureOf)
      if (!isTrouble(answer)) return parcelOf(url, answer)
      why = answer instanceof ExchangeFailure ? (answer.why ?? answer.reason) : answer.status
      const asked = answer instanceof ExchangeFailure ? 0 : retryAfter(answer.headers)
      const pause = Math.min(longest, Math.max(asked, pauseAfter(attempt)))
      if (attempt + 1 < attempts) await clock.sleep(pause, { signal })
    }
    throw unanswered(url, attempts, why)
  }

  return { send }
}

const MAX_TIMER = 2 ** 31 - 1

function addressOf(peer: string, topic: string): string {
  const url = typeof peer === 'string' && URL.canParse(peer) ? new URL(peer) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '')
    throw invalid('peer', peer, 'an http or https address, without query or fragment', 'pass e.g. http://10.0.0.7:8700')
  if (!isTopic(topic))
    throw invalid('topic', topic, 'lower-case letters, digits and hyphens, at most 64', 'pass a topic of the peer')
  return `${url.href.replace(/\/+$/, '')}/${topic}`
}

function requestOf(parcel: Parcel): RequestInit {
  const { type, body } = assertObject(parcel, 'parcel')
  assertOneOf(type, 'parcel.type', Object.keys(contentTypes) as Parcel['type'][])
  // A copy that nobody changes while it is sent again.
  const content = assertBytes(body, 'parcel.body').slice()
  return { method: 'POST', body: content, headers: { 'content-type': contentTypes[type] } }
}

function failureOf(error: unknown): ExchangeFailure {
  if (error instanceof ExchangeFailure) return error
  throw error
}

/** What may be otherwise next time. */
function isTrouble(answer: Exchanged | ExchangeFailure): answer is Exchanged | ExchangeFailure {
  if (answer instanceof ExchangeFailure) return answer.reason !== 'oversized'
  return answer.status >= 500 || answer.status === 408 || answer.status === 429
}

/** Milliseconds that the server asks to wait for, of at most a minute; dates are not looked at. */
function retryAfter(headers: Headers): number {
  const text = headers.get('retry-after') ?? ''
  return /^\d{1,2}$/.test(text) ? Number(text) * 1_000 : 0
}

function parcelOf(url: string, answer: Exchanged | ExchangeFailure): Parcel | undefined {
  if (answer instanceof ExchangeFailure) throw refused(url, 'its answer is too long', answer.reason)
  const { status, headers, body } = answer
  if (status === 204) return undefined
  const type = typeOf(headers.get('content-type'))
  if (status === 200 && type !== undefined) return { type, body }
  throw refused(url, 'it did not take the parcel', `${status} ${new TextDecoder().decode(body.subarray(0, 1_024))}`)
}

function invalid(subject: string, value: unknown, rule: string, fix: string): InvalidInputError {
  return new InvalidInputError(`${subject} can’t be sent to.`, { subject, value, rule, fix })
}

function refused(url: string, what: string, value: string): RefusedError {
  return new RefusedError(`${url} refused: ${what}.`, {
    subject: 'answer',
    value,
    rule: 'status 200 with a parcel, or 204',
    fix: 'sending it again would not help: mend the parcel, its topic or the address',
  })
}

function unanswered(url: string, attempts: number, why: unknown): UnansweredError {
  return new UnansweredError(`${url} did not answer.`, {
    subject: 'last attempt',
    value: why,
    rule: `an answer to one of ${attempts} attempts`,
    fix: 'send it again later: whoever receives it twice gives the same answer',
  })
}

/** The peer does not take the parcel. */
export class RefusedError extends BaseError {
  override name = 'Http.RefusedError'
}

/** All attempts failed. Whether the peer has got the parcel is not known. */
export class UnansweredError extends BaseError {
  override name = 'Http.UnansweredError'
}
