/**
 * Two-player games in normal form: all equilibria, also of degenerate games, and iterated dominance (economics.md,
 * section 9). Exact: payoffs are taken as the decimal numbers they are written as, or as fractions.
 *
 * @module
 */
import { assertList, assertObject } from '../Encoding.js'
import { InvalidInputError } from '../Errors.js'
import { type Corner, corners, type Weights } from './Polytope.js'
import { Rational } from './Rational.js'

/** A payoff: a number means the decimal it is written as. */
export type Payoff = number | Rational

/** A bimatrix game. `payoffs[i][j]` is what row strategy i against column strategy j pays to the row and to the column player. */
export type Game = Readonly<{
  /** Names of the row player's strategies, 1 to 8. */
  rows: readonly string[]
  /** Names of the column player's, 1 to 8. */
  columns: readonly string[]
  payoffs: readonly (readonly (readonly [row: Payoff, column: Payoff])[])[]
}>

/** One equilibrium: probabilities in the order of `rows` and `columns`, and what each player gets. */
export type Equilibrium = Readonly<{
  row: readonly number[]
  column: readonly number[]
  payoffs: readonly [row: number, column: number]
}>

/**
 * A convex set of equilibria: each mixture of `rows` with each mixture of `columns`. One point if there is one of each.
 */
export type Component = Readonly<{ rows: readonly (readonly number[])[]; columns: readonly (readonly number[])[] }>

/** All equilibria of a game. */
export type Equilibria = Readonly<{
  /** The extreme ones, of which all others are mixtures; all there are unless there is a continuum. */
  extreme: readonly Equilibrium[]
  /** The maximal convex sets of equilibria; their union is the set of all. They may touch. */
  components: readonly Component[]
  /** Has some mixed strategy more best replies than strategies it plays? Only then can there be a continuum. */
  degenerate: boolean
  /** Is some component more than a point: are there infinitely many? */
  continuum: boolean
}>

/**
 * All Nash equilibria, by support enumeration in exact arithmetic: the extreme ones and, in degenerate games, the convex sets
 * that they span.
 *
 * A pair of corners is an equilibrium iff each plays only best replies to the other; maximal sets of corners that are so
 * pairwise span the components (Winkels, 1979; Jansen, 1981).
 *
 * @throws InvalidInputError if it is no game of 1 to 8 strategies each, or a payoff is not finite.
 * @example
 * ```ts
 * import { Game } from '@spotcheck/core/economics'
 *
 * const pennies = Game.equilibria({
 *   rows: ['heads', 'tails'],
 *   columns: ['heads', 'tails'],
 *   payoffs: [
 *     [[1, -1], [-1, 1]],
 *     [[-1, 1], [1, -1]],
 *   ],
 * })
 * pennies.extreme // [{ row: [0.5, 0.5], column: [0.5, 0.5], payoffs: [0, 0] }]
 * pennies.continuum // false
 * ```
 */
export function equilibria(game: Game): Equilibria {
  const solved = solve(assertGame(game))
  const { row, column } = solved
  const partners = row.map((x) => new Set(column.flatMap((y, at) => (isEquilibrium(x, y) ? [at] : []))))
  const components = maximal(partners).map(({ left, right }) => ({
    rows: left.map((at) => probabilities(row[at]!.weights)),
    columns: right.map((at) => probabilities(column[at]!.weights)),
  }))
  const extreme = row.flatMap((x, at) => [...partners[at]!].map((other) => describe(game, x, column[other]!)))
  const degenerate = [...row, ...column].some(({ weights, best }) => best.size > played(weights).length)
  const continuum = components.some(({ rows, columns }) => rows.length * columns.length > 1)
  return { extreme, components, degenerate, continuum }
}

/** Both players' payoffs as integers, each in a unit of its own, and the corners of their strategies. */
type Solved = Readonly<{ row: readonly Corner[]; column: readonly Corner[] }>

function solve({ payoffs }: Game): Solved {
  const [ours, theirs] = [integers(payoffs, 0), integers(payoffs, 1)]
  // What the column player's replies earn against each row, and the other way round.
  return { row: corners(transpose(theirs)), column: corners(ours) }
}

function isEquilibrium(x: Corner, y: Corner): boolean {
  return played(x.weights).every((i) => y.best.has(i)) && played(y.weights).every((j) => x.best.has(j))
}

function played(weights: Weights): number[] {
  return weights.flatMap((weight, i) => (weight > 0n ? [i] : []))
}

/** The maximal pairs of sets such that all of the one are partners of all of the other; neither is empty. */
function maximal(partners: readonly ReadonlySet<number>[]): { left: number[]; right: number[] }[] {
  const closed = new Map<string, number[]>()
  const add = (right: number[]) => closed.set(right.join(), right)
  for (const own of partners) {
    for (const right of [...closed.values()]) add(right.filter((at) => own.has(at)))
    add([...own])
  }
  return [...closed.values()].flatMap((right) => {
    const left = partners.flatMap((own, at) => (right.every((other) => own.has(other)) ? [at] : []))
    return right.length > 0 && left.length > 0 ? [{ left, right }] : []
  })
}

function describe({ payoffs }: Game, x: Corner, y: Corner): Equilibrium {
  const expected = (player: 0 | 1) => {
    const earned = payoffs.map((row) =>
      mean(
        row.map((pair) => fraction(pair[player])),
        y.weights,
      ),
    )
    return mean(earned, x.weights).toNumber()
  }
  return {
    row: probabilities(x.weights),
    column: probabilities(y.weights),
    payoffs: [expected(0), expected(1)],
  }
}

function mean(values: readonly Rational[], weights: Weights): Rational {
  const sum = values.reduce((total, value, i) => total.plus(value.times(new Rational(weights[i]!))), Rational.of(0))
  return sum.over(new Rational(total(weights))).reduced()
}

function probabilities(weights: Weights): number[] {
  return weights.map((weight) => new Rational(weight, total(weights)).toNumber())
}

function total(weights: Weights): bigint {
  return weights.reduce((sum, weight) => sum + weight, 0n)
}

/** One strategy that a player never plays: it is never a best reply, whatever the other player may still do. */
export type Elimination = Readonly<{
  player: 'row' | 'column'
  strategy: string
  /** The pure strategy that is always better; null where only a mixture is. */
  by: string | null
}>

/** What is left of a game once strictly dominated strategies are taken out, until there are none. */
export type Dominance = Readonly<{
  eliminated: readonly Elimination[]
  rows: readonly string[]
  columns: readonly string[]
}>

/**
 * Iterated strict dominance, by pure and by mixed strategies. What is left does not depend on the order; the game is solved
 * if it is one strategy each.
 *
 * In a two-player game a strategy is strictly dominated iff it is a best reply to nothing (Pearce, 1984), and a best reply
 * to something is one at a corner.
 *
 * @throws InvalidInputError as `equilibria` does.
 * @example
 * ```ts
 * import { Game } from '@spotcheck/core/economics'
 *
 * const prisoners = Game.dominance({
 *   rows: ['silent', 'talks'],
 *   columns: ['silent', 'talks'],
 *   payoffs: [
 *     [[-1, -1], [-9, 0]],
 *     [[0, -9], [-6, -6]],
 *   ],
 * })
 * prisoners.rows // ['talks']
 * prisoners.eliminated[0] // { player: 'row', strategy: 'silent', by: 'talks' }
 * ```
 */
export function dominance(game: Game): Dominance {
  const eliminated: Elimination[] = []
  for (let left = assertGame(game); ; ) {
    const { row, column } = solve(left)
    const rows = left.rows.flatMap((_, i) => (column.some(({ best }) => best.has(i)) ? [i] : []))
    const columns = left.columns.flatMap((_, j) => (row.some(({ best }) => best.has(j)) ? [j] : []))
    eliminated.push(...dominated(left, 'row', rows), ...dominated(left, 'column', columns))
    if (rows.length === left.rows.length && columns.length === left.columns.length)
      return { eliminated, rows: left.rows, columns: left.columns }
    left = restrict(left, rows, columns)
  }
}

/** Names of strategies of each player; left out: all. */
export type Names = Readonly<{ rows?: readonly string[] | undefined; columns?: readonly string[] | undefined }>

/**
 * The game with these strategies only.
 *
 * @throws InvalidInputError if it is no game, or a strategy is not one of its own.
 * @example
 * ```ts
 * import { Game } from '@spotcheck/core/economics'
 *
 * const game: Game.Game = { rows: ['a', 'b'], columns: ['c'], payoffs: [[[1, 2]], [[3, 4]]] }
 * Game.only(game, { rows: ['b'] }).payoffs // [[[3, 4]]]
 * ```
 */
export function only(game: Game, names: Names): Game {
  const { rows, columns } = assertGame(game)
  assertObject(names, 'names')
  return restrict(game, places(rows, names.rows, 'rows'), places(columns, names.columns, 'columns'))
}

function places(all: readonly string[], names: readonly string[] | undefined, subject: string): number[] {
  if (names === undefined) return all.map((_, i) => i)
  const found = assertList(names, subject).map((name) => all.indexOf(name))
  if (found.length > 0 && !found.includes(-1)) return found
  throw refuse(subject, names, `one or more of ${all.join(', ')}`, 'name strategies of the game')
}

function restrict(game: Game, rows: readonly number[], columns: readonly number[]): Game {
  return {
    rows: rows.map((i) => game.rows[i]!),
    columns: columns.map((j) => game.columns[j]!),
    payoffs: rows.map((i) => columns.map((j) => game.payoffs[i]![j]!)),
  }
}

function dominated({ rows, columns, payoffs }: Game, player: 'row' | 'column', kept: readonly number[]): Elimination[] {
  const names = player === 'row' ? rows : columns
  const earned = player === 'row' ? integers(payoffs, 0) : transpose(integers(payoffs, 1))
  return names.flatMap((strategy, i) => {
    if (kept.includes(i)) return []
    const by = earned.findIndex((other) => other.every((value, k) => value > earned[i]![k]!))
    return [{ player, strategy, by: names[by] ?? null }]
  })
}

/** One player's payoffs times the least common denominator. */
function integers(payoffs: Game['payoffs'], player: 0 | 1): bigint[][] {
  const fractions = payoffs.map((row) => row.map((pair) => fraction(pair[player]).reduced()))
  const unit = fractions.flat().reduce((common, { d }) => new Rational(common, d).reduced().n * d, 1n)
  return fractions.map((row) => row.map(({ n, d }) => (n * unit) / d))
}

function transpose<T>(matrix: readonly (readonly T[])[]): T[][] {
  return matrix[0]!.map((_, j) => matrix.map((row) => row[j]!))
}

function fraction(payoff: Payoff): Rational {
  return payoff instanceof Rational ? payoff : Rational.decimal(payoff)
}

const MOST = 8

function assertGame(game: Game): Game {
  const { rows, columns, payoffs } = assertObject(game, 'game')
  assertNames(rows, 'rows')
  assertNames(columns, 'columns')
  assertShape(payoffs, rows.length, 'payoffs')
  for (const [i, row] of payoffs.entries()) {
    assertShape(row, columns.length, `payoffs.${i}`)
    for (const [j, pair] of row.entries()) assertPair(pair, `payoffs.${i}.${j}`)
  }
  return game
}

function assertNames(names: readonly string[], subject: string): void {
  const { length } = assertList(names, subject, MOST)
  if (length > 0 && new Set(names).size === length && names.every((name) => typeof name === 'string')) return
  throw refuse(subject, names, `1 to ${MOST} different names`, 'name each strategy')
}

function assertShape(list: readonly unknown[], length: number, subject: string): void {
  if (assertList(list, subject).length === length) return
  throw refuse(subject, list, `${length} entries`, 'pass one for each strategy')
}

function assertPair(pair: readonly Payoff[], subject: string): void {
  assertShape(pair, 2, subject)
  for (const payoff of pair)
    if (!(payoff instanceof Rational || (typeof payoff === 'number' && Number.isFinite(payoff))))
      throw refuse(subject, payoff, 'two finite numbers or fractions', 'pass [to the row player, to the column player]')
}

function refuse(subject: string, value: unknown, rule: string, fix: string): InvalidInputError {
  const see = 'economics.md, section 9'
  return new InvalidInputError(`${subject} is not ${rule}.`, { subject, value, rule, fix, see })
}
