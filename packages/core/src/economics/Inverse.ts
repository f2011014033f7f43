/**
 * From the acceptance rules back to one number of the file: the least rate, slash, stake, number of verifiers or share of
 * canaries that passes, or the largest gain that is still deterred.
 *
 * @module
 */
import { assertList, assertOneOf } from '../Encoding.js'
import * as BestResponse from './BestResponse.js'
import * as Checking from './Checking.js'
import * as Detection from './Detection.js'
import * as Deterrence from './Deterrence.js'
import * as Minimum from './Minimum.js'
import { type Parameters, from as parse } from './Parameters.js'
import * as Plans from './Plans.js'
import * as Range from './Range.js'
import * as Rounds from './Rounds.js'
import * as Ruin from './Ruin.js'
import { mostSlashes } from './Situation.js'
import * as Solution from './Solution.js'

/** What can be solved for. */
export type Quantity = 'sampleRate' | 'slash' | 'stake' | 'verifiers' | 'canaryRate' | 'maxGain'

/** The rules that a cheat must fail: no number of cheats pays on average; being ahead in the end is unlikely. */
export type Rule = 'ev' | 'ruin'

/** Every quantity, in the order of the file. */
export const quantities: readonly Quantity[] = ['sampleRate', 'slash', 'stake', 'verifiers', 'canaryRate', 'maxGain']

/** The least value of one quantity that passes (of `maxGain` the largest), all else as in the file. */
export function solveFor(
  given: Parameters,
  quantity: Quantity,
  rules: readonly Rule[] = ['ev', 'ruin'],
): Solution.Solution {
  assertOneOf(quantity, 'quantity', quantities)
  for (const rule of assertList(rules, 'rules')) assertOneOf(rule, 'rule', ['ev', 'ruin'])
  const parameters = parse(given)
  if (quantity === 'canaryRate') return canaryRate(parameters)
  const odds = Detection.from(parameters)
  const isTempting = gains(parameters).some((gain) => gain > 0)
  if (quantity !== 'verifiers' && isTempting && Deterrence.signal(odds) <= 0) return Deterrence.noSignal(odds)
  const solved = (ties?: number) =>
    ({ sampleRate, slash, stake, verifiers, maxGain })[quantity](parameters, (file) => deters(file, rules, ties))
  // A tie that is forgiven moves the answer inward, but for whole numbers: it is found without, and with where nothing else passes.
  const isWhole = quantity === 'verifiers' || (quantity === 'sampleRate' && parameters.sampling.mode === 'fixed')
  const safe = solved(isWhole ? undefined : 0)
  return safe.feasible || isWhole ? safe : solved()
}

function deters(parameters: Parameters, rules: readonly Rule[], ties?: number): boolean {
  const [{ margin, ruinProbability }, situation] = [parameters.accept, Rounds.situation(parameters)]
  if (rules.includes('ev') && !BestResponse.search(situation, margin, ties).holds) return false
  if (rules.includes('ev') && !Plans.holdsOtherwise(parameters, margin)) return false
  return !rules.includes('ruin') || Ruin.ahead(situation, Rounds.count(parameters), undefined, ties) <= ruinProbability
}

type Holds = (parameters: Parameters) => boolean

/** Whole numbers up to here are tried one by one. */
const EACH = 64

/** And from there on a twentieth apart: with false convictions more may be too many. */
const STEP = 1.05

function sampleRate(parameters: Parameters, holds: Holds): Solution.Solution {
  const { sampling, batch } = parameters
  if (sampling.mode === 'fixed') {
    const at = (count: number) =>
      holds({ ...parameters, sampling: { mode: 'fixed', count, verifiers: sampling.verifiers } })
    const count = Minimum.firstWhole(at, batch.size, EACH, STEP)
    return count === undefined ? refuseRate('count') : Solution.of(count / batch.size)
  }
  const at = (rate: number) => holds({ ...parameters, sampling: { ...sampling, rate } })
  const rate = Minimum.threshold(at, 0, 1) ?? Minimum.first(at, 1, RATES)
  return rate === undefined ? refuseRate('rate') : Solution.of(rate)
}

/** False convictions may make a high rate fail where a lower one passes. */
const RATES: Minimum.Scan = { steps: 192, ratio: 10 ** (1 / 16), tolerance: 0 }

function slash(parameters: Parameters, holds: Holds): Solution.Solution {
  const { max, burnShare } = parameters.slash
  const at = (amount: number) => holds({ ...parameters, slash: { ...parameters.slash, amount } })
  const top = Math.min(max ?? Range.largest, parameters.stake.amount ?? Range.largest)
  const amount = Minimum.threshold(at, 0, top)
  if (amount !== undefined) return Solution.of(amount)
  if (burnShare === 0) return Deterrence.noNetSlash()
  const most = top === Range.largest ? 'No slash' : `No slash up to ${top}, which slash.max or the stake allows,`
  return Solution.infeasible('slash-above-max', `${most} passes the rules at this sample rate.`)
}

function stake(parameters: Parameters, holds: Holds): Solution.Solution {
  const { slash: terms, stake: locked } = parameters
  const at = (amount: number) => holds({ ...parameters, stake: { ...locked, amount } })
  const slashes = mostSlashes(parameters)
  const found = firstStake(at, { slash: terms.amount, least: 0, slashes, each: 1024 })
  if (found !== undefined) return Solution.of(found)
  return Solution.infeasible(
    'stake-above-collateral',
    `Even a stake that pays every slash of ${slashes}, ${slashes * terms.amount}, does not pass the rules: raise slash.amount or sampling.rate.`,
  )
}

/** S, the least stake to try, how many slashes the largest pays, and up to how many each number of them is tried. */
type Stakes = Readonly<{ slash: number; least: number; slashes: number; each: number }>

/**
 * The least stake that holds. Between two multiples of S the number of convictions to an ejection stays the same, and more
 * stake deters more.
 */
export function firstStake(holds: (amount: number) => boolean, stakes: Stakes): number | undefined {
  const { slash, least, slashes, each } = stakes
  for (const [low, high] of pieces(slashes, each)) {
    if (high * slash <= least) continue
    const found = Minimum.threshold(holds, Math.max(least, low * slash * (1 + 4 * Number.EPSILON)), high * slash)
    if (found !== undefined) return found
  }
  return undefined
}

/** [0, 1], [1, 2], ... up to `most`; above `each` in steps of 2 %. */
function pieces(most: number, each: number): [number, number][] {
  const found: [number, number][] = []
  for (let low = 0; low < most; ) {
    const high = Math.min(most, low < each ? low + 1 : Math.ceil(low * 1.02))
    found.push([high - 1 < each ? low : high - 1, high])
    low = high
  }
  return found
}

function verifiers(parameters: Parameters, holds: Holds): Solution.Solution {
  const most = parameters.verifiers.pool ?? 1_000_000
  const at = (count: number) => holds({ ...parameters, sampling: { ...parameters.sampling, verifiers: count } })
  const count = Minimum.firstWhole(at, Math.min(most, 1_000_000), EACH, STEP)
  if (count !== undefined) return Solution.of(count)
  return Solution.infeasible('too-few-verifiers', `Not even ${most} verifiers per sampled task pass the rules.`)
}

/** The verifier rule is linear in the share of canaries. */
function canaryRate(parameters: Parameters): Solution.Solution {
  const offer = parameters.verifiers
  const least = offer.blind ? Solution.of(0) : Checking.minCanaryRate({ ...offer, ...parameters.comparator })
  if (!least.feasible) return least
  const at = (rate: number) => Checking.from({ ...parameters, verifiers: { ...offer, canaryRate: rate } })
  if (at(least.value).holds) return least
  const rate = Minimum.threshold((candidate) => at(candidate).holds, least.value, 1)
  if (rate !== undefined) return Solution.of(rate)
  return Solution.infeasible(
    'verifier-unpaid',
    `An honest verifier loses ${-at(least.value).profit} per check, false penalties included: raise verifiers.reward.`,
  )
}

/** One gain for every kind of task, reached through what is gained outside the protocol, as near as a file can say it. */
function maxGain(parameters: Parameters, holds: Holds): Solution.Solution {
  const at = (gain: number) => holds(withGain(parameters, gain))
  if (!at(0)) return Solution.infeasible('no-signal', 'Even a cheat that gains nothing is better off than honest work.')
  const tooMuch = Minimum.threshold((gain) => !at(gain), 0, Range.largest / 2)
  const gain = tooMuch === undefined ? Range.largest / 2 : tooMuch * (1 - Number.EPSILON)
  return Solution.of(Math.max(0, Math.min(...gains(withGain(parameters, gain)))))
}

function withGain({ task, sampling, ...rest }: Parameters, gain: number): Parameters {
  const gaining = <kind extends { honestCost: number; cheatCost: number }>(kind: kind) => {
    return { ...kind, externalGain: gain - kind.honestCost + kind.cheatCost }
  }
  if (sampling.mode !== 'byValue') return { ...rest, task: gaining(task), sampling }
  return { ...rest, task, sampling: { ...sampling, values: sampling.values.map(gaining) } }
}

function gains({ task, sampling }: Parameters): number[] {
  return (sampling.mode === 'byValue' ? sampling.values : [task]).map(Deterrence.gain)
}

function refuseRate(what: 'rate' | 'count'): Solution.Infeasible {
  return Solution.infeasible('rate-above-one', `No sample ${what} passes the rules at this slash and stake.`)
}
