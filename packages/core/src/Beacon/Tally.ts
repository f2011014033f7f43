/**
 * The account of a panel's round: whose secret is missing, and the value if none is.
 *
 * @module
 */
import { type Address, assertInteger, assertList, assertObject, type Hex, toBytes } from '../Encoding.js'
import { InvalidInputError } from '../Errors.js'
import { combine, opens } from './Panel.js'

/** What the record shows of a panel's round when its time is over. */
export type PanelRecord = Readonly<{
  round: number
  /** Arbitration level, 0 to 255. */
  level: number
  /** Commitments by member, in the order in which they were accepted. */
  commits: ReadonlyMap<Address, Uint8Array | Hex>
  /** Secrets by member. One that does not open its member's commitment counts for nothing. */
  reveals: ReadonlyMap<Address, Uint8Array | Hex>
  /** All members; without them only those who committed can owe a secret. */
  panel?: readonly Address[] | undefined
  /** Fewest commitments for a value; 1 if not given. */
  minimum?: number | undefined
}>

/** The account of a round. */
export type Tally = Readonly<{
  /**
   * Who owes a secret and did not reveal it: members that committed, in commit order; with too few commitments the panel,
   * in its own order. Else staying away would be the free way to void a round.
   */
  withheld: readonly Address[]
  /** 32 bytes; `undefined`: the round is void. */
  value: Uint8Array | undefined
}>

/**
 * Counts a panel's round. There is a value iff at least `minimum` members committed and every one of them revealed; one
 * missing secret voids the round, since a member that could leave itself out would choose between two values.
 *
 * @throws Errors.InvalidInputError if an argument is malformed.
 * @see protocol.md, Beacon
 * @example
 * ```ts
 * import { Beacon, type Encoding } from '@spotcheck/core'
 *
 * const [ada, bob]: Encoding.Address[] = [`0x${'11'.repeat(20)}`, `0x${'22'.repeat(20)}`]
 * const place = { round: 7, level: 0 }
 * const secrets = new Map([ada!, bob!].map((address, i) => [address, new Uint8Array(32).fill(i)]))
 * const commits = new Map(
 *   [...secrets].map(([address, secret]) => [address, Beacon.commitTo({ ...place, address, secret })]),
 * )
 * Beacon.tally({ ...place, commits, reveals: secrets }).withheld // []
 * secrets.delete(bob!)
 * Beacon.tally({ ...place, commits, reveals: secrets }).withheld.length // 1
 * Beacon.tally({ ...place, commits, reveals: secrets }).value // undefined
 * ```
 */
export function tally(record: PanelRecord): Tally {
  const { round, level, commits, reveals, panel = [], minimum = 1 } = assertObject(record, 'record')
  const committed = assertMap(commits, 'commits')
  const secrets = assertMap(reveals, 'reveals')
  const isShort = committed.size < assertInteger(minimum, 'minimum', 1)
  const isOpen = (address: Address): boolean => {
    const [commitment, secret] = [committed.get(address), secrets.get(address)]
    if (commitment === undefined || secret === undefined) return false
    return opens({ address, round, level, secret, commitment })
  }
  const owing = isShort ? new Set([...assertList(panel, 'panel'), ...committed.keys()]) : committed.keys()
  const withheld = [...owing].filter((address) => !isOpen(address))
  if (isShort || withheld.length > 0) return { withheld, value: undefined }
  const ordered = [...committed.keys()].map((address) => toBytes(secrets.get(address)!, 'secret', 32))
  return { withheld, value: combine({ round, level, secrets: ordered }) }
}

function assertMap<value>(map: ReadonlyMap<Address, value>, subject: string): ReadonlyMap<Address, value> {
  if (map instanceof Map) return map
  throw new InvalidInputError(`${subject} must be a Map.`, {
    subject,
    value: map,
    rule: 'a Map from member to value, in the order of acceptance',
    fix: 'pass new Map(entries)',
    see: 'protocol.md, Beacon',
  })
}
