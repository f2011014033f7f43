/**
 * What may be proved: each claim is a list of numbers, none of which may be negative.
 *
 * @module
 */
import { Rational } from '../economics/Rational.js'
import { type Algebra, exact, type Interval, interval, smt } from './Algebra.js'
import { type Box, type Point, type Problem, reader } from './Cases.js'
import * as Slack from './Slack.js'
import { type Read, terms } from './Terms.js'

/** A claim. */
export type Claim =
  /**
   * No number of cheats earns more than `-μ·G` a cheat, against honest work under as many identities, if a conviction is what
   * slashes: one task, many tasks, a batch, and an identity for each open batch (EV rule).
   */
  | 'deterrence'
  /** Checking pays a verifier (verifier rule): also blind, an honest re-execution covers its cost and false penalties. */
  | 'checking'
  /** Verifiers who all run the cheap model lose by it: `a·d(Rv+Sv) >= Cv - cv`. */
  | 'cheap-model'
  /** Bribing the verifiers of a task costs more than a slash: `n(bounty + a(Rv+Sv)) >= R+S_net`. */
  | 'bribery'

/** Every claim, in the order in which they are proved. */
export const claims: readonly Claim[] = ['deterrence', 'checking', 'cheap-model', 'bribery']

/** Is the claim one formula for the whole box, whatever the size of a batch? */
export function isDirect(claim: Claim, { given }: Problem): boolean {
  return claim !== 'deterrence' || Slack.formOf(given) === 'single'
}

/** Lower bounds of the claim's numbers over a box, as terms of SMT-LIB in the variables that `name` gives. */
export function asked(claim: Claim, problem: Problem, box: Box, name: Read<string>): readonly string[] {
  const read = reader(problem, smt.of, name)
  return values(claim, smt, problem, read, isDirect(claim, problem) ? anywhere : convicted(problem, box))
}

/** The paths of the ranges that the claim reads. */
export function reads(claim: Claim, problem: Problem): ReadonlySet<string> {
  const paths = new Set<string>()
  const read = reader(problem, smt.of, (path) => {
    paths.add(path)
    return path
  })
  if (claim === 'deterrence') terms(smt, read, problem.given)
  else values(claim, smt, problem, read, anywhere)
  return paths
}

/** Lower bounds of the claim's numbers over a box; null where there is no way to bound them. */
export function bounds(claim: Claim, problem: Problem, box: Box): readonly Rational[] | null {
  const read = reader(problem, interval.of, (path) => box[path] as Interval)
  if (isDirect(claim, problem)) return values(claim, interval, problem, read, anywhere).map(({ low }) => low)
  const t = terms(interval, read, problem.given)
  const at = convicted(problem, box)
  // the least of each: by the lemma, the worst of the box
  const least = {
    demand: t.demand.high,
    reward: t.reward.low,
    slash: t.slash.low,
    cap: t.cap === null ? null : t.cap.low,
    rate: t.rate.low,
    detection: t.detection.low,
    falseAlarm: t.falseAlarm.high,
  }
  // where right results may be convicted more often, more at stake is not worse for the cheat
  if (at.a.low.compare(at.b.high) < 0) return null
  const slashRanges = t.slash.low.compare(t.slash.high) !== 0
  if (Slack.formOf(problem.given) === 'capped' && at.b.high.n !== 0n && slashRanges) return null
  return Slack.lossesAt(least, problem.given, { a: at.a.low, b: at.b.high })?.map(({ low }) => low) ?? null
}

/** The claim's numbers in a point, exact or between bounds; null where there is no way to bound them. */
export function valuesAt(claim: Claim, problem: Problem, point: Point): readonly Interval[] | null {
  const read = reader(problem, exact.of, (path) => point[path] as Rational)
  if (!isDirect(claim, problem)) return Slack.lossesAt(terms(exact, read, problem.given), problem.given)
  return values(claim, exact, problem, read, anywhere).map((value) => ({ low: value, high: value }))
}

const certain = { low: new Rational(0n), high: new Rational(1n) }
const anywhere: Slack.Convicted = { a: certain, b: certain }

function convicted(problem: Problem, box: Box): Slack.Convicted {
  const read = reader(problem, interval.of, (path) => box[path] as Interval)
  return Slack.convicted(interval, terms(interval, read, problem.given), problem.given)
}

function values<value>(
  claim: Claim,
  A: Algebra<value>,
  { given }: Problem,
  read: Read<value>,
  at: Slack.Convicted,
): value[] {
  if (claim === 'deterrence') return Slack.losses(A, terms(A, read, given), given, at)
  const v = (key: string) => read(`verifiers.${key}`)
  const staked = A.plus(v('reward'), v('slash'))
  const n = A.of(new Rational(BigInt(given.file.sampling.verifiers)))
  if (claim === 'checking') return checking(A, read, given.file.verifiers.blind)
  const audited = A.times(v('auditRate'), staked)
  if (claim === 'cheap-model')
    return [A.minus(A.times(audited, read('comparator.power')), A.minus(v('cost'), v('cheapCost')))]
  const spared = A.plus(read('task.reward'), A.times(read('slash.amount'), read('slash.burnShare')))
  return [A.minus(A.times(n, A.plus(v('bounty'), audited)), spared)]
}

/** `Rv - Cv - (1-g)·f·(Rv+bond) - g·(1-d)·(Rv+Sv)`; where a verdict can be copied also `g·d(Sv+Rv) - (1-g)·f·(Rv+bond) - Cv`. */
function checking<value>(A: Algebra<value>, read: Read<value>, blind: boolean): value[] {
  const v = (key: string) => read(`verifiers.${key}`)
  const real = A.minus(A.of(new Rational(1n)), v('canaryRate'))
  const penalty = A.times(A.times(real, read('comparator.falsePositive')), A.plus(v('reward'), v('bond')))
  const spent = A.plus(v('cost'), penalty)
  const canary = A.times(v('canaryRate'), A.plus(v('slash'), v('reward')))
  const missed = A.times(canary, A.minus(A.of(new Rational(1n)), read('comparator.power')))
  const caught = A.times(canary, read('comparator.power'))
  return [A.minus(A.minus(v('reward'), spent), missed), ...(blind ? [] : [A.minus(caught, spent)])]
}
