/** What samplers refuse, and in which words. */
import { expect, it } from 'vitest'
import { refusal } from '../../../../test/support/thrown.js'
import * as Sample from '../Sample.js'
import { uniform } from './Uniform.js'

const wad = 10n ** 18n
const seed = new Uint8Array(32)
const draw = { seed, count: 10, rate: wad / 10n }
const wrong = undefined as never
const address = (byte: string): `0x${string}` => `0x${byte.repeat(20)}`

it('bernoulli and fixed', () => {
  const calls = [Sample.bernoulli, Sample.fixed].flatMap(({ indices, includes }) => [
    () => indices(wrong),
    () => indices({ ...draw, seed: seed.slice(1) }),
    () => indices({ ...draw, count: 0 }),
    () => indices({ ...draw, count: 2 ** 24 + 1, rate: wad }),
    () => includes(0, wrong),
    () => includes(-1, draw),
    () => includes(0.5, draw),
    () => includes(0, { ...draw, rate: 0n }),
  ])
  expect(calls.map(refusal).join('\n')).toMatchInlineSnapshot(`
    "Errors.InvalidInputError: draw must be an object. | draw | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: seed must be 32 bytes. | seed | 0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0 | a Uint8Array of 32 bytes | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: count must be a whole number in range. | count | 0 | an integer from 1 to 9007199254740991 | pass a number in that range
    Errors.InvalidInputError: there are 16777217 indices to list or search. | count | 16777217 | at most 2^24 = 16777216 indices at a time | ask \`includes\` about one index at a time, or split the batch
    Errors.InvalidInputError: draw must be an object. | draw | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: index must be a whole number in range. | index | -1 | an integer from 0 to 9007199254740991 | pass a number in that range
    Errors.InvalidInputError: index must be a whole number in range. | index | 0.5 | an integer from 0 to 9007199254740991 | pass a number in that range
    Sample.InvalidRateError: rate 0 samples nothing. | rate | 0 | 0 < rate <= 1e18 (WAD; 1e18 samples every task) | pass a WAD such as Wad.from(0.02)
    Errors.InvalidInputError: draw must be an object. | draw | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: seed must be 32 bytes. | seed | 0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0 | a Uint8Array of 32 bytes | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: count must be a whole number in range. | count | 0 | an integer from 1 to 9007199254740991 | pass a number in that range
    Errors.InvalidInputError: there are 16777217 indices to list or search. | count | 16777217 | at most 2^24 = 16777216 indices at a time | ask \`includes\` about one index at a time, or split the batch
    Errors.InvalidInputError: draw must be an object. | draw | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: index must be a whole number in range. | index | -1 | an integer from 0 to 9007199254740991 | pass a number in that range
    Errors.InvalidInputError: index must be a whole number in range. | index | 0.5 | an integer from 0 to 9007199254740991 | pass a number in that range
    Sample.InvalidRateError: rate 0 samples nothing. | rate | 0 | 0 < rate <= 1e18 (WAD; 1e18 samples every task) | pass a WAD such as Wad.from(0.02)"
  `)
})

it('lists and searches are bounded by what is listed, not by the batch', () => {
  expect(Sample.fixed.indices({ ...draw, count: 2 ** 40, rate: 1n })).toHaveLength(1)
  const long = { ...draw, count: 2 ** 40, rate: wad / 2n ** 16n + 1n }
  expect(refusal(() => Sample.fixed.indices(long))).toMatchInlineSnapshot(
    `"Errors.InvalidInputError: there are 16777217 indices to list or search. | count | 1099511627776 | at most 2^24 = 16777216 indices at a time | ask \`includes\` about one index at a time, or split the batch"`,
  )
})

it('rates', () => {
  const rates = [0n, -1n, wad + 1n, (wad * 12n) / 10n, 5n * wad, 20n * wad, 100n * wad, 1000n * wad, 1000n * wad + 1n]
  const others = [0.02, 2, 20, 100, 101, 0, -1, Number.NaN, '0.02', undefined]
  const calls = [...rates, ...others].map((rate) => () => Sample.fixed.indices({ ...draw, rate: rate as never }))
  expect(calls.map(refusal).join('\n')).toMatchInlineSnapshot(`
    "Sample.InvalidRateError: rate 0 samples nothing. | rate | 0 | 0 < rate <= 1e18 (WAD; 1e18 samples every task) | pass a WAD such as Wad.from(0.02)
    Sample.InvalidRateError: rate is negative. | rate | -1 | 0 < rate <= 1e18 (WAD; 1e18 samples every task) | pass a WAD such as Wad.from(0.02)
    Sample.InvalidRateError: rate 1.000000000000000001 is above certainty. | rate | 1000000000000000001 | 0 < rate <= 1e18 (WAD; 1e18 samples every task) | did you mean 0.1 → 100000000000000000n ?
    Sample.InvalidRateError: rate 1.2 is above certainty. | rate | 1200000000000000000 | 0 < rate <= 1e18 (WAD; 1e18 samples every task) | did you mean 0.12 → 120000000000000000n ?
    Sample.InvalidRateError: rate 5 is above certainty. | rate | 5000000000000000000 | 0 < rate <= 1e18 (WAD; 1e18 samples every task) | did you mean 0.5 → 500000000000000000n ?
    Sample.InvalidRateError: rate 20 is above certainty. | rate | 20000000000000000000 | 0 < rate <= 1e18 (WAD; 1e18 samples every task) | did you mean 0.2 → 200000000000000000n ?
    Sample.InvalidRateError: rate 100 is above certainty. | rate | 100000000000000000000 | 0 < rate <= 1e18 (WAD; 1e18 samples every task) | did you mean 1 → 1000000000000000000n ?
    Sample.InvalidRateError: rate 1000 is above certainty. | rate | 1000000000000000000000 | 0 < rate <= 1e18 (WAD; 1e18 samples every task) | pass a WAD such as Wad.from(0.02)
    Sample.InvalidRateError: rate is far above certainty. | rate | 1000000000000000000001 | 0 < rate <= 1e18 (WAD; 1e18 samples every task) | pass a WAD such as Wad.from(0.02)
    Sample.InvalidRateError: rate 0.02 is a plain number, not a WAD. | rate | 0.02 | 0 < rate <= 1e18 (WAD; 1e18 samples every task) | did you mean 0.02 → 20000000000000000n ?
    Sample.InvalidRateError: rate 2 is a plain number, not a WAD. | rate | 2 | 0 < rate <= 1e18 (WAD; 1e18 samples every task) | did you mean 0.02 → 20000000000000000n ?
    Sample.InvalidRateError: rate 20 is a plain number, not a WAD. | rate | 20 | 0 < rate <= 1e18 (WAD; 1e18 samples every task) | did you mean 0.2 → 200000000000000000n ?
    Sample.InvalidRateError: rate 100 is a plain number, not a WAD. | rate | 100 | 0 < rate <= 1e18 (WAD; 1e18 samples every task) | did you mean 1 → 1000000000000000000n ?
    Sample.InvalidRateError: rate 101 is a plain number, not a WAD. | rate | 101 | 0 < rate <= 1e18 (WAD; 1e18 samples every task) | pass a WAD such as Wad.from(0.02)
    Sample.InvalidRateError: rate 0 is a plain number, not a WAD. | rate | 0 | 0 < rate <= 1e18 (WAD; 1e18 samples every task) | pass a WAD such as Wad.from(0.02)
    Sample.InvalidRateError: rate -1 is a plain number, not a WAD. | rate | -1 | 0 < rate <= 1e18 (WAD; 1e18 samples every task) | pass a WAD such as Wad.from(0.02)
    Sample.InvalidRateError: rate NaN is a plain number, not a WAD. | rate | NaN | 0 < rate <= 1e18 (WAD; 1e18 samples every task) | pass a WAD such as Wad.from(0.02)
    Sample.InvalidRateError: rate must be a WAD, a bigint in units of 1e-18. | rate | 0.02 | 0 < rate <= 1e18 (WAD; 1e18 samples every task) | pass a WAD such as Wad.from(0.02)
    Sample.InvalidRateError: rate must be a WAD, a bigint in units of 1e-18. | rate | undefined | 0 < rate <= 1e18 (WAD; 1e18 samples every task) | pass a WAD such as Wad.from(0.02)"
  `)
})

it('byValue', () => {
  const value = { seed, interval: 10n }
  const { indices, units, includes } = Sample.byValue
  const place = { start: 0n, end: 1n, total: 1n }
  const calls = [
    () => indices(wrong),
    () => indices({ ...value, weights: wrong }),
    () => indices({ ...value, weights: [] }),
    () => indices({ ...value, weights: [1n, -1n] }),
    () => indices({ ...value, weights: [1 as never] }),
    () => indices({ ...value, weights: [2n ** 128n - 1n, 1n] }),
    () => indices({ ...value, seed: seed.slice(1), weights: [1n] }),
    () => indices({ ...value, interval: 0n, weights: [1n] }),
    () => indices({ ...value, interval: 2n ** 128n, weights: [1n] }),
    () => indices({ ...value, interval: 10 as never, weights: [1n] }),
    () => indices({ ...value, interval: 1n, weights: [2n ** 64n + 1n] }),
    () => units(wrong),
    () => units({ ...value, total: -1n }),
    () => units({ ...value, total: 2n ** 128n }),
    () => units({ ...value, total: 1 as never }),
    () => units({ ...value, total: 2n ** 24n * 10n + 1n }),
    () => units({ ...value, interval: 0n, total: 1n }),
    () => units({ ...value, seed: seed.slice(1), total: 1n }),
    () => includes(wrong, value),
    () => includes(place, wrong),
    () => includes({ ...place, start: -1n }, value),
    () => includes({ ...place, start: 1n, end: 0n }, value),
    () => includes({ ...place, end: 2n }, value),
    () => includes({ ...place, end: 1 as never }, value),
    () => includes({ ...place, total: 2n ** 128n }, value),
    () => includes(place, { ...value, interval: 0n }),
    () => includes(place, { ...value, seed: wrong }),
  ]
  expect(calls.map(refusal).join('\n')).toMatchInlineSnapshot(`
    "Errors.InvalidInputError: draw must be an object. | draw | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: weights must be an array. | weights | undefined | an array | pass the list, even if it has one element
    Sample.InvalidWeightsError: there are no weights. | weights |  | at least one, as a batch has a leaf | pass all
    Sample.InvalidWeightsError: weights[1] is no amount. | weights | -1 | a bigint from 0, in wei | write 5n, not 5
    Sample.InvalidWeightsError: weights[0] is no amount. | weights | 1 | a bigint from 0, in wei | write 5n, not 5
    Sample.InvalidWeightsError: the weights add up to more than fits. | weights | 340282366920938463463374607431768211456 | total < 2^128 wei | check the unit: weights are in wei
    Errors.InvalidInputError: seed must be 32 bytes. | seed | 0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0 | a Uint8Array of 32 bytes | pass the raw bytes; hex goes through Encoding.fromHex
    Sample.InvalidIntervalError: interval is not an amount of value. | interval | 0 | a bigint, 1 <= interval < 2^128, in wei | pass the value of which one unit is to be checked, e.g. total / 50n
    Sample.InvalidIntervalError: interval is not an amount of value. | interval | 340282366920938463463374607431768211456 | a bigint, 1 <= interval < 2^128, in wei | pass the value of which one unit is to be checked, e.g. total / 50n
    Sample.InvalidIntervalError: interval is not an amount of value. | interval | 10 | a bigint, 1 <= interval < 2^128, in wei | pass the value of which one unit is to be checked, e.g. total / 50n
    Sample.InvalidIntervalError: interval is too small for the total. | interval | 1 | ceil(18446744073709551617 / interval) <= 2^64 | pass the value of which one unit is to be checked, e.g. total / 50n
    Errors.InvalidInputError: draw must be an object. | draw | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: position is not a place among the weights. | position | [object Object] | { start, end, total }, bigints with 0 <= start <= end <= total < 2^128 | take it from Merkle.Sum.position, once that is not undefined
    Errors.InvalidInputError: position is not a place among the weights. | position | [object Object] | { start, end, total }, bigints with 0 <= start <= end <= total < 2^128 | take it from Merkle.Sum.position, once that is not undefined
    Errors.InvalidInputError: position is not a place among the weights. | position | [object Object] | { start, end, total }, bigints with 0 <= start <= end <= total < 2^128 | take it from Merkle.Sum.position, once that is not undefined
    Errors.InvalidInputError: there are 16777217 indices to list or search. | count | 16777217 | at most 2^24 = 16777216 indices at a time | ask \`includes\` about one index at a time, or split the batch
    Sample.InvalidIntervalError: interval is not an amount of value. | interval | 0 | a bigint, 1 <= interval < 2^128, in wei | pass the value of which one unit is to be checked, e.g. total / 50n
    Errors.InvalidInputError: seed must be 32 bytes. | seed | 0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0 | a Uint8Array of 32 bytes | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: position must be an object. | position | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: draw must be an object. | draw | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: position is not a place among the weights. | position | [object Object] | { start, end, total }, bigints with 0 <= start <= end <= total < 2^128 | take it from Merkle.Sum.position, once that is not undefined
    Errors.InvalidInputError: position is not a place among the weights. | position | [object Object] | { start, end, total }, bigints with 0 <= start <= end <= total < 2^128 | take it from Merkle.Sum.position, once that is not undefined
    Errors.InvalidInputError: position is not a place among the weights. | position | [object Object] | { start, end, total }, bigints with 0 <= start <= end <= total < 2^128 | take it from Merkle.Sum.position, once that is not undefined
    Errors.InvalidInputError: position is not a place among the weights. | position | [object Object] | { start, end, total }, bigints with 0 <= start <= end <= total < 2^128 | take it from Merkle.Sum.position, once that is not undefined
    Errors.InvalidInputError: position is not a place among the weights. | position | [object Object] | { start, end, total }, bigints with 0 <= start <= end <= total < 2^128 | take it from Merkle.Sum.position, once that is not undefined
    Sample.InvalidIntervalError: interval is not an amount of value. | interval | 0 | a bigint, 1 <= interval < 2^128, in wei | pass the value of which one unit is to be checked, e.g. total / 50n
    Errors.InvalidInputError: seed must be 32 bytes. | seed | undefined | a Uint8Array of 32 bytes | pass the raw bytes; hex goes through Encoding.fromHex"
  `)
})

it('assignments', () => {
  const [a, b] = [
    { address: address('0a'), stake: 1n },
    { address: address('0b'), stake: 1n },
  ]
  const base = { seed, index: 0, level: 0, verifiers: [a, b], exclude: [], count: 1 }
  const wrongs: object[] = [
    { seed: seed.slice(1) },
    { index: -1 },
    { level: 256 },
    { level: 0.5 },
    { verifiers: undefined },
    { verifiers: [undefined] },
    { verifiers: [a, { ...b, address: '0xB' }] },
    { verifiers: [a, { ...b, address: 1 }] },
    { verifiers: [b, a] },
    { verifiers: [a, a] },
    { verifiers: [a, { ...b, stake: 0n }] },
    { verifiers: [a, { ...b, stake: 1 }] },
    { verifiers: [a, { ...b, stake: 2n ** 128n - 1n }] },
    { exclude: undefined },
    { exclude: [a.address, '0xAB'] },
    { count: -1 },
    { after: 0.5 },
  ]
  const calls = [() => Sample.assign(wrong), () => Sample.assignment(wrong)]
  expect(
    [...calls, ...wrongs.map((one) => () => Sample.assign({ ...base, ...one }))].map(refusal).join('\n'),
  ).toMatchInlineSnapshot(`
    "Errors.InvalidInputError: assignment must be an object. | assignment | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: assignment must be an object. | assignment | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: seed must be 32 bytes. | seed | 0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0 | a Uint8Array of 32 bytes | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: index must be a whole number in range. | index | -1 | an integer from 0 to 9007199254740991 | pass a number in that range
    Errors.InvalidInputError: level must be a whole number in range. | level | 256 | an integer from 0 to 255 | pass a number in that range
    Errors.InvalidInputError: level must be a whole number in range. | level | 0.5 | an integer from 0 to 255 | pass a number in that range
    Errors.InvalidInputError: verifiers must be an array. | verifiers | undefined | an array, possibly empty | pass the list
    Errors.InvalidInputError: verifiers[0] must be an object. | verifiers[0] | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: verifiers[1].address is not canonical hex. | verifiers[1].address | 0xB | 0x, then two lower-case hex digits a byte | pass bytes through Encoding.toHex
    Errors.InvalidInputError: verifiers[1].address is not canonical hex. | verifiers[1].address | 1 | 0x, then two lower-case hex digits a byte | pass bytes through Encoding.toHex
    Sample.InvalidVerifiersError: verifiers are not in order at 1. | address | 0x0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a | addresses ascending: this one comes before 0x0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b | sort by address: the order decides who holds which unit of stake
    Sample.InvalidVerifiersError: verifiers are not in order at 1. | address | 0x0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a | each verifier once | merge its stakes
    Sample.InvalidVerifiersError: verifiers[1] has no stake. | stake | 0 | a bigint above 0, in wei | leave out whoever has no stake: it can never be drawn
    Sample.InvalidVerifiersError: verifiers[1] has no stake. | stake | 1 | a bigint above 0, in wei | leave out whoever has no stake: it can never be drawn
    Sample.InvalidVerifiersError: the stakes add up to more than fits. | total stake | 340282366920938463463374607431768211456 | total < 2^128 wei | check the unit: stakes are in wei
    Errors.InvalidInputError: exclude must be an array. | exclude | undefined | an array, possibly empty | pass the list
    Errors.InvalidInputError: exclude[1] is not canonical hex. | exclude[1] | 0xAB | 0x, then two lower-case hex digits a byte | pass bytes through Encoding.toHex
    Errors.InvalidInputError: count must be a whole number in range. | count | -1 | an integer from 0 to 9007199254740991 | pass a number in that range
    Errors.InvalidInputError: after must be a whole number in range. | after | 0.5 | an integer from 0 to 9007199254740991 | pass a number in that range"
  `)
  expect(Sample.assign({ ...base, level: 255, verifiers: [a, { ...b, stake: 2n ** 128n - 2n }] })).toHaveLength(1)
})

it('secret', () => {
  const { alpha, prove, verify, beta, indices, includes } = Sample.secret
  const input = { seed, verifier: address('0a') }
  const own = { beta: new Uint8Array(64), count: 10, rate: wad / 10n, stake: 1n, totalStake: 2n }
  const stakes = [
    { stake: 0n },
    { stake: 3n },
    { stake: 1 },
    { totalStake: 2n ** 128n },
    { totalStake: 2 },
    { stake: -1n },
  ]
  const calls = [
    () => alpha(wrong),
    () => alpha({ ...input, seed: seed.slice(1) }),
    () => alpha({ ...input, verifier: '0xab' }),
    () => prove(seed.slice(1), input),
    () => verify(wrong),
    () => verify({ ...input, publicKey: seed, proof: wrong }),
    () => verify({ ...input, publicKey: wrong, proof: seed }),
    () => beta(wrong),
    () => indices(wrong),
    () => indices({ ...own, beta: wrong }),
    () => indices({ ...own, beta: seed }),
    () => indices({ ...own, count: 0 }),
    () => indices({ ...own, rate: 0n }),
    () => includes(-1, own),
    ...stakes.map((one) => () => indices({ ...own, ...one } as never)),
  ]
  expect(calls.map(refusal).join('\n')).toMatchInlineSnapshot(`
    "Errors.InvalidInputError: input must be an object. | input | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: seed must be 32 bytes. | seed | 0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0 | a Uint8Array of 32 bytes | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: verifier must be 20 bytes. | verifier | 171 | a Uint8Array of 20 bytes | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: secretKey must be 32 bytes. | secretKey | 0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0 | a Uint8Array of 32 bytes | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: proof must be an object. | proof | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: proof must be bytes. | proof | undefined | a Uint8Array | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: publicKey must be bytes. | publicKey | undefined | a Uint8Array | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: proof must be an object. | proof | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: draw must be an object. | draw | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: beta must be 64 bytes. | beta | undefined | a Uint8Array of 64 bytes | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: beta must be 64 bytes. | beta | 0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0 | a Uint8Array of 64 bytes | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: count must be a whole number in range. | count | 0 | an integer from 1 to 9007199254740991 | pass a number in that range
    Sample.InvalidRateError: rate 0 samples nothing. | rate | 0 | 0 < rate <= 1e18 (WAD; 1e18 samples every task) | pass a WAD such as Wad.from(0.02)
    Errors.InvalidInputError: index must be a whole number in range. | index | -1 | an integer from 0 to 9007199254740991 | pass a number in that range
    Sample.InvalidStakeError: stake is no part of the set’s total. | stake | 0 | a bigint, 0 < stake <= totalStake (2n) < 2^128, in wei | pass the stakes of the frozen set: the verifier’s, and the sum of all
    Sample.InvalidStakeError: stake is no part of the set’s total. | stake | 3 | a bigint, 0 < stake <= totalStake (2n) < 2^128, in wei | pass the stakes of the frozen set: the verifier’s, and the sum of all
    Sample.InvalidStakeError: stake is no part of the set’s total. | stake | 1 | a bigint, 0 < stake <= totalStake (2n) < 2^128, in wei | pass the stakes of the frozen set: the verifier’s, and the sum of all
    Sample.InvalidStakeError: stake is no part of the set’s total. | stake | 1 | a bigint, 0 < stake <= totalStake (340282366920938463463374607431768211456n) < 2^128, in wei | pass the stakes of the frozen set: the verifier’s, and the sum of all
    Sample.InvalidStakeError: stake is no part of the set’s total. | stake | 1 | a bigint, 0 < stake <= totalStake (2) < 2^128, in wei | pass the stakes of the frozen set: the verifier’s, and the sum of all
    Sample.InvalidStakeError: stake is no part of the set’s total. | stake | -1 | a bigint, 0 < stake <= totalStake (2n) < 2^128, in wei | pass the stakes of the frozen set: the verifier’s, and the sum of all"
  `)
  expect(indices({ ...own, rate: wad, stake: 2n ** 128n - 1n, totalStake: 2n ** 128n - 1n })).toHaveLength(10)
})

it('the rest', () => {
  const quorum = { pool: 5, colluders: 2, quorum: 3 }
  const calls = [
    () => Sample.captureProbability(wrong),
    () => Sample.captureProbability({ ...quorum, pool: 2 }),
    () => Sample.captureProbability({ ...quorum, colluders: 6 }),
    () => Sample.captureProbability({ ...quorum, quorum: 0 }),
    () => Sample.captureProbability({ ...quorum, pool: 300, quorum: 256 }),
    () => uniform(wrong, 1n),
    () => uniform(seed, 0n),
    () => uniform(seed, 2n ** 256n + 1n),
    () => uniform(seed, 1 as never),
  ]
  expect(calls.map(refusal).join('\n')).toMatchInlineSnapshot(`
    "Errors.InvalidInputError: arguments must be an object. | arguments | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: pool must be a whole number in range. | pool | 2 | an integer from 3 to 9007199254740991 | pass a number in that range
    Errors.InvalidInputError: colluders must be a whole number in range. | colluders | 6 | an integer from 0 to 5 | pass a number in that range
    Errors.InvalidInputError: quorum must be a whole number in range. | quorum | 0 | an integer from 1 to 255 | pass a number in that range
    Errors.InvalidInputError: quorum must be a whole number in range. | quorum | 256 | an integer from 1 to 255 | pass a number in that range
    Errors.InvalidInputError: x must be bytes. | x | undefined | a Uint8Array | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: m is not the size of a range. | m | 0 | a bigint, 1 <= m <= 2^256 | pass how many values there are to draw from, e.g. the total stake
    Errors.InvalidInputError: m is not the size of a range. | m | 115792089237316195423570985008687907853269984665640564039457584007913129639937 | a bigint, 1 <= m <= 2^256 | pass how many values there are to draw from, e.g. the total stake
    Errors.InvalidInputError: m is not the size of a range. | m | 1 | a bigint, 1 <= m <= 2^256 | pass how many values there are to draw from, e.g. the total stake"
  `)
  expect(uniform(seed, 2n ** 256n)).toBeLessThan(2n ** 256n)
})
