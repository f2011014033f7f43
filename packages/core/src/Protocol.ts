/**
 * The parameters of a network: one frozen, versioned value, hashed into everything that is signed, always passed in
 * (protocol.md, "Parameters and time"). Money is bigint wei, rates are bigint WAD, times are whole seconds.
 *
 * @module
 */
import { z } from 'zod'
import { type Address, assertInteger, type Hex, zero32 } from './Encoding.js'
import { BaseError } from './Errors.js'
import * as Schema from './Schema.js'
import * as TypedData from './TypedData.js'
import * as Wad from './Wad.js'

/** Lengths of the windows, in seconds, each counted from the deadline before it. */
export type Windows = Readonly<{
  /** For the beacon's value to arrive; without it the epoch is void. */
  beacon: number
  disclosure: number
  verifierCommit: number
  opening: number
  reveal: number
  /** For the second beacon value, which draws arbiters of disputed leaves. */
  arbitrationBeacon: number
  /** For the arbiters' votes. */
  dispute: number
  settlement: number
}>

/** How two results are compared (protocol.md, section 8). */
export type ComparatorParameters =
  | Readonly<{ kind: 'exact' }>
  | Readonly<{
      kind: 'logits'
      /** Largest honest difference of one logit, WAD. */
      tolerance: bigint
      /** Must each token be the most likely one (up to the tolerance)? */
      greedy: boolean
    }>

/** Where randomness comes from (protocol.md, section 4). `gap` covers timestamp lag and finality. */
export type BeaconParameters =
  | Readonly<{ source: 'drand'; chain: 'quicknet' | 'default'; gap: number }>
  | Readonly<{
      source: 'commit-reveal'
      gap: number
      genesis: number
      period: number
      /** Members, ascending. Each must be a verifier of the epoch. */
      panel: readonly Address[]
      /** Fewest members that must commit; with fewer the round is void. */
      minimum: number
    }>
  | Readonly<{ source: 'test'; gap: number; genesis: number; period: number; secret: Hex }>

/** Verifiers, what they earn and what they risk; wei. */
export type Verification = Readonly<{
  /** n, verifiers of each sampled leaf. */
  verifiers: number
  /** q, fresh verifiers that decide a dispute; odd. */
  quorum: number
  /** k, replacements after which an index stays without a verifier. */
  maxReplacements: number
  /** Paid by the client for each committed leaf, never returned. */
  fee: bigint
  reward: bigint
  arbiterReward: bigint
  /** What a dissenter loses when arbitration overrules it; covers the quorum. */
  bond: bigint
}>

/** Penalties, wei, ordered so that silence is never the cheaper exit. */
export type Slash = Readonly<{
  mismatch: bigint
  /** Missing, late or bad opening (or disclosure). */
  opening: bigint
  equivocation: bigint
  /** A verifier's missing commitment, reveal or vote. */
  missingReveal: bigint
  wrongVerdict: bigint
  /** A panel member's secret that it committed to and kept back. */
  withheldBeacon: bigint
  /** Share of each slash that is burnt, WAD. */
  burnShare: bigint
  /** Largest bounty for the dissenters of one convicted leaf. */
  bounty: bigint
}>

/** See the module. Make one with {@link from}. */
export type Protocol = Readonly<{
  version: 1
  /** `production` refuses the test beacon. */
  environment: 'production' | 'test'
  chainId: number
  verifyingContract: Address
  /** Unix time at which epoch 0 opens. */
  genesis: number
  epochLength: number
  windows: Windows
  /** Longest time for which a message can be kept out of the record. */
  censorship: number
  /** Time until the record is final. */
  finality: number
  /** `full`: verifiers see neither output. `evidence`: they replay the executor's output and commit to their evidence. */
  mode: 'full' | 'evidence'
  sampling: Readonly<{ mode: 'bernoulli' | 'fixed'; rate: bigint }>
  comparator: ComparatorParameters
  beacon: BeaconParameters
  verification: Verification
  slash: Slash
}>

const seconds = Schema.integer(0, 2 ** 40)
const wei = Schema.uint(128)
const timing = { gap: seconds, genesis: seconds, period: Schema.integer(1, 2 ** 32) }

const verificationSchema: z.ZodType<Verification> = z.strictObject({
  verifiers: Schema.integer(1, 64),
  quorum: Schema.integer(1, 255),
  maxReplacements: Schema.integer(0, 255),
  fee: wei,
  reward: wei,
  arbiterReward: wei,
  bond: wei,
})

const slashSchema: z.ZodType<Slash> = z.strictObject({
  mismatch: wei,
  opening: wei,
  equivocation: wei,
  missingReveal: wei,
  wrongVerdict: wei,
  withheldBeacon: wei,
  burnShare: Schema.uint(64),
  bounty: wei,
})

/** Schema of {@link Protocol}: form and ranges; {@link from} adds the rules that relate fields. */
export const schema: z.ZodType<Protocol> = z.strictObject({
  version: z.literal(1, { error: '1, the only version yet' }),
  environment: Schema.oneOf('production', 'test'),
  chainId: Schema.integer(0),
  verifyingContract: Schema.address,
  genesis: seconds,
  epochLength: Schema.integer(1, 2 ** 32),
  windows: z.strictObject({
    beacon: seconds,
    disclosure: seconds,
    verifierCommit: seconds,
    opening: seconds,
    reveal: seconds,
    arbitrationBeacon: seconds,
    dispute: seconds,
    settlement: seconds,
  }),
  censorship: seconds,
  finality: seconds,
  mode: Schema.oneOf('full', 'evidence'),
  sampling: z.strictObject({ mode: Schema.oneOf('bernoulli', 'fixed'), rate: Schema.uint(64) }),
  comparator: z.discriminatedUnion(
    'kind',
    [
      z.strictObject({ kind: z.literal('exact') }),
      z.strictObject({ kind: z.literal('logits'), tolerance: Schema.uint(96), greedy: Schema.boolean }),
    ],
    { error: 'an object with the kind "exact" or "logits"' },
  ),
  beacon: z.discriminatedUnion(
    'source',
    [
      z.strictObject({ source: z.literal('drand'), chain: Schema.oneOf('quicknet', 'default'), gap: seconds }),
      z.strictObject({
        source: z.literal('commit-reveal'),
        ...timing,
        panel: Schema.list(Schema.address, 1, 256),
        minimum: Schema.integer(1, 256),
      }),
      z.strictObject({ source: z.literal('test'), ...timing, secret: Schema.bytes32 }),
    ],
    { error: 'an object with the source "drand", "commit-reveal" or "test"' },
  ),
  verification: verificationSchema,
  slash: slashSchema,
})

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
  checked.add(Schema.freeze(protocol))
  return protocol
}

/** What {@link from} made: frozen all the way down, so that what was computed of it stays true. */
const checked = new WeakSet<object>()

/** Refuses what is no protocol at all; parameters with replaced fields pass, whether or not they keep the rules. */
function assertProtocol(protocol: Protocol): Protocol {
  return checked.has(protocol) ? protocol : Schema.parse(schema, protocol, 'protocol', InvalidProtocolError)
}

type Rule = Readonly<{ subject: string; value: unknown; holds: boolean; rule: string; fix: string }>

function rules(protocol: Protocol): Rule[] {
  return [...windowRules(protocol), ...moneyRules(protocol), ...modeRules(protocol), ...beaconRules(protocol)]
}

function windowRules({ windows, censorship, finality }: Protocol): Rule[] {
  const bound = censorship + finality
  return Object.entries(windows).map(([name, length]) => {
    const needed = name === 'verifierCommit' ? 2 * bound + 1 : Math.max(1, bound)
    const why = name === 'verifierCommit' ? '2 (censorship + finality) + 1, so that a replacement has its time' : bound
    return {
      subject: `windows.${name}`,
      value: length,
      holds: length >= needed,
      rule: `at least ${why}: a party that acts in time must not be late in the record`,
      fix: `raise it to ${needed} s or more`,
    }
  })
}

function moneyRules({ slash, verification }: Protocol): Rule[] {
  const net = netSlash(slash, verification)
  return [
    {
      subject: 'slash.opening',
      value: slash.opening,
      holds: slash.opening >= slash.mismatch,
      rule: `at least slash.mismatch (${slash.mismatch}): silence must not be cheaper than the fault it hides`,
      fix: 'raise slash.opening',
    },
    {
      subject: 'slash.missingReveal',
      value: slash.missingReveal,
      holds: slash.missingReveal >= slash.wrongVerdict,
      rule: `at least slash.wrongVerdict (${slash.wrongVerdict}): silence must not be cheaper than the fault it hides`,
      fix: 'raise slash.missingReveal',
    },
    {
      subject: 'slash.burnShare',
      value: slash.burnShare,
      holds: slash.burnShare > 0n && slash.burnShare <= Wad.one,
      rule: 'a WAD in (0, 1e18]: without a burnt part a cheater slashes itself through a friend',
      fix: 'set it to 5n * 10n ** 17n (half) or another share',
    },
    {
      subject: 'slash.mismatch',
      value: slash.mismatch,
      holds: net > 0n,
      rule: `more than the coalition gets back in bounty and fees (it keeps ${net - slash.mismatch} of it)`,
      fix: 'raise slash.mismatch or slash.burnShare, or lower slash.bounty',
    },
    {
      subject: 'verification.bond',
      value: verification.bond,
      holds: verification.bond >= BigInt(verification.quorum) * verification.arbiterReward,
      rule: `at least quorum x arbiterReward (${BigInt(verification.quorum) * verification.arbiterReward})`,
      fix: 'raise the bond: a false accusation must pay for its arbitration',
    },
    {
      subject: 'verification.quorum',
      value: verification.quorum,
      holds: verification.quorum % 2 === 1,
      rule: 'odd, so that a full quorum always has a strict majority',
      fix: `use ${verification.quorum + 1}`,
    },
  ]
}

/**
 * S_net of economics.md section 1, wei: a mismatch's slash less all that the executor's coalition can recover, the bounty
 * (at most what is not burnt) and the rewards of the leaf's n verifiers. At most 0: slashing oneself is free.
 *
 * @throws InvalidProtocolError if an argument is malformed.
 * @example
 * ```ts
 * import { Protocol } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const { slash, verification } = testParameters
 * Protocol.netSlash(slash, verification) // 2680n
 * ```
 */
export function netSlash(slash: Slash, verification: Verification): bigint {
  const { mismatch, burnShare, bounty } = Schema.parse(slashSchema, slash, 'slash', InvalidProtocolError)
  const { verifiers, reward } = Schema.parse(verificationSchema, verification, 'verification', InvalidProtocolError)
  const unburnt = mismatch - Wad.mulUp(mismatch, burnShare)
  const returned = bounty < unburnt ? bounty : unburnt
  return mismatch - returned - BigInt(verifiers) * reward
}

function modeRules({ mode, comparator, sampling }: Protocol): Rule[] {
  return [
    {
      subject: 'mode',
      value: mode,
      holds: (mode === 'full') === (comparator.kind === 'exact'),
      rule: '"full" goes with the exact comparator, "evidence" with a numeric one',
      fix: comparator.kind === 'exact' ? 'use "full"' : 'use "evidence"',
    },
    {
      subject: 'sampling.rate',
      value: sampling.rate,
      holds: sampling.rate > 0n && sampling.rate <= Wad.one,
      rule: '0 < rate <= 1e18 (WAD; 1e18 samples every task)',
      fix: 'pass Wad.from(0.02) for two per cent',
    },
  ]
}

function beaconRules({ beacon, environment, windows }: Protocol): Rule[] {
  const list: Rule[] = [
    {
      subject: 'beacon.source',
      value: beacon.source,
      holds: beacon.source !== 'test' || environment === 'test',
      rule: 'no test beacon in production: whoever knows its secret knows the sample',
      fix: 'use "drand" or "commit-reveal"',
    },
  ]
  const needed = beacon.gap + (beacon.source === 'drand' ? 30 : beacon.period)
  for (const name of ['beacon', 'arbitrationBeacon'] as const)
    list.push({
      subject: `windows.${name}`,
      value: windows[name],
      holds: windows[name] >= needed,
      rule: `at least beacon.gap plus one period (${needed} s): the round must fall into its window`,
      fix: `raise it to ${needed} s or more`,
    })
  if (beacon.source !== 'commit-reveal') return list
  const { panel, minimum } = beacon
  list.push({
    subject: 'beacon.panel',
    value: panel,
    holds: panel.every((member, i) => i === 0 || panel[i - 1]! < member),
    rule: 'ascending, without repetition',
    fix: 'sort the members and drop duplicates',
  })
  list.push({
    subject: 'beacon.minimum',
    value: minimum,
    holds: minimum <= panel.length,
    rule: `at most the ${panel.length} members of the panel`,
    fix: 'lower the minimum or enlarge the panel',
  })
  return list
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
  const { sampling, comparator, beacon, ...rest } = assertProtocol(protocol)
  return {
    ...rest,
    sampling: sampling.mode,
    rate: sampling.rate,
    comparator: { tolerance: 0n, greedy: false, ...comparator },
    beacon: { chain: '', genesis: 0, period: 0, secret: zero32, panel: [], minimum: 0, ...beacon },
  }
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
  arbitrationBeacon: number
  dispute: number
  settlement: number
}>

/**
 * The deadlines of epoch `epoch`. The commit deadline is `genesis + (epoch + 1) * epochLength`; each further one adds its
 * window.
 *
 * @throws InvalidInputError if `epoch` is not an integer from 0 to 2^32, or so late that seconds are no longer exact;
 * InvalidProtocolError if it is no protocol.
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
  const { genesis, epochLength, windows } = assertProtocol(protocol)
  const commit = genesis + (assertInteger(epoch, 'epoch', 0, 2 ** 32) + 1) * epochLength
  const beacon = commit + windows.beacon
  const disclosure = beacon + windows.disclosure
  const verifierCommit = disclosure + windows.verifierCommit
  const opening = verifierCommit + windows.opening
  const reveal = opening + windows.reveal
  const arbitrationBeacon = reveal + windows.arbitrationBeacon
  const dispute = arbitrationBeacon + windows.dispute
  const replacement = disclosure + Math.floor(windows.verifierCommit / 2)
  const settlement = assertInteger(dispute + windows.settlement, 'settlement deadline')
  return {
    commit,
    beacon,
    disclosure,
    replacement,
    verifierCommit,
    opening,
    reveal,
    arbitrationBeacon,
    dispute,
    settlement,
  }
}

/** Parameters that are malformed or that would let somebody cheat. */
export class InvalidProtocolError extends BaseError {
  override name = 'Protocol.InvalidProtocolError'
}
