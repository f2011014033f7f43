// What a call is refused with. Apart from the fixtures, so that a test of one small module loads little.
import * as Errors from '@spotcheck/core/Errors'
import { expect } from 'vitest'

/** The rendered message of the error that `run` throws; fails if it throws none or a foreign one. */
export function errorOf<T extends Error>(run: () => unknown, type: abstract new (...args: never[]) => T): T {
  try {
    run()
  } catch (error) {
    if (error instanceof type) return error
    throw error
  }
  return expect.fail(`expected a ${type.name}`)
}

/** What a call is refused with, in one line: `Name: message | subject | value | rule | fix`. */
export function refusal(run: () => unknown): string {
  const { name, shortMessage, subject, value, rule, fix } = errorOf(run, Errors.BaseError)
  return `${name}: ${shortMessage} | ${subject} | ${String(value)} | ${rule} | ${fix}`
}
