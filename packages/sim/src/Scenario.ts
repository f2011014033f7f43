/**
 * Scenario files: a population, the policy that checks it, and for how long. JSON, or the same object in TypeScript.
 *
 * @module
 */
import { Errors, Nearest } from '@spotcheck/core'
import { Issues, Mix, Parameters } from '@spotcheck/core/economics'
import * as z from 'zod'
import type { Kind, Plan, Cohort as Played } from './engine/Plan.js'
import { assertRules } from './engine/rules.js'
import type { Policy } from './Policy.js'
import * as Policies from './policies/index.js'
import * as Stake from './Stake.js'
import type { Strategy } from './Strategy.js'
import * as Strategies from './strategies/index.js'
import type * as Verifier from './Verifier.js'
import * as Verifiers from './verifiers/index.js'

/** A strategy or a policy by its name, with its options. */
export type Named = Readonly<{ name: string; options: Readonly<Record<string, unknown>> }>

/** Executors that behave alike. */
export type Cohort = Readonly<{
  /** Name of the strategy. */
  strategy: string
  options: Readonly<Record<string, unknown>>
  /** How many nodes; else the share of `nodes` that they are. */
  count?: number | undefined
  share?: number | undefined
  /**
   * W of each identity, the same for all or drawn for each. Default: what the policy asks for. Who has less is ejected earlier,
   * when what is left does not cover another slash.
   */
  stake?: Stake.Stake | undefined
  /** The kinds of task that they are given. Default: what the parameters say. */
  values?: readonly Parameters.ValuedTask[] | undefined
  /** Probability per epoch that a node leaves and a new one takes its place. */
  churn: number
}>

/** Verifiers that behave alike. */
export type VerifierCohort = Readonly<{
  /** Name of the strategy. */
  strategy: string
  options: Readonly<Record<string, unknown>>
  /** How many of them; else the share of `parameters.verifiers.pool` that they are. */
  count?: number | undefined
  share?: number | undefined
}>

/** A scenario with every default applied. */
export type Scenario = Readonly<{
  parameters: Parameters.Parameters
  population: readonly Cohort[]
  /** Nodes of all cohorts together, where cohorts are given as shares. */
  nodes?: number | undefined
  /**
   * The pool of verifiers, played one by one. Default: that of the parameters, of which a share colludes and the rest is
   * diligent. Policies that check otherwise have no use for it.
   */
  verifiers?: readonly VerifierCohort[] | undefined
  epochs: number
  /** Tasks of a node in an epoch: whole batches. Default: N·T of the parameters. */
  tasksPerEpoch?: number | undefined
  policy: Named
  seed: number
  replications: number
}>

/** Strategies and policies that a scenario may name. */
export type Registry = Readonly<{
  strategies: readonly Strategy[]
  policies: readonly Policy[]
  verifiers: readonly Verifier.Strategy[]
}>

/** Those that come with the simulator. */
export const registry: Registry = {
  strategies: Strategies.all,
  policies: Policies.all,
  verifiers: Verifiers.all,
}

const whole = (least: number, most = Number.MAX_SAFE_INTEGER) => {
  const rule = `a whole number from ${least} to ${most}`
  return z.int(rule).min(least, rule).max(most, rule)
}
const share = z
  .number('a probability from 0 to 1')
  .min(0, 'a probability from 0 to 1')
  .max(1, 'a probability from 0 to 1')
const amount = z.number('a finite amount').min(-1e100, 'a finite amount').max(1e100, 'a finite amount')
const named = z.union(
  [
    z.string('a name, or { "name", "options" }').transform((name) => ({ name, options: {} })),
    z.strictObject({ name: z.string('a name'), options: z.record(z.string(), z.unknown()).default({}) }),
  ],
  'a name, or { "name", "options" }',
)
const value = z.strictObject({
  value: amount.gt(0, 'an amount above 0'),
  count: whole(1).default(1),
  reward: amount.optional(),
  honestCost: amount.optional(),
  cheatCost: amount.optional(),
  externalGain: amount.optional(),
})
const cohort = z.strictObject(
  {
    strategy: z.string('the name of a strategy'),
    options: z.record(z.string(), z.unknown(), 'an object of options').default({}),
    count: whole(1, 1_000_000).optional(),
    share: share.optional(),
    stake: Stake.schema.optional(),
    values: z.array(value, 'a list of kinds of task').min(1, 'a list of at least one kind of task').optional(),
    churn: share.default(0),
  },
  'an object with a strategy and a count or share',
)
const verifierCohort = z.strictObject(
  {
    strategy: z.string('the name of a verifier'),
    options: z.record(z.string(), z.unknown(), 'an object of options').default({}),
    count: whole(1, 1_000_000).optional(),
    share: share.optional(),
  },
  'an object with a strategy and a count or share',
)
const FILE = 'an object with parameters and a population'
const file = z.strictObject(
  {
    parameters: Parameters.schema,
    population: z.array(cohort, 'a list of cohorts').min(1, 'a list of at least one cohort'),
    nodes: whole(1, 1_000_000).optional(),
    verifiers: z.array(verifierCohort, 'a list of cohorts').min(1, 'a list of at least one cohort').optional(),
    epochs: whole(1, 10_000_000).default(10),
    tasksPerEpoch: whole(1).optional(),
    policy: named.default({ name: 'spotcheck', options: {} }),
    seed: whole(0).default(1),
    replications: whole(1, 1_000_000).default(100),
  },
  FILE,
)

type Parsed = z.output<typeof file>

/**
 * The JSON Schema of scenario files, for editors.
 *
 * @example
 * ```ts
 * import { Scenario } from '@spotcheck/sim'
 *
 * Scenario.jsonSchema().type // 'object'
 * ```
 */
export function jsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(file, { io: 'input', unrepresentable: 'any' })
}

/**
 * A scenario from parsed JSON, every default applied.
 *
 * @throws InvalidScenarioError naming every field that is wrong, its rule and what to do.
 * @example
 * ```ts
 * import { Scenario } from '@spotcheck/sim'
 *
 * const scenario = Scenario.from({
 *   parameters: { task: {}, sampling: { rate: 0.1 }, slash: { amount: 30 } },
 *   population: [
 *     { strategy: 'honest', count: 8 },
 *     { strategy: 'intermittent', options: { rate: 0.3 }, count: 2 },
 *   ],
 * })
 * scenario.policy.name // 'spotcheck'
 * ```
 */
export function from(value: unknown, known: Registry = registry): Scenario {
  let parsed: ReturnType<typeof file.safeParse>
  try {
    parsed = file.safeParse(value)
  } catch (cause) {
    const rule = 'a plain object, as JSON.parse makes'
    throw new InvalidScenarioError([{ path: 'scenario', value, rule, fix: `pass ${rule}` }], cause)
  }
  const issues = parsed.success
    ? contradictions(parsed.data, known)
    : [
        ...parsed.error.issues.flatMap((one) => Issues.explain(one, value, knownKeys)).map(atRoot),
        ...parts(value, known),
      ]
  const [first] = issues
  if (first !== undefined || !parsed.success) throw new InvalidScenarioError(Issues.distinct(issues))
  const { data } = parsed
  return { ...data, population: data.population.map((one) => ({ ...one, values: filled(one, data.parameters) })) }
}

/** What is wrong with the file itself is no fault of a part of it. */
function atRoot(one: Issues.Issue): Issues.Issue {
  return one.rule === FILE ? { ...one, path: 'scenario' } : one
}

/** A kind of task that leaves an amount out has the file's. */
function filled({ values }: Parsed['population'][number], { task }: Parameters.Parameters): Cohort['values'] {
  return values?.map((kind) => ({
    value: kind.value,
    count: kind.count,
    reward: kind.reward ?? task.reward,
    honestCost: kind.honestCost ?? task.honestCost,
    cheatCost: kind.cheatCost ?? task.cheatCost,
    externalGain: kind.externalGain ?? task.externalGain,
  }))
}

/** What is wrong with names and shares in a file that is no scenario yet. */
function parts(value: unknown, known: Registry): Issues.Issue[] {
  if (typeof value !== 'object' || value === null) return []
  const { population, verifiers, policy } = value as Record<string, unknown>
  const { success, data } = named.safeParse(policy)
  return [
    ...listIssues('population', population, 'strategy', known.strategies),
    ...listIssues('verifiers', verifiers, 'verifier', known.verifiers),
    ...(success ? optionIssues('policy', data, 'policy', known.policies) : []),
  ]
}

/** As much of a cohort as its name and its share need. */
const outline = z.object({ strategy: z.string(), options: z.record(z.string(), z.unknown()).default({}) })
const portion = z.object({ count: z.unknown().optional(), share: share.optional() })

function listIssues(
  path: string,
  list: unknown,
  what: 'strategy' | 'verifier',
  known: readonly Known[],
): Issues.Issue[] {
  if (!Array.isArray(list)) return []
  const found = list.flatMap((one, i) => {
    const { success, data } = outline.safeParse(one)
    return success ? optionIssues(`${path}[${i}]`, { name: data.strategy, options: data.options }, what, known) : []
  })
  const portions = z.array(portion).safeParse(list)
  return portions.success ? [...found, ...shareIssues(path, portions.data as Counted[])] : found
}

/** What is wrong with fields that are each fine. */
function contradictions(parsed: Parsed, known: Registry): Issues.Issue[] {
  const { parameters, population, nodes, tasksPerEpoch, policy } = parsed
  const found = population.flatMap((one, i) => cohortIssues(one, `population[${i}]`, 'strategy', known.strategies))
  found.push(...shareIssues('population', population))
  if (population.some(isShare) && found.every(({ path }) => path !== 'population') && nodes === undefined)
    found.push(issue('nodes', nodes, 'a whole number', 'say how many nodes the shares are of'))
  else if (population.every(isShare) && nodes !== undefined) found.push(...emptyIssues(population, nodes))
  const { size } = parameters.batch
  if (tasksPerEpoch !== undefined && tasksPerEpoch % size !== 0) {
    const fix = `write ${Math.max(1, Math.round(tasksPerEpoch / size)) * size}, or change parameters.batch.size`
    found.push(issue('tasksPerEpoch', tasksPerEpoch, `a multiple of parameters.batch.size, which is ${size}`, fix))
  }
  found.push(...verifierIssues(parsed, known))
  return [...found, ...optionIssues('policy', policy, 'policy', known.policies)]
}

function shareFix(sum: number): string {
  const rest = Number(Math.abs(1 - sum).toPrecision(6))
  return sum < 1 ? `give ${rest} more to one of them, or add a cohort of it` : `take ${rest} from one of them`
}

/** Counts and shares of cohorts that don't go together. */
function shareIssues(path: string, cohorts: readonly Counted[]): Issues.Issue[] {
  const shares = cohorts.filter(isShare)
  const sum = Number(shares.reduce((total, { share = 0 }) => total + share, 0).toPrecision(12))
  if (shares.length > 0 && shares.length < cohorts.length)
    return [issue(path, cohorts, 'counts only, or shares only', 'give every cohort a share')]
  if (shares.length === 0 || sum === 1) return []
  return [issue(path, sum, 'cohorts whose shares add up to 1', shareFix(sum))]
}

/** Cohorts whose share of the nodes comes to none. */
function emptyIssues(population: Parsed['population'], nodes: number): Issues.Issue[] {
  const counts = apportion(
    population.map(({ share = 0 }) => share),
    nodes,
  )
  return population.flatMap(({ share }, i) =>
    counts[i] === 0
      ? [issue(`population[${i}].share`, share, `a share of at least one of ${nodes} nodes`, 'write more nodes')]
      : [],
  )
}

type Counted = Readonly<{ count?: number | undefined; share?: number | undefined }>

function isShare({ share }: Counted): boolean {
  return share !== undefined
}

/** Cohorts of verifiers say all there is to say of the pool. */
function verifierIssues(
  { parameters, verifiers: cohorts }: Pick<Scenario, 'parameters' | 'verifiers'>,
  known: Registry,
): Issues.Issue[] {
  if (cohorts === undefined) return []
  const { pool, colluding, falseDissent, canaryRate } = parameters.verifiers
  const found = cohorts.flatMap((one, i) => cohortIssues(one, `verifiers[${i}]`, 'verifier', known.verifiers))
  found.push(...shareIssues('verifiers', cohorts))
  const at = (name: string) => `parameters.verifiers.${name}`
  const counted = cohorts.reduce((sum, { count = 0 }) => sum + count, 0)
  const size = cohorts.some(isShare) ? pool : counted
  if (size === null) found.push(issue(at('pool'), pool, 'a whole number', 'say how many verifiers the shares are of'))
  else if (pool !== null && pool !== size)
    found.push(issue(at('pool'), pool, `the verifiers of all cohorts, ${size}`, 'leave it out, or write that'))
  if (size !== null && size < parameters.sampling.verifiers) {
    const rule = `at least parameters.sampling.verifiers, which is ${parameters.sampling.verifiers}`
    found.push(issue('verifiers', size, `a pool of ${rule}`, 'raise a count'))
  }
  for (const [name, value] of Object.entries({ colluding, falseDissent }))
    if (value > 0) found.push(issue(at(name), value, '0 where cohorts say who colludes', 'add a colluding cohort'))
  if (canaryRate === 1) found.push(issue(at('canaryRate'), 1, 'below 1 where verifiers are played', 'write 0.5'))
  return found
}

function cohortIssues(
  one: Counted & Pick<Cohort, 'strategy' | 'options'>,
  path: string,
  what: 'strategy' | 'verifier',
  known: readonly Known[],
): Issues.Issue[] {
  const found = optionIssues(path, { name: one.strategy, options: one.options }, what, known)
  if ((one.count === undefined) === (one.share === undefined))
    found.push(issue(path, one, 'a cohort with exactly one of count and share', 'write "count": 1'))
  return found
}

type Known = Readonly<{ name: string; options: z.ZodType }>

function optionIssues(path: string, { name, options }: Named, what: string, known: readonly Known[]): Issues.Issue[] {
  const found = known.find((one) => one.name === name)
  const names = known.map((one) => one.name)
  const at = what === 'policy' ? path : `${path}.strategy`
  if (found === undefined) {
    const near = Nearest.nearest(name, names)
    const fix = near === undefined ? 'choose one of them' : `did you mean ${JSON.stringify(near)}?`
    return [issue(at, name, `a known ${what} (${names.join(', ')})`, fix)]
  }
  const parsed = found.options.safeParse(options)
  if (parsed.success) return []
  return parsed.error.issues
    .flatMap((one) => Issues.explain(one, options, () => Object.keys((found.options as z.ZodObject).shape ?? {})))
    .map((one) => ({ ...one, path: one.path === 'parameters' ? `${path}.options` : `${path}.options.${one.path}` }))
}

function issue(path: string, value: unknown, rule: string, fix: string): Issues.Issue {
  return { path, value, rule, fix }
}

/** The keys that an object of the file may have. */
function knownKeys(path: readonly PropertyKey[], object: unknown): readonly string[] {
  if (path.length === 0) return Object.keys(file.shape)
  if (path[0] === 'parameters') return Parameters.knownKeys(path.slice(1), object)
  if (path[0] === 'policy') return ['name', 'options']
  if (path[0] === 'population' && path.length === 2) return Object.keys(cohort.shape)
  if (path[0] === 'verifiers') return path.length === 2 ? Object.keys(verifierCohort.shape) : []
  return path[0] === 'population' && path[2] === 'values' ? Object.keys(value.shape) : []
}

/**
 * The scenario, ready to be played.
 *
 * @throws InvalidScenarioError if it names a strategy or policy that the registry does not have.
 * @example
 * ```ts
 * import { Scenario } from '@spotcheck/sim'
 *
 * const parameters = { task: {}, sampling: { rate: 0.1 }, slash: { amount: 30 }, batch: { size: 20 } }
 * const scenario = Scenario.from({ parameters, population: [{ strategy: 'lazy', count: 3 }] })
 * Scenario.plan(scenario).size // 20
 * ```
 */
export function plan(scenario: Scenario, known: Registry = registry): Plan {
  const { parameters, population, epochs, tasksPerEpoch, policy, seed } = scenario
  const counts = countsOf(population, scenario.nodes)
  const { options, rules: make } = find(known.policies, policy.name, 'policy')
  const rules = assertRules(make(options.parse(policy.options), parameters), policy.name)
  return {
    parameters,
    cohorts: population.map((one, i) => played(one, counts[i]!, parameters, rules.byValue, known)),
    verifiers: rules.panels === true ? verifiersOf(scenario, known) : null,
    policy: policy.name,
    rules,
    epochs,
    size: parameters.batch.size,
    batches: tasksPerEpoch === undefined ? parameters.stake.concurrentBatches : tasksPerEpoch / parameters.batch.size,
    seed,
  }
}

function played(
  one: Cohort,
  count: number,
  parameters: Parameters.Parameters,
  isByValue: boolean,
  known: Registry,
): Played {
  const strategy = find(known.strategies, one.strategy, 'strategy')
  return {
    strategy: one.strategy,
    player: strategy.player(strategy.options.parse(one.options)),
    count,
    kinds: kindsOf(parameters, one.values, isByValue),
    stake: one.stake === undefined ? null : Stake.drawer(one.stake),
    churn: one.churn,
  }
}

function verifiersOf({ verifiers, parameters }: Scenario, known: Registry): Plan['verifiers'] {
  if (verifiers === undefined) return null
  // Parameters may have been changed since the file was read, and a panel that the pool can't fill is never drawn.
  const found = verifierIssues({ parameters, verifiers }, known)
  if (found.length > 0) throw new InvalidScenarioError(Issues.distinct(found))
  const counts = countsOf(verifiers, parameters.verifiers.pool ?? 0)
  return verifiers.map((one, i) => {
    const strategy = find(known.verifiers, one.strategy, 'verifier')
    const player = strategy.verifier(strategy.options.parse(one.options))
    return { strategy: one.strategy, player, count: counts[i]! }
  })
}

function find<one extends Readonly<{ name: string }>>(known: readonly one[], name: string, what: string): one {
  const found = known.find((one) => one.name === name)
  if (found !== undefined) return found
  const names = known.map((one) => one.name).join(', ')
  throw new InvalidScenarioError([issue(what, name, `a known ${what} (${names})`, 'pass the registry that has it')])
}

/** Members of each cohort, of `total`; shares are rounded so that their members add up. */
function countsOf(cohorts: readonly Counted[], total = 0): readonly number[] {
  if (cohorts[0]?.count !== undefined) return cohorts.map(({ count = 0 }) => count)
  return apportion(
    cohorts.map(({ share = 0 }) => share),
    total,
  )
}

/** The kinds of task of a batch, with whole counts. Without sampling by value a task is worth the same to the draw. */
function kindsOf(parameters: Parameters.Parameters, values: Cohort['values'], isByValue: boolean): readonly Kind[] {
  const { batch } = parameters
  const mix =
    values === undefined
      ? Mix.from(parameters)
      : Mix.from({ ...parameters, sampling: { mode: 'byValue', rate: Mix.rate(parameters), values, verifiers: 1 } })
  const counts = apportion(
    mix.map((kind) => kind.share),
    batch.size,
  )
  return mix.map((kind, i) => ({ ...kind, weight: isByValue ? kind.weight : 1, count: counts[i]! }))
}

/** Whole numbers in the proportion of the shares that add up to `total`: rounded down, the rest to the largest remainders. */
function apportion(shares: readonly number[], total: number): readonly number[] {
  const exact = shares.map((share) => Number((share * total).toPrecision(12)))
  const counts = exact.map(Math.floor)
  const left = total - counts.reduce((sum, count) => sum + count, 0)
  const order = exact.map((_, i) => i).sort((a, b) => exact[b]! - counts[b]! - (exact[a]! - counts[a]!) || a - b)
  for (const i of order.slice(0, left)) counts[i]!++
  return counts
}

/** A scenario that breaks its rules: all of them are listed. */
export class InvalidScenarioError extends Errors.BaseError {
  override name = 'Scenario.InvalidScenarioError'
  /** Every rule that is broken. */
  readonly issues: readonly Issues.Issue[]

  constructor(issues: readonly Issues.Issue[], cause?: unknown) {
    const [first = issue('scenario', undefined, 'a scenario', 'pass one')] = issues
    const { path, value, rule, fix } = first
    super(Issues.headline(first), { subject: path, value, rule, fix, cause })
    this.issues = issues
    if (issues.length > 1) this.message = Issues.render(issues, 'scenario')
  }
}
