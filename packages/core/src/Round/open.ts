/** Opening an epoch: the frozen sets, and every coin that can move in it locked before the first task is served. */
import * as Comparison from '../Comparison.js'
import { type Address, assertInteger, zero32 } from '../Encoding.js'
import * as Ledger from '../Ledger.js'
import * as Protocol from '../Protocol.js'
import * as Sample from '../Sample.js'
import { type Engagement, reserve, reserveAccount } from '../Settlement.js'
import { beaconRound } from './beacon.js'
import { assertFit, assertForm, cannotOpen, type OpenParameters, verifierExposure } from './doors.js'
import type { Effect } from './Event.js'
import type { Batch, Beacon, State, Verifier } from './State.js'

/**
 * Opens an epoch: locks stakes and escrow, freezes the verifier set, and asks the beacon's panel for its commitments.
 *
 * @throws CannotOpenError if a verifier set is too small or lacks stake, an executor locks less than one penalty, a panel
 * or an arbiter is not independent, a quorum too easy to capture, or an engagement makes no sense;
 * Protocol.InvalidProtocolError for parameters that break a rule; InvalidInputError if an address is not canonical;
 * Ledger.InsufficientFundsError if a client or an executor can't cover what the epoch may cost it;
 * Comparison.UnknownComparatorError for a comparator of the network's own, which a function of state and event alone does
 * not have; Sample.InvalidVerifiersError if the stakes are too large to draw from.
 * @example
 * ```ts
 * import { Encoding, Ledger, Protocol, Round, Settlement } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const party = (byte: string): Encoding.Address => `0x${byte.repeat(20)}`
 * const verifiers = ['a1', 'a2', 'a3', 'a4', 'a5'].map(party)
 * const engagement = { client: party('c1'), executor: party('e1'), maxCount: 4, reward: 100n, lock: 12_000n }
 * const stakes = [party('e1'), ...verifiers].map((one) => [Ledger.stake(one), 20_000n] as const)
 * const reserve = Settlement.reserve(protocol, [engagement])
 * const ledger = new Map([[party('c1'), 1_000n], [Ledger.treasury, reserve], ...stakes])
 * const { state } = Round.open({ protocol, epoch: 0, ledger, engagements: [engagement], verifiers })
 * Ledger.balance(state.ledger, Ledger.lock(party('e1'), 0)) // 12000n
 * ```
 */
export function open(given: OpenParameters): Readonly<{ state: State; effects: readonly Effect[] }> {
  const parameters = assertForm(given)
  const { protocol, epoch, engagements } = parameters
  const deadlines = Protocol.deadlines(protocol, assertInteger(epoch, 'epoch', 0, 2 ** 32))
  assertFit(parameters)
  Comparison.comparator(protocol)
  const [ledger, verifiers] = lockAll(parameters)
  const state: State = {
    ...{ protocol, paramsHash: Protocol.hash(protocol), epoch, deadlines },
    ...{ now: 0, passed: 0, status: 'running', isVoid: false, ledger, verifiers },
    operators: keys(partiesOf(parameters), parameters.operators),
    taskKeys: keys(
      engagements.map(({ client }) => client),
      parameters.taskKeys,
    ),
    dealers: new Set(parameters.dealers),
    batches: new Map(executorsOf(engagements).map((executor) => [executor, emptyBatch(executor, engagements)])),
    beacons: [emptyBeacon(protocol, epoch, 0), ...deadlines.levels.map((_, i) => emptyBeacon(protocol, epoch, i + 1))],
    withheld: [],
    evidence: new Map(parameters.evidence),
  }
  const { beacon } = protocol
  const effects: Effect[] =
    beacon.source === 'commit-reveal' ? [{ type: 'request-beacon-commits', members: beacon.panel }] : []
  return { state, effects }
}

/** The ledger with everything locked, and the frozen set: stakes as they are once executors have locked theirs. */
function lockAll(parameters: OpenParameters): readonly [Ledger.Ledger, readonly Verifier[]] {
  const { protocol, epoch, engagements } = parameters
  const engaged = Ledger.apply(parameters.ledger, [
    setAside(parameters),
    ...engagements.flatMap((one) => engage(one, protocol, epoch)),
  ])
  const verifiers = [...parameters.verifiers].sort().map((address) => frozen(address, engaged, parameters))
  Sample.assignment({ seed: zero32, index: 0, level: 0, verifiers, exclude: [] })
  const ledger = Ledger.apply(
    engaged,
    verifiers.map((one) => lockVerifier(one, epoch)),
  )
  return [ledger, verifiers]
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

function frozen(address: Address, ledger: Ledger.Ledger, parameters: OpenParameters): Verifier {
  const stake = Ledger.balance(ledger, Ledger.stake(address))
  const needed = verifierExposure(address, parameters)
  if (stake >= needed) return { address, stake }
  throw cannotOpen({
    subject: 'verifiers',
    value: `${address}, stake ${stake}`,
    rule: `at least ${needed} staked: what its duties can cost it at once, or accusing and withholding would be free`,
    fix: `fund its stake account with ${needed - stake} more`,
  })
}

function lockVerifier({ address, stake }: Verifier, epoch: number): Ledger.Transfer {
  return { from: Ledger.stake(address), to: Ledger.lock(address, epoch), amount: stake, memo: 'the verifier’s stake' }
}

function executorsOf(engagements: readonly Engagement[]): Address[] {
  return [...new Set(engagements.map(({ executor }) => executor))]
}

/** Everybody whose operator key counts. */
function partiesOf({ protocol, engagements, verifiers, dealers = [] }: OpenParameters): Address[] {
  const { final } = protocol.arbitration
  return [...executorsOf(engagements), ...verifiers, ...dealers, ...(final === null ? [] : [final])]
}

function keys(parties: readonly Address[], registered: ReadonlyMap<Address, Address> = new Map()) {
  return new Map(parties.map((party) => [party, registered.get(party) ?? party]))
}

function emptyBatch(executor: Address, engagements: readonly Engagement[]): Batch {
  return {
    ...{ executor, engagements: engagements.filter((one) => one.executor === executor), equivocated: false },
    ...{ units: [] },
    ...{ leaves: new Map(), tasks: new Map(), vouchers: new Map(), receipts: new Map() },
    ...{ honoured: new Set(), broken: new Set(), checkpoints: new Map(), extended: new Set() },
  }
}

function emptyBeacon(protocol: Protocol.Protocol, epoch: number, level: number): Beacon {
  return { round: beaconRound(protocol, epoch, level), commits: new Map(), secrets: new Map() }
}
