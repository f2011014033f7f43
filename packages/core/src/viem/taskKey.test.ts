import fc from 'fast-check'
import {
  createClient,
  createPublicClient,
  custom,
  type EIP1193RequestFn,
  encodeAbiParameters,
  parseErc6492Signature,
  serializeErc6492Signature,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { mainnet } from 'viem/chains'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { elsewhere } from '../../../../test/support/faults.js'
import { protocol } from '../../../../test/support/fixtures.js'
import { inputs } from '../../../../test/support/junk.js'
import { hex, party } from '../../../../test/support/world.js'
import type { Address, Hex } from '../Encoding.js'
import * as Errors from '../Errors.js'
import * as Protocol from '../Protocol.js'
import * as TaskKey from '../TaskKey.js'
import { UnverifiableError, type VerifyTaskKeyParameters, verifyTaskKey, WrongChainError } from './index.js'

fc.configureGlobal({ seed: 20_261_123 })

const account = privateKeyToAccount(hex(0x42))
const eoa = account.address.toLowerCase() as Address
const owner = privateKeyToAccount(hex(0x43))
const contract = party('c', 0xc0de)
const factory = party('c', 0xfac)

const keyOf = (client: Address): TaskKey.TaskKey => ({
  paramsHash: Protocol.hash(protocol),
  client,
  key: party('d', 1),
  epoch: 3,
})
const sign = (by: typeof account, taskKey: TaskKey.TaskKey, of = protocol) =>
  by.signTypedData(TaskKey.definition(taskKey, of) as never)

type Call = Readonly<{ address: Address; hash: Hex; signature: Hex; block: unknown; to: Address | undefined }>

/**
 * A chain with one kind of contract account. `judge` is its isValidSignature; what viem sends is taken apart from the end:
 * the arguments (address, hash, signature) of the universal validator, whether deployed for the call or called.
 */
function chainOf(judge: (call: Call) => boolean, chainId = protocol.chainId) {
  const calls: Call[] = []
  const methods: string[] = []
  const request = async ({ method, params }: { method: string; params?: unknown }) => {
    methods.push(method)
    if (method === 'eth_chainId') return `0x${chainId.toString(16)}`
    if (method !== 'eth_call') throw new Error(`unexpected ${method}`)
    const [{ to, data }, block] = params as [{ to?: Address; data: Hex }, unknown]
    const call = { ...argumentsOf(data), block, to }
    calls.push(call)
    return judge(call) ? '0x01' : '0x00'
  }
  return { request: request as EIP1193RequestFn, calls, methods }
}

/** abi.encode(address, bytes32, bytes) at the end of call data: found where its own encoding is the rest. */
function argumentsOf(data: Hex): Pick<Call, 'address' | 'hash' | 'signature'> {
  const words = data.slice(2)
  for (
    let at = words.lastIndexOf(`${'0'.repeat(62)}60`);
    at > 128;
    at = words.lastIndexOf(`${'0'.repeat(62)}60`, at - 1)
  ) {
    const address: Address = `0x${words.slice(at - 104, at - 64)}`
    const hash: Hex = `0x${words.slice(at - 64, at)}`
    const length = Number.parseInt(words.slice(at + 64, at + 128), 16)
    const signature: Hex = `0x${words.slice(at + 128, at + 128 + 2 * length)}`
    const encoded = encodeAbiParameters(
      [{ type: 'address' }, { type: 'bytes32' }, { type: 'bytes' }],
      [address, hash, signature],
    )
    if (words.endsWith(encoded.slice(2))) return { address, hash, signature }
  }
  throw new Error('no call of the validator')
}

const clientOf = (chain: { request: EIP1193RequestFn }) =>
  createPublicClient({ transport: custom(chain, { retryCount: 0 }) })
const silent = chainOf(() => {
  throw new Error('nobody should ask')
})

it('takes any viem client', () => {
  expectTypeOf(clientOf(silent)).toExtend<Parameters<typeof verifyTaskKey>[0]>()
})

describe('an EOA', () => {
  const taskKey = keyOf(eoa)

  it('is recovered without a node', async () => {
    const chain = chainOf(() => false, 1)
    expect(await verifyTaskKey(clientOf(chain), { protocol, taskKey, signature: await sign(account, taskKey) })).toBe(
      true,
    )
    expect(chain.methods).toEqual([])
  })

  it('that did not sign, or signed something else, is asked for at its address, and denied', async () => {
    const chain = chainOf(() => false)
    const signature = await sign(account, taskKey)
    const changes: Partial<TaskKey.TaskKey>[] = [{ key: party('d', 2) }, { epoch: 4 }, { client: party('c', 2) }]
    for (const change of changes)
      expect(await verifyTaskKey(clientOf(chain), { protocol, taskKey: { ...taskKey, ...change }, signature })).toBe(
        false,
      )
    expect(await verifyTaskKey(clientOf(chain), { protocol, taskKey, signature: await sign(owner, taskKey) })).toBe(
      false,
    )
    for (const there of [elsewhere(protocol).chain!, elsewhere(protocol).contract!])
      expect(
        await verifyTaskKey(clientOf(chain), { protocol, taskKey, signature: await sign(account, taskKey, there) }),
      ).toBe(false)
    expect(chain.calls.map(({ address }) => address)).toEqual([eoa, eoa, party('c', 2), eoa, eoa, eoa])
  })

  it('authorises in the one canonical form, whatever ecrecover on chain and viem would take', async () => {
    const signature = await sign(account, taskKey)
    const [r, s, v] = [signature.slice(2, 66), BigInt(`0x${signature.slice(66, 130)}`), signature.slice(130)]
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
    const highS: Hex = `0x${r}${(order - s).toString(16).padStart(64, '0')}${v === '1b' ? '1c' : '1b'}`
    const shortV: Hex = `${signature.slice(0, 130) as Hex}${v === '1b' ? '00' : '01'}`
    const reverting = chainOf(() => {
      throw Object.assign(new Error('execution reverted'), { code: 3, data: '0x' })
    })
    for (const chain of [chainOf(() => true), reverting])
      for (const other of [highS, shortV])
        expect(await verifyTaskKey(clientOf(chain), { protocol, taskKey, signature: other })).toBe(false)
  })

  it('authorises for its own network only', async () => {
    const there = elsewhere(protocol).network!
    const signature = await sign(account, taskKey)
    expect(await verifyTaskKey(clientOf(silent), { protocol: there, taskKey, signature })).toBe(false)
  })
})

describe('an ERC-1271 account', () => {
  const taskKey = keyOf(contract)

  it('is asked about the digest of the authorisation, with the signature as it came', async () => {
    const signature: Hex = `0x${'ab'.repeat(200)}`
    const digest = TaskKey.digest(taskKey, protocol)
    const chain = chainOf(
      ({ address, hash, signature: given }) => address === contract && hash === digest && given === signature,
    )
    expect(await verifyTaskKey(clientOf(chain), { protocol, taskKey, signature })).toBe(true)
    expect(await verifyTaskKey(clientOf(chain), { protocol, taskKey, signature: `${signature}00` })).toBe(false)
    expect(await verifyTaskKey(clientOf(chain), { protocol, taskKey: { ...taskKey, epoch: 4 }, signature })).toBe(false)
    expect(await verifyTaskKey(clientOf(chain), { protocol, taskKey: keyOf(party('c', 3)), signature })).toBe(false)
    expect(new Set(chain.methods)).toEqual(new Set(['eth_chainId', 'eth_call']))
  })

  it('whose owner signs with a key of its own', async () => {
    const signature = await sign(owner, taskKey)
    const chain = chainOf(({ address, signature: given }) => address === contract && given === signature)
    expect(await verifyTaskKey(clientOf(chain), { protocol, taskKey, signature })).toBe(true)
    expect(await verifyTaskKey(clientOf(chain), { protocol, taskKey, signature: await sign(account, taskKey) })).toBe(
      false,
    )
  })

  it('is asked at the block that was named', async () => {
    const chain = chainOf(({ block }) => block === '0x64')
    const signed = { protocol, taskKey, signature: hex(1) }
    expect(await verifyTaskKey(clientOf(chain), { ...signed, blockNumber: 100n })).toBe(true)
    expect(await verifyTaskKey(clientOf(chain), { ...signed, blockNumber: 101n })).toBe(false)
    expect(await verifyTaskKey(clientOf(chain), signed)).toBe(false)
    expect(chain.calls.map(({ block }) => block)).toEqual(['0x64', '0x65', 'latest'])
  })

  it('that reverts denies', async () => {
    const reverts = [
      { code: 3, message: 'execution reverted', data: '0x' },
      { code: -32000, message: 'execution reverted: not mine' },
      { code: -32000, message: 'gas required exceeds allowance (50000000)' },
    ]
    for (const error of reverts) {
      const chain = chainOf(() => {
        throw Object.assign(new Error(error.message), error)
      })
      expect(await verifyTaskKey(clientOf(chain), { protocol, taskKey, signature: hex(1) })).toBe(false)
    }
  })

  it('is asked through the validator that the client’s chain has', async () => {
    const verifier = party('d', 7)
    const chain = chainOf(({ to }) => to === verifier)
    const contracts = { erc6492Verifier: { address: verifier } }
    const node = createClient({ chain: { ...mainnet, id: protocol.chainId, contracts }, transport: custom(chain) })
    expect(await verifyTaskKey(node, { protocol, taskKey, signature: hex(1) })).toBe(true)
    expect(await verifyTaskKey(clientOf(chain), { protocol, taskKey, signature: hex(1) })).toBe(false)
  })
})

it('an ERC-6492 account is asked with its deployment', async () => {
  const taskKey = keyOf(contract)
  const signature = serializeErc6492Signature({
    address: factory,
    data: '0xdeadbeef',
    signature: await sign(owner, taskKey),
  })
  const inner = await sign(owner, taskKey)
  const chain = chainOf(({ address, signature: given }) => {
    const parsed = parseErc6492Signature(given)
    return (
      address === contract &&
      parsed.address?.toLowerCase() === factory &&
      parsed.data === '0xdeadbeef' &&
      parsed.signature === inner
    )
  })
  expect(await verifyTaskKey(clientOf(chain), { protocol, taskKey, signature })).toBe(true)
  expect(await verifyTaskKey(clientOf(chain), { protocol, taskKey, signature: inner })).toBe(false)
})

describe('a node', () => {
  const signed: VerifyTaskKeyParameters = { protocol, taskKey: keyOf(contract), signature: hex(1) }

  it('on another chain decides nothing', async () => {
    const error = await verifyTaskKey(clientOf(chainOf(() => true, 1)), signed).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(WrongChainError)
    expect(error.message).toMatchInlineSnapshot(`
      "the node is on another chain than the protocol.
        chainId  1
        rule     31337, where the account that signed lives
        fix      pass a client for that chain: the same address elsewhere may be somebody else
        see      protocol.md, Task"
    `)
  })

  it('that fails has not said no', async () => {
    const failures = [
      new Error('socket hang up'),
      Object.assign(new Error('header not found'), { code: -32000 }),
      Object.assign(new Error('limit exceeded'), { code: -32005 }),
      Object.assign(new Error('method not supported'), { code: -32601 }),
    ]
    for (const failure of failures) {
      const chain = chainOf(() => {
        throw failure
      })
      await expect(verifyTaskKey(clientOf(chain), signed)).rejects.toThrow(UnverifiableError)
    }
    const dead = { request: async () => Promise.reject(new Error('connection refused')) }
    const error = await verifyTaskKey(clientOf(dead as never), signed).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(UnverifiableError)
    expect(error.message).toMatchInlineSnapshot(`
      "the account could not be asked.
        client  "UnknownRpcError"
        rule    a node that answers eth_chainId and eth_call
        fix     ask again, or another node; record nothing until one has answered"
    `)
  })

  it('that answers nonsense has not said yes', async () => {
    for (const answer of ['0x', '0x02', `0x${'00'.repeat(31)}02`, null, 1, {}]) {
      const chain = {
        request: async ({ method }: { method: string }) => (method === 'eth_chainId' ? '0x7a69' : answer),
      }
      const verified = await verifyTaskKey(clientOf(chain as never), signed).catch((error) => error)
      if (verified !== false) expect(verified).toBeInstanceOf(UnverifiableError)
    }
  })
})

describe('refuses', () => {
  const signed: VerifyTaskKeyParameters = { protocol, taskKey: keyOf(contract), signature: hex(1) }
  const node = clientOf(chainOf(() => false))

  it('what is no client, block or protocol', async () => {
    for (const wrong of [undefined, {}, { request: 1 }])
      await expect(verifyTaskKey(wrong as never, signed)).rejects.toThrow(Errors.InvalidInputError)
    for (const blockNumber of [-1n, 5, 'latest'])
      await expect(verifyTaskKey(node, { ...signed, blockNumber } as never)).rejects.toThrow(Errors.InvalidInputError)
    await expect(verifyTaskKey(node, { ...signed, protocol: {} as never })).rejects.toThrow(
      Protocol.InvalidProtocolError,
    )
    await expect(verifyTaskKey(node, undefined as never)).rejects.toThrow(Errors.InvalidInputError)
  })

  it('a signature beyond its limit before anything is asked', async () => {
    const signature: Hex = `0x${'00'.repeat(TaskKey.maxSignature + 1)}`
    await expect(verifyTaskKey(clientOf(silent), { ...signed, signature })).rejects.toThrow(TaskKey.InvalidTaskKeyError)
  })

  it('1,000 wrong authorisations with false or a typed error', async () => {
    const { protocol: _, ...authorisation } = signed
    await fc.assert(
      fc.asyncProperty(inputs(authorisation), async (value) => {
        const parameters = { ...(value as object), protocol }
        const verified = await verifyTaskKey(node, parameters as never).catch((error: unknown) => error)
        if (verified !== false) expect(verified).toBeInstanceOf(Errors.BaseError)
      }),
      { numRuns: 1_000 },
    )
  })
})
