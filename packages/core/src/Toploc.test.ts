import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { errorOf } from '../../../test/support/thrown.js'
import * as Encoding from './Encoding.js'
import * as Errors from './Errors.js'
import * as Toploc from './Toploc.js'

fc.configureGlobal({ seed: 20_261_123 })

const finite = fc.nat(0xffff).filter((bits) => (bits & 0x7f80) !== 0x7f80)
const segmentOf = (k: number) =>
  fc.record({
    indices: fc.uniqueArray(fc.nat(2 ** 32 - 1), { minLength: k, maxLength: k }),
    values: fc.array(finite, { minLength: k, maxLength: k }),
  })
const segments = fc.integer({ min: 2, max: 6 }).chain((k) => fc.array(segmentOf(k), { minLength: 1, maxLength: 4 }))

/** What `deviation` must say, from the words of its documentation. */
function reference(proof: Toploc.Proof, { indices, values }: Toploc.Activations) {
  const errors: number[] = []
  const used: number[] = []
  indices.forEach((index, i) => {
    const claimed = Toploc.evaluate(proof, index)
    const [a, b] = [claimed, values[i]!].map((bits) => ({ head: Math.floor(bits / 128), mantissa: bits % 128 }))
    if (a!.head !== b!.head || used.includes(index % proof.modulus)) return
    used.push(index % proof.modulus)
    errors.push(a!.mantissa > b!.mantissa ? a!.mantissa - b!.mantissa : b!.mantissa - a!.mantissa)
  })
  errors.sort((x, y) => x - y)
  const [low, high] = [errors[Math.ceil(errors.length / 2) - 1]!, errors[Math.floor(errors.length / 2)]!]
  return {
    points: indices.length,
    exponentMismatches: indices.length - errors.length,
    meanMantissaError: errors.length === 0 ? Number.POSITIVE_INFINITY : errors.reduce((x, y) => x + y) / errors.length,
    medianMantissaError: errors.length === 0 ? Number.POSITIVE_INFINITY : (low + high) / 2,
  }
}

describe('activations', () => {
  it('are written by the layout, there and back', () => {
    fc.assert(
      fc.property(segments, (list) => {
        const words = list.flatMap(({ indices, values }) =>
          indices.map((index, i) => index.toString(16).padStart(8, '0') + values[i]!.toString(16).padStart(4, '0')),
        )
        const header = [list.length, list[0]!.indices.length].map((n) => n.toString(16).padStart(4, '0'))
        const evidence = Toploc.encode(list)
        expect(evidence).toBe(`0x${header.join('')}${words.join('')}`)
        expect(Toploc.decode(evidence)).toEqual(list)
      }),
    )
  })

  it('are read only as they would be written', () => {
    fc.assert(
      fc.property(
        fc.oneof(segments.map(Toploc.encode), fc.uint8Array({ maxLength: 40 }).map(Encoding.toHex)),
        fc.nat(),
        (hex, at) => {
          const bytes = Encoding.fromHex(hex)
          for (const evidence of [hex, hex.slice(0, 2 + 2 * (at % (bytes.length + 1))), `${hex}00`] as Encoding.Hex[]) {
            const read = Toploc.decode(evidence)
            if (read !== undefined) expect(Toploc.encode(read)).toBe(evidence)
          }
        },
      ),
      { numRuns: 1_000 },
    )
  })

  const unusable = {
    empty: '0x',
    'no segment': '0x00000002',
    'one point': '0x00010001000000033f80',
    'an index twice': '0x00010002000000033f8000000003c000',
    NaN: '0x00010002000000037fc000000005c000',
    infinity: '0x00010002000000033f8000000005ff80',
    'a claim of 4 billion points': '0xffffffff000000033f80',
  }

  it.each(Object.entries(unusable))('are not %s', (_, evidence) => {
    expect(Toploc.decode(evidence as Encoding.Hex)).toBeUndefined()
  })
})

describe('a proof that can not be built', () => {
  const good = { indices: [3, 70_000, 12, 5], values: [16_256, 49_152, 16_457, 15_821] }

  it.each([
    ['one point', { indices: [3], values: [16_256] }],
    ['none', { indices: [], values: [] }],
    ['a value missing', { ...good, values: [1, 2, 3] }],
    ['an index twice', { ...good, indices: [3, 70_000, 3, 5] }],
    ['NaN', { ...good, values: [16_256, 0x7fc0, 16_457, 15_821] }],
    ['a number that is no pattern', { ...good, values: [16_256, Number.NaN, 16_457, 15_821] }],
    ['infinity', { ...good, values: [16_256, 0xff80, 16_457, 15_821] }],
    ['a hole', { ...good, values: new Array(4) }],
    ['an index beyond u32', { ...good, indices: [3, 2 ** 32, 12, 5] }],
    ['a constant', { ...good, values: [1, 1, 1, 1] }],
    [
      'too many',
      { indices: Array.from({ length: 1025 }, (_, i) => i), values: Array.from({ length: 1025 }, (_, i) => i) },
    ],
  ] as [string, Toploc.Activations][])('fails closed: %s', (_, activations) => {
    expect(() => Toploc.build(activations)).toThrow(Toploc.InvalidActivationsError)
  })

  it('for want of a modulus', () => {
    // Their differences are all the numbers to 65536.
    const near = Array.from({ length: 256 }, (_, i) => i)
    const apart = near.map((i) => 256 * (i + 1))
    const indices = [...near, ...apart]
    const error = errorOf(
      () => Toploc.build({ indices, values: indices.map((_, i) => i) }),
      Toploc.InvalidActivationsError,
    )
    expect(error.rule).toBe('distinct modulo some m <= 65497')
    // Without the last 40 the largest moduli are left.
    const fewer = indices.slice(0, -40)
    const proof = Toploc.parse(Toploc.build({ indices: fewer, values: fewer.map((_, i) => i) }))
    expect(proof?.modulus).toBe(65_497)
  })

  it('says what to do', () => {
    const error = errorOf(() => Toploc.build({ ...good, indices: [3, 3, 12, 5] }), Toploc.InvalidActivationsError)
    expect(error.message).toMatchInlineSnapshot(`
      "indices can't be proven.
        indices  Array(4)
        rule     each once
        fix      pass the top-k activations by magnitude; without a proof send no evidence
        see      protocol.md, Comparison"
    `)
    for (const wrong of [undefined, 1, {}, { indices: 'abc', values: [] }])
      expect(() => Toploc.build(wrong as never)).toThrow(Errors.InvalidInputError)
  })
})

describe('a proof that nobody could have built', () => {
  const words = (...list: number[]) => {
    const view = new DataView(new ArrayBuffer(2 * list.length))
    for (const [i, word] of list.entries()) view.setUint16(2 * i, word)
    return new Uint8Array(view.buffer)
  }

  it.each([
    ['nothing', new Uint8Array(0)],
    ['half a word', words(65_497, 1, 2).subarray(1)],
    ['one coefficient', words(65_497, 1)],
    ['the null proof', words(0, 0, 0, 0)],
    ['a modulus above the prime', words(65_498, 1, 2)],
    ['a modulus below its points', words(2, 1, 2, 3)],
    ['a coefficient outside of the field', words(65_497, 1, 65_497)],
    ['a constant, which matches whoever has that exponent', words(65_497, 0x3f80, 0, 0)],
    ['too long', words(65_497, ...Array.from({ length: 1025 }, () => 1))],
  ])('is none: %s', (_, bytes) => {
    expect(Toploc.parse(bytes)).toBeUndefined()
  })

  it('has the length asked for', () => {
    expect(Toploc.parse(words(65_497, 1, 2), 2)).toEqual({ modulus: 65_497, coefficients: [1, 2] })
    expect(Toploc.parse(words(65_497, 1, 2), 3)).toBeUndefined()
    expect(() => Toploc.parse('0x' as never)).toThrow(Errors.InvalidInputError)
  })
})

describe('deviation', () => {
  const proofs = fc.record({
    modulus: fc.oneof(fc.integer({ min: 2, max: 8 }), fc.integer({ min: 8, max: 65_497 })),
    // Of low degree and small: neighbouring indices then claim values of one binade.
    coefficients: fc.tuple(fc.nat(0x7f00), fc.nat(3)).map((list) => [...list]),
  })
  const own = fc.integer({ min: 2, max: 12 }).chain((k) =>
    fc.record({
      indices: fc.uniqueArray(fc.nat(60), { minLength: k, maxLength: k }),
      values: fc.array(fc.nat(0x7f7f), { minLength: k, maxLength: k }),
    }),
  )

  it('is what its documentation says', () => {
    fc.assert(
      fc.property(proofs, own, fc.boolean(), (proof, other, isNear) => {
        const values = other.indices.map((index, i) => Toploc.evaluate(proof, index) ^ (other.values[i]! & 0x1f))
        const near = { ...other, values: values.map((bits) => Math.min(bits, 0x7f7f)) }
        const compared = isNear ? near : other
        expect(Toploc.deviation(proof, compared)).toEqual(reference(proof, compared))
      }),
      { numRuns: 2_000 },
    )
  })

  it('is none from one’s own proof', () => {
    fc.assert(
      fc.property(segmentOf(8), (made) => {
        const proof = Toploc.parse(Toploc.build(made))!
        expect(Toploc.deviation(proof, made)).toEqual({
          points: 8,
          exponentMismatches: 0,
          meanMantissaError: 0,
          medianMantissaError: 0,
        })
      }),
    )
  })

  it('does not prove many points with few: a residue agrees once', () => {
    const own = { indices: [0, 2, 4, 6, 8, 10], values: [0x3f80, 0x3f81, 0x3f80, 0x3f80, 0x3f80, 0x3f80] }
    expect(Toploc.deviation({ modulus: 2, coefficients: [0x3f80, 1] }, own).exponentMismatches).toBe(5)
  })

  it('takes another sign for another exponent', () => {
    const own = { indices: [0, 1], values: [0xbf80, 0x3f81] }
    expect(Toploc.deviation({ modulus: 65_497, coefficients: [0x3f80, 1] }, own).exponentMismatches).toBe(1)
  })

  it('refuses what is no proof or no activations', () => {
    const own = { indices: [0, 1], values: [1, 2] }
    for (const wrong of [undefined, {}, { modulus: 0, coefficients: [1, 2] }, { modulus: 5 }])
      expect(() => Toploc.deviation(wrong as never, own)).toThrow(Errors.InvalidInputError)
    expect(() => Toploc.deviation({ modulus: 5, coefficients: [1, 2] }, { ...own, values: [1] })).toThrow(
      Toploc.InvalidActivationsError,
    )
  })
})
