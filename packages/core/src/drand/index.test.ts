// Servers that serve real rounds, and servers that lie in every way we could think of.
import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import vectors from '../../../../test/vectors/drand.json' with { type: 'json' }
import * as Errors from '../Errors.js'
import { drand, EndpointError, type EndpointFailure, endpoints, quicknet, UnavailableError } from './index.js'

const servers: { close(): unknown; closeAllConnections?(): void }[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close()
    server.closeAllConnections?.()
  }
})

async function listening(server: Pick<Server, 'listen' | 'address' | 'close'>): Promise<string> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The address of a server that answers so; `asked` are the paths it was asked for. */
async function serve(listener: RequestListener, asked: (string | undefined)[] = []): Promise<string> {
  return listening(
    createServer((request, response) => {
      asked.push(request.url)
      listener(request, response)
    }),
  )
}

const [quick, other] = vectors.rounds.filter(({ chain }) => chain === 'quicknet')
const chained = vectors.rounds.find(({ chain, round }) => chain === 'default' && round > 1)!
const { round, signature, randomness } = quick!
const hash = vectors.chains.quicknet.hash
const answer = { round, randomness, signature }

const says = (body: string | object) =>
  serve((_, response) => response.end(typeof body === 'string' ? body : JSON.stringify(body)))
const honest = () => says(answer)

/** What a source over these endpoints is refused with. */
async function failureOf(run: Promise<unknown>): Promise<UnavailableError> {
  const error = await run.catch((error: unknown) => error)
  expect(error).toBeInstanceOf(UnavailableError)
  return error as UnavailableError
}

describe('an honest endpoint', () => {
  it('is asked for the round by its number, and gives it', async () => {
    const asked: string[] = []
    const beacon = quicknet({
      endpoints: [`${await serve((_, response) => response.end(JSON.stringify(answer)), asked)}/`],
    })
    expect(await beacon.round(round)).toEqual({ round, signature: `0x${signature}` })
    expect(asked).toEqual([`/${hash}/public/${round}`])
  })

  it('may have a path of its own, and answer in pieces', async () => {
    const asked: string[] = []
    const text = JSON.stringify(answer)
    const endpoint = await serve((_, response) => {
      response.write(text.slice(0, 7))
      setTimeout(() => response.end(text.slice(7)), 20)
    }, asked)
    expect(await quicknet({ endpoints: [`${endpoint}/relay`] }).round(round)).toMatchObject({ round })
    expect(asked).toEqual([`/relay/${hash}/public/${round}`])
  })

  it('serves chained rounds with the signature before', async () => {
    const { round, signature, previousSignature } = chained
    const endpoint = await says({ round, signature, previous_signature: previousSignature })
    expect(await drand('default', { endpoints: [endpoint] }).round(round)).toEqual({
      round,
      signature: `0x${signature}`,
      previousSignature: `0x${previousSignature}`,
    })
    const bare = await says({ round, signature })
    expect((await failureOf(drand('default', { endpoints: [bare] }).round(round))).failures[0]!.reason).toBe(
      'bad-signature',
    )
  })
})

/** A hex string with one bit of one byte turned. */
const flipped = (hex: string, byte: number) =>
  hex.slice(0, 2 * byte) +
  (Number.parseInt(hex.slice(2 * byte, 2 * byte + 2), 16) ^ 1).toString(16).padStart(2, '0') +
  hex.slice(2 * byte + 2)

const page = '<!doctype html><html><body>502 Bad Gateway</body></html>'
const json =
  (value: object): RequestListener =>
  (_, response) =>
    response.end(JSON.stringify(value))
const lies: readonly (readonly [string, EndpointFailure, RequestListener])[] = [
  ['another round, truly signed', 'wrong-round', json({ ...other, chain: undefined })],
  ['another round’s signature under the right number', 'bad-signature', json({ round, signature: other!.signature })],
  ['another number over the right signature', 'wrong-round', json({ round: round + 1, signature })],
  [
    'another chain’s round',
    'bad-signature',
    json({ round, signature: chained.signature, previous_signature: chained.previousSignature }),
  ],
  ...[0, 1, 24, 47].map(
    (byte) =>
      [`a bit flipped in byte ${byte}`, 'bad-signature', json({ round, signature: flipped(signature, byte) })] as const,
  ),
  ['no signature', 'malformed', json({ round, randomness })],
  ['a signature in capitals', 'malformed', json({ round, signature: signature.toUpperCase() })],
  ['the number as text', 'malformed', json({ round: String(round), signature })],
  ['a list', 'malformed', json([answer])],
  ['null', 'malformed', (_, response) => response.end('null')],
  ['HTML, with status 200', 'malformed', (_, response) => response.end(page)],
  ['nothing', 'malformed', (_, response) => response.end()],
  ['half of it', 'malformed', (_, response) => response.end(JSON.stringify(answer).slice(0, 60))],
  ['bytes that are no text', 'malformed', (_, response) => response.end(Buffer.from([0xff, 0xfe, 0x00]))],
  ['HTML, with status 502', 'status', (_, response) => response.writeHead(502).end(page)],
  ['that the round is not there yet', 'status', (_, response) => response.writeHead(425).end()],
  ['a redirect to itself', 'status', ({ url }, response) => response.writeHead(302, { location: url }).end()],
  [
    'a redirect elsewhere',
    'status',
    (_, response) => response.writeHead(307, { location: 'http://127.0.0.1:9/' }).end(),
  ],
  [
    'the round in a flood of blanks',
    'oversized',
    (_, response) => response.end(JSON.stringify(answer) + ' '.repeat(5_000)),
  ],
  [
    'a body without end',
    'oversized',
    (_, response) => {
      const more = () => response.destroyed || response.write(' '.repeat(1_000), () => setImmediate(more))
      more()
    },
  ],
  [
    'a byte now and then, for ever',
    'timeout',
    (_, response) => {
      const timer = setInterval(() => response.write(' '), 20)
      response.on('close', () => clearInterval(timer))
    },
  ],
  ['nothing, ever', 'timeout', () => undefined],
  ['headers, and nothing more', 'timeout', (_, response) => response.flushHeaders()],
  [
    'half, and hangs up',
    'unreachable',
    (_, response) => response.writeHead(200, { 'content-length': '100' }).write('{', () => response.destroy()),
  ],
  ['by hanging up', 'unreachable', (_, response) => response.destroy()],
]

describe('a liar', () => {
  it.each(lies)('that answers %s is named, and the next endpoint asked', async (_, reason, listener) => {
    const liar = await serve(listener)
    const timeout = reason === 'timeout' ? 300 : 10_000
    const alone = await failureOf(quicknet({ endpoints: [liar], timeout }).round(round))
    expect(alone.failures.map(({ endpoint, reason }) => ({ endpoint, reason }))).toEqual([{ endpoint: liar, reason }])
    expect(alone.failures[0]!.message).toContain(liar)
    const both = quicknet({ endpoints: [liar, await honest()], timeout: reason === 'timeout' ? 1_500 : 10_000 })
    expect(await both.round(round)).toEqual({ round, signature: `0x${signature}` })
  })

  it('may not even speak HTTP, or be there', async () => {
    const noise = await listening(
      createTcpServer((socket) => socket.on('error', () => {}).end('220 mail ready\r\n')) as never,
    )
    const gone = await serve(() => undefined)
    servers.pop()!.close()
    const { failures } = await failureOf(quicknet({ endpoints: [noise, gone] }).round(round))
    expect(failures.map(({ reason }) => reason)).toEqual(['unreachable', 'unreachable'])
  })

  it('is not followed anywhere', async () => {
    const asked: string[] = []
    const target = await serve(json(answer), asked)
    const liar = await serve(({ url }, response) => response.writeHead(302, { location: `${target}${url}` }).end())
    await failureOf(quicknet({ endpoints: [liar] }).round(round))
    expect(asked).toEqual([])
  })
})

describe('the order of endpoints', () => {
  it('begins with the one that answered last', async () => {
    const asked: string[] = []
    const bad = await serve((_, response) => response.writeHead(500).end(), asked)
    const beacon = quicknet({ endpoints: [bad, await honest()] })
    await beacon.round(round)
    await beacon.round(round)
    expect(asked).toHaveLength(1)
  })

  it('goes round: what has lied may be right next time', async () => {
    let lying = false
    const first = await serve((_, response) => response.writeHead(lying ? 200 : 500).end(JSON.stringify(answer)))
    const second = await serve((_, response) => response.writeHead(lying ? 500 : 200).end(JSON.stringify(answer)))
    const beacon = quicknet({ endpoints: [first, second] })
    await beacon.round(round)
    lying = true
    expect(await beacon.round(round)).toMatchObject({ round })
  })
})

describe('the signal', () => {
  it('ends it with its reason: beforehand, while waiting, and without a further question', async () => {
    const asked: string[] = []
    const [reason, signals] = [new Error('no longer needed'), [AbortSignal.abort('x'), undefined]]
    const silent = await serve(() => controller.abort(reason), asked)
    const controller = new AbortController()
    const beacon = quicknet({ endpoints: [silent, silent] })
    await expect(beacon.round(round, { signal: signals[0] })).rejects.toBe('x')
    expect(asked).toEqual([])
    await expect(beacon.round(round, { signal: controller.signal })).rejects.toBe(reason)
    expect(asked).toHaveLength(1)
  })
})

describe('what it says', () => {
  it('of an endpoint: which one, what it sent, and what to do', async () => {
    const liar = await says({ round: 7, signature })
    const { message, failures, cause } = await failureOf(quicknet({ endpoints: [liar] }).round(round))
    expect(message.replaceAll(liar, 'http://liar')).toMatchInlineSnapshot(`
      "no endpoint gave round 1000 of quicknet.
        endpoints  "1 asked"
        rule       one that has it; the round is due at 1692806364 s (unix time)
        fix        ask again, or other endpoints: http://liar (wrong-round)
        see        protocol.md, Beacon"
    `)
    expect(failures[0]!.message.replaceAll(liar, 'http://liar')).toMatchInlineSnapshot(`
      "http://liar gave no round 1000 of quicknet: it answered with another round.
        round  7
        rule   1000, the round that was asked for
        fix    nothing of it was used; take the endpoint off the list if it goes on like this
        see    protocol.md, Beacon"
    `)
    expect(cause).toBe(failures[0])
    expect(failures[0]).toBeInstanceOf(EndpointError)
  })

  it('of what can’t be asked', async () => {
    const wrong: unknown[] = [
      [],
      ['api.drand.sh'],
      ['ftp://x'],
      ['https://u:p@x'],
      ['https://x?y'],
      ['https://x#y'],
      [7],
      'https://x',
    ]
    for (const endpoints of wrong) expect(() => quicknet({ endpoints } as never)).toThrow(Errors.InvalidInputError)
    for (const timeout of [0, -1, 1.5, Number.NaN, 2 ** 31, '5'])
      expect(() => quicknet({ timeout } as never)).toThrow(Errors.InvalidInputError)
    for (const chain of ['fastnet', 'toString', undefined, {}])
      expect(() => drand(chain as never)).toThrow(Errors.InvalidInputError)
    expect(() => quicknet(null as never)).toThrow(Errors.InvalidInputError)
    const beacon = quicknet()
    for (const latest of ['latest', 0, -1, 1.5, undefined, 2 ** 53, Number.MAX_SAFE_INTEGER, 1n])
      await expect(beacon.round(latest as never)).rejects.toThrow(Errors.InvalidInputError)
  })

  it('and by default whom it asks', () => {
    expect(endpoints.every((endpoint) => URL.canParse(endpoint))).toBe(true)
    expect(Object.isFrozen(endpoints)).toBe(true)
  })
})
