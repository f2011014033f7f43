/** The deployed sampler, asked as a client asks it: about the batches that the core makes. */
import { Beacon, Commitment, Encoding, Merkle, Protocol, Sample } from '@spotcheck/core'
import { testParameters } from '@spotcheck/core/memory'
import { type Address, toFunctionSelector } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as Anvil from '../../../test/support/anvil.js'
import vectors from '../../../test/vectors/drand.json' with { type: 'json' }
import { DrandBeacon, Sampler } from './index.js'

const { zero32, zeroAddress, toHex } = Encoding
const { round, signature } = vectors.rounds[0]!
const MODES = ['bernoulli', 'fixed', 'byValue', 'secret']
const HASHES = ['keccak256', 'sha256']
const verifyingContract: Address = `0x${'c0'.repeat(20)}`
const samplings = [
  { mode: 'bernoulli', rate: 3n * 10n ** 17n },
  { mode: 'fixed', rate: 3n * 10n ** 17n },
  { mode: 'byValue', interval: 1_000n },
] as const

let node: Anvil.Node
let beacon: Address

beforeAll(async () => {
  node = await Anvil.start()
  beacon = await node.deploy(DrandBeacon)
})
afterAll(() => node.stop())

type Rule = { mode: string; rate?: bigint; interval?: bigint }

function deploy({ mode, rate = 0n, interval = 0n }: Rule, treeHash = 'keccak256'): Promise<Address> {
  const rule = { mode: MODES.indexOf(mode), rate, interval }
  return node.deploy(Sampler, [verifyingContract, beacon, HASHES.indexOf(treeHash), rule])
}

function ask(address: Address, functionName: 'isSampled' | 'isLeafSampled' | 'digestOf' | 'seedOf', args: unknown[]) {
  return node.client.readContract({ address, abi: Sampler.abi, functionName, args } as never)
}

/** A batch of the network with these parameters, and its tree. */
function batchOf(protocol: Protocol.Protocol) {
  const digests = { taskId: zero32, bytesCommit: zero32, evidenceCommit: zero32 }
  const leaves = Array.from({ length: 45 }, (_, index) => ({
    index,
    weight: BigInt(100 + 90 * (index % 7)),
    ...digests,
  }))
  const tree = Commitment.tree(leaves, protocol)
  const totalWeight = leaves.reduce((sum, { weight }) => sum + weight, 0n)
  const root = toHex(tree.layout === 'sum' ? Merkle.Sum.root(tree) : Merkle.root(tree))
  const place = { paramsHash: Protocol.hash(protocol), executor: zeroAddress, epoch: 3, beaconRound: round }
  return { leaves, tree, batch: Commitment.batchFrom({ ...place, count: 45, totalWeight, root, canaryRoot: zero32 }) }
}

/** The parameters of a network that signs for the contract, and for this chain. */
function network(sampling: (typeof samplings)[number], treeHash: 'keccak256' | 'sha256' = 'keccak256') {
  return Protocol.from({ ...testParameters, verifyingContract, sampling, treeHash } as Protocol.Protocol)
}

test('a round that is not recorded draws nothing', async () => {
  const { batch } = batchOf(network(samplings[0]))
  await expect(ask(await deploy(samplings[0]), 'isSampled', [batch, 0])).rejects.toThrow('UnknownRound')
})

test.each([
  [{ mode: 'secret' }, 'SecretIsOffChain()'],
  [{ mode: 'fixed', rate: 0n }, 'InvalidRate(uint256)'],
  [{ mode: 'bernoulli', rate: 2n * 10n ** 18n }, 'InvalidRate(uint256)'],
  [{ mode: 'byValue', interval: 0n }, 'InvalidInterval(uint128,uint128)'],
])('%o is not deployed: %s', async (rule, error) => {
  await expect(deploy(rule)).rejects.toThrow(`custom error ${toFunctionSelector(error)}`)
})

test.each([samplings[0], samplings[1]])('$mode: the same indices as the core', async (sampling) => {
  const protocol = network(sampling)
  const { batch } = batchOf(protocol)
  const address = await deploy(sampling)
  await record()
  const digest = Commitment.digest(batch, protocol)
  expect(await ask(address, 'digestOf', [batch])).toBe(digest)
  const seed = Beacon.seed(Beacon.randomness(signature), digest)
  expect(await ask(address, 'seedOf', [batch])).toBe(toHex(seed))
  const sampled: number[] = []
  for (let index = 0; index < batch.count; index++)
    if (await ask(address, 'isSampled', [batch, index])) sampled.push(index)
  expect(sampled).toEqual(Sample[sampling.mode].indices({ seed, count: batch.count, rate: sampling.rate }))
  await expect(ask(address, 'isLeafSampled', [batch, ZERO_LEAF, []])).rejects.toThrow('NotByValue')
})

test.each(['keccak256', 'sha256'] as const)('byValue over %s: the same leaves as the core', async (treeHash) => {
  const protocol = network(samplings[2], treeHash)
  const { batch, leaves, tree } = batchOf(protocol)
  const address = await deploy(samplings[2], treeHash)
  await record()
  const seed = Beacon.seed(Beacon.randomness(signature), Commitment.digest(batch, protocol))
  const proofOf = (index: number) => Merkle.Sum.prove(tree as Merkle.Sum.Tree, index).map((node) => toHex(node))
  const sampled: number[] = []
  for (const leaf of leaves)
    if (await ask(address, 'isLeafSampled', [batch, leaf, proofOf(leaf.index)])) sampled.push(leaf.index)
  const weights = leaves.map(({ weight }) => weight)
  expect(sampled).toEqual(Sample.byValue.indices({ seed, weights, interval: samplings[2].interval }))
  expect(sampled.length).toBeGreaterThan(0)

  const heavier = { ...leaves[0]!, weight: leaves[0]!.weight + 1n }
  await expect(ask(address, 'isLeafSampled', [batch, heavier, proofOf(0)])).rejects.toThrow('NotInBatch')
  await expect(ask(address, 'isLeafSampled', [batch, leaves[0]!, proofOf(1)])).rejects.toThrow('NotInBatch')
  await expect(ask(address, 'isSampled', [batch, 0])).rejects.toThrow('PositionNeeded')
})

const ZERO_LEAF = { index: 0, taskId: zero32, weight: 0n, bytesCommit: zero32, evidenceCommit: zero32 }

async function record(): Promise<void> {
  const args = [BigInt(round), `0x${signature}`] as const
  const hash = await node.client.writeContract({ address: beacon, abi: DrandBeacon.abi, functionName: 'submit', args })
  await node.client.waitForTransactionReceipt({ hash })
}
