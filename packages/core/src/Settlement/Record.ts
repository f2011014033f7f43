/** What settlement depends on, and the refusal of anything else. */
import {
  type Address,
  assertBigint,
  assertBoolean,
  assertInteger,
  assertList,
  assertObject,
  assertOneOf,
  assertText,
} from '../Encoding.js'
import type * as EProcess from '../EProcess.js'
import { InvalidInputError } from '../Errors.js'
import { domain, type Protocol } from '../Protocol.js'
import type { Claim } from '../Reexecution.js'
import type { LeafOutcome } from '../Verdict.js'

/** What a client ordered from an executor for one epoch; opened, and so locked, before the first task is served. */
export type Engagement = Readonly<{
  client: Address
  executor: Address
  /** Most leaves that the client pays for. */
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

/** An appeal against a decision. */
export type Appeal = Readonly<{
  party: Address
  /** Its lock as what answers for the bond. */
  role: 'executors' | 'verifiers'
  /** The level that it asked. */
  level: number
  /** What it asked that level to decide. */
  claim: Claim
}>

/** A sampled leaf and its outcome. */
export type Leaf = Readonly<{
  index: number
  outcome: LeafOutcome
  assignments: readonly Assignment[]
  /** Whose task it was, where the executor disclosed it. */
  client?: Address | undefined
  appeals?: readonly Appeal[] | undefined
  /** The dealer of a canary: the output is wrong by its leave. */
  canary?: Address | undefined
  /** The executor claimed a canary where the output was right. */
  isFalseCanary?: boolean | undefined
  /** Who proved that the executor had leaked what it hid. */
  reporter?: Address | undefined
}>

/** What became of an executor's epoch. `count` 0: nothing was committed. */
export type Batch = Readonly<{
  executor: Address
  /** One for each client. */
  engagements: readonly Engagement[]
  count: number
  equivocated: boolean
  /** Authorised by each client, wei. */
  vouchers: ReadonlyMap<Address, bigint>
  leaves: readonly Leaf[]
  /** Indices whose receipts the batch does not honour, ascending. */
  broken: readonly number[]
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
  /** The e-process of each executor before this epoch; who is absent starts afresh. */
  evidence: ReadonlyMap<Address, EProcess.State>
}>

/** Refuses a record of the wrong form, so that nothing is moved for half of one. */
export function assertRecord(record: Record): void {
  const { protocol, epoch, isVoid, batches, verifiers, withheld, evidence } = assertObject(record, 'record')
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
  assertMap(evidence, 'evidence')
}

function assertBatch(batch: Batch): void {
  const { executor, engagements, count, equivocated, vouchers, leaves, broken } = assertObject(batch, 'batch')
  assertText(executor, 'batch.executor')
  for (const engagement of assertList(engagements, 'batch.engagements')) assertEngagement(engagement)
  const most = engagements.reduce((sum, { maxCount }) => sum + maxCount, 0)
  assertInteger(count, 'batch.count', 0, most)
  assertBoolean(equivocated, 'batch.equivocated')
  for (const amount of assertMap(vouchers, 'batch.vouchers').values()) assertBigint(amount, 'voucher', 0n)
  for (const leaf of assertList(leaves, 'batch.leaves')) assertLeaf(leaf)
  for (const index of assertList(broken, 'batch.broken')) assertInteger(index, 'batch.broken')
}

const outcomes: readonly LeafOutcome[] = ['valid', 'mismatch', 'missing-opening', 'bad-opening', 'late', 'unverified']

function assertLeaf(leaf: Leaf): void {
  const { index, outcome, assignments } = assertObject(leaf, 'leaf')
  assertInteger(index, 'leaf.index')
  assertOneOf(outcome, 'leaf.outcome', outcomes)
  for (const assignment of assertList(assignments, 'leaf.assignments')) assertAssignment(assignment)
  for (const appeal of assertList(leaf.appeals ?? [], 'leaf.appeals')) assertAppeal(appeal)
  for (const name of ['client', 'canary', 'reporter'] as const)
    if (leaf[name] !== undefined) assertText(leaf[name], `leaf.${name}`)
}

function assertAppeal(appeal: Appeal): void {
  const { party, role, level, claim } = assertObject(appeal, 'appeal')
  assertText(party, 'appeal.party')
  assertOneOf(role, 'appeal.role', ['executors', 'verifiers'])
  assertInteger(level, 'appeal.level', 2, 255)
  assertOneOf(claim, 'appeal.claim', ['agrees', 'dissents'])
}

function assertMap<K, V>(value: ReadonlyMap<K, V>, subject: string): ReadonlyMap<K, V> {
  if (value instanceof Map) return value
  const [rule, fix] = ['a Map', 'pass new Map([[key, value], …])']
  throw new InvalidInputError(`${subject} must be a Map.`, { subject, value, rule, fix })
}

function assertAssignment(assignment: Assignment): void {
  const { verifier, level, work, verdict } = assertObject(assignment, 'assignment')
  assertText(verifier, 'assignment.verifier')
  assertInteger(level, 'assignment.level')
  assertOneOf(work, 'assignment.work', ['done', 'idle', 'missing', 'wrong-verdict'])
  if (verdict !== undefined) assertOneOf(verdict, 'assignment.verdict', ['agrees', 'dissents'])
}

export function assertEngagement(engagement: Engagement): Engagement {
  const { client, executor, maxCount, reward, lock } = assertObject(engagement, 'engagement')
  assertText(client, 'engagement.client')
  assertText(executor, 'engagement.executor')
  assertInteger(maxCount, 'engagement.maxCount')
  assertBigint(reward, 'engagement.reward', 0n)
  assertBigint(lock, 'engagement.lock', 0n)
  return engagement
}

/** Amounts as decimal text, which a file has, are for `Protocol.from` to read. */
export function assertProtocol(protocol: Protocol): void {
  domain(protocol)
  const { verification, slash, arbitration } = protocol
  for (const [name, amount] of Object.entries({ ...verification, ...slash, reward: arbitration.reward }))
    if (typeof amount !== 'number') assertBigint(amount, name, 0n)
}
