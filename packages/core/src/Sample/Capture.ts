import { assertInteger, assertObject } from '../Encoding.js'
import * as Wad from '../Wad.js'

/** A quorum and the pool that it is drawn from. */
export type CaptureArgs = Readonly<{
  /** Verifiers that may be drawn, at least as many as the quorum. */
  pool: number
  /** How many of them collude. */
  colluders: number
  /** Members drawn, odd. */
  quorum: number
}>

/**
 * Probability, WAD rounded up, that colluders hold the strict majority of a quorum drawn without replacement and with
 * equal weights: `Σ_{j > q/2} C(K,j)·C(M-K,q-j)/C(M,q)`, exact in integers.
 *
 * @throws Errors.InvalidInputError if a number is out of range.
 * @see protocol.md, section 5
 * @example
 * ```ts
 * import { Sample } from '@spotcheck/core'
 *
 * Sample.captureProbability({ pool: 100, colluders: 10, quorum: 3 }) // 25788497217068646n
 * ```
 */
export function captureProbability(args: CaptureArgs): bigint {
  const { pool, colluders, quorum } = assertObject(args, 'arguments')
  assertInteger(pool, 'pool', assertInteger(quorum, 'quorum', 1, 255))
  assertInteger(colluders, 'colluders', 0, pool)
  let held = 0n
  for (let j = (quorum >> 1) + 1; j <= quorum; j++) held += choose(colluders, j) * choose(pool - colluders, quorum - j)
  const all = choose(pool, quorum)
  return (held * Wad.one + all - 1n) / all
}

/** C(n, k): 0 for k > n. */
function choose(n: number, k: number): bigint {
  if (k > n) return 0n
  let result = 1n
  for (let i = 0; i < k; i++) result = (result * BigInt(n - i)) / BigInt(i + 1)
  return result
}
