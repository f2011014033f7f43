import { type Address, assertObject, fromHex, type Hex, toHex } from '../Encoding.js'
import { keccak256 } from '../Hash.js'
import type { Signer } from '../Message.js'
import * as Output from '../Output.js'
import * as Protocol from '../Protocol.js'
import * as Task from '../Task.js'
import { able, lowered } from './doors.js'

/** What a client is made of. */
export type ClientParameters = Readonly<{
  protocol: Protocol.Protocol
  address: Address
  /** Signs with the task key registered for `address`. */
  signer: Signer
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

/** Orders tasks. */
export type Client = Readonly<{
  /** In lower case. */
  address: Address
  /** Signs the order for an input. @throws Task.InvalidTaskError if it is malformed, of no value, or its input too large. */
  order(order: Order): Promise<Task.Signed>
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
  async function order(order: Order): Promise<Task.Signed> {
    const { input, ...rest } = assertObject(order, 'order')
    const task = Task.from({ ...rest, input: digestOf(input), client: address, paramsHash })
    return { task, signature: await signer.signTypedData(Task.definition(task, protocol)) }
  }
  return { address, order }
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
