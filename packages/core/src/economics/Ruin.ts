/**
 * The ruin rule: how likely is a cheater ahead after the horizon (economics.md, "Many tasks")? An expected value is not
 * safety: somebody who loses on average may well be ahead.
 *
 * The cheater cheats on every task until it is ejected at its w-th proven fraud, w = ceil(W/S), once-per-batch at the first
 * slash. Verdicts come with the round of T batches, so a round that has begun is played to its end and the horizon is rounded
 * up to whole rounds. Being ahead is having gained more than was lost; a future that is lost is no money.
 *
 * @module
 */
import { assertObject } from '../Encoding.js'
import * as Binomial from './Binomial.js'
import type { Cheats } from './Convictions.js'
import * as Convictions from './Convictions.js'
import * as Distribution from './Distribution.js'
import * as Losses from './Losses.js'
import { type Parameters, from as parse } from './Parameters.js'
import * as Range from './Range.js'
import * as Rounds from './Rounds.js'
import type * as Situation from './Situation.js'

/** Is the cheater ahead too often? */
export type Verdict = Readonly<{
  /** Is the probability at most β, `accept.ruinProbability`? */
  holds: boolean
  /** P(ahead after the horizon). */
  probability: number
  /** The horizon in whole rounds of N·T tasks. */
  rounds: number
}>

/**
 * The ruin rule of a parameter file.
 *
 * @throws Parameters.InvalidParametersError naming every field that is wrong.
 * @example
 * ```ts
 * import { Parameters, Ruin } from '@spotcheck/core/economics'
 *
 * const pocket = Parameters.from({
 *   task: { reward: 20, honestCost: 20, cheatCost: 0 },
 *   sampling: { rate: 0.01 },
 *   slash: { amount: 1980 },
 * })
 * Ruin.from(pocket) // { holds: false, probability: 0.36603234127322..., rounds: 10000 }
 * ```
 */
export function from(given: Parameters): Verdict {
  const parameters = parse(given)
  const rounds = Rounds.count(parameters)
  const probability = ahead(Rounds.situation(parameters), rounds)
  return { holds: probability <= parameters.accept.ruinProbability, probability, rounds }
}

/**
 * `(1-pD)^floor((R+S)/G)`: an attack that is continued to its first capture, task by task, ends ahead.
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Ruin } from '@spotcheck/core/economics'
 *
 * Ruin.toFirstCapture({ gain: 10, reward: 10, slash: 40, rate: 0.2, detection: 1 }) // 0.32768 within rounding
 * ```
 */
export function toFirstCapture(
  terms: Readonly<{ gain: number; reward: number; slash: number; rate: number; detection: number }>,
): number {
  const gain = Range.signed(assertObject(terms, 'terms').gain, 'gain')
  const caught = Range.probability(terms.rate, 'rate') * Range.probability(terms.detection, 'detection')
  const loss = Range.amount(terms.reward, 'reward') + Range.amount(terms.slash, 'slash')
  if (gain <= 0) return 0
  const rounds = notAhead(loss, { gain, ties: TIES })
  return rounds === 0 ? 1 : Math.exp(rounds * Math.log1p(-caught))
}

/**
 * P(ahead after so many rounds) of an executor that cheats the same way in each, by default on every task. A gain above the
 * loss by no more than its share `ties`, which is rounding, is no gain.
 *
 * @throws InvalidInputError if `rounds` is not a whole number >= 1.
 * @example
 * ```ts
 * import { ManyTasks, Parameters, Ruin } from '@spotcheck/core/economics'
 *
 * const parameters = Parameters.from({
 *   task: { honestCost: 1 },
 *   sampling: { rate: 0.1 },
 *   slash: { rule: 'once-per-batch', amount: 29 },
 *   batch: { size: 10 },
 * })
 * Ruin.ahead(ManyTasks.from(parameters), 1000) // 0.12157665459...
 * ```
 */
export function ahead(situation: Situation.Situation, rounds: number, cheats?: Cheats, ties: number = TIES): number {
  Range.count(rounds, 'rounds')
  Range.probability(ties, 'ties')
  const all = assertObject(situation, 'situation').kinds.map(({ gain, count }) => (gain > 0 ? count : 0))
  const played = { ...situation, future: 0 }
  const gain = situation.kinds.reduce((sum, kind, i) => sum + kind.gain * (cheats ?? all)[i]!, 0)
  if (gain <= 0) return 0
  const convictions = Convictions.of(played, cheats ?? all)
  const game = { situation: played, gain, rounds, ties }
  const [only = { n: 1, p: 0 }, ...more] = convictions.binomials
  const draws = redraws(played)
  if (convictions.other === undefined && more.length === 0 && (draws === 1 || only.n === 1))
    return closed(game, { ...only, p: only.p ** draws })
  return stepwise(game, Distribution.smallest(Losses.distribution(convictions), draws))
}

/** The same `gain` in each of so many `rounds`. */
type Game = Readonly<{ situation: Situation.Situation; gain: number; rounds: number; ties: number }>

const TIES = 1e-12

/** The draws that a cheat takes: it withholds none where that costs more than being caught. */
function redraws(situation: Situation.Situation): number {
  const worst = Losses.ofCount(situation, Losses.mostConvictions(situation))
  return situation.withholdPenalty >= worst ? 1 : situation.draws
}

/**
 * `P(X_H < w, gain·H > loss(X_H)) + Σ_t P(X_(t-1) < w <= X_t, gain·t > loss(X_t))`, X_t ~ Bin(t·n, p). Only the rounds in
 * which it depends on the overshoot whether the gain is larger are summed; the others are negative binomial tails.
 */
function closed(game: Game, round: Binomial.Binomial): number {
  const { situation, rounds } = game
  const w = situation.ejectedAt
  const loss = (x: number) => Losses.ofCount(situation, x)
  const after = (t: number) => ({ n: t * round.n, p: round.p })
  const alive = Binomial.atMost(after(rounds), lastAhead(game, rounds, -1, Math.min(w - 1, rounds * round.n)))
  if (w === Number.POSITIVE_INFINITY) return alive
  const last = Distribution.binomial(round)
  const most = w - 1 + last.low + last.masses.length - 1
  const [never, always] = [notAhead(loss(w), game), Math.min(rounds, notAhead(loss(most), game))]
  let ejected = Binomial.atMost(after(always), w - 1) - Binomial.atMost(after(rounds), w - 1)
  for (let t = never + 1; t <= always; t++) {
    const before = t === 1 ? Distribution.certain(0) : Distribution.binomial(after(t - 1))
    if (before.low >= w && t > never + 1) break
    ejected += crossing(before, last, w, lastAhead(game, t, w - 1, most))
  }
  return Math.min(1, alive + Math.max(0, ejected))
}

/** P(X < w <= X + B <= most). */
function crossing(before: Distribution.Distribution, step: Distribution.Distribution, w: number, most: number): number {
  if (most < w) return 0
  const cumulated = Distribution.atMost(step)
  return Distribution.mean(before, (x) => (x < w ? cumulated(most - x) - cumulated(w - 1 - x) : 0))
}

/** The same for any distribution of a round's convictions: the chances of the executors still in play, round by round. */
function stepwise(game: Game, round: Distribution.Distribution): number {
  const { situation, rounds } = game
  const isAhead = (t: number, x: number) => notAhead(Losses.ofCount(situation, x), game) < t
  const most = situation.ejectedAt - 1 + round.low + round.masses.length - 1
  let [playing, won] = [Float64Array.of(1), 0]
  for (let t = 1; t <= rounds && playing.length > 0; t++) {
    // From here on nobody loses it any more.
    if (isAhead(t, most)) return Math.min(1, won + sum(playing))
    const next = new Float64Array(Math.min(situation.ejectedAt, playing.length + round.low + round.masses.length - 1))
    for (let before = 0; before < playing.length; before++) {
      const chance = playing[before]!
      if (chance < NEGLIGIBLE) continue
      for (let i = 0; i < round.masses.length; i++) {
        const x = before + round.low + i
        if (x < situation.ejectedAt) next[x]! += chance * round.masses[i]!
        else if (isAhead(t, x)) won += chance * round.masses[i]!
      }
    }
    let length = next.length
    while (length > 0 && next[length - 1]! < NEGLIGIBLE) length--
    playing = next.subarray(0, length)
  }
  return Math.min(
    1,
    playing.reduce((sum, chance, x) => (isAhead(rounds, x) ? sum + chance : sum), won),
  )
}

const NEGLIGIBLE = 1e-25

function sum(chances: Float64Array): number {
  return chances.reduce((total, chance) => total + chance, 0)
}

/** The largest x from `low` to `high` at which the gain of t rounds is larger than the loss; `low` is taken to be. */
function lastAhead(game: Game, t: number, low: number, high: number): number {
  let [ahead, behind] = [low, high + 1]
  while (behind - ahead > 1) {
    const middle = Math.floor((ahead + behind) / 2)
    if (notAhead(Losses.ofCount(game.situation, middle), game) < t) ahead = middle
    else behind = middle
  }
  return ahead
}

/** How many rounds gain no more than the loss; a tie within rounding is no gain. */
function notAhead(loss: number, { gain, ties }: Pick<Game, 'gain' | 'ties'>): number {
  return Math.floor((loss / gain) * (1 + ties))
}
