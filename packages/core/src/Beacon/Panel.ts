/**
 * Randomness from several parties: each commits to a secret, then all reveal. One honest member suffices for a value that
 * nobody could predict; that a member may withhold its reveal is what voiding the round and its penalty are for.
 *
 * @module
 */
import { type Address, assertInteger, assertObject, concat, equal, type Hex, toBytes, uint } from '../Encoding.js'
import { BaseError, InvalidInputError } from '../Errors.js'
import * as Hash from '../Hash.js'

/** A member's secret, and all that its commitment is bound to. */
export type PanelSecret = Readonly<{
  address: Address
  round: number
  /** Arbitration level, 0 to 255. */
  level: number
  /** 32 random bytes, used once. */
  secret: Uint8Array | Hex
}>

/**
 * A member's commitment: `tagged("beacon-commit", address || u64 round || u8 level || secret)`. Bound to the member, so
 * that copying another's commitment only yields one that the copier can never open.
 *
 * @throws Errors.InvalidInputError if a field is malformed.
 * @see protocol.md, Beacon
 * @example
 * ```ts
 * import { Beacon } from '@spotcheck/core'
 *
 * const mine = { address: `0x${'11'.repeat(20)}`, round: 7, level: 0, secret: new Uint8Array(32) } as const
 * const commitment = Beacon.commitTo(mine)
 * Beacon.opens({ ...mine, commitment }) // true
 * Beacon.opens({ ...mine, commitment, address: `0x${'22'.repeat(20)}` }) // false
 * ```
 */
export function commitTo(args: PanelSecret): Uint8Array {
  const { address, round, level, secret } = assertObject(args, 'secret')
  const place = concat(toBytes(address, 'address', 20), where(round, level))
  return Hash.tagged('beacon-commit', concat(place, toBytes(secret, 'secret', 32)))
}

/**
 * Does the secret open the commitment, for this member, round and level?
 *
 * @throws Errors.InvalidInputError if a field is malformed.
 * @example
 * ```ts
 * import { Beacon } from '@spotcheck/core'
 *
 * const mine = { address: `0x${'11'.repeat(20)}`, round: 7, level: 0, secret: new Uint8Array(32) } as const
 * const commitment = Beacon.commitTo(mine)
 * Beacon.opens({ ...mine, commitment, round: 8 }) // false
 * Beacon.opens({ ...mine, commitment, level: 1 }) // false
 * ```
 */
export function opens(args: PanelSecret & Readonly<{ commitment: Uint8Array | Hex }>): boolean {
  const { commitment } = assertObject(args, 'opening')
  return equal(toBytes(commitment, 'commitment'), commitTo(args))
}

/**
 * The panel's randomness: `tagged("beacon-reveal", u64 round || u8 level || secrets)`, with the secrets in the order of
 * the commitments. Only complete panels: with a reveal missing the round is void, and the caller must not get here.
 *
 * @throws Beacon.EmptyPanelError without a secret.
 * @throws Errors.InvalidInputError if a field is malformed.
 * @example
 * ```ts
 * import { Beacon } from '@spotcheck/core'
 *
 * const secrets = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
 * Beacon.combine({ round: 7, level: 0, secrets }).length // 32
 * ```
 */
export function combine(
  args: Readonly<{ round: number; level: number; secrets: readonly (Uint8Array | Hex)[] }>,
): Uint8Array {
  const { round, level, secrets } = assertObject(args, 'reveals')
  if (!Array.isArray(secrets)) throw notAList(secrets)
  if (secrets.length === 0) throw new EmptyPanelError()
  const revealed = Array.from(secrets, (secret, i) => toBytes(secret, `secrets[${i}]`, 32))
  return Hash.tagged('beacon-reveal', concat(where(round, level), ...revealed))
}

function where(round: number, level: number): Uint8Array {
  return concat(uint(assertInteger(round, 'round'), 8), uint(assertInteger(level, 'level', 0, 255), 1))
}

function notAList(value: unknown): InvalidInputError {
  return new InvalidInputError('secrets must be an array.', {
    subject: 'secrets',
    value,
    rule: 'an array of 32-byte secrets in commit order',
    fix: 'pass the list, even if it has one element',
  })
}

/** A panel nobody revealed for: its value would be known to all in advance. */
export class EmptyPanelError extends BaseError {
  override name = 'Beacon.EmptyPanelError'

  constructor() {
    super('a panel needs at least one secret.', {
      subject: 'secrets',
      value: [],
      rule: 'one secret per commitment, at least one',
      fix: 'void the round: nobody revealed',
      see: 'protocol.md, Beacon',
    })
  }
}
