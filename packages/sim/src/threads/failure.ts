/**
 * Errors between threads: a copy of an error has no class, so what it says is sent and made an error again.
 *
 * @module
 */
import { Errors } from '@spotcheck/core'

/** What an error says, as plain data. `details` are those of an error that teaches. */
export type Failure = Readonly<{
  name: string
  message: string
  stack: string | undefined
  details: (Omit<Errors.Details, 'cause'> & Readonly<{ shortMessage: string }>) | null
}>

/** An error as plain data. A value that can't be sent is sent as it is shown. */
export function pack(error: unknown): Failure {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), stack: undefined, details: null }
  const { name, message, stack } = error
  if (!(error instanceof Errors.BaseError)) return { name, message, stack, details: null }
  const { shortMessage, subject, value, rule, fix, see } = error
  return { name, message, stack, details: { shortMessage, subject, value: sendable(value), rule, fix, see } }
}

function sendable(value: unknown): unknown {
  try {
    return structuredClone(value)
  } catch {
    return Errors.show(value)
  }
}

/** The error again: one that teaches is one, by its name, and every other an Error. */
export function unpack({ name, message, stack, details }: Failure): Error {
  const error = details === null ? new Error(message) : new Errors.BaseError(details.shortMessage, details)
  Object.assign(error, { name, message })
  if (stack !== undefined) error.stack = stack
  return error
}
