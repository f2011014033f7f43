/**
 * The rules that a parameter file must pass to be accepted, each by itself.
 *
 * @module
 */
import * as BestResponse from './BestResponse.js'
import * as Checking from './Checking.js'
import * as Detection from './Detection.js'
import * as ManyTasks from './ManyTasks.js'
import * as Mix from './Mix.js'
import type { Parameters } from './Parameters.js'
import * as Ruin from './Ruin.js'

/** A rule. */
export type Rule =
  /** EV rule: every number of cheats loses at least the margin. */
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

/** What a rule measures in a parsed file. Limits are inclusive. */
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

/** The worst strategy's profit per round against the margin. */
function deterrence(parameters: Parameters): Measure {
  const { holds, worst } = BestResponse.from(parameters)
  const tempting = Mix.from(parameters).reduce(
    (sum, { gain }, i) => sum + Math.max(0, gain) * (worst.byKind[i] ?? 0),
    0,
  )
  return { holds, value: worst.profit, limit: -parameters.accept.margin * tempting }
}

function participation(parameters: Parameters): Measure {
  const value = ManyTasks.honestProfit(parameters) / tasksOf(parameters)
  const turnover = Mix.from(parameters).reduce(
    (sum, { share, reward, honestCost }) => sum + share * (reward + honestCost),
    0,
  )
  return { holds: value >= -ROUNDING * turnover, value, limit: 0 }
}

/** Break-even within rounding is break-even. */
const ROUNDING = 1e-12

/**
 * P(an honest identity is ever slashed within the horizon) = 1-Π(1-p·F); where the comparator is noisy and evidence decides,
 * it is α that bounds it.
 */
function falseSlash(parameters: Parameters): Measure {
  const { accept, evidence, comparator, horizon } = parameters
  const { falseAlarm } = Detection.from(parameters)
  const rate = Mix.rate(parameters)
  const spared = Mix.from(parameters).reduce((sum, kind) => {
    return sum + horizon * kind.share * Math.log1p(-Mix.inclusion(kind, rate) * falseAlarm)
  }, 0)
  const onEvidence = comparator.falsePositive > 0 ? evidence.alpha : 0
  const value = Math.max(-Math.expm1(spared), onEvidence)
  return { holds: value <= accept.falseSlash, value, limit: accept.falseSlash }
}
