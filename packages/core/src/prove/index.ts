/**
 * Proofs for ranges: that cheating does not pay for *all* parameters in them, or the parameters for which it does.
 *
 * A subpath of its own, for it needs worker threads and, for all but `method: 'corners'`, the optional peer `z3-solver`.
 *
 * @module
 */

import { assertOneOf } from '../Encoding.js'
import { InvalidInputError } from '../Errors.js'
import type { Parameters } from '../economics/Parameters.js'
import * as Range from '../economics/Range.js'
import * as Ranges from '../economics/Ranges.js'
import { Rational } from '../economics/Rational.js'
import { cases, fileAt, type Point, type Problem } from './Cases.js'
import { type Claim, claims as every, isDirect, valuesAt } from './Claims.js'
import { decide, isBroken } from './Search.js'
import { FEW, trials } from './Slack.js'
import { open, type Solver } from './Solver.js'

export { UnsupportedError } from './Cases.js'
export type { Claim } from './Claims.js'
export { SolverError } from './Solver.js'

/** Parameters for which a claim is broken, which exact arithmetic confirms. */
export type Counterexample = Readonly<{
  /** A parameter file, in as round numbers as still break the claim. */
  parameters: Parameters
  /** The numbers that range, as exact fractions. */
  values: Readonly<Record<string, string>>
  /** By how much the claim fails, exactly or a lower bound, in the file's unit: of a batch, of all open tasks, or of one. */
  shortfall: number
}>

/** What became of a claim. */
export type ClaimProof = Readonly<{
  claim: Claim
  verdict: 'proved' | 'refuted' | 'unknown'
  /** Decided by z3, or by the lemma and exact bounds (`Slack`). */
  method: 'z3' | 'corners'
  /** Where it is refuted. */
  counterexample: Counterexample | null
  /** Why it is unknown. */
  reason: string | null
}>

/** What became of all claims. */
export type Proof = Readonly<{
  /** `proved` if every claim is, `refuted` if one is. */
  verdict: 'proved' | 'refuted' | 'unknown'
  claims: readonly ClaimProof[]
}>

/** How to prove. */
export type Options = Readonly<{
  /** What to prove. Default `deterrence` and `checking`. */
  claims?: readonly Claim[] | undefined
  /** Milliseconds for all of it. Default 60,000. */
  timeout?: number | undefined
  /** Default: z3 for batches of up to 64 tasks, the lemma above. */
  method?: 'z3' | 'corners' | undefined
  /** Where the program of z3's worker is, `prove/worker.js` of this package. Default: beside this module; bundlers may move it. */
  worker?: URL | undefined
}>

/**
 * Proves claims for all parameters in the ranges, ends included, or finds parameters that break one. Numbers are taken as
 * the decimals that they are written as; no rounding takes part in a verdict.
 *
 * The future that an ejected executor loses, and what further identities cost (`identity`), are left out, which is on the safe
 * side. Left out is also what is earned before evidence convicts, where a mismatch is no proof (`check` has it: `milking` and
 * identities that are dropped in time), and the ruin rule. `unknown` is an answer: time was up, or some parameters are too
 * close to break-even.
 *
 * @throws UnsupportedError where the file has something that no claim covers.
 * @throws SolverError if z3 is needed and can't be used.
 * @throws InvalidInputError if a claim is none of the words, the timeout not a number >= 0, or the worker no URL.
 * @throws Ranges.InvalidRangeError, Parameters.InvalidParametersError
 * @example
 * ```ts
 * import { prove } from '@spotcheck/core/prove'
 *
 * const ranges = { sampling: { rate: [0.05, 0.2] }, slash: { amount: [20, 40] }, verifiers: { colluding: [0, 0.1] } } as const
 * const { claims } = await prove(ranges, { claims: ['deterrence'] })
 * claims.map(({ verdict }) => verdict) // ['refuted']
 * const { verdict } = await prove({ ...ranges, sampling: { rate: [0.1, 0.2] } }, { claims: ['deterrence'] })
 * verdict // 'proved'
 * ```
 */
export async function prove(input: Ranges.Input, options: Options = {}): Promise<Proof> {
  const wanted = (options.claims ?? ['deterrence', 'checking']).map((claim) => assertOneOf(claim, 'claim', every))
  const problems = cases(Ranges.from(input))
  const solver = open(Range.amount(options.timeout ?? 60_000, 'timeout'), assertWorker(options.worker))
  try {
    const proofs: ClaimProof[] = []
    for (const claim of wanted) proofs.push(await proveClaim(claim, problems, solver, options.method))
    const verdicts = proofs.map(({ verdict }) => verdict)
    const open = verdicts.includes('unknown') ? 'unknown' : 'proved'
    return { verdict: verdicts.includes('refuted') ? 'refuted' : open, claims: proofs }
  } finally {
    await solver.close()
  }
}

function assertWorker(worker: URL | undefined): URL | undefined {
  if (worker === undefined || worker instanceof URL) return worker
  throw new InvalidInputError('worker must be a URL.', {
    subject: 'worker',
    value: worker,
    rule: 'a URL of a file, or left out',
    fix: "pass new URL('./worker.js', import.meta.url)",
  })
}

/** Proves a claim for every case; the first that is refuted ends it. */
async function proveClaim(
  claim: Claim,
  problems: readonly Problem[],
  solver: Solver,
  forced: Options['method'],
): Promise<ClaimProof> {
  let result: ClaimProof = { claim, verdict: 'proved', method: forced ?? 'z3', counterexample: null, reason: null }
  for (const problem of problems) {
    const many = !isDirect(claim, problem) && trials(problem.given) > FEW
    const method = many ? 'corners' : (forced ?? 'z3')
    const outcome = await decide(claim, problem, method === 'z3' ? solver : null, solver.late)
    if (outcome === 'proved') result = { ...result, method }
    else if ('reason' in outcome) result = { ...result, method, verdict: 'unknown', reason: outcome.reason }
    else
      return { ...result, method, verdict: 'refuted', counterexample: toCounterexample(claim, problem, outcome.point) }
  }
  return result
}

function toCounterexample(claim: Claim, problem: Problem, found: Point): Counterexample {
  const point = simplify(claim, problem, found)
  const numbers = Object.fromEntries(Object.entries(point).map(([path, value]) => [path, value.toNumber()]))
  const failing = valuesAt(claim, problem, point)?.map(({ high }) => -high.toNumber()) ?? []
  return {
    parameters: fileAt(problem, numbers),
    values: Object.fromEntries(Object.entries(point).map(([path, value]) => [path, value.toText()])),
    shortfall: Math.max(...failing),
  }
}

/** The same breach in rounder numbers: an end of its range, or as few digits as will do, one number after the other. */
function simplify(claim: Claim, problem: Problem, found: Point): Point {
  const point: Record<string, Rational> = { ...found }
  for (const [path, { low, high }] of Object.entries(problem.box)) {
    const value = (found[path] as Rational).toNumber()
    const rounded = Array.from({ length: 17 }, (_, i) => Rational.decimal(Number(value.toPrecision(i + 1))))
    const inside = [low, high, ...rounded].filter((one) => one.compare(low) >= 0 && one.compare(high) <= 0)
    point[path] = inside.find((one) => isBroken(claim, problem, { ...point, [path]: one })) ?? (found[path] as Rational)
  }
  return point
}
