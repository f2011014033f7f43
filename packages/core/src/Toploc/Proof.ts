/**
 * TOPLOC proofs: the top-k activations of a segment of text as a polynomial, 2 + 2k bytes.
 *
 * @module
 */
import { assertBytes, assertInteger, assertList, assertObject } from '../Encoding.js'
import { type Activations, assertActivations, invalid, maxPoints } from './Activations.js'
import * as Polynomial from './Polynomial.js'

/** A proof, read: the value claimed for index i is the polynomial's at `i mod modulus`. */
export type Proof = Readonly<{
  modulus: number
  /** Lowest first, elements of F_65497. */
  coefficients: readonly number[]
}>

/**
 * The proof of a segment: `u16 modulus || u16 coefficient...`, big-endian, lowest coefficient first. The polynomial of
 * least degree over F_65497 through (index mod m, value), m the largest m <= 65497 that keeps the indices distinct.
 *
 * Top-k means the k largest by magnitude. What can't be proven throws and is not replaced by an empty proof: an executor
 * without a proof has no evidence, and that never passes.
 *
 * @throws Toploc.InvalidActivationsError for fewer than two points or more than `maxPoints`, lists of different lengths,
 * an index that is repeated or no u32, a value that is no finite bfloat16, values that are all the same, and indices
 * that no modulus keeps apart.
 * @throws Errors.InvalidInputError for what is no lists.
 * @see https://arxiv.org/abs/2501.16007 (TOPLOC, section 4); protocol.md, Comparison
 * @example
 * ```ts
 * import { Encoding, Toploc } from '@spotcheck/core'
 *
 * const proof = Toploc.build({ indices: [3, 70_000, 12, 5], values: [16_256, 49_152, 16_457, 15_821] })
 * Encoding.toHex(proof) // '0xffd99fa9c7e0baf881da'
 * Toploc.evaluate(Toploc.parse(proof)!, 70_000) // 49152
 * ```
 */
export function build(activations: Activations): Uint8Array {
  const { indices, values } = assertActivations(activations)
  if (values.every((value) => value === values[0]))
    throw invalid('values', values, 'not all the same: a constant would match anybody’s activations of that size')
  const modulus = injectiveModulus(indices)
  if (modulus === undefined) throw invalid('indices', indices, 'distinct modulo some m <= 65497')
  const residues = indices.map((index) => index % modulus)
  const words = [modulus, ...Polynomial.interpolate(residues, values)]
  const view = new DataView(new ArrayBuffer(2 * words.length))
  for (const [i, word] of words.entries()) view.setUint16(2 * i, word)
  return new Uint8Array(view.buffer)
}

/** The largest m <= 65497 for which the indices are distinct mod m. */
function injectiveModulus(indices: readonly number[]): number | undefined {
  const last = new Uint32Array(Polynomial.prime)
  for (let modulus: number = Polynomial.prime; modulus >= indices.length; modulus--)
    if (areDistinct(indices, modulus, last)) return modulus
  return undefined
}

/** `last[r]` is the modulus that residue r was last seen under, so that nothing has to be cleared between moduli. */
function areDistinct(indices: readonly number[], modulus: number, last: Uint32Array): boolean {
  for (const index of indices) {
    if (last[index % modulus] === modulus) return false
    last[index % modulus] = modulus
  }
  return true
}

/**
 * A proof as the bytes of {@link build} say it; `undefined` for anything that it could not have made: of another length
 * (with `points`), a modulus above 65497 or below the number of points (0 is the null proof of the reference), a
 * coefficient outside of the field, or a constant, which needs no model to be computed.
 *
 * @throws Errors.InvalidInputError if `proof` is not bytes.
 * @example
 * ```ts
 * import { Encoding, Toploc } from '@spotcheck/core'
 *
 * Toploc.parse(Encoding.fromHex('0xffd99fa9c7e0baf881da'))?.modulus // 65497
 * Toploc.parse(new Uint8Array(10)) // undefined
 * ```
 */
export function parse(proof: Uint8Array, points?: number): Proof | undefined {
  const bytes = assertBytes(proof, 'proof')
  const count = bytes.length / 2 - 1
  if (!Number.isInteger(count) || count < 2 || count > maxPoints) return undefined
  if (points !== undefined && count !== points) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const modulus = view.getUint16(0)
  const coefficients = Array.from({ length: count }, (_, i) => view.getUint16(2 + 2 * i))
  if (modulus > Polynomial.prime || modulus < count || coefficients.some((one) => one >= Polynomial.prime))
    return undefined
  return coefficients.slice(1).every((one) => one === 0) ? undefined : { modulus, coefficients }
}

/**
 * The bit pattern that a proof claims for an index.
 *
 * @throws Errors.InvalidInputError if it is no proof or the index no u32.
 * @example
 * ```ts
 * import { Toploc } from '@spotcheck/core'
 *
 * Toploc.evaluate({ modulus: 65_497, coefficients: [1, 2] }, 65_498) // 3
 * ```
 */
export function evaluate(proof: Proof, index: number): number {
  const { modulus, coefficients } = assertObject(proof, 'proof')
  assertList(coefficients, 'coefficients', maxPoints)
  assertInteger(modulus, 'modulus', 1, Polynomial.prime)
  return Polynomial.evaluate(coefficients, assertInteger(index, 'index', 0, 2 ** 32 - 1) % modulus)
}

/** How far activations are from a proof’s claims. */
export type Deviation = Readonly<{
  points: number
  /** Points of another sign or exponent, and those that share a residue with one that agreed: each proves one point. */
  exponentMismatches: number
  /** Of the points whose exponents agree, in units of the last of 7 bits; infinite without one. */
  meanMantissaError: number
  /** Of the same points; between the middle two of an even number. */
  medianMantissaError: number
}>

/**
 * Compares a proof with the verifier's own top-k activations: the polynomial is evaluated at the verifier's indices.
 *
 * As in the paper, with two cheap exits closed: another sign is another exponent, and a residue agrees once only, so that
 * a small modulus can't prove many points with few.
 *
 * @throws Toploc.InvalidActivationsError if they are no activations; Errors.InvalidInputError if it is no proof.
 * @example
 * ```ts
 * import { Toploc } from '@spotcheck/core'
 *
 * const indices = [3, 70_000, 12, 5]
 * const proof = Toploc.parse(Toploc.build({ indices, values: [16_256, 49_152, 16_457, 15_821] }))!
 * const own = { indices, values: [16_258, 49_152, 16_457, 15_000] }
 * Toploc.deviation(proof, own).exponentMismatches // 1
 * Toploc.deviation(proof, own).medianMantissaError // 0
 * ```
 */
export function deviation(proof: Proof, own: Activations): Deviation {
  const { indices, values } = assertActivations(own)
  const agreed = new Set<number>()
  const mantissaErrors: number[] = []
  for (const [i, index] of indices.entries()) {
    const claimed = evaluate(proof, index)
    const residue = index % proof.modulus
    if (claimed >> 7 !== values[i]! >> 7 || agreed.has(residue)) continue
    agreed.add(residue)
    mantissaErrors.push(Math.abs((claimed & 0x7f) - (values[i]! & 0x7f)))
  }
  return {
    points: indices.length,
    exponentMismatches: indices.length - mantissaErrors.length,
    meanMantissaError: mean(mantissaErrors),
    medianMantissaError: median(mantissaErrors),
  }
}

function mean(list: readonly number[]): number {
  return list.length === 0 ? Number.POSITIVE_INFINITY : list.reduce((sum, one) => sum + one, 0) / list.length
}

function median(list: readonly number[]): number {
  if (list.length === 0) return Number.POSITIVE_INFINITY
  const sorted = list.toSorted((a, b) => a - b)
  const above = Math.floor(list.length / 2)
  return list.length % 2 === 1 ? sorted[above]! : (sorted[above - 1]! + sorted[above]!) / 2
}
