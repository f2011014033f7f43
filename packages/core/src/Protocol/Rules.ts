/** The rules that relate the fields of parameters: what each closes, and how to keep it. */

import { assertBigint, assertInteger, assertList, assertObject } from '../Encoding.js'
import * as EProcess from '../EProcess.js'
import { BaseError } from '../Errors.js'
import * as Schema from '../Schema.js'
import * as Wad from '../Wad.js'
import { slashSchema, verificationSchema } from './Form.js'
import type { Arbitration, Protocol, Sampling, Slash, Verification } from './Parameters.js'

/** One rule, and whether parameters keep it. */
type Rule = Readonly<{ subject: string; value: unknown; holds: boolean; rule: string; fix: string }>

/** The rules that relate fields. */
export function rules(protocol: Protocol): Rule[] {
  const groups = [
    windowRules,
    penaltyRules,
    returnRules,
    arbitrationRules,
    modeRules,
    comparatorRules,
    evidenceRules,
    beaconRules,
    feeRules,
  ]
  return groups.flatMap((group) => group(protocol))
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

/** Silence is never cheaper than the fault it hides. */
function penaltyRules({ slash }: Protocol): Rule[] {
  const atLeast = (subject: keyof Protocol['slash'], floor: keyof Protocol['slash'], why: string): Rule => ({
    subject: `slash.${subject}`,
    value: slash[subject],
    holds: slash[subject] >= slash[floor],
    rule: `at least slash.${floor} (${slash[floor]}): ${why}`,
    fix: `raise slash.${subject}`,
  })
  const silence = 'silence must not be cheaper than the fault it hides'
  return [
    atLeast('opening', 'mismatch', silence),
    atLeast('equivocation', 'opening', 'a second batch must not be cheaper than one bad leaf'),
    atLeast('missingReveal', 'wrongVerdict', silence),
  ]
}

/** Slashing oneself is never free. */
function returnRules({ slash, verification }: Protocol): Rule[] {
  const net = netSlash(slash, verification)
  return [
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
      rule: `more than the coalition gets back in bounty and fees (${slash.mismatch - net} of it)`,
      fix: 'raise slash.mismatch or slash.burnShare, or lower slash.bounty',
    },
  ]
}

/** What decides what a check may pay out, and how likely it is. */
export type Checks = Readonly<{
  sampling: Sampling
  verification: Pick<Verification, 'verifiers' | 'reward'>
  arbitration: Pick<Arbitration, 'quorums' | 'reward'>
}>

/**
 * The least fee for a leaf that a production network takes, wei, rounded up: what a check may pay out, at the chance of a
 * check, which a client can make certain by value. Slashes are no part of it: once a lock is used up, faults cost nothing,
 * and checks are paid all the same. Levels above the first are paid by the bonds of appeals.
 *
 * @throws InvalidInputError if an argument is malformed.
 * @see protocol.md, Settlement
 * @example
 * ```ts
 * import { Protocol, Wad } from '@spotcheck/core'
 *
 * Protocol.leastFee({
 *   sampling: { mode: 'bernoulli', rate: Wad.from(0.02) },
 *   verification: { verifiers: 2, reward: 300n },
 *   arbitration: { quorums: [3, 9], reward: 400n },
 * }) // 36n
 * ```
 */
export function leastFee(checks: Checks): bigint {
  const sampling = assertObject(assertObject(checks, 'checks').sampling, 'sampling')
  return sampling.mode === 'byValue' ? checkPay(checks) : Wad.mulUp(checkPay(checks), sampling.rate)
}

/** Wei that a check of a leaf may pay out: to its verifiers, and to the first quorum of arbiters. */
function checkPay({ verification, arbitration }: Checks): bigint {
  const verifiers = assertInteger(assertObject(verification, 'verification').verifiers, 'verifiers')
  const [quorum = 0] = assertList(assertObject(arbitration, 'arbitration').quorums, 'quorums')
  const [reward, arbiterReward] = [verification.reward, arbitration.reward].map((pay) =>
    assertBigint(pay, 'reward', 0n),
  )
  return BigInt(verifiers) * reward! + BigInt(assertInteger(quorum, 'quorum')) * arbiterReward!
}

/** A test network may live on its treasury. */
function feeRules(protocol: Protocol): Rule[] {
  const { environment, verification } = protocol
  const least = leastFee(protocol)
  return [
    {
      subject: 'verification.fee',
      value: verification.fee,
      holds: environment === 'test' || verification.fee >= least,
      rule: `at least ${least}: the chance of a check x its pay (${checkPay(protocol)}), or a client, its executor and their verifiers live on the treasury`,
      fix: 'raise the fee, or lower the rate, the verifiers or their pay',
    },
  ]
}

function arbitrationRules({ arbitration, verification }: Protocol): Rule[] {
  const { quorums, reward, colluding, capture } = arbitration
  const cost = BigInt(quorums[0] ?? 0) * reward
  return [
    {
      subject: 'verification.bond',
      value: verification.bond,
      holds: verification.bond >= cost,
      rule: `at least the first quorum x arbitration.reward (${cost})`,
      fix: 'raise the bond: a false accusation must pay for its arbitration',
    },
    {
      subject: 'arbitration.quorums',
      value: quorums.join(', '),
      holds: quorums.every((quorum, i) => quorum % 2 === 1 && (i === 0 || quorum > quorums[i - 1]!)),
      rule: 'odd, so that a full quorum always has a strict majority, and rising from level to level',
      fix: 'use 3, 7, 15 or the like; Sample.captureProbability says how much a quorum is worth',
    },
    ...Object.entries({ colluding, capture }).map(([name, value]) => ({
      subject: `arbitration.${name}`,
      value,
      holds: value <= Wad.one,
      rule: 'a WAD in [0, 1e18]',
      fix: 'pass Wad.from(0.1) for ten per cent',
    })),
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
    samplingRule(sampling),
  ]
}

function samplingRule(sampling: Sampling): Rule {
  if (sampling.mode === 'byValue')
    return {
      subject: 'sampling.interval',
      value: sampling.interval,
      holds: sampling.interval > 0n,
      rule: 'at least 1 wei (which samples every task of any value)',
      fix: 'pass the value of which one unit is to be checked, e.g. a fiftieth of a batch’s',
    }
  return {
    subject: 'sampling.rate',
    value: sampling.rate,
    holds: sampling.rate > 0n && sampling.rate <= Wad.one,
    rule: '0 < rate <= 1e18 (WAD; 1e18 samples every task)',
    fix: 'pass Wad.from(0.02) for two per cent',
  }
}

/** A mismatch that may be noise is no proof by itself; one that can't be needs no more. */
function evidenceRules({ comparator, evidence, canaryRate }: Protocol): Rule[] {
  const isNoisy = comparator.kind !== 'exact'
  const canaries: Rule = {
    subject: 'canaryRate',
    value: canaryRate,
    holds: canaryRate < Wad.one,
    rule: 'below 1e18: a batch of canaries alone would be a licence to do no work',
    fix: 'pass Wad.from(0.01) for one per cent',
  }
  const presence: Rule = {
    subject: 'evidence',
    value: evidence,
    holds: isNoisy === (evidence !== null),
    rule: 'given with a numeric comparator, whose mismatches may be noise, and null with the exact one',
    fix: isNoisy ? 'pass alpha, power, falsePositive and cheatRates from a calibration' : 'pass null',
  }
  return [canaries, presence]
}

/** Evidence that never or always convicts is refused in the words of the e-process. */
export function assertEvidence({ evidence }: Protocol): void {
  try {
    if (evidence !== null) EProcess.from(evidence)
  } catch (cause) {
    if (!(cause instanceof EProcess.InvalidParametersError)) throw cause
    const subject = `evidence.${cause.subject}`
    throw new InvalidProtocolError(`${subject} breaks a rule of the protocol.`, { ...cause, subject, cause })
  }
}

function comparatorRules({ comparator }: Protocol): Rule[] {
  if (comparator.kind === 'tensor')
    return [
      {
        subject: 'comparator.relative',
        value: comparator.relative,
        holds: comparator.relative < Wad.one,
        rule: 'below 1e18: two values of one sign never differ by more than the larger',
        fix: 'pass Wad.from(0.01) for one per cent',
      },
    ]
  if (comparator.kind !== 'toploc') return []
  const { minExponentMatches, topk } = comparator
  return [
    {
      subject: 'comparator.minExponentMatches',
      value: minExponentMatches,
      holds: minExponentMatches <= topk,
      rule: `at most topk (${topk}): nothing could match`,
      fix: 'lower it; the paper takes 90 of 128',
    },
  ]
}

function beaconRules({ beacon, environment, windows, finality }: Protocol): Rule[] {
  const list: Rule[] = [
    {
      subject: 'beacon.source',
      value: beacon.source,
      holds: beacon.source !== 'test' || environment === 'test',
      rule: 'no test beacon in production: whoever knows its secret knows the sample',
      fix: 'use "drand", "commit-reveal" or "block"',
    },
  ]
  list.push({
    subject: 'beacon.gap',
    value: beacon.gap,
    holds: beacon.gap >= Math.max(1, finality),
    rule: `at least finality (${finality} s) and 1 s: randomness must not be public while a batch can still be changed`,
    fix: `raise it to ${Math.max(1, finality)} s or more`,
  })
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

/** Parameters that are malformed or that would let somebody cheat. */
export class InvalidProtocolError extends BaseError {
  override name = 'Protocol.InvalidProtocolError'
}
