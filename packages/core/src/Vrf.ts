/**
 * A verifiable random function: ECVRF-EDWARDS25519-SHA512-TAI of RFC 9381.
 *
 * For a key and an input there is exactly one output, which only the key's holder can compute and anyone can check. That
 * is what secret sampling needs: nobody foresees a verifier's draw, and the verifier can't try another. An ECDSA
 * signature is no substitute: one key has many valid signatures of one message.
 *
 * Only `Vrf.proofToHash` of a verified proof may decide anything, never the proof's bytes: one key can make several
 * proofs of the same output. Keys are registered with proof of possession before the inputs are known.
 *
 * @see protocol.md, Sample, "secret"
 * @module
 */
import { ed25519 } from '@noble/curves/ed25519.js'
import { bytesToNumberLE, numberToBytesLE } from '@noble/curves/utils.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { assertBytes, assertObject, concat } from './Encoding.js'
import { BaseError } from './Errors.js'

/** What `Vrf.verify` judges. */
export type Evaluation = Readonly<{
  /** 32 bytes: an Ed25519 public key. */
  publicKey: Uint8Array
  /** The input, of any length. */
  alpha: Uint8Array
  /** 80 bytes. */
  proof: Uint8Array
}>

const { Point } = ed25519
type Point = typeof Point.BASE

/** suite_string of ECVRF-EDWARDS25519-SHA512-TAI, section 5.5. */
const SUITE = 0x03
/** Bytes of a point, and of a scalar. */
const WIDTH = 32
/** cLen: bytes of the challenge. */
const CHALLENGE = 16

/**
 * The public key of a secret key: 32 bytes, the same as Ed25519's.
 *
 * @param secretKey 32 bytes, any: draw them at random.
 * @throws Errors.InvalidInputError unless `secretKey` is 32 bytes.
 * @see RFC 8032, section 5.1.5
 * @example
 * ```ts
 * import { Vrf } from '@spotcheck/core'
 *
 * Vrf.publicKey(new Uint8Array(32).fill(7)).length // 32
 * ```
 */
export function publicKey(secretKey: Uint8Array): Uint8Array {
  return ed25519.getPublicKey(assertBytes(secretKey, 'secretKey', WIDTH))
}

/**
 * The proof of the output for `alpha`, 80 bytes: point Gamma, 16-byte challenge c, 32-byte scalar s. Deterministic.
 *
 * @param secretKey 32 bytes.
 * @throws Errors.InvalidInputError if `secretKey` is not 32 bytes or `alpha` not bytes.
 * @see RFC 9381, section 5.1
 * @example
 * ```ts
 * import { Vrf } from '@spotcheck/core'
 *
 * const [secretKey, alpha] = [new Uint8Array(32).fill(7), Uint8Array.of(1, 2)]
 * const proof = Vrf.prove(secretKey, alpha)
 * Vrf.verify({ publicKey: Vrf.publicKey(secretKey), alpha, proof }) // true
 * ```
 */
export function prove(secretKey: Uint8Array, alpha: Uint8Array): Uint8Array {
  assertBytes(secretKey, 'secretKey', WIDTH)
  assertBytes(alpha, 'alpha')
  const { scalar: x, prefix, point: Y, pointBytes } = ed25519.utils.getExtendedPublicKey(secretKey)
  const H = toCurve(pointBytes, alpha)
  const Gamma = H.multiply(x)
  // Nonce generation of section 5.4.2.2: as an Ed25519 signature's, over the point H.
  const k = Point.Fn.create(bytesToNumberLE(sha512(concat(prefix, H.toBytes()))))
  const c = challenge(Y, H, Gamma, Point.BASE.multiply(k), H.multiply(k))
  const s = Point.Fn.create(k + c * x)
  return concat(Gamma.toBytes(), numberToBytesLE(c, CHALLENGE), numberToBytesLE(s, WIDTH))
}

/**
 * Does `proof` prove the output of `publicKey` for `alpha`?
 *
 * False, too, for bytes of the wrong length, points that are not canonical or of small order, for key and proof, and a
 * scalar s that is not below the group order. A few milliseconds.
 *
 * @throws Errors.InvalidInputError only if an argument has the wrong type.
 * @see RFC 9381, section 5.3, with key validation as in section 5.4.5
 * @example
 * ```ts
 * import { Vrf } from '@spotcheck/core'
 *
 * const secretKey = new Uint8Array(32).fill(7)
 * const proof = Vrf.prove(secretKey, Uint8Array.of(1))
 * Vrf.verify({ publicKey: Vrf.publicKey(secretKey), alpha: Uint8Array.of(2), proof }) // false
 * ```
 */
export function verify(evaluation: Evaluation): boolean {
  const { publicKey, alpha, proof } = assertObject(evaluation, 'evaluation')
  assertBytes(publicKey, 'publicKey')
  assertBytes(alpha, 'alpha')
  const decoded = decode(assertBytes(proof, 'proof'))
  const Y = toPoint(publicKey)
  if (decoded === undefined || Y === undefined) return false
  const { Gamma, c, s } = decoded
  const H = toCurve(publicKey, alpha)
  const U = Point.BASE.multiplyUnsafe(s).subtract(Y.multiplyUnsafe(c))
  const V = H.multiplyUnsafe(s).subtract(Gamma.multiplyUnsafe(c))
  return challenge(Y, H, Gamma, U, V) === c
}

/**
 * The output that a proof proves, 64 bytes that are indistinguishable from random without the key. Verify the proof
 * first: this does not.
 *
 * @throws Vrf.InvalidProofError if the proof could not verify for any key.
 * @throws Errors.InvalidInputError if `proof` is not bytes.
 * @see RFC 9381, section 5.2
 * @example
 * ```ts
 * import { Vrf } from '@spotcheck/core'
 *
 * const proof = Vrf.prove(new Uint8Array(32).fill(7), Uint8Array.of(1))
 * Vrf.proofToHash(proof).length // 64
 * ```
 */
export function proofToHash(proof: Uint8Array): Uint8Array {
  const decoded = decode(assertBytes(proof, 'proof'))
  if (decoded === undefined) throw new InvalidProofError(proof)
  return tagged(0x03, decoded.Gamma.clearCofactor().toBytes())
}

/** ECVRF_encode_to_curve_try_and_increment, section 5.4.1.1, salted with the public key. */
function toCurve(salt: Uint8Array, alpha: Uint8Array): Point {
  for (let counter = 0; ; counter++) {
    // A candidate decodes with probability 1/2; the counter's byte never runs out.
    const H = toPoint(tagged(0x01, salt, alpha, Uint8Array.of(counter)).subarray(0, WIDTH))
    if (H !== undefined) return H.clearCofactor()
  }
}

/** ECVRF_challenge_generation, section 5.4.3. */
function challenge(...points: Point[]): bigint {
  return bytesToNumberLE(tagged(0x02, ...points.map((point) => point.toBytes())).subarray(0, CHALLENGE))
}

/** ECVRF_decode_proof, section 5.4.4. */
function decode(proof: Uint8Array): { Gamma: Point; c: bigint; s: bigint } | undefined {
  if (proof.length !== WIDTH + CHALLENGE + WIDTH) return undefined
  const Gamma = toPoint(proof.subarray(0, WIDTH))
  const s = bytesToNumberLE(proof.subarray(WIDTH + CHALLENGE))
  if (Gamma === undefined || s >= Point.Fn.ORDER) return undefined
  return { Gamma, c: bytesToNumberLE(proof.subarray(WIDTH, WIDTH + CHALLENGE)), s }
}

/**
 * string_to_point: the strict decoding of RFC 8032, section 5.1.3 (y below the prime, no negative zero), and no point of
 * small order. For H, whose eightfold must not be the identity, and for Y that is the RFC's own rule; an honest Gamma
 * has prime order.
 */
function toPoint(bytes: Uint8Array): Point | undefined {
  if (bytes.length !== WIDTH) return undefined
  try {
    const point = Point.fromBytes(bytes, false)
    return point.isSmallOrder() ? undefined : point
  } catch {
    return undefined
  }
}

/** `SHA-512(suite || domain || ... || 0x00)`: every hash of the RFC but the nonce's has this form. */
function tagged(domain: number, ...parts: Uint8Array[]): Uint8Array {
  return sha512(concat(Uint8Array.of(SUITE, domain), ...parts, Uint8Array.of(0)))
}

/** Bytes that are no proof, whatever the key. */
export class InvalidProofError extends BaseError {
  override name = 'Vrf.InvalidProofError'

  constructor(proof: Uint8Array) {
    super('these bytes are no VRF proof.', {
      subject: 'proof',
      value: proof,
      rule: '80 bytes: a canonical point not of small order, a challenge, and a scalar below the group order',
      fix: 'call Vrf.verify first, and drop what does not verify',
      see: 'RFC 9381, 5.4.4',
    })
  }
}
