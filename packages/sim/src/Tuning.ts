/**
 * The cheapest parameters that hold. The search starts from the closed forms' optimum, attacks its own answer with the best
 * response of every strategy, and goes on until no attack pays.
 *
 * @module
 */

import { Errors } from '@spotcheck/core'
import { type Parameters, recommend } from '@spotcheck/core/economics'
import { bestResponse, confirm } from './BestResponse.js'
import * as Comparison from './Comparison.js'
import { type Registry, registry, type Scenario } from './Scenario.js'
import { costOf, fileOf, mostSlashes, scenarioOf } from './tuning/candidate.js'
import { constraintsOf } from './tuning/constraints.js'
import { detectionOf, evidenceOf, paretoOf, profitsOf, sensitivityOf } from './tuning/pictures.js'
import type { Attack, Candidate, Step, Tuning } from './tuning/Result.js'
import { cheapest, errorOf, type Found, type Ground, scaleOf } from './tuning/search.js'

export type * from './tuning/Result.js'

/** How a scenario is tuned. */
export type Options = Readonly<{
  /** Strategies that attack, and policies that are compared; default: those that come with the simulator. */
  registry?: Registry | undefined
  /**
   * Also look for what a report shows: the frontier, the sensitivity, profits and detection against the rate, and the policies at
   * equal security? Default true.
   */
  pictures?: boolean | undefined
  /** Ends the search; what was found until then is returned. */
  signal?: AbortSignal | undefined
  /** Called now and then: what is being done, and how much of an estimate of all there is to do. */
  onProgress?: ((progress: Progress) => void) | undefined
}>

/** What is being done, with what, and how many of the candidates of an estimate have been looked at. */
export type Progress = Readonly<{ stage: string; detail: string; done: number; of: number }>

/** The search stays so much below the accepted share of wrong results, which varies from one sample of nodes to the next. */
const BELOW = 0.96

/** Candidates that are attacked before the search gives up. */
const ROUNDS = 6

/**
 * Tunes the sample rate, verifiers, slash, stake, canaries and the rate for newcomers of a scenario, for the least cost per
 * task such that no strategy profits (EV and ruin rules, and playing each against it), honest nodes are slashed no more often
 * than `accept.falseSlash` allows, and the scenario's population ships no more than `accept.residualError` wrong results.
 *
 * The file's own rate, slash and stake don't matter.
 *
 * @throws InvalidTuningError if verifiers are played; Comparison.InvalidComparisonError if nobody in the population is honest, or
 * there is one replication only; Scenario.InvalidScenarioError for a name that the registry does not have.
 * @example
 * ```ts
 * import { Scenario, Tuning } from '@spotcheck/sim'
 *
 * const scenario = Scenario.from({
 *   parameters: {
 *     task: { reward: 1.2, honestCost: 1 },
 *     sampling: { rate: 0.1 },
 *     slash: { amount: 10 },
 *     accept: { ruinProbability: 1, residualError: 1 },
 *   },
 *   population: [{ strategy: 'honest', count: 4 }],
 *   epochs: 5,
 *   replications: 2,
 * })
 * const { cost, closedForm } = await Tuning.run(scenario, { pictures: false })
 * Math.abs(cost!.total / closedForm!.total - 1) < 0.02 // true
 * ```
 */
export async function run(scenario: Scenario, options: Options = {}): Promise<Tuning> {
  const known = options.registry ?? registry
  assertTunable(scenario, options)
  const journal = journalOf(options)
  const ground: Ground = {
    ...{ scenario, known, cuts: [] },
    residualError: BELOW * scenario.parameters.accept.residualError,
    scale: scaleOf(scenario.parameters),
    visit: journal.visit,
  }
  try {
    const found = await fortified(ground, journal)
    return await answer(scenario, known, found, journal, options)
  } catch (error) {
    if (!(error instanceof Interruption)) throw error
    return { ...nothing(scenario), history: journal.history }
  }
}

function assertTunable(scenario: Scenario, { pictures = true }: Options): void {
  if (pictures) Comparison.assertComparable(scenario)
  if (scenario.verifiers === undefined) return
  throw new InvalidTuningError('verifiers that are played one by one are not known to the closed forms.', {
    subject: 'verifiers',
    value: scenario.verifiers.map(({ strategy }) => strategy),
    rule: 'a pool that the parameter file describes',
    fix: 'leave verifiers out, and write "verifiers": { "pool": 20, "colluding": 0.1 } in the parameters',
  })
}

/** What is kept on the way. */
type Journal = Readonly<{
  history: Step[]
  visit: () => Promise<void>
  stage: (name: string, detail?: string) => void
}>

class Interruption extends Error {}

/** Candidates that are looked at in all, about; more is the same. */
const ABOUT = 300

function journalOf({ signal, onProgress }: Options): Journal {
  let [name, detail, done] = ['closed forms', '', 0]
  return {
    history: [],
    stage: (next, more = '') => {
      name = next
      detail = more
    },
    visit: async () => {
      if (signal?.aborted) throw new Interruption()
      done++
      onProgress?.({ stage: name, detail, done: Math.min(done, ABOUT - 1), of: ABOUT })
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

/** An answer and the attacks that it stood. */
type Fortified = Readonly<{ ground: Ground; found: Found; attacks: readonly Attack[]; untried: readonly string[] }>

/** A comparison of a minute's search: fewer replications and nodes. `Comparison.run` on the answer is the long one. */
const COMPARED = { replications: 4, nodes: 500 }

function compared({ population, nodes, ...scenario }: Scenario): Scenario {
  const replications = Math.min(COMPARED.replications, scenario.replications)
  // No cohort may come to nothing.
  const isMany = population.every(({ share = 0 }) => share * COMPARED.nodes >= 1)
  const some = nodes !== undefined && isMany ? Math.min(COMPARED.nodes, nodes) : nodes
  return { ...scenario, population, nodes: some, replications }
}

/** Searches, attacks what was found, and searches again where an attack pays. */
async function fortified(start: Ground, journal: Journal): Promise<Fortified | null> {
  let ground = start
  let near: Found | null = null
  for (let round = 0; round < ROUNDS; round++) {
    journal.stage('searching')
    const found: Found | null = await cheapest(ground, near?.structure)
    if (found === null) return null
    const { attacks, untried } = await attack(ground, found, journal)
    const paying = attacks.filter(({ pays }) => pays)
    const { accept } = ground.scenario.parameters
    const error = errorOf(scenarioOf(ground.scenario, found.candidate), ground.known, ground.scenario.replications)
    const isWrong = error > accept.residualError
    const verdict = verdictOf(paying, isWrong, error)
    journal.history.push({ candidate: found.candidate, total: found.total, attack: attacks[0] ?? null, verdict })
    if (paying.length === 0 && !isWrong) return { ground, found, attacks, untried }
    near = found
    ground = {
      ...ground,
      cuts: [...ground.cuts, ...paying],
      residualError: isWrong ? ground.residualError * (accept.residualError / error) * 0.95 : ground.residualError,
    }
  }
  return null
}

function verdictOf([first]: readonly Attack[], isWrong: boolean, error: number): string {
  const pays = first === undefined ? [] : [`${first.strategy} pays`]
  const wrong = isWrong ? [`${Number((100 * error).toPrecision(3))} % of what is shipped is wrong`] : []
  const found = [...pays, ...wrong]
  return found.length === 0 ? 'holds' : `${found.join(', and ')}: searched on`
}

/** The best response of every strategy, most profitable first. */
async function attack(
  { scenario, known }: Ground,
  { candidate }: Found,
  journal: Journal,
): Promise<Readonly<{ attacks: readonly Attack[]; untried: readonly string[] }>> {
  const played = scenarioOf(scenario, candidate)
  const attacks: Attack[] = []
  const untried: string[] = []
  for (const strategy of known.strategies) {
    if (strategy.name === 'honest') continue
    journal.stage(`attacking candidate ${journal.history.length + 1}`, strategy.name)
    await journal.visit()
    const way = bestResponse(played, known, strategy)
    if (way === null) untried.push(strategy.name)
    else attacks.push(confirm(played, known, way, journal.history.length))
  }
  return { attacks: attacks.toSorted((a, b) => b.advantage.mean - a.advantage.mean), untried }
}

async function answer(
  scenario: Scenario,
  known: Registry,
  found: Fortified | null,
  journal: Journal,
  { signal, pictures = true }: Options,
): Promise<Tuning> {
  const begun = { ...nothing(scenario), history: journal.history }
  if (found === null && !pictures) return { ...begun, complete: true }
  if (found === null) {
    journal.stage('comparing policies')
    const comparison = await Comparison.run(scenario, { registry: known, signal })
    return { ...begun, complete: comparison.complete, comparison }
  }
  const { ground, attacks, untried } = found
  const { candidate } = found.found
  const answered = {
    ...begun,
    complete: true,
    recommended: candidate,
    parameters: fileOf(scenario.parameters, candidate),
    cost: costOf(scenario, candidate),
    constraints: constraintsOf(ground, found.found, attacks),
    attacks,
    untried,
  }
  if (!pictures) return answered
  try {
    return await illustrated(found, answered, journal, signal)
  } catch (error) {
    if (!(error instanceof Interruption)) throw error
    return { ...answered, complete: false }
  }
}

/** The answer with all that a report shows. */
async function illustrated(
  { ground, found, attacks }: Fortified,
  answered: Tuning,
  journal: Journal,
  signal: AbortSignal | undefined,
): Promise<Tuning> {
  const { scenario, known } = ground
  const { candidate } = found
  journal.stage('sensitivity')
  const sensitivity = await sensitivityOf(ground, found)
  journal.stage('frontier')
  const pareto = await paretoOf(ground, found)
  journal.stage('comparing policies')
  const comparison = await Comparison.run(scenarioOf(compared(scenario), candidate), { registry: known, signal })
  return {
    ...answered,
    complete: comparison.complete,
    pareto,
    sensitivity,
    profits: profitsOf(ground, candidate, attacks),
    detection: detectionOf(ground, candidate),
    evidence: evidenceOf(ground, candidate),
    comparison,
  }
}

function nothing(scenario: Scenario): Tuning {
  const { seed, epochs, replications, parameters } = scenario
  return {
    kind: 'tuning',
    seed,
    complete: false,
    recommended: null,
    parameters: null,
    cost: null,
    closedForm: closedFormOf(parameters),
    constraints: [],
    attacks: [],
    untried: [],
    history: [],
    pareto: [],
    sensitivity: [],
    profits: [],
    detection: [],
    evidence: [],
    comparison: { kind: 'comparison', seed, epochs, replications, complete: false, rows: [] },
  }
}

/** The optimum under full collateral, without ruin, residual error or any attack. */
function closedFormOf(parameters: Parameters.Parameters): Tuning['closedForm'] {
  const best = recommend(parameters)
  if (!best.feasible) return null
  const { sampleRate, slash, cost } = best
  const candidate: Candidate = {
    ...{ sampleRate, slash, newcomers: 1 },
    verifiers: parameters.sampling.verifiers,
    canaryRate: parameters.verifiers.canaryRate,
    stake: slash * mostSlashes(parameters),
  }
  return { candidate, total: cost.total }
}

/** A scenario that can't be tuned. */
export class InvalidTuningError extends Errors.BaseError {
  override name = 'Tuning.InvalidTuningError'
}
