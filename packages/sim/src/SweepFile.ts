/**
 * The rules of sweep files, field by field.
 *
 * @module
 */
import { Issues } from '@spotcheck/core/economics'
import * as z from 'zod'
import { type Design, type Range, sizeOf, steps, type Value } from './Design.js'
import * as Path from './Path.js'

/** Most points of a sweep. */
const MOST = 100_000

const whole = (least: number, most: number) => {
  const rule = `a whole number from ${least} to ${most}`
  return z.int(rule).min(least, rule).max(most, rule)
}
const scalar: z.ZodType<Value> = z.union(
  [z.number(), z.string(), z.boolean(), z.null()],
  'a number, a text, true, false or null',
)
const VALUES = 'a list of at least one value'
const list = z.strictObject({ values: z.array(scalar, VALUES).min(1, VALUES) })
const interval = z.strictObject({
  from: z.number('a finite number'),
  to: z.number('a finite number'),
  steps: whole(2, MOST).optional(),
  scale: z.enum(['linear', 'log'], '"linear" or "log"').default('linear'),
  whole: z.boolean('true or false').default(false),
})
const drawn = z.strictObject({
  kind: z.enum(['random', 'latin-hypercube'], '"random" or "latin-hypercube"'),
  points: whole(1, MOST),
  seed: whole(0, Number.MAX_SAFE_INTEGER).default(1),
})
const FILE = 'an object with a scenario and what to vary'
const VARY = 'an object of paths and their values, such as { "parameters.sampling.rate": { "values": [0.1, 0.2] } }'

const file = z.strictObject(
  {
    scenario: z.record(z.string(), z.unknown(), 'a scenario, as spotcheck simulate takes it'),
    vary: z.record(z.string(), z.union([list, interval], '{ "values" } or { "from", "to" }'), VARY),
    design: z.union([z.literal('grid'), drawn], '"grid" or { "kind", "points", "seed" }').default('grid'),
    engine: z.enum(['statistical', 'protocol'], '"statistical" or "protocol"').default('statistical'),
  },
  FILE,
)

/** A file that keeps to the schema. */
export type File = Readonly<{
  scenario: Readonly<Record<string, unknown>>
  vary: Readonly<Record<string, Range>>
  design: 'grid' | Exclude<Design, Readonly<{ kind: 'grid' }>>
  engine: 'statistical' | 'protocol'
}>

/** The schema of sweep files. */
export const schema: z.ZodType<File> = file

/** What is wrong with a file, by the schema. */
export function explain(error: z.ZodError, value: unknown): Issues.Issue[] {
  const found = error.issues.flatMap((one) => chosen(one, value)).flatMap((one) => explainOne(one, value))
  return Issues.distinct(found)
}

function explainOne(found: z.core.$ZodIssue, value: unknown): Issues.Issue[] {
  const [first, path] = found.path
  return Issues.explain(found, value, knownKeys).map((one) => {
    if (one.rule === FILE) return { ...one, path: 'sweep' }
    if (first === 'design' && found.path.length === 1 && typeof one.value === 'string')
      return { ...one, fix: 'write { "kind": "random", "points": 100 }, or "grid"' }
    const isRange = first === 'vary' && typeof path === 'string'
    return isRange ? { ...one, path: at(path) + one.path.slice(`vary.${path}`.length) } : one
  })
}

/** Of the two ways of writing a range or a design, the one that was meant. */
function chosen(issue: z.core.$ZodIssue, value: unknown): z.core.$ZodIssue[] {
  const [key, path] = issue.path
  if (issue.code !== 'invalid_union' || issue.path.length > 2) return [issue]
  const whole = (value as Record<PropertyKey, unknown>)[key!]
  const meant = path === undefined ? whole : (whole as Record<PropertyKey, unknown>)[path]
  if (typeof meant !== 'object' || meant === null || Array.isArray(meant)) return [issue]
  const [first = [], second = []] = issue.errors
  const isList = key === 'vary' && !('from' in meant || 'to' in meant)
  return (isList ? first : second).map((one) => ({ ...one, path: [...issue.path, ...one.path] }))
}

function knownKeys(path: readonly PropertyKey[], object: unknown): readonly string[] {
  if (path.length === 0) return Object.keys(file.shape)
  if (path[0] === 'design') return Object.keys(drawn.shape)
  const isInterval = typeof object === 'object' && object !== null && ('from' in object || 'to' in object)
  return Object.keys((isInterval ? interval : list).shape)
}

/** What is wrong with parts that are each fine. */
export function contradictions({ vary, design }: File): Issues.Issue[] {
  const paths = Object.keys(vary)
  const found = Object.entries(vary).flatMap(([path, range]) => [
    ...pathIssues(path, paths),
    ...rangeIssues(at(path), range, design === 'grid'),
  ])
  if (paths.length === 0) found.push(issue('vary', vary, 'an object with at least one path', 'say what to vary'))
  if (found.length > 0 || design !== 'grid') return found
  const points = Object.values(vary).reduce((product, range) => product * sizeOf(range), 1)
  if (points <= MOST) return []
  const fix = 'vary less, in fewer steps, or draw points: "design": { "kind": "latin-hypercube", "points": 100 }'
  return [issue('vary', points, `a grid of at most ${MOST} points`, fix)]
}

/** A path of what is varied, as a path of the file. */
export function at(path: string): string {
  return `vary[${JSON.stringify(path)}]`
}

function pathIssues(path: string, all: readonly string[]): Issues.Issue[] {
  const steps = Path.parse(path)
  if (steps === null) {
    const fix = 'write for example "population[0].options.rate"'
    return [issue(at(path), path, 'a path into the scenario', fix)]
  }
  const earlier = all.slice(0, all.indexOf(path))
  const other = earlier.find((one) => Path.overlap(Path.parse(one) ?? ['.'], steps))
  if (other === undefined) return []
  return [issue(at(path), path, `apart from ${JSON.stringify(other)}, which is varied too`, 'vary one of the two')]
}

function rangeIssues(path: string, range: Range, isGrid: boolean): Issues.Issue[] {
  if (!('values' in range)) {
    const { from, to, scale, whole } = range
    if (from === to) return [issue(`${path}.to`, to, 'another number than from', 'write { "values" } for one value')]
    for (const [name, value] of Object.entries({ from, to })) {
      if (scale === 'log' && value <= 0)
        return [issue(`${path}.${name}`, value, 'a number above 0, as the scale is log', 'write "scale": "linear"')]
      if (whole && !Number.isSafeInteger(value))
        return [issue(`${path}.${name}`, value, 'a whole number, as its steps are', `write ${Math.round(value)}`)]
    }
    if (range.steps === undefined)
      return isGrid
        ? [issue(`${path}.steps`, undefined, 'a whole number', 'say in how many steps, both ends among them')]
        : []
  }
  const all = steps(range)
  const again = all.findIndex((value, i) => all.indexOf(value) < i)
  if (again < 0) return []
  const name = 'values' in range ? `${path}.values[${again}]` : `${path}.steps`
  const fix = 'values' in range ? 'leave it out' : 'take fewer steps, or "whole": false'
  return [
    issue(name, 'values' in range ? all[again] : range.steps, `a value of its own: ${all[again]} comes twice`, fix),
  ]
}

/** Wrong with a file: where, what, the rule and what to do. */
export function issue(path: string, value: unknown, rule: string, fix: string): Issues.Issue {
  return { path, value, rule, fix }
}

/** The design that the file says. */
export function designOf({ design }: File): Design {
  return design === 'grid' ? { kind: 'grid' } : design
}
