/** Seeds, rounds and beacons: Solidity against the core and real rounds of drand, on a real node. */
import { bls12_381 } from '@noble/curves/bls12-381.js'
import { Beacon, Encoding } from '@spotcheck/core'
import fc from 'fast-check'
import type { Address, Hex } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as Anvil from '../../../test/support/anvil.js'
import * as Harness from '../../../test/support/harness.js'
import { runs } from '../../../test/support/property.js'
import vectors from '../../../test/vectors/drand.json' with { type: 'json' }
import { BlockBeacon, DrandBeacon } from './index.js'

const { concat, fromHex, toHex } = Encoding
const { G1, G2 } = bls12_381
const { Fp } = bls12_381.fields
const CASES = 5_000
const START = 20_000n
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => toHex(bytes))
const quicknet = vectors.rounds
  .filter(({ chain }) => chain === 'quicknet')
  .map(({ round, signature, randomness }) => ({
    ...{ round, number: BigInt(round) },
    ...{ signature: `0x${signature}` as Hex, randomness: `0x${randomness}` as Hex },
  }))

let solidity: Harness.Harness
/** Anvil's defaults, on a chain that is not young. */
let node: Anvil.Node

beforeAll(async () => {
  solidity = await Harness.start()
  node = await Anvil.start('--number', String(START))
})
afterAll(async () => {
  await solidity.node.stop()
  await node.stop()
})

test('seeds', async () => {
  const pairs = fc.sample(fc.tuple(bytes32, bytes32), runs(CASES))
  const answers = await solidity.each('seeds', pairs)
  expect(answers).toEqual(pairs.map(([randomness, digest]) => toHex(Beacon.seed(randomness, digest))))
})

test('the round of an epoch', async () => {
  const time = fc.oneof(
    fc.nat(100),
    fc.nat(2 ** 31 - 1),
    fc.nat(2 ** 31 - 1).map((n) => n * 2 ** 20),
  )
  const period = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 2 ** 31 }))
  const schedule = fc.record({ deadline: time, gap: fc.nat(10_000), genesis: time, period })
  const cases = fc.sample(schedule, runs(CASES))
  const answers = await solidity.each('rounds', cases)
  expect(answers).toEqual(cases.map((one) => BigInt(Beacon.roundFor(one))))
})

/** A point as EIP-2537 has it: coordinates of 64 bytes. */
function uncompressed(point: InstanceType<typeof G1.Point>): Hex {
  const bytes = point.toBytes(false)
  return toHex(concat(new Uint8Array(16), bytes.slice(0, 48), new Uint8Array(16), bytes.slice(48)))
}

describe('BLS12-381', () => {
  test('hashes to the curve as noble does', async () => {
    const DST = 'BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_'
    const domain = toHex(new TextEncoder().encode(DST))
    for (const message of fc.sample(fc.uint8Array({ maxLength: 100 }), runs(40))) {
      const point = G1.hashToCurve(message, { DST })
      expect(await solidity.call('hashToG1', [toHex(message), domain])).toBe(uncompressed(point as never))
    }
  })

  test('decompresses points, with the larger and the smaller y', async () => {
    for (const scalar of fc.sample(fc.bigInt({ min: 1n, max: 2n ** 250n }), runs(40))) {
      const point = G1.Point.BASE.multiply(scalar)
      for (const one of [point, point.negate()])
        expect(await solidity.call('decompressG1', [toHex(one.toBytes(true))])).toEqual([true, uncompressed(one)])
    }
  })

  test('refuses what is no spelling of a point', async () => {
    const good = G1.Point.BASE.toBytes(true)
    const order = fromHex(`0x${Fp.ORDER.toString(16).padStart(96, '0')}`)
    const flagged = (bytes: Uint8Array, flags: number) => bytes.map((byte, i) => (i === 0 ? (byte & 31) | flags : byte))
    const infinity = flagged(new Uint8Array(48), 0xc0)
    const lengths = [new Uint8Array(0), good.slice(1), concat(good, Uint8Array.of(0)), G1.Point.BASE.toBytes(false)]
    for (const bytes of [
      ...lengths,
      infinity,
      flagged(good, 0),
      flagged(good, 0x60),
      flagged(good, 0xe0),
      flagged(order, 0x80),
    ])
      expect([toHex(bytes), (await solidity.call('decompressG1', [toHex(bytes)])) as [boolean]]).toEqual([
        toHex(bytes),
        [false, '0x'],
      ])
  })

  test('takes half of all x for points, the same half as noble', async () => {
    let points = 0
    for (const bytes of fc.sample(fc.uint8Array({ minLength: 48, maxLength: 48 }), { ...runs(60), unbiased: true })) {
      bytes[0] = (bytes[0]! & 0x0f) | 0x80
      const [found] = (await solidity.call('decompressG1', [toHex(bytes)])) as [boolean]
      const isPoint = onCurve(bytes)
      expect([toHex(bytes), found]).toEqual([toHex(bytes), isPoint])
      if (isPoint) points++
    }
    expect(points).toBeGreaterThan(10)
  })

  test('has the key of the chain', async () => {
    const { x, y } = G2.Point.fromHex(vectors.chains.quicknet.publicKey).toAffine()
    const coordinates = [x.c0, x.c1, y.c0, y.c1].map((value) => value.toString(16).padStart(128, '0'))
    expect(await solidity.call('publicKey', [])).toBe(`0x${coordinates.join('')}`)
  })
})

/** Is x³ + 4 a square? Euler's criterion. */
function onCurve(compressed: Uint8Array): boolean {
  const x = BigInt(toHex(compressed)) & (2n ** 381n - 1n)
  return x < Fp.ORDER && Fp.pow(Fp.add(Fp.pow(x, 3n), 4n), (Fp.ORDER - 1n) / 2n) === 1n
}

describe('drand quicknet', () => {
  test.each(quicknet)('verifies round $round, and no other', async ({ round, number, signature }) => {
    expect(await solidity.call('verifyRound', [number, signature])).toBe(true)
    for (const other of [0, 1, round - 1, round + 1, round + 2 ** 32])
      expect(await solidity.call('verifyRound', [BigInt(other), signature])).toBe(false)
  })

  test('no signature with a byte changed, as the core', async () => {
    const { round, number, signature } = quicknet[0]!
    const change = fc.record({ at: fc.nat(47), by: fc.integer({ min: 1, max: 255 }) })
    for (const { at, by } of fc.sample(change, runs(30))) {
      const changed = fromHex(signature)
      changed[at]! ^= by
      expect(Beacon.verifyDrand('quicknet', { round, signature: changed })).toBe(false)
      expect(await solidity.call('verifyRound', [number, toHex(changed)])).toBe(false)
    }
  })

  test('not the negated signature, a point outside the subgroup, nor that of another key', async () => {
    const { number, signature } = quicknet[0]!
    const negated = G1.Point.fromHex(signature.slice(2)).negate()
    const message = bls12_381.shortSignatures.hash(fromHex(toHex(new Uint8Array(32))))
    const foreign = bls12_381.shortSignatures.sign(
      message,
      Uint8Array.from({ length: 32 }, (_, i) => i + 1),
    )
    for (const bytes of [negated.toBytes(true), outside(), foreign.toBytes(true)])
      expect(await solidity.call('verifyRound', [number, toHex(bytes)])).toBe(false)
  })

  test('is recorded once, by anyone, and can be read from then on', async () => {
    const address = await node.deploy(DrandBeacon)
    const contract = { address, abi: DrandBeacon.abi }
    const { number: round, signature, randomness } = quicknet[0]!
    const read = { ...contract, functionName: 'randomness', args: [round] } as const
    await expect(node.client.readContract(read)).rejects.toThrow('UnknownRound')

    const submit = { ...contract, functionName: 'submit', args: [round, signature] } as const
    const wrong = { ...submit, args: [round + 1n, signature] } as const
    await expect(node.client.writeContract(wrong)).rejects.toThrow('InvalidSignature')
    await expect(node.client.writeContract({ ...submit, args: [round, '0x'] })).rejects.toThrow('InvalidSignature')
    for (const [sender, logs] of [
      [3, 1],
      [4, 0],
    ] as const) {
      const hash = await node.clientOf(sender).writeContract(submit)
      expect((await node.client.waitForTransactionReceipt({ hash })).logs.length).toBe(logs)
    }
    expect(await node.client.readContract(read)).toBe(randomness)
    expect(randomness).toBe(toHex(Beacon.randomness(signature)))
    expect(await node.client.getContractEvents({ ...contract, fromBlock: 0n })).toMatchObject([
      { eventName: 'RoundRecorded', args: { round, randomness } },
    ])
  })
})

/** A point of the curve that is not in the subgroup of prime order. */
function outside(): Uint8Array {
  for (let x = 1n; ; x++) {
    const bytes = fromHex(`0x${((1n << 383n) | x).toString(16)}`)
    if (!onCurve(bytes)) continue
    const y = Fp.sqrt(Fp.add(x ** 3n, 4n))
    if (!G1.Point.fromAffine({ x, y }).isTorsionFree()) return bytes
  }
}

describe('the hash of a fixed block', () => {
  let address: Address

  beforeAll(async () => {
    address = await node.deploy(BlockBeacon)
  })

  async function record(number: bigint): Promise<Hex> {
    const contract = { address, abi: BlockBeacon.abi }
    const hash = await node.client.writeContract({ ...contract, functionName: 'record', args: [number] })
    await node.client.waitForTransactionReceipt({ hash })
    return node.client.readContract({ ...contract, functionName: 'randomness', args: [number] })
  }

  async function expected(number: bigint): Promise<Hex> {
    const { hash } = await node.client.getBlock({ blockNumber: number })
    return toHex(Beacon.blockRandomness({ number: Number(number), hash }))
  }

  test('of one just mined, and of those up to 500 blocks back', async () => {
    const first = await node.client.getBlockNumber()
    expect(await record(first)).toBe(await expected(first))
    await node.client.mine({ blocks: 500 })
    for (const number of [first + 1n, first + 240n, first + 260n, first + 499n])
      expect(await record(number)).toBe(await expected(number))
  })

  test('as it was first recorded, ever after', async () => {
    const number = await node.client.getBlockNumber()
    const value = await record(number)
    await node.client.mine({ blocks: 3 })
    expect(await record(number)).toBe(value)
    const contract = { address, abi: BlockBeacon.abi }
    const events = await node.client.getContractEvents({ ...contract, args: { round: number }, fromBlock: 0n } as never)
    expect(events.length).toBe(1)
  })

  test('not of one to come, nor of one more than 8191 blocks ago', async () => {
    const now = await node.client.getBlockNumber()
    for (const number of [now + 2n, now + 100n, START - 8191n, 0n, 2n ** 64n - 1n])
      await expect(record(number)).rejects.toThrow('BlockOutOfReach')
    await expect(
      node.client.readContract({ address, abi: BlockBeacon.abi, functionName: 'randomness', args: [now] }),
    ).rejects.toThrow('UnknownRound')
  })
})
