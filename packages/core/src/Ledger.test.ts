import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from '../../../test/support/property.js'
import { party } from '../../../test/support/world.js'
import * as Errors from './Errors.js'
import * as Ledger from './Ledger.js'

const accounts = ['a', 'b', 'c', Ledger.burn, Ledger.treasury]
const transfers = fc.array(
  fc.record({
    from: fc.constantFrom(...accounts),
    to: fc.constantFrom(...accounts),
    amount: fc.bigInt({ min: -3n, max: 60n }),
    memo: fc.constant('m'),
  }),
  { maxLength: 12 },
)
const ledgers = fc
  .array(fc.bigInt({ min: 0n, max: 100n }), { minLength: accounts.length, maxLength: accounts.length })
  .map((amounts) => new Map(accounts.map((account, i) => [account, amounts[i]!])))

describe('apply', () => {
  test('moves money in order, and leaves the given ledger as it was', () => {
    const before = new Map([['a', 5n]])
    const after = Ledger.apply(before, [
      { from: 'a', to: 'b', amount: 5n, memo: 'all' },
      { from: 'b', to: 'c', amount: 2n, memo: 'some of it' },
    ])
    expect([...after]).toEqual([
      ['a', 0n],
      ['b', 3n],
      ['c', 2n],
    ])
    expect([...before]).toEqual([['a', 5n]])
  })

  test('does not spend what arrives only later', () => {
    const later = [
      { from: 'b', to: 'c', amount: 2n, memo: 'too early' },
      { from: 'a', to: 'b', amount: 5n, memo: 'all' },
    ]
    expect(() => Ledger.apply(new Map([['a', 5n]]), later)).toThrow(Ledger.InsufficientFundsError)
  })

  test('pays an account to itself without making money', () => {
    const after = Ledger.apply(new Map([['a', 5n]]), [{ from: 'a', to: 'a', amount: 5n, memo: 'round trip' }])
    expect(Ledger.balance(after, 'a')).toBe(5n)
  })

  test('a transfer of nothing is one', () => {
    const after = Ledger.apply(new Map(), [{ from: 'a', to: 'b', amount: 0n, memo: 'nothing' }])
    expect([...after]).toEqual([
      ['a', 0n],
      ['b', 0n],
    ])
  })

  test('names the account, what it holds and what it lacks', () => {
    const attempt = () => Ledger.apply(new Map([['a', 5n]]), [{ from: 'a', to: 'b', amount: 8n, memo: 'a reward' }])
    expect(attempt).toThrowErrorMatchingInlineSnapshot(`
      [Ledger.InsufficientFundsError: a can't pay a reward.
        amount  8n
        rule    0 <= amount <= 5, the balance of a
        fix     fund a with 3 more
        see     protocol.md, Settlement]
    `)
  })

  test('either conserves the sum or changes nothing; no balance is ever negative', () => {
    fc.assert(
      fc.property(ledgers, transfers, (ledger, list) => {
        const copy = [...ledger]
        try {
          const after = Ledger.apply(ledger, list)
          expect(Ledger.total(after)).toBe(Ledger.total(ledger))
          expect([...after.values()].every((amount) => amount >= 0n)).toBe(true)
          expect(list.every(({ amount }) => amount >= 0n)).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(Ledger.InsufficientFundsError)
        }
        expect([...ledger]).toEqual(copy)
      }),
      runs(2_000),
    )
  })
})

test('an account that is not there holds nothing, and an empty ledger sums to nothing', () => {
  expect(Ledger.balance(new Map(), 'a')).toBe(0n)
  expect(Ledger.total(new Map())).toBe(0n)
})

test('the sum is that of all accounts', () => {
  const ledger = new Map([
    ['a', 5n],
    [Ledger.burn, 2n],
    [Ledger.treasury, 0n],
  ])
  expect(Ledger.total(ledger)).toBe(7n)
})

describe('refusals name what was given', () => {
  const told = (attempt: () => unknown) => {
    try {
      attempt()
    } catch (error) {
      expect(error).toBeInstanceOf(Errors.InvalidInputError)
      return (error as Error).message
    }
    throw new Error('nothing was refused')
  }
  const good = { from: 'a', to: 'b', amount: 1n, memo: 'm' }

  test('a ledger that is no Map, or only looks like one', () => {
    expect(told(() => Ledger.total({ a: 5n } as never))).toMatchInlineSnapshot(`
      "ledger must be a Map.
        ledger  object { a }
        rule    a Map of balances in wei, bigint, by account
        fix     pass new Map([[account, 5n]]), or new Map(Object.entries(ledger))"
    `)
    for (const wrong of [undefined, null, [], Object.create(Map.prototype)]) {
      expect(told(() => Ledger.total(wrong))).toContain('ledger must be a Map')
      expect(told(() => Ledger.balance(wrong, 'a'))).toContain('ledger must be a Map')
      expect(told(() => Ledger.apply(wrong, []))).toContain('ledger must be a Map')
    }
  })

  test('an account and a balance that are none', () => {
    expect(told(() => Ledger.balance(new Map(), 5 as never))).toContain('account')
    expect(told(() => Ledger.balance(new Map([['a', 5]]) as never, 'a'))).toContain('balance')
    expect(told(() => Ledger.total(new Map([['a', 5]]) as never))).toContain('balance')
  })

  test.each(['from', 'to', 'amount', 'memo'])('a transfer without %s', (field) => {
    expect(told(() => Ledger.apply(new Map([['a', 5n]]), [{ ...good, [field]: undefined } as never]))).toContain(field)
  })

  test('transfers that are none', () => {
    expect(told(() => Ledger.apply(new Map(), undefined as never))).toContain('transfers')
    expect(told(() => Ledger.apply(new Map(), [null] as never))).toContain('transfer must')
  })
})

test('no two purposes of a party share an account', () => {
  const [one, two] = [party('a', 1), party('a', 2)]
  const names = [one, two].flatMap((address) => [
    Ledger.free(address),
    Ledger.stake(address),
    ...[0, 1].flatMap((epoch) => [Ledger.lock(address, epoch), Ledger.escrow(address, epoch)]),
  ])
  expect(new Set([...names, Ledger.burn, Ledger.treasury]).size).toBe(names.length + 2)
})
