/**
 * What a tuning answers: the cheapest parameters that hold, and the evidence that they do.
 *
 * @module
 */
import type { Parameters } from '@spotcheck/core/economics'
import type { Attack } from '../BestResponse.js'
import type { Comparison } from '../Comparison.js'
import type { Estimate } from '../Statistics.js'

export type { Attack } from '../BestResponse.js'

/** What is searched. Amounts in the file's unit. */
export type Candidate = Readonly<{
  /** p. */
  sampleRate: number
  /** n: verifiers of a sampled task. */
  verifiers: number
  /** S. */
  slash: number
  /** W of an executor, over all its open batches. */
  stake: number
  /** g: canaries among sampled tasks. */
  canaryRate: number
  /** Times the sample rate that newcomers meet; 1: the same for everybody. */
  newcomers: number
}>

/** Cost per task, in the file's unit. */
export type Cost = Readonly<{
  verification: number
  canaries: number
  arbitration: number
  capital: number
  total: number
  /** Compute, as a multiple of serving every task once; null where an honest run costs nothing. */
  multiple: number | null
}>

/** A constraint, and how close the recommended parameters are to it. */
export type Constraint = Readonly<{
  name:
    | 'EV rule'
    | 'ruin rule'
    | 'participation'
    | 'false slashes'
    | 'residual error'
    | 'verifiers'
    | 'strategies'
    | 'bounds'
  /** Would a cheaper candidate break it? */
  binds: boolean
  /** What is bounded, and its bound; null where it is not a number. */
  value: number | null
  bound: number | null
  /** In a line. */
  why: string
}>

/** One candidate on the way, the strongest attack on it, and what followed; null where no strategy could be played. */
export type Step = Readonly<{ candidate: Candidate; total: number; attack: Attack | null; verdict: string }>

/** A point of the cost of compute against that of capital; no other has less of both. */
export type Point = Readonly<{ candidate: Candidate; verification: number; capital: number; total: number }>

/** What becomes of the recommended parameters where the world is not as the file says. */
export type Sensitivity = Readonly<{
  /** Path of the parameter in the file, e.g. `task.externalGain`. */
  parameter: string
  from: number
  to: number
  /** The rules that the recommended parameters break there: none, if they still hold. */
  breaks: readonly Constraint['name'][]
  /** Total cost per task there with the least slash that deters at the same rate; null where none does, or another rule is broken. */
  total: number | null
}>

/** Profit of a strategy against the sample rate, beyond that of honest work, per task. */
export type Profit = Readonly<{ strategy: string; points: readonly Readonly<{ rate: number; advantage: Estimate }>[] }>

/** Share of cheaters that are caught in a batch of which they cheat on one task in ten, against the sample rate. */
export type Detection = Readonly<{ rate: number; theory: number; simulated: Estimate }>

/** The evidence against one node, task by sampled task (the e-process); a slash where it reaches `threshold`. */
export type Path = Readonly<{
  strategy: string
  threshold: number
  points: readonly Readonly<{ sampled: number; evidence: number }>[]
}>

/** The result. The same scenario gives the same result, whatever the machine. */
export type Tuning = Readonly<{
  kind: 'tuning'
  seed: number
  /** Did the search come to its end? */
  complete: boolean
  /** Null where nothing that was tried holds: `history` says what failed. */
  recommended: Candidate | null
  /** The scenario's parameter file with the recommended values in place. */
  parameters: Parameters.Parameters | null
  cost: Cost | null
  /** The closed forms' optimum, from which the search began; null where there is none. */
  closedForm: Readonly<{ candidate: Candidate; total: number }> | null
  constraints: readonly Constraint[]
  /** The best response of every strategy to the recommended parameters, most profitable first. */
  attacks: readonly Attack[]
  /** Strategies that can't be played without options that the scenario doesn't give: nothing was found out about them. */
  untried: readonly string[]
  history: readonly Step[]
  pareto: readonly Point[]
  sensitivity: readonly Sensitivity[]
  profits: readonly Profit[]
  detection: readonly Detection[]
  /** Empty where one mismatch is proof: the comparator never errs. */
  evidence: readonly Path[]
  /** Every policy on the scenario, with Spotcheck's at the recommended parameters: what security costs elsewhere. */
  comparison: Comparison
}>
