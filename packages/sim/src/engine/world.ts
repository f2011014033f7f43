/**
 * What both engines share: nodes that decide, join, are ejected and leave, and the tally of what became of them. An engine only
 * says what came of a node's tasks in an epoch.
 *
 * Every (node, epoch) has streams of its own, keyed by seed and replication. So results depend neither on how replications are
 * spread over threads nor on what other nodes do, and two policies meet the same chances.
 *
 * @module
 */
import type { Meter } from '../Evidence.js'
import type { Network } from '../Policy.js'
import * as Random from '../Random.js'
import type { Act, Outcome, View } from '../Strategy.js'
import { assertAct } from './act.js'
import { blank, type Cohort, cohortOf, type Plan, type Tally } from './Plan.js'
import { assertRate } from './rules.js'

/** What came of a node's tasks in an epoch. */
export type Result = {
  tasks: number
  cheats: number
  noisy: number
  sampled: number
  sampledCheats: number
  disputes: number
  caught: number
  /** Convicted honest work: what came out wrong, and all of it. */
  caughtNoisy: number
  falseSlashes: number
  /** Proven frauds; once-per-batch, slashed batches. */
  convictions: number
  /** Results that clients keep, and wrong ones among them. */
  shipped: number
  wrong: number
  /** Taken from its stake. */
  slashed: number
  profit: number
}

/** Nothing came of anything. */
export function nothing(): Result {
  // One literal: an object that is put together from others is many times slower to add to.
  return {
    tasks: 0,
    cheats: 0,
    noisy: 0,
    sampled: 0,
    sampledCheats: 0,
    disputes: 0,
    caught: 0,
    caughtNoisy: 0,
    falseSlashes: 0,
    convictions: 0,
    shipped: 0,
    wrong: 0,
    slashed: 0,
    profit: 0,
  }
}

/** Everything that changes while a replication is played. One entry a node. */
export type World = Readonly<{
  plan: Plan
  nodes: number
  cohort: readonly Cohort[]
  tally: Tally
  /** What each node remembers, what the policy remembers of it, what it does, and what came of that. */
  memory: unknown[]
  record: unknown[]
  /** The evidence against each, where it takes evidence to convict. */
  meter: readonly Meter[] | null
  act: Act[]
  last: (Outcome | null)[]
  stake: Float64Array
  served: Float64Array
  convictions: Float64Array
  /** What identities before the present one have shipped. */
  shippedBefore: Float64Array
  wrongBefore: Float64Array
  /** Tasks of this epoch, and the share of them that will be wrong on average. */
  due: Float64Array
  wrong: Float64Array
  /** 1: it takes part. */
  active: Uint8Array
  source: Random.Source
  view: { -readonly [key in keyof View]: View[key] }
}>

const IDLE: Act = { cheat: 0 }

/** The nodes of a plan as they join. */
export function create(plan: Plan, replication: number): World {
  const cohort = [...cohortOf(plan.cohorts)].map((index) => plan.cohorts[index]!)
  const numbers = () => new Float64Array(cohort.length)
  const source = Random.source(plan.seed, replication)
  const world: World = {
    plan,
    nodes: cohort.length,
    cohort,
    tally: blank(plan),
    memory: cohort.map(({ player }) => player.start),
    record: cohort.map(() => plan.rules.start),
    meter: plan.rules.evidence === undefined ? null : cohort.map(plan.rules.evidence.meter),
    act: cohort.map(() => IDLE),
    last: cohort.map(() => null),
    stake: numbers(),
    served: numbers(),
    convictions: numbers(),
    shippedBefore: numbers(),
    wrongBefore: numbers(),
    due: numbers(),
    wrong: numbers(),
    active: new Uint8Array(cohort.length).fill(1),
    source,
    view: viewOf(plan, source),
  }
  for (let node = 0; node < world.nodes; node++) {
    source.key(node, JOINING)
    join(world, node)
  }
  return world
}

/** The stream of a node's first stake, those of later ones below it; those of an epoch are twice its number, and one more. */
const JOINING = 2 ** 32 - 1

function viewOf({ epochs, size, batches, parameters, rules }: Plan, { next }: Random.Source): World['view'] {
  const slash = rules.penalty.slash * rules.penalty.felt
  const fixed = { epochs, tasks: size * batches, slash, parameters, random: next }
  return { ...fixed, kinds: [], epoch: 0, served: 0, stake: 0, rate: 0, last: null }
}

/** The network before the first epoch. */
export function atFirst({ plan, nodes }: World): Network {
  return { epoch: 0, traffic: nodes * plan.size * plan.batches, wrong: 0 }
}

/** Sets the node's stream of chances, which is not that of its decisions. */
export function chances({ source }: World, node: number, epoch: number): void {
  source.key(node, 2 * epoch + 1)
}

/** Every node decides what to do; returns the network's tasks, and how many of them will be wrong on average. */
export function decide(world: World, network: Network): Readonly<{ tasks: number; wrong: number }> {
  let [tasks, wrong] = [0, 0]
  for (let node = 0; node < world.nodes; node++) {
    if (!takesPart(world, node, network.epoch)) continue
    const act = move(world, node, network)
    if (act !== world.act[node]) assertAct(act, world.cohort[node]!.strategy)
    world.act[node] = act
    world.due[node] = tasksOf(world.plan, act)
    world.wrong[node] = wrongShare(world, node)
    tasks += world.due[node]!
    wrong += world.due[node]! * world.wrong[node]!
  }
  return { tasks, wrong }
}

/** Is there anybody in the node's place? By churn a new node takes it, whether the one before is still there or was ejected. */
function takesPart(world: World, node: number, epoch: number): boolean {
  const { active, cohort, source } = world
  const { churn } = cohort[node]!
  if (churn === 0 && active[node] === 0) return false
  source.key(node, 2 * epoch)
  if (churn > 0 && source.next() < churn) {
    active[node] = 1
    join(world, node)
  }
  return active[node] === 1
}

function move(world: World, node: number, network: Network): Act {
  const { view, plan, cohort, memory, record } = world
  const { player, kinds } = cohort[node]!
  view.epoch = network.epoch
  view.kinds = kinds
  view.served = world.served[node]!
  view.stake = world.stake[node]!
  view.rate = assertRate(plan.rules.rate(record[node], network), plan.policy)
  view.last = world.last[node]!
  const next = player.next(memory[node], view)
  memory[node] = next.memory
  return next.act
}

/** Tasks that a node serves in an epoch. */
function tasksOf({ size, batches, rules }: Plan, act: Act): number {
  return size * batches * (rules.prevents.overcommitment ? 1 : (act.overcommits ?? 1))
}

/** The share of a node's results that is wrong on average. */
function wrongShare({ plan, cohort, act }: World, node: number): number {
  const { cheat, noise = 0 } = act[node]!
  if (typeof cheat === 'number') return cheat + (1 - cheat) * noise
  const { kinds } = cohort[node]!
  let wrong = 0
  for (let k = 0; k < kinds.length; k++) {
    const share = cheat[k] ?? 0
    wrong += (kinds[k]!.count / plan.size) * (share + (1 - share) * noise)
  }
  return wrong
}

/** A new identity in a node's place. */
function join(world: World, node: number): void {
  const { plan, cohort, tally } = world
  const { player, stake } = cohort[node]!
  world.memory[node] = player.start
  world.record[node] = plan.rules.start
  world.meter?.[node]?.restart()
  world.last[node] = null
  world.stake[node] = stake === null ? plan.rules.penalty.stake : stake(world.source.next)
  world.served[node] = 0
  world.convictions[node] = 0
  world.shippedBefore[node] = tally.shipped[node]!
  world.wrongBefore[node] = tally.wrong[node]!
  tally.identities[node]! += 1
}

/** Writes down what came of a node's tasks, and what follows from it. */
export function conclude(world: World, node: number, epoch: number, result: Result): void {
  const { plan, tally, record } = world
  count(world, node, result)
  world.stake[node]! -= result.slashed
  world.served[node]! += result.tasks
  world.convictions[node]! += result.convictions
  const { tasks, cheats, sampled, caught, falseSlashes, profit } = result
  const outcome = { tasks, cheats, sampled, caught, falseSlashes, profit }
  world.last[node] = outcome
  record[node] = plan.rules.learn(record[node], outcome)
  if (result.caught > 0 && tally.capturedAt[node] === 0) tally.capturedAt[node] = epoch + 1
  if (world.act[node]!.leaves === true) world.active[node] = 0
  if (isOut(world, node)) eject(world, node, epoch)
}

/** Convicted too often, or left with less than the next slash: its stake may be smaller than the policy's. */
function isOut({ plan, stake, convictions }: World, node: number): boolean {
  const { ejectedAt, slash } = plan.rules.penalty
  if (convictions[node]! === 0 || ejectedAt === Number.POSITIVE_INFINITY) return false
  return convictions[node]! >= ejectedAt || stake[node]! < slash * (1 - 1e-9)
}

function count({ tally, stake }: World, node: number, result: Result): void {
  tally.tasks[node]! += result.tasks
  tally.cheats[node]! += result.cheats
  tally.noisy[node]! += result.noisy
  tally.sampled[node]! += result.sampled
  tally.sampledCheats[node]! += result.sampledCheats
  tally.disputes[node]! += result.disputes
  tally.caught[node]! += result.caught
  tally.falseSlashes[node]! += result.falseSlashes
  tally.slashed[node]! += result.slashed
  tally.profit[node]! += result.profit
  tally.locked[node]! += stake[node]!
  tally.shipped[node]! += result.shipped
  tally.wrong[node]! += result.wrong
}

function eject(world: World, node: number, epoch: number): void {
  const { tally, cohort, plan } = world
  tally.ejectedAt[node] = epoch + 1
  if (plan.rules.penalty.voids) {
    tally.shipped[node] = world.shippedBefore[node]!
    tally.wrong[node] = world.wrongBefore[node]!
  }
  world.active[node] = 0
  if (cohort[node]!.player.rejoins !== true) return
  world.active[node] = 1
  world.source.key(node, JOINING - 1 - epoch)
  join(world, node)
  tally.profit[node]! -= plan.parameters.identity.entryCost
}
