import { keccak_256 } from '@noble/hashes/sha3.js'
import { concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import fc from 'fast-check'
import { expect, expectTypeOf, it } from 'vitest'
import type * as z from 'zod'
import { bodies } from '../../../test/support/fixtures.js'
import { hex, party } from '../../../test/support/world.js'
import * as Encoding from './Encoding.js'
import * as Errors from './Errors.js'
import * as Reexecution from './Reexecution.js'
import * as Schema from './Schema.js'

fc.configureGlobal({ seed: 20_261_123 })

const raw = (value: string) => hexToBytes(value.slice(2))
const { reveal } = bodies
const assignment = Reexecution.assignmentOf(reveal)

it('has the schemas of its types', () => {
  expectTypeOf<z.infer<typeof Reexecution.commitmentSchema>>().toEqualTypeOf<Reexecution.Commitment>()
  expectTypeOf<z.infer<typeof Reexecution.indeterminateSchema>>().toEqualTypeOf<Reexecution.Indeterminate>()
  expectTypeOf<z.infer<typeof Reexecution.revealSchema>>().toEqualTypeOf<Reexecution.Reveal>()
})

it('commits to address || batchDigest || u64 index || u8 level || keccak256(content) || salt', () => {
  const word = fc.uint8Array({ minLength: 32, maxLength: 32 })
  const anywhere = fc.record({
    index: fc.maxSafeNat(),
    level: fc.nat(255),
    content: fc.uint8Array(),
    salt: word,
    batch: word,
  })
  fc.assert(
    fc.property(anywhere, ({ index, level, content, salt, batch }) => {
      const place = new DataView(new ArrayBuffer(9))
      place.setBigUint64(0, BigInt(index))
      place.setUint8(8, level)
      const data = concatBytes(raw(party('a', 1)), batch, new Uint8Array(place.buffer), keccak_256(content), salt)
      expect(data).toHaveLength(20 + 32 + 8 + 1 + 32 + 32)
      const expected = keccak_256(concatBytes(keccak_256(utf8ToBytes('spotcheck/v1/vcommit')), data))
      const at = { ...assignment, batchDigest: Encoding.toHex(batch), index, level }
      expect(Reexecution.commit(at, Encoding.toHex(content), Encoding.toHex(salt))).toBe(Encoding.toHex(expected))
    }),
  )
})

it('is worth nothing to anybody else, anywhere else', () => {
  const commitment = Reexecution.commit(assignment, reveal.content, reveal.salt)
  expect(Reexecution.opens(commitment, reveal)).toBe(true)
  // The claim follows from the content and is not bound.
  expect(Reexecution.opens(commitment, { ...reveal, claim: 'agrees' })).toBe(true)
  for (const change of [
    { verifier: party('a', 2) },
    { batchDigest: hex(1) },
    { index: 4 },
    { level: 1 },
    { content: '0x' },
    { salt: hex(9) },
  ] as const)
    expect(Reexecution.opens(commitment, { ...reveal, ...change })).toBe(false)
})

it('names the assignment alone', () => {
  expect(Object.keys(assignment)).toEqual(['batchDigest', 'executor', 'verifier', 'index', 'level'])
})

it('refuses malformed arguments', () => {
  const commitment = hex(1)
  for (const wrong of [
    undefined,
    {},
    { ...reveal, content: '0xA' },
    { ...reveal, index: -1 },
    { ...reveal, level: 256 },
  ])
    expect(() => Reexecution.opens(commitment, wrong as never)).toThrow(Errors.InvalidInputError)
  expect(() => Reexecution.opens('0x', reveal)).toThrow(Errors.InvalidInputError)
  expect(() => Reexecution.assignmentOf(undefined as never)).toThrow(Errors.InvalidInputError)
  expect(Schema.accepts(Reexecution.revealSchema, { ...reveal, claim: 'maybe' })).toBe(false)
  expect(Schema.accepts(Reexecution.revealSchema, { ...reveal, level: 256 })).toBe(false)
  const { indeterminate } = bodies
  for (const reason of ['x'.repeat(257), '\ud83d', 1, undefined])
    expect(Schema.accepts(Reexecution.indeterminateSchema, { ...indeterminate, reason })).toBe(false)
})
