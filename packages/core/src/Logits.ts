/**
 * Canonical bytes of a language model's result: tokens as output, the top-k logits of each position as evidence.
 *
 * Tokens: u32 each. Evidence: u32 positions || u16 k || positions x k x (u32 token || f32 logit), big-endian. The
 * `logprobs` comparator reads the same bytes with log-probabilities in place of logits.
 *
 * @module
 */
import { assertList, assertObject, fromHex, type Hex, toHex } from './Encoding.js'
import { BaseError } from './Errors.js'

/** One candidate token and its logit. */
export type Candidate = Readonly<{ token: number; logit: number }>

/** The k best candidates of one position. */
export type Position = readonly Candidate[]

/** Most positions, or tokens, that are read. */
export const maxPositions = 65_536
/** Most candidates of one position that are read. */
export const maxCandidates = 1024

/**
 * Tokens as output bytes.
 *
 * @throws InvalidLogitsError if a token is not a u32; InvalidInputError if they are no list of at most `maxPositions`.
 * @example
 * ```ts
 * import { Logits } from '@spotcheck/core'
 *
 * Logits.encodeTokens([1, 2]) // '0x0000000100000002'
 * ```
 */
export function encodeTokens(tokens: readonly number[]): Hex {
  assertList(tokens, 'tokens', maxPositions)
  const view = new DataView(new ArrayBuffer(4 * tokens.length))
  for (const [i, token] of tokens.entries()) view.setUint32(4 * i, assertToken(token))
  return toHex(new Uint8Array(view.buffer))
}

/**
 * The inverse of {@link encodeTokens}; `undefined` if the bytes are no tokens.
 *
 * @throws InvalidInputError if `output` is not canonical hex.
 * @example
 * ```ts
 * import { Logits } from '@spotcheck/core'
 *
 * Logits.decodeTokens('0x0000000100000002') // [1, 2]
 * Logits.decodeTokens('0x000001') // undefined
 * ```
 */
export function decodeTokens(output: Hex): number[] | undefined {
  const bytes = fromHex(output, 'output')
  if (bytes.length % 4 !== 0 || bytes.length > 4 * maxPositions) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return Array.from({ length: bytes.length / 4 }, (_, i) => view.getUint32(4 * i))
}

/**
 * Top-k logits as evidence, rounded to f32; every position has the same k. What it makes, {@link decode} reads.
 *
 * @throws InvalidLogitsError if there is nothing to encode or too much, the positions differ in length, a token is not a
 * u32 or named twice in a position, or a logit is not finite as f32; InvalidInputError if it is no list.
 * @example
 * ```ts
 * import { Logits } from '@spotcheck/core'
 *
 * Logits.decode(Logits.encode([[{ token: 7, logit: 1.5 }]])) // [[{ token: 7, logit: 1.5 }]]
 * ```
 */
export function encode(positions: readonly Position[]): Hex {
  const k = width(positions)
  const view = new DataView(new ArrayBuffer(6 + 8 * k * positions.length))
  view.setUint32(0, positions.length)
  view.setUint16(4, k)
  for (const [i, position] of positions.entries()) writePosition(view, 6 + 8 * k * i, position, k)
  return toHex(new Uint8Array(view.buffer))
}

/** The k of all positions. */
function width(positions: readonly Position[]): number {
  const count = assertList(positions, 'positions', maxPositions).length
  const k = count === 0 ? 0 : assertList(positions[0]!, 'positions[0]', maxCandidates).length
  if (k === 0)
    throw invalid('positions', positions, 'at least one position with one candidate: no evidence never passes')
  return k
}

function writePosition(view: DataView, at: number, position: Position, k: number): void {
  if (assertList(position, 'position').length !== k)
    throw invalid('position', position, `${k} candidates, as in the first position`)
  for (const [j, candidate] of position.entries()) {
    const { token, logit } = assertObject(candidate, 'candidate')
    if (typeof logit !== 'number' || !Number.isFinite(Math.fround(logit)))
      throw invalid('logit', logit, 'finite as f32')
    view.setUint32(at + 8 * j, assertToken(token))
    view.setFloat32(at + 8 * j + 4, logit)
  }
  if (!areDistinct(position)) throw invalid('position', position, 'each token once')
}

/**
 * The inverse of {@link encode}; `undefined` for anything that is no usable evidence: empty, of the wrong length, with a
 * logit that is not finite or a token named twice in a position.
 *
 * @throws InvalidInputError if `evidence` is not canonical hex.
 * @example
 * ```ts
 * import { Logits } from '@spotcheck/core'
 *
 * Logits.decode('0x000000010001000000073fc00000') // [[{ token: 7, logit: 1.5 }]]
 * Logits.decode('0x') // undefined
 * ```
 */
export function decode(evidence: Hex): Position[] | undefined {
  const bytes = fromHex(evidence, 'evidence')
  if (bytes.length < 6) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const count = view.getUint32(0)
  const k = view.getUint16(4)
  if (count === 0 || k === 0 || count > maxPositions || k > maxCandidates) return undefined
  if (bytes.length !== 6 + 8 * k * count) return undefined
  const positions = Array.from({ length: count }, (_, i) => readPosition(view, 6 + 8 * k * i, k))
  return positions.every(isUsable) ? positions : undefined
}

function readPosition(view: DataView, at: number, k: number): Candidate[] {
  return Array.from({ length: k }, (_, j) => ({
    token: view.getUint32(at + 8 * j),
    logit: view.getFloat32(at + 8 * j + 4),
  }))
}

function isUsable(position: Position): boolean {
  return areDistinct(position) && position.every(({ logit }) => Number.isFinite(logit))
}

function areDistinct(position: Position): boolean {
  return new Set(position.map(({ token }) => token)).size === position.length
}

function assertToken(token: number): number {
  if (Number.isInteger(token) && token >= 0 && token < 2 ** 32) return token
  throw invalid('token', token, 'an integer from 0 to 2^32 - 1')
}

function invalid(subject: string, value: unknown, rule: string): InvalidLogitsError {
  const fix = 'pass the model’s own tokens and logits, unrounded'
  return new InvalidLogitsError(`${subject} can't be encoded.`, { subject, value, rule, fix })
}

/** Tokens or logits that have no canonical bytes. */
export class InvalidLogitsError extends BaseError {
  override name = 'Logits.InvalidLogitsError'
}
