import { sha256 } from '@noble/hashes/sha2.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import * as Encoding from './Encoding.js'
import * as Errors from './Errors.js'
import * as Hash from './Hash.js'

fc.configureGlobal({ seed: 20_261_123 })

it('has the hashes of their authorities', () => {
  // FIPS 180-4, "abc"; Ethereum's empty keccak256.
  const abc = utf8ToBytes('abc')
  expect(Encoding.toHex(Hash.sha256(abc))).toBe('0xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  expect(Encoding.toHex(Hash.keccak256(new Uint8Array(0)))).toBe(
    '0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470',
  )
})

it('has keccak256 of every length about a block', () => {
  const data = Uint8Array.from({ length: 300 }, (_, i) => (31 * i) % 256)
  for (let length = 0; length <= data.length; length++)
    expect(Hash.keccak256(data.subarray(0, length))).toEqual(keccak_256(data.subarray(0, length)))
})

it('tags: keccak256(keccak256("spotcheck/v1/" || tag) || data)', () => {
  const tags = fc.oneof(fc.constantFrom(...Object.keys(Hash.tags), 'toString', 'constructor', '__proto__'), fc.string())
  fc.assert(
    fc.property(tags, fc.uint8Array({ maxLength: 300 }), (tag, data) => {
      const expected = keccak_256(concatBytes(keccak_256(utf8ToBytes(`spotcheck/v1/${tag}`)), data))
      expect(Hash.tagged(tag, data)).toEqual(expected)
      expect(Hash.tagged(tag, data)).toEqual(expected)
    }),
    { numRuns: 500 },
  )
})

it('keeps uses apart', () => {
  const hashes = Object.keys(Hash.tags).map((tag) => Encoding.toHex(Hash.tagged(tag, new Uint8Array(64))))
  expect(new Set(hashes).size).toBe(hashes.length)
})

it('leaves its input alone, and gives results that are nobody else’s', () => {
  const data = new Uint8Array(40).fill(1)
  const first = Hash.tagged('bern', data)
  first.fill(0)
  expect(data).toEqual(new Uint8Array(40).fill(1))
  expect(Hash.tagged('bern', data)).not.toEqual(first)
  expect(Hash.sha256(data)).toEqual(sha256(data))
})

it('refuses what is not bytes or no tag', () => {
  for (const call of [Hash.keccak256, Hash.sha256, (data: Uint8Array) => Hash.tagged('seed', data)])
    for (const bad of ['abc', null, [1], new ArrayBuffer(1)] as unknown[])
      expect(() => call(bad as Uint8Array)).toThrow(Errors.InvalidInputError)
  expect(() => Hash.tagged(1 as unknown as string, new Uint8Array(0))).toThrowErrorMatchingInlineSnapshot(`
    [Errors.InvalidInputError: tag must be a string.
      tag   1
      rule  a string, normally a key of Hash.tags
      fix   pass the name of the use, e.g. "seed"
      see   protocol.md, Bytes]
  `)
})
