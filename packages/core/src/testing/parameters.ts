/**
 * Arbitrary parameter files, which shrink to round numbers.
 *
 * @module
 */
import fc from 'fast-check'
import { InvalidParametersError, type Parameters } from '../economics/Parameters.js'
import * as Ranges from '../economics/Ranges.js'

/**
 * Any parameter file in the ranges, both ends included; what does not range is as given, or has its default. A failure
 * shrinks towards the low ends and to as few digits as still fail.
 *
 * Files whose parts contradict each other (more verifiers than the pool holds) are left out.
 *
 * @throws Ranges.InvalidRangeError, Parameters.InvalidParametersError
 * @example
 * ```ts
 * import { parameters } from '@spotcheck/core/testing'
 * import fc from 'fast-check'
 *
 * const files = parameters({ sampling: { rate: [0.01, 0.2] }, slash: { amount: [50, 500] } })
 * fc.assert(fc.property(files, ({ slash }) => slash.amount >= 50 && slash.amount <= 500))
 * ```
 */
export function parameters(ranges: Ranges.Input): fc.Arbitrary<Parameters> {
  const box = Ranges.from(ranges)
  const numbers = Object.fromEntries(box.varied.map((varied) => [varied.path, number(varied)]))
  return fc
    .record(numbers)
    .map((values) => fileAt(box, values))
    .filter((file) => file !== undefined)
}

function fileAt(box: Ranges.Ranges, values: Readonly<Record<string, number>>): Parameters | undefined {
  try {
    return Ranges.at(box, values)
  } catch (error) {
    if (error instanceof InvalidParametersError) return undefined
    throw error
  }
}

/** A number of a range: one of its ends, a round one or any with three digits more. Round ones are tried first in shrinking. */
function number({ low, high, whole }: Ranges.Varied): fc.Arbitrary<number> {
  const scale = 10 ** Math.floor(Math.log10(high - low))
  const units = [scale, scale / 10, scale / 1000].map((unit) => (whole ? Math.max(1, unit) : unit))
  const grids = units.map((unit) => multiples(low, high, unit)).filter((grid) => grid !== undefined)
  return fc.oneof({ withCrossShrink: true }, fc.constant(low), ...grids, fc.constant(high))
}

/** Multiples of a unit within a range; undefined where there is none. */
function multiples(low: number, high: number, unit: number): fc.Arbitrary<number> | undefined {
  const [min, max] = [Math.ceil(low / unit), Math.floor(high / unit)]
  if (min > max) return undefined
  return fc.integer({ min, max }).map((count) => Math.min(high, Math.max(low, Number((count * unit).toPrecision(12)))))
}
