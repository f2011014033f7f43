// Exact arithmetic, and what can be counted out with it: the slow second implementations that the closed forms are held to.
import { type Parameters, Rational } from '@spotcheck/core/economics'

export { Rational }

/** The chances of 0, 1, 2, ... */
export type Chances = readonly Rational[]

const zero = Rational.of(0)
const one = Rational.of(1)

/** How many of these events happen, each by itself with its chance: added one by one. */
export function counted(chances: readonly Rational[]): Chances {
  return chances.reduce<Chances>(
    (law, p) => {
      const stays = law.map((mass) => mass.times(one.minus(p)))
      return [...stays, zero].map((mass, x) => (x === 0 ? mass : mass.plus(law[x - 1]!.times(p))))
    },
    [one],
  )
}

/** Every way to choose `n` of `items`. */
export function choices<T>(items: readonly T[], n: number): T[][] {
  if (n === 0) return [[]]
  return items.flatMap((item, i) => choices(items.slice(i + 1), n - 1).map((rest) => [item, ...rest]))
}

/** The mean of several laws, all as likely. */
function averaged(laws: readonly Chances[]): Chances {
  const length = Math.max(...laws.map((law) => law.length))
  const share = one.over(Rational.of(laws.length))
  return Array.from({ length }, (_, x) => total(laws.map((law) => law[x] ?? zero)).times(share))
}

/** The sum of two independent counts. */
export function added(a: Chances, b: Chances): Chances {
  const sums = Array.from({ length: a.length + b.length - 1 }, () => zero)
  a.forEach((p, i) => {
    b.forEach((q, j) => {
      sums[i + j] = sums[i + j]!.plus(p.times(q))
    })
  })
  return sums
}

/** The mean of f. */
export function expected(law: Chances, f: (x: number) => Rational): Rational {
  return total(law.map((mass, x) => mass.times(f(x))))
}

/** The sum. */
export function total(values: readonly Rational[]): Rational {
  return values.reduce((sum, value) => sum.plus(value), zero)
}

/** The smaller one. */
export function least(a: Rational, b: Rational): Rational {
  return b.isBelow(a) ? b : a
}

/** Convictions of one batch, by every draw of the sample and every task's verdict. */
function ofBatch({ sampling, batch, comparator }: Parameters.Parameters, wrong: number): Chances {
  const chances = Array.from({ length: batch.size }, (_, i) =>
    Rational.of(i < wrong ? comparator.power : comparator.falsePositive),
  )
  if (sampling.mode !== 'fixed') return counted(chances.map((chance) => Rational.of(sampling.rate ?? 0).times(chance)))
  return averaged(choices(chances, sampling.count ?? 0).map(counted))
}

/** Convictions or slashed batches of a round with these cheats in each batch. */
export function ofRound(parameters: Parameters.Parameters, cheats: readonly number[]): Chances {
  const batches = cheats.map((wrong) => {
    const law = ofBatch(parameters, wrong)
    return parameters.slash.rule === 'per-fraud' ? law : [law[0]!, total(law.slice(1))]
  })
  return batches.reduce(added)
}

/** k cheats batch by batch. */
export const filled = ({ batch, stake }: Parameters.Parameters, k: number) =>
  Array.from({ length: stake.concurrentBatches }, (_, i) => Math.min(batch.size, Math.max(0, k - i * batch.size)))

/** What x convictions cost, by the words of the page. */
export function lossOf({ slash, stake, batch, task }: Parameters.Parameters, future: number, x: number): Rational {
  const perFraud = slash.rule === 'per-fraud'
  const full = slash.amount * stake.concurrentBatches * (perFraud ? batch.size : 1)
  const slashed = least(Rational.of(stake.amount ?? full), Rational.of(slash.amount).times(Rational.of(x)))
  const reward = perFraud ? task.reward : slash.forfeitBatchReward ? batch.size * task.reward : 0
  const w = perFraud ? Math.ceil((stake.amount ?? full) / slash.amount) : 1
  const lost = Rational.of(reward).times(Rational.of(x)).plus(Rational.of(slash.burnShare).times(slashed))
  return x >= w ? lost.plus(Rational.of(future)) : lost
}
