/**
 * llama2.c's tokenizer.bin: SentencePiece byte-pair encoding, 32,000 pieces with a score each.
 *
 * Text becomes characters, and the adjacent pair whose union has the best score merges until no union is a piece.
 * A character without a piece becomes its UTF-8 bytes, which have tokens of their own (3 to 258).
 *
 * @module
 */
import { BaseError } from '@spotcheck/core/Errors'

/** Begins every sequence; stories15M also writes it when a story is over. */
export const BOS = 1
/** Ends a sequence. */
const EOS = 2
const FIRST_BYTE = 3
const FIRST_PIECE = FIRST_BYTE + 256

export type Tokenizer = Readonly<{
  /** The text of each token; those of the control and byte tokens are never matched against text. */
  pieces: readonly string[]
  scores: Float32Array
  ids: ReadonlyMap<string, number>
}>

/**
 * Reads tokenizer.bin: the longest piece's length, then for each token its score, its length and its bytes.
 *
 * @throws FormatError if the bytes do not hold exactly `vocabSize` tokens.
 */
export function parse(bytes: Uint8Array, vocabSize: number): Tokenizer {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const pieces: string[] = []
  const scores = new Float32Array(vocabSize)
  let at = 4
  while (pieces.length < vocabSize && at + 8 <= bytes.length) {
    const length = view.getInt32(at + 4, true)
    scores[pieces.length] = view.getFloat32(at, true)
    pieces.push(
      Buffer.from(bytes.buffer, bytes.byteOffset + at + 8, Math.min(length, bytes.length - at - 8)).toString(),
    )
    at += 8 + length
  }
  if (pieces.length !== vocabSize || at !== bytes.length) throw formatError(pieces.length, vocabSize)
  const ids = new Map(pieces.map((piece, id): [string, number] => [piece, id]).slice(FIRST_PIECE))
  return { pieces, scores, ids }
}

/**
 * The tokens of a text: BOS, then the text after a space of its own, as the model was trained.
 *
 * @example
 * ```ts
 * Tokenizer.encode(tokenizer, 'Once upon a time') // [1, 9038, 2501, 263, 931]
 * ```
 */
export function encode(tokenizer: Tokenizer, text: string): number[] {
  if (text === '') return [BOS]
  const tokens = Array.from(` ${text}`).flatMap((character) => tokensOf(tokenizer, character))
  const unions = tokens.map((_, i) => unionAt(tokenizer, tokens, i))
  for (let at = best(tokenizer, unions); at !== -1; at = best(tokenizer, unions)) {
    tokens.splice(at, 2, unions[at]!)
    unions.splice(at, 1)
    unions[at] = unionAt(tokenizer, tokens, at)
    if (at > 0) unions[at - 1] = unionAt(tokenizer, tokens, at - 1)
  }
  return [BOS, ...tokens]
}

/** The text of tokens. Control tokens have none; right after BOS a leading space is the encoder's own and dropped. */
export function decode(tokenizer: Tokenizer, tokens: readonly number[]): string {
  const bytes = Buffer.concat(tokens.map((token) => bytesOf(tokenizer, token)))
  const text = bytes.toString()
  return tokens[0] === BOS && text.startsWith(' ') ? text.slice(1) : text
}

/** Does this token end an output? */
export function isStop(token: number): boolean {
  return token === BOS || token === EOS
}

const NONE = -1

function tokensOf({ ids }: Tokenizer, character: string): number[] {
  const id = ids.get(character)
  return id === undefined ? Array.from(Buffer.from(character), (byte) => FIRST_BYTE + byte) : [id]
}

function bytesOf({ pieces }: Tokenizer, token: number): Uint8Array {
  if (token >= FIRST_PIECE) return Buffer.from(pieces[token] ?? '')
  return token >= FIRST_BYTE ? Uint8Array.of(token - FIRST_BYTE) : new Uint8Array()
}

/** The token that positions `at` and `at + 1` merge into, or NONE. Byte tokens never merge. */
function unionAt({ pieces, ids }: Tokenizer, tokens: readonly number[], at: number): number {
  const [left = 0, right = 0] = [tokens[at], tokens[at + 1]]
  if (left < FIRST_PIECE || right < FIRST_PIECE) return NONE
  return ids.get(pieces[left]! + pieces[right]!) ?? NONE
}

/** The position of the union with the best score, the first of equals; NONE where nothing merges. */
function best({ scores }: Tokenizer, unions: readonly number[]): number {
  let at = NONE
  for (let i = 0; i < unions.length; i++)
    if (unions[i] !== NONE && (at === NONE || scores[unions[i]!]! > scores[unions[at]!]!)) at = i
  return at
}

function formatError(found: number, wanted: number): FormatError {
  return new FormatError('This is not the tokenizer of the model.', {
    subject: 'tokens',
    value: found,
    rule: `exactly ${wanted} tokens fill the file`,
    fix: 'pass the bytes of the tokenizer.bin that belongs to the weights',
  })
}

/** The bytes are not a tokenizer.bin of the expected size. */
export class FormatError extends BaseError {
  override name = 'Tokenizer.FormatError'
}
