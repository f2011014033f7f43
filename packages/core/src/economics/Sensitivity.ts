/**
 * What the best rate owes to each number that goes into it (economics.md, "What it costs, and the best rate").
 *
 * @module
 */
import { assertObject } from '../Encoding.js'
import type * as Optimum from './Optimum.js'
import * as Solution from './Solution.js'

/** An input that a best rate depends on, as a number. */
export type Input =
  | 'gain'
  | 'reward'
  | 'detection'
  | 'falseAlarm'
  | 'capitalCost'
  | 'verifierCost'
  | 'canaryRate'
  | 'canaryCost'
  | 'arbitrationCost'
  | 'margin'
  | 'maxSlash'
  | 'burnShare'

/** By how many percent a result grows when an input grows by one percent. */
export type Elasticity = Readonly<{ cost: number; sampleRate: number; slash: number }>

const inputs: readonly Input[] = [
  ...(['gain', 'reward', 'detection', 'falseAlarm', 'capitalCost', 'verifierCost'] as const),
  ...(['canaryRate', 'canaryCost', 'arbitrationCost', 'margin', 'maxSlash', 'burnShare'] as const),
]

const STEP = 1e-4

/**
 * The elasticity of the least cost, of the best rate and of its slash to each input that is not 0, by central differences of
 * 1e-4 of it, or of what keeps D from F and g from 1 where that is less (at an upper end, as D = 1, to one side). Right to
 * about 1e-6 for `Optimum.perFraud`, to about 1e-3 for the rates and slashes of a numeric minimum. Infeasible where the terms
 * are.
 *
 * @throws InvalidInputError as `optimise` does.
 * @example
 * ```ts
 * import { Optimum, Sensitivity } from '@spotcheck/core/economics'
 *
 * const terms = { gain: 0.8, reward: 0, detection: 1, capitalCost: 1e-4, verifierCost: 1 }
 * const found = Sensitivity.of(terms, Optimum.perFraud)
 * Math.round(1000 * (found.feasible ? (found.value.capitalCost?.sampleRate ?? 0) : 0)) // 500
 * ```
 */
export function of<terms extends Optimum.Terms>(
  terms: terms,
  optimise: (terms: terms) => Solution.Solution<Optimum.Optimum>,
): Solution.Solution<Readonly<Partial<Record<Input, Elasticity>>>> {
  const now = optimise(assertObject(terms, 'terms'))
  if (!now.feasible) return now
  const found: Partial<Record<Input, Elasticity>> = {}
  for (const input of inputs) {
    const value = terms[input]
    if (typeof value !== 'number' || value === 0) continue
    const step = STEP * Math.min(value, room(terms, input))
    const [low, high] = [value - step, isShare(input) ? Math.min(1, value + step) : value + step]
    const [less, more] = [low, high].map((x) => optimise({ ...terms, ...changed(input, x) }))
    if (less?.feasible && more?.feasible)
      found[input] = elasticity(less.value, more.value, Math.log1p((high - low) / low))
  }
  return Solution.of(found)
}

/** How far an input is from where the optimum grows beyond all bounds. */
function room({ detection, falseAlarm = 0, canaryRate = 0 }: Optimum.Terms, input: Input): number {
  if (input === 'detection' || input === 'falseAlarm') return detection - falseAlarm
  return input === 'canaryRate' ? 1 - canaryRate : Number.POSITIVE_INFINITY
}

/** D - F goes with its parts. */
function changed(input: Input, value: number): Partial<Optimum.Terms> {
  const isOdds = input === 'detection' || input === 'falseAlarm'
  return isOdds ? { [input]: value, signal: undefined } : { [input]: value }
}

function isShare(input: Input): boolean {
  return input === 'detection' || input === 'falseAlarm' || input === 'canaryRate' || input === 'burnShare'
}

function elasticity(less: Optimum.Optimum, more: Optimum.Optimum, growth: number): Elasticity {
  const of = (a: number, b: number) => (a > 0 && b > 0 ? Math.log(b / a) / growth : 0)
  return {
    cost: of(less.cost.total, more.cost.total),
    sampleRate: of(less.sampleRate, more.sampleRate),
    slash: of(less.slash, more.slash),
  }
}
