import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type * as z from 'zod'
import * as reference from '../../../test/support/eip712.js'
import { protocol } from '../../../test/support/fixtures.js'
import { inputs, outcome } from '../../../test/support/junk.js'
import { errorOf } from '../../../test/support/thrown.js'
import { hex, party } from '../../../test/support/world.js'
import * as Encoding from './Encoding.js'
import * as Errors from './Errors.js'
import * as Protocol from './Protocol.js'
import * as Schema from './Schema.js'
import * as Voucher from './Voucher.js'

fc.configureGlobal({ seed: 20_261_123 })

const account = { client: party('c', 1), executor: party('e', 1), epoch: 2 }
const voucher: Voucher.Voucher = { paramsHash: Protocol.hash(protocol), ...account, cumulative: 300n }
const max = 2n ** 128n - 1n

it('has the schema of its type', () => {
  expectTypeOf<z.infer<typeof Voucher.schema>>().toEqualTypeOf<Voucher.Voucher>()
  expect(Voucher.from(JSON.parse(JSON.stringify(voucher, Schema.toJson)))).toEqual(voucher)
})

it('is signed over its EIP-712 digest', () => {
  for (const { chainId, verifyingContract } of [protocol, { chainId: 1, verifyingContract: party('d', 1) }]) {
    const there = Protocol.from({ ...protocol, chainId, verifyingContract })
    const digest = Encoding.toHex(reference.digest(chainId, verifyingContract, 'Voucher', voucher))
    expect(Voucher.digest(voucher, there)).toBe(digest)
  }
  expect(Voucher.definition(voucher, protocol)).toMatchObject({ primaryType: 'Voucher', message: voucher })
})

/** Vouchers of a few parties and epochs, two networks. */
const some = fc.record({
  paramsHash: fc.constantFrom(voucher.paramsHash, hex(1)),
  client: fc.constantFrom(party('c', 1), party('c', 2)),
  executor: fc.constantFrom(party('e', 1), party('e', 2)),
  epoch: fc.constantFrom(2, 3),
  cumulative: fc.oneof(fc.bigInt(0n, 1_000n), fc.constantFrom(0n, max)),
})

describe('authorised', () => {
  it('is the largest for that client, executor, epoch and network, in any order', () => {
    fc.assert(
      fc.property(fc.array(some, { maxLength: 30 }), (vouchers) => {
        const sorted = [...vouchers].sort((a, b) => (a.cumulative < b.cumulative ? 1 : -1))
        const largest = sorted.find(
          (one) =>
            `${one.paramsHash}${one.client}${one.executor}${one.epoch}` ===
            `${voucher.paramsHash}${account.client}${account.executor}2`,
        )
        expect(Voucher.authorised(vouchers, { protocol, ...account })).toBe(largest?.cumulative ?? 0n)
      }),
      { numRuns: 300 },
    )
  })

  it('counts a voucher once, however often it is shown', () => {
    expect(Voucher.authorised([voucher, voucher, { ...voucher, cumulative: 200n }], { protocol, ...account })).toBe(
      300n,
    )
  })
})

describe('payable', () => {
  const pay = (vouchers: readonly Voucher.Voucher[], earned: ReadonlyMap<Encoding.Address, bigint>) =>
    Voucher.payable({ protocol, executor: account.executor, epoch: 2, vouchers, earned })

  it('is never more than the vouchers, nor than what was earned', () => {
    fc.assert(
      fc.property(fc.array(some, { maxLength: 20 }), fc.bigInt(0n, 2_000n), fc.bigInt(0n, 2_000n), (vouchers, a, b) => {
        const parts = [
          [party('c', 1), a],
          [party('c', 2), b],
        ] as const
        const limits = parts.map(([client]) => Voucher.authorised(vouchers, { protocol, ...account, client }))
        const each = parts.map(([, amount], i) => (amount < limits[i]! ? amount : limits[i]!))
        expect(pay(vouchers, new Map(parts))).toBe(each[0]! + each[1]!)
      }),
      { numRuns: 300 },
    )
  })

  it('is nothing without a voucher, for another epoch, executor, client or network', () => {
    const earned = new Map([[account.client, 300n]])
    expect(pay([], earned)).toBe(0n)
    expect(pay([voucher], new Map())).toBe(0n)
    for (const other of [
      { epoch: 3 },
      { executor: party('e', 2) },
      { client: party('c', 2) },
      { paramsHash: hex(1) },
      { cumulative: 0n },
    ])
      expect(pay([{ ...voucher, ...other }], earned)).toBe(0n)
    expect(pay([voucher], earned)).toBe(300n)
  })

  it('needs earnings by client', () => {
    for (const wrong of [
      undefined,
      {},
      [[account.client, 1n]],
      new Map([[account.client, -1n]]),
      new Map([[account.client, 1]]),
    ])
      expect(() => pay([voucher], wrong as never)).toThrow(Voucher.InvalidVoucherError)
    for (const wrong of [new Map([['0xAB', 1n]]), new Map([[undefined, 1n]])])
      expect(() => pay([voucher], wrong as never)).toThrow(Errors.InvalidInputError)
    const earned = new Map([[account.client, 1n]])
    for (const wrong of [undefined, 'x', voucher, new Array(2)])
      expect(() => pay(wrong as never, earned)).toThrow(Errors.BaseError)
    expect(() => pay([{ ...voucher, cumulative: -1n }], earned)).toThrow(Voucher.InvalidVoucherError)
    expect(() => Voucher.payable(undefined as never)).toThrow(Errors.InvalidInputError)
    expect(errorOf(() => pay([], {} as never), Voucher.InvalidVoucherError).message).toMatchInlineSnapshot(`
      "what was earned is malformed.
        earned  object {  }
        rule    a Map from client to wei, bigint, at least 0
        fix     pass new Map([[client, amount]])"
    `)
  })
})

describe('refuses', () => {
  it.each([
    ['paramsHash', hex(0xab).toUpperCase()],
    ['client', '0x'],
    ['executor', undefined],
    ['epoch', 2 ** 32 + 1],
    ['cumulative', max + 1n],
    ['cumulative', 300],
    ['cumulative', '0300'],
  ])('a malformed %s', (field, value) => {
    const error = errorOf(() => Voucher.from({ ...voucher, [field]: value }), Voucher.InvalidVoucherError)
    expect(error).toMatchObject({ subject: `voucher.${field}`, value })
    expect(() => Voucher.digest({ ...voucher, [field]: value }, protocol)).toThrow(Voucher.InvalidVoucherError)
  })

  it('an account that is none', () => {
    for (const wrong of [{ client: '0x' }, { executor: null }, { epoch: -1 }])
      expect(() => Voucher.authorised([], { protocol, ...account, ...wrong } as never)).toThrow(Errors.BaseError)
  })

  it('10,000 wrong inputs with typed errors', () => {
    fc.assert(
      fc.property(inputs(voucher), (value) => {
        const result = outcome(() => Voucher.from(value))
        if ('value' in result) expect(Voucher.digest(result.value, protocol).length).toBe(66)
        else expect(result.error).toBeInstanceOf(Voucher.InvalidVoucherError)
      }),
      { numRuns: 10_000 },
    )
  })
})
