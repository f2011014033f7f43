/**
 * Policies side by side, on the same population and at the same costs: what each costs, what it lets through, and which cheat
 * earns most under it.
 *
 * @module
 */
import { Errors } from '@spotcheck/core'
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
    rows.push(first([policy, ...settings], { scenario, known, honest }))
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

/** What else may be tried of a policy: nothing where its options were chosen. */
function settingsOf({ name, options }: Named, known: Registry): readonly Named[] {
  if (Object.keys(options).length > 0) return []
  const found = known.policies.find((policy) => policy.name === name)
  return (found?.settings ?? []).map((setting) => ({ name, options: setting as Named['options'] }))
}

/** The first that is secure, by a first look and then by all replications; if none is, the first. */
function first(ways: readonly [Named, ...Named[]], setting: Setting): Row {
  const { scenario } = setting
  const small = { ...setting, scenario: { ...scenario, replications: Math.min(SMALL, scenario.replications) } }
  for (const way of ways) {
    if (ways.length > 1 && !played(way, small).secure) continue
    const row = played(way, setting)
    if (row.secure) return row
  }
  const row = played(ways[0], setting)
  return ways.length === 1 ? row : { ...row, why: `${row.why}; none of ${ways.length - 1} stricter settings is secure` }
}

/** Replications of a first look at a setting. */
const SMALL = 3

type Setting = Readonly<{ scenario: Scenario; known: Registry; honest: number }>

function played(policy: Named, { scenario, known, honest }: Setting): Row {
  return rowOf(planOf({ ...scenario, policy }, known), scenario.replications, honest, policy)
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
