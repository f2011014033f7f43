/**
 * Random streams keyed by what they are for, so that results depend on the seed and never on the order of execution.
 *
 * xoshiro128** (Blackman and Vigna, 2018), its state filled by splitmix32 from the keys.
 *
 * @module
 */

/** A stream of uniform doubles in [0, 1). */
export type Random = () => number

/**
 * The stream of a key, e.g. `stream(seed, epoch, node)`. Equal keys give equal streams.
 *
 * @example
 * ```ts
 * import { Random } from '@spotcheck/sim'
 *
 * Random.stream(1, 2)() === Random.stream(1, 2)() // true
 * ```
 */
export function stream(...keys: readonly number[]): Random {
  const state = new Uint32Array(4)
  let mix = 0x9e3779b9
  for (const key of keys) {
    mix = splitmix32(mix ^ (key >>> 0))
    mix = splitmix32(mix ^ Math.floor(key / 2 ** 32))
  }
  for (let i = 0; i < 4; i++) state[i] = mix = splitmix32(mix)
  return () => (next(state) >>> 5) * 2 ** -27 + (next(state) >>> 6) * 2 ** -53
}

/** One step of splitmix32's output function over its counter. */
function splitmix32(x: number): number {
  let z = (x + 0x9e3779b9) | 0
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
  return (z ^ (z >>> 16)) >>> 0
}

function next(state: Uint32Array): number {
  const [a, b, c, d] = state as unknown as [number, number, number, number]
  const result = Math.imul(rotate(Math.imul(b, 5), 7), 9)
  const shifted = b << 9
  const c2 = c ^ a
  const d2 = d ^ b
  state[1] = b ^ c2
  state[0] = a ^ d2
  state[2] = c2 ^ shifted
  state[3] = rotate(d2, 11)
  return result >>> 0
}

function rotate(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by))
}
