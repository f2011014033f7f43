/** Logits within a tolerance, candidate by candidate. */
import { assertObject } from '../Encoding.js'
import * as Logits from '../Logits.js'
import type { ComparatorParameters } from '../Protocol.js'
import { belowBest, differences } from './Candidates.js'
import {
  apart,
  assertSubject,
  assertSwitch,
  assertTolerance,
  type Comparator,
  match,
  mismatch,
  unproven,
  unusable,
} from './Outcome.js'

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
  const { tolerance, greedy } = assertParameters(parameters)
  return (subject) => {
    const { executor, verifier } = assertSubject(subject)
    const own = Logits.decode(verifier)
    if (own === undefined) return unusable
    const claimed = Logits.decode(executor.evidence)
    const tokens = Logits.decodeTokens(executor.output)
    if (claimed === undefined || tokens === undefined) return unproven
    if (claimed.length !== tokens.length || own.length !== tokens.length)
      return apart(`${tokens.length} tokens, ${own.length} positions replayed`)
    const score = distance(claimed, own, greedy ? tokens : [])
    if (score === Number.POSITIVE_INFINITY) return mismatch(score, 'a token that the model would not have drawn')
    const reason = `largest logit difference ${score}, tolerance ${tolerance}`
    return score <= tolerance ? match(score, reason) : mismatch(score, reason)
  }
}

function assertParameters(parameters: Extract<ComparatorParameters, { kind: 'logits' }>) {
  const { tolerance, greedy } = assertObject(parameters, 'parameters')
  return { tolerance: assertTolerance(tolerance, 'tolerance'), greedy: assertSwitch(greedy, 'greedy') }
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
    largest = differences(position, replayed).reduce((most, one) => Math.max(most, one), Math.max(largest, shortfall))
  }
  return largest
}
