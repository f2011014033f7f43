/**
 * Canonical bytes of a tensor of single-precision numbers, as evidence.
 *
 * `u8 rank || rank x u32 dimension || f32 values`, big-endian, the last dimension running fastest.
 *
 * @module
 */
import { assertList, assertObject, fromHex, type Hex, toHex } from './Encoding.js'
import { BaseError } from './Errors.js'

/** A tensor. Without dimensions it is a single number. */
export type Tensor = Readonly<{
  shape: readonly number[]
  /** As many as the dimensions multiply to; infinities are values, NaN is none. */
  values: ArrayLike<number>
}>

/** Most dimensions that are read. */
export const maxRank = 8
/** Most values that are read: 16 MiB of them. */
export const maxValues: number = 2 ** 22

/**
 * A tensor as evidence, its values rounded to f32. What it makes, {@link decode} reads.
 *
 * @throws Tensor.InvalidTensorError for more than `maxRank` dimensions or `maxValues` values, a dimension that is no
 * positive u32, values that are not as many as the shape says, are NaN, or finite but not so as f32.
 * @throws Errors.InvalidInputError if the shape is no list.
 * @example
 * ```ts
 * import { Tensor } from '@spotcheck/core'
 *
 * const evidence = Tensor.encode({ shape: [1, 2], values: [1, -0.5] })
 * evidence // '0x0200000001000000023f800000bf000000'
 * Tensor.decode(evidence)?.shape // [1, 2]
 * ```
 */
export function encode(tensor: Tensor): Hex {
  const { shape, values } = assertObject(tensor, 'tensor')
  const rank = assertList(shape, 'shape', maxRank).length
  const count = assertCount(values, Array.from(shape))
  const view = new DataView(new ArrayBuffer(1 + 4 * rank + 4 * count))
  view.setUint8(0, rank)
  for (const [i, dimension] of shape.entries()) view.setUint32(1 + 4 * i, dimension)
  for (let i = 0; i < count; i++) view.setFloat32(1 + 4 * rank + 4 * i, assertValue(values[i]))
  return toHex(new Uint8Array(view.buffer))
}

/** How many values a shape has; `undefined` if it is none, is empty or has too many. */
function size(shape: readonly unknown[]): number | undefined {
  let count = 1
  for (const dimension of shape) {
    if (typeof dimension !== 'number' || !Number.isInteger(dimension) || dimension < 1) return undefined
    count *= dimension
    if (count > maxValues) return undefined
  }
  return count
}

function assertCount(values: ArrayLike<number>, shape: readonly number[]): number {
  const count = size(shape)
  if (count === undefined)
    throw invalid('shape', shape, `positive dimensions, together at most ${maxValues} values: nothing never passes`)
  if (assertObject(values, 'values').length !== count)
    throw invalid('values', values, `${count} of them, as the shape says`)
  return count
}

function assertValue(value: unknown): number {
  if (typeof value === 'number' && !Number.isNaN(value))
    if (Number.isFinite(Math.fround(value)) || !Number.isFinite(value)) return value
  throw invalid('value', value, 'a number that f32 can hold; NaN is none')
}

/**
 * The inverse of {@link encode}; `undefined` for anything that it could not have made: cut short, without values, with
 * NaN among them.
 *
 * @throws Errors.InvalidInputError if `evidence` is not canonical hex.
 * @example
 * ```ts
 * import { Tensor } from '@spotcheck/core'
 *
 * Tensor.decode('0x003fc00000')?.values[0] // 1.5
 * Tensor.decode('0x007fc00000') // undefined
 * ```
 */
export function decode(evidence: Hex): Readonly<{ shape: readonly number[]; values: Float32Array }> | undefined {
  const bytes = fromHex(evidence, 'evidence')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const rank = bytes.length === 0 ? maxRank + 1 : view.getUint8(0)
  const start = 1 + 4 * rank
  if (rank > maxRank || bytes.length < start) return undefined
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(1 + 4 * i))
  const count = size(shape)
  if (count === undefined || bytes.length !== start + 4 * count) return undefined
  const values = Float32Array.from({ length: count }, (_, i) => view.getFloat32(start + 4 * i))
  return values.some(Number.isNaN) ? undefined : { shape, values }
}

function invalid(subject: string, value: unknown, rule: string): InvalidTensorError {
  const fix = 'pass the model’s own tensor, its shape and its values'
  return new InvalidTensorError(`${subject} can't be encoded.`, { subject, value, rule, fix })
}

/** A tensor that has no canonical bytes. */
export class InvalidTensorError extends BaseError {
  override name = 'Tensor.InvalidTensorError'
}
