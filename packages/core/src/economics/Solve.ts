/**
 * From a parameter file to answers: the break-even values, and the rate and slash that cost least.
 *
 * @module
 */
import * as Batch from './Batch.js'
import * as Detection from './Detection.js'
import * as Deterrence from './Deterrence.js'
import * as Inverse from './Inverse.js'
import * as Minimum from './Minimum.js'
import * as Mix from './Mix.js'
import { from, type Parameters } from './Parameters.js'
import * as Range from './Range.js'
import * as Situation from './Situation.js'
import * as Solution from './Solution.js'

/** The break-even values of a parameter file: no margin, no cost of capital. Rates in [0, 1], money in the file's unit. */
export type Answer = Readonly<{
  /** Does some rate in (0, 1] make cheating not pay, at the file's slash? */
  feasible: boolean
  /** The lowest such rate (0 where cheating gains nothing); null where there is none. */
  minSampleRate: number | null
  /** The lowest slash that makes cheating not pay at the file's rate; null where none does. */
  minSlash: number | null
  /** The largest gain from one cheat that the file's rate and slash deter. */
  maxGain: number
  /** What an honest executor earns per task, at the file's rate and slash. */
  honestPayoff: number
  /** What cheating earns per task, at the file's rate and slash. */
  cheatPayoff: number
  /** Does cheating not pay, at the file's rate and slash? */
  deterred: boolean
  /** Does honest work pay, capital included, at the file's rate and slash? */
  honestWorkPays: boolean
  /** G: what one cheat gains. */
  gain: number
  /** The rate that was taken as the file's: for a fixed sample count/N. */
  sampleRate: number
  /** D: a sampled wrong result is convicted. */
  detection: number
  /** F: a sampled right result is convicted. */
  falseAlarm: number
  /** Why there is no answer, and what no rate or slash repairs. Empty where all is well. */
  reasons: readonly string[]
  /** What the numbers leave out or rest on, where the file goes beyond them. */
  notes: readonly string[]
}>

/** A file with what every formula needs of it. */
type Case = Readonly<{
  parameters: Parameters
  mix: readonly Mix.Kind[]
  odds: Detection.Odds
  rate: number
  /** S_net·δ^ℓ. */
  slash: number
}>

/**
 * The break-even values of a parameter file (economics.md, "One task"; for `once-per-batch` "Many tasks").
 *
 * With several kinds of task (`byValue`) the rate and the slash deter every kind, and the payoffs and gains are those of
 * the most tempting one. `honestPayoff` takes the whole slash, `cheatPayoff` what the executor's coalition loses of it.
 *
 * @throws Parameters.InvalidParametersError naming every field that is wrong.
 * @example
 * ```ts
 * import { Parameters, solve } from '@spotcheck/core/economics'
 *
 * const parameters = Parameters.from({
 *   task: { reward: 1.2, honestCost: 1, cheatCost: 0 },
 *   sampling: { rate: 0.08 },
 *   slash: { amount: 10 },
 *   verifiers: { colluding: 0.1 },
 * })
 * solve(parameters) // minSampleRate 0.0992063, minSlash 12.68889, maxGain 0.8064, honestPayoff 0.2, cheatPayoff 0.3936
 * ```
 */
export function solve(given: Parameters): Answer
/**
 * The least value of one quantity with which a parameter file passes its EV rule and its ruin rule, all else as it is; of
 * `maxGain` the largest gain from one cheat that is still deterred. `accept.margin` and `accept.ruinProbability` count, and so
 * do capped stake, draws to choose from, late verdicts, the last round, in which no future deters, and an identity for each
 * open batch; not what is earned where evidence decides (`check`). `canaryRate` answers to the verifier rule instead.
 *
 * With `rules` only some of the two must hold: at margin 0 and for the EV rule alone it is the break-even. A break-even counts
 * as deterred within 1e-12 of what is at stake. A fixed sample's rate is a whole count over N.
 *
 * @throws Parameters.InvalidParametersError naming every field that is wrong.
 * @throws InvalidInputError if the quantity or a rule is none of the words.
 * @example
 * ```ts
 * import { Parameters, solve } from '@spotcheck/core/economics'
 *
 * const parameters = Parameters.from({
 *   task: { reward: 1.2, honestCost: 1, cheatCost: 0 },
 *   sampling: { rate: 0.08 },
 *   slash: { amount: 10 },
 *   verifiers: { colluding: 0.1 },
 *   accept: { margin: 0 },
 * })
 * solve(parameters, 'sampleRate', ['ev']) // { feasible: true, value: 0.099206349... }
 * solve(parameters, 'sampleRate') // { feasible: true, value: 0.264... }
 * ```
 */
export function solve(given: Parameters, quantity: Inverse.Quantity, rules?: readonly Inverse.Rule[]): Solution.Solution
export function solve(
  given: Parameters,
  quantity?: Inverse.Quantity,
  rules?: readonly Inverse.Rule[],
): Answer | Solution.Solution {
  return quantity === undefined ? overview(given) : Inverse.solveFor(given, quantity, rules)
}

function overview(given: Parameters): Answer {
  const parameters = from(given)
  const rate = Mix.rate(parameters)
  const slash = parameters.slash.amount * Situation.feltShare(parameters)
  const subject: Case = { parameters, mix: Mix.from(parameters), odds: Detection.from(parameters), rate, slash }
  const perFraud = parameters.slash.rule === 'per-fraud'
  const minSampleRate = perFraud ? perFraudRate(subject) : perBatchRate(subject)
  const minSlash = perFraud ? perFraudSlash(subject) : perBatchSlash(subject)
  const now = perFraud ? perFraudNow(subject) : perBatchNow(subject)
  return {
    feasible: minSampleRate.feasible,
    minSampleRate: Solution.orNull(minSampleRate),
    minSlash: Solution.orNull(minSlash),
    maxGain: now.maxGain,
    honestPayoff: now.honestPayoff,
    cheatPayoff: now.cheatPayoff,
    deterred: now.deterred,
    honestWorkPays: now.honestPayoff >= capitalPerTask(parameters),
    gain: now.gain,
    sampleRate: rate,
    detection: subject.odds.detection,
    falseAlarm: subject.odds.falseAlarm,
    reasons: reasons(subject, [minSampleRate, minSlash]),
    notes: notes(subject, Solution.orNull(minSlash)),
  }
}

type Now = Pick<Answer, 'gain' | 'deterred' | 'maxGain' | 'honestPayoff' | 'cheatPayoff'>

function perFraudRate({ mix, odds, slash, parameters }: Case): Solution.Solution {
  const alone = mix.map((kind) => Deterrence.minSampleRate({ ...kind, ...odds, slash }))
  const refused = alone.find(({ feasible }) => !feasible)
  if (refused !== undefined) return refused
  if (parameters.slash.burnShare === 0 && mix.some(({ gain }) => gain > 0)) return Deterrence.noNetSlash()
  const rate = Math.max(0, ...alone.map((own, i) => (Solution.orNull(own) ?? 0) / (mix[i]?.weight ?? 1)))
  if (rate <= 1) return Solution.of(whole(rate, parameters))
  return Solution.infeasible(
    'rate-above-one',
    'The least valuable tasks are sampled too seldom: no rate in proportion to value deters cheating on them.',
  )
}

/** What a fixed sample makes of a rate: a whole count over N, to which a rate is rounded up unless it is one but for rounding. */
function whole(rate: number, { sampling, batch }: Parameters): number {
  return sampling.mode === 'fixed' ? Range.portion(rate * (1 - 4 * Number.EPSILON), batch.size) / batch.size : rate
}

function perFraudSlash({ mix, odds, rate, parameters }: Case): Solution.Solution {
  const alone = mix.map((kind) => Deterrence.minSlash({ ...kind, ...odds, rate: Mix.inclusion(kind, rate) }))
  const refused = alone.find(({ feasible }) => !feasible)
  return refused ?? gross(Math.max(0, ...alone.map((own) => Solution.orNull(own) ?? 0)), parameters)
}

function perFraudNow({ mix, odds, rate, slash, parameters }: Case): Now {
  const all = mix.map((kind) => {
    const terms = { ...kind, ...odds, rate: Mix.inclusion(kind, rate), slash }
    return {
      gain: kind.gain,
      deterred: Deterrence.isDeterred(terms),
      maxGain: Deterrence.maxGain(terms),
      honestPayoff: Deterrence.honestPayoff({ ...terms, slash: parameters.slash.amount }),
      cheatPayoff: Deterrence.cheatPayoff(terms),
    }
  })
  return all.reduce((worst, next) => (next.gain - next.maxGain > worst.gain - worst.maxGain ? next : worst))
}

function perBatchRate(subject: Case): Solution.Solution {
  const { parameters, mix, odds, slash } = subject
  const { sampling, batch } = parameters
  if (parameters.slash.burnShare === 0 && mix.some(({ gain }) => gain > 0)) return Deterrence.noNetSlash()
  const loss = slash + forfeited(subject)
  const drawn = Batch.minSampleRate({ mix, size: batch.size, ...odds }, loss)
  if (sampling.mode !== 'fixed' || (drawn.feasible && drawn.value === 0)) return drawn
  if (!drawn.feasible && drawn.obstacle === 'no-signal') return drawn
  const enough = (count: number) => leastLoss({ ...subject, rate: count / batch.size }) <= loss
  const count = Minimum.firstWhole(enough, batch.size, 64, 1.05)
  if (count !== undefined) return Solution.of(count / batch.size)
  return drawn.feasible ? Solution.infeasible('rate-above-one', 'No sample count passes at this slash.') : drawn
}

/** The batch whose tasks are each checked with a probability: of a fixed sample its m tasks, for certain. */
function checked({ parameters, mix, odds, rate }: Case): Batch.Terms {
  const { sampling, batch } = parameters
  const m = Math.round(rate * batch.size)
  return sampling.mode === 'fixed' && m > 0
    ? { mix, size: m, rate: 1, ...odds }
    : { mix, size: batch.size, rate, ...odds }
}

/** The least loss L that deters; cheats are N, however many tasks are checked. */
function leastLoss(subject: Case): number {
  const terms = checked(subject)
  return (Batch.minLoss(terms) / terms.size) * subject.parameters.batch.size
}

function perBatchSlash(subject: Case): Solution.Solution {
  const { parameters, odds, rate } = subject
  const loss = leastLoss(subject)
  if (Number.isFinite(loss)) return gross(Math.max(0, loss - forfeited(subject)), parameters)
  if (Deterrence.signal(odds) <= 0) return Deterrence.noSignal(odds)
  return Solution.infeasible('no-sampling', `At rate ${rate} no slash deters cheating on a whole batch.`)
}

function perBatchNow(subject: Case): Now {
  const { parameters, mix, slash } = subject
  const { batch } = parameters
  const [honest, cheat] = [Batch.honestSlashed(checked(subject)), Batch.cheatSlashed(checked(subject))]
  const loss = slash + forfeited(subject)
  const least = leastLoss(subject)
  const profit = mean(mix, ({ reward, honestCost }) => reward - honestCost)
  const gain = mean(mix, (kind) => kind.gain)
  const tempting = mean(mix, (kind) => Math.max(0, kind.gain))
  return {
    gain,
    deterred: least <= loss,
    maxGain: least > 0 ? (tempting * loss) / least : (loss * (cheat - honest)) / batch.size,
    honestPayoff: profit - ((parameters.slash.amount + forfeited(subject)) * honest) / batch.size,
    cheatPayoff: profit + gain - (loss * cheat) / batch.size,
  }
}

/** What a slashed batch forfeits besides S. */
function forfeited({ parameters: { batch, slash }, mix }: Case): number {
  return slash.forfeitBatchReward ? batch.size * mean(mix, ({ reward }) => reward) : 0
}

function mean(mix: readonly Mix.Kind[], of: (kind: Mix.Kind) => number): number {
  return mix.reduce((sum, kind) => sum + kind.share * of(kind), 0)
}

/** S from S_net·δ^ℓ. */
function gross(net: number, parameters: Parameters): Solution.Solution {
  const felt = Situation.feltShare(parameters)
  if (net === 0) return Solution.of(0)
  if (felt === 0) return Situation.unfelt(parameters)
  if (net / felt <= Range.largest) return Solution.of(net / felt)
  return Solution.infeasible('slash-above-max', 'The slash that is needed is above 1e100.')
}

/** κ·W/(N·T): what the stake locked behind one task costs; full collateral unless the file says otherwise. */
function capitalPerTask({ slash, stake, batch, capital }: Parameters): number {
  const full = slash.rule === 'per-fraud' ? slash.amount : slash.amount / batch.size
  const perTask = stake.amount === undefined ? full : stake.amount / (batch.size * stake.concurrentBatches)
  return capital.costPerStakePerTask * perTask
}

function reasons({ mix, odds }: Case, solutions: readonly Solution.Solution[]): string[] {
  const found = solutions.flatMap((solution) => (solution.feasible ? [] : [solution.reason]))
  if (mix.some(({ reward, honestCost }) => reward < honestCost))
    found.push('Honest work loses money even when nothing is checked: task.reward is below task.honestCost.')
  else if (odds.falseAlarm > 0 && mix.some((kind) => !Deterrence.canBothHold({ ...kind, ...odds })))
    found.push(
      'No rate and slash both deter cheating and leave honest work a profit: right results are convicted too often. ' +
        'Raise task.reward or lower the false positives.',
    )
  return [...new Set(found)]
}

function notes({ parameters }: Case, minSlash: number | null): string[] {
  const { slash, stake, batch, beacon, identity, sampling } = parameters
  const [N, T] = [batch.size, stake.concurrentBatches]
  const collateral = slash.rule === 'per-fraud' ? slash.amount * N * T : slash.amount * T
  const found: [boolean, string][] = [
    [
      stake.amount !== undefined && stake.amount < collateral,
      `A stake of ${stake.amount} can’t pay every slash of ${N * T} open tasks (full collateral is ${collateral}); these values assume that it can.`,
    ],
    [beacon.draws > 1, `These values assume that nobody chooses among the beacon’s ${beacon.draws} draws.`],
    [
      identity.discount > 0,
      'These values leave out the future that an ejected executor loses, so they are on the safe side.',
    ],
    [
      slash.amount === 0 && slash.rule === 'per-fraud',
      'Nothing is slashed: only the lost reward deters, and a client who colludes hands it back.',
    ],
    [
      slash.max !== null && minSlash !== null && minSlash > slash.max,
      `The slash that is needed is above slash.max, which is ${slash.max}.`,
    ],
    [
      sampling.mode === 'fixed' && sampling.rate !== undefined && Mix.rate(parameters) !== sampling.rate,
      `A fixed sample takes whole tasks: rate ${sampling.rate} of ${N} is a rate of ${Mix.rate(parameters)}.`,
    ],
  ]
  return found.flatMap(([holds, note]) => (holds ? [note] : []))
}
