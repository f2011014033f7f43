/** Which epochs may open: the form of what they open with, and whether the protocol can keep its promises in them. */
import * as Commitment from '../Commitment.js'
import { type Address, assertInteger, assertList, assertObject, fromHex, type Hex } from '../Encoding.js'
import type * as EProcess from '../EProcess.js'
import { BaseError, type Details } from '../Errors.js'
import * as Ledger from '../Ledger.js'
import * as Protocol from '../Protocol.js'
import * as Sample from '../Sample.js'
import { appealBond, type Engagement, reserve, withholdingPenalty } from '../Settlement.js'
import * as Wad from '../Wad.js'

/** What an epoch opens with. */
export type OpenParameters = Readonly<{
  protocol: Protocol.Protocol
  epoch: number
  /** Must hold stakes of executors, verifiers and dealers, the clients' money and the treasury's reserve. */
  ledger: Ledger.Ledger
  /** At most one for each client and executor. */
  engagements: readonly Engagement[]
  /** The verifier set to freeze; each verifier's whole stake is locked and weighs its draws. */
  verifiers: readonly Address[]
  /** Staked parties whose warrants make canaries. */
  dealers?: readonly Address[]
  /** Operator key by party, where it is not the party's own address. */
  operators?: ReadonlyMap<Address, Address>
  /** Task key by client, where it is not the client's own address. */
  taskKeys?: ReadonlyMap<Address, Address>
  /** The e-processes that the last epoch settled with; who is absent starts afresh. */
  evidence?: ReadonlyMap<Address, EProcess.State>
}>

/** Parameters of the right form, whose protocol keeps its own rules, every address in its one spelling. */
export function assertForm(given: OpenParameters): OpenParameters {
  const { protocol, engagements, verifiers, dealers = [], ...maps } = assertObject(given, 'parameters')
  assertList(engagements, 'engagements').forEach((one, i) => void assertObject(one, `engagements.${i}`))
  assertAddresses('verifiers', verifiers)
  assertAddresses('dealers', dealers)
  const { operators, taskKeys, ledger, evidence } = maps
  for (const [subject, map] of Object.entries({ operators, taskKeys, ledger, evidence }))
    if (map !== undefined && !(map instanceof Map))
      throw cannotOpen({ subject, value: map, rule: 'a Map', fix: 'pass new Map([[key, value], …])' })
  for (const key of [...(operators ?? [])].flat()) fromHex(key, 'operators', 20)
  for (const key of [...(taskKeys ?? [])].flat()) fromHex(key, 'taskKeys', 20)
  for (const engagement of engagements) assertEngagement(engagement)
  return { ...given, protocol: Protocol.from(protocol) }
}

/** Another spelling would never be found again, and its party be at fault for silence. */
function assertAddresses(subject: string, addresses: readonly Address[]): void {
  for (const one of assertList(addresses, subject)) fromHex(one, subject, 20)
  assertDistinct(subject, addresses)
}

function assertEngagement({ executor, client, maxCount, reward, lock }: Engagement): void {
  fromHex(executor, 'engagement.executor', 20)
  fromHex(client, 'engagement.client', 20)
  assertInteger(maxCount, 'engagement.maxCount', 1, Commitment.maxCount)
  assertAmount('engagement.reward', reward)
  assertAmount('engagement.lock', lock)
}

/** Refuses sets and sums with which somebody could cheat for free, decide for itself, or not be paid. */
export function assertFit(parameters: OpenParameters): void {
  const { protocol, engagements, verifiers } = parameters
  assertDistinct(
    'engagements',
    engagements.map(({ executor, client }) => `${executor} for ${client}`),
  )
  for (const executor of new Set(engagements.map((one) => one.executor))) {
    const own = engagements.filter((one) => one.executor === executor)
    assertStaked(protocol, own)
    assertJudges(protocol, own, verifiers)
  }
  for (const { client } of engagements)
    if (engagements.some(({ executor, client: own }) => executor === client && own === client))
      throw cannotOpen({ subject: 'client', value: client, rule: 'not the executor', fix: 'use another account' })
  if (protocol.beacon.source === 'commit-reveal') assertPanel(protocol.beacon.panel, engagements, verifiers)
  assertArbiter(protocol, engagements, verifiers)
  assertDealers(parameters)
  assertReserve(parameters)
}

/** One executor's engagements: what it has at stake, and how much it may commit to. */
function assertStaked(protocol: Protocol.Protocol, own: readonly Engagement[]): void {
  const count = own.reduce((sum, { maxCount }) => sum + maxCount, 0)
  assertInteger(count, 'engagement.maxCount', 1, Commitment.maxCount)
  const lock = own.reduce((sum, one) => sum + one.lock, 0n)
  const needed = protocol.slash.opening + appealBonds(protocol)
  if (lock >= needed) return
  throw cannotOpen({
    subject: 'engagement.lock',
    value: lock,
    rule: `at least one penalty and the bonds of its appeals (${needed}): an executor with less at stake cheats for free`,
    fix: `lock maxCount x slash.opening (${BigInt(count) * protocol.slash.opening}) for full collateral`,
  })
}

/** What appealing one leaf through every level can cost. */
function appealBonds(protocol: Protocol.Protocol): bigint {
  const { quorums, final } = protocol.arbitration
  const asked = [...quorums.map((_, i) => i + 1).slice(1), ...(final === null ? [] : [quorums.length + 1])]
  return asked.reduce((sum, level) => sum + appealBond(protocol, level), 0n)
}

/** Verifiers enough that are neither the executor nor its clients, and quorums that colluders seldom hold. */
function assertJudges(protocol: Protocol.Protocol, own: readonly Engagement[], verifiers: readonly Address[]): void {
  const parties = new Set(own.flatMap(({ executor, client }) => [executor, client]))
  const eligible = verifiers.filter((one) => !parties.has(one)).length
  const { verification, arbitration } = protocol
  const arbiters = arbitration.quorums.reduce((sum, quorum) => sum + quorum, 0)
  const needed = verification.verifiers + verification.maxReplacements + arbiters
  if (eligible < needed)
    throw cannotOpen({
      subject: 'verifiers',
      value: eligible,
      rule: `at least ${needed} that are neither executor nor client: n + replacements + quorums`,
      fix: `register ${needed - eligible} more`,
    })
  const colluders = Number(Wad.mulUp(BigInt(eligible), arbitration.colluding))
  for (const quorum of arbitration.quorums) {
    const chance = Sample.captureProbability({ pool: eligible, colluders, quorum })
    if (chance <= arbitration.capture) continue
    throw cannotOpen({
      subject: 'arbitration.quorums',
      value: quorum,
      rule: `held by ${colluders} colluders of ${eligible} with probability at most ${arbitration.capture} (it is ${chance}, WAD)`,
      fix: 'enlarge the quorum, or the verifier set with honest members',
    })
  }
}

function assertPanel(panel: readonly Hex[], engagements: readonly Engagement[], verifiers: readonly Address[]): void {
  for (const member of panel) {
    if (!verifiers.includes(member))
      throw cannotOpen({
        subject: 'beacon.panel',
        value: member,
        rule: 'each member is a verifier of the epoch, so that withholding costs it stake',
        fix: 'register it or take it off the panel',
      })
    if (engagements.some(({ executor, client }) => executor === member || client === member))
      throw cannotOpen({
        subject: 'beacon.panel',
        value: member,
        rule: 'no executor or client of the epoch: withholding would save it its sample, or return what it ordered',
        fix: 'take it off the panel for this epoch',
      })
  }
}

function assertArbiter(
  { arbitration: { final } }: Protocol.Protocol,
  engagements: readonly Engagement[],
  verifiers: readonly Address[],
): void {
  const isParty = engagements.some(({ executor, client }) => executor === final || client === final)
  if (final === null || (!isParty && !verifiers.includes(final))) return
  throw cannotOpen({
    subject: 'arbitration.final',
    value: final,
    rule: 'neither executor, client nor verifier of the epoch: nobody rules in its own case',
    fix: 'designate another party or contract',
  })
}

/** A dealer's signature excuses a wrong output, so it must have something to lose. */
function assertDealers({ protocol, ledger, engagements, dealers = [] }: OpenParameters): void {
  for (const dealer of dealers) {
    const stake = Ledger.balance(ledger, Ledger.stake(dealer))
    const { mismatch } = protocol.slash
    if (stake < mismatch)
      throw cannotOpen({
        subject: 'dealers',
        value: `${dealer}, stake ${stake}`,
        rule: `at least slash.mismatch (${mismatch}) staked`,
        fix: `fund its stake account with ${mismatch - stake} more`,
      })
    if (engagements.some(({ executor }) => executor === dealer))
      throw cannotOpen({
        subject: 'dealers',
        value: dealer,
        rule: 'no executor of the epoch: it would excuse itself',
        fix: 'take it off the list for this epoch',
      })
  }
}

/** What a verifier's duties can cost it at once. */
export function verifierExposure(address: Address, { protocol, engagements }: OpenParameters): bigint {
  const { slash, verification, beacon, canaryRate } = protocol
  const isMember = beacon.source === 'commit-reveal' && beacon.panel.includes(address)
  const withheld = withholdingPenalty(
    protocol,
    engagements.map(({ lock }) => lock),
  )
  const appeals = appealBonds(protocol)
  const dissent = verification.bond + appeals
  const caught = canaryRate === 0n ? 0n : slash.wrongVerdict + appeals
  const penalties = [slash.missingReveal, slash.wrongVerdict, dissent, caught, isMember ? withheld : 0n]
  return penalties.reduce((largest, penalty) => (penalty > largest ? penalty : largest), 1n)
}

function assertReserve({ protocol, engagements, ledger }: OpenParameters): void {
  const needed = reserve(protocol, engagements)
  const held = Ledger.balance(ledger, Ledger.treasury)
  if (held >= needed) return
  throw cannotOpen({
    subject: 'treasury',
    value: held,
    rule: `at least ${needed}: every verifier and arbiter must be payable whatever is sampled`,
    fix: `fund the treasury with ${needed - held} more, or lower maxCount`,
  })
}

function assertAmount(subject: string, value: bigint): void {
  if (typeof value === 'bigint' && value >= 0n && value < 1n << 128n) return
  throw cannotOpen({ subject, value, rule: '0 <= amount < 2^128 wei, a bigint', fix: 'pass an amount such as 1000n' })
}

function assertDistinct(subject: string, names: readonly string[]): void {
  const repeated = names.find((name, i) => names.indexOf(name) !== i)
  if (repeated === undefined) return
  throw cannotOpen({ subject, value: repeated, rule: 'each party once', fix: 'remove the repetition' })
}

export function cannotOpen(details: Omit<Details, 'see'>): CannotOpenError {
  return new CannotOpenError('the epoch can’t open.', { ...details, see: 'protocol.md, Round' })
}

/** An epoch with parties, sizes or funds that the protocol can't hold to its promises. */
export class CannotOpenError extends BaseError {
  override name = 'Round.CannotOpenError'
}
