/**
 * What a round's convictions cost: rewards, slashes out of one stake, and the future of an ejected executor (economics.md,
 * "Many tasks", "Long horizons" and "Randomness is a player").
 *
 * @module
 */
import * as Binomial from './Binomial.js'
import * as Convictions from './Convictions.js'
import * as Distribution from './Distribution.js'
import * as Situation from './Situation.js'

/** What x convictions cost: the forfeit of each, min(W, S·x), and V from the w-th on. */
export function ofCount(situation: Situation.Situation, x: number): number {
  const { forfeit, felt, stake, slash, future, ejectedAt } = situation
  return forfeit * x + felt * Math.min(stake, slash * x) + (x >= ejectedAt ? future : 0)
}

/** The expected loss of a round with these cheats, where nobody chooses among draws. */
export function expected(situation: Situation.Situation, cheats: Convictions.Cheats): number {
  const { felt, future, ejectedAt } = situation
  const convictions = Convictions.of(situation, cheats)
  const ejected = future > 0 ? future * atLeast(convictions, ejectedAt) : 0
  return rewards(situation, cheats) + felt * slashes(situation, convictions) + ejected
}

/** What the cheats of a round lose beyond what an honest round does; the cheat takes the best of the beacon's draws. */
export function more(situation: Situation.Situation, cheats: Convictions.Cheats): number {
  const { felt, slash, future, draws } = situation
  if (draws > 1) return redrawn(situation, cheats) - ofHonest(situation)
  if (future > 0 || !isCovered(situation)) return expected(situation, cheats) - ofHonest(situation)
  return rewardsMore(situation, cheats) + felt * slash * Convictions.expectedMore(situation, cheats)
}

/** The expected loss of an honest round, the same for every number of cheats: counted once. */
function ofHonest(situation: Situation.Situation): number {
  const known = honest.get(situation)
  if (known !== undefined) return known
  const loss = expected(situation, [])
  honest.set(situation, loss)
  return loss
}

const honest = new WeakMap<Situation.Situation, number>()

/** Can the stake pay every slash of a round? */
function isCovered(situation: Situation.Situation): boolean {
  return situation.slash * mostConvictions(situation) <= situation.stake
}

/** How many convictions a round can bring. */
export function mostConvictions(situation: Situation.Situation): number {
  if (situation.rule === 'once-per-batch') return situation.batches
  return situation.sampled === null ? Situation.tasks(situation) : situation.batches * situation.sampled
}

/** E[min(W, S·X)]. */
function slashes({ stake, slash }: Situation.Situation, convictions: Convictions.Convictions): number {
  if (slash === 0 || stake === 0) return 0
  const most = Math.floor(stake / slash)
  const rest = stake - most * slash
  return slash * capped(convictions, most) + (rest > 0 ? rest * atLeast(convictions, most + 1) : 0)
}

/** The rewards that convictions take, or the rewards of slashed batches that are forfeited. */
function rewards(situation: Situation.Situation, cheats: Convictions.Cheats): number {
  const { rule, kinds, detection, falseAlarm, forfeit } = situation
  if (rule === 'once-per-batch') return forfeit === 0 ? 0 : forfeit * mean(Convictions.of(situation, cheats))
  return kinds.reduce((sum, { rate, reward, count }, i) => {
    const k = cheats[i] ?? 0
    return sum + reward * rate * (k * detection + Math.max(0, count - k) * falseAlarm)
  }, 0)
}

function rewardsMore(situation: Situation.Situation, cheats: Convictions.Cheats): number {
  const { rule, kinds, signal, forfeit } = situation
  if (rule === 'once-per-batch') return forfeit * Convictions.expectedMore(situation, cheats)
  return kinds.reduce((sum, { rate, reward }, i) => sum + (cheats[i] ?? 0) * reward * rate * signal, 0)
}

/** E[min(first draw, penalty + best of the others)]: a draw is withheld where another saves more than the penalty. */
function redrawn(situation: Situation.Situation, cheats: Convictions.Cheats): number {
  const { draws, withholdPenalty } = situation
  const first = distribution(Convictions.of(situation, cheats))
  const other = Distribution.smallest(first, draws - 1)
  const loss = (x: number) => ofCount(situation, x)
  const [costs, chances] = [other.masses.map((_, i) => withholdPenalty + loss(other.low + i)), other.masses]
  let [i, saved, weight] = [0, 0, 0]
  return Distribution.mean(first, (x) => {
    for (; i < costs.length && costs[i]! < loss(x); i++) {
      saved += chances[i]! * costs[i]!
      weight += chances[i]!
    }
    return saved + Math.max(0, 1 - weight) * loss(x)
  })
}

function mean({ binomials, other }: Convictions.Convictions): number {
  const rest = other === undefined ? 0 : Distribution.mean(other, (x) => x)
  return binomials.reduce((sum, { n, p }) => sum + n * p, rest)
}

/** E[min(X, most)]. */
function capped(convictions: Convictions.Convictions, most: number): number {
  const { binomials, other } = convictions
  const [only, ...more] = binomials
  if (only === undefined && other === undefined) return 0
  if (only !== undefined && more.length === 0 && other === undefined) return Binomial.expectedCapped(only, most)
  return Distribution.sumCapped(...twoParts(convictions), most)
}

/** P(X >= x). */
function atLeast(convictions: Convictions.Convictions, x: number): number {
  const { binomials, other } = convictions
  const [only, ...more] = binomials
  if (only !== undefined && more.length === 0 && other === undefined) return Binomial.atLeast(only, x)
  return Distribution.sumAtLeast(...twoParts(convictions), x)
}

/** The whole distribution of a count of convictions. */
export function distribution(convictions: Convictions.Convictions): Distribution.Distribution {
  return Distribution.sum(parts(convictions))
}

/** The longest part, and the sum of all others. */
function twoParts(convictions: Convictions.Convictions): [Distribution.Distribution, Distribution.Distribution] {
  const [longest = Distribution.certain(0), ...others] = parts(convictions).sort(
    (a, b) => b.masses.length - a.masses.length,
  )
  return [longest, Distribution.sum(others)]
}

function parts({ binomials, other }: Convictions.Convictions): Distribution.Distribution[] {
  return [...binomials.map(Distribution.binomial), ...(other === undefined ? [] : [other])]
}
