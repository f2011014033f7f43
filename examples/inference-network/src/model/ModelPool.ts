/**
 * Worker threads that run the models, so that inference leaves the event loop free and uses more than one core.
 *
 * The weights are read once and shared; each request goes to one idle worker and waits in line when there is none.
 *
 * @module
 */
import { Worker } from 'node:worker_threads'
import { BaseError } from '@spotcheck/core/Errors'
import type { Generation } from './Generate.js'
import * as Models from './Models.js'

type Common = Readonly<{ id: number; variant: Models.Variant; prompt: string }>
export type GenerateRequest = Common & Readonly<{ kind: 'generate'; maxTokens: number }>
export type ReplayRequest = Common & Readonly<{ kind: 'replay'; tokens: readonly number[] }>
/** Everything that a worker is ever told besides the weights. */
export type Request = GenerateRequest | ReplayRequest

/** What a run gave, and its CPU time in the worker (see CpuClock for how it is measured). */
export type Answer = Readonly<{ result: Generation; cpuMicros: number }>
export type Reply =
  | (Answer & Readonly<{ id: number }>)
  | Readonly<{ id: number; error: Readonly<{ name: string; message: string }> }>

export type Options = Readonly<{
  /** Number of workers. */
  size?: number
  /** Sees every message just before it is posted to a worker: what a test of blindness records. */
  onMessage?: (message: Request) => void
  /** Weights that are already loaded. */
  models?: Models.Models
  /** The compiled worker. */
  worker?: URL
}>

/**
 * Starts a pool.
 *
 * @throws Weights.MissingError, Weights.DigestError
 * @example
 * ```ts
 * const pool = ModelPool.open({ size: 2 })
 * const { result } = await pool.generate({ variant: 'fp32', prompt: 'Once upon a time', maxTokens: 32 })
 * await pool.close()
 * ```
 */
export function open(options: Options = {}): ModelPool {
  return new ModelPool(options)
}

type Job = Readonly<{ request: Request; resolve: (answer: Answer) => void; reject: (error: Error) => void }>
type Slot = { readonly worker: Worker; job: Job | undefined }

export class ModelPool {
  readonly #size: number
  readonly #models: Models.Models
  readonly #url: URL
  readonly #onMessage: (message: Request) => void
  readonly #queue: Job[] = []
  #slots: Slot[] = []
  #lastId = 0
  #closed = false

  constructor(options: Options) {
    this.#size = options.size ?? 2
    this.#models = options.models ?? Models.load()
    this.#url = options.worker ?? new URL('./worker.js', import.meta.url)
    this.#onMessage = options.onMessage ?? (() => {})
    for (let i = 0; i < this.#size; i++) this.#spawn()
  }

  /** Greedy text: see Generate.generate. Rejects with RequestError, WorkerCrashedError or ClosedError. */
  generate(task: Omit<GenerateRequest, 'id' | 'kind'>): Promise<Answer> {
    const { variant, prompt, maxTokens } = task
    return this.#submit({ id: ++this.#lastId, kind: 'generate', variant, prompt, maxTokens })
  }

  /** The replay of given tokens: see Generate.replay. Rejects as `generate` does. */
  replay(task: Omit<ReplayRequest, 'id' | 'kind'>): Promise<Answer> {
    const { variant, prompt, tokens } = task
    return this.#submit({ id: ++this.#lastId, kind: 'replay', variant, prompt, tokens })
  }

  /** Stops the workers; whatever has no answer yet is rejected. */
  async close(): Promise<void> {
    this.#closed = true
    const slots = this.#slots
    this.#slots = []
    for (const job of [...slots.map((slot) => slot.job), ...this.#queue.splice(0)]) job?.reject(closedError(job))
    await Promise.all(slots.map(({ worker }) => worker.terminate()))
  }

  #submit(request: Request): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const job = { request, resolve, reject }
      if (this.#closed) return reject(closedError(job))
      this.#queue.push(job)
      this.#dispatch()
    })
  }

  /** Hands waiting jobs to idle workers, replacing crashed ones. */
  #dispatch(): void {
    while (this.#queue.length > 0) {
      const idle = this.#slots.find(({ job }) => job === undefined)
      if (idle === undefined && this.#slots.length >= this.#size) return
      const slot = idle ?? this.#spawn()
      slot.job = this.#queue.shift()!
      this.#onMessage(slot.job.request)
      slot.worker.postMessage(slot.job.request)
    }
  }

  #spawn(): Slot {
    const slot: Slot = { worker: new Worker(this.#url, { workerData: this.#models }), job: undefined }
    slot.worker.on('message', (reply: Reply) => this.#settle(slot, reply))
    slot.worker.on('error', (error) => this.#drop(slot, error))
    slot.worker.on('exit', (code) => this.#drop(slot, code))
    this.#slots.push(slot)
    return slot
  }

  #settle(slot: Slot, reply: Reply): void {
    const { job } = slot
    slot.job = undefined
    if ('error' in reply) job?.reject(new RequestError(reply.error))
    else job?.resolve({ result: reply.result, cpuMicros: reply.cpuMicros })
    this.#dispatch()
  }

  /** Forgets a worker that died, after an error or with an exit code; both events may come for one death. */
  #drop(slot: Slot, cause: unknown): void {
    if (!this.#slots.includes(slot)) return
    this.#slots = this.#slots.filter((other) => other !== slot)
    slot.job?.reject(crashedError(slot.job, cause))
    this.#dispatch()
  }
}

function crashedError({ request }: Job, cause: unknown): WorkerCrashedError {
  return new WorkerCrashedError('The worker died before it answered.', {
    subject: 'cause',
    value: cause instanceof Error ? cause.message : `exit code ${cause}`,
    rule: 'a worker answers every request, if only with an error',
    fix: `ask again: the next request gets a new worker (this was ${request.kind} ${request.id})`,
    cause,
  })
}

function closedError({ request }: Job): ClosedError {
  return new ClosedError('The pool is closed.', {
    subject: 'request',
    value: `${request.kind} ${request.id}`,
    rule: 'only an open pool answers',
    fix: 'await all answers before close(), or open another pool',
  })
}

/** The run itself failed: carries the name and the message of the error in the worker. */
class RequestError extends Error {
  override name: string

  constructor({ name, message }: Readonly<{ name: string; message: string }>) {
    super(message)
    this.name = name
  }
}

/** The thread died; the request may be tried again. @public */
export class WorkerCrashedError extends BaseError {
  override name = 'ModelPool.WorkerCrashedError'
}

/** The pool was closed before the answer. @public */
export class ClosedError extends BaseError {
  override name = 'ModelPool.ClosedError'
}
