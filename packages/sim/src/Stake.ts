/**
 * How much stake a new identity has: an amount, or one drawn for each.
 *
 * @module
 */
import * as z from 'zod'
import type { Random } from './Random.js'

/** An amount in the parameter file's unit, or a distribution of it. */
export type Stake =
  | number
  | Readonly<{ uniform: readonly [low: number, high: number] }>
  /** Pareto's: P(W > w) = (least/w)^shape. The smaller the shape, the more of all stake few nodes have. */
  | Readonly<{ pareto: Readonly<{ least: number; shape: number }> }>

const RULE = 'an amount >= 0, { "uniform": [low, high] } or { "pareto": { "least", "shape" } }'
const amount = z.number(RULE).min(0, RULE).max(1e100, RULE)
const positive = amount.gt(0, RULE)

/** The schema of a stake. */
export const schema: z.ZodType<Stake> = z.union(
  [
    amount,
    z.strictObject({ uniform: z.tuple([amount, amount]).refine(([low, high]) => low <= high, RULE) }),
    z.strictObject({ pareto: z.strictObject({ least: positive, shape: positive }) }),
  ],
  RULE,
)

/**
 * What draws a stake.
 *
 * @example
 * ```ts
 * import { Stake } from '@spotcheck/sim'
 *
 * Stake.drawer({ uniform: [10, 30] })(() => 0.5) // 20
 * Stake.drawer({ pareto: { least: 10, shape: 1 } })(() => 0.5) // 20
 * ```
 */
export function drawer(stake: Stake): (random: Random) => number {
  if (typeof stake === 'number') return () => stake
  if ('uniform' in stake) {
    const [low, high] = stake.uniform
    return (random) => low + (high - low) * random()
  }
  const { least, shape } = stake.pareto
  return (random) => Math.min(1e100, least * (1 - random()) ** (-1 / shape))
}
