/**
 * A parameter file as the formulas for many tasks see it (economics.md, "Many tasks").
 *
 * The T open batches of an executor are one round: they are drawn together, and their slashes share one stake W.
 *
 * @module
 */
import * as Detection from './Detection.js'
import * as Deterrence from './Deterrence.js'
import * as Future from './Future.js'
import * as Mix from './Mix.js'
import type { Parameters } from './Parameters.js'
import * as Solution from './Solution.js'

/** One kind of task. */
export type Kind = Readonly<{
  /** G. */
  gain: number
  /** R. */
  reward: number
  /** C. */
  honestCost: number
  /** p: a task of this kind is sampled. */
  rate: number
  /** How many of the N·T tasks of a round are of this kind; not whole where a mix does not divide them. */
  count: number
}>

/** What decides how much cheating earns in a round. Amounts in the file's unit. */
export type Situation = Readonly<{
  rule: Parameters['slash']['rule']
  /** N. */
  size: number
  /** T. */
  batches: number
  kinds: readonly Kind[]
  /** m: tasks of a batch that a fixed sample takes; null where each is drawn by itself. */
  sampled: number | null
  /** D. */
  detection: number
  /** F. */
  falseAlarm: number
  /** D - F. */
  signal: number
  /** S, whole. */
  slash: number
  /** W, whole. */
  stake: number
  /** The share of a slash that the coalition feels: S_net/S, times δ^ℓ. */
  felt: number
  /** Lost with a conviction besides the slash: R per-fraud (of a mix the mean), N·R with a batch that is forfeited. */
  forfeit: number
  /** w: convictions (once-per-batch: slashed batches) that eject the executor; Infinity where none does. */
  ejectedAt: number
  /** V·δ^ℓ. */
  future: number
  /** b. */
  draws: number
  /** All batches share the cheats evenly; false where one is filled after the other. */
  spread: boolean
  /** What withholding a draw costs. */
  withholdPenalty: number
}>

/** The situation of a parsed parameter file, but for V: its future is 0. */
export function from(parameters: Parameters): Situation {
  const { slash, stake, batch, beacon, sampling } = parameters
  const rate = Mix.rate(parameters)
  const tasks = batch.size * stake.concurrentBatches
  const mix = Mix.from(parameters)
  const kinds = mix.map(({ gain, reward, honestCost, share, weight }) => {
    return { gain, reward, honestCost, rate: Mix.inclusion({ weight }, rate), count: wholeOf(share * tasks) }
  })
  return {
    rule: slash.rule,
    size: batch.size,
    batches: stake.concurrentBatches,
    kinds,
    sampled: sampling.mode === 'fixed' ? Math.round(rate * batch.size) : null,
    ...Detection.from(parameters),
    slash: slash.amount,
    stake: stakeOf(parameters),
    felt: feltShare(parameters),
    forfeit: forfeited(parameters, kinds),
    ejectedAt: slash.rule === 'per-fraud' ? covered(stakeOf(parameters), slash.amount) : 1,
    future: 0,
    draws: beacon.draws,
    spread: false,
    withholdPenalty: beacon.withholdPenalty,
  }
}

/** The share of a slash that the coalition feels: S_net/S, times δ^ℓ. */
export function feltShare({ slash, identity }: Pick<Parameters, 'slash' | 'identity'>): number {
  return slash.burnShare * Future.afterLag(identity.discount, identity.verdictLag)
}

/** Why no slash deters where nothing of it is felt. */
export function unfelt({ slash, identity }: Pick<Parameters, 'slash' | 'identity'>): Solution.Infeasible {
  if (slash.burnShare === 0) return Deterrence.noNetSlash()
  return Solution.infeasible(
    'no-net-slash',
    `After an identity.verdictLag of ${identity.verdictLag} nothing of a slash is felt at an identity.discount of ${identity.discount}, so no slash deters.`,
  )
}

/** A count that is whole but for the rounding of its share. */
function wholeOf(count: number): number {
  const whole = Math.round(count)
  return Math.abs(count - whole) <= 4 * Number.EPSILON * count ? whole : count
}

/** W: the file's stake, else full collateral, S·N·T per-fraud and S·T once-per-batch. */
function stakeOf(parameters: Parameters): number {
  return parameters.stake.amount ?? parameters.slash.amount * mostSlashes(parameters)
}

/** How many slashes full collateral pays: N·T per-fraud, T once-per-batch. */
export function mostSlashes({ slash, stake, batch }: Pick<Parameters, 'slash' | 'stake' | 'batch'>): number {
  return stake.concurrentBatches * (slash.rule === 'per-fraud' ? batch.size : 1)
}

/** Tasks in a round: N·T. */
export function tasks({ size, batches }: Situation): number {
  return size * batches
}

/** w = ceil(W/S): without a slash no stake is ever used up. */
function covered(stake: number, slash: number): number {
  if (slash === 0) return Number.POSITIVE_INFINITY
  return Math.max(1, Math.ceil((stake / slash) * (1 - 2 * Number.EPSILON)))
}

function forfeited({ slash, batch }: Parameters, kinds: readonly Kind[]): number {
  const weigh = (of: (kind: Kind) => number) => {
    const total = kinds.reduce((sum, kind) => sum + of(kind), 0)
    return total === 0 ? 0 : kinds.reduce((sum, kind) => sum + (of(kind) / total) * kind.reward, 0)
  }
  if (slash.rule === 'per-fraud') return weigh(({ rate, count }) => rate * count)
  return slash.forfeitBatchReward ? batch.size * weigh(({ count }) => count) : 0
}
