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
    return parseArgs({ args: withNegatives(args, options), options, allowPositionals: true, strict: true })
  } catch (cause) {
    if (cause instanceof TypeError && 'code' in cause && String(cause.code).startsWith('ERR_PARSE_ARGS'))
      throw misuse(command, args, cause, options)
    throw cause
  }
}

/** `--seed -1` means `--seed=-1`: the parser takes every dash for an option, the command knows what its option may be. */
function withNegatives(args: readonly string[], options: Options): string[] {
  const end = args.indexOf('--')
  const joined: string[] = []
  for (const [i, arg] of args.entries()) {
    const before = joined.at(-1) ?? ''
    const isValue = (end < 0 || i < end) && /^-[\d.]/.test(arg) && options[before.slice(2)]?.type === 'string'
    if (isValue && before.startsWith('--')) joined[joined.length - 1] = `${before}=${arg}`
    else joined.push(arg)
  }
  return joined
}

function misuse(command: string, args: readonly string[], cause: TypeError, options: Options): UsageError {
  const said = /'(-[^' ,]*)/.exec(cause.message)?.[1] ?? ''
  const [long] = Object.entries(options).find(([, { short }]) => short !== undefined && said === `-${short}`) ?? []
  const option = long === undefined ? said : `--${long}`
  const known = options[option.slice(2)]
  if (known === undefined) return unknownOption(command, option, cause, Object.keys(options))
  const at = args.findIndex((arg) => arg === said || arg === option || arg.startsWith(`${option}=`))
  const [value, takes] = [args.slice(at, at + 2).join(' '), known.type === 'string']
  return new UsageError(takes ? `${option} needs a value.` : `${option} takes no value.`, {
    subject: option,
    value: takes ? value : (args[at] ?? option),
    rule: takes ? `${option} <value>` : `${option}, and nothing after it`,
    fix: takes ? `write ${option}=<value>; see spotcheck ${command} --help` : `write ${option}`,
    cause,
  })
}

function unknownOption(command: string, option: string, cause: TypeError, known: readonly string[]): UsageError {
  const near = nearest(option, known)
  return new UsageError(`${command} has no option ${option}.`, {
    subject: 'option',
    value: option,
    rule: `one of ${['help', ...known].map((name) => `--${name}`).join(', ')}`,
    fix: near === undefined ? `see spotcheck ${command} --help` : `did you mean --${near}?`,
    cause,
  })
}

/**
 * The one positional argument that a command takes.
 *
 * @throws UsageError if there is none, or more than one.
 */
export function only(
  command: string,
  subject: string,
  positionals: readonly string[],
  example = 'params.json',
): string {
  const [first, ...others] = positionals
  if (first !== undefined && others.length === 0) return first
  throw new UsageError(first === undefined ? `${command} needs a ${subject}.` : `${command} takes one ${subject}.`, {
    subject: 'arguments',
    value: positionals.join(' '),
    rule: `one ${subject}; - is standard input`,
    fix: `spotcheck ${command} ${example}`,
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
