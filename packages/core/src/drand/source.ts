/// <reference types="node" />
import * as Beacon from '../Beacon.js'
import { assertInteger, assertList, assertObject, assertOneOf } from '../Encoding.js'
import { BaseError, InvalidInputError } from '../Errors.js'
import type { BeaconSource } from '../ports/index.js'
import { ask, type ChainName, EndpointError } from './endpoint.js'

/** Where and for how long rounds are asked for. */
export type DrandOptions = Readonly<{
  /** Base addresses, tried in turn; by default {@link endpoints}. */
  endpoints?: readonly string[] | undefined
  /** Milliseconds that each endpoint has for its whole answer; by default 5,000. */
  timeout?: number | undefined
}>

/** The League of Entropy's public servers, each of which has every chain. */
export const endpoints: readonly string[] = Object.freeze([
  'https://api.drand.sh',
  'https://api2.drand.sh',
  'https://api3.drand.sh',
  'https://drand.cloudflare.com',
])

const MAX_ENDPOINTS = 64
const MAX_TIMEOUT = 2 ** 31 - 1

/**
 * Rounds of quicknet, one every 3 s.
 *
 * @throws InvalidInputError if an endpoint is no HTTP address, or the timeout no time.
 * @example
 * ```ts
 * import { quicknet } from '@spotcheck/core/drand'
 *
 * const beacon = quicknet({ endpoints: ['https://api.drand.sh', 'http://127.0.0.1:8080'], timeout: 2_000 })
 * ```
 * ```ts no-run
 * import { quicknet } from '@spotcheck/core/drand'
 *
 * const { signature } = await quicknet().round(1_000) // 0xb446…, verified
 * ```
 */
export function quicknet(options: DrandOptions = {}): BeaconSource {
  return drand('quicknet', options)
}

/**
 * Rounds of a chain that the core knows by its key. Each is asked of one endpoint after another, beginning with the one
 * that answered last, until one gives what the chain signed. Nothing switches the check off.
 *
 * `round` throws UnavailableError where no endpoint did, InvalidInputError for what is no round, and the signal's reason
 * once it is aborted.
 *
 * @throws InvalidInputError if there is no such chain, an endpoint is no HTTP address, or the timeout no time.
 * @example
 * ```ts
 * import { Beacon } from '@spotcheck/core'
 * import { drand, endpoints } from '@spotcheck/core/drand'
 *
 * const beacon = drand('default', { endpoints })
 * Beacon.chains.default.scheme // 'pedersen-bls-chained'
 * ```
 */
export function drand(chain: ChainName, options: DrandOptions = {}): BeaconSource {
  assertOneOf(chain, 'chain', Object.keys(Beacon.chains) as ChainName[])
  const { endpoints: given = endpoints, timeout: limit = 5_000 } = assertObject(options, 'options')
  const timeout = assertInteger(limit, 'timeout', 1, MAX_TIMEOUT)
  const bases = assertList(given, 'endpoints', MAX_ENDPOINTS).map(baseOf)
  if (bases.length === 0) throw notAnEndpoint(given)
  let first = 0

  async function round(round: number, { signal }: Readonly<{ signal?: AbortSignal | undefined }> = {}) {
    const due = dueTime(chain, round)
    const failures: EndpointError[] = []
    for (const i of bases.map((_, turn) => (first + turn) % bases.length)) {
      signal?.throwIfAborted()
      try {
        const value = await ask({ endpoint: bases[i]!, chain, round, timeout, signal })
        first = i
        return value
      } catch (error) {
        if (!(error instanceof EndpointError)) throw error
        failures.push(error)
      }
    }
    throw unavailable(`round ${round} of ${chain}`, due, failures)
  }

  return { round }
}

/** The address without its last slash, to which the path of a round is appended. */
function baseOf(endpoint: string): string {
  const url = typeof endpoint === 'string' && URL.canParse(endpoint) ? new URL(endpoint) : undefined
  const isBase = url !== undefined && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === ''
  if (!isBase || url.username !== '' || url.password !== '') throw notAnEndpoint(endpoint)
  return url.href.replace(/\/+$/, '')
}

function notAnEndpoint(value: unknown): InvalidInputError {
  return new InvalidInputError('this is no endpoint of drand.', {
    subject: 'endpoints',
    value,
    rule: 'at least one address, http or https, without query, fragment or password',
    fix: "pass base addresses such as 'https://api.drand.sh', or nothing for the public ones",
  })
}

/** @throws InvalidInputError for what is no round of any time. */
function dueTime(chain: ChainName, round: number): number {
  const { genesisTime: genesis, period } = Beacon.chains[chain]
  return Beacon.timeOf({ round, genesis, period })
}

function unavailable(what: string, due: number, failures: readonly EndpointError[]): UnavailableError {
  const asked = failures.map(({ endpoint, reason }) => `${endpoint} (${reason})`).join(', ')
  const details = {
    subject: 'endpoints',
    value: `${failures.length} asked`,
    rule: `one that has it; the round is due at ${due} s (unix time)`,
    fix: `ask again, or other endpoints: ${asked}`,
    see: 'protocol.md, Beacon',
    cause: failures[0],
  }
  return new UnavailableError(`no endpoint gave ${what}.`, details, failures)
}

/** No endpoint gave the round; `failures` has what each of them did instead. */
export class UnavailableError extends BaseError {
  override name = 'Drand.UnavailableError'
  readonly failures: readonly EndpointError[]

  constructor(
    message: string,
    details: ConstructorParameters<typeof BaseError>[1],
    failures: readonly EndpointError[],
  ) {
    super(message, details)
    this.failures = failures
  }
}
