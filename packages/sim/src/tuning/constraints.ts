/**
 * Which constraint keeps the recommended parameters from being cheaper.
 *
 * @module
 */
import { Check } from '@spotcheck/core/economics'
import { measured } from '../BestResponse.js'
import { fileOf, scenarioOf } from './candidate.js'
import type { Attack, Candidate, Constraint } from './Result.js'
import { errorOf, type Found, type Ground } from './search.js'

/** Replications of the population at cheaper candidates. */
const SOME = 3

/** Attacks that are played again against cheaper candidates. */
const CLOSEST = 2

/** A cheaper candidate is one with so much less of the rate, or of the slash and the stake. */
const LESS = 0.97

/** Every constraint, with its value at the recommended parameters. */
export function constraintsOf(ground: Ground, { candidate }: Found, attacks: readonly Attack[]): Constraint[] {
  const { scenario, known } = ground
  const { parameters } = scenario
  const file = fileOf(parameters, candidate)
  const cheaper: readonly Candidate[] = [
    { ...candidate, sampleRate: LESS * candidate.sampleRate },
    { ...candidate, slash: LESS * candidate.slash, stake: LESS * candidate.stake },
  ]
  const fails = (rule: Check.Rule) => cheaper.some((one) => !Check.measure(rule, fileOf(parameters, one)).holds)
  const rule = (name: Constraint['name'], of: Check.Rule, why: string): Constraint => {
    const { value, limit } = Check.measure(of, file)
    return { name, binds: fails(of), value, bound: limit, why }
  }
  const error = errorOf(scenarioOf(scenario, candidate), known, scenario.replications)
  const wrong = cheaper.map((one) => errorOf(scenarioOf(scenario, one), known, SOME))
  const pays = cheaper.some((one) =>
    [...ground.cuts, ...attacks.filter(({ cheated }) => cheated > 0).slice(0, CLOSEST)].some((way) => {
      return measured(scenarioOf(scenario, one), known, way).advantage.mean > 0
    }),
  )
  const { max } = parameters.slash
  return [
    rule('EV rule', 'ev', 'profit of the best cheat per round against honest work, at most minus the margin'),
    rule('ruin rule', 'ruin', 'probability that who cheats until ejected is ahead at the horizon'),
    rule('participation', 'participation', 'profit of honest work per task, capital and false slashes included'),
    rule('false slashes', 'false-slash', 'probability that an honest identity is ever slashed'),
    rule('verifiers', 'verifiers', 'what checking earns a verifier, at least nothing'),
    {
      name: 'residual error',
      binds: wrong.some((one) => one > parameters.accept.residualError),
      value: error,
      bound: parameters.accept.residualError,
      why: 'share of wrong results among those that this population ships',
    },
    {
      name: 'strategies',
      binds: pays,
      value: attacks[0]?.advantage.mean ?? null,
      bound: 0,
      why: `profit per task beyond honest work of the best of ${attacks.length} strategies, each played as well as was found`,
    },
    {
      name: 'bounds',
      binds: max !== null && candidate.slash > max * (1 - 1e-3),
      value: candidate.slash,
      bound: max,
      why: max === null ? 'the slash has no upper bound (slash.max)' : 'the slash, at most slash.max',
    },
  ]
}
