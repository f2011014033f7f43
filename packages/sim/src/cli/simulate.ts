/**
 * `spotcheck simulate`: who profits in a population of honest and cheating executors.
 *
 * @module
 */
import { nearest } from '@spotcheck/core/Nearest'
import * as Policies from '../policies/index.js'
import * as Scenario from '../Scenario.js'
import * as Simulation from '../Simulation.js'
import type { Estimate } from '../Statistics.js'
import * as Strategies from '../strategies/index.js'
import * as Verifiers from '../verifiers/index.js'
import { only, parse } from './arguments.js'
import { type Command, type Io, status, UsageError } from './Command.js'
import { number, percent, table } from './format.js'
import { described } from './options.js'
import { progress } from './progress.js'
import { load } from './registry.js'
import { cohorts, formatOf, rows, simulated } from './rows.js'
import { list, open } from './scenario.js'
import { threadsOf } from './threads.js'

const help = `Usage: spotcheck simulate <scenario.json | params.json | name | -> [options]

Plays a population of honest and cheating executors, and shows who profits, what slips through and what checking costs: a seeded
Monte Carlo. The same scenario gives the same result on every machine. A parameter file alone is played by one honest, one lazy,
one substituting and one intermittent executor, for one epoch at a time.

Options
  --engine <name>        statistical (default): draws what becomes of each batch; protocol: plays every task over the real Round
  --executors <list>     strategies and their counts in place of the file's population, e.g. honest=2,lazy=1
  --policy <name>        how the network checks, in place of the file's (default spotcheck)
  --epochs <n>           epochs in a row, with what is left of stakes and reputations
  --replications <n>     independent repetitions (default for a parameter file 200)
  --until-ci <share>     stop as soon as every interval is this close to its mean, e.g. 1%
  --batch <n>            tasks of a batch, in place of the file's batch.size
  --seed <n>             whole number, 0 to 2^53 - 1 (default 1)
  --use <module.mjs>     strategies, policies and verifiers of your own, by name; may be given several times
  --threads <n>          threads that play replications (default 1); the result is the same
  --schema               prints the JSON Schema of scenario files, for editors; docs/scenarios.md explains them
  --json                 JSON on standard output; progress stays on standard error
  --format <name>        csv or jsonl: a row for each cohort
  --help, -h             this text

Strategies, with their options and what those are unless set
${described(Strategies.all)}
Verifiers, for the list "verifiers" of a scenario: [{ "strategy": "diligent", "count": 18 }, { "strategy": "lazy", "count": 2 }]
${described(Verifiers.all)}
Policies
${described(Policies.all)}
Scenarios, by name (a file of that name comes first)
${list()}
Examples
  spotcheck simulate params.json
  spotcheck simulate lottery
  spotcheck simulate params.json --batch 50 --executors honest=3,substitute=1
  spotcheck simulate params.json --engine protocol --replications 20
  spotcheck simulate params.json --seed 7 --json

Ctrl-C ends after the replication in progress, with the result of those that were played. spotcheck solve --help explains the
parameter file.

Exit status: 0 the simulation ran, whoever profits; 1 it was interrupted before; 2 bad input.
`

type Bounds = Readonly<{ min: number; max: number; example: number; low: string; high: string }>

const bounds = {
  epochs: { min: 1, max: 10_000_000, example: 10, low: 'use at least 1', high: 'use at most 10000000' },
  replications: {
    min: 2,
    max: 1_000_000,
    example: 200,
    low: 'use at least 2: an interval needs a spread',
    high: 'use at most 1000000: the interval narrows only with the root of the replications',
  },
  batch: {
    min: 1,
    max: 1_000_000_000,
    example: 100,
    low: 'use at least 1: an executor serves something in every epoch',
    high: 'use at most 1000000000, and more --epochs for more tasks',
  },
  seed: {
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    example: 7,
    low: 'use 0 or more, for example --seed 1',
    high: 'use at most 9007199254740991 (2^53 - 1), for example --seed 1',
  },
} as const satisfies Readonly<Record<string, Bounds>>

/** Most executors of a strategy, and most tasks of an epoch that are played over the protocol: more would take hours. */
const most = { executors: 1_000_000, tasks: 100_000 }

/** An epoch of more tasks over the protocol is announced. */
const LARGE = 5_000

/** The command. */
export const command: Command = {
  name: 'simulate',
  summary: 'who profits when executors cheat, what slips through, and what checking costs',
  help,
  run: async (args, io) => {
    const { values, positionals } = parse('simulate', args, {
      engine: { type: 'string', default: 'statistical' },
      executors: { type: 'string' },
      policy: { type: 'string' },
      epochs: { type: 'string' },
      replications: { type: 'string' },
      'until-ci': { type: 'string' },
      batch: { type: 'string' },
      seed: { type: 'string' },
      use: { type: 'string', multiple: true },
      threads: { type: 'string', default: '1' },
      format: { type: 'string' },
      schema: { type: 'boolean', default: false },
      json: { type: 'boolean' },
    })
    if (values.schema) {
      io.stdout(`${JSON.stringify(Scenario.jsonSchema(), null, 2)}\n`)
      return status.ok
    }
    const format = formatOf(values)
    const { use: modules = [] } = values
    const registry = await load(modules, io)
    const threads = threadsOf(values.threads)
    const { file } = await open(only('simulate', 'scenario or parameter file', positionals), io)
    const scenario = Scenario.from(changed(file, values, registry), registry)
    const engine = engineOf(values.engine)
    if (engine === 'protocol') announce(scenario, registry, io)
    const untilInterval = values['until-ci'] === undefined ? undefined : closeness(values['until-ci'])
    const onProgress = progress('replication', io)
    const { signal } = io
    const options = { engine, registry, modules, threads, untilInterval, signal, onProgress }
    const result = await Simulation.run(scenario, options)
    io.stdout(render(result, format))
    return result.complete ? status.ok : status.finding
  },
}

function render(result: Simulation.Simulation, format: ReturnType<typeof formatOf>): string {
  if (format === undefined) return describe(result)
  return format === 'json' ? `${JSON.stringify(result, null, 2)}\n` : rows(format, simulated, cohorts(result))
}

type Values = Readonly<Partial<Record<'executors' | 'policy' | 'epochs' | 'replications' | 'batch' | 'seed', string>>>

/** What a parameter file alone is played with. */
const ALONE = {
  population: ['honest', 'lazy', 'substitute', 'intermittent'].map((strategy) => ({ strategy, count: 1 })),
  epochs: 1,
  replications: 200,
}

/** The scenario of the file, with what the options say in its place. It is read again: the rest must make sense with it. */
function changed(file: unknown, values: Values, registry: Scenario.Registry): unknown {
  if (typeof file !== 'object' || file === null || Array.isArray(file)) return file
  const isScenario = 'parameters' in file || 'population' in file
  const scenario: Record<string, unknown> = isScenario ? { ...file } : { parameters: file, ...ALONE }
  if (values.executors !== undefined) {
    scenario.population = population(values.executors, registry)
    delete scenario.nodes
  }
  if (values.policy !== undefined) scenario.policy = values.policy
  if (values.epochs !== undefined) scenario.epochs = whole('epochs', values.epochs)
  if (values.replications !== undefined) scenario.replications = whole('replications', values.replications)
  if (values.seed !== undefined) scenario.seed = whole('seed', values.seed)
  if (values.batch !== undefined)
    scenario.parameters = { ...(scenario.parameters as object), batch: { size: whole('batch', values.batch) } }
  return scenario
}

function engineOf(name: string): Simulation.Engine {
  if (name === 'statistical' || name === 'protocol') return name
  const near = nearest(name, ['statistical', 'protocol'])
  const fix = near === undefined ? 'leave it out for the statistical one' : `did you mean ${near}?`
  throw misuse('--engine', name, 'statistical or protocol', fix)
}

/** Refuses an epoch that would take hours over the protocol, and says that a large one takes a while. */
function announce(scenario: Scenario.Scenario, registry: Scenario.Registry, io: Io): void {
  const { cohorts, size } = Scenario.plan(scenario, registry)
  const executors = cohorts.reduce((sum, { count }) => sum + count, 0)
  const tasks = executors * size
  if (tasks > most.tasks)
    throw new UsageError('an epoch has too many tasks to be played over the protocol.', {
      subject: 'tasks',
      value: tasks,
      rule: `at most ${most.tasks}: here ${executors} executors times a batch of ${size}`,
      fix: 'use the statistical engine, a smaller --batch or fewer --executors',
    })
  if (tasks > LARGE) io.stderr(`an epoch of ${tasks} tasks takes a while\n`)
}

function population(list: string, { strategies }: Scenario.Registry): object[] {
  const names = strategies.map(({ name }) => name)
  return list.split(',').map((entry) => {
    const [, name = '', count = '1'] = /^([^=]*)(?:=([^=]*))?$/.exec(entry) ?? [undefined, entry]
    const strategy = name.trim()
    if (names.includes(strategy)) return { strategy, count: counted(entry.trim(), strategy, count) }
    const near = nearest(name, names)
    throw new UsageError(`--executors has no strategy ${JSON.stringify(name)}.`, {
      subject: '--executors',
      value: entry,
      rule: `name=count with a name out of ${names.join(', ')}`,
      fix: near === undefined ? 'write for example honest=2,lazy=1' : `did you mean ${near}?`,
    })
  })
}

function counted(entry: string, name: string, text: string): number {
  const value = numeric(text)
  if (Number.isInteger(value) && value >= 1 && value <= most.executors) return value
  throw new UsageError(`--executors has no count of ${name} in ${JSON.stringify(entry)}.`, {
    subject: '--executors',
    value: entry,
    rule: `name=count with a whole count from 1 to ${most.executors}`,
    fix: value === 0 ? `leave ${name} out` : `write for example ${name}=1`,
  })
}

function whole(option: keyof typeof bounds, text: string): number {
  const value = numeric(text)
  const { min, max, example, low, high } = bounds[option]
  if (Number.isInteger(value) && value >= min && value <= max) return value
  let fix = `write a whole number, for example --${option} ${example}`
  if (value < min) fix = low
  if (value > max) fix = high
  throw misuse(`--${option}`, text, `a whole number from ${min} to ${max}`, fix)
}

/** Not a number where there is nothing: `Number` takes that for 0. */
function numeric(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text)
}

/** 1% or 0.01. */
function closeness(text: string): number {
  const value = text.endsWith('%') ? numeric(text.slice(0, -1)) / 100 : numeric(text)
  if (value > 0 && value <= 1) return value
  throw misuse('--until-ci', text, 'a share above 0, up to 1', 'write --until-ci 1%')
}

function misuse(option: string, value: string, rule: string, fix: string): UsageError {
  return new UsageError(`${option} can't be ${JSON.stringify(value)}.`, { subject: option, value, rule, fix })
}

function describe(result: Simulation.Simulation): string {
  const { verifiers } = result
  const panels = verifiers === undefined ? [] : [table(verifierRows(verifiers))]
  return [heading(result), table(strategies(result)), ...panels, table(costs(result))].join('\n')
}

function heading({ replications, epochs, engine, policy, seed, complete }: Simulation.Simulation): string {
  const times = `${replications} replications of ${epochs === 1 ? '1 epoch' : `${epochs} epochs`}`
  const early = complete ? '' : ', interrupted'
  return `${times}${early}, ${engine} engine, policy ${policy}, seed ${seed}; profit per task in the file's unit, 95 % intervals\n`
}

function strategies({ cohorts }: Simulation.Simulation): string[][] {
  const isExpected = cohorts.some(({ expectedProfitPerTask }) => expectedProfitPerTask !== null)
  const last = isExpected ? ['closed form'] : []
  return [
    ['strategy', 'nodes', 'tasks', 'cheats', 'sampled', 'caught', 'nodes caught', 'profit per task', ...last],
    ...cohorts.map(({ strategy, nodes, counts, captured, profitPerTask, expectedProfitPerTask }) => [
      strategy,
      `${nodes}`,
      ...[counts.tasks, counts.cheats, counts.sampled, counts.caught].map(String),
      percent(captured.mean),
      interval(profitPerTask),
      ...(isExpected ? [expectedProfitPerTask === null ? '' : number(expectedProfitPerTask)] : []),
    ]),
  ]
}

function verifierRows(verifiers: NonNullable<Simulation.Simulation['verifiers']>): string[][] {
  return [
    [
      'verifier',
      'number',
      'assigned',
      'runs',
      'dissents',
      'false',
      'missed',
      'silent',
      'caught',
      'profit per assigned task',
    ],
    ...verifiers.map(({ strategy, verifiers, counts, profitPerTask }) => {
      const { tasks, runs, cheapRuns, dissents, falseDissents, missed, silent, caught } = counts
      const all = [verifiers, tasks, runs + cheapRuns, dissents, falseDissents, missed, silent, caught]
      return [strategy, ...all.map(String), interval(profitPerTask)]
    }),
  ]
}

function costs({ network }: Simulation.Simulation): string[][] {
  const { errorRate, computeMultiplier, verificationCost, capitalCost } = network
  const compute =
    computeMultiplier === null
      ? 'an honest run costs nothing, so there is no multiple of it'
      : `${number(computeMultiplier.mean)} times that of serving every task honestly`
  return [
    ['wrong results', `${percent(errorRate.mean)} of those that were shipped`],
    ['compute', compute],
    ['checking', `${number(verificationCost.mean)} per task, disputes included`],
    ['capital', `${number(capitalCost.mean)} per task, for locked stake`],
  ]
}

function interval({ mean, low, high }: Estimate): string {
  const short = (value: number) => value.toFixed(3)
  return Number.isFinite(low) ? `${short(mean)} [${short(low)}, ${short(high)}]` : short(mean)
}
