/**
 * How many threads a command may use.
 *
 * @module
 */
import { UsageError } from './Command.js'

/**
 * The value of `--threads`.
 *
 * @throws UsageError if it is no number of threads.
 */
export function threadsOf(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isInteger(value) && value >= 1 && value <= 256) return value
  throw new UsageError(`--threads can't be ${JSON.stringify(text)}.`, {
    subject: '--threads',
    value: text,
    rule: 'a whole number from 1 to 256',
    fix: 'use as many as the processors that are free, for example --threads 2',
  })
}
