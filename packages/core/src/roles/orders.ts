import { utf8ToBytes } from '@noble/hashes/utils.js'
import * as z from 'zod'
import * as Commitment from '../Commitment.js'
import type { Address, Hex } from '../Encoding.js'
import { BaseError, InvalidInputError } from '../Errors.js'
import * as Message from '../Message.js'
import * as Output from '../Output.js'
import type * as Protocol from '../Protocol.js'
import type { Parcel, Receiver, Refusal, Transport } from '../ports/index.js'
import * as Receipt from '../Receipt.js'
import * as Schema from '../Schema.js'
import * as Task from '../Task.js'
import type { Bill } from './client.js'
import type { Executor } from './executor.js'

/** An order as it travels. */
type Ordered = Readonly<{ order: Task.Signed; input: Hex }>

const orderSchema: z.ZodType<Ordered> = z.strictObject({
  order: z.strictObject({ task: Task.schema, signature: Schema.signature }),
  input: Schema.bytes(Output.maxBytes),
})

type Answered = Readonly<{ output: Output.Output; leaf: Commitment.Leaf; receipt: unknown }>

const answerSchema: z.ZodType<Answered> = z.strictObject({
  output: Output.schema,
  leaf: Commitment.leafSchema,
  receipt: z.unknown(),
})

/**
 * Serves the orders that come by a transport; refuses those that can't be served, so that nobody sends them again.
 *
 * @example
 * ```ts no-run
 * import { type Executor, receiveOrders } from '@spotcheck/core'
 * import { httpServer } from '@spotcheck/core/http'
 *
 * declare const executor: Executor
 * const server = await httpServer({ topics: { orders: receiveOrders(executor) }, host: '0.0.0.0', port: 8700 })
 * ```
 */
export function receiveOrders(executor: Pick<Executor, 'serve'>): Receiver {
  async function receive({ body }: Parcel): Promise<Parcel | Refusal> {
    try {
      const { order, input } = read(orderSchema, body, InvalidOrderError)
      return parcelOf(await executor.serve(order, input))
    } catch (error) {
      const isTheirs = [InvalidOrderError, Task.InvalidTaskError, InvalidInputError].some(
        (type) => error instanceof type,
      )
      if (isTheirs) return { refused: (error as Error).message }
      throw error
    }
  }
  return receive
}

/** What is ordered, from whom, and how. */
export type SendParameters = Readonly<{
  transport: Transport
  /** Where the executor is reached, and the topic on which it takes orders, by default `orders`. */
  peer: string
  topic?: string | undefined
  order: Task.Signed
  input: Hex
  protocol: Protocol.Protocol
  authenticator: Message.Authenticator
  /** Of the executor: its address, and its registered operator key where that is another one. */
  executor: Address
  operator?: Address | undefined
  epoch: number
  signal?: AbortSignal | undefined
}>

/**
 * Sends an order to an executor until it is served. What comes back is an output with a promise of this very task's leaf,
 * signed by the executor's operator key: a bill that `Client.pay` takes.
 *
 * @throws BrokenPromiseError if what comes back is anything else: pay nothing for it; what the transport throws.
 * @example
 * ```ts no-run
 * import { sendOrder, type Client } from '@spotcheck/core'
 * import { httpTransport } from '@spotcheck/core/http'
 *
 * declare const client: Client
 * declare const parts: Omit<Parameters<typeof sendOrder>[0], 'transport' | 'peer'>
 * const { output, bill } = await sendOrder({ ...parts, transport: httpTransport(), peer: 'http://10.0.0.7:8700' })
 * const voucher = await client.pay(bill)
 * ```
 */
export async function sendOrder(parameters: SendParameters): Promise<Readonly<{ output: Output.Output; bill: Bill }>> {
  const { transport, peer, topic = 'orders', order, input, signal, operator } = parameters
  const answer = await transport.send(peer, topic, parcelOf({ order, input }), { signal })
  if (answer === undefined) throw broken('answer', answer, 'an output with its leaf and receipt')
  const { output, leaf, receipt: signed } = read(answerSchema, answer.body, BrokenPromiseError)
  const receipt = await promised(signed, leaf, parameters)
  return { output, bill: { receipt, leaf, operator } }
}

/** The receipt, if it is the executor's promise of that leaf, for the task that was ordered. */
async function promised(
  signed: unknown,
  leaf: Commitment.Leaf,
  { order: { task }, protocol, authenticator, executor, operator = executor, epoch }: SendParameters,
): Promise<Message.Authenticated<'receipt'>> {
  const receipt = await Message.authenticate(signed, protocol, authenticator).catch((cause) => {
    throw cause instanceof BaseError ? broken('receipt', signed, 'a signed receipt', cause) : cause
  })
  if (receipt.kind !== 'receipt') throw broken('receipt.kind', receipt.kind, 'receipt')
  const { body, signer } = receipt
  if (signer !== operator.toLowerCase()) throw broken('receipt.signer', signer, `${operator}, its operator key`)
  if (body.executor !== executor.toLowerCase()) throw broken('receipt.executor', body.executor, executor)
  if (body.epoch !== epoch) throw broken('receipt.epoch', body.epoch, `${epoch}, the epoch that is paid for`)
  if (body.paramsHash !== task.paramsHash) throw broken('receipt.paramsHash', body.paramsHash, task.paramsHash)
  if (leaf.taskId !== Task.id(task)) throw broken('leaf.taskId', leaf.taskId, `${Task.id(task)}, what was ordered`)
  if (leaf.weight !== task.value) throw broken('leaf.weight', leaf.weight, `${task.value}, the task’s value`)
  if (!Receipt.promises(body, leaf)) throw broken('leaf', leaf, 'the leaf that the receipt promises')
  return receipt as Message.Authenticated<'receipt'>
}

function parcelOf(content: object): Parcel {
  return { type: 'json', body: utf8ToBytes(JSON.stringify(content, Schema.toJson)) }
}

function read<T>(schema: z.ZodType<T>, body: Uint8Array, failure: typeof InvalidOrderError): T {
  return Schema.parse(schema, parsed(body), 'parcel', failure)
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return undefined
  }
}

function broken(subject: string, value: unknown, rule: string, cause?: unknown): BrokenPromiseError {
  return new BrokenPromiseError('the executor promised something else than was ordered.', {
    subject,
    value,
    rule,
    fix: 'pay nothing for it; keep what it signed, which may prove a fault, and order elsewhere',
    see: 'protocol.md, Commitment',
    cause,
  })
}

/** An order that is none. */
export class InvalidOrderError extends BaseError {
  override name = 'Roles.InvalidOrderError'
}

/** An executor's answer that is not the promise of what was ordered. */
export class BrokenPromiseError extends BaseError {
  override name = 'Roles.BrokenPromiseError'
}
