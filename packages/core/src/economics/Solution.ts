/**
 * What a closed form answers: a number, or the reason why there is none. Never a rate above 1, never NaN.
 *
 * @module
 */
import { assertObject } from '../Encoding.js'

/** Why no number answers the question. */
export type Obstacle =
  /** A right result is convicted at least as often as a wrong one: sampling punishes honesty. */
  | 'no-signal'
  /** Nothing is sampled, so nothing is ever caught. */
  | 'no-sampling'
  /** Even checking every task is not enough at this slash. */
  | 'rate-above-one'
  /** Even if all that is checked were canaries, or with nothing else checked, it is not enough. */
  | 'canary-rate-above-one'
  /** Even auditing every agreeing result is not enough. */
  | 'audit-rate-above-one'
  /** The slash that would be needed is above the largest one allowed. */
  | 'slash-above-max'
  /** Even a stake that pays every slash is not enough. */
  | 'stake-above-collateral'
  /** Even the largest panel is not enough. */
  | 'too-few-verifiers'
  /** An honest verifier loses by checking. */
  | 'verifier-unpaid'
  /** The executor's own coalition recovers the whole slash. */
  | 'no-net-slash'
  /** Honest work is convicted with certainty, so no reward pays for it. */
  | 'honest-always-convicted'
  /** The game has another equilibrium than honest work and checking, whatever this one parameter is. */
  | 'other-equilibria'
  /** The evidence against such a cheater shrinks, so that it is never convicted. */
  | 'undetected'
  /** Cost only ever falls with a larger slash, and nothing bounds the slash. */
  | 'no-optimum'

/** There is no answer, and `reason` says why in words. */
export type Infeasible = Readonly<{ feasible: false; obstacle: Obstacle; reason: string }>

/** An answer, or the reason why there is none. */
export type Solution<value = number> = Readonly<{ feasible: true; value: value }> | Infeasible

/**
 * An answer.
 *
 * @example
 * ```ts
 * import { Solution } from '@spotcheck/core/economics'
 *
 * Solution.of(0.1) // { feasible: true, value: 0.1 }
 * ```
 */
export function of<value>(value: value): Solution<value> {
  return { feasible: true, value }
}

/**
 * No answer, and why.
 *
 * @example
 * ```ts
 * import { Solution } from '@spotcheck/core/economics'
 *
 * Solution.infeasible('no-sampling', 'Nothing is sampled.').feasible // false
 * ```
 */
export function infeasible(obstacle: Obstacle, reason: string): Infeasible {
  return { feasible: false, obstacle, reason }
}

/**
 * The number, or null where there is none: for JSON.
 *
 * @example
 * ```ts
 * import { Solution } from '@spotcheck/core/economics'
 *
 * Solution.orNull(Solution.of(0.1)) // 0.1
 * ```
 */
export function orNull<value>(solution: Solution<value>): value | null {
  assertObject(solution, 'solution')
  return solution.feasible ? solution.value : null
}
