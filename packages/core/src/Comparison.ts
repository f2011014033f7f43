/**
 * Comparators: are two results the same work? (protocol.md, section 8)
 *
 * Only + - and comparison on doubles are used here, so that every engine computes the same verdict. Empty evidence never
 * passes: nothing from the executor is a mismatch, nothing from the verifier is indeterminate.
 *
 * @module
 */
import { assertObject, fromHex, type Hex } from './Encoding.js'
import { InvalidInputError } from './Errors.js'
import * as Logits from './Logits.js'
import type { ComparatorParameters, Protocol } from './Protocol.js'
import * as Wad from './Wad.js'

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

/**
 * The comparator that the parameters name.
 *
 * @throws InvalidInputError if they name none.
 * @example
 * ```ts
 * import { Comparison } from '@spotcheck/core'
 *
 * Comparison.comparator({ comparator: { kind: 'exact' } }) === Comparison.exact // true
 * ```
 */
export function comparator(parameters: Pick<Protocol, 'comparator'>): Comparator {
  const { comparator } = assertObject(parameters, 'parameters')
  if (assertObject(comparator, 'comparator').kind === 'exact') return exact
  if (comparator.kind === 'logits') return logits(comparator)
  throw invalid('comparator.kind', (comparator as { kind: unknown }).kind, '"exact" | "logits"')
}

const match = (score: number, reason: string): Comparison => ({ outcome: 'match', score, reason })
const mismatch = (score: number, reason: string): Comparison => ({ outcome: 'mismatch', score, reason })
const indeterminate = (reason: string): Comparison => ({ outcome: 'indeterminate', score: 0, reason })

/**
 * Equal output bytes.
 *
 * @example
 * ```ts
 * import { Comparison } from '@spotcheck/core'
 *
 * Comparison.exact({ executor: { output: '0x01', evidence: '0x' }, verifier: '0x01' }).outcome // 'match'
 * Comparison.exact({ executor: { output: '0x', evidence: '0x' }, verifier: '0x01' }).outcome // 'mismatch'
 * ```
 */
export const exact: Comparator = (subject) => {
  const { executor, verifier } = assertSubject(subject)
  fromHex(executor.output, 'executor.output')
  fromHex(verifier, 'verifier')
  if (verifier === '0x') return indeterminate('the verifier revealed nothing')
  if (executor.output === '0x') return mismatch(Number.POSITIVE_INFINITY, 'the executor’s output is empty')
  return executor.output === verifier ? match(0, 'equal bytes') : mismatch(1, 'different bytes')
}

/**
 * Top-k logits of the executor's tokens within a tolerance.
 *
 * For a candidate that one side does not list, the smallest logit that this side does list bounds the true value. With
 * `greedy`, each token must also be the verifier's most likely one up to the tolerance: otherwise a cheap model could
 * write the text and the real one fill in the evidence. Another number of positions is a mismatch: text cut short, or
 * carried on after its end.
 *
 * The score is the largest difference of one logit, in the model's own units; it matches iff score <= tolerance.
 *
 * @throws InvalidInputError if tolerance is no WAD or greedy no boolean.
 * @see protocol.md, Comparison and Verdict
 * @example
 * ```ts
 * import { Comparison, Logits, Wad } from '@spotcheck/core'
 *
 * const compare = Comparison.logits({ kind: 'logits', tolerance: Wad.from(0.5), greedy: true })
 * const evidence = (logit: number) => Logits.encode([[{ token: 7, logit }, { token: 9, logit: 1 }]])
 * const executor = { output: Logits.encodeTokens([7]), evidence: evidence(4) }
 * compare({ executor, verifier: evidence(4.5) }).outcome // 'match'
 * compare({ executor, verifier: evidence(4.75) }).outcome // 'mismatch'
 * compare({ executor, verifier: '0x' }).outcome // 'indeterminate'
 * ```
 */
export function logits(parameters: Extract<ComparatorParameters, { kind: 'logits' }>): Comparator {
  const { tolerance, greedy } = assertLogits(parameters)
  return (subject) => {
    const { executor, verifier } = assertSubject(subject)
    const own = Logits.decode(verifier)
    if (own === undefined) return indeterminate('the verifier’s evidence is empty or malformed')
    const claimed = Logits.decode(executor.evidence)
    const tokens = Logits.decodeTokens(executor.output)
    if (claimed === undefined || tokens === undefined)
      return mismatch(Number.POSITIVE_INFINITY, 'the executor’s evidence is empty or malformed')
    if (claimed.length !== tokens.length || own.length !== tokens.length)
      return mismatch(Number.POSITIVE_INFINITY, `${tokens.length} tokens, ${own.length} positions replayed`)
    const score = distance(claimed, own, greedy ? tokens : [])
    if (score === Number.POSITIVE_INFINITY) return mismatch(score, 'a token that the model would not have drawn')
    const reason = `largest logit difference ${score}, tolerance ${tolerance}`
    return score <= tolerance ? match(score, reason) : mismatch(score, reason)
  }
}

function assertSubject(subject: Subject): Subject {
  assertObject(assertObject(subject, 'subject').executor, 'executor')
  return subject
}

function assertLogits(parameters: Extract<ComparatorParameters, { kind: 'logits' }>) {
  const { tolerance, greedy } = assertObject(parameters, 'parameters')
  if (typeof tolerance !== 'bigint' || tolerance < 0n) throw invalid('tolerance', tolerance, 'a WAD of 0 or more')
  if (typeof greedy !== 'boolean') throw invalid('greedy', greedy, 'true or false')
  return { tolerance: Wad.toNumber(tolerance), greedy }
}

function invalid(subject: string, value: unknown, rule: string): InvalidInputError {
  const fix = 'pass the comparator of Protocol.from(parameters)'
  return new InvalidInputError(`${subject} names no comparator.`, {
    subject,
    value,
    rule,
    fix,
    see: 'protocol.md, Comparison',
  })
}

/** The largest difference over all positions; with `tokens`, also how far each is below the verifier's best. */
function distance(
  claimed: readonly Logits.Position[],
  own: readonly Logits.Position[],
  tokens: readonly number[],
): number {
  let largest = 0
  for (const [i, position] of claimed.entries()) {
    const replayed = own[i]!
    if (position.length !== replayed.length) return Number.POSITIVE_INFINITY
    const shortfall = i < tokens.length ? belowBest(tokens[i]!, replayed) : 0
    largest = Math.max(largest, apart(position, replayed), apart(replayed, position), shortfall)
  }
  return largest
}

/** The largest difference of `a`'s candidates to `b`, where unlisted ones are at most `b`'s smallest. */
function apart(a: Logits.Position, b: Logits.Position): number {
  const listed = new Map(b.map(({ token, logit }) => [token, logit]))
  const floor = Math.min(...b.map(({ logit }) => logit))
  return a.reduce((largest, { token, logit }) => {
    const other = listed.get(token)
    return Math.max(largest, other === undefined ? logit - floor : Math.abs(logit - other))
  }, 0)
}

function belowBest(token: number, position: Logits.Position): number {
  const best = Math.max(...position.map(({ logit }) => logit))
  const own = position.find((candidate) => candidate.token === token)
  return own === undefined ? Number.POSITIVE_INFINITY : best - own.logit
}
