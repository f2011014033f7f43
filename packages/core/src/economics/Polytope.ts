/**
 * The corners of one player's mixed strategies: of the polyhedron `{(x, v): x a distribution, every reply earns at most v}`.
 * Every equilibrium of a bimatrix game is made of them, degenerate or not (Winkels, 1979; Avis, Rosenberg, Savani and von
 * Stengel, "Enumeration of Nash equilibria for two-player games", 2010). Integers, so that a tie is a tie.
 *
 * @module
 */

/** A mixed strategy: the weights of the pure ones, without a common divisor; over their sum they are probabilities. */
export type Weights = readonly bigint[]

/** A corner, and the other player's best replies to it. */
export type Corner = Readonly<{ weights: Weights; best: ReadonlySet<number> }>

/**
 * All corners. `replies[j][i]` is what the other player's reply j earns against the pure strategy i; at least one of each.
 *
 * By support enumeration: at a corner as many replies tie for the best as strategies are played, or more; each choice of
 * k strategies and k replies that leaves one solution is tried.
 */
export function corners(replies: readonly (readonly bigint[])[]): Corner[] {
  const size = replies[0]!.length
  const found = new Map<string, Corner>()
  for (let k = 1; k <= Math.min(size, replies.length); k++)
    for (const support of subsets(size, k))
      for (const tied of subsets(replies.length, k)) {
        const weights = balance(replies, support, tied)
        if (weights === undefined) continue
        const best = bestReplies(replies, weights)
        if (best.has(tied[0]!)) found.set(weights.join(), { weights, best })
      }
  return [...found.values()]
}

/** The replies that earn most against a mixed strategy. */
function bestReplies(replies: readonly (readonly bigint[])[], weights: Weights): ReadonlySet<number> {
  const earned = replies.map((reply) => earnings(reply, weights))
  const most = earned.reduce((a, b) => (b > a ? b : a))
  return new Set(earned.flatMap((value, j) => (value === most ? [j] : [])))
}

/** What a pure strategy earns against weights, times their sum. */
function earnings(payoffs: readonly bigint[], weights: Weights): bigint {
  return weights.reduce((sum, weight, i) => sum + weight * payoffs[i]!, 0n)
}

/** The one mixture on `support` against which the `tied` replies earn the same, if it is one and none is negative. */
function balance(
  replies: readonly (readonly bigint[])[],
  support: readonly number[],
  tied: readonly number[],
): Weights | undefined {
  const [first, ...others] = tied.map((j) => support.map((i) => replies[j]![i]!))
  const solution = kernel(others.map((row) => row.map((value, i) => value - first![i]!)))
  if (solution === undefined || solution.some((weight) => weight < 0n)) return undefined
  const weights = replies[0]!.map(() => 0n)
  for (const [at, i] of support.entries()) weights[i] = solution[at]!
  return weights
}

/**
 * The solution of `rows · x = 0`, one row fewer than unknowns, whose free unknown is positive; undefined if there is more
 * than one. Gauss-Jordan elimination in integers.
 */
function kernel(rows: bigint[][]): bigint[] | undefined {
  const size = rows.length + 1
  const pivots: number[] = []
  for (let column = 0; column < size; column++) {
    const rank = pivots.length
    const at = rows.findIndex((row, i) => i >= rank && row[column] !== 0n)
    if (at < 0) continue
    const pivot = rows[at]!
    rows[at] = rows[rank]!
    for (let i = 0; i < rows.length; i++) rows[i] = i === rank ? pivot : eliminate(rows[i]!, pivot, column)
    pivots.push(column)
  }
  if (pivots.length < rows.length) return undefined
  return substitute(rows, pivots)
}

/** The row less the multiple of `pivot` that makes its `column` 0. */
function eliminate(row: readonly bigint[], pivot: readonly bigint[], column: number): bigint[] {
  const [by, from] = [pivot[column]!, row[column]!]
  return from === 0n ? [...row] : primitive(row.map((value, i) => value * by - pivot[i]! * from))
}

/** Each row says `a · x_pivot + b · x_free = 0`. */
function substitute(rows: readonly (readonly bigint[])[], pivots: readonly number[]): bigint[] {
  const free = [...rows, 0].findIndex((_, column) => !pivots.includes(column))
  const scale = rows.reduce((product, row, i) => product * magnitude(row[pivots[i]!]!), 1n)
  const solution = [...rows, 0].map(() => scale)
  for (const [i, row] of rows.entries()) solution[pivots[i]!] = (-row[free]! * scale) / row[pivots[i]!]!
  return primitive(solution)
}

/** Divided by what they have in common. */
function primitive(values: readonly bigint[]): bigint[] {
  const common = values.reduce(gcd, 0n)
  return common > 1n ? values.map((value) => value / common) : [...values]
}

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [magnitude(a), magnitude(b)]
  while (y > 0n) [x, y] = [y, x % y]
  return x
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value
}

/** All sets of `count` of the numbers below `size`, in ascending order. */
function subsets(size: number, count: number, from = 0): number[][] {
  if (count === 0) return [[]]
  const found: number[][] = []
  for (let first = from; first <= size - count; first++)
    for (const rest of subsets(size, count - 1, first + 1)) found.push([first, ...rest])
  return found
}
