/** Sampling decisions and what they are made of: Solidity against the core, on a real node. */
import { Encoding, Sample } from '@spotcheck/core'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as Harness from '../../../test/support/harness.js'
import { runs } from '../../../test/support/property.js'

const { toHex } = Encoding
const CASES = 5_000
const MODES = ['bernoulli', 'fixed'] as const
const SECRET = 3
const seed = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => toHex(bytes))
const rate = fc.oneof(
  fc.bigInt({ min: 1n, max: 10n ** 18n }),
  fc.constantFrom(1n, 10n ** 18n, 10n ** 17n, 3n * 10n ** 17n),
)
const count = fc.oneof(
  fc.integer({ min: 1, max: 40 }),
  fc.integer({ min: 1, max: 200_000 }),
  fc.maxSafeNat().map((n) => n || 1),
)
const draw = fc.record({ seed, count, rate }).chain((known) =>
  fc.record({
    ...constants(known),
    index: fc.oneof(
      fc.maxSafeNat().map((n) => n % known.count),
      fc.maxSafeNat(),
    ),
  }),
)

function constants<T extends object>(values: T): { [K in keyof T]: fc.Arbitrary<T[K]> } {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, fc.constant(value)])) as never
}

let solidity: Harness.Harness

beforeAll(async () => {
  solidity = await Harness.start()
})
afterAll(() => solidity.node.stop())

/** A differential test of one answer only shows little. */
function expectBoth(expected: readonly boolean[]): void {
  const sampled = expected.filter(Boolean).length
  expect(sampled).toBeGreaterThan(expected.length / 10)
  expect(sampled).toBeLessThan((expected.length * 9) / 10)
}

test.each(MODES)('%s', async (mode) => {
  const draws = fc.sample(draw, runs(CASES))
  const given = draws.map((one) => ({ ...one, count: BigInt(one.count), index: BigInt(one.index) }))
  const expected = draws.map(({ index, ...rest }) => Sample[mode].includes(index, rest))
  expect(await solidity.each('includes', given, [MODES.indexOf(mode)])).toEqual(expected)
  expectBoth(expected)
})

const u128 = (max: bigint) => fc.bigInt({ min: 0n, max })
const position = fc.oneof(u128(10_000n), u128(2n ** 128n - 1n)).chain((total) =>
  u128(total).chain((end) => {
    const start = fc.oneof(
      u128(end),
      fc.constant(end),
      u128(end < 500n ? end : 500n).map((width) => end - width),
    )
    return fc.record({ total: fc.constant(total), end: fc.constant(end), start })
  }),
)
/** At most 2^64 cells; leaves narrower than an interval, as wide and wider. */
const valueDraw = fc
  .record({ seed, position, wide: fc.nat(3), at: u128(2n ** 128n - 1n) })
  .map(({ wide, at, ...rest }) => {
    const { start, end, total } = rest.position
    const least = total / 2n ** 64n + 1n
    const wanted = (end - start) * BigInt(wide) + (at % (end - start + 2n)) + 1n
    const interval = wanted < least ? least : wanted
    return { ...rest, interval: interval < 2n ** 128n ? interval : 2n ** 128n - 1n }
  })

test('byValue', async () => {
  const draws = fc.sample(valueDraw, runs(CASES))
  const expected = draws.map(({ position, ...rest }) => Sample.byValue.includes(position, rest))
  expect(await solidity.each('byValue', draws)).toEqual(expected)
  expectBoth(expected)
})

test('unbiased integers, where the first draws are refused too', async () => {
  const x = fc.uint8Array({ maxLength: 60 })
  const m = fc.oneof(
    fc.bigInt({ min: 1n, max: 2n ** 256n - 1n }),
    fc.bigInt({ min: 1n, max: 100n }),
    fc.constant(2n ** 255n + 1n),
  )
  const draws = fc.sample(fc.tuple(x, m), runs(CASES))
  for (let first = 0; first < CASES; first += 250) {
    const some = draws.slice(first, first + 250)
    const given = [some.map(([bytes]) => toHex(bytes)), some.map(([, modulus]) => modulus)]
    expect(await solidity.call('uniforms', given)).toEqual(
      some.map(([bytes, modulus]) => Sample.uniform(bytes, modulus)),
    )
  }
})

test('the permutation of each small size, and at both sides of 65,536', async () => {
  const key = toHex(new Uint8Array(32).fill(9))
  for (const size of [...Array.from({ length: 20 }, (_, i) => i + 1), 63, 64, 65, 255, 256, 257]) {
    const places = ((await solidity.call('inverse', [key, BigInt(size)])) as bigint[]).map(Number)
    expect([...places].sort((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, i) => i))
    for (let m = 1; m <= size; m += 7) {
      const rate = (BigInt(m) * 10n ** 18n) / BigInt(size)
      const sampled = places.flatMap((place, index) => (place < m ? [index] : []))
      expect(sampled).toEqual(Sample.fixed.indices({ seed: key, count: size, rate }))
    }
  }
  const sides = [65_535, 65_536, 65_537].flatMap((size) => {
    return Array.from({ length: 40 }, (_, i) => ({ seed: key, count: size, rate: 5n * 10n ** 17n, index: i * 1601 }))
  })
  const given = sides.map((one) => ({ ...one, count: BigInt(one.count), index: BigInt(one.index) }))
  const expected = sides.map(({ index, ...rest }) => Sample.fixed.includes(index, rest))
  expect(await solidity.each('includes', given, [1])).toEqual(expected)
})

describe('what is refused', () => {
  const good = { seed: toHex(new Uint8Array(32)), count: 10n, rate: 1n, index: 0n }
  const nowhere = { start: 0n, end: 0n, total: 0n }

  test.each([
    ['secret sampling', 'includes', [SECRET, [good]], 'SecretIsOffChain()'],
    ['an index where a position is needed', 'includes', [2, [good]], 'PositionNeeded()'],
    ['a rate of 0', 'includes', [0, [{ ...good, rate: 0n }]], 'InvalidRate(uint256 rate)'],
    ['a rate above 1', 'includes', [1, [{ ...good, rate: 10n ** 18n + 1n }]], 'InvalidRate(uint256 rate)'],
    ['no leaves', 'includes', [0, [{ ...good, count: 0n }]], 'EmptyBatch()'],
    ['no leaves, fixed', 'includes', [1, [{ ...good, count: 0n }]], 'EmptyBatch()'],
    ['an interval of 0', 'byValue', [[{ seed: good.seed, interval: 0n, position: nowhere }]], 'InvalidInterval('],
    [
      'too many cells',
      'byValue',
      [[{ seed: good.seed, interval: 1n, position: { ...nowhere, total: 2n ** 65n } }]],
      'InvalidInterval(',
    ],
    [
      'a position that ends before it starts',
      'byValue',
      [[{ seed: good.seed, interval: 1n, position: { start: 2n, end: 1n, total: 3n } }]],
      'InvalidPosition(',
    ],
    [
      'a position beyond the total',
      'byValue',
      [[{ seed: good.seed, interval: 1n, position: { start: 2n, end: 4n, total: 3n } }]],
      'InvalidPosition(',
    ],
  ])('%s', async (_, functionName, args, error) => {
    await expect(solidity.call(functionName, args)).rejects.toThrow(`Error: ${error}`)
  })
})
