/** Randomness: panel commitments and reveals, drand rounds, and what a value draws. */
import * as Beacon from '../Beacon.js'
import { type Address, assertInteger, assertObject, fromHex, type Hex, toHex } from '../Encoding.js'
import type * as Message from '../Message.js'
import * as Protocol from '../Protocol.js'
import { isAwaited } from './arbitration.js'
import { arbiters, samples } from './draw.js'
import type { BeaconValue, Effect, Step } from './Event.js'
import { applied, duplicate, everyLeaf, foreign, rejected, type State, withBeacon } from './State.js'

/**
 * The one round that may draw: level 0 the sample of epoch `epoch`, 1 and up the arbiters of that level. Executors sign
 * the first as `beaconRound`; nobody chooses it.
 *
 * @throws InvalidInputError if an argument is malformed, or the protocol has no such level.
 * @example
 * ```ts
 * import { Protocol, Round } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * Round.beaconRound(protocol, 0) // 3333338
 * Round.beaconRound(protocol, 1) > Round.beaconRound(protocol, 0) // true
 * ```
 */
export function beaconRound(protocol: Protocol.Protocol, epoch: number, level = 0): number {
  const { beacon } = assertObject(protocol, 'protocol')
  assertObject(beacon, 'protocol.beacon')
  const { genesis, period } =
    beacon.source === 'drand'
      ? { genesis: Beacon.chains[beacon.chain].genesisTime, period: Beacon.chains[beacon.chain].period }
      : beacon
  const { commit, levels } = Protocol.deadlines(protocol, epoch)
  assertInteger(level, 'level', 0, levels.length)
  const deadline = level === 0 ? commit : levels[level - 1]!.dispute
  return Beacon.roundFor({ deadline, gap: beacon.gap, genesis, period })
}

/** Has this level anything to draw? */
export function isDue(state: State, level: number): boolean {
  return level === 0 || [...everyLeaf(state)].some(([leaf]) => isAwaited(leaf, level))
}

export function onBeaconCommit(state: State, { body }: Message.Authenticated<'beacon-commit'>): Step<State> {
  if (state.protocol.beacon.source !== 'commit-reveal') return rejected(state, 'wrong-source')
  const elsewhere = foreign(state, body)
  if (elsewhere !== undefined) return rejected(state, elsewhere)
  if (!state.protocol.beacon.panel.includes(body.member)) return rejected(state, 'unknown-party')
  const beacon = state.beacons[body.level]
  if (beacon === undefined) return rejected(state, 'not-due')
  const known = beacon.commits.get(body.member)
  if (known !== undefined) return known === body.commitment ? duplicate(state) : rejected(state, 'already-committed')
  const commits = new Map(beacon.commits).set(body.member, body.commitment)
  return applied(withBeacon(state, body.level, { ...beacon, commits }))
}

export function onBeaconReveal(state: State, { body }: Message.Authenticated<'beacon-reveal'>): Step<State> {
  const elsewhere = foreign(state, body)
  if (elsewhere !== undefined) return rejected(state, elsewhere)
  const { member, level, secret } = body
  const beacon = state.beacons[level]!
  const commitment = beacon.commits.get(member)
  if (commitment === undefined) return rejected(state, 'not-committed')
  if (beacon.secrets.has(member))
    return beacon.secrets.get(member) === secret ? duplicate(state) : rejected(state, 'already-said')
  if (!isDue(state, level)) return rejected(state, 'not-due')
  if (!opens(commitment, member, beacon.round, level, secret)) return rejected(state, 'does-not-open')
  const secrets = new Map(beacon.secrets).set(member, secret)
  const next = withBeacon(state, level, { ...beacon, secrets })
  const { value } = account(next, level)
  return value === undefined ? applied(next) : onValue(next, level, value)
}

function opens(commitment: Hex, address: Address, round: number, level: number, secret: Hex): boolean {
  return Beacon.opens({ commitment: fromHex(commitment), address, round, level, secret: fromHex(secret) })
}

/** The account of a level: the panel's randomness once everyone who committed has revealed, and whose secret is missing. */
function account({ protocol: { beacon }, beacons }: State, level: number): Beacon.Tally {
  if (beacon.source !== 'commit-reveal') return { withheld: [], value: undefined }
  const { commits, secrets, round } = beacons[level]!
  return Beacon.tally({ round, level, commits, reveals: secrets, panel: beacon.panel, minimum: beacon.minimum })
}

export function onBeaconValue(state: State, event: BeaconValue): Step<State> {
  const { beacon } = state.protocol
  if (beacon.source === 'commit-reveal') return rejected(state, 'wrong-source')
  const { round, value } = state.beacons[event.level]!
  if (event.round !== round) return rejected(state, 'wrong-beacon-round')
  if (value !== undefined && beacon.source !== 'block') return duplicate(state)
  if (!isDue(state, event.level)) return rejected(state, 'not-due')
  const randomness = randomnessOf(beacon, event)
  // A block has a hash for each of its forks, where a drand round has one value: the first that was vouched for stands.
  if (value !== undefined && randomness !== undefined)
    return toHex(randomness) === value ? duplicate(state) : rejected(state, 'already-said')
  return randomness === undefined ? rejected(state, 'bad-beacon') : onValue(state, event.level, randomness)
}

function randomnessOf(
  beacon: Exclude<Protocol.BeaconParameters, { source: 'commit-reveal' }>,
  { round, hash, signature, previousSignature }: BeaconValue,
): Uint8Array | undefined {
  if (beacon.source === 'test') return Beacon.testRandomness({ round, secret: fromHex(beacon.secret) })
  if (beacon.source === 'block') return hash === undefined ? undefined : Beacon.blockRandomness({ number: round, hash })
  if (signature === undefined) return undefined
  const claim = previousSignature === undefined ? { round, signature } : { round, signature, previousSignature }
  return Beacon.verifyDrand(beacon.chain, claim) ? Beacon.randomness(fromHex(signature)) : undefined
}

function onValue(state: State, level: number, value: Uint8Array): Step<State> {
  const next = withBeacon(state, level, { ...state.beacons[level]!, value: toHex(value) })
  const [drawn, effects] = level === 0 ? samples(next, value) : arbiters(next, value, level)
  return applied(drawn, ...effects)
}

/** Members that have not committed, while fewer have than a value needs; with enough of them nobody is missed. */
export function awaitedMembers({ protocol: { beacon }, beacons }: State, level: number): readonly Address[] {
  if (beacon.source !== 'commit-reveal') return []
  const { commits } = beacons[level]!
  return commits.size < beacon.minimum ? beacon.panel.filter((member) => !commits.has(member)) : []
}

/** Members whose secrets a level that is due still lacks, or whose absence leaves too few of them. */
export function absentees(state: State, level: number): readonly Address[] {
  if (state.beacons[level]!.value !== undefined || !isDue(state, level)) return []
  return account(state, level).withheld
}

/** Whoever kept back its secret, or stayed away, from a level that got no value. */
export function withholders(state: State, level: number): readonly [State, readonly Effect[]] {
  const members = absentees(state, level)
  const faults = members.map((party) => ({ type: 'fault', party, fault: 'withheld-beacon', level }) as const)
  return [{ ...state, withheld: [...state.withheld, ...members.map((member) => ({ member, level }))] }, faults]
}

/** Asks for the randomness of a level. */
export function requestBeacon({ beacons }: State, level: number): Effect {
  const { round, commits } = beacons[level]!
  return { type: 'request-beacon', level, round, members: [...commits.keys()] }
}
