/** What comparators say: every reason of an outcome, every refusal of parameters, every answer that is none. */
import { describe, expect, it } from 'vitest'
import { refusal } from '../../../../test/support/thrown.js'
import * as Comparison from '../Comparison.js'
import { type Hex, toHex } from '../Encoding.js'
import * as Logits from '../Logits.js'
import * as Tensor from '../Tensor.js'
import * as Toploc from '../Toploc.js'

const eth = 10n ** 18n
const subject = (output: Hex, evidence: Hex, verifier: Hex): Comparison.Subject => ({
  executor: { output, evidence },
  verifier,
})
const row = (value: number, token = 7) => ({ token, logit: value })
const positions = (n: number, value = 0) => Logits.encode(Array.from({ length: n }, () => [row(value)]))
const tokens = (...list: number[]) => Logits.encodeTokens(list)

const exact = (output: Hex, verifier: Hex) => Comparison.exact(subject(output, '0x', verifier))
const logits = (greedy: boolean, output: Hex, evidence: Hex, verifier: Hex) =>
  Comparison.logits({ kind: 'logits', tolerance: eth, greedy })(subject(output, evidence, verifier))
const limits = { kind: 'logprobs', tolerance: eth, slack: 2n * eth, peak: 9n * eth, topk: 1, greedy: false } as const
const logprobs = (output: Hex, evidence: Hex, verifier: Hex) =>
  Comparison.logprobs(limits)(subject(output, evidence, verifier))
const tensorLimits = { kind: 'tensor', absolute: eth, relative: 0n, ulps: 0 } as const
const tensor = (evidence: Hex, verifier: Hex) => Comparison.tensor(tensorLimits)(subject('0x01', evidence, verifier))
const shaped = (shape: number[]) => Tensor.encode({ shape, values: [1, 2] })
const toplocLimits = {
  kind: 'toploc',
  topk: 2,
  minExponentMatches: 1,
  maxMeanMantissaError: 1,
  maxMedianMantissaError: 1,
} as const
const points = { indices: [1, 2], values: [0x4040, 0x4041] }
const proof = Toploc.build(points)
const proofs = (n: number): Hex => `0x${toHex(proof).slice(2).repeat(n)}`
const toploc = (n: number, m: number) =>
  Comparison.toploc(toplocLimits)(subject('0x01', proofs(n), Toploc.encode(Array.from({ length: m }, () => points))))

const id: Hex = `0x${'c0'.repeat(32)}`
const custom = { comparator: { kind: 'custom', id } } as const
const answered = (wrong: object) =>
  Comparison.comparator(custom, {
    [id]: () => ({ outcome: 'match', score: 0, reason: 'anything', ...wrong }) as never,
  })(subject('0x01', '0x01', '0x01'))

describe('a reason', () => {
  it.each<[Comparison.Comparison, string, string]>([
    [exact('0x01', '0x'), 'indeterminate', 'the verifier revealed nothing'],
    [exact('0x', '0x'), 'indeterminate', 'the verifier revealed nothing'],
    [exact('0x', '0x01'), 'mismatch', 'the executor’s output is empty'],
    [exact('0x01', '0x01'), 'match', 'equal bytes'],
    [exact('0x01', '0x02'), 'mismatch', 'different bytes'],
    [logits(false, tokens(7), positions(1), positions(2)), 'mismatch', '1 tokens, 2 positions replayed'],
    [logits(false, tokens(7), positions(2), positions(1)), 'mismatch', '1 tokens, 1 positions replayed'],
    [logits(true, tokens(8), positions(1), positions(1)), 'mismatch', 'a token that the model would not have drawn'],
    [logits(false, tokens(7), positions(1), positions(1, 2)), 'mismatch', 'largest logit difference 2, tolerance 1'],
    [logprobs(tokens(7), positions(1), positions(2)), 'mismatch', '1 tokens, 2 positions replayed'],
    [logprobs(tokens(7), positions(2), positions(1)), 'mismatch', '1 tokens, 1 positions replayed'],
    [logprobs(tokens(7, 7), positions(1), positions(2)), 'mismatch', '2 tokens, 2 positions replayed'],
    [
      logprobs(tokens(7, 8), positions(2), positions(2)),
      'mismatch',
      'a token that the executor’s own evidence does not list',
    ],
    [
      logprobs(tokens(7, 7, 7, 7), positions(4), positions(4, -3)),
      'mismatch',
      'mean logprob difference 3 over 4 tokens, tolerance 2',
    ],
    [
      logprobs(tokens(7), Logits.encode([[row(0)]]), Logits.encode([[row(1)]])),
      'indeterminate',
      'the verifier’s evidence is empty or malformed',
    ],
    [
      logprobs(tokens(7, 7), Logits.encode([[row(-1)], [row(1)]]), positions(2)),
      'mismatch',
      'the executor’s evidence is empty or malformed',
    ],
    [tensor(shaped([2]), shaped([1, 2])), 'mismatch', 'shape 2, 1 x 2 replayed'],
    [tensor(shaped([2, 1]), shaped([2])), 'mismatch', 'shape 2 x 1, 2 replayed'],
    [toploc(1, 2), 'mismatch', '1 proofs, 2 segments replayed'],
    [toploc(2, 2), 'match', '0 of 2 segments rejected, mantissa error 0 in the worst'],
  ])('%o', (made, outcome, reason) => {
    expect(made).toMatchObject({ outcome, reason })
  })
})

it('a refusal names the value and the rule', () => {
  const calls: (() => unknown)[] = [
    () => Comparison.exact(undefined as never),
    () => Comparison.exact({ verifier: '0x' } as never),
    () => exact('0xA' as Hex, '0x'),
    () => exact('0x01', '0xA' as Hex),
    () => Comparison.toploc(toplocLimits)(subject('0x01', '0xA' as Hex, Toploc.encode([points]))),
    () => Comparison.comparator(undefined as never),
    () => Comparison.comparator({} as never),
    () => Comparison.comparator(custom, null as never),
    ...[Comparison.logits, Comparison.logprobs, Comparison.tensor, Comparison.toploc].map(
      (make) => () => make(null as never),
    ),
    () => Comparison.logits({ kind: 'logits', tolerance: 1 as never, greedy: false }),
    () => Comparison.logits({ kind: 'logits', tolerance: -1n, greedy: false }),
    () => Comparison.logits({ kind: 'logits', tolerance: eth, greedy: 1 as never }),
    ...['tolerance', 'slack', 'peak', 'topk', 'greedy'].map(
      (name) => () => Comparison.logprobs({ ...limits, [name]: undefined }),
    ),
    ...['absolute', 'relative', 'ulps'].map((name) => () => Comparison.tensor({ ...tensorLimits, [name]: undefined })),
    ...Object.keys(toplocLimits)
      .slice(1)
      .map((name) => () => Comparison.toploc({ ...toplocLimits, [name]: undefined })),
    () => Comparison.toploc({ ...toplocLimits, minExponentMatches: 3 }),
    () => Comparison.toploc({ ...toplocLimits, maxMeanMantissaError: 128 }),
    () => answered({ outcome: 'maybe' }),
    () => answered({ score: Number.NaN }),
    () => answered({ score: '1' }),
    () => answered({ reason: 1 }),
    () => Comparison.comparator(custom, { [id]: () => undefined as never })(subject('0x01', '0x01', '0x01')),
  ]
  expect(calls.map(refusal).join('\n')).toMatchInlineSnapshot(`
    "Errors.InvalidInputError: subject must be an object. | subject | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: executor must be an object. | executor | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: executor.output is not canonical hex. | executor.output | 0xA | 0x, then two lower-case hex digits a byte | pass bytes through Encoding.toHex
    Errors.InvalidInputError: verifier is not canonical hex. | verifier | 0xA | 0x, then two lower-case hex digits a byte | pass bytes through Encoding.toHex
    Errors.InvalidInputError: executor.evidence is not canonical hex. | executor.evidence | 0xA | 0x, then two lower-case hex digits a byte | pass bytes through Encoding.toHex
    Errors.InvalidInputError: parameters must be an object. | parameters | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: comparator must be an object. | comparator | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: registry must be an object. | registry | null | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: parameters must be an object. | parameters | null | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: parameters must be an object. | parameters | null | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: parameters must be an object. | parameters | null | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: parameters must be an object. | parameters | null | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: tolerance names no comparator. | tolerance | 1 | a WAD of 0 or more | pass the comparator of Protocol.from(parameters)
    Errors.InvalidInputError: tolerance names no comparator. | tolerance | -1 | a WAD of 0 or more | pass the comparator of Protocol.from(parameters)
    Errors.InvalidInputError: greedy names no comparator. | greedy | 1 | true or false | pass the comparator of Protocol.from(parameters)
    Errors.InvalidInputError: tolerance names no comparator. | tolerance | undefined | a WAD of 0 or more | pass the comparator of Protocol.from(parameters)
    Errors.InvalidInputError: slack names no comparator. | slack | undefined | a WAD of 0 or more | pass the comparator of Protocol.from(parameters)
    Errors.InvalidInputError: peak names no comparator. | peak | undefined | a WAD of 0 or more | pass the comparator of Protocol.from(parameters)
    Errors.InvalidInputError: topk must be a whole number in range. | topk | undefined | an integer from 1 to 1024 | pass a number in that range
    Errors.InvalidInputError: greedy names no comparator. | greedy | undefined | true or false | pass the comparator of Protocol.from(parameters)
    Errors.InvalidInputError: absolute names no comparator. | absolute | undefined | a WAD of 0 or more | pass the comparator of Protocol.from(parameters)
    Errors.InvalidInputError: relative names no comparator. | relative | undefined | a WAD of 0 or more | pass the comparator of Protocol.from(parameters)
    Errors.InvalidInputError: ulps must be a whole number in range. | ulps | undefined | an integer from 0 to 8388608 | pass a number in that range
    Errors.InvalidInputError: topk must be a whole number in range. | topk | undefined | an integer from 2 to 1024 | pass a number in that range
    Errors.InvalidInputError: minExponentMatches must be a whole number in range. | minExponentMatches | undefined | an integer from 1 to 1024 | pass a number in that range
    Errors.InvalidInputError: maxMeanMantissaError must be a whole number in range. | maxMeanMantissaError | undefined | an integer from 0 to 127 | pass a number in that range
    Errors.InvalidInputError: maxMedianMantissaError must be a whole number in range. | maxMedianMantissaError | undefined | an integer from 0 to 127 | pass a number in that range
    Errors.InvalidInputError: minExponentMatches names no comparator. | minExponentMatches | 3 | at most topk (2) | pass the comparator of Protocol.from(parameters)
    Errors.InvalidInputError: maxMeanMantissaError must be a whole number in range. | maxMeanMantissaError | 128 | an integer from 0 to 127 | pass a number in that range
    Comparison.InvalidComparisonError: a custom comparator's outcome is none. | outcome | maybe | "match" | "mismatch" | "indeterminate" | return a Comparison for every subject, whatever its bytes
    Comparison.InvalidComparisonError: a custom comparator's score is none. | score | NaN | a number of 0 or more | return a Comparison for every subject, whatever its bytes
    Comparison.InvalidComparisonError: a custom comparator's score is none. | score | 1 | a number of 0 or more | return a Comparison for every subject, whatever its bytes
    Comparison.InvalidComparisonError: a custom comparator's reason is none. | reason | 1 | text | return a Comparison for every subject, whatever its bytes
    Errors.InvalidInputError: comparison must be an object. | comparison | undefined | an object with named fields | pass the fields by name: { field: value }"
  `)
})

it('limits may be as wide as they go', () => {
  const widest = { ...toplocLimits, minExponentMatches: 2, maxMeanMantissaError: 127, maxMedianMantissaError: 127 }
  expect(Comparison.toploc(widest)(subject('0x01', proofs(1), Toploc.encode([points]))).outcome).toBe('match')
  expect(Comparison.tensor({ ...tensorLimits, ulps: 2 ** 23 })(subject('0x01', shaped([2]), shaped([2]))).outcome).toBe(
    'match',
  )
})

it('nothing matches an empty output, whatever its evidence, and one that is no hex is refused', () => {
  const values: Hex = shaped([2])
  const cases: [Comparison.Comparator, Hex, Hex][] = [
    [Comparison.tensor(tensorLimits), values, values],
    [Comparison.toploc(toplocLimits), proofs(1), Toploc.encode([points])],
    [Comparison.logits({ kind: 'logits', tolerance: eth, greedy: false }), positions(1), positions(1)],
    [Comparison.logprobs(limits), positions(1), positions(1)],
  ]
  for (const [compare, evidence, verifier] of cases) {
    expect(compare(subject(tokens(7), evidence, verifier)).outcome).toBe('match')
    expect(compare(subject('0x', evidence, verifier))).toMatchObject({ outcome: 'mismatch', score: Infinity })
    for (const wrong of [undefined, '0xA', 7])
      expect(() => compare(subject(wrong as never, evidence, verifier))).toThrow(
        /^executor\.output is not canonical hex/,
      )
  }
})

it('a custom comparator is not asked about an empty output', () => {
  const compare = Comparison.comparator(custom, { [id]: () => ({ outcome: 'match', score: 0, reason: 'asked' }) })
  expect(compare(subject('0x', '0x01', '0x01')).reason).toBe('the executor’s output is empty')
})
