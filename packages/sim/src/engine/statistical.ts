/**
 * The statistical engine: what becomes of a node's batch is drawn from its exact distribution instead of being played task by
 * task. Verdicts come with the end of the epoch, so rates and membership are constant within one, and an epoch is where a node
 * is ejected; counts of independent tasks are binomial then, of a fixed sample hypergeometric.
 *
 * @module
 */
import * as Draws from '../Draws.js'
import type { Network } from '../Policy.js'
import { type Batch, drawer } from './batch.js'
import type { Plan, Tally } from './Plan.js'
import * as Panel from './panel.js'
import * as World from './world.js'

/** Plays one replication. The same plan and number give the same tally. */
export function replicate(plan: Plan, replication: number): Tally {
  const world = World.create(plan, replication)
  const { next } = world.source
  const panel = Panel.create(plan, next, world.tally.verifiers)
  const drawing = { draw: drawer(plan, Draws.create(), next, panel), panel }
  let network = World.atFirst(world)
  for (let epoch = 0; epoch < plan.epochs; epoch++) network = play(world, drawing, { ...network, epoch })
  return world.tally
}

/** Draws batches, and the panels that judge them. */
type Drawing = Readonly<{ draw: ReturnType<typeof drawer>; panel: Panel.Panel | null }>

function play(world: World.World, drawing: Drawing, network: Network): Network {
  const { active, due } = world
  const { tasks, wrong } = World.decide(world, network)
  for (let node = 0; node < world.nodes; node++) {
    if (active[node] === 0) continue
    const own = due[node]!
    const others = tasks > own ? (wrong - own * world.wrong[node]!) / (tasks - own) : 0
    World.conclude(world, node, network.epoch, serve(world, drawing, node, network, Math.min(1, Math.max(0, others))))
  }
  return { epoch: network.epoch + 1, traffic: tasks, wrong: tasks === 0 ? 0 : wrong / tasks }
}

/** Draws and settles the batches of a node. `wrong` is the share of wrong results among those of the others. */
function serve(
  world: World.World,
  { draw, panel }: Drawing,
  node: number,
  network: Network,
  wrong: number,
): World.Result {
  const { plan } = world
  const { rules, parameters, size } = plan
  const act = world.act[node]!
  World.chances(world, node, network.epoch)
  const rate = rules.rate(world.record[node], network)
  const checked = rules.checked(act.power ?? parameters.comparator.power, wrong)
  const { kinds } = world.cohort[node]!
  const result = World.nothing()
  panel?.begin(world.stake[node]!)
  const isVoid = act.equivocates === true && rules.prevents.silence
  for (let left = world.due[node]!; left > 0; left -= size) {
    const batch = draw({ act, rate: isVoid ? 0 : rate, checked, kinds, meter: world.meter?.[node] ?? null })
    add(plan, result, batch)
    if (isVoid) reject(plan, result, batch)
  }
  slash(world, node, result)
  return result
}

function add({ size, rules }: Plan, result: World.Result, batch: Batch): void {
  const convicted = batch.caught + batch.falseSlashes
  const isForfeit = convicted > 0 && rules.penalty.forfeits === 'batch'
  result.tasks += size
  result.cheats += batch.cheats
  result.noisy += batch.noisy
  result.sampled += batch.sampled
  result.sampledCheats += batch.sampledCheats
  result.disputes += batch.disputes
  result.caught += batch.caught
  result.caughtNoisy += batch.caughtNoisy
  result.falseSlashes += batch.falseSlashes
  result.convictions += rules.penalty.rule === 'per-fraud' ? convicted : Math.min(1, convicted)
  result.profit += batch.earned - (isForfeit ? batch.rewards : rules.decoys ? 0 : batch.refunded)
  // A majority always ships something: what it rejects it replaces, a right result by a wrong one.
  const isKept = rules.outvotes || rules.decoys
  result.shipped += isKept ? size : size - convicted - batch.spared
  result.wrong += batch.cheats + batch.noisy - (rules.decoys ? 0 : batch.caught + batch.caughtNoisy + batch.sparedWrong)
  if (rules.outvotes) result.wrong += batch.falseSlashes - batch.caughtNoisy
}

/** A batch of which there are two: nothing of it is sampled, or paid, and it is a fraud of its own. */
function reject({ size, rules }: Plan, result: World.Result, batch: Batch): void {
  result.profit -= batch.rewards + (rules.beforeUse ? batch.gained : 0)
  result.shipped -= size
  result.wrong -= batch.cheats + batch.noisy
  result.convictions++
}

/** A slash for each conviction, as far as the stake goes. Who has withdrawn it before the verdicts loses none. */
function slash({ plan, act, stake }: World.World, node: number, result: World.Result): void {
  const { penalty, prevents } = plan.rules
  if (act[node]!.leaves === true && !prevents.withdrawal) return
  result.slashed = Math.min(stake[node]!, result.convictions * penalty.slash)
  result.profit -= result.slashed * (result.cheats > 0 ? penalty.felt : 1)
}
