/** RFC 9381, appendix B.3: ECVRF-EDWARDS25519-SHA512-TAI. */
import * as Encoding from '@spotcheck/core/Encoding'
import * as Vrf from '@spotcheck/core/Vrf'
import { expect, it } from 'vitest'
import vectors from './rfc9381-ed25519-sha512-tai.json' with { type: 'json' }

const bytes = (hex: string) => Encoding.fromHex(`0x${hex}`)
const hex = (value: Uint8Array) => Encoding.toHex(value).slice(2)

// The file has two of the RFC's three.
const third = {
  name: 'RFC 9381 example 18',
  sk: 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
  pk: 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
  alpha: 'af82',
  pi: '9bc0f79119cc5604bf02d23b4caede71393cedfbb191434dd016d30177ccbf8096bb474e53895c362d8628ee9f9ea3c0e52c7a5c691b6c18c9979866568add7a2d41b00b05081ed0f58ee5e31b3a970e',
  beta: '645427e5d00c62a23fb703732fa5d892940935942101e456ecca7bb217c61c452118fec1219202a0edcf038bb6373241578be7217ba85a2687f7a0310b2df19f',
}

it.each([...vectors, third])('$name', ({ sk, pk, alpha, pi, beta }) => {
  expect(hex(Vrf.publicKey(bytes(sk)))).toBe(pk)
  expect(hex(Vrf.prove(bytes(sk), bytes(alpha)))).toBe(pi)
  expect(Vrf.verify({ publicKey: bytes(pk), alpha: bytes(alpha), proof: bytes(pi) })).toBe(true)
  expect(hex(Vrf.proofToHash(bytes(pi)))).toBe(beta)
})
