/**
 * Random streams keyed by what they are for, so that results depend on the seed and never on the order of execution.
 *
 * xoshiro128** (Blackman and Vigna, 2018), its 128 bits of state taken from the SHA-256 of the keys: no two streams
 * share a state, however alike their keys.
 *
 * @module
 */
import { Encoding, Errors, Hash } from '@spotcheck/core'

/** A stream of uniform doubles in [0, 1), multiples of 2^-53. */
export type Random = () => number

/** Four words of 32 bits, not all zero. */
export type State = readonly [number, number, number, number]

/**
 * The stream of a key, e.g. `stream(seed, epoch, node)`. Equal keys give equal streams; `stream(1)` and `stream(1, 0)`
 * have nothing in common.
 *
 * @throws InvalidInputError if a key is not a whole number from 0 to 2^53 - 1.
 * @example
 * ```ts
 * import { Random } from '@spotcheck/sim'
 *
 * Random.stream(1, 2)() === Random.stream(1, 2)() // true
 * Random.stream(1, 2)() === Random.stream(2, 1)() // false
 * ```
 */
export function stream(...keys: readonly number[]): Random {
  return doubles(xoshiro(seedOf(keys)))
}

/** A generator that is set to the stream of any pair of keys, for less than a hash costs. */
export type Source = Readonly<{
  /** From here on the stream of (a, b), whole numbers from 0 to 2^32 - 1. */
  key: (a: number, b: number) => void
  /** The next uniform double in [0, 1), a multiple of 2^-53. */
  next: Random
}>

/**
 * The source of a family of streams, one for every pair of keys, e.g. `(node, epoch)` of `source(seed, replication)`. Its
 * states are the family's SHA-256 mixed with the pair, word by word (the finalizer of MurmurHash3).
 *
 * @throws InvalidInputError if a key of the family is not a whole number from 0 to 2^53 - 1.
 * @example
 * ```ts
 * import { Random } from '@spotcheck/sim'
 *
 * const [here, there] = [Random.source(1, 2), Random.source(1, 2)]
 * here.key(7, 0)
 * there.key(7, 0)
 * here.next() === there.next() // true
 * ```
 */
export function source(...family: readonly number[]): Source {
  const [k0, k1, k2, k3] = seedOf(family)
  const { set, next } = generator(k0, k1, k2, k3)
  return {
    key: (first, second) => {
      // An odd last word: the state is never all zero.
      set(
        mix(mix(k0 + first) + second),
        mix(mix(k1 ^ first) + second),
        mix(mix(k2 + first) ^ second),
        mix(mix(k3 ^ first) ^ second) | 1,
      )
    },
    next: doubles(next),
  }
}

/** Every bit of the result depends on every bit of the word. */
function mix(word: number): number {
  const once = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35)
  return twice ^ (twice >>> 16)
}

function seedOf(keys: readonly number[]): [number, number, number, number] {
  const digest = Hash.sha256(Encoding.concat(...keys.map((key) => Encoding.uint(key, 8, 'key'))))
  const view = new DataView(digest.buffer, digest.byteOffset)
  return [view.getUint32(0), view.getUint32(4), view.getUint32(8), view.getUint32(12)]
}

/**
 * The generator itself: xoshiro128**, words from 0 to 2^32 - 1.
 *
 * @throws InvalidInputError if the state is all zero, from which it never escapes, or not of 32-bit words.
 * @example
 * ```ts
 * import { Random } from '@spotcheck/sim'
 *
 * Random.xoshiro([1, 2, 3, 4])() // 11520
 * ```
 */
export function xoshiro(state: State): () => number {
  return generator(...assertState(state)).next
}

function generator(a: number, b: number, c: number, d: number) {
  const set = (w: number, x: number, y: number, z: number): void => {
    a = w
    b = x
    c = y
    d = z
  }
  const next = (): number => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotate(d, 11)
    return result
  }
  return { set, next }
}

/** Multiples of 2^-53 in [0, 1), of two words each. */
function doubles(next: () => number): Random {
  return () => (next() >>> 5) * 2 ** -27 + (next() >>> 6) * 2 ** -53
}

function rotate(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by))
}

function assertState(state: State): State {
  if (state.every((word) => word >>> 0 === word) && state.some((word) => word !== 0)) return state
  throw new Errors.InvalidInputError('the state can’t drive the generator.', {
    subject: 'state',
    value: state,
    rule: 'four whole numbers from 0 to 2^32 - 1, not all 0',
    fix: 'pass for example [1, 2, 3, 4]',
  })
}
