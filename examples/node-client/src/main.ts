// The smallest network of nodes: an executor on a durable store that takes orders over HTTP, five verifiers, and a client.
// The chain is one in memory, whose time is moved by hand; everything else is what a node runs.
// node examples/node-client/dist/main.js [folder of the executor's state]
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createClient,
  createExecutor,
  createNode,
  createVerifier,
  Encoding,
  Hash,
  Ledger,
  Protocol,
  Round,
  receiveOrders,
  sendOrder,
  systemClock,
} from '@spotcheck/core'
import { httpServer, httpTransport } from '@spotcheck/core/http'
import { memoryChain, memoryWitnesses, testParameters } from '@spotcheck/core/memory'
import { levelStore } from '@spotcheck/core/store'
import { secp256k1 } from '@spotcheck/core/viem'
import { privateKeyToAccount } from 'viem/accounts'

const [protocol, epoch] = [Protocol.from(testParameters), 0]
// In earnest: an account of a wallet or a key service, 32 random bytes, and a model.
const secret = Hash.keccak256(new TextEncoder().encode('salts'))
const upper = (input: Encoding.Hex) => Encoding.toHex(new TextEncoder().encode(text(input).toUpperCase()))
const text = (bytes: Encoding.Hex) => new TextDecoder().decode(Encoding.fromHex(bytes))
const model = {
  execute: async (_: unknown, input: Encoding.Hex) => ({ bytes: upper(input), evidence: '0x' }) as const,
  reexecute: async ({ input }: { input: Encoding.Hex }) => upper(input),
}
const party = (byte: string) => {
  const signer = privateKeyToAccount(`0x${byte.repeat(32)}`)
  return { protocol, epoch, secret, model, signer, address: signer.address, authenticator: secp256k1 }
}

const client = createClient(party('c1'))
const folder = process.argv[2] ?? mkdtempSync(join(tmpdir(), 'node-client-'))
const store = await levelStore(folder, { key: secret })
const memory = { store, witnesses: memoryWitnesses() }
const executor = createExecutor({ ...party('e1'), terms: { client: client.address, reward: 100n }, memory })
const verifiers = ['a1', 'a2', 'a3', 'a4', 'a5'].map((byte) => createVerifier(party(byte)))

const stakes = [executor, ...verifiers].map(({ address }) => [Ledger.stake(address), 20_000n] as const)
const ledger = new Map([[Ledger.free(client.address), 1_000n], [Ledger.treasury, 1_000n], ...stakes])
const engagement = { client: client.address, executor: executor.address, maxCount: 1, reward: 100n, lock: 10_000n }
const addresses = verifiers.map(({ address }) => address)
const chain = memoryChain(Round.open({ protocol, epoch, ledger, engagements: [engagement], verifiers: addresses }))

let last = 0
const observe = () => {
  last = systemClock.now()
}
const parts = { protocol, epoch, chain, authenticator: secp256k1, observe }
const roles = [{ executor }, ...verifiers.map((verifier) => ({ verifier }))]
const runs = roles.map((role) => createNode({ ...parts, ...role }).run())
const server = await httpServer({ topics: { orders: receiveOrders(executor) } })

const digests = { model: Encoding.zero32, decoding: Encoding.zero32, seed: Encoding.zero32 }
const input = Encoding.toHex(new TextEncoder().encode('spot checks'))
const order = await client.order({ ...digests, input, nonce: 0n, reward: 100n, value: 500n })
const sent = { ...party('e1'), transport: httpTransport(), peer: server.url, executor: executor.address, order, input }
const { output, bill } = await sendOrder(sent)
console.log(`${text(input)} → ${text(output.bytes)}, promised as leaf ${bill.leaf.index}`)
await chain.submit(epoch, await client.pay(bill))

const deadlines = Protocol.deadlines(protocol, epoch)
for (const time of [deadlines.commit - 20, ...Protocol.times(deadlines).map((deadline) => deadline + 1)]) {
  chain.advance(time)
  for (observe(); systemClock.now() < last + 400; ) await systemClock.sleep(20)
}
const [settled] = await Promise.all(runs)
console.log(`${settled?.status}: the executor has earned ${Ledger.balance(settled!.ledger, executor.address)}`)
await server.close()
await store.close()
