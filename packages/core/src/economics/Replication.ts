/**
 * What replication buys without stake: blacklisting after spot-checks, majorities, and BOINC's adaptive rule (economics.md,
 * "Long horizons").
 *
 * @module
 */
import { assertObject } from '../Encoding.js'
import * as Binomial from './Binomial.js'
import * as Minimum from './Minimum.js'
import * as Range from './Range.js'

/** Spot-checking with blacklisting (Sarmenta, "Sabotage-Tolerance Mechanisms for Volunteer Computing Systems", 2002). */
export type Blacklist = Readonly<{
  /** q: a result is spot-checked. */
  checkRate: number
  /** φ: share of saboteurs among the executors, in [0, 1). */
  saboteurs: number
  /** J: jobs of each executor. */
  jobs: number
}>

/**
 * ε = sφ(1-qs)^J / ((1-φ) + φ(1-qs)^J): the share of wrong results that are accepted where a saboteur, whose results go when
 * it is caught, spoils a share s of its jobs.
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Replication } from '@spotcheck/core/economics'
 *
 * Replication.errorRate({ checkRate: 0.1, saboteurs: 0.2, jobs: 100 }, 1 / 10.1) // 0.008377...
 * ```
 */
export function errorRate(blacklist: Blacklist, sabotageRate: number): number {
  const { checkRate, saboteurs, jobs } = assertBlacklist(blacklist)
  const s = Range.probability(sabotageRate, 'sabotageRate')
  const survives = saboteurs * Math.exp(jobs * Math.log1p(-checkRate * s))
  return survives === 0 ? 0 : (s * survives) / (1 - saboteurs + survives)
}

/** The worst that saboteurs can do. */
export type Worst = Readonly<{
  /** ε. */
  errorRate: number
  /** s. */
  sabotageRate: number
  /** φ/(1-φ) · 1/(qJe): ε is below it. Infinity where nothing is checked. */
  bound: number
}>

/**
 * The rate of sabotage that spoils most, about 1/(q(J+1)), and Sarmenta's bound on it.
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Replication } from '@spotcheck/core/economics'
 *
 * Replication.worst({ checkRate: 0.1, saboteurs: 0.2, jobs: 100 })
 * // { errorRate: 0.008406..., sabotageRate: 0.108..., bound: 0.009196... }
 * ```
 */
export function worst(blacklist: Blacklist): Worst {
  const { checkRate, saboteurs, jobs } = assertBlacklist(blacklist)
  const sabotageRate = Minimum.argmin((s) => -errorRate(blacklist, s), 1e-15, 1, 512)
  const bound = saboteurs / (1 - saboteurs) / (checkRate * jobs * Math.E)
  return { errorRate: errorRate(blacklist, sabotageRate), sabotageRate, bound: saboteurs === 0 ? 0 : bound }
}

/**
 * `Σ_{j=M}^{2M-1} C(2M-1,j) φ^j (1-φ)^(2M-1-j)`: the first answer that M executors give is wrong, where a share φ gives the same
 * wrong one.
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Replication } from '@spotcheck/core/economics'
 *
 * Replication.majorityError(0.35, 15) // 0.0476...
 * ```
 */
export function majorityError(saboteurs: number, votes: number): number {
  const n = 2 * Range.count(votes, 'votes', 1, 1e9) - 1
  return Binomial.atLeast({ n, p: Range.probability(saboteurs, 'saboteurs') }, votes)
}

/**
 * The least M at which a first-to-M majority errs at most so often; null where half or more are saboteurs and M = 1 is not
 * enough, as more votes don't help then, and where it takes more than 2^29.
 *
 * @throws InvalidInputError if a number is out of range or `errorRate` is 0.
 * @example
 * ```ts
 * import { Replication } from '@spotcheck/core/economics'
 *
 * Replication.minVotes(0.35, 0.001) // 51
 * ```
 */
export function minVotes(saboteurs: number, errorRate: number): number | null {
  Range.positive(errorRate, 'errorRate')
  const enough = (votes: number) => majorityError(saboteurs, votes) <= errorRate
  if (enough(1)) return 1
  if (saboteurs >= 0.5) return null
  let [few, many] = [1, 2]
  while (!enough(many)) {
    if (many >= 2 ** 29) return null
    few = many
    many *= 2
  }
  while (many - few > 1) {
    const middle = Math.floor((few + many) / 2)
    if (enough(middle)) many = middle
    else few = middle
  }
  return many
}

/**
 * BOINC's adaptive replication: how often a host with `valid` consecutive valid results is replicated. Always below 10, then
 * with probability 1/valid. It tends to 0, so that a patient host cheats for free in the end.
 *
 * @throws InvalidInputError if `valid` is not a whole number >= 0.
 * @example
 * ```ts
 * import { Replication } from '@spotcheck/core/economics'
 *
 * Replication.adaptiveRate(40) // 0.025
 * ```
 */
export function adaptiveRate(valid: number): number {
  return Range.count(valid, 'valid', 0) < 10 ? 1 : 1 / valid
}

/**
 * Expected replicas among the first `jobs` of a host that is always right: 10 and then 1/10 + 1/11 + ...
 *
 * @throws InvalidInputError if `jobs` is not a whole number from 0 to 1e9.
 * @example
 * ```ts
 * import { Replication } from '@spotcheck/core/economics'
 *
 * Replication.adaptiveReplicas(100) // 12.348...
 * ```
 */
export function adaptiveReplicas(jobs: number): number {
  Range.count(jobs, 'jobs', 0, 1e9)
  let replicas = 0
  for (let valid = jobs - 1; valid >= 0; valid--) replicas += adaptiveRate(valid)
  return replicas
}

function assertBlacklist(blacklist: Blacklist): Blacklist {
  Range.probability(assertObject(blacklist, 'blacklist').checkRate, 'checkRate')
  Range.within(blacklist.saboteurs, 'saboteurs', 1 - Number.EPSILON)
  Range.count(blacklist.jobs, 'jobs')
  return blacklist
}
