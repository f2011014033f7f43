/** Opening an epoch: the frozen sets, and every coin that can move in it locked before the first task is served. */
import { type Address, assertInteger, type Hex } from '../Encoding.js'
import { BaseError, type Details } from '../Errors.js'
import * as Ledger from '../Ledger.js'
import * as Protocol from '../Protocol.js'
import { type Engagement, reserve } from '../Settlement.js'
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
 * @throws CannotOpenError if a verifier set is too small, a panel is not independent or an engagement makes no sense;
 * InsufficientFundsError if a client, an executor or the treasury can't cover what the epoch may cost.
 */
export function open(parameters: OpenParameters): Readonly<{ state: State; effects: readonly Effect[] }> {
  const { protocol, epoch, engagements } = parameters
  const deadlines = Protocol.deadlines(protocol, assertInteger(epoch, 'epoch', 0, 2 ** 32))
  const addresses = [...parameters.verifiers].sort()
  assertIndependent(parameters, addresses)
  assertReserve(parameters)
  const engaged = Ledger.apply(
    parameters.ledger,
    engagements.flatMap((one) => engage(one, protocol, epoch)),
  )
  const verifiers = addresses.map((address) => frozen(address, engaged))
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

function engage({ client, executor, maxCount, reward, lock }: Engagement, protocol: Protocol.Protocol, epoch: number) {
  const amount = BigInt(maxCount) * (reward + protocol.verification.fee)
  return [
    { from: Ledger.free(client), to: Ledger.escrow(executor, epoch), amount, memo: `escrow for ${executor}` },
    { from: Ledger.stake(executor), to: Ledger.lock(executor, epoch), amount: lock, memo: 'the executor’s lock' },
  ]
}

function frozen(address: Address, ledger: Ledger.Ledger): Verifier {
  const stake = Ledger.balance(ledger, Ledger.stake(address))
  if (stake > 0n) return { address, stake }
  throw cannotOpen({
    subject: 'verifiers',
    value: address,
    rule: 'each verifier has stake',
    fix: 'fund its stake account',
  })
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

function assertIndependent({ protocol, engagements }: OpenParameters, verifiers: readonly Address[]): void {
  assertDistinct('verifiers', verifiers)
  assertDistinct(
    'engagements',
    engagements.map(({ executor }) => executor),
  )
  const { verifiers: n, maxReplacements, quorum } = protocol.verification
  const needed = n + maxReplacements + quorum
  for (const { executor, client, maxCount } of engagements) {
    assertInteger(maxCount, 'engagement.maxCount', 1)
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
    if (engagements.some(({ executor }) => executor === member))
      throw cannotOpen({
        subject: 'beacon.panel',
        value: member,
        rule: 'no executor of the epoch: it could withhold its secret to avoid its sample',
        fix: 'take it off the panel for this epoch',
      })
  }
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
