/**
 * From opening and reveal to an outcome, recomputable by anyone (protocol.md, section 8).
 *
 * @module
 */
import type * as Comparison from './Comparison.js'
import type { OpenedLeaf } from './Opening.js'
import type { Claim, Reveal } from './Reexecution.js'

/** What becomes of a leaf. */
export type LeafOutcome = 'valid' | 'mismatch' | 'missing-opening' | 'bad-opening' | 'late' | 'unverified'

/** What becomes of a verifier's assignment. `excused`: it had no duty left to do. */
export type VerifierOutcome = 'agrees' | 'dissents' | 'missing-reveal' | 'wrong-verdict' | 'indeterminate' | 'excused'

/** One verifier's verdict: the comparator applied to opening and reveal. */
export function judge(comparator: Comparison.Comparator, opened: OpenedLeaf, reveal: Reveal): Comparison.Comparison {
  return comparator({ executor: { output: opened.output, evidence: opened.evidence }, verifier: reveal.content })
}

/** The claim that a comparison supports; `undefined` if it supports none. */
export function claimOf(comparison: Comparison.Comparison): Claim | undefined {
  if (comparison.outcome === 'indeterminate') return undefined
  return comparison.outcome === 'match' ? 'agrees' : 'dissents'
}

/**
 * What a quorum decides: the side with a strict majority of all its `quorum` seats, absent ones included.
 *
 * @example
 * ```ts
 * import { Verdict } from '@spotcheck/core'
 *
 * Verdict.majority(['dissents', 'dissents', 'agrees'], 3) // 'dissents'
 * Verdict.majority(['dissents'], 3) // undefined
 * ```
 */
export function majority(votes: readonly Claim[], quorum: number): Claim | undefined {
  const dissents = votes.filter((vote) => vote === 'dissents').length
  if (2 * dissents > quorum) return 'dissents'
  return 2 * (votes.length - dissents) > quorum ? 'agrees' : undefined
}
