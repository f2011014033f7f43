/**
 * What being caught costs beyond the stake: the future (economics.md, "Long horizons").
 *
 * @module
 */
import { assertObject } from '../Encoding.js'
import * as Range from './Range.js'

/** What an identity is worth to the executor that has it. */
export type Identity = Readonly<{
  /** δ: what a unit of money one period later is worth now, in [0, 1]. */
  discount: number
  /** π: the honest profit per period. */
  profitPerPeriod: number
  /** h: an honest executor is ejected, per period. */
  falseEjection: number
  /** K_id: the cost of a fresh identity, without refundable stake. */
  entryCost: number
}>

/**
 * V = min(δπ/(1-δ(1-h)), K_id): what an ejected executor loses. Never more than a fresh identity costs (whitewashing); 0
 * where honest work earns nothing; K_id at δ = 1, h = 0.
 *
 * If wrong and right results both eject, V joins the slash: `G <= p(D-F)(R+S+V)`.
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Future } from '@spotcheck/core/economics'
 *
 * Future.value({ discount: 0.9, profitPerPeriod: 0.2, falseEjection: 0.05, entryCost: 100 }) // 1.2413793...
 * ```
 */
export function value(identity: Identity): number {
  const discount = Range.probability(assertObject(identity, 'identity').discount, 'discount')
  const profit = Math.max(0, Range.signed(identity.profitPerPeriod, 'profitPerPeriod'))
  const ejected = Range.probability(identity.falseEjection, 'falseEjection')
  const entryCost = Range.amount(identity.entryCost, 'entryCost')
  if (discount === 0 || profit === 0) return 0
  return Math.min((discount * profit) / (1 - discount + discount * ejected), entryCost)
}

/**
 * δ^ℓ: what is left of a slash, and of V, whose verdict comes ℓ periods late. The lock must cover ℓ.
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Future } from '@spotcheck/core/economics'
 *
 * Future.afterLag(0.9, 2) // 0.81 within rounding
 * ```
 */
export function afterLag(discount: number, lag: number): number {
  return Range.probability(discount, 'discount') ** Range.amount(lag, 'verdictLag')
}

/** How many cheats an executor that cheats on every task gets away with. */
export type Cheats = Readonly<{
  /** 1/(pD): with the one that is caught. */
  withCaught: number
  /** (1-pD)/(pD): before it. */
  before: number
}>

/**
 * Expected cheats until capture. Infinity where nothing is ever caught.
 *
 * @throws InvalidInputError if a number is outside [0, 1].
 * @example
 * ```ts
 * import { Future } from '@spotcheck/core/economics'
 *
 * Future.cheatsUntilCapture({ rate: 0.1, detection: 0.5 }) // { withCaught: 20, before: 19 }
 * ```
 */
export function cheatsUntilCapture(terms: Readonly<{ rate: number; detection: number }>): Cheats {
  const rate = Range.probability(assertObject(terms, 'terms').rate, 'rate')
  const caught = rate * Range.probability(terms.detection, 'detection')
  return { withCaught: 1 / caught, before: (1 - caught) / caught }
}

/**
 * Wrong results that reach the client, per task: `q·(1-pD)` of an executor that cheats on a share q of its tasks. Times the
 * value of a task it is the client's loss.
 *
 * @throws InvalidInputError if a number is outside [0, 1].
 * @example
 * ```ts
 * import { Future } from '@spotcheck/core/economics'
 *
 * Future.shippedWrong({ cheatRate: 0.2, rate: 0.1, detection: 0.5 }) // 0.19
 * ```
 */
export function shippedWrong(terms: Readonly<{ cheatRate: number; rate: number; detection: number }>): number {
  const rate = Range.probability(assertObject(terms, 'terms').rate, 'rate')
  const caught = rate * Range.probability(terms.detection, 'detection')
  return Range.probability(terms.cheatRate, 'cheatRate') * (1 - caught)
}
