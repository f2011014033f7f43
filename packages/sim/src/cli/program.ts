/**
 * `spotcheck`: finds the command and runs it, and turns every failure into words and an exit status.
 *
 * @module
 */
import * as Errors from '@spotcheck/core/Errors'
import { nearest } from '@spotcheck/core/Nearest'
import { type Command, type Io, status, UsageError } from './Command.js'
import { command as check } from './check.js'
import { command as compare } from './compare.js'
import { command as report } from './report.js'
import { command as simulate } from './simulate.js'
import { command as solve } from './solve.js'
import { command as sweep } from './sweep.js'
import { command as tune } from './tune.js'
import { command as verify } from './verify.js'
import { version } from './version.js'

/** Every command, in the order of the help. */
const commands: readonly Command[] = [solve, check, simulate, sweep, compare, tune, report, verify]

/**
 * Runs a command line, without the name of the program, and resolves to the exit status: 0 all is well, 1 a negative
 * finding, 2 bad input, 3 a fault of ours. Never rejects.
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  try {
    return await dispatch(argv, io)
  } catch (error) {
    if (error instanceof Errors.BaseError) {
      io.stderr(`${error.name}: ${error.message}\n`)
      return status.badInput
    }
    io.stderr(
      `spotcheck failed, which is a fault in spotcheck itself.\n${error instanceof Error ? error.stack : error}\n`,
    )
    return status.failure
  }
}

async function dispatch(argv: readonly string[], io: Io): Promise<number> {
  const [name, ...args] = argv
  if (name === undefined) {
    io.stderr(overview())
    return status.badInput
  }
  if (name === '--help' || name === '-h' || (name === 'help' && args.length === 0)) {
    io.stdout(overview())
    return status.ok
  }
  if (name === '--version') {
    io.stdout(`${version()}\n`)
    return status.ok
  }
  const command = find(name === 'help' ? (args[0] ?? '') : name)
  if (name !== 'help' && !wantsHelp(args)) return command.run(args, io)
  io.stdout(command.help)
  return status.ok
}

function wantsHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return args.slice(0, end < 0 ? undefined : end).some((arg) => arg === '--help' || arg === '-h')
}

function find(name: string): Command {
  const found = commands.find((command) => command.name === name)
  if (found !== undefined) return found
  const isOption = name.startsWith('-')
  const near = isOption ? nearest(name, ['help', 'version']) : nearest(name, names())
  const suggestion = near === undefined ? 'see spotcheck --help' : `did you mean ${isOption ? '--' : ''}${near}?`
  throw new UsageError(isOption ? `${name} comes before the command.` : `There is no command ${Errors.show(name)}.`, {
    subject: isOption ? 'option' : 'command',
    value: name,
    rule: isOption ? 'spotcheck <command> [options]' : `one of ${names().join(', ')}`,
    fix: suggestion,
  })
}

function names(): string[] {
  return commands.map(({ name }) => name)
}

function overview(): string {
  const width = Math.max(...names().map((name) => name.length))
  return `Usage: spotcheck <command> [options]

Sampled verification of AI inference: which parameters make cheating not pay?

Commands
${commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}\n`).join('')}
Examples
  spotcheck solve params.json         break-even values, for people
  spotcheck solve params.json --json  the same as JSON
  spotcheck check params.json         which strategy exploits it, and what repairs it
  spotcheck simulate params.json      who profits when some executors cheat
  spotcheck sweep sweep.json -o results.jsonl
  spotcheck compare                   what other networks' policies cost and let through
  spotcheck tune scenario.json        the cheapest parameters that hold
  spotcheck report result.json -o report.html
  spotcheck verify batch.json openings.json
  spotcheck solve --help              what a parameter file says

Options
  --help, -h  this text; after a command, the command's own
  --version   the version of the package

Exit status: 2 is bad input, 3 a fault in spotcheck. What 0 and 1 mean, each command's help states for itself.
`
}
