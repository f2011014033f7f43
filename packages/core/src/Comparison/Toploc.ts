/** TOPLOC proofs against the verifier's own activations. */
import { assertObject, fromHex, type Hex } from '../Encoding.js'
import type { ComparatorParameters } from '../Protocol.js'
import * as Toploc from '../Toploc.js'
import {
  apart,
  assertCount,
  assertSubject,
  type Comparator,
  type Comparison,
  invalid,
  match,
  mismatch,
  outputless,
  unproven,
  unusable,
} from './Outcome.js'

type Parameters = Extract<ComparatorParameters, { kind: 'toploc' }>

/** What a point of another exponent counts in the score: a binade, in units of the last bit of the mantissa. */
const BINADE = 128

/**
 * TOPLOC: the executor's proofs, one for each segment of the text, against the verifier's own top-k activations.
 *
 * A segment is accepted iff at least `minExponentMatches` of its `topk` points have the claimed sign and exponent, and
 * over these the mean error of the mantissa is at most `maxMeanMantissaError` and its median at most
 * `maxMedianMantissaError`, in units of the last of 7 bits. It matches iff every segment is accepted; another number of
 * segments is a mismatch, and so is an empty output, whatever its proofs. The paper takes 128, 90, 10 and 8.
 *
 * The score is that of the worst segment: the mean error of the mantissa over all points, one of another exponent
 * counting 128.
 *
 * Proofs bind the activations, not the tokens: a cheap model may have written the text and the real one read it.
 *
 * @throws InvalidInputError if a parameter is no count in its range.
 * @see https://arxiv.org/abs/2501.16007; protocol.md, Comparison and Verdict
 * @example
 * ```ts
 * import { Comparison, Encoding, Toploc } from '@spotcheck/core'
 *
 * const accept = { topk: 4, minExponentMatches: 3, maxMeanMantissaError: 10, maxMedianMantissaError: 8 }
 * const compare = Comparison.toploc({ kind: 'toploc', ...accept })
 * const indices = [3, 70_000, 12, 5]
 * const proof = Toploc.build({ indices, values: [16_256, 49_152, 16_457, 15_821] })
 * const executor = { output: '0x01', evidence: Encoding.toHex(proof) } as const
 * const replayed = (values: number[]) => Toploc.encode([{ indices, values }])
 * compare({ executor, verifier: replayed([16_260, 49_152, 16_457, 15_000]) }).outcome // 'match'
 * compare({ executor, verifier: replayed([17_000, 49_152, 16_457, 15_000]) }).outcome // 'mismatch'
 * compare({ executor, verifier: '0x' }).outcome // 'indeterminate'
 * ```
 */
export function toploc(parameters: Parameters): Comparator {
  const limits = assertParameters(parameters)
  return (subject) => {
    const { executor, verifier } = assertSubject(subject)
    const own = Toploc.decode(verifier)
    if (own === undefined || own[0]!.indices.length !== limits.topk) return unusable
    if (executor.output === '0x') return outputless
    const proofs = split(executor.evidence, limits.topk)
    if (proofs === undefined) return unproven
    if (proofs.length !== own.length) return apart(`${proofs.length} proofs, ${own.length} segments replayed`)
    return judge(
      proofs.map((proof, i) => Toploc.deviation(proof, own[i]!)),
      limits,
    )
  }
}

function assertParameters(parameters: Parameters): Parameters {
  const { topk, minExponentMatches, maxMeanMantissaError, maxMedianMantissaError } = assertObject(
    parameters,
    'parameters',
  )
  if (assertCount(minExponentMatches, 'minExponentMatches', 1, Toploc.maxPoints) > topk)
    throw invalid('minExponentMatches', minExponentMatches, `at most topk (${topk})`)
  return {
    kind: 'toploc',
    topk: assertCount(topk, 'topk', 2, Toploc.maxPoints),
    minExponentMatches,
    maxMeanMantissaError: assertCount(maxMeanMantissaError, 'maxMeanMantissaError', 0, BINADE - 1),
    maxMedianMantissaError: assertCount(maxMedianMantissaError, 'maxMedianMantissaError', 0, BINADE - 1),
  }
}

/** The proofs of all segments, each of 2 + 2k bytes; `undefined` if there is none or one of them is none. */
function split(evidence: Hex, topk: number): Toploc.Proof[] | undefined {
  const bytes = fromHex(evidence, 'executor.evidence')
  const size = 2 + 2 * topk
  if (bytes.length === 0 || bytes.length % size !== 0) return undefined
  const proofs: Toploc.Proof[] = []
  for (let at = 0; at < bytes.length; at += size) {
    const proof = Toploc.parse(bytes.subarray(at, at + size), topk)
    if (proof === undefined) return undefined
    proofs.push(proof)
  }
  return proofs
}

function judge(deviations: readonly Toploc.Deviation[], limits: Parameters): Comparison {
  const rejected = deviations.filter((one) => !isAccepted(one, limits))
  const score = deviations.reduce((worst, one) => Math.max(worst, distance(one)), 0)
  const reason = `${rejected.length} of ${deviations.length} segments rejected, mantissa error ${score} in the worst`
  return rejected.length === 0 ? match(score, reason) : mismatch(score, reason)
}

function isAccepted(
  { points, exponentMismatches, meanMantissaError, medianMantissaError }: Toploc.Deviation,
  limits: Parameters,
): boolean {
  return (
    points - exponentMismatches >= limits.minExponentMatches &&
    meanMantissaError <= limits.maxMeanMantissaError &&
    medianMantissaError <= limits.maxMedianMantissaError
  )
}

function distance({ points, exponentMismatches, meanMantissaError }: Toploc.Deviation): number {
  const matches = points - exponentMismatches
  const sum = exponentMismatches * BINADE + (matches === 0 ? 0 : meanMantissaError * matches)
  return sum / points
}
