/**
 * What checking costs, and the rate and slash that deter at the least cost (economics.md, "What it costs, and the best
 * rate").
 *
 * A low rate needs a large slash, so it trades verification for locked capital. All costs are per task.
 *
 * @module
 */
import { assertBoolean, assertObject, assertOneOf } from '../Encoding.js'
import * as Batch from './Batch.js'
import * as Deterrence from './Deterrence.js'
import * as Minimum from './Minimum.js'
import * as Mix from './Mix.js'
import * as Range from './Range.js'
import * as Solution from './Solution.js'

/** What the best rate depends on. */
export type Terms = Readonly<{
  /** G: what one cheat gains. */
  gain: number
  /** R. */
  reward: number
  /** D: a sampled wrong result is convicted. */
  detection: number
  /** F: a sampled right result is convicted. Default 0. */
  falseAlarm?: number | undefined
  /** D - F with all its digits, as `Detection.odds` has it. Default: the difference of the two. */
  signal?: number | undefined
  /** κ: cost of capital for one unit of stake while one task keeps it locked. */
  capitalCost: number
  /** Cv: cost of one verification. */
  verifierCost: number
  /** n: verifiers per sampled task. Default 1. */
  verifiers?: number | undefined
  /** g: share of what is checked that are canaries, below 1. Default 0. */
  canaryRate?: number | undefined
  /** What making a canary costs. Default 0. */
  canaryCost?: number | undefined
  /** Arbitration per sampled right task, P(escalate | right)·cost. Default 0. */
  arbitrationCost?: number | undefined
  /** μ: cheating must lose at least μ·G. Default 0. */
  margin?: number | undefined
  /** Smax; null or left out is unbounded. */
  maxSlash?: number | null | undefined
  /** S_net/S. Default 1. */
  burnShare?: number | undefined
}>

/** Social cost per task, in the unit of money. */
export type Cost = Readonly<{
  /** p·n·Cv. */
  verification: number
  /** p·g/(1-g)·(n·Cv + canary cost). */
  canaries: number
  /** p·P(escalate | right)·arbitration cost. */
  arbitration: number
  /** κ·W/(N·T). */
  capital: number
  /** All of these. */
  total: number
  /**
   * What an honest executor loses per task to false convictions, p·F·(R+S) per-fraud: no part of `total`, as somebody has it,
   * but its reward must make up for it.
   */
  falseSlashes: number
}>

/** A rate, the slash that deters at it, and what both cost. */
export type Optimum = Readonly<{ sampleRate: number; slash: number; cost: Cost }>

/** Terms with their defaults; `gain` has the margin in it and is never negative. */
type Full = Readonly<{ [key in keyof Terms]-?: NonNullable<Terms[key]> }> & Readonly<{ unbounded: boolean }>

const nothing: Optimum = {
  sampleRate: 0,
  slash: 0,
  cost: { verification: 0, canaries: 0, arbitration: 0, capital: 0, total: 0, falseSlashes: 0 },
}

/**
 * The square-root law: `p* = min(1, p0, sqrt(κ(1+μ)G/((D-F)·n·Cv)))`, not below `(1+μ)G/((D-F)(R+Smax))`, and
 * `S* = (1+μ)G/(p*(D-F)) - R`, for a slash per fraud with full collateral (W = S·N·T).
 *
 * With canaries and arbitration `n·Cv` is all that one sampled task costs. False slashes leave p* as it is: p·S* is
 * `(1+μ)G/(D-F) - pR`, so they cost `F·(1+μ)G/(D-F)` at any rate.
 *
 * Infeasible if D <= F, if even p = 1 is too little at Smax, or if capital is free and the slash unbounded
 * (`no-optimum`: then any rate can be made smaller).
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Optimum } from '@spotcheck/core/economics'
 *
 * Optimum.perFraud({ gain: 0.8, reward: 1, detection: 1, capitalCost: 1e-4, verifierCost: 1 })
 * // { feasible: true, value: { sampleRate: 0.0089443, slash: 88.443, cost: { ..., total: 0.017789 } } }
 * ```
 */
export function perFraud(terms: Terms): Solution.Solution<Optimum> {
  const full = assertTerms(terms)
  if (full.gain === 0) return Solution.of(nothing)
  if (full.burnShare === 0) return Deterrence.noNetSlash()
  const floor = lowestRate(full)
  if (!floor.feasible) return floor
  if (full.capitalCost === 0 && full.unbounded) return noOptimum()
  const { capitalCost, gain, burnShare } = full
  const ideal = Math.sqrt(((capitalCost / burnShare) * gain) / (Deterrence.signal(full) * perSample(full)))
  const rate = Math.max(floor.value, Math.min(1, zeroSlashRate(terms), Number.isNaN(ideal) ? 0 : ideal))
  const slash = Math.min(full.maxSlash, slashAt(full, rate))
  const falseSlashes = rate * full.falseAlarm * (full.reward + slash)
  return Solution.of({ sampleRate: rate, slash, cost: priced(full, rate, slash, falseSlashes) })
}

/**
 * p0 = (1+μ)G/((D-F)R): the rate at which losing the reward alone deters; sampling more often is waste. Infinity where
 * there is no reward to lose.
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Optimum } from '@spotcheck/core/economics'
 *
 * Optimum.zeroSlashRate({ gain: 0.8, reward: 1, detection: 1 }) // 0.8
 * ```
 */
export function zeroSlashRate(terms: Pick<Terms, 'gain' | 'reward' | 'detection' | 'falseAlarm' | 'margin'>): number {
  const full = assertTerms({ ...assertObject(terms, 'terms'), capitalCost: 0, verifierCost: 0 })
  return full.gain === 0 ? 0 : full.gain / (Math.max(0, Deterrence.signal(full)) * full.reward)
}

/** A batch that is slashed once. */
export type SlashedBatch = Readonly<{
  /** N, >= 1. */
  size: number
  /** Does a slashed batch forfeit all of its rewards? R is then the mean reward. */
  forfeitBatchReward: boolean
  /** The kinds of task in it; left out: one kind, that of the terms. */
  mix?: readonly Batch.Kind[] | undefined
}>

/**
 * The best rate for one slash per batch: minimises `p·n·Cv + κ[(1+μ)G/((1-pF)^N-(1-pD)^N) - R·1{forfeit}]` numerically, in
 * a bracket that provably holds the minimum, to about 1e-8 of p.
 *
 * Sparse sampling of big batches is where the saving is; its prices are latency (a verdict waits for the batch) and, with
 * F > 0, honest batches slashed (`Batch.honestSlashed`).
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Optimum } from '@spotcheck/core/economics'
 *
 * const terms = { gain: 0.8, reward: 1, detection: 1, capitalCost: 1e-4, verifierCost: 1 }
 * Optimum.oncePerBatch(terms, { size: 1000, forfeitBatchReward: false })
 * // { feasible: true, value: { sampleRate: 0.00028184, slash: ..., cost: { ..., total: 0.00060753 } } }
 * ```
 */
export function oncePerBatch(terms: Terms, batch: SlashedBatch): Solution.Solution<Optimum> {
  const full = assertTerms(terms)
  const size = Range.count(assertObject(batch, 'batch').size, 'batch.size')
  assertBoolean(batch.forfeitBatchReward, 'forfeitBatchReward')
  const given = Range.kinds(batch.mix ?? [{ ...terms, share: 1, weight: 1 }], 'gain', 'share', 'weight')
  const mix = given.map((kind) => ({
    ...kind,
    gain: kind.gain * (1 + full.margin),
  }))
  if (mix.every(({ gain }) => gain <= 0)) return Solution.of(nothing)
  if (full.burnShare === 0) return Deterrence.noNetSlash()
  if (Deterrence.signal(full) <= 0) return Deterrence.noSignal(full)
  const slash = (rate: number) => {
    const loss = Batch.minLoss({ ...full, mix, size, rate })
    return Math.max(0, loss - (batch.forfeitBatchReward ? size * full.reward : 0)) / full.burnShare
  }
  const falseSlashes = (rate: number) => {
    const loss = Math.min(full.maxSlash, slash(rate)) + (batch.forfeitBatchReward ? size * full.reward : 0)
    return (loss * Batch.honestSlashed({ ...full, mix, size, rate })) / size
  }
  return leastCost({ full, mix, top: Batch.bestRate({ ...full, mix, size }), scale: size, slash, falseSlashes })
}

/**
 * The best number of tasks for a fixed sample, m of a batch's N without replacement: the same trade, over whole m >= 1. The rate
 * is m/N, and the slash that deters once-per-batch `(1+μ)NG/((1-F)^m-(1-D)^m)`, less the rewards that are forfeited.
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Optimum } from '@spotcheck/core/economics'
 *
 * const terms = { gain: 1, reward: 1.2, detection: 1, capitalCost: 1e-7, verifierCost: 1 }
 * const batch = { rule: 'once-per-batch', size: 100, forfeitBatchReward: false } as const
 * Optimum.fixed(terms, batch) // { feasible: true, value: { sampleRate: 0.01, slash: 100, cost: { ... } } }
 * ```
 */
export function fixed(
  terms: Terms,
  batch: Omit<SlashedBatch, 'mix'> & Readonly<{ rule: 'per-fraud' | 'once-per-batch' }>,
): Solution.Solution<Optimum> {
  const full = assertTerms(terms)
  const size = Range.count(assertObject(batch, 'batch').size, 'batch.size')
  const once = assertOneOf(batch.rule, 'rule', ['per-fraud', 'once-per-batch']) === 'once-per-batch'
  const forfeited = assertBoolean(batch.forfeitBatchReward, 'forfeitBatchReward') && once ? size * full.reward : 0
  if (full.gain === 0) return Solution.of(nothing)
  if (full.burnShare === 0) return Deterrence.noNetSlash()
  if (full.signal <= 0) return Deterrence.noSignal(full)
  const slash = (m: number) =>
    once
      ? Math.max(0, (size * full.gain) / apart(full, m) - forfeited) / full.burnShare
      : slashAt(full, Math.min(1, m / size))
  const falseSlashes = (m: number, own: number) =>
    once
      ? ((own + forfeited) * -Math.expm1(m * Math.log1p(-full.falseAlarm))) / size
      : (m / size) * full.falseAlarm * (full.reward + own)
  const at = (m: number): Optimum => {
    const own = Math.min(full.maxSlash, slash(m))
    return {
      sampleRate: m / size,
      slash: own,
      cost: priced(full, m / size, own / (once ? size : 1), falseSlashes(m, own)),
    }
  }
  const m = bestCount(size, { slash, cost: (m) => at(m).cost.total, most: full.maxSlash })
  return m === undefined ? rateAboveOne(full, slash(size)) : Solution.of(at(m))
}

/** (1-F)^m - (1-D)^m. */
function apart({ falseAlarm, signal }: Full, m: number): number {
  const odds = Math.log1p(-Math.min(1, signal / (1 - falseAlarm)))
  return Math.exp(m * Math.log1p(-falseAlarm)) * -Math.expm1(m * odds)
}

type Counts = Readonly<{ slash: (m: number) => number; cost: (m: number) => number; most: number }>

/** The cheapest whole m of those whose slash is allowed: the slash falls up to some m, and beyond it more costs more. */
function bestCount(size: number, { slash, cost, most }: Counts): number | undefined {
  const allowed = (counts: readonly number[]) =>
    counts.flatMap((m) => [Math.floor(m), Math.ceil(m)]).filter((m) => slash(m) <= most)
  const cheapest = (counts: readonly number[], value: (m: number) => number) =>
    counts.reduce<number | undefined>((a, b) => (a === undefined || value(b) < value(a) ? b : a), undefined)
  const top = cheapest(allowed([Minimum.argmin(slash, 1, size), 1, size]), slash)
  if (top === undefined) return undefined
  const low = Math.ceil(Minimum.threshold((m) => slash(m) <= most, 1, top) ?? top)
  return cheapest(allowed([Minimum.argmin(cost, low, top), low, top]), cost)
}

/** One kind of task among others with another value. */
export type TaskRates = Readonly<{
  /** p_i of each kind: `min(1, (1+μ)G_i/((D-F)(R_i+S)))`, infeasible above 1. */
  rates: readonly Solution.Solution[]
  /** The rate that all would need together: the largest p_i. */
  uniform: Solution.Solution
  /** The mean of p_i over all tasks, to compare with `uniform`; null where some kind is infeasible. */
  mean: number | null
}>

/**
 * The rate that each kind of task needs by itself, against one rate for all.
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Optimum } from '@spotcheck/core/economics'
 *
 * const kinds = [{ gain: 1, reward: 1, share: 0.9 }, { gain: 5, reward: 10, share: 0.1 }]
 * Optimum.taskRates(kinds, { slash: 40, detection: 1, falseAlarm: 0, margin: 0 }).uniform
 * // { feasible: true, value: 0.1 }
 * ```
 */
export function taskRates(
  kinds: readonly Pick<Mix.Kind, 'gain' | 'reward' | 'share'>[],
  terms: Readonly<{ slash: number; detection: number; falseAlarm: number; margin: number }>,
): TaskRates {
  const factor = 1 + Range.amount(assertObject(terms, 'terms').margin, 'margin')
  Range.kinds(kinds, 'gain', 'reward', 'share')
  const rates = kinds.map((kind) =>
    Deterrence.minSampleRate({ ...terms, reward: kind.reward, gain: kind.gain * factor }),
  )
  const refused = rates.find((rate) => !rate.feasible)
  const values = rates.map((rate) => Solution.orNull(rate) ?? 1)
  const mean = values.reduce((sum, rate, i) => sum + rate * (kinds[i]?.share ?? 0), 0)
  return { rates, uniform: refused ?? Solution.of(Math.max(0, ...values)), mean: refused === undefined ? mean : null }
}

/**
 * The best rate for a mix of tasks that is sampled by value, a slash per fraud and full collateral: minimises verification
 * plus capital numerically.
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Mix, Optimum, Parameters } from '@spotcheck/core/economics'
 *
 * const terms = { gain: 1, reward: 1.2, detection: 1, capitalCost: 1e-4, verifierCost: 1 }
 * Optimum.byValue(terms, Mix.from(Parameters.defaults)) // the same as Optimum.perFraud(terms)
 * ```
 */
export function byValue(terms: Terms, mix: readonly Mix.Kind[]): Solution.Solution<Optimum> {
  const full = assertTerms(terms)
  Range.kinds(mix, 'gain', 'reward', 'share', 'weight')
  if (mix.every(({ gain }) => gain <= 0)) return Solution.of(nothing)
  if (full.burnShare === 0) return Deterrence.noNetSlash()
  if (Deterrence.signal(full) <= 0) return Deterrence.noSignal(full)
  const slash = (rate: number) => {
    const needs = mix.map((kind) =>
      slashAt({ ...full, reward: kind.reward, gain: kind.gain * (1 + full.margin) }, Mix.inclusion(kind, rate)),
    )
    return Math.max(0, ...needs)
  }
  const falseSlashes = (rate: number) =>
    mix.reduce((sum, kind) => {
      return (
        sum +
        kind.share * Mix.inclusion(kind, rate) * full.falseAlarm * (kind.reward + Math.min(full.maxSlash, slash(rate)))
      )
    }, 0)
  return leastCost({ full, mix, top: 1, scale: 1, slash, falseSlashes })
}

type Problem = Readonly<{
  full: Full
  mix: readonly Pick<Mix.Kind, 'share' | 'weight'>[]
  /** The highest rate worth trying: the slash falls up to it. */
  top: number
  /** Tasks that share one slash. */
  scale: number
  /** The slash that deters at a rate; Infinity where none does. */
  slash: (rate: number) => number
  /** What false convictions cost per task at a rate. */
  falseSlashes: (rate: number) => number
}>

function leastCost({ full, mix, top, scale, slash, falseSlashes }: Problem): Solution.Solution<Optimum> {
  if (full.capitalCost === 0 && full.unbounded) return noOptimum()
  const floor = Minimum.threshold((rate) => slash(rate) <= full.maxSlash, 0, top)
  if (floor === undefined) return rateAboveOne(full, slash(top))
  const high = Minimum.threshold((rate) => slash(rate) === 0, floor, top) ?? top
  const costAt = (rate: number) => priced(full, Mix.sampled(mix, rate), slash(rate) / scale, falseSlashes(rate))
  const capitalAlone = (rate: number) => costAt(rate).capital <= costAt(high).total
  const low = Minimum.threshold(capitalAlone, floor, high) ?? high
  const rate = Minimum.argmin((candidate) => costAt(candidate).total, low, high)
  return Solution.of({ sampleRate: rate, slash: Math.min(full.maxSlash, slash(rate)), cost: costAt(rate) })
}

/** The rate at which the largest slash allowed just deters. */
function lowestRate(full: Full): Solution.Solution {
  const signal = Deterrence.signal(full)
  if (signal <= 0) return Deterrence.noSignal(full)
  const rate = full.gain / (signal * (full.reward + full.maxSlash * full.burnShare))
  return rate <= 1 ? Solution.of(rate) : rateAboveOne(full, slashAt(full, 1))
}

function slashAt(
  full: Pick<Full, 'gain' | 'reward' | 'detection' | 'falseAlarm' | 'signal' | 'burnShare'>,
  rate: number,
): number {
  if (full.gain <= 0) return 0
  return Math.max(0, full.gain / (rate * Deterrence.signal(full)) - full.reward) / full.burnShare
}

function priced(full: Full, sampled: number, stake: number, falseSlashes: number): Cost {
  const verification = sampled * full.verifiers * full.verifierCost
  const canaries = sampled * perCanary(full)
  const arbitration = sampled * full.arbitrationCost
  const capital = full.capitalCost === 0 ? 0 : full.capitalCost * stake
  const total = verification + canaries + arbitration + capital
  return { verification, canaries, arbitration, capital, total, falseSlashes }
}

/** What one sampled task costs: its checks, its share of the canaries, and arbitration. */
function perSample(full: Full): number {
  return full.verifiers * full.verifierCost + perCanary(full) + full.arbitrationCost
}

function perCanary({ canaryRate, canaryCost, verifiers, verifierCost }: Full): number {
  return (canaryRate / (1 - canaryRate)) * (verifiers * verifierCost + canaryCost)
}

function rateAboveOne(full: Full, needed: number): Solution.Infeasible {
  const most = full.unbounded ? 'any slash' : `the largest slash allowed, ${full.maxSlash}`
  const least = Number.isFinite(needed)
    ? `: it takes ${Number(needed.toPrecision(6))} even when every task is checked`
    : ''
  return Solution.infeasible('slash-above-max', `No sample rate deters with ${most}${least}.`)
}

function noOptimum(): Solution.Infeasible {
  return Solution.infeasible(
    'no-optimum',
    'Locked capital costs nothing and the slash has no largest value: the lower the rate, the cheaper. Set slash.max.',
  )
}

function assertTerms(terms: Terms): Full {
  const margin = Range.amount(assertObject(terms, 'terms').margin ?? 0, 'margin')
  const { detection, falseAlarm = 0, signal } = terms
  return {
    gain: Math.max(0, Range.signed(terms.gain, 'gain') * (1 + margin)),
    reward: Range.amount(terms.reward, 'reward'),
    detection,
    falseAlarm,
    signal: Deterrence.signal({ detection, falseAlarm, signal }),
    capitalCost: Range.amount(terms.capitalCost, 'capitalCost'),
    verifierCost: Range.amount(terms.verifierCost, 'verifierCost'),
    verifiers: Range.count(terms.verifiers ?? 1, 'verifiers'),
    canaryRate: Range.within(terms.canaryRate ?? 0, 'canaryRate', 1 - Number.EPSILON),
    canaryCost: Range.amount(terms.canaryCost ?? 0, 'canaryCost'),
    arbitrationCost: Range.amount(terms.arbitrationCost ?? 0, 'arbitrationCost'),
    margin,
    maxSlash: Range.amount(terms.maxSlash ?? Range.largest, 'maxSlash'),
    unbounded: terms.maxSlash == null,
    burnShare: Range.probability(terms.burnShare ?? 1, 'burnShare'),
  }
}
