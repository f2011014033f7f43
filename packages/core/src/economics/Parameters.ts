/**
 * The parameter file: one JSON shape for the closed forms, the checker, the simulator and the tuner (economics.md, "The
 * parameter file").
 *
 * Money is in one unit of the user's choice. Only `task`, `sampling` and `slash` are required; every other field has the
 * default of `defaults`; unknown keys are errors.
 *
 * @module
 */
import { BaseError } from '../Errors.js'
import type { Parameters } from './File.js'
import { knownKeys, schema } from './FileSchema.js'
import { distinct, explain, headline, type Issue, render } from './Issues.js'

export { defaults, type Parameters, type Sampling, type Task, type ValuedTask } from './File.js'
export { knownKeys, schema } from './FileSchema.js'
export type { Issue } from './Issues.js'

/**
 * A parameter file from parsed JSON, every default applied.
 *
 * @throws InvalidParametersError naming every field that is wrong, its rule and what to do.
 * @example
 * ```ts
 * import { Parameters } from '@spotcheck/core/economics'
 *
 * const parameters = Parameters.from({
 *   task: { reward: 1.2, honestCost: 1, cheatCost: 0 },
 *   sampling: { rate: 0.08 },
 *   slash: { amount: 10 },
 * })
 * parameters.sampling.mode // 'bernoulli'
 * ```
 */
export function from(value: unknown): Parameters {
  let issues: Issue[]
  try {
    const parsed = schema.safeParse(value)
    if (parsed.success) return parsed.data
    issues = distinct(parsed.error.issues.flatMap((issue) => explain(issue, value, knownKeys)))
  } catch (cause) {
    const rule = 'a plain object, as JSON.parse makes'
    throw new InvalidParametersError([{ path: 'parameters', value, rule, fix: `pass ${rule}` }], cause)
  }
  throw new InvalidParametersError(issues)
}

/** A parameter file that breaks its rules: all of them are listed. */
export class InvalidParametersError extends BaseError {
  override name = 'Parameters.InvalidParametersError'
  /** Every rule that is broken, in the order of the file. */
  readonly issues: readonly Issue[]

  constructor(issues: readonly Issue[], cause?: unknown) {
    const [first = { path: 'parameters', value: undefined, rule: 'a parameter file', fix: 'pass one' }] = issues
    super(headline(first), {
      subject: first.path,
      value: first.value,
      rule: first.rule,
      fix: first.fix,
      see: 'economics.md, The parameter file',
      cause,
    })
    this.issues = issues
    if (issues.length > 1) this.message = render(issues)
  }
}
