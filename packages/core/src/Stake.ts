/**
 * Taking stake back: only what no epoch has locked, only while nothing else of the party is locked either, and only after
 * a wait (protocol.md, section 9). So nobody is gone before its verdict.
 *
 * @module
 */
import { type Address, assertBigint, assertInteger, assertObject, fromHex } from './Encoding.js'
import { BaseError } from './Errors.js'
import * as Ledger from './Ledger.js'
import type { Protocol } from './Protocol.js'

/**
 * Wei of the party that some epoch has locked: all that its open duties may cost it.
 *
 * @throws InvalidInputError if an argument is malformed.
 * @example
 * ```ts
 * import { Encoding, Ledger, Stake } from '@spotcheck/core'
 *
 * const party = Encoding.zeroAddress
 * const ledger = new Map([[Ledger.lock(party, 3), 40n], [Ledger.lock(party, 4), 2n], [Ledger.stake(party), 7n]])
 * Stake.exposure(ledger, party) // 42n
 * ```
 */
export function exposure(ledger: Ledger.Ledger, party: Address): bigint {
  fromHex(party, 'party', 20)
  return held(ledger, Ledger.lock(party, 0).slice(0, -1)).reduce((sum, [, amount]) => sum + amount, 0n)
}

/** What {@link unbond} needs. */
export type UnbondParameters = Readonly<{
  protocol: Protocol
  ledger: Ledger.Ledger
  party: Address
  /** Wei. */
  amount: bigint
  /** Unix seconds. */
  now: number
}>

/**
 * The transfer that begins to take stake back: from now on no epoch can lock it, and after `protocol.unbonding` seconds
 * {@link withdraw} pays it out.
 *
 * @throws LockedStakeError while any of the party's stake is locked; InvalidInputError if an argument is malformed.
 * Ledger.apply refuses more than there is.
 * @see protocol.md, section 9
 * @example
 * ```ts
 * import { Encoding, Ledger, Protocol, Stake } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const party = Encoding.zeroAddress
 * const protocol = Protocol.from(testParameters) // unbonding: 1000 s
 * const staked = new Map([[Ledger.stake(party), 7n]])
 * const leaving = Ledger.apply(staked, [Stake.unbond({ protocol, ledger: staked, party, amount: 5n, now: 100 })])
 * Stake.withdraw(leaving, party, 1_099).length // 0
 * const gone = Ledger.apply(leaving, Stake.withdraw(leaving, party, 1_100))
 * Ledger.balance(gone, Ledger.free(party)) // 5n
 * ```
 */
export function unbond(parameters: UnbondParameters): Ledger.Transfer {
  const { protocol, ledger, party, amount, now } = assertObject(parameters, 'parameters')
  const { unbonding: wait } = assertObject(protocol, 'protocol')
  const locked = exposure(ledger, party)
  if (locked > 0n)
    throw new LockedStakeError('stake can’t be taken back while some of it is locked.', {
      subject: 'exposure',
      value: locked,
      rule: '0: whatever the party may still be found guilty of must find it at home',
      fix: 'wait until every epoch that it takes part in is settled',
      see: 'protocol.md, Settlement',
    })
  const release = assertInteger(now, 'now') + wait
  const to = `${unbonding(party)}${assertInteger(release, 'now + unbonding')}`
  return { from: Ledger.stake(party), to, amount: assertBigint(amount, 'amount', 0n), memo: 'unbonding' }
}

/**
 * The transfers that pay out what the party began to take back at least `protocol.unbonding` seconds before `now`.
 *
 * @throws InvalidInputError if an argument is malformed.
 * @example
 * ```ts
 * import { Encoding, Ledger, Stake } from '@spotcheck/core'
 *
 * const ledger = new Map([[`unbonding:${Encoding.zeroAddress}:1100`, 5n], [Ledger.burn, 1n]])
 * Stake.withdraw(ledger, Encoding.zeroAddress, 1_100).length // 1
 * ```
 */
export function withdraw(ledger: Ledger.Ledger, party: Address, now: number): Ledger.Transfer[] {
  fromHex(party, 'party', 20)
  assertInteger(now, 'now')
  const prefix = unbonding(party)
  return held(ledger, prefix)
    .filter(([account]) => Number(account.slice(prefix.length)) <= now)
    .map(([from, amount]) => ({ from, to: Ledger.free(party), amount, memo: 'withdrawal' }))
}

/** Accounts of what is being taken back, by the second from which it may be. */
function unbonding(party: Address): string {
  return `unbonding:${party}:`
}

function held(ledger: Ledger.Ledger, prefix: string): [string, bigint][] {
  Ledger.total(ledger)
  return [...ledger].filter(([account, amount]) => account.startsWith(prefix) && amount > 0n)
}

/** Stake that is asked for while its owner may still be found guilty. */
export class LockedStakeError extends BaseError {
  override name = 'Stake.LockedStakeError'
}
