/**
 * The numbers of a parameter file that decide whether cheating pays, over any algebra (economics.md, "One task").
 *
 * @module
 */
import { colluders } from '../economics/Detection.js'
import type { Parameters } from '../economics/Parameters.js'
import { Rational } from '../economics/Rational.js'
import type { Algebra } from './Algebra.js'

/** How a formula reads a number of the file: a fraction, an interval or the name of a variable. */
export type Read<value> = (path: string) => value

/** A file whose whole numbers are fixed; what else ranges is read by path. */
export type Case = Readonly<{
  file: Parameters
  /** K: colluders in a finite pool; null where the pool is infinite. */
  colluders: number | null
  /** m: tasks that a fixed sample takes; null where each is drawn by itself. */
  sampled: number | null
  /** Is the stake a number of its own, so that it may not pay every slash? */
  capped: boolean
}>

/** What the deterrence formulas need. */
export type Terms<value> = Readonly<{
  /** What a cheat must lose: (1+μ)·G, or G where that is no gain. */
  demand: value
  /** R. */
  reward: value
  /** S_net. */
  slash: value
  /** The most that all slashes of a round may take, as felt: W·burnShare; null: no bound. */
  cap: value | null
  /** D and F: a sampled task is convicted, its result wrong or right. */
  detection: value
  falseAlarm: value
  /** p. */
  rate: value
}>

const ONE = new Rational(1n)

/** The terms of a case. */
export function terms<value>(A: Algebra<value>, read: Read<value>, given: Case): Terms<value> {
  const gain = A.plus(A.minus(read('task.honestCost'), read('task.cheatCost')), read('task.externalGain'))
  const burnt = read('slash.burnShare')
  const { sampled, file } = given
  return {
    demand: A.max(gain, A.plus(gain, A.times(read('accept.margin'), gain))),
    reward: read('task.reward'),
    slash: A.times(read('slash.amount'), burnt),
    cap: given.capped ? A.times(read('stake.amount'), burnt) : null,
    rate: sampled === null ? read('sampling.rate') : A.of(new Rational(BigInt(sampled), BigInt(file.batch.size))),
    ...odds(A, read, given),
  }
}

type Odds<value> = Readonly<{ detection: value; falseAlarm: value }>

function odds<value>(A: Algebra<value>, read: Read<value>, given: Case): Odds<value> {
  const { detection, falseAlarm } = given.colluders === null ? infinite(A, read, given) : finite(A, read, given)
  return {
    detection: A.times(detection, read('arbitration.power')),
    falseAlarm: A.times(falseAlarm, read('arbitration.falsePositive')),
  }
}

/** 1-(1-x)^k. */
function atLeastOne<value>(A: Algebra<value>, x: value, k: number): value {
  return A.minus(A.of(ONE), A.power(A.minus(A.of(ONE), x), k))
}

function infinite<value>(A: Algebra<value>, read: Read<value>, { file }: Case): Odds<value> {
  const n = file.sampling.verifiers
  const [r, d, f, z] = panel(read)
  const honest = A.minus(A.of(ONE), r)
  const friendly = A.times(r, z)
  if (file.comparator.errors === 'independent')
    return {
      detection: atLeastOne(A, A.times(honest, d), n),
      falseAlarm: atLeastOne(A, A.plus(A.times(honest, f), friendly), n),
    }
  const silent = A.power(A.times(r, A.minus(A.of(ONE), z)), n)
  return {
    detection: A.times(d, A.minus(A.of(ONE), A.power(r, n))),
    falseAlarm: A.plus(
      A.times(f, A.minus(A.of(ONE), silent)),
      A.times(A.minus(A.of(ONE), f), atLeastOne(A, friendly, n)),
    ),
  }
}

function finite<value>(A: Algebra<value>, read: Read<value>, { file, colluders: K }: Case): Odds<value> {
  const n = file.sampling.verifiers
  const [, d, f, z] = panel(read)
  const some = (x: value, k: number) =>
    file.comparator.errors === 'independent' ? atLeastOne(A, x, k) : k === 0 ? A.of(new Rational(0n)) : x
  const none = (x: value) => A.minus(A.of(ONE), x)
  let [detection, falseAlarm] = [A.of(new Rational(0n)), A.of(new Rational(0n))]
  for (const { drawn, chance } of drawnColluders(n, K ?? 0, file.verifiers.pool ?? 0)) {
    const right = none(A.times(none(some(f, n - drawn)), none(atLeastOne(A, z, drawn))))
    detection = A.plus(detection, A.times(A.of(chance), some(d, n - drawn)))
    falseAlarm = A.plus(falseAlarm, A.times(A.of(chance), right))
  }
  return { detection, falseAlarm }
}

function panel<value>(read: Read<value>): readonly [r: value, d: value, f: value, z: value] {
  return [
    read('verifiers.colluding'),
    read('comparator.power'),
    read('comparator.falsePositive'),
    read('verifiers.falseDissent'),
  ]
}

/** The hypergeometric distribution of the number of colluders among n drawn of a pool of M, K of them colluders. */
function drawnColluders(n: number, K: number, pool: number): { drawn: number; chance: Rational }[] {
  const all = choose(pool, n)
  return Array.from({ length: n + 1 }, (_, drawn) => ({
    drawn,
    chance: new Rational(choose(K, drawn) * choose(pool - K, n - drawn), all),
  })).filter(({ chance }) => chance.n > 0n)
}

/** Binomial coefficient; 0 outside 0..n. */
export function choose(n: number, k: number): bigint {
  if (k < 0 || k > n) return 0n
  let result = 1n
  for (let i = 1n; i <= BigInt(Math.min(k, n - k)); i++) result = (result * (BigInt(n) - i + 1n)) / i
  return result
}

/** The colluders of a file with a finite pool, when a share `colluding` of it colludes; null for an infinite one. */
export function colludersOf({ verifiers }: Parameters, colluding: number): number | null {
  return verifiers.pool === null ? null : colluders(colluding, verifiers.pool)
}
