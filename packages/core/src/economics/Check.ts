/**
 * The checker: which rules a parameter file breaks, by which strategy, and what would repair it (economics.md, "Many tasks"
 * and "The parameter file").
 *
 * @module
 */
import * as Checking from './Checking.js'
import * as Detection from './Detection.js'
import * as Deterrence from './Deterrence.js'
import * as Evidence from './Evidence.js'
import * as Fee from './Fee.js'
import * as ManyTasks from './ManyTasks.js'
import * as Mix from './Mix.js'
import { type Parameters, from as parse } from './Parameters.js'
import * as Plans from './Plans.js'
import * as Records from './Records.js'
import { type Fix, remedies } from './Remedies.js'
import * as Ruin from './Ruin.js'
import { type Measure, measure, type Rule, rules, tasksOf } from './Rules.js'

export type { Name as Plan } from './Plans.js'
export type { Fix } from './Remedies.js'
export type { Measure, Rule } from './Rules.js'
export { measure } from './Rules.js'

/** A weakness of the file without which the strategy does not pay. */
export type Ingredient =
  | 'one slash for many cheats'
  | 'a stake that can’t pay every slash'
  | 'colluding verifiers'
  | 'a choice among beacon draws'
  | 'tasks of unequal value'
  | 'slashes that friends get back'
  | 'a noisy comparator'
  | 'late verdicts'
  | 'cheap new identities'

/** A strategy that breaks a rule. */
export type Exploit = Readonly<{
  /** What to do, in words. */
  strategy: string
  /** Over the horizon: the same in every round, only in the last, on a good record, or under many names. */
  plan: Plans.Name
  /** Tasks cheated each time, of `of`: those open at once, N·T, or where evidence decides those served; 0 for who stays away. */
  cheated: number
  of: number
  /** Who does it: an executor counts in tasks, a verifier in checks. */
  who: 'executor' | 'verifier'
  /** Beyond honest work, each time: an executor's per round of N·T tasks, a verifier's per check. */
  profit: number
  /** How often within the horizon. */
  times: number
  /** Beyond honest work, per task of the horizon in whole rounds, or per check. */
  profitPerTask: number
  /** The same over the horizon, whoever is ejected coming back: of an executor, or of all its tasks' verifiers. */
  profitOverHorizon: number
  /** P(ahead at the horizon): the ruin rule only. */
  probability: number | null
  /** What it needs; empty where it needs nothing but the rate and the slash. */
  needs: readonly Ingredient[]
}>

/** A rule, what it measured and, where it fails, how to exploit and how to repair it. */
export type Finding = Measure &
  Readonly<{
    rule: Rule
    /** The strategy that earns most; null where the rule holds or nobody gains. */
    exploit: Exploit | null
    /** The one of fewest cheats that breaks the rule; null where it is not another. */
    smallest: Exploit | null
    /** Why, in words. */
    why: string
    /** The least change to each single parameter that repairs it. Empty where none does. */
    fixes: readonly Fix[]
  }>

/** A weakness that fails no rule. */
export type Warning = Readonly<{
  kind: 'bribery' | 'cheap-model' | 'budget' | 'calibration' | 'reputation'
  message: string
}>

/** What the checker found. */
export type Report = Readonly<{
  /** Does every rule hold? */
  safe: boolean
  /** Every rule, in the order ev, ruin, participation, false-slash, verifiers. */
  findings: readonly Finding[]
  warnings: readonly Warning[]
}>

/** What to look at. */
export type Options = Readonly<{
  /** Default: every rule. */
  rules?: readonly Rule[] | undefined
  /** Look for fixes? They take most of the time. Default true. */
  fixes?: boolean | undefined
}>

/**
 * Checks a parameter file against every acceptance rule. Searched are all numbers of cheats among the open tasks, of every
 * kind of task, with stakes that many slashes share, colluders in the panel, draws to choose from, late verdicts and new
 * identities, all at once; what of these a strategy needs is found by taking each away. Each is searched for every plan: in
 * every round, in the last round only, on a record of honest work, and split over identities.
 *
 * @throws Parameters.InvalidParametersError naming every field that is wrong.
 * @example
 * ```ts
 * import { check, Parameters } from '@spotcheck/core/economics'
 *
 * check(Parameters.defaults).safe // true
 * const parameters = Parameters.from({
 *   task: { reward: 1, honestCost: 0.8 },
 *   sampling: { rate: 0.02 },
 *   slash: { rule: 'once-per-batch', amount: 40 },
 *   batch: { size: 1000 },
 *   accept: { margin: 0 },
 * })
 * const [ev] = check(parameters).findings
 * ev?.exploit?.strategy // 'cheat on all 1,000 tasks of a batch'
 * ev?.exploit?.profit // 760.00000...
 * ```
 */
export function check(given: Parameters, options: Options = {}): Report {
  const parameters = parse(given)
  const measured = (options.rules ?? rules).map((rule) => ({ rule, ...measure(rule, parameters) }))
  const failing = measured.flatMap(({ rule, holds }) => (holds ? [] : [rule]))
  const isFixed = options.fixes !== false && failing.length > 0
  // A fix may leave what fails anyway, asked about or not.
  const unfixed = isFixed ? rules.filter((rule) => failing.includes(rule) || !measure(rule, parameters).holds) : []
  const findings = measured.map((one) => ({
    ...one,
    ...(one.holds ? { exploit: null, smallest: null } : exploits(one.rule, parameters)),
    why: one.holds ? '' : why(one, parameters),
    fixes: one.holds || !isFixed ? [] : remedies(one.rule, parameters, unfixed),
  }))
  return { safe: failing.length === 0, findings, warnings: warnings(parameters) }
}

type Exploits = Pick<Finding, 'exploit' | 'smallest'>

function exploits(rule: Rule, parameters: Parameters): Exploits {
  if (rule === 'ev') return deterrence(parameters)
  if (rule === 'ruin') return { exploit: gamble(parameters), smallest: null }
  if (rule === 'false-slash') return { exploit: null, smallest: null }
  if (rule === 'participation') {
    const spared = -ManyTasks.honestProfit(parameters)
    return { exploit: toExploit(parameters, { strategy: 'stay away', cheated: 0, profit: spared }), smallest: null }
  }
  return { exploit: ofVerifier(parameters), smallest: null }
}

function ofVerifier(parameters: Parameters): Exploit {
  const { profit, advantage } = Checking.from(parameters)
  const isLazy = advantage !== null && advantage < profit
  const spared = isLazy ? -advantage : -profit
  const checks =
    parameters.horizon * Mix.sampled(Mix.from(parameters), Mix.rate(parameters)) * parameters.sampling.verifiers
  return {
    ...toExploit(parameters, { strategy: isLazy ? 'agree without checking' : 'stay away', cheated: 0, profit: spared }),
    who: 'verifier',
    times: checks,
    profitPerTask: spared,
    profitOverHorizon: spared * checks,
  }
}

/** The way that earns most over the horizon, of all plans that are not deterred, and the one of fewest cheats. */
function deterrence(parameters: Parameters): Exploits {
  const failing = Plans.from(parameters).filter(({ holds }) => !holds)
  const tops = failing.map(({ name, best, worst }) => ({ name, way: best.profit > 0 ? best : worst }))
  const fewest = failing.flatMap(({ name, smallest }) => (smallest === null ? [] : [{ name, way: smallest }]))
  const top = tops.reduce((a, b) => (overHorizon(b.way) > overHorizon(a.way) ? b : a))
  const least = fewest.reduce((a, b) => (b.way.cheated < a.way.cheated ? b : a))
  const isSame = least.name === top.name && least.way.cheated === top.way.cheated
  return { exploit: planned(top, parameters), smallest: isSame ? null : planned(least, parameters) }
}

type Planned = Readonly<{ name: Plans.Name; way: Plans.Way }>

function overHorizon({ profit, times }: Plans.Way): number {
  return profit * times
}

function planned({ name, way }: Planned, parameters: Parameters): Exploit {
  const { cheated, of, profit, times } = way
  const strategy = words(name, way, parameters)
  return {
    ...toExploit(parameters, { strategy, cheated, profit, plan: name, times }),
    of,
    needs: ingredients('ev', parameters, name),
  }
}

function gamble(parameters: Parameters): Exploit {
  const situation = ManyTasks.from(parameters)
  const all = situation.kinds.map(({ gain, count }) => (gain > 0 ? count : 0))
  const cheated = all.reduce((sum, count) => sum + count, 0)
  const profit = ManyTasks.profit(situation, all)
  const strategy = 'cheat on every task until ejected, and hope to be ahead'
  const { probability } = Ruin.from(parameters)
  return {
    ...toExploit(parameters, { strategy, cheated, profit }),
    probability,
    needs: ingredients('ruin', parameters),
  }
}

function toExploit(
  parameters: Parameters,
  { plan = 'steady', times, ...way }: Pick<Exploit, 'strategy' | 'cheated' | 'profit'> & Partial<Exploit>,
): Exploit {
  const of = tasksOf(parameters)
  const rounds = Math.ceil(parameters.horizon / of)
  const often = times ?? rounds
  const profitOverHorizon = way.profit * often
  const profits = { times: often, profitPerTask: profitOverHorizon / (rounds * of), profitOverHorizon }
  return { ...way, ...profits, plan, who: 'executor', of, probability: null, needs: [] }
}

/** A strategy in words. */
function words(name: Plans.Name, way: Plans.Way, parameters: Parameters): string {
  const { cheated, of, honest, identities } = way
  if (name === 'milking' && honest === 0)
    return `cheat on every task until the evidence convicts, about ${show(cheated)} tasks`
  if (name === 'milking')
    return `work honestly on ${show(honest)} tasks, then cheat on every task until the evidence convicts, about ${show(cheated)} tasks`
  if (name === 'splitting' && way.byKind.length === 0)
    return `cheat on every task under one identity after the other, each dropped after about ${show(of)} tasks, before it can be convicted`
  const cheats = ofRound(way, parameters)
  if (name === 'timing' && identities === 1) return `work honestly until the last round, then ${cheats}`
  if (name === 'steady') return cheats
  const apart = `open each batch under an identity of its own (${show(identities)})`
  return name === 'timing' ? `${apart}, work honestly until the last round, then ${cheats}` : `${apart}, and ${cheats}`
}

/** The cheats of a round in words. */
function ofRound({ cheated, of, byKind, spread }: Plans.Way, parameters: Parameters): string {
  const where = of === 1 ? '' : parameters.stake.concurrentBatches === 1 ? ' of a batch' : ' open at once'
  if (byKind.length > 1 && cheated < of) {
    const kinds = byKind.flatMap((count, i) => (count > 0 ? [`${show(count)} of kind ${i + 1}`] : []))
    return `cheat on ${kinds.join(' and ')}, of ${show(of)} tasks${where}`
  }
  if (of === 1) return 'cheat on a task'
  return cheated === of
    ? `cheat on all ${show(of)} tasks${where}`
    : `cheat on ${show(cheated)} of ${show(of)} tasks${where}${spread ? ', spread evenly over the batches' : ''}`
}

type Removal = Readonly<{ ingredient: Ingredient; without: (parameters: Parameters) => object | undefined }>

/** Each weakness, and the file without it; undefined where the file does not have it. */
const removals: readonly Removal[] = [
  {
    ingredient: 'one slash for many cheats',
    without: ({ slash, stake: { amount: _, ...stake } }) =>
      slash.rule === 'once-per-batch' ? { slash: { ...slash, rule: 'per-fraud' }, stake } : undefined,
  },
  {
    ingredient: 'a stake that can’t pay every slash',
    without: ({ stake: { amount, ...stake } }) => (amount === undefined ? undefined : { stake }),
  },
  {
    ingredient: 'colluding verifiers',
    without: ({ verifiers }) => (verifiers.colluding > 0 ? { verifiers: { ...verifiers, colluding: 0 } } : undefined),
  },
  {
    ingredient: 'a choice among beacon draws',
    without: ({ beacon }) => (beacon.draws > 1 ? { beacon: { ...beacon, draws: 1 } } : undefined),
  },
  {
    ingredient: 'tasks of unequal value',
    without: ({ sampling }) => {
      if (sampling.mode !== 'byValue' || sampling.values.length === 1) return undefined
      const { rate, verifiers } = sampling
      return { sampling: { mode: 'bernoulli', rate, verifiers } }
    },
  },
  {
    ingredient: 'slashes that friends get back',
    without: ({ slash }) => (slash.burnShare < 1 ? { slash: { ...slash, burnShare: 1 } } : undefined),
  },
  {
    ingredient: 'a noisy comparator',
    without: ({ comparator }) =>
      comparator.power < 1 || comparator.falsePositive > 0
        ? { comparator: { ...comparator, power: 1, falsePositive: 0 } }
        : undefined,
  },
  {
    ingredient: 'late verdicts',
    without: ({ identity }) => (identity.verdictLag > 0 ? { identity: { ...identity, verdictLag: 0 } } : undefined),
  },
  {
    ingredient: 'cheap new identities',
    without: (parameters) => {
      const { identity } = parameters
      const matters = identity.discount > 0 || Records.decide(parameters)
      return matters ? { identity: { ...identity, entryCost: 1e100 } } : undefined
    },
  },
]

/**
 * The weaknesses each of which, taken away, makes the rule (of the EV rule: this plan) hold; all there are, if no single one
 * does but all together do.
 */
function ingredients(rule: Rule, parameters: Parameters, plan?: Plans.Name): Ingredient[] {
  const present = removals.filter(({ without }) => without(parameters) !== undefined)
  const holds = (removed: readonly Removal[]) => {
    let file = parameters
    for (const { without } of removed) file = { ...file, ...without(file) }
    return plan === undefined ? measure(rule, parse(file)).holds : isDeterred(plan, parse(file))
  }
  const each = present.filter((removal) => holds([removal]))
  const needed = each.length > 0 ? each : present.length > 1 && holds(present) ? present : []
  return needed.map(({ ingredient }) => ingredient)
}

function isDeterred(plan: Plans.Name, parameters: Parameters): boolean {
  return Plans.from(parameters).every(({ name, holds }) => name !== plan || holds)
}

function why({ rule, value, limit }: Measure & Readonly<{ rule: Rule }>, parameters: Parameters): string {
  if (rule === 'ruin')
    return `who cheats on everything is ahead with probability ${show(value)}, and ${show(limit)} is allowed`
  if (rule === 'participation')
    return `honest work earns ${show(value)} per task, false convictions and the cost of its stake included`
  if (rule === 'false-slash')
    return `an honest executor is slashed within ${show(parameters.horizon)} tasks with probability ${show(value)}, and ${show(limit)} is allowed`
  if (rule === 'verifiers') return `a verifier earns ${show(value)} by checking honestly, compared with not doing it`
  return reasonOfExploit(parameters, value, limit)
}

function reasonOfExploit(parameters: Parameters, value: number, limit: number): string {
  const { accept, slash } = parameters
  const odds = Detection.from(parameters)
  const plan = Plans.from(parameters).find(({ holds }) => !holds)
  if (Deterrence.signal(odds) <= 0)
    return `a right result is convicted as often as a wrong one (${show(odds.falseAlarm)} and ${show(odds.detection)}): no slash deters`
  if (plan !== undefined && plan.name !== 'steady') return reasonOfPlan(plan, parameters)
  if (ingredients('ev', parameters, 'steady').includes('one slash for many cheats'))
    return reasonOfShared(parameters, odds.detection)
  if (value <= 0)
    return `cheating loses ${show(-value)}, but with a margin of ${show(accept.margin)} it must lose ${show(-limit)}`
  const [kind] = Mix.from(parameters)
  const risk = Mix.rate(parameters) * Deterrence.signal(odds)
  return `a cheat gains ${show(kind?.gain ?? 0)} and is convicted ${show(100 * risk)} % more often than honest work, which is worth too little at a slash of ${show(slash.amount)}`
}

function reasonOfShared(parameters: Parameters, detection: number): string {
  const { slash, batch } = parameters
  const caught = -Math.expm1(batch.size * Math.log1p(-Mix.rate(parameters) * detection))
  return `one slash of ${show(slash.amount)} is shared by ${show(batch.size)} cheats; sampling catches the batch with probability ${show(caught)}, but only once`
}

/** Why a plan pays that is no cheat in every round. */
function reasonOfPlan({ name, worst }: Plans.Plan, { identity, stake, accept }: Parameters): string {
  if (name === 'timing') return 'only the future deters, and who is about to leave has none to lose'
  const evidence = `slashing for every conviction would slash more honest executors than the ${show(accept.falseSlash)} allowed, so that evidence decides`
  if (name === 'milking') return `${evidence}, and what a cheater gains before it convicts is worth the slash`
  if (worst.byKind.length === 0)
    return `${evidence}, and a fresh identity, at ${show(identity.entryCost)}, costs less than one gains before it can be convicted`
  return `${show(stake.concurrentBatches)} batches share one stake: an identity for each risks only its own part`
}

function warnings(parameters: Parameters): Warning[] {
  const { verifiers, comparator, evidence } = parameters
  const { bribe, minAuditRate } = Checking.from(parameters)
  const surplus = Fee.surplus(parameters)
  const short = surplus.feasible ? (surplus.value ?? 0) : 0
  const audited = minAuditRate.feasible && verifiers.auditRate >= minAuditRate.value
  const patience = gainOnEvidence(parameters)
  const found: [boolean, Warning['kind'], string][] = [
    [
      bribe > 0,
      'bribery',
      `an executor about to be caught can offer its verifiers ${show(bribe)} more than they lose by looking away: the share of colluders is not given but bought`,
    ],
    [
      !audited,
      'cheap-model',
      `executor and verifiers may all run the cheap model and agree: audits of agreeing results must reach ${minAuditRate.feasible ? show(minAuditRate.value) : 'more than 1'} (verifiers.auditRate is ${show(verifiers.auditRate)})`,
    ],
    [
      !surplus.feasible || short < 0,
      'budget',
      surplus.feasible ? `the fee is ${show(-short)} per task short of what the protocol pays out` : surplus.reason,
    ],
    [
      comparator.power < 1 || comparator.falsePositive > 0,
      'calibration',
      `comparator.power and falsePositive are taken as exact: use the ends of their calibration’s interval, the lower and the upper one`,
    ],
    [
      comparator.falsePositive > 0 && !evidence.restart,
      'reputation',
      'evidence does not start anew (evidence.restart): honest history is banked and can be spent on cheating',
    ],
    [
      patience > lossOnConviction(parameters),
      'reputation',
      `on evidence alone, an executor that cheats seldom enough gains ${show(patience)} before it is convicted, and then loses ${show(lossOnConviction(parameters))}`,
    ],
  ]
  return found.flatMap(([holds, kind, message]) => (holds ? [{ kind, message }] : []))
}

/** What an executor can gain, at most, before a wager on its mismatches convicts it; 0 where a mismatch is proof. */
function gainOnEvidence(parameters: Parameters): number {
  const { comparator, evidence, horizon } = parameters
  const { power, falsePositive } = comparator
  const [gain, rate] = [Math.max(...Mix.from(parameters).map((kind) => kind.gain)), Mix.rate(parameters)]
  if (falsePositive === 0 || power <= falsePositive || power === 1 || evidence.alpha === 1) return 0
  if (gain <= 0 || rate === 0) return 0
  return Evidence.gainBeforeConviction({ alpha: evidence.alpha, power, falsePositive }, { gain, rate, horizon }).value
}

/** S_net + V. */
function lossOnConviction(parameters: Parameters): number {
  const { slash, felt, future } = ManyTasks.from(parameters)
  return slash * felt + future
}

function show(value: number): string {
  const [whole = '', decimals] = String(Number(value.toPrecision(6))).split('.')
  const grouped = whole.includes('e') ? whole : whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return decimals === undefined ? grouped : `${grouped}.${decimals}`
}
