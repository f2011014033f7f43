/**
 * What the e-process can and cannot see, and how soon (economics.md, section 7). `EProcess` holds the integers that slash;
 * this is their analysis, in doubles.
 *
 * A wager's capital grows by `Σ ln LR` of the outcomes: in the mean by `growth` a sampled task. Where that is positive
 * the executor is convicted with certainty, and soon; where it is not, hardly ever.
 *
 * @module
 */
import { assertBoolean, assertList, assertObject } from '../Encoding.js'
import * as EProcess from '../EProcess.js'
import { InvalidInputError } from '../Errors.js'
import * as Wad from '../Wad.js'
import * as Minimum from './Minimum.js'
import type { Parameters } from './Parameters.js'
import * as Range from './Range.js'
import * as Solution from './Solution.js'

/** What is tested, and how strictly: `EProcess.Parameters` in doubles. */
export type Wager = Readonly<{
  /** α, in (0, 1). */
  alpha: number
  /** d, in (f, 1). */
  power: number
  /** f, in (0, 1). */
  falsePositive: number
  /** q of each alternative θ = f + q(d - f), in (0, 1]. */
  cheatRates: readonly number[]
  restart: boolean
}>

/** The comparator and the strictness, without the alternatives. */
export type Test = Pick<Wager, 'alpha' | 'power' | 'falsePositive'>

/**
 * The wager of a parameter file: `evidence`, with the comparator's d and f.
 *
 * @example
 * ```ts
 * import { Evidence, Parameters } from '@spotcheck/core/economics'
 *
 * Evidence.from(Parameters.defaults).cheatRates // [0.05, 0.2, 0.5, 1]
 * ```
 */
export function from(parameters: Pick<Parameters, 'evidence' | 'comparator'>): Wager {
  const { evidence, comparator } = assertObject(parameters, 'parameters')
  const { power, falsePositive } = assertObject(comparator, 'comparator')
  const { alpha, cheatRates, restart } = assertObject(evidence, 'evidence')
  return { alpha, power, falsePositive, cheatRates, restart }
}

/**
 * The integer process of a wager: every rate rounded to the nearest 1e-18, exact for up to 18 decimals.
 *
 * @throws EProcess.InvalidParametersError if it would never or always fire; InvalidInputError if a number is none.
 * @example
 * ```ts
 * import { EProcess } from '@spotcheck/core'
 * import { Evidence } from '@spotcheck/core/economics'
 *
 * const wager = { alpha: 1e-6, power: 0.9, falsePositive: 0.01, cheatRates: [0.05, 0.2, 0.5, 1], restart: true }
 * EProcess.value(Evidence.process(wager), EProcess.start(Evidence.process(wager))) // 1000000000000000000n
 * ```
 */
export function process(wager: Wager): EProcess.EProcess {
  const { alpha, power, falsePositive, cheatRates, restart } = assertObject(wager, 'wager')
  const rates = { alpha: Wad.from(alpha), power: Wad.from(power), falsePositive: Wad.from(falsePositive) }
  return EProcess.from({ ...rates, cheatRates: assertList(cheatRates, 'cheatRates').map(Wad.from), restart })
}

/**
 * KL(θ||f) of two Bernoulli laws, in nats, with nearly all digits even where θ - f is tiny: what a sample is worth
 * against an executor that mismatches at rate θ where honest ones do at f. Infinite where f excludes what θ allows.
 *
 * `KL = f·h((θ-f)/f) + (1-f)·h(-(θ-f)/(1-f))`, `h(x) = (1+x)·ln(1+x) - x`.
 *
 * @throws InvalidInputError if a probability is outside [0, 1].
 * @example
 * ```ts
 * import { Evidence } from '@spotcheck/core/economics'
 *
 * Evidence.divergence(0.9, 0.01) // 3.8205...
 * ```
 */
export function divergence(theta: number, f: number): number {
  return divergenceBy(Range.probability(theta, 'theta') - Range.probability(f, 'f'), f)
}

/** KL(f+δ||f). */
function divergenceBy(delta: number, f: number): number {
  if (delta === 0) return 0
  if (f === 0 || f === 1) return Number.POSITIVE_INFINITY
  return f * excess(delta / f) + (1 - f) * excess(-delta / (1 - f))
}

/** h(x) = (1+x)·ln(1+x) - x, from -1 on; near 0 the series x²/(1·2) - x³/(2·3) + ... */
function excess(x: number): number {
  if (x <= -1) return 1
  if (Math.abs(x) > 0.1) return (1 + x) * Math.log1p(x) - x
  let [sum, power] = [0, x]
  for (let k = 2; k < 24; k++) {
    power *= k === 2 ? x : -x
    sum += power / (k * (k - 1))
  }
  return sum
}

/** Bounds of a mean. */
export type Bounds = Readonly<{ low: number; high: number }>

/**
 * The mean number of sampled tasks to convict a cheater at the very rate q that the wager tests, from a fixed start:
 * between `max(1, ln(1/α)/KL(θ||f))` and `(ln(1/α) + ln(θ/f))/KL(θ||f)`, θ = f + q(d - f). Divide by p for tasks.
 *
 * The first is Wald's identity, the second adds the most by which the last step overshoots. Source: Wald, "Sequential
 * Analysis" (1947).
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Evidence } from '@spotcheck/core/economics'
 *
 * const { low, high } = Evidence.samplesToConvict({ alpha: 1e-6, power: 0.9, falsePositive: 0.01 }, 1)
 * low // 3.6160...
 * high // 4.7938...
 * ```
 */
export function samplesToConvict(test: Test, cheatRate: number): Bounds {
  const { alpha, falsePositive } = assertTest(test)
  const theta = falsePositive + assertRate(cheatRate) * (test.power - falsePositive)
  const worth = divergenceBy(theta - falsePositive, falsePositive)
  const needed = -Math.log(alpha)
  return { low: Math.max(1, needed / worth), high: (needed + Math.log(theta / falsePositive)) / worth }
}

/**
 * By how many nats a sampled task raises the evidence against an executor that cheats at rate `cheatRate`, in the mean
 * and under the best of the alternatives. At or below 0 it is not convicted.
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Evidence } from '@spotcheck/core/economics'
 *
 * const wager = { alpha: 1e-6, power: 0.9, falsePositive: 0.01, cheatRates: [1], restart: true }
 * Evidence.growth(wager, 1) // 3.8205...
 * Evidence.growth(wager, 0.3) // -0.4110...
 * ```
 */
export function growth(wager: Omit<Wager, 'restart'>, cheatRate: number): number {
  return Math.max(...growths(wager, Range.probability(cheatRate, 'cheatRate')))
}

/** The growth under each alternative: what honest work loses, and what each mismatch too many makes up for. */
function growths(wager: Omit<Wager, 'restart'>, cheatRate: number): number[] {
  const { falsePositive, power } = assertWager(wager)
  return steps(wager).map(({ hit, miss, idle }) => cheatRate * (power - falsePositive) * (hit - miss) - idle)
}

/** Under each alternative: ln LR of a mismatch and of a match, and KL(f||θ), what a sample of honest work loses. */
type Step = Readonly<{ hit: number; miss: number; idle: number }>

function steps({ falsePositive: f, power, cheatRates }: Omit<Wager, 'restart'>): Step[] {
  return cheatRates.map((q) => {
    const delta = q * (power - f)
    return { hit: Math.log1p(delta / f), miss: Math.log1p(-delta / (1 - f)), idle: divergenceBy(-delta, f + delta) }
  })
}

/**
 * The cheat rate below which the wager convicts hardly ever: where growth is 0. Smaller cheats go on; `gainBeforeConviction`
 * says what they cost. With d = .9 and f = .01, testing q = 1 alone leaves everybody below .368 alone.
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Evidence } from '@spotcheck/core/economics'
 *
 * const wager = { alpha: 1e-6, power: 0.9, falsePositive: 0.01, cheatRates: [1] }
 * Evidence.leastConvicted(wager) // 0.3680...
 * Evidence.leastConvicted({ ...wager, cheatRates: [0.05, 0.2, 0.5, 1] }) // 0.0184...
 * ```
 */
export function leastConvicted(wager: Omit<Wager, 'restart'>): number {
  const { falsePositive, power } = assertWager(wager)
  const shifts = steps(wager).map(({ hit, miss, idle }) => idle / (hit - miss))
  return Math.min(...shifts) / (power - falsePositive)
}

/**
 * An upper bound of the mean number of sampled tasks until an executor that cheats at rate `cheatRate` is convicted, after
 * `honest` sampled tasks without a cheat.
 *
 * `(ln(J/α) + ln(θ/f) + c)/growth` under the best of the J alternatives, where the past costs `c = ln((t+1)(t+2))` with
 * restarts, t = `honest`: the wager that begins with the first cheat has the weight 1/((t+1)(t+2)). With a fixed start the
 * past is a credit of `c = t·KL` nats, in the mean.
 *
 * Infeasible (`undetected`) where no alternative's growth is positive.
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Evidence } from '@spotcheck/core/economics'
 *
 * const wager = { alpha: 1e-6, power: 0.9, falsePositive: 0.01, cheatRates: [1], restart: true }
 * Evidence.mostSamples(wager, 1, 1_000) // { feasible: true, value: 8.411... }
 * Evidence.mostSamples({ ...wager, restart: false }, 1, 1_000) // { feasible: true, value: 587.06... }
 * Evidence.mostSamples(wager, 0.3).feasible // false
 * ```
 */
export function mostSamples(wager: Wager, cheatRate: number, honest = 0): Solution.Solution {
  Range.count(honest, 'honest', 0)
  const honestGrowth = growths(wager, 0)
  const price = (j: number) => {
    if (assertBoolean(wager.restart, 'restart')) return Math.log1p(honest) + Math.log(honest + 2)
    return -honest * honestGrowth[j]!
  }
  const needed = Math.log(wager.cheatRates.length) - Math.log(wager.alpha)
  const hits = steps(wager)
  const bounds = growths(wager, assertRate(cheatRate)).map((grows, j) => {
    return grows > 0 ? (needed + hits[j]!.hit + price(j)) / grows : Number.POSITIVE_INFINITY
  })
  const value = Math.min(...bounds)
  if (value < Number.POSITIVE_INFINITY) return Solution.of(value)
  return Solution.infeasible(
    'undetected',
    `Cheating at rate ${cheatRate} looks more like honesty than like any of the rates that are tested: it needs one below ${cheatRate}.`,
  )
}

/** The most that a cheater gains before it is convicted, and the rate at which it cheats to do so. */
export type Gain = Readonly<{ value: number; cheatRate: number }>

/**
 * `sup_q G·q·min(H, ln(1/α)/(p·KL(f+q(d-f)||f)))`: what a cheater gains before a wager that tests its very rate convicts
 * it, over a horizon of H tasks. The stake, with what its future is worth, should exceed it: a slow cheater gains far
 * more than a full one, about `G·sqrt(2f(1-f)·H·ln(1/α)/p)/(d-f)`.
 *
 * The fraction falls in q and the horizon's branch grows, so the supremum is where they meet, or at q = 1.
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Evidence } from '@spotcheck/core/economics'
 *
 * const test = { alpha: 1e-6, power: 0.9, falsePositive: 0.01 }
 * Evidence.gainBeforeConviction(test, { gain: 1, rate: 1, horizon: 10_000 }).value // 63.63...
 * ```
 */
export function gainBeforeConviction(
  test: Test,
  terms: Readonly<{ gain: number; rate: number; horizon: number }>,
): Gain {
  const { alpha, falsePositive, power } = assertTest(test)
  const gain = Math.max(0, Range.signed(assertObject(terms, 'terms').gain, 'gain'))
  const horizon = Range.amount(terms.horizon, 'horizon')
  const samples = Range.probability(terms.rate, 'rate') * horizon
  const worth = (q: number) => divergenceBy(q * (power - falsePositive), falsePositive)
  const cheatRate = Minimum.threshold((q) => worth(q) * samples >= -Math.log(alpha), 0, 1) ?? 1
  return { value: gain * cheatRate * horizon, cheatRate }
}

function assertRate(cheatRate: number): number {
  if (Range.probability(cheatRate, 'cheatRate') > 0) return cheatRate
  throw refuse('cheatRate', cheatRate, 'above 0', 'pass the share of tasks that are cheated on')
}

function assertTest<test extends Test>(test: test): test {
  const { alpha, power, falsePositive } = assertObject(test, 'test')
  if (!(Range.probability(alpha, 'alpha') > 0 && alpha < 1))
    throw refuse('alpha', alpha, 'between 0, which never fires, and 1, which always does', 'pass for example 1e-6')
  if (!(Range.probability(falsePositive, 'falsePositive') > 0))
    throw refuse('falsePositive', falsePositive, 'above 0', 'pass the upper bound of the calibration')
  if (!(Range.probability(power, 'power') > falsePositive && power < 1))
    throw refuse('power', power, 'above falsePositive and below 1', 'pass the lower bound of the calibration')
  return test
}

function assertWager<wager extends Omit<Wager, 'restart'>>(wager: wager): wager {
  const { cheatRates } = assertTest(wager)
  if (assertList(cheatRates, 'cheatRates', 64).length === 0)
    throw refuse('cheatRates', cheatRates, 'a list of at least one rate', 'pass for example [0.05, 0.2, 0.5, 1]')
  for (const rate of cheatRates) assertRate(rate)
  return wager
}

function refuse(subject: string, value: unknown, rule: string, fix: string): InvalidInputError {
  const see = 'economics.md, section 7'
  return new InvalidInputError(`${subject} is not ${rule}.`, { subject, value, rule, fix, see })
}
