/**
 * The cheapest candidate that holds: for each structure of stake and panel the least slash at a rate, and the rate at which
 * that costs least.
 *
 * @module
 */
import { Check, Checking, type Parameters, recommend } from '@spotcheck/core/economics'
import { measured, type Way } from '../BestResponse.js'
import { replicate } from '../engine/statistical.js'
import { plan as planOf, type Registry, type Scenario } from '../Scenario.js'
import { collector } from '../Summary.js'
import { costOf, fileOf, mostSlashes, scenarioOf } from './candidate.js'
import type { Candidate } from './Result.js'

/** What is chosen besides rate and slash. */
export type Structure = Readonly<{
  verifiers: number
  canaryRate: number
  newcomers: number
  /** How many slashes the stake pays. */
  slashes: number
}>

/** What a candidate must stand. */
export type Ground = Readonly<{
  scenario: Scenario
  known: Registry
  /** Attacks that paid against earlier candidates: they must not pay again. */
  cuts: readonly Way[]
  /** ε: the largest share of wrong results in the search. */
  residualError: number
  /** About p·S where cheating on one task is deterred: where searches for a slash begin. */
  scale: number
  /** Called before each candidate; rejects to end the search. */
  visit: () => Promise<void>
}>

/** A candidate that holds, and what it costs per task. */
export type Found = Readonly<{ candidate: Candidate; structure: Structure; total: number }>

/** Nodes that the population is played with in the search, over all replications: enough to rank candidates, which all meet the same chances. */
const NODES = 600

/** Rates that are looked at first, from 1 down: each so much of the one before, at least so many, and past the closed forms' rate. */
const SCAN = { steps: 12, past: 4, ratio: 0.46 }

/** How close the search comes to the best rate, and to the least slash at it: the cost is flat around its minimum. */
const CLOSE = { rate: 0.01, slash: 1e-4, rough: 0.05 }

/**
 * The cheapest candidate; null where none that was tried holds. Beside one that no longer holds, `near`, it is looked for only
 * among structures like its own.
 */
export async function cheapest(ground: Ground, near: Structure | null = null): Promise<Found | null> {
  let best: Found | null = null
  for (const structure of structures(ground.scenario).filter((one) => near === null || isNear(one, near)))
    best = cheaper(best, await scan(ground, structure, best))
  if (best === null) return near === null ? null : cheapest(ground)
  best = await refine(ground, best)
  for (const newcomers of isWatchable(ground.scenario) ? NEWCOMERS : []) {
    const found: Found | null = await scan(ground, { ...best.structure, newcomers }, best)
    if (found !== null && found.total < best.total) best = await refine(ground, found)
  }
  return (await rounded(ground, best)) ?? best
}

/** Times the rate for newcomers. */
const NEWCOMERS = [2, 4, 8]

/**
 * A fixed sample takes the same number of everybody's tasks. Where new nodes come all the time, newcomers are no few, and what they
 * cost has no such form.
 */
function isWatchable({ parameters, population, tasksPerEpoch }: Scenario): boolean {
  const isSteady = population.every(({ churn }) => churn === 0)
  return parameters.sampling.mode !== 'fixed' && tasksPerEpoch === undefined && isSteady
}

function isNear(one: Structure, other: Structure): boolean {
  const times = one.slashes / other.slashes
  return one.verifiers === other.verifiers && times >= 0.5 && times <= 2
}

function cheaper(a: Found | null, b: Found | null): Found | null {
  if (a === null || b === null) return a ?? b
  return b.total < a.total ? b : a
}

/** Every panel and stake that is looked at. One verifier is best unless it may err or be bought. */
function structures({ parameters }: Scenario): readonly Structure[] {
  const { comparator, verifiers, arbitration } = parameters
  const isSure = comparator.power === 1 && comparator.falsePositive === 0 && verifiers.colluding === 0
  const panels = isSure && arbitration.falsePositive === 0 ? [1] : [1, 2, 3, 4, 5]
  const canaryRate = canariesOf(parameters)
  return panels
    .filter((count) => count <= (verifiers.pool ?? count))
    .flatMap((count) =>
      stakesOf(parameters).map((slashes) => ({ verifiers: count, canaryRate, newcomers: 1, slashes })),
    )
}

/** Slashes that a stake pays: one for each open batch, which nobody serves without, then doubled up to full collateral. */
function stakesOf(parameters: Parameters.Parameters): readonly number[] {
  const most = mostSlashes(parameters)
  const stakes: number[] = []
  for (let slashes = parameters.stake.concurrentBatches; slashes < most; slashes *= 2) stakes.push(slashes)
  return [...stakes, most]
}

/** The least rate of canaries at which checking pays better than passing everything. */
function canariesOf(parameters: Parameters.Parameters): number {
  const { verifiers, comparator } = parameters
  const holds = (canaryRate: number) =>
    Check.measure('verifiers', { ...parameters, verifiers: { ...verifiers, canaryRate } }).holds
  const least = Checking.minCanaryRate({ ...verifiers, ...comparator })
  const tried = [0, ...(least.feasible && least.value < 1 ? [least.value * (1 + 1e-9)] : []), verifiers.canaryRate]
  return tried.toSorted((a, b) => a - b).find(holds) ?? verifiers.canaryRate
}

/** The cheapest of the first look at a structure, and where it is cheaper than the best so far, of a closer one. */
async function scan(ground: Ground, structure: Structure, best: Found | null): Promise<Found | null> {
  let found: Found | null = null
  for (let step = stepsOf(ground.scenario.parameters); step >= 0; step--) {
    const limit = Math.min(best?.total ?? Number.POSITIVE_INFINITY, found?.total ?? Number.POSITIVE_INFINITY)
    found = cheaper(found, await at(ground, structure, SCAN.ratio ** step, { limit, close: CLOSE.rough }))
  }
  return found
}

function stepsOf(parameters: Parameters.Parameters): number {
  const best = recommend(parameters)
  const rate = best.feasible && best.sampleRate > 0 ? best.sampleRate : 1
  return Math.max(SCAN.steps, Math.ceil(Math.log(rate) / Math.log(SCAN.ratio)) + SCAN.past)
}

/** Golden section in the logarithm of the rate, between the neighbours of the scan. */
async function refine(ground: Ground, start: Found): Promise<Found> {
  let best = start
  const cost = async (log: number): Promise<number> => {
    const found = await at(ground, start.structure, Math.min(1, Math.exp(log)), { close: CLOSE.slash })
    if (found !== null && found.total < best.total) best = found
    return found?.total ?? Number.POSITIVE_INFINITY
  }
  const middle = Math.log(start.candidate.sampleRate)
  let [low, high] = [middle + Math.log(SCAN.ratio), Math.min(0, middle - Math.log(SCAN.ratio))]
  while (high - low > CLOSE.rate) {
    const [left, right] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)]
    // What does not hold lies to the left.
    if ((await cost(left)) < (await cost(right))) high = right
    else low = left
  }
  return best
}

const GOLDEN = (Math.sqrt(5) - 1) / 2

/** The same in four digits: rate and slash rounded up, the slash again the least at that rate. */
async function rounded(ground: Ground, { structure, candidate }: Found): Promise<Found | null> {
  const sampleRate = Math.min(1, up(candidate.sampleRate))
  const found = await at(ground, structure, sampleRate, { close: CLOSE.slash })
  if (found === null) return null
  const { max } = ground.scenario.parameters.slash
  const slash = Math.min(max ?? Number.POSITIVE_INFINITY, up(found.candidate.slash))
  const round = withSlash(structure, found.candidate.sampleRate, slash)
  return broken(ground, round) === null ? founded(ground, structure, round) : found
}

function up(value: number): number {
  if (value === 0) return 0
  const unit = 10 ** (Math.floor(Math.log10(value)) - 3)
  return Number((Math.ceil((value / unit) * (1 - 1e-12)) * unit).toPrecision(4))
}

type Limits = Readonly<{ limit?: number; close: number }>

/** The candidate of the least slash at a rate, if it holds and costs less than the limit. */
export async function at(
  ground: Ground,
  structure: Structure,
  rate: number,
  { limit = Number.POSITIVE_INFINITY, close }: Limits,
): Promise<Found | null> {
  await ground.visit()
  const { parameters } = ground.scenario
  const { sampling, batch } = parameters
  const sampleRate = sampling.mode === 'fixed' ? Math.max(1, Math.round(rate * batch.size)) / batch.size : rate
  const free = withSlash(structure, sampleRate, 0)
  if (costOf(ground.scenario, free).total >= limit) return null
  const slash = await leastSlash(ground, structure, sampleRate, close)
  if (slash === null) return null
  const candidate = withSlash(structure, sampleRate, slash)
  const found = founded(ground, structure, candidate)
  return found.total < limit && broken(ground, candidate) === null ? found : null
}

function founded({ scenario }: Ground, structure: Structure, candidate: Candidate): Found {
  return { candidate, structure, total: costOf(scenario, candidate).total }
}

function withSlash({ slashes, ...structure }: Structure, sampleRate: number, slash: number): Candidate {
  return { ...structure, sampleRate, slash, stake: slashes * slash }
}

/** The least slash that deters at a rate, to a share of `close` above it; null where none up to the file's bound does. */
export async function leastSlash(
  ground: Ground,
  structure: Structure,
  rate: number,
  close: number,
): Promise<number | null> {
  const { parameters } = ground.scenario
  const most = parameters.slash.max ?? largest(parameters)
  const candidate = (slash: number) => withSlash(structure, rate, slash)
  const deters = (slash: number) => isDeterrent(ground, candidate(slash))
  const slash = await least(deters, { start: Math.min(most, ground.scale / rate), most, close })
  if (slash === null || stands(ground, candidate(slash))) return slash
  // Playing takes longer than the rules, and knows less exactly where it ends.
  const played = async (more: number) => {
    await ground.visit()
    return stands(ground, candidate(more))
  }
  const start = Math.max(1.5 * slash, ground.scale / rate)
  const enough = Math.min(most, start * MOST_TIMES)
  return least(played, { start: Math.min(enough, start), most: enough, close: Math.max(close, 0.005) }, slash)
}

/** Against what no such multiple of the slash deters, a slash is no remedy. */
const MOST_TIMES = 1000

type Bracket = Readonly<{ start: number; most: number; close: number }>

/** The least number for which `holds`, where it holds from some number on; above `floor`, for which it does not, unless that is 0. */
async function least(
  holds: (value: number) => boolean | Promise<boolean>,
  { start, most, close }: Bracket,
  floor = 0,
): Promise<number | null> {
  let [low, high] = [floor, start]
  while (!(await holds(high))) {
    if (high >= most || high === 0) return null
    low = high
    high = Math.min(most, 2 * high)
  }
  for (let half = high / 2; low === 0 && half > most * 1e-15; half /= 2) {
    if (await holds(half)) high = half
    else low = half
  }
  if (low === 0) return 0
  while (high - low > close * high) {
    const middle = (low + high) / 2
    if (await holds(middle)) high = middle
    else low = middle
  }
  return high
}

/** p·S of the closed forms' optimum. */
export function scaleOf(parameters: Parameters.Parameters): number {
  const best = recommend(parameters)
  return best.feasible && best.slash > 0 ? best.slash * best.sampleRate : largest(parameters) * 1e-6
}

/** More than any slash that deters. */
function largest({ task, sampling, batch, stake }: Parameters.Parameters): number {
  const kinds = sampling.mode === 'byValue' ? sampling.values : [task]
  const stakes = kinds.map(
    (kind) => kind.reward + kind.honestCost + Math.abs(kind.cheatCost) + Math.abs(kind.externalGain),
  )
  return Math.min(1e90, 1e6 * Math.max(1e-6, ...stakes) * batch.size * stake.concurrentBatches)
}

/** Does cheating lose, by the closed forms? */
function isDeterrent({ scenario }: Ground, candidate: Candidate): boolean {
  const file = fileOf(scenario.parameters, candidate)
  return Check.measure('ev', file).holds && Check.measure('ruin', file).holds
}

/** Do the attacks that paid before pay no longer? */
function stands({ scenario, known, cuts }: Ground, candidate: Candidate): boolean {
  const played = scenarioOf(scenario, candidate)
  return cuts.every((way) => measured(played, known, way).advantage.mean <= 0)
}

/** What else a candidate that deters breaks; null where it holds. */
function broken(
  { scenario, known, residualError }: Ground,
  candidate: Candidate,
): 'participation' | 'false-slash' | 'verifiers' | 'residual' | null {
  const file = fileOf(scenario.parameters, candidate)
  for (const rule of ['participation', 'false-slash', 'verifiers'] as const)
    if (!Check.measure(rule, file).holds) return rule
  return errorOf(scenarioOf(scenario, candidate), known, replicationsOf(scenario)) > residualError ? 'residual' : null
}

function replicationsOf({ population, nodes }: Scenario): number {
  const all = nodes ?? population.reduce((sum, { count = 0 }) => sum + count, 0)
  return Math.max(1, Math.ceil(NODES / all))
}

/** Share of wrong results among those that the scenario's population ships. */
export function errorOf(scenario: Scenario, known: Registry, replications: number): number {
  const plan = planOf(scenario, known)
  const summary = collector(plan)
  for (let replication = 0; replication < Math.min(replications, scenario.replications); replication++)
    summary.add(replicate(plan, replication))
  return summary.network().errorRate.mean
}
