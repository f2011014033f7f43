/** Rewards by voucher, fees, and refunds. */
import * as Ledger from '../Ledger.js'
import { type Book, pay } from './Book.js'
import type { Batch, Engagement } from './Record.js'

/**
 * Pays the executor what its clients authorised, less what it did not earn; the fee for every committed leaf; and the rest
 * back to the clients. Who signs two batches after the draw earns nothing, but its verifiers do: their fees don't return.
 */
export function settlePayments(book: Book, batch: Batch, isVoid: boolean): void {
  const { fee } = book.protocol.verification
  const isDrawn = !isVoid && (!batch.equivocated || batch.leaves.length > 0)
  const charged = chargedLeaves(batch, isDrawn ? batch.count : 0)
  let payable = isVoid || batch.equivocated ? 0 : batch.count - unpaidIndices(batch).size
  for (const [i, engagement] of batch.engagements.entries()) {
    const earned = earnedOf(batch, engagement, payable)
    payEngagement(book, engagement, earned, BigInt(charged[i]!) * fee)
    payable -= Number(ceilDivide(earned, engagement.reward))
  }
}

/**
 * For how many of the batch's leaves each client pays the fee: those that are known to be its own, by its vouchers or by
 * what was disclosed; and the rest in the order of engagements, as far as each ordered.
 */
function chargedLeaves(batch: Batch, count: number): number[] {
  let rest = count
  const take = (wanted: number) => {
    const taken = Math.min(wanted, rest)
    rest -= taken
    return taken
  }
  const own = batch.engagements.map((engagement) => take(ownLeaves(batch, engagement)))
  return own.map((known, i) => known + take(batch.engagements[i]!.maxCount - known))
}

function ownLeaves({ leaves, vouchers }: Batch, { client, maxCount, reward }: Engagement): number {
  const shown = leaves.filter((leaf) => leaf.client === client).length
  const paid = ceilDivide(vouchers.get(client) ?? 0n, reward)
  return paid < BigInt(maxCount) ? Math.max(Math.min(shown, maxCount), Number(paid)) : maxCount
}

function payEngagement(book: Book, engagement: Engagement, earned: bigint, fees: bigint): void {
  const { client, executor, maxCount, reward } = engagement
  const escrow = Ledger.escrow(executor, book.epoch)
  pay(book, escrow, Ledger.free(executor), earned, 'rewards')
  pay(book, escrow, Ledger.treasury, fees, 'verification fees')
  const held = BigInt(maxCount) * (reward + book.protocol.verification.fee)
  pay(book, escrow, Ledger.free(client), held - earned - fees, 'refund')
}

/**
 * What the client's vouchers say, at most what it ordered, less the reward of each of its leaves that earns nothing, at
 * most what the payable leaves come to. A leaf whose task nobody knows counts against every client.
 */
function earnedOf(batch: Batch, { client, maxCount, reward }: Engagement, payable: number): bigint {
  const ordered = BigInt(maxCount) * reward
  const voucher = batch.vouchers.get(client) ?? 0n
  const authorised = voucher < ordered ? voucher : ordered
  const unearned = BigInt(unpaidIndices(batch, client).size) * reward
  const limit = BigInt(Math.max(0, payable)) * reward
  const earned = authorised > unearned ? authorised - unearned : 0n
  return earned < limit ? earned : limit
}

/** The indices of the batch that earn nothing: those of `client` and of nobody known, or all. */
function unpaidIndices({ leaves, broken, count }: Batch, client?: Engagement['client']): Set<number> {
  const clients = new Map(leaves.map((leaf) => [leaf.index, leaf.client]))
  const isTheirs = (index: number) => client === undefined || (clients.get(index) ?? client) === client
  const failed = leaves.filter(({ outcome }) => outcome !== 'valid').map(({ index }) => index)
  return new Set([...failed, ...broken.filter((index) => index < count)].filter(isTheirs))
}

function ceilDivide(amount: bigint, unit: bigint): bigint {
  return unit === 0n ? 0n : (amount + unit - 1n) / unit
}
