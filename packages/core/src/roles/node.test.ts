// Nodes on one chain: without faults the balances are those of the network in one process; with faults they are the same.
import { describe, expect, it } from 'vitest'
import { Random } from '../../../../test/support/random.js'
import { createWorld, hex, party, toyModel, type World } from '../../../../test/support/world.js'
import * as Errors from '../Errors.js'
import * as Ledger from '../Ledger.js'
import type * as Message from '../Message.js'
import { cheapAuthenticator, createNetwork, type MemoryChain, memoryChain } from '../memory/index.js'
import type { Chain, Clock } from '../ports/index.js'
import type { State } from '../Round.js'
import * as Schema from '../Schema.js'
import { createNode, type Executor, type NodeEvent, type Verifier } from './index.js'

/** Time for everybody, a second at a time. */
class Time {
  now = 0
  #sleepers: { until: number; wake: () => void }[] = []

  readonly clock: Clock = {
    now: () => 1_000 * this.now,
    sleep: (milliseconds, { signal } = {}) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const abort = () => reject(signal?.reason)
        signal?.addEventListener('abort', abort, { once: true })
        const wake = () => {
          signal?.removeEventListener('abort', abort)
          resolve()
        }
        this.#sleepers.push({ until: this.now + milliseconds / 1_000, wake })
      }),
  }

  /** Goes on to that second, and lets everybody do what can be done by then. */
  async go(now: number): Promise<void> {
    this.now = now
    for (const { wake } of this.#sleepers.filter(({ until }) => until <= now)) wake()
    this.#sleepers = this.#sleepers.filter(({ until }) => until > now)
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setTimeout(resolve))
  }
}

/** Randomness that does not depend on who commits to it first: with a panel's, the order of arrival draws other verifiers. */
const beacon = { source: 'test', gap: 5, genesis: 1_600_000_000, period: 30, secret: hex(0x5e) }

/** Somebody honest and a cheat. */
const cast = (overrides: object = { beacon }) =>
  createWorld({ executors: [toyModel(), toyModel({ wrong: true })], tasks: 3, overrides })

type Party = Readonly<{ executor?: Executor; verifier?: Verifier }>
const partiesOf = ({ executors, verifiers }: World): Party[] => [
  ...executors.map((executor) => ({ executor })),
  ...verifiers.map((verifier) => ({ verifier })),
]

/** Plays an epoch of nodes, each with its own way to the chain. */
async function play(
  world: World,
  time: Time,
  wayOf: (chain: MemoryChain, i: number) => Chain,
  observe: (event: NodeEvent, i: number) => void = () => {},
): Promise<State[]> {
  const { protocol, opened } = world
  const chain = memoryChain(opened)
  const nodes = partiesOf(world).map((roles, i) => {
    const parts = { protocol, epoch: 0, authenticator: cheapAuthenticator, clock: time.clock, chain: wayOf(chain, i) }
    return createNode({ ...parts, ...roles, observe: (event) => observe(event, i) })
  })
  const runs = nodes.map((node) => node.run())
  for (const voucher of world.vouchers) await chain.submit(0, voucher)
  const { genesis } = protocol
  // Windows end at whole seconds; settlement is the last.
  for (let now = genesis + 60; now <= opened.state.deadlines.settlement + 30; now++) {
    chain.advance(now)
    await time.go(now)
  }
  return Promise.all(runs)
}

const balancesOf = ({ ledger }: State) =>
  [...ledger].filter(([, amount]) => amount > 0n).sort(([a], [b]) => (a < b ? -1 : 1))

/** What the network in one process comes to. */
async function expected(): Promise<State> {
  const { opened, participants, executors, vouchers } = await cast()
  const network = await createNetwork({ opened, participants, authenticator: cheapAuthenticator })
  for (const voucher of vouchers) await network.deliver(voucher)
  for (const executor of executors) await network.deliver(await executor.commit())
  return network.settle()
}

it('nodes that share nothing but a chain come to the balances of the network in one process', async () => {
  const reference = await expected()
  const states = await play(await cast(), new Time(), (chain) => chain)
  for (const state of states) expect(balancesOf(state)).toEqual(balancesOf(reference))
  const locked = (address: `0x${string}`) => Ledger.balance(reference.ledger, Ledger.stake(address))
  expect(locked(party('e', 1))).toBe(50_000n)
  expect(locked(party('e', 2))).toBeLessThan(50_000n)
})

/** A way to the chain that loses, repeats, delays and so reorders; and is cut off now and then, for less than a window. */
function faulty(chain: Chain, time: Time, rate: number, random: () => number, isCut: () => boolean): Chain {
  const delay = () => time.clock.sleep(random() < rate ? 4_000 * random() : 0)
  const lose = (what: string) => {
    if (isCut() || random() < rate) throw new Error(`${what} is lost`)
  }
  return {
    opened: async (epoch) => {
      lose('the opening')
      return chain.opened(epoch)
    },
    submit: async (epoch, event) => {
      if (random() < rate) await delay()
      lose('the message')
      await chain.submit(epoch, event)
      if (random() < rate) await chain.submit(epoch, event)
      lose('the answer')
    },
    async *record(epoch, options) {
      for await (const entry of chain.record(epoch, options)) {
        if (random() < rate / 4) await delay()
        if (isCut() || random() < rate / 10) throw new Error('the record breaks off')
        yield entry
      }
    },
  }
}

/** Plays with such faults, and is sure that there were some. */
async function playFaulty(world: World, rate: number, seed: number): Promise<State[]> {
  const time = new Time()
  let troubles = 0
  /** One outage in each minute, of up to eight seconds: a window is twenty. */
  const isCut = (i: number) => {
    const outage = Random.stream(seed, i, Math.floor(time.now / 60))
    const [from, length] = [50 * outage(), 25 * rate * outage()]
    return time.now % 60 >= from && time.now % 60 < from + length
  }
  const wayOf = (chain: Chain, i: number) => faulty(chain, time, rate, Random.stream(seed, i), () => isCut(i))
  const states = await play(world, time, wayOf, ({ type }) => {
    troubles += Number(type === 'trouble')
  })
  expect(troubles).toBeGreaterThan(100 * rate)
  return states
}

describe('with losses, repetitions, delays and outages on every way to the chain', () => {
  it.each([
    [0.1, 1],
    [0.3, 2],
    [0.3, 3],
  ])('the balances are the same (rate %s, seed %s)', async (rate, seed) => {
    const reference = await expected()
    const states = await playFaulty(await cast(), rate, seed)
    for (const state of states) expect(balancesOf(state)).toEqual(balancesOf(reference))
  })

  it('nobody honest is slashed, on a beacon’s panel either', async () => {
    const [state] = await playFaulty(await cast({}), 0.3, 4)
    const staked = (address: `0x${string}`) => Ledger.balance(state!.ledger, Ledger.stake(address))
    expect(staked(party('e', 1))).toBe(50_000n)
    expect(staked(party('e', 2))).toBeLessThan(50_000n)
    for (let i = 1; i <= 6; i++) expect(staked(party('a', i))).toBe(200_000n)
    expect(state!.isVoid).toBe(false)
  })
})

describe('a node', () => {
  it('that is made anew reads the chain from its beginning, and says nothing else than before', async () => {
    const [whole, pieces] = [new Set<string>(), new Set<string>()]
    const listen = (said: Set<string>) => (event: NodeEvent) =>
      event.type === 'submitted' && said.add(JSON.stringify(event.event, Schema.toJson))
    await play(await cast(), new Time(), (chain) => chain, listen(whole))

    const world = await cast()
    const chain = memoryChain(world.opened)
    const time = new Time()
    const parts = { protocol: world.protocol, epoch: 0, authenticator: cheapAuthenticator, clock: time.clock, chain }
    const start = () => {
      const stop = new AbortController()
      const nodes = partiesOf(world).map((roles) => createNode({ ...parts, ...roles, observe: listen(pieces) }))
      return { stop, runs: Promise.all(nodes.map((node) => node.run({ signal: stop.signal }))) }
    }
    let { stop, runs } = start()
    for (const voucher of world.vouchers) await chain.submit(0, voucher)
    for (let now = world.protocol.genesis + 60; now <= world.opened.state.deadlines.settlement + 1; now++) {
      chain.advance(now)
      await time.go(now)
      if (now % 37 > 0) continue
      stop.abort()
      await runs
      ;({ stop, runs } = start())
      await time.go(now)
    }
    const reference = await expected()
    for (const state of await runs) expect(balancesOf(state)).toEqual(balancesOf(reference))
    expect([...pieces].sort()).toEqual([...whole].sort())
  })

  it('that is told to stop ends what it does, and says how far it came', async () => {
    const world = await cast()
    const chain = memoryChain(world.opened)
    const stop = new AbortController()
    const parts = {
      protocol: world.protocol,
      epoch: 0,
      authenticator: cheapAuthenticator,
      clock: new Time().clock,
      chain,
    }
    const run = createNode({ ...parts, executor: world.executors[0]! }).run({ signal: stop.signal })
    chain.advance(1_700_000_050)
    await new Time().go(0)
    stop.abort()
    expect(await run).toMatchObject({ status: 'running', now: 1_700_000_050 })
  })

  it('reads past what anybody may have put on the chain', async () => {
    const world = await cast()
    const junk = [{}, { kind: 'beacon-value', level: 99, round: 1 }, { version: 1, kind: 'rumour' }, 'x']
    const states = await play(world, new Time(), (chain) => {
      for (const event of junk) void chain.submit(0, event as unknown as Message.Envelope)
      return chain
    })
    for (const state of states) expect(state.status).toBe('settled')
  })

  it('with nobody to fetch the rounds that its parameters draw from is none', async () => {
    const world = await cast()
    const parts = {
      epoch: 0,
      authenticator: cheapAuthenticator,
      clock: new Time().clock,
      chain: memoryChain(world.opened),
    }
    const drand = { ...world.protocol, beacon: { source: 'drand', chain: 'quicknet', gap: 5 } }
    expect(() => createNode({ ...parts, protocol: drand as never })).toThrow(Errors.InvalidInputError)
    for (const part of ['chain', 'clock', 'authenticator', 'epoch'])
      for (const wrong of part === 'clock' ? [{}, -1] : [undefined, {}, -1])
        expect(() => createNode({ ...parts, protocol: world.protocol, [part]: wrong } as never)).toThrow(
          Errors.InvalidInputError,
        )
    for (const concurrency of [0, 1.5]) {
      const run = createNode({ ...parts, protocol: world.protocol, concurrency }).run()
      await expect(run).rejects.toThrow(Errors.InvalidInputError)
    }
  })
})
