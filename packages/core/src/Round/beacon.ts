/** Randomness: panel commitments and reveals, drand rounds, and what a value draws. */
import * as Beacon from '../Beacon.js'
import { type Address, fromHex, type Hex, toHex } from '../Encoding.js'
import type * as Message from '../Message.js'
import * as Protocol from '../Protocol.js'
import { arbiters, samples } from './draw.js'
import type { BeaconValue, Effect, Step } from './Event.js'
import { applied, duplicate, foreign, rejected, type State, withBeacon } from './State.js'

/** The deadlines between which a level's randomness may arrive. */
export const beaconWindows = [
  ['commit', 'beacon'],
  ['reveal', 'arbitrationBeacon'],
] as const

/**
 * The one round that may draw: level 0 the sample of epoch `epoch`, level 1 its arbiters. Executors sign it as
 * `beaconRound`; nobody chooses it.
 */
export function beaconRound(protocol: Protocol.Protocol, epoch: number, level = 0): number {
  const { beacon } = protocol
  const { genesis, period } =
    beacon.source === 'drand'
      ? { genesis: Beacon.chains[beacon.chain].genesisTime, period: Beacon.chains[beacon.chain].period }
      : beacon
  const [opens] = beaconWindows[level === 0 ? 0 : 1]
  return Beacon.roundFor({ deadline: Protocol.deadlines(protocol, epoch)[opens], gap: beacon.gap, genesis, period })
}

/** Has this level anything to draw? */
export function isDue(state: State, level: number): boolean {
  if (level === 0) return true
  return [...state.batches.values()].some(({ leaves }) => [...leaves.values()].some(({ isDisputed }) => isDisputed))
}

export function onBeaconCommit(state: State, { body }: Message.Authenticated<'beacon-commit'>): Step<State> {
  if (state.protocol.beacon.source !== 'commit-reveal') return rejected(state, 'wrong-source')
  const elsewhere = foreign(state, body)
  if (elsewhere !== undefined) return rejected(state, elsewhere)
  if (!state.protocol.beacon.panel.includes(body.member)) return rejected(state, 'unknown-party')
  const beacon = state.beacons[body.level]!
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
  const value = combined(next, level)
  return value === undefined ? applied(next) : onValue(next, level, value)
}

function opens(commitment: Hex, address: Address, round: number, level: number, secret: Hex): boolean {
  return Beacon.opens({ commitment: fromHex(commitment), address, round, level, secret: fromHex(secret) })
}

/** The panel's randomness once everyone who committed has revealed; a missing reveal leaves the round without value. */
function combined({ protocol, beacons }: State, level: number): Uint8Array | undefined {
  const { commits, secrets, round } = beacons[level]!
  if (protocol.beacon.source !== 'commit-reveal' || commits.size < protocol.beacon.minimum) return undefined
  if (secrets.size < commits.size) return undefined
  const ordered = [...commits.keys()].map((member) => fromHex(secrets.get(member)!))
  return Beacon.combine({ round, level, secrets: ordered })
}

export function onBeaconValue(state: State, event: BeaconValue): Step<State> {
  const { beacon } = state.protocol
  if (beacon.source === 'commit-reveal') return rejected(state, 'wrong-source')
  const { round, value } = state.beacons[event.level]!
  if (event.round !== round) return rejected(state, 'wrong-beacon-round')
  if (value !== undefined) return duplicate(state)
  if (!isDue(state, event.level)) return rejected(state, 'not-due')
  const randomness = randomnessOf(beacon, event)
  return randomness === undefined ? rejected(state, 'bad-beacon') : onValue(state, event.level, randomness)
}

function randomnessOf(
  beacon: Exclude<Protocol.BeaconParameters, { source: 'commit-reveal' }>,
  { round, signature, previousSignature }: BeaconValue,
): Uint8Array | undefined {
  if (beacon.source === 'test') return Beacon.testRandomness({ round, secret: fromHex(beacon.secret) })
  if (signature === undefined) return undefined
  const claim = previousSignature === undefined ? { round, signature } : { round, signature, previousSignature }
  return Beacon.verifyDrand(beacon.chain, claim) ? Beacon.randomness(fromHex(signature)) : undefined
}

function onValue(state: State, level: number, value: Uint8Array): Step<State> {
  const next = withBeacon(state, level, { ...state.beacons[level]!, value: toHex(value) })
  const [drawn, effects] = level === 0 ? samples(next, value) : arbiters(next, value)
  return applied(drawn, ...effects)
}

/** The members that kept back their secrets: faults of a level that was due and got no value. */
export function withholders(state: State, level: number): readonly [State, readonly Effect[]] {
  const { secrets } = state.beacons[level]!
  const members = owing(state, level).filter((member) => !secrets.has(member))
  const faults = members.map((party) => ({ type: 'fault', party, fault: 'withheld-beacon', level }) as const)
  return [{ ...state, withheld: [...state.withheld, ...members.map((member) => ({ member, level }))] }, faults]
}

/**
 * Who owes a secret: whoever committed to one, and if those were too few, the whole panel. Else staying away would be the
 * free way to void an epoch after its outputs were served, or to free every convicted executor.
 */
function owing({ protocol, beacons }: State, level: number): readonly Address[] {
  const { beacon } = protocol
  const { commits } = beacons[level]!
  return beacon.source === 'commit-reveal' && commits.size < beacon.minimum ? beacon.panel : [...commits.keys()]
}

/** Asks for the randomness of a level. */
export function requestBeacon({ beacons }: State, level: number): Effect {
  const { round, commits } = beacons[level]!
  return { type: 'request-beacon', level, round, members: [...commits.keys()] }
}
