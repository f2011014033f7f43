/**
 * How many convictions a round of k cheats brings: X_k ~ Bin(k, pD) + Bin(N-k, pF), and what stands in its place where m of
 * N are drawn without replacement, or a batch is slashed once (economics.md, "Many tasks").
 *
 * Errors are independent across tasks. The tasks of one kind are cheated batch by batch, all of the first, then of the next, or
 * spread evenly over all batches. Of a mix of kinds every batch has its share; a kind that is not a whole number of a round's
 * tasks is so in the mean.
 *
 * @module
 */
import type * as Binomial from './Binomial.js'
import * as Distribution from './Distribution.js'
import * as Situation from './Situation.js'

/** How many tasks of each kind are cheated in a round. */
export type Cheats = readonly number[]

/** A count of convictions: a sum of independent parts. */
export type Convictions = Readonly<{ binomials: readonly Binomial.Binomial[]; other?: Distribution.Distribution }>

/** The convictions (per-fraud) or the slashed batches (once-per-batch) of a round. */
export function of(situation: Situation.Situation, cheats: Cheats): Convictions {
  if (situation.rule === 'once-per-batch') return slashedBatches(situation, cheats)
  const { kinds, sampled, detection: D, falseAlarm: F } = situation
  const [kind, ...more] = kinds
  if (kind === undefined || more.length > 0) return ofKinds(situation, cheats)
  const k = cheats[0] ?? 0
  if (sampled === null)
    return some([
      { n: k, p: kind.rate * D },
      { n: Situation.tasks(situation) - k, p: kind.rate * F },
    ])
  const shares = split(situation, k)
  const isPure = ({ cheated }: Share) => cheated === 0 || cheated === situation.size
  const pure = shares.filter(isPure).map(({ batches, cheated }) => ({ n: batches * sampled, p: cheated === 0 ? F : D }))
  const mixed = shares
    .filter((share) => !isPure(share))
    .map(({ batches, cheated }) => {
      return Distribution.copies(ofOneBatch(situation, sampled, cheated), batches)
    })
  return mixed.length === 0 ? some(pure) : { ...some(pure), other: Distribution.sum(mixed) }
}

/** P(a batch of which `cheated` tasks are wrong is slashed). */
function slashed(situation: Situation.Situation, cheated: Cheats): number {
  const chances = escapes(situation, cheated).map(({ chance, wrong, right }) => -chance * Math.expm1(wrong + right))
  // The chances of all samples add up to 1 only within rounding.
  return Math.min(
    1,
    chances.reduce((sum, chance) => sum + chance, 0),
  )
}

/** How much likelier `cheated` wrong tasks make it that a batch is slashed; exact where both chances are nearly equal. */
function slashedMore(situation: Situation.Situation, cheated: Cheats): number {
  return escapes(situation, cheated).reduce((sum, { chance, honest, odds }) => {
    return sum - chance * Math.exp(honest) * Math.expm1(odds)
  }, 0)
}

/** E[X_k] - E[X_0], exact where both are nearly equal. */
export function expectedMore(situation: Situation.Situation, cheats: Cheats): number {
  const { signal, batches, kinds } = situation
  if (situation.rule === 'per-fraud')
    return kinds.reduce((sum, { rate }, i) => sum + (cheats[i] ?? 0) * rate * signal, 0)
  if (kinds.length > 1) return batches * slashedMore(situation, ofEachBatch(situation, cheats))
  return split(situation, cheats[0] ?? 0).reduce(
    (sum, one) => sum + one.batches * slashedMore(situation, [one.cheated]),
    0,
  )
}

function slashedBatches(situation: Situation.Situation, cheats: Cheats): Convictions {
  const { batches, kinds } = situation
  if (kinds.length > 1) return some([{ n: batches, p: slashed(situation, ofEachBatch(situation, cheats)) }])
  const shares = split(situation, cheats[0] ?? 0)
  return some(shares.map((one) => ({ n: one.batches, p: slashed(situation, [one.cheated]) })))
}

/** Each task of a kind is convicted by itself. A kind that is not a whole number of tasks is so in the mean: then all are. */
function ofKinds(situation: Situation.Situation, cheats: Cheats): Convictions {
  const { kinds, detection, falseAlarm } = situation
  const laws = kinds.flatMap(({ rate, count }, i) => {
    const k = cheats[i] ?? 0
    return [
      { n: k, p: rate * detection },
      { n: Math.max(0, count - k), p: rate * falseAlarm },
    ]
  })
  if (laws.every(({ n }) => Number.isInteger(n))) return some(laws)
  const n = Situation.tasks(situation)
  const expected = laws.reduce((sum, law) => sum + law.n * law.p, 0)
  return some([{ n, p: Math.min(1, expected / n) }])
}

/** Convictions of one batch of which `cheated` tasks are wrong and m are drawn without replacement. */
function ofOneBatch(situation: Situation.Situation, m: number, cheated: number): Distribution.Distribution {
  const drawn = Distribution.hypergeometric(situation.size, cheated, m)
  const known = samples.get(situation) ?? []
  if (known.length === 0 && m <= REMEMBERED) samples.set(situation, known)
  const parts = Array.from(drawn.masses, (chance, i) => {
    const wrong = drawn.low + i
    known[wrong] ??= ofSample(situation, m, wrong)
    return { chance, of: known[wrong] }
  })
  return Distribution.mixture(parts)
}

/** Convictions of m tasks that are all checked, some of them wrong. */
function ofSample({ detection, falseAlarm }: Situation.Situation, m: number, wrong: number): Distribution.Distribution {
  const laws = [
    { n: wrong, p: detection },
    { n: m - wrong, p: falseAlarm },
  ]
  return Distribution.sum(laws.map(Distribution.binomial))
}

/** The laws of `ofSample`, which are the same for every number of cheats, by situation and number of wrong tasks. */
const samples = new WeakMap<Situation.Situation, Distribution.Distribution[]>()

/** Samples up to this size are remembered: 8 MB at most. */
const REMEMBERED = 1000

/** Batches with as many cheats as each other. */
type Share = Readonly<{ batches: number; cheated: number }>

/** How the batches share k cheats: one filled after the other, or each with as many as any, or one more. */
function split({ size, batches, spread }: Situation.Situation, k: number): Share[] {
  const [full, rest] = spread ? [Math.floor(k / batches), k % batches] : [Math.floor(k / size), k % size]
  const shares = spread
    ? [
        { batches: rest, cheated: full + 1 },
        { batches: batches - rest, cheated: full },
      ]
    : [
        { batches: full, cheated: size },
        { batches: rest > 0 ? 1 : 0, cheated: rest },
        { batches: batches - full - (rest > 0 ? 1 : 0), cheated: 0 },
      ]
  return shares.filter((share) => share.batches > 0)
}

/** The cheats in each batch, where all are alike. */
function ofEachBatch({ batches }: Situation.Situation, cheats: Cheats): Cheats {
  return cheats.map((k) => k / batches)
}

/** The log-chances that a batch's tasks escape conviction, by how many wrong ones are drawn. */
type Escape = Readonly<{
  chance: number
  /** The wrong tasks escape. */
  wrong: number
  /** The right tasks escape. */
  right: number
  /** All tasks escape if none is wrong. */
  honest: number
  /** `wrong + right - honest`, without cancellation. */
  odds: number
}>

function escapes(situation: Situation.Situation, cheated: Cheats): readonly Escape[] {
  const { kinds, batches, sampled, size } = situation
  if (sampled === null)
    return [kinds.map((kind, i) => escapeOf(situation, kind.rate, kind.count / batches, cheated[i] ?? 0)).reduce(both)]
  const { low, masses } = Distribution.hypergeometric(size, cheated[0] ?? 0, sampled)
  return Array.from(masses, (chance, i) => ({ ...escapeOf(situation, 1, sampled, low + i), chance }))
}

/** The log-odds of escaping when wrong rather than right, of a task that is checked with probability `rate`. */
export function logOdds({ signal, falseAlarm }: Situation.Situation, rate: number): number {
  if (rate * falseAlarm >= 1) return 0
  // Where F is nearly 1, the difference of 1 has lost digits that D - F still has.
  return Math.log1p(-Math.min(1, (rate * signal) / (1 - rate * falseAlarm)))
}

/** `count` tasks are each checked with probability `rate`, and `cheated` of them are wrong. */
function escapeOf(situation: Situation.Situation, rate: number, count: number, cheated: number): Escape {
  const innocent = Math.log1p(-rate * situation.falseAlarm)
  return {
    chance: 1,
    wrong: times(cheated, Math.log1p(-rate * situation.detection)),
    right: times(Math.max(0, count - cheated), innocent),
    honest: times(count, innocent),
    odds: times(cheated, logOdds(situation, rate)),
  }
}

function both(a: Escape, b: Escape): Escape {
  return {
    chance: 1,
    wrong: a.wrong + b.wrong,
    right: a.right + b.right,
    honest: a.honest + b.honest,
    odds: a.odds + b.odds,
  }
}

/** k·log, and 0 of -Infinity is 0. */
function times(k: number, log: number): number {
  return k === 0 ? 0 : k * log
}

function some(binomials: readonly Binomial.Binomial[]): Convictions {
  return { binomials: binomials.filter(({ n, p }) => n > 0 && p > 0) }
}
