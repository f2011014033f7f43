import { describe, expect, it } from 'vitest'
import { bytes, clientAddress, hex, orderOf, party, protocolWith, toyModel } from '../../../../test/support/world.js'
import * as Errors from '../Errors.js'
import * as Message from '../Message.js'
import { cheapAuthenticator, cheapSigner } from '../memory/index.js'
import type { Model, Parcel, Transport } from '../ports/index.js'
import * as Receipt from '../Receipt.js'
import * as Schema from '../Schema.js'
import { BrokenPromiseError, createClient, createExecutor, receiveOrders, sendOrder } from './index.js'

const protocol = protocolWith()
const executor = party('e', 1)
const client = createClient({ protocol, address: clientAddress, signer: cheapSigner(clientAddress) })
const { input, ...rest } = orderOf(0, 0)
const order = await client.order({ ...rest, input })

const workerOf = (model: Model = toyModel()) =>
  createExecutor({
    ...{ protocol, epoch: 0, address: executor, signer: cheapSigner(executor), secret: bytes(1), model },
    ...{ terms: { client: clientAddress, reward: 100n }, authenticator: cheapAuthenticator },
  })

const parcel = (content: unknown): Parcel => ({
  type: 'json',
  body: new TextEncoder().encode(typeof content === 'string' ? content : JSON.stringify(content, Schema.toJson)),
})
const contentOf = (answer: unknown) => JSON.parse(new TextDecoder().decode((answer as Parcel).body))
const options = { signal: new AbortController().signal }

/** Straight to a receiver; whatever it answers may be changed on the way. */
function wire(
  receive = receiveOrders(workerOf()),
  change: (content: never) => unknown = (content) => content,
): Transport {
  return {
    send: async (_peer, _topic, sent) => {
      const answer = await receive(sent, options)
      return answer === undefined || 'refused' in answer ? undefined : parcel(change(contentOf(answer) as never))
    },
  }
}

const send = (transport: Transport, overrides: object = {}) =>
  sendOrder({
    transport,
    peer: 'x',
    order,
    input,
    protocol,
    authenticator: cheapAuthenticator,
    executor,
    epoch: 0,
    ...overrides,
  })

it('what is ordered is served, promised, and can be paid for', async () => {
  const { output, bill } = await send(wire())
  expect(output).toEqual(await toyModel().execute(order.task, input))
  expect(Receipt.promises(bill.receipt.body, bill.leaf)).toBe(true)
  expect((await client.pay(bill)).body.cumulative).toBe(100n)
})

describe('an executor', () => {
  it.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['something else', '[]'],
    ['an order without input', { order }],
    ['a field too many', { order, input, extra: 1 }],
    ['an input that is none', { order, input: '0xA' }],
    ['an unsigned order', { order: { task: order.task }, input }],
    ['another input than was signed', { order, input: '0x00' }],
    ['another reward', { order: { ...order, task: { ...order.task, reward: 1n } }, input }],
  ])('refuses %s, in words', async (_, content) => {
    const answer = await receiveOrders(workerOf())(parcel(content), options)
    expect(answer).toEqual({ refused: expect.stringContaining('rule') })
  })

  it('refuses what comes after the batch', async () => {
    const worker = workerOf()
    await worker.serve(order, input)
    await worker.commit()
    const late = await client.order({ ...rest, input, nonce: 77n })
    expect(await receiveOrders(worker)(parcel({ order: late, input }), options)).toHaveProperty('refused')
  })

  it('keeps its own trouble to itself', async () => {
    const broken = receiveOrders(workerOf(toyModel({ broken: true })))
    await expect(broken(parcel({ order, input }), options)).rejects.toThrow('out of memory')
    const mute = receiveOrders(
      workerOf({ ...toyModel(), execute: async () => ({ bytes: 'x', evidence: '0x' }) as never }),
    )
    await expect(mute(parcel({ order, input }), options)).rejects.toThrow(Errors.BaseError)
  })
})

describe('a client takes nothing else than what it ordered', () => {
  type Content = { output: object; leaf: Record<string, unknown>; receipt: Message.Envelope<'receipt'> }
  const signedBy = (body: object, signer = executor) =>
    Message.sign<'receipt'>({ kind: 'receipt', body: body as never }, protocol, cheapSigner(signer))

  it.each<[string, (content: Content) => unknown]>([
    ['no receipt', ({ receipt: _, ...content }) => content],
    [
      'a forged receipt',
      (content) => ({ ...content, receipt: { ...content.receipt, signature: `0x${'11'.repeat(65)}` } }),
    ],
    ['another leaf', (content) => ({ ...content, leaf: { ...content.leaf, bytesCommit: hex(9) } })],
    ['another task', (content) => ({ ...content, leaf: { ...content.leaf, taskId: hex(9) } })],
    ['another weight', (content) => ({ ...content, leaf: { ...content.leaf, weight: '8' } })],
    ['no output', ({ output: _, ...content }) => content],
    ['something more', (content) => ({ ...content, more: 1 })],
    ['text', () => 'thanks'],
  ])('%s', async (_, change) => {
    await expect(send(wire(receiveOrders(workerOf()), change as never))).rejects.toThrow(BrokenPromiseError)
  })

  it('another’s promise, of another epoch or network, or none', async () => {
    const { bill } = await send(wire())
    const answerOf = async (body: object, signer = executor) => {
      const receipt = await signedBy({ ...bill.receipt.body, ...body }, signer)
      return send(wire(receiveOrders(workerOf()), (content: Content) => ({ ...content, receipt })))
    }
    await expect(answerOf({}, party('e', 2))).rejects.toThrow(BrokenPromiseError)
    for (const body of [{ executor: party('e', 2) }, { epoch: 1 }, { paramsHash: hex(9) }, { index: 1 }])
      await expect(answerOf(body)).rejects.toThrow(BrokenPromiseError)
    const voucher = await client.pay(bill)
    const wrongKind = wire(receiveOrders(workerOf()), (content: Content) => ({ ...content, receipt: voucher }))
    await expect(send(wrongKind)).rejects.toThrow(BrokenPromiseError)
    await expect(send({ send: async () => undefined })).rejects.toThrow(BrokenPromiseError)
    await expect(send(wire(), { operator: party('a', 1) })).rejects.toThrow(BrokenPromiseError)
  })
})
