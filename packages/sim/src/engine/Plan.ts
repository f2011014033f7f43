/**
 * A scenario made ready to be played: who takes part, under which rules, for how long. Both engines take it.
 *
 * @module
 */
import type { Mix, Parameters } from '@spotcheck/core/economics'
import type { Rules } from '../Policy.js'
import type { Random } from '../Random.js'
import type { Player } from '../Strategy.js'

/** Executors that share a strategy. */
export type Cohort = Readonly<{
  /** Name of its strategy. */
  strategy: string
  player: Player
  /** How many nodes. */
  count: number
  /** The kinds of task that it is given, and how many of each a batch holds. */
  kinds: readonly Kind[]
  /** W of a new identity; null: what the rules say. */
  stake: ((random: Random) => number) | null
  /** Probability per epoch that a node leaves and another takes its place. */
  churn: number
}>

/** A kind of task, and how many of them a batch holds. */
export type Kind = Mix.Kind & Readonly<{ count: number }>

/** What is played. */
export type Plan = Readonly<{
  parameters: Parameters.Parameters
  cohorts: readonly Cohort[]
  /** Name of the policy, and its rules. */
  policy: string
  rules: Rules
  epochs: number
  /** N: tasks of a batch. */
  size: number
  /** T: batches of a node in an epoch. */
  batches: number
  seed: number
}>

/** The columns of a tally, one number a node. Money in the file's unit. */
export const columns = [
  'tasks',
  'cheats',
  /** Honest work that came out wrong. */
  'noisy',
  'sampled',
  'sampledCheats',
  'disputes',
  'caught',
  'falseSlashes',
  /** Slashes, whole. */
  'slashed',
  'profit',
  /** Results that were shipped, and wrong ones among them, without those thrown away. */
  'shipped',
  'wrong',
  /** Stake, summed over the epochs in which it was locked. */
  'locked',
  /** Epoch of the first proven fraud, from 1; 0: never. */
  'capturedAt',
  /** Epoch of its ejection, the last one, from 1; 0: never. */
  'ejectedAt',
  /** Names that it had. */
  'identities',
] as const

/** A column's name. */
export type Column = (typeof columns)[number]

/** What became of each node in a replication, in the order of the cohorts. */
export type Tally = Readonly<Record<Column, Float64Array>>

/** A tally of zeros. */
export function blank(nodes: number): Tally {
  return Object.fromEntries(columns.map((column) => [column, new Float64Array(nodes)])) as Record<Column, Float64Array>
}

/** The cohort of each node. */
export function cohortOf(cohorts: readonly Cohort[]): Int32Array {
  return Int32Array.from(cohorts.flatMap(({ count }, cohort) => new Array<number>(count).fill(cohort)))
}
