/** The comparators of numeric evidence against second implementations, at their limits, and against hostile evidence. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { errorOf } from '../../../../test/support/thrown.js'
import { eth, evidenceMode, protocolWith } from '../../../../test/support/world.js'
import * as Comparison from '../Comparison.js'
import * as Encoding from '../Encoding.js'
import * as Errors from '../Errors.js'
import * as Logits from '../Logits.js'
import * as Tensor from '../Tensor.js'
import * as Toploc from '../Toploc.js'
import * as Wad from '../Wad.js'

fc.configureGlobal({ seed: 20_261_123 })

type Hex = Encoding.Hex
type Row = readonly (readonly [token: number, value: number])[]

const encode = (rows: readonly Row[]) =>
  Logits.encode(rows.map((row) => row.map(([token, logit]) => ({ token, logit }))))

/** Bytes that no comparator may take from either side, with what a good one looks like. */
function neverPasses(compare: Comparison.Comparator, output: Hex, good: { proof: Hex; own: Hex }, bad: readonly Hex[]) {
  expect(compare({ executor: { output, evidence: good.proof }, verifier: good.own }).outcome).toBe('match')
  for (const evidence of bad) {
    expect(compare({ executor: { output, evidence }, verifier: good.own })).toMatchObject({
      outcome: 'mismatch',
      score: Number.POSITIVE_INFINITY,
    })
    for (const claimed of [good.proof, evidence])
      expect(compare({ executor: { output, evidence: claimed }, verifier: evidence }).outcome).toBe('indeterminate')
  }
}

/** No bytes make it throw anything but a typed error, or answer anything but a comparison. */
function survives(compare: Comparison.Comparator, samples: readonly Hex[]) {
  const bytes = fc.oneof(fc.constantFrom(...samples), fc.uint8Array({ maxLength: 40 }).map(Encoding.toHex))
  const mutated = fc.tuple(bytes, fc.nat(), fc.nat(255)).map(([hex, at, byte]): Hex => {
    const raw = Encoding.fromHex(hex)
    if (raw.length > 0) raw[at % raw.length] = byte
    return Encoding.toHex(raw)
  })
  fc.assert(
    fc.property(mutated, mutated, mutated, (output, evidence, verifier) => {
      const { outcome, score, reason } = compare({ executor: { output, evidence }, verifier })
      expect(['match', 'mismatch', 'indeterminate']).toContain(outcome)
      expect(score >= 0 && reason.length > 0).toBe(true)
      expect(compare({ executor: { output, evidence }, verifier: '0x' }).outcome).toBe('indeterminate')
      expect(compare({ executor: { output, evidence: '0x' }, verifier }).outcome).not.toBe('match')
    }),
    { numRuns: 1_000 },
  )
}

describe('logprobs', () => {
  type Limits = { tolerance: bigint; slack: bigint; peak: bigint; topk: number; greedy: boolean }
  const limits: Limits = { tolerance: eth / 4n, slack: eth / 2n, peak: 4n * eth, topk: 2, greedy: false }
  const make = (overrides: Partial<Limits> = {}) => Comparison.logprobs({ kind: 'logprobs', ...limits, ...overrides })

  /** The long way: one list of all tokens named, each looked up twice. */
  function reference(tokens: readonly number[], claimed: readonly Row[], own: readonly Row[], set: Limits) {
    const means: number[] = []
    let highest = 0
    for (let i = 0; i < tokens.length; i++) {
      const [a, b] = [claimed[i]!, own[i]!]
      if (!a.some(([token]) => token === tokens[i])) return { outcome: 'mismatch', score: Number.POSITIVE_INFINITY }
      const named = [...new Set([...a, ...b].map(([token]) => token))]
      const apart = named.map((token) => {
        const here = a.find(([one]) => one === token)?.[1]
        const there = b.find(([one]) => one === token)?.[1]
        const least = (row: Row) => row.map(([, value]) => value).sort((x, y) => x - y)[0]!
        if (here === undefined) return there! > least(a) ? there! - least(a) : 0
        if (there === undefined) return here > least(b) ? here - least(b) : 0
        return here > there ? here - there : there - here
      })
      for (const one of apart) if (one > highest) highest = one
      if (set.greedy) {
        const best = b.map(([, value]) => value).sort((x, y) => y - x)[0]!
        const written = b.find(([one]) => one === tokens[i])?.[1]
        const below = written === undefined ? Number.POSITIVE_INFINITY : best - written
        if (below > highest) highest = below
      }
      let total = 0
      for (const one of apart) total += one
      means.push(total / apart.length)
    }
    let sum = 0
    for (const mean of means) sum += mean
    const score = sum / tokens.length
    const bound = Wad.toNumber(set.tolerance) + Wad.toNumber(set.slack) / Math.sqrt(tokens.length)
    return { outcome: highest <= Wad.toNumber(set.peak) && score <= bound ? 'match' : 'mismatch', score }
  }

  const value = fc.oneof(
    fc.integer({ min: -16, max: 0 }).map((n) => n / 4),
    fc.float({ min: -20, max: 0, noNaN: true }),
  )
  const rowOf = (k: number): fc.Arbitrary<Row> =>
    fc
      .uniqueArray(fc.nat(5), { minLength: k, maxLength: k })
      .chain((tokens) => fc.tuple(...tokens.map((token) => fc.tuple(fc.constant(token), value))))
  const texts = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 4 })).chain(([n, k]) => {
    const rows = fc.array(rowOf(k), { minLength: n, maxLength: n })
    return fc.tuple(rows, rows, fc.array(fc.nat(k - 1), { minLength: n, maxLength: n }), fc.boolean())
  })

  it('says what the naive reference says', () => {
    fc.assert(
      fc.property(
        texts,
        fc.constantFrom(0n, eth / 4n, eth),
        fc.boolean(),
        ([claimed, other, at, isNear], wad, greedy) => {
          const own = isNear
            ? claimed.map((row) => row.map(([token, one]) => [token, Math.fround(Math.min(0, one - 0.25))] as const))
            : other
          const tokens = claimed.map((row, i) => row[at[i]!]![0])
          const set = { tolerance: wad, slack: wad, peak: 2n * eth, topk: claimed[0]!.length, greedy }
          const executor = { output: Logits.encodeTokens(tokens), evidence: encode(claimed) }
          const made = make(set)({ executor, verifier: encode(own) })
          expect(made).toMatchObject(reference(tokens, claimed, own, set))
        },
      ),
      { numRuns: 2_000 },
    )
  })

  const position = (first: number, second = -8): Row => [
    [7, first],
    [9, second],
  ]
  const compare = (claimed: readonly Row[], own: readonly Row[], overrides: Partial<Limits> = {}) =>
    make(overrides)({
      executor: { output: Logits.encodeTokens(claimed.map(() => 7)), evidence: encode(claimed) },
      verifier: encode(own),
    })
  const times = (n: number, row: Row) => Array.from({ length: n }, () => row)

  it('allows tolerance + slack / sqrt(n) exactly: a long text must be closer than a short one', () => {
    // Halves of a difference of one candidate of two: 0.75 at n = 1, 0.5 at n = 4, 0.375 at n = 16.
    for (const [n, limit] of [
      [1, 0.75],
      [4, 0.5],
      [16, 0.375],
    ] as const) {
      const own = times(n, position(-1 - 2 * limit))
      expect(compare(times(n, position(-1)), own)).toMatchObject({ outcome: 'match', score: limit })
      const further = times(n, position(-1 - 2 * limit - 2 ** -20))
      expect(compare(times(n, position(-1)), further).outcome).toBe('mismatch')
      const longer = times(n + 1, position(-1 - 2 * limit))
      expect(compare(times(n + 1, position(-1)), longer).outcome).toBe('mismatch')
    }
  })

  it('finds one exchanged token in a long text', () => {
    const claimed = times(1_000, position(-0.5))
    const own = claimed.with(500, position(-5))
    expect(compare(claimed, own).outcome).toBe('mismatch')
    expect(compare(claimed, own, { peak: (eth * 9n) / 2n }).outcome).toBe('match')
    expect(compare(claimed, own, { peak: (eth * 9n) / 2n - 1_000n }).reason).toMatchInlineSnapshot(
      `"a logprob differs by 4.5, at most 4.499999999999999"`,
    )
  })

  it('checks that a greedy decoder would have written the tokens', () => {
    const unlikely = [position(-4, -0.25)]
    expect(compare(unlikely, unlikely).outcome).toBe('match')
    expect(compare(unlikely, unlikely, { greedy: true }).outcome).toBe('match')
    expect(compare(unlikely, unlikely, { greedy: true, peak: 3n * eth }).outcome).toBe('mismatch')
    const unlisted: Row[] = [
      [
        [8, -4],
        [9, -8],
      ],
    ]
    expect(compare([position(-4, -8)], unlisted, { greedy: true, peak: 100n * eth }).outcome).toBe('mismatch')
  })

  it('wants the token itself in the executor’s list', () => {
    const others: Row[] = [
      [
        [1, -1],
        [2, -2],
      ],
    ]
    expect(compare(others, others)).toMatchObject({ outcome: 'mismatch', score: Number.POSITIVE_INFINITY })
  })

  it('finds text cut short or carried on', () => {
    const own = times(3, position(-1))
    for (const n of [1, 2, 4])
      expect(compare(times(n, position(-1)), own)).toMatchObject({
        outcome: 'mismatch',
        score: Number.POSITIVE_INFINITY,
      })
  })

  const good = encode([position(-1)])
  const bad: Hex[] = [
    '0x',
    good.slice(0, -2) as Hex,
    `${good}00`,
    encode([position(0.25)]),
    encode([[[7, -1]]]),
    '0x000000010002000000077fc00000000000090000000',
    '0x0000000100020000000700000000000000070000000',
  ].map((hex) => (hex.length % 2 === 0 ? hex : `${hex}0`) as Hex)

  it('never passes hostile evidence', () => {
    const tokens = Logits.encodeTokens([7])
    neverPasses(make(), tokens, { proof: good, own: good }, bad)
    const executor = { output: '0x0000' as Hex, evidence: good }
    expect(make()({ executor, verifier: good }).outcome).toBe('mismatch')
    survives(make(), [good, tokens, ...bad])
  })

  it('refuses limits that are none', () => {
    for (const wrong of [{ tolerance: 0.5 }, { slack: -1n }, { peak: undefined }, { topk: 0 }, { greedy: 1 }])
      expect(() => make(wrong as never)).toThrow(Errors.InvalidInputError)
  })
})

describe('toploc', () => {
  const accept = { topk: 8, minExponentMatches: 6, maxMeanMantissaError: 10, maxMedianMantissaError: 8 }
  const make = (overrides: object = {}) => Comparison.toploc({ kind: 'toploc', ...accept, ...overrides })
  const indices = Array.from({ length: 8 }, (_, i) => 70_001 * i)
  const values = indices.map((_, i) => 0x4040 + i)
  const proof = Encoding.toHex(Toploc.build({ indices, values }))
  const against = (own: number[], overrides: object = {}) =>
    make(overrides)({
      executor: { output: '0x01', evidence: proof },
      verifier: Toploc.encode([{ indices, values: own }]),
    })
  const off = (...by: number[]) => values.map((bits, i) => bits + (by[i] ?? 0))

  it('takes each limit itself, and not one more', () => {
    expect(against(values)).toMatchObject({ outcome: 'match', score: 0 })
    expect(against(off(128, 128))).toMatchObject({ outcome: 'match', score: 32 })
    expect(against(off(128, 128, 128)).outcome).toBe('mismatch')
    // Mean 10, median 8 (of 8 and 8).
    expect(against(off(8, 8, 8, 8, 8, 8, 16, 16))).toMatchObject({ outcome: 'match', score: 10 })
    expect(against(off(8, 8, 8, 8, 8, 8, 16, 17)).outcome).toBe('mismatch')
    // The median is between the middle two.
    expect(against(off(0, 0, 0, 7, 9, 20, 20, 20)).outcome).toBe('match')
    expect(against(off(0, 0, 0, 7, 10, 20, 20, 20)).outcome).toBe('mismatch')
  })

  it('judges every segment', () => {
    const compare = make()
    const executor = { output: '0x01' as Hex, evidence: `${proof}${proof.slice(2)}` as Hex }
    const replayed = (...lists: number[][]) => Toploc.encode(lists.map((list) => ({ indices, values: list })))
    expect(compare({ executor, verifier: replayed(values, values) }).outcome).toBe('match')
    const half = compare({ executor, verifier: replayed(values, off(128, 128, 128)) })
    expect(half).toMatchObject({ outcome: 'mismatch', score: 48 })
    expect(half.reason).toMatchInlineSnapshot(`"1 of 2 segments rejected, mantissa error 48 in the worst"`)
    for (const verifier of [replayed(values), replayed(values, values, values)])
      expect(compare({ executor, verifier })).toMatchObject({ outcome: 'mismatch', score: Number.POSITIVE_INFINITY })
  })

  it('forgives what is not in the executor’s top-k up to the limit', () => {
    const others = [...indices.slice(0, 6), 11, 12]
    const verifier = Toploc.encode([{ indices: others, values }])
    const { outcome } = make()({ executor: { output: '0x01', evidence: proof }, verifier })
    expect(outcome).toBe('match')
  })

  const own = Toploc.encode([{ indices, values }])
  const malformed: Hex[] = ['0x', proof.slice(0, -2) as Hex, `${proof}00`, `${proof}ffd9`, `0x0000${proof.slice(6)}`]

  it('never passes hostile evidence', () => {
    neverPasses(make(), '0x01', { proof, own }, malformed)
    survives(make(), [proof, own, ...malformed])
    const constant: Hex = `0xffd9${'4040'}${'0000'.repeat(7)}`
    expect(make()({ executor: { output: '0x01', evidence: constant }, verifier: own }).outcome).toBe('mismatch')
    // A verifier with another k, or with NaN, has nothing to say.
    const smaller = Toploc.encode([{ indices: indices.slice(1), values: values.slice(1) }])
    for (const verifier of [smaller, own.replace('4040', '7fc0') as Hex])
      expect(make()({ executor: { output: '0x01', evidence: proof }, verifier }).outcome).toBe('indeterminate')
  })

  it('refuses limits that are none', () => {
    for (const wrong of [
      { topk: 1 },
      { minExponentMatches: 0 },
      { minExponentMatches: 9 },
      { maxMeanMantissaError: -1 },
    ])
      expect(() => make(wrong)).toThrow(Errors.InvalidInputError)
    expect(() => make({ maxMedianMantissaError: 128 })).toThrow(Errors.InvalidInputError)
  })
})

describe('tensor', () => {
  const make = (absolute = 0n, relative = 0n, ulps = 0) =>
    Comparison.tensor({ kind: 'tensor', absolute, relative, ulps })
  const evidence = (...values: number[]) => Tensor.encode({ shape: [values.length], values })
  const between = (a: number, b: number, compare: Comparison.Comparator) =>
    compare({ executor: { output: '0x01', evidence: evidence(a) }, verifier: evidence(b) }).outcome === 'match'

  /** The next f32 away from zero or towards it, by its bits. */
  const next = (value: number, steps = 1) => {
    const [float] = [new Float32Array([value])]
    new Int32Array(float!.buffer)[0]! += steps
    return float![0]!
  }

  /** Steps from one f32 to another, walked. */
  function walked(a: number, b: number, most: number): boolean {
    let [low, high] = a < b ? [a, b] : [b, a]
    for (let i = 0; i < most && low < high; i++) {
      if (low === 0) low = next(0)
      else low = next(low, low < 0 ? -1 : 1)
    }
    return low >= high
  }

  const small = fc.oneof(
    fc.integer({ min: -8, max: 8 }).map((n) => n / 4),
    fc.integer({ min: -5, max: 5 }).map((n) => (n < 0 ? -next(0, -n) : next(0, n))),
    fc.float({ noNaN: true }),
  )

  it('says what the naive reference says', () => {
    const wads = fc.constantFrom(0n, eth / 4n, eth / 2n)
    fc.assert(
      fc.property(
        small,
        small,
        fc.integer({ min: -6, max: 6 }),
        wads,
        wads,
        fc.nat(5),
        (a, other, step, absolute, relative, ulps) => {
          const b = step === 0 || !Number.isFinite(a) ? other : next(a, step)
          if (Number.isNaN(b)) return
          const difference = a > b ? a - b : b - a
          const magnitude = [a, -a, b, -b].sort((x, y) => y - x)[0]!
          const isClose =
            a === b ||
            (Number.isFinite(a) &&
              Number.isFinite(b) &&
              (difference <= Wad.toNumber(absolute) ||
                difference <= Wad.toNumber(relative) * magnitude ||
                walked(a, b, ulps)))
          expect(between(a, b, make(absolute, relative, ulps))).toBe(isClose)
          expect(between(b, a, make(absolute, relative, ulps))).toBe(isClose)
        },
      ),
      { numRuns: 3_000 },
    )
  })

  it('takes each tolerance itself, and not one more', () => {
    expect(between(1, 1.5, make(eth / 2n))).toBe(true)
    expect(between(1, next(1.5), make(eth / 2n))).toBe(false)
    expect(between(-4, -3, make(0n, eth / 4n))).toBe(true)
    expect(between(-4, next(-3, -1), make(0n, eth / 4n))).toBe(false)
    expect(between(1, next(1, 3), make(0n, 0n, 3))).toBe(true)
    expect(between(1, next(1, 4), make(0n, 0n, 3))).toBe(false)
    // Through zero, which both of its signs are.
    expect(between(next(0), -next(0), make(0n, 0n, 2))).toBe(true)
    expect(between(next(0), -next(0), make(0n, 0n, 1))).toBe(false)
    expect(between(0, -0, make())).toBe(true)
  })

  it('takes an infinity for itself only', () => {
    const huge = make(2n ** 95n, eth - 1n, 2 ** 23)
    const infinity = Number.POSITIVE_INFINITY
    expect(between(infinity, infinity, huge)).toBe(true)
    expect(between(-infinity, -infinity, huge)).toBe(true)
    for (const other of [-infinity, next(infinity, -1), 0]) expect(between(infinity, other, huge)).toBe(false)
  })

  it('scores by the largest difference, and wants every value close', () => {
    const made = make(eth)({
      executor: { output: '0x01', evidence: evidence(1, 2, 3) },
      verifier: evidence(1, 4, 3.5),
    })
    expect(made).toMatchInlineSnapshot(`
      {
        "outcome": "mismatch",
        "reason": "1 of 3 values too far apart, the largest difference 2",
        "score": 2,
      }
    `)
    for (const verifier of [evidence(1, 2), Tensor.encode({ shape: [3, 1], values: [1, 2, 3] })])
      expect(make(eth)({ executor: { output: '0x01', evidence: evidence(1, 2, 3) }, verifier })).toMatchObject({
        outcome: 'mismatch',
        score: Number.POSITIVE_INFINITY,
      })
  })

  it('never passes hostile evidence', () => {
    const good = evidence(1, 2)
    const bad: Hex[] = [
      '0x',
      good.slice(0, -2) as Hex,
      `${good}00`,
      '0x01000000027fc000003f800000',
      '0x0100000000',
      '0x01ffffffff',
    ]
    neverPasses(make(eth), '0x01', { proof: good, own: good }, bad)
    survives(make(eth), [good, ...bad])
  })

  it('refuses limits that are none', () => {
    for (const wrong of [{ absolute: 1 }, { relative: -1n }, { ulps: 0.5 }, { ulps: 2 ** 24 }])
      expect(() =>
        Comparison.tensor({ kind: 'tensor', absolute: 0n, relative: 0n, ulps: 0, ...wrong } as never),
      ).toThrow(Errors.InvalidInputError)
  })
})

describe('a network’s own', () => {
  const id: Hex = `0x${'c0'.repeat(32)}`
  const protocol = protocolWith({ ...evidenceMode, comparator: { kind: 'custom', id } })
  const agree: Comparison.Comparator = () => ({ outcome: 'match', score: 0, reason: 'anything' })
  const subject = (output: Hex, evidence: Hex, verifier: Hex) => ({ executor: { output, evidence }, verifier })

  it('is asked, but not about nothing', () => {
    const compare = Comparison.comparator(protocol, { [id]: agree })
    expect(compare(subject('0x01', '0x02', '0x03'))).toEqual({ outcome: 'match', score: 0, reason: 'anything' })
    expect(compare(subject('0x01', '0x02', '0x')).outcome).toBe('indeterminate')
    expect(compare(subject('0x01', '0x', '0x03')).outcome).toBe('mismatch')
    expect(compare(subject('0x', '0x02', '0x03')).outcome).toBe('mismatch')
  })

  it('must be there', () => {
    const error = errorOf(() => Comparison.comparator(protocol), Comparison.UnknownComparatorError)
    expect(error.message).toMatchInlineSnapshot(`
      "the network’s own comparator is missing.
        comparator.id  "0xc0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0"
        rule           a comparator of the kind "custom" is supplied by whoever runs it
        fix            pass it: Comparison.comparator(protocol, { [id]: compare })
        see            protocol.md, Comparison"
    `)
    const other: Hex = `0x${'c1'.repeat(32)}`
    for (const registry of [{ [other]: agree }, { [id]: 1 }, Object.create({ [id]: agree })])
      expect(() => Comparison.comparator(protocol, registry)).toThrow(Comparison.UnknownComparatorError)
    expect(() => Comparison.comparator(protocol, null as never)).toThrow(Errors.InvalidInputError)
  })

  it('answers with a comparison', () => {
    for (const wrong of [{ outcome: 'maybe' }, { score: Number.NaN }, { score: -1 }, { reason: 1 }]) {
      const compare = Comparison.comparator(protocol, {
        [id]: () => ({ ...agree(subject('0x', '0x', '0x')), ...wrong }) as never,
      })
      expect(() => compare(subject('0x01', '0x02', '0x03'))).toThrow(Comparison.InvalidComparisonError)
    }
  })
})

it('the parameters choose among all of them', () => {
  for (const comparator of [
    { kind: 'logprobs', tolerance: 0n, slack: 0n, peak: 0n, topk: 1, greedy: false },
    { kind: 'toploc', topk: 2, minExponentMatches: 1, maxMeanMantissaError: 0, maxMedianMantissaError: 0 },
    { kind: 'tensor', absolute: 0n, relative: 0n, ulps: 0 },
  ] as const) {
    const compare = Comparison.comparator(protocolWith({ ...evidenceMode, comparator }))
    expect(compare({ executor: { output: '0x', evidence: '0x' }, verifier: '0x' }).outcome).toBe('indeterminate')
  }
})
