/**
 * What to change so that a rule holds: for each number of the file by itself, the least change that is enough.
 *
 * @module
 */
import * as Detection from './Detection.js'
import { firstStake } from './Inverse.js'
import * as Minimum from './Minimum.js'
import * as Mix from './Mix.js'
import { InvalidParametersError, type Parameters, from as parse } from './Parameters.js'
import * as Range from './Range.js'
import { measure, type Rule, rules, tasksOf } from './Rules.js'
import { mostSlashes } from './Situation.js'

/** One change that repairs a rule, and breaks no other. */
export type Fix = Readonly<{
  /** What to change, e.g. `slash.amount`, or of the first kind of task `sampling.values[0].reward`. */
  path: string
  from: number | string | boolean
  to: number | string | boolean
  /** The rules that still fail afterwards; with none the file is safe. */
  leaves: readonly Rule[]
}>

type Value = Fix['from']

/** A number that may go up or down, or a word that may change. */
type Lever = Readonly<{ path: string; towards: 'more' | 'less' | string | boolean }>

const deterring: readonly Lever[] = [
  { path: 'sampling.rate', towards: 'more' },
  { path: 'sampling.count', towards: 'more' },
  { path: 'slash.amount', towards: 'more' },
  { path: 'slash.rule', towards: 'per-fraud' },
  { path: 'slash.forfeitBatchReward', towards: true },
  { path: 'slash.burnShare', towards: 'more' },
  { path: 'stake.amount', towards: 'more' },
  { path: 'stake.concurrentBatches', towards: 'less' },
  { path: 'batch.size', towards: 'less' },
  { path: 'task.reward', towards: 'more' },
  { path: 'sampling.verifiers', towards: 'more' },
  { path: 'verifiers.colluding', towards: 'less' },
  { path: 'comparator.power', towards: 'more' },
  { path: 'comparator.falsePositive', towards: 'less' },
  { path: 'arbitration.power', towards: 'more' },
  { path: 'arbitration.falsePositive', towards: 'less' },
  { path: 'beacon.draws', towards: 'less' },
  { path: 'beacon.withholdPenalty', towards: 'more' },
  { path: 'identity.verdictLag', towards: 'less' },
  { path: 'identity.discount', towards: 'more' },
  { path: 'identity.entryCost', towards: 'more' },
]

const levers: Readonly<Record<Rule, readonly Lever[]>> = {
  ev: deterring,
  ruin: deterring.filter(({ path }) => path !== 'identity.entryCost'),
  participation: [
    { path: 'task.reward', towards: 'more' },
    { path: 'task.honestCost', towards: 'less' },
    { path: 'slash.amount', towards: 'less' },
    { path: 'slash.forfeitBatchReward', towards: false },
    { path: 'stake.amount', towards: 'less' },
    { path: 'sampling.rate', towards: 'less' },
    { path: 'comparator.falsePositive', towards: 'less' },
    { path: 'arbitration.falsePositive', towards: 'less' },
    { path: 'capital.costPerStakePerTask', towards: 'less' },
  ],
  'false-slash': [
    { path: 'comparator.falsePositive', towards: 'less' },
    { path: 'arbitration.falsePositive', towards: 'less' },
    { path: 'verifiers.falseDissent', towards: 'less' },
    { path: 'verifiers.colluding', towards: 'less' },
    { path: 'sampling.verifiers', towards: 'less' },
    { path: 'sampling.count', towards: 'less' },
    { path: 'sampling.rate', towards: 'less' },
    { path: 'evidence.alpha', towards: 'less' },
  ],
  verifiers: [
    { path: 'verifiers.reward', towards: 'more' },
    { path: 'verifiers.cost', towards: 'less' },
    { path: 'verifiers.slash', towards: 'more' },
    { path: 'verifiers.canaryRate', towards: 'more' },
    { path: 'verifiers.canaryRate', towards: 'less' },
    { path: 'verifiers.blind', towards: true },
    { path: 'verifiers.bond', towards: 'less' },
    { path: 'comparator.falsePositive', towards: 'less' },
    { path: 'comparator.power', towards: 'more' },
  ],
}

const WHOLE = new Set([
  ...['sampling.count', 'sampling.verifiers', 'stake.concurrentBatches', 'batch.size', 'beacon.draws'],
])

/**
 * The least change of each single number (with up to four kinds of task each of theirs) that makes the rule hold, verified by measuring every rule again; a change that
 * breaks a rule that held is none. Numbers are rounded to six digits, away from where they were.
 */
export function remedies(rule: Rule, parameters: Parameters, failing: readonly Rule[]): Fix[] {
  return levers[rule]
    .flatMap((lever) => ofKinds(lever, parameters))
    .flatMap((lever) => {
      const now = read(parameters, lever.path)
      if (now === undefined || now === lever.towards) return []
      const holds = (value: Value) => isRepaired(rule, parameters, lever.path, value)
      const to = typeof now === 'number' ? nearest(rule, lever, now, parameters, holds) : lever.towards
      if (to === undefined || !holds(to)) return []
      const changed = put(parameters, lever.path, to)
      const leaves = changed === undefined ? rules : rules.filter((other) => !measure(other, changed).holds)
      return leaves.every((other) => failing.includes(other)) ? [{ path: lever.path, from: now, to, leaves }] : []
    })
}

/** Of a few kinds of task each has its own amounts: which of them to change is the file's choice. */
const KINDS = 4

function ofKinds(lever: Lever, { sampling }: Parameters): Lever[] {
  const [group = '', key = ''] = lever.path.split('.')
  if (group !== 'task' || sampling.mode !== 'byValue') return [lever]
  if (sampling.values.length > KINDS) return []
  return sampling.values.map((_, i) => ({ ...lever, path: `sampling.values[${i}].${key}` }))
}

function isRepaired(rule: Rule, parameters: Parameters, path: string, value: Value): boolean {
  const changed = put(parameters, path, value)
  return changed !== undefined && measure(rule, changed).holds
}

/** In growing steps, as a rule may hold in between only. */
const AWAY: Minimum.Scan = { steps: 14, ratio: 8, tolerance: 1e-9 }

/** The number nearest to `now` for which the rule holds. */
function nearest(
  rule: Rule,
  { path, towards }: Lever,
  now: number,
  parameters: Parameters,
  holds: (value: number) => boolean,
): number | undefined {
  const whole = WHOLE.has(path)
  const end = towards === 'more' ? highest(path, now, parameters) : whole ? 1 : 0
  if (towards === 'more' && isStepped(path, rule, parameters)) {
    const slashes = Math.max(mostSlashes(parameters), EACH)
    const amount = firstStake(holds, { slash: parameters.slash.amount, least: now, slashes, each: EACH })
    return amount === undefined ? undefined : rounder(amount, now, holds)
  }
  if (path === 'sampling.rate' && parameters.sampling.mode === 'fixed')
    return counted(parameters, towards === 'more', holds)
  const span = Math.abs(end - now)
  const at = (away: number) => (away >= span ? end : now + Math.sign(end - now) * away)
  const isEnough = (away: number) => holds(at(away))
  if (whole) {
    const away = Minimum.firstWhole(isEnough, span, EACH, Detection.from(parameters).falseAlarm > 0 ? STEP : 2)
    return away === undefined ? undefined : at(away)
  }
  const away = Minimum.first(isEnough, end === 0 ? now / 2 : span, AWAY)
  const value =
    away !== undefined ? at(away) : end === 0 ? small(now / 2, holds, CHANCE.test(path) ? 1e-30 : 1e-9) : undefined
  return value === undefined ? undefined : rounder(value, now, holds)
}

/** Of a fixed sample's rate only the whole number of tasks matters: the rate of the nearest number for which the rule holds. */
function counted(parameters: Parameters, more: boolean, holds: (value: number) => boolean): number | undefined {
  const { size } = parameters.batch
  const now = Math.round(Mix.rate(parameters) * size)
  const at = (away: number) => rateOf(more ? now + away : now - away, size)
  const away = Minimum.firstWhole((away) => holds(at(away)), more ? size - now : now, EACH, STEP)
  return away === undefined ? undefined : at(away)
}

/** A rate that takes `count` of `size` tasks, in the fewest digits. */
function rateOf(count: number, size: number): number {
  const digits = Array.from({ length: 15 }, (_, i) => 10 ** (i + 1))
  const found = digits.map((unit) => Math.floor((count / size) * unit) / unit)
  return found.find((rate) => Range.portion(rate, size) === count) ?? count / size
}

/** Probabilities, of which the smallest count over a long horizon; of an amount, 1e-9 is rounding. */
const CHANCE = /(falsePositive|falseDissent|colluding|[rR]ate|alpha)$/

/** Whole numbers that are tried one by one before they are doubled. */
const EACH = 32

/** With false convictions more may be too many: then they are not doubled, but tried a twentieth apart. */
const STEP = 1.05

/** The largest number below `now`, too large itself, where all small ones do: halved until one does, then bisected; 0 below `least` of it. */
function small(now: number, holds: (value: number) => boolean, least: number): number | undefined {
  if (!holds(0)) return undefined
  for (let value = now / 2; value > now * least; value /= 2) {
    const away = holds(value)
      ? Minimum.first((less) => holds(2 * value - less), value, { ...AWAY, steps: 0 })
      : undefined
    if (away !== undefined) return 2 * value - away
  }
  return 0
}

/** Must a stake be searched slash by slash? Where an ejection counts, for it comes with so many convictions. */
function isStepped(path: string, rule: Rule, { identity }: Parameters): boolean {
  return path === 'stake.amount' && (rule === 'ruin' || (rule === 'ev' && identity.discount > 0))
}

/** As round a number that does as is within a millionth, else one of a few more digits, away from `now`. */
function rounder(value: number, now: number, holds: (value: number) => boolean): number {
  const near = [1, 2, 3, 4, 5, 6].map((digits) => Number(value.toPrecision(digits)))
  const round = near.filter((one) => Math.abs(one - value) <= 1e-6 * Math.abs(value))
  return [...round, ...[6, 9, 12].map((digits) => outward(value, now, digits))].find(holds) ?? value
}

/** A number that is surely enough if any is. */
function highest(path: string, now: number, parameters: Parameters): number {
  const { task, slash, batch } = parameters
  if (path === 'sampling.count') return batch.size
  if (path === 'sampling.verifiers') return Math.min(parameters.verifiers.pool ?? 64, Math.max(64, now))
  if (now <= 1 && /rate$|power$|Share$|Rate$|discount$/.test(path)) return 1
  if (path === 'slash.amount' && slash.max !== null) return slash.max
  const money = task.reward + task.honestCost + task.cheatCost + Math.abs(task.externalGain) + slash.amount + now
  return Math.min(Range.largest, 1e6 * Math.max(money, 1) * tasksOf(parameters))
}

/** To so many digits, away from `now`. */
function outward(value: number, now: number, digits: number): number {
  const near = Number(Number(value.toPrecision(12)).toPrecision(digits))
  if (value === 0 || (value > now ? near >= value : near <= value)) return near
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) - digits + 1)
  return Number((near + (value > now ? unit : -unit)).toPrecision(digits))
}

function read(parameters: Parameters, path: string): Value | undefined {
  const found = keysOf(path).reduce<unknown>((node, key) => (node as Node | undefined)?.[key], parameters)
  return found as Value | undefined
}

/** The file with one value changed; undefined where that is no file. */
function put(parameters: Parameters, path: string, value: Value): Parameters | undefined {
  try {
    return parse(replaced(parameters, keysOf(path), value))
  } catch (error) {
    if (error instanceof InvalidParametersError) return undefined
    throw error
  }
}

type Node = Readonly<Record<string, unknown>>

/** `sampling.values[0].reward` is sampling, values, 0, reward. */
function keysOf(path: string): string[] {
  return path.split(/[.[\]]+/)
}

function replaced(node: unknown, [key, ...rest]: readonly string[], value: Value): unknown {
  if (key === undefined) return value
  const child = replaced((node as Node)[key], rest, value)
  return Array.isArray(node) ? node.with(Number(key), child) : { ...(node as Node), [key]: child }
}
