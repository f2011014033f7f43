/**
 * drand rounds of the League of Entropy: BLS12-381 threshold signatures that anyone can check against one public key.
 *
 * @module
 */
import type { BlsSigs } from '@noble/curves/abstract/bls.js'
import type { WeierstrassPoint } from '@noble/curves/abstract/weierstrass.js'
import { bls12_381 } from '@noble/curves/bls12-381.js'
import { assertInteger, assertObject, concat, fromHex, toBytes, toHex, uint } from '../Encoding.js'
import { BaseError } from '../Errors.js'
import * as Hash from '../Hash.js'

/**
 * How a chain signs, by drand's own names. `bls-unchained-g1-rfc9380`: 48-byte signatures of `sha256(u64 round)`.
 * `pedersen-bls-chained`: 96-byte signatures of `sha256(previous signature || u64 round)`.
 */
export type Scheme = 'bls-unchained-g1-rfc9380' | 'pedersen-bls-chained'

/** A drand chain, as its `/info` describes it. */
export type ChainInfo = Readonly<{
  /** The chain hash, hex: names the chain, is not checked. */
  hash?: string | undefined
  scheme: Scheme
  /** Seconds between rounds. */
  period: number
  /** When round 1 came, seconds. */
  genesisTime: number
  /** Compressed point, bytes or lower-case hex: 96 bytes of G2 for short signatures, 48 of G1 for long ones. */
  publicKey: Uint8Array | string
}>

/** A round as drand publishes it: bytes, or lower-case hex with or without 0x. */
export type DrandRound = Readonly<{
  round: number
  signature: Uint8Array | string
  /** Chained schemes only; for round 1 it is the chain's 32-byte genesis seed. */
  previousSignature?: Uint8Array | string | undefined
}>

/** The chains of the League of Entropy. `default` rounds come every 30 s and are chained, `quicknet` every 3 s. */
export const chains: Readonly<{ quicknet: ChainInfo; default: ChainInfo }> = Object.freeze({
  quicknet: Object.freeze({
    hash: '52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971',
    scheme: 'bls-unchained-g1-rfc9380',
    period: 3,
    genesisTime: 1_692_803_367,
    publicKey:
      '83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a',
  }),
  default: Object.freeze({
    hash: '8990e7a9aaed2ffed73dbd7092123d6f289930540d7651336225dc172e51b2ce',
    scheme: 'pedersen-bls-chained',
    period: 30,
    genesisTime: 1_595_431_050,
    publicKey: '868f005eb8e6e4ca0a47c8a77ceaa5309a47978a7c71bc5cce96366b5d7a569937c529eeda66c7293784a9402801af31',
  }),
})

/**
 * Is this the chain's signature of that round? About 20 ms; nothing switches it off.
 *
 * False for bytes that are no valid signature: wrong length, not on the curve, not in the subgroup, infinity, another
 * encoding of the right point, another round's, or a chained round without its previous signature.
 *
 * @throws Beacon.InvalidChainError for a chain that is not known, not supported, or whose key is not a key.
 * @throws Errors.InvalidInputError if a field is not of its type: not bytes or hex, or not a round.
 * @see protocol.md, Beacon
 * @example
 * ```ts
 * import { Beacon } from '@spotcheck/core'
 *
 * const signature =
 *   'b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39'
 * Beacon.verifyDrand('quicknet', { round: 1000, signature }) // true
 * Beacon.verifyDrand('quicknet', { round: 1001, signature }) // false
 * ```
 */
export function verifyDrand(chain: keyof typeof chains | ChainInfo, drandRound: DrandRound): boolean {
  const { scheme, publicKey } = chainOf(chain)
  const { round, signature, previousSignature } = assertObject(drandRound, 'drand round')
  const number = uint(assertInteger(round, 'round', 1), 8)
  const signed = raw(signature, 'signature')
  const previous = previousSignature === undefined ? undefined : raw(previousSignature, 'previousSignature')
  const check = checker(scheme, publicKey)
  if (!schemes[scheme].chained) return check(signed, Hash.sha256(number))
  return previous !== undefined && check(signed, Hash.sha256(concat(previous, number)))
}

/**
 * The randomness of a round: sha256 of its signature, 32 bytes. Check the signature first, with `verifyDrand`; a valid
 * one has a single encoding, so a round has a single randomness.
 *
 * @throws Errors.InvalidInputError if the signature is not bytes or hex.
 * @example
 * ```ts
 * import { Beacon } from '@spotcheck/core'
 *
 * Beacon.randomness(new Uint8Array(48)).length // 32
 * ```
 */
export function randomness(signature: Uint8Array | string): Uint8Array {
  return Hash.sha256(raw(signature, 'signature'))
}

type Check = (signature: Uint8Array, message: Uint8Array) => boolean
type Suite = Readonly<{ chained: boolean; checker(publicKey: Uint8Array): Check }>

const { G1, G2, longSignatures, shortSignatures } = bls12_381

const schemes: Readonly<Record<Scheme, Suite>> = {
  'bls-unchained-g1-rfc9380': {
    chained: false,
    checker: (key) => against(shortSignatures, G2.Point.fromBytes(key), 'BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_'),
  },
  'pedersen-bls-chained': {
    chained: true,
    checker: (key) => against(longSignatures, G1.Point.fromBytes(key), 'BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_NUL_'),
  },
}

function against<P, S>(bls: BlsSigs<P, S>, key: WeierstrassPoint<P>, domain: string): Check {
  if (key.is0()) throw new Error('the public key is the point at infinity')
  return (signature, message) => {
    const point = decode(bls, signature)
    return point !== undefined && bls.verify(point, bls.hash(message, domain), key)
  }
}

/** The point that a signature encodes: on the curve, in the subgroup, not infinity. */
function decode<P, S>(bls: BlsSigs<P, S>, signature: Uint8Array): WeierstrassPoint<S> | undefined {
  try {
    const point = bls.Signature.fromBytes(signature)
    return point.is0() ? undefined : point
  } catch {
    return undefined
  }
}

/** Keys that were decoded before: decoding one costs as much as half a verification. */
const checkers = new Map<string, Check>()
const REMEMBERED = 8

function checker(scheme: Scheme, publicKey: Uint8Array | string): Check {
  const bytes = raw(publicKey, 'publicKey')
  const name = `${scheme} ${toHex(bytes)}`
  const known = checkers.get(name)
  if (known !== undefined) return known
  const made = checkerOf(scheme, bytes)
  if (checkers.size >= REMEMBERED) checkers.clear()
  checkers.set(name, made)
  return made
}

function checkerOf(scheme: Scheme, publicKey: Uint8Array): Check {
  try {
    return schemes[scheme].checker(publicKey)
  } catch (cause) {
    throw new InvalidChainError('the public key is not a key of its scheme.', {
      subject: 'publicKey',
      value: publicKey,
      rule: `a compressed point for ${scheme}, in the subgroup and not infinity`,
      fix: "copy public_key from the chain's /info",
      see,
      cause,
    })
  }
}

function chainOf(chain: keyof typeof chains | ChainInfo): ChainInfo {
  const builtIn = typeof chain === 'string' && Object.hasOwn(chains, chain)
  const info = builtIn ? chains[chain] : chain
  if (typeof info !== 'object' || info === null) throw unknownChain(chain)
  if (typeof info.scheme !== 'string' || !Object.hasOwn(schemes, info.scheme)) throw unsupported(info.scheme)
  return info
}

/** Bytes, or hex as drand spells it (without 0x) or as this library does (with it). */
function raw(value: Uint8Array | string, subject: string): Uint8Array {
  if (typeof value !== 'string') return toBytes(value, subject)
  return fromHex(value.startsWith('0x') ? (value as `0x${string}`) : `0x${value}`, subject)
}

const see = 'protocol.md, Beacon'

function unknownChain(chain: unknown): InvalidChainError {
  return new InvalidChainError('no such chain is built in.', {
    subject: 'chain',
    value: chain,
    rule: `one of ${Object.keys(chains).join(', ')}, or a ChainInfo`,
    fix: 'pass one of these names, or what /info of your chain says',
    see,
  })
}

function unsupported(scheme: unknown): InvalidChainError {
  return new InvalidChainError('the scheme of the chain is not supported.', {
    subject: 'scheme',
    value: scheme,
    rule: `one of ${Object.keys(schemes).join(', ')}`,
    fix: 'use a chain with one of these schemes',
    see,
  })
}

/** A chain that is not built in, has a scheme that is not supported, or a key that is none. */
export class InvalidChainError extends BaseError {
  override name = 'Beacon.InvalidChainError'
}
