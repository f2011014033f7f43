/**
 * Verdicts and stakes to transfers (protocol.md, section 9).
 *
 * Integer-exact and conserving; one slash per slashId; a party loses at most what it locked for the role in which it
 * failed; rounding never favours the party at fault (the burnt share is rounded up, bounties down).
 *
 * @module
 */
import type { Address } from './Encoding.js'
import { assertList, assertObject } from './Encoding.js'
import type * as EProcess from './EProcess.js'
import * as Ledger from './Ledger.js'
import type { Protocol } from './Protocol.js'
import { type Book, lockOf, open, pay, release, type Slash, slash } from './Settlement/Book.js'
import { settlePayments } from './Settlement/Payment.js'
import { settlePenalties, weigh } from './Settlement/Penalty.js'
import { assertEngagement, assertProtocol, assertRecord, type Engagement, type Record } from './Settlement/Record.js'

export type { Slash } from './Settlement/Book.js'
export { appealBond } from './Settlement/Penalty.js'
export type { Appeal, Assignment, Batch, Engagement, Leaf, Record } from './Settlement/Record.js'

/** The transfers that settle an epoch, the penalties among them, and the e-process of each executor after it. */
export type Settlement = Readonly<{
  transfers: readonly Ledger.Transfer[]
  slashes: readonly Slash[]
  evidence: ReadonlyMap<Address, EProcess.State>
}>

/**
 * Settles an epoch. A pure function of the record: settling again gives the same transfers.
 *
 * @throws Errors.InvalidInputError if the record is malformed; Protocol.InvalidProtocolError if its protocol is.
 * @example
 * ```ts
 * import { Encoding, Protocol, Settlement } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const [client, executor]: Encoding.Address[] = [`0x${'c1'.repeat(20)}`, `0x${'e1'.repeat(20)}`]
 * const engagement = { client: client!, executor: executor!, maxCount: 2, reward: 100n, lock: 9_000n }
 * const leaf = { index: 1, outcome: 'missing-opening', assignments: [] } as const
 * const batch = {
 *   ...{ executor: executor!, engagements: [engagement], count: 2, equivocated: false, broken: [] },
 *   ...{ leaves: [leaf], vouchers: new Map([[client!, 200n]]) },
 * }
 * const record = { protocol, epoch: 0, isVoid: false, batches: [batch], verifiers: [], withheld: [], evidence: new Map() }
 * const { transfers, slashes } = Settlement.settle(record)
 * transfers.find(({ memo }) => memo === 'rewards')?.amount // 100n
 * slashes[0]?.amount // 3000n
 * ```
 */
export function settle(record: Record): Settlement {
  assertRecord(record)
  const { protocol, epoch, batches, isVoid } = record
  const book = open(record)
  const evidence = new Map(record.evidence)
  const engagements = batches.flatMap((batch) => batch.engagements)
  pay(book, reserveAccount(epoch), Ledger.treasury, reserve(protocol, engagements), 'reserve')
  for (const batch of batches) {
    settlePayments(book, batch, isVoid)
    if (isVoid) continue
    const weighed = weigh(protocol, batch, evidence.get(batch.executor))
    if (weighed.evidence !== undefined) evidence.set(batch.executor, weighed.evidence)
    settlePenalties(book, batch, weighed.convicts)
  }
  chargeWithholders(book, record)
  release(book)
  return { transfers: book.transfers, slashes: [...book.slashes.values()], evidence }
}

function chargeWithholders(book: Book, { protocol, batches, withheld, epoch }: Record): void {
  const wanted = withholdingPenalty(protocol, batches.flatMap(lockOf))
  for (const { member, level } of withheld)
    slash(book, {
      ...{ role: 'verifiers', party: member, reason: 'withheld-beacon', wanted },
      slashId: `${member}:${epoch}:beacon:${level}`,
    })
}

/**
 * What a panel member loses for keeping back its secret, wei: `slash.withheldBeacon`, and at least all that the executors
 * of the epoch have locked, which is what another draw can be worth to them.
 *
 * @throws Errors.InvalidInputError if a lock is no amount.
 * @see economics.md, section 8
 * @example
 * ```ts
 * import { Protocol, Settlement } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * Settlement.withholdingPenalty(Protocol.from(testParameters), [12_000n, 3_000n]) // 15000n
 * ```
 */
export function withholdingPenalty(protocol: Protocol, locks: readonly bigint[]): bigint {
  const { withheldBeacon } = assertObject(assertObject(protocol, 'protocol').slash, 'protocol.slash')
  const atStake = assertList(locks, 'locks').reduce((sum, lock) => sum + lock, 0n)
  return atStake > withheldBeacon ? atStake : withheldBeacon
}

/**
 * Where the treasury's reserve for one epoch lies until it is settled.
 *
 * @example
 * ```ts
 * import { Settlement } from '@spotcheck/core'
 *
 * Settlement.reserveAccount(3) // 'reserve:3'
 * ```
 */
export function reserveAccount(epoch: number): string {
  return `reserve:${epoch}`
}

/**
 * What the treasury sets aside when an epoch opens, so that every verifier and the arbiters of every level can be paid
 * whatever is sampled; wei.
 *
 * @throws Errors.InvalidInputError if an engagement is malformed; Protocol.InvalidProtocolError if the protocol is.
 * @example
 * ```ts
 * import { Encoding, Protocol, Settlement } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const [client, executor]: Encoding.Address[] = [`0x${'c1'.repeat(20)}`, `0x${'e1'.repeat(20)}`]
 * const engagement = { client: client!, executor: executor!, maxCount: 2, reward: 100n, lock: 9_000n }
 * Settlement.reserve(protocol, [engagement]) // 960n
 * ```
 */
export function reserve(protocol: Protocol, engagements: readonly Engagement[]): bigint {
  assertProtocol(protocol)
  for (const engagement of assertList(engagements, 'engagements')) assertEngagement(engagement)
  const { verification, arbitration } = protocol
  const arbiters = arbitration.quorums.reduce((sum, quorum) => sum + quorum, 0)
  const leaf = BigInt(verification.verifiers) * verification.reward + BigInt(arbiters) * arbitration.reward
  return engagements.reduce((sum, { maxCount }) => sum + BigInt(maxCount) * leaf, 0n)
}
