/**
 * From ranges to cases: whole numbers are taken one by one, what is left ranges over the reals.
 *
 * @module
 */

import { BaseError } from '../Errors.js'
import * as Mix from '../economics/Mix.js'
import { InvalidParametersError, type Parameters } from '../economics/Parameters.js'
import * as Ranges from '../economics/Ranges.js'
import { Rational } from '../economics/Rational.js'
import type { Interval } from './Algebra.js'
import { type Case, colludersOf, type Read } from './Terms.js'

/** The reals that range, by path. */
export type Box = Readonly<Record<string, Interval>>

/** One value for each real that ranges. */
export type Point = Readonly<Record<string, Rational>>

/** A case and the box that is to be proved for it. */
export type Problem = Readonly<{ given: Case; box: Box }>

/** More cases than this are refused: narrow the whole numbers. */
const MOST_CASES = 256

/**
 * The cases of ranges; a case that is no parameter file (more verifiers than the pool holds) is left out.
 *
 * @throws UnsupportedError where the formulas that are proved leave out something that the file has.
 */
export function cases(ranges: Ranges.Ranges): readonly Problem[] {
  assertSupported(ranges)
  const whole = ranges.varied.filter((varied) => varied.whole && decides(varied.path, ranges.low))
  const combinations = whole.reduce((count, { low, high }) => count * (high - low + 1), 1)
  if (combinations > MOST_CASES) throw tooMany(combinations, whole)
  const found = files(ranges, whole).flatMap((file) => split(file, ranges))
  if (found.length > MOST_CASES) throw tooMany(found.length, ranges.varied)
  return found
}

/** How a formula reads numbers: those that range as `read` gives them, the others as the file has them. */
export function reader<value>(
  { given, box }: Problem,
  of: (exactly: Rational) => value,
  read: Read<value>,
): Read<value> {
  return (path) => (path in box ? read(path) : of(Rational.decimal(Ranges.read(given.file, path) ?? 0)))
}

/** The parameter file of a point of a case. */
export function fileAt({ given }: Problem, values: Readonly<Record<string, number>>): Parameters {
  const { file, colluders, sampled } = given
  const own: Record<string, number> = {}
  if (colluders !== null) own['verifiers.colluding'] = file.verifiers.colluding
  if (sampled !== null && file.sampling.mode === 'fixed' && file.sampling.rate !== undefined)
    own['sampling.rate'] = file.sampling.rate
  return Ranges.at({ low: file, high: file, varied: [] }, { ...own, ...values })
}

function files(ranges: Ranges.Ranges, whole: readonly Ranges.Varied[]): Parameters[] {
  let all: Record<string, number>[] = [{}]
  for (const { path, low, high } of whole) {
    const values = Array.from({ length: high - low + 1 }, (_, i) => low + i)
    all = all.flatMap((fixed) => values.map((value) => ({ ...fixed, [path]: value })))
  }
  return all.flatMap((fixed) => {
    try {
      return [Ranges.at(ranges, fixed)]
    } catch (error) {
      if (error instanceof InvalidParametersError) return []
      throw error
    }
  })
}

/** A file by the colluders in its pool and the tasks that a fixed sample takes, both steps of a share that may range. */
function split(file: Parameters, ranges: Ranges.Ranges): Problem[] {
  const reals = ranges.varied.filter(({ whole, path }) => !whole && !isStep(path, file))
  const box = Object.fromEntries(
    reals.map(({ path, low, high }) => [path, { low: Rational.decimal(low), high: Rational.decimal(high) }]),
  )
  const capped = file.stake.amount !== undefined && !coversEveryBatch(ranges)
  return steps(file, ranges, 'verifiers.colluding', (at, share) => colludersOf(at, share)).flatMap((first) =>
    steps(first.file, ranges, 'sampling.rate', sampledOf).map((second) => {
      return { given: { file: second.file, colluders: first.step, sampled: second.step, capped }, box }
    }),
  )
}

function isStep(path: string, { sampling, verifiers }: Parameters): boolean {
  return (
    (path === 'sampling.rate' && sampling.mode === 'fixed') ||
    (path === 'verifiers.colluding' && verifiers.pool !== null)
  )
}

type Step = Readonly<{ file: Parameters; step: number | null }>

/** The file at each step that a share takes over its range: the share is put where it makes exactly that step. */
function steps(
  file: Parameters,
  { varied }: Ranges.Ranges,
  path: string,
  stepOf: (file: Parameters, share: number) => number | null,
): Step[] {
  const range = varied.find((one) => one.path === path)
  const now = Ranges.read(file, path) ?? 0
  const [first, last] = [stepOf(file, range?.low ?? now), stepOf(file, range?.high ?? now)]
  if (range === undefined || first === null || last === null) return [{ file, step: first }]
  const whole = path === 'sampling.rate' ? file.batch.size : (file.verifiers.pool ?? 1)
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const step = first + i
    const shares = [range.low, range.high, step / whole, (step / whole) * (1 - Number.EPSILON)]
    const share = shares.find((one) => one >= range.low && one <= range.high && stepOf(file, one) === step) ?? range.low
    return { file: Ranges.at({ low: file, high: file, varied: [] }, { [path]: share }), step }
  })
}

function sampledOf(file: Parameters, rate: number): number | null {
  const { sampling, batch } = file
  if (sampling.mode !== 'fixed') return null
  const fixed = sampling.count === undefined ? { ...sampling, rate } : sampling
  return Math.round(Mix.rate({ sampling: fixed, batch }) * batch.size)
}

/** Does a whole number decide anything that is proved? */
function decides(path: string, { slash, stake, sampling }: Parameters): boolean {
  if (path === 'sampling.verifiers' || path === 'verifiers.pool') return true
  if (path === 'batch.size')
    return slash.rule === 'once-per-batch' || stake.amount !== undefined || sampling.mode === 'fixed'
  if (path === 'sampling.count') return true
  return path === 'stake.concurrentBatches' && stake.amount !== undefined
}

/** Can the stake always pay a slash for each open batch? */
function coversEveryBatch({ low, high }: Ranges.Ranges): boolean {
  const needed = high.slash.amount * high.stake.concurrentBatches
  return low.slash.rule === 'once-per-batch' && (low.stake.amount ?? needed) >= needed
}

function assertSupported(ranges: Ranges.Ranges): void {
  const { low, high } = ranges
  if (low.sampling.mode === 'byValue')
    throw new UnsupportedError('sampling.mode', 'byValue', 'one kind of task', 'prove each kind of task by itself')
  if (high.beacon.draws > 1)
    throw new UnsupportedError('beacon.draws', high.beacon.draws, 'no choice among draws', 'set it to 1')
  if (high.identity.verdictLag > 0 && low.identity.discount < 1)
    throw new UnsupportedError(
      'identity.verdictLag',
      high.identity.verdictLag,
      'verdicts that come in time',
      'set it to 0',
    )
  const shared = low.slash.rule === 'once-per-batch' && low.stake.amount !== undefined
  if (shared && high.stake.concurrentBatches > 1 && !coversEveryBatch(ranges))
    throw new UnsupportedError(
      'stake.amount',
      low.stake.amount,
      'a stake that pays a slash for every open batch',
      `raise it to ${high.slash.amount * high.stake.concurrentBatches}`,
    )
}

function tooMany(count: number, varied: readonly Ranges.Varied[]): UnsupportedError {
  const paths = varied.map(({ path }) => path).join(', ')
  return new UnsupportedError(
    paths,
    count,
    `at most ${MOST_CASES} combinations of whole numbers`,
    'narrow their ranges',
  )
}

/** Ranges beyond what is proved. */
export class UnsupportedError extends BaseError {
  override name = 'Prove.UnsupportedError'

  constructor(subject: string, value: unknown, rule: string, fix: string) {
    super(`${subject} is beyond what is proved.`, {
      subject,
      value,
      rule: `proofs are for ${rule}`,
      fix,
      see: 'economics.md, Many tasks',
    })
  }
}
