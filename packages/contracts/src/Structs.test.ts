/** What is signed and the bytes of leaves: Solidity against the core, on a real node. */
import { Commitment, Encoding, TypedData } from '@spotcheck/core'
import fc from 'fast-check'
import { domainSeparator } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as Harness from '../../../test/support/harness.js'
import { runs } from '../../../test/support/property.js'

const { toHex } = Encoding
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map((value) => toHex(value))
const uint = (bits: bigint) => fc.oneof(fc.bigInt({ min: 0n, max: 2n ** bits - 1n }), fc.constant(2n ** bits - 1n))

let solidity: Harness.Harness

beforeAll(async () => {
  solidity = await Harness.start()
})
afterAll(() => solidity.node.stop())

/** A value of each of the struct's fields. */
function struct(name: TypedData.Name): fc.Arbitrary<Record<string, unknown>> {
  const fields = TypedData.types[name].map(({ name, type }): [string, fc.Arbitrary<unknown>] => {
    if (type === 'bytes32') return [name, bytes(32)]
    return [name, type === 'address' ? bytes(20) : uint(BigInt(type.replace('uint', '')))]
  })
  return fc.record(Object.fromEntries(fields))
}

const domain = fc.record({ chainId: fc.maxSafeNat(), verifyingContract: bytes(20) })

test.each([
  ['Batch', 'batchDigests'],
  ['Receipt', 'receiptDigests'],
  ['Voucher', 'voucherDigests'],
  ['Checkpoint', 'checkpointDigests'],
] as const)('signing digests of %s', async (name, functionName) => {
  const messages = fc.sample(struct(name), runs(500))
  const [where] = fc.sample(domain, runs(1))
  const separator = domainSeparator({ domain: { name: 'Spotcheck', version: '1', ...where! } as never })
  const answers = await solidity.each(functionName, messages, [separator])
  expect(answers).toEqual(messages.map((message) => TypedData.digest(where!, name, message)))
})

test('domains', async () => {
  for (const where of fc.sample(domain, runs(50))) {
    const separator = domainSeparator({ domain: { name: 'Spotcheck', version: '1', ...where } as never })
    expect(await solidity.call('domainSeparator', [BigInt(where.chainId), where.verifyingContract])).toBe(separator)
  }
})

test('the 120 bytes of leaves', async () => {
  const leaf = struct('Leaf').chain((made) => fc.maxSafeNat().map((index) => ({ ...made, index: BigInt(index) })))
  const leaves = fc.sample(leaf, runs(500))
  const encoded = leaves.map((one) => toHex(Commitment.encodeLeaf({ ...one, index: Number(one.index) } as never)))
  expect(await solidity.each('encodings', leaves)).toEqual(encoded)
})
