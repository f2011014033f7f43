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
  uniform(x: Uint8Array, m: bigint): bigint {
    const bound = 2n ** 256n - (2n ** 256n % m)
    let j = 0
    let v = tag('uniform', x, be(j, 4))
    while (v >= bound) v = tag('uniform', x, be(++j, 4))
    return v % m
  },
  assign({ seed, index, level, verifiers, exclude, count }: Sample.AssignArgs & { seed: Uint8Array }): string[] {
    const total = verifiers.reduce((sum, { stake }) => sum + stake, 0n)
    const drawn: string[] = []
    const possible = verifiers.filter(({ address }) => !exclude.includes(address)).length
    for (let c = 0; drawn.length < Math.min(count, possible) && c < 65_536; c++) {
      let unit = slow.uniform(join(seed, be(index, 8), be(level, 1), be(c, 2)), total)
      const { address } = verifiers.find(({ stake }) => {
        const mine = unit < stake
        unit -= stake
        return mine
      })!
      if (!exclude.includes(address) && !drawn.includes(address)) drawn.push(address)
    }
    return drawn
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
      { numRuns: 25 },
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
      { numRuns: 150 },
    )
  })

  it.each([1, 2, 3, 4, 5, 7, 100])('draws every index of %i equally often', (count) => {
    const runs = 1_500
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

  // Where too few rounds would show first: 4 rounds of one-bit halves can't reach the sets of 2 out of 4 evenly.
  it.each([
    [4, 2, 6],
    [5, 2, 10],
    [7, 3, 35],
  ])('draws every set out of %i, %i at a time, equally often (%i sets)', (count, m, sets) => {
    const runs = 1_500
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

describe('uniform', () => {
  it('agrees with the slow implementation, also where half of the draws are rejected', () => {
    const moduli = fc.oneof(
      fc.bigInt({ min: 1n, max: 2n ** 256n }),
      fc.constantFrom(1n, 2n, 3n, 2n ** 128n - 1n, 2n ** 255n + 1n, 2n ** 256n - 1n, 2n ** 256n),
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), moduli, (x, m) => {
        const value = Sample.uniform(x, m)
        expect(value).toBe(slow.uniform(x, m))
        expect(value >= 0n && value < m).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it('is uniform', () => {
    const counts = new Array<number>(7).fill(0)
    for (let n = 0; n < 3_500; n++) counts[Number(Sample.uniform(seedOf('dice', n), 7n))]!++
    expect(
      deviations(
        counts,
        counts.map(() => 500),
      ),
    ).toBeLessThan(4.75)
  })
})

const address = (i: number): `0x${string}` => `0x${i.toString(16).padStart(40, '0')}`
const four = [1n, 2n, 3n, 4n].map((stake, i) => ({ address: address(i + 1), stake }))
const base = { seed: seedOf('assign', 0), index: 3, level: 0, verifiers: four, exclude: [] }

describe('assign', () => {
  const anyArgs = fc
    .record({
      seed: bytes32,
      index: fc.maxSafeNat(),
      level: fc.integer({ min: 0, max: 255 }),
      stakes: fc.array(fc.bigInt({ min: 1n, max: 10n ** 24n }), { maxLength: 12 }),
      excluded: fc.array(fc.integer({ min: 0, max: 14 }), { maxLength: 4 }),
      count: fc.integer({ min: 0, max: 6 }),
    })
    // Nearly all stake excluded makes a draw long, not wrong; that case has its own test below.
    .map(({ stakes, excluded, ...rest }) => ({
      ...rest,
      verifiers: stakes.map((stake, i) => ({ address: address(3 * i), stake: stake + 10n ** 23n })),
      exclude: excluded.map((i) => address(3 * i)),
    }))

  it('agrees with the slow implementation; no repeats, none excluded, prefixes agree', () => {
    fc.assert(
      fc.property(anyArgs, (args) => {
        const drawn = Sample.assign(args)
        expect(drawn).toEqual(slow.assign(args))
        expect(new Set(drawn).size).toBe(drawn.length)
        expect(drawn.some((one) => args.exclude.includes(one))).toBe(false)
        const eligible = args.verifiers.filter((one) => !args.exclude.includes(one.address)).length
        expect(drawn.length).toBe(Math.min(args.count, eligible))
        expect(Sample.assign({ ...args, count: 2, after: args.count })).toEqual(
          Sample.assign({ ...args, count: args.count + 2 }).slice(args.count),
        )
      }),
      { numRuns: 100 },
    )
  })

  it('gives as a replacement simply the next draw', () => {
    const order = [...Sample.assignment(base)]
    expect([...order].sort()).toEqual(four.map((one) => one.address))
    for (const after of order.keys()) expect(Sample.assign({ ...base, count: 1, after })).toEqual([order[after]])
    expect(Sample.assign({ ...base, count: 1, after: 4 })).toEqual([])
    const stepwise = Sample.assignment(base)
    expect([stepwise.next().value, stepwise.next().value]).toEqual(order.slice(0, 2))
  })

  it('draws first in proportion to stake', () => {
    const runs = 4_000
    const counts = [0, 0, 0, 0]
    for (let index = 0; index < runs; index++) counts[Number(Sample.assign({ ...base, index, count: 1 })[0]!) - 1]!++
    expect(
      deviations(
        counts,
        four.map(({ stake }) => (runs * Number(stake)) / 10),
      ),
    ).toBeLessThan(4.75)
  })

  it('draws second in proportion to what is left', () => {
    const runs = 4_000
    const counts = new Array<number>(12).fill(0)
    const pairs = four.flatMap((a) => four.filter((b) => b !== a).map((b) => [a, b] as const))
    for (let index = 0; index < runs; index++) {
      const drawn = Sample.assign({ ...base, index, count: 2 }).join()
      counts[pairs.findIndex(([a, b]) => drawn === [a.address, b.address].join())]!++
    }
    const expected = pairs.map(([a, b]) => (runs * Number(a.stake) * Number(b.stake)) / (10 * (10 - Number(a.stake))))
    expect(deviations(counts, expected)).toBeLessThan(4.75)
  })

  it('stops after draw 65,535 where what is left is too small to be drawn', () => {
    const verifiers = [
      { address: address(1), stake: 1n },
      { address: address(2), stake: 2n ** 127n },
    ]
    expect(Sample.assign({ ...base, verifiers, count: 2 })).toEqual([address(2)])
  })

  it('draws nobody from an empty set, or where all are excluded', () => {
    expect(Sample.assign({ ...base, verifiers: [], count: 3 })).toEqual([])
    expect(Sample.assign({ ...base, exclude: four.map((one) => one.address), count: 3 })).toEqual([])
  })

  it('refuses a set that is not the frozen one', () => {
    const [one, two] = [four[0]!, four[1]!]
    const bad: unknown[] = [
      [two, one],
      [one, one],
      [one, { ...two, stake: 0n }],
      [one, { ...two, stake: 5 }],
      [
        { ...one, stake: 2n ** 127n },
        { ...two, stake: 2n ** 127n },
      ],
    ]
    for (const verifiers of bad)
      expect(() => Sample.assignment({ ...base, verifiers: verifiers as typeof four })).toThrow(
        Sample.InvalidVerifiersError,
      )
    const mixedCase = address(0xabc).replace('abc', 'aBc') as `0x${string}`
    expect(() => Sample.assignment({ ...base, exclude: [mixedCase] })).toThrow(Errors.InvalidInputError)
    const spelt = [{ address: mixedCase, stake: 1n }]
    expect(() => Sample.assignment({ ...base, verifiers: spelt })).toThrow(Errors.InvalidInputError)
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
    expect(Sample.uniform(seedOf('golden', 0), 10n ** 30n)).toMatchInlineSnapshot(`634300490341329139178085470966n`)
    expect([...Sample.assignment({ ...base, seed: seedOf('golden', 0) })].map(Number)).toMatchInlineSnapshot(`
      [
        4,
        3,
        2,
        1,
      ]
    `)
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

  it('names the verifier that is out of order', () => {
    const [one, two] = [four[0]!, four[1]!]
    expect(thrown(() => Sample.assignment({ ...base, verifiers: [two, one] })).message).toMatchInlineSnapshot(`
      "verifiers are not in order at 1.
        address  "0x0000000000000000000000000000000000000001"
        rule     addresses ascending: this one comes before 0x0000000000000000000000000000000000000002
        fix      sort by address: the order decides who holds which unit of stake
        see      protocol.md, Sample"
    `)
    expect(thrown(() => Sample.assignment({ ...base, verifiers: [one, one] })).message).toMatchInlineSnapshot(`
      "verifiers are not in order at 1.
        address  "0x0000000000000000000000000000000000000001"
        rule     each verifier once
        fix      merge its stakes
        see      protocol.md, Sample"
    `)
  })

  it('throws nothing but typed errors, whatever it is given', () => {
    const anything = fc.anything({
      withBigInt: true,
      withNullPrototype: true,
      withSparseArray: true,
      withTypedArray: true,
    })
    const draw = { seed: new Uint8Array(32), count: 5, rate: Wad.one }
    const args: Sample.AssignArgs = { ...base, count: 2 }
    const run = (call: () => unknown) => {
      try {
        call()
      } catch (error) {
        expect(error).toBeInstanceOf(Errors.BaseError)
      }
    }
    const fields = fc.constantFrom(...Object.keys(args), 'after', 'rate')
    fc.assert(
      fc.property(anything as fc.Arbitrary<never>, fields, (value, field) => {
        for (const { indices, includes } of [Sample.bernoulli, Sample.fixed]) {
          run(() => indices(value))
          run(() => includes(value, draw))
          run(() => includes(1, { ...draw, [field]: value }))
        }
        run(() => Sample.uniform(value, 5n))
        run(() => Sample.uniform(draw.seed, value))
        run(() => Sample.assign(value))
        run(() => Sample.assign({ ...args, [field]: value }))
        run(() => Sample.assign({ ...args, verifiers: [value] }))
        run(() => Sample.assign({ ...args, verifiers: [{ address: value, stake: 1n }] }))
        run(() => Sample.assign({ ...args, verifiers: [{ address: address(1), stake: value }] }))
        run(() => Sample.assign({ ...args, exclude: [value] }))
      }),
      { numRuns: 3_000 },
    )
  })
})
