/**
 * Which verifiers re-execute an index: by stake, without replacement, from a set frozen before the epoch opened.
 *
 * @module
 */
import { type Address, assertInteger, assertObject, concat, fromHex, type Hex, toBytes, uint } from '../Encoding.js'
import { BaseError, InvalidInputError } from '../Errors.js'
import { uniform } from './Uniform.js'

/** A member of the frozen set. */
export type Verifier = Readonly<{
  address: Address
  /** Wei, above 0. */
  stake: bigint
}>

/** What decides an assignment. */
export type AssignmentArgs = Readonly<{
  /** 32 bytes: the seed of the batch, or of the arbitration level's own beacon round. */
  seed: Uint8Array | Hex
  /** The sampled index. */
  index: number
  /** 0 for the first verifiers, 1 and up for arbitration: 0 to 255. */
  level: number
  /** The frozen set, by address strictly ascending; total stake below 2^128 wei. */
  verifiers: readonly Verifier[]
  /** Never drawn: the executor, the client, and whoever an earlier level drew. They need not be verifiers. */
  exclude: readonly Address[]
}>

/** As `AssignmentArgs`, and how many. */
export type AssignArgs = AssignmentArgs &
  Readonly<{
    /** How many verifiers to draw. */
    count: number
    /** How many draws of this very assignment to pass over: with n already drawn, `after: n` gives the replacement. */
    after?: number | undefined
  }>

const ADDRESS = /^0x[0-9a-f]{40}$/

/** The draw counter is a u16. */
const DRAWS = 65_536

/**
 * The verifiers of one index in drawing order, for as long as there are any: take the next whenever one is needed.
 *
 * Draw c = 0, 1, ... picks the stake unit `uniform(seed || u64 index || u8 level || u16 c, total stake)`, held by the
 * verifier whose `[prefix, prefix + stake)` in address order has it. A draw that falls on an excluded or already drawn
 * verifier is skipped. Ends when nobody eligible is left, or after c = 65,535.
 *
 * @throws Sample.InvalidVerifiersError if the set is unsorted, repeats an address, or has a stake of 0 or too much.
 * @throws Errors.InvalidInputError if another argument is malformed. Both are thrown by the call, not by the first step.
 * @see protocol.md, Bytes, "assignment"
 * @example
 * ```ts
 * import { Sample } from '@spotcheck/core'
 *
 * const verifiers = [
 *   { address: `0x${'11'.repeat(20)}`, stake: 3n },
 *   { address: `0x${'22'.repeat(20)}`, stake: 1n },
 * ] as const
 * const draws = Sample.assignment({ seed: new Uint8Array(32), index: 0, level: 0, verifiers, exclude: [] })
 * ;[...draws].length // 2
 * ```
 */
export function assignment(args: AssignmentArgs): Generator<Address, void, undefined> {
  const { seed, index, level, verifiers, exclude } = assertObject(args, 'assignment')
  const stem = concat(toBytes(seed, 'seed', 32), uint(assertInteger(index, 'index'), 8), uint(byte(level), 1))
  return draws(stem, assertVerifiers(verifiers), assertExclude(exclude))
}

/**
 * The first `count` verifiers of an index (fewer where eligible ones run out), in drawing order.
 *
 * A replacement is the next draw: `assign({ ...args, count: 1, after: n })` when n were drawn already.
 *
 * @throws as `Sample.assignment`.
 * @example
 * ```ts
 * import { Sample } from '@spotcheck/core'
 *
 * const verifiers = [1, 2, 3].map((i) => ({ address: `0x${`0${i}`.repeat(20)}` as const, stake: 100n }))
 * const args = { seed: new Uint8Array(32), index: 7, level: 0, verifiers, exclude: [verifiers[0]!.address] }
 * const [first] = Sample.assign({ ...args, count: 1 })
 * const [replacement] = Sample.assign({ ...args, count: 1, after: 1 })
 * first !== replacement // true
 * ```
 */
export function assign(args: AssignArgs): Address[] {
  const { count, after = 0 } = assertObject(args, 'assignment')
  const skip = assertInteger(after, 'after')
  const end = skip + assertInteger(count, 'count')
  const drawn: Address[] = []
  const all = assignment(args)
  while (drawn.length < end) {
    const next = all.next()
    if (next.done === true) break
    drawn.push(next.value)
  }
  return drawn.slice(skip)
}

type Stakes = { addresses: Address[]; prefixes: bigint[]; total: bigint }

function* draws(stem: Uint8Array, stakes: Stakes, exclude: Set<Address>): Generator<Address, void, undefined> {
  const { addresses, prefixes, total } = stakes
  const taken = new Set(exclude)
  let eligible = addresses.filter((address) => !taken.has(address)).length
  for (let c = 0; c < DRAWS && eligible > 0; c++) {
    const address = addresses[holder(prefixes, uniform(concat(stem, uint(c, 2)), total))]!
    if (taken.has(address)) continue
    taken.add(address)
    eligible--
    yield address
  }
}

/** The last i with `prefixes[i] <= unit`: who holds that unit of stake. */
function holder(prefixes: readonly bigint[], unit: bigint): number {
  let low = 0
  let high = prefixes.length
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if (prefixes[middle]! <= unit) low = middle
    else high = middle
  }
  return low
}

function assertVerifiers(verifiers: readonly Verifier[]): Stakes {
  if (!Array.isArray(verifiers)) throw notAList(verifiers, 'verifiers')
  const stakes: Stakes = { addresses: [], prefixes: [], total: 0n }
  for (const [i, verifier] of verifiers.entries()) {
    const { address, stake } = assertObject(verifier as Verifier, `verifiers[${i}]`)
    assertAddress(address, `verifiers[${i}].address`)
    const previous = stakes.addresses[i - 1]
    if (previous !== undefined && address <= previous) throw unsorted(address, previous, i)
    if (typeof stake !== 'bigint' || stake <= 0n) throw invalidStake(stake, i)
    stakes.addresses.push(address)
    stakes.prefixes.push(stakes.total)
    stakes.total += stake
  }
  if (stakes.total >= 1n << 128n) throw tooMuch(stakes.total)
  return stakes
}

/** One spelling per address, or a checksummed executor would slip past its own exclusion. */
function assertExclude(exclude: readonly Address[]): Set<Address> {
  if (!Array.isArray(exclude)) throw notAList(exclude, 'exclude')
  for (let i = 0; i < exclude.length; i++) assertAddress(exclude[i], `exclude[${i}]`)
  return new Set(exclude)
}

function assertAddress(address: unknown, subject: string): void {
  if (typeof address !== 'string' || !ADDRESS.test(address)) fromHex(address as Hex, subject, 20)
}

function byte(level: number): number {
  return assertInteger(level, 'level', 0, 255)
}

function notAList(value: unknown, subject: string): InvalidInputError {
  return new InvalidInputError(`${subject} must be an array.`, {
    subject,
    value,
    rule: 'an array, possibly empty',
    fix: 'pass the list',
  })
}

const see = 'protocol.md, Sample'

function unsorted(address: Address, previous: Address, i: number): InvalidVerifiersError {
  const again = address === previous
  return new InvalidVerifiersError(`verifiers are not in order at ${i}.`, {
    subject: 'address',
    value: address,
    rule: again ? 'each verifier once' : `addresses ascending: this one comes before ${previous}`,
    fix: again ? 'merge its stakes' : 'sort by address: the order decides who holds which unit of stake',
    see,
  })
}

function invalidStake(stake: unknown, i: number): InvalidVerifiersError {
  return new InvalidVerifiersError(`verifiers[${i}] has no stake.`, {
    subject: 'stake',
    value: stake,
    rule: 'a bigint above 0, in wei',
    fix: 'leave out whoever has no stake: it can never be drawn',
    see,
  })
}

function tooMuch(total: bigint): InvalidVerifiersError {
  return new InvalidVerifiersError('the stakes add up to more than fits.', {
    subject: 'total stake',
    value: total,
    rule: 'total < 2^128 wei',
    fix: 'check the unit: stakes are in wei',
    see,
  })
}

/** A verifier set that is no frozen set: unsorted, repeating, without stake, or too large. */
export class InvalidVerifiersError extends BaseError {
  override name = 'Sample.InvalidVerifiersError'
}
