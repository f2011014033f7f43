/**
 * Verdicts and stakes to transfers (protocol.md, section 9).
 *
 * Integer-exact and conserving; one slash per slashId; a party loses at most what it locked for the role in which it
 * failed; rounding never favours the party at fault (the burnt share is rounded up, bounties down).
 *
 * @module
 */
import {
  type Address,
  assertBigint,
  assertBoolean,
  assertInteger,
  assertList,
  assertObject,
  assertOneOf,
  assertText,
} from './Encoding.js'
import * as Ledger from './Ledger.js'
import { domain, type Protocol } from './Protocol.js'
import type { Claim } from './Reexecution.js'
import type { LeafOutcome } from './Verdict.js'
import * as Wad from './Wad.js'

/** What a client ordered from an executor for one epoch; opened, and so locked, before the first task is served. */
export type Engagement = Readonly<{
  client: Address
  executor: Address
  /** Most leaves that the batch may have. */
  maxCount: number
  /** Wei per valid task. */
  reward: bigint
  /** Stake that the executor can lose in this epoch. */
  lock: bigint
}>

/** One verifier's work on one leaf, as the record shows it. */
export type Assignment = Readonly<{
  verifier: Address
  level: number
  /** `idle`: nothing was due, or it said that it could not run the task. */
  work: 'done' | 'idle' | 'missing' | 'wrong-verdict'
  /** The verdict of its evidence, where there is one. */
  verdict?: Claim | undefined
}>

/** A sampled leaf and its outcome. */
export type Leaf = Readonly<{ index: number; outcome: LeafOutcome; assignments: readonly Assignment[] }>

/** What became of an engagement. `count` 0: nothing was committed. */
export type Batch = Readonly<{
  engagement: Engagement
  count: number
  equivocated: boolean
  leaves: readonly Leaf[]
}>

/** Everything that settlement depends on. */
export type Record = Readonly<{
  protocol: Protocol
  epoch: number
  /** A void epoch pays everything back. */
  isVoid: boolean
  batches: readonly Batch[]
  /** The epoch's verifiers and the stake that each has locked. */
  verifiers: readonly Readonly<{ address: Address; stake: bigint }>[]
  /** Panel members that kept back a secret, once per level. */
  withheld: readonly Readonly<{ member: Address; level: number }>[]
}>

/** One penalty. */
export type Slash = Readonly<{ slashId: string; party: Address; reason: string; amount: bigint; burnt: bigint }>

/** The transfers that settle an epoch, and the penalties among them. */
export type Settlement = Readonly<{ transfers: readonly Ledger.Transfer[]; slashes: readonly Slash[] }>

/** A party may be both; what it locked as one never pays for its faults as the other. */
type Role = 'executors' | 'verifiers'

/** Collects transfers while tracking what each lock can still pay. */
type Book = {
  readonly protocol: Protocol
  readonly epoch: number
  readonly transfers: Ledger.Transfer[]
  readonly slashes: Map<string, Slash>
  readonly locked: Readonly<{ [R in Role]: Map<Address, bigint> }>
}

/**
 * Settles an epoch. A pure function of the record: settling again gives the same transfers.
 *
 * @throws Errors.InvalidInputError if the record is malformed; Protocol.InvalidProtocolError if its protocol is.
 */
export function settle(record: Record): Settlement {
  assertRecord(record)
  const book: Book = {
    protocol: record.protocol,
    epoch: record.epoch,
    transfers: [],
    slashes: new Map(),
    locked: locksOf(record),
  }
  const engagements = record.batches.map(({ engagement }) => engagement)
  pay(book, reserveAccount(record.epoch), Ledger.treasury, reserve(record.protocol, engagements), 'reserve')
  for (const batch of record.batches) settleBatch(book, batch, record.isVoid)
  const { withheldBeacon } = record.protocol.slash
  for (const { member, level } of record.withheld)
    slash(book, 'verifiers', member, `${member}:${record.epoch}:beacon:${level}`, 'withheld-beacon', withheldBeacon)
  for (const [party, amount] of [...book.locked.executors, ...book.locked.verifiers])
    pay(book, Ledger.lock(party, record.epoch), Ledger.stake(party), amount, 'unlock')
  return { transfers: book.transfers, slashes: [...book.slashes.values()] }
}

function locksOf({ batches, verifiers }: Record): Book['locked'] {
  return {
    executors: new Map(batches.map(({ engagement }) => [engagement.executor, engagement.lock])),
    verifiers: new Map(verifiers.map(({ address, stake }) => [address, stake])),
  }
}

function pay(book: Book, from: string, to: string, amount: bigint, memo: string): void {
  if (amount > 0n) book.transfers.push({ from, to, amount, memo })
}

/** Takes what the party still has locked in that role, at most `wanted`. */
function take(book: Book, role: Role, party: Address, wanted: bigint): bigint {
  const held = book.locked[role].get(party) ?? 0n
  const amount = wanted < held ? wanted : held
  book.locked[role].set(party, held - amount)
  return amount
}

/** Takes at most what the party's lock still holds; burns a share, rounded up; returns what is left to give away. */
function slash(book: Book, role: Role, party: Address, slashId: string, reason: string, wanted: bigint): bigint {
  if (book.slashes.has(slashId)) return 0n
  const amount = take(book, role, party, wanted)
  const burnt = Wad.mulUp(amount, book.protocol.slash.burnShare)
  book.slashes.set(slashId, { slashId, party, reason, amount, burnt })
  const lock = Ledger.lock(party, book.epoch)
  pay(book, lock, Ledger.burn, burnt, `slash ${reason}`)
  pay(book, lock, Ledger.treasury, amount - burnt, `slash ${reason}`)
  return amount - burnt
}

function settleBatch(book: Book, batch: Batch, isVoid: boolean): void {
  const { engagement, count, equivocated, leaves } = batch
  const { fee } = book.protocol.verification
  const ordered = BigInt(engagement.maxCount)
  const committed = isVoid || equivocated ? 0n : BigInt(count)
  const unpaid = BigInt(leaves.filter(({ outcome }) => outcome !== 'valid').length)
  const earned = committed === 0n ? 0n : committed - unpaid
  const escrow = Ledger.escrow(engagement.executor, book.epoch)
  pay(book, escrow, Ledger.free(engagement.executor), earned * engagement.reward, 'rewards')
  pay(book, escrow, Ledger.treasury, committed * fee, 'verification fees')
  const rest = ordered * (engagement.reward + fee) - earned * engagement.reward - committed * fee
  pay(book, escrow, Ledger.free(engagement.client), rest, 'refund')
  if (isVoid) return
  for (const leaf of leaves) settleLeaf(book, batch, leaf)
  if (equivocated) settleEquivocation(book, engagement)
}

/** On top of the penalties of its leaves: else a convicted executor would equivocate to be let off with one slash. */
function settleEquivocation(book: Book, { executor }: Engagement): void {
  const { equivocation } = book.protocol.slash
  slash(book, 'executors', executor, `${executor}:${book.epoch}`, 'equivocation', equivocation)
}

function settleLeaf(book: Book, { engagement }: Batch, leaf: Leaf): void {
  const { executor } = engagement
  const amount = executorPenalty(book.protocol, leaf.outcome)
  const slashId = `${executor}:${book.epoch}:${leaf.index}`
  const pot = amount === 0n ? 0n : slash(book, 'executors', executor, slashId, leaf.outcome, amount)
  const accusers = leaf.assignments.filter((one) => one.level === 0 && one.work === 'done' && isUpheld(one, leaf))
  const { bounty } = book.protocol.slash
  const share = accusers.length === 0 ? 0n : (pot < bounty ? pot : bounty) / BigInt(accusers.length)
  for (const { verifier } of accusers) pay(book, Ledger.treasury, Ledger.free(verifier), share, 'bounty')
  for (const assignment of leaf.assignments) settleAssignment(book, engagement, leaf, assignment)
}

function executorPenalty({ slash }: Protocol, outcome: LeafOutcome): bigint {
  if (outcome === 'valid' || outcome === 'unverified') return 0n
  return outcome === 'mismatch' ? slash.mismatch : slash.opening
}

function isUpheld({ verdict }: Assignment, { outcome }: Leaf): boolean {
  return verdict === 'dissents' && outcome === 'mismatch'
}

function settleAssignment(book: Book, { executor }: Engagement, leaf: Leaf, assignment: Assignment): void {
  const { verifier, level, work, verdict } = assignment
  const { verification, slash: penalties } = book.protocol
  const slashId = `${verifier}:${book.epoch}:${executor}:${leaf.index}:${level}`
  if (work === 'missing') slash(book, 'verifiers', verifier, slashId, 'missing-reveal', penalties.missingReveal)
  if (work === 'wrong-verdict') slash(book, 'verifiers', verifier, slashId, 'wrong-verdict', penalties.wrongVerdict)
  if (level === 0 && verdict === 'dissents' && leaf.outcome === 'valid') forfeit(book, verifier, verification.bond)
  if (work !== 'done' || !isPaid(assignment, leaf)) return
  const amount = level === 0 ? verification.reward : verification.arbiterReward
  pay(book, Ledger.treasury, Ledger.free(verifier), amount, level === 0 ? 'verifier reward' : 'arbiter reward')
}

/** Work is paid unless arbitration overruled it. */
function isPaid({ verdict }: Assignment, { outcome }: Leaf): boolean {
  if (outcome === 'mismatch') return verdict === 'dissents'
  return outcome !== 'valid' || verdict === 'agrees'
}

/** The bond of an overruled dissent pays for its arbitration, whatever the dissenter claimed. */
function forfeit(book: Book, verifier: Address, bond: bigint): void {
  const amount = take(book, 'verifiers', verifier, bond)
  pay(book, Ledger.lock(verifier, book.epoch), Ledger.treasury, amount, 'bond of an overruled dissent')
}

/** Where the treasury's reserve for one epoch lies until it is settled. */
export function reserveAccount(epoch: number): string {
  return `reserve:${epoch}`
}

/**
 * What the treasury sets aside when an epoch opens, so that every verifier can be paid whatever is sampled; wei.
 *
 * @throws Errors.InvalidInputError if an engagement is malformed; Protocol.InvalidProtocolError if the protocol is.
 */
export function reserve(protocol: Protocol, engagements: readonly Engagement[]): bigint {
  assertProtocol(protocol)
  for (const engagement of assertList(engagements, 'engagements')) assertEngagement(engagement)
  const { verifiers, reward, quorum, arbiterReward } = protocol.verification
  const leaf = BigInt(verifiers) * reward + BigInt(quorum) * arbiterReward
  return engagements.reduce((sum, { maxCount }) => sum + BigInt(maxCount) * leaf, 0n)
}

/** Refuses a record of the wrong form, so that nothing is moved for half of one. */
function assertRecord(record: Record): void {
  const { protocol, epoch, isVoid, batches, verifiers, withheld } = assertObject(record, 'record')
  assertProtocol(protocol)
  assertInteger(epoch, 'epoch', 0, 2 ** 32)
  assertBoolean(isVoid, 'isVoid')
  for (const batch of assertList(batches, 'batches')) assertBatch(batch)
  for (const verifier of assertList(verifiers, 'verifiers')) {
    const { address, stake } = assertObject(verifier, 'verifier')
    assertText(address, 'verifier.address')
    assertBigint(stake, 'verifier.stake', 0n)
  }
  for (const one of assertList(withheld, 'withheld')) {
    const { member, level } = assertObject(one, 'withheld')
    assertText(member, 'withheld.member')
    assertInteger(level, 'withheld.level')
  }
}

function assertBatch(batch: Batch): void {
  const { engagement, count, equivocated, leaves } = assertObject(batch, 'batch')
  assertInteger(count, 'batch.count', 0, assertEngagement(engagement).maxCount)
  assertBoolean(equivocated, 'batch.equivocated')
  for (const leaf of assertList(leaves, 'batch.leaves')) {
    const { index, outcome, assignments } = assertObject(leaf, 'leaf')
    assertInteger(index, 'leaf.index')
    assertOneOf(outcome, 'leaf.outcome', outcomes)
    for (const assignment of assertList(assignments, 'leaf.assignments')) assertAssignment(assignment)
  }
}

const outcomes: readonly LeafOutcome[] = ['valid', 'mismatch', 'missing-opening', 'bad-opening', 'late', 'unverified']

function assertAssignment(assignment: Assignment): void {
  const { verifier, level, work, verdict } = assertObject(assignment, 'assignment')
  assertText(verifier, 'assignment.verifier')
  assertInteger(level, 'assignment.level')
  assertOneOf(work, 'assignment.work', ['done', 'idle', 'missing', 'wrong-verdict'])
  if (verdict !== undefined) assertOneOf(verdict, 'assignment.verdict', ['agrees', 'dissents'])
}

function assertEngagement(engagement: Engagement): Engagement {
  const { client, executor, maxCount, reward, lock } = assertObject(engagement, 'engagement')
  assertText(client, 'engagement.client')
  assertText(executor, 'engagement.executor')
  assertInteger(maxCount, 'engagement.maxCount')
  assertBigint(reward, 'engagement.reward', 0n)
  assertBigint(lock, 'engagement.lock', 0n)
  return engagement
}

/** Amounts as decimal text, which a file has, are for `Protocol.from` to read. */
function assertProtocol(protocol: Protocol): void {
  domain(protocol)
  for (const [name, amount] of Object.entries({ ...protocol.verification, ...protocol.slash }))
    if (typeof amount !== 'number') assertBigint(amount, name, 0n)
}
