/** Opening an epoch: the frozen sets, and every coin that can move in it locked before the first task is served. */
import * as Commitment from '../Commitment.js'
import * as Comparison from '../Comparison.js'
import { type Address, assertInteger, assertList, assertObject, fromHex, type Hex, zero32 } from '../Encoding.js'
import { BaseError, type Details } from '../Errors.js'
import * as Ledger from '../Ledger.js'
import * as Protocol from '../Protocol.js'
import * as Sample from '../Sample.js'
import { type Engagement, reserve, reserveAccount } from '../Settlement.js'
import { beaconRound } from './beacon.js'
import type { Effect } from './Event.js'
import type { Batch, Beacon, State, Verifier } from './State.js'

/** What an epoch opens with. */
export type OpenParameters = Readonly<{
  protocol: Protocol.Protocol
  epoch: number
  /** Must hold stakes of executors and verifiers, the clients' money and the treasury's reserve. */
  ledger: Ledger.Ledger
  /** At most one for each executor. */
  engagements: readonly Engagement[]
  /** The verifier set to freeze; each verifier's whole stake is locked and weighs its draws. */
  verifiers: readonly Address[]
  /** Operator key by party, where it is not the party's own address. */
  operators?: ReadonlyMap<Address, Address>
  /** Task key by client, where it is not the client's own address. */
  taskKeys?: ReadonlyMap<Address, Address>
}>

/**
 * Opens an epoch: locks stakes and escrow, freezes the verifier set, and asks the beacon's panel for its commitments.
 *
 * @throws CannotOpenError if a verifier set is too small or lacks stake, an executor locks less than one penalty, a panel is not independent or an engagement makes
 * no sense; Protocol.InvalidProtocolError for parameters that break a rule; InvalidInputError if an address is not canonical; Ledger.InsufficientFundsError if a client or an executor
 * can't cover what the epoch may cost it; Comparison.UnknownComparatorError for a comparator of the network's own, which a
 * function of state and event alone does not have; Sample.InvalidVerifiersError if the stakes are too large to draw from.
 */
export function open(given: OpenParameters): Readonly<{ state: State; effects: readonly Effect[] }> {
  const parameters = assertForm(given)
  const { protocol, epoch, engagements } = parameters
  const deadlines = Protocol.deadlines(protocol, assertInteger(epoch, 'epoch', 0, 2 ** 32))
  const addresses = [...parameters.verifiers].sort()
  assertCanonical(parameters)
  assertIndependent(parameters, addresses)
  assertReserve(parameters)
  if (protocol.sampling.mode === 'byValue')
    throw cannotOpen({
      subject: 'sampling.mode',
      value: 'byValue',
      rule: 'bernoulli or fixed, which Round can draw',
      fix: 'draw by value with Sample.byValue',
    })
  Comparison.comparator(protocol)
  const engaged = Ledger.apply(parameters.ledger, [
    setAside(parameters),
    ...engagements.flatMap((one) => engage(one, protocol, epoch)),
  ])
  const verifiers = addresses.map((address) => frozen(address, engaged, protocol))
  Sample.assignment({ seed: zero32, index: 0, level: 0, verifiers, exclude: [] })
  const state: State = {
    protocol,
    paramsHash: Protocol.hash(protocol),
    epoch,
    deadlines,
    now: 0,
    passed: 0,
    status: 'running',
    isVoid: false,
    ledger: Ledger.apply(
      engaged,
      verifiers.map((one) => lockVerifier(one, epoch)),
    ),
    operators: keys([...engagements.map(({ executor }) => executor), ...addresses], parameters.operators),
    taskKeys: keys(
      engagements.map(({ client }) => client),
      parameters.taskKeys,
    ),
    verifiers,
    batches: new Map(engagements.map((engagement) => [engagement.executor, emptyBatch(engagement)])),
    beacons: [emptyBeacon(protocol, epoch, 0), emptyBeacon(protocol, epoch, 1)],
    withheld: [],
  }
  const { beacon } = protocol
  const effects: Effect[] =
    beacon.source === 'commit-reveal' ? [{ type: 'request-beacon-commits', members: beacon.panel }] : []
  return { state, effects }
}

function setAside({ protocol, epoch, engagements }: OpenParameters): Ledger.Transfer {
  const amount = reserve(protocol, engagements)
  return { from: Ledger.treasury, to: reserveAccount(epoch), amount, memo: 'reserve for verifiers' }
}

function engage({ client, executor, maxCount, reward, lock }: Engagement, protocol: Protocol.Protocol, epoch: number) {
  const amount = BigInt(maxCount) * (reward + protocol.verification.fee)
  return [
    { from: Ledger.free(client), to: Ledger.escrow(executor, epoch), amount, memo: `escrow for ${executor}` },
    { from: Ledger.stake(executor), to: Ledger.lock(executor, epoch), amount: lock, memo: 'the executor’s lock' },
  ]
}

function frozen(address: Address, ledger: Ledger.Ledger, protocol: Protocol.Protocol): Verifier {
  const stake = Ledger.balance(ledger, Ledger.stake(address))
  const needed = exposure(address, protocol)
  if (stake >= needed) return { address, stake }
  throw cannotOpen({
    subject: 'verifiers',
    value: `${address}, stake ${stake}`,
    rule: `at least ${needed} staked: what its duties can cost it at once, or accusing and withholding would be free`,
    fix: `fund its stake account with ${needed - stake} more`,
  })
}

/** The largest single penalty of a verifier. */
function exposure(address: Address, { slash, verification, beacon }: Protocol.Protocol): bigint {
  const isMember = beacon.source === 'commit-reveal' && beacon.panel.includes(address)
  const penalties = [slash.missingReveal, slash.wrongVerdict, verification.bond, isMember ? slash.withheldBeacon : 0n]
  return penalties.reduce((largest, penalty) => (penalty > largest ? penalty : largest), 1n)
}

function lockVerifier({ address, stake }: Verifier, epoch: number): Ledger.Transfer {
  return { from: Ledger.stake(address), to: Ledger.lock(address, epoch), amount: stake, memo: 'the verifier’s stake' }
}

function keys(parties: readonly Address[], registered: ReadonlyMap<Address, Address> = new Map()) {
  return new Map(parties.map((party) => [party, registered.get(party) ?? party]))
}

function emptyBatch(engagement: Engagement): Batch {
  return { engagement, equivocated: false, leaves: new Map(), tasks: new Map() }
}

function emptyBeacon(protocol: Protocol.Protocol, epoch: number, level: number): Beacon {
  return { round: beaconRound(protocol, epoch, level), commits: new Map(), secrets: new Map() }
}

/** Parameters of the right form, whose protocol keeps its own rules. */
function assertForm(given: OpenParameters): OpenParameters {
  const { protocol, engagements, verifiers, operators, taskKeys } = assertObject(given, 'parameters')
  assertList(engagements, 'engagements').forEach((one, i) => void assertObject(one, `engagements.${i}`))
  assertList(verifiers, 'verifiers')
  for (const [subject, map] of Object.entries({ operators, taskKeys, ledger: given.ledger }))
    if (map !== undefined && !(map instanceof Map))
      throw cannotOpen({ subject, value: map, rule: 'a Map', fix: 'pass new Map([[key, value], …])' })
  return { ...given, protocol: Protocol.from(protocol) }
}

/** One spelling per address: another one would never be found again, and its party be at fault for silence. */
function assertCanonical({
  engagements,
  verifiers,
  operators = new Map(),
  taskKeys = new Map(),
}: OpenParameters): void {
  for (const { executor, client } of engagements) {
    fromHex(executor, 'engagement.executor', 20)
    fromHex(client, 'engagement.client', 20)
  }
  for (const one of verifiers) fromHex(one, 'verifiers', 20)
  for (const key of [...operators].flat()) fromHex(key, 'operators', 20)
  for (const key of [...taskKeys].flat()) fromHex(key, 'taskKeys', 20)
}

function assertIndependent({ protocol, engagements }: OpenParameters, verifiers: readonly Address[]): void {
  assertDistinct('verifiers', verifiers)
  assertDistinct(
    'engagements',
    engagements.map(({ executor }) => executor),
  )
  const { slash, verification } = protocol
  const { verifiers: n, maxReplacements, quorum } = verification
  const needed = n + maxReplacements + quorum
  for (const { executor, client, maxCount, reward, lock } of engagements) {
    assertInteger(maxCount, 'engagement.maxCount', 1, Commitment.maxCount)
    assertAmount('engagement.reward', reward)
    assertAmount('engagement.lock', lock)
    if (lock < slash.opening)
      throw cannotOpen({
        subject: 'engagement.lock',
        value: lock,
        rule: `at least one penalty (${slash.opening}): an executor with less at stake cheats for free`,
        fix: `lock maxCount x slash.opening (${BigInt(maxCount) * slash.opening}) for full collateral`,
      })
    const eligible = verifiers.filter((one) => one !== executor && one !== client).length
    if (eligible < needed)
      throw cannotOpen({
        subject: 'verifiers',
        value: eligible,
        rule: `at least ${needed} that are neither executor nor client: n + replacements + quorum`,
        fix: `register ${needed - eligible} more`,
      })
    if (executor === client)
      throw cannotOpen({ subject: 'client', value: client, rule: 'not the executor', fix: 'use another account' })
  }
  if (protocol.beacon.source === 'commit-reveal') assertPanel(protocol.beacon.panel, engagements, verifiers)
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

function assertAmount(subject: string, value: bigint): void {
  if (typeof value === 'bigint' && value >= 0n && value < 1n << 128n) return
  throw cannotOpen({ subject, value, rule: '0 <= amount < 2^128 wei, a bigint', fix: 'pass an amount such as 1000n' })
}

function assertDistinct(subject: string, addresses: readonly Address[]): void {
  const repeated = addresses.find((address, i) => addresses.indexOf(address) !== i)
  if (repeated === undefined) return
  throw cannotOpen({ subject, value: repeated, rule: 'each party once', fix: 'remove the repetition' })
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

function cannotOpen(details: Omit<Details, 'see'>): CannotOpenError {
  return new CannotOpenError('the epoch can’t open.', { ...details, see: 'protocol.md, Round' })
}

/** An epoch with parties, sizes or funds that the protocol can't hold to its promises. */
export class CannotOpenError extends BaseError {
  override name = 'Round.CannotOpenError'
}
