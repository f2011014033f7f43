import { type Address, fromHex, type Hex, toHex } from '../Encoding.js'
import { keccak256 } from '../Hash.js'
import type { Signer } from '../Message.js'
import * as Protocol from '../Protocol.js'
import * as Task from '../Task.js'

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
  address: Address
  /** Signs the order for an input. */
  order(order: Order): Promise<Task.Signed>
}>

/** A client. */
export function createClient({ protocol, address, signer }: ClientParameters): Client {
  const paramsHash = Protocol.hash(protocol)
  async function order({ input, ...rest }: Order): Promise<Task.Signed> {
    const digest = toHex(keccak256(fromHex(input, 'input')))
    const task = Task.from({ ...rest, input: digest, client: address, paramsHash })
    return { task, signature: await signer.signTypedData(Task.definition(task, protocol)) }
  }
  return { address, order }
}
