// The stakes' contract on a real node, for a network whose epoch 0 opens in 1,000 seconds.
import { setTimeout } from 'node:timers/promises'
import { type Encoding, Protocol } from '@spotcheck/core'
import { testParameters } from '@spotcheck/core/memory'
import {
  type Abi,
  type Address,
  BaseError,
  ContractFunctionRevertedError,
  encodeFunctionData,
  type Hex,
  toHex,
} from 'viem'
import { Stakes } from '../../packages/contracts/src/index.js'
import * as Anvil from './anvil.js'

export const GENESIS = 2_000_000_000
export const TREASURY = 9

/** A contract, and how to talk to it. */
export type World = Readonly<{
  node: Anvil.Node
  address: Address
  protocol: Protocol.Protocol
  addressOf(account: number): Encoding.Address
  /** A transaction at a time; answers the name of the error it reverts with, or `done`, and the gas it used. */
  send(call: Call): Promise<Readonly<{ outcome: string; gas: bigint }>>
  read<T>(functionName: string, ...args: readonly unknown[]): Promise<T>
}>

/** What to send: from which of anvil's accounts, and the timestamp of its block. */
export type Call = Readonly<{
  from: number
  at: number
  name: string
  args?: readonly unknown[] | undefined
  value?: bigint | undefined
}>

/** Deploys it with the penalties of `overrides`. */
export async function start(overrides: object = {}): Promise<World> {
  const node = await Anvil.start('--timestamp', String(GENESIS - 1_000))
  const addressOf = (account: number) => node.clientOf(account).account.address.toLowerCase() as Encoding.Address
  const base = Protocol.from({ ...testParameters, genesis: GENESIS, ...overrides })
  const address = await node.deploy(Stakes, [rulesOf(base, addressOf(TREASURY))])
  const protocol = Protocol.from({ ...base, verifyingContract: address.toLowerCase() as Encoding.Address })
  const read = <T>(functionName: string, ...args: readonly unknown[]) =>
    node.client.readContract({ address, abi: Stakes.abi as Abi, functionName, args: [...args] }) as Promise<T>
  return { node, address, protocol, addressOf, read, send: (call) => send(node, address, call) }
}

/** What of the parameters the contract takes. */
export function rulesOf(protocol: Protocol.Protocol, treasury: Address) {
  const { slash, unbonding, epochLength, genesis } = protocol
  const { commit, settlement } = Protocol.deadlines(protocol, 0)
  const { layout, hash } = Protocol.tree(protocol)
  return {
    ...{ paramsHash: Protocol.hash(protocol), genesis: BigInt(genesis), epochLength: BigInt(epochLength) },
    ...{ settlement: BigInt(settlement - commit), unbonding: BigInt(unbonding) },
    ...{ opening: slash.opening, equivocation: slash.equivocation, burnShare: slash.burnShare },
    ...{ treeHash: hash === 'keccak256' ? 0 : 1, hasSums: layout === 'sum', treasury },
  }
}

/** By as few requests as can be: sequences of thousands of calls wait for each. */
async function send(node: Anvil.Node, address: Address, { from, at, name, args = [], value = 0n }: Call) {
  const client = node.clientOf(from)
  const request = { address, abi: Stakes.abi as Abi, functionName: name, args: [...args], value }
  const data = encodeFunctionData(request)
  await client.setNextBlockTimestamp({ timestamp: BigInt(at) })
  const transaction = { from: client.account.address, to: address, data, value: toHex(value), gas: toHex(1_000_000) }
  const hash = await client.request({ method: 'eth_sendTransaction', params: [transaction] } as never)
  const { status, gasUsed, blockNumber } = await receiptOf(client, hash)
  if (status === '0x1') return { outcome: 'done', gas: BigInt(gasUsed) }
  const error = await client.simulateContract({ ...request, blockNumber: BigInt(blockNumber) }).then(
    () => 'nothing, on second thoughts',
    (error) => errorName(error),
  )
  return { outcome: error, gas: BigInt(gasUsed) }
}

type Receipt = Readonly<{ status: string; gasUsed: string; blockNumber: string }>

/** Each transaction has its block at once, so a receipt is seldom asked for twice. */
async function receiptOf(client: Anvil.Client, hash: Hex): Promise<Receipt> {
  for (;;) {
    const receipt: Receipt | null = await client.request({
      method: 'eth_getTransactionReceipt',
      params: [hash],
    } as never)
    if (receipt !== null) return receipt
    await setTimeout(2)
  }
}

/** The name of the custom error. */
function errorName(error: unknown): string {
  const cause = error instanceof BaseError && error.walk((one) => one instanceof ContractFunctionRevertedError)
  return cause instanceof ContractFunctionRevertedError ? (cause.data?.errorName ?? cause.message) : String(error)
}
