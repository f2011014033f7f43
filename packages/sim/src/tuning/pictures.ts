/**
 * What a tuning shows besides its answer: profits and detection against the rate, what costs what, and what depends on what.
 *
 * @module
 */
import { Check, Mix, type Parameters } from '@spotcheck/core/economics'
import { sketch } from '../BestResponse.js'
import * as Evidence from '../Evidence.js'
import { replicate } from '../engine/statistical.js'
import * as Prediction from '../Prediction.js'
import * as Random from '../Random.js'
import { plan as planOf, registry } from '../Scenario.js'
import * as Statistics from '../Statistics.js'
import { costOf, fileOf, scenarioOf } from './candidate.js'
import type { Attack, Candidate, Detection, Path, Point, Profit, Sensitivity } from './Result.js'
import { at, type Found, type Ground, leastSlash } from './search.js'

/** Rates of a figure, as multiples of the recommended one. */
const TIMES = [0.125, 0.25, 0.5, 0.71, 1, 1.41, 2, 4]

/** Rates that differ in what is sampled: a fixed sample takes whole tasks. */
function around({ sampleRate }: Candidate, { sampling, batch }: Parameters.Parameters): readonly number[] {
  const rates = TIMES.map((times) => Math.min(1, times * sampleRate))
  const whole = (rate: number) => Math.max(1, Math.round(rate * batch.size)) / batch.size
  return [...new Set(sampling.mode === 'fixed' ? rates.map(whole) : rates)]
}

/** Strategies of a figure. */
const SHOWN = 6

/** Profit of the strongest attacks at several rates, the slash left as it is. */
export function profitsOf({ scenario, known }: Ground, candidate: Candidate, attacks: readonly Attack[]): Profit[] {
  return attacks.slice(0, SHOWN).map((attack) => ({
    strategy: attack.strategy,
    points: around(candidate, scenario.parameters).map((sampleRate) => {
      const played = scenarioOf(scenario, { ...candidate, sampleRate })
      return { rate: sampleRate, advantage: sketch(played, known, attack) }
    }),
  }))
}

/** The share of tasks that is cheated on in the figure of detection, and the batches of each of its points. */
const CHEATED = { share: 0.1, nodes: 400, replications: 5 }

/** P(a batch's cheats are proven) at several rates, by the closed form and by playing; none by value, which has no such form. */
export function detectionOf({ scenario }: Ground, candidate: Candidate): Detection[] {
  if (scenario.parameters.sampling.mode === 'byValue') return []
  return around(candidate, scenario.parameters).map((sampleRate) => {
    const parameters = fileOf(scenario.parameters, { ...candidate, sampleRate, newcomers: 1 })
    const theory = Prediction.capture(parameters, { cheat: CHEATED.share }, parameters.verifiers.pool)
    const population = [{ strategy: 'intermittent', options: { rate: CHEATED.share }, count: CHEATED.nodes, churn: 0 }]
    const policy = { name: 'spotcheck', options: {} }
    const { batch } = parameters
    const once = { ...scenario, parameters, policy, population, nodes: undefined, epochs: 1, tasksPerEpoch: batch.size }
    const plan = planOf(once, registry)
    let caught = 0
    for (let replication = 0; replication < CHEATED.replications; replication++)
      for (const epoch of replicate(plan, replication).capturedAt) if (epoch > 0) caught++
    return {
      rate: Mix.rate(parameters),
      theory,
      simulated: Statistics.frequency(caught, CHEATED.nodes * CHEATED.replications),
    }
  })
}

/** Sampled tasks that evidence is followed for. */
const FOLLOWED = 400

/** The evidence against one node that is honest, and against one that cheats on three tasks in ten. */
export function evidenceOf({ scenario }: Ground, candidate: Candidate): Path[] {
  const parameters = fileOf(scenario.parameters, candidate)
  const nodes = [
    { strategy: 'honest', cheat: 0 },
    { strategy: 'intermittent', cheat: 0.3 },
  ]
  return nodes.flatMap((node, i) => {
    const path = Evidence.path(parameters, { ...node, samples: FOLLOWED, random: Random.stream(scenario.seed, i) })
    return path === null ? [] : [path]
  })
}

/** Compute against capital along the rates, the slash the least that holds; what is worse in both is left out. */
export async function paretoOf(ground: Ground, { structure, candidate }: Found): Promise<Point[]> {
  const rates = [...new Set(PARETO.map((times) => Math.min(1, times * candidate.sampleRate)))]
  const points: Point[] = []
  for (const rate of rates) {
    const found = await at(ground, structure, rate, { close: 1e-3 })
    if (found === null) continue
    const { verification, canaries, arbitration, capital, total } = costOf(ground.scenario, found.candidate)
    points.push({ candidate: found.candidate, verification: verification + canaries + arbitration, capital, total })
  }
  return points.filter(
    (one) =>
      !points.some(
        (other) =>
          other !== one &&
          other.verification <= one.verification &&
          other.capital <= one.capital &&
          (other.verification < one.verification || other.capital < one.capital),
      ),
  )
}

const PARETO = [0.1, 0.18, 0.32, 0.56, 0.75, 1, 1.33, 1.8, 3.2, 5.6, 10]

/** A number of the file, and what it might be instead. */
type Change = Readonly<{ parameter: string; from: number; to: number; file: Parameters.Parameters }>

/** Does the candidate still hold where a number of the file is another, and what would the least slash cost there? */
export async function sensitivityOf(ground: Ground, { structure, candidate }: Found): Promise<Sensitivity[]> {
  const found: Sensitivity[] = []
  for (const { parameter, from, to, file } of changesOf(ground.scenario.parameters)) {
    await ground.visit()
    const there = { ...ground, cuts: [], scenario: { ...ground.scenario, parameters: file } }
    const changed = fileOf(file, candidate)
    const breaks = RULES.flatMap(([rule, name]) => (Check.measure(rule, changed).holds ? [] : [name]))
    const slash = await leastSlash(there, structure, candidate.sampleRate, 1e-3)
    const least = slash === null ? null : { ...candidate, slash, stake: structure.slashes * slash }
    const isEnough = least !== null && RULES.every(([rule]) => Check.measure(rule, fileOf(file, least)).holds)
    found.push({ parameter, from, to, breaks, total: isEnough ? costOf(there.scenario, least).total : null })
  }
  return found
}

const RULES = [
  ['ev', 'EV rule'],
  ['ruin', 'ruin rule'],
  ['participation', 'participation'],
  ['false-slash', 'false slashes'],
  ['verifiers', 'verifiers'],
] as const

function changesOf(file: Parameters.Parameters): readonly Change[] {
  return [...gainsOf(file), ...othersOf(file)].filter(({ from, to }) => from !== to)
}

/** A fifth more or less to gain; of tasks of several values from each of them. */
function gainsOf(file: Parameters.Parameters): Change[] {
  const { sampling, task } = file
  const highest = Math.max(...Mix.from(file).map(({ gain }) => gain))
  return [-0.2, 0.2].flatMap((share) => {
    const more = <kind extends Readonly<{ externalGain: number; honestCost: number; cheatCost: number }>>(
      kind: kind,
    ) => ({
      ...kind,
      externalGain: kind.externalGain + share * (kind.honestCost - kind.cheatCost + kind.externalGain),
    })
    const changed =
      sampling.mode === 'byValue'
        ? { ...file, sampling: { ...sampling, values: sampling.values.map(more) } }
        : { ...file, task: more(task) }
    return { parameter: 'gain of a cheat', from: highest, to: highest * (1 + share), file: changed }
  })
}

function othersOf(file: Parameters.Parameters): Change[] {
  const { comparator, verifiers, capital } = file
  const doubled = [0.5, 2]
  return [
    ...[comparator.power - 0.1]
      .filter((power) => power > comparator.falsePositive)
      .map((power) => {
        return change('comparator.power', comparator.power, power, { ...file, comparator: { ...comparator, power } })
      }),
    ...[verifiers.colluding + 0.1]
      .filter((share) => share < 1)
      .map((colluding) => {
        const changed = { ...file, verifiers: { ...verifiers, colluding } }
        return change('verifiers.colluding', verifiers.colluding, colluding, changed)
      }),
    ...doubled.map((times) => {
      const cost = times * verifiers.cost
      return change('verifiers.cost', verifiers.cost, cost, { ...file, verifiers: { ...verifiers, cost } })
    }),
    ...doubled.map((times) => {
      const { costPerStakePerTask: from } = capital
      const changed = { ...file, capital: { ...capital, costPerStakePerTask: times * from } }
      return change('capital.costPerStakePerTask', from, times * from, changed)
    }),
  ]
}

function change(parameter: string, from: number, to: number, file: Parameters.Parameters): Change {
  return { parameter, from, to: Number(to.toPrecision(12)), file }
}
