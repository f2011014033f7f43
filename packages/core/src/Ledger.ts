/**
 * Balances in wei. Money moves by transfers only, so the sum never changes; burn and treasury are accounts too.
 *
 * @module
 */
import { type Address, assertBigint, assertList, assertObject, assertText } from './Encoding.js'
import { BaseError, InvalidInputError } from './Errors.js'

/** Balance by account; absent accounts hold 0. */
export type Ledger = ReadonlyMap<string, bigint>

/** One movement, with its reason in words. */
export type Transfer = Readonly<{ from: string; to: string; amount: bigint; memo: string }>

/** Where slashed money goes to die. */
export const burn = 'burn'
/** Pays verifiers; receives fees and what remains of slashes. */
export const treasury = 'treasury'

/**
 * Free balance of a party.
 *
 * @example
 * ```ts
 * import { Encoding, Ledger } from '@spotcheck/core'
 *
 * Ledger.free(Encoding.zeroAddress) === Encoding.zeroAddress // true
 * ```
 */
export function free(party: Address): string {
  return party
}

/**
 * Stake that a party can lose and, while no epoch locks it, withdraw.
 *
 * @example
 * ```ts
 * import { Encoding, Ledger } from '@spotcheck/core'
 *
 * Ledger.stake(Encoding.zeroAddress) // 'stake:0x0000000000000000000000000000000000000000'
 * ```
 */
export function stake(party: Address): string {
  return `stake:${party}`
}

/**
 * Stake locked for one epoch.
 *
 * @example
 * ```ts
 * import { Encoding, Ledger } from '@spotcheck/core'
 *
 * Ledger.lock(Encoding.zeroAddress, 3) // 'lock:0x0000000000000000000000000000000000000000:3'
 * ```
 */
export function lock(party: Address, epoch: number): string {
  return `lock:${party}:${epoch}`
}

/**
 * What the client set aside for one executor's epoch.
 *
 * @example
 * ```ts
 * import { Encoding, Ledger } from '@spotcheck/core'
 *
 * Ledger.escrow(Encoding.zeroAddress, 3) // 'escrow:0x0000000000000000000000000000000000000000:3'
 * ```
 */
export function escrow(executor: Address, epoch: number): string {
  return `escrow:${executor}:${epoch}`
}

/**
 * The balance of an account.
 *
 * @throws Errors.InvalidInputError if an argument is malformed.
 * @example
 * ```ts
 * import { Ledger } from '@spotcheck/core'
 *
 * Ledger.balance(new Map([[Ledger.treasury, 5n]]), Ledger.treasury) // 5n
 * Ledger.balance(new Map(), Ledger.burn) // 0n
 * ```
 */
export function balance(ledger: Ledger, account: string): bigint {
  return assertBigint(assertLedger(ledger).get(assertText(account, 'account')) ?? 0n, 'balance')
}

/**
 * The sum of all balances.
 *
 * @throws Errors.InvalidInputError if it is no ledger.
 * @example
 * ```ts
 * import { Ledger } from '@spotcheck/core'
 *
 * Ledger.total(new Map([[Ledger.treasury, 5n], [Ledger.burn, 2n]])) // 7n
 * ```
 */
export function total(ledger: Ledger): bigint {
  let sum = 0n
  for (const amount of assertLedger(ledger).values()) sum += assertBigint(amount, 'balance')
  return sum
}

/**
 * Applies transfers in order, all or none.
 *
 * @throws InsufficientFundsError if an amount is negative or an account can't pay; the given ledger is never changed.
 * @throws Errors.InvalidInputError if an argument is malformed.
 * @example
 * ```ts
 * import { Ledger } from '@spotcheck/core'
 *
 * const ledger = Ledger.apply(new Map([['a', 5n]]), [{ from: 'a', to: 'b', amount: 2n, memo: 'reward' }])
 * Ledger.balance(ledger, 'b') // 2n
 * ```
 */
export function apply(ledger: Ledger, transfers: readonly Transfer[]): Ledger {
  const next = new Map(assertLedger(ledger))
  for (const transfer of assertList(transfers, 'transfers')) {
    const { from, to, amount } = assertTransfer(transfer)
    const left = balance(next, from) - amount
    if (amount < 0n || left < 0n) throw insufficient(transfer, balance(next, from))
    next.set(from, left)
    next.set(to, balance(next, to) + amount)
  }
  return next
}

function assertTransfer(transfer: Transfer): Transfer {
  const { from, to, amount, memo } = assertObject(transfer, 'transfer')
  assertText(from, 'from')
  assertText(to, 'to')
  assertBigint(amount, 'amount')
  assertText(memo, 'memo')
  return transfer
}

function assertLedger(ledger: Ledger): Ledger {
  if (isMap(ledger)) return ledger
  throw new InvalidInputError('ledger must be a Map.', {
    subject: 'ledger',
    value: ledger,
    rule: 'a Map of balances in wei, bigint, by account',
    fix: 'pass new Map([[account, 5n]]), or new Map(Object.entries(ledger))',
  })
}

const sizeOf = Object.getOwnPropertyDescriptor(Map.prototype, 'size')?.get

/** False for what only inherits from Map, which has nothing to read. */
function isMap(value: unknown): boolean {
  try {
    return sizeOf?.call(value) !== undefined
  } catch {
    return false
  }
}

function insufficient({ from, amount, memo }: Transfer, held: bigint): InsufficientFundsError {
  return new InsufficientFundsError(`${from} can't pay ${memo}.`, {
    subject: 'amount',
    value: amount,
    rule: `0 <= amount <= ${held}, the balance of ${from}`,
    fix: `fund ${from} with ${amount - held} more`,
    see: 'protocol.md, Settlement',
  })
}

/** A transfer that an account can't pay. */
export class InsufficientFundsError extends BaseError {
  override name = 'Ledger.InsufficientFundsError'
}
