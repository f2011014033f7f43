/**
 * What a command of `spotcheck` is, and the errors that any of them may end with.
 *
 * @module
 */
import * as Errors from '@spotcheck/core/Errors'

/** The outside world of a command, so that tests can be one. */
export type Io = Readonly<{
  /** Writes to standard output: the result, and nothing else. */
  stdout: (text: string) => void
  /** Writes to standard error: what went wrong, and progress. */
  stderr: (text: string) => void
  /** The text of a file, or of standard input for `-`. Rejects as `node:fs` does. */
  readFile: (path: string) => Promise<string>
  /** Writes a file anew. Rejects as `node:fs` does. */
  writeFile?: (path: string, text: string) => Promise<void>
  /** Does a person read standard error as it is written? */
  isTTY: boolean
  /** The exports of a module, by its path. */
  load?: (path: string) => Promise<Readonly<Record<string, unknown>>>
  /** Aborted when the user wants no more. */
  signal?: AbortSignal
}>

/** A command: `run` resolves to the exit status, one of `status`. */
export type Command = Readonly<{
  name: string
  /** One line for the list of commands. */
  summary: string
  /** All of `spotcheck <name> --help`, examples included. */
  help: string
  run: (args: readonly string[], io: Io) => Promise<number>
}>

/** Exit statuses: 0 and 1 are a command's answers, and its help says which; the question was wrong; we were. */
export const status = { ok: 0, finding: 1, badInput: 2, failure: 3 } as const

/** A command line that can't be understood. */
export class UsageError extends Errors.BaseError {
  override name = 'UsageError'
}

/** An input file that can't be read. */
export class InputFileError extends Errors.BaseError {
  override name = 'InputFileError'
}

/** An output file that can't be written, or that holds something else. */
export class OutputFileError extends Errors.BaseError {
  override name = 'OutputFileError'
}

/** An input file that is not JSON. */
export class InvalidJsonError extends Errors.BaseError {
  override name = 'InvalidJsonError'
}
