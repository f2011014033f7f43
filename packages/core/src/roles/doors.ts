/** What every role checks when it is made. */
import { isAddress } from 'viem'
import type { Address } from '../Encoding.js'
import { InvalidInputError } from '../Errors.js'

/**
 * An address in its canonical form: lower case. Wallets hand out checksummed ones, which are accepted here if their
 * checksum holds; a role that kept the mixed case would not recognise what is meant for it.
 */
export function lowered(address: Address, subject = 'address'): Address {
  if (typeof address === 'string' && isAddress(address)) return address.toLowerCase() as Address
  throw new InvalidInputError(`${subject} is no address.`, {
    subject,
    value: address,
    rule: '0x and 40 hex digits, in lower case or with a valid checksum',
    fix: 'pass the account’s address, e.g. account.address',
  })
}

/** Returns `value` if it has these methods. @throws InvalidInputError */
export function able<T extends object>(value: T, subject: string, ...methods: readonly (keyof T & string)[]): T {
  const lacking = methods.find((method) => typeof value?.[method] !== 'function')
  if (lacking === undefined) return value
  throw new InvalidInputError(`${subject} can’t do its part.`, {
    subject,
    value,
    rule: `an object with the methods ${methods.join(', ')}`,
    fix: `implement ${lacking}`,
  })
}
