/**
 * Weight matrices: rows of 32-bit floats, or rows of bytes with a scale each. The forward pass knows neither.
 *
 * Both are plain objects of typed arrays, so that a worker receives them by structured clone; over a
 * SharedArrayBuffer that copies nothing. The kind is told apart once per product, never inside a loop, and each
 * loop only ever sees one kind of array, which is what keeps it fast.
 *
 * @module
 */

/** Row-major 32-bit floats. */
export type Float = Readonly<{ kind: 'fp32'; rows: number; columns: number; data: Float32Array }>
/** Row-major bytes: element (r, c) stands for `data[r · columns + c] · scales[r]`. */
export type Int8 = Readonly<{ kind: 'int8'; rows: number; columns: number; data: Int8Array; scales: Float32Array }>
export type Matrix = Float | Int8

/** Rows are multiplied this many at a time, so that each activation is read once for all of them. */
export const BLOCK = 4

/**
 * `out = matrix · x`. The order of operations is fixed, so that equal inputs give equal bits.
 *
 * @param out - one number a row
 */
export function multiply(matrix: Matrix, x: Float32Array, out: Float32Array): void {
  if (matrix.kind === 'fp32') multiplyFloat(matrix, x, out)
  else multiplyInt8(matrix, x, out)
}

/** Copies row `index`, as floats, into `out`. */
export function row(matrix: Matrix, index: number, out: Float32Array): void {
  const start = index * matrix.columns
  out.set(matrix.data.subarray(start, start + matrix.columns))
  if (matrix.kind === 'fp32') return
  const scale = matrix.scales[index]!
  for (let i = 0; i < matrix.columns; i++) out[i] = out[i]! * scale
}

function multiplyFloat({ rows, columns, data }: Float, x: Float32Array, out: Float32Array): void {
  for (let r = 0; r < rows; r += BLOCK) {
    const row0 = r * columns
    const row1 = row0 + columns
    const row2 = row1 + columns
    const row3 = row2 + columns
    let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0]
    for (let c = 0; c < columns; c++) {
      const value = x[c]!
      sum0 += data[row0 + c]! * value
      sum1 += data[row1 + c]! * value
      sum2 += data[row2 + c]! * value
      sum3 += data[row3 + c]! * value
    }
    out[r] = sum0
    out[r + 1] = sum1
    out[r + 2] = sum2
    out[r + 3] = sum3
  }
}

/**
 * Integers throughout: bytes times floats work too, but each byte is converted first, and a run then costs about 0.83
 * of the float one instead of 0.78 (measured on runs of 48 tokens: matrix products dominate, but are not all of it).
 */
function multiplyInt8({ rows, columns, data, scales }: Int8, x: Float32Array, out: Float32Array): void {
  const { integers, step } = toIntegers(x, columns)
  for (let r = 0; r < rows; r += BLOCK) {
    const row0 = r * columns
    const row1 = row0 + columns
    const row2 = row1 + columns
    const row3 = row2 + columns
    let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0]
    for (let c = 0; c < columns; c++) {
      const value = integers[c]!
      sum0 = (sum0 + Math.imul(data[row0 + c]!, value)) | 0
      sum1 = (sum1 + Math.imul(data[row1 + c]!, value)) | 0
      sum2 = (sum2 + Math.imul(data[row2 + c]!, value)) | 0
      sum3 = (sum3 + Math.imul(data[row3 + c]!, value)) | 0
    }
    out[r] = sum0 * step * scales[r]!
    out[r + 1] = sum1 * step * scales[r + 1]!
    out[r + 2] = sum2 * step * scales[r + 2]!
    out[r + 3] = sum3 * step * scales[r + 3]!
  }
}

/**
 * Activations as the widest integers whose product with a row of bytes can't overflow 32 bits: 14 bits and more for the
 * widths here, so that the weights' rounding, not this one, is what tells the substitute apart.
 */
function toIntegers(x: Float32Array, columns: number): { integers: Int32Array; step: number } {
  let largest = 0
  for (let c = 0; c < columns; c++) largest = Math.max(largest, Math.abs(x[c]!))
  const limit = Math.floor((2 ** 31 - 1) / (127 * columns))
  const step = largest === 0 ? 1 : largest / limit
  const integers = new Int32Array(columns)
  for (let c = 0; c < columns; c++) integers[c] = Math.round(x[c]! / step)
  return { integers, step }
}
