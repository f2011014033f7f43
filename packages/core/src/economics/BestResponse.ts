/**
 * The best way to cheat on a file's offer, and the EV rule that it decides (economics.md, "Many tasks").
 *
 * Without draws to choose from, and unless an executor of several convictions is ejected for good, the profit is convex in
 * the cheats of each batch: replacing a right result by a wrong one costs the less, the more are wrong already, as a capped
 * loss is concave and cheats make convictions likelier. So the extremes decide, with F > 0 and with fixed samples too: one
 * cheat, one whole batch, all batches. Elsewhere the numbers of cheats are scanned, one batch filled after the other and, with
 * draws to choose from, spread evenly over all: all numbers up to 4096, above that a geometric grid and its best neighbourhood.
 *
 * @module
 */
import { assertObject } from '../Encoding.js'
import type { Cheats } from './Convictions.js'
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
 * A mix of kinds is searched kind by kind, and by every set of kinds cheated in whole (beyond 10 kinds: the sets of those
 * that gain most for the conviction they risk).
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
 * The same of a situation.
 *
 * @example
 * ```ts
 * import { BestResponse, ManyTasks, Parameters } from '@spotcheck/core/economics'
 *
 * BestResponse.search(ManyTasks.from(Parameters.defaults), 0).holds // true
 * ```
 */
export function search(situation: Situation.Situation, margin: number): Verdict {
  const problem: Problem = { situation, margin: Range.amount(margin, 'margin') }
  const apart: Problem[] = isSpreadable(situation) ? [{ ...problem, situation: { ...situation, spread: true } }] : []
  const ways = [problem, ...apart].flatMap((problem) =>
    situation.kinds.map((_, kind) => ({ problem, kind, attempts: path(problem, kind) })),
  )
  const tried = [
    ...ways.flatMap(({ attempts }) => attempts),
    ...vertices(situation).map((cheats) => attempt(problem, cheats)),
  ]
  const worst = tried.reduce((a, b) => (b.excess > a.excess ? b : a))
  const best = tried.reduce((a, b) => (b.strategy.profit > a.strategy.profit ? b : a))
  const exploit = worst.excess > 0 ? fewest(ways, worst) : null
  return {
    holds: exploit === null,
    best: best.strategy,
    worst: worst.strategy,
    smallest: exploit?.strategy ?? null,
  }
}

/** Cheats of one kind, in rising numbers. */
type Way = Readonly<{ problem: Problem; kind: number; attempts: readonly Attempt[] }>

/**
 * Can it matter how cheats are spread over the batches? Where nobody chooses among draws, batches add up, and one filled after
 * the other is best. A choice of draws prefers the sum that varies most: all batches alike, or as unlike as can be.
 */
function isSpreadable({ draws, batches, kinds, sampled, rule, size }: Situation.Situation): boolean {
  return draws > 1 && batches > 1 && size > 1 && kinds.length === 1 && (rule === 'once-per-batch' || sampled !== null)
}

type Problem = Readonly<{ situation: Situation.Situation; margin: number }>

/** A strategy, and by how much it earns more than the margin leaves it; 0 within rounding. */
type Attempt = Readonly<{ strategy: Strategy; excess: number }>

const ROUNDING = 1e-12

function attempt({ situation, margin }: Problem, byKind: Cheats): Attempt {
  const profit = ManyTasks.profit(situation, byKind)
  const gains = situation.kinds.map(({ gain }, i) => gain * (byKind[i] ?? 0))
  const [gained, tempting] = [total(gains), total(gains.map((gain) => Math.max(0, gain)))]
  const excess = profit + margin * tempting
  const scale = (1 + margin) * tempting + Math.abs(gained - profit)
  const of = Situation.tasks(situation)
  return {
    strategy: { cheated: total(byKind), byKind, of, spread: situation.spread, profit, profitPerTask: profit / of },
    excess: Math.abs(excess) <= ROUNDING * scale ? 0 : excess,
  }
}

/** Attempts with rising numbers of cheats of one kind: enough of them to hold the best. */
function path(problem: Problem, kind: number): Attempt[] {
  const { situation } = problem
  const count = situation.kinds[kind]?.count ?? 0
  const at = (k: number) => attempt(problem, only(situation, kind, k))
  if (isConvex(situation)) return [Math.min(1, count), Math.min(situation.size, count), count].map(at)
  const tried = grid(count).map(at)
  if (count <= SCANNED) return tried
  const peak = tried.indexOf(tried.reduce((a, b) => (b.excess > a.excess ? b : a)))
  const [low, high] = [tried[peak - 1] ?? tried[peak]!, tried[peak + 1] ?? tried[peak]!]
  const found = at(Math.round(Minimum.argmin((k) => -at(k).excess, low.strategy.cheated, high.strategy.cheated)))
  return [...tried, found].sort((a, b) => a.strategy.cheated - b.strategy.cheated)
}

function isConvex({ draws, future, ejectedAt }: Situation.Situation): boolean {
  return draws === 1 && (future === 0 || ejectedAt === 1)
}

const SCANNED = 4096
const POINTS = 512

function grid(count: number): number[] {
  if (count <= SCANNED) return [...Array.from({ length: Math.floor(count) }, (_, i) => i + 1), count]
  const points = Array.from({ length: POINTS + 1 }, (_, i) => Math.floor(count ** (i / POINTS)))
  return [...new Set([...points, count])]
}

/** Every set of kinds, each cheated in whole. */
function vertices({ kinds }: Situation.Situation): Cheats[] {
  if (kinds.length === 1) return []
  const order = kinds.map((_, i) => i).sort((a, b) => appeal(kinds[b]!) - appeal(kinds[a]!))
  const whole = (chosen: (kind: number) => boolean) => kinds.map(({ count }, i) => (chosen(i) ? count : 0))
  if (kinds.length > 10) return order.map((_, last) => whole((kind) => order.indexOf(kind) <= last))
  return Array.from({ length: 2 ** kinds.length - 1 }, (_, set) => whole((kind) => (((set + 1) >> kind) & 1) === 1))
}

/** What a kind gains for the chance of conviction that it takes. */
function appeal({ gain, rate }: Situation.Kind): number {
  return gain <= 0 ? gain : gain / rate
}

/** The fewest cheats that exploit, of one kind if one is enough. */
function fewest(ways: readonly Way[], worst: Attempt): Attempt {
  const found = ways.flatMap(({ problem, kind, attempts: way }) => {
    const { kinds, size } = problem.situation
    const first = way.findIndex(({ excess }) => excess > 0)
    if (first <= 0) return first === 0 ? [way[0]!] : []
    const coarse = { few: way[first - 1]!, enough: way[first]! }
    const inOneBatch = kinds.length > 1 || !isConvex(problem.situation) ? coarse : between(problem, kind, coarse, size)
    return [between(problem, kind, inOneBatch, 1).enough]
  })
  return found.reduce((a, b) => (b.strategy.cheated < a.strategy.cheated ? b : a), found[0] ?? worst)
}

type Bracket = Readonly<{ few: Attempt; enough: Attempt }>

/** Too few and enough, with no multiple of `step` between them: cheats added in such steps pay from some number on. */
function between(problem: Problem, kind: number, { few, enough }: Bracket, step: number): Bracket {
  const middle = step * Math.floor((few.strategy.cheated + enough.strategy.cheated) / (2 * step))
  if (middle <= few.strategy.cheated || middle >= enough.strategy.cheated) return { few, enough }
  const next = attempt(problem, only(problem.situation, kind, middle))
  return between(problem, kind, next.excess > 0 ? { few, enough: next } : { few: next, enough }, step)
}

function only({ kinds }: Situation.Situation, kind: number, k: number): Cheats {
  return kinds.map((_, i) => (i === kind ? k : 0))
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}
