/**
 * What replications amount to: means with their intervals, counts, quantiles. Memory grows with the replications, never with
 * tasks or nodes.
 *
 * @module
 */
import { type Column, cohortOf, type Plan, type Tally, type VerifierColumn } from './engine/Plan.js'
import * as Statistics from './Statistics.js'

/** Tasks of all replications. */
export type Counts = Readonly<
  Record<'tasks' | 'cheats' | 'noisy' | 'sampled' | 'sampledCheats' | 'disputes' | 'caught' | 'falseSlashes', number>
>

const counted = [
  'tasks',
  'cheats',
  'noisy',
  'sampled',
  'sampledCheats',
  'disputes',
  'caught',
  'falseSlashes',
] as const satisfies readonly (Column & keyof Counts)[]

/** What became of the nodes that share a strategy. Money in the file's unit; 95 % intervals. */
export type CohortSummary = Readonly<{
  strategy: string
  nodes: number
  counts: Counts
  /** Profit per task of the cohort, over replications. */
  profitPerTask: Statistics.Estimate
  /** Profit per node over all epochs: 5 %, 25 %, 50 %, 75 % and 95 % of the nodes of all replications are below; at most 10,000 are kept. */
  profitQuantiles: readonly number[]
  /** Share of nodes of which at least one cheat was proven, that were ejected, and that were slashed for honest work. */
  captured: Statistics.Estimate
  ejected: Statistics.Estimate
  falselySlashed: Statistics.Estimate
  /** Epochs to the first proven fraud of those of whom there was one; null without any. */
  epochsToCapture: Readonly<{ mean: number; quantiles: readonly number[] }> | null
  /** Of what its nodes lost to slashes. */
  giniOfLosses: Statistics.Estimate
}>

const counts = [
  'tasks',
  'canaries',
  'runs',
  'cheapRuns',
  'dissents',
  'falseDissents',
  'missed',
  'silent',
  'caught',
] as const

/** What became of the verifiers that share a strategy. Money in the file's unit; 95 % intervals. */
export type VerifierSummary = Readonly<{
  strategy: string
  verifiers: number
  /** Over all replications: tasks that they were assigned, and what they did with them. */
  counts: Readonly<Record<(typeof counts)[number], number>>
  /** Slashes and lost bonds, and bribes, of all replications. */
  slashed: number
  bribes: number
  /** Profit per assigned task, over the replications in which there were any. */
  profitPerTask: Statistics.Estimate
}>

/** What became of the network. */
export type NetworkSummary = Readonly<{
  tasks: number
  /** Share of wrong results among those that were shipped. */
  errorRate: Statistics.Estimate
  /** (serving + checking + disputes) / serving, every task served honestly; null where honest runs cost nothing. */
  computeMultiplier: Statistics.Estimate | null
  /** Cost of verification per task: checks, disputes and overheads, in the file's unit. */
  verificationCost: Statistics.Estimate
  /** Cost of the locked stake per task, κ·W over the tasks. */
  capitalCost: Statistics.Estimate
}>

/** Adds up replications. */
export type Collector = Readonly<{
  add: (tally: Tally) => void
  /** Replications so far. */
  size: () => number
  cohorts: () => readonly CohortSummary[]
  /** None where no verifiers are played. */
  verifiers: () => readonly VerifierSummary[]
  network: () => NetworkSummary
}>

/** Numbers that are kept for quantiles. */
const KEPT = 10_000
const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95]

/** Collects the replications of a plan, in their order. */
export function collector(plan: Plan): Collector {
  const starts = startsOf(plan.cohorts)
  const cohorts = plan.cohorts.map(({ strategy, count }, i) => cohortCollector(strategy, count, starts[i]!))
  const places = startsOf(plan.verifiers ?? [])
  const verifiers = (plan.verifiers ?? []).map(({ strategy, count }, i) =>
    verifierCollector(strategy, count, places[i]!),
  )
  const network = networkCollector(plan)
  let size = 0
  return {
    add: (tally) => {
      size++
      for (const cohort of cohorts) cohort.add(tally)
      for (const cohort of verifiers) cohort.add(tally)
      network.add(tally)
    },
    size: () => size,
    cohorts: () => cohorts.map((cohort) => cohort.summary(size)),
    verifiers: () => verifiers.map((cohort) => cohort.summary()),
    network: () => network.summary(),
  }
}

/** First member of each cohort. */
function startsOf(cohorts: readonly Readonly<{ count: number }>[]): readonly number[] {
  const of = cohortOf(cohorts)
  return cohorts.map((_, cohort) => of.indexOf(cohort))
}

function cohortCollector(strategy: string, nodes: number, from: number) {
  const counts = Object.fromEntries(counted.map((column) => [column, 0])) as Record<keyof Counts, number>
  const [profits, ginis]: number[][] = [[], []]
  const [earnings, captures] = [sample(), sample()]
  const hits = { captured: 0, ejected: 0, falselySlashed: 0 }
  const add = (tally: Tally): void => {
    const own = (column: Column) => tally[column].subarray(from, from + nodes)
    for (const column of counted) counts[column] += sum(own(column))
    profits!.push(sum(own('profit')) / sum(own('tasks')))
    ginis!.push(Statistics.gini(own('slashed')))
    for (const profit of own('profit')) earnings.add(profit)
    for (const epoch of own('capturedAt')) if (epoch > 0) captures.add(epoch)
    hits.captured += positive(own('capturedAt'))
    hits.ejected += positive(own('ejectedAt'))
    hits.falselySlashed += positive(own('falseSlashes'))
  }
  const summary = (replications: number): CohortSummary => ({
    strategy,
    nodes,
    counts: { ...counts },
    profitPerTask: Statistics.mean(profits!),
    profitQuantiles: earnings.quantiles(),
    captured: Statistics.frequency(hits.captured, replications * nodes),
    ejected: Statistics.frequency(hits.ejected, replications * nodes),
    falselySlashed: Statistics.frequency(hits.falselySlashed, replications * nodes),
    epochsToCapture: captures.count() === 0 ? null : { mean: captures.mean(), quantiles: captures.quantiles() },
    giniOfLosses: Statistics.mean(ginis!),
  })
  return { add, summary }
}

function verifierCollector(strategy: string, size: number, from: number) {
  const totals = Object.fromEntries(counts.map((column) => [column, 0])) as Record<(typeof counts)[number], number>
  const profits: number[] = []
  let [slashed, bribes] = [0, 0]
  const add = ({ verifiers }: Tally): void => {
    if (verifiers === undefined) return
    const own = (column: VerifierColumn) => sum(verifiers[column].subarray(from, from + size))
    for (const column of counts) totals[column] += own(column)
    slashed += own('slashed')
    bribes += own('bribes')
    if (own('tasks') > 0) profits.push(own('profit') / own('tasks'))
  }
  const summary = (): VerifierSummary => ({
    ...{ strategy, verifiers: size, counts: { ...totals }, slashed, bribes },
    profitPerTask: Statistics.mean(profits),
  })
  return { add, summary }
}

/** A mean of all, and quantiles of the first of them; nodes of a cohort are alike. */
function sample() {
  const kept: number[] = []
  let [total, count] = [0, 0]
  return {
    add: (value: number): void => {
      total += value
      count++
      if (kept.length < KEPT) kept.push(value)
    },
    count: () => count,
    mean: () => total / count,
    quantiles: () => Statistics.quantiles(kept, QUANTILES),
  }
}

function networkCollector({ parameters, rules }: Plan) {
  const { cost } = rules
  const { honestCost } = parameters.task
  const [errors, costs, capitals]: number[][] = [[], [], []]
  let served = 0
  /** Where verifiers are played, what they ran, and the canaries that they met: one for a panel. */
  const checks = ({ sampled, verifiers }: Tally): number => {
    if (verifiers === undefined) return cost.check * sum(sampled)
    const canaries = sum(verifiers.canaries) / parameters.sampling.verifiers
    return sum(verifiers.cost) + parameters.verifiers.canaryCost * canaries
  }
  const add = (tally: Tally): void => {
    const [tasks, shipped] = [sum(tally.tasks), sum(tally.shipped)]
    served += tasks
    errors!.push(shipped === 0 ? 0 : sum(tally.wrong) / shipped)
    costs!.push(cost.task + (checks(tally) + cost.dispute * sum(tally.disputes)) / tasks)
    capitals!.push((parameters.capital.costPerStakePerTask * sum(tally.locked)) / tasks)
  }
  const summary = (): NetworkSummary => ({
    tasks: served,
    errorRate: Statistics.mean(errors!),
    computeMultiplier: honestCost > 0 ? Statistics.mean(costs!.map((each) => 1 + each / honestCost)) : null,
    verificationCost: Statistics.mean(costs!),
    capitalCost: Statistics.mean(capitals!),
  })
  return { add, summary }
}

function sum(numbers: ArrayLike<number>): number {
  let total = 0
  for (let i = 0; i < numbers.length; i++) total += numbers[i]!
  return total
}

function positive(numbers: Float64Array): number {
  let count = 0
  for (const number of numbers) if (number > 0) count++
  return count
}
