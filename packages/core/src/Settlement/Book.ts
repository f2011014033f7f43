/** The book of a settlement: transfers, and what each lock can still pay. */
import type { Address } from '../Encoding.js'
import * as Ledger from '../Ledger.js'
import type { Protocol } from '../Protocol.js'
import * as Wad from '../Wad.js'
import type { Record } from './Record.js'

/** One penalty. */
export type Slash = Readonly<{ slashId: string; party: Address; reason: string; amount: bigint; burnt: bigint }>

/** A party may be both; what it locked as one never pays for its faults as the other. */
export type Role = 'executors' | 'verifiers'

/** Collects transfers while tracking what each lock can still pay. */
export type Book = Readonly<{
  protocol: Protocol
  epoch: number
  transfers: Ledger.Transfer[]
  slashes: Map<string, Slash>
  locked: Readonly<{ [R in Role]: Map<Address, bigint> }>
}>

/** An empty book over the locks of a record. */
export function open({ protocol, epoch, batches, verifiers }: Record): Book {
  const locked = {
    executors: new Map(batches.map((batch) => [batch.executor, lockOf(batch)])),
    verifiers: new Map(verifiers.map(({ address, stake }) => [address, stake])),
  }
  return { protocol, epoch, transfers: [], slashes: new Map(), locked }
}

/** All that an executor locked for the epoch. */
export function lockOf({ engagements }: Record['batches'][number]): bigint {
  return engagements.reduce((sum, { lock }) => sum + lock, 0n)
}

export function pay({ transfers }: Book, from: string, to: string, amount: bigint, memo: string): void {
  if (amount > 0n) transfers.push({ from, to, amount, memo })
}

/** Takes what the party still has locked in that role, at most `wanted`. */
function take({ locked }: Book, role: Role, party: Address, wanted: bigint): bigint {
  const held = locked[role].get(party) ?? 0n
  const amount = wanted < held ? wanted : held
  locked[role].set(party, held - amount)
  return amount
}

/** Who loses what, under which id, and why. */
export type Charge = Readonly<{ role: Role; party: Address; slashId: string; reason: string; wanted: bigint }>

/**
 * Takes at most what the party's lock still holds, once per slashId; burns a share, rounded up; returns what is left to
 * give away, which waits in the treasury.
 */
export function slash(book: Book, { role, party, slashId, reason, wanted }: Charge): bigint {
  if (book.slashes.has(slashId)) return 0n
  const amount = take(book, role, party, wanted)
  const burnt = Wad.mulUp(amount, book.protocol.slash.burnShare)
  book.slashes.set(slashId, { slashId, party, reason, amount, burnt })
  const lock = Ledger.lock(party, book.epoch)
  pay(book, lock, Ledger.burn, burnt, `slash ${reason}`)
  pay(book, lock, Ledger.treasury, amount - burnt, `slash ${reason}`)
  return amount - burnt
}

/** A bond goes to the treasury, whole: it pays for the work that it was posted for. */
export function forfeit(book: Book, role: Role, party: Address, bond: bigint, memo: string): void {
  const amount = take(book, role, party, bond)
  pay(book, Ledger.lock(party, book.epoch), Ledger.treasury, amount, memo)
}

/** Returns what is left of every lock. */
export function release(book: Book): void {
  for (const [party, amount] of [...book.locked.executors, ...book.locked.verifiers])
    pay(book, Ledger.lock(party, book.epoch), Ledger.stake(party), amount, 'unlock')
}
