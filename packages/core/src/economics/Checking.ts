/**
 * Verifiers are players too: when does it pay to check, and what keeps them honest (economics.md, "Verifiers are players
 * too")?
 *
 * @module
 */
import { assertObject } from '../Encoding.js'
import { type Parameters, from as parse } from './Parameters.js'
import * as Range from './Range.js'
import * as Solution from './Solution.js'

/** What a verifier faces. Each function takes what it needs. */
export type Terms = Readonly<{
  /** Cv: cost of checking. */
  cost: number
  /** Rv: reward of a verdict. */
  reward: number
  /** Sv: slash for a canary that is missed. */
  slash: number
  /** Lost with Rv for a dissent that arbitration refuses. */
  bond: number
  /** d: an honest check says "mismatch" of a wrong result. */
  power: number
  /** f: an honest check says "mismatch" of a right result. */
  falsePositive: number
  /** g: share of the sampled tasks that are canaries. */
  canaryRate: number
}>

/**
 * `g·d(Sv+Rv) - (1-g)·f·(Rv+bond) - Cv`: what checking earns more than passing everything unseen. It pays iff >= 0.
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Checking } from '@spotcheck/core/economics'
 *
 * const terms = { cost: 1, reward: 1.2, slash: 10, bond: 0, power: 1, falsePositive: 0 }
 * Checking.advantage({ ...terms, canaryRate: 0.1 }) // 0.12 within rounding
 * ```
 */
export function advantage(terms: Terms): number {
  const { cost, reward, slash, bond, power, falsePositive, canaryRate } = assertTerms(terms)
  return canaryRate * power * (slash + reward) - (1 - canaryRate) * falsePositive * (reward + bond) - cost
}

/**
 * `Rv - Cv - (1-g)·f·(Rv+bond) - g·(1-d)·(Rv+Sv)`: what an honest verifier earns per check, false penalties included. It
 * takes part iff >= 0.
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Checking } from '@spotcheck/core/economics'
 *
 * const terms = { cost: 1, reward: 1.2, slash: 10, bond: 5, power: 1, canaryRate: 0 }
 * Checking.profit({ ...terms, falsePositive: 0.01 }) // 0.138 within rounding
 * ```
 */
export function profit(terms: Terms): number {
  const { cost, reward, slash, bond, power, falsePositive, canaryRate } = assertTerms(terms)
  const missed = canaryRate * (1 - power) * (reward + slash)
  return reward - cost - (1 - canaryRate) * falsePositive * (reward + bond) - missed
}

/**
 * The least canary rate at which checking pays: `(Cv + f(Rv+bond))/(d(Sv+Rv) + f(Rv+bond))`. Attention challenges are the case
 * d = 1, f = 0.
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Checking } from '@spotcheck/core/economics'
 *
 * const attention = { cost: 0.001, reward: 0, slash: 0.003, bond: 0, power: 1, falsePositive: 0 }
 * Checking.minCanaryRate(attention) // { feasible: true, value: 0.3333... }
 * ```
 */
export function minCanaryRate(terms: Omit<Terms, 'canaryRate'>): Solution.Solution {
  const { cost, reward, slash, bond, power, falsePositive } = assertTerms({
    ...assertObject(terms, 'terms'),
    canaryRate: 0,
  })
  const penalty = falsePositive * (reward + bond)
  if (cost + penalty === 0) return Solution.of(0)
  const rate = (cost + penalty) / (power * (slash + reward) + penalty)
  if (rate <= 1) return Solution.of(rate)
  return Solution.infeasible(
    'canary-rate-above-one',
    `Missing a canary costs a verifier ${power * (slash + reward)} on average and checking costs ${cost}: no share of canaries makes it check. Raise verifiers.slash.`,
  )
}

/**
 * X = min(1, Cv/(e(Rv+Sv)+bounty)): below this rate of cheating nobody checks, whatever the executor gains; it is also the
 * executor's rate in the mixed equilibrium of the inspection game. 1 where a lazy pass is never exposed and nothing is paid
 * for a catch.
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Checking } from '@spotcheck/core/economics'
 *
 * Checking.uncheckedRate({ cost: 1, exposure: 1, reward: 1.2, slash: 10, bounty: 0 }) // 0.0892857...
 * ```
 */
export function uncheckedRate(
  terms: Pick<Terms, 'cost' | 'reward' | 'slash'> & Readonly<{ exposure: number; bounty: number }>,
): number {
  const cost = Range.amount(assertObject(terms, 'terms').cost, 'cost')
  const exposure = Range.probability(terms.exposure, 'exposure')
  const exposed = exposure * (Range.amount(terms.reward, 'reward') + Range.amount(terms.slash, 'slash'))
  const atRisk = exposed + Range.amount(terms.bounty, 'bounty')
  return atRisk === 0 ? 1 : Math.min(1, cost / atRisk)
}

/**
 * The least rate a at which agreeing results must be audited, lest the executor and blind verifiers all run the cheap model
 * and agree: `a·d(Rv+Sv) >= Cv - cv`.
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Checking } from '@spotcheck/core/economics'
 *
 * Checking.minAuditRate({ cost: 1, cheapCost: 0.2, power: 1, reward: 1.2, slash: 10 })
 * // { feasible: true, value: 0.0714285... }
 * ```
 */
export function minAuditRate(
  terms: Pick<Terms, 'cost' | 'power' | 'reward' | 'slash'> & Readonly<{ cheapCost: number }>,
): Solution.Solution {
  const cost = Range.amount(assertObject(terms, 'terms').cost, 'cost')
  const saved = cost - Range.amount(terms.cheapCost, 'cheapCost')
  const atRisk = Range.amount(terms.reward, 'reward') + Range.amount(terms.slash, 'slash')
  const exposed = Range.probability(terms.power, 'power') * atRisk
  if (saved <= 0) return Solution.of(0)
  if (saved <= exposed) return Solution.of(saved / exposed)
  return Solution.infeasible(
    'audit-rate-above-one',
    `An audit costs a lazy verifier ${exposed} on average and the cheap model saves it ${saved}: no audit rate is enough. Raise verifiers.slash.`,
  )
}

/**
 * `R + S - n(bounty + a(Rv+Sv))`: what an executor that is about to be caught can offer beyond what its n verifiers lose by
 * looking away. Above 0 the share r of colluders is not given but bought.
 *
 * @throws InvalidInputError if a number is out of range.
 * @example
 * ```ts
 * import { Checking } from '@spotcheck/core/economics'
 *
 * const terms = { reward: 1.2, slash: 30, verifiers: 3, bounty: 4, auditRate: 0.5, verifierReward: 2, verifierSlash: 10 }
 * Checking.bribe(terms) // 1.2 within rounding
 * ```
 */
export function bribe(
  terms: Readonly<{
    reward: number
    slash: number
    verifiers: number
    bounty: number
    auditRate: number
    verifierReward: number
    verifierSlash: number
  }>,
): number {
  const saved = Range.amount(assertObject(terms, 'terms').reward, 'reward') + Range.amount(terms.slash, 'slash')
  const verdict =
    Range.amount(terms.verifierReward, 'verifierReward') + Range.amount(terms.verifierSlash, 'verifierSlash')
  const audited = Range.probability(terms.auditRate, 'auditRate') * verdict
  return saved - Range.count(terms.verifiers, 'verifiers') * (Range.amount(terms.bounty, 'bounty') + audited)
}

/** What a parameter file offers its verifiers. */
export type Verdict = Readonly<{
  /** Does an honest verifier take part and, without blind commitments, check? Within 1e-12 of what is at stake break-even counts. */
  holds: boolean
  /** What an honest verifier earns per check. */
  profit: number
  /** What checking earns more than passing unseen; null with blind commitments, which leave nothing to copy. */
  advantage: number | null
  /** X: the rate below which an executor is not checked. */
  uncheckedRate: number
  /** The audit rate of agreeing results that the file would need. */
  minAuditRate: Solution.Solution
  /** What an executor about to be caught can offer beyond what its verifiers lose; bribery pays above 0. */
  bribe: number
}>

/**
 * The verifier rule of a parameter file, and what its verifiers may be tempted to.
 *
 * @throws Parameters.InvalidParametersError naming every field that is wrong.
 * @example
 * ```ts
 * import { Checking, Parameters } from '@spotcheck/core/economics'
 *
 * Checking.from(Parameters.defaults).holds // true
 * ```
 */
export function from(given: Parameters): Verdict {
  const { verifiers, comparator, task, slash, sampling } = parse(given)
  const terms = { ...verifiers, ...comparator }
  const [earned, gained] = [profit(terms), verifiers.blind ? null : advantage(terms)]
  const exposed = verifiers.canaryRate * comparator.power * (verifiers.reward + verifiers.slash)
  return {
    holds: isNoLoss(earned, verifiers.reward) && (gained === null || isNoLoss(gained, exposed)),
    profit: earned,
    advantage: gained,
    uncheckedRate: uncheckedRate(verifiers),
    minAuditRate: minAuditRate(terms),
    bribe: bribe({
      reward: task.reward,
      slash: slash.amount * slash.burnShare,
      verifiers: sampling.verifiers,
      bounty: verifiers.bounty,
      auditRate: verifiers.auditRate,
      verifierReward: verifiers.reward,
      verifierSlash: verifiers.slash,
    }),
  }
}

/** Is what is left of `income` not below 0? Within 1e-12 of what comes and goes it is 0. */
function isNoLoss(left: number, income: number): boolean {
  return left >= -ROUNDING * (2 * income - left)
}

const ROUNDING = 1e-12

function assertTerms(terms: Terms): Terms {
  for (const name of ['cost', 'reward', 'slash', 'bond'] as const)
    Range.amount(assertObject(terms, 'terms')[name], name)
  for (const name of ['power', 'falsePositive', 'canaryRate'] as const) Range.probability(terms[name], name)
  return terms
}
