/**
 * `spotcheck sweep`: a scenario with some of its values varied, point by point, into a file that can be gone on with.
 *
 * @module
 */
import * as Sweep from '../Sweep.js'
import { only, parse } from './arguments.js'
import { type Command, type Io, status, UsageError } from './Command.js'
import { read } from './json.js'
import { progress } from './progress.js'
import { load } from './registry.js'
import { type Layout, open, type Results } from './results.js'
import { cohorts, csvLine, formatOf, simulated } from './rows.js'
import { threadsOf } from './threads.js'
import { version } from './version.js'

const help = `Usage: spotcheck sweep <sweep.json | -> [-o results.jsonl] [options]

Plays a scenario with some of its values varied, point by point. Stop it at any time, even with kill -9, and run the same command
again: it goes on where the file ends. The finished file is the same to the byte, however often it was stopped, and on however
many threads.

Options
  -o, --output <file>  where results go, one point after another; without it standard output, which can't be gone on with
  --format <name>      jsonl (default): a line that names the sweep, then a line a point; csv: a row for each cohort of a point
  --threads <n>        threads that play points (default 1)
  --use <module.mjs>   strategies and policies of your own, by name; may be given several times
  --json               what was done as JSON on standard output, instead of text
  --help, -h           this text

A sweep file
  {
    "scenario": { "parameters": {…}, "population": […], … },      as spotcheck simulate takes it
    "vary": {
      "parameters.sampling.rate": { "from": 0.01, "to": 0.2, "steps": 5, "scale": "log" },
      "population[1].options.rate": { "values": [0.1, 0.5] },
      "policy.name": { "values": ["spotcheck", "posp"] }
    },
    "design": "grid",
    "engine": "statistical"
  }
  vary    a path of any value of the scenario, and its values: { "values" } or { "from", "to", "steps", "scale", "whole" };
          scale linear (default) or log; whole: true rounds
  design  "grid" (default), every combination, the last path fastest; or { "kind": "random" or "latin-hypercube", "points", "seed" },
          where a range without steps is drawn from anywhere between its ends

Examples
  spotcheck sweep sweep.json -o results.jsonl
  spotcheck sweep sweep.json -o results.csv --format csv --threads 2
  spotcheck sweep sweep.json | head -3

Ctrl-C ends amid the point in progress; the file holds those before it.

Exit status: 0 every point is played, 1 it was interrupted before, 2 bad input.
`

/** The command. */
export const command: Command = {
  name: 'sweep',
  summary: 'a scenario with some of its values varied, into a file that can be gone on with',
  help,
  run: async (args, io) => {
    const { values, positionals } = parse('sweep', args, {
      output: { type: 'string', short: 'o' },
      format: { type: 'string' },
      threads: { type: 'string', default: '1' },
      use: { type: 'string', multiple: true },
      json: { type: 'boolean' },
    })
    const { use: modules = [], output, json = false } = values
    if (json && output === undefined) throw noOutput()
    const [threads, format] = [threadsOf(values.threads), formatOf({ format: values.format }) ?? 'jsonl']
    const registry = await load(modules, io)
    const path = only('sweep', 'sweep file', positionals)
    const sweep = Sweep.from(await read(path, io), registry)
    const table = format === 'csv' ? csv(sweep) : jsonLines(sweep)
    const results = output === undefined ? printed(table, io) : await open(output, table)
    const played = await play(sweep, table, results, { threads, registry, modules, signal: io.signal }, io)
    return output === undefined
      ? ended(sweep, played, io)
      : report(sweep, results.points, played, { args, output, json }, io)
  },
}

function noOutput(): UsageError {
  return new UsageError('--json says what was written to a file, and no file is named.', {
    subject: '--json',
    value: '--json',
    rule: '--json with -o',
    fix: 'add -o results.jsonl, or leave --json out: results are JSON Lines anyway',
  })
}

/** A layout, and the records of a point in it. */
type Table = Layout & Readonly<{ render: (result: Sweep.Result) => string }>

/** A line that names the sweep, then each result as it is. */
function jsonLines(sweep: Sweep.Sweep): Table {
  const [digest, points] = [Sweep.digest(sweep), Sweep.size(sweep)]
  const name = {
    kind: 'sweep',
    version: version(),
    digest,
    points,
    vary: Object.keys(sweep.vary),
    engine: sweep.engine,
  }
  return {
    header: `${JSON.stringify(name)}\n`,
    records: 1,
    begins: (index) => `{"index":${index},`,
    quotes: false,
    points,
    stranger: (header) => strangerOf(header, digest),
    render: (result) => `${JSON.stringify(result)}\n`,
  }
}

function strangerOf(header: string, digest: string): string {
  const other = parsed(header)
  if (other?.kind !== 'sweep') return 'holds no results of a sweep'
  if (other.digest !== digest) return anotherSweep(String(other.digest), digest)
  return `was written by spotcheck ${other.version}, this is ${version()}`
}

function anotherSweep(other: string, own: string): string {
  return `holds the results of another sweep, ${other}; this one is ${own}`
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}

/** A row for each cohort of a point; each names the sweep. */
function csv(sweep: Sweep.Sweep): Table {
  const [digest, paths] = [Sweep.digest(sweep), Object.keys(sweep.vary)]
  const names = simulated.map(([name]) => name)
  return {
    header: csvLine(['sweep', 'index', ...paths, ...names]),
    records: (sweep.scenario.population as readonly unknown[]).length,
    begins: (index) => `${digest},${index},`,
    quotes: true,
    points: Sweep.size(sweep),
    stranger: (record) => {
      if (record.startsWith('sweep,index,')) return 'holds the results of a sweep that varies something else'
      const [other] = /^0x[\da-f]{64}(?=,)/.exec(record) ?? []
      return other === undefined ? 'holds no results of a sweep as CSV' : anotherSweep(other, digest)
    },
    render: ({ index, values, simulation }) =>
      cohorts(simulation)
        .map((of) =>
          csvLine([digest, index, ...paths.map((path) => values[path]!), ...simulated.map(([, cell]) => cell(of))]),
        )
        .join(''),
  }
}

/** Standard output in place of a file. */
function printed({ header }: Layout, io: Io): Results {
  io.stdout(header)
  return { points: 0, append: async (records) => io.stdout(records), close: async () => {} }
}

/** Plays what is left, and returns how many points that was. */
async function play(
  sweep: Sweep.Sweep,
  table: Table,
  results: Results,
  options: Sweep.Options,
  io: Io,
): Promise<number> {
  const [from, of] = [results.points, Sweep.size(sweep)]
  const onProgress = progress('point', io, from)
  let played = 0
  try {
    for await (const result of Sweep.run(sweep, { ...options, from })) {
      await results.append(table.render(result))
      onProgress(from + ++played, of)
    }
  } finally {
    await results.close()
  }
  return played
}

/** Where results were printed. */
function ended(sweep: Sweep.Sweep, played: number, io: Io): number {
  if (played === Sweep.size(sweep)) return status.ok
  io.stderr(`interrupted after ${played} of ${Sweep.size(sweep)} points; with -o this could be gone on with\n`)
  return status.finding
}

type Asked = Readonly<{ args: readonly string[]; output: string; json: boolean }>

/** Says what was done, and how to go on where that was not all. */
function report(sweep: Sweep.Sweep, found: number, played: number, { args, output, json }: Asked, io: Io): number {
  const points = Sweep.size(sweep)
  const complete = found + played === points
  const done = { kind: 'sweep', digest: Sweep.digest(sweep), output, points, found, played, complete }
  const before = found === 0 ? '' : `, ${found} of them from before`
  io.stdout(json ? `${JSON.stringify(done, null, 2)}\n` : `${output}: ${found + played} of ${points} points${before}\n`)
  if (complete) return status.ok
  io.stderr(`interrupted; to go on, run it again: spotcheck sweep ${args.join(' ')}\n`)
  return status.finding
}
