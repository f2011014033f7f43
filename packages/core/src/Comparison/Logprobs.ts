/** Log-probabilities, on average over the text. */
import { assertObject } from '../Encoding.js'
import * as Logits from '../Logits.js'
import type { ComparatorParameters } from '../Protocol.js'
import { belowBest, differences } from './Candidates.js'
import {
  apart,
  assertCount,
  assertSubject,
  assertSwitch,
  assertTolerance,
  type Comparator,
  type Comparison,
  match,
  mismatch,
  unproven,
  unusable,
} from './Outcome.js'

type Parameters = Extract<ComparatorParameters, { kind: 'logprobs' }>
type Limits = Readonly<{ tolerance: number; slack: number; peak: number; topk: number; greedy: boolean }>

/**
 * Top-k log-probabilities of the executor's tokens, on average within a tolerance that depends on the length.
 *
 * Evidence is encoded by `Logits.encode`: for each token its `topk` candidates, the token itself among them, with natural
 * log-probabilities of at most 0. The deviation of a position is the mean of |executor's - verifier's| over all
 * candidates that either lists; for one that a side does not list, its smallest bounds the true value. The score is the
 * mean over the n positions, and it matches iff
 *
 *     score <= tolerance + slack / sqrt(n)
 *
 * since the mean of n honest errors scatters as 1 / sqrt(n): a short text needs the slack, a long one must not have it.
 * A mean alone would hide one exchanged token in a long text, so no single candidate may deviate by more than `peak`, and
 * with `greedy` no token may be further than `peak` below the verifier's most likely one.
 *
 * @throws InvalidInputError if a tolerance is no WAD, topk no count or greedy no boolean.
 * @see protocol.md, Comparison and Verdict
 * @example
 * ```ts
 * import { Comparison, Logits, Wad } from '@spotcheck/core'
 *
 * const limits = { tolerance: Wad.from(0.25), slack: Wad.from(0.5), peak: Wad.from(2), topk: 2, greedy: true }
 * const compare = Comparison.logprobs({ kind: 'logprobs', ...limits })
 * const evidence = (logit: number) => Logits.encode([[{ token: 7, logit }, { token: 9, logit: -3 }]])
 * const executor = { output: Logits.encodeTokens([7]), evidence: evidence(-0.25) }
 * compare({ executor, verifier: evidence(-1.75) }) // { outcome: 'match', score: 0.75, reason: 'mean logprob difference 0.75 over 1 tokens, tolerance 0.75' }
 * compare({ executor, verifier: evidence(-1.875) }).outcome // 'mismatch'
 * ```
 */
export function logprobs(parameters: Parameters): Comparator {
  const limits = assertParameters(parameters)
  const { topk } = limits
  return (subject) => {
    const { executor, verifier } = assertSubject(subject)
    const own = positions(Logits.decode(verifier), topk)
    if (own === undefined) return unusable
    const claimed = positions(Logits.decode(executor.evidence), topk)
    const tokens = Logits.decodeTokens(executor.output)
    if (claimed === undefined || tokens === undefined) return unproven
    if (claimed.length !== tokens.length || own.length !== tokens.length)
      return apart(`${tokens.length} tokens, ${own.length} positions replayed`)
    if (!claimed.every((position, i) => position.some(({ token }) => token === tokens[i])))
      return apart('a token that the executor’s own evidence does not list')
    return judge(tokens, claimed, own, limits)
  }
}

function assertParameters(parameters: Parameters): Limits {
  const { tolerance, slack, peak, topk, greedy } = assertObject(parameters, 'parameters')
  return {
    tolerance: assertTolerance(tolerance, 'tolerance'),
    slack: assertTolerance(slack, 'slack'),
    peak: assertTolerance(peak, 'peak'),
    topk: assertCount(topk, 'topk', 1, Logits.maxCandidates),
    greedy: assertSwitch(greedy, 'greedy'),
  }
}

/** Positions of the agreed width whose values can be log-probabilities. */
function positions(list: readonly Logits.Position[] | undefined, topk: number): typeof list {
  const isUsable = list?.every((position) => position.length === topk && position.every(({ logit }) => logit <= 0))
  return isUsable ? list : undefined
}

function judge(
  tokens: readonly number[],
  claimed: readonly Logits.Position[],
  own: readonly Logits.Position[],
  { tolerance, slack, peak, greedy }: Limits,
): Comparison {
  let sum = 0
  let highest = 0
  for (const [i, token] of tokens.entries()) {
    const apart = differences(claimed[i]!, own[i]!)
    sum += apart.reduce((total, one) => total + one, 0) / apart.length
    highest = apart.reduce((most, one) => Math.max(most, one), highest)
    if (greedy) highest = Math.max(highest, belowBest(token, own[i]!))
  }
  const score = sum / tokens.length
  const limit = tolerance + slack / Math.sqrt(tokens.length)
  if (highest > peak) return mismatch(score, `a logprob differs by ${highest}, at most ${peak}`)
  const reason = `mean logprob difference ${score} over ${tokens.length} tokens, tolerance ${limit}`
  return score <= limit ? match(score, reason) : mismatch(score, reason)
}
