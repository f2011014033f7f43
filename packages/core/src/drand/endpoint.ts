/// <reference types="node" />
import * as z from 'zod'
import * as Beacon from '../Beacon.js'
import type { Hex } from '../Encoding.js'
import { BaseError, type Details } from '../Errors.js'
import { ExchangeFailure, exchange } from '../http/exchange.js'
import type { RoundValue } from '../ports/index.js'

/** A chain that is built in. */
export type ChainName = keyof typeof Beacon.chains

/** What is asked of an endpoint. */
export type Question = Readonly<{
  endpoint: string
  chain: ChainName
  round: number
  /** Milliseconds for the whole answer. */
  timeout: number
  signal: AbortSignal | undefined
}>

/** Why an endpoint's answer was no use. */
export type EndpointFailure =
  | 'unreachable'
  | 'timeout'
  | 'status'
  | 'oversized'
  | 'malformed'
  | 'wrong-round'
  | 'bad-signature'

/** A round is less than 600 bytes. */
const MAX_BYTES = 4_096

const form = z.object({
  round: z.int().min(1),
  signature: z.string().regex(/^(?:[0-9a-f]{96}|[0-9a-f]{192})$/),
  previous_signature: z
    .string()
    .regex(/^(?:[0-9a-f]{64}|[0-9a-f]{192})$/)
    .optional(),
})

/** The verified round from one endpoint. @throws EndpointError, or the signal's reason once it is aborted. */
export async function ask(question: Question): Promise<RoundValue> {
  const text = await answerTo(question)
  const answer = form.safeParse(parsed(text))
  if (!answer.success) throw malformed(question, text)
  const { round, signature, previous_signature: previous } = answer.data
  if (round !== question.round) throw wrongRound(question, round)
  const chained = previous === undefined ? {} : { previousSignature: previous }
  if (!Beacon.verifyDrand(question.chain, { round, signature, ...chained })) throw badSignature(question, signature)
  const value = { round, signature: `0x${signature}` as Hex }
  return previous === undefined ? value : { ...value, previousSignature: `0x${previous}` }
}

/** The text of the answer. */
async function answerTo(question: Question): Promise<string> {
  const { endpoint, chain, round, timeout, signal } = question
  const url = `${endpoint}/${Beacon.chains[chain].hash}/public/${round}`
  const bounds = { timeout, signal, bytes: MAX_BYTES }
  const { status, body } = await exchange(url, { headers: { accept: 'application/json' } }, bounds).catch((error) => {
    throw error instanceof ExchangeFailure ? failures[error.reason](question, error) : error
  })
  if (status < 200 || status > 299) throw badStatus(question, status)
  return new TextDecoder().decode(body)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

type Said = Omit<Details, 'fix' | 'see'> & Readonly<{ fix?: string }>

function failure(question: Question, reason: EndpointFailure, what: string, said: Said): EndpointError {
  const { endpoint, chain, round } = question
  const fix = said.fix ?? 'nothing of it was used; take the endpoint off the list if it goes on like this'
  return new EndpointError(
    `${endpoint} gave no round ${round} of ${chain}: ${what}.`,
    { ...said, fix, see: 'protocol.md, Beacon' },
    { endpoint, reason },
  )
}

const failures = { unreachable, timeout: late, oversized }

function unreachable(question: Question, cause: ExchangeFailure): EndpointError {
  const fix = 'check the address and the way to it: DNS, firewall, proxy, certificate'
  return failure(question, 'unreachable', 'it can’t be reached', {
    ...{ subject: 'cause', value: cause.why, rule: 'an HTTP server that answers', fix, cause },
  })
}

function late(question: Question): EndpointError {
  return failure(question, 'timeout', 'it did not finish its answer in time', {
    subject: 'timeout',
    value: question.timeout,
    rule: `a whole answer within ${question.timeout} ms`,
    fix: 'ask another endpoint, or pass a longer timeout',
  })
}

function badStatus(question: Question, status: number): EndpointError {
  return failure(question, 'status', 'it answered with an error or a redirect', {
    subject: 'status',
    value: status,
    rule: 'a status from 200 to 299; redirects are not followed',
    fix: 'pass the address where rounds are served; a round that is yet to come is answered with 404 or 425',
  })
}

function oversized(question: Question): EndpointError {
  return failure(question, 'oversized', 'its answer is too long', {
    subject: 'answer',
    value: `more than ${MAX_BYTES} bytes`,
    rule: `at most ${MAX_BYTES} bytes`,
  })
}

function malformed(question: Question, text: string): EndpointError {
  return failure(question, 'malformed', 'its answer is no round', {
    subject: 'answer',
    value: text,
    rule: 'JSON of a round: its number, its signature and, of a chained one, the previous signature, in lower-case hex',
  })
}

function wrongRound(question: Question, round: number): EndpointError {
  return failure(question, 'wrong-round', 'it answered with another round', {
    subject: 'round',
    value: round,
    rule: `${question.round}, the round that was asked for`,
  })
}

function badSignature(question: Question, signature: string): EndpointError {
  return failure(question, 'bad-signature', 'the signature is not the chain’s', {
    subject: 'signature',
    value: signature,
    rule: `the signature of round ${question.round} by the key of ${question.chain}`,
  })
}

/** An endpoint did not give a round that is one. Nothing of its answer was used. */
export class EndpointError extends BaseError {
  override name = 'Drand.EndpointError'
  readonly endpoint: string
  readonly reason: EndpointFailure

  constructor(message: string, details: Details, { endpoint, reason }: Pick<EndpointError, 'endpoint' | 'reason'>) {
    super(message, details)
    this.endpoint = endpoint
    this.reason = reason
  }
}
