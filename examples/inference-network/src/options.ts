import { parseArgs } from 'node:util'
import { BaseError } from '@spotcheck/core/Errors'
import { nearest } from '@spotcheck/core/Nearest'

/** Who cheats. */
export type Cheaters = 'none' | 'int8' | 'canned' | 'all'

/** What the command line asks for. */
export type Options = Readonly<{
  /** Fixes keys, salts, the panel's secrets and the simulation. What is measured differs, and the sample with it. */
  seed: number
  /** Share of each batch that is re-executed, in (0, 1]. */
  rate: number
  cheaters: Cheaters
  json: boolean
  help: boolean
}>

export const usage = `npm start -- [options]

  --seed <n>       whole number that fixes keys, salts, the panel's secrets and the simulation (default:
                   drawn afresh and printed); prices are measured anew, and so the sample is new too
  --rate <p>       share of each batch that is re-executed, 0.001 to 1, rounded up to whole tasks (default 0.25)
  --cheaters <who> none | int8 | canned | all (default all)
  --json           one JSON object on stdout, progress on stderr
  --help           this text

examples
  npm start
  npm start -- --seed 7 --rate 1
  npm start --silent -- --cheaters none --json > result.json
`

const CHEATERS: readonly Cheaters[] = ['none', 'int8', 'canned', 'all']

/** Reads the command line. @throws OptionError naming the option, the value, the rule and the fix. */
export function parse(args: readonly string[]): Options {
  const values = read(args)
  return {
    seed: values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : seed(values.seed),
    rate: values.rate === undefined ? 0.25 : rate(values.rate),
    cheaters: cheaters(values.cheaters ?? 'all'),
    json: values.json ?? false,
    help: values.help ?? false,
  }
}

function read(args: readonly string[]) {
  const options = {
    seed: { type: 'string' },
    rate: { type: 'string' },
    cheaters: { type: 'string' },
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  } as const
  try {
    return parseArgs({ args: [...args], options }).values
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw fail('arguments', args.join(' '), message.split(/[.\n]/)[0]!, `${suggestion(args)}see npm start -- --help`)
  }
}

/** The option that a misspelt one is nearest to. */
function suggestion(args: readonly string[]): string {
  const known = ['seed', 'rate', 'cheaters', 'json', 'help']
  const unknown = args.find((arg) => arg.startsWith('--') && !known.includes(arg.slice(2).split('=')[0]!))
  const near = unknown === undefined ? undefined : nearest(unknown.split('=')[0]!, known)
  return near === undefined ? '' : `did you mean --${near}? `
}

function seed(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= 0) return value
  throw fail('--seed', text, 'a whole number from 0 to 2^53 - 1', 'pass for example --seed 7')
}

function rate(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && value >= 0.001 && value <= 1) return value
  const hint = value > 1 && value <= 100 ? `did you mean --rate ${value / 100}?` : 'pass for example --rate 0.25'
  throw fail('--rate', text, '0.001 <= rate <= 1 (1 re-executes every task)', hint)
}

function cheaters(text: string): Cheaters {
  const found = CHEATERS.find((word) => word === text)
  if (found !== undefined) return found
  throw fail('--cheaters', text, CHEATERS.join(' | '), 'pass one of these words')
}

function fail(subject: string, value: string, rule: string, fix: string): OptionError {
  return new OptionError(`${subject} can't be used.`, { subject, value, rule, fix })
}

/** A command line that can't be run. */
class OptionError extends BaseError {
  override name = 'OptionError'
}
