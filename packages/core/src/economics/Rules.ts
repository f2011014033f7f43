/**
 * The rules that a parameter file must pass to be accepted, each by itself.
 *
 * @module
 */
import * as Checking from './Checking.js'
import * as Mix from './Mix.js'
import type { Parameters } from './Parameters.js'
import * as Plans from './Plans.js'
import * as Records from './Records.js'
import * as Rounds from './Rounds.js'
import * as Ruin from './Ruin.js'

/** A rule. */
export type Rule =
  /** EV rule: every number of cheats, by every plan, loses at least the margin. */
  | 'ev'
  /** Ruin rule: a cheater is hardly ever ahead at the horizon. */
  | 'ruin'
  /** Honest participation: honest work pays, capital and false convictions included. */
  | 'participation'
  /** False slashes: an honest identity is hardly ever slashed. */
  | 'false-slash'
  /** Verifier rule: checking honestly pays. */
  | 'verifiers'

/** Every rule, in the order of a report. */
export const rules: readonly Rule[] = ['ev', 'ruin', 'participation', 'false-slash', 'verifiers']

/** A number and what it must not be on the wrong side of. */
export type Measure = Readonly<{ holds: boolean; value: number; limit: number }>

/**
 * What a rule measures in a parsed file, and nothing about who exploits it or what repairs it: for searches, that ask often.
 * Limits are inclusive.
 *
 * @example
 * ```ts
 * import { Check, Parameters } from '@spotcheck/core/economics'
 *
 * Check.measure('ruin', Parameters.defaults).holds // true
 * ```
 */
export function measure(rule: Rule, parameters: Parameters): Measure {
  if (rule === 'ev') return deterrence(parameters)
  if (rule === 'ruin') {
    const { holds, probability } = Ruin.from(parameters)
    return { holds, value: probability, limit: parameters.accept.ruinProbability }
  }
  if (rule === 'participation') return participation(parameters)
  if (rule === 'false-slash') return falseSlash(parameters)
  const { holds, profit, advantage } = Checking.from(parameters)
  return { holds, value: Math.min(profit, advantage ?? profit), limit: 0 }
}

/** N·T. */
export function tasksOf({ batch, stake }: Parameters): number {
  return batch.size * stake.concurrentBatches
}

/** The profit of the first plan that is not deterred, or else of the steady one, against the margin. */
function deterrence(parameters: Parameters): Measure {
  const [steady, ...others] = Plans.from(parameters)
  const failing = [steady, ...others].find(({ holds }) => !holds)
  const { profit, limit } = (failing ?? steady).worst
  return { holds: failing === undefined, value: profit, limit }
}

function participation(parameters: Parameters): Measure {
  const value = Rounds.honestProfit(parameters) / tasksOf(parameters)
  const turnover = Mix.from(parameters).reduce(
    (sum, { share, reward, honestCost }) => sum + share * (reward + honestCost),
    0,
  )
  return { holds: value >= -ROUNDING * turnover, value, limit: 0 }
}

/** Break-even within rounding is break-even. */
const ROUNDING = 1e-12

/**
 * P(an honest identity is ever slashed within the horizon); where the comparator is noisy and evidence decides, it is α that
 * bounds it.
 */
function falseSlash(parameters: Parameters): Measure {
  const { accept, evidence, comparator } = parameters
  const onEvidence = comparator.falsePositive > 0 ? evidence.alpha : 0
  const value = Math.max(Records.falselySlashed(parameters), onEvidence)
  return { holds: value <= accept.falseSlash, value, limit: accept.falseSlash }
}
