/**
 * What the commands print with `--json`, checked where it comes in again.
 *
 * @module
 */
import { Parameters } from '@spotcheck/core/economics'
import * as z from 'zod'
import type { Comparison } from '../Comparison.js'
import type { Simulation } from '../Simulation.js'
import type { Tuning } from '../Tuning.js'

/** JSON has no infinity and no NaN and writes null for both: which one it was, the place says. */
const or = (missing: number) => z.union([z.number(), z.null().transform(() => missing)], 'a number, or null')
const number = z.number('a finite number')
const maybe = z.number().nullable()
const text = z.string('a text')
const flag = z.boolean('true or false')
const options = z.record(z.string(), z.unknown())
const whole = z.int('a whole number').min(0, 'a whole number >= 0')
const list = <each extends z.ZodType>(each: each, what: string) => z.array(each, `a list of ${what}`)

const estimate = z.object(
  { mean: or(Number.NaN), low: or(Number.NEGATIVE_INFINITY), high: or(Number.POSITIVE_INFINITY) },
  'an estimate: { "mean", "low", "high" }',
)

const network = z.object({
  tasks: number,
  errorRate: estimate,
  computeMultiplier: estimate.nullable(),
  verificationCost: estimate,
  capitalCost: estimate,
})

const counts = z.object({
  tasks: number,
  cheats: number,
  noisy: number,
  sampled: number,
  sampledCheats: number,
  disputes: number,
  caught: number,
  falseSlashes: number,
})

const cohort = z.object({
  strategy: text,
  nodes: number,
  counts,
  profitPerTask: estimate,
  profitQuantiles: list(or(Number.NaN), 'quantiles').length(5, 'five quantiles'),
  captured: estimate,
  ejected: estimate,
  falselySlashed: estimate,
  epochsToCapture: z.object({ mean: number, quantiles: list(or(Number.NaN), 'quantiles') }).nullable(),
  giniOfLosses: estimate,
  expectedProfitPerTask: maybe,
  expectedCaptured: maybe,
})

const simulation = z.object({
  kind: z.literal('simulation'),
  engine: z.enum(['protocol', 'statistical']),
  policy: text,
  seed: whole,
  epochs: number,
  replications: number,
  complete: flag,
  cohorts: list(cohort, 'cohorts'),
  network,
})

const attack = z.object({
  strategy: text,
  options,
  like: whole.optional(),
  advantage: estimate,
  cheated: number,
  pays: flag,
})

const row = z.object({
  policy: text,
  options,
  network,
  falselySlashed: estimate,
  finality: or(Number.POSITIVE_INFINITY),
  attacks: list(
    z.object({ strategy: text, advantage: estimate, cheated: number, checked: number, captured: number }),
    'attacks',
  ),
  bestResponse: attack.optional(),
  holds: flag,
  secure: flag,
  why: text,
})

const comparison = z.object({
  kind: z.literal('comparison'),
  seed: whole,
  epochs: number,
  replications: number,
  complete: flag,
  rows: list(row, 'policies'),
})

const candidate = z.object({
  sampleRate: number,
  verifiers: number,
  slash: number,
  stake: number,
  canaryRate: number,
  newcomers: number,
})

const cost = z.object({
  verification: number,
  canaries: number,
  arbitration: number,
  capital: number,
  total: number,
  multiple: maybe,
})

const constraintName = z.enum([
  ...(['EV rule', 'ruin rule', 'participation', 'false slashes', 'residual error'] as const),
  ...(['verifiers', 'strategies', 'bounds'] as const),
])

const constraint = z.object({
  name: constraintName,
  binds: flag,
  value: maybe,
  bound: maybe,
  why: text,
})

const step = z.object({ candidate, total: number, attack: attack.nullable(), verdict: text })
const point = z.object({ candidate, verification: number, capital: number, total: number })
const sensitivity = z.object({
  parameter: text,
  from: number,
  to: number,
  breaks: list(constraintName, 'rules'),
  total: maybe,
})
const profit = z.object({ strategy: text, points: list(z.object({ rate: number, advantage: estimate }), 'points') })
const detection = z.object({ rate: number, theory: number, simulated: estimate })
const path = z.object({
  strategy: text,
  threshold: or(Number.POSITIVE_INFINITY),
  points: list(z.object({ sampled: number, evidence: or(Number.POSITIVE_INFINITY) }), 'points'),
})

const tuning = z.object({
  kind: z.literal('tuning'),
  seed: whole,
  complete: flag,
  recommended: candidate.nullable(),
  parameters: Parameters.schema.nullable(),
  cost: cost.nullable(),
  closedForm: z.object({ candidate, total: number }).nullable(),
  constraints: list(constraint, 'constraints'),
  attacks: list(attack, 'attacks'),
  untried: list(text, 'strategies'),
  history: list(step, 'candidates'),
  pareto: list(point, 'points'),
  sensitivity: list(sensitivity, 'changes'),
  profits: list(profit, 'strategies'),
  detection: list(detection, 'points'),
  evidence: list(path, 'paths'),
  comparison,
})

/** What each kind of result looks like. */
export const kinds: Readonly<{
  tuning: z.ZodType<Tuning>
  comparison: z.ZodType<Comparison>
  simulation: z.ZodType<Simulation>
}> = { tuning, comparison, simulation }
