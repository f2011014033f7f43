/**
 * The rules of the parameter file, field by field.
 *
 * @module
 */
import * as z from 'zod'
import { defaults, type Parameters, type Sampling } from './File.js'
import { largest } from './Range.js'

/** A number between two bounds; the rule in words is the message of every issue that zod raises about it. */
const number = (rule: string, min: number, max: number) => z.number(rule).min(min, rule).max(max, rule)
const probability = number('a probability from 0 to 1', 0, 1)
const positiveProbability = probability.gt(0, 'a probability above 0, up to 1')
const amount = number('a finite amount >= 0 (at most 1e100)', 0, largest)
const signedAmount = number('a finite amount (at most 1e100 either way)', -largest, largest)
const positiveAmount = amount.gt(0, 'a finite amount above 0 (at most 1e100)')
const flag = z.boolean('true or false')
const count = (max: number = Number.MAX_SAFE_INTEGER) => {
  const rule = max === Number.MAX_SAFE_INTEGER ? 'a whole number >= 1' : `a whole number from 1 to ${max}`
  return z.int(rule).min(1, rule).max(max, rule)
}
const oneOf = <const word extends string>(...words: [word, ...word[]]) => {
  return z.enum(words, words.map((word) => JSON.stringify(word)).join(' or '))
}

/** A part of the file: an object whose keys are these and no others. */
const part = <shape extends z.ZodRawShape>(
  shape: shape,
  rule = `an object with keys among ${Object.keys(shape).join(', ')}`,
) => {
  return z.strictObject(shape, rule)
}

const task = part({
  reward: amount.default(defaults.task.reward),
  honestCost: amount.default(defaults.task.honestCost),
  cheatCost: amount.default(defaults.task.cheatCost),
  externalGain: signedAmount.default(defaults.task.externalGain),
  fee: amount.nullable().default(defaults.task.fee),
})

const valuedTask = part({
  value: positiveAmount,
  count: count().default(1),
  reward: amount.optional(),
  honestCost: amount.optional(),
  cheatCost: amount.optional(),
  externalGain: signedAmount.optional(),
})

const panel = count(1_000_000).default(defaults.sampling.verifiers)
const modes = {
  bernoulli: part({ mode: z.literal('bernoulli'), rate: probability.default(0.1), verifiers: panel }),
  fixed: part({
    mode: z.literal('fixed'),
    rate: probability.optional(),
    count: count().optional(),
    verifiers: panel,
  }),
  byValue: part({
    mode: z.literal('byValue'),
    rate: probability.default(0.1),
    values: z.array(valuedTask, 'a list of tasks').min(1, 'a list of at least one kind of task'),
    verifiers: panel,
  }),
}
const sampling = z.preprocess(
  (value) => (isRecord(value) && value.mode === undefined ? { ...value, mode: 'bernoulli' } : value),
  z.discriminatedUnion('mode', [modes.bernoulli, modes.fixed, modes.byValue], {
    error: ({ code }) => (code === 'invalid_union' ? '"bernoulli" or "fixed" or "byValue"' : 'an object with a rate'),
  }),
)

const slash = part({
  rule: oneOf('per-fraud', 'once-per-batch').default(defaults.slash.rule),
  amount: amount.default(defaults.slash.amount),
  max: amount.nullable().default(defaults.slash.max),
  forfeitBatchReward: flag.default(defaults.slash.forfeitBatchReward),
  burnShare: probability.default(defaults.slash.burnShare),
})

const verifiers = part({
  pool: count().nullable().default(defaults.verifiers.pool),
  colluding: probability.default(defaults.verifiers.colluding),
  falseDissent: probability.default(defaults.verifiers.falseDissent),
  cost: amount.default(defaults.verifiers.cost),
  cheapCost: amount.default(defaults.verifiers.cheapCost),
  reward: amount.default(defaults.verifiers.reward),
  slash: amount.default(defaults.verifiers.slash),
  bond: amount.default(defaults.verifiers.bond),
  bounty: amount.default(defaults.verifiers.bounty),
  canaryRate: probability.default(defaults.verifiers.canaryRate),
  canaryCost: amount.default(defaults.verifiers.canaryCost),
  exposure: probability.default(defaults.verifiers.exposure),
  blind: flag.default(defaults.verifiers.blind),
  auditRate: probability.default(defaults.verifiers.auditRate),
  escalation: probability.default(defaults.verifiers.escalation),
})

const optional = {
  comparator: part({
    power: probability.default(defaults.comparator.power),
    falsePositive: probability.default(defaults.comparator.falsePositive),
    errors: oneOf('independent', 'common').default(defaults.comparator.errors),
  }),
  arbitration: part({
    power: probability.default(defaults.arbitration.power),
    falsePositive: probability.default(defaults.arbitration.falsePositive),
    cost: amount.default(defaults.arbitration.cost),
  }),
  stake: part({ amount: amount.optional(), concurrentBatches: count().default(defaults.stake.concurrentBatches) }),
  batch: part({ size: count().default(defaults.batch.size) }),
  beacon: part({
    draws: count().default(defaults.beacon.draws),
    withholdPenalty: amount.default(defaults.beacon.withholdPenalty),
  }),
  identity: part({
    entryCost: amount.default(defaults.identity.entryCost),
    discount: probability.default(defaults.identity.discount),
    tasksPerPeriod: positiveAmount.default(defaults.identity.tasksPerPeriod),
    falseEjection: probability.default(defaults.identity.falseEjection),
    verdictLag: amount.default(defaults.identity.verdictLag),
  }),
  capital: part({ costPerStakePerTask: amount.default(defaults.capital.costPerStakePerTask) }),
  evidence: part({
    alpha: positiveProbability.default(defaults.evidence.alpha),
    cheatRates: z
      .array(positiveProbability, 'a list of probabilities')
      .min(1, 'a list of at least one probability')
      .default([...defaults.evidence.cheatRates]),
    restart: flag.default(defaults.evidence.restart),
  }),
  accept: part({
    margin: amount.default(defaults.accept.margin),
    ruinProbability: probability.default(defaults.accept.ruinProbability),
    falseSlash: probability.default(defaults.accept.falseSlash),
    residualError: probability.default(defaults.accept.residualError),
  }),
}

const file = part(
  {
    task,
    sampling,
    slash,
    comparator: optional.comparator.prefault({}),
    arbitration: optional.arbitration.prefault({}),
    stake: optional.stake.prefault({}),
    batch: optional.batch.prefault({}),
    verifiers: verifiers.prefault({}),
    beacon: optional.beacon.prefault({}),
    identity: optional.identity.prefault({}),
    capital: optional.capital.prefault({}),
    evidence: optional.evidence.prefault({}),
    horizon: count().default(defaults.horizon),
    accept: optional.accept.prefault({}),
  },
  'a JSON object with at least task, sampling and slash',
)

/**
 * The schema of the file: applies the defaults, refuses unknown keys. `Parameters.from` refuses the same with better words.
 *
 * @example
 * ```ts
 * import { Parameters } from '@spotcheck/core/economics'
 *
 * Parameters.schema.safeParse({ task: {}, sampling: { rate: 8 }, slash: {} }).success // false
 * ```
 */
export const schema: z.ZodType<Parameters> = file
  .superRefine((parsed, context) => {
    for (const { path, rule } of contradictions(parsed)) context.addIssue({ code: 'custom', path, message: rule })
  })
  .transform((parsed) => ({ ...parsed, sampling: fillValues(parsed) }))

type Parsed = z.output<typeof file>

/** The most tasks open at once, N·T: the law of their convictions still fits into memory. */
const OPEN = 1e12

/** Fields that are each fine and together are not. */
function contradictions({ sampling, batch, stake, slash, verifiers }: Parsed): { path: string[]; rule: string }[] {
  const found: { path: string[]; rule: string }[] = []
  if (sampling.mode === 'fixed' && (sampling.rate === undefined) === (sampling.count === undefined))
    found.push({ path: ['sampling'], rule: 'a fixed sample with exactly one of rate and count' })
  if (sampling.mode === 'fixed' && (sampling.count ?? 0) > batch.size)
    found.push({ path: ['sampling', 'count'], rule: `a whole number up to batch.size, which is ${batch.size}` })
  if (batch.size > OPEN)
    found.push({ path: ['batch', 'size'], rule: 'a whole number up to 1e12, the most tasks that may be open at once' })
  else if (batch.size * stake.concurrentBatches > OPEN)
    found.push({
      path: ['stake', 'concurrentBatches'],
      rule: `a whole number up to ${Math.floor(OPEN / batch.size)}: of batches of ${batch.size}, at most 1e12 tasks may be open at once`,
    })
  if (verifiers.pool !== null && sampling.verifiers > verifiers.pool)
    found.push({
      path: ['sampling', 'verifiers'],
      rule: `a whole number up to verifiers.pool, which is ${verifiers.pool}`,
    })
  if (slash.max !== null && slash.amount > slash.max)
    found.push({ path: ['slash', 'amount'], rule: `an amount up to slash.max, which is ${slash.max}` })
  return found
}

/** A kind of task that leaves an amount out has the file's. */
function fillValues({ sampling, task: { reward, honestCost, cheatCost, externalGain } }: Parsed): Sampling {
  if (sampling.mode !== 'byValue') return sampling
  const values = sampling.values.map((kind) => ({
    value: kind.value,
    count: kind.count,
    reward: kind.reward ?? reward,
    honestCost: kind.honestCost ?? honestCost,
    cheatCost: kind.cheatCost ?? cheatCost,
    externalGain: kind.externalGain ?? externalGain,
  }))
  return { ...sampling, values }
}

/**
 * The keys that an object of the file may have, given its path and itself.
 *
 * @example
 * ```ts
 * import { Parameters } from '@spotcheck/core/economics'
 *
 * Parameters.knownKeys(['batch'], {}) // ['size']
 * ```
 */
export function knownKeys(path: readonly PropertyKey[], object: unknown): readonly string[] {
  if (path.length === 0) return Object.keys(file.shape)
  if (path[0] === 'sampling' && path.length > 1) return Object.keys(valuedTask.shape)
  if (path[0] === 'sampling') {
    const mode = isRecord(object) && typeof object.mode === 'string' ? object.mode : 'bernoulli'
    return Object.keys(Object.hasOwn(modes, mode) ? modes[mode as keyof typeof modes].shape : {})
  }
  const parts: Record<string, { shape: object }> = { task, slash, verifiers, ...optional }
  return Object.keys(parts[String(path[0])]?.shape ?? {})
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
