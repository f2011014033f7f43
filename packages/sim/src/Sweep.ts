/**
 * Sweeps: a scenario, played with some of its values varied. Every point is a function of the sweep and the point's number, so
 * points can be played in any order and on any machine, and a sweep that was interrupted can be gone on with.
 *
 * @module
 */
import { Encoding, Errors, Hash } from '@spotcheck/core'
import { Issues } from '@spotcheck/core/economics'
import * as z from 'zod'
import * as Designs from './Design.js'
import { assertPlayable } from './engine/protocol.js'
import * as Modules from './Modules.js'
import * as Path from './Path.js'
import * as Scenario from './Scenario.js'
import * as Simulation from './Simulation.js'
import { at, contradictions, designOf, explain, issue, schema } from './SweepFile.js'
import { inTurn, spread } from './threads/points.js'

export type { Design, Interval, Range, Value } from './Design.js'

/** A sweep with every default applied. */
export type Sweep = Readonly<{
  /** The scenario file, as parsed JSON: what is varied may be missing in it. */
  scenario: Readonly<Record<string, unknown>>
  /** What is varied: the path of a value of the scenario, e.g. `population[1].options.rate`, and what it is set to. */
  vary: Readonly<Record<string, Designs.Range>>
  design: Designs.Design
  engine: Simulation.Engine
}>

/** One point: what is set to what, by path, and the scenario that this makes. */
export type Point = Readonly<{
  index: number
  values: Readonly<Record<string, Designs.Value>>
  scenario: Scenario.Scenario
}>

/** What became of a point. */
export type Result = Readonly<{ index: number; values: Point['values']; simulation: Simulation.Simulation }>

/** How a sweep is played. */
export type Options = Readonly<{
  /** Number of the first point that is played; default 0. Those before it were played already. */
  from?: number | undefined
  /** Threads that play points at the same time; default 1, this one. The results are the same to the byte. */
  threads?: number | undefined
  /** Strategies and policies that the scenario may name; default: those that come with the simulator. */
  registry?: Scenario.Registry | undefined
  /** Paths of modules that export further ones; each thread loads them itself, as it can't be handed those of `registry`. */
  modules?: readonly string[] | undefined
  /** Stops amid the point in progress, of which nothing comes then. */
  signal?: AbortSignal | undefined
}>

/**
 * The JSON Schema of sweep files, for editors.
 *
 * @example
 * ```ts
 * import { Sweep } from '@spotcheck/sim'
 *
 * Object.keys(Sweep.jsonSchema().properties as object) // ['scenario', 'vary', 'design', 'engine']
 * ```
 */
export function jsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, properties, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  // What is varied may be missing in it.
  const { $schema: _, required: __, ...scenario } = Scenario.jsonSchema()
  return { $schema, ...rest, properties: { ...properties, scenario } }
}

/**
 * A sweep from parsed JSON, every default applied, and the scenario of every point checked.
 *
 * @throws InvalidSweepError naming every field that is wrong, its rule and what to do; what Simulation.run throws of a scenario
 * that its engine does not play.
 * @example
 * ```ts
 * import { Sweep } from '@spotcheck/sim'
 *
 * const sweep = Sweep.from({
 *   scenario: {
 *     parameters: { task: {}, sampling: {}, slash: { amount: 30 } },
 *     population: [{ strategy: 'honest', count: 8 }, { strategy: 'intermittent', count: 2 }],
 *   },
 *   vary: {
 *     'parameters.sampling.rate': { from: 0.01, to: 1, steps: 3, scale: 'log' },
 *     'population[1].options.rate': { values: [0.1, 0.5] },
 *   },
 * })
 * Sweep.size(sweep) // 6
 * Sweep.point(sweep, 3).values
 * // { 'parameters.sampling.rate': 0.1, 'population[1].options.rate': 0.5 }
 * ```
 */
export function from(value: unknown, known: Scenario.Registry = Scenario.registry): Sweep {
  const { scenario, ...rest } = read(value)
  const sweep: Sweep = { scenario, ...rest }
  const issues = pointIssues(sweep, known)
  if (issues.length > 0) throw new InvalidSweepError(issues)
  return sweep
}

function read(value: unknown): Sweep {
  let parsed: ReturnType<typeof schema.safeParse>
  try {
    parsed = schema.safeParse(value)
  } catch (cause) {
    const rule = 'a plain object, as JSON.parse makes'
    throw new InvalidSweepError([issue('sweep', value, rule, `pass ${rule}`)], cause)
  }
  const issues = parsed.success ? contradictions(parsed.data) : explain(parsed.error, value)
  if (issues.length > 0 || !parsed.success) throw new InvalidSweepError(issues)
  return { ...parsed.data, design: designOf(parsed.data) }
}

/** What is wrong with any of the points, each rule at each place once. */
function pointIssues(sweep: Sweep, known: Scenario.Registry): Issues.Issue[] {
  const make = pointsOf(sweep)
  const found = new Map<string, Issues.Issue>()
  for (let index = 0; index < size(sweep) && found.size < 20; index++)
    for (const one of issuesOf(() => assertPoint(make(index), sweep.engine, known), sweep, index))
      if (!found.has(`${one.path}\n${one.rule}`)) found.set(`${one.path}\n${one.rule}`, one)
  return [...found.values()]
}

/** The scenario can be played, and the engine plays it. */
function assertPoint({ file }: Draft, engine: Simulation.Engine, known: Scenario.Registry): void {
  const plan = Scenario.plan(Scenario.from(file, known), known)
  if (engine === 'protocol') assertPlayable(plan)
}

function issuesOf(work: () => void, sweep: Sweep, index: number): readonly Issues.Issue[] {
  try {
    work()
    return []
  } catch (error) {
    if (error instanceof InvalidSweepError) return error.issues
    if (!(error instanceof Scenario.InvalidScenarioError)) throw error
    return error.issues.map((one) => ({
      ...one,
      path: one.path === 'scenario' ? one.path : `scenario.${one.path}`,
      fix: `${one.fix}${because(sweep, index, one.path)}`,
    }))
  }
}

/** Which point it is, where what is varied may have to do with it. */
function because(sweep: Sweep, index: number, path: string): string {
  const steps = Path.parse(path)
  const related = Object.keys(sweep.vary).filter((one) => steps === null || Path.overlap(Path.parse(one)!, steps))
  return related.length === 0 ? '' : ` (point ${index}; see ${related.map(at).join(', ')})`
}

/**
 * How many points a sweep has.
 *
 * @example
 * ```ts
 * import { Sweep } from '@spotcheck/sim'
 *
 * const scenario = { parameters: { task: {}, sampling: {}, slash: {} }, population: [{ strategy: 'lazy', count: 1 }] }
 * const vary = { 'parameters.sampling.rate': { from: 0.01, to: 0.2 } }
 * Sweep.size(Sweep.from({ scenario, vary, design: { kind: 'random', points: 12 } })) // 12
 * ```
 */
export function size({ design, vary }: Sweep): number {
  return Designs.count(design, Object.values(vary))
}

/**
 * A point, by its number from 0.
 *
 * @throws InvalidInputError if there is no such point.
 * @example
 * ```ts
 * import { Sweep } from '@spotcheck/sim'
 *
 * const scenario = { parameters: { task: {}, sampling: {}, slash: {} }, population: [{ strategy: 'lazy', count: 1 }] }
 * const sweep = Sweep.from({ scenario, vary: { 'policy.name': { values: ['spotcheck', 'posp'] } } })
 * Sweep.point(sweep, 1).scenario.policy.name // 'posp'
 * ```
 */
export function point(sweep: Sweep, index: number, known: Scenario.Registry = Scenario.registry): Point {
  const { file, ...rest } = pointsOf(sweep)(Encoding.assertInteger(index, 'index', 0, size(sweep) - 1))
  return { ...rest, scenario: Scenario.from(file, known) }
}

/** A point whose scenario was not looked at yet. */
type Draft = Omit<Point, 'scenario'> & Readonly<{ file: unknown }>

function pointsOf({ scenario, vary, design }: Sweep): (index: number) => Draft {
  const paths = Object.keys(vary)
  const draw = Designs.points(design, Object.values(vary))
  return (index) => {
    const drawn = draw(index)
    const values = Object.fromEntries(paths.map((path, i) => [path, drawn[i]!]))
    return { index, values, file: paths.reduce<unknown>((file, path) => set(file, path, values[path]), scenario) }
  }
}

function set(file: unknown, path: string, value: unknown): unknown {
  const steps = Path.parse(path)!
  const changed = Path.put(steps[0] === 'policy' && steps.length > 1 ? withPolicy(file) : file, steps, value)
  if ('value' in changed) return changed.value
  throw new InvalidSweepError([issue(at(path), path, 'a path to a value of the scenario', changed.missing)])
}

/** A policy that is a name alone has one as well. */
function withPolicy(file: unknown): unknown {
  const { policy, ...rest } = file as Record<string, unknown>
  return typeof policy === 'string' ? { ...rest, policy: { name: policy } } : file
}

/**
 * Plays a point: the same result on every machine. All points meet the same chances, those of the scenario's seed.
 *
 * @throws what Simulation.run does.
 * @example
 * ```ts
 * import { Sweep } from '@spotcheck/sim'
 *
 * const scenario = { parameters: { task: {}, sampling: {}, slash: {} }, population: [{ strategy: 'lazy', count: 1 }] }
 * const sweep = Sweep.from({ scenario, vary: { epochs: { from: 1, to: 9, steps: 3 } } })
 * const { values, simulation } = await Sweep.play(Sweep.point(sweep, 2), sweep.engine)
 * values // { epochs: 9 }
 * simulation.epochs // 9
 * ```
 */
export async function play(
  { index, values, scenario }: Point,
  engine: Simulation.Engine,
  options: Pick<Options, 'registry' | 'signal'> = {},
): Promise<Result> {
  return { index, values, simulation: await Simulation.run(scenario, { engine, ...options }) }
}

/**
 * Plays the points from one on, in their order. Few results are held at a time, whatever the number of points.
 *
 * @throws what Simulation.run does; with several threads Modules.UnsharableError for what can't be handed to them.
 * @example
 * ```ts
 * import { Sweep } from '@spotcheck/sim'
 *
 * const scenario = { parameters: { task: {}, sampling: {}, slash: {} }, population: [{ strategy: 'lazy', count: 1 }] }
 * const sweep = Sweep.from({ scenario, vary: { 'parameters.sampling.rate': { values: [0, 1] } } })
 * const caught: number[] = []
 * for await (const { simulation } of Sweep.run(sweep)) caught.push(simulation.cohorts[0]!.captured.mean)
 * caught // [0, 1]
 * ```
 */
export async function* run(sweep: Sweep, options: Options = {}): AsyncGenerator<Result> {
  const { from = 0, threads = 1, modules = [], signal } = options
  Simulation.assertThreads(threads)
  const end = size(sweep)
  Encoding.assertInteger(from, 'from', 0, end)
  if (threads > 1) Modules.assertShared(options.registry, options.modules, sweep)
  const known = options.registry ?? (await Modules.load(modules))
  yield* threads > 1
    ? spread({ sweep, from, end, threads, modules, signal })
    : inTurn(player(sweep, known, signal), from, end, signal)
}

/**
 * Plays points by their numbers.
 *
 * @internal
 */
export function player(
  sweep: Sweep,
  known: Scenario.Registry,
  signal?: AbortSignal,
): (index: number) => Promise<Result> {
  const make = pointsOf(sweep)
  return async (number) => {
    const { file, ...rest } = make(number)
    return await play({ ...rest, scenario: Scenario.from(file, known) }, sweep.engine, { registry: known, signal })
  }
}

/**
 * What tells a sweep from every other: the hash of what it says, whatever the order of keys but for that of the paths, which is
 * the order of the points. What a module of the user's says is no part of it.
 *
 * @example
 * ```ts
 * import { Sweep } from '@spotcheck/sim'
 *
 * const scenario = { parameters: { task: {}, sampling: {}, slash: {} }, population: [{ strategy: 'lazy', count: 1 }] }
 * const sweep = Sweep.from({ scenario, vary: { epochs: { values: [1, 2] } } })
 * Sweep.digest(sweep).length // 66
 * ```
 */
export function digest({ vary, ...rest }: Sweep): Encoding.Hex {
  const text = JSON.stringify(sorted({ ...rest, vary: Object.entries(vary) }))
  return Encoding.toHex(Hash.sha256(new TextEncoder().encode(text)))
}

/** The value with the keys of all its objects in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]))
}

/** A sweep that breaks its rules: all of them are listed. */
export class InvalidSweepError extends Errors.BaseError {
  override name = 'Sweep.InvalidSweepError'
  /** Every rule that is broken. */
  readonly issues: readonly Issues.Issue[]

  constructor(issues: readonly Issues.Issue[], cause?: unknown) {
    const [first = issue('sweep', undefined, 'a sweep', 'pass one')] = issues
    const { path, value, rule, fix } = first
    super(Issues.headline(first), { subject: path, value, rule, fix, cause })
    this.issues = issues
    if (issues.length > 1) this.message = Issues.render(issues, 'sweep')
  }
}
