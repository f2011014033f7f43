/**
 * The best way to cheat on a file's offer, and the EV rule that it decides (economics.md, "Many tasks").
 *
 * Without draws to choose from, and unless an executor of several convictions is ejected for good, the profit is convex in
 * the cheats of each batch: replacing a right result by a wrong one costs the less, the more are wrong already, as a capped
 * loss is concave and cheats make convictions likelier. So the extremes decide, with F > 0 and with fixed samples too: one
 * cheat, one whole batch, all batches. Elsewhere the numbers of cheats are scanned, one batch filled after the other and, with
 * draws to choose from, spread evenly over all: all numbers up to 4096, above that a geometric grid and its best neighbourhood.
 *
 * With several kinds of task the profit is convex also in cheating on one kind instead of another: their convictions differ by
 * `(p_i-p_j)(D-F)`, and the second difference of the loss by the square of that. So k cheats earn most with every kind but one
 * cheated in whole or not at all, and the fewest that pay are found on the edges between such sets, which are all tried.
 * Elsewhere every mix is tried if there are no more than 1024, and else, as beyond 10 kinds, kinds are filled one after the other.
 *
 * @module
 */
import { assertObject } from '../Encoding.js'
import type { Cheats } from './Convictions.js'
import * as Convictions from './Convictions.js'
import * as ManyTasks from './ManyTasks.js'
import * as Minimum from './Minimum.js'
import { type Parameters, from as parse } from './Parameters.js'
import * as Range from './Range.js'
import * as Rounds from './Rounds.js'
import * as Situation from './Situation.js'

/** A way to cheat in a round. */
export type Strategy = Readonly<{
  /** k: tasks cheated. */
  cheated: number
  /** k of each kind of task, in the order of the file. */
  byKind: Cheats
  /** Of how many: N·T. */
  of: number
  /** All batches share the cheats evenly; false where one is filled after the other. */
  spread: boolean
  /** What it earns per round beyond honest work. */
  profit: number
  /** The same per task of the round. */
  profitPerTask: number
}>

/** Does every way to cheat lose? */
export type Verdict = Readonly<{
  /** Every k >= 1 earns at most -μ·G·k. Within 1e-12 of what is at stake, equality counts as such. */
  holds: boolean
  /** The k >= 1 that earns most. */
  best: Strategy
  /** The k >= 1 that is furthest above -μ·G·k. */
  worst: Strategy
  /** The fewest cheats that earn more than -μ·G·k; null where the rule holds. */
  smallest: Strategy | null
}>

/**
 * Searches every number of cheats for the one that pays most, and says whether the EV rule holds with a margin, that of the
 * file if left out.
 *
 * Exact: one kind of task, up to 4096 of them a round or where the profit is convex (one draw, and no future or one conviction
 * that ejects); a mix of up to 10 kinds where the profit is convex, or of up to 1024 ways to mix them. All else is a search
 * along lines, which may miss a better mix: above 4096 tasks a grid; of more mixes each kind alone, all sets of kinds in whole,
 * and kinds filled in the order of what they gain, and of what they gain for the conviction they risk; beyond 10 kinds the same
 * but for the sets. The cheats of a mix are spread evenly over the batches; a kind that is not a whole number of tasks is one in
 * the mean.
 *
 * @throws Parameters.InvalidParametersError naming every field that is wrong.
 * @example
 * ```ts
 * import { BestResponse, Parameters } from '@spotcheck/core/economics'
 *
 * const parameters = Parameters.from({
 *   task: { reward: 1, honestCost: 0.8 },
 *   sampling: { rate: 0.02 },
 *   slash: { rule: 'once-per-batch', amount: 40 },
 *   batch: { size: 1000 },
 *   accept: { margin: 0 },
 * })
 * const { holds, best, smallest } = BestResponse.from(parameters)
 * holds // false
 * best.cheated // 1000
 * smallest?.cheated // 2
 * ```
 */
export function from(given: Parameters, margin: number = assertObject(given, 'parameters').accept.margin): Verdict {
  return search(Rounds.situation(parse(given)), margin)
}

/**
 * The same of a situation. A profit above the margin by no more than a share `rounding` of what is at stake is none.
 *
 * @example
 * ```ts
 * import { BestResponse, ManyTasks, Parameters } from '@spotcheck/core/economics'
 *
 * BestResponse.search(ManyTasks.from(Parameters.defaults), 0).holds // true
 * ```
 */
export function search(situation: Situation.Situation, margin: number, rounding: number = ROUNDING): Verdict {
  const problem: Problem = {
    situation,
    margin: Range.amount(margin, 'margin'),
    rounding: Range.probability(rounding, 'rounding'),
  }
  const ways = waysOf(problem)
  const tried = ways.flatMap(({ attempts }) => attempts)
  const worst = tried.reduce((a, b) => (b.excess > a.excess ? b : a))
  const best = tried.reduce((a, b) => (b.strategy.profit > a.strategy.profit ? b : a))
  const exploit = worst.excess > 0 ? fewest(problem, ways, worst) : null
  return {
    holds: exploit === null,
    best: best.strategy,
    worst: worst.strategy,
    smallest: exploit?.strategy ?? null,
  }
}

/** More and more cheats: how to cheat on n tasks, and attempts with rising n. */
type Way = Readonly<{ at: (n: number) => Attempt; attempts: readonly Attempt[] }>

/** Enough ways, and attempts on each, to hold the best, as far as `from` says. */
function waysOf(problem: Problem): Way[] {
  const { situation } = problem
  const { kinds } = situation
  const each = kinds.map((_, kind) => kind)
  if (kinds.length === 1) {
    const apart: Problem[] = isSpreadable(situation) ? [{ ...problem, situation: { ...situation, spread: true } }] : []
    return [problem, ...apart].map((problem) => path(problem, each))
  }
  const all = isConvex(situation) ? undefined : mixes(kinds)
  if (all !== undefined) return all.map((cheats) => point(problem, cheats))
  const orders = [by(each, (i) => kinds[i]!.gain), by(each, (i) => appeal(situation, kinds[i]!))]
  const filled = [...each.map((kind) => [kind]), ...orders].map((order) => path(problem, order))
  if (kinds.length > KINDS) return filled
  return isConvex(situation) ? edges(problem) : [...filled, ...edges(problem)]
}

/**
 * Can it matter how cheats are spread over the batches? Where nobody chooses among draws, batches add up, and one filled after
 * the other is best. A choice of draws prefers the sum that varies most: all batches alike, or as unlike as can be.
 */
function isSpreadable({ draws, batches, kinds, sampled, rule, size }: Situation.Situation): boolean {
  return draws > 1 && batches > 1 && size > 1 && kinds.length === 1 && (rule === 'once-per-batch' || sampled !== null)
}

type Problem = Readonly<{ situation: Situation.Situation; margin: number; rounding: number }>

/** A strategy, and by how much it earns more than the margin leaves it; 0 within rounding. */
type Attempt = Readonly<{ strategy: Strategy; excess: number }>

const ROUNDING = 1e-12

function attempt({ situation, margin, rounding }: Problem, byKind: Cheats): Attempt {
  const profit = ManyTasks.profit(situation, byKind)
  const gains = situation.kinds.map(({ gain }, i) => gain * (byKind[i] ?? 0))
  const [gained, tempting] = [total(gains), total(gains.map((gain) => Math.max(0, gain)))]
  const excess = profit + margin * tempting
  const scale = (1 + margin) * tempting + Math.abs(gained - profit)
  const of = Situation.tasks(situation)
  return {
    strategy: { cheated: total(byKind), byKind, of, spread: situation.spread, profit, profitPerTask: profit / of },
    excess: Math.abs(excess) <= rounding * scale ? 0 : excess,
  }
}

/** Kinds filled one after the other, in this order. */
function path(problem: Problem, order: readonly number[]): Way {
  const { kinds, size } = problem.situation
  const at = (n: number) => attempt(problem, fill(kinds, order, n))
  const ends = order.map((_, i) => total(order.slice(0, i + 1).map((kind) => kinds[kind]!.count)))
  const count = ends.at(-1)!
  const first = kinds.length === 1 ? [1, size] : [1]
  if (isConvex(problem.situation)) return { at, attempts: [...first.filter((n) => n < ends[0]!), ...ends].map(at) }
  const tried = grid(count).map(at)
  if (count <= SCANNED) return { at, attempts: tried }
  const peak = tried.indexOf(tried.reduce((a, b) => (b.excess > a.excess ? b : a)))
  const [low, high] = [tried[peak - 1] ?? tried[peak]!, tried[peak + 1] ?? tried[peak]!]
  const found = at(Math.round(Minimum.argmin((n) => -at(n).excess, low.strategy.cheated, high.strategy.cheated)))
  return { at, attempts: [...tried, found].sort((a, b) => a.strategy.cheated - b.strategy.cheated) }
}

function fill(kinds: readonly Situation.Kind[], order: readonly number[], n: number): Cheats {
  const cheats = kinds.map(() => 0)
  let left = n
  for (const kind of order) {
    cheats[kind] = Math.min(left, kinds[kind]!.count)
    left -= cheats[kind]
  }
  return cheats
}

/** From each set of kinds cheated in whole to those with one kind more, beginning with one cheat. */
function edges(problem: Problem): Way[] {
  const { kinds } = problem.situation
  const each = kinds.map((_, kind) => kind)
  const sets = Array.from({ length: 2 ** kinds.length }, (_, set) => each.filter((kind) => ((set >> kind) & 1) === 1))
  const whole = sets.map((set) => attempt(problem, fill(kinds, set, Number.POSITIVE_INFINITY)))
  return sets.flatMap((set, i) => {
    const others = each.filter((kind) => !set.includes(kind))
    return others.map((kind) => {
      const at = (n: number) => attempt(problem, fill(kinds, [...set, kind], n))
      const from = set.length > 0 ? whole[i]! : at(Math.min(1, kinds[kind]!.count))
      return { at, attempts: [from, whole[i + 2 ** kind]!] }
    })
  })
}

/** Every mix of cheats, fewest first; undefined if there are too many. */
function mixes(kinds: readonly Situation.Kind[]): Cheats[] | undefined {
  if (kinds.reduce((product, { count }) => product * (Math.ceil(count) + 1), 1) > MIXES) return undefined
  const all = kinds.reduce<Cheats[]>(
    (some, { count }) => some.flatMap((cheats) => [0, ...grid(count)].map((k) => [...cheats, k])),
    [[]],
  )
  return all.slice(1).sort((a, b) => total(a) - total(b))
}

function point(problem: Problem, cheats: Cheats): Way {
  const only = attempt(problem, cheats)
  return { at: () => only, attempts: [only] }
}

/** Kinds of which every set is tried. */
const KINDS = 10
const MIXES = 1024

function isConvex({ draws, future, ejectedAt }: Situation.Situation): boolean {
  return draws === 1 && (future === 0 || ejectedAt === 1)
}

const SCANNED = 4096
const POINTS = 512

function grid(count: number): number[] {
  if (count <= SCANNED) return [...new Set([...Array.from({ length: Math.floor(count) }, (_, i) => i + 1), count])]
  const points = Array.from({ length: POINTS + 1 }, (_, i) => Math.floor(count ** (i / POINTS)))
  return [...new Set([...points, count])]
}

/** In falling order. */
function by(kinds: readonly number[], value: (kind: number) => number): number[] {
  return [...kinds].sort((a, b) => value(b) - value(a))
}

/** What a kind gains for the chance of conviction that it takes; once-per-batch chances multiply. */
function appeal(situation: Situation.Situation, { gain, rate }: Situation.Kind): number {
  if (gain <= 0) return gain
  return gain / (situation.rule === 'per-fraud' ? rate : Math.max(0, -Convictions.logOdds(situation, rate)))
}

/** The fewest cheats that exploit, of one kind if one is enough. */
function fewest({ situation }: Problem, ways: readonly Way[], worst: Attempt): Attempt {
  const { kinds, size } = situation
  const isBatched = kinds.length === 1 && isConvex(situation)
  const found = ways.reduce<Attempt | undefined>((least, way) => {
    const first = way.attempts.findIndex(({ excess }) => excess > 0)
    const [few, enough] = [way.attempts[first - 1], way.attempts[first]]
    if (enough === undefined || (least !== undefined && (few ?? enough).strategy.cheated >= least.strategy.cheated))
      return least
    if (few === undefined) return enough
    const whole = { few: few.strategy.cheated, enough: enough.strategy.cheated, found: enough }
    const next = between(way, isBatched ? between(way, whole, size) : whole, 1).found
    return least !== undefined && least.strategy.cheated <= next.strategy.cheated ? least : next
  }, undefined)
  return found ?? worst
}

/** How many are too few, how many enough, and how. */
type Bracket = Readonly<{ few: number; enough: number; found: Attempt }>

/** No multiple of `step` is between too few and enough: cheats added in such steps pay from some number on. */
function between(way: Way, { few, enough, found }: Bracket, step: number): Bracket {
  const middle = step * Math.floor((few + enough) / (2 * step))
  if (middle <= few || middle >= enough) return { few, enough, found }
  const next = way.at(middle)
  return between(way, next.excess > 0 ? { few, enough: middle, found: next } : { few: middle, enough, found }, step)
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}
