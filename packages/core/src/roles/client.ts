import type * as Commitment from '../Commitment.js'
import { type Address, assertObject, fromHex, type Hex, toHex } from '../Encoding.js'
import { InvalidInputError } from '../Errors.js'
import { keccak256 } from '../Hash.js'
import * as Message from '../Message.js'
import * as Output from '../Output.js'
import * as Protocol from '../Protocol.js'
import * as Receipt from '../Receipt.js'
import * as Task from '../Task.js'
import { able, lowered } from './doors.js'

/** What a client is made of. */
export type ClientParameters = Readonly<{
  protocol: Protocol.Protocol
  address: Address
  /** Signs with the task key registered for `address`. */
  signer: Message.Signer
}>

/** What a client asks for; digests are 32 bytes, money wei. */
export type Order = Readonly<{
  input: Hex
  model: Hex
  decoding: Hex
  seed: Hex
  nonce: bigint
  reward: bigint
  /** At least 1. */
  value: bigint
}>

/** What a client pays against. */
export type Bill = Readonly<{
  /** Authenticated: signed by the executor. */
  receipt: Message.Authenticated<'receipt'>
  /** What it promises. */
  leaf: Commitment.Leaf
  /** The executor's registered operator key, where it is not its address. */
  operator?: Address | undefined
}>

/** Orders tasks, and pays for them. */
export type Client = Readonly<{
  /** In lower case. */
  address: Address
  /** Signs the order for an input. @throws Task.InvalidTaskError if it is malformed, of no value, or its input too large. */
  order(order: Order): Promise<Task.Signed>
  /**
   * A voucher for all that the executor has promised so far in that epoch, this leaf included. A task is paid once.
   *
   * @throws InvalidInputError if the receipt is not the executor's, promises another leaf, or a task that was not ordered here.
   */
  pay(bill: Bill): Promise<Message.Envelope<'voucher'>>
}>

/**
 * A client.
 *
 * @throws InvalidInputError if a part is missing or malformed.
 * @example
 * ```ts
 * import { createClient, Encoding, Protocol } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 * import { privateKeyToAccount } from 'viem/accounts'
 *
 * const signer = privateKeyToAccount(`0x${'42'.repeat(32)}`)
 * const client = createClient({ protocol: Protocol.from(testParameters), address: signer.address, signer })
 * const digests = { model: Encoding.zero32, decoding: Encoding.zero32, seed: Encoding.zero32 }
 * const { task } = await client.order({ ...digests, input: '0x2a', nonce: 0n, reward: 100n, value: 500n })
 * task.value // 500n
 * ```
 */
export function createClient(parameters: ClientParameters): Client {
  const { protocol } = assertObject(parameters, 'parameters')
  const address = lowered(parameters.address)
  const signer = able(parameters.signer, 'signer', 'signTypedData')
  const paramsHash = Protocol.hash(protocol)
  /** Rewards of the tasks that were ordered and not yet paid. */
  const owed = new Map<Hex, bigint>()
  const paid = new Set<Hex>()
  const totals = new Map<string, bigint>()

  async function order(order: Order): Promise<Task.Signed> {
    const { input, ...rest } = assertObject(order, 'order')
    const task = Task.from({ ...rest, input: digestOf(input), client: address, paramsHash })
    owed.set(Task.id(task), task.reward)
    return { task, signature: await signer.signTypedData(Task.definition(task, protocol)) }
  }

  async function pay(bill: Bill): Promise<Message.Envelope<'voucher'>> {
    const { leaf } = assertObject(bill, 'bill')
    const { executor, epoch } = assertPromised(bill, paramsHash)
    const { taskId } = leaf
    const price = owed.get(taskId)
    if (price === undefined) throw refused('leaf.taskId', taskId, 'a task that this client ordered')
    const account = `${executor}:${epoch}`
    const total = (totals.get(account) ?? 0n) + (paid.has(taskId) ? 0n : price)
    paid.add(taskId)
    totals.set(account, total)
    const body = { paramsHash, client: address, executor, epoch, cumulative: total }
    return Message.sign<'voucher'>({ kind: 'voucher', body }, protocol, signer)
  }

  return { address, order, pay }
}

/** The receipt, if it is the executor's promise of that leaf on this network. */
function assertPromised({ receipt, leaf, operator }: Bill, paramsHash: Hex): Receipt.Receipt {
  const made: unknown = receipt
  if (!Message.isAuthenticated(made)) throw refused('receipt', receipt, 'what Message.authenticate returned')
  const { body, signer } = receipt
  const key = operator === undefined ? body.executor : lowered(operator, 'operator')
  if (signer !== key) throw refused('receipt.signer', signer, `${key}, the executor’s operator key`)
  if (body.paramsHash !== paramsHash)
    throw refused('receipt.paramsHash', body.paramsHash, `${paramsHash}, this network`)
  if (!Receipt.promises(body, leaf)) throw refused('leaf', leaf, 'the leaf that the receipt promises')
  return body
}

function refused(subject: string, value: unknown, rule: string): InvalidInputError {
  return new InvalidInputError('this is no bill to pay.', {
    subject,
    value,
    rule,
    fix: 'ask the executor for the receipt and leaf that its serve returned',
    see: 'protocol.md, Commitment',
  })
}

/** keccak256 of an input that an executor could disclose. */
function digestOf(input: Hex): Hex {
  const bytes = fromHex(input, 'input')
  if (bytes.length <= Output.maxBytes) return toHex(keccak256(bytes))
  throw new Task.InvalidTaskError('the input is too large to be disclosed.', {
    subject: 'input',
    value: bytes,
    rule: `at most ${Output.maxBytes} bytes`,
    fix: 'split the task, or pass a digest of the content and serve the content by it',
    see: 'protocol.md, Disclosure',
  })
}
