/**
 * What hashes a tree: a port with a bulk interface, so that a faster backend can be dropped in, and the default over
 * @noble/hashes.
 *
 * @module
 */
import { assertBytes, assertInteger, equal } from '../Encoding.js'
import { BaseError, InvalidInputError } from '../Errors.js'
import { BLOCK, keccakBlock } from '../Hash/Keccak.js'
import * as Hash from '../Hash.js'

/** The hash of the tree: chosen once, by the parameters. keccak256 unless they say otherwise. */
export type HashName = 'keccak256' | 'sha256'

/**
 * A backend that hashes many messages of one length at a time, e.g. in WebAssembly.
 *
 * A tree calls it with at most 64 KiB at a time (or one longer message), and before that with two short messages whose
 * hashes it knows: a backend that computes something else is refused.
 */
export type Hasher = Readonly<{
  /** Which hash it computes. */
  hash: HashName
  /**
   * Message i is `input[i·length, (i+1)·length)`; its 32-byte hash goes to `output[32·i, 32·(i+1))`. The length of
   * `output` says how many there are. The two buffers never overlap; `input` must be left as it is.
   */
  hashMany(input: Uint8Array, length: number, output: Uint8Array): void
}>

/** Bytes of a hash. */
export const DIGEST = 32

const defaults: Readonly<Record<HashName, Hasher>> = Object.freeze({
  keccak256: Object.freeze({ hash: 'keccak256', hashMany: door(keccak256) }),
  sha256: Object.freeze({ hash: 'sha256', hashMany: door((...all) => eachBy(Hash.sha256, ...all)) }),
})

/**
 * The default backend of a hash, over @noble/hashes.
 *
 * @throws Errors.InvalidInputError if the tree knows no such hash. Its `hashMany` throws the same if `input` is not as
 * many messages of `length` bytes as `output` has room for.
 * @example
 * ```ts
 * import { Encoding, Hash, Merkle } from '@spotcheck/core'
 *
 * const digests = new Uint8Array(64)
 * Merkle.hasher('sha256').hashMany(Uint8Array.of(7, 8, 9, 10), 2, digests)
 * Encoding.equal(digests.slice(32), Hash.sha256(Uint8Array.of(9, 10))) // true
 * ```
 */
export function hasher(hash: HashName): Hasher {
  return defaults[assertHash(hash)]
}

/** The backend to use: the one given, if it computes what it says and what was asked for; otherwise the default. */
export function chooseHasher(hash: HashName | undefined, given: Hasher | undefined): Hasher {
  if (given === undefined) return hasher(hash === undefined ? 'keccak256' : hash)
  if (typeof given !== 'object' || given === null || typeof given.hashMany !== 'function')
    throw new InvalidHasherError(given, 'it has no function hashMany')
  const named = assertHash(given.hash)
  if (hash !== undefined && assertHash(hash) !== named)
    throw new InvalidHasherError(given, `it computes ${named}, not ${hash}`)
  if (given !== defaults[named]) assertKnownAnswer(given)
  return given
}

/** @throws Errors.InvalidInputError */
export function assertHash(hash: unknown): HashName {
  if (hash === 'keccak256' || hash === 'sha256') return hash
  throw new InvalidInputError('hash is not one that the tree knows.', {
    subject: 'hash',
    value: hash,
    rule: "'keccak256' or 'sha256'",
    fix: 'pass the hash that the parameters name',
    see: 'protocol.md, Commitment',
  })
}

/** Two nodes' worth of input, in one call: wrong padding, stride or function shows. */
function assertKnownAnswer(given: Hasher): void {
  const length = 65
  const input = Uint8Array.from({ length: 2 * length }, (_, i) => (31 * i) % 256)
  const [expected, actual] = [new Uint8Array(2 * DIGEST), new Uint8Array(2 * DIGEST)]
  hasher(given.hash).hashMany(input, length, expected)
  try {
    given.hashMany(input.slice(), length, actual)
  } catch (cause) {
    throw new InvalidHasherError(given, 'it threw', cause)
  }
  if (!equal(actual, expected)) throw new InvalidHasherError(given, `it does not compute ${given.hash}`)
}

type HashMany = Hasher['hashMany']

function door(hashMany: HashMany): HashMany {
  return (input, length, output) => {
    const count = assertBytes(output, 'output').length / DIGEST
    assertBytes(input, 'input', assertInteger(length, 'length') * assertInteger(count, 'output.length / 32'))
    hashMany(input, length, output)
  }
}

function keccak256(input: Uint8Array, length: number, output: Uint8Array): void {
  if (length >= BLOCK) eachBy(Hash.keccak256, input, length, output)
  else
    for (let from = 0, to = 0; to < output.length; from += length, to += DIGEST)
      keccakBlock(input, from, length, output, to)
}

function eachBy(hash: (data: Uint8Array) => Uint8Array, ...[input, length, output]: Parameters<HashMany>): void {
  for (let from = 0, to = 0; to < output.length; from += length, to += DIGEST)
    output.set(hash(input.subarray(from, from + length)), to)
}

/** A backend that is none, computes another hash than asked for, or computes it wrongly. */
export class InvalidHasherError extends BaseError {
  override name = 'Merkle.InvalidHasherError'

  constructor(value: unknown, problem: string, cause?: unknown) {
    super(`the hasher can't be used: ${problem}.`, {
      subject: 'hasher',
      value,
      rule: '{ hash, hashMany(input, length, output) } that writes the hash of every message, in order',
      fix: 'leave hasher out, or compare yours with Merkle.hasher(hash)',
      see: 'protocol.md, Commitment',
      cause,
    })
  }
}
