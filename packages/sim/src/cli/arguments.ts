/**
 * Command lines: `node:util` parses them, this says what to do when it can't.
 *
 * @module
 */
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { nearest } from '@spotcheck/core/Nearest'
import { UsageError } from './Command.js'

type Options = NonNullable<ParseArgsConfig['options']>
type Parsed<options extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: options; allowPositionals: true; strict: true }>
>

/**
 * The options and the positional arguments of a command.
 *
 * @throws UsageError naming the nearest option, if one is unknown or used wrongly.
 */
export function parse<const options extends Options>(
  command: string,
  args: readonly string[],
  options: options,
): Parsed<options> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
  } catch (cause) {
    if (cause instanceof TypeError && 'code' in cause && String(cause.code).startsWith('ERR_PARSE_ARGS'))
      throw misuse(command, cause, Object.keys(options))
    throw cause
  }
}

function misuse(command: string, cause: TypeError, known: readonly string[]): UsageError {
  const option = /'(-[^' ]*)/.exec(cause.message)?.[1] ?? ''
  const unknown = 'code' in cause && cause.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION'
  const near = unknown ? nearest(option, known) : undefined
  const listed = ['help', ...known].map((name) => `--${name}`).join(', ')
  return new UsageError(unknown ? `${command} has no option ${option}.` : `${option} is used wrongly.`, {
    subject: 'option',
    value: option,
    rule: unknown ? `one of ${listed}` : (cause.message.split('\n')[0] ?? ''),
    fix: near === undefined ? `see spotcheck ${command} --help` : `did you mean --${near}?`,
    cause,
  })
}

/**
 * The one positional argument that a command takes.
 *
 * @throws UsageError if there is none, or more than one.
 */
export function only(command: string, subject: string, positionals: readonly string[]): string {
  const [first, ...others] = positionals
  if (first !== undefined && others.length === 0) return first
  throw new UsageError(first === undefined ? `${command} needs a ${subject}.` : `${command} takes one ${subject}.`, {
    subject: 'arguments',
    value: positionals.join(' '),
    rule: `one ${subject}; - is standard input`,
    fix: `spotcheck ${command} params.json`,
  })
}

/**
 * The two positional arguments that a command takes.
 *
 * @throws UsageError if there are fewer or more, or both are standard input.
 */
export function pair(
  command: string,
  subjects: readonly [string, string],
  positionals: readonly string[],
): readonly [string, string] {
  const [first, second, ...others] = positionals
  const twice = first === '-' && second === '-'
  if (first !== undefined && second !== undefined && others.length === 0 && !twice) return [first, second]
  const names = subjects.join(' and ')
  throw new UsageError(twice ? 'standard input can be one file only.' : `${command} takes two files, ${names}.`, {
    subject: 'arguments',
    value: positionals.join(' '),
    rule: `${names}, in this order; one of them may be -, standard input`,
    fix: `spotcheck ${command} ${subjects.join(' ')}`,
  })
}
