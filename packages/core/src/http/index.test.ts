// A server that strangers may talk to, and a client whose peers may be in trouble.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { bytes, clientAddress, orderOf, party, protocolWith, toyModel } from '../../../../test/support/world.js'
import * as Errors from '../Errors.js'
import { cheapAuthenticator, cheapSigner } from '../memory/index.js'
import type { Clock, Parcel, Receiver } from '../ports/index.js'
import { createClient, createExecutor } from '../roles/index.js'
import {
  type HttpServer,
  type HttpServerOptions,
  httpServer,
  httpTransport,
  RefusedError,
  UnansweredError,
} from './index.js'

const servers: HttpServer[] = []
const sockets: Socket[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

const echo: Receiver = async (parcel) => parcel
async function serve(options: Partial<HttpServerOptions> = {}): Promise<HttpServer> {
  const server = await httpServer({ topics: { echo }, ...options })
  servers.push(server)
  return server
}

/** A clock that passes at once, and what it was asked to wait for. */
function quickClock(waited: number[] = []): Clock & { waited: number[] } {
  return { waited, now: () => 0, sleep: async (milliseconds) => void waited.push(milliseconds) }
}

const quick = () => httpTransport({ clock: quickClock() })
const parcel = (text: string, type: Parcel['type'] = 'json'): Parcel => ({ type, body: new TextEncoder().encode(text) })
const textOf = (answer: Parcel | undefined) => new TextDecoder().decode(answer?.body)

/** A promise that somebody else resolves. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

/** A raw connection; `said`: everything that came back until it was closed. */
async function raw({ url }: HttpServer, text = ''): Promise<{ socket: Socket; said: Promise<string> }> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  sockets.push(socket)
  let said = ''
  socket.on('data', (chunk) => {
    said += chunk
  })
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(text)
  return { socket, said: once(socket, 'close').then(() => said) }
}

const head = (length: number | string, topic = 'echo') =>
  `POST /${topic} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${typeof length === 'number' ? `content-length: ${length}` : length}\r\n`

describe('a parcel', () => {
  it('comes as it was sent, by type, and so does its answer', async () => {
    const seen: Parcel[] = []
    const topics: HttpServerOptions['topics'] = {
      echo: async (parcel) => {
        seen.push(parcel)
        return parcel
      },
      silent: async () => undefined,
    }
    const { url } = await serve({ topics })
    for (const sent of [
      parcel('{"a":1}'),
      parcel('', 'json'),
      { type: 'bytes', body: Uint8Array.of(0, 255, 7) } as const,
    ])
      expect(await quick().send(url, 'echo', sent)).toEqual({ type: sent.type, body: new Uint8Array(sent.body) })
    expect(seen.map(({ type }) => type)).toEqual(['json', 'json', 'bytes'])
    expect(await quick().send(`${url}/`, 'silent', parcel('x'))).toBeUndefined()
  })

  it('may be as long as the limit, and no longer', async () => {
    const { url } = await serve({ limits: { bytes: 1_000 } })
    expect((await quick().send(url, 'echo', parcel('x'.repeat(1_000))))?.body).toHaveLength(1_000)
    await expect(quick().send(url, 'echo', parcel('x'.repeat(1_001)))).rejects.toThrow(RefusedError)
    await expect(httpTransport({ bytes: 10 }).send(url, 'echo', parcel('x'.repeat(11)))).rejects.toThrow(RefusedError)
  })

  it('that is refused is not sent again, and its sender reads why', async () => {
    let asked = 0
    const no: Receiver = async () => {
      asked++
      return { refused: 'the task is of another network' }
    }
    const { url } = await serve({ topics: { orders: no } })
    const error = await quick()
      .send(url, 'orders', parcel('{}'))
      .catch((error) => error)
    expect(error).toBeInstanceOf(RefusedError)
    expect(error.message.replace(url, 'http://peer')).toMatchInlineSnapshot(`
      "http://peer/orders refused: it did not take the parcel.
        answer  "422 the task is of another network"
        rule    status 200 with a parcel, or 204
        fix     sending it again would not help: mend the parcel, its topic or the address"
    `)
    expect(asked).toBe(1)
    await expect(quick().send(url, 'nothing', parcel('{}'))).rejects.toThrow(RefusedError)
  })

  it('that finds trouble is sent again; what the trouble is stays there', async () => {
    const troubles: unknown[] = []
    const fail: Receiver = async () => {
      throw new Error('the password of the database is 1234')
    }
    const { url } = await serve({
      topics: { echo: fail },
      onTrouble: (error, topic) => troubles.push([String(error), topic]),
    })
    const error = await httpTransport({ clock: quickClock(), attempts: 3 })
      .send(url, 'echo', parcel('{}'))
      .catch((error) => error)
    expect(error).toBeInstanceOf(UnansweredError)
    expect(error.message.replace(url, 'http://peer')).toMatchInlineSnapshot(`
      "http://peer/echo did not answer.
        last attempt  500
        rule          an answer to one of 3 attempts
        fix           send it again later: whoever receives it twice gives the same answer"
    `)
    expect(troubles).toEqual(Array(3).fill(['Error: the password of the database is 1234', 'echo']))
    const response = await fetch(`${url}/echo`, { method: 'POST', headers: { 'content-type': 'application/json' } })
    expect(await response.text()).not.toContain('1234')
  })

  it('whose answer is lost is answered the same when it comes again: a task runs once', async () => {
    const protocol = protocolWith()
    let runs = 0
    const execute = async (...args: Parameters<ReturnType<typeof toyModel>['execute']>) => {
      runs++
      return toyModel().execute(...args)
    }
    const parts = { protocol, epoch: 0, address: party('e', 1), signer: cheapSigner(party('e', 1)), secret: bytes(1) }
    const terms = { client: clientAddress, reward: 100n }
    const executor = createExecutor({
      ...parts,
      terms,
      authenticator: cheapAuthenticator,
      model: { ...toyModel(), execute },
    })
    const client = createClient({ protocol, address: clientAddress, signer: cheapSigner(clientAddress) })
    const order = orderOf(0, 0)
    const signed = await client.order(order)
    const receipts: string[] = []
    const { url } = await serve({
      topics: {
        orders: async () => {
          const { receipt } = await executor.serve(signed, order.input)
          receipts.push(JSON.stringify(receipt))
          if (receipts.length < 3) throw new Error('the cable is cut')
          return parcel(receipts.at(-1)!)
        },
      },
    })
    await quick().send(url, 'orders', parcel('{}'))
    expect([runs, new Set(receipts).size, receipts.length]).toEqual([1, 1, 3])
  })
})

describe('pauses', () => {
  /** A server that turns away so often, and then answers. */
  async function late(times: number, status: number, headers: Record<string, string> = {}): Promise<string> {
    const { createServer } = await import('node:http')
    let asked = 0
    const server = createServer((_, response) => {
      if (asked++ < times) response.writeHead(status, headers).end()
      else response.writeHead(204).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    servers.push({ url: '', close: async () => void server.close() })
    return `http://127.0.0.1:${(server.address() as { port: number }).port}`
  }

  it('are drawn from twice the range each time, up to the longest', async () => {
    const clock = quickClock()
    const transport = httpTransport({ clock, chance: () => 0.5, pause: 100, longest: 500 })
    await transport.send(await late(5, 503), 'echo', parcel('{}'))
    expect(clock.waited).toEqual([50, 100, 200, 250, 250])
  })

  it('are as long as the server asks, within reason', async () => {
    for (const [asked, waited] of [
      ['2', 2_000],
      ['99', 10_000],
      ['0', 1],
      ['-1', 1],
      ['Wed, 21 Oct 2026 07:28:00 GMT', 1],
      ['1e9', 1],
    ] as const) {
      const clock = quickClock()
      await httpTransport({ clock, chance: () => 0.01 }).send(
        await late(1, 429, { 'retry-after': asked }),
        'echo',
        parcel('{}'),
      )
      expect(clock.waited).toEqual([waited])
    }
  })

  it('end with the signal, and so does waiting for an answer', async () => {
    const reason = new Error('no longer needed')
    const controller = new AbortController()
    const sleep: Clock['sleep'] = async (_, { signal } = {}) => {
      controller.abort(reason)
      signal?.throwIfAborted()
    }
    const send = httpTransport({ clock: { now: () => 0, sleep } }).send(
      await late(9, 500),
      'echo',
      parcel('{}'),
      controller,
    )
    await expect(send).rejects.toBe(reason)
    const waiting = new AbortController()
    const { url } = await serve({
      topics: {
        echo: async (_, { signal }) => {
          waiting.abort(reason)
          await once(signal, 'abort')
          return undefined
        },
      },
    })
    await expect(httpTransport().send(url, 'echo', parcel('{}'), waiting)).rejects.toBe(reason)
    const slow = httpTransport({ pause: 1_000_000, longest: 1_000_000, chance: () => 0.99 })
    const later = new AbortController()
    const paused = slow.send(await late(9, 500), 'echo', parcel('{}'), later)
    setTimeout(() => later.abort(reason), 50)
    await expect(paused).rejects.toBe(reason)
  })
})

describe('strangers', () => {
  const good = async ({ url }: HttpServer) =>
    expect(textOf(await httpTransport().send(url, 'echo', parcel('"hello"')))).toBe('"hello"')

  it('that ask for what is not there are told', async () => {
    const { url } = await serve()
    const ask = async (path: string, init: RequestInit) => (await fetch(`${url}${path}`, init)).status
    const json = { 'content-type': 'application/json' }
    expect(await ask('/echo', { method: 'GET' })).toBe(405)
    expect(await ask('/echo', { method: 'POST', headers: { 'content-type': 'text/html' }, body: 'x' })).toBe(415)
    expect(
      await ask('/echo', { method: 'POST', headers: { 'content-type': 'Application/JSON; charset=utf-8' }, body: 'x' }),
    ).toBe(200)
    for (const path of ['/', '/nothing', '/toString', '/__proto__', '/echo/', '/echo?x', '/../echo%00'])
      expect(await ask(path, { method: 'POST', headers: json, body: '{}' })).toBe(404)
  })

  it.each([
    ['no HTTP at all', '\x00\x01\x02 rubbish\r\n\r\n', / 400 /],
    ['a header that is too long', `POST /echo HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, / 431 /],
    ['a body that says it is too long', `${head(2_000)}\r\n`, / 413 /],
    ['a length that is none', `${head('content-length: -1')}\r\n`, / 400 /],
    ['two lengths', `${head('content-length: 1\r\ncontent-length: 2')}\r\n12`, / 400 /],
    ['a chunk that is none', `${head('transfer-encoding: chunked')}\r\nzz\r\n`, / 400 |^$/],
    ['both a length and chunks', `${head('content-length: 5\r\ntransfer-encoding: chunked')}\r\n0\r\n\r\n`, / 400 /],
  ])('that send %s are turned away', async (_, text, said) => {
    const server = await serve({ limits: { bytes: 1_000, timeout: 900 } })
    expect(await (await raw(server, text)).said).toMatch(said)
    await good(server)
  })

  it('that send a body without end are cut off', async () => {
    const server = await serve({ limits: { bytes: 1_000 } })
    const { socket, said } = await raw(server, `${head('transfer-encoding: chunked')}\r\n`)
    const timer = setInterval(() => socket.write(`64\r\n${'x'.repeat(100)}\r\n`), 1)
    expect(await said).toMatch(/ 413 |^$/)
    clearInterval(timer)
    await good(server)
  })

  it('that send a byte now and then are cut off, while others are served', async () => {
    const server = await serve({ limits: { timeout: 900 } })
    const beginnings = [
      '',
      'P',
      'POST /echo HTTP/1.1\r\nhost: x\r\n',
      `${head(100)}\r\n{`,
      `${head('transfer-encoding: chunked')}\r\n1\r\n{\r\n`,
    ]
    const slow = await Promise.all(Array.from({ length: 50 }, (_, i) => raw(server, beginnings[i % beginnings.length])))
    const timer = setInterval(() => {
      for (const { socket } of slow) if (socket.writable) socket.write(' ')
    }, 100)
    await good(server)
    await Promise.all(slow.map(({ said }) => said))
    clearInterval(timer)
    await good(server)
  })

  it('may be a thousand, and it still serves', async () => {
    const server = await serve()
    const crowd = await Promise.all(
      Array.from({ length: 1_000 }, (_, i) => raw(server, i % 2 ? `${head(10)}\r\n{` : '')),
    )
    await good(server)
    expect(crowd.filter(({ socket }) => socket.readable)).toHaveLength(1_000)
  })

  it('beyond the connections that it keeps are closed', async () => {
    const server = await serve({ limits: { connections: 5 } })
    const crowd = await Promise.all(Array.from({ length: 8 }, () => raw(server)))
    await Promise.any(crowd.map(({ said }) => said))
    for (const { socket } of crowd) socket.destroy()
    await good(server)
  })
})

describe('back-pressure', () => {
  it('turns away what is too much at once; who comes again is served', async () => {
    const { opened, open } = gate()
    let running = 0
    const slow: Receiver = async (parcel) => {
      running++
      await opened
      return parcel
    }
    const { url } = await serve({ topics: { slow }, limits: { requests: 2 } })
    const first = [1, 2].map(() => httpTransport().send(url, 'slow', parcel('{}')))
    while (running < 2) await new Promise((resolve) => setTimeout(resolve, 1))
    const turned = await fetch(`${url}/slow`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    })
    expect([turned.status, turned.headers.get('retry-after')]).toEqual([503, '1'])
    const sleep = async () => {
      open()
      await Promise.all(first)
    }
    const patient = { now: () => 0, sleep }
    expect(textOf(await httpTransport({ clock: patient }).send(url, 'slow', parcel('"third"')))).toBe('"third"')
    expect(running).toBe(3)
  })

  it('counts requests, not connections: many may come over one', async () => {
    const { opened, open } = gate()
    let running = 0
    const slow: Receiver = async () => {
      running++
      await opened
      return undefined
    }
    const server = await serve({ topics: { slow }, limits: { requests: 2 } })
    const { said } = await raw(server, `${head(2, 'slow')}\r\n{}`.repeat(5))
    const { url } = server
    while (
      (await fetch(`${url}/slow`, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }))
        .status !== 503
    );
    open()
    expect((await said).match(/ (204|503) /g)).toEqual([' 204 ', ' 204 ', ' 503 '])
    expect(running).toBe(2)
  })

  it('counts what all bodies hold, and lets go of it', async () => {
    const { opened, open } = gate()
    const begun = gate()
    const slow: Receiver = async () => {
      begun.open()
      await opened
      return undefined
    }
    const { url } = await serve({ topics: { slow, echo }, limits: { memory: 1_000 } })
    const first = httpTransport().send(url, 'slow', parcel('x'.repeat(900)))
    await begun.opened
    const probe = async () => {
      const headers = { 'content-type': 'application/json' }
      return (await fetch(`${url}/echo`, { method: 'POST', body: 'y'.repeat(200), headers })).status
    }
    expect(await probe()).toBe(503)
    open()
    await first
    for (let i = 0; i < 20; i++) expect(await probe()).toBe(200)
  })

  it('cuts off the longest body that only arrives, and serves the short ones', async () => {
    const server = await serve({ limits: { memory: 10_000 } })
    const hogs = await Promise.all([4_000, 5_900].map((size) => raw(server, `${head(6_000)}\r\n${'x'.repeat(size)}`)))
    for (let i = 0; i < 5; i++)
      expect((await httpTransport().send(server.url, 'echo', parcel('y'.repeat(500))))?.body).toHaveLength(500)
    await hogs[1]!.said
    expect(hogs[0]!.socket.readable).toBe(true)
  })
})

describe('the end', () => {
  it('waits for what is under way, takes nothing new, and closes what is idle', async () => {
    const { opened, open } = gate()
    const begun = gate()
    const slow: Receiver = async (parcel) => {
      begun.open()
      await opened
      return parcel
    }
    const server = await httpServer({ topics: { slow } })
    const idle = await raw(server)
    const answer = httpTransport().send(server.url, 'slow', parcel('"done"'))
    await begun.opened
    const closing = server.close()
    await expect(httpTransport({ attempts: 1 }).send(server.url, 'slow', parcel('{}'))).rejects.toThrow(UnansweredError)
    open()
    expect(textOf(await answer)).toBe('"done"')
    await closing
    await idle.said
  })

  it('cuts off what takes longer than the grace, and tells it', async () => {
    const begun = gate()
    const told = gate()
    const stuck: Receiver = async (_, { signal }) => {
      begun.open()
      await once(signal, 'abort')
      told.open()
      return undefined
    }
    const server = await httpServer({ topics: { stuck }, limits: { grace: 50 } })
    const sent = httpTransport({ attempts: 1 })
      .send(server.url, 'stuck', parcel('{}'))
      .catch((error) => error)
    await begun.opened
    await server.close()
    expect(await sent).toBeInstanceOf(UnansweredError)
    await told.opened
  })
})

it('takes no options that are none', async () => {
  for (const topics of [
    undefined,
    null,
    { Upper: echo },
    { 'a b': echo },
    { '': echo },
    { echo: 1 },
    { ['x'.repeat(65)]: echo },
  ])
    await expect(httpServer({ topics } as never)).rejects.toThrow(Errors.InvalidInputError)
  for (const limits of [{ bytes: -1 }, { timeout: 1.5 }, null, { requests: '1' }])
    await expect(httpServer({ topics: { echo }, limits } as never)).rejects.toThrow(Errors.InvalidInputError)
  for (const options of [
    { timeout: 0 },
    { attempts: 0 },
    { attempts: 65 },
    { pause: -1 },
    { longest: Number.NaN },
    null,
  ])
    expect(() => httpTransport(options as never)).toThrow(Errors.InvalidInputError)
  const { url } = await serve()
  const wrong: unknown[][] = [
    ['x', 'echo', parcel('')],
    ['ftp://x', 'echo', parcel('')],
    [`${url}?x`, 'echo', parcel('')],
    [url, 'Echo', parcel('')],
    [url, 'echo', undefined],
    [url, 'echo', { type: 'xml', body: new Uint8Array(0) }],
    [url, 'echo', { type: 'json', body: 'text' }],
  ]
  for (const args of wrong)
    await expect(quick().send(...(args as [never, never, never]))).rejects.toThrow(Errors.InvalidInputError)
})
