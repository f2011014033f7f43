/**
 * Best responses: how a strategy is played best against given parameters, searched through its own choices.
 *
 * @module
 */
import { meanProfits } from './engine/earnings.js'
import { replicate } from './engine/statistical.js'
import * as Random from './Random.js'
import { type Cohort, plan as planOf, type Registry, type Scenario } from './Scenario.js'
import * as Statistics from './Statistics.js'
import type { Strategy } from './Strategy.js'

/** A strategy with its options. */
export type Way = Readonly<{
  strategy: string
  options: Readonly<Record<string, unknown>>
  /** Place in the population of the cohort whose tasks and stake it is given; left out: those of the file. */
  like?: number | undefined
}>

/** The most profitable way of playing a strategy that was found. */
export type Attack = Way &
  Readonly<{
    /** Profit beyond that of an honest node, per task. */
    advantage: Statistics.Estimate
    /** Share of its tasks that it cheats on, or that come out wrong: 0 where the best way of playing it is honest work. */
    cheated: number
    /** Does it pay? */
    pays: boolean
  }>

/** Nodes of an attack, and honest ones beside them: as many attackers as can be, but where they would outvote the others. */
const NODES = { attackers: 16, honest: 4 }
const MINORITY = { attackers: 4, honest: 36 }

/** Replications of the search; of what is to be relied on at least and at most. */
const REPLICATIONS = { search: 8, least: 24, most: 800 }

/**
 * Convictions that an estimate rests on: a rare loss that never came up would be missed, whatever the interval says. Two
 * hundred know the loss to 7 %, so that a gain of a quarter of what is risked shows beyond doubt. Who paid once is only compared.
 */
const CONVICTIONS = { again: 60, confirmed: 200 }

/** What a way of playing came to. */
type Played = Pick<Attack, 'advantage' | 'cheated'>

/** Profit beyond that of an honest node, per task that it could have served. The same seed pairs all ways and candidates. */
export function sketch(scenario: Scenario, known: Registry, way: Way): Statistics.Estimate {
  return play(scenario, known, way, (replications) => replications >= REPLICATIONS.search).advantage
}

/** The same, from as many replications as it takes. */
export function measured(scenario: Scenario, known: Registry, way: Way, wanted: number = CONVICTIONS.again): Played {
  const { least, most } = REPLICATIONS
  return play(scenario, known, way, (replications, convictions) => {
    return replications >= most || (replications >= least && convictions >= wanted)
  })
}

type Enough = (replications: number, convictions: number) => boolean

function play(scenario: Scenario, known: Registry, way: Way, isEnough: Enough): Played {
  const { plan, nodes } = playing(scenario, known, way)
  const count = { tasks: 0, wrong: 0, convictions: 0 }
  const gains: number[] = []
  while (!isEnough(gains.length, count.convictions)) {
    const tally = replicate(plan, gains.length)
    for (let node = nodes.honest; node < nodes.honest + nodes.attackers; node++) {
      count.tasks += tally.tasks[node]!
      count.wrong += tally.cheats[node]! + tally.noisy[node]!
      count.convictions += tally.caught[node]! + tally.falseSlashes[node]!
    }
    const [honest = 0, attacker = 0] = meanProfits(plan, tally)
    gains.push(attacker - honest)
    // Who does no wrong is never convicted.
    if (gains.length === REPLICATIONS.least && count.wrong + count.convictions === 0) break
  }
  return { advantage: Statistics.mean(gains), cheated: count.wrong / count.tasks }
}

/** Attackers and honest nodes with the same tasks and stakes. */
function playing(scenario: Scenario, known: Registry, { strategy, options, like }: Way) {
  const { stake, values } = (like === undefined ? undefined : scenario.population[like]) ?? {}
  const planned = (nodes: typeof NODES) => {
    const population: readonly Cohort[] = [
      { strategy: 'honest', options: {}, count: nodes.honest, churn: 0, stake, values },
      { strategy, options, count: nodes.attackers, churn: 0, stake, values },
    ]
    return { nodes, plan: planOf({ ...scenario, population, nodes: undefined }, known) }
  }
  const many = planned(NODES)
  return many.plan.rules.outvotes ? planned(MINORITY) : many
}

/**
 * The way of playing a strategy that earned most in the search, with the tasks and the stake of whichever cohort; null where it
 * can't be played without options.
 */
export function bestResponse(scenario: Scenario, known: Registry, strategy: Strategy): Way | null {
  const starts = startsOf(scenario, strategy)
  if (starts.length === 0) return null
  const found = situationsOf(scenario).map((like) => {
    const gain = (options: Way['options']) => sketch(scenario, known, { strategy: strategy.name, options, like }).mean
    return { like, ...search(scenario, strategy, starts, gain) }
  })
  const { like, options } = found.reduce((a, b) => (b.gain > a.gain ? b : a))
  return { strategy: strategy.name, options, ...(like === undefined ? {} : { like }) }
}

/** One cohort for each kind of tasks and stake that a node of the population can have; undefined: those of the file. */
function situationsOf({ population }: Scenario): readonly (number | undefined)[] {
  const found = new Map<string, number | undefined>()
  for (const [place, { stake, values }] of population.entries()) {
    const key = JSON.stringify([stake ?? null, values ?? null])
    if (!found.has(key)) found.set(key, stake === undefined && values === undefined ? undefined : place)
  }
  return found.size === 0 ? [undefined] : [...found.values()]
}

/** Combinations of choices that are all tried; of more, so many by chance, and then one option is changed after the other. */
const COMBINATIONS = { all: 32, some: 8 }

function search(
  scenario: Scenario,
  { options: schema, choices: choicesOf }: Strategy,
  starts: readonly Way['options'][],
  gain: (options: Way['options']) => number,
): Tried {
  const tried = (options: Way['options']): Tried => ({ options, gain: gain(options) })
  const playable = (all: readonly Way['options'][]) => all.filter((options) => schema.safeParse(options).success)
  const usual = top(starts.map(tried))
  const choices = Object.entries(choicesOf?.(tasksOf(scenario)) ?? {})
  const combined = combinations(choices, scenario.seed).map((one) => ({ ...usual.options, ...one }))
  const others = playable(combined).map(tried)
  /** Changes one option after the other, twice: the best of one may depend on the others. */
  const climb = (start: Tried): Tried => {
    let best = start
    for (let pass = 0; pass < 2; pass++)
      for (const [option, values] of choices)
        best = top([best, ...playable(values.map((value) => ({ ...best.options, [option]: value }))).map(tried)])
    return best
  }
  const isEach = sizeOf(choices) <= COMBINATIONS.all
  const first = isEach ? usual : climb(usual)
  const other = top([first, ...others])
  let best = isEach || other === first ? other : climb(other)
  for (const [option, values] of choices) {
    const nearer = between(best.options[option], values).map((value) => ({ ...best.options, [option]: value }))
    best = top([best, ...playable(nearer).map(tried)])
  }
  return best
}

type Tried = Readonly<{ options: Way['options']; gain: number }>

function top(tried: readonly Tried[]): Tried {
  return tried.reduce((a, b) => (b.gain > a.gain ? b : a))
}

type Choices = readonly (readonly [option: string, values: readonly unknown[]])[]

function sizeOf(choices: Choices): number {
  return choices.reduce((product, [, values]) => product * values.length, 1)
}

function combinations(choices: Choices, seed: number): readonly Way['options'][] {
  const size = sizeOf(choices)
  const random = Random.stream(seed)
  const isAll = size <= COMBINATIONS.all
  return Array.from({ length: isAll ? size : COMBINATIONS.some }, (_, i) => {
    let left = isAll ? i : Math.floor(random() * size)
    const chosen = choices.map(([option, values]) => {
      const value = values[left % values.length]
      left = Math.floor(left / values.length)
      return [option, value]
    })
    return Object.fromEntries(chosen)
  })
}

/** As the population plays it, and as it is played without a word. */
function startsOf({ population }: Scenario, { name, options }: Strategy): readonly Way['options'][] {
  const own = population.flatMap((cohort) => (cohort.strategy === name ? [cohort.options] : []))
  const usual = options.safeParse({})
  return usual.success ? [usual.data as Way['options'], ...own] : own
}

/** Tasks that a node can serve. */
function tasksOf({ parameters, epochs, tasksPerEpoch }: Scenario): number {
  return epochs * (tasksPerEpoch ?? parameters.batch.size * parameters.stake.concurrentBatches)
}

/** Halfway to the numbers beside the best one. */
function between(best: unknown, values: readonly unknown[]): readonly number[] {
  const numbers = values.filter((value) => typeof value === 'number').toSorted((a, b) => a - b)
  const at = numbers.indexOf(best as number)
  if (at < 0) return []
  const isWhole = numbers.every(Number.isInteger)
  return [numbers[at - 1], numbers[at + 1]].flatMap((beside) => {
    if (beside === undefined) return []
    const middle = (numbers[at]! + beside) / 2
    return [isWhole ? Math.round(middle) : middle]
  })
}

/** The attack at chances that neither the search nor an earlier round has seen, which chose it because they favoured it. */
export function confirm(scenario: Scenario, known: Registry, way: Way, round = 0): Attack {
  const found = measured({ ...scenario, seed: freshSeed(scenario.seed, round) }, known, way, CONVICTIONS.confirmed)
  return { ...way, ...found, pays: isBeyondDoubt(found.advantage) }
}

/** More than rounding with a confidence of 99.9 %: of a dozen strategies at break-even hardly one may be taken for a gain. */
function isBeyondDoubt({ mean, low }: Statistics.Estimate): boolean {
  return mean - SURE * (mean - low) > 1e-9
}

/** 99.9 % of a normal distribution, in halves of its 95 % interval. */
const SURE = 3.09 / 1.96

/** Another one for each round, in the same range. */
function freshSeed(seed: number, round: number): number {
  const more = round + 1
  return seed < Number.MAX_SAFE_INTEGER - more ? seed + more : seed - more
}
