import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { errorOf } from '../../../test/support/thrown.js'
import * as Schema from './Schema.js'

fc.configureGlobal({ seed: 20_261_123 })

const accepts = (schema: z.ZodType, values: readonly unknown[]) => values.map((value) => Schema.accepts(schema, value))
const parse = <T>(schema: z.ZodType<T>, value: unknown) => Schema.parse(schema, value, 'it', Schema.MalformedError)
const refusal = (schema: z.ZodType, value: unknown) => errorOf(() => parse(schema, value), Schema.MalformedError)

describe('hex', () => {
  const wrong = [
    '',
    '0x0',
    '0xAB',
    '0Xab',
    'ab',
    '0xzz',
    '0xab\n',
    ' 0xab',
    171,
    null,
    undefined,
    ['0xab'],
    new Uint8Array(1),
  ]

  it('has one spelling', () => {
    expect(accepts(Schema.fixedBytes(1), ['0xab', '0x00'])).toEqual([true, true])
    expect(accepts(Schema.fixedBytes(1), wrong).includes(true)).toBe(false)
    expect(accepts(Schema.bytes(1), wrong).includes(true)).toBe(false)
  })

  it('has a length', () => {
    expect(accepts(Schema.fixedBytes(2), ['0x', '0xab', '0xabab', '0xababab'])).toEqual([false, false, true, false])
    expect(accepts(Schema.bytes(2), ['0x', '0xab', '0xabab', '0xababab'])).toEqual([true, true, true, false])
    for (const [schema, length] of [
      [Schema.bytes32, 32],
      [Schema.address, 20],
      [Schema.signature, 65],
    ] as const) {
      const sized = [length - 1, length, length + 1].map((n) => `0x${'ab'.repeat(n)}`)
      expect(accepts(schema, sized)).toEqual([false, true, false])
    }
  })
})

describe('integers', () => {
  it('are bigints or canonical decimals', () => {
    expect(accepts(Schema.uint(8), [0n, 255n, '0', '255'])).toEqual([true, true, true, true])
    const wrong = [-1n, 256n, '256', '007', '-1', '+1', '1.0', '1e2', '0x1', ' 1', '1 ', '', '٣', 1, true, null, {}]
    expect(accepts(Schema.uint(8), wrong).includes(true)).toBe(false)
    expect(Schema.accepts(Schema.uint(256), '9'.repeat(1_000_000))).toBe(false)
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 128n - 1n), (value) => {
        expect(parse(Schema.uint(128), value)).toBe(value)
        expect(parse(Schema.uint(128), `${value}`)).toBe(value)
      }),
    )
  })

  it('that are small are numbers', () => {
    expect(accepts(Schema.integer(1, 3), [1, 3])).toEqual([true, true])
    expect(accepts(Schema.integer(1, 3), [0, 4, 1.5, '1', 1n, Number.NaN, null]).includes(true)).toBe(false)
    expect(accepts(Schema.integer(), [-1, 2 ** 53, Number.POSITIVE_INFINITY]).includes(true)).toBe(false)
  })
})

describe('words, text and lists', () => {
  it('are what they say', () => {
    expect(accepts(Schema.oneOf('a', 'b'), ['a', 'b', 'c', 'A', ['a'], new String('a')])).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ])
    expect(accepts(Schema.boolean, [true, false, 'true', 0, null])).toEqual([true, true, false, false, false])
  })

  it('are text that a signature binds: no lone surrogates', () => {
    expect(accepts(Schema.text(4), ['', 'abcd', '😀😀', 'ab\ud83d', '\ude00', 'abcde', 1])).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
      false,
    ])
  })

  it('are counted before they are looked at', () => {
    const list = Schema.list(Schema.integer(), 1, 2)
    expect(accepts(list, [[1], [1, 2], [], [1, 2, 3], 'ab', { length: 1 }, [-1]])).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
      false,
    ])
    let reads = 0
    const watched = new Proxy(new Array(1_000), {
      get: (target, key) => {
        if (typeof key === 'string' && /^\d+$/.test(key)) reads++
        return Reflect.get(target, key)
      },
    })
    expect(Schema.accepts(list, watched)).toBe(false)
    expect(Schema.accepts(list, new Array(2 ** 32 - 1))).toBe(false)
    expect(reads).toBe(0)
  })
})

describe('parse', () => {
  const point = z.strictObject({ x: Schema.uint(8), inner: z.strictObject({ y: Schema.bytes32 }) })

  it('names path, value, rule and fix', () => {
    expect(refusal(point, { x: '007', inner: {} }).message).toMatchInlineSnapshot(`
      "it is malformed.
        it.x  "007"
        rule  a bigint (or decimal string) from 0 to 2^8 - 1
        fix   pass a bigint such as 1000n, or "1000" in JSON"
    `)
    expect(refusal(point, { x: 1n, inner: { y: '0xAB' } })).toMatchObject({ subject: 'it.inner.y', value: '0xAB' })
    expect(refusal(Schema.list(Schema.integer(), 0, 9), [1, 'two'])).toMatchObject({ subject: 'it.1', value: 'two' })
    expect(refusal(point, null)).toMatchObject({ subject: 'it', value: null })
  })

  it('does not print what a sender chose without bounds', () => {
    const inner = { y: `0x${'00'.repeat(32)}` }
    expect(refusal(point, { x: 1n, inner, 'evil\nfix  none': 1 }).message).toMatchInlineSnapshot(`
      "it is malformed.
        it    object { x, inner, evil fix  none }
        rule  no unknown keys: "evil\\nfix  none"
        fix   remove or rename them"
    `)
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`${i}`.repeat(200), i]))
    const { message } = refusal(point, { x: 1n, inner, ...many })
    expect(message.length).toBeLessThan(2_000)
    expect(message).toContain('and 9996 more')
  })

  it('survives what can not be read', () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    const throwing = {
      get x(): never {
        throw new Error('no')
      },
    }
    for (const hostile of [proxy, throwing, JSON.parse('{"__proto__":{"x":1}}')]) {
      expect(refusal(point, hostile).rule).not.toBe('')
      expect(Schema.accepts(point, hostile)).toBe(false)
    }
  })

  it('copies', () => {
    const inner = { y: `0x${'00'.repeat(32)}` }
    const given = { x: 1n, inner }
    const parsed = parse(point, given)
    expect(parsed).toEqual(given)
    expect(parsed.inner).not.toBe(inner)
  })
})

it('freezes all the way down', () => {
  const value = Schema.freeze({ a: [{ b: 1 }], c: null })
  expect([value, value.a, value.a[0]].every((one) => Object.isFrozen(one))).toBe(true)
})

it('writes JSON that it reads again', () => {
  expect(JSON.stringify({ a: 5n, b: new Uint8Array([1, 255]), c: ['x', null] }, Schema.toJson)).toBe(
    '{"a":"5","b":"0x01ff","c":["x",null]}',
  )
})
