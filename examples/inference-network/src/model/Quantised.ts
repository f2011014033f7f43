/**
 * The cheaper substitute that a dishonest executor might run: the same model with its weights rounded to bytes.
 *
 * Every two-dimensional tensor is rounded, the embedding (which is also the classifier) included; the one-dimensional
 * norms stay floats. The forward pass is the honest one.
 *
 * @module
 */
import type * as Matrix from './Matrix.js'
import type { Layer, Weights } from './Weights.js'

/** The same weights with every matrix rounded to bytes, in shared memory. */
export function from(weights: Weights): Weights {
  const embedding = matrix(weights.embedding)
  const classifier = weights.classifier === weights.embedding ? embedding : matrix(weights.classifier)
  return { ...weights, embedding, classifier, layers: weights.layers.map(layer) }
}

/**
 * One matrix, rounded symmetrically by rows: the largest magnitude of a row becomes 127.
 *
 * @example
 * ```ts
 * Quantised.matrix({ kind: 'fp32', rows: 1, columns: 2, data: Float32Array.of(-0.5, 1) }).data // Int8Array [-64, 127]
 * ```
 */
export function matrix(source: Matrix.Matrix): Matrix.Int8 {
  if (source.kind === 'int8') return source
  const { rows, columns } = source
  const data = new Int8Array(new SharedArrayBuffer(rows * columns))
  const scales = new Float32Array(new SharedArrayBuffer(4 * rows))
  for (let r = 0; r < rows; r++) scales[r] = quantiseRow(source.data, data, r * columns, columns)
  return { kind: 'int8', rows, columns, data, scales }
}

function layer(source: Layer): Layer {
  return {
    ...source,
    query: matrix(source.query),
    key: matrix(source.key),
    value: matrix(source.value),
    output: matrix(source.output),
    gate: matrix(source.gate),
    down: matrix(source.down),
    up: matrix(source.up),
  }
}

/** Rounds one row and returns its scale. */
function quantiseRow(source: Float32Array, target: Int8Array, start: number, columns: number): number {
  let largest = 0
  for (let i = start; i < start + columns; i++) largest = Math.max(largest, Math.abs(source[i]!))
  if (largest === 0) return 0
  const scale = Math.fround(largest / 127)
  for (let i = start; i < start + columns; i++)
    target[i] = Math.max(-127, Math.min(127, Math.round(source[i]! / scale)))
  return scale
}
