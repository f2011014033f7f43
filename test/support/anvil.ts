// A real EVM node for tests: anvil, whose binary comes from npm. Each starts on a port of its own and ends with `stop`.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import {
  type Abi,
  type Account,
  type Address,
  type Chain,
  createTestClient,
  type HDAccount,
  type Hex,
  http,
  type PublicActions,
  publicActions,
  type TestClient,
  type Transport,
  type WalletActions,
  walletActions,
} from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { anvil } from 'viem/chains'

/** Calls, transactions and the controls of the test chain. */
export type Client = TestClient<'anvil', Transport, Chain, Account> &
  PublicActions<Transport, Chain, Account> &
  WalletActions<Chain, Account>

/** What `npm run contracts` compiles. */
export type Artifact = Readonly<{ abi: Abi | readonly unknown[]; bytecode: Hex }>

/** A node that runs. */
export type Node = Readonly<{
  url: string
  /** Of the first account. */
  client: Client
  /** Of another of the ten accounts that have money. */
  clientOf(index: number): Client
  /** Deploys a contract and answers its address. */
  deploy(artifact: Artifact, args?: readonly unknown[]): Promise<Address>
  stop(): Promise<void>
}>

/** What anvil has unless it is told otherwise. */
const MNEMONIC = 'test test test test test test test test test test test junk'
/** Each takes a few thousand hashes to derive. */
const accounts = new Map<number, HDAccount>()

/** Starts a node with `args` on its command line. */
export async function start(...args: readonly string[]): Promise<Node> {
  const child = spawn(binary(), ['--port', '0', ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const url = `http://${await address(child)}`
  const clientOf = (index: number) => connect(url, index)
  const client = clientOf(0)
  return {
    ...{ url, client, clientOf },
    deploy: (artifact, constructorArgs = []) => deploy(client, artifact, constructorArgs),
    stop: async () => {
      process.off('exit', kill)
      const ended = once(child, 'exit')
      child.kill()
      await ended
    },
  }
}

/** Where npm has put the binary for this machine: in an optional dependency, beside a wrapper. */
function binary(): string {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch
  const wrapper = createRequire(import.meta.url).resolve('@foundry-rs/anvil/package.json')
  const manifest = `@foundry-rs/anvil-${process.platform}-${arch}/package.json`
  return join(dirname(createRequire(wrapper).resolve(manifest)), 'bin/anvil')
}

/** The host and port that it says it listens on; its output is read on, so that it never waits for a reader. */
function address(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const [, place] = /^Listening on (\S+)/.exec(line) ?? []
      if (place !== undefined) resolve(place)
    })
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`anvil ended with status ${code} before it listened`)))
  })
}

function connect(url: string, index: number): Client {
  const account = accounts.get(index) ?? mnemonicToAccount(MNEMONIC, { addressIndex: index })
  accounts.set(index, account)
  const transport = http(url, { timeout: 60_000, retryCount: 0 })
  const client = createTestClient({ account, chain: anvil, mode: 'anvil', transport, pollingInterval: 10 })
  return client.extend(publicActions).extend(walletActions)
}

async function deploy(client: Client, { abi, bytecode }: Artifact, args: readonly unknown[]): Promise<Address> {
  const hash = await client.deployContract({ abi: abi as Abi, bytecode, args })
  const { contractAddress, status } = await client.waitForTransactionReceipt({ hash })
  if (status !== 'success' || contractAddress == null) throw new Error(`deployment ${hash} failed`)
  return contractAddress
}
