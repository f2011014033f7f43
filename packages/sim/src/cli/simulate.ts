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
  --epochs <n>         independent epochs (default 200)
  --batch <n>          tasks per executor and epoch, in place of the file's batch.size
  --seed <n>           whole number (default 1)
  --json               JSON on standard output; progress stays on standard error
  --help, -h           this text

Strategies
${Strategy.all.map(({ name, summary }) => `  ${name.padEnd(13)} ${summary}\n`).join('')}
Examples
  spotcheck simulate params.json
  spotcheck simulate params.json --batch 50 --executors honest=3,substitute=1
  spotcheck simulate params.json --seed 7 --json

Exit status: 0 the simulation ran, 2 bad input.
`

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
    const parameters = values.batch === undefined ? file : withBatch(file, whole('--batch', values.batch, 1))
    const cohorts = population(values.executors, share('--cheat-rate', values['cheat-rate']))
    const result = await Simulation.run({
      parameters,
      cohorts,
      epochs: whole('--epochs', values.epochs, 2),
      seed: whole('--seed', values.seed, 0),
      onProgress: progress(io),
    })
    io.stdout(values.json ? `${JSON.stringify(result, null, 2)}\n` : describe(result))
    return status.ok
  },
}

/** Read again: the rest of the file must make sense with the new size. */
function withBatch(parameters: Parameters.Parameters, size: number): Parameters.Parameters {
  return Parameters.from({ ...parameters, batch: { size } })
}

function population(list: string | undefined, cheatRate: number): Cohort[] {
  const known = Strategy.all.map((one) => (one.name === 'intermittent' ? Strategy.intermittent(cheatRate) : one))
  if (list === undefined) return known.map((strategy) => ({ strategy, count: 1 }))
  return list.split(',').map((entry) => cohort(entry, known))
}

function cohort(entry: string, known: readonly Strategy.Strategy[]): Cohort {
  const [, name = '', count = '1'] = /^([^=]*)(?:=([^=]*))?$/.exec(entry) ?? [undefined, entry]
  const strategy = known.find((one) => one.name === name.trim())
  if (strategy !== undefined) return { strategy, count: whole('--executors', count, 1) }
  const names = known.map((one) => one.name)
  const near = nearest(name, names)
  throw new UsageError(`--executors has no strategy ${JSON.stringify(name)}.`, {
    subject: '--executors',
    value: entry,
    rule: `name=count with a name out of ${names.join(', ')}`,
    fix: near === undefined ? 'write for example honest=2,lazy=1' : `did you mean ${near}?`,
  })
}

function whole(option: string, text: string, min: number): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= min) return value
  throw misuse(option, text, `a whole number, at least ${min}`)
}

function share(option: string, text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && value >= 0 && value <= 1) return value
  throw misuse(option, text, 'a share from 0 to 1')
}

function misuse(option: string, value: string, rule: string): UsageError {
  const fix = 'see spotcheck simulate --help'
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
  const { epochs, seed, strategies, computeMultiplier, tasks, reexecutions } = result
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
      ['re-executions', `${reexecutions} for ${tasks} tasks, arbitration included`],
      ['compute', multiple(computeMultiplier)],
    ]),
  ].join('\n')
}

function multiple(computeMultiplier: number | null): string {
  if (computeMultiplier === null) return 'an honest run costs nothing, so there is no multiple of it'
  return `${number(computeMultiplier)} times that of serving every task honestly`
}

function interval({ mean, low, high }: Estimate): string {
  const short = (value: number) => value.toFixed(3)
  return `${short(mean)} [${short(low)}, ${short(high)}]`
}
