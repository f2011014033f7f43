/**
 * Words for what is wrong with a file: where, what, the rule and what to do.
 *
 * @module
 */
import type * as z from 'zod'
import { show } from '../Errors.js'
import { nearest } from '../Nearest.js'

/** One rule that a file breaks. */
export type Issue = Readonly<{
  /** Where, e.g. `sampling.rate` or `sampling.values[0].value`. */
  path: string
  value: unknown
  /** What it should be, so that "… is not <rule>" reads well. */
  rule: string
  /** What to do. */
  fix: string
}>

type Path = readonly PropertyKey[]
type KnownKeys = (path: Path, object: unknown) => readonly string[]

/**
 * What an issue of zod means: one per unknown key, else one. The message of an issue is its rule.
 *
 * @example
 * ```ts
 * import { Issues } from '@spotcheck/core/economics'
 *
 * const file = { rate: 8 }
 * const found = { code: 'custom' as const, path: ['rate'], message: 'a probability from 0 to 1' }
 * const [issue] = Issues.explain(found, file, () => ['rate'])
 * issue?.fix // 'did you mean 0.08?'
 * ```
 */
export function explain(issue: z.core.$ZodIssue, root: unknown, knownKeys: KnownKeys): Issue[] {
  const value = at(root, issue.path)
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => unknownKey(issue.path, key, value, knownKeys(issue.path, value)))
  return [{ path: spell(issue.path), value, rule: issue.message, fix: advise(value, issue.message) }]
}

/**
 * The first issue at each path: a number that is both negative and not whole is wrong once.
 *
 * @example
 * ```ts
 * import { Issues } from '@spotcheck/core/economics'
 *
 * const issue = { path: 'horizon', value: -0.5, rule: 'a whole number', fix: 'write 1' }
 * Issues.distinct([issue, { ...issue, rule: 'positive' }]).length // 1
 * ```
 */
export function distinct(issues: readonly Issue[]): Issue[] {
  const seen = new Set<string>()
  return issues.filter(({ path }) => !seen.has(path) && seen.add(path))
}

/**
 * One issue as a sentence.
 *
 * @example
 * ```ts
 * import { Issues } from '@spotcheck/core/economics'
 *
 * Issues.headline({ path: 'horizon', value: -1, rule: 'a whole number >= 1', fix: 'write 1' })
 * // 'horizon is not a whole number >= 1.'
 * ```
 */
export function headline({ path, value, rule }: Issue): string {
  return value === undefined ? `${path} is missing.` : `${path} is not ${rule}.`
}

const LISTED = 20

/**
 * Several issues of a file as one message.
 *
 * @example
 * ```ts
 * import { Issues } from '@spotcheck/core/economics'
 *
 * const issue = { path: 'horizon', value: -1, rule: 'a whole number >= 1', fix: 'write 1' }
 * Issues.render([issue, { ...issue, path: 'batch.size' }]).split('\n')[0] // 'The parameters break 2 rules.'
 * ```
 */
export function render(issues: readonly Issue[], file = 'parameters'): string {
  const lines = issues.slice(0, LISTED).flatMap((issue) => {
    return [`  ${headline(issue)}`, `    value  ${show(issue.value)}`, `    fix    ${issue.fix}`]
  })
  const rest = issues.length - LISTED
  return [
    `The ${file} ${file.endsWith('s') ? 'break' : 'breaks'} ${issues.length} rules.`,
    ...lines,
    ...(rest > 0 ? [`  … and ${rest} more`] : []),
  ].join('\n')
}

const modeOf: Readonly<Record<string, string>> = { values: 'byValue', count: 'fixed' }

function unknownKey(path: Path, key: string, object: unknown, known: readonly string[]): Issue {
  const near = nearest(key, known)
  const mode = path[0] === 'sampling' && path.length === 1 && Object.hasOwn(modeOf, key) ? modeOf[key] : undefined
  let fix = 'remove it'
  if (near !== undefined) fix = `did you mean ${JSON.stringify(near)}?`
  if (mode !== undefined) fix = `it belongs to another mode: add "mode": ${JSON.stringify(mode)}`
  const rule = known.length === 0 ? 'a known key: there are none' : `a known key (${known.join(', ')})`
  return { path: spell([...path, key]), value: at(object, [key]), rule, fix }
}

/** What to write instead. */
function advise(value: unknown, rule: string): string {
  if (value === undefined) return `add it: ${rule}`
  if (typeof value === 'bigint') return `write a plain number, not a bigint`
  if (typeof value === 'string') return adviseText(value, rule)
  if (typeof value === 'number' && rule.includes('probability')) return adviseProbability(value)
  if (typeof value === 'number' && value < 0) return `write ${rule}; did you mean ${-value}?`
  return `write ${rule}`
}

function adviseText(value: string, rule: string): string {
  const words = Array.from(rule.matchAll(/"([^"]+)"/g), ([, word]) => word ?? '')
  const near = nearest(value, words)
  if (near !== undefined) return `did you mean ${JSON.stringify(near)}?`
  const number = value.trim() === '' ? Number.NaN : Number(value)
  if (words.length === 0 && Number.isFinite(number)) return `write the number without quotes: ${number}`
  return `write ${rule}`
}

/** 8 is 8 %, 8e16 is a WAD. */
function adviseProbability(value: number): string {
  const unit = value > 100 ? 1e18 : 100
  const fraction = Number((value / unit).toPrecision(12))
  if (value > 1 && fraction > 0 && fraction <= 1 && !(unit === 1e18 && value < 1e12)) return `did you mean ${fraction}?`
  return 'write a fraction: 8 % is 0.08'
}

function spell(path: Path): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
  return text === '' ? 'parameters' : text.replace(/^\./, '')
}

function at(root: unknown, path: Path): unknown {
  let value = root
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Record<PropertyKey, unknown>)[key]
  }
  return value
}
