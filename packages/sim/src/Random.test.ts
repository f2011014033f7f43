import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as Random from './Random.js'

const SEED = 20_261_123

/** The reference code of Blackman and Vigna, `xoshiro128starstar.c`, word for word in unbounded integers. */
function* reference(seed: readonly number[]): Generator<number> {
  const s = seed.map(BigInt) as [bigint, bigint, bigint, bigint]
  const word = (x: bigint) => x & 0xffffffffn
  const rotl = (x: bigint, k: bigint) => word((x << k) | (x >> (32n - k)))
  for (;;) {
    const result = word(rotl(word(s[1] * 5n), 7n) * 9n)
    const t = word(s[1] << 9n)
    s[2] ^= s[0]
    s[3] ^= s[1]
    s[1] ^= s[2]
    s[0] ^= s[3]
    s[2] ^= t
    s[3] = rotl(s[3], 11n)
    yield Number(result)
  }
}

/**
 * Chi-square of counts that should be equal, as a number of standard normal deviations (Wilson-Hilferty). Below 4.75 for
 * all but one in a million of fair draws; the seeds are fixed, so no run differs from another.
 */
function deviations(counts: readonly number[]): number {
  const df = counts.length - 1
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length
  const statistic = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
  return (Math.cbrt(statistic / df) - (1 - 2 / (9 * df))) / Math.sqrt(2 / (9 * df))
}

const firsts = (n: number, key: (i: number) => readonly number[]) =>
  Array.from({ length: n }, (_, i) => Random.stream(...key(i))())

/** Correlation of neighbours, in standard errors of independent draws. */
function serial(xs: readonly number[]): number {
  const centred = xs.map((x) => x - 0.5)
  const products = centred.slice(1).map((x, i) => x * centred[i]!)
  return (products.reduce((sum, x) => sum + x, 0) / Math.sqrt(products.length)) * 12
}

describe('xoshiro128**', () => {
  test('the published sequence of the state 1, 2, 3, 4', () => {
    const next = Random.xoshiro([1, 2, 3, 4])
    expect(Array.from({ length: 10 }, next)).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ])
  })

  test('the reference code, from any state', () => {
    const word = fc.integer({ min: 0, max: 2 ** 32 - 1 })
    fc.assert(
      fc.property(fc.tuple(word, word, word, word), (state) => {
        fc.pre(state.some((one) => one !== 0))
        const [next, slow] = [Random.xoshiro(state), reference(state)]
        for (let i = 0; i < 100; i++) expect(next()).toBe(slow.next().value)
      }),
      { seed: SEED, numRuns: 100 },
    )
  })

  test.each([[[0, 0, 0, 0]], [[1, 2, 3, 2 ** 32]], [[1, 2, 3, -1]], [[1, 2, 3, 0.5]], [[1, 2, 3, Number.NaN]]])(
    'no state: %j',
    (state) => {
      expect(() => Random.xoshiro(state as unknown as Random.State)).toThrow('the state can’t drive the generator.')
    },
  )
})

describe('stream', () => {
  test('equal keys, equal streams; every other key, another stream', () => {
    const start = (keys: readonly number[]) => Array.from({ length: 4 }, Random.stream(...keys)).join()
    expect(start([1, 2, 3])).toBe(start([1, 2, 3]))
    const keys = [[], [0], [0, 0], [1], [1, 0], [0, 1], [2 ** 32], [2 ** 32 + 1], [1, 2], [2, 1], [2 ** 53 - 1]]
    expect(new Set(keys.map(start)).size).toBe(keys.length)
  })

  test.each([[-1], [0.5], [Number.NaN], [2 ** 53], ['1']])('no key: %s', (key) => {
    expect(() => Random.stream(1, key as number)).toThrow(expect.objectContaining({ name: 'Errors.InvalidInputError' }))
  })

  test('a draw is a multiple of 2^-53 in [0, 1)', () => {
    const next = Random.stream(SEED)
    for (let i = 0; i < 10_000; i++) {
      const x = next()
      expect(x >= 0 && x < 1 && Number.isInteger(x * 2 ** 53)).toBe(true)
    }
  })

  test('one stream is uniform, in its high bits and in its low ones', () => {
    const next = Random.stream(SEED, 1)
    const [high, low] = [new Array<number>(256).fill(0), new Array<number>(256).fill(0)]
    for (let i = 0; i < 256_000; i++) {
      const x = next()
      high[Math.floor(x * 256)]!++
      low[(x * 2 ** 53) % 256]!++
    }
    expect(Math.abs(deviations(high))).toBeLessThan(4.75)
    expect(Math.abs(deviations(low))).toBeLessThan(4.75)
  })

  test.each<[string, (i: number) => readonly number[]]>([
    ['last key', (i) => [SEED, 7, i]],
    ['first key', (i) => [i, 7, 1]],
    ['high bits', (i) => [SEED, i * 2 ** 32]],
    ['number of zeros', (i) => new Array<number>(1 + (i % 200)).fill(Math.floor(i / 200))],
  ])('streams that differ in their %s are independent', (_, key) => {
    const xs = firsts(20_000, key)
    const counts = new Array<number>(64).fill(0)
    const pairs = new Array<number>(64).fill(0)
    for (const [i, x] of xs.entries()) {
      counts[Math.floor(x * 64)]!++
      if (i % 2 === 1) pairs[Math.floor(xs[i - 1]! * 8) * 8 + Math.floor(x * 8)]!++
    }
    expect(deviations(counts)).toBeLessThan(4.75)
    expect(deviations(pairs)).toBeLessThan(4.75)
    expect(Math.abs(serial(xs))).toBeLessThan(4.75)
    expect(new Set(xs).size).toBe(xs.length)
  })

  test('no two of very many keys share a stream', () => {
    const xs = firsts(150_000, (i) => [SEED, i % 300, Math.floor(i / 300)])
    expect(new Set(xs).size).toBe(xs.length)
  })
})

describe('source', () => {
  const from = (source: Random.Source, a: number, b: number, n: number) => {
    source.key(a, b)
    return Array.from({ length: n }, source.next)
  }

  test('equal keys, equal streams, in whatever order they are taken; every other key, another stream', () => {
    const [one, other] = [Random.source(SEED, 1), Random.source(SEED, 1)]
    const first = from(one, 3, 4, 5)
    from(one, 9, 9, 2)
    expect(from(one, 3, 4, 5)).toEqual(first)
    expect(from(other, 3, 4, 5)).toEqual(first)
    const keys = [0, 1, 2, 2 ** 31, 2 ** 32 - 1]
    const all = keys.flatMap((a) => keys.map((b) => from(one, a, b, 4).join()))
    expect(new Set([...all, from(Random.source(SEED, 2), 3, 4, 4).join()]).size).toBe(26)
  })

  test.each<[string, (i: number) => readonly [number, number]]>([
    ['first key', (i) => [i, 7]],
    ['second key', (i) => [7, i]],
    ['both', (i) => [i, i]],
    ['high bits', (i) => [i * 2 ** 16, 0]],
  ])('streams that differ in their %s are uniform and independent', (_, key) => {
    const source = Random.source(SEED)
    const xs = Array.from({ length: 20_000 }, (_, i) => from(source, ...key(i), 1)[0]!)
    const counts = new Array<number>(64).fill(0)
    for (const x of xs) counts[Math.floor(x * 64)]!++
    expect(Math.abs(deviations(counts))).toBeLessThan(4.75)
    expect(Math.abs(serial(xs))).toBeLessThan(4.75)
  })

  test('what follows in a stream is uniform and independent too', () => {
    const source = Random.source(SEED)
    const xs = Array.from({ length: 5_000 }, (_, i) => from(source, i, 0, 4)).flat()
    const counts = new Array<number>(64).fill(0)
    for (const x of xs) counts[Math.floor(x * 64)]!++
    expect(Math.abs(deviations(counts))).toBeLessThan(4.75)
    expect(Math.abs(serial(xs))).toBeLessThan(4.75)
  })

  test('no family: -1', () => {
    expect(() => Random.source(-1)).toThrow(expect.objectContaining({ name: 'Errors.InvalidInputError' }))
  })
})
