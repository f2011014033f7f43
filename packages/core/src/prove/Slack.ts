/**
 * By how much cheating loses, over a box of parameters: exact in a point, a lower bound over a box.
 *
 * **Lemma.** Let a and b be the probabilities that a task is convicted, its result wrong or right. What the k best cheats of
 * a round lose, beyond what they gain, grows with a, R, S_net (F = 0 or once-per-batch) and W, and falls with b and G; so
 * over a box it is least where a, R, S, W are at their least and b, G at their greatest. Why:
 * - once-per-batch it is `L·[(1-b)^n-(1-a)^n] - N·G` (k = N binds, by convexity), and powers of fractions are monotone;
 * - per-fraud it is `k·R·(a-b) + E[min(W,S·X_k)] - E[min(W,S·X_0)] - k·G`, where k = N·T binds, too: min(W, S·x) is concave in
 *   x, so one more wrong result among k adds `(a-b)·E[φ(Y+1)-φ(Y)]`, which falls with k. X_k grows with a, X_0 with b. The same
 *   holds of each of T identities that open a batch each with W/T at stake, which lose less where one stake can't pay every slash.
 *
 * Source: economics.md, "Many tasks".
 *
 * @module
 */
import { Rational } from '../economics/Rational.js'
import { type Algebra, exact, type Interval } from './Algebra.js'
import { type Case, choose, type Terms } from './Terms.js'

/** Up to so many trials a solver is asked, and every sum is exact. */
export const FEW = 64

/** How the tasks of a round share what a fraud costs. */
export type Form =
  /** Each fraud costs by itself: one task decides. */
  | 'single'
  /** One slash for a batch. */
  | 'once'
  /** A slash for every fraud, all of them bounded by the stake. */
  | 'capped'

/** The form of a case. */
export function formOf({ file, capped }: Case): Form {
  if (file.slash.rule === 'once-per-batch') return 'once'
  return capped ? 'capped' : 'single'
}

/** How often a batch, or all that share a stake, may be convicted: once for each task, or for each that a fixed sample takes. */
export function trials({ file, sampled }: Case): number {
  const each = sampled ?? file.batch.size
  return file.slash.rule === 'once-per-batch' ? each : each * file.stake.concurrentBatches
}

/** Where a and b lie. */
export type Convicted = Readonly<{ a: Interval; b: Interval }>

/** a and b of a trial: of a task, or of a sampled task where a batch has a fixed number of those. */
export function convicted<value>(
  A: Algebra<value>,
  { rate, detection, falseAlarm }: Terms<value>,
  given: Case,
): Readonly<{ a: value; b: value }> {
  if (formOf(given) !== 'single' && given.sampled !== null) return { a: detection, b: falseAlarm }
  return { a: A.times(rate, detection), b: A.times(rate, falseAlarm) }
}

/**
 * Lower bounds of what cheating loses beyond its gain: cheating pays nowhere if none is negative. Where a and b are points
 * and the tasks few, they are exact. For at most `FEW` trials, or one form of `single`.
 */
export function losses<value>(A: Algebra<value>, t: Terms<value>, given: Case, at: Convicted): value[] {
  const form = formOf(given)
  if (form === 'once') return [oncePerBatch(A, t, given, at)]
  if (form === 'capped') {
    const { T, one, own } = apart(A, t, given)
    const joint = capped(A, t, given, at)
    return T === 1 ? [joint] : [joint, A.times(A.of(whole(T)), capped(A, own, one, at))]
  }
  const { a, b } = convicted(A, t, given)
  return [A.minus(A.times(A.plus(t.reward, t.slash), A.minus(a, b)), t.demand)]
}

/** One of T identities that each open a batch of their own, with W/T at stake. */
function apart<value>(
  A: Algebra<value>,
  t: Terms<value>,
  given: Case,
): Readonly<{ T: number; one: Case; own: Terms<value> }> {
  const T = given.file.stake.concurrentBatches
  const file = { ...given.file, stake: { ...given.file.stake, concurrentBatches: 1 } }
  const part = A.of(new Rational(1n, BigInt(T)))
  return { T, one: { ...given, file }, own: { ...t, cap: A.times(part, t.cap as value) } }
}

function oncePerBatch<value>(A: Algebra<value>, t: Terms<value>, given: Case, at: Convicted): value {
  const { file } = given
  const N = A.of(whole(file.batch.size))
  const n = trials(given)
  const slash = t.cap === null ? t.slash : A.min(t.slash, t.cap)
  const loss = file.slash.forfeitBatchReward ? A.plus(slash, A.times(N, t.reward)) : slash
  const apart = power(complement(at.b.high), n).low.minus(power(complement(at.a.low), n).high)
  if (n > FEW) return A.minus(A.times(loss, A.of(apart)), A.times(N, t.demand))
  const { a, b } = convicted(A, t, given)
  const signal = A.minus(a, b)
  const [least, most] = [A.of(powerSum(at, n)), A.of(whole(n))]
  const together = A.min(A.times(signal, least), A.times(signal, most))
  return A.minus(A.times(loss, A.max(A.of(apart), together)), A.times(N, t.demand))
}

/** The least of `Σ u^i·v^(n-1-i)`, by which u^n-v^n is more than u-v: it ties the convictions that r, d and p share. */
function powerSum({ a, b }: Convicted, n: number): Rational {
  const [u, v] = [complement(b.high), complement(a.high)]
  const terms = Array.from({ length: n }, (_, i) => u.powerBetween(i)[0].times(v.powerBetween(n - 1 - i)[0]))
  return terms.reduce((sum, term) => sum.plus(term))
}

function capped<value>(A: Algebra<value>, t: Terms<value>, given: Case, at: Convicted): value {
  const n = trials(given)
  const { a, b } = convicted(A, t, given)
  const refunded = A.times(A.of(whole(n)), A.times(t.reward, A.minus(a, b)))
  const slashed = A.minus(taken(A, t, tails(n, at.a.low)), taken(A, t, tails(n, at.b.high)))
  return A.minus(A.plus(slashed, refunded), A.times(A.of(tasks(given)), t.demand))
}

/** `E[min(W, S·X)]`, given P(X >= 1), P(X >= 2), …: the i-th conviction takes `min(W, i·S) - min(W, (i-1)·S)`. */
function taken<value>(A: Algebra<value>, { slash, cap }: Terms<value>, tail: readonly Rational[]): value {
  const takes = [0, ...tail.keys()].map((_, i) => A.min(cap as value, A.times(A.of(whole(i)), slash)))
  const steps = tail.map((chance, i) => A.times(A.of(chance), A.minus(takes[i + 1] as value, takes[i] as value)))
  return steps.reduce(A.plus)
}

/** P(X >= 1), P(X >= 2), … of X ~ Bin(n, p). */
function tails(n: number, p: Rational): Rational[] {
  const total = p.d ** BigInt(n)
  let sum = 0n
  const above = Array.from({ length: n }, (_, i) => {
    const j = n - i
    sum += choose(n, j) * p.n ** BigInt(j) * (p.d - p.n) ** BigInt(i)
    return new Rational(sum, total)
  })
  return above.reverse()
}

/** a and b, known. */
type Point = Readonly<{ a: Rational; b: Rational }>

/** Bounds of the same in a point, for any number of tasks; null where there is no way to bound it. */
export function lossesAt(
  t: Terms<Rational>,
  given: Case,
  { a, b }: Point = convicted(exact, t, given),
): readonly Interval[] | null {
  const at = { a: { low: a, high: a }, b: { low: b, high: b } }
  const form = formOf(given)
  if (form === 'once' && trials(given) > FEW) return [manyOnce(t, given, { a, b })]
  if (form === 'capped' && trials(given) > FEW) return manySplit(t, given, { a, b })
  return losses(exact, t, given, at).map((loss) => ({ low: loss, high: loss }))
}

function manyOnce(t: Terms<Rational>, given: Case, { a, b }: Point): Interval {
  const { file } = given
  const N = whole(file.batch.size)
  const slash = t.cap === null ? t.slash : exact.min(t.slash, t.cap)
  const loss = file.slash.forfeitBatchReward ? slash.plus(N.times(t.reward)) : slash
  const n = trials(given)
  const [right, wrong] = [power(complement(b), n), power(complement(a), n)]
  const beyond = (apart: Rational) => loss.times(apart).minus(N.times(t.demand))
  return { low: beyond(right.low.minus(wrong.high)), high: beyond(right.high.minus(wrong.low)) }
}

/** More slashes than these under one stake are not added up. */
const MOST_SLASHES = 4096

/** What cheating loses under one identity, and under one for each batch. */
function manySplit(t: Terms<Rational>, given: Case, at: Point): readonly Interval[] | null {
  const { T, one, own } = apart(exact, t, given)
  const [joint, each] = [manyCapped(t, given, at), manyCapped(own, one, at)]
  if (joint === null || each === null) return null
  const all = { low: each.low.times(whole(T)), high: each.high.times(whole(T)) }
  return T === 1 ? [joint] : [joint, all]
}

/** The same, with `E[min(W,S·X)] = W - Σ_{j<W/S} (W-S·j)·P(X=j)`. */
function manyCapped(t: Terms<Rational>, given: Case, { a, b }: Point): Interval | null {
  const n = trials(given)
  const [wrong, right] = [takenOfMany(t, n, a), takenOfMany(t, n, b)]
  if (wrong === null || right === null) return null
  const rest = whole(n)
    .times(t.reward.times(a.minus(b)))
    .minus(tasks(given).times(t.demand))
  return { low: rest.plus(wrong.low).minus(right.high), high: rest.plus(wrong.high).minus(right.low) }
}

function takenOfMany({ slash, cap }: Terms<Rational>, n: number, p: Rational): Interval | null {
  const most = cap as Rational
  if (p.n === 0n || slash.n === 0n) return { low: whole(0), high: whole(0) }
  const every = whole(n).times(slash)
  if (every.compare(most) <= 0) return { low: every.times(p), high: every.times(p) }
  const slashes = Math.ceil(most.over(slash).toNumber())
  if (slashes > MOST_SLASHES) return null
  let [missing, ways] = [{ low: whole(0), high: whole(0) }, whole(1)]
  for (let j = 0; j < slashes; j++) {
    const worth = ways.times(most.minus(whole(j).times(slash)))
    const unseen = power(complement(p), n - j)
    missing = { low: missing.low.plus(worth.times(unseen.low)), high: missing.high.plus(worth.times(unseen.high)) }
    ways = new Rational((ways.n * BigInt(n - j)) / BigInt(j + 1), ways.d).times(p)
  }
  return { low: most.minus(missing.high), high: most.minus(missing.low) }
}

/** Up to here powers are exact. */
const EXACT_POWERS = 1024

function power(base: Rational, k: number): Interval {
  if (k > EXACT_POWERS) {
    const [low, high] = base.powerBetween(k)
    return { low, high }
  }
  const exactly = base.power(k)
  return { low: exactly, high: exactly }
}

/** N·T. */
function tasks({ file: { batch, stake } }: Case): Rational {
  return whole(batch.size).times(whole(stake.concurrentBatches))
}

function complement(p: Rational): Rational {
  return whole(1).minus(p)
}

function whole(n: number): Rational {
  return new Rational(BigInt(n))
}
