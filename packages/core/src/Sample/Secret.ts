/**
 * A draw that each verifier makes for itself, in secret, and proves afterwards: nobody knows before the reveals which
 * leaves it looked at, and it can't have looked at others.
 *
 * @module
 */
import { assertBytes, assertObject, concat, type Hex, toBytes } from '../Encoding.js'
import { BaseError, show } from '../Errors.js'
import * as Hash from '../Hash.js'
import * as Vrf from '../Vrf.js'
import { bernoulli } from './Bernoulli.js'
import { assertDraw } from './Draw.js'

/** What a verifier evaluates its VRF on: one evaluation for each (registered verifier, batch). */
export type SecretInput = Readonly<{
  /** 32 bytes, e.g. from `Beacon.seed`: of the beacon and the batch, so that no batch is ground for a draw. */
  seed: Uint8Array | Hex
  /** Address of the verifier, in lower case. */
  verifier: Hex
}>

/** What a verifier publishes, with the key that was registered for it. */
export type SecretProof = SecretInput &
  Readonly<{
    /** 32 bytes, registered before the epoch opened (`VrfKey`). */
    publicKey: Uint8Array | Hex
    /** 80 bytes, of {@link SecretSampler.prove}. */
    proof: Uint8Array | Hex
  }>

/** What decides one verifier's draw. */
export type SecretDraw = Readonly<{
  /** 64 bytes, of a proof that verified: {@link SecretSampler.beta}. */
  beta: Uint8Array | Hex
  /** Number of leaves in the batch, at least 1. */
  count: number
  /** Mean number of verifiers that draw a leaf, over the whole set: WAD, 0 < rate <= 1e18. */
  rate: bigint
  /** The verifier's stake and that of the whole frozen set, wei: 0 < stake <= totalStake < 2^128. */
  stake: bigint
  totalStake: bigint
}>

/** Sampling in secret. `indices` and `includes` always agree. */
export type SecretSampler = Readonly<{
  /**
   * The VRF's input, 32 bytes: `tagged("vrf-alpha", address || seed)`.
   *
   * @throws Errors.InvalidInputError if the seed is not 32 bytes or the verifier no address.
   */
  alpha(input: SecretInput): Uint8Array
  /**
   * The proof that the verifier publishes by the reveal deadline, drawn or not: 80 bytes, always the same.
   *
   * @throws Errors.InvalidInputError if the secret key or seed is not 32 bytes or the verifier no address.
   */
  prove(secretKey: Uint8Array, input: SecretInput): Uint8Array
  /**
   * Is it that verifier's proof for that batch? False, too, for bytes of another length and for keys and points that are
   * not canonical or of small order.
   *
   * @throws Errors.InvalidInputError only if an argument has the wrong type.
   */
  verify(proof: SecretProof): boolean
  /**
   * The output that a proof proves, 64 bytes, or undefined where it does not verify: what the draw takes.
   *
   * @throws Errors.InvalidInputError only if an argument has the wrong type.
   */
  beta(proof: SecretProof): Uint8Array | undefined
  /**
   * Every index that the verifier draws, ascending.
   *
   * @throws Sample.InvalidRateError unless 0 < rate <= 1e18; Sample.InvalidStakeError unless
   * 0 < stake <= totalStake < 2^128.
   * @throws Errors.InvalidInputError if beta is not 64 bytes (or undefined: not proven) or the count not a positive integer,
   * or if it would be a search of more than 2^24.
   */
  indices(draw: SecretDraw): number[]
  /**
   * Does the verifier draw `index`? An index outside the batch it does not.
   *
   * @throws Sample.InvalidRateError unless 0 < rate <= 1e18; Sample.InvalidStakeError unless
   * 0 < stake <= totalStake < 2^128.
   * @throws Errors.InvalidInputError if beta, count or index is malformed.
   */
  includes(index: number, draw: SecretDraw): boolean
}>

/**
 * One RFC 9381 ECVRF for each (registered verifier, batch): `alpha = tagged("vrf-alpha", address || seed)`. Its output beta
 * seeds that verifier's own `bernoulli` draw: seed `tagged("vrf-seed", beta)`, rate `ceil(rate · stake / totalStake)`.
 *
 * The rate is linear in stake, so that splitting a stake over several verifiers gains nothing (one part in 1e18 by the
 * rounding). Everybody publishes its proof, drawn or not: absence is a fault, so nobody can shirk. The proof speaks for
 * itself and needs no signature. Off chain only: there is no precompile for the curve.
 *
 * @see protocol.md, Sample, "secret"
 * @example
 * ```ts
 * import { Sample, Vrf, Wad } from '@spotcheck/core'
 *
 * const secretKey = new Uint8Array(32).fill(7) // 32 random bytes, in earnest
 * const publicKey = Vrf.publicKey(secretKey)
 * const input = { seed: new Uint8Array(32), verifier: `0x${'a1'.repeat(20)}` } as const
 * const proof = Sample.secret.prove(secretKey, input)
 * Sample.secret.verify({ ...input, publicKey, proof }) // true
 * Sample.secret.verify({ ...input, publicKey, proof, seed: new Uint8Array(32).fill(1) }) // false
 *
 * const beta = Sample.secret.beta({ ...input, publicKey, proof })!
 * const draw = { beta, count: 1_000, rate: Wad.from(0.1), stake: 30n, totalStake: 100n }
 * const sampled = Sample.secret.indices(draw) // about 1000 · 0.1 · 30/100 of them
 * sampled.every((index) => Sample.secret.includes(index, draw)) // true
 * ```
 */
export const secret: SecretSampler = { alpha, prove, verify, beta, indices, includes }

function alpha(input: SecretInput): Uint8Array {
  const { seed, verifier } = assertObject(input, 'input')
  return Hash.tagged('vrf-alpha', concat(toBytes(verifier, 'verifier', 20), toBytes(seed, 'seed', 32)))
}

function prove(secretKey: Uint8Array, input: SecretInput): Uint8Array {
  return Vrf.prove(assertBytes(secretKey, 'secretKey', 32), alpha(input))
}

function verify(proof: SecretProof): boolean {
  return beta(proof) !== undefined
}

function beta(given: SecretProof): Uint8Array | undefined {
  const { publicKey, proof } = assertObject(given, 'proof')
  const pi = toBytes(proof, 'proof')
  const holds = Vrf.verify({ publicKey: toBytes(publicKey, 'publicKey'), alpha: alpha(given), proof: pi })
  return holds ? Vrf.proofToHash(pi) : undefined
}

function indices(draw: SecretDraw): number[] {
  return bernoulli.indices(own(draw))
}

function includes(index: number, draw: SecretDraw): boolean {
  return bernoulli.includes(index, own(draw))
}

/** The verifier's own draw. */
function own(draw: SecretDraw): { seed: Uint8Array; count: number; rate: bigint } {
  const { beta, stake, totalStake, count, rate } = assertObject(draw, 'draw')
  const seed = Hash.tagged('vrf-seed', toBytes(beta, 'beta', 64))
  assertDraw({ seed, count, rate })
  if (!isStake(stake) || !isStake(totalStake) || stake > totalStake) throw new InvalidStakeError(stake, totalStake)
  return { seed, count, rate: (rate * stake + totalStake - 1n) / totalStake }
}

function isStake(value: unknown): value is bigint {
  return typeof value === 'bigint' && value > 0n && value >> 128n === 0n
}

/** A stake that is no part of the whole. */
export class InvalidStakeError extends BaseError {
  override name = 'Sample.InvalidStakeError'

  constructor(stake: unknown, totalStake: unknown) {
    super('stake is no part of the set’s total.', {
      subject: 'stake',
      value: stake,
      rule: `a bigint, 0 < stake <= totalStake (${show(totalStake)}) < 2^128, in wei`,
      fix: 'pass the stakes of the frozen set: the verifier’s, and the sum of all',
      see: 'protocol.md, Sample',
    })
  }
}
