/**
 * From opening and reveal to an outcome, recomputable by anyone (protocol.md, section 8).
 *
 * @module
 */
import type * as Comparison from './Comparison.js'
import { assertInteger, assertList, assertObject, assertOneOf } from './Encoding.js'
import { InvalidInputError } from './Errors.js'
import type { OpenedLeaf } from './Opening.js'
import type { Claim, Reveal } from './Reexecution.js'

/** What becomes of a leaf. */
export type LeafOutcome = 'valid' | 'mismatch' | 'missing-opening' | 'bad-opening' | 'late' | 'unverified'

/** What becomes of a verifier's assignment. `excused`: it had no duty left to do. */
export type VerifierOutcome = 'agrees' | 'dissents' | 'missing-reveal' | 'wrong-verdict' | 'indeterminate' | 'excused'

/**
 * One verifier's verdict: the comparator applied to opening and reveal. What the verifier claims plays no part.
 *
 * @throws InvalidInputError if an argument is malformed.
 * @example
 * ```ts
 * import { Comparison, Encoding, Verdict } from '@spotcheck/core'
 *
 * const salt = Encoding.zero32
 * const content = { output: '0x01', outputSalt: salt, evidence: '0x', evidenceSalt: salt } as const
 * const opened = { index: 0, taskId: salt, weight: 500n, ...content }
 * const place = { batchDigest: salt, executor: Encoding.zeroAddress, verifier: Encoding.zeroAddress, index: 0, level: 0 }
 * const reveal = { ...place, content: '0x02', salt, claim: 'agrees' } as const
 * Verdict.claimOf(Verdict.judge(Comparison.exact, opened, reveal)) // 'dissents'
 * ```
 */
export function judge(comparator: Comparison.Comparator, opened: OpenedLeaf, reveal: Reveal): Comparison.Comparison {
  const { output, evidence } = assertObject(opened, 'opened')
  const { content } = assertObject(reveal, 'reveal')
  if (typeof comparator === 'function') return comparator({ executor: { output, evidence }, verifier: content })
  throw new InvalidInputError('comparator must be a function.', {
    subject: 'comparator',
    value: comparator,
    rule: 'a function of executor’s and verifier’s result',
    fix: 'pass Comparison.comparator(protocol)',
  })
}

/**
 * The claim that a comparison supports; `undefined` if it supports none.
 *
 * @throws InvalidInputError if it is none.
 * @example
 * ```ts
 * import { Verdict } from '@spotcheck/core'
 *
 * Verdict.claimOf({ outcome: 'mismatch', score: 1, reason: 'different bytes' }) // 'dissents'
 * Verdict.claimOf({ outcome: 'indeterminate', score: 0, reason: 'nothing revealed' }) // undefined
 * ```
 */
export function claimOf(comparison: Comparison.Comparison): Claim | undefined {
  const { outcome } = assertObject(comparison, 'comparison')
  if (assertOneOf(outcome, 'outcome', ['match', 'mismatch', 'indeterminate']) === 'indeterminate') return undefined
  return outcome === 'match' ? 'agrees' : 'dissents'
}

/**
 * What a quorum decides: the side with a strict majority of all its `quorum` seats, absent ones included.
 *
 * @throws InvalidInputError if `quorum` is not a positive integer, there are more votes than seats, or one is no vote.
 * @example
 * ```ts
 * import { Verdict } from '@spotcheck/core'
 *
 * Verdict.majority(['dissents', 'dissents', 'agrees'], 3) // 'dissents'
 * Verdict.majority(['dissents'], 3) // undefined
 * ```
 */
export function majority(votes: readonly Claim[], quorum: number): Claim | undefined {
  assertList(votes, 'votes', assertInteger(quorum, 'quorum', 1))
  for (const vote of votes) assertOneOf(vote, 'vote', ['agrees', 'dissents'])
  const dissents = votes.filter((vote) => vote === 'dissents').length
  if (2 * dissents > quorum) return 'dissents'
  return 2 * (votes.length - dissents) > quorum ? 'agrees' : undefined
}
