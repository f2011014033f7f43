/**
 * Randomness is a player: who can choose among b draws of the beacon evades more often (economics.md, "Randomness is a
 * player").
 *
 * @module
 */
import { assertObject } from '../Encoding.js'
import * as Range from './Range.js'

/**
 * b = 2^j: the draws among which the last revealer chooses that holds j slots of the beacon.
 *
 * @throws InvalidInputError if `slots` is not a whole number from 0 to 52.
 * @example
 * ```ts
 * import { Redraws } from '@spotcheck/core/economics'
 *
 * Redraws.ofSlots(4) // 16
 * ```
 */
export function ofSlots(slots: number): number {
  return 2 ** Range.count(slots, 'slots', 0, 52)
}

/**
 * 1-(1-e)^b: how often a batch that evades a draw with probability e evades the best of b.
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Redraws } from '@spotcheck/core/economics'
 *
 * Redraws.evasion(0.95 ** 10, 2) // 0.8389...
 * ```
 */
export function evasion(evades: number, draws: number): number {
  return -Math.expm1(Range.count(draws, 'draws') * Math.log1p(-Range.probability(evades, 'evades')))
}

/**
 * `kG - L(1-(1-pD)^k)^b`: what k cheats in a batch that is slashed once earn with b draws to choose from. Not convex in k for
 * b > 1: `BestResponse` scans.
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Redraws } from '@spotcheck/core/economics'
 *
 * const terms = { gain: 0.8, loss: 800, rate: 0.02, detection: 1 }
 * Redraws.profit({ ...terms, cheated: 15, draws: 4 }) // 8.263...
 * ```
 */
export function profit(
  terms: Readonly<{ cheated: number; gain: number; loss: number; rate: number; detection: number; draws: number }>,
): number {
  const cheated = Range.count(assertObject(terms, 'terms').cheated, 'cheated', 0)
  const caught = Range.probability(terms.rate, 'rate') * Range.probability(terms.detection, 'detection')
  const slashed = cheated === 0 ? 0 : -Math.expm1(cheated * Math.log1p(-caught))
  const gained = cheated * Range.signed(terms.gain, 'gain')
  return gained - Range.amount(terms.loss, 'loss') * slashed ** Range.count(terms.draws, 'draws')
}
