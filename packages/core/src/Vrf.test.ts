import { ED25519_TORSION_SUBGROUP, ed25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refusal } from '../../../test/support/thrown.js'
import * as Encoding from './Encoding.js'
import * as Errors from './Errors.js'
import * as Vrf from './Vrf.js'

fc.configureGlobal({ seed: 20_261_123 })

const p = 2n ** 255n - 19n
const q = 2n ** 252n + 27742317777372353535851937790883648493n
const le = (value: bigint, size = 32) => Encoding.uint(value, size).reverse()
const int = (bytes: Uint8Array) => Encoding.toUint(bytes.slice().reverse())

// A second, slower implementation straight from RFC 9381: affine points on -x² + y² = 1 + d x² y², nothing shared with
// the library but SHA-512.

type Affine = readonly [bigint, bigint]
const mod = (a: bigint, m = p) => ((a % m) + m) % m
function power(base: bigint, exponent: bigint): bigint {
  let [result, square] = [1n, mod(base)]
  for (let e = exponent; e > 0n; e >>= 1n) {
    if (e & 1n) result = (result * square) % p
    square = (square * square) % p
  }
  return result
}
const invert = (a: bigint) => power(a, p - 2n)
const d = mod(-121665n * invert(121666n))
function plus([x1, y1]: Affine, [x2, y2]: Affine): Affine {
  const t = mod(d * x1 * x2 * y1 * y2)
  return [mod((x1 * y2 + x2 * y1) * invert(1n + t)), mod((y1 * y2 + x1 * x2) * invert(1n - t))]
}
function times(scalar: bigint, point: Affine): Affine {
  let [result, double]: [Affine, Affine] = [[0n, 1n], point]
  for (let e = scalar; e > 0n; e >>= 1n) {
    if (e & 1n) result = plus(result, double)
    double = plus(double, double)
  }
  return result
}
/** RFC 8032, 5.1.3. */
function toPoint(bytes: Uint8Array): Affine | undefined {
  const sign = BigInt(bytes[31]! >> 7)
  const y = int(bytes) & (2n ** 255n - 1n)
  if (y >= p) return undefined
  const [u, v] = [mod(y * y - 1n), mod(d * y * y + 1n)]
  const x = power(u * invert(v), (p + 3n) / 8n)
  const root = [x, mod(x * power(2n, (p - 1n) / 4n))].find((root) => mod(v * root * root - u) === 0n)
  if (root === undefined || (root === 0n && sign === 1n)) return undefined
  return [(root & 1n) === sign ? root : p - root, y]
}
const toBytes = ([x, y]: Affine) => le(y | ((x & 1n) << 255n))
const B = toPoint(le(mod(4n * invert(5n))))!
const hash = (...parts: (number | Uint8Array)[]) =>
  sha512(Encoding.concat(...parts.map((part) => (typeof part === 'number' ? Uint8Array.of(part) : part))))

function encodeToCurve(salt: Uint8Array, alpha: Uint8Array): Affine {
  for (let counter = 0; ; counter++) {
    const candidate = toPoint(hash(3, 1, salt, alpha, counter, 0).subarray(0, 32))
    if (candidate !== undefined) return times(8n, candidate)
  }
}

function slowProve(secretKey: Uint8Array, alpha: Uint8Array): { proof: Uint8Array; beta: Uint8Array } {
  const h = hash(secretKey)
  const x = (int(h.subarray(0, 32)) & (2n ** 254n - 8n)) | (2n ** 254n)
  const Y = toBytes(times(x, B))
  const H = encodeToCurve(Y, alpha)
  const Gamma = times(x, H)
  const k = int(hash(h.subarray(32), toBytes(H))) % q
  const points = [Y, toBytes(H), toBytes(Gamma), toBytes(times(k, B)), toBytes(times(k, H))]
  const c = int(hash(3, 2, ...points, 0).subarray(0, 16))
  return {
    proof: Encoding.concat(toBytes(Gamma), le(c, 16), le((k + c * x) % q)),
    beta: hash(3, 3, toBytes(times(8n, Gamma)), 0),
  }
}

const secretKey = new Uint8Array(32).fill(9)
const alpha = Uint8Array.of(1, 2, 3)
const good: Vrf.Evaluation = { publicKey: Vrf.publicKey(secretKey), alpha, proof: Vrf.prove(secretKey, alpha) }
const torsion = ED25519_TORSION_SUBGROUP.map((hex) => Encoding.fromHex(`0x${hex}`))
const key = fc.uint8Array({ minLength: 32, maxLength: 32 })
const part = (proof: Uint8Array, at: number, bytes: Uint8Array) => {
  const copy = proof.slice()
  copy.set(bytes, at)
  return copy
}

/** Encodings that decode leniently but not strictly: y from p to 2^255 - 1, or x = 0 with the sign of -0. */
const notCanonical = [
  ...Array.from({ length: 19 }, (_, i) => le(p + BigInt(i))),
  ...Array.from({ length: 19 }, (_, i) => le((p + BigInt(i)) | (1n << 255n))),
  le(1n | (1n << 255n)),
  le((p - 1n) | (1n << 255n)),
]

describe('proofs', () => {
  it('are those of a second implementation, with its outputs', () => {
    fc.assert(
      fc.property(key, fc.uint8Array({ maxLength: 100 }), (secretKey, alpha) => {
        const { proof, beta } = slowProve(secretKey, alpha)
        expect(Vrf.prove(secretKey, alpha)).toEqual(proof)
        expect(Vrf.proofToHash(proof)).toEqual(beta)
        expect(Vrf.verify({ publicKey: Vrf.publicKey(secretKey), alpha, proof })).toBe(true)
      }),
      { numRuns: 5 },
    )
  })

  it('are for one key and one input', () => {
    fc.assert(
      fc.property(key, fc.uint8Array({ maxLength: 8 }), (otherKey, otherAlpha) => {
        expect(Vrf.verify({ ...good, publicKey: Vrf.publicKey(otherKey) })).toBe(false)
        expect(Vrf.verify({ ...good, alpha: otherAlpha })).toBe(Encoding.equal(otherAlpha, alpha))
      }),
      { numRuns: 10 },
    )
  })

  it('do not depend on what is around their bytes, nor change them', () => {
    const buffer = Encoding.concat(Uint8Array.of(1), secretKey, good.publicKey, good.proof, Uint8Array.of(1))
    const copy = buffer.slice()
    const [sk, pk, pi] = [buffer.subarray(1, 33), buffer.subarray(33, 65), buffer.subarray(65, 145)]
    expect(Vrf.prove(sk, alpha)).toEqual(good.proof)
    expect(Vrf.verify({ publicKey: pk, alpha, proof: pi })).toBe(true)
    expect(Vrf.proofToHash(pi)).toEqual(Vrf.proofToHash(good.proof))
    expect(buffer).toEqual(copy)
  })
})

describe('what must not verify', () => {
  it('a proof or key with any bit flipped', () => {
    for (let bit = 0; bit < 640; bit += 3) {
      const proof = part(good.proof, bit >> 3, Uint8Array.of(good.proof[bit >> 3]! ^ (1 << (bit & 7))))
      if (Vrf.verify({ ...good, proof })) expect.fail(`proof bit ${bit}`)
    }
    for (let bit = 0; bit < 256; bit += 5) {
      const publicKey = part(good.publicKey, bit >> 3, Uint8Array.of(good.publicKey[bit >> 3]! ^ (1 << (bit & 7))))
      if (Vrf.verify({ ...good, publicKey })) expect.fail(`key bit ${bit}`)
    }
  })

  it('s plus the group order, which gives the same points', () => {
    const s = int(good.proof.subarray(48))
    expect(s < q).toBe(true)
    const more = part(good.proof, 48, le(s + q))
    expect(Vrf.verify({ ...good, proof: more })).toBe(false)
    for (const other of [q, q + 1n, 2n ** 256n - 1n])
      expect(() => Vrf.proofToHash(part(good.proof, 48, le(other)))).toThrow(Vrf.InvalidProofError)
    expect(Vrf.proofToHash(part(good.proof, 48, le(q - 1n)))).toHaveLength(64)
    for (const other of [0n, 1n, q - 1n])
      expect(Vrf.verify({ ...good, proof: part(good.proof, 48, le(other)) })).toBe(false)
  })

  it('a key, or a Gamma, of small order', () => {
    expect(torsion).toHaveLength(8)
    for (const small of torsion) {
      expect(Vrf.verify({ ...good, publicKey: small })).toBe(false)
      expect(Vrf.verify({ publicKey: small, alpha, proof: Encoding.concat(small, new Uint8Array(48)) })).toBe(false)
      expect(Vrf.verify({ ...good, proof: part(good.proof, 0, small) })).toBe(false)
      expect(() => Vrf.proofToHash(part(good.proof, 0, small))).toThrow(Vrf.InvalidProofError)
    }
  })

  it('a proof forged for the identity as key: U = kB and V = kH, whatever the challenge', () => {
    const identity = ed25519.Point.ZERO.toBytes()
    const H = encodeToCurve(identity, alpha)
    const points = [identity, toBytes(H), identity, toBytes(times(5n, B)), toBytes(times(5n, H))]
    const proof = Encoding.concat(identity, hash(3, 2, ...points, 0).subarray(0, 16), le(5n))
    expect(Vrf.verify({ publicKey: identity, alpha, proof })).toBe(false)
  })

  it('points that are not canonical', () => {
    for (const bytes of notCanonical) {
      expect(Vrf.verify({ ...good, publicKey: bytes })).toBe(false)
      expect(Vrf.verify({ ...good, proof: part(good.proof, 0, bytes) })).toBe(false)
      expect(() => Vrf.proofToHash(part(good.proof, 0, bytes))).toThrow(Vrf.InvalidProofError)
    }
  })

  it('bytes of another length, and points off the curve', () => {
    const offCurve = le(2n)
    expect(toPoint(offCurve)).toBeUndefined()
    for (const publicKey of [
      new Uint8Array(0),
      good.publicKey.slice(1),
      Encoding.concat(good.publicKey, alpha),
      offCurve,
    ])
      expect(Vrf.verify({ ...good, publicKey })).toBe(false)
    for (const proof of [new Uint8Array(0), good.proof.slice(1), Encoding.concat(good.proof, alpha)]) {
      expect(Vrf.verify({ ...good, proof })).toBe(false)
      expect(() => Vrf.proofToHash(proof)).toThrow(Vrf.InvalidProofError)
    }
    expect(Vrf.verify({ ...good, proof: part(good.proof, 0, offCurve) })).toBe(false)
  })

  it('random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 81 }), fc.uint8Array({ maxLength: 33 }), (proof, publicKey) => {
        expect(Vrf.verify({ ...good, proof })).toBe(false)
        expect(Vrf.verify({ ...good, publicKey })).toBe(false)
      }),
      { numRuns: 200 },
    )
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 80, maxLength: 80 }), key, (proof, publicKey) => {
        expect(Vrf.verify({ ...good, proof })).toBe(false)
        expect(Vrf.verify({ ...good, publicKey })).toBe(false)
        expect(Vrf.verify({ ...good, proof: part(good.proof, 32, proof.subarray(32)) })).toBe(false)
      }),
      { numRuns: 60 },
    )
  })
})

// So a part of small order, which the RFC does not refuse, is no second output: the output clears the cofactor.
it('gives one output where Gamma is shifted by a point of small order', () => {
  const Gamma = ed25519.Point.fromBytes(good.proof.slice(0, 32))
  for (const small of torsion) {
    const shifted = part(good.proof, 0, Gamma.add(ed25519.Point.fromBytes(small)).toBytes())
    expect(Vrf.proofToHash(shifted)).toEqual(Vrf.proofToHash(good.proof))
    expect(Vrf.verify({ ...good, proof: shifted })).toBe(Encoding.equal(shifted, good.proof))
  }
})

describe('doors', () => {
  it('name a proof that is none', () => {
    let message = ''
    try {
      Vrf.proofToHash(new Uint8Array(80).fill(0xff))
    } catch (error) {
      if (error instanceof Vrf.InvalidProofError) message = error.message
    }
    expect(message).toMatchInlineSnapshot(`
      "these bytes are no VRF proof.
        proof  Uint8Array(80) 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff…
        rule   80 bytes: a canonical point not of small order, a challenge, and a scalar below the group order
        fix    call Vrf.verify first, and drop what does not verify
        see    RFC 9381, 5.4.4"
    `)
  })

  it('throw nothing but typed errors, whatever they are given', () => {
    const anything = fc.anything({
      withBigInt: true,
      withNullPrototype: true,
      withSparseArray: true,
      withTypedArray: true,
    })
    const isBytes = (value: unknown) => value instanceof Uint8Array
    fc.assert(
      fc.property(anything as fc.Arbitrary<never>, fc.constantFrom(...Object.keys(good)), (value, field) => {
        if (isBytes(value)) expect(Vrf.verify({ ...good, [field]: value })).toBe(false)
        else expect(() => Vrf.verify({ ...good, [field]: value })).toThrow(Errors.InvalidInputError)
        expect(() => Vrf.verify(value)).toThrow(Errors.InvalidInputError)
        for (const call of [() => Vrf.prove(value, alpha), () => Vrf.publicKey(value)])
          if (!(isBytes(value) && (value as Uint8Array).length === 32)) expect(call).toThrow(Errors.InvalidInputError)
        if (!isBytes(value)) expect(() => Vrf.prove(secretKey, value)).toThrow(Errors.InvalidInputError)
        expect(() => Vrf.proofToHash(value)).toThrow(Errors.BaseError)
      }),
      { numRuns: 1_000 },
    )
  })
})

it('says what it refuses', () => {
  const calls = [
    () => Vrf.publicKey(undefined as never),
    () => Vrf.prove(new Uint8Array(31), alpha),
    () => Vrf.prove(new Uint8Array(32), undefined as never),
    () => Vrf.verify(undefined as never),
    ...['publicKey', 'alpha', 'proof'].map((name) => () => Vrf.verify({ ...good, [name]: undefined })),
    () => Vrf.proofToHash(undefined as never),
    () => Vrf.proofToHash(good.proof.slice(1)),
  ]
  expect(calls.map(refusal).join('\n')).toMatchInlineSnapshot(`
    "Errors.InvalidInputError: secretKey must be 32 bytes. | secretKey | undefined | a Uint8Array of 32 bytes | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: secretKey must be 32 bytes. | secretKey | 0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0 | a Uint8Array of 32 bytes | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: alpha must be bytes. | alpha | undefined | a Uint8Array | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: evaluation must be an object. | evaluation | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: publicKey must be bytes. | publicKey | undefined | a Uint8Array | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: alpha must be bytes. | alpha | undefined | a Uint8Array | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: proof must be bytes. | proof | undefined | a Uint8Array | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: proof must be bytes. | proof | undefined | a Uint8Array | pass the raw bytes; hex goes through Encoding.fromHex
    Vrf.InvalidProofError: these bytes are no VRF proof. | proof | 250,123,5,27,105,71,101,162,183,168,233,145,42,19,58,73,228,208,210,123,25,186,225,251,106,57,64,7,109,82,137,167,116,73,136,79,178,19,212,218,196,192,59,5,190,207,11,3,137,25,176,203,196,35,60,18,95,224,242,13,42,130,160,31,191,9,70,190,185,34,13,132,228,77,225,97,189,34,7 | 80 bytes: a canonical point not of small order, a challenge, and a scalar below the group order | call Vrf.verify first, and drop what does not verify"
  `)
})
