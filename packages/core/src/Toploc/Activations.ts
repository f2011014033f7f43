/**
 * Top-k activations as a verifier reveals them: where they are and what they are, for each segment of the text.
 *
 * @module
 */
import { assertList, assertObject, fromHex, type Hex, toHex } from '../Encoding.js'
import { BaseError } from '../Errors.js'

/** The top-k activations of one segment. */
export type Activations = Readonly<{
  /** Places in the segment's flattened tensor: distinct, each a u32. */
  indices: readonly number[]
  /** Their bfloat16 bit patterns, finite: 1 bit of sign, 8 of exponent that are not all ones, 7 of mantissa. */
  values: readonly number[]
}>

/** Most activations of one segment. */
export const maxPoints = 1024
/** Most segments of one text. */
export const maxSegments = 65_535

const HEADER = 4
const POINT = 6

/**
 * Segments as evidence: `u16 segments || u16 k || segments x k x (u32 index || u16 value)`, big-endian. What it makes,
 * {@link decode} reads.
 *
 * @throws Toploc.InvalidActivationsError without a segment, for segments of different sizes, and for activations that
 * have no proof: fewer than two, an index that is repeated or no u32, a value that is no finite bfloat16.
 * @throws Errors.InvalidInputError for what is no list.
 * @example
 * ```ts
 * import { Toploc } from '@spotcheck/core'
 *
 * const evidence = Toploc.encode([{ indices: [3, 5], values: [16_256, 49_152] }])
 * evidence // '0x00010002000000033f8000000005c000'
 * Toploc.decode(evidence)?.length // 1
 * ```
 */
export function encode(segments: readonly Activations[]): Hex {
  assertList(segments, 'segments', maxSegments)
  const checked = segments.map(assertActivations)
  const k = checked[0]?.indices.length
  if (k === undefined) throw invalid('segments', segments, 'at least one: no evidence never passes')
  if (checked.some(({ indices }) => indices.length !== k)) throw invalid('segments', segments, 'of one size')
  const view = new DataView(new ArrayBuffer(HEADER + POINT * k * checked.length))
  view.setUint16(0, checked.length)
  view.setUint16(2, k)
  for (const [i, segment] of checked.entries()) write(view, HEADER + POINT * k * i, segment)
  return toHex(new Uint8Array(view.buffer))
}

function write(view: DataView, at: number, { indices, values }: Activations): void {
  for (const [j, index] of indices.entries()) {
    view.setUint32(at + POINT * j, index)
    view.setUint16(at + POINT * j + 4, values[j]!)
  }
}

/**
 * The inverse of {@link encode}; `undefined` for anything that it could not have made.
 *
 * @throws Errors.InvalidInputError if `evidence` is not canonical hex.
 * @example
 * ```ts
 * import { Toploc } from '@spotcheck/core'
 *
 * Toploc.decode('0x00010002000000033f8000000005c000')?.[0]?.indices // [3, 5]
 * Toploc.decode('0x00010002000000033f8000000003c000') // undefined
 * ```
 */
export function decode(evidence: Hex): Activations[] | undefined {
  const bytes = fromHex(evidence, 'evidence')
  if (bytes.length < HEADER) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const [count, k] = [view.getUint16(0), view.getUint16(2)]
  if (count === 0 || k > maxPoints || bytes.length !== HEADER + POINT * k * count) return undefined
  const segments = Array.from({ length: count }, (_, i) => read(view, HEADER + POINT * k * i, k))
  return segments.every((segment) => flaw(segment) === undefined) ? segments : undefined
}

function read(view: DataView, at: number, k: number): Activations {
  const places = Array.from({ length: k }, (_, j) => at + POINT * j)
  return {
    indices: places.map((place) => view.getUint32(place)),
    values: places.map((place) => view.getUint16(place + 4)),
  }
}

/** Returns them if they can be proven. @throws InvalidActivationsError */
export function assertActivations(activations: Activations): Activations {
  const { indices, values } = assertObject(activations, 'activations')
  assertList(indices, 'indices')
  assertList(values, 'values')
  const found = flaw({ indices, values })
  if (found === undefined) return { indices, values }
  throw invalid(...found)
}

type Flaw = readonly [subject: string, value: unknown, rule: string]

/** What is wrong with them; by index, so that a hole in a list is a value that is missing. */
function flaw({ indices, values }: Activations): Flaw | undefined {
  const count = indices.length
  if (count < 2 || count > maxPoints) return ['indices', indices, `2 to ${maxPoints} of them`]
  if (values.length !== count) return ['values', values, `as many as indices: ${count}`]
  for (let i = 0; i < count; i++) {
    if (!isBelow(indices[i], 2 ** 32)) return ['index', indices[i], 'an integer from 0 to 2^32 - 1']
    if (!isFinitePattern(values[i])) return ['value', values[i], 'the 16 bits of a finite bfloat16']
  }
  return new Set(indices).size === count ? undefined : ['indices', indices, 'each once']
}

function isFinitePattern(value: unknown): boolean {
  return isBelow(value, 2 ** 16) && (value & 0x7f80) !== 0x7f80
}

function isBelow(value: unknown, limit: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < limit
}

/** The one shape of the errors of this module. */
export function invalid(subject: string, value: unknown, rule: string): InvalidActivationsError {
  return new InvalidActivationsError(`${subject} can't be proven.`, {
    subject,
    value,
    rule,
    fix: 'pass the top-k activations by magnitude; without a proof send no evidence',
    see: 'protocol.md, Comparison',
  })
}

/** Activations that have no proof. */
export class InvalidActivationsError extends BaseError {
  override name = 'Toploc.InvalidActivationsError'
}
