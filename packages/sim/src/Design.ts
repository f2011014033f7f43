/**
 * The points of a sweep: on a grid, at random, or in a Latin hypercube. Each is a function of the design and its number alone.
 *
 * @module
 */
import * as Random from './Random.js'

/** What a parameter may be set to. */
export type Value = number | string | boolean | null

/** The values of a parameter: a list of them, or a range. */
export type Range = Readonly<{ values: readonly Value[] }> | Interval

/** From one number to another: in so many steps, both ends among them, or anywhere between where nothing says how many. */
export type Interval = Readonly<{
  from: number
  to: number
  steps?: number | undefined
  /** Equal differences, or equal ratios. */
  scale: 'linear' | 'log'
  /** Rounded to whole numbers. */
  whole: boolean
}>

/** Every combination; so many points drawn independently; or drawn so that each parameter's range is covered evenly. */
export type Design =
  | Readonly<{ kind: 'grid' }>
  | Readonly<{ kind: 'random' | 'latin-hypercube'; points: number; seed: number }>

/** How many values a range has; infinitely many where it has no steps. */
export function sizeOf(range: Range): number {
  return 'values' in range ? range.values.length : (range.steps ?? Number.POSITIVE_INFINITY)
}

/** All values of a range that has finitely many. */
export function steps(range: Range): readonly Value[] {
  return Array.from({ length: sizeOf(range) }, (_, step) => stepOf(range, step))
}

/** How many points a design has. */
export function count(design: Design, ranges: readonly Range[]): number {
  return design.kind === 'grid' ? ranges.reduce((product, range) => product * sizeOf(range), 1) : design.points
}

/** The values of a point, by its number. Draws permutations once, where there are any. */
export function points(design: Design, ranges: readonly Range[]): (index: number) => readonly Value[] {
  if (design.kind === 'grid') return (index) => gridPoint(ranges, index)
  const { seed, points, kind } = design
  if (kind === 'random') return (index) => ranges.map((range, i) => valueAt(range, Random.stream(seed, index, i)()))
  const orders = ranges.map((_, i) => permutation(points, Random.stream(seed, i)))
  return (index) =>
    ranges.map((range, i) => valueAt(range, (orders[i]![index]! + Random.stream(seed, index, i)()) / points))
}

/** Like nested loops: the last range turns fastest. */
function gridPoint(ranges: readonly Range[], index: number): readonly Value[] {
  let left = index
  return ranges
    .toReversed()
    .map((range) => {
      const size = sizeOf(range)
      const step = left % size
      left = (left - step) / size
      return stepOf(range, step)
    })
    .toReversed()
}

/** The value at a share of a range. */
function valueAt(range: Range, share: number): Value {
  const size = sizeOf(range)
  return Number.isFinite(size)
    ? stepOf(range, Math.min(size - 1, Math.floor(share * size)))
    : between(range as Interval, share)
}

/** One of the values of a range that has so many of them. */
function stepOf(range: Range, step: number): Value {
  if ('values' in range) return range.values[step]!
  return between(range, step / (range.steps! - 1))
}

/** To twelve digits: logarithms differ in the last ones from machine to machine. */
function between({ from, to, scale, whole }: Interval, share: number): number {
  if (share === 0 || share === 1) return share === 0 ? from : to
  const value = scale === 'log' ? from * (to / from) ** share : from + (to - from) * share
  return whole ? Math.round(value) : Number(value.toPrecision(12))
}

/** 0 to size - 1 in a random order (Fisher and Yates). */
function permutation(size: number, random: Random.Random): readonly number[] {
  const order = Array.from({ length: size }, (_, i) => i)
  for (let i = size - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[order[i], order[j]] = [order[j]!, order[i]!]
  }
  return order
}
