// The libraries of packages/contracts, called on a real node: many cases a call.
import type { Abi, Address } from 'viem'
import { compiled } from '../../scripts/contracts.mjs'
import * as Anvil from './anvil.js'

/** Calls a view function of the harness. */
export type Call = (functionName: string, args: readonly unknown[]) => Promise<unknown>

/** The harness on a node of its own. */
export type Harness = Readonly<{
  node: Anvil.Node
  address: Address
  call: Call
  /** Calls once for each `size` cases and puts the answers, lists of one each, together. */
  each<T>(functionName: string, cases: readonly unknown[], before?: readonly unknown[], size?: number): Promise<T[]>
}>

/** Compiles and deploys it. The gas of a call is no limit there; nothing else differs from anvil's defaults. */
export async function start(): Promise<Harness> {
  const { Harness } = compiled(['contracts/test/Harness.sol'])
  const { abi, bytecode } = Harness!
  const node = await Anvil.start('--gas-limit', '30000000000')
  const address = await node.deploy({ abi, bytecode })
  const call: Call = (functionName, args) =>
    node.client.readContract({ address, abi: abi as Abi, functionName, args: [...args] })
  const each = async <T>(name: string, cases: readonly unknown[], before: readonly unknown[] = [], size = 250) => {
    const answers: T[] = []
    for (let first = 0; first < cases.length; first += size)
      answers.push(...((await call(name, [...before, cases.slice(first, first + size)])) as T[]))
    return answers
  }
  return { node, address, call, each }
}
