/**
 * `spotcheck simulate`: plays epochs of the real protocol with honest and cheating executors.
 *
 * @module
 */
import { Parameters } from '@spotcheck/core/economics'
import { nearest } from '@spotcheck/core/Nearest'
import type { Cohort } from '../Population.js'
import * as Simulation from '../Simulation.js'
import type { Estimate } from '../Statistics.js'
import * as Strategy from '../Strategy.js'
import { only, parse } from './arguments.js'
import { type Command, type Io, status, UsageError } from './Command.js'
import { number, table } from './format.js'
import { read } from './json.js'

const help = `Usage: spotcheck simulate <params.json | -> [options]

Plays epochs of the real protocol with honest and cheating executors, and shows who profits: a seeded Monte Carlo in which
every task is committed, drawn, re-executed and settled. The same seed gives the same result.

Options
  --executors <list>   strategies and their counts, e.g. honest=2,lazy=1 (default: one of each)
  --cheat-rate <q>     share of tasks that the intermittent strategy cheats on (default 0.3)
  --epochs <n>         independent epochs, 2 to 100000 (default 200)
  --batch <n>          tasks per executor and epoch, 1 to 10000, in place of the file's batch.size
  --seed <n>           whole number, 0 to 2^53 - 1 (default 1)
  --json               JSON on standard output; progress stays on standard error
  --help, -h           this text

Strategies
${Strategy.all.map(({ name, summary }) => `  ${name.padEnd(13)} ${summary}\n`).join('')}
Examples
  spotcheck simulate params.json
  spotcheck simulate params.json --batch 50 --executors honest=3,substitute=1
  spotcheck simulate params.json --seed 7 --json

Counts: a sampled re-execution is a verifier running a drawn task again; an arbitration is an arbiter running a disputed
one again. An epoch has at most 100000 tasks, over all executors. spotcheck solve --help explains the parameter file.

Exit status: 0 the simulation ran, whoever profits; 2 bad input.
`

type Bounds = Readonly<{ min: number; max: number; example: number; low: string; high: string }>

const bounds = {
  epochs: {
    min: 2,
    max: 100_000,
    example: 200,
    low: 'use at least 2: an interval needs a spread',
    high: 'use at most 100000: the interval narrows only with the root of the epochs',
  },
  batch: {
    min: 1,
    max: 10_000,
    example: 100,
    low: 'use at least 1: an executor serves something in every epoch',
    high: 'use at most 10000, and more --epochs for more tasks; spotcheck solve takes any batch.size',
  },
  seed: {
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    example: 7,
    low: 'use 0 or more, for example --seed 1',
    high: 'use at most 9007199254740991 (2^53 - 1), for example --seed 1',
  },
} as const satisfies Readonly<Record<string, Bounds>>

/** Most executors of a strategy, and most tasks of an epoch over all executors: more would go silent for minutes. */
const most = { executors: 1_000, tasks: 100_000 }

/** An epoch of more tasks is announced. */
const LARGE = 5_000

/** The command. */
export const command: Command = {
  name: 'simulate',
  summary: 'who profits when executors cheat: epochs of the real protocol',
  help,
  run: async (args, io) => {
    const { values, positionals } = parse('simulate', args, {
      executors: { type: 'string' },
      'cheat-rate': { type: 'string', default: '0.3' },
      epochs: { type: 'string', default: '200' },
      batch: { type: 'string' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean' },
    })
    const file = Parameters.from(await read(only('simulate', 'parameter file', positionals), io))
    const parameters = sized(file, values.batch)
    const cohorts = population(values.executors, share('--cheat-rate', values['cheat-rate']))
    const [epochs, seed] = [whole('epochs', values.epochs), whole('seed', values.seed)]
    const tasks = tasksOf(parameters.batch.size, cohorts)
    if (tasks > LARGE) io.stderr(`an epoch of ${tasks} tasks takes a while\n`)
    const result = await Simulation.run({
      parameters,
      cohorts,
      epochs,
      seed,
      onProgress: progress(io),
    })
    io.stdout(values.json ? `${JSON.stringify(result, null, 2)}\n` : describe(result))
    return status.ok
  },
}

/** The file with the batch that was asked for. It is read again: its rest must make sense with the new size. */
function sized(file: Parameters.Parameters, batch: string | undefined): Parameters.Parameters {
  if (batch !== undefined) return Parameters.from({ ...file, batch: { size: whole('batch', batch) } })
  const { size } = file.batch
  if (size <= bounds.batch.max) return file
  throw new UsageError('batch.size of the file is too large to be simulated.', {
    subject: 'batch.size',
    value: size,
    rule: `at most ${bounds.batch.max}`,
    fix: 'simulate smaller batches, for example with --batch 1000',
  })
}

/** The tasks of an epoch, unless they are too many. */
function tasksOf(size: number, cohorts: readonly Cohort[]): number {
  const executors = cohorts.reduce((sum, { count }) => sum + count, 0)
  if (executors * size <= most.tasks) return executors * size
  throw new UsageError('an epoch has too many tasks to be simulated.', {
    subject: 'tasks',
    value: executors * size,
    rule: `at most ${most.tasks}: here ${executors} executors times a batch of ${size}`,
    fix: `use at most --batch ${Math.max(1, Math.floor(most.tasks / executors))}, or fewer --executors`,
  })
}

function population(list: string | undefined, cheatRate: number): Cohort[] {
  const known = Strategy.all.map((one) => (one.name === 'intermittent' ? Strategy.intermittent(cheatRate) : one))
  if (list === undefined) return known.map((strategy) => ({ strategy, count: 1 }))
  return list.split(',').map((entry) => cohort(entry, known))
}

function cohort(entry: string, known: readonly Strategy.Strategy[]): Cohort {
  const [, name = '', count = '1'] = /^([^=]*)(?:=([^=]*))?$/.exec(entry) ?? [undefined, entry]
  const strategy = known.find((one) => one.name === name.trim())
  if (strategy !== undefined) return { strategy, count: counted(entry.trim(), strategy.name, count) }
  const names = known.map((one) => one.name)
  const near = nearest(name, names)
  throw new UsageError(`--executors has no strategy ${JSON.stringify(name)}.`, {
    subject: '--executors',
    value: entry,
    rule: `name=count with a name out of ${names.join(', ')}`,
    fix: near === undefined ? 'write for example honest=2,lazy=1' : `did you mean ${near}?`,
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

function share(option: string, text: string): number {
  const value = numeric(text)
  if (value >= 0 && value <= 1) return value
  const isPercentage = value > 1 && value <= 100
  throw misuse(
    option,
    text,
    'a share from 0 to 1',
    isPercentage ? `did you mean ${value / 100}?` : `write ${option} 0.3`,
  )
}

function misuse(option: string, value: string, rule: string, fix: string): UsageError {
  return new UsageError(`${option} can't be ${JSON.stringify(value)}.`, { subject: option, value, rule, fix })
}

/** A line that replaces itself on a terminal; a line for each tenth elsewhere. */
function progress({ stderr, isTTY }: Io): (done: number, epochs: number) => void {
  return (done, epochs) => {
    if (isTTY) stderr(`\r\u001b[2K${done === epochs ? '' : `epoch ${done} of ${epochs}`}`)
    else if (done % Math.ceil(epochs / 10) === 0 || done === epochs) stderr(`epoch ${done} of ${epochs}\n`)
  }
}

function describe(result: Simulation.Simulation): string {
  const { epochs, seed, strategies, tasks, reexecutions, arbitrations } = result
  return [
    `${epochs} epochs over the protocol, seed ${seed}; profit per task in the file's unit, 95 % intervals\n`,
    table([
      ['strategy', 'executors', 'tasks', 'cheats', 'sampled', 'caught', 'profit per task', 'closed form'],
      ...strategies.map((one) => [
        one.strategy,
        `${one.executors}`,
        `${one.tasks}`,
        `${one.cheats}`,
        `${one.sampled}`,
        `${one.caught}`,
        interval(one.profitPerTask),
        one.expectedProfitPerTask === null ? '' : number(one.expectedProfitPerTask),
      ]),
    ]),
    table([
      ['sampled re-executions', `${reexecutions} for ${tasks} tasks`],
      ['arbitrations', `${arbitrations} more, of disputed tasks`],
      ['compute', multiple(result)],
    ]),
  ].join('\n')
}

/** Both kinds of checking cost the same each, so they share what is above 1 by their numbers. */
function multiple({ computeMultiplier, reexecutions, arbitrations }: Simulation.Simulation): string {
  if (computeMultiplier === null) return 'an honest run costs nothing, so there is no multiple of it'
  const each = (computeMultiplier - 1) / Math.max(1, reexecutions + arbitrations)
  const parts = `sampled re-executions add ${number(reexecutions * each)}, arbitrations ${number(arbitrations * each)}`
  return `${number(computeMultiplier)} times that of serving every task honestly: ${parts}`
}

function interval({ mean, low, high }: Estimate): string {
  const short = (value: number) => value.toFixed(3)
  return `${short(mean)} [${short(low)}, ${short(high)}]`
}
