/**
 * `spotcheck report`: a result as a page to read.
 *
 * @module
 */
import * as Report from '../Report.js'
import { only, parse } from './arguments.js'
import { type Command, type Io, OutputFileError, status, UsageError } from './Command.js'
import { read } from './json.js'

const help = `Usage: spotcheck report <result.json | -> [-o report.html] [options]

Makes one HTML file of what another command printed with --json: figures, each with its numbers as a table, readable without
colour, by keyboard, in light and dark, on a phone and on paper. The file loads nothing from anywhere and runs no script.

What it can be made of
  spotcheck tune --json       recommended parameters, what binds, who profits at which rate, detection, sensitivity, attacks
  spotcheck compare --json    cost at equal security, what the best cheat earns, wrong results, every attack
  spotcheck simulate --json   who profits, who is caught and how fast, what it costs

Options
  --output, -o <file>  where to write it (default standard output). A report that is there is replaced, anything else is kept
  --figure <name>      one figure alone as SVG: the name that its place in the page has, e.g. best-cheat
  --force              replace whatever is there
  --title <words>      of the window, before the headline (default Spotcheck)
  --help, -h           this text

Examples
  spotcheck compare --json > result.json && spotcheck report result.json -o report.html
  spotcheck simulate params.json --json | spotcheck report - -o report.html
  spotcheck report result.json > report.html
  spotcheck report result.json --figure best-cheat -o figure.svg

Exit status: 0 the report was written; 2 bad input, or the file can't be written.
`

/** The command. */
export const command: Command = {
  name: 'report',
  summary: 'a result as one HTML file: figures, and their numbers',
  help,
  run: async (args, io) => {
    const { values, positionals } = parse('report', args, {
      output: { type: 'string', short: 'o' },
      force: { type: 'boolean' },
      title: { type: 'string' },
      figure: { type: 'string' },
    })
    const result = Report.from(await read(only('report', 'result file', positionals, 'result.json'), io))
    const { output = '-' } = values
    if (output === '') throw noName()
    if (output !== '-' && values.force !== true) await assertReplaceable(output, io)
    const { title, figure } = values
    const text = figure === undefined ? await Report.page(result, title) : await Report.figure(result, figure)
    if (output === '-') io.stdout(text)
    else await write(output, text, io)
    return status.ok
  },
}

/** A report may be made again; a result may have taken hours. */
async function assertReplaceable(path: string, io: Io): Promise<void> {
  const there = await io.readFile(path).catch(() => undefined)
  if (there === undefined || there === '' || Report.isReport(there)) return
  throw new OutputFileError(`${path} is there already, and is no report.`, {
    subject: '--output',
    value: path,
    rule: 'a new file, or a report to replace',
    fix: 'name another file, or add --force to replace it',
  })
}

const CAUSES: Readonly<Record<string, readonly [what: string, fix: string]>> = {
  ENOENT: ['is in a folder that does not exist', 'make the folder first'],
  ENOTDIR: ['is in something that is no folder', 'name a file in a folder'],
  EISDIR: ['is a folder', 'name a file in it'],
  EACCES: ['may not be written', 'check its permissions'],
  EROFS: ['is on a file system that is read-only', 'write it elsewhere'],
  ENOSPC: ['has no space left', 'make room, or write it elsewhere'],
}

async function write(path: string, text: string, io: Io): Promise<void> {
  try {
    await (io.writeFile ?? missing)(path, text)
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'
    const [what, fix] = CAUSES[code] ?? [`can’t be written (${code})`, 'write to another file']
    const rule = 'a file that can be written; - is standard output'
    throw new OutputFileError(`${path} ${what}.`, { subject: '--output', value: path, rule, fix, cause })
  }
}

const missing = () => Promise.reject(new Error('files can’t be written here'))

function noName(): UsageError {
  return new UsageError('--output needs a name.', {
    subject: '--output',
    value: '',
    rule: '--output <file>',
    fix: 'write for example -o report.html',
  })
}
