/**
 * A seeded Monte Carlo over Round: who profits, who is caught, and what checking costs.
 *
 * @module
 */
import { Errors } from '@spotcheck/core'
import type { Parameters } from '@spotcheck/core/economics'
import * as Epoch from './Epoch.js'
import type { Cohort } from './Population.js'
import * as Prediction from './Prediction.js'
import * as Statistics from './Statistics.js'

/** What is simulated. */
export type SimulationParameters = Readonly<{
  parameters: Parameters.Parameters
  cohorts: readonly Cohort[]
  /** Independent epochs, each from fresh balances. At least 2. */
  epochs: number
  /** A whole number from 0 to 2^53 - 1. */
  seed: number
  /** Called after each epoch. */
  onProgress?: (done: number, epochs: number) => void
}>

/** What the executors of a cohort did over all epochs. Money in units of the parameter file. */
export type StrategyResult = Readonly<{
  strategy: string
  executors: number
  tasks: number
  cheats: number
  sampled: number
  sampledCheats: number
  caught: number
  falseSlashes: number
  /** Share of (executor, epoch) pairs in which at least one fraud was proven. */
  capture: Statistics.Estimate
  /** Mean profit per task over (executor, epoch) pairs. */
  profitPerTask: Statistics.Estimate
  /** What the closed form expects; null where it has no such form. */
  expectedProfitPerTask: number | null
  /** What the closed form expects of `capture`. */
  expectedCapture: number
}>

/** The result of a simulation. The same parameters give the same result. */
export type Simulation = Readonly<{
  engine: 'protocol'
  seed: number
  epochs: number
  strategies: readonly StrategyResult[]
  /** All tasks served. */
  tasks: number
  /** How often verifiers ran sampled tasks again, arbitration aside. */
  reexecutions: number
  /** How often arbiters ran disputed tasks again. */
  arbitrations: number
  /**
   * (honest serving + re-executions + arbitrations) / honest serving, in the costs of the parameter file: C per task, Cv
   * for each of both. Every task counts as served honestly, also those that were cheated on. Null where honest serving
   * costs nothing.
   */
  computeMultiplier: number | null
}>

/**
 * Simulates a population. Every task goes through the real Round.
 *
 * @throws InvalidSimulationError for epochs, seed or cohorts out of range; Crossing.UnsupportedError,
 * Crossing.InvalidAmountError and Protocol.InvalidProtocolError for parameters that the protocol does not take;
 * Round.CannotOpenError for a verifier pool without room for n verifiers and the arbiters.
 * @example
 * ```ts
 * import { Parameters } from '@spotcheck/core/economics'
 * import { Simulation, Strategy } from '@spotcheck/sim'
 *
 * const result = await Simulation.run({
 *   parameters: Parameters.from({
 *     task: { reward: 1.2, honestCost: 1, cheatCost: 0 },
 *     sampling: { rate: 0.1 },
 *     slash: { amount: 30 },
 *   }),
 *   cohorts: [{ strategy: Strategy.lazy, count: 2 }],
 *   epochs: 5,
 *   seed: 1,
 * })
 * result.strategies[0]?.cheats // 10
 * ```
 */
export async function run(simulation: SimulationParameters): Promise<Simulation> {
  assertSimulation(simulation)
  const { parameters, cohorts, epochs, seed, onProgress } = simulation
  const records: Epoch.EpochRecord[] = []
  const setting = Epoch.prepare(simulation)
  for (let epoch = 0; epoch < epochs; epoch++) {
    records.push(await Epoch.play({ ...setting, epoch }))
    onProgress?.(epoch + 1, epochs)
  }
  const executors = records.flatMap((record) => record.executors)
  const reexecutions = records.reduce((sum, record) => sum + record.reexecutions, 0)
  const arbitrations = records.reduce((sum, record) => sum + record.arbitrations, 0)
  const checking = (reexecutions + arbitrations) * parameters.verifiers.cost
  const tasks = total(executors, 'tasks')
  const { honestCost } = parameters.task
  return {
    engine: 'protocol',
    seed,
    epochs,
    strategies: cohorts.map((cohort, index) =>
      summarise(
        parameters,
        cohort,
        executors.filter((record) => record.cohort === index),
      ),
    ),
    tasks,
    reexecutions,
    arbitrations,
    computeMultiplier: honestCost > 0 ? 1 + checking / (tasks * honestCost) : null,
  }
}

function summarise(
  parameters: Parameters.Parameters,
  { strategy, count }: Cohort,
  own: readonly Epoch.ExecutorRecord[],
): StrategyResult {
  const captured = own.filter(({ caught }) => caught > 0).length
  return {
    strategy: strategy.name,
    executors: count,
    tasks: total(own, 'tasks'),
    cheats: total(own, 'cheats'),
    sampled: total(own, 'sampled'),
    sampledCheats: total(own, 'sampledCheats'),
    caught: total(own, 'caught'),
    falseSlashes: total(own, 'falseSlashes'),
    capture: Statistics.frequency(captured, own.length),
    profitPerTask: Statistics.mean(own.map(({ profit, tasks }) => profit / tasks)),
    expectedProfitPerTask: Prediction.profitPerTask(parameters, strategy),
    expectedCapture: Prediction.capture(parameters, strategy),
  }
}

type Counter = 'tasks' | 'cheats' | 'sampled' | 'sampledCheats' | 'caught' | 'falseSlashes'

function total(records: readonly Epoch.ExecutorRecord[], counter: Counter): number {
  return records.reduce((sum, record) => sum + record[counter], 0)
}

function assertSimulation({ cohorts, epochs, seed }: SimulationParameters): void {
  const spread = 'use at least 2: an interval needs a spread'
  assertWhole('epochs', epochs, 2, 1e6, epochs > 1e6 ? 'use fewer: the interval narrows with their root' : spread)
  assertWhole('seed', seed, 0, Number.MAX_SAFE_INTEGER, 'pass a whole number such as 1')
  for (const { strategy, count } of cohorts) assertWhole(strategy.name, count, 1, 1e5, 'leave the cohort out')
  if (cohorts.length > 0) return
  throw invalid('cohorts', cohorts, 'at least one cohort of executors', 'add { strategy: Strategy.honest, count: 1 }')
}

function assertWhole(subject: string, value: number, min: number, max: number, fix: string): void {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return
  throw invalid(subject, value, `a whole number from ${min} to ${max}`, fix)
}

function invalid(subject: string, value: unknown, rule: string, fix: string): InvalidSimulationError {
  return new InvalidSimulationError(`${subject} can't be simulated.`, { subject, value, rule, fix })
}

/** A simulation without a meaning. */
export class InvalidSimulationError extends Errors.BaseError {
  override name = 'Simulation.InvalidSimulationError'
}
