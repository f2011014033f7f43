/** Real rounds of drand's quicknet chain (bls-unchained-g1-rfc9380). */
import * as Beacon from '@spotcheck/core/Beacon'
import * as Encoding from '@spotcheck/core/Encoding'
import { bls12_381 } from '@noble/curves/bls12-381.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import vectors from './drand.json' with { type: 'json' }

fc.configureGlobal({ seed: 20_261_123 })

const rounds = vectors.rounds.filter(({ chain }) => chain === 'quicknet')
const { round, signature } = rounds[0]!
const bytes = Encoding.fromHex(`0x${signature}`)

it('has the published chain built in', () => {
  const { message, ...info } = vectors.chains.quicknet
  expect(message).toContain('sha256(uint64 big-endian round)')
  expect(Beacon.chains.quicknet).toEqual(info)
  expect(Object.isFrozen(Beacon.chains) && Object.isFrozen(Beacon.chains.quicknet)).toBe(true)
})

it.each(rounds)('verifies round $round, however it is spelt', ({ round, signature, randomness }) => {
  const spellings = [signature, `0x${signature}`, Encoding.fromHex(`0x${signature}`)]
  for (const spelling of spellings) expect(Beacon.verifyDrand('quicknet', { round, signature: spelling })).toBe(true)
  expect(Beacon.verifyDrand(Beacon.chains.quicknet, { round, signature })).toBe(true)
  expect(Encoding.toHex(Beacon.randomness(signature))).toBe(`0x${randomness}`)
  expect(Beacon.randomness(spellings[2]!)).toEqual(Beacon.randomness(`0x${signature}`))
})

describe('what must not verify', () => {
  it('any other round', () => {
    for (const other of [1, round - 1, round + 1, round + 2 ** 32, Number.MAX_SAFE_INTEGER])
      expect(Beacon.verifyDrand('quicknet', { round: other, signature })).toBe(false)
  })

  it('a signature with any byte changed', () => {
    fc.assert(
      fc.property(fc.nat({ max: 47 }), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const changed = bytes.slice()
        changed[at]! ^= by
        expect(Beacon.verifyDrand('quicknet', { round, signature: changed })).toBe(false)
      }),
      { numRuns: 40 },
    )
  })

  it('the negated, infinite, short, long, uncompressed or empty signature', () => {
    const point = bls12_381.shortSignatures.Signature.fromBytes(bytes)
    const infinity = new Uint8Array(48)
    infinity[0] = 0xc0
    const bad = [
      point.negate().toBytes(),
      point.toBytes(false),
      infinity,
      new Uint8Array(48),
      new Uint8Array(0),
      bytes.subarray(1),
      Encoding.concat(bytes, new Uint8Array(1)),
    ]
    for (const signature of bad) expect(Beacon.verifyDrand('quicknet', { round, signature })).toBe(false)
  })

  it('points outside the subgroup', () => {
    let onCurve = 0
    for (let x = 0; x < 16; x++) {
      const encoded = new Uint8Array(48)
      encoded[0] = 0x80
      encoded[47] = x
      try {
        bls12_381.shortSignatures.Signature.fromBytes(encoded)
      } catch (error) {
        if (String(error).includes('subgroup')) onCurve++
      }
      expect(Beacon.verifyDrand('quicknet', { round, signature: encoded })).toBe(false)
    }
    expect(onCurve).toBeGreaterThan(0)
  })

  it('a good signature under another key', () => {
    const key = bls12_381.shortSignatures.getPublicKey(new Uint8Array(32).fill(1)).toBytes()
    expect(Beacon.verifyDrand({ ...Beacon.chains.quicknet, publicKey: key }, { round, signature })).toBe(false)
  })

  it('a round of the other chain', () => {
    for (const other of vectors.rounds.filter(({ chain }) => chain === 'default'))
      expect(Beacon.verifyDrand('quicknet', other)).toBe(false)
  })
})

it('verifies rounds of any chain of the same scheme', () => {
  const { shortSignatures: bls } = bls12_381
  const secret = new Uint8Array(32).fill(7)
  const message = bls.hash(
    Encoding.fromHex('0xcd2662154e6d76b2b2b92e70c0cac3ccf534f9b74eb5b89819ec509083d00a50'),
    'BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_',
  )
  // sha256 of 0x0000000000000001: round 1.
  const chain: Beacon.ChainInfo = {
    scheme: 'bls-unchained-g1-rfc9380',
    period: 1,
    genesisTime: 0,
    publicKey: bls.getPublicKey(secret).toBytes(),
  }
  const own = bls.sign(message, secret).toBytes()
  expect(Beacon.verifyDrand(chain, { round: 1, signature: own })).toBe(true)
  expect(Beacon.verifyDrand(chain, { round: 2, signature: own })).toBe(false)
})
