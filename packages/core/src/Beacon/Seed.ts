/**
 * From randomness to the seed of one batch.
 *
 * @module
 */
import { assertInteger, assertObject, concat, type Hex, toBytes, uint } from '../Encoding.js'
import * as Hash from '../Hash.js'

/**
 * The seed of a batch: `tagged("seed", randomness || batchDigest)`, 32 bytes. The digest is signed before the randomness
 * is known, and retries do not change either, so nothing that the executor does afterwards redraws the sample.
 *
 * @param randomness 32 bytes from the batch's beacon round.
 * @param batchDigest the batch's 32-byte signing digest.
 * @throws Errors.InvalidInputError unless both are 32 bytes.
 * @see protocol.md, Beacon
 * @example
 * ```ts
 * import { Beacon } from '@spotcheck/core'
 *
 * const randomness = Beacon.testRandomness({ round: 7, secret: new Uint8Array(32) })
 * Beacon.seed(randomness, `0x${'ab'.repeat(32)}`).length // 32
 * ```
 */
export function seed(randomness: Uint8Array | Hex, batchDigest: Uint8Array | Hex): Uint8Array {
  const parts = [toBytes(randomness, 'randomness', 32), toBytes(batchDigest, 'batchDigest', 32)]
  return Hash.tagged('seed', concat(...parts))
}

/**
 * Randomness for tests and simulations: `tagged("beacon-test", u64 round || secret)`. Whoever knows the secret knows all
 * rounds, so parameters for production refuse this source.
 *
 * @throws Errors.InvalidInputError unless the secret is 32 bytes and the round a whole number.
 * @example
 * ```ts
 * import { Beacon } from '@spotcheck/core'
 *
 * Beacon.testRandomness({ round: 7, secret: new Uint8Array(32) }).length // 32
 * ```
 */
export function testRandomness(args: Readonly<{ round: number; secret: Uint8Array | Hex }>): Uint8Array {
  const { round, secret } = assertObject(args, 'source')
  const input = concat(uint(assertInteger(round, 'round'), 8), toBytes(secret, 'secret', 32))
  return Hash.tagged('beacon-test', input)
}
