// The other side of crash-node.mjs: who starts and kills it, signs for it, and remembers.
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Message, TypedData } from '@spotcheck/core'
import { cheapSigner, memoryWitnesses } from '@spotcheck/core/memory'
import type { Binding } from '@spotcheck/core/ports'
import type { Hex } from './world.js'

const program = fileURLToPath(new URL('crash-node.mjs', import.meta.url))
const alive = new Set<ChildProcess>()

/** What a killed or failed call says. */
export type Failure = Readonly<{ name: string; message: string }>

/** What the process asks its parent, and what its calls come to. */
type Said =
  | Readonly<{ question: 'sign'; id: number; argument: TypedData.Definition }>
  | Readonly<{ question: 'record'; id: number; argument: Message.Envelope<Binding> }>
  | Readonly<{ question: 'recall'; id: number; argument: [Hex, number] }>
  | Readonly<{ question?: undefined; returned: number; value: unknown; error?: Failure }>

/** Kills whatever is still there. */
export function killAll(): void {
  for (const child of alive) child.kill('SIGKILL')
}

/** Everything that was ever signed, and what contradicts it. */
export class Public {
  readonly #witnesses = memoryWitnesses()
  readonly receipts: { epoch: number; index: number; leafHash: Hex }[] = []
  /** The commitments of the verifier, by their place. */
  readonly commitments = new Map<string, Record<string, unknown>>()
  readonly contradictions: string[] = []
  /** How much the witnesses hold. */
  recorded = 0
  signed = 0
  readonly #places = new Map<string, string>()

  async answer(said: Said): Promise<unknown> {
    if (said.question === 'sign') return this.#sign(said.argument)
    if (said.question === 'recall') return this.#witnesses.recall(...said.argument)
    if (said.question !== 'record') return undefined
    this.recorded++
    return this.#witnesses.record(said.argument)
  }

  async #sign(definition: TypedData.Definition): Promise<Hex> {
    const { primaryType, message } = definition
    const { executor, verifier, epoch, batchDigest, index, level, sequence } = message as Record<string, unknown>
    const place = [primaryType, executor, verifier, epoch, batchDigest, index, level, sequence].join(' ')
    const text = JSON.stringify(message, (_, value) => (typeof value === 'bigint' ? Number(value) : value))
    if ((this.#places.get(place) ?? text) !== text) this.contradictions.push(place)
    this.#places.set(place, text)
    this.signed++
    if (primaryType === 'Receipt') this.receipts.push(JSON.parse(text))
    if (primaryType === 'VerifierCommitment') this.commitments.set(place, JSON.parse(text))
    return cheapSigner((verifier ?? executor) as Hex).signTypedData(definition)
  }
}

/** A node in a process of its own. */
export class Node {
  readonly #child: ChildProcess
  readonly #calls = new Map<number, { resolve: (value: never) => void; reject: (failure: Failure) => void }>()
  readonly #ended: Promise<void>
  #next = 0

  constructor(outside: Public, setting: object) {
    this.#child = fork(program, { serialization: 'advanced', execArgv: [] })
    alive.add(this.#child)
    this.#ended = new Promise((resolve) => this.#child.once('exit', () => resolve()))
    this.#child.once('exit', () => {
      alive.delete(this.#child)
      for (const { reject } of this.#calls.values()) reject({ name: 'Killed', message: 'the process is gone' })
    })
    this.#child.on('error', () => {})
    this.#child.on('message', (message) => this.#receive(message as Said, outside))
    this.started = this.call('started', setting)
    this.started.catch(() => {})
  }

  readonly started: Promise<void>

  call<T>(call: string, argument?: unknown): Promise<T> {
    const id = this.#next++
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve, reject })
      this.#send({ call, id, argument })
    })
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#ended
  }

  #send(message: object): void {
    if (this.#child.connected) this.#child.send(message as never, () => {})
  }

  async #receive(said: Said, outside: Public): Promise<void> {
    if (said.question !== undefined) return this.#send({ answered: said.id, value: await outside.answer(said) })
    const call = this.#calls.get(said.returned)
    this.#calls.delete(said.returned)
    if (said.error === undefined) call?.resolve(said.value as never)
    else call?.reject(said.error)
  }
}
