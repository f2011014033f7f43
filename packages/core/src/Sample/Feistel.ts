/**
 * A keyed permutation of 0 .. size-1 in constant memory: a balanced Feistel network over 2b bits, walked along its
 * cycle until it lands below `size`.
 *
 * @module
 */
import * as Hash from '../Hash.js'
import { writeU64 } from './Draw.js'

/** A bijection of the integers 0 .. size-1 and its inverse. */
export type Permutation = Readonly<{
  permute(x: number): number
  inverse(x: number): number
}>

type RoundFunction = (round: number, right: number) => number

/** Up to this size 16 rounds, above it 8: with few bits, few rounds are visibly biased. */
const SMALL = 65_536

/**
 * The permutation that `seed` (32 bytes) gives of 0 .. size-1, 1 <= size <= 2^53-1. Expected work below 4 passes of 16
 * (or 8) hashes a value. With `remember: true` a small permutation keeps its at most 4,096 hashes: for many values at once.
 *
 * @see protocol.md, Bytes, "fixed"
 */
export function feistel(seed: Uint8Array, size: number, options: { remember?: boolean } = {}): Permutation {
  // Bits of size-1, halved upwards; the 0 of size 1 has one digit, so this is never below 1. At most 27.
  const b = Math.ceil((size - 1).toString(2).length / 2)
  const base = 2 ** b
  const rounds = size <= SMALL ? 16 : 8
  const plain = roundFunction(seed, base - 1)
  const f = options.remember === true && size <= SMALL ? remembering(plain, rounds, b) : plain
  const walk = (pass: (x: Halves) => void) => (x: number) => {
    const halves = { left: Math.floor(x / base), right: x % base }
    // Above 2^53 the sum is rounded, but never to below 2^53, so the comparison and the result are exact.
    do pass(halves)
    while (halves.left * base + halves.right >= size)
    return halves.left * base + halves.right
  }
  return { permute: walk((x) => forward(x, f, rounds)), inverse: walk((x) => backward(x, f, rounds)) }
}

type Halves = { left: number; right: number }

function forward(x: Halves, f: RoundFunction, rounds: number): void {
  for (let round = 0; round < rounds; round++) {
    const mixed = x.left ^ f(round, x.right)
    x.left = x.right
    x.right = mixed
  }
}

function backward(x: Halves, f: RoundFunction, rounds: number): void {
  for (let round = rounds - 1; round >= 0; round--) {
    const unmixed = x.right ^ f(round, x.left)
    x.right = x.left
    x.left = unmixed
  }
}

/** The low bits of `tagged("feistel", seed || u8 round || u64 right)` under `mask`. */
function roundFunction(seed: Uint8Array, mask: number): RoundFunction {
  const input = new Uint8Array(41)
  input.set(seed)
  return (round, right) => {
    input[32] = round
    writeU64(input, 33, right)
    const { buffer, byteOffset } = Hash.tagged('feistel', input)
    return new DataView(buffer, byteOffset).getUint32(28) & mask
  }
}

function remembering(f: RoundFunction, rounds: number, b: number): RoundFunction {
  const known = new Int16Array(rounds << b).fill(-1)
  return (round, right) => {
    const at = (round << b) | right
    if (known[at]! < 0) known[at] = f(round, right)
    return known[at]!
  }
}
