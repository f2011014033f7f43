/** What every comparator takes and gives. */
import { assertInteger, assertObject, fromHex, type Hex } from '../Encoding.js'
import { InvalidInputError } from '../Errors.js'
import * as Wad from '../Wad.js'

/** The result of a comparison. The score is a distance: larger is further apart; 0 is equal. */
export type Comparison = Readonly<{
  outcome: 'match' | 'mismatch' | 'indeterminate'
  score: number
  /** In words, for people. */
  reason: string
}>

/** What is compared: the executor's opened result with what the verifier revealed. */
export type Subject = Readonly<{
  executor: Readonly<{ output: Hex; evidence: Hex }>
  /** Output bytes in `full` mode, evidence in `evidence` mode. */
  verifier: Hex
}>

/**
 * A comparator: a pure function, so that anyone can recompute the verdict.
 *
 * Throws InvalidInputError if a part of the subject is not canonical hex; what the bytes say is an outcome.
 */
export type Comparator = (subject: Subject) => Comparison

export const match = (score: number, reason: string): Comparison => ({ outcome: 'match', score, reason })
export const mismatch = (score: number, reason: string): Comparison => ({ outcome: 'mismatch', score, reason })
/** Nothing that could be closer: of another shape, or no evidence at all. */
export const apart = (reason: string): Comparison => mismatch(Number.POSITIVE_INFINITY, reason)
export const indeterminate = (reason: string): Comparison => ({ outcome: 'indeterminate', score: 0, reason })

/** Nobody but the verifier is to blame, so it is no verdict. */
export const unusable: Comparison = Object.freeze(indeterminate('the verifier’s evidence is empty or malformed'))
/** Whoever commits to a result owes its evidence. */
export const unproven: Comparison = Object.freeze(apart('the executor’s evidence is empty or malformed'))

/** Nothing was served, whatever the evidence for it: the model's reading of the prompt alone is not the work. */
export const outputless: Comparison = Object.freeze(apart('the executor’s output is empty'))

/** Refuses what has not the parts of a subject. */
export function assertSubject(subject: Subject): Subject {
  const { output } = assertObject(assertObject(subject, 'subject').executor, 'executor')
  fromHex(output, 'executor.output')
  return subject
}

/** A tolerance of the parameters as a double. */
export function assertTolerance(value: unknown, subject: string): number {
  if (typeof value === 'bigint' && value >= 0n) return Wad.toNumber(value)
  throw invalid(subject, value, 'a WAD of 0 or more')
}

/** A count of the parameters. */
export function assertCount(value: unknown, subject: string, min: number, max: number): number {
  return assertInteger(value, subject, min, max)
}

/** A switch of the parameters. */
export function assertSwitch(value: unknown, subject: string): boolean {
  if (typeof value === 'boolean') return value
  throw invalid(subject, value, 'true or false')
}

export function invalid(subject: string, value: unknown, rule: string): InvalidInputError {
  const fix = 'pass the comparator of Protocol.from(parameters)'
  return new InvalidInputError(`${subject} names no comparator.`, {
    subject,
    value,
    rule,
    fix,
    see: 'protocol.md, Comparison',
  })
}
