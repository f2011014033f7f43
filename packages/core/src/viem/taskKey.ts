/** Accounts that authorise a key: EOA, ERC-1271 and ERC-6492. */
import {
  type Client,
  createClient,
  custom,
  ExecutionRevertedError,
  recoverAddress,
  type BaseError as ViemError,
} from 'viem'
import { getChainId, verifyTypedData } from 'viem/actions'
import { getNodeError } from 'viem/utils'
import { assertObject } from '../Encoding.js'
import { BaseError, InvalidInputError } from '../Errors.js'
import * as Protocol from '../Protocol.js'
import * as TaskKey from '../TaskKey.js'
import { secp256k1 } from './secp256k1.js'

/** What {@link verifyTaskKey} judges. */
export type VerifyTaskKeyParameters = TaskKey.Signed &
  Readonly<{
    protocol: Protocol.Protocol
    /** The block whose state decides for a contract account. Name it wherever others must come to the same answer. */
    blockNumber?: bigint | undefined
  }>

/**
 * Did the client's account authorise the task key? To be asked once, before the epoch opens, by whoever records task
 * keys; nothing is asked again afterwards, because a contract may change its mind.
 *
 * An EOA's signature is recovered here, without a node, and only its canonical form counts. Anything else is put to the
 * chain by viem's `verifyTypedData`: ERC-1271 for a contract account, ERC-6492 for one that is not deployed yet.
 *
 * False for another network's authorisation and for a signature that the account does not stand by. That the node could
 * not be asked is an error and never "false".
 *
 * @throws TaskKey.InvalidTaskKeyError if the authorisation is malformed, InvalidInputError if the client is; WrongChainError
 * if the client's node is on another chain than the protocol; UnverifiableError if the node fails.
 * @see https://eips.ethereum.org/EIPS/eip-1271, https://eips.ethereum.org/EIPS/eip-6492
 * @example
 * ```ts
 * import { Encoding, Protocol, TaskKey } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 * import { verifyTaskKey } from '@spotcheck/core/viem'
 * import { createPublicClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 *
 * const protocol = Protocol.from(testParameters)
 * const account = privateKeyToAccount(`0x${'42'.repeat(32)}`)
 * const client = account.address.toLowerCase() as Encoding.Address
 * const key: Encoding.Address = `0x${'d1'.repeat(20)}` // of the hot key that will sign tasks and vouchers
 * const taskKey = { paramsHash: Protocol.hash(protocol), client, key, epoch: 0 }
 * const signature = await account.signTypedData(TaskKey.definition(taskKey, protocol))
 *
 * const node = createPublicClient({ transport: http('http://localhost:8545') })
 * await verifyTaskKey(node, { protocol, taskKey, signature }) // true
 * ```
 */
export async function verifyTaskKey(client: Client, parameters: VerifyTaskKeyParameters): Promise<boolean> {
  const { protocol, blockNumber, taskKey, signature } = assertObject(parameters, 'parameters')
  const signed = TaskKey.signedFrom({ taskKey, signature })
  assertClient(client)
  assertBlock(blockNumber)
  if (signed.taskKey.paramsHash !== Protocol.hash(protocol)) return false
  const definition = TaskKey.definition(signed.taskKey, protocol)
  if ((await secp256k1.recover(definition, signed.signature)) === signed.taskKey.client) return true
  if (await isAnotherForm(signed, protocol)) return false
  const failures: unknown[] = []
  const watched = watch(client, failures)
  try {
    await assertChain(watched, protocol.chainId)
    const where = blockNumber === undefined ? {} : { blockNumber }
    const question = { ...definition, ...where, address: signed.taskKey.client, signature: signed.signature }
    if (await verifyTypedData(watched, question as never)) return true
  } catch (error) {
    throw error instanceof BaseError ? error : unverifiable(error)
  }
  if (failures.length > 0) throw unverifiable(failures[0])
  return false
}

/**
 * Is it the account's own key after all, in a form that is not canonical? ecrecover on chain takes a high s, and viem a v
 * of 0 or 1, so whoever is asked next would say yes.
 */
async function isAnotherForm({ taskKey, signature }: TaskKey.Signed, protocol: Protocol.Protocol): Promise<boolean> {
  try {
    const signer = await recoverAddress({ hash: TaskKey.digest(taskKey, protocol), signature })
    return signer.toLowerCase() === taskKey.client
  } catch {
    // No signature of a key in any form: an account's own, or nobody's.
    return false
  }
}

/**
 * A bare client over the same node that notes every failure which is not the account's own doing: viem takes any failed
 * call for an invalid signature, but a node that is down has not said no.
 */
function watch(client: Client, failures: unknown[]): Client {
  const request = async (parameters: { method: string; params?: unknown }): Promise<unknown> => {
    try {
      return await client.request(parameters as never)
    } catch (error) {
      if (!isRevert(error)) failures.push(error)
      throw error
    }
  }
  return createClient({ chain: client.chain, transport: custom({ request }, { retryCount: 0 }) })
}

function isRevert(error: unknown): boolean {
  const walks = error instanceof Error && 'walk' in error
  return walks && getNodeError(error as ViemError, {}) instanceof ExecutionRevertedError
}

async function assertChain(client: Client, expected: number): Promise<void> {
  const chainId = await getChainId(client)
  if (chainId === expected) return
  throw new WrongChainError('the node is on another chain than the protocol.', {
    subject: 'chainId',
    value: chainId,
    rule: `${expected}, where the account that signed lives`,
    fix: 'pass a client for that chain: the same address elsewhere may be somebody else',
    see: 'protocol.md, Task',
  })
}

function assertClient(client: Client): void {
  if (typeof assertObject(client, 'client').request === 'function') return
  throw new InvalidInputError('client can’t reach a node.', {
    subject: 'client',
    value: client,
    rule: 'a viem client',
    fix: 'pass createPublicClient({ chain, transport })',
  })
}

function assertBlock(blockNumber: bigint | undefined): void {
  if (blockNumber === undefined || (typeof blockNumber === 'bigint' && blockNumber >= 0n)) return
  throw new InvalidInputError('blockNumber is none.', {
    subject: 'blockNumber',
    value: blockNumber,
    rule: 'a bigint, at least 0',
    fix: 'pass the number of a final block, such as 21000000n',
  })
}

function unverifiable(cause: unknown): UnverifiableError {
  return new UnverifiableError('the account could not be asked.', {
    subject: 'client',
    value: cause instanceof Error ? cause.name : cause,
    rule: 'a node that answers eth_chainId and eth_call',
    fix: 'ask again, or another node; record nothing until one has answered',
    cause,
  })
}

/** The client's node is on another chain than the protocol. */
export class WrongChainError extends BaseError {
  override name = 'viem.WrongChainError'
}

/** The node did not answer, so that nobody knows whether the signature holds. */
export class UnverifiableError extends BaseError {
  override name = 'viem.UnverifiableError'
}
