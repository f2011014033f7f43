/**
 * keccak256 of a short message: one permutation, without the object that a hash of any length needs.
 *
 * @module
 */
import { keccakP } from '@noble/hashes/sha3.js'
import { swap32IfBE } from '@noble/hashes/utils.js'

/** Bytes that keccak256 absorbs at a time. A message below it takes one permutation. */
export const BLOCK = 136

const DIGEST = 32

const state = new Uint8Array(200)
const words = new Uint32Array(state.buffer)

/**
 * Writes keccak256 of `input[from, from + length)`, less than `BLOCK` bytes, to `output` at `to`.
 *
 * @see FIPS 202, section 4; the padding is that of the original Keccak, as Ethereum has it.
 */
export function keccakBlock(input: Uint8Array, from: number, length: number, output: Uint8Array, to: number): void {
  state.fill(0)
  for (let i = 0; i < length; i++) state[i] = input[from + i]!
  state[length] = 0x01
  state[BLOCK - 1]! ^= 0x80
  swap32IfBE(words)
  keccakP(words)
  swap32IfBE(words)
  for (let i = 0; i < DIGEST; i++) output[to + i] = state[i]!
}
