/**
 * Looks for a point that breaks a claim, or proves that there is none: asks for the whole box, and where the answer is
 * open, for its halves.
 *
 * @module
 */
import { Rational } from '../economics/Rational.js'
import type { Interval } from './Algebra.js'
import type { Box, Point, Problem } from './Cases.js'
import { asked, bounds, type Claim, isDirect, reads, valuesAt } from './Claims.js'
import type { Solver } from './Solver.js'

/** Proved; or broken in a point; or not decided, and why. */
export type Outcome = 'proved' | Readonly<{ point: Point }> | Readonly<{ reason: string }>

/** More parts of a box than this are not looked at. */
const MOST_BOXES = 512
/** Corners are looked at one by one for up to so many ranges. */
const MOST_CORNERS = 10

/** Decides a claim for a case: by z3 if a solver is given, else by the lemma and exact bounds. */
export async function decide(
  claim: Claim,
  problem: Problem,
  solver: Solver | null,
  late: () => boolean,
): Promise<Outcome> {
  const queue: Box[] = [relevant(claim, problem)]
  for (let seen = 0; queue.length > 0; seen++) {
    const box = queue.shift() as Box
    if (late()) return { reason: 'time is up' }
    if (seen >= MOST_BOXES)
      return { reason: `still open after ${MOST_BOXES} parts: some point is too close to break-even` }
    const answer = solver === null ? byBounds(claim, problem, box) : await bySolver(claim, problem, box, solver)
    if (answer === 'proved') continue
    const broken = [...answer.points, ...corners(box)].find((point) => isBroken(claim, problem, point))
    if (broken !== undefined) return { point: { ...middle(problem.box), ...broken } }
    if (answer.reason !== undefined) return { reason: answer.reason }
    const halves = halve(box)
    if (halves === undefined) return { reason: 'there is no exact way to decide it' }
    queue.push(...halves)
  }
  return 'proved'
}

/** Is the claim broken in a point, for certain? */
export function isBroken(claim: Claim, problem: Problem, point: Point): boolean {
  return valuesAt(claim, problem, point)?.some(({ high }) => high.n < 0n) ?? false
}

type Open = Readonly<{ points: readonly Point[]; reason?: string }>

function byBounds(claim: Claim, problem: Problem, box: Box): 'proved' | Open {
  const least = bounds(claim, problem, box)
  return least?.every(({ n }) => n >= 0n) ? 'proved' : { points: [] }
}

async function bySolver(claim: Claim, problem: Problem, box: Box, solver: Solver): Promise<'proved' | Open> {
  const answer = await solver.ask(box, (name) => asked(claim, problem, box, name).map((term) => `(< ${term} 0.0)`))
  if (answer === 'none') return 'proved'
  if (answer === 'unknown') return { points: [], reason: solver.late() ? 'time is up' : 'z3 does not know' }
  const points = [answer.point]
  return isDirect(claim, problem) && !isBroken(claim, problem, answer.point)
    ? { points, reason: 'what z3 found is no fraction' }
    : { points }
}

/** The ranges that the claim reads. */
function relevant(claim: Claim, problem: Problem): Box {
  const read = reads(claim, problem)
  return Object.fromEntries(Object.entries(problem.box).filter(([path]) => read.has(path)))
}

function corners(box: Box): Point[] {
  const ranges = Object.entries(box)
  if (ranges.length > MOST_CORNERS) return [middle(box)]
  return ranges.reduce<Point[]>(
    (points, [path, { low, high }]) =>
      points.flatMap((point) => [
        { ...point, [path]: low },
        { ...point, [path]: high },
      ]),
    [{}],
  )
}

function middle(box: Box): Point {
  return Object.fromEntries(Object.entries(box).map(([path, range]) => [path, centre(range)]))
}

function centre({ low, high }: Interval): Rational {
  return low.plus(high).over(new Rational(2n)).reduced()
}

/** Two halves across the range that is widest for its size; undefined for a point. */
function halve(box: Box): [Box, Box] | undefined {
  const width = ({ low, high }: Interval) => {
    const size = Math.max(Math.abs(low.toNumber()), Math.abs(high.toNumber()))
    return size === 0 ? 0 : high.minus(low).toNumber() / size
  }
  const [widest] = Object.entries(box).sort(([, a], [, b]) => width(b) - width(a))
  if (widest === undefined || width(widest[1]) === 0) return undefined
  const [path, range] = widest
  const cut = centre(range)
  return [
    { ...box, [path]: { low: range.low, high: cut } },
    { ...box, [path]: { low: cut, high: range.high } },
  ]
}
