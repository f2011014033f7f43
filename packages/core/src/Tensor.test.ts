import { bytesToHex } from '@noble/hashes/utils.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { errorOf } from '../../../test/support/thrown.js'
import * as Encoding from './Encoding.js'
import * as Errors from './Errors.js'
import * as Tensor from './Tensor.js'

fc.configureGlobal({ seed: 20_261_123 })

const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 })
const tensors = shapes.chain((shape) => {
  const count = shape.reduce((product, one) => product * one, 1)
  return fc.record({
    shape: fc.constant(shape),
    values: fc.array(fc.float({ noNaN: true }), { minLength: count, maxLength: count }),
  })
})

it('is written by the layout, there and back', () => {
  fc.assert(
    fc.property(tensors, ({ shape, values }) => {
      const view = new DataView(new ArrayBuffer(1 + 4 * shape.length + 4 * values.length))
      view.setUint8(0, shape.length)
      for (const [i, one] of shape.entries()) view.setUint32(1 + 4 * i, one)
      for (const [i, one] of values.entries()) view.setFloat32(1 + 4 * shape.length + 4 * i, one)
      const evidence = Tensor.encode({ shape, values })
      expect(evidence).toBe(`0x${bytesToHex(new Uint8Array(view.buffer))}`)
      expect(Tensor.decode(evidence)).toEqual({ shape, values: Float32Array.from(values) })
      expect(Tensor.encode({ shape, values: Float32Array.from(values) })).toBe(evidence)
    }),
  )
})

it('is read only as it would be written', () => {
  fc.assert(
    fc.property(
      fc.oneof(tensors.map(Tensor.encode), fc.uint8Array({ maxLength: 30 }).map(Encoding.toHex)),
      fc.nat(),
      (hex, at) => {
        const length = (hex.length - 2) / 2
        for (const evidence of [hex, hex.slice(0, 2 + 2 * (at % (length + 1))), `${hex}00`] as Encoding.Hex[]) {
          const read = Tensor.decode(evidence)
          if (read !== undefined) expect(Tensor.encode(read)).toBe(evidence)
        }
      },
    ),
    { numRuns: 1_000 },
  )
})

describe('is not', () => {
  it.each([
    ['empty', '0x'],
    ['cut short', '0x01000000023f800000'],
    ['cut within its shape', '0x020000'],
    ['without values', '0x0100000000'],
    ['NaN', '0x01000000017fc00000'],
    ['of nine dimensions', `0x09${'00000001'.repeat(9)}3f800000`],
    ['four billion values', '0x01ffffffff3f800000'],
    ['as many as 2^64', '0x02ffffffffffffffff'],
  ] as [string, Encoding.Hex][])('%s', (_, evidence) => {
    expect(Tensor.decode(evidence)).toBeUndefined()
  })

  it.each([
    ['too few values', { shape: [2], values: [1] }],
    ['too many', { shape: [1], values: [1, 2] }],
    ['a dimension of 0', { shape: [0], values: [] }],
    ['half a dimension', { shape: [0.5, 2], values: [1] }],
    ['a hole', { shape: new Array(2), values: [1] }],
    ['NaN', { shape: [1], values: [Number.NaN] }],
    ['beyond f32', { shape: [1], values: [1e39] }],
    ['text', { shape: [1], values: ['1'] }],
    ['more than fits', { shape: [2 ** 16, 2 ** 16], values: [] }],
  ] as unknown as [string, Tensor.Tensor][])('%s, at the door', (_, tensor) => {
    expect(() => Tensor.encode(tensor)).toThrow(Tensor.InvalidTensorError)
  })

  it('what has no shape', () => {
    for (const wrong of [undefined, {}, { shape: [1] }, { shape: new Array(9).fill(1), values: [1] }])
      expect(() => Tensor.encode(wrong as never)).toThrow(Errors.InvalidInputError)
    expect(() => Tensor.decode('0xAB' as never)).toThrow(Errors.InvalidInputError)
    const error = errorOf(() => Tensor.encode({ shape: [1], values: [Number.NaN] }), Tensor.InvalidTensorError)
    expect(error.message).toMatchInlineSnapshot(`
      "value can't be encoded.
        value  NaN
        rule   a number that f32 can hold; NaN is none
        fix    pass the model’s own tensor, its shape and its values"
    `)
  })
})

it('holds infinities, and rounds to f32', () => {
  const evidence = Tensor.encode({ shape: [3], values: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.1] })
  const values = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Math.fround(0.1)]
  expect([...Tensor.decode(evidence)!.values]).toEqual(values)
})
