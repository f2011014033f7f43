/** Real rounds of drand's default chain (pedersen-bls-chained). */
import * as Beacon from '@spotcheck/core/Beacon'
import * as Encoding from '@spotcheck/core/Encoding'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import vectors from './drand.json' with { type: 'json' }

fc.configureGlobal({ seed: 20_261_123 })

const rounds = vectors.rounds.filter(({ chain }) => chain === 'default')
const { round, signature, previousSignature } = rounds[1]!
const bytes = Encoding.fromHex(`0x${signature}`)
const previous = Encoding.fromHex(`0x${previousSignature!}`)

it('has the published chain built in', () => {
  const { message, ...info } = vectors.chains.default
  expect(message).toContain('previous signature')
  expect(Beacon.chains.default).toEqual(info)
  expect(Object.isFrozen(Beacon.chains.default)).toBe(true)
})

it.each(rounds)('verifies round $round', ({ round, signature, previousSignature, randomness }) => {
  expect(Beacon.verifyDrand('default', { round, signature, previousSignature })).toBe(true)
  const raw = [signature, previousSignature!].map((hex) => Encoding.fromHex(`0x${hex}`)) as [Uint8Array, Uint8Array]
  expect(Beacon.verifyDrand('default', { round, signature: raw[0], previousSignature: raw[1] })).toBe(true)
  expect(Encoding.toHex(Beacon.randomness(signature))).toBe(`0x${randomness}`)
})

describe('what must not verify', () => {
  it('any other round', () => {
    for (const other of [1, round - 1, round + 1, round + 2 ** 32])
      expect(Beacon.verifyDrand('default', { round: other, signature, previousSignature })).toBe(false)
  })

  it('a signature with any byte changed', () => {
    fc.assert(
      fc.property(fc.nat({ max: 95 }), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const changed = bytes.slice()
        changed[at]! ^= by
        expect(Beacon.verifyDrand('default', { round, signature: changed, previousSignature })).toBe(false)
      }),
      { numRuns: 30 },
    )
  })

  it('with a previous signature that is changed, missing, or cut', () => {
    const changed = previous.slice()
    changed[95]! ^= 1
    for (const other of [changed, undefined, previous.subarray(1), new Uint8Array(0), bytes])
      expect(Beacon.verifyDrand('default', { round, signature, previousSignature: other })).toBe(false)
  })

  // randomness is a hash of the signature's bytes, so a second encoding of a valid point would be a redraw.
  it('the same point with a coordinate above the field’s prime', () => {
    const prime = 0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaabn
    const second = Encoding.uint(Encoding.toUint(bytes.subarray(48)) + prime, 48)
    const other = Encoding.concat(bytes.subarray(0, 48), second)
    expect(Beacon.verifyDrand('default', { round, signature: other, previousSignature })).toBe(false)
  })

  it('a round of the other chain', () => {
    for (const other of vectors.rounds.filter(({ chain }) => chain === 'quicknet'))
      expect(Beacon.verifyDrand('default', { ...other, previousSignature })).toBe(false)
  })
})
