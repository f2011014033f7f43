/**
 * A seeded Monte Carlo over a scenario: who profits, who is caught, what slips through, and what checking costs.
 *
 * @module
 */
import { Errors } from '@spotcheck/core'
import type { Kind, Plan } from './engine/Plan.js'
import * as Protocol from './engine/protocol.js'
import * as Modules from './Modules.js'
import * as Prediction from './Prediction.js'
import { plan as planOf, type Registry, type Scenario } from './Scenario.js'
import type { Estimate } from './Statistics.js'
import type { Player } from './Strategy.js'
import { type CohortSummary, collector, type NetworkSummary, type VerifierSummary } from './Summary.js'
import { inTurn, spread } from './threads/replications.js'

/** `protocol` plays every task through the real Round; `statistical` draws the same counts from their distributions. */
export type Engine = 'protocol' | 'statistical'

/** How a scenario is run. */
export type Options = Readonly<{
  /** Default `statistical`. */
  engine?: Engine | undefined
  /** Strategies and policies that the scenario may name; default: those that come with the simulator. */
  registry?: Registry | undefined
  /** Paths of modules that export further ones; each thread loads them itself, as it can't be handed those of `registry`. */
  modules?: readonly string[] | undefined
  /** Threads that play replications at the same time; default 1, this one. The result is the same to the byte. */
  threads?: number | undefined
  /**
   * Stop before all replications once each interval of profit per task and of the error rate is at most this share of its
   * mean to either side; looked at after each 10 replications.
   */
  untilInterval?: number | undefined
  /** Stops after the replication in progress; further threads amid theirs. */
  signal?: AbortSignal | undefined
  /** Called after each replication. */
  onProgress?: ((done: number, replications: number) => void) | undefined
}>

/** What became of a cohort, and what the closed forms expect of it; null where there is none. */
export type CohortResult = CohortSummary &
  Readonly<{ expectedProfitPerTask: number | null; expectedCaptured: number | null }>

/** The result of a simulation. The same scenario gives the same result, whatever the machine. */
export type Simulation = Readonly<{
  kind: 'simulation'
  engine: Engine
  policy: string
  seed: number
  epochs: number
  /** Replications that were played, and whether that is all of them. */
  replications: number
  complete: boolean
  cohorts: readonly CohortResult[]
  /** Left out where the scenario names no verifiers, or the policy checks otherwise. */
  verifiers?: readonly VerifierSummary[]
  network: NetworkSummary
}>

/**
 * Simulates a scenario.
 *
 * @throws InvalidSimulationError for options out of range; Scenario.InvalidScenarioError for a name that the registry does not
 * have; with the protocol engine Crossing.UnsupportedError, Crossing.InvalidAmountError and Protocol.InvalidProtocolError for
 * what the protocol does not take; with several threads Modules.UnsharableError for what can't be handed to them.
 * @example
 * ```ts
 * import { Scenario, Simulation } from '@spotcheck/sim'
 *
 * const scenario = Scenario.from({
 *   parameters: { task: {}, sampling: { rate: 0.1 }, slash: { amount: 30 } },
 *   population: [{ strategy: 'lazy', count: 2 }],
 *   epochs: 1,
 *   replications: 5,
 * })
 * const { engine, cohorts } = await Simulation.run(scenario)
 * engine // 'statistical'
 * cohorts[0]?.counts.cheats // 10
 * ```
 */
export async function run(scenario: Scenario, options: Options = {}): Promise<Simulation> {
  const { engine = 'statistical', threads = 1, modules = [], signal, onProgress, untilInterval } = options
  assertOptions(engine, untilInterval)
  assertThreads(threads)
  if (threads > 1) Modules.assertShared(options.registry, options.modules, scenario)
  const plan = planOf(scenario, options.registry ?? (await Modules.load(modules)))
  if (engine === 'protocol') Protocol.assertPlayable(plan)
  const collected = collector(plan)
  const { replications } = scenario
  const tallies =
    threads === 1 ? inTurn(plan, engine, replications) : spread(plan, { scenario, engine, modules, threads, signal })
  let isEnough = false
  if (!signal?.aborted)
    for await (const tally of tallies) {
      collected.add(tally)
      onProgress?.(collected.size(), replications)
      isEnough = isPrecise(collected.size(), untilInterval, () => [
        ...collected.cohorts(),
        ...collected.verifiers().filter(({ counts }) => counts.tasks > 0),
        collected.network(),
      ])
      if (isEnough || signal?.aborted) break
    }
  const cohorts = collected.cohorts()
  return {
    kind: 'simulation',
    engine,
    policy: plan.policy,
    seed: plan.seed,
    epochs: plan.epochs,
    replications: collected.size(),
    complete: isEnough || collected.size() === replications,
    cohorts: cohorts.map((cohort, i) => ({ ...cohort, ...expectations(plan, i, engine) })),
    ...(plan.verifiers === null ? {} : { verifiers: collected.verifiers() }),
    network: collected.network(),
  }
}

type Looked = Readonly<{ profitPerTask?: Estimate; errorRate?: Estimate }>

function isPrecise(size: number, until: number | undefined, look: () => readonly Looked[]): boolean {
  if (until === undefined || size % 10 !== 0) return false
  const estimates = look().flatMap(({ profitPerTask, errorRate }) => profitPerTask ?? errorRate ?? [])
  return estimates.every(({ mean, high }) => high - mean <= until * Math.abs(mean))
}

/** What the closed forms say where a cohort always does the same for one epoch under our policy. */
function expectations(plan: Plan, cohort: number, engine: Engine) {
  const { policy, rules, epochs, batches, parameters, cohorts, verifiers: played } = plan
  const { player, kinds, stake } = cohorts[cohort]!
  const habit = habitOf(player)
  const [{ reward, honestCost, cheatCost, externalGain }, ...others] = kinds as [Kind, ...Kind[]]
  // Of evidence, and of verifiers of several minds, no closed form knows.
  if (
    policy !== 'spotcheck' ||
    rules.evidence !== undefined ||
    played !== null ||
    epochs !== 1 ||
    batches !== 1 ||
    others.length > 0 ||
    stake !== null ||
    habit === null
  )
    return { expectedProfitPerTask: null, expectedCaptured: null }
  const { task, slash } = parameters
  const file = { ...parameters, task: { ...task, reward, honestCost, cheatCost, externalGain } }
  // An infinite pool is one for draws; where verifiers are played there are only so many.
  const verifiers = engine === 'statistical' ? parameters.verifiers.pool : undefined
  // What comes back of a slash, and a batch that is lost as a whole, have no closed form here.
  const isWhole = !slash.forfeitBatchReward && (slash.burnShare === 1 || habit.cheat === 0)
  return {
    expectedProfitPerTask: isWhole ? Prediction.profitPerTask(file, habit, verifiers) : null,
    expectedCaptured: Prediction.capture(file, habit, verifiers),
  }
}

/** What a player always does; null where that depends, or is more than cheating. */
function habitOf({ habit }: Player): Prediction.Habit | null {
  if (typeof habit?.cheat !== 'number') return null
  const { cheat, cost, ...more } = habit
  return Object.values(more).every((value) => value === undefined) ? { cheat, cost } : null
}

function assertOptions(engine: unknown, untilInterval: unknown): void {
  if (engine !== 'protocol' && engine !== 'statistical')
    throw invalid('engine', engine, '"protocol" or "statistical"', 'leave it out for the statistical one')
  if (untilInterval === undefined || (typeof untilInterval === 'number' && untilInterval > 0)) return
  throw invalid('untilInterval', untilInterval, 'a share above 0', 'write 0.01 for 1 %')
}

/**
 * A number of threads.
 *
 * @throws InvalidSimulationError if it is none.
 * @internal
 */
export function assertThreads(threads: number): void {
  if (Number.isInteger(threads) && threads >= 1 && threads <= 256) return
  throw invalid('threads', threads, 'a whole number from 1 to 256', 'write 2')
}

function invalid(subject: string, value: unknown, rule: string, fix: string): InvalidSimulationError {
  return new InvalidSimulationError(`${subject} can't be simulated.`, { subject, value, rule, fix })
}

/** A simulation without a meaning. */
export class InvalidSimulationError extends Errors.BaseError {
  override name = 'Simulation.InvalidSimulationError'
}
