import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { errorOf } from '../../../test/support/thrown.js'
import * as Encoding from './Encoding.js'
import * as Errors from './Errors.js'
import * as Logits from './Logits.js'

fc.configureGlobal({ seed: 20_261_123 })

const token = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const logit = fc.float({ noNaN: true, noDefaultInfinity: true })
const positions = fc.integer({ min: 1, max: 5 }).chain((k) =>
  fc.array(
    fc
      .uniqueArray(token, { minLength: k, maxLength: k })
      .chain((tokens) => fc.tuple(...tokens.map((one) => fc.record({ token: fc.constant(one), logit })))),
    { minLength: 1, maxLength: 6 },
  ),
)

/** The layout by hand: u32 positions || u16 k || (u32 token || f32 logit)... */
function layout(list: readonly Logits.Position[]): Encoding.Hex {
  const k = list[0]!.length
  const view = new DataView(new ArrayBuffer(6 + 8 * k * list.length))
  view.setUint32(0, list.length, false)
  view.setUint16(4, k, false)
  list.flat().forEach((one, i) => {
    view.setUint32(6 + 8 * i, one.token, false)
    view.setFloat32(10 + 8 * i, one.logit, false)
  })
  return Encoding.toHex(new Uint8Array(view.buffer))
}

describe('tokens', () => {
  it('are u32 big-endian, there and back', () => {
    fc.assert(
      fc.property(fc.array(token), (tokens) => {
        const hex = Logits.encodeTokens(tokens)
        expect(hex).toBe(`0x${tokens.map((one) => one.toString(16).padStart(8, '0')).join('')}`)
        expect(Logits.decodeTokens(hex)).toEqual(tokens)
      }),
    )
  })

  it('of half a word, or too many, are none', () => {
    expect(Logits.decodeTokens('0x000000')).toBeUndefined()
    expect(Logits.decodeTokens(`0x${'00000001'.repeat(Logits.maxPositions)}`)).toHaveLength(Logits.maxPositions)
    expect(Logits.decodeTokens(`0x${'00000001'.repeat(Logits.maxPositions + 1)}`)).toBeUndefined()
    expect(() => Logits.decodeTokens('0xAB000000' as never)).toThrow(Errors.InvalidInputError)
  })

  it('that are no u32 are refused', () => {
    for (const wrong of [-1, 2 ** 32, 0.5, Number.NaN, '1', 1n, undefined])
      expect(() => Logits.encodeTokens([wrong as number])).toThrow(Logits.InvalidLogitsError)
    for (const wrong of [undefined, '12', { length: 1 }, new Array(Logits.maxPositions + 1)])
      expect(() => Logits.encodeTokens(wrong as number[])).toThrow(Errors.InvalidInputError)
    // A hole is a missing token, not a zero.
    expect(() => Logits.encodeTokens(new Array(3))).toThrow(Logits.InvalidLogitsError)
  })
})

describe('logits', () => {
  it('are of the documented layout, there and back', () => {
    fc.assert(
      fc.property(positions, (list) => {
        expect(Logits.encode(list)).toBe(layout(list))
        expect(Logits.decode(Logits.encode(list))).toEqual(list)
      }),
    )
  })

  it('are rounded to f32, and what overflows it is refused: it would come back as infinity', () => {
    expect(Logits.decode(Logits.encode([[{ token: 1, logit: 0.1 }]]))).toEqual([
      [{ token: 1, logit: Math.fround(0.1) }],
    ])
    for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, 3.5e38, '1', undefined])
      expect(() => Logits.encode([[{ token: 1, logit: wrong as number }]])).toThrow(Logits.InvalidLogitsError)
  })

  it('that nobody could read are not written', () => {
    const one = { token: 1, logit: 1 }
    const wide = Array.from({ length: Logits.maxCandidates + 1 }, (_, token) => ({ token, logit: 0 }))
    expect(errorOf(() => Logits.encode([]), Logits.InvalidLogitsError).message).toMatchInlineSnapshot(`
      "positions can't be encoded.
        positions  Array(0)
        rule       at least one position with one candidate: no evidence never passes
        fix        pass the model’s own tokens and logits, unrounded"
    `)
    for (const wrong of [[[]], [[one], []], [[one], [one, { token: 2, logit: 1 }]], [[one, one]]])
      expect(() => Logits.encode(wrong)).toThrow(Logits.InvalidLogitsError)
    for (const wrong of [[wide], [undefined], [[undefined]], [['x']], undefined, 'x'])
      expect(() => Logits.encode(wrong as never)).toThrow(Errors.BaseError)
    // 65,536 candidates would wrap around to none.
    const wrapping = Array.from({ length: 65_536 }, (_, token) => ({ token, logit: 0 }))
    expect(() => Logits.encode([wrapping])).toThrow(Errors.InvalidInputError)
    expect(Logits.decode(Logits.encode([wide.slice(1)]))).toHaveLength(1)
  })
})

describe('evidence that is unusable decodes to nothing', () => {
  const good = Logits.encode([
    [
      { token: 1, logit: 1 },
      { token: 2, logit: 0 },
    ],
  ])
  const change = (at: number, byte: string) => `${good.slice(0, 2 + 2 * at)}${byte}${good.slice(4 + 2 * at)}` as const

  it.each([
    ['empty', '0x'],
    ['a header only', '0x000000000000'],
    ['no positions', '0x000000000001'],
    ['no candidates', '0x000000010000'],
    ['short', good.slice(0, -2)],
    ['long', `${good}00`],
    ['too many positions for its length', change(3, '02')],
    ['too many candidates for its length', change(5, '03')],
    ['NaN', `${change(10, '7f').slice(0, 24)}c00000${good.slice(30)}`],
    ['a token twice', change(17, '01')],
    ['beyond the limits', `0x0001000104${good.slice(12)}`],
  ])('%s', (_, hex) => {
    expect(Logits.decode(hex as Encoding.Hex)).toBeUndefined()
  })

  it('well-formed, but beyond the limits', () => {
    const sized = (count: number, k: number) => {
      const data = new Uint8Array(6 + 8 * k * count)
      const view = new DataView(data.buffer)
      view.setUint32(0, count)
      view.setUint16(4, k)
      for (let i = 0; i < count * k; i++) view.setUint32(6 + 8 * i, i)
      return Logits.decode(Encoding.toHex(data))?.length
    }
    expect(sized(Logits.maxPositions, 1)).toBe(Logits.maxPositions)
    expect(sized(Logits.maxPositions + 1, 1)).toBeUndefined()
    expect(sized(1, Logits.maxCandidates)).toBe(1)
    expect(sized(1, Logits.maxCandidates + 1)).toBeUndefined()
  })

  it('infinity and NaN', () => {
    for (const bad of ['7f800000', 'ff800000', '7fc00000', 'ffffffff'])
      expect(Logits.decode(`0x000000010001${'00000001'}${bad}`)).toBeUndefined()
    expect(Logits.decode(`0x000000010001${'00000001'}7f7fffff`)).toHaveLength(1)
  })

  it('never throws on canonical hex, and throws typed errors on anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const decoded = Logits.decode(Encoding.toHex(bytes))
        if (decoded !== undefined) expect(Logits.encode(decoded)).toBe(Encoding.toHex(bytes))
      }),
      { numRuns: 1_000 },
    )
    for (const wrong of ['0xAB', '', 1, null])
      expect(() => Logits.decode(wrong as never)).toThrow(Errors.InvalidInputError)
  })
})
