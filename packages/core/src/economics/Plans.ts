/**
 * What an executor can do over the whole horizon (economics.md, "Many tasks", "Long horizons" and "Noisy comparators"): cheat
 * the same way in every round, only when nothing is left to lose, on a record that was earned for it, or under many names.
 *
 * @module
 */
import * as BestResponse from './BestResponse.js'
import type { Cheats } from './Convictions.js'
import * as Losses from './Losses.js'
import { type Parameters, from as parse } from './Parameters.js'
import * as Records from './Records.js'
import * as Rounds from './Rounds.js'
import * as Situation from './Situation.js'

/** A plan. */
export type Name =
  /** The same cheats in every round; who is ejected loses V, or comes back for K_id. */
  | 'steady'
  /** Honest work until the last round, in which no future is left to lose. */
  | 'timing'
  /** Honest work until the evidence is in the executor's favour, then cheats until it convicts. */
  | 'milking'
  /** Many identities: one for each open batch, or one after the other, each dropped before it can be convicted. */
  | 'splitting'

/** One way to follow a plan. */
export type Way = Readonly<{
  /** Tasks cheated each time. */
  cheated: number
  /** Of how many: of the round's N·T, or (`milking`, and identities one after the other) of all that are served. */
  of: number
  /** `cheated` of each kind of task; empty where the kinds are not told apart. */
  byKind: Cheats
  /** All batches share the cheats evenly; false where one is filled after the other, or it does not matter. */
  spread: boolean
  /** Beyond honest work, each time. */
  profit: number
  /** -μ·G·k: what the profit must not exceed. */
  limit: number
  /** How often it is done within the horizon. */
  times: number
  /** Tasks that are served honestly first. */
  honest: number
  /** Identities that it takes each time. */
  identities: number
}>

/** A plan and whether it is deterred. */
export type Plan = Readonly<{
  name: Name
  /** Does no way to follow it earn more than its limit? */
  holds: boolean
  /** The way that earns most. */
  best: Way
  /** The way that is furthest above its limit. */
  worst: Way
  /** The way with the fewest cheats that is above its limit; null where the plan is deterred. */
  smallest: Way | null
}>

/** Every plan that the file leaves room for, `steady` first. A margin that is left out is the file's. */
export function from(parameters: Parameters, margin: number = parameters.accept.margin): readonly [Plan, ...Plan[]] {
  const others = [timing(parameters, margin), ...splitting(parameters, margin), ...Records.plans(parameters, margin)]
  return [steady(parameters, margin), ...others.flatMap((plan) => plan ?? [])]
}

/** Are the plans deterred that need no evidence to decide, apart from `steady`: the last round, and an identity for each batch? */
export function holdsOtherwise(parameters: Parameters, margin: number): boolean {
  return [timing(parameters, margin), ...splitting(parameters, margin)].every((plan) => plan?.holds ?? true)
}

/** What a file's rounds are, for the ways within one. */
type Course = Readonly<{ margin: number; situation: Situation.Situation; times: number }>

function steady(parameters: Parameters, margin: number): Plan {
  const situation = Rounds.situation(parameters)
  return within('steady', { margin, situation, times: Rounds.count(parameters) })
}

/** Undefined where there is no future to lose: then the last round is like any other, and `timing` is `steady`. */
function timing(parameters: Parameters, margin: number): Plan | undefined {
  const situation = Rounds.situation(parameters)
  if (situation.future === 0) return undefined
  return within('timing', { margin, situation: { ...situation, future: 0 }, times: 1 })
}

function within(name: Name, rounds: Course): Plan {
  const { holds, best, worst, smallest } = BestResponse.search(rounds.situation, rounds.margin)
  const way = (strategy: BestResponse.Strategy) => toWay(strategy, rounds)
  return { name, holds, best: way(best), worst: way(worst), smallest: smallest === null ? null : way(smallest) }
}

function toWay(strategy: BestResponse.Strategy, { margin, situation, times }: Course): Way {
  const { cheated, byKind, of, spread, profit } = strategy
  const tempting = situation.kinds.reduce((sum, { gain }, i) => sum + Math.max(0, gain) * (byKind[i] ?? 0), 0)
  return { cheated, byKind, of, spread, profit, limit: -margin * tempting, times, honest: 0, identities: 1 }
}

/**
 * One identity for each of the T open batches, with W/T each. As min(W, S·X) is concave, T small stakes lose less than one
 * large one that can't pay every slash; where it can, and no future is lost, exactly as much: then this is `steady`. With a
 * future to lose also in the last round only, which is `timing`.
 */
function splitting(parameters: Parameters, margin: number): Plan[] {
  const { stake, identity } = parameters
  const [whole, names] = [Situation.from(parameters), stake.concurrentBatches]
  if (names === 1 || whole.slash * Losses.mostConvictions(whole) <= whole.stake) return []
  const one = parse({
    ...parameters,
    stake: { amount: whole.stake / names, concurrentBatches: 1 },
    identity: { ...identity, tasksPerPeriod: identity.tasksPerPeriod / names },
  })
  const situation = Rounds.situation(one)
  const fee = (names - 1) * identity.entryCost
  const spared = Losses.expected(whole, []) - names * Losses.expected({ ...situation, future: 0 }, [])
  const times = Rounds.count(parameters)
  const always = apart('splitting', { margin, situation, times }, { names, price: fee / times - spared })
  if (situation.future === 0) return always
  const last = { margin, situation: { ...situation, future: 0 }, times: 1 }
  return [...always, ...apart('timing', last, { names, price: fee - spared })]
}

/** How many identities, and what they cost each time more than one honest identity. */
type Names = Readonly<{ names: number; price: number }>

/** Earns `Σ profit_i + E[min(W, S·X_0)] - Σ E[min(W/T, S·X_0,i)]` beyond one honest identity, less (T-1)·K_id once. */
function apart(name: Name, rounds: Course, of: Names): Plan[] {
  const { best, worst, smallest } = BestResponse.search(rounds.situation, rounds.margin)
  if (smallest === null) return []
  const [few, most, top] = [toWay(smallest, rounds), toWay(worst, rounds), toWay(best, rounds)]
  const all = many(most, of.names, of)
  const found = [cheating(few, of), cheating(most, of), all].filter(({ profit, limit }) => profit > limit)
  if (found.length === 0) return []
  const fewest = found.reduce((a, b) => (b.cheated < a.cheated ? b : a))
  return [{ name, holds: false, best: many(top, top.profit > 0 ? of.names : 1, of), worst: all, smallest: fewest }]
}

/** The fewest of the identities that must cheat this way for it to pay. */
function cheating(way: Way, of: Names): Way {
  const needed = Math.floor(of.price / (way.profit - way.limit)) + 1
  return many(way, Math.min(of.names, Math.max(1, needed)), of)
}

function many(way: Way, cheats: number, { names, price }: Names): Way {
  return {
    ...way,
    cheated: cheats * way.cheated,
    of: names * way.of,
    byKind: way.byKind.map((k) => cheats * k),
    profit: cheats * way.profit - price,
    limit: cheats * way.limit,
    identities: names,
  }
}
