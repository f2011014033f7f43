import { ED25519_TORSION_SUBGROUP } from '@noble/curves/ed25519.js'
import { hexToBytes } from '@noble/hashes/utils.js'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type * as z from 'zod'
import * as reference from '../../../test/support/eip712.js'
import { elsewhere } from '../../../test/support/faults.js'
import { protocol } from '../../../test/support/fixtures.js'
import { errorOf } from '../../../test/support/thrown.js'
import { bytes, hex, party } from '../../../test/support/world.js'
import * as Encoding from './Encoding.js'
import * as Errors from './Errors.js'
import * as Hash from './Hash.js'
import * as Protocol from './Protocol.js'
import * as Vrf from './Vrf.js'
import * as VrfKey from './VrfKey.js'

const verifier = party('a', 1)
const at = { protocol, verifier, epoch: 3 }
const vrfKey = VrfKey.issue({ ...at, secretKey: bytes(7) })

it('has the schema of its type', () => {
  expectTypeOf<z.infer<typeof VrfKey.schema>>().toEqualTypeOf<VrfKey.VrfKey>()
  expect(VrfKey.from(JSON.parse(JSON.stringify(vrfKey)))).toEqual(vrfKey)
})

it('is signed over its EIP-712 digest', () => {
  const { chainId, verifyingContract } = protocol
  const digest = Encoding.toHex(reference.digest(chainId, verifyingContract, 'VrfKey', vrfKey))
  expect(VrfKey.digest(vrfKey, protocol)).toBe(digest)
  expect(VrfKey.definition(vrfKey, protocol)).toMatchObject({ primaryType: 'VrfKey', message: vrfKey })
})

describe('possession', () => {
  it('is proven by the key’s VRF over network, verifier and epoch', () => {
    const place = [Encoding.fromHex(Protocol.hash(protocol)), Encoding.fromHex(verifier), Encoding.uint(3, 8)]
    const alpha = Hash.tagged('vrf-key', Encoding.concat(...place))
    expect(vrfKey).toEqual({
      paramsHash: Protocol.hash(protocol),
      verifier,
      publicKey: Encoding.toHex(Vrf.publicKey(bytes(7))),
      epoch: 3,
      proof: Encoding.toHex(Vrf.prove(bytes(7), alpha)),
    })
    expect(VrfKey.holds(vrfKey, protocol)).toBe(true)
  })

  it('is of that verifier, epoch, network and key only', () => {
    const other = VrfKey.issue({ ...at, secretKey: bytes(8) })
    for (const change of [
      { verifier: party('a', 2) },
      { epoch: 4 },
      { publicKey: other.publicKey },
      { proof: other.proof },
      { paramsHash: hex(1) },
      { proof: VrfKey.issue({ ...at, epoch: 4, secretKey: bytes(7) }).proof },
    ])
      expect(VrfKey.holds({ ...vrfKey, ...change }, protocol)).toBe(false)
    expect(VrfKey.holds(vrfKey, elsewhere(protocol).network!)).toBe(false)
  })

  it('is not of a key of small order, nor of one that is not canonical', () => {
    for (const small of ED25519_TORSION_SUBGROUP.map((one) => hexToBytes(one))) {
      const proof = Encoding.toHex(Encoding.concat(small, new Uint8Array(48)))
      expect(VrfKey.holds({ ...vrfKey, publicKey: Encoding.toHex(small), proof }, protocol)).toBe(false)
    }
    // The same point with y + p in place of y, for a y small enough that it fits: y = 3.
    const wide = new Uint8Array(32).fill(0xff)
    wide[0] = 0xf0
    wide[31] = 0x7f
    expect(VrfKey.holds({ ...vrfKey, publicKey: Encoding.toHex(wide) }, protocol)).toBe(false)
    expect(VrfKey.holds({ ...vrfKey, publicKey: hex(0) }, protocol)).toBe(false)
  })
})

describe('current', () => {
  const key = (n: number, epoch: number, of = verifier) => ({ ...vrfKey, verifier: of, publicKey: hex(n), epoch })

  it('is none until a key has begun, then the latest that has; what comes later changes no epoch before', () => {
    const recorded = [key(1, 3), key(2, 7), key(9, 5, party('a', 2))]
    const current = [0, 2, 3, 6, 7, 2 ** 32].map((epoch) => VrfKey.current(recorded, verifier, epoch))
    expect(current).toEqual([undefined, undefined, hex(1), hex(1), hex(2), hex(2)])
    // A second registration for the same epoch, or an old one sent again, changes nothing.
    const attacked = [...recorded, key(8, 7), key(1, 3), key(8, 3)]
    for (const epoch of [2, 3, 6, 7, 9])
      expect(VrfKey.current(attacked, verifier, epoch)).toBe(VrfKey.current(recorded, verifier, epoch))
    expect(VrfKey.current([], verifier, 3)).toBeUndefined()
  })

  it('needs registrations, a verifier and an epoch', () => {
    expect(() => VrfKey.current([{}] as never, verifier, 3)).toThrow(VrfKey.InvalidVrfKeyError)
    for (const [recorded, of, epoch] of [
      [undefined, verifier, 3],
      [[], '0x', 3],
      [[], verifier, 0.5],
    ])
      expect(() => VrfKey.current(recorded as never, of as never, epoch as never)).toThrow(Errors.InvalidInputError)
  })
})

describe('refuses', () => {
  it.each([
    ['paramsHash', '0x'],
    ['verifier', hex(1)],
    ['publicKey', '0x00'],
    ['epoch', -1],
    ['proof', hex(1)],
  ])('a malformed %s', (field, value) => {
    const wrong = { ...vrfKey, [field]: value } as never
    expect(errorOf(() => VrfKey.from(wrong), VrfKey.InvalidVrfKeyError)).toMatchObject({
      subject: `vrfKey.${field}`,
      value,
    })
    for (const door of [VrfKey.holds, VrfKey.definition, VrfKey.digest])
      expect(() => door(wrong, protocol)).toThrow(VrfKey.InvalidVrfKeyError)
  })

  it('to issue what would not be read', () => {
    const secretKey = bytes(7)
    expect(() => VrfKey.issue({ ...at, verifier: '0x', secretKey })).toThrow(VrfKey.InvalidVrfKeyError)
    expect(() => VrfKey.issue({ ...at, epoch: 0.5, secretKey })).toThrow(VrfKey.InvalidVrfKeyError)
    for (const wrong of [undefined, { ...at }, { ...at, secretKey: new Uint8Array(31) }])
      expect(() => VrfKey.issue(wrong as never)).toThrow(Errors.InvalidInputError)
    expect(() => VrfKey.issue({ ...at, protocol: {} as never, secretKey })).toThrow(Protocol.InvalidProtocolError)
    expect(() => VrfKey.holds(vrfKey, {} as never)).toThrow(Protocol.InvalidProtocolError)
  })
})
