/**
 * The parameters of a network: one frozen, versioned value, hashed into everything that is signed, always passed in
 * (protocol.md, "Parameters and time"). Money is bigint wei, rates are bigint WAD, times are whole seconds.
 *
 * @module
 */
import { assertInteger, assertList, assertObject, type Hex, zero32, zeroAddress } from './Encoding.js'
import { schema } from './Protocol/Form.js'
import type { Protocol } from './Protocol/Parameters.js'
import { assertEvidence, InvalidProtocolError, rules } from './Protocol/Rules.js'
import * as Schema from './Schema.js'
import * as TypedData from './TypedData.js'

export { schema } from './Protocol/Form.js'
export type {
  Arbitration,
  BeaconParameters,
  ComparatorParameters,
  Protocol,
  Sampling,
  Slash,
  Verification,
  Windows,
} from './Protocol/Parameters.js'
export { type Checks, InvalidProtocolError, leastFee, netSlash } from './Protocol/Rules.js'

/**
 * Checks parameters and freezes them.
 *
 * @throws InvalidProtocolError naming the field, its value, the rule and the fix: form and ranges, windows shorter than
 * censorship + finality, penalties that make silence a free exit, a slash that the coalition gets back, a test beacon
 * in production.
 * @example
 * ```ts
 * import { Errors, Protocol } from '@spotcheck/core'
 *
 * try {
 *   Protocol.from({ version: 2 })
 * } catch (error) {
 *   if (error instanceof Protocol.InvalidProtocolError) console.log(error.subject) // 'protocol.version'
 * }
 * ```
 */
export function from(value: unknown): Protocol {
  const protocol = Schema.parse(schema, value, 'protocol', InvalidProtocolError)
  for (const { subject, value, holds, rule, fix } of rules(protocol))
    if (!holds)
      throw new InvalidProtocolError(`${subject} breaks a rule of the protocol.`, { subject, value, rule, fix })
  assertEvidence(protocol)
  checked.add(Schema.freeze(protocol))
  return protocol
}

/** What {@link from} made: frozen all the way down, so that what was computed of it stays true. */
const checked = new WeakSet<object>()

/** Refuses what is no protocol at all; parameters with replaced fields pass, whether or not they keep the rules. */
function assertProtocol(protocol: Protocol): Protocol {
  return checked.has(protocol) ? protocol : Schema.parse(schema, protocol, 'protocol', InvalidProtocolError)
}

const hashes = new WeakMap<Protocol, Hex>()

/**
 * `paramsHash`: EIP-712 hashStruct of the parameters, 32 bytes. Chain and contract are in the signing domain instead.
 *
 * @throws InvalidProtocolError if it is no protocol.
 * @example
 * ```ts
 * import { Protocol } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * Protocol.hash(protocol) === Protocol.hash({ ...protocol, chainId: 1 }) // true
 * Protocol.hash(protocol) === Protocol.hash({ ...protocol, finality: 6 }) // false
 * ```
 */
export function hash(protocol: Protocol): Hex {
  const known = hashes.get(protocol)
  if (known !== undefined) return known
  const made = TypedData.hashStruct('Protocol', toStruct(protocol))
  if (checked.has(protocol)) hashes.set(protocol, made)
  return made
}

/**
 * The parameters as the EIP-712 struct `Protocol` of `TypedData.types`; fields that a choice does not use are zero.
 *
 * @throws InvalidProtocolError if it is no protocol.
 * @example
 * ```ts
 * import { Protocol, TypedData } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * TypedData.hashStruct('Protocol', Protocol.toStruct(protocol)) === Protocol.hash(protocol) // true
 * ```
 */
export function toStruct(protocol: Protocol): object {
  const { sampling, comparator, beacon, arbitration, evidence, ...rest } = assertProtocol(protocol)
  return {
    ...rest,
    sampling: sampling.mode,
    rate: 'rate' in sampling ? sampling.rate : 0n,
    interval: 'interval' in sampling ? sampling.interval : 0n,
    comparator: { ...unusedComparator, ...comparator },
    beacon: { ...unusedBeacon, ...beacon },
    arbitration: { ...arbitration, final: arbitration.final ?? zeroAddress },
    evidence: evidence ?? unusedEvidence,
  }
}

const unusedEvidence = { alpha: 0n, power: 0n, falsePositive: 0n, cheatRates: [], restart: false }

const unusedBeacon = { chain: '', genesis: 0, period: 0, secret: zero32, panel: [], minimum: 0, draws: 0 }

const unusedComparator = {
  ...{ tolerance: 0n, greedy: false, slack: 0n, peak: 0n, topk: 0 },
  ...{ minExponentMatches: 0, maxMeanMantissaError: 0, maxMedianMantissaError: 0 },
  ...{ absolute: 0n, relative: 0n, ulps: 0, id: zero32 },
}

/**
 * Which tree the parameters choose for batches and logs: `sum` where they sample by value, and its hash.
 *
 * @throws InvalidProtocolError if it is no protocol.
 * @see protocol.md, Bytes
 * @example
 * ```ts
 * import { Protocol } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * Protocol.tree(Protocol.from(testParameters)) // { layout: 'plain', hash: 'keccak256' }
 * ```
 */
export function tree(protocol: Protocol): Readonly<{ layout: 'plain' | 'sum'; hash: 'keccak256' | 'sha256' }> {
  const { sampling, treeHash } = assertProtocol(protocol)
  return { layout: sampling.mode === 'byValue' ? 'sum' : 'plain', hash: treeHash }
}

/**
 * The signing domain.
 *
 * @throws InvalidProtocolError if it is no protocol.
 * @example
 * ```ts
 * import { Protocol } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * Protocol.domain(Protocol.from(testParameters)).chainId // 31337
 * ```
 */
export function domain(protocol: Protocol): TypedData.Domain {
  const { chainId, verifyingContract } = assertProtocol(protocol)
  return { chainId, verifyingContract }
}

/** The deadlines of one level of arbitration. */
export type LevelDeadlines = Readonly<{
  /** Warrants before the first level, appeals before each later one. */
  dispute: number
  beacon: number
  vote: number
}>

/** The deadlines of an epoch, unix seconds, ascending; an event is on time iff t <= its deadline. */
export type Deadlines = Readonly<{
  commit: number
  beacon: number
  disclosure: number
  /** Last moment at which a replacement is drawn, so that it still has half of the window. */
  replacement: number
  verifierCommit: number
  opening: number
  reveal: number
  /** Level 1 first. */
  levels: readonly LevelDeadlines[]
  /** Appeals to the final arbiter and its rulings; null where there is none. */
  final: Readonly<{ dispute: number; ruling: number }> | null
  settlement: number
}>

/**
 * The deadlines of epoch `epoch`. The commit deadline is `genesis + (epoch + 1) * epochLength`; each further one adds its
 * window.
 *
 * @throws InvalidInputError if `epoch` is not an integer from 0 to 2^32, or so late that seconds are no longer exact;
 * InvalidProtocolError if it is no protocol.
 * @see protocol.md, Parameters and time
 * @example
 * ```ts
 * import { Protocol } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const { commit, beacon } = Protocol.deadlines(Protocol.from(testParameters), 0)
 * commit // 1700000100
 * beacon // 1700000160
 * ```
 */
export function deadlines(protocol: Protocol, epoch: number): Deadlines {
  const { genesis, epochLength, windows, arbitration } = assertProtocol(protocol)
  const commit = genesis + (assertInteger(epoch, 'epoch', 0, 2 ** 32) + 1) * epochLength
  const beacon = commit + windows.beacon
  const disclosure = beacon + windows.disclosure
  const replacement = disclosure + Math.floor(windows.verifierCommit / 2)
  const verifierCommit = disclosure + windows.verifierCommit
  const opening = verifierCommit + windows.opening
  const reveal = opening + windows.reveal
  const levels = arbitration.quorums.map((_, i) => levelDeadlines(windows, reveal, i))
  const decided = levels.at(-1)!.vote
  const final = arbitration.final === null ? null : finalDeadlines(windows, decided)
  const settlement = assertInteger((final?.ruling ?? decided) + windows.settlement, 'settlement deadline')
  return { commit, beacon, disclosure, replacement, verifierCommit, opening, reveal, levels, final, settlement }
}

function levelDeadlines(windows: Protocol['windows'], reveal: number, before: number): LevelDeadlines {
  const dispute = reveal + before * (windows.dispute + windows.arbitrationBeacon + windows.vote) + windows.dispute
  const beacon = dispute + windows.arbitrationBeacon
  return { dispute, beacon, vote: beacon + windows.vote }
}

function finalDeadlines(windows: Protocol['windows'], decided: number): NonNullable<Deadlines['final']> {
  const dispute = decided + windows.dispute
  return { dispute, ruling: dispute + windows.ruling }
}

/**
 * All deadlines in the order of time: a clock that ticks past each of them settles the epoch.
 *
 * @throws InvalidInputError if they are none.
 * @example
 * ```ts
 * import { Protocol } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const deadlines = Protocol.deadlines(Protocol.from(testParameters), 0)
 * Protocol.times(deadlines).at(-1) === deadlines.settlement // true
 * ```
 */
export function times(deadlines: Deadlines): number[] {
  const { levels, final, settlement, ...early } = assertObject(deadlines, 'deadlines')
  const late = assertList(levels, 'deadlines.levels').flatMap(({ dispute, beacon, vote }) => [dispute, beacon, vote])
  return [...Object.values(early), ...late, ...(final === null ? [] : Object.values(final)), settlement]
}
