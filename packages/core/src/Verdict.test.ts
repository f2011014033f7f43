import { describe, expect, it } from 'vitest'
import { bodies } from '../../../test/support/fixtures.js'
import * as Comparison from './Comparison.js'
import * as Errors from './Errors.js'
import type { Claim } from './Reexecution.js'
import * as Verdict from './Verdict.js'

const opened = bodies.opening.leaves[0]!
const { reveal } = bodies

describe('majority', () => {
  /** Every sequence of up to `length` votes. */
  function sequences(length: number): Claim[][] {
    if (length === 0) return [[]]
    const shorter = sequences(length - 1)
    const longest = shorter.filter((votes) => votes.length === length - 1)
    return [
      ...shorter,
      ...longest.flatMap((votes): Claim[][] => [
        [...votes, 'agrees'],
        [...votes, 'dissents'],
      ]),
    ]
  }

  it('is a strict majority of all seats, for every vote of every quorum up to 7', () => {
    for (let quorum = 1; quorum <= 7; quorum++)
      for (const votes of sequences(quorum)) {
        let agrees = 0
        let dissents = 0
        for (const vote of votes) vote === 'agrees' ? agrees++ : dissents++
        const needed = Math.floor(quorum / 2) + 1
        const expected = agrees >= needed ? 'agrees' : dissents >= needed ? 'dissents' : undefined
        expect(Verdict.majority(votes, quorum)).toBe(expected)
      }
  })

  it('has one voice a seat: with more votes both sides could win', () => {
    expect(() => Verdict.majority(['agrees', 'dissents'], 1)).toThrow(Errors.InvalidInputError)
    for (const votes of [undefined, 'agrees', ['maybe'], new Array(2)])
      expect(() => Verdict.majority(votes as never, 3)).toThrow(Errors.InvalidInputError)
    for (const quorum of [0, -1, 1.5, '3', undefined])
      expect(() => Verdict.majority([], quorum as never)).toThrow(Errors.InvalidInputError)
  })
})

describe('judge', () => {
  it('applies the comparator to opening and reveal, whatever was claimed', () => {
    const seen: Comparison.Subject[] = []
    const comparator: Comparison.Comparator = (subject) => {
      seen.push(subject)
      return Comparison.exact(subject)
    }
    for (const claim of ['agrees', 'dissents'] as const)
      expect(Verdict.judge(comparator, opened, { ...reveal, claim }).outcome).toBe('mismatch')
    expect(Verdict.judge(comparator, opened, { ...reveal, content: opened.output }).outcome).toBe('match')
    expect(seen[0]).toEqual({
      executor: { output: opened.output, evidence: opened.evidence },
      verifier: reveal.content,
    })
  })

  it('needs all three', () => {
    for (const wrong of [undefined, null, {}, { output: 1 }])
      expect(() => Verdict.judge(Comparison.exact, wrong as never, reveal)).toThrow(Errors.InvalidInputError)
    expect(() => Verdict.judge(Comparison.exact, opened, undefined as never)).toThrow(Errors.InvalidInputError)
    expect(() => Verdict.judge('exact' as never, opened, reveal)).toThrow(Errors.InvalidInputError)
  })
})

it('makes a claim of a comparison', () => {
  const claimOf = (outcome: Comparison.Comparison['outcome']) => Verdict.claimOf({ outcome, score: 0, reason: '' })
  expect([claimOf('match'), claimOf('mismatch'), claimOf('indeterminate')]).toEqual(['agrees', 'dissents', undefined])
  for (const wrong of [undefined, {}, { outcome: 'maybe' }])
    expect(() => Verdict.claimOf(wrong as never)).toThrow(Errors.InvalidInputError)
})

describe('refusals say what was wrong', () => {
  const subject = (attempt: () => unknown) => {
    try {
      attempt()
    } catch (error) {
      return (error as Errors.InvalidInputError).message
    }
    throw new Error('nothing was refused')
  }

  it('names what judge was given', () => {
    expect(subject(() => Verdict.judge(Comparison.exact, undefined as never, reveal))).toContain('opened')
    expect(subject(() => Verdict.judge(Comparison.exact, opened, undefined as never))).toContain('reveal')
    expect(subject(() => Verdict.judge('exact' as never, opened, reveal))).toMatchInlineSnapshot(`
      "comparator must be a function.
        comparator  "exact"
        rule        a function of executor’s and verifier’s result
        fix         pass Comparison.comparator(protocol)"
    `)
  })

  it('names the outcome, the votes and the quorum', () => {
    expect(subject(() => Verdict.claimOf({ outcome: 'maybe' } as never))).toContain('outcome')
    expect(subject(() => Verdict.majority('agrees' as never, 3))).toContain('votes')
    expect(subject(() => Verdict.majority(['maybe'] as never, 3))).toContain('vote')
    expect(subject(() => Verdict.majority([], 0))).toContain('quorum')
  })
})
