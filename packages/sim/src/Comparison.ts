/**
 * Policies side by side, on the same population and at the same costs: what each costs, what it lets through, and which cheat
 * earns most under it.
 *
 * @module
 */
import { Errors } from '@spotcheck/core'
import * as BestResponse from './BestResponse.js'
import { between, settingsOf } from './comparison/settings.js'
import { isGain, meanProfits } from './engine/earnings.js'
import type { Plan } from './engine/Plan.js'
import { replicate } from './engine/statistical.js'
import { type Named, plan as planOf, type Registry, registry, type Scenario } from './Scenario.js'
import * as Statistics from './Statistics.js'
import { collector, type NetworkSummary } from './Summary.js'

/** What a strategy gains under a policy. */
export type Attack = Readonly<{
  strategy: string
  /** Profit beyond that of an honest node, per task that it could have served until the end. */
  advantage: Statistics.Estimate
  /** Share of the tasks it served that it cheated on, and that were checked. */
  cheated: number
  checked: number
  /** Share of its nodes of which a cheat was proven. */
  captured: number
}>

/** One policy. */
export type Row = Readonly<{
  policy: string
  options: Named['options']
  network: NetworkSummary
  /** Share of honest nodes that were slashed, or lost a reward, for honest work. */
  falselySlashed: Statistics.Estimate
  /** Epochs until a result is final. */
  finality: number
  /** In falling order of advantage; null where it can't be told from none. */
  attacks: readonly Attack[]
  /** The most profitable way of playing a strategy that was found; left out where none was looked for. */
  bestResponse?: BestResponse.Attack | undefined
  /** Does no cheat earn more than honest work, beyond doubt, and is no honest node hit more often than `accept.falseSlash`? */
  holds: boolean
  /** Besides, is the share of wrong results at most `accept.residualError`? */
  secure: boolean
  /** Why, in a line. */
  why: string
}>

/** The result: a row for each policy. */
export type Comparison = Readonly<{
  kind: 'comparison'
  seed: number
  epochs: number
  replications: number
  /** Was every policy played? */
  complete: boolean
  rows: readonly Row[]
}>

/** How policies are compared. */
export type Options = Readonly<{
  /** Default: all of the registry with their own defaults, the scenario's with its options. */
  policies?: readonly Named[] | undefined
  /**
   * At equal security, unless this is set: a policy that is not secure is played with its further settings, in rising order of
   * cost, and the first that is secure is taken; if none is, its own again.
   */
  asPublished?: boolean | undefined
  /**
   * Is every strategy of the registry also to be played as well as can be found against each policy that is secure? One under
   * which that pays is not. Takes minutes.
   */
  attack?: boolean | undefined
  registry?: Registry | undefined
  /** Stops after the policy in progress. */
  signal?: AbortSignal | undefined
  onProgress?: ((done: number, of: number) => void) | undefined
}>

/**
 * Compares policies on a scenario. Its replications pair them: every node meets the same chances.
 *
 * @throws InvalidComparisonError if nobody in the population is honest.
 * @example
 * ```ts
 * import { Comparison, Scenario } from '@spotcheck/sim'
 *
 * const scenario = Scenario.from({
 *   parameters: { task: {}, sampling: { rate: 0.1 }, slash: { amount: 30 } },
 *   population: [
 *     { strategy: 'honest', count: 8 },
 *     { strategy: 'lazy', count: 2 },
 *   ],
 *   replications: 20,
 * })
 * const { rows } = await Comparison.run(scenario, { policies: [{ name: 'none', options: {} }] })
 * rows[0]?.attacks[0]?.advantage.mean // 1 within rounding
 * ```
 */
export async function run(scenario: Scenario, options: Options = {}): Promise<Comparison> {
  const known = options.registry ?? registry
  const policies = options.policies ?? known.policies.map(({ name }) => own(scenario, name))
  const honest = assertComparable(scenario)
  const rows: Row[] = []
  for (const policy of policies) {
    if (options.signal?.aborted) break
    const settings = options.asPublished ? [] : settingsOf(policy, known)
    rows.push(first([policy, ...settings], { scenario, known, honest, attack: options.attack === true }))
    options.onProgress?.(rows.length, policies.length)
    await new Promise((resolve) => setImmediate(resolve))
  }
  const { seed, epochs, replications } = scenario
  return { kind: 'comparison', seed, epochs, replications, complete: rows.length === policies.length, rows }
}

/**
 * The first cohort of honest nodes, whose profit a cheat is set against.
 *
 * @throws InvalidComparisonError if there is none, or so little to go by that nothing can be told.
 */
export function assertComparable(scenario: Scenario): number {
  const honest = scenario.population.findIndex(({ strategy }) => strategy === 'honest')
  if (honest < 0) throw nobodyHonest(scenario)
  if (scenario.replications >= 2) return honest
  throw new InvalidComparisonError('one replication has no interval: nothing can be told from it.', {
    subject: 'replications',
    value: scenario.replications,
    rule: 'at least 2',
    fix: 'write "replications": 10',
  })
}

/** The scenario's own policy as the scenario has it. */
function own({ policy }: Scenario, name: string): Named {
  return policy.name === name ? policy : { name, options: {} }
}

/**
 * The first that is secure, or one between it and the last that is not; if none is, the first. What a few replications refuse is
 * not played with all of them.
 */
function first(ways: readonly [Named, ...Named[]], setting: Setting): Row {
  const [own, ...stricter] = ways
  let refused: Named | null = null
  for (const way of ways) {
    const row = stricter.length > 0 && !isPromising(way, setting) ? null : played(way, setting)
    if (row?.secure === true) return refused === null ? row : closer(refused, row, setting)
    refused = way
  }
  const row = played(own, setting)
  return stricter.length === 0
    ? row
    : { ...row, why: `${row.why}; none of ${stricter.length} stricter settings is secure` }
}

/** Halvings between a setting that is not secure and one that is: to a tenth of what is between them. */
const HALVINGS = 3

/** The least that was found between one that is not secure and one that is: one under which every cheat loses, as seen. */
function closer(refused: Named, row: Row, setting: Setting): Row {
  let [low, best] = [refused, row]
  for (let halving = 0; halving < HALVINGS; halving++) {
    const way = between(low, { name: best.policy, options: best.options }, setting.known)
    if (way === null) break
    const found = isPromising(way, setting) ? played(way, setting) : null
    if (found?.secure === true && !found.attacks.some(isAhead)) best = found
    else low = way
  }
  return best
}

function isAhead({ advantage, cheated }: Attack): boolean {
  return cheated > 0 && advantage.mean > 0
}

/** Replications of a first look at a setting. */
const SMALL = 3

function isPromising(way: Named, { scenario, ...setting }: Setting): boolean {
  const replications = Math.min(SMALL, scenario.replications)
  return played(way, { ...setting, attack: false, scenario: { ...scenario, replications } }).secure
}

type Setting = Readonly<{ scenario: Scenario; known: Registry; honest: number; attack: boolean }>

function played(policy: Named, { scenario, known, honest, attack }: Setting): Row {
  const set = { ...scenario, policy }
  const row = rowOf(planOf(set, known), scenario.replications, honest, policy)
  return attack && row.secure ? attacked(row, set, known) : row
}

/** A policy that is secure against its population, with the best that any strategy can do. */
function attacked(row: Row, scenario: Scenario, known: Registry): Row {
  const found = known.strategies.flatMap((strategy) => {
    const way = strategy.name === 'honest' ? null : BestResponse.bestResponse(scenario, known, strategy)
    return way === null ? [] : [BestResponse.confirm(scenario, known, way)]
  })
  const [best] = found.toSorted((a, b) => Number(b.pays) - Number(a.pays) || b.advantage.mean - a.advantage.mean)
  if (best === undefined) return row
  if (!best.pays) return { ...row, bestResponse: best }
  const way = Object.entries(best.options).map(([option, value]) => `${option} ${JSON.stringify(value)}`)
  const played = [best.strategy, ...(way.length > 0 ? [`with ${way.join(', ')}`] : [])].join(' ')
  const why = `${played} earns ${short(best.advantage.mean)} more per task than honest work; as this population plays, ${row.why}`
  return { ...row, bestResponse: best, holds: false, secure: false, why }
}

function rowOf(plan: Plan, replications: number, honest: number, { name, options }: Named): Row {
  const summary = collector(plan)
  const earned: number[][] = plan.cohorts.map(() => [])
  for (let replication = 0; replication < replications; replication++) {
    const tally = replicate(plan, replication)
    summary.add(tally)
    for (const [cohort, mean] of meanProfits(plan, tally).entries()) earned[cohort]!.push(mean)
  }
  const cohorts = summary.cohorts()
  const attacks = cohorts
    .flatMap(({ strategy, counts, captured }, cohort): Attack[] => {
      if (cohort === honest) return []
      const advantage = Statistics.mean(earned[cohort]!.map((mean, i) => mean - earned[honest]![i]!))
      const [cheated, checked] = [counts.cheats / counts.tasks, counts.sampled / counts.tasks]
      return [{ strategy, advantage, cheated, checked, captured: captured.mean }]
    })
    .toSorted((a, b) => b.advantage.mean - a.advantage.mean)
  const { falselySlashed } = cohorts[honest]!
  const holds = !attacks.some(pays) && falselySlashed.mean <= plan.parameters.accept.falseSlash
  const network = summary.network()
  const error = network.errorRate.mean
  const why = [explain(attacks, plan), ...wronged(falselySlashed.mean, plan), ...spoilt(error, plan)].join('; ')
  return {
    policy: name,
    options,
    network,
    falselySlashed,
    finality: plan.rules.finality,
    attacks,
    holds,
    secure: holds && error <= plan.parameters.accept.residualError,
    why,
  }
}

/** Does it earn more than honest work, beyond doubt? */
function pays({ advantage, cheated }: Attack): boolean {
  return cheated > 0 && isGain(advantage)
}

function explain(attacks: readonly Attack[], { rules }: Plan): string {
  const best = attacks.find(({ cheated }) => cheated > 0)
  if (best === undefined) return 'nobody cheats: there is nothing to gain'
  const { strategy, advantage, checked, captured } = best
  const seen = `${percent(checked)} of its tasks were checked and ${percent(captured)} of its nodes caught`
  if (pays(best)) {
    const lost = rules.penalty.slash > 0 ? `a slash of ${short(rules.penalty.slash)}` : 'no slash'
    return `${strategy} earns ${short(advantage.mean)} more per task than honest work: ${seen}, with ${lost}`
  }
  if (advantage.high > 0) return `${strategy} comes closest, and can't be told from honest work: ${seen}`
  return `the best cheat, ${strategy}, loses ${short(-advantage.mean)} per task against honest work: ${seen}`
}

function wronged(falselySlashed: number, { parameters }: Plan): string[] {
  if (falselySlashed <= parameters.accept.falseSlash) return []
  return [`${percent(falselySlashed)} of the honest nodes lost something for honest work`]
}

function spoilt(error: number, { parameters }: Plan): string[] {
  const { residualError } = parameters.accept
  return error <= residualError
    ? []
    : [`${percent(error)} of what is shipped is wrong, of ${percent(residualError)} allowed`]
}

function percent(share: number): string {
  return `${short(100 * share)} %`
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)))
}

function nobodyHonest({ population }: Scenario): InvalidComparisonError {
  return new InvalidComparisonError('policies can’t be compared without honest executors.', {
    subject: 'population',
    value: population.map(({ strategy }) => strategy),
    rule: 'a cohort of the strategy honest, whose profit a cheat is set against',
    fix: 'add { "strategy": "honest", "count": 10 }',
  })
}

/** A comparison without a measure. */
export class InvalidComparisonError extends Errors.BaseError {
  override name = 'Comparison.InvalidComparisonError'
}
