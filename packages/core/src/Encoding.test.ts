import { bytesToHex } from '@noble/hashes/utils.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as Encoding from './Encoding.js'
import * as Errors from './Errors.js'
import * as Hash from './Hash.js'
import * as Merkle from './Merkle.js'

fc.configureGlobal({ seed: 20_261_123 })

function message(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof Errors.InvalidInputError) return error.message
    throw error
  }
  throw new Error('expected an error')
}

describe('hex', () => {
  it('is there and back', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const hex = Encoding.toHex(bytes)
        expect(hex).toBe(`0x${bytesToHex(bytes)}`)
        expect(Encoding.fromHex(hex)).toEqual(bytes)
        expect(Encoding.toBytes(hex)).toEqual(Encoding.toBytes(bytes))
      }),
    )
  })

  it('has one spelling', () => {
    const wrong = [
      '',
      '0',
      'ff',
      '0xF0',
      '0X00',
      '0x0',
      '0xzz',
      ' 0x00',
      '0x00\n',
      '0x00 ',
      0,
      null,
      new String('0x00'),
    ]
    for (const value of wrong) expect(() => Encoding.fromHex(value as Encoding.Hex)).toThrow(Errors.InvalidInputError)
    expect(message(() => Encoding.fromHex('0xABCD', 'root'))).toMatchInlineSnapshot(`
      "root is not canonical hex.
        root  "0xABCD"
        rule  0x, then two lower-case hex digits a byte
        fix   pass bytes through Encoding.toHex
        see   protocol.md, Bytes"
    `)
  })

  it('is of the length asked for', () => {
    expect(message(() => Encoding.fromHex('0x0102', 'seed', 32))).toMatchInlineSnapshot(`
      "seed must be 32 bytes.
        seed  Uint8Array(2) 0x0102
        rule  a Uint8Array of 32 bytes
        fix   pass the raw bytes; hex goes through Encoding.fromHex
        see   protocol.md, Bytes"
    `)
    expect(message(() => Encoding.toBytes(new Uint8Array(2), 'seed', 3))).toMatchInlineSnapshot(`
      "seed must be 3 bytes.
        seed  Uint8Array(2) 0x0000
        rule  a Uint8Array of 3 bytes
        fix   pass the raw bytes; hex goes through Encoding.fromHex
        see   protocol.md, Bytes"
    `)
    expect(message(() => Encoding.toHex('0x00' as unknown as Uint8Array))).toMatchInlineSnapshot(`
      "bytes must be bytes.
        bytes  "0x00"
        rule   a Uint8Array
        fix    pass the raw bytes; hex goes through Encoding.fromHex
        see    protocol.md, Bytes"
    `)
  })

  it('copes with long strings', () => {
    const hex = `0x${'ab'.repeat(1e6)}` as const
    expect(Encoding.fromHex(hex).length).toBe(1e6)
    expect(() => Encoding.fromHex(`${hex}g`)).toThrow(Errors.InvalidInputError)
  })

  it('has zeros of both lengths', () => {
    expect(Encoding.fromHex(Encoding.zero32)).toEqual(new Uint8Array(32))
    expect(Encoding.fromHex(Encoding.zeroAddress)).toEqual(new Uint8Array(20))
  })
})

describe('assertions', () => {
  it('return what they were given', () => {
    const bytes = new Uint8Array(2)
    expect(Encoding.assertBytes(bytes, 'x', 2)).toBe(bytes)
    // As Node's Buffer is.
    const special = new (class extends Uint8Array {})(1)
    expect(Encoding.assertBytes(special, 'x')).toBe(special)
    expect(Encoding.assertInteger(5, 'x', 5, 5)).toBe(5)
    const object = { a: 1 }
    expect(Encoding.assertObject(object, 'x')).toBe(object)
  })

  it('take bytes whose memory went to another thread for none, not for empty ones', () => {
    const [given, all] = [new Uint8Array(32), new Uint8Array(64)]
    const part = all.subarray(8, 40)
    structuredClone([given, all], { transfer: [given.buffer, all.buffer] })
    for (const gone of [given, part]) {
      expect(gone).toHaveLength(0)
      expect(Encoding.isBytes(gone)).toBe(false)
      expect(() => Encoding.toHex(gone)).toThrow(Errors.InvalidInputError)
      expect(() => Encoding.concat(Uint8Array.of(1), gone)).toThrow(Errors.InvalidInputError)
      expect(() => Hash.keccak256(gone)).toThrow(Errors.InvalidInputError)
      expect(() => Merkle.from([Uint8Array.of(1), gone])).toThrow(/^leaves\[1\] must be bytes/)
    }
  })

  it('explain numbers that are none', () => {
    expect(message(() => Encoding.assertInteger(256, 'level', 0, 255))).toMatchInlineSnapshot(`
      "level must be a whole number in range.
        level  256
        rule   an integer from 0 to 255
        fix    pass a number in that range"
    `)
    expect(message(() => Encoding.assertInteger(3n, 'count'))).toMatchInlineSnapshot(`
      "count must be a whole number in range.
        count  3n
        rule   an integer from 0 to 9007199254740991
        fix    pass a number, not a bigint"
    `)
    for (const value of [0.5, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '1', null, undefined])
      expect(() => Encoding.assertInteger(value, 'count')).toThrow(Errors.InvalidInputError)
  })

  it('explain arguments that are missing', () => {
    expect(message(() => Encoding.assertObject(undefined as never, 'draw'))).toMatchInlineSnapshot(`
      "draw must be an object.
        draw  undefined
        rule  an object with named fields
        fix   pass the fields by name: { field: value }"
    `)
  })

  it('refuse what only looks like bytes', () => {
    const { proxy, revoke } = Proxy.revocable(new Uint8Array(1), {})
    const looks = [proxy, Object.create(Uint8Array.prototype), new Uint16Array(1), [1], { length: 1 }, '0x00', null]
    for (const value of looks) expect(() => Encoding.assertBytes(value, 'x')).toThrow(Errors.InvalidInputError)
    expect([...looks, new Uint8Array(0), new Uint8Array(1)].map(Encoding.isBytes)).toEqual([
      ...looks.map(() => false),
      true,
      true,
    ])
    revoke()
    expect(() => Encoding.assertBytes(proxy, 'x')).toThrow(Errors.InvalidInputError)
  })
})

describe('integers', () => {
  it('are big-endian and of fixed width, there and back', () => {
    const sized = fc.integer({ min: 1, max: 32 })
    fc.assert(
      fc.property(
        sized.chain((size) => fc.tuple(fc.constant(size), fc.bigInt(0n, 2n ** BigInt(8 * size) - 1n))),
        (pair) => {
          const [size, value] = pair
          const bytes = Encoding.uint(value, size)
          expect(Encoding.toHex(bytes)).toBe(`0x${value.toString(16).padStart(2 * size, '0')}`)
          expect(Encoding.toUint(bytes)).toBe(value)
          if (value <= Number.MAX_SAFE_INTEGER) expect(Encoding.uint(Number(value), size)).toEqual(bytes)
        },
      ),
    )
    expect(Encoding.toUint(new Uint8Array(0))).toBe(0n)
    expect(Encoding.uint(0, 0)).toEqual(new Uint8Array(0))
  })

  it('that do not fit are refused', () => {
    expect(message(() => Encoding.uint(256, 1, 'level'))).toMatchInlineSnapshot(`
      "level does not fit 8 bits.
        level  256
        rule   0 <= level < 2^8
        fix    pass a smaller, non-negative number
        see    protocol.md, Bytes"
    `)
    for (const value of [-1n, 256n, -1, 0.5, Number.NaN, 2 ** 53, '1' as unknown as number])
      expect(() => Encoding.uint(value, 1)).toThrow(Errors.InvalidInputError)
  })
})

it('joins and compares', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
      const joined = Encoding.concat(a, b)
      expect([...joined]).toEqual([...a, ...b])
      expect(Encoding.equal(joined, Encoding.concat(a, b))).toBe(true)
      expect(Encoding.equal(a, b)).toBe(Encoding.toHex(a) === Encoding.toHex(b))
      expect(Encoding.equal(joined, Encoding.concat(joined, new Uint8Array(1)))).toBe(false)
    }),
  )
})
