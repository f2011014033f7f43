/**
 * The parameter file, explained on the command line: the defaults as they are, and a line for each key.
 *
 * @module
 */
import { Parameters } from '@spotcheck/core/economics'

type Sections = Omit<Parameters.Parameters, 'sampling' | 'horizon'>

/** A line for each key: a key without one does not compile. */
type Words = Readonly<
  { [group in keyof Sections]: Readonly<{ [key in keyof Sections[group]]-?: string }> } & {
    sampling: Readonly<Record<'mode' | 'rate' | 'count' | 'values' | 'verifiers', string>>
    horizon: string
  }
>

const words: Words = {
  task: {
    reward: 'paid for an accepted task',
    honestCost: 'cost of running the ordered model',
    cheatCost: 'cost of the cheap substitute',
    externalGain: 'gain from outside for a wrong result, kept even when caught; may be negative',
    fee: 'what the client pays per task; null: not checked',
  },
  sampling: {
    mode: '"bernoulli" (each task by itself), "fixed" (so many of a batch) or "byValue" (by what it is worth)',
    rate: 'share of tasks that is checked',
    count: 'fixed only, in place of rate: tasks checked per batch',
    values: 'byValue only: list of { value, count, reward, honestCost, cheatCost, externalGain }',
    verifiers: 'verifiers per sampled task',
  },
  slash: {
    rule: '"per-fraud" (every proven one) or "once-per-batch"',
    amount: 'taken from the executor for a proven fraud',
    max: 'the largest slash that may be recommended; null: unbounded',
    forfeitBatchReward: 'does a slashed batch lose all its rewards?',
    burnShare: 'share of the slash that the executor’s own friends do not get back; 1: all is lost',
  },
  comparator: {
    power: 'an honest verifier says “mismatch” of a wrong result: probability',
    falsePositive: 'an honest verifier says “mismatch” of a right result: probability',
    errors: '"independent" or "common": do verifiers of one task err each by itself, or together?',
  },
  arbitration: {
    power: 'convicts a wrong result: probability',
    falsePositive: 'convicts a right result: probability',
    cost: 'cost of one arbitration',
  },
  stake: {
    amount: 'the executor’s stake; left out: enough for every slash that may fall due at once',
    concurrentBatches: 'batches open at the same time against one stake',
  },
  batch: { size: 'tasks in a batch' },
  verifiers: {
    pool: 'how many there are; null: unlimited',
    colluding: 'share of the pool that sides with the cheater, from 0 to 1',
    falseDissent: 'a colluder says “mismatch” of a right result: probability',
    cost: 'cost of one re-execution',
    cheapCost: 'cost of a re-execution with the cheap model',
    reward: 'paid for one re-execution',
    slash: 'taken from a verifier proven wrong',
    bond: 'put up to dissent, lost if wrong',
    bounty: 'paid for a proven fraud',
    canaryRate: 'share of sampled tasks whose result is known beforehand',
    canaryCost: 'cost of one of them',
    exposure: 'a verifier that does not check is found out: probability',
    blind: 'are verdicts committed to unseen, so that there is nothing to copy?',
    auditRate: 'share of agreeing results that is audited',
    escalation: 'a right result goes to arbitration: probability',
  },
  beacon: {
    draws: 'outcomes that an executor may choose the best of; 1: no choice',
    withholdPenalty: 'price of withholding a draw',
  },
  identity: {
    entryCost: 'price of a fresh identity, refundable stake aside',
    discount: 'worth of the next period’s income as a share of this one’s',
    tasksPerPeriod: 'tasks of an executor per period',
    falseEjection: 'an honest executor is ejected: probability per period',
    verdictLag: 'periods until a verdict',
  },
  capital: {
    costPerStakePerTask: 'interest on one unit of stake for as long as a task locks it: rate times lock time',
  },
  evidence: {
    alpha: 'an honest executor is ever slashed on evidence: probability, at most',
    cheatRates: 'shares of cheating to be sensitive to',
    restart: 'may evidence start anew, so that an honest past earns no licence?',
  },
  horizon: 'tasks that a cheater is followed for',
  accept: {
    margin: 'share of its gain that cheating must lose by; 0.5: at least half',
    ruinProbability: 'a cheater is ahead at the horizon: probability, at most',
    falseSlash: 'an honest executor is ever slashed: probability, at most',
    residualError: 'share of wrong results delivered, at most',
  },
}

/** The default file as JSON, a line for each group. No word of it has a colon or a comma. */
function defaultFile(): string {
  const lines = Object.entries(Parameters.defaults).map(([group, value]) => {
    return `  ${JSON.stringify(group)}: ${JSON.stringify(value)
      .replace(/[:,]/g, '$& ')
      .replace(/^{(.*)}$/, '{ $1 }')}`
  })
  return `{\n${lines.join(',\n')}\n}\n`
}

/** `group.key` and what it says, a line each, in the order of the file. */
function lines(): string {
  const rows = Object.keys(Parameters.defaults).flatMap((group) => {
    const said = words[group as keyof Words]
    if (typeof said === 'string') return [[group, said] as const]
    return Object.entries(said).map(([key, line]) => [`${group}.${key}`, line] as const)
  })
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, line]) => `  ${name.padEnd(width)}  ${line}\n`).join('')
}

/** What a parameter file may say, for the help of a command. */
export function parameterFile(): string {
  return `All that a file may say, as it is where a file is silent (task, sampling and slash must be there)
${defaultFile()}
What it means; money is in one unit of your choice, probabilities and shares are from 0 to 1
${lines()}
More in docs/economics.md, "The parameter file".
`
}
