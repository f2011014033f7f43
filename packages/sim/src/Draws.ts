/**
 * Random counts by inversion: one uniform number each, and the smaller it is the larger the count. So two arms of a comparison
 * that are given the same numbers differ only by what differs between them, and rare events keep their digits.
 *
 * The masses come from ratios of neighbours, + - × / only: the same bits on every machine.
 *
 * @module
 */
import { Distribution } from '@spotcheck/core/economics'
import type { Random } from './Random.js'

/** Draws counts. Tables are kept, up to a fixed size in all. */
export type Draws = Readonly<{
  /** Successes among n trials of probability p. n is a whole number, p from 0 to 1. */
  binomial: (n: number, p: number, uniform: Random) => number
  /** Marked ones among `drawn` without replacement from `size`, of which `marked` are. */
  hypergeometric: (size: number, marked: number, drawn: number, uniform: Random) => number
}>

/** tails[i] = P(X >= low + i). */
type Table = Readonly<{ low: number; tails: Float64Array }>

/** Numbers that are kept in tables, 8 bytes each. */
const KEPT = 2 ** 20

/**
 * Draws that share tables.
 *
 * @example
 * ```ts
 * import { Draws } from '@spotcheck/sim'
 *
 * const draws = Draws.create()
 * draws.binomial(10, 0.5, () => 0.5) // 5
 * draws.binomial(10, 0.5, () => 0.01) // 9
 * draws.hypergeometric(10, 10, 3, () => 0.5) // 3
 * ```
 */
export function create(): Draws {
  const binomials = new Map<number, Table[]>()
  const others = new Map<string, Table>()
  let kept = 0
  // The two probabilities asked for last: most nodes of an epoch ask for the same.
  let [recent, recentTables, former, formerTables]: [number, Table[], number, Table[]] = [
    Number.NaN,
    [],
    Number.NaN,
    [],
  ]

  const tabulate = (distribution: Distribution.Distribution): Table => {
    kept += distribution.masses.length
    return { low: distribution.low, tails: Distribution.tails(distribution) }
  }
  const makeRoom = (): void => {
    if (kept <= KEPT) return
    binomials.clear()
    others.clear()
    kept = 0
    recent = former = Number.NaN
  }
  const tablesOf = (p: number): Table[] => {
    if (p === recent) return recentTables
    if (p === former) {
      ;[recent, recentTables, former, formerTables] = [former, formerTables, recent, recentTables]
      return recentTables
    }
    let tables = binomials.get(p)
    if (tables === undefined) {
      tables = []
      binomials.set(p, tables)
    }
    ;[recent, recentTables, former, formerTables] = [p, tables, recent, recentTables]
    return tables
  }
  return {
    binomial: (n, p, uniform) => {
      if (p <= 0 || n === 0) return 0
      if (p >= 1) return n
      if (n === 1) return uniform() < p ? 1 : 0
      const known = tablesOf(p)[n]
      if (known !== undefined) return find(known, uniform())
      makeRoom()
      const table = tabulate(Distribution.binomial({ n, p }))
      tablesOf(p)[n] = table
      return find(table, uniform())
    },
    hypergeometric: (size, marked, drawn, uniform) => {
      if (marked === 0 || drawn === 0) return 0
      if (marked === size) return drawn
      if (drawn === size) return marked
      const key = `${size},${marked},${drawn}`
      const known = others.get(key)
      if (known !== undefined) return find(known, uniform())
      makeRoom()
      const table = tabulate(Distribution.hypergeometric(size, marked, drawn))
      others.set(key, table)
      return find(table, uniform())
    },
  }
}

/** The largest count whose tail is above u; the first tail is 1. */
function find({ low, tails }: Table, u: number): number {
  let [here, beyond] = [0, tails.length]
  while (beyond - here > 1) {
    const middle = (here + beyond) >> 1
    if (tails[middle]! > u) here = middle
    else beyond = middle
  }
  return low + here
}
