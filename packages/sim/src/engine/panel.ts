/**
 * The verifiers of the statistical engine: every sampled task gets its panel, drawn without replacement, and what each of them
 * says and earns is played.
 *
 * | of a verifier | gets |
 * | --- | --- |
 * | a verdict that stands | Rv |
 * | a dissent that is upheld | Rv and its share of the bounty, as far as what is left of the slash pays it |
 * | a dissent that is refused | loses its bond |
 * | an agreement with what is proven wrong | nothing, and exposed (e) loses Sv |
 * | an agreement with what is wrong and undisputed | Rv; exposed (e, or found by an audit) loses Sv instead |
 * | an agreement with a canary, or silence | loses Sv |
 *
 * A verifier meets g/(1-g) canaries for each task: a share g of what it sees. They change nothing for the executor.
 *
 * @module
 */
import type { Weigh } from '../Evidence.js'
import type { Random } from '../Random.js'
import type { Player, Verdict } from '../Verifier.js'
import type { Plan, VerifierColumn, VerifierTally } from './Plan.js'
import { ask, dealOf, priceOf, type Said, savedBy, type Task } from './verify.js'

/** What becomes of a sampled task. */
export type Judged = Readonly<{
  disputed: boolean
  /** Was it found wrong? */
  convicted: boolean
  /** And slashed: where it takes evidence to convict, not every time. */
  slashed: boolean
  /** Did anybody say anything? Without a verdict the reward goes back. */
  isVerified: boolean
  /** What its executor paid its panel. */
  bribes: number
}>

/** The verifiers of a replication. */
export type Panel = Readonly<{
  /** A node's epoch begins, with so much left of its stake. */
  begin: (stake: number) => void
  /** Its next batch begins. */
  open: () => void
  /** Its panel judges a sampled task; `kept`: its executor does not open it. */
  judge: (task: Task, reward: number, kept: boolean, weigh: Weigh | null) => Judged
  /** What all of it stands at, and back to that: an executor that chooses among draws makes others undone. */
  save: () => () => void
}>

/** Everything that changes while panels judge, and what they judge by. */
type Bench = {
  readonly plan: Plan
  readonly uniform: Random
  readonly tally: VerifierTally
  /** Of every verifier: its mind, and the name of its strategy. */
  readonly players: readonly Player[]
  readonly names: readonly string[]
  /** The panel of the task at hand, and what each of it said. */
  readonly seats: Int32Array
  readonly said: Said[]
  /** What is left of the executor's stake, and what of that its batch can lose. */
  left: number
  lock: number
  /** The executor's evidence, where it takes that to convict. */
  weigh: Weigh | null
  /** Was it slashed for the task at hand? */
  slashed: boolean
}

/** The panels of a plan, which write down what they do in the tally; null where no verifiers are played. */
export function create(plan: Plan, uniform: Random, tally: VerifierTally | undefined): Panel | null {
  if (plan.verifiers === null || tally === undefined) return null
  const { slash, sampling } = plan.parameters
  const bench: Bench = {
    ...{ plan, uniform, tally, left: 0, lock: 0, weigh: null, slashed: false },
    players: plan.verifiers.flatMap(({ player, count }) => new Array<Player>(count).fill(player)),
    names: plan.verifiers.flatMap(({ strategy, count }) => new Array<string>(count).fill(strategy)),
    seats: new Int32Array(sampling.verifiers),
    said: new Array<Said>(sampling.verifiers),
  }
  return {
    begin: (stake) => {
      bench.left = stake
    },
    open: () => {
      bench.lock = slash.rule === 'per-fraud' ? bench.left : Math.min(bench.left, plan.rules.penalty.slash)
    },
    judge: (task, reward, kept, weigh) => judge(bench, task, reward, kept, weigh),
    save: () => save(bench),
  }
}

function save(bench: Bench): () => void {
  const { left, lock, tally } = bench
  const kept = Object.entries(tally).map(([column, numbers]) => [column, numbers.slice()] as const)
  return () => {
    for (const [column, numbers] of kept) tally[column as VerifierColumn].set(numbers)
    Object.assign(bench, { left, lock })
  }
}

function judge(bench: Bench, task: Task, reward: number, kept: boolean, weigh: Weigh | null): Judged {
  const { parameters } = bench.plan
  const { canaryRate } = parameters.verifiers
  bench.weigh = weigh
  bench.slashed = false
  while (canaryRate > 0 && bench.uniform() < canaryRate) canary(bench, task.cheats)
  draw(bench)
  const isCheat = task.result === 'wrong' && !kept
  const bribes = hear(bench, task, isCheat ? premiumOf(bench, task, reward) : null)
  const [agrees, dissents] = [count(bench, 'match'), count(bench, 'mismatch')]
  const isVerified = agrees + dissents > 0
  const isWrong = task.result !== 'right'
  if (kept) return unopened(bench, isVerified)
  if (!isVerified) return { disputed: false, convicted: false, slashed: false, isVerified, bribes }
  if (dissents > 0) {
    const convicted = arbitrate(bench, isWrong, dissents)
    return { disputed: true, convicted, slashed: bench.slashed, isVerified, bribes }
  }
  const disputed = audit(bench, isWrong, task.power)
  const convicted = disputed && bench.uniform() < parameters.arbitration.power
  if (convicted) convict(bench, proves(bench, true))
  else proves(bench, false)
  return { disputed, convicted, slashed: bench.slashed, isVerified, bribes }
}

/** A task that is known to be wrong. */
function canary(bench: Bench, cheats: boolean): void {
  const { power } = bench.plan.parameters.comparator
  draw(bench)
  hear(bench, { result: 'canary', power, cheats }, null)
  for (let i = 0; i < bench.said.length; i++) {
    const { verdict } = bench.said[i]!
    if (verdict === 'mismatch') earn(bench, i, bench.plan.parameters.verifiers.reward)
    if (verdict === 'match') expose(bench, i)
  }
}

/** A panel: uniformly, without replacement. */
function draw({ seats, players, uniform }: Bench): void {
  for (let i = 0; i < seats.length; i++) {
    do seats[i] = Math.floor(uniform() * players.length)
    while (seats.indexOf(seats[i]!) < i)
  }
}

/** What a cheat pays each of its panel beyond the price; null: nothing is for sale. */
function premiumOf({ plan, players, seats }: Bench, { power }: Task, reward: number): number | null {
  const panel = Array.from(seats, (one) => players[one]!)
  return dealOf(plan.parameters, panel, savedBy(plan.parameters, reward, power))
}

/** Everybody of the panel is asked, those that wait at last. Returns what its executor pays them. */
function hear(bench: Bench, task: Task, premium: number | null): number {
  const { plan, players, seats, said, uniform, names } = bench
  const error = plan.parameters.comparator.errors === 'independent' ? uniform : once(uniform)
  const seen: Verdict[] = []
  let bribes = 0
  for (let pass = 0; pass < 2; pass++)
    for (let i = 0; i < seats.length; i++) {
      const [player, name] = [players[seats[i]!]!, names[seats[i]!]!]
      if ((player.waits === true) !== (pass === 1)) continue
      const bribed = premium !== null && player.isRing !== true
      const one = ask(plan.parameters, task, { name, player, seen, bribed, random: uniform, error })
      if (one.verdict !== null) seen.push(one.verdict)
      said[i] = one
      note(bench, i, task, one)
      if (bribed) bribes += pay(bench, i, priceOf(plan.parameters, player) + premium)
    }
  return bribes
}

/** The same chance, however often it is asked for. */
function once(uniform: Random): Random {
  let drawn = Number.NaN
  return () => {
    if (Number.isNaN(drawn)) drawn = uniform()
    return drawn
  }
}

/** What a verifier did, and what that cost it. */
function note(bench: Bench, seat: number, { result }: Task, { verdict, runs, cheapRuns }: Said): void {
  const { tally } = bench
  const { verifiers } = bench.plan.parameters
  const who = bench.seats[seat]!
  const cost = runs * verifiers.cost + cheapRuns * verifiers.cheapCost
  tally.tasks[who]! += 1
  tally.runs[who]! += runs
  tally.cheapRuns[who]! += cheapRuns
  tally.cost[who]! += cost
  tally.profit[who]! -= cost
  if (result === 'canary') tally.canaries[who]! += 1
  if (verdict === 'mismatch') (result === 'right' ? tally.falseDissents : tally.dissents)[who]! += 1
  if (verdict === 'match' && result !== 'right') tally.missed[who]! += 1
  if (verdict !== null) return
  tally.silent[who]! += 1
  lose(bench, seat, verifiers.slash)
}

function pay(bench: Bench, seat: number, bribe: number): number {
  bench.tally.bribes[bench.seats[seat]!]! += bribe
  earn(bench, seat, bribe)
  return bribe
}

function earn({ tally, seats }: Bench, seat: number, amount: number): void {
  tally.profit[seats[seat]!]! += amount
}

function lose(bench: Bench, seat: number, amount: number): void {
  bench.tally.slashed[bench.seats[seat]!]! += amount
  earn(bench, seat, -amount)
}

/** It passed what is wrong, and that comes to light. */
function expose(bench: Bench, seat: number): void {
  bench.tally.caught[bench.seats[seat]!]! += 1
  lose(bench, seat, bench.plan.parameters.verifiers.slash)
}

function count({ said }: Bench, verdict: Verdict): number {
  let sum = 0
  for (const one of said) if (one.verdict === verdict) sum++
  return sum
}

/** Does the outcome convict? Without evidence to weigh, every mismatch does. */
function proves({ weigh }: Bench, isMismatch: boolean): boolean {
  return weigh === null ? isMismatch : weigh(isMismatch)
}

/** Takes a slash, if there is proof; returns what of it can be given away. */
function convict(bench: Bench, isProof: boolean): number {
  if (!isProof) return 0
  const { rules, parameters } = bench.plan
  const taken = Math.min(rules.penalty.slash, bench.lock)
  bench.slashed = true
  bench.lock -= taken
  bench.left -= taken
  return taken * (1 - parameters.slash.burnShare)
}

/** A dissent goes to the arbiters. Do they uphold it? */
function arbitrate(bench: Bench, isWrong: boolean, dissents: number): boolean {
  const { verifiers, arbitration } = bench.plan.parameters
  const isUpheld = bench.uniform() < (isWrong ? arbitration.power : arbitration.falsePositive)
  const isProof = proves(bench, isUpheld)
  const bounty = isUpheld ? Math.min(convict(bench, isProof), verifiers.bounty) / dissents : 0
  for (let i = 0; i < bench.said.length; i++) {
    const { verdict } = bench.said[i]!
    if (verdict === 'mismatch' && isUpheld) earn(bench, i, verifiers.reward + bounty)
    else if (verdict === 'mismatch') lose(bench, i, verifiers.bond)
    else if (verdict === 'match' && !isUpheld) earn(bench, i, verifiers.reward)
    else if (verdict === 'match' && isWrong && bench.uniform() < verifiers.exposure) expose(bench, i)
  }
  return isUpheld
}

/** Nobody dissents: an audit may find what is wrong, or whoever passed it blindly is exposed otherwise. Does the audit? */
function audit(bench: Bench, isWrong: boolean, power: number): boolean {
  const { auditRate, exposure, reward } = bench.plan.parameters.verifiers
  const chance = auditRate * power
  const isFound = isWrong && bench.uniform() < chance
  const otherwise = chance < 1 ? Math.max(0, exposure - chance) / (1 - chance) : 0
  for (let i = 0; i < bench.said.length; i++) {
    const { verdict, isInformed } = bench.said[i]!
    if (verdict === null) continue
    if (isFound || (isWrong && !isInformed && bench.uniform() < otherwise)) expose(bench, i)
    else earn(bench, i, reward)
  }
  return isFound
}

/** What is kept back is as bad as a proven fraud, and whoever has done its work is paid. */
function unopened(bench: Bench, isVerified: boolean): Judged {
  const { rules, parameters } = bench.plan
  for (let i = 0; i < bench.said.length; i++)
    if (bench.said[i]!.verdict !== null) earn(bench, i, parameters.verifiers.reward)
  const convicted = rules.prevents.silence
  convict(bench, convicted)
  return { disputed: false, convicted, slashed: bench.slashed, isVerified: isVerified || convicted, bribes: 0 }
}
