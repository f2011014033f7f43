/**
 * A scenario made ready to be played: who takes part, under which rules, for how long. Both engines take it.
 *
 * @module
 */
import type { Mix, Parameters } from '@spotcheck/core/economics'
import type { Rules } from '../Policy.js'
import type { Random } from '../Random.js'
import type { Player } from '../Strategy.js'
import type { Player as VerifierPlayer } from '../Verifier.js'

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

/** Verifiers that share a strategy. */
export type Verifiers = Readonly<{ strategy: string; player: VerifierPlayer; count: number }>

/** A kind of task, and how many of them a batch holds. */
export type Kind = Mix.Kind & Readonly<{ count: number }>

/** What is played. */
export type Plan = Readonly<{
  parameters: Parameters.Parameters
  cohorts: readonly Cohort[]
  /** The pool of verifiers, where they are played; else null: the rules say how often a checked task is convicted. */
  verifiers: readonly Verifiers[] | null
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

/** What became of each node in a replication, in the order of the cohorts, and of each verifier, where they are played. */
export type Tally = Readonly<Record<Column, Float64Array>> & Readonly<{ verifiers?: VerifierTally }>

/** The columns of the verifiers' tally, one number a verifier. Money in the file's unit. */
export const verifierColumns = [
  /** Tasks that it was assigned, canaries included. */
  'tasks',
  'canaries',
  /** Runs of the ordered model, and of the cheap one. */
  'runs',
  'cheapRuns',
  /** It dissented from a wrong result, or from a right one. */
  'dissents',
  'falseDissents',
  /** It agreed with a wrong one. */
  'missed',
  /** It gave no reveal. */
  'silent',
  /** It was found to have passed what is wrong. */
  'caught',
  /** What a cheat paid it. */
  'bribes',
  /** Slashes and lost bonds. */
  'slashed',
  /** Of its runs. */
  'cost',
  'profit',
] as const

/** A column's name. */
export type VerifierColumn = (typeof verifierColumns)[number]

/** What became of each verifier in a replication, in the order of the cohorts. */
export type VerifierTally = Readonly<Record<VerifierColumn, Float64Array>>

/** A tally of zeros. */
export function blank({ cohorts, verifiers }: Pick<Plan, 'cohorts' | 'verifiers'>): Tally {
  const zeros = <name extends string>(names: readonly name[], count: number) =>
    Object.fromEntries(names.map((name) => [name, new Float64Array(count)])) as Record<name, Float64Array>
  const tally = zeros(columns, sizeOf(cohorts))
  return verifiers === null ? tally : { ...tally, verifiers: zeros(verifierColumns, sizeOf(verifiers)) }
}

/** Members of all cohorts. */
export function sizeOf(cohorts: readonly Readonly<{ count: number }>[]): number {
  return cohorts.reduce((sum, { count }) => sum + count, 0)
}

/** The cohort of each node. */
export function cohortOf(cohorts: readonly Readonly<{ count: number }>[]): Int32Array {
  return Int32Array.from(cohorts.flatMap(({ count }, cohort) => new Array<number>(count).fill(cohort)))
}
