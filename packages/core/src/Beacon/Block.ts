/**
 * Randomness from the hash of one block, whose number was fixed before the block existed.
 *
 * @module
 */
import { assertInteger, assertObject, concat, type Hex, toBytes, uint } from '../Encoding.js'
import * as Hash from '../Hash.js'

/** A block, as whoever vouches for it reports it. */
export type Block = Readonly<{
  number: number
  /** 32 bytes. */
  hash: Uint8Array | Hex
}>

/**
 * Randomness of a block: `tagged("beacon-block", u64 number || hash)`, 32 bytes.
 *
 * The number is `roundFor` of the epoch, with the chain's block time as period and the time of block 1 as genesis; no
 * later block takes the place of one that is late. Three things are not decided here:
 *
 * - That this is the block's hash. A contract reads it from the history of EIP-2935, the last 8,191 blocks; off chain an
 *   adapter reads it from the party's own node, final by the parameters' `gap`, or a quorum signs it. A hash that a peer
 *   merely sent is no beacon.
 * - That the block came after the deadline. Blocks that come faster than the period run ahead of their numbers: whoever
 *   vouches must refuse a block whose timestamp is not after the deadline, which leaves the epoch void.
 * - Who could choose. The block's proposer may drop it, and may vary it for as many hashes as it computes in a slot. The
 *   parameters declare that number as `draws`, and economics counts them; with a value worth choosing take another source.
 *
 * @throws Errors.InvalidInputError unless the number is whole and the hash 32 bytes.
 * @see https://eips.ethereum.org/EIPS/eip-2935; protocol.md, Beacon
 * @example
 * ```ts
 * import { Beacon } from '@spotcheck/core'
 *
 * const number = Beacon.roundFor({ deadline: 1_700_000_100, gap: 64, genesis: 1_600_000_000, period: 12 })
 * number // 8333348
 * Beacon.blockRandomness({ number, hash: `0x${'b1'.repeat(32)}` }).length // 32
 * ```
 */
export function blockRandomness(block: Block): Uint8Array {
  const { number, hash } = assertObject(block, 'block')
  return Hash.tagged('beacon-block', concat(uint(assertInteger(number, 'number'), 8), toBytes(hash, 'hash', 32)))
}
