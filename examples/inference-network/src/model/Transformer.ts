/**
 * The forward pass of a Llama 2 model, token by token, with a cache of keys and values.
 *
 * One implementation for every kind of weight matrix. The order of operations is fixed and nothing else is read, so
 * that two honest runs on one machine give the same bits. Other engines may differ in the last ones (Math.exp and
 * Math.cos are theirs to round), which is why evidence from this model is compared within a tolerance.
 *
 * @module
 */
import { BaseError } from '@spotcheck/core/Errors'
import { multiply, row } from './Matrix.js'
import type { Layer, Weights } from './Weights.js'

/** One sequence being run: its length so far, its cache and the buffers that a step reuses. */
export type Session = {
  readonly weights: Weights
  /** How many tokens were fed. */
  position: number
  /** Per layer, a key and a value for each position. */
  readonly keys: readonly Float32Array[]
  readonly values: readonly Float32Array[]
  /** The residual stream at the last token. */
  readonly stream: Float32Array
  readonly normed: Float32Array
  readonly query: Float32Array
  readonly attended: Float32Array
  readonly branch: Float32Array
  readonly gate: Float32Array
  readonly up: Float32Array
  readonly scores: Float32Array
  readonly logits: Float32Array
}

/** An empty sequence. */
export function start(weights: Weights): Session {
  const { dim, hiddenDim, seqLen, vocabSize } = weights.config
  const cache = () => weights.layers.map(({ key }) => new Float32Array(seqLen * key.rows))
  const [stream, normed, query, attended, branch] = Array.from({ length: 5 }, () => new Float32Array(dim)) as Five
  const [gate, up] = [new Float32Array(hiddenDim), new Float32Array(hiddenDim)]
  const [scores, logits] = [new Float32Array(seqLen), new Float32Array(vocabSize)]
  const buffers = { stream, normed, query, attended, branch, gate, up, scores, logits }
  return { weights, position: 0, keys: cache(), values: cache(), ...buffers }
}

/**
 * Appends one token to the sequence.
 *
 * @throws InvalidTokenError if the vocabulary has no such token.
 * @throws ContextFullError if the sequence already has `seqLen` tokens.
 */
export function feed(session: Session, token: number): void {
  const { weights, stream } = session
  assertToken(weights, token)
  assertLength(weights, session.position + 1)
  row(weights.embedding, token, stream)
  weights.layers.forEach((layer, index) => {
    attention(session, layer, index)
    feedForward(session, layer)
  })
  session.position += 1
}

/** The logits of the token after the last one fed: a buffer that the next call overwrites. */
export function logits(session: Session): Float32Array {
  const { weights, stream, normed, logits } = session
  normalise(stream, weights.norm, normed)
  multiply(weights.classifier, normed, logits)
  return logits
}

type Five = [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array]

function attention(session: Session, layer: Layer, index: number): void {
  const { weights, position, stream, normed, query, attended, branch } = session
  const headSize = weights.config.dim / weights.config.heads
  const width = layer.key.rows
  const keys = session.keys[index]!
  const values = session.values[index]!
  const key = keys.subarray(position * width, (position + 1) * width)
  const value = values.subarray(position * width, (position + 1) * width)
  normalise(stream, layer.attentionNorm, normed)
  multiply(layer.query, normed, query)
  multiply(layer.key, normed, key)
  multiply(layer.value, normed, value)
  rotate(query, position, headSize)
  rotate(key, position, headSize)
  for (let head = 0; head < weights.config.heads; head++) attend(session, keys, values, head, width)
  multiply(layer.output, attended, branch)
  add(stream, branch)
}

/** One head: how well the query matches each key, as weights of a mean of the values. */
function attend(session: Session, keys: Float32Array, values: Float32Array, head: number, width: number): void {
  const { position, query, attended, scores } = session
  const { dim, heads, kvHeads } = session.weights.config
  const size = dim / heads
  const at = head * size
  const from = Math.floor((head * kvHeads) / heads) * size
  for (let t = 0; t <= position; t++) {
    let sum = 0
    for (let i = 0; i < size; i++) sum += query[at + i]! * keys[t * width + from + i]!
    scores[t] = sum / Math.sqrt(size)
  }
  softmax(scores, position + 1)
  attended.fill(0, at, at + size)
  for (let t = 0; t <= position; t++) {
    const weight = scores[t]!
    for (let i = 0; i < size; i++) attended[at + i] = attended[at + i]! + weight * values[t * width + from + i]!
  }
}

/** SwiGLU: one projection gates the other. */
function feedForward({ stream, normed, gate, up, branch }: Session, layer: Layer): void {
  normalise(stream, layer.feedNorm, normed)
  multiply(layer.gate, normed, gate)
  multiply(layer.up, normed, up)
  for (let i = 0; i < gate.length; i++) {
    const value = gate[i]!
    gate[i] = (value / (1 + Math.exp(-value))) * up[i]!
  }
  multiply(layer.down, gate, branch)
  add(stream, branch)
}

/** Root-mean-square norm: `out = x / rms(x) · weight`. */
function normalise(x: Float32Array, weight: Float32Array, out: Float32Array): void {
  let squares = 0
  for (let i = 0; i < x.length; i++) squares += x[i]! * x[i]!
  const scale = 1 / Math.sqrt(squares / x.length + 1e-5)
  for (let i = 0; i < x.length; i++) out[i] = weight[i]! * (scale * x[i]!)
}

/** Rotary position embedding: turns each adjacent pair of each head by an angle that grows with the position. */
function rotate(vector: Float32Array, position: number, headSize: number): void {
  for (let pair = 0; pair < headSize; pair += 2) {
    const angle = position / 10_000 ** (pair / headSize)
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
    for (let i = pair; i < vector.length; i += headSize) {
      const [a, b] = [vector[i]!, vector[i + 1]!]
      vector[i] = a * cos - b * sin
      vector[i + 1] = a * sin + b * cos
    }
  }
}

function softmax(x: Float32Array, length: number): void {
  let largest = x[0]!
  for (let i = 1; i < length; i++) largest = Math.max(largest, x[i]!)
  let sum = 0
  for (let i = 0; i < length; i++) {
    x[i] = Math.exp(x[i]! - largest)
    sum += x[i]!
  }
  for (let i = 0; i < length; i++) x[i] = x[i]! / sum
}

function add(x: Float32Array, y: Float32Array): void {
  for (let i = 0; i < x.length; i++) x[i] = x[i]! + y[i]!
}

function assertToken({ config }: Weights, token: number): void {
  if (Number.isInteger(token) && token >= 0 && token < config.vocabSize) return
  throw new InvalidTokenError('The vocabulary has no such token.', {
    subject: 'token',
    value: token,
    rule: `an integer from 0 to ${config.vocabSize - 1}`,
    fix: 'pass tokens of this model: Tokenizer.encode makes them',
  })
}

/** Can the model read a sequence of `length` tokens? @throws ContextFullError */
export function assertLength({ config }: Weights, length: number): void {
  if (length <= config.seqLen) return
  throw new ContextFullError('The sequence is longer than the model can read.', {
    subject: 'length',
    value: length,
    rule: `at most ${config.seqLen} tokens, prompt included`,
    fix: 'shorten the prompt or ask for fewer tokens',
  })
}

/** A token outside the vocabulary. */
export class InvalidTokenError extends BaseError {
  override name = 'Transformer.InvalidTokenError'
}

/** A sequence longer than the model's context. */
export class ContextFullError extends BaseError {
  override name = 'Transformer.ContextFullError'
}
