/**
 * Balances in wei. Money moves by transfers only, so the sum never changes; burn and treasury are accounts too.
 *
 * @module
 */
import type { Address } from './Encoding.js'
import { BaseError } from './Errors.js'

/** Balance by account; absent accounts hold 0. */
export type Ledger = ReadonlyMap<string, bigint>

/** One movement, with its reason in words. */
export type Transfer = Readonly<{ from: string; to: string; amount: bigint; memo: string }>

/** Where slashed money goes to die. */
export const burn = 'burn'
/** Pays verifiers; receives fees and what remains of slashes. */
export const treasury = 'treasury'

/** Free balance of a party. */
export function free(party: Address): string {
  return party
}

/** Stake that a party can lose and, while no epoch locks it, withdraw. */
export function stake(party: Address): string {
  return `stake:${party}`
}

/** Stake locked for one epoch. */
export function lock(party: Address, epoch: number): string {
  return `lock:${party}:${epoch}`
}

/** What the client set aside for one executor's epoch. */
export function escrow(executor: Address, epoch: number): string {
  return `escrow:${executor}:${epoch}`
}

/** The balance of an account. */
export function balance(ledger: Ledger, account: string): bigint {
  return ledger.get(account) ?? 0n
}

/** The sum of all balances. */
export function total(ledger: Ledger): bigint {
  let sum = 0n
  for (const amount of ledger.values()) sum += amount
  return sum
}

/**
 * Applies transfers in order, all or none.
 *
 * @throws InsufficientFundsError if an amount is negative or an account can't pay; the given ledger is never changed.
 * @example
 * ```ts
 * import { Ledger } from '@spotcheck/core'
 *
 * const ledger = Ledger.apply(new Map([['a', 5n]]), [{ from: 'a', to: 'b', amount: 2n, memo: 'reward' }])
 * Ledger.balance(ledger, 'b') // 2n
 * ```
 */
export function apply(ledger: Ledger, transfers: readonly Transfer[]): Ledger {
  const next = new Map(ledger)
  for (const transfer of transfers) {
    const { from, to, amount } = transfer
    const left = (next.get(from) ?? 0n) - amount
    if (amount < 0n || left < 0n) throw insufficient(transfer, next.get(from) ?? 0n)
    next.set(from, left)
    next.set(to, (next.get(to) ?? 0n) + amount)
  }
  return next
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
