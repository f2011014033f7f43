import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evidenceProtocol, protocol } from '../../../test/support/fixtures.js'
import { errorOf } from '../../../test/support/thrown.js'
import { eth } from '../../../test/support/world.js'
import * as Comparison from './Comparison.js'
import * as Encoding from './Encoding.js'
import * as Errors from './Errors.js'
import * as Logits from './Logits.js'
import * as Wad from './Wad.js'

fc.configureGlobal({ seed: 20_261_123 })

type Row = readonly (readonly [token: number, logit: number])[]

const evidence = (rows: readonly Row[]) =>
  Logits.encode(rows.map((row) => row.map(([token, logit]) => ({ token, logit }))))
const parameters = (tolerance: bigint, greedy = false) => ({ kind: 'logits', tolerance, greedy }) as const

/** What `logits` must say, the long way: every pair of candidates looked at, nothing shared with the library. */
function reference(
  tokens: readonly number[],
  claimed: readonly Row[],
  own: readonly Row[],
  tolerance: number,
  greedy: boolean,
): { outcome: string; score: number } {
  const far = { outcome: 'mismatch', score: Number.POSITIVE_INFINITY }
  if (claimed.length !== tokens.length || own.length !== tokens.length) return far
  const differences = [0]
  for (let i = 0; i < tokens.length; i++) {
    const [a, b] = [claimed[i]!, own[i]!]
    if (a.length !== b.length) return far
    for (const [here, there] of [
      [a, b],
      [b, a],
    ] as const)
      for (const [token, logit] of here) {
        const other = there.filter(([one]) => one === token)
        if (other.length > 0) differences.push(logit > other[0]![1] ? logit - other[0]![1] : other[0]![1] - logit)
        else {
          let least = Number.POSITIVE_INFINITY
          for (const [, value] of there) if (value < least) least = value
          differences.push(logit - least)
        }
      }
    if (!greedy) continue
    const written = b.filter(([one]) => one === tokens[i])
    if (written.length === 0) return far
    for (const [, logit] of b) differences.push(logit - written[0]![1])
  }
  let score = 0
  for (const difference of differences) if (difference > score) score = difference
  return { outcome: score <= tolerance ? 'match' : 'mismatch', score }
}

const logit = fc.oneof(
  fc.integer({ min: -8, max: 8 }).map((n) => n / 4),
  fc.float({ min: -50, max: 50, noNaN: true }),
)
const rowOf = (k: number): fc.Arbitrary<Row> =>
  fc
    .uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: k, maxLength: k })
    .chain((tokens) => fc.tuple(...tokens.map((token) => fc.tuple(fc.constant(token), logit))))
const rows = fc.array(
  fc.integer({ min: 1, max: 4 }).chain((k) => rowOf(k)),
  { minLength: 1, maxLength: 4 },
)
const sameShape = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })).chain(([n, k]) => {
  const list = fc.array(rowOf(k), { minLength: n, maxLength: n })
  return fc.tuple(list, list, fc.array(fc.integer({ min: 0, max: 6 }), { minLength: n, maxLength: n }))
})
const tolerance = fc.constantFrom(0n, eth / 4n, eth, 5n * eth)

const isUniform = (list: readonly Row[]) => list.every((row) => row.length === list[0]!.length)

describe('exact', () => {
  // Few bytes to choose from, so that equal ones are common.
  const hex = fc.uint8Array({ maxLength: 2, max: 1 }).map(Encoding.toHex)

  it('compares bytes, and nothing never passes', () => {
    fc.assert(
      fc.property(hex, hex, hex, (output, verifier, unread) => {
        const { outcome, score } = Comparison.exact({ executor: { output, evidence: unread }, verifier })
        const expected =
          verifier === '0x' ? 'indeterminate' : output !== '0x' && output === verifier ? 'match' : 'mismatch'
        expect(outcome).toBe(expected)
        expect(outcome === 'match' ? score === 0 : score >= 0).toBe(true)
        if (output === '0x' || verifier === '0x') return
        expect(Comparison.exact({ executor: { output: verifier, evidence: unread }, verifier: output }).outcome).toBe(
          outcome,
        )
      }),
      { numRuns: 1_000 },
    )
  })

  it('refuses what is no canonical hex: two spellings would be two results', () => {
    const executor = { output: '0xab', evidence: '0x' } as const
    for (const verifier of ['0xAB', '', undefined, 1])
      expect(() => Comparison.exact({ executor, verifier: verifier as never })).toThrow(Errors.InvalidInputError)
    for (const subject of [undefined, {}, { executor: {}, verifier: '0x01' }])
      expect(() => Comparison.exact(subject as never)).toThrow(Errors.InvalidInputError)
  })
})

describe('logits', () => {
  it('says what the naive reference says', () => {
    fc.assert(
      fc.property(sameShape, tolerance, fc.boolean(), ([claimed, own, tokens], wad, greedy) => {
        const executor = { output: Logits.encodeTokens(tokens), evidence: evidence(claimed) }
        const made = Comparison.logits(parameters(wad, greedy))({ executor, verifier: evidence(own) })
        expect(made).toMatchObject(reference(tokens, claimed, own, Wad.toNumber(wad), greedy))
      }),
      { numRuns: 3_000 },
    )
  })

  it('says so for evidence of other shapes too', () => {
    fc.assert(
      fc.property(rows.filter(isUniform), rows.filter(isUniform), fc.array(fc.nat(6)), (claimed, own, tokens) => {
        const executor = { output: Logits.encodeTokens(tokens), evidence: evidence(claimed) }
        const made = Comparison.logits(parameters(eth))({ executor, verifier: evidence(own) })
        expect(made).toMatchObject(reference(tokens, claimed, own, 1, false))
      }),
      { numRuns: 1_000 },
    )
  })

  it('is symmetric without the greedy check, and 0 exactly between equals', () => {
    fc.assert(
      fc.property(sameShape, ([claimed, own, tokens]) => {
        const compare = Comparison.logits(parameters(eth))
        const output = Logits.encodeTokens(tokens)
        const there = compare({ executor: { output, evidence: evidence(claimed) }, verifier: evidence(own) })
        const back = compare({ executor: { output, evidence: evidence(own) }, verifier: evidence(claimed) })
        expect(back).toEqual(there)
        expect(compare({ executor: { output, evidence: evidence(own) }, verifier: evidence(own) }).score).toBe(0)
      }),
      { numRuns: 1_000 },
    )
  })

  it('ignores the order of candidates, and is further apart by at most the drift', () => {
    fc.assert(
      fc.property(sameShape, fc.integer({ min: 0, max: 16 }), ([, own, tokens], quarters) => {
        const drift = quarters / 4
        const whole = own.map((row) => row.map(([token, value]) => [token, Math.round(value)] as const))
        const moved = whole.map((row) => row.map(([token, value]) => [token, value + drift] as const).reverse())
        const executor = { output: Logits.encodeTokens(tokens), evidence: evidence(moved) }
        expect(Comparison.logits(parameters(0n))({ executor, verifier: evidence(whole) }).score).toBe(drift)
      }),
    )
  })

  const one = (value: number, other = 0): readonly Row[] => [
    [
      [7, value],
      [9, other],
    ],
  ]
  const against = (claimed: readonly Row[], own: readonly Row[], wad: bigint, greedy = true) =>
    Comparison.logits(parameters(wad, greedy))({
      executor: { output: Logits.encodeTokens([7]), evidence: evidence(claimed) },
      verifier: evidence(own),
    })

  it('takes the tolerance itself for a match, and anything above for none', () => {
    expect(against(one(4), one(4.5), eth / 2n).outcome).toBe('match')
    expect(against(one(4), one(4.5), eth / 2n - 1_000n).outcome).toBe('mismatch')
    const next = Math.fround(4.5 + 2 ** -21)
    expect(next).toBeGreaterThan(4.5)
    expect(against(one(4), one(next), eth / 2n).outcome).toBe('mismatch')
    expect(against(one(4), one(4), 0n)).toMatchObject({ outcome: 'match', score: 0 })
    expect(against(one(4), one(4), 0n).reason).toMatchInlineSnapshot(`"largest logit difference 0, tolerance 0"`)
  })

  it('bounds a candidate that one side does not list by the smallest that it lists', () => {
    const swapped: readonly Row[] = [
      [
        [7, 4],
        [8, 1.5],
      ],
    ]
    expect(against(one(4, 1), swapped, eth / 2n)).toMatchObject({ outcome: 'match', score: 0.5 })
    // A far lower one than the floor is no difference by itself, but the other side's own candidate then is.
    const low: readonly Row[] = [
      [
        [7, 4],
        [8, -9],
      ],
    ]
    expect(against(one(4, 1), low, eth)).toMatchObject({ outcome: 'mismatch', score: 10 })
  })

  it('checks that a greedy decoder would have written the tokens', () => {
    const other = one(1, 4)
    expect(against(other, other, eth, false).outcome).toBe('match')
    expect(against(other, other, eth)).toMatchObject({ outcome: 'mismatch', score: 3 })
    // Up to the tolerance: a near tie may fall either way.
    expect(against(one(4, 4.5), one(4, 4.5), eth / 2n).outcome).toBe('match')
    const unlisted: readonly Row[] = [
      [
        [1, 4],
        [2, 3],
      ],
    ]
    expect(against(unlisted, unlisted, 5n * eth)).toMatchObject({
      outcome: 'mismatch',
      score: Number.POSITIVE_INFINITY,
    })
    expect(against(unlisted, unlisted, 5n * eth, false).outcome).toBe('match')
  })

  it('finds text that was cut short or carried on', () => {
    const compare = Comparison.logits(parameters(eth))
    const own = [...one(4), ...one(4), ...one(4)]
    for (const length of [0, 1, 2, 4]) {
      const tokens = new Array(length).fill(7)
      const claimed = evidence(Array.from({ length: Math.max(1, length) }, () => one(4)[0]!))
      const executor = { output: Logits.encodeTokens(tokens), evidence: claimed }
      expect(compare({ executor, verifier: evidence(own) })).toMatchObject({
        outcome: 'mismatch',
        score: Number.POSITIVE_INFINITY,
      })
    }
  })

  it('compares as many candidates as the verifier has: fewer prove less', () => {
    expect(against([[[7, 4]]], one(4), 5n * eth).outcome).toBe('mismatch')
  })

  const good = evidence(one(4))
  const unusable = {
    empty: '0x',
    short: good.slice(0, -2),
    long: `${good}00`,
    NaN: '0x000000010001000000077fc00000',
    infinity: '0x000000010001000000077f800000',
    'a token twice': '0x000000010002000000073f800000000000073f800000',
    'no positions': '0x000000000001',
    'no candidates': '0x000000010000',
  }

  it.each(Object.entries(unusable))('never passes %s evidence', (_, bad) => {
    const compare = Comparison.logits(parameters(1_000n * eth))
    const output = Logits.encodeTokens([7])
    const bytes = bad as Encoding.Hex
    // From the executor it is a mismatch, from the verifier no verdict at all, whatever the executor opened.
    expect(compare({ executor: { output, evidence: bytes }, verifier: good })).toMatchObject({
      outcome: 'mismatch',
      score: Number.POSITIVE_INFINITY,
    })
    for (const claimed of [good, bytes])
      expect(compare({ executor: { output, evidence: claimed }, verifier: bytes }).outcome).toBe('indeterminate')
  })

  it('never passes an output that is no tokens', () => {
    const compare = Comparison.logits(parameters(eth))
    for (const output of ['0x', '0x0000', '0x0000000700'] as const)
      expect(compare({ executor: { output, evidence: good }, verifier: good }).outcome).toBe('mismatch')
  })
})

describe('comparator', () => {
  it('is the one that the parameters name', () => {
    expect(Comparison.comparator(protocol)).toBe(Comparison.exact)
    const executor = { output: Logits.encodeTokens([7]), evidence: evidence([[[7, 4]]]) }
    const compare = Comparison.comparator(evidenceProtocol)
    expect(compare({ executor, verifier: executor.evidence }).outcome).toBe('match')
    expect(compare({ executor, verifier: evidence([[[7, 4.01]]]) }).outcome).toBe('mismatch')
  })

  it('refuses parameters that name none', () => {
    const error = errorOf(() => Comparison.comparator({ comparator: { kind: 'x' } } as never), Errors.InvalidInputError)
    expect(error.message).toMatchInlineSnapshot(`
      "comparator.kind names no comparator.
        comparator.kind  "x"
        rule             "exact" | "logits" | "logprobs" | "toploc" | "tensor" | "custom"
        fix              pass the comparator of Protocol.from(parameters)
        see              protocol.md, Comparison"
    `)
    for (const wrong of [undefined, {}, { comparator: { kind: 'logits' } }])
      expect(() => Comparison.comparator(wrong as never)).toThrow(Errors.InvalidInputError)
    for (const wrong of [undefined, { ...parameters(0n), tolerance: 0.5 }, { ...parameters(-1n) }, { tolerance: 0n }])
      expect(() => Comparison.logits(wrong as never)).toThrow(Errors.InvalidInputError)
  })
})
