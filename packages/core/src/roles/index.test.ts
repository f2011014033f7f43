import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, it } from 'vitest'
import { errorOf } from '../../../../test/support/thrown.js'
import {
  bytes,
  clientAddress,
  createWorld,
  evidenceMode,
  type Hex,
  hex,
  orderOf,
  party,
  protocolWith,
  toyModel,
} from '../../../../test/support/world.js'
import * as Encoding from '../Encoding.js'
import * as Errors from '../Errors.js'
import { keccak256 } from '../Hash.js'
import * as Message from '../Message.js'
import { cheapAuthenticator, cheapSigner } from '../memory/index.js'
import * as Output from '../Output.js'
import * as Protocol from '../Protocol.js'
import type { Model } from '../ports/index.js'
import type { Effect } from '../Round.js'
import * as Task from '../Task.js'
import { type Bill, type Client, createClient, createExecutor, createVerifier, type Executor } from './index.js'

const protocol = protocolWith()
const client = createClient({ protocol, address: clientAddress, signer: cheapSigner(clientAddress) })
const agreed = { terms: { client: clientAddress, reward: orderOf(0, 0).reward }, authenticator: cheapAuthenticator }
const executorOf = (model: Model = toyModel(), of = protocol) =>
  createExecutor({
    ...{ protocol: of, epoch: 0, address: party('e', 1), signer: cheapSigner(party('e', 1)), secret: bytes(1), model },
    ...agreed,
  })

describe('addresses', () => {
  it('of wallets are checksummed; roles answer to the lower case', () => {
    const account = privateKeyToAccount(hex(0x42))
    expect(account.address).not.toBe(account.address.toLowerCase())
    const parts = {
      protocol,
      epoch: 0,
      address: account.address,
      signer: account,
      secret: bytes(1),
      model: toyModel(),
      ...agreed,
    }
    for (const role of [createClient(parts), createExecutor(parts), createVerifier(parts)])
      expect(role.address).toBe(account.address.toLowerCase())
  })

  it('with a wrong checksum were mistyped', () => {
    const { address } = privateKeyToAccount(hex(0x42))
    const mistyped = address
      .replace(/[a-f]/, (digit) => digit.toUpperCase())
      .replace(/[A-F]/g, (digit, at) => (at % 2 ? digit : digit.toLowerCase()))
    const signer = cheapSigner(clientAddress)
    const error = errorOf(() => createClient({ protocol, address: mistyped as Hex, signer }), Errors.InvalidInputError)
    expect(error.message).toMatchInlineSnapshot(`
      "address is no address.
        address  "0x17c5185167401ed00cf5f5b2fc97d9bBfDb7d025"
        rule     0x and 40 hex digits, in lower case or with a valid checksum
        fix      pass the account’s address, e.g. account.address"
    `)
  })
})

describe('parts that are missing', () => {
  const parts = {
    protocol,
    epoch: 0,
    address: party('a', 1),
    signer: cheapSigner(party('a', 1)),
    secret: bytes(1),
    model: toyModel(),
    ...agreed,
  }
  const makers = { createClient, createExecutor, createVerifier }

  it.each(Object.entries(makers))('are named by %s', (name, make) => {
    const needed = ['protocol', 'address', 'signer']
    if (name !== 'createClient') needed.push('secret', 'model')
    if (name === 'createExecutor') needed.push('terms', 'authenticator')
    for (const part of needed)
      for (const wrong of [undefined, null, 1, {}])
        expect(() => make({ ...parts, [part]: wrong } as never)).toThrow(Errors.BaseError)
    for (const wrong of [undefined, null, 'x']) expect(() => make(wrong as never)).toThrow(Errors.InvalidInputError)
  })

  it('are explained', () => {
    const error = errorOf(() => createExecutor({ ...parts, signer: {} as never }), Errors.InvalidInputError)
    expect(error.message).toMatchInlineSnapshot(`
      "signer can’t do its part.
        signer  object {  }
        rule    an object with the methods signTypedData
        fix     implement signTypedData"
    `)
    for (const epoch of [-1, 0.5, '0', undefined])
      expect(() => createVerifier({ ...parts, epoch: epoch as number })).toThrow(Errors.InvalidInputError)
  })
})

describe('client', () => {
  it('signs what it orders', async () => {
    const order = orderOf(0, 0)
    const { task, signature } = await client.order(order)
    expect(task).toMatchObject({ client: clientAddress, paramsHash: Protocol.hash(protocol), value: 7n })
    expect(task.input).toBe(Encoding.toHex(keccak256(Encoding.fromHex(order.input))))
    expect(signature).toHaveLength(132)
  })

  it('orders nothing that can not be served', async () => {
    const order = orderOf(0, 0)
    for (const wrong of [
      { value: 0n },
      { model: '0x' },
      { nonce: -1n },
      { input: `0x${'00'.repeat(Output.maxBytes + 1)}` },
    ])
      await expect(client.order({ ...order, ...wrong } as never)).rejects.toThrow(Task.InvalidTaskError)
    for (const wrong of [undefined, {}, { ...order, input: '0xA' }])
      await expect(client.order(wrong as never)).rejects.toThrow(Errors.InvalidInputError)
  })

  const newClient = () => createClient({ protocol, address: clientAddress, signer: cheapSigner(clientAddress) })
  const authenticated = (envelope: Message.Envelope<'receipt'>) =>
    Message.authenticate<'receipt'>(envelope, protocol, cheapAuthenticator)

  /** The bill of task `t`, ordered by that client from that executor. */
  async function billFor(payer: Client, executor: Executor, t = 0): Promise<Bill> {
    const order = orderOf(0, t)
    const { receipt, leaf } = await executor.serve(await payer.order(order), order.input)
    return { receipt: await authenticated(receipt), leaf }
  }

  it('pays each task once, adding up what it owes to each executor', async () => {
    const payer = newClient()
    const place = { paramsHash: Protocol.hash(protocol), client: clientAddress, epoch: 0 }
    const executor = executorOf()
    const [first, second] = [await billFor(payer, executor, 0), await billFor(payer, executor, 1)]
    for (const [bill, cumulative] of [
      [first, 100n],
      [first, 100n],
      [second, 200n],
      [first, 200n],
    ] as const)
      expect((await payer.pay(bill)).body).toEqual({ ...place, executor: executor.address, cumulative })

    const address = party('e', 2)
    const parts = { protocol, epoch: 0, address, signer: cheapSigner(address), secret: bytes(2), model: toyModel() }
    const other = createExecutor({ ...parts, ...agreed })
    const bill = await billFor(payer, other, 2)
    expect((await payer.pay(bill)).body).toEqual({ ...place, executor: address, cumulative: 100n })
    const again = await billFor(payer, other, 0)
    expect((await payer.pay(again)).body).toEqual({ ...place, executor: address, cumulative: 100n })
  })

  it('pays against the operator key of an executor that has one, and no other', async () => {
    const payer = newClient()
    const key = party('d', 7)
    const parts = { protocol, epoch: 0, address: party('e', 1), signer: cheapSigner(key), secret: bytes(1) }
    const bill = await billFor(payer, createExecutor({ ...parts, model: toyModel(), ...agreed }))
    const rule = (operator: Hex) => `${operator}, the executor’s operator key`
    for (const [operator, expected] of [
      [undefined, party('e', 1)],
      [party('e', 1), party('e', 1)],
      [party('d', 8), party('d', 8)],
    ] as const)
      await expect(payer.pay({ ...bill, operator })).rejects.toMatchObject({
        subject: 'receipt.signer',
        rule: rule(expected),
      })
    expect((await payer.pay({ ...bill, operator: key })).body.cumulative).toBe(100n)
  })

  it('says why it pays nothing', async () => {
    const payer = newClient()
    const bill = await billFor(payer, executorOf())
    const { receipt, leaf } = bill
    const other = await billFor(payer, executorOf(), 1)
    const abroad = protocolWith({ epochLength: 101 })
    const foreign = { ...receipt.body, paramsHash: Protocol.hash(abroad) }
    const signed = await Message.sign<'receipt'>(
      { kind: 'receipt', body: foreign },
      protocol,
      cheapSigner(party('e', 1)),
    )
    const messages: string[] = []
    for (const wrong of [
      { receipt: { ...receipt }, leaf },
      { receipt, leaf, operator: party('e', 2) },
      { receipt: await authenticated(signed), leaf },
      { receipt, leaf: other.leaf },
      { receipt, leaf: { ...leaf, weight: 8n } },
    ]) {
      const error = await payer.pay(wrong as Bill).catch((one) => one)
      expect(error).toBeInstanceOf(Errors.InvalidInputError)
      messages.push(error.message)
    }
    expect(messages).toMatchInlineSnapshot(`
      [
        "this is no bill to pay.
        receipt  object { kind, body, signer, innerSigner }
        rule     what Message.authenticate returned
        fix      ask the executor for the receipt and leaf that its serve returned
        see      protocol.md, Commitment",
        "this is no bill to pay.
        receipt.signer  "0xeeee000000000000000000000000000000000001"
        rule            0xeeee000000000000000000000000000000000002, the executor’s operator key
        fix             ask the executor for the receipt and leaf that its serve returned
        see             protocol.md, Commitment",
        "this is no bill to pay.
        receipt.paramsHash  "0x4c6e1ad376263a5ce6181f19ab2785a5a217a4c7713785910decd8be1a5b3a10"
        rule                0x4b4c8997b920054e054bf939dbba1a40ee7c84ea7d60ce42f9b79a9558abc9c6, this network
        fix                 ask the executor for the receipt and leaf that its serve returned
        see                 protocol.md, Commitment",
        "this is no bill to pay.
        leaf  object { index, taskId, weight, bytesCommit, evidenceCommit }
        rule  the leaf that the receipt promises
        fix   ask the executor for the receipt and leaf that its serve returned
        see   protocol.md, Commitment",
        "this is no bill to pay.
        leaf  object { index, taskId, weight, bytesCommit, evidenceCommit }
        rule  the leaf that the receipt promises
        fix   ask the executor for the receipt and leaf that its serve returned
        see   protocol.md, Commitment",
      ]
    `)
    expect((await payer.pay(bill)).body.cumulative).toBe(100n)
  })

  it('pays for no task that it did not order itself, and is none the poorer for being asked', async () => {
    const bill = await billFor(newClient(), executorOf())
    const payer = newClient()
    const error = await payer.pay(bill).catch((one) => one)
    expect(error).toBeInstanceOf(Errors.InvalidInputError)
    expect(error.message).toMatchInlineSnapshot(`
      "this is no bill to pay.
        leaf.taskId  "0xde0b2f2ad39c0554869808576ae3d815f8ffac322d7fc2e98a73c9b386413e9b"
        rule         a task that this client ordered
        fix          ask the executor for the receipt and leaf that its serve returned
        see          protocol.md, Commitment"
    `)
    await payer.order(orderOf(0, 0))
    expect((await payer.pay(bill)).body.cumulative).toBe(100n)
    for (const wrong of [undefined, null, 'x', {}, { receipt: bill.receipt }])
      await expect(payer.pay(wrong as never)).rejects.toThrow(Errors.InvalidInputError)
  })
})

describe('executor', () => {
  it('refuses a task that would convict it', async () => {
    const executor = executorOf()
    const order = orderOf(0, 0)
    const signed = await client.order(order)
    const other = createClient({
      protocol: protocolWith({ epochLength: 101 }),
      address: clientAddress,
      signer: cheapSigner(clientAddress),
    })
    const stranger = createClient({ protocol, address: party('c', 2), signer: cheapSigner(party('c', 2)) })
    const refusals: [string, Promise<unknown>][] = [
      ['task.input', executor.serve(signed, '0x00')],
      ['task.paramsHash', executor.serve(await other.order(order), order.input)],
      ['task.value', executor.serve({ ...signed, task: { ...signed.task, value: 0n } }, order.input)],
      ['task.client', executor.serve(await stranger.order(order), order.input)],
      ['task.reward', executor.serve(await client.order({ ...order, reward: order.reward + 1n }), order.input)],
      ['signature', executor.serve({ ...signed, signature: (await stranger.order(order)).signature }, order.input)],
      ['input', executor.serve(signed, `0x${'00'.repeat(Output.maxBytes + 1)}`)],
    ]
    for (const [subject, refusal] of refusals) {
      const error = await refusal.catch((one) => one)
      expect(error).toBeInstanceOf(Task.InvalidTaskError)
      expect(error).toMatchObject({ subject })
    }
    const served = await executor.serve(signed, order.input)
    expect(await executor.serve(signed, order.input)).toEqual(served)
    for (const wrong of [undefined, {}, { ...signed, signature: '0x' }])
      await expect(executor.serve(wrong as never, order.input)).rejects.toThrow(Errors.BaseError)
    expect((await executor.commit()).body.count).toBe(1)
  })

  it('runs a task once, however often and whenever it is ordered, and for nobody but its client', async () => {
    let runs = 0
    const execute: Model['execute'] = (task, input) => {
      runs++
      return toyModel().execute(task, input)
    }
    const executor = executorOf({ ...toyModel(), execute })
    const order = orderOf(0, 0)
    const signed = await client.order(order)
    const [first, second] = await Promise.all([
      executor.serve(signed, order.input),
      executor.serve(signed, order.input),
    ])
    expect(second).toEqual(first)
    const { body } = await executor.commit()
    expect(await executor.serve(signed, order.input)).toEqual(first)
    expect([runs, body.count]).toEqual([1, 1])
    const forged = await cheapSigner(party('c', 2)).signTypedData(Task.definition(signed.task, protocol))
    await expect(executor.serve({ ...signed, signature: forged }, order.input)).rejects.toThrow(Task.InvalidTaskError)
  })

  it('commits to no answer that it could not open, and may try again', async () => {
    const answers = [
      { bytes: '0xA', evidence: '0x' },
      undefined,
      { bytes: `0x${'00'.repeat(Output.maxBytes + 1)}`, evidence: '0x' },
    ]
    const order = orderOf(0, 0)
    const signed = await client.order(order)
    const model: Model = {
      ...toyModel(),
      execute: async () => (answers.length > 0 ? answers.shift() : { bytes: '0x01', evidence: '0x' }) as never,
    }
    const executor = executorOf(model)
    for (let i = 0; i < 3; i++)
      await expect(executor.serve(signed, order.input)).rejects.toThrow(Output.InvalidOutputError)
    await executor.serve(signed, order.input)
    expect((await executor.commit()).body.count).toBe(1)
  })

  it('never equivocates: what it has signed it signs again, and nothing else', async () => {
    const executor = executorOf()
    const [first, second] = [orderOf(0, 0), orderOf(0, 1)]
    await expect(executor.commit()).rejects.toThrow(Errors.BaseError)
    await executor.serve(await client.order(first), first.input)
    const envelope = await executor.commit()
    await expect(executor.serve(await client.order(second), second.input)).rejects.toThrow(Errors.InvalidInputError)
    expect(await executor.commit()).toEqual(envelope)
  })

  it('drops what finishes after the batch is sealed', async () => {
    let finish = () => {}
    const slow = new Promise<void>((resolve) => {
      finish = resolve
    })
    const model: Model = {
      ...toyModel(),
      execute: async (task, input) => {
        if (task.nonce === 1n) await slow
        return toyModel().execute(task, input)
      },
    }
    const executor = executorOf(model)
    const [first, second] = [orderOf(0, 0), orderOf(0, 1)]
    await executor.serve(await client.order(first), first.input)
    const late = executor.serve(await client.order(second), second.input)
    expect((await executor.commit()).body.count).toBe(1)
    finish()
    await expect(late).rejects.toThrow(Errors.InvalidInputError)
  })

  it('answers what names it, and splits a large opening', async () => {
    const { executors } = await createWorld({ tasks: 3 })
    const executor = executors[0]!
    expect(await executor.handle({ type: 'request-opening', executor: executor.address, indices: [0] })).toEqual([])
    await executor.commit()
    const ask = (type: 'request-disclosure' | 'request-opening', who: Hex, indices: number[]) =>
      executor.handle({ type, executor: who, indices })
    expect(await ask('request-opening', party('e', 2), [0])).toEqual([])
    expect((await ask('request-disclosure', executor.address, [0, 2])).map(({ kind }) => kind)).toEqual([
      'disclosure',
      'disclosure',
    ])
    expect(await ask('request-opening', executor.address, [0, 2])).toHaveLength(1)
    expect(await ask('request-opening', executor.address, [])).toEqual([])
    for (const wrong of [undefined, null, 'x'])
      await expect(executor.handle(wrong as never)).rejects.toThrow(Errors.InvalidInputError)
  })
})

describe('verifier', () => {
  /** What a verifier with that model answers to a request for re-execution. */
  async function answer(reexecute: Model['reexecute'], overrides: object = {}): Promise<Message.Envelope> {
    const world = await createWorld({ tasks: 1, overrides })
    await world.executors[0]!.commit()
    const address = world.executors[0]!.address
    const [disclosed] = await world.executors[0]!.handle({
      type: 'request-disclosure',
      executor: address,
      indices: [0],
    })
    const disclosure = disclosed!.body as Message.Bodies['disclosure']
    const parts = { protocol: world.protocol, epoch: 0, address: party('a', 1), secret: bytes(5) }
    const verifier = createVerifier({ ...parts, signer: cheapSigner(party('a', 1)), model: { reexecute } })
    const { batchDigest, executor } = disclosure
    const assignment = { batchDigest, executor, verifier: party('a', 1), index: 0, level: 0 }
    const effect: Effect = { type: 'request-reexecution', assignment, disclosure }
    return (await verifier.handle(effect))[0]!
  }
  const reasonOf = ({ body }: Message.Envelope) => (body as Message.Bodies['indeterminate']).reason

  it('says indeterminate when the model fails, in text that can be signed', async () => {
    const fails = (thrown: unknown) => () => Promise.reject(thrown)
    expect(reasonOf(await answer(fails(new Error('out of memory'))))).toBe('out of memory')
    expect(reasonOf(await answer(fails('no engine')))).toBe('no engine')
    const cut = reasonOf(await answer(fails(new Error(`${'x'.repeat(255)}😀`))))
    expect(cut).toBe(`${'x'.repeat(255)}\ufffd`)
    expect(reasonOf(await answer(fails(new Error('\ud83d'))))).toBe('\ufffd')
  })

  it('says indeterminate when no comparator could use the result', async () => {
    for (const content of ['0x', '0xA', undefined, 7, `0x${'00'.repeat(Output.maxBytes + 1)}`])
      expect((await answer(async () => content as Hex)).kind).toBe('indeterminate')
    for (const content of ['0x', '0x00', '0x000000010001000000077fc00000'])
      expect((await answer(async () => content as Hex, evidenceMode)).kind).toBe('indeterminate')
    expect((await answer(toyModel().reexecute, evidenceMode)).kind).toBe('verifier-commitment')
    expect((await answer(toyModel().reexecute)).kind).toBe('verifier-commitment')
  })

  it('sees the executor’s output in evidence mode only', async () => {
    const seen: unknown[] = []
    const watch: Model['reexecute'] = async (replay) => {
      seen.push(replay.output)
      return toyModel().reexecute(replay)
    }
    await answer(watch)
    await answer(watch, evidenceMode)
    expect(seen).toEqual([null, expect.stringMatching(/^0x[0-9a-f]{16}$/)])
  })

  it('is silent about what is not its own', async () => {
    const parts = { protocol, epoch: 0, address: party('a', 9), signer: cheapSigner(party('a', 9)), secret: bytes(5) }
    const verifier = createVerifier({ ...parts, model: toyModel() })
    const { batchDigest } = { batchDigest: hex(1) }
    const assignment = { batchDigest, executor: party('e', 1), verifier: party('a', 1), index: 0, level: 0 }
    for (const effect of [
      { type: 'request-reveal', assignment, opened: null },
      { type: 'request-beacon-commits', members: [party('a', 1)] },
      { type: 'request-beacon', level: 0, round: 1, members: [] },
      { type: 'outcome', executor: party('e', 1), index: 0, outcome: 'valid' },
    ] as const)
      expect(await verifier.handle(effect)).toEqual([])
    const mine = { ...assignment, verifier: party('a', 9) }
    expect(await verifier.handle({ type: 'request-reveal', assignment: mine, opened: null })).toEqual([])
    await expect(verifier.handle(undefined as never)).rejects.toThrow(Errors.InvalidInputError)
  })
})
