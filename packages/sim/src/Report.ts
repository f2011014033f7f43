/**
 * Results as a page to read: one HTML file with figures and tables, and nothing from elsewhere.
 *
 * @module
 */
import { Errors } from '@spotcheck/core'
import { Issues } from '@spotcheck/core/economics'
import { nearest } from '@spotcheck/core/Nearest'
import type { Comparison } from './Comparison.js'
import { kinds } from './report/schema.js'
import type { Simulation } from './Simulation.js'
import type { Tuning } from './Tuning.js'

/** What a report is made of. */
export type Result = Tuning | Comparison | Simulation

const KINDS = Object.keys(kinds) as (keyof typeof kinds)[]
const RULE = `a result, an object whose "kind" is one of ${KINDS.join(', ')}`

/**
 * A result from parsed JSON. JSON has no infinity and no NaN: where it has null, they are back.
 *
 * @throws InvalidResultError naming every field that is wrong, its rule and what to do.
 * @example
 * ```ts
 * import { Comparison, Report, Scenarios } from '@spotcheck/sim'
 *
 * const scenario = { ...Scenarios.reference(), nodes: 100, epochs: 2, replications: 2 }
 * const result = await Comparison.run(scenario, { policies: [{ name: 'none', options: {} }] })
 * Report.from(JSON.parse(JSON.stringify(result))).kind // 'comparison'
 * ```
 */
export function from(value: unknown): Result {
  const parsed = kinds[kindOf(value)].safeParse(value)
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.flatMap((one) => Issues.explain(one, value, () => []))
  throw new InvalidResultError(
    Issues.distinct(issues.map((one) => ({ ...one, fix: 'make the result again, and pass it unchanged' }))),
  )
}

function kindOf(value: unknown): keyof typeof kinds {
  const kind = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined
  const found = KINDS.find((one) => one === kind)
  if (found !== undefined) return found
  const near = typeof kind === 'string' ? nearest(kind, KINDS) : undefined
  const fix =
    near === undefined
      ? 'write for example spotcheck compare --json > result.json'
      : `did you mean ${JSON.stringify(near)}?`
  throw new InvalidResultError([
    {
      path: kind === undefined ? 'result' : 'kind',
      value: kind ?? (value === undefined ? null : value),
      rule: RULE,
      fix,
    },
  ])
}

/**
 * The page, for every browser, without a script: figures as SVG, every number in a table. Loads what draws the charts when it is
 * first asked for.
 *
 * @param title what the window is called before its headline
 * @example
 * ```ts
 * import { Comparison, Report, Scenarios } from '@spotcheck/sim'
 *
 * const scenario = { ...Scenarios.reference(), nodes: 100, epochs: 2, replications: 2 }
 * const result = await Comparison.run(scenario, { policies: [{ name: 'none', options: {} }] })
 * const page = await Report.page(result)
 * page.startsWith('<!doctype html>') // true
 * ```
 */
export async function page(result: Result, title = 'Spotcheck'): Promise<string> {
  const { render } = await import('./report/page.js')
  return render(result, title)
}

/**
 * One figure of the page as an SVG file, for a document: readable in light and dark.
 *
 * @throws UnknownFigureError naming those that there are.
 * @example
 * ```ts
 * import { Comparison, Report, Scenarios } from '@spotcheck/sim'
 *
 * const scenario = { ...Scenarios.reference(), nodes: 100, epochs: 2, replications: 2 }
 * const result = await Comparison.run(scenario, { policies: [{ name: 'none', options: {} }] })
 * const figure = await Report.figure(result, 'best-cheat')
 * figure.startsWith('<svg ') // true
 * ```
 */
export async function figure(result: Result, id: string): Promise<string> {
  const { pageOf } = await import('./report/page.js')
  const { standalone } = await import('./report/standalone.js')
  const { figures } = pageOf(result)
  const found = figures.find((one) => one.id === id)
  if (found !== undefined) return standalone(found)
  const ids = figures.map((one) => one.id)
  const near = nearest(id, ids)
  throw new UnknownFigureError(`the page of a ${result.kind} has no such figure.`, {
    subject: 'figure',
    value: id,
    rule: ids.length === 0 ? 'this result has none' : `one of ${ids.join(', ')}`,
    fix: near === undefined ? 'choose one of them' : `did you mean ${near}?`,
  })
}

const MARKS = ['<meta name="generator" content="spotcheck report">', '<metadata>spotcheck report</metadata>']

/**
 * Is it the text of a page or a figure that was made here?
 *
 * @example
 * ```ts
 * import { Report } from '@spotcheck/sim'
 *
 * Report.isReport('{ "kind": "comparison" }') // false
 * ```
 */
export function isReport(text: string): boolean {
  return MARKS.some((mark) => text.includes(mark))
}

/** A figure that a page does not have. */
export class UnknownFigureError extends Errors.BaseError {
  override name = 'Report.UnknownFigureError'
}

/** Not a result: all that is wrong is listed. */
export class InvalidResultError extends Errors.BaseError {
  override name = 'Report.InvalidResultError'
  /** Every rule that is broken. */
  readonly issues: readonly Issues.Issue[]

  constructor(issues: readonly Issues.Issue[]) {
    const [first] = issues as [Issues.Issue]
    const { path, value, rule, fix } = first
    super(Issues.headline(first), { subject: path, value, rule, fix })
    this.issues = issues
    if (issues.length > 1) this.message = Issues.render(issues, 'result')
  }
}
