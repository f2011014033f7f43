/**
 * A parameter file in which numbers may be ranges: what a governance vote may set, what nobody has measured yet.
 *
 * @module
 */
import { BaseError, show } from '../Errors.js'
import { type Parameters, from as parse } from './Parameters.js'

/** A type in which each number may also be a range, and each key may be left out. */
type Widened<value> = value extends number
  ? number | readonly [low: number, high: number]
  : value extends readonly unknown[]
    ? value
    : value extends object
      ? { readonly [key in keyof value]?: Widened<value[key]> }
      : value

type Mode = Parameters['sampling'] extends infer mode ? (mode extends unknown ? Widened<mode> : never) : never

/** A parameter file, any number of which may be `[low, high]`, both ends included. What is left out has its default. */
export type Input = Widened<Omit<Parameters, 'sampling'>> & { readonly sampling?: Mode }

/** A number of the file that ranges. */
export type Varied = Readonly<{
  /** Where it is, e.g. `sampling.rate`. */
  path: string
  low: number
  high: number
  /** Whole numbers only? */
  whole: boolean
}>

/** A box of parameter files. */
export type Ranges = Readonly<{
  /** Every range at its low end, defaults applied. */
  low: Parameters
  /** Every range at its high end. */
  high: Parameters
  /** The ranges that are more than a point, in the order of the file. */
  varied: readonly Varied[]
}>

/**
 * Reads ranges.
 *
 * @throws InvalidRangeError if a range is not `[low, high]`, low <= high.
 * @throws Parameters.InvalidParametersError if the file at either end of all ranges is refused.
 * @example
 * ```ts
 * import { Ranges } from '@spotcheck/core/economics'
 *
 * const ranges = Ranges.from({ sampling: { rate: [0.01, 0.2] }, slash: { amount: [50, 500] } })
 * ranges.varied.map(({ path }) => path) // ['sampling.rate', 'slash.amount']
 * ranges.low.slash.amount // 50
 * ```
 */
export function from(input: Input): Ranges {
  const found: Varied[] = []
  const file = { task: {}, sampling: {}, slash: {}, ...input }
  const low = parse(end(file, 0, '', (varied) => found.push(varied)))
  const high = parse(end(file, 1, '', () => {}))
  return { low, high, varied: found.filter((varied) => varied.low < varied.high) }
}

/**
 * The file in which some of the ranges have these values, and the others their low ends.
 *
 * @throws Parameters.InvalidParametersError if the file is refused.
 * @example
 * ```ts
 * import { Ranges } from '@spotcheck/core/economics'
 *
 * const ranges = Ranges.from({ slash: { amount: [50, 500] } })
 * Ranges.at(ranges, { 'slash.amount': 80 }).slash.amount // 80
 * ```
 */
export function at(ranges: Ranges, values: Readonly<Record<string, number>>): Parameters {
  return parse(Object.entries(values).reduce((file, [path, value]) => put(file, path.split('.'), value), ranges.low))
}

/**
 * The number of a file at a path, e.g. `sampling.rate`; undefined where there is none.
 *
 * @example
 * ```ts
 * import { Parameters, Ranges } from '@spotcheck/core/economics'
 *
 * Ranges.read(Parameters.defaults, 'slash.amount') // 30
 * ```
 */
export function read(parameters: Parameters, path: string): number | undefined {
  const value = path
    .split('.')
    .reduce<unknown>((node, key) => (node as Record<string, unknown> | null)?.[key], parameters)
  return typeof value === 'number' ? value : undefined
}

const WHOLE = new Set([
  ...['sampling.verifiers', 'sampling.count', 'stake.concurrentBatches', 'batch.size', 'verifiers.pool'],
  ...['beacon.draws', 'horizon'],
])

/** Lists of numbers that are no ranges. */
const LISTS = new Set(['evidence.cheatRates'])

function end(node: unknown, which: 0 | 1, path: string, onRange: (varied: Varied) => void): unknown {
  if (Array.isArray(node) && !LISTS.has(path)) return node.some(isObject) ? node : pick(node, which, path, onRange)
  if (!isObject(node) || Array.isArray(node)) return node
  const inside = (key: string) => (path === '' ? key : `${path}.${key}`)
  return Object.fromEntries(
    Object.entries(node).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, end(value, which, inside(key), onRange)]],
    ),
  )
}

function pick(range: readonly unknown[], which: 0 | 1, path: string, onRange: (varied: Varied) => void): number {
  const [low, high] = range
  if (range.length !== 2 || typeof low !== 'number' || typeof high !== 'number' || !(low <= high))
    throw new InvalidRangeError(path, range)
  onRange({ path, low, high, whole: WHOLE.has(path) })
  return which === 0 ? low : high
}

function put(node: unknown, [key = '', ...rest]: readonly string[], value: number): Parameters {
  const old = node as Record<string, unknown>
  return { ...old, [key]: rest.length === 0 ? value : put(old[key], rest, value) } as unknown as Parameters
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** A range that is none. */
export class InvalidRangeError extends BaseError {
  override name = 'Ranges.InvalidRangeError'

  constructor(path: string, range: readonly unknown[]) {
    const [a, b] = range
    const swapped = range.length === 2 && typeof a === 'number' && typeof b === 'number' && a > b
    super(`${path} is no range.`, {
      subject: path,
      value: `[${range.slice(0, 4).map(show).join(', ')}]`,
      rule: '[low, high], two numbers, low <= high',
      fix: swapped ? `did you mean [${b}, ${a}]?` : 'write one number, or the lowest and the highest',
      see: 'economics.md, The parameter file',
    })
  }
}
