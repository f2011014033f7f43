import { describe, expect, test } from 'vitest'
import * as Transformer from './Transformer.js'
import * as Weights from './Weights.js'

const bytes = Weights.verified(Weights.read(), Weights.MODEL)
const weights = Weights.parse(bytes)

function run(tokens: readonly number[]): number[][] {
  const session = Transformer.start(weights)
  return tokens.map((token) => {
    Transformer.feed(session, token)
    return Array.from(Transformer.logits(session))
  })
}

/**
 * A second implementation that shares nothing with the first but the file: its own offsets, plain arrays, double
 * precision, the whole sequence at once without a cache, and the rotary tables that the file carries.
 */
function reference(tokens: readonly number[]): number[][] {
  const [D, H, L, HEADS, V, S] = [288, 768, 6, 6, 32000, 256]
  const HEAD = D / HEADS
  const view = new DataView(bytes.buffer)
  const at = (offset: number) => view.getFloat32(28 + 4 * offset, true)
  const wq = V * D + L * D
  const wk = wq + L * D * D
  const wv = wk + L * D * D
  const wo = wv + L * D * D
  const ffn = wo + L * D * D
  const w1 = ffn + L * D
  const w2 = w1 + L * D * H
  const w3 = w2 + L * D * H
  const last = w3 + L * D * H
  const cos = last + D
  const sin = cos + (S * HEAD) / 2

  const range = (n: number) => Array.from({ length: n }, (_, i) => i)
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0)
  const matmul = (offset: number, rows: number, x: number[]) =>
    range(rows).map((r) => x.reduce((sum, value, c) => sum + value * at(offset + r * x.length + c), 0))
  const norm = (x: number[], offset: number) =>
    x.map((value, i) => (value * at(offset + i)) / Math.sqrt(dot(x, x) / x.length + 1e-5))
  const turn = (x: number[], pos: number) =>
    x.map((value, i) => {
      const angle = (pos * HEAD) / 2 + Math.floor((i % HEAD) / 2)
      const [c, s] = [at(cos + angle), at(sin + angle)]
      return i % 2 === 0 ? value * c - x[i + 1]! * s : x[i - 1]! * s + value * c
    })

  let xs = tokens.map((token) => range(D).map((i) => at(token * D + i)))
  for (const l of range(L)) {
    const normed = xs.map((x) => norm(x, V * D + l * D))
    const qs = normed.map((x, pos) => turn(matmul(wq + l * D * D, D, x), pos))
    const ks = normed.map((x, pos) => turn(matmul(wk + l * D * D, D, x), pos))
    const vs = normed.map((x) => matmul(wv + l * D * D, D, x))
    xs = xs.map((x, pos) => {
      const mixed = range(HEADS).flatMap((h) => {
        const slice = (vector: number[]) => vector.slice(h * HEAD, (h + 1) * HEAD)
        const weight = range(pos + 1).map((t) => Math.exp(dot(slice(qs[pos]!), slice(ks[t]!)) / Math.sqrt(HEAD)))
        const total = weight.reduce((a, b) => a + b)
        return range(HEAD).map((i) => weight.reduce((sum, w, t) => sum + (w / total) * slice(vs[t]!)[i]!, 0))
      })
      const y = matmul(wo + l * D * D, D, mixed).map((value, i) => value + x[i]!)
      const z = norm(y, ffn + l * D)
      const up = matmul(w3 + l * D * H, H, z)
      const gated = matmul(w1 + l * D * H, H, z).map((value, i) => (value / (1 + Math.exp(-value))) * up[i]!)
      return matmul(w2 + l * D * H, D, gated).map((value, i) => value + y[i]!)
    })
  }
  return xs.map((x) => matmul(0, V, norm(x, last)))
}

test('agrees with a naive double-precision implementation on every logit', () => {
  const tokens = [1, 9038, 2501, 263]
  const [actual, expected] = [run(tokens), reference(tokens)]
  const distances = actual.map((logits, pos) =>
    logits.reduce((worst, logit, i) => Math.max(worst, Math.abs(logit - expected[pos]![i]!)), 0),
  )
  for (const distance of distances) expect(distance).toBeLessThan(1e-4)
})

test('two runs give the same bits', () => {
  const tokens = [1, 9038, 2501, 263, 931, 29892]
  expect(run(tokens)).toEqual(run(tokens))
})

describe('feed', () => {
  test.each([-1, 32000, 1.5, Number.NaN])('refuses token %d', (token) => {
    expect(() => Transformer.feed(Transformer.start(weights), token)).toThrow(Transformer.InvalidTokenError)
  })

  test('refuses a token beyond the context', () => {
    const session = Transformer.start(weights)
    session.position = 255
    Transformer.feed(session, 1)
    expect(() => Transformer.feed(session, 1)).toThrowErrorMatchingInlineSnapshot(`
      [Transformer.ContextFullError: The sequence is longer than the model can read.
        length  257
        rule    at most 256 tokens, prompt included
        fix     shorten the prompt or ask for fewer tokens]
    `)
  })
})
