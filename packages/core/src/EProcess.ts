/**
 * Evidence against one executor, accumulated over the sampled tasks of its life (economics.md, section 7): where a
 * comparator errs, one mismatch proves little, and a wager on many decides.
 *
 * An e-process is the fortune of a gambler who starts with 1 and bets that the executor cheats, at odds that are fair or
 * worse as long as it is honest. It reaches 1/α with probability at most α, at any time and however long one looks
 * (Ville, 1939; Ramdas et al., "Game-theoretic statistics and safe anytime-valid inference", 2023). So a slash at E >= 1/α
 * hits an honest identity, once in its life, with probability at most α.
 *
 * - Outcomes are those of *sampled* tasks with a determinate comparison, *one a task*, in an order that does not depend on
 *   them (by epoch, then index). Unsampled tasks are no evidence; several verifiers of one task are not several pieces.
 * - Null: each mismatches with probability at most f₀, given all before. Alternatives: `θ = f₀ + q(d - f₀)` for each
 *   cheat rate q. `LR = θ/f₀` for a mismatch and `(1-θ)/(1-f₀)` for a match; f₀ is the least favourable of the null.
 * - Fixed start: `M <- M · LR` from M = 1, `E = M`. An honest past is then a credit to cheat on.
 * - Restarts: `M <- (M + 1/(t(t+1))) · LR` from M = 0, `E = M + 1/(t+1)`: the same wager begun at every task, weighted.
 * - E is the mean over the alternatives, of the products and not of the factors.
 *
 * Only + - x / of integers, rounded down at every step, so that every engine agrees and rounding never helps to convict.
 *
 * @module
 */
import * as z from 'zod'
import { assertInteger, assertList, assertObject, assertOneOf } from './Encoding.js'
import * as Decimal from './EProcess/Decimal.js'
import { BaseError, InvalidInputError } from './Errors.js'
import * as Schema from './Schema.js'
import * as Wad from './Wad.js'

/** What is tested, and how strictly. All rates WAD. */
export type Parameters = Readonly<{
  /** α: an honest identity is ever slashed with at most this probability. In (0, 1). */
  alpha: bigint
  /** d: a lower bound of the probability that a wrong result mismatches. In (f₀, 1). */
  power: bigint
  /** f₀: an upper bound of the probability that a right result mismatches. Above 0. */
  falsePositive: bigint
  /** q: shares of tasks cheated on that the wager is split over, each in (0, 1]; at most 64. */
  cheatRates: readonly bigint[]
  /** Begin the wager anew at every task? Without, honest history is a credit to cheat on. */
  restart: boolean
}>

/** Schema of {@link Parameters}: form and ranges; `from` adds the rules that relate them. */
export const schema: z.ZodType<Parameters> = z.strictObject({
  alpha: Schema.uint(64),
  power: Schema.uint(64),
  falsePositive: Schema.uint(64),
  cheatRates: Schema.list(Schema.uint(64), 1, 64),
  restart: Schema.boolean,
})

/** Checked parameters, and what follows from them. */
export type EProcess = Readonly<{
  parameters: Parameters
  /** θ of each cheat rate: the probability of a mismatch, WAD, in (f₀, 1). */
  alternatives: readonly bigint[]
  /** 1/α, WAD, rounded up. */
  threshold: bigint
}>

/** One alternative's product M: `units · 10^-digits`. */
export type Product = Decimal.Decimal

/** What was seen so far. Frozen; the next one is a new value. */
export type State = Readonly<{
  /** t: determinate outcomes so far; it stands still once 1/α is crossed. */
  samples: number
  /** How many of them were mismatches. */
  mismatches: number
  /** M of each alternative. Below 1e38, for beyond 1/α nothing is counted. */
  products: readonly Product[]
}>

/** A determinate comparison of one sampled task, arbitrated where it was disputed. */
export type Outcome = 'match' | 'mismatch'

/** Most outcomes that one state counts. */
export const maxSamples: number = 2 ** 48

/**
 * Checks parameters. Refused is whatever fires never (α = 0, a cheat rate that changes nothing) or always (α = 1), and
 * what can't be computed: f₀ = 0 convicts at the first mismatch, d = 1 acquits for ever at the first match.
 *
 * @throws InvalidParametersError naming the field, its value, the rule and the fix.
 * @example
 * ```ts
 * import { EProcess, Wad } from '@spotcheck/core'
 *
 * const rates = { alpha: Wad.from(1e-6), power: Wad.from(0.9), falsePositive: Wad.from(0.01) }
 * const test = EProcess.from({ ...rates, cheatRates: [0.05, 0.2, 0.5, 1].map(Wad.from), restart: true })
 * test.alternatives.map(Wad.toNumber) // [0.0545, 0.188, 0.455, 0.9]
 * ```
 */
export function from(parameters: Parameters): EProcess {
  const checked = Schema.freeze(Schema.parse(schema, parameters, 'parameters', InvalidParametersError))
  for (const rules of [thresholdRules, comparatorRules, rateRules, crossingRules])
    for (const { holds, ...details } of rules(checked))
      if (!holds) throw new InvalidParametersError(`${details.subject} makes no test.`, { ...details, see })
  const { alpha } = checked
  const threshold = (Wad.one ** 2n + alpha - 1n) / alpha
  const made = Schema.freeze({ parameters: checked, alternatives: alternatives(checked), threshold })
  known.add(made)
  return made
}

const see = 'economics.md, section 7'

/** What {@link from} made. */
const known = new WeakSet<object>()

function alternatives({ falsePositive, power, cheatRates }: Parameters): bigint[] {
  return cheatRates.map((rate) => falsePositive + Wad.mulDown(power - falsePositive, rate))
}

type Rule = Readonly<{ subject: string; value: unknown; holds: boolean; rule: string; fix: string }>

function thresholdRules({ alpha }: Parameters): Rule[] {
  return [
    {
      subject: 'alpha',
      value: alpha,
      holds: alpha > 0n && alpha < Wad.one,
      rule: 'a WAD above 0, which never fires, and below 1e18, which always does',
      fix: 'pass for example Wad.from(1e-6)',
    },
  ]
}

function comparatorRules({ power, falsePositive }: Parameters): Rule[] {
  return [
    {
      subject: 'falsePositive',
      value: falsePositive,
      holds: falsePositive > 0n,
      rule: 'a WAD above 0: at 0 the first mismatch convicts, and no calibration can show a rate of 0',
      fix: 'pass the upper confidence bound of the calibration',
    },
    {
      subject: 'power',
      value: power,
      holds: power < Wad.one,
      rule: 'a WAD below 1e18: at 1 the first match acquits for ever, and no calibration can show a rate of 1',
      fix: 'pass the lower confidence bound of the calibration',
    },
    {
      subject: 'power',
      value: power,
      holds: power > falsePositive,
      rule: `above falsePositive (${falsePositive}): otherwise a mismatch is no sign of a wrong result`,
      fix: 'calibrate a comparator that tells wrong results from right ones',
    },
  ]
}

function rateRules(parameters: Parameters): Rule[] {
  const { cheatRates, falsePositive } = parameters
  return alternatives(parameters).map((theta, i) => {
    const [subject, value] = [`cheatRates.${i}`, cheatRates[i]!]
    return {
      ...{ subject, value, holds: value > 0n && value <= Wad.one && theta > falsePositive },
      rule: 'a WAD above 0, up to 1e18, large enough that cheating so much moves the mismatch rate by 1e-18',
      fix: 'pass for example Wad.from(0.2)',
    }
  })
}

/** Doubles: no verdict hangs on them. */
function crossingRules(parameters: Parameters): Rule[] {
  const { alpha, falsePositive, cheatRates } = parameters
  const steps = alternatives(parameters).map((theta) => hitOf(theta, falsePositive))
  // The best wager is one of J, and of weight 1/2 where it begins with the first task.
  const needed = Math.log(2 * cheatRates.length) - Math.log(Wad.toNumber(alpha))
  return [
    {
      ...{ subject: 'cheatRates', value: cheatRates, holds: needed <= maxSamples * Math.max(...steps) },
      rule: `at least one rate of which ${maxSamples} mismatches in a row convict, and no more outcomes are counted`,
      fix: 'pass for example [Wad.from(0.2)]',
    },
  ]
}

/** ln LR of a mismatch. */
function hitOf(theta: bigint, falsePositive: bigint): number {
  return Math.log1p(Wad.toNumber(theta - falsePositive) / Wad.toNumber(falsePositive))
}

/** ln LR of a match. */
function missOf(theta: bigint, falsePositive: bigint): number {
  return Math.log1p(-Wad.toNumber(theta - falsePositive) / Wad.toNumber(Wad.one - falsePositive))
}

/**
 * The state of an executor of whom nothing was seen: E = 1.
 *
 * @throws Errors.InvalidInputError if `test` was not made by `from`.
 * @example
 * ```ts
 * import { EProcess, Wad } from '@spotcheck/core'
 *
 * const rates = { alpha: Wad.from(1e-6), power: Wad.from(0.9), falsePositive: Wad.from(0.01) }
 * const test = EProcess.from({ ...rates, cheatRates: [Wad.one], restart: true })
 * EProcess.value(test, EProcess.start(test)) // 1000000000000000000n
 * ```
 */
export function start(test: EProcess): State {
  const { alternatives, parameters } = assertTest(test)
  const products = alternatives.map(() => (parameters.restart ? Decimal.zero : Decimal.one))
  return Schema.freeze({ samples: 0, mismatches: 0, products })
}

/**
 * The state after one more outcome. Past 1/α it stays as it is: a conviction is final, whatever comes later.
 *
 * @throws Errors.InvalidInputError if an argument is malformed: an indeterminate comparison is no outcome.
 * @example
 * ```ts
 * import { EProcess, Wad } from '@spotcheck/core'
 *
 * const rates = { alpha: Wad.from(1e-6), power: Wad.from(0.9), falsePositive: Wad.from(0.01) }
 * const test = EProcess.from({ ...rates, cheatRates: [Wad.one], restart: true })
 * let state = EProcess.start(test)
 * while (!EProcess.isCrossed(test, state)) state = EProcess.update(test, state, 'mismatch')
 * state.samples // 4
 * ```
 */
export function update(test: EProcess, state: State, outcome: Outcome): State {
  assertOneOf(outcome, 'outcome', ['match', 'mismatch'])
  if (isCrossed(test, state)) return state
  const samples = assertInteger(state.samples + 1, 'samples', 1, maxSamples)
  const { parameters, alternatives } = test
  const products = alternatives.map((theta, i) => {
    const product = state.products[i]!
    return wager(
      parameters.restart ? Decimal.addFraction(product, pairs(samples)) : product,
      theta,
      parameters,
      outcome,
    )
  })
  return Schema.freeze({ samples, mismatches: state.mismatches + (outcome === 'mismatch' ? 1 : 0), products })
}

/** t(t+1): 1 over it is the weight of the wager that begins at task t; the weights from t on sum to 1/t. */
function pairs(samples: number): bigint {
  return BigInt(samples) * BigInt(samples + 1)
}

function wager(product: Product, theta: bigint, { falsePositive }: Parameters, outcome: Outcome): Product {
  if (outcome === 'mismatch') return Decimal.scale(product, theta, falsePositive)
  return Decimal.scale(product, Wad.one - theta, Wad.one - falsePositive)
}

/**
 * E, WAD, rounded down: the evidence against the executor.
 *
 * @throws Errors.InvalidInputError if an argument is malformed.
 * @example
 * ```ts
 * import { EProcess, Wad } from '@spotcheck/core'
 *
 * const rates = { alpha: Wad.from(1e-6), power: Wad.from(0.9), falsePositive: Wad.from(0.01) }
 * const test = EProcess.from({ ...rates, cheatRates: [Wad.one], restart: false })
 * const state = EProcess.update(test, EProcess.start(test), 'mismatch')
 * EProcess.value(test, state) // 90000000000000000000n
 * ```
 */
export function value(test: EProcess, state: State): bigint {
  const { parameters, alternatives } = assertTest(test)
  const { samples, products } = assertState(state, alternatives.length)
  const sum = products.reduce((total, product) => total + Decimal.toWad(product), 0n)
  // What is not yet wagered: 1 - Σ_{s<=t} 1/(s(s+1)).
  const idle = parameters.restart ? Wad.one / BigInt(samples + 1) : 0n
  return sum / BigInt(products.length) + idle
}

/**
 * Is E >= 1/α? Then, and only then, the executor is slashed for its comparisons.
 *
 * @throws Errors.InvalidInputError if an argument is malformed.
 * @example
 * ```ts
 * import { EProcess, Wad } from '@spotcheck/core'
 *
 * const rates = { alpha: Wad.from(1e-6), power: Wad.from(0.9), falsePositive: Wad.from(0.01) }
 * const test = EProcess.from({ ...rates, cheatRates: [Wad.one], restart: true })
 * EProcess.isCrossed(test, EProcess.start(test)) // false
 * ```
 */
export function isCrossed(test: EProcess, state: State): boolean {
  return value(test, state) >= test.threshold
}

/** A state as JSON-ready data, with the parameters that it belongs to. */
export type Encoded = Readonly<{
  version: 1
  parameters: Readonly<{
    alpha: string
    power: string
    falsePositive: string
    cheatRates: readonly string[]
    restart: boolean
  }>
  samples: number
  mismatches: number
  products: readonly Readonly<{ units: string; digits: number }>[]
}>

/**
 * A state for the disk: bigints as decimal strings, with the parameters it belongs to.
 *
 * @throws Errors.InvalidInputError if an argument is malformed.
 * @example
 * ```ts
 * import { EProcess, Wad } from '@spotcheck/core'
 *
 * const rates = { alpha: Wad.from(1e-6), power: Wad.from(0.9), falsePositive: Wad.from(0.01) }
 * const test = EProcess.from({ ...rates, cheatRates: [Wad.one], restart: true })
 * const state = EProcess.update(test, EProcess.start(test), 'match')
 * const stored = JSON.stringify(EProcess.encode(test, state))
 * EProcess.decode(test, JSON.parse(stored)).samples // 1
 * ```
 */
export function encode(test: EProcess, state: State): Encoded {
  value(test, state)
  const { samples, mismatches, products } = state
  const encoded = { version: 1, parameters: test.parameters, samples, mismatches, products }
  return JSON.parse(JSON.stringify(encoded, Schema.toJson))
}

const storedSchema: z.ZodType<State & Readonly<{ version: 1; parameters: Parameters }>> = z.strictObject({
  version: z.literal(1, { error: '1, the only version yet' }),
  parameters: schema,
  samples: Schema.integer(0, maxSamples),
  mismatches: Schema.integer(0, maxSamples),
  products: Schema.list(z.strictObject({ units: Schema.uint(192), digits: Schema.integer(18) }), 1, 64),
})

/**
 * The state that `encode` wrote. Updates go on from it as if there had been no restart.
 *
 * @throws InvalidStateError if it is malformed, no state that updates lead to, or of other parameters.
 * @example
 * ```ts
 * import { EProcess, Wad } from '@spotcheck/core'
 *
 * const rates = { alpha: Wad.from(1e-6), power: Wad.from(0.9), falsePositive: Wad.from(0.01) }
 * const test = EProcess.from({ ...rates, cheatRates: [Wad.one], restart: true })
 * const stored = EProcess.encode(test, EProcess.start(test))
 * EProcess.decode(test, stored).samples // 0
 * ```
 */
export function decode(test: EProcess, encoded: unknown): State {
  const { parameters } = assertTest(test)
  const { version, parameters: written, ...state } = Schema.parse(storedSchema, encoded, 'state', InvalidStateError)
  if (JSON.stringify(written, Schema.toJson) !== JSON.stringify(parameters, Schema.toJson))
    throw new InvalidStateError('the state belongs to another test.', {
      ...{ subject: 'state.parameters', value: written, rule: 'the parameters of the test, to the last digit' },
      ...{ fix: 'decode it with the parameters it was written under', see },
    })
  assertReachable(test, state)
  return Schema.freeze(state)
}

function assertReachable({ parameters, alternatives }: EProcess, { samples, mismatches, products }: State): void {
  const counts = mismatches <= samples && products.length === alternatives.length
  const initial = parameters.restart ? Decimal.zero : Decimal.one
  const wagered = (product: Product, i: number) =>
    samples === 0
      ? product.units === initial.units
      : product.units > 0n && isWon(parameters, alternatives[i]!, { samples, mismatches }, product)
  if (counts && products.every((product, i) => Decimal.isNormal(product) && wagered(product, i))) return
  throw new InvalidStateError('the state is none that updates lead to.', {
    ...{ subject: 'state', value: { samples, mismatches, products } },
    rule: 'mismatches <= samples, and one product in its one spelling for each cheat rate that so many outcomes can make',
    fix: 'restore what EProcess.encode wrote, unchanged',
    see,
  })
}

/**
 * Can so many outcomes make this product, within a millionth? With a fixed start it is `LR^mismatches · LR^matches`; with
 * restarts the last wager makes it that much at least, and no wager can win more than all mismatches do.
 */
function isWon(
  { falsePositive, restart }: Parameters,
  theta: bigint,
  { samples, mismatches }: Pick<State, 'samples' | 'mismatches'>,
  product: Product,
): boolean {
  const [hit, miss] = [mismatches * hitOf(theta, falsePositive), missOf(theta, falsePositive)]
  const idle = (samples - mismatches) * miss
  const [least, most] = restart ? [miss - Math.log(samples) - Math.log(samples + 1), hit] : [hit + idle, hit + idle]
  const slack = 1e-6 + 1e-12 * (hit - idle)
  const found = Decimal.ln(product)
  return found >= least - slack && found <= most + slack
}

function assertTest(test: EProcess): EProcess {
  if (known.has(test)) return test
  throw new InvalidInputError('the test is not made by EProcess.from.', {
    subject: 'test',
    value: test,
    rule: 'what EProcess.from made, itself and no copy',
    fix: 'pass EProcess.from(parameters)',
  })
}

function assertState(state: State, length: number): State {
  assertInteger(assertObject(state, 'state').samples, 'samples', 0, maxSamples)
  assertInteger(state.mismatches, 'mismatches', 0, state.samples)
  if (assertList(state.products, 'products').length === length && state.products.every(isProduct)) return state
  throw new InvalidStateError('the state is of another test.', {
    subject: 'state.products',
    value: state.products,
    rule: `${length} products, one for each cheat rate`,
    fix: 'pass what start, update or decode returned for this test',
  })
}

function isProduct(product: Product): boolean {
  if (typeof product !== 'object' || product === null) return false
  return typeof product.units === 'bigint' && Number.isSafeInteger(product.digits) && Decimal.isNormal(product)
}

/** Parameters that make no test. */
export class InvalidParametersError extends BaseError {
  override name = 'EProcess.InvalidParametersError'
}

/** A state that belongs to another test, or to none. */
export class InvalidStateError extends BaseError {
  override name = 'EProcess.InvalidStateError'
}
