import { assertInteger, assertObject } from '../Encoding.js'
import { InvalidInputError } from '../Errors.js'
import * as Message from '../Message.js'
import * as Protocol from '../Protocol.js'
import type { BeaconSource, Chain, Clock, Recorded } from '../ports/index.js'
import { type BeaconValue, type Effect, type Event, type State, step } from '../Round.js'
import { systemClock } from './clock.js'
import { able } from './doors.js'
import type { Executor } from './executor.js'
import type { Verifier } from './verifier.js'

/** What happens at a node, for observers. */
export type NodeEvent =
  /** An entry of the chain was applied: what it led to. */
  | Readonly<{ type: 'step'; event: Event; step: ReturnType<typeof step> }>
  /** Something of this node's own is on record. */
  | Readonly<{ type: 'submitted'; event: Message.Envelope | BeaconValue }>
  /** Something could not be done, and is tried again: a model, a store, the chain, the beacon. */
  | Readonly<{ type: 'trouble'; doing: string; error: unknown }>

/** What a node is made of. */
export type NodeParameters = Readonly<{
  protocol: Protocol.Protocol
  epoch: number
  chain: Chain
  authenticator: Message.Authenticator
  /** Paces what is tried again; by default the system's. */
  clock?: Clock | undefined
  /** The roles that this node has; one alone, or both. */
  executor?: Executor | undefined
  verifier?: Verifier | undefined
  /** Fetches rounds; needed for the drand and block sources. */
  beacon?: BeaconSource | undefined
  /** Seconds before the commit deadline at which the executor's batch is sealed; by default censorship + finality, twice. */
  margin?: number | undefined
  /** Duties that are worked on at once; by default 8. */
  concurrency?: number | undefined
  observe?: ((event: NodeEvent) => void) | undefined
}>

/** A party's part in an epoch, done as the chain asks for it. */
export type Node = Readonly<{
  /** Plays the epoch to its settlement, or until the signal is aborted. What is under way then is ended first. */
  run(options?: Readonly<{ signal?: AbortSignal | undefined }>): Promise<State>
}>

/**
 * Reads the chain, applies each entry to its own `Round`, and does what the effects ask of its roles. After a crash it is
 * made anew and reads the chain from the beginning: roles give the same answers again, and the chain has each of them
 * once. Whatever fails is tried again, after a pause, until it succeeds or the epoch is over.
 *
 * @throws InvalidInputError if a part is missing or malformed.
 * @example
 * ```ts no-run
 * import { createNode, type Executor, type Protocol } from '@spotcheck/core'
 * import { quicknet } from '@spotcheck/core/drand'
 * import type { Chain } from '@spotcheck/core/ports'
 * import { secp256k1 } from '@spotcheck/core/viem'
 *
 * declare const [protocol, chain, executor]: [Protocol.Protocol, Chain, Executor]
 * const stop = new AbortController()
 * process.once('SIGTERM', () => stop.abort())
 * const node = createNode({ protocol, epoch: 7, chain, executor, authenticator: secp256k1, beacon: quicknet() })
 * const { status } = await node.run({ signal: stop.signal })
 * ```
 */
export function createNode(parameters: NodeParameters): Node {
  const { protocol, beacon, executor, verifier, observe = () => {} } = assertObject(parameters, 'parameters')
  const epoch = assertInteger(parameters.epoch, 'epoch', 0, 2 ** 32)
  const chain = able(parameters.chain, 'chain', 'opened', 'submit', 'record')
  const authenticator = able(parameters.authenticator, 'authenticator', 'recover')
  const clock = able(parameters.clock ?? systemClock, 'clock', 'sleep')
  const sealing = Protocol.deadlines(protocol, epoch).commit - marginOf(parameters)
  const roles = [executor, verifier].filter((role) => role !== undefined)
  if (needsSource(protocol) && beacon === undefined) throw noSource(protocol)

  async function run({ signal }: Readonly<{ signal?: AbortSignal | undefined }> = {}): Promise<State> {
    const over = new AbortController()
    const end = () => over.abort(signal?.reason)
    signal?.addEventListener('abort', end, { once: true })
    if (signal?.aborted) end()
    const duties = createDuties(parameters, { clock, signal: over.signal, observe })
    try {
      return await play(duties, over.signal)
    } finally {
      end()
      signal?.removeEventListener('abort', end)
      await duties.ended()
    }
  }

  async function play(duties: Duties, signal: AbortSignal): Promise<State> {
    const opened = await persist('open', () => chain.opened(epoch), signal)
    let { state } = opened
    let isSealed = executor === undefined
    const take = (event: Event) => {
      const done = step(state, event)
      state = done.state
      observe({ type: 'step', event, step: done })
      for (const effect of done.effects) answer(effect, duties, signal)
    }
    for (const effect of opened.effects) answer(effect, duties, signal)
    for await (const { now, event } of entries(signal)) {
      if (now > state.now) take({ kind: 'tick', now })
      const read = event === null ? undefined : await readable(event)
      if (read !== undefined) take(read)
      if (state.status === 'settled') break
      if (!isSealed && now >= sealing) {
        isSealed = true
        duties.add('commit', async () => submit([await executor!.commit()], signal))
      }
    }
    return state
  }

  /** The record from its beginning; where reading fails, it goes on from there. */
  async function* entries(signal: AbortSignal): AsyncIterable<Recorded> {
    let from = 0
    while (!signal.aborted) {
      try {
        for await (const entry of chain.record(epoch, { from, signal })) {
          from++
          yield entry
        }
      } catch (error) {
        await recover('read', error, signal).catch(() => {})
      }
    }
  }

  async function persist<T>(doing: string, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    for (;;) {
      try {
        return await work()
      } catch (error) {
        await recover(doing, error, signal)
      }
    }
  }

  async function recover(doing: string, error: unknown, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    observe({ type: 'trouble', doing, error })
    await clock.sleep(LONGEST_PAUSE, { signal })
  }

  /** What anybody may have put on the chain: nothing, unless it is a message that somebody signed. */
  async function readable(event: NonNullable<Recorded['event']>): Promise<Event | undefined> {
    if (event.kind === 'beacon-value') return event
    return Message.authenticate(event, protocol, authenticator).catch((error) => {
      if (error instanceof Message.MalformedMessageError || error instanceof Message.InvalidSignatureError)
        return undefined
      throw error
    })
  }

  function answer(effect: Effect, duties: Duties, signal: AbortSignal): void {
    for (const role of roles) duties.add(effect.type, async () => submit(await role.handle(effect), signal))
    if (effect.type === 'request-beacon' && protocol.beacon.source !== 'commit-reveal')
      duties.add(effect.type, async () => submit([await fetched(effect, signal)], signal))
  }

  async function fetched({ level, round }: Extract<Effect, { type: 'request-beacon' }>, signal: AbortSignal) {
    const value = beacon === undefined ? { round } : await beacon.round(round, { signal })
    return { kind: 'beacon-value', level, ...value } as const
  }

  async function submit(events: readonly (Message.Envelope | BeaconValue)[], signal: AbortSignal): Promise<void> {
    for (const event of events) {
      await chain.submit(epoch, event, { signal })
      observe({ type: 'submitted', event })
    }
  }

  return { run }
}

/** Work that has to succeed in the end. */
type Duties = Readonly<{
  add(doing: string, work: () => Promise<void>): void
  /** Once nothing is under way any more. */
  ended(): Promise<void>
}>

type DutyContext = Readonly<{ clock: Clock; signal: AbortSignal; observe: (event: NodeEvent) => void }>

const FIRST_PAUSE = 250
const LONGEST_PAUSE = 2_000

/** So many at once, the others in order; there are no more of them than the protocol draws. */
function createDuties({ concurrency = 8 }: NodeParameters, { clock, signal, observe }: DutyContext): Duties {
  assertInteger(concurrency, 'concurrency', 1, 4_096)
  const waiting: (() => Promise<void>)[] = []
  const running = new Set<Promise<void>>()
  let free = concurrency

  function next(): void {
    for (; free > 0 && waiting.length > 0; free--) follow(waiting.shift()!().finally(() => free++))
  }

  function follow(work: Promise<void>): void {
    const followed = work.finally(() => {
      running.delete(followed)
      next()
    })
    running.add(followed)
  }

  /** Tries once; after a failure it makes room, and queues again after a pause. */
  function add(doing: string, work: () => Promise<void>, pause = FIRST_PAUSE): void {
    if (signal.aborted) return
    waiting.push(() =>
      work().catch((error) => {
        if (signal.aborted) return
        observe({ type: 'trouble', doing, error })
        const rest = clock.sleep(pause, { signal }).then(() => add(doing, work, Math.min(2 * pause, LONGEST_PAUSE)))
        follow(rest.catch(() => {}))
      }),
    )
    next()
  }

  return {
    add,
    ended: async () => {
      waiting.length = 0
      while (running.size > 0) await Promise.all(running)
    },
  }
}

function marginOf({
  protocol: { censorship, finality },
  margin = 2 * (censorship + finality),
}: NodeParameters): number {
  return assertInteger(margin, 'margin', 0)
}

function needsSource({ beacon: { source } }: Protocol.Protocol): boolean {
  return source === 'drand' || source === 'block'
}

function noSource({ beacon }: Protocol.Protocol): InvalidInputError {
  return new InvalidInputError('nobody fetches the beacon’s rounds.', {
    subject: 'beacon',
    value: undefined,
    rule: `a BeaconSource: the parameters draw from ${beacon.source}`,
    fix: 'pass quicknet() of @spotcheck/core/drand, or a source of your own',
  })
}
