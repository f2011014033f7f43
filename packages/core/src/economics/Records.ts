/**
 * What a good record buys where evidence decides (economics.md, "Noisy comparators").
 *
 * If slashing for every conviction would slash more honest executors than `accept.falseSlash` allows, a mismatch can only be
 * evidence: it costs the reward, and the slash comes with the e-process that crosses 1/α. Then a cheat may be paid for with
 * honest work done before, or with an identity that is dropped in time. Where a conviction is proof there is no record to
 * milk.
 *
 * @module
 */
import * as Detection from './Detection.js'
import * as Evidence from './Evidence.js'
import * as Minimum from './Minimum.js'
import * as Mix from './Mix.js'
import type { Parameters } from './Parameters.js'
import type { Plan, Way } from './Plans.js'
import * as Rounds from './Rounds.js'

/** P(an honest identity is ever slashed within the horizon) if every conviction slashes: 1-Π(1-p·F). */
export function falselySlashed(parameters: Parameters): number {
  const { falseAlarm } = Detection.from(parameters)
  const rate = Mix.rate(parameters)
  const { sampling, batch, horizon } = parameters
  if (sampling.mode === 'fixed')
    return -Math.expm1((horizon / batch.size) * Math.round(rate * batch.size) * Math.log1p(-falseAlarm))
  const spared = Mix.from(parameters).reduce((sum, kind) => {
    return sum + parameters.horizon * kind.share * Math.log1p(-Mix.inclusion(kind, rate) * falseAlarm)
  }, 0)
  return -Math.expm1(spared)
}

/** What cheats gain and what is lost in the end, where evidence decides. */
type Stakes = Readonly<{
  wager: Evidence.Wager
  margin: number
  /** p. */
  rate: number
  horizon: number
  /** G. */
  gain: number
  /** G - R·p(d-f): a mismatch that does not convict costs the reward. */
  net: number
  /** S_net + V. */
  loss: number
  entryCost: number
}>

/** The plans that live on evidence; none where it does not decide. */
export function plans(parameters: Parameters, margin: number): Plan[] {
  if (!decide(parameters)) return []
  const stakes = stakesOf(parameters, margin)
  if (stakes.net <= 0) return []
  return [milking(stakes), discarding(stakes)].flatMap((plan) => plan ?? [])
}

/** Does evidence decide, because slashing for each conviction would slash too many honest executors? */
export function decide(parameters: Parameters): boolean {
  const { comparator, evidence, accept } = parameters
  const { power, falsePositive } = comparator
  const isTest = falsePositive > 0 && power > falsePositive && power < 1 && evidence.alpha < 1
  return isTest && Mix.rate(parameters) > 0 && falselySlashed(parameters) > accept.falseSlash
}

function stakesOf(parameters: Parameters, margin: number): Stakes {
  const { horizon, identity, comparator } = parameters
  const rate = Mix.rate(parameters)
  const risk = rate * (comparator.power - comparator.falsePositive)
  const kinds = Mix.from(parameters).map(({ gain, reward }) => ({ gain, net: gain - reward * risk }))
  const { gain, net } = kinds.reduce((a, b) => (b.net > a.net ? b : a))
  const { slash, felt, future } = Rounds.situation(parameters)
  const { entryCost } = identity
  return { wager: Evidence.from(parameters), margin, rate, horizon, gain, net, loss: slash * felt + future, entryCost }
}

/**
 * t sampled tasks honestly, then cheats on every task until the conviction, of which there are at most
 * `min(pH - t, Evidence.mostSamples(t))/p` in the mean: the most where the horizon ends with the conviction.
 */
function milking(stakes: Stakes): Plan | undefined {
  const samples = Math.floor(stakes.rate * stakes.horizon)
  const needed = (honest: number) => {
    const most = Evidence.mostSamples(stakes.wager, 1, honest)
    return most.feasible ? most.value : Number.POSITIVE_INFINITY
  }
  const at = (honest: number) => milkedFor(stakes, honest, Math.min(samples - honest, needed(honest)))
  const pays = ({ profit, limit }: Way) => profit > limit
  const meet = Math.floor(Minimum.threshold((t) => needed(Math.floor(t)) >= samples - Math.floor(t), 0, samples) ?? 0)
  const most = at(meet).profit < at(Math.max(0, meet - 1)).profit ? meet - 1 : meet
  const best = at(most)
  if (best.cheated === 0) return undefined
  const first = Minimum.threshold((t) => pays(at(Math.floor(t))), 0, most)
  const smallest = first === undefined ? null : at(Math.floor(first))
  return { name: 'milking', holds: smallest === null, best, worst: best, smallest }
}

function milkedFor({ margin, rate, horizon, gain, net, loss }: Stakes, honest: number, samples: number): Way {
  const cheated = Math.max(0, samples) / rate
  const [profit, limit] = [net * cheated - loss, -margin * gain * cheated]
  return {
    cheated,
    of: horizon,
    byKind: [],
    spread: false,
    profit,
    limit,
    times: 1,
    honest: honest / rate,
    identities: 1,
  }
}

/**
 * One identity after the other, each dropped with its s-th mismatch, `s = ceil(ln(1/α)/ln(θ/f)) - 1` with the largest θ: no
 * wager, whenever it started, has then won 1/α. Each cheats on s/(pd) tasks in the mean, and the next one costs K_id.
 */
function discarding({ wager, margin, rate, horizon, gain, net, entryCost }: Stakes): Plan | undefined {
  const { alpha, power, falsePositive, cheatRates } = wager
  const theta = falsePositive + Math.max(...cheatRates) * (power - falsePositive)
  const harmless = Math.ceil((-Math.log(alpha) / Math.log(theta / falsePositive)) * (1 - 1e-12)) - 1
  const cheated = harmless / (rate * power)
  if (harmless === 0 || cheated > horizon) return undefined
  const [profit, limit] = [net * cheated - entryCost, -margin * gain * cheated]
  const way = {
    cheated,
    of: cheated,
    byKind: [],
    spread: false,
    profit,
    limit,
    times: horizon / cheated,
    honest: 0,
    identities: 1,
  }
  const holds = profit <= limit
  return { name: 'splitting', holds, best: way, worst: way, smallest: holds ? null : way }
}
