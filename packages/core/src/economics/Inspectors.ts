/**
 * One executor against the n verifiers of a sampled task, each of which checks with the same probability (economics.md,
 * section 9): verifiers who rely on each other check less. All equilibria in which the verifiers play alike.
 *
 * The executor cheats with probability q, a verifier checks with probability x, otherwise it skips; terms as in `Inspection`.
 * Verifiers err each for itself. With u = 1-xd:
 *
 * - a cheat gains `E(x) = G - p·L·(a_d·(1 - (1-a·d)·u^n) - a_f·(1 - (1-xf)^n))`;
 * - a lazy pass is exposed with probability `e' = 1 - (1-e)·u^(n-1)`, for the others may dissent;
 * - who dissents shares the bounty with the others who do: a share of `(1-u^n)/(n·x·d)` in the mean;
 * - checking gains `V(q, x)`, the difference of the verifier's payoffs to `check` and `skip` with that e' and that bounty.
 *
 * V is linear in q. E has at most one turning point in x; so have V(0, ·) and V(1, ·), as polynomials in u whose derivatives
 * change sign once (Descartes). So each has at most two roots, and bisection between turning points finds them all.
 *
 * @module
 */
import type { Interval } from './Calibration.js'
import { type Parameters, from as parse } from './Parameters.js'
import { type Terms, termsOf } from './Stakes.js'

/**
 * A set of equilibria: every cheat rate of the one interval with every check rate of the other. A point where both are one
 * number.
 */
export type Equilibrium = Readonly<{
  /** q: how often the executor cheats. */
  cheatRate: Interval
  /** x: how often each verifier checks. */
  checkRate: Interval
}>

/**
 * All equilibria of a parameter file's executor against its n verifiers in which these play alike; of a file that samples by
 * value, against the kind of task that tempts most. There is always at least one. Where the executor does not care at any x
 * (no gain, no convictions) the curve V(q, x) = 0 is left out: only its ends at q = 0 and q = 1 are listed.
 *
 * @throws Parameters.InvalidParametersError naming every field that is wrong.
 * @example
 * ```ts
 * import { Inspectors, Parameters } from '@spotcheck/core/economics'
 *
 * const { verifiers, sampling } = Parameters.defaults
 * const open = { ...Parameters.defaults, verifiers: { ...verifiers, blind: false } }
 * const among = (n: number) => Inspectors.equilibria({ ...open, sampling: { ...sampling, verifiers: n } })[0]
 * among(1)?.checkRate.low // 0.3205...
 * among(3)?.checkRate.low // 0.1208...
 * among(3)?.cheatRate.low // 0.0892857...
 * ```
 */
export function equilibria(parameters: Parameters): readonly Equilibrium[] {
  const play = playOf(parse(parameters))
  return distinct([...atRate(play, 0), ...atRate(play, 1), ...mixed(play)])
}

/** The numbers that decide, as doubles. */
type Play = Readonly<{
  n: number
  /** G. */
  gain: number
  /** p·L. */
  risk: number
  d: number
  f: number
  /** a_d·(1 - a·d): a cheat is convicted if nobody dissents, less than a_d by this. */
  unaudited: number
  aD: number
  aF: number
  g: number
  /** 1-e. */
  hidden: number
  /** Q: lost with an exposed pass. */
  pass: number
  /** Rv + bond: lost with a refused dissent. */
  refusal: number
  bounty: number
  /** What checking earns more than skipping where nothing is wrong, and nobody errs. */
  calm: number
  blind: boolean
}>

function playOf(parameters: Parameters): Play {
  const terms = termsOf(parameters)
  const number = (name: Exclude<keyof Terms, 'blind'>) => terms[name].toNumber()
  const [d, g, aD, Rv, Sv] = [number('d'), number('g'), number('aD'), number('Rv'), number('Sv')]
  const skipped = terms.blind ? -Sv : Rv - g * (Rv + Sv)
  return {
    n: parameters.sampling.verifiers,
    gain: terms.cheat.minus(terms.honest).toNumber(),
    risk: terms.p.times(terms.L).toNumber(),
    ...{ d, g, aD, f: number('f'), aF: number('aF'), bounty: number('bounty'), blind: terms.blind },
    unaudited: aD * (1 - number('a') * d),
    hidden: 1 - number('e'),
    pass: Rv + Sv,
    refusal: Rv + number('bond'),
    calm: Rv - number('Cv') - g * (1 - d) * (Rv + Sv) - skipped,
  }
}

/** (1-q)^k. */
function none(q: number, k: number): number {
  return k === 0 ? 1 : Math.exp(k * Math.log1p(-q))
}

/** E(x). */
function temptation({ n, gain, risk, d, f, aD, aF, unaudited }: Play, x: number): number {
  return gain - risk * (aD - unaudited * none(x * d, n) - aF * (1 - none(x * f, n)))
}

/** V(q, x). */
function advantage(play: Play, q: number, x: number): number {
  const { n, d, f, aD, aF, g, hidden, pass, refusal, bounty, calm, blind } = play
  const exposed = pass * (1 - hidden * none(x * d, n - 1))
  const right = aF * bounty * sharing(x * f, n) - (1 - aF) * refusal
  const wrong = aD * bounty * sharing(x * d, n) - (1 - aD) * refusal
  const onCheat = d * wrong + (blind ? -(1 - d) : d) * exposed
  return calm + (1 - g) * (q * onCheat + (1 - q) * f * right)
}

/** The mean share of a bounty that n-1 others claim with probability `rate` each: (1-(1-rate)^n)/(n·rate). */
function sharing(rate: number, n: number): number {
  return rate === 0 ? 1 : (1 - none(rate, n)) / (n * rate)
}

/** Equilibria in which the executor never cheats, or always. */
function atRate(play: Play, q: 0 | 1): Equilibrium[] {
  const suits = (x: number) => (q === 0 ? temptation(play, x) <= 0 : temptation(play, x) >= 0)
  const value = (x: number) => advantage(play, q, x)
  const cheatRate = point(q)
  if (isZero(value)) return stretches([0, ...turns(play), 1], suits).map((checkRate) => ({ cheatRate, checkRate }))
  const ends = [...(value(0) <= 0 ? [0] : []), ...(value(1) >= 0 ? [1] : [])]
  const found = [...ends, ...roots(value, q === 1 ? turningAdvantage(play) : undefined)]
  return found.filter(suits).map((x) => ({ cheatRate, checkRate: point(x) }))
}

/** Equilibria in which the executor does not care whether it cheats. */
function mixed(play: Play): Equilibrium[] {
  const indifferent = [0, 1].filter((x) => temptation(play, x) === 0)
  return [...indifferent, ...turns(play)].flatMap((x) => {
    const [none, all] = [advantage(play, 0, x), advantage(play, 1, x)]
    const suits = (q: number) => {
      const value = none + q * (all - none)
      return x === 0 ? value <= 0 : x === 1 ? value >= 0 : value === 0
    }
    const even = none * all < 0 ? [none / (none - all)] : []
    if (x > 0 && x < 1 && (none !== 0 || all !== 0))
      return even.map((q) => ({ cheatRate: point(q), checkRate: point(x) }))
    return stretches([0, ...even, 1], suits).map((cheatRate) => ({ cheatRate, checkRate: point(x) }))
  })
}

/** The roots of E inside (0, 1). */
function turns(play: Play): number[] {
  const { n, d, f, aF, unaudited } = play
  const slope = (x: number) => aF * f * none(x * f, n - 1) - unaudited * d * none(x * d, n - 1)
  return roots((x) => temptation(play, x), roots(slope)[0])
}

/** Where V(1, ·) turns, if it does: the sign of dV/du. */
function turningAdvantage({ n, d, g, aD, bounty, hidden, pass, blind }: Play): number | undefined {
  const [claim, exposure] = [((1 - g) * d * aD * bounty) / n, (1 - g) * (blind ? d - 1 : d) * pass * hidden]
  return roots((x) => {
    const u = 1 - x * d
    let sum = 0
    for (let k = n - 1; k > 0; k--) sum = sum * u + k * claim
    return sum - exposure * (n - 1) * (n === 1 ? 1 : u ** (n - 2))
  })[0]
}

/** The roots inside (0, 1) of a function that is monotone on both sides of `turn`. */
function roots(value: (x: number) => number, turn?: number | undefined): number[] {
  if (turn === undefined) return crossing(value, 0, 1)
  const touched = value(turn) === 0 ? [turn] : []
  return [...crossing(value, 0, turn), ...touched, ...crossing(value, turn, 1)]
}

/** Where a monotone function changes its sign, by bisection to the last bit. */
function crossing(value: (x: number) => number, low: number, high: number): number[] {
  const sign = Math.sign(value(low))
  if (sign * value(high) >= 0) return []
  for (let [below, above] = [low, high]; ; ) {
    const middle = below + (above - below) / 2
    if (middle <= below || middle >= above) return [above]
    if (Math.sign(value(middle)) === sign) below = middle
    else above = middle
  }
}

/** Is a function with at most one turn 0 everywhere? */
function isZero(value: (x: number) => number): boolean {
  return [0, 0.3, 0.7, 1].every((x) => value(x) === 0)
}

/** The stretches between neighbouring marks on which something holds, or the marks alone at which it does. */
function stretches(marks: readonly number[], holds: (at: number) => boolean): Interval[] {
  const open = marks.slice(1).flatMap((high, i) => {
    const low = marks[i]!
    return high > low && holds(low + (high - low) / 2) ? [{ low, high }] : []
  })
  return [...open, ...marks.filter(holds).map(point)]
}

function point(at: number): Interval {
  return { low: at, high: at }
}

/** Without what lies inside another. */
function distinct(found: readonly Equilibrium[]): Equilibrium[] {
  const within = (a: Interval, b: Interval) => b.low <= a.low && a.high <= b.high
  const inside = (a: Equilibrium, b: Equilibrium) =>
    within(a.cheatRate, b.cheatRate) && within(a.checkRate, b.checkRate)
  const kept = found.filter((a, i) => !found.some((b, j) => inside(a, b) && (i > j || !inside(b, a))))
  return kept.sort((a, b) => a.cheatRate.low - b.cheatRate.low || a.checkRate.low - b.checkRate.low)
}
