import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { choices } from '../../../../test/support/rational.js'
import * as Game from './Game.js'
import { Rational } from './Rational.js'

const SEED = 20_261_214

type Pair = readonly [number, number]

function gameOf(payoffs: readonly (readonly Pair[])[]): Game.Game {
  const names = (letter: string, count: number) => Array.from({ length: count }, (_, i) => `${letter}${i}`)
  return { rows: names('r', payoffs.length), columns: names('c', payoffs[0]!.length), payoffs }
}

const row = (game: Game.Game, i: number, j: number) => game.payoffs[i]![j]![0] as number
const column = (game: Game.Game, i: number, j: number) => game.payoffs[i]![j]![1] as number

/** How much the better of the two could gain by playing something else: by definition, 0 at an equilibrium. */
function regret(game: Game.Game, x: readonly number[], y: readonly number[]): number {
  const ours = x.map((_, i) => y.reduce((sum, weight, j) => sum + weight * row(game, i, j), 0))
  const theirs = y.map((_, j) => x.reduce((sum, weight, i) => sum + weight * column(game, i, j), 0))
  const mean = (values: readonly number[], weights: readonly number[]) =>
    values.reduce((sum, value, i) => sum + value * weights[i]!, 0)
  return Math.max(Math.max(...ours) - mean(ours, x), Math.max(...theirs) - mean(theirs, y))
}

/** All distributions over `size` strategies in steps of 1/`steps`, as whole numbers that add up to `steps`. */
function grid(size: number, steps: number): number[][] {
  if (size === 1) return [[steps]]
  return Array.from({ length: steps + 1 }, (_, first) =>
    grid(size - 1, steps - first).map((rest) => [first, ...rest]),
  ).flat()
}

/** Does the convex set hold the pair? Iff both go with all that it spans, as equilibria, by definition. */
function holds(
  game: Game.Game,
  { rows, columns }: Game.Component,
  x: readonly number[],
  y: readonly number[],
): boolean {
  return columns.every((other) => regret(game, x, other) < 1e-9) && rows.every((other) => regret(game, other, y) < 1e-9)
}

const pennies = gameOf([
  [[1, -1], [-1, 1]],
  [[-1, 1], [1, -1]],
]) // biome-ignore format: a table
const battle = gameOf([
  [[3, 2], [0, 0]],
  [[0, 0], [2, 3]],
]) // biome-ignore format: a table

describe('equilibria of games that are known', () => {
  it('matching pennies: one, mixed', () => {
    expect(Game.equilibria(pennies)).toEqual({
      extreme: [{ row: [0.5, 0.5], column: [0.5, 0.5], payoffs: [0, 0] }],
      components: [{ rows: [[0.5, 0.5]], columns: [[0.5, 0.5]] }],
      degenerate: false,
      continuum: false,
    })
  })

  it('battle of the sexes: three', () => {
    const { extreme, components, degenerate } = Game.equilibria(battle)
    expect(extreme).toEqual([
      { row: [1, 0], column: [1, 0], payoffs: [3, 2] },
      { row: [0, 1], column: [0, 1], payoffs: [2, 3] },
      { row: [0.6, 0.4], column: [0.4, 0.6], payoffs: [1.2, 1.2] },
    ])
    expect(components).toHaveLength(3)
    expect(degenerate).toBe(false)
  })

  it('rock, paper, scissors: a third each', () => {
    const beats = [
      [0, -1, 1],
      [1, 0, -1],
      [-1, 1, 0],
    ]
    const { extreme, degenerate } = Game.equilibria(
      gameOf(beats.map((line) => line.map((win) => [win, -win] as const))),
    )
    const third = [1 / 3, 1 / 3, 1 / 3]
    expect(extreme).toEqual([{ row: third, column: third, payoffs: [0, 0] }])
    expect(degenerate).toBe(false)
  })

  it('the prisoners: one, pure', () => {
    const prisoners = gameOf([[[-1, -1], [-9, 0]], [[0, -9], [-6, -6]]]) // biome-ignore format: a table
    expect(Game.equilibria(prisoners).extreme).toEqual([{ row: [0, 1], column: [0, 1], payoffs: [-6, -6] }])
  })

  it('a continuum and a point: the degenerate game of the lrsnash manual', () => {
    const game = gameOf([[[3, 3], [3, 3]], [[2, 2], [5, 6]], [[0, 3], [6, 1]]]) // biome-ignore format: a table
    const { extreme, components, degenerate, continuum } = Game.equilibria(game)
    expect(extreme.map(({ row, column }) => ({ row, column }))).toEqual([
      { row: [1, 0, 0], column: [1, 0] },
      { row: [1, 0, 0], column: [2 / 3, 1 / 3] },
      { row: [0, 1 / 3, 2 / 3], column: [1 / 3, 2 / 3] },
    ])
    expect(components).toContainEqual({ rows: [[1, 0, 0]], columns: [[1, 0], [2 / 3, 1 / 3]] }) // biome-ignore format: a pair
    expect(components).toHaveLength(2)
    expect({ degenerate, continuum }).toEqual({ degenerate: true, continuum: true })
  })

  it('nothing matters: one component, everything', () => {
    const { extreme, components } = Game.equilibria(gameOf([[[1, 1], [1, 1]], [[1, 1], [1, 1]]])) // biome-ignore format: a table
    expect(extreme).toHaveLength(4)
    expect(components).toEqual([{ rows: [[1, 0], [0, 1]], columns: [[1, 0], [0, 1]] }]) // biome-ignore format: a pair
  })

  it('degenerate without a continuum: a tie in what nobody plays', () => {
    const game = gameOf([[[0, 0], [0, 0]], [[1, 2], [1, 1]]]) // biome-ignore format: a table
    expect(Game.equilibria(game)).toMatchObject({ degenerate: true, continuum: false })
  })

  it('decimals are what they say: 0.1 + 0.2 ties with 0.3 as a fraction', () => {
    const sum = Rational.decimal(0.1).plus(Rational.decimal(0.2))
    const game: Game.Game = { rows: ['a', 'b'], columns: ['c'], payoffs: [[[sum, 0]], [[0.3, 0]]] }
    expect(Game.equilibria(game).continuum).toBe(true)
    expect(Game.equilibria({ ...game, payoffs: [[[0.1 + 0.2, 0]], [[0.3, 0]]] }).continuum).toBe(false)
  })
})

/** Payoffs from a small range make ties, from a large one none. */
const games = (size: number) =>
  fc
    .array(
      fc.array(fc.tuple(fc.integer({ min: 0, max: size }), fc.integer({ min: 0, max: size })), {
        minLength: 4,
        maxLength: 4,
      }),
      {
        minLength: 3,
        maxLength: 3,
      },
    )
    .map(gameOf)

describe('random 3x4 games', () => {
  it.each([1, 2, 9, 1_000])('nobody gains by deviating, from any mixture of a component: payoffs 0 to %d', (size) => {
    fc.assert(
      fc.property(games(size), fc.nat(4), fc.nat(4), (game, a, b) => {
        const { extreme, components } = Game.equilibria(game)
        expect(extreme.length).toBeGreaterThan(0)
        for (const { row, column } of extreme) expect(regret(game, row, column)).toBeLessThan(1e-9)
        for (const { rows, columns } of components) {
          const mixed = (points: readonly (readonly number[])[], k: number) => {
            const weights = points.map((_, i) => 1 + ((i * k) % 3))
            const sum = weights.reduce((x, y) => x + y)
            return points[0]!.map((_, at) => points.reduce((x, point, i) => x + (weights[i]! / sum) * point[at]!, 0))
          }
          expect(regret(game, mixed(rows, a), mixed(columns, b))).toBeLessThan(1e-9)
        }
      }),
      { seed: SEED, numRuns: 60 },
    )
  })

  it('an odd number where there is no tie (Wilson, 1971), and then no continuum', () => {
    let seen = 0
    fc.assert(
      fc.property(games(1_000_000), (game) => {
        const { extreme, degenerate, continuum } = Game.equilibria(game)
        if (degenerate) return
        seen++
        expect(extreme.length % 2).toBe(1)
        expect(continuum).toBe(false)
      }),
      { seed: SEED, numRuns: 100 },
    )
    expect(seen).toBeGreaterThan(90)
  })

  // Payoffs of 0 to 2 make equilibria whose probabilities are mostly quarters, thirds and halves: points of the grid.
  it('every equilibrium among the 41,405 points of a grid is in a component', () => {
    const [xs, ys] = [grid(3, 12), grid(4, 12)]
    let [onGrid, extremeOnGrid] = [0, 0]
    fc.assert(
      fc.property(games(2), (game) => {
        const { components, extreme } = Game.equilibria(game)
        for (const x of xs)
          for (const y of ys) {
            if (!isGridEquilibrium(game, x, y)) continue
            onGrid++
            const [a, b] = [x.map((weight) => weight / 12), y.map((weight) => weight / 12)]
            expect(components.some((component) => holds(game, component, a, b))).toBe(true)
          }
        extremeOnGrid += extreme.filter(({ row, column }) =>
          [...row, ...column].every((p) => Math.abs(p * 12 - Math.round(p * 12)) < 1e-9),
        ).length
      }),
      { seed: SEED, numRuns: 40 },
    )
    expect(onGrid).toBeGreaterThan(1_000)
    expect(extremeOnGrid).toBeGreaterThan(100)
  })

  it('whatever a search that starts from a grid runs into was found', () => {
    const [xs, ys] = [grid(3, 5), grid(4, 5)]
    let reached = 0
    fc.assert(
      fc.property(games(1_000), (game) => {
        const { components } = Game.equilibria(game)
        const starts = xs.flatMap((x) => ys.map((y) => ({ x: x.map((w) => w / 5), y: y.map((w) => w / 5) })))
        const ranked = starts.map((start) => ({ ...start, loss: regret(game, start.x, start.y) }))
        for (const { x, y } of ranked.sort((a, b) => a.loss - b.loss).slice(0, 6)) {
          const end = descend(game, x, y)
          if (regret(game, end.x, end.y) > 1e-4) continue
          reached++
          const distances = components.map(({ rows, columns }) => Math.max(apart(end.x, rows), apart(end.y, columns)))
          expect(Math.min(...distances)).toBeLessThan(1e-3)
        }
      }),
      { seed: SEED, numRuns: 25, endOnFailure: true },
    )
    expect(reached).toBeGreaterThan(40)
  })
})

/** All games from 1x1 to 4x4 with payoffs from -1 to `size` - 1. */
const anyGames = (size: number) =>
  fc
    .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }))
    .chain(([rows, columns]) => {
      const payoff = fc.integer({ min: -1, max: size - 1 })
      const line = fc.array(fc.tuple(payoff, payoff), { minLength: columns, maxLength: columns })
      return fc.array(line, { minLength: rows, maxLength: rows })
    })
    .map(gameOf)

/** The solution of a square system; undefined unless there is one. */
function solved(system: readonly (readonly Rational[])[]): Rational[] | undefined {
  const rows = system.map((row) => [...row])
  for (let at = 0; at < rows.length; at++) {
    const pivot = rows.findIndex((row, i) => i >= at && row[at]!.n !== 0n)
    if (pivot < 0) return undefined
    ;[rows[at], rows[pivot]] = [rows[pivot]!, rows[at]!]
    for (const [i, row] of rows.entries()) {
      const by = row[at]!.over(rows[at]![at]!)
      if (i !== at) rows[i] = row.map((value, k) => value.minus(by.times(rows[at]![k]!)).reduced())
    }
  }
  return rows.map((row, i) => row.at(-1)!.over(row[i]!))
}

/** The vertices of `{x >= 0, Ax <= 1}` but 0, with the constraints that are tight: x_i = 0 is i, row j of A is size + j. */
function vertices(matrix: readonly (readonly Rational[])[]): { x: Rational[]; tight: Set<number> }[] {
  const [zero, one, size] = [Rational.of(0), Rational.of(1), matrix[0]!.length]
  const axes = Array.from({ length: size }, (_, i) => [
    ...Array.from({ length: size }, (_, k) => (k === i ? one : zero)),
    zero,
  ])
  const constraints = [...axes, ...matrix.map((row) => [...row, one])]
  return choices(constraints, size).flatMap((system) => {
    const x = solved(system)
    if (x === undefined || x.some(({ n }) => n < 0n) || x.every(({ n }) => n === 0n)) return []
    const slack = constraints.map((row) =>
      row.reduce((left, value, k) => (k < size ? left.minus(value.times(x[k]!)) : left.plus(value)), zero),
    )
    if (slack.slice(size).some(({ n }) => n < 0n)) return []
    return [{ x, tight: new Set(slack.flatMap(({ n }, i) => (n === 0n ? [i] : []))) }]
  })
}

/** Extreme equilibria as fully labelled pairs of vertices (von Stengel, 2002): no supports, but all tight constraints. */
function labelled({ payoffs }: Game.Game): Set<string> {
  const [rows, columns] = [payoffs.length, payoffs[0]!.length]
  // Payoffs of -1 and more, moved above 0.
  const earned = (player: 0 | 1) => payoffs.map((row) => row.map((pair) => Rational.of((pair[player] as number) + 2)))
  const theirs = earned(1)
  const ofRow = vertices(Array.from({ length: columns }, (_, j) => theirs.map((row) => row[j]!)))
  const ofColumn = vertices(earned(0))
  const shares = (x: readonly Rational[]) => {
    const sum = x.reduce((a, b) => a.plus(b))
    return x.map((weight) => weight.over(sum).reduced().toNumber())
  }
  const found = ofRow.flatMap(({ x, tight: a }) =>
    ofColumn
      .filter(({ tight: b }) => {
        const own = Array.from({ length: rows }, (_, i) => a.has(i) || b.has(columns + i))
        const others = Array.from({ length: columns }, (_, j) => b.has(j) || a.has(rows + j))
        return [...own, ...others].every(Boolean)
      })
      .map(({ x: y }) => JSON.stringify([shares(x), shares(y)])),
  )
  return new Set(found)
}

test.each([1, 2, 3, 9])(
  'the extreme equilibria are all of the fully labelled pairs of vertices: payoffs -1 to %d',
  (size) => {
    let degenerate = 0
    fc.assert(
      fc.property(anyGames(size), (game) => {
        const found = Game.equilibria(game)
        if (found.degenerate) degenerate++
        const extreme = found.extreme.map(({ row, column }) => JSON.stringify([row, column]))
        expect(new Set(extreme)).toEqual(labelled(game))
        expect(extreme).toHaveLength(new Set(extreme).size)
      }),
      { seed: SEED, numRuns: 60 },
    )
    expect(degenerate).toBeGreaterThan(5)
  },
)

/** The largest difference to the nearest of these points: components without ties are points. */
function apart(p: readonly number[], points: readonly (readonly number[])[]): number {
  return Math.min(...points.map((point) => Math.max(...p.map((weight, i) => Math.abs(weight - point[i]!)))))
}

/** Downhill by moving probability between two strategies, in ever smaller steps: no idea of supports or best replies. */
function descend(game: Game.Game, x: readonly number[], y: readonly number[]): { x: number[]; y: number[] } {
  let [a, b, loss] = [[...x], [...y], regret(game, x, y)]
  for (let step = 0.2; step > 1e-9; step /= 2) {
    for (let improved = true; improved; ) {
      improved = false
      for (const p of moves(a, step))
        for (const q of moves(b, step)) {
          const next = regret(game, p, q)
          if (next < loss * (1 - 1e-3)) [a, b, loss, improved] = [p, q, next, true]
        }
    }
  }
  return { x: a, y: b }
}

/** The mixture itself, and it with `step`, or what there is, moved from one strategy to another. */
function moves(p: readonly number[], step: number): number[][] {
  const pairs = p.flatMap((_, i) => p.flatMap((_, j) => (i === j || p[i] === 0 ? [] : [[i, j] as const])))
  return [
    [...p],
    ...pairs.map(([i, j]) => {
      const moved = Math.min(step, p[i]!)
      return p.map((weight, at) => weight + (at === i ? -moved : at === j ? moved : 0))
    }),
  ]
}

/** In whole numbers: nobody gains by deviating from x/12 and y/12. */
function isGridEquilibrium(game: Game.Game, x: readonly number[], y: readonly number[]): boolean {
  const ours = x.map((_, i) => y.reduce((sum, weight, j) => sum + weight * row(game, i, j), 0))
  const best = Math.max(...ours)
  if (x.some((weight, i) => weight > 0 && ours[i]! < best)) return false
  const theirs = y.map((_, j) => x.reduce((sum, weight, i) => sum + weight * column(game, i, j), 0))
  const most = Math.max(...theirs)
  return y.every((weight, j) => weight === 0 || theirs[j]! === most)
}

describe('dominance', () => {
  it('takes out what is worse than another, round by round', () => {
    // Watson, "Strategy": solved in three rounds.
    const game = gameOf([[[3, 3], [0, 2], [4, 0]], [[2, 0], [1, 1], [3, -1]]]) // biome-ignore format: a table
    expect(Game.dominance(game)).toMatchObject({
      eliminated: [{ player: 'column', strategy: 'c2', by: 'c0' }],
      rows: ['r0', 'r1'],
      columns: ['c0', 'c1'],
    })
  })

  it('takes out what is worse than a mixture only', () => {
    const game = gameOf([[[3, 0], [0, 0]], [[0, 0], [3, 0]], [[1, 0], [1, 0]]]) // biome-ignore format: a table
    expect(Game.dominance(game).eliminated).toEqual([{ player: 'row', strategy: 'r2', by: null }])
  })

  it('keeps what is as good somewhere: weak dominance is none', () => {
    const game = gameOf([[[1, 0], [1, 0]], [[1, 0], [0, 0]]]) // biome-ignore format: a table
    expect(Game.dominance(game).eliminated).toEqual([])
  })

  it('never takes out what an equilibrium plays', () => {
    fc.assert(
      fc.property(games(9), (game) => {
        const left = Game.dominance(game)
        for (const { row, column } of Game.equilibria(game).extreme) {
          row.forEach((p, i) => {
            if (p > 0) expect(left.rows).toContain(game.rows[i])
          })
          column.forEach((p, j) => {
            if (p > 0) expect(left.columns).toContain(game.columns[j])
          })
        }
        const rest = Game.only(game, { rows: left.rows, columns: left.columns })
        expect(Game.equilibria(rest).extreme).toHaveLength(Game.equilibria(game).extreme.length)
      }),
      { seed: SEED, numRuns: 100 },
    )
  })
})

test.each([
  [{ ...pennies, rows: ['r0'] }, 'payoffs'],
  [{ ...pennies, rows: [] }, 'rows'],
  [{ ...pennies, columns: ['c', 'c'] }, 'columns'],
  [{ ...pennies, payoffs: [[[1, 2]], [[1, 2]]] }, 'payoffs.0'],
  [gameOf([[[Number.NaN, 1]]]), 'payoffs.0.0'],
] as const)('refuses what is no game: %#', (game, subject) => {
  expect(() => Game.equilibria(game as Game.Game)).toThrow(expect.objectContaining({ subject }))
})

test('only refuses a strategy that the game has not', () => {
  expect(() => Game.only(pennies, { rows: ['r2'] })).toThrow(/one or more of r0, r1/)
})
