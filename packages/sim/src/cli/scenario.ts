/**
 * The scenario that a command line means: a file, or one of those that have a name.
 *
 * @module
 */
import { nearest } from '@spotcheck/core/Nearest'
import * as Scenarios from '../Scenarios.js'
import { InputFileError, type Io } from './Command.js'
import { read } from './json.js'

/** A file as it is, and the entry that it comes from, if it has a name. */
export type Opened = Readonly<{ file: unknown; entry?: Scenarios.Entry }>

/**
 * Reads a scenario. A file of that name comes first.
 *
 * @throws InputFileError if there is neither a file nor a scenario of that name.
 */
export async function open(path: string, io: Io): Promise<Opened> {
  try {
    return { file: await read(path, io) }
  } catch (error) {
    if (!isMissing(error)) throw error
    const entry = Scenarios.find(path)
    if (entry !== undefined) return { file: entry.file, entry }
    throw unknown(path, error)
  }
}

function isMissing(error: unknown): error is InputFileError {
  return error instanceof InputFileError && (error.cause as { code?: unknown } | undefined)?.code === 'ENOENT'
}

function unknown(path: string, error: InputFileError): InputFileError {
  const near = nearest(path, Scenarios.names)
  if (near === undefined) return error
  return new InputFileError(`${path} does not exist, and no scenario is called that.`, {
    subject: 'file',
    value: path,
    rule: `a JSON file, or one of ${Scenarios.names.join(', ')}`,
    fix: `did you mean ${near}?`,
    cause: error,
  })
}

/** What the named ones show, a line each, for the help of a command. */
export function list(): string {
  const width = Math.max(...Scenarios.names.map((name) => name.length))
  return Scenarios.all.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}\n`).join('')
}
