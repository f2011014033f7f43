/**
 * The checker: which rules a parameter file breaks, by which strategy, and what would repair it (economics.md, "Many tasks"
 * and "The parameter file").
 *
 * @module
 */
import * as BestResponse from './BestResponse.js'
import * as Checking from './Checking.js'
import * as Detection from './Detection.js'
import * as Deterrence from './Deterrence.js'
import * as Evidence from './Evidence.js'
import * as Fee from './Fee.js'
import * as ManyTasks from './ManyTasks.js'
import * as Mix from './Mix.js'
import { type Parameters, from as parse } from './Parameters.js'
import { type Fix, remedies } from './Remedies.js'
import * as Ruin from './Ruin.js'
import { type Measure, measure, type Rule, rules, tasksOf } from './Rules.js'

export type { Fix } from './Remedies.js'
export type { Measure, Rule } from './Rules.js'

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
  /** Tasks cheated of those open at once, N·T; 0 for who stays away. */
  cheated: number
  of: number
  /** Who does it: an executor counts in tasks, a verifier in checks. */
  who: 'executor' | 'verifier'
  /** Beyond honest work: an executor's per round of N·T tasks, a verifier's per check. */
  profit: number
  /** The same per task, or per check. */
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
  kind: 'bribery' | 'cheap-model' | 'budget' | 'calibration' | 'exit' | 'reputation'
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
 * identities, all at once; what of these a strategy needs is found by taking each away.
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
  const findings = measured.map((one) => ({
    ...one,
    ...(one.holds ? { exploit: null, smallest: null } : exploits(one.rule, parameters)),
    why: one.holds ? '' : why(one, parameters),
    fixes: one.holds || options.fixes === false ? [] : remedies(one.rule, parameters, failing),
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
    profitPerTask: spared,
    profitOverHorizon: spared * checks,
  }
}

function deterrence(parameters: Parameters): Exploits {
  const { best, worst, smallest } = BestResponse.from(parameters)
  const needs = ingredients('ev', parameters)
  const name = (way: BestResponse.Strategy) => {
    return { ...toExploit(parameters, { ...way, strategy: words(way, parameters) }), needs }
  }
  const top = best.profit > 0 ? best : worst
  return { exploit: name(top), smallest: smallest === null || smallest.cheated === top.cheated ? null : name(smallest) }
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
  { strategy, cheated, profit }: Pick<Exploit, 'strategy' | 'cheated' | 'profit'>,
): Exploit {
  const of = tasksOf(parameters)
  const rounds = Math.ceil(parameters.horizon / of)
  const profits = { profit, profitPerTask: profit / of, profitOverHorizon: profit * rounds }
  return { strategy, who: 'executor', cheated, of, ...profits, probability: null, needs: [] }
}

/** A strategy in words. */
function words({ cheated, of, byKind }: BestResponse.Strategy, parameters: Parameters): string {
  const where = of === 1 ? '' : parameters.stake.concurrentBatches === 1 ? ' of a batch' : ' open at once'
  if (byKind.length > 1 && cheated < of) {
    const kinds = byKind.flatMap((count, i) => (count > 0 ? [`${show(count)} of kind ${i + 1}`] : []))
    return `cheat on ${kinds.join(' and ')}, of ${show(of)} tasks${where}`
  }
  if (of === 1) return 'cheat on a task'
  return cheated === of
    ? `cheat on all ${show(of)} tasks${where}`
    : `cheat on ${show(cheated)} of ${show(of)} tasks${where}`
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
    without: ({ identity }) => (identity.discount > 0 ? { identity: { ...identity, entryCost: 1e100 } } : undefined),
  },
]

/** The weaknesses each of which, taken away, makes the rule hold; all there are, if no single one does but all together do. */
function ingredients(rule: Rule, parameters: Parameters): Ingredient[] {
  const present = removals.filter(({ without }) => without(parameters) !== undefined)
  const holds = (removed: readonly Removal[]) => {
    let file = parameters
    for (const { without } of removed) file = { ...file, ...without(file) }
    return measure(rule, parse(file)).holds
  }
  const each = present.filter((removal) => holds([removal]))
  const needed = each.length > 0 ? each : present.length > 1 && holds(present) ? present : []
  return needed.map(({ ingredient }) => ingredient)
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
  const { slash, batch, accept } = parameters
  const odds = Detection.from(parameters)
  if (Deterrence.signal(odds) <= 0)
    return `a right result is convicted as often as a wrong one (${show(odds.falseAlarm)} and ${show(odds.detection)}): no slash deters`
  if (ingredients('ev', parameters).includes('one slash for many cheats')) {
    const caught = -Math.expm1(batch.size * Math.log1p(-Mix.rate(parameters) * odds.detection))
    return `one slash of ${show(slash.amount)} is shared by ${show(batch.size)} cheats; sampling catches the batch with probability ${show(caught)}, but only once`
  }
  if (value <= 0)
    return `cheating loses ${show(-value)}, but with a margin of ${show(accept.margin)} it must lose ${show(-limit)}`
  const [kind] = Mix.from(parameters)
  const risk = Mix.rate(parameters) * Deterrence.signal(odds)
  return `a cheat gains ${show(kind?.gain ?? 0)} and is convicted ${show(100 * risk)} % more often than honest work, which is worth too little at a slash of ${show(slash.amount)}`
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
    [
      onlyTheFutureDeters(parameters),
      'exit',
      'only the future that it would lose deters: an executor about to leave, or with a spare identity, cheats',
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

/** Does the EV rule hold by what an ejected executor loses, and not without? */
function onlyTheFutureDeters(parameters: Parameters): boolean {
  const situation = ManyTasks.from(parameters)
  if (situation.future === 0) return false
  const { margin } = parameters.accept
  return BestResponse.search(situation, margin).holds && !BestResponse.search({ ...situation, future: 0 }, margin).holds
}

function show(value: number): string {
  const [whole = '', decimals] = String(Number(value.toPrecision(6))).split('.')
  const grouped = whole.includes('e') ? whole : whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return decimals === undefined ? grouped : `${grouped}.${decimals}`
}
