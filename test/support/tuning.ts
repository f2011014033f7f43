// A tuning as `spotcheck tune` answers it, made up by formulas: what the report shows need not be searched for.
import { Economics } from '@spotcheck/core'
import { Comparison, Scenarios, type Statistics, type Tuning } from '@spotcheck/sim'

/** Numbers in [0, 1) from a seed: a small linear congruence is random enough for pictures. */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const RATES = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2]
const STRATEGIES = [
  'lazy',
  'intermittent',
  'burst',
  'value-targeting',
  'opportunist',
  'probing',
  'whitewasher',
  'exit-scam',
]

const recommended: Tuning.Candidate = {
  sampleRate: 0.02,
  verifiers: 1,
  slash: 88.44271909999159,
  stake: 1768.85438199983,
  canaryRate: 0.05,
  newcomers: 2,
}

function estimate(mean: number, half: number): Statistics.Estimate {
  return { mean, low: mean - half, high: mean + half }
}

/** Where p·(R + S) of what a cheat gains, each strategy a little apart. */
function advantage(rate: number, gain: number, random: () => number): Statistics.Estimate {
  const mean = gain - rate * (1.2 + recommended.slash) * (0.6 + gain / 3)
  return estimate(mean + (random() - 0.5) * 0.05, 0.02 + 0.1 * random())
}

function point(capital: number): Tuning.Point {
  const sampleRate = 0.000035 / capital
  const candidate = { ...recommended, sampleRate, slash: 1.7 / sampleRate }
  return { candidate, verification: sampleRate, capital, total: sampleRate + capital }
}

/** Evidence of one node of which so many samples mismatch. */
function path(strategy: string, share: number, length: number, random: () => number): Tuning.Path {
  const points = [{ sampled: 0, evidence: 1 }]
  for (let sampled = 1; sampled <= length; sampled++) {
    const factor = random() < share ? 6.5 : 0.82
    const evidence = Math.max(1 / (sampled + 1), points[sampled - 1]!.evidence * factor)
    points.push({ sampled, evidence })
    if (evidence >= 1e6) break
  }
  return { strategy, threshold: 1e6, points }
}

const constraints: readonly Tuning.Constraint[] = [
  {
    name: 'EV rule',
    binds: true,
    value: 0.5000012,
    bound: 0.5,
    why: 'at a rate of 0.0199 a lazy executor loses less than half of its gain',
  },
  {
    name: 'ruin rule',
    binds: false,
    value: 0.0031,
    bound: 0.05,
    why: 'who cheats on everything is ahead with probability 0.0031',
  },
  {
    name: 'false slashes',
    binds: false,
    value: 1e-6,
    bound: 1e-6,
    why: 'evidence convicts an honest node with probability 0.000001 at most',
  },
  {
    name: 'residual error',
    binds: false,
    value: 0.0021,
    bound: 0.01,
    why: '0.21 % of the delivered results are wrong',
  },
  { name: 'verifiers', binds: false, value: null, bound: null, why: 'checking pays' },
  { name: 'strategies', binds: false, value: -0.013, bound: 0, why: 'no strategy profits' },
]

const changes: readonly Tuning.Sensitivity[] = [
  { parameter: 'task.externalGain', from: 0, to: 1, breaks: ['EV rule'], total: 0.0391 },
  { parameter: 'task.externalGain', from: 0, to: 0.2, breaks: ['EV rule'], total: 0.0262 },
  { parameter: 'comparator.power', from: 1, to: 0.9, breaks: ['EV rule'], total: 0.0255 },
  { parameter: 'verifiers.colluding', from: 0, to: 0.6, breaks: ['EV rule', 'ruin rule'], total: null },
  { parameter: 'capital.costPerStakePerTask', from: 0.0001, to: 0.0002, breaks: [], total: 0.0301 },
  { parameter: 'verifiers.cost', from: 1, to: 0.5, breaks: [], total: 0.0172 },
]

function attacks(random: () => number): readonly Tuning.Attack[] {
  return STRATEGIES.map((strategy, i) => ({
    strategy,
    options: i % 2 === 0 ? {} : { rate: 0.03 * i, after: 40 * i },
    advantage: estimate(-0.013 - 0.06 * i * (1 + random()), 0.01 + 0.02 * random()),
    cheated: i === 0 ? 0 : 0.1 * i,
    pays: false,
  }))
}

function history(attack: Tuning.Attack): readonly Tuning.Step[] {
  return [0.0119, 0.0152, 0.0187, 0.0211, 0.0224, 0.0236].map((total, i) => ({
    candidate: { ...recommended, sampleRate: 0.0089 + 0.00222 * i },
    total,
    attack: { ...attack, pays: i < 5, advantage: estimate(0.3 - 0.0626 * i, 0.012) },
    verdict: i < 5 ? 'the attack pays' : 'no attack pays',
  }))
}

/** A tuning with everything in it. */
export async function tuning(): Promise<Tuning.Tuning> {
  const random = chance(7)
  const { parameters, ...scenario } = Scenarios.reference()
  const tried = attacks(random)
  return {
    kind: 'tuning',
    seed: 7,
    complete: true,
    recommended,
    parameters: { ...Economics.Parameters.defaults, sampling: { mode: 'bernoulli', rate: 0.02, verifiers: 1 } },
    cost: {
      verification: 0.02,
      canaries: 0.001,
      arbitration: 0.0002,
      capital: 0.0024,
      total: 0.0236,
      multiple: 1.0212,
    },
    closedForm: { candidate: { ...recommended, sampleRate: 0.0089443, canaryRate: 0, newcomers: 1 }, total: 0.017789 },
    constraints,
    attacks: tried,
    untried: [],
    history: history(tried[0]!),
    pareto: [0.0006, 0.001, 0.00175, 0.0024, 0.0038, 0.006, 0.011].map(point),
    sensitivity: changes,
    profits: STRATEGIES.map((strategy, i) => ({
      strategy,
      points: RATES.map((rate) => ({ rate, advantage: advantage(rate, 1 - 0.11 * i, random) })),
    })),
    detection: RATES.map((rate) => {
      const theory = 1 - (1 - rate) ** 10
      const mean = Math.min(1, theory * (0.97 + 0.06 * random()))
      return { rate, theory, simulated: { mean, low: mean * 0.93, high: Math.min(1, mean * 1.06) } }
    }),
    evidence: [path('intermittent', 0.35, 400, random), path('honest', 0.02, 60, random)],
    comparison: await Comparison.run({ ...scenario, parameters, nodes: 100, epochs: 4, replications: 3 }),
  }
}
