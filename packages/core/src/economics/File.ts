/**
 * The shape and the defaults of the parameter file; `Parameters` is its public face.
 *
 * @module
 */

/** What a task pays and costs. */
export type Task = Readonly<{
  /** R: paid for an accepted task. */
  reward: number
  /** C: cost of the honest run. */
  honestCost: number
  /** c: cost of the cheap substitute. */
  cheatCost: number
  /** B: gain from outside the protocol for a wrong result, kept even when caught. May be negative. */
  externalGain: number
  /** What the client pays per task; null: not checked. */
  fee: number | null
}>

/** One kind of task in a batch that is sampled by value. */
export type ValuedTask = Readonly<{
  /** What it is worth; tasks are sampled in proportion to it. Above 0. */
  value: number
  /** How many of them; only the proportions matter. */
  count: number
}> &
  Pick<Task, 'reward' | 'honestCost' | 'cheatCost' | 'externalGain'>

/** How tasks are picked for checking, and by how many verifiers (n) each. */
export type Sampling =
  /** Every task by itself with probability `rate`. */
  | Readonly<{ mode: 'bernoulli'; rate: number; verifiers: number }>
  /** Exactly `count` tasks of a batch, or ceil(rate·N): one of the two is given. */
  | Readonly<{ mode: 'fixed'; rate?: number | undefined; count?: number | undefined; verifiers: number }>
  /** A share `rate` of all tasks, each in proportion to its value. */
  | Readonly<{ mode: 'byValue'; rate: number; values: readonly ValuedTask[]; verifiers: number }>

/** A parameter file with every default applied. */
export type Parameters = Readonly<{
  task: Task
  sampling: Sampling
  slash: Readonly<{
    /** Is every proven fraud slashed, or a batch once, however many of its tasks are wrong? */
    rule: 'per-fraud' | 'once-per-batch'
    /** S. */
    amount: number
    /** The largest slash that may be recommended; null: unbounded. */
    max: number | null
    /** Does a slashed batch forfeit all of its rewards? */
    forfeitBatchReward: boolean
    /** S_net/S: the share that the executor's own coalition does not recover. */
    burnShare: number
  }>
  comparator: Readonly<{
    /** d: an honest verifier says "mismatch" of a wrong result. */
    power: number
    /** f: an honest verifier says "mismatch" of a right result. */
    falsePositive: number
    /** Do verifiers of one task err each for itself, or all together? */
    errors: 'independent' | 'common'
  }>
  arbitration: Readonly<{
    /** a_d: convicts a wrong result. */
    power: number
    /** a_f: convicts a right result. */
    falsePositive: number
    cost: number
  }>
  stake: Readonly<{
    /** W; left out: full collateral, S·N·T per-fraud and S·T once-per-batch. */
    amount?: number | undefined
    /** T. */
    concurrentBatches: number
  }>
  batch: Readonly<{
    /** N. */
    size: number
  }>
  verifiers: Readonly<{
    /** M; null is infinite. */
    pool: number | null
    /** r. */
    colluding: number
    /** z: a colluder dissents from a right result. */
    falseDissent: number
    /** Cv. */
    cost: number
    /** cv: cost of the cheap model. */
    cheapCost: number
    /** Rv. */
    reward: number
    /** Sv. */
    slash: number
    bond: number
    bounty: number
    /** g: share of sampled tasks that are canaries. */
    canaryRate: number
    canaryCost: number
    /** e: probability that a lazy pass is exposed. */
    exposure: number
    /** Are commitments blind, so that there is nothing to copy? */
    blind: boolean
    /** a: audit rate of agreeing results. */
    auditRate: number
    /** P(escalate | right). */
    escalation: number
  }>
  beacon: Readonly<{
    /** b: draws that the executor may choose from; 1 is none extra. */
    draws: number
    withholdPenalty: number
  }>
  identity: Readonly<{
    /** K_id. */
    entryCost: number
    /** δ, as a factor per period. */
    discount: number
    tasksPerPeriod: number
    /** h: an honest executor is ejected, per period. */
    falseEjection: number
    /** ℓ, in periods. */
    verdictLag: number
  }>
  capital: Readonly<{
    /** κ: rate times lock time. */
    costPerStakePerTask: number
  }>
  evidence: Readonly<{ alpha: number; cheatRates: readonly number[]; restart: boolean }>
  /** In tasks. */
  horizon: number
  accept: Readonly<{
    /** μ. */
    margin: number
    /** β. */
    ruinProbability: number
    falseSlash: number
    residualError: number
  }>
}>

/**
 * The default file. It is safe: cheating loses by more than its margin.
 *
 * @example
 * ```ts
 * import { Parameters, solve } from '@spotcheck/core/economics'
 *
 * solve(Parameters.defaults).deterred // true
 * ```
 */
export const defaults: Parameters = {
  task: { reward: 1.2, honestCost: 1, cheatCost: 0, externalGain: 0, fee: null },
  sampling: { mode: 'bernoulli', rate: 0.1, verifiers: 1 },
  slash: { rule: 'per-fraud', amount: 30, max: null, forfeitBatchReward: false, burnShare: 1 },
  comparator: { power: 1, falsePositive: 0, errors: 'independent' },
  arbitration: { power: 1, falsePositive: 0, cost: 0 },
  stake: { concurrentBatches: 1 },
  batch: { size: 1 },
  verifiers: {
    pool: null,
    colluding: 0,
    falseDissent: 0,
    cost: 1,
    cheapCost: 0,
    reward: 1.2,
    slash: 10,
    bond: 0,
    bounty: 0,
    canaryRate: 0,
    canaryCost: 0,
    exposure: 1,
    blind: true,
    auditRate: 0,
    escalation: 0,
  },
  beacon: { draws: 1, withholdPenalty: 0 },
  identity: { entryCost: 0, discount: 0, tasksPerPeriod: 1, falseEjection: 0, verdictLag: 0 },
  capital: { costPerStakePerTask: 0.0001 },
  evidence: { alpha: 0.000001, cheatRates: [0.05, 0.2, 0.5, 1], restart: true },
  horizon: 10000,
  accept: { margin: 0.5, ruinProbability: 0.05, falseSlash: 0.000001, residualError: 0.01 },
}
