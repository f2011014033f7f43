/**
 * One batch of the statistical engine: how many tasks are cheated, sampled, disputed and convicted.
 *
 * @module
 */
import type { Draws } from '../Draws.js'
import { type Meter, type Weigh, weigher } from '../Evidence.js'
import type { Checked } from '../Policy.js'
import type { Random } from '../Random.js'
import type { Act } from '../Strategy.js'
import type { Kind, Plan } from './Plan.js'
import type { Panel } from './panel.js'
import type { Result } from './verify.js'

/** Counts of a batch, and its money before any slash. */
export type Batch = {
  cheats: number
  noisy: number
  sampled: number
  sampledCheats: number
  disputes: number
  caught: number
  /** Convicted honest work: what came out wrong, and all of it. */
  caughtNoisy: number
  falseSlashes: number
  /** Results that were found wrong without enough evidence to convict: all of them, and those that are wrong. */
  spared: number
  sparedWrong: number
  /** Its rewards, what is left of them after the work, and those that convictions give back. */
  rewards: number
  earned: number
  refunded: number
  /** What cheats gain outside once their results are used, in `earned` too. */
  gained: number
}

/** How a batch is made and checked. */
export type Conditions = Readonly<{
  kinds: readonly Kind[]
  act: Act
  rate: number
  checked: Checked
  /** The node's evidence, where it takes that to convict. */
  meter: Meter | null
}>

/** A task that is checked. */
type Sampled = Readonly<{ kind: Kind; result: Exclude<Result, 'canary'> }>

/** A batch in which nothing happened. */
function empty(): Batch {
  return {
    cheats: 0,
    noisy: 0,
    sampled: 0,
    sampledCheats: 0,
    disputes: 0,
    caught: 0,
    caughtNoisy: 0,
    falseSlashes: 0,
    spared: 0,
    sparedWrong: 0,
    rewards: 0,
    earned: 0,
    refunded: 0,
    gained: 0,
  }
}

/** Draws batches of a plan; where verifiers are played, their panels judge what is sampled. */
export function drawer(
  plan: Plan,
  draws: Draws,
  uniform: Random,
  panel: Panel | null = null,
): (conditions: Conditions) => Batch {
  const { rules, cohorts } = plan
  const { redraws, silence } = rules.prevents
  const most = Math.max(...cohorts.map(({ kinds }) => kinds.length))
  const [cheats, noisy] = [new Float64Array(most), new Float64Array(most)]
  const sample: Sampled[] = []

  const work = ({ act, kinds }: Conditions): Batch => {
    const into = empty()
    for (let k = 0; k < kinds.length; k++) {
      const kind = kinds[k]!
      const share = typeof act.cheat === 'number' ? act.cheat : (act.cheat[k] ?? 0)
      const cheated = draws.binomial(kind.count, share, uniform)
      const wrong = act.noise === undefined ? 0 : draws.binomial(kind.count - cheated, act.noise, uniform)
      cheats[k] = cheated
      noisy[k] = wrong
      into.cheats += cheated
      into.noisy += wrong
      into.rewards += kind.count * kind.reward
      into.gained += cheated * kind.externalGain
      into.earned += earnings(kind, cheated, act.cost ?? kind.cheatCost)
    }
    return into
  }

  /** Marked ones among those of a kind, of which a fixed sample takes `fixed` out of `size`. */
  const among = (kind: Kind, marked: number, rate: number, size: number, fixed: number): number => {
    if (marked === 0 || rate === 0) return 0
    if (rules.sampled !== null) return draws.hypergeometric(size, marked, fixed, uniform)
    return draws.binomial(marked, Math.min(1, rate * kind.weight), uniform)
  }

  const check = (into: Batch, { kinds, act, rate, checked, meter }: Conditions): void => {
    const weigh = meter === null || rules.evidence === undefined ? null : weigher(rules.evidence, meter)
    let unopened = 0
    // A fixed sample is one of the batch: what is left of both goes to the kinds that follow.
    let [rest, open] = [plan.size, rules.sampled !== null && rate > 0 ? rules.sampled : 0]
    for (let k = 0; k < kinds.length; k++) {
      const kind = kinds[k]!
      const { count } = kind
      const fixed = draws.hypergeometric(rest, count, open, uniform)
      rest -= count
      open -= fixed
      const sampledCheats = among(kind, cheats[k]!, rate, count, fixed)
      const sampledNoisy = among(kind, noisy[k]!, rate, count - cheats[k]!, fixed - sampledCheats)
      const right = count - cheats[k]! - noisy[k]!
      const sampledRight = among(kind, right, rate, right, fixed - sampledCheats - sampledNoisy)
      into.sampled += sampledCheats + sampledNoisy + sampledRight
      if (panel !== null) {
        into.sampledCheats += sampledCheats
        collect(kind, { wrong: sampledCheats, noisy: sampledNoisy, right: sampledRight })
        continue
      }
      if (sampledCheats + sampledNoisy === 0 && checked.right.disputed === 0) continue
      const kept = act.withholds === true
      const disputedCheats = kept ? 0 : draws.binomial(sampledCheats, checked.wrong.disputed, uniform)
      const noticed = draws.binomial(disputedCheats, checked.wrong.convicted, uniform)
      const caught = kept && silence ? sampledCheats : noticed
      const disputedNoisy = draws.binomial(sampledNoisy, checked.wrong.disputed, uniform)
      const caughtNoisy = draws.binomial(disputedNoisy, checked.wrong.convicted, uniform)
      const disputedRight = draws.binomial(sampledRight, checked.right.disputed, uniform)
      const wronged = draws.binomial(disputedRight, checked.right.convicted, uniform)
      if (kept && silence) unopened += sampledCheats
      into.sampledCheats += sampledCheats
      into.disputes += disputedCheats + disputedNoisy + disputedRight
      into.caught += caught
      into.caughtNoisy += caughtNoisy
      into.falseSlashes += caughtNoisy + wronged
      into.refunded += (caught + caughtNoisy + wronged) * kind.reward
      if (rules.beforeUse) into.earned -= caught * kind.externalGain
    }
    if (panel !== null) hear(panel, into, act, weigh)
    else if (weigh !== null) weighAll(into, unopened, weigh)
  }

  const collect = (kind: Kind, counts: Readonly<Record<Sampled['result'], number>>): void => {
    for (const result of ['wrong', 'noisy', 'right'] as const)
      for (let i = counts[result]; i > 0; i--) sample.push({ kind, result })
  }

  /** The sampled tasks go to their panels, in any order: what is left of a stake goes to those who come first. */
  const hear = (panel: Panel, into: Batch, act: Act, weigh: Weigh | null): void => {
    const power = act.power ?? plan.parameters.comparator.power
    const isCheater = [act.cheat].flat().some((share) => share > 0)
    panel.open()
    for (let left = sample.length; left > 0; left--) {
      const place = Math.floor(uniform() * left)
      const { kind, result } = sample[place]!
      sample[place] = sample[left - 1]!
      const kept = result === 'wrong' && act.withholds === true
      const judged = panel.judge({ result, power, cheats: isCheater }, kind.reward, kept, weigh)
      into.earned -= judged.bribes
      if (judged.convicted || !judged.isVerified) into.refunded += kind.reward
      if (judged.disputed) into.disputes++
      if (!judged.convicted) continue
      if (rules.beforeUse && result === 'wrong') into.earned -= kind.externalGain
      if (!judged.slashed) {
        into.spared++
        if (result !== 'right') into.sparedWrong++
        continue
      }
      if (result === 'wrong') into.caught++
      else into.falseSlashes++
      if (result === 'noisy') into.caughtNoisy++
    }
    sample.length = 0
  }

  /** What was found wrong goes to the evidence, with what was not, in any order; what is kept back convicts without. */
  const weighAll = (into: Batch, unopened: number, weigh: Weigh): void => {
    const found = {
      wrong: into.caught - unopened,
      noisy: into.caughtNoisy,
      right: into.falseSlashes - into.caughtNoisy,
    }
    const slashed = { wrong: 0, noisy: 0, right: 0 }
    for (let left = into.sampled - unopened; left > 0; left--) {
      const place = uniform() * left
      const result = place < found.wrong ? 'wrong' : place < found.wrong + found.noisy ? 'noisy' : ('right' as const)
      const isMismatch = place < found.wrong + found.noisy + found.right
      if (isMismatch) found[result]--
      if (weigh(isMismatch)) slashed[result]++
    }
    into.spared = into.caught - unopened - slashed.wrong + into.falseSlashes - slashed.noisy - slashed.right
    into.sparedWrong = into.caught - unopened - slashed.wrong + into.caughtNoisy - slashed.noisy
    into.caught = unopened + slashed.wrong
    into.caughtNoisy = slashed.noisy
    into.falseSlashes = slashed.noisy + slashed.right
  }

  return (conditions) => {
    const { act, meter } = conditions
    const worked = work(conditions)
    // Decoys are tasks like the others: what is cheated on among them is drawn again.
    if (rules.decoys) work(conditions)
    const chosen = redraws ? 1 : Math.min(act.draws ?? 1, Math.max(1, plan.parameters.beacon.draws))
    if (chosen === 1) {
      check(worked, conditions)
      return worked
    }
    const save = () => [panel?.save(), meter?.save()]
    const before = save()
    let best: Readonly<{ batch: Batch; loss: number; after: typeof before }> | undefined
    for (let draw = 0; draw < chosen; draw++) {
      for (const back of before) back?.()
      const batch = { ...worked }
      check(batch, conditions)
      // Whoever takes another than the first has withheld that.
      if (draw > 0) batch.earned -= plan.parameters.beacon.withholdPenalty
      const loss = batch.rewards - batch.earned + lost(plan, batch)
      if (best === undefined || loss < best.loss) best = { batch, loss, after: save() }
    }
    for (const back of best!.after) back?.()
    return best!.batch
  }
}

/** What the convictions of a batch cost a node whose stake is whole. */
function lost({ rules: { penalty } }: Plan, { caught, falseSlashes, rewards, refunded }: Batch): number {
  const convicted = caught + falseSlashes
  const slashes = penalty.rule === 'per-fraud' ? convicted : Math.min(1, convicted)
  const forfeited = convicted > 0 && penalty.forfeits === 'batch' ? rewards : refunded
  return penalty.felt * Math.min(penalty.stake, slashes * penalty.slash) + forfeited
}

function earnings({ count, reward, honestCost, externalGain }: Kind, cheats: number, cost: number): number {
  return count * (reward - honestCost) + cheats * (honestCost - cost + externalGain)
}
