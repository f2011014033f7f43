/**
 * Does what the client pays cover what the protocol pays out (economics.md, "What it costs, and the best rate")?
 *
 * @module
 */
import * as Mix from './Mix.js'
import { type Parameters, from as parse } from './Parameters.js'
import * as Solution from './Solution.js'

/** The protocol's bill per task, without slash income. */
export type Bill = Readonly<{
  /** R; of a mix the mean. */
  executor: number
  /** p·n·Rv. */
  verifiers: number
  /** p·g/(1-g)·(n·Rv + canary cost): canaries are checked besides, g of all that is checked. */
  canaries: number
  /** p·P(escalate | right)·arbitration cost. */
  arbitration: number
  total: number
}>

/**
 * What a task costs the protocol: `fee >= R + p·n·Rv + p·g/(1-g)·(n·Rv + canary cost) + p·P(escalate | right)·arbitration`
 * must hold without slash income. Infeasible at g = 1, where nothing but canaries is checked.
 *
 * @throws Parameters.InvalidParametersError naming every field that is wrong.
 * @example
 * ```ts
 * import { Fee, Parameters } from '@spotcheck/core/economics'
 *
 * Fee.bill(Parameters.defaults) // { feasible: true, value: { executor: 1.2, verifiers: 0.12, canaries: 0, arbitration: 0, total: 1.32 } }
 * ```
 */
export function bill(given: Parameters): Solution.Solution<Bill> {
  const parameters = parse(given)
  const { verifiers, sampling, arbitration } = parameters
  const mix = Mix.from(parameters)
  const rate = Mix.sampled(mix, Mix.rate(parameters))
  const check = sampling.verifiers * verifiers.reward
  if (verifiers.canaryRate === 1)
    return Solution.infeasible('canary-rate-above-one', 'Nothing but canaries is checked: lower verifiers.canaryRate.')
  const executor = mix.reduce((sum, { share, reward }) => sum + share * reward, 0)
  const canariesPerTask = (rate * verifiers.canaryRate) / (1 - verifiers.canaryRate)
  const parts = {
    executor,
    verifiers: rate * check,
    canaries: canariesPerTask * (check + verifiers.canaryCost),
    arbitration: rate * verifiers.escalation * arbitration.cost,
  }
  const total = parts.executor + parts.verifiers + parts.canaries + parts.arbitration
  return Solution.of({ ...parts, total })
}

/**
 * What is left of the file's fee, per task; null where the file has no fee. It balances iff >= 0.
 *
 * @throws Parameters.InvalidParametersError naming every field that is wrong.
 * @example
 * ```ts
 * import { Fee, Parameters } from '@spotcheck/core/economics'
 *
 * Fee.surplus({ ...Parameters.defaults, task: { ...Parameters.defaults.task, fee: 1.5 } })
 * // { feasible: true, value: 0.18 }
 * ```
 */
export function surplus(given: Parameters): Solution.Solution<number | null> {
  const { fee } = parse(given).task
  const owed = bill(given)
  if (!owed.feasible) return owed
  return Solution.of(fee === null ? null : fee - owed.value.total)
}
