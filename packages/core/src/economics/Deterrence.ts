/**
 * One task: when does cheating on it pay (economics.md, "One task")?
 *
 * All amounts are in one unit of money, all rates are probabilities. `slash` is what the executor's coalition really
 * loses: S, or S_net where it recovers a part (`netSlash`). Equality counts as deterred.
 *
 * @module
 */
import { assertObject } from '../Encoding.js'
import * as Range from './Range.js'
import * as Solution from './Solution.js'

/** The numbers that decide whether one cheat pays. Each function takes those it needs. */
export type Terms = Readonly<{
  /** R: reward of an accepted task, >= 0; refunded by whoever is convicted. */
  reward: number
  /** C: cost of the honest run, >= 0. */
  honestCost: number
  /** c: cost of the cheap substitute, >= 0. */
  cheatCost: number
  /** B: gain from outside the protocol for a wrong result, kept even when caught. */
  externalGain: number
  /** G = C - c + B: what one cheat gains. */
  gain: number
  /** p: probability that a task is sampled. */
  rate: number
  /** S, or S_net: lost for one proven fraud, >= 0. */
  slash: number
  /** D: a sampled wrong result is convicted. */
  detection: number
  /** F: a sampled right result is convicted. */
  falseAlarm: number
  /** D - F with all its digits, as `Detection.odds` has it. Default: the difference of the two. */
  signal?: number | undefined
  /** Cost of the capital locked behind one task, κ·W/(N·T), >= 0. */
  capital: number
}>

/**
 * G = C - c + B: what one cheat gains. At or below 0 nobody needs to be deterred.
 *
 * @throws InvalidInputError if a cost is negative or an amount not finite.
 * @example
 * ```ts
 * import { Deterrence } from '@spotcheck/core/economics'
 *
 * Deterrence.gain({ honestCost: 1, cheatCost: 0.2, externalGain: 0 }) // 0.8
 * ```
 */
export function gain(terms: Pick<Terms, 'honestCost' | 'cheatCost' | 'externalGain'>): number {
  const saved =
    Range.amount(assertObject(terms, 'terms').honestCost, 'honestCost') - Range.amount(terms.cheatCost, 'cheatCost')
  return saved + Range.signed(terms.externalGain, 'externalGain')
}

/**
 * S_net = S·burnShare: the slash less what the executor's own coalition recovers as bounty or fees.
 *
 * @throws InvalidInputError if the amount is negative or the share outside [0, 1].
 * @example
 * ```ts
 * import { Deterrence } from '@spotcheck/core/economics'
 *
 * Deterrence.netSlash({ amount: 10, burnShare: 0.5 }) // 5
 * ```
 */
export function netSlash(slash: Readonly<{ amount: number; burnShare: number }>): number {
  return (
    Range.amount(assertObject(slash, 'slash').amount, 'slash.amount') *
    Range.probability(slash.burnShare, 'slash.burnShare')
  )
}

/**
 * R - C - p·F·(R+S): what an honest executor earns per task.
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Deterrence } from '@spotcheck/core/economics'
 *
 * Deterrence.honestPayoff({ reward: 1.2, honestCost: 1, rate: 0.08, slash: 10, falseAlarm: 0 }) // 0.2 within rounding
 * ```
 */
export function honestPayoff(terms: Pick<Terms, 'reward' | 'honestCost' | 'rate' | 'slash' | 'falseAlarm'>): number {
  const { reward, slash } = assertStake(terms)
  const convicted = Range.probability(terms.rate, 'rate') * Range.probability(terms.falseAlarm, 'falseAlarm')
  return reward - Range.amount(terms.honestCost, 'honestCost') - convicted * (reward + slash)
}

/**
 * R - c + B - p·D·(R+S): what a cheat earns per task.
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Deterrence } from '@spotcheck/core/economics'
 *
 * Deterrence.cheatPayoff({ reward: 1.2, cheatCost: 0, externalGain: 0, rate: 0.08, slash: 10, detection: 0.9 }) // 0.3936
 * ```
 */
export function cheatPayoff(
  terms: Pick<Terms, 'reward' | 'cheatCost' | 'externalGain' | 'rate' | 'slash' | 'detection'>,
): number {
  const { reward, slash } = assertStake(terms)
  const convicted = Range.probability(terms.rate, 'rate') * Range.probability(terms.detection, 'detection')
  const earned = reward - Range.amount(terms.cheatCost, 'cheatCost') + Range.signed(terms.externalGain, 'externalGain')
  return earned - convicted * (reward + slash)
}

/**
 * pMin = G/((D-F)(R+S)): the smallest sample rate at which cheating does not pay; 0 where G <= 0.
 *
 * Infeasible if D <= F (`no-signal`) or if even p = 1 is too little (`rate-above-one`). With d=1, f=0, n=1, c=0, B=0 it is
 * the Proof of Sampling condition p > C/((1-r)(R+S)) (arXiv 2405.00295), which is strict.
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Deterrence } from '@spotcheck/core/economics'
 *
 * Deterrence.minSampleRate({ gain: 1, reward: 1.2, slash: 10, detection: 0.9, falseAlarm: 0 })
 * // { feasible: true, value: 0.0992063... }
 * ```
 */
export function minSampleRate(
  terms: Pick<Terms, 'gain' | 'reward' | 'slash' | 'detection' | 'falseAlarm'>,
): Solution.Solution {
  const { reward, slash } = assertStake(terms)
  if (Range.signed(terms.gain, 'gain') <= 0) return Solution.of(0)
  if (signal(terms) <= 0) return noSignal(terms)
  const rate = terms.gain / (signal(terms) * (reward + slash))
  if (rate <= 1) return Solution.of(rate)
  return Solution.infeasible(
    'rate-above-one',
    `Even checking every task loses a cheat only ${show(signal(terms) * (reward + slash))} on average, and it gains ${show(terms.gain)}.`,
  )
}

/**
 * sMin = max(0, G/(p(D-F)) - R): the smallest slash at which cheating does not pay.
 *
 * Infeasible if D <= F (`no-signal`) or p = 0 (`no-sampling`), unless nothing is needed.
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Deterrence } from '@spotcheck/core/economics'
 *
 * Deterrence.minSlash({ gain: 1, reward: 1.2, rate: 0.08, detection: 0.9, falseAlarm: 0 })
 * // { feasible: true, value: 12.68888... }
 * ```
 */
export function minSlash(
  terms: Pick<Terms, 'gain' | 'reward' | 'rate' | 'detection' | 'falseAlarm'>,
): Solution.Solution {
  if (Range.signed(assertObject(terms, 'terms').gain, 'gain') <= maxGain({ ...terms, slash: 0 })) return Solution.of(0)
  if (signal(terms) <= 0) return noSignal(terms)
  const slash = terms.gain / (terms.rate * signal(terms)) - terms.reward
  if (slash <= Range.largest) return Solution.of(Math.max(0, slash))
  return Solution.infeasible('no-sampling', `Nothing is ever sampled at rate ${terms.rate}, so no slash deters.`)
}

/**
 * gMax = p(D-F)(R+S): the largest gain from one cheat that is still deterred. Negative where D < F.
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Deterrence } from '@spotcheck/core/economics'
 *
 * Deterrence.maxGain({ reward: 1.2, slash: 10, rate: 0.08, detection: 0.9, falseAlarm: 0 }) // 0.8064
 * ```
 */
export function maxGain(terms: Pick<Terms, 'reward' | 'slash' | 'rate' | 'detection' | 'falseAlarm'>): number {
  const { reward, slash } = assertStake(terms)
  return Range.probability(terms.rate, 'rate') * signal(terms) * (reward + slash)
}

/**
 * Does cheating not pay: `G <= p·(D-F)·(R+S)`?
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Deterrence } from '@spotcheck/core/economics'
 *
 * Deterrence.isDeterred({ gain: 1, reward: 1.2, slash: 10, rate: 0.1, detection: 0.9, falseAlarm: 0 }) // true
 * ```
 */
export function isDeterred(
  terms: Pick<Terms, 'gain' | 'reward' | 'slash' | 'rate' | 'detection' | 'falseAlarm'>,
): boolean {
  return Range.signed(assertObject(terms, 'terms').gain, 'gain') <= maxGain(terms)
}

/**
 * Does honest work pay, capital and false convictions included: `R - C >= p·F·(R+S) + κ·W/(N·T)`?
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Deterrence } from '@spotcheck/core/economics'
 *
 * const terms = { reward: 1.2, honestCost: 1, rate: 0.1, slash: 30, falseAlarm: 0, capital: 0.003 }
 * Deterrence.isHonestWorkProfitable(terms) // true
 * ```
 */
export function isHonestWorkProfitable(
  terms: Pick<Terms, 'reward' | 'honestCost' | 'rate' | 'slash' | 'falseAlarm' | 'capital'>,
): boolean {
  return honestPayoff(terms) >= Range.amount(terms.capital, 'capital')
}

/**
 * Can any rate and slash at all make cheating lose and honest work pay: `G·F <= (R-C)(D-F)`? Where it is false, only a
 * larger reward or a better comparator helps.
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Deterrence } from '@spotcheck/core/economics'
 *
 * Deterrence.canBothHold({ gain: 1, reward: 1.2, honestCost: 1, detection: 0.9, falseAlarm: 0.2 }) // false
 * ```
 */
export function canBothHold(
  terms: Pick<Terms, 'gain' | 'reward' | 'honestCost' | 'detection' | 'falseAlarm'>,
): boolean {
  const profit =
    Range.amount(assertObject(terms, 'terms').reward, 'reward') - Range.amount(terms.honestCost, 'honestCost')
  if (Range.signed(terms.gain, 'gain') <= 0) return profit >= 0
  return signal(terms) > 0 && terms.gain * terms.falseAlarm <= profit * signal(terms)
}

/**
 * Rmin = (C + pFS + κS)/(1 - pF): the smallest reward that pays for honest work under full per-fraud collateral.
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Deterrence } from '@spotcheck/core/economics'
 *
 * Deterrence.minReward({ honestCost: 1, rate: 0.1, slash: 30, falseAlarm: 0.01, capitalCost: 0.0001 })
 * // { feasible: true, value: 1.034034... }
 * ```
 */
export function minReward(
  terms: Pick<Terms, 'honestCost' | 'rate' | 'slash' | 'falseAlarm'> & Readonly<{ capitalCost: number }>,
): Solution.Solution {
  const rate = Range.probability(assertObject(terms, 'terms').rate, 'rate')
  const convicted = rate * Range.probability(terms.falseAlarm, 'falseAlarm')
  const slash = Range.amount(terms.slash, 'slash')
  const costs = Range.amount(terms.honestCost, 'honestCost') + Range.amount(terms.capitalCost, 'capitalCost') * slash
  if (convicted < 1) return Solution.of((costs + convicted * slash) / (1 - convicted))
  return Solution.infeasible(
    'honest-always-convicted',
    'Every right result is convicted: no reward pays for honest work.',
  )
}

/**
 * D - F: how much likelier a sampled wrong result is convicted than a right one.
 *
 * @throws InvalidInputError if D or F is outside [0, 1], or a given `signal` is not their difference within 1e-9.
 * @example
 * ```ts
 * import { Deterrence } from '@spotcheck/core/economics'
 *
 * Deterrence.signal({ detection: 0.9, falseAlarm: 0 }) // 0.9
 * ```
 */
export function signal(terms: Pick<Terms, 'detection' | 'falseAlarm' | 'signal'>): number {
  const detection = Range.probability(assertObject(terms, 'terms').detection, 'detection')
  const difference = detection - Range.probability(terms.falseAlarm, 'falseAlarm')
  return terms.signal === undefined ? difference : Range.near(terms.signal, 'signal', difference)
}

/**
 * The typed refusal where D <= F.
 *
 * @example
 * ```ts
 * import { Deterrence } from '@spotcheck/core/economics'
 *
 * Deterrence.noSignal({ detection: 0.1, falseAlarm: 0.2 }).obstacle // 'no-signal'
 * ```
 */
export function noSignal(terms: Pick<Terms, 'detection' | 'falseAlarm'>): Solution.Infeasible {
  signal(terms)
  return Solution.infeasible(
    'no-signal',
    `A sampled wrong result is convicted with probability ${show(terms.detection)} and a right one with ${show(terms.falseAlarm)}: ` +
      'no rate or slash deters cheating unless the first is larger.',
  )
}

/**
 * The typed refusal where S_net = 0 because the coalition recovers every slash.
 *
 * @example
 * ```ts
 * import { Deterrence } from '@spotcheck/core/economics'
 *
 * Deterrence.noNetSlash().feasible // false
 * ```
 */
export function noNetSlash(): Solution.Infeasible {
  return Solution.infeasible(
    'no-net-slash',
    'The executor’s own coalition recovers the whole slash (slash.burnShare is 0), so no slash deters it.',
  )
}

function assertStake(terms: Pick<Terms, 'reward' | 'slash'>): { reward: number; slash: number } {
  return {
    reward: Range.amount(assertObject(terms, 'terms').reward, 'reward'),
    slash: Range.amount(terms.slash, 'slash'),
  }
}

function show(value: number): string {
  return String(Number(value.toPrecision(6)))
}
