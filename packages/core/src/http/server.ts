/// <reference types="node" />
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { assertInteger, assertObject } from '../Encoding.js'
import { InvalidInputError } from '../Errors.js'
import type { Parcel, Receiver } from '../ports/index.js'
import { createCrowd, Turned, tooLong } from './crowd.js'
import { contentTypes, defaultBytes, isTopic, typeOf } from './form.js'

/** What strangers may cost a server. */
export type HttpLimits = Readonly<{
  /** Of one body; by default 8 MiB. */
  bytes: number
  /** Of all bodies that are arriving or worked on; by default 64 MiB. Beyond it, the longest that is arriving is cut off. */
  memory: number
  /** Requests that are worked on at once; by default 256. More are told to come again. */
  requests: number
  /** Connections at once; by default 4,096. More are closed. */
  connections: number
  /** Milliseconds for a request to arrive, of which a third for its headers; by default 15,000. */
  timeout: number
  /** Milliseconds that `close` leaves to what is under way; by default 10,000. */
  grace: number
}>

/** What a server is made of. */
export type HttpServerOptions = Readonly<{
  /** Who answers each topic. */
  topics: Readonly<Record<string, Receiver>>
  /** By default 127.0.0.1: whoever means to be reached says so. */
  host?: string | undefined
  /** By default any that is free. */
  port?: number | undefined
  limits?: Partial<HttpLimits> | undefined
  /** Hears of what a receiver threw: senders only learn that there was trouble. */
  onTrouble?: ((error: unknown, topic: string) => void) | undefined
}>

/** A server that listens. */
export type HttpServer = Readonly<{
  /** Its base address, for `Transport.send`. */
  url: string
  /** Takes nothing new, lets what is worked on end within the grace, and closes every connection. */
  close(): Promise<void>
}>

const defaults: HttpLimits = {
  bytes: defaultBytes,
  memory: 8 * defaultBytes,
  requests: 256,
  connections: 4_096,
  timeout: 15_000,
  grace: 10_000,
}

/**
 * Receives parcels over HTTP. TLS, and limits for each address, are the business of whatever stands in front of it.
 *
 * @throws InvalidInputError for options that are none; what listening throws, such as EADDRINUSE.
 * @example
 * ```ts
 * import { httpServer } from '@spotcheck/core/http'
 *
 * const server = await httpServer({ topics: { echo: async (parcel) => parcel }, limits: { bytes: 1_024 } })
 * const answer = await fetch(`${server.url}/echo`, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })
 * await answer.text() // '{}'
 * await server.close()
 * ```
 */
export async function httpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { topics, host = '127.0.0.1', port = 0, onTrouble = () => {} } = assertObject(options, 'options')
  assertTopics(topics)
  const limits = assertLimits(options.limits)
  const crowd = createCrowd(limits)
  let isClosing = false

  function admit(request: IncomingMessage): readonly [Receiver, Parcel['type'], string] {
    const topic = (request.url ?? '').slice(1)
    if (!Object.hasOwn(topics, topic)) throw new Turned(404, 'no such topic')
    if (request.method !== 'POST') throw new Turned(405, 'POST only')
    const type = typeOf(request.headers['content-type'])
    if (type === undefined) throw new Turned(415, `content-type: ${Object.values(contentTypes).join(' or ')}`)
    if (Number(request.headers['content-length'] ?? 0) > limits.bytes) throw tooLong(limits)
    if (isClosing) throw new Turned(503, 'closing')
    return [topics[topic]!, type, topic]
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    const visit = crowd.arrive(request)
    try {
      const [receiver, type, topic] = admit(request)
      const body = await visit.body()
      visit.work()
      const answer = await receiver({ type, body }, { signal: gone.signal }).catch((error) => {
        onTrouble(error, topic)
        throw new Turned(500, 'trouble here: try again later')
      })
      if (answer !== undefined && 'refused' in answer) throw new Turned(422, answer.refused)
      if (isClosing) response.setHeader('connection', 'close')
      deliver(response, answer)
    } catch (error) {
      turnAway(response, error instanceof Turned ? error : new Turned(400, 'the request broke off'))
    } finally {
      visit.leave()
    }
  }

  const server = createServer(
    {
      maxHeaderSize: 8_192,
      headersTimeout: Math.ceil(limits.timeout / 3),
      requestTimeout: limits.timeout,
      keepAliveTimeout: Math.ceil(limits.timeout / 3),
      connectionsCheckingInterval: Math.ceil(limits.timeout / 10),
    },
    (request, response) => void respond(request, response),
  )
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.maxConnections = limits.connections
  server.maxHeadersCount = 64
  await listening(server, port, host)
  return {
    url: urlOf(server),
    close: () => {
      isClosing = true
      const ended = closed(server, limits.grace)
      for (const socket of sockets) if (!crowd.isWorking(socket)) socket.destroy()
      return ended
    },
  }
}

function deliver(response: ServerResponse, parcel: Parcel | undefined): void {
  if (parcel === undefined) response.writeHead(204).end()
  else response.writeHead(200, { 'content-type': contentTypes[parcel.type] }).end(parcel.body)
}

/** The connection is closed with it, so that nobody reads what is left of the body. */
function turnAway(response: ServerResponse, { status, message }: Turned): void {
  if (response.headersSent || response.destroyed) return
  const busy = status === 503 ? { 'retry-after': '1' } : {}
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close', ...busy })
  response.end(message.slice(0, 1_024))
}

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}

function closed(server: Server, grace: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), grace)
    server.close(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}

function assertTopics(topics: HttpServerOptions['topics']): void {
  for (const [topic, receiver] of Object.entries(assertObject(topics, 'topics')))
    if (!isTopic(topic) || typeof receiver !== 'function')
      throw new InvalidInputError('this is no topic.', {
        subject: 'topics',
        value: topic,
        rule: 'a function by a name of lower-case letters, digits and hyphens, at most 64',
        fix: 'pass e.g. { messages: async (parcel) => … }',
      })
}

function assertLimits(given: HttpServerOptions['limits'] = {}): HttpLimits {
  const limits = { ...defaults, ...assertObject(given, 'limits') }
  for (const [name, value] of Object.entries(limits)) assertInteger(value, `limits.${name}`, 0, 2 ** 31 - 1)
  return limits
}
