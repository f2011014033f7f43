import { keccak_256 } from '@noble/hashes/sha3.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as Errors from '../Errors.js'
import * as Merkle from '../Merkle.js'
import * as Sample from '../Sample.js'

fc.configureGlobal({ seed: 20_261_123 })

// A second implementation straight from protocol.md, "Bytes": draw every unit, then ask who holds it.

const be = (value: number | bigint, size: number) =>
  Uint8Array.from({ length: size }, (_, i) => Number((BigInt(value) >> BigInt(8 * (size - 1 - i))) & 255n))
const join = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]))
const int = (bytes: Uint8Array) => BigInt(`0x${bytesToHex(bytes)}`)

function slowUniform(x: Uint8Array, m: bigint): bigint {
  const space = 2n ** 256n
  for (let j = 0; ; j++) {
    const v = int(keccak_256(join(keccak_256(utf8ToBytes('spotcheck/v1/uniform')), x, be(j, 4))))
    if (v < space - (space % m)) return v % m
  }
}

function slowUnits(seed: Uint8Array, interval: bigint, total: bigint): bigint[] {
  const units: bigint[] = []
  for (let k = 0n; k * interval < total; k++) units.push(k * interval + slowUniform(join(seed, be(k, 8)), interval))
  return units
}

/** The leaves that hold one of the units. */
function holders(weights: readonly bigint[], units: readonly bigint[]): number[] {
  return [...weights.keys()].filter((index) => {
    const a = weights.slice(0, index).reduce((sum, weight) => sum + weight, 0n)
    return units.some((unit) => a <= unit && unit < a + weights[index]!)
  })
}

const seedOf = (series: string, n: number) => keccak_256(utf8ToBytes(`${series}/${n}`))
const sum = (weights: readonly bigint[]) => weights.reduce((total, weight) => total + weight, 0n)
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
const anyWeights = fc.array(fc.oneof(fc.bigInt(0n, 40n), fc.bigInt(0n, 3n)), { minLength: 1, maxLength: 30 })
const anyDraw = fc.record({ seed: bytes32, weights: anyWeights, interval: fc.bigInt(1n, 90n) })

function positions(weights: readonly bigint[]): Merkle.Sum.Position[] {
  return weights.map((weight, i) => {
    const start = sum(weights.slice(0, i))
    return { start, end: start + weight, total: sum(weights) }
  })
}

function thrown(run: () => unknown): Errors.BaseError {
  try {
    run()
  } catch (error) {
    if (error instanceof Errors.BaseError) return error
    throw error
  }
  throw new Error('expected an error')
}

describe('byValue', () => {
  it('agrees with the slow implementation, ascending and distinct, whatever the spelling of the seed', () => {
    fc.assert(
      fc.property(anyDraw, (draw) => {
        const sampled = Sample.byValue.indices(draw)
        const units = slowUnits(draw.seed, draw.interval, sum(draw.weights))
        expect(sampled).toEqual(holders(draw.weights, units))
        expect(Sample.byValue.indices({ ...draw, seed: `0x${bytesToHex(draw.seed)}` })).toEqual(sampled)
      }),
      { numRuns: 150 },
    )
  })

  it('agrees with the slow implementation for amounts in wei', () => {
    const wei = fc.array(fc.bigInt(0n, 2n ** 120n), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(bytes32, wei, fc.integer({ min: 1, max: 40 }), (seed, weights, cells) => {
        const interval = sum(weights) / BigInt(cells) + 1n
        const expected = holders(weights, slowUnits(seed, interval, sum(weights)))
        expect(Sample.byValue.indices({ seed, weights, interval })).toEqual(expected)
      }),
      { numRuns: 40 },
    )
  })

  it('is the filter of includes over the positions that sum proofs give', () => {
    fc.assert(
      fc.property(anyDraw, ({ weights, ...draw }) => {
        const sampled = Sample.byValue.indices({ ...draw, weights })
        const all = [...weights.keys()]
        expect(all.filter((i) => Sample.byValue.includes(positions(weights)[i]!, draw))).toEqual(sampled)
        const leaves = weights.map((weight, i) => ({ data: Uint8Array.of(i), weight }))
        const tree = Merkle.Sum.from(leaves)
        const known = { root: Merkle.Sum.root(tree), total: Merkle.Sum.total(tree), size: tree.size }
        const proven = all.filter((index) => {
          const { data: leaf, weight } = leaves[index]!
          const place = Merkle.Sum.position({ ...known, index, leaf, weight, proof: Merkle.Sum.prove(tree, index) })
          return Sample.byValue.includes(place!, draw)
        })
        expect(proven).toEqual(sampled)
        const many = Merkle.Sum.positions({ ...known, indices: all, leaves, proof: [] })!
        expect(all.filter((i) => Sample.byValue.includes(many[i]!, draw))).toEqual(sampled)
      }),
      { numRuns: 40 },
    )
  })

  // Every way that the draws can fall, for all weights of three leaves with a small total: what is hit is decided by the
  // units alone, so counting the ways gives each leaf's probability exactly.
  it('has the exact inclusion probabilities: the share of each cell that the leaf leaves free, multiplied', () => {
    for (let interval = 1; interval <= 4; interval++)
      for (const weights of triples(7)) {
        const total = weights.reduce((a, b) => a + b, 0)
        const cells = Math.ceil(total / interval)
        const ways = interval ** cells
        const hits = [0, 0, 0]
        for (let way = 0; way < ways; way++) {
          const units = Array.from(
            { length: cells },
            (_, k) => k * interval + (Math.floor(way / interval ** k) % interval),
          )
          for (const index of holders(weights.map(BigInt), units.map(BigInt))) hits[index]!++
        }
        let a = 0
        for (const [index, weight] of weights.entries()) {
          const b = a + weight
          let missed = 1
          for (let k = 0; k < cells; k++) {
            const inside = Math.max(0, Math.min(b, (k + 1) * interval) - Math.max(a, k * interval))
            missed *= interval - inside
          }
          expect(ways - hits[index]!).toBe(missed)
          if (weight === 0) expect(hits[index]).toBe(0)
          if (Math.floor(a / interval) === Math.floor((b - 1) / interval) && weight > 0)
            expect(hits[index]! * interval).toBe(weight * ways)
          a = b
        }
      }
  })

  it('draws each unit of a cell equally often, and cells independently', () => {
    const runs = 3_000
    const counts = Array.from({ length: 5 }, () => new Array<number>(5).fill(0))
    const weights = new Array<bigint>(10).fill(1n)
    for (let n = 0; n < runs; n++) {
      const sampled = Sample.byValue.indices({ seed: seedOf('units', n), weights, interval: 5n })
      expect(sampled).toHaveLength(2)
      counts[sampled[0]!]![sampled[1]! - 5]!++
    }
    // Chi-square over the 25 pairs, df 24: above 66.6 in one of a million fair series.
    const statistic = counts.flat().reduce((chi, count) => chi + (count - runs / 25) ** 2 / (runs / 25), 0)
    expect(statistic).toBeLessThan(66.6)
  })

  it('always samples a leaf worth two intervals, and never one worth nothing', () => {
    fc.assert(
      fc.property(anyDraw, (draw) => {
        const sampled = new Set(Sample.byValue.indices(draw))
        for (const [index, weight] of draw.weights.entries()) {
          if (weight >= 2n * draw.interval) expect(sampled.has(index)).toBe(true)
          if (weight === 0n) expect(sampled.has(index)).toBe(false)
        }
      }),
    )
    const everything = { seed: seedOf('all', 0), weights: [3n, 0n, 1n, 7n], interval: 1n }
    expect(Sample.byValue.indices(everything)).toEqual([0, 2, 3])
  })

  it('hits nothing beyond the total, and nothing in a batch worth nothing', () => {
    const counts = [0, 0]
    for (let n = 0; n < 400; n++)
      counts[Sample.byValue.indices({ seed: seedOf('beyond', n), weights: [1n], interval: 4n }).length]!++
    expect(Math.abs(counts[1]! - 100)).toBeLessThan(4 * Math.sqrt(75))
    expect(Sample.byValue.indices({ seed: seedOf('none', 0), weights: [0n, 0n], interval: 4n })).toEqual([])
    const zero = { start: 0n, end: 0n, total: 0n }
    expect(Sample.byValue.includes(zero, { seed: seedOf('none', 0), interval: 4n })).toBe(false)
  })

  it('takes as long as there are leaves, however many cells there are', () => {
    const [seed, most] = [seedOf('cells', 0), 2n ** 128n - 1n]
    const weights = [most - 5n, 1n, 0n, 4n]
    const sampled = Sample.byValue.indices({ seed, weights, interval: 2n ** 64n })
    expect(sampled[0]).toBe(0)
    const lastCell = slowUniform(join(seed, be(2n ** 64n - 1n, 8)), 2n ** 64n)
    expect(sampled.includes(1)).toBe((2n ** 64n - 1n) * 2n ** 64n + lastCell === most - 5n)
    const certain = { start: 0n, end: most, total: most }
    expect(Sample.byValue.includes(certain, { seed, interval: 2n ** 64n })).toBe(true)
    expect(Sample.byValue.includes({ ...certain, start: most - 1n }, { seed, interval: most })).toBe(
      slowUniform(join(seed, be(0, 8)), most) === most - 1n,
    )
  })

  it('tells the drawn units without any weight: each lies in one leaf, and those leaves are sampled', () => {
    fc.assert(
      fc.property(anyDraw, ({ weights, ...draw }) => {
        const total = weights.reduce((sum, weight) => sum + weight, 0n)
        const units = Sample.byValue.units({ ...draw, total })
        let end = 0n
        const hit = weights.flatMap((weight, index) => {
          const start = end
          end += weight
          return units.some((unit) => start <= unit && unit < end) ? [index] : []
        })
        expect(hit).toEqual(Sample.byValue.indices({ ...draw, weights }))
        expect(units.every((unit, k) => unit < total && (k === 0 || units[k - 1]! < unit))).toBe(true)
      }),
    )
    const seed = seedOf('units', 0)
    const expected = [0n, 1n, 2n].map((k) => k * 7n + slowUniform(join(seed, be(k, 8)), 7n))
    expect(Sample.byValue.units({ seed, interval: 7n, total: 21n })).toEqual(expected)
    expect(Sample.byValue.units({ seed, interval: 7n, total: 0n })).toEqual([])
  })

  it('keeps every byte of the layout', () => {
    const weights = Array.from({ length: 60 }, (_, i) => BigInt(((i * 7_919) % 97) * 10 ** 6))
    const draw = { seed: seedOf('golden', 0), weights, interval: 250_000_000n }
    expect(Sample.byValue.indices(draw).join()).toMatchInlineSnapshot(`"3,7,14,20,21,28,35,41,48,55"`)
  })
})

/** All triples with a sum from 1 to `most`. */
function triples(most: number): number[][] {
  const all: number[][] = []
  for (let a = 0; a <= most; a++)
    for (let b = 0; a + b <= most; b++) for (let c = 0; a + b + c <= most; c++) if (a + b + c > 0) all.push([a, b, c])
  return all
}

describe('doors', () => {
  const draw = { seed: new Uint8Array(32), weights: [5n, 6n], interval: 4n }
  const position = { start: 5n, end: 11n, total: 11n }

  it('name an interval that is none', () => {
    const at = (interval: unknown, weights = draw.weights) =>
      thrown(() => Sample.byValue.indices({ ...draw, weights, interval: interval as bigint }))
    expect(at(0n).message).toMatchInlineSnapshot(`
      "interval is not an amount of value.
        interval  0n
        rule      a bigint, 1 <= interval < 2^128, in wei
        fix       pass the value of which one unit is to be checked, e.g. total / 50n
        see       protocol.md, Bytes"
    `)
    expect(at(1n, [2n ** 64n + 1n]).message).toMatchInlineSnapshot(`
      "interval is too small for the total.
        interval  1n
        rule      ceil(18446744073709551617 / interval) <= 2^64
        fix       pass the value of which one unit is to be checked, e.g. total / 50n
        see       protocol.md, Bytes"
    `)
    for (const interval of [-1n, 2n ** 128n, 4, '4', undefined])
      expect(at(interval)).toBeInstanceOf(Sample.InvalidIntervalError)
    expect(Sample.byValue.indices({ ...draw, weights: [2n ** 64n], interval: 1n })).toEqual([0])
    const wide = { start: 0n, end: 1n, total: 2n ** 64n + 1n }
    expect(() => Sample.byValue.includes(wide, { ...draw, interval: 1n })).toThrow(Sample.InvalidIntervalError)
  })

  it('name weights that are none', () => {
    const at = (...weights: unknown[]) =>
      thrown(() => Sample.byValue.indices({ ...draw, weights: weights as bigint[] }))
    expect(at(5n, 5).message).toMatchInlineSnapshot(`
      "weights[1] is no amount.
        weights  5
        rule     a bigint from 0, in wei
        fix      write 5n, not 5
        see      protocol.md, Sample"
    `)
    expect(at(2n ** 127n, 2n ** 127n).message).toMatchInlineSnapshot(`
      "the weights add up to more than fits.
        weights  340282366920938463463374607431768211456n
        rule     total < 2^128 wei
        fix      check the unit: weights are in wei
        see      protocol.md, Sample"
    `)
    expect(at().message).toMatchInlineSnapshot(`
      "there are no weights.
        weights  Array(0)
        rule     at least one, as a batch has a leaf
        fix      pass all
        see      protocol.md, Sample"
    `)
    expect(at(-1n)).toBeInstanceOf(Sample.InvalidWeightsError)
  })

  it('list no more units than anybody reads, of a total that fits', () => {
    const at =
      (total: unknown, interval = 1n) =>
      () =>
        Sample.byValue.units({ seed: draw.seed, interval, total: total as bigint })
    for (const total of [-1n, 2n ** 128n, 5, undefined]) expect(at(total)).toThrow(Errors.InvalidInputError)
    expect(at(2n ** 24n + 1n)).toThrow(Errors.InvalidInputError)
    expect(at(2n ** 65n)).toThrow(Sample.InvalidIntervalError)
    expect(at(1n, 0n)).toThrow(Sample.InvalidIntervalError)
  })

  it('refuse the position of a proof that did not verify', () => {
    expect(thrown(() => Sample.byValue.includes(undefined as never, draw))).toBeInstanceOf(Errors.InvalidInputError)
    const bad = [
      { ...position, start: -1n },
      { ...position, start: 12n },
      { ...position, end: 12n },
      { ...position, end: 4n },
      { ...position, total: 2n ** 128n },
      { ...position, end: 7 as never },
    ]
    for (const place of bad) expect(() => Sample.byValue.includes(place, draw)).toThrow(Errors.InvalidInputError)
    expect(thrown(() => Sample.byValue.includes(bad[1]!, draw)).message).toMatchInlineSnapshot(`
      "position is not a place among the weights.
        position  object { start, end, total }
        rule      { start, end, total }, bigints with 0 <= start <= end <= total < 2^128
        fix       take it from Merkle.Sum.position, once that is not undefined
        see       protocol.md, Sample"
    `)
  })

  it('throw nothing but typed errors, whatever they are given', () => {
    const anything = fc.anything({
      withBigInt: true,
      withNullPrototype: true,
      withSparseArray: true,
      withTypedArray: true,
    })
    const run = (call: () => unknown) => {
      try {
        call()
      } catch (error) {
        expect(error).toBeInstanceOf(Errors.BaseError)
      }
    }
    const fields = fc.constantFrom(...Object.keys({ ...draw, ...position }))
    fc.assert(
      fc.property(anything as fc.Arbitrary<never>, fields, (value, field) => {
        run(() => Sample.byValue.indices(value))
        run(() => Sample.byValue.indices({ ...draw, [field]: value }))
        run(() => Sample.byValue.indices({ ...draw, weights: [1n, value] }))
        run(() => Sample.byValue.units(value))
        run(() => Sample.byValue.units({ ...draw, total: 11n, [field]: value }))
        run(() => Sample.byValue.includes(value, draw))
        run(() => Sample.byValue.includes(position, value))
        run(() => Sample.byValue.includes({ ...position, [field]: value }, draw))
        run(() => Sample.byValue.includes(position, { ...draw, [field]: value }))
      }),
      { numRuns: 1_000 },
    )
  })
})
