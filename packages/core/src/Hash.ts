/**
 * Hashes, and the one table of tags that keeps their uses apart (protocol.md, "Bytes").
 *
 * @module
 */
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { assertBytes, concat } from './Encoding.js'
import { InvalidInputError } from './Errors.js'
import { BLOCK, keccakBlock } from './Hash/Keccak.js'

/** Every tag that the protocol hashes under, and what for. */
export const tags: Readonly<Record<string, string>> = {
  seed: 'randomness || batchDigest: the seed that draws a batch’s sample',
  uniform: 'x || u32 j: unbiased integers',
  bytes: 'digest || salt: commitment to output bytes',
  evidence: 'digest || salt: commitment to numeric evidence',
  vcommit: 'address || batchDigest || u64 index || u8 level || digest || salt: a verifier’s commitment',
  bern: 'seed || u64 index: Bernoulli sampling',
  feistel: 'seed || u8 round || u64 R: the keyed permutation of fixed-size sampling',
  'vrf-alpha': 'address || seed: what a verifier evaluates its VRF on',
  'vrf-seed': 'beta: the seed of a verifier’s own draw',
  'vrf-key': 'paramsHash || address || u64 epoch: what proves that a VRF key is held',
  canaries: 'salt || warrant digests, ascending: the hidden list of a batch’s canaries',
  'beacon-commit': 'address || u64 round || u8 level || secret: a panel member’s commitment to its secret',
  'beacon-reveal': 'u64 round || u8 level || secrets in commit order: the panel’s randomness',
  'beacon-block': 'u64 number || hash: a block’s randomness',
  'beacon-test': 'u64 round || secret: the deterministic test source',
}

/**
 * keccak256, 32 bytes.
 *
 * @throws InvalidInputError if `data` is not bytes.
 * @example
 * ```ts
 * import { Encoding, Hash } from '@spotcheck/core'
 *
 * Encoding.toHex(Hash.keccak256(new Uint8Array()))
 * // '0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470'
 * ```
 */
export function keccak256(data: Uint8Array): Uint8Array {
  if (assertBytes(data, 'data').length >= BLOCK) return keccak_256(data)
  const digest = new Uint8Array(32)
  keccakBlock(data, 0, data.length, digest, 0)
  return digest
}

/**
 * SHA-256, 32 bytes.
 *
 * @throws InvalidInputError if `data` is not bytes.
 * @example
 * ```ts
 * import { Encoding, Hash } from '@spotcheck/core'
 *
 * Encoding.toHex(Hash.sha256(new Uint8Array()))
 * // '0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
 * ```
 */
export function sha256(data: Uint8Array): Uint8Array {
  return nobleSha256(assertBytes(data, 'data'))
}

const prefixes = new Map<string, Uint8Array>()

function prefix(tag: string): Uint8Array {
  const known = prefixes.get(tag)
  if (known !== undefined) return known
  const made = keccak256(utf8ToBytes(`spotcheck/v1/${tag}`))
  if (Object.hasOwn(tags, tag)) prefixes.set(tag, made)
  return made
}

/**
 * `keccak256(keccak256("spotcheck/v1/" || tag) || data)`, 32 bytes: a hash that means one thing only.
 *
 * @throws InvalidInputError if `tag` is not a string or `data` not bytes.
 * @example
 * ```ts
 * import { Hash } from '@spotcheck/core'
 *
 * Hash.tagged('seed', new Uint8Array(64)).length // 32
 * ```
 */
export function tagged(tag: string, data: Uint8Array): Uint8Array {
  if (typeof tag !== 'string')
    throw new InvalidInputError('tag must be a string.', {
      subject: 'tag',
      value: tag,
      rule: 'a string, normally a key of Hash.tags',
      fix: 'pass the name of the use, e.g. "seed"',
      see: 'protocol.md, Bytes',
    })
  return keccak256(concat(prefix(tag), assertBytes(data, 'data')))
}
