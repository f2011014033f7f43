import { keccak_256 } from '@noble/hashes/sha3.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as Errors from './Errors.js'
import { feistel } from './Sample/Feistel.js'
import * as Sample from './Sample.js'
import * as Wad from './Wad.js'

fc.configureGlobal({ seed: 20_261_123 })

// A second, slower implementation straight from protocol.md, "Bytes": everything is one big integer.

const be = (value: number | bigint, size: number) =>
  Uint8Array.from({ length: size }, (_, i) => Number((BigInt(value) >> BigInt(8 * (size - 1 - i))) & 255n))
const join = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]))
const int = (bytes: Uint8Array) => BigInt(`0x${bytesToHex(bytes)}`)
const tag = (name: string, ...parts: Uint8Array[]) =>
  int(keccak_256(join(keccak_256(utf8ToBytes(`spotcheck/v1/${name}`)), ...parts)))

const slow = {
  bernoulli(index: number, { seed, rate }: { seed: Uint8Array; rate: bigint }): boolean {
    const first16 = tag('bern', seed, be(index, 8)) >> 128n
    return first16 * 10n ** 18n < rate * 2n ** 128n
  },
  permute(x: bigint, seed: Uint8Array, size: bigint): bigint {
    let bits = 0n
    while ((size - 1n) >> bits > 0n) bits++
    const b = bits < 2n ? 1n : (bits + 1n) / 2n
    const rounds = size <= 65_536n ? 16 : 8
    let y = x
    do {
      let [left, right] = [y >> b, y % 2n ** b]
      for (let round = 0; round < rounds; round++)
        [left, right] = [right, left ^ (tag('feistel', seed, be(round, 1), be(right, 8)) % 2n ** b)]
      y = left * 2n ** b + right
    } while (y >= size)
    return y
  },
  fixed({ seed, count, rate }: { seed: Uint8Array; count: number; rate: bigint }): number[] {
    const product = rate * BigInt(count)
    const m = product / 10n ** 18n + (product % 10n ** 18n > 0n ? 1n : 0n)
    const sampled: number[] = []
    for (let i = 0n; i < m; i++) sampled.push(Number(slow.permute(i, seed, BigInt(count))))
    return sampled.sort((a, b) => a - b)
  },
}

/** The n-th seed of a named series: tests of distribution see the same seeds in every run. */
const seedOf = (series: string, n: number) => keccak_256(utf8ToBytes(`${series}/${n}`))

/**
 * Chi-square of counts against expectations, as a number of standard normal deviations (Wilson-Hilferty). Below 4.75
 * for all but one in a million of fair draws; the seeds are fixed, so no run differs from another.
 */
function deviations(counts: readonly number[], expected: readonly number[]): number {
  const df = counts.length - 1
  const statistic = counts.reduce((sum, count, i) => sum + (count - expected[i]!) ** 2 / expected[i]!, 0)
  return (Math.cbrt(statistic / df) - (1 - 2 / (9 * df))) / Math.sqrt(2 / (9 * df))
}

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
const anyRate = fc.oneof(fc.bigInt({ min: 1n, max: Wad.one }), fc.constantFrom(1n, Wad.one - 1n, Wad.one))
const anyDraw = fc.record({ seed: bytes32, count: fc.integer({ min: 1, max: 300 }), rate: anyRate })
const samplers = [
  ['bernoulli', Sample.bernoulli],
  ['fixed', Sample.fixed],
] as const

function thrown(run: () => unknown): Errors.BaseError {
  try {
    run()
  } catch (error) {
    if (error instanceof Errors.BaseError) return error
    throw error
  }
  throw new Error('expected an error')
}

describe.each(samplers)('%s', (name, sampler) => {
  it('is determined by its arguments, and indices is the filter of includes', () => {
    fc.assert(
      fc.property(anyDraw, (draw) => {
        const sampled = sampler.indices(draw)
        expect(sampler.indices({ ...draw, seed: `0x${bytesToHex(draw.seed)}` })).toEqual(sampled)
        expect([...Array(draw.count).keys()].filter((index) => sampler.includes(index, draw))).toEqual(sampled)
      }),
      { numRuns: 15 },
    )
  })

  it('agrees with the slow implementation', () => {
    fc.assert(
      fc.property(anyDraw, (draw) => {
        const all = [...Array(draw.count).keys()]
        const expected = name === 'fixed' ? slow.fixed(draw) : all.filter((index) => slow.bernoulli(index, draw))
        expect(sampler.indices(draw)).toEqual(expected)
      }),
      { numRuns: 12 },
    )
  })

  it('samples everything at certainty', () => {
    for (const count of [1, 2, 3, 100])
      expect(sampler.indices({ seed: seedOf('all', count), count, rate: Wad.one })).toEqual([...Array(count).keys()])
  })

  it('does not include what is outside the batch', () => {
    const draw = { seed: seedOf('outside', 0), count: 10, rate: Wad.one }
    for (const index of [10, 11, 2 ** 32, Number.MAX_SAFE_INTEGER]) expect(sampler.includes(index, draw)).toBe(false)
  })

  it('answers for batches up to 2^53-1', () => {
    const draw = { seed: seedOf('large', 0), count: Number.MAX_SAFE_INTEGER, rate: Wad.from(0.5) }
    const hits = Array.from({ length: 200 }, (_, i) => sampler.includes(draw.count - 1 - i, draw)).filter(Boolean)
    expect(Math.abs(hits.length - 100)).toBeLessThan(4 * Math.sqrt(50))
  })

  it('explains a rate that is none', () => {
    const error = thrown(() => sampler.indices({ seed: new Uint8Array(32), count: 1, rate: 12n * 10n ** 17n }))
    expect(error).toBeInstanceOf(Sample.InvalidRateError)
  })
})

describe('bernoulli', () => {
  it('hits its rate within four standard errors', () => {
    for (const rate of [0.01, 0.25, 0.9]) {
      const draw = { seed: seedOf('rate', 0), count: 20_000, rate: Wad.from(rate) }
      const standardError = Math.sqrt((rate * (1 - rate)) / draw.count)
      const share = Sample.bernoulli.indices(draw).length / draw.count
      expect(Math.abs(share - rate)).toBeLessThan(4 * standardError)
    }
  })

  it('never loses an index when the rate rises', () => {
    const draw = { seed: seedOf('rising', 0), count: 300, rate: Wad.from(0.1) }
    const more = new Set(Sample.bernoulli.indices({ ...draw, rate: Wad.from(0.3) }))
    expect(Sample.bernoulli.indices(draw).every((index) => more.has(index))).toBe(true)
  })
})

describe('fixed', () => {
  it('samples exactly ceil(rate · count)', () => {
    fc.assert(
      fc.property(anyDraw, (draw) => {
        const sampled = Sample.fixed.indices(draw)
        const exact = draw.rate * BigInt(draw.count)
        const m = BigInt(new Set(sampled).size)
        expect(m * Wad.one >= exact && (m - 1n) * Wad.one < exact).toBe(true)
        expect(
          sampled.every((index, i) => index >= 0 && index < draw.count && (i === 0 || index > sampled[i - 1]!)),
        ).toBe(true)
      }),
    )
    expect(Sample.fixed.indices({ seed: new Uint8Array(32), count: Number.MAX_SAFE_INTEGER, rate: 1n })).toHaveLength(1)
  })

  it('permutes: a bijection for small sizes, with its inverse', () => {
    for (const size of [...Array(40).keys(), 63, 64, 65, 127, 128, 129, 255, 256, 257, 1_000]) {
      if (size === 0) continue
      const { permute, inverse } = feistel(seedOf('bijection', size), size, { remember: true })
      const images = [...Array(size).keys()].map(permute)
      expect(new Set(images).size).toBe(size)
      expect(images.every((image) => image < size)).toBe(true)
      expect(images.map(inverse)).toEqual([...Array(size).keys()])
    }
  })

  it('inverts, and agrees with the slow implementation, up to 2^53-1', () => {
    const around = [1, 2, 4, 5, 16, 17, 65_535, 65_536, 65_537, 2 ** 31, 2 ** 32 + 1, 2 ** 52, 2 ** 52 + 1, 2 ** 53 - 1]
    const sizes = fc.oneof(fc.constantFrom(...around), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }))
    fc.assert(
      fc.property(bytes32, sizes, fc.maxSafeNat(), (seed, size, n) => {
        const x = n % size
        const plain = feistel(seed, size)
        const image = plain.permute(x)
        expect(plain.inverse(image)).toBe(x)
        expect(feistel(seed, size, { remember: true }).permute(x)).toBe(image)
        expect(BigInt(image)).toBe(slow.permute(BigInt(x), seed, BigInt(size)))
      }),
      { numRuns: 100 },
    )
  })

  it.each([1, 2, 3, 4, 5, 7, 100])('draws every index of %i equally often', (count) => {
    const runs = 1_000
    const counts = new Array<number>(count).fill(0)
    for (let n = 0; n < runs; n++) {
      const sampled = Sample.fixed.indices({
        seed: seedOf(`uniform/${count}`, n),
        count,
        rate: Wad.one / BigInt(count),
      })
      expect(sampled).toHaveLength(1)
      counts[sampled[0]!]!++
    }
    if (count === 1) expect(counts).toEqual([runs])
    else
      expect(
        deviations(
          counts,
          counts.map(() => runs / count),
        ),
      ).toBeLessThan(4.75)
  })

  // Where too few rounds would show first. By enumeration of all round functions, the sets {0, 1} and {2, 3} of 4 have
  // probability 0.1875 after 4 rounds, 0.1680 after 8 and 0.16667 after 16, where 1/6 is fair.
  it.each([
    [4, 2, 6, 6_000],
    [5, 2, 10, 1_000],
    [7, 3, 35, 1_000],
  ])('draws every set out of %i, %i at a time, equally often (%i sets)', (count, m, sets, runs) => {
    const counts = new Map<string, number>()
    for (let n = 0; n < runs; n++) {
      const rate = (Wad.one * BigInt(m)) / BigInt(count)
      const set = Sample.fixed.indices({ seed: seedOf(`sets/${count}`, n), count, rate }).join()
      counts.set(set, (counts.get(set) ?? 0) + 1)
    }
    expect(counts.size).toBe(sets)
    expect(deviations([...counts.values()], new Array(sets).fill(runs / sets))).toBeLessThan(4.75)
  })
})

describe('golden decisions', () => {
  const draw = (n: number, count: number, rate: number) => ({ seed: seedOf('golden', n), count, rate: Wad.from(rate) })

  it('keeps every byte of the layouts', () => {
    expect(Sample.bernoulli.indices(draw(0, 200, 0.05)).join()).toMatchInlineSnapshot(`"11,34,89,120,155,188"`)
    expect(Sample.bernoulli.indices(draw(1, 200, 0.05)).join()).toMatchInlineSnapshot(`"54,78,80,88,130,143,190"`)
    expect(Sample.fixed.indices(draw(0, 200, 0.05)).join()).toMatchInlineSnapshot(`"0,23,24,36,77,93,101,155,156,168"`)
    expect(Sample.fixed.indices(draw(1, 70_000, 0.0001)).join()).toMatchInlineSnapshot(
      `"15515,18039,26700,27782,29475,55110,66350"`,
    )
  })
})

describe('doors', () => {
  const at = (rate: unknown) =>
    thrown(() => Sample.fixed.indices({ seed: new Uint8Array(32), count: 1, rate: rate as bigint }))

  it('names the rate that was meant', () => {
    expect(at(12n * 10n ** 17n).message).toMatchInlineSnapshot(`
      "rate 1.2 is above certainty.
        rate  1200000000000000000n
        rule  0 < rate <= 1e18 (WAD; 1e18 samples every task)
        fix   did you mean 0.12 → 120000000000000000n ?
        see   protocol.md, Sample"
    `)
    expect(at(0.12).message).toMatchInlineSnapshot(`
      "rate 0.12 is a plain number, not a WAD.
        rate  0.12
        rule  0 < rate <= 1e18 (WAD; 1e18 samples every task)
        fix   did you mean 0.12 → 120000000000000000n ?
        see   protocol.md, Sample"
    `)
    expect(at(0n).message).toMatchInlineSnapshot(`
      "rate 0 samples nothing.
        rate  0n
        rule  0 < rate <= 1e18 (WAD; 1e18 samples every task)
        fix   pass a WAD such as Wad.from(0.02)
        see   protocol.md, Sample"
    `)
    expect(at(12).fix).toBe('did you mean 0.12 → 120000000000000000n ?')
    for (const rate of [-1n, 10n ** 5_000n, Number.NaN, Number.POSITIVE_INFINITY, -0.5, 101, '0.1', undefined, {}])
      expect(at(rate).fix).toBe('pass a WAD such as Wad.from(0.02)')
  })

  it('throws nothing but typed errors, whatever it is given', () => {
    const anything = fc.anything({
      withBigInt: true,
      withNullPrototype: true,
      withSparseArray: true,
      withTypedArray: true,
    })
    const draw = { seed: new Uint8Array(32), count: 5, rate: Wad.one }
    const run = (call: () => unknown) => {
      try {
        call()
      } catch (error) {
        expect(error).toBeInstanceOf(Errors.BaseError)
      }
    }
    const fields = fc.constantFrom(...Object.keys(draw))
    fc.assert(
      fc.property(anything as fc.Arbitrary<never>, fields, (value, field) => {
        for (const { indices, includes } of [Sample.bernoulli, Sample.fixed]) {
          run(() => indices(value))
          run(() => includes(value, draw))
          run(() => includes(1, { ...draw, [field]: value }))
        }
      }),
      { numRuns: 2_000 },
    )
  })
})
