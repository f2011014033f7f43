/** Tensors within tolerances, value by value. */
import { assertObject } from '../Encoding.js'
import type { ComparatorParameters } from '../Protocol.js'
import * as Tensor from '../Tensor.js'
import {
  apart,
  assertCount,
  assertSubject,
  assertTolerance,
  type Comparator,
  match,
  mismatch,
  outputless,
  unproven,
  unusable,
} from './Outcome.js'

type Parameters = Extract<ComparatorParameters, { kind: 'tensor' }>
type Limits = Readonly<{ absolute: number; relative: number; ulps: number }>

/**
 * Tensors of f32 values: as many dimensions of the same size, and every value within one of three tolerances.
 *
 * A pair is close iff |a - b| <= `absolute`, or |a - b| <= `relative` · max(|a|, |b|), or at most `ulps` steps lead from
 * one to the next f32 to the other, counted through zero; 0 and -0 are equal. An infinity is close to the same infinity
 * only. A tensor with NaN is no evidence: from the executor it is a mismatch, from the verifier indeterminate. An empty
 * output is a mismatch whatever its evidence.
 *
 * The score is the largest |a - b|: infinite where an infinity has no equal, or the shapes differ.
 *
 * @throws InvalidInputError if a tolerance is no WAD or ulps no count.
 * @see protocol.md, Comparison and Verdict
 * @example
 * ```ts
 * import { Comparison, Tensor, Wad } from '@spotcheck/core'
 *
 * const compare = Comparison.tensor({ kind: 'tensor', absolute: Wad.from(0.5), relative: 0n, ulps: 0 })
 * const evidence = (...values: number[]) => Tensor.encode({ shape: [values.length], values })
 * const executor = { output: '0x01', evidence: evidence(1, 2) } as const
 * compare({ executor, verifier: evidence(1.5, 2) }).outcome // 'match'
 * compare({ executor, verifier: evidence(1.75, 2) }).outcome // 'mismatch'
 * compare({ executor, verifier: evidence(1) }).outcome // 'mismatch'
 * ```
 */
export function tensor(parameters: Parameters): Comparator {
  const limits = assertParameters(parameters)
  return (subject) => {
    const { executor, verifier } = assertSubject(subject)
    const own = Tensor.decode(verifier)
    if (own === undefined) return unusable
    if (executor.output === '0x') return outputless
    const claimed = Tensor.decode(executor.evidence)
    if (claimed === undefined) return unproven
    const [shape, replayed] = [claimed.shape.join(' x '), own.shape.join(' x ')]
    if (shape !== replayed) return apart(`shape ${shape}, ${replayed} replayed`)
    return judge(claimed.values, own.values, limits)
  }
}

function assertParameters(parameters: Parameters): Limits {
  const { absolute, relative, ulps } = assertObject(parameters, 'parameters')
  return {
    absolute: assertTolerance(absolute, 'absolute'),
    relative: assertTolerance(relative, 'relative'),
    ulps: assertCount(ulps, 'ulps', 0, 2 ** 23),
  }
}

function judge(claimed: Float32Array, own: Float32Array, limits: Limits): ReturnType<Comparator> {
  const position = steps()
  let largest = 0
  let far = 0
  for (const [i, a] of claimed.entries()) {
    const b = own[i]!
    // Also for equal infinities, whose difference is NaN.
    if (a === b) continue
    const difference = Math.abs(a - b)
    largest = Math.max(largest, difference)
    if (difference === Number.POSITIVE_INFINITY || !isClose(a, b, difference, limits, position)) far++
  }
  const reason = `${far} of ${claimed.length} values too far apart, the largest difference ${largest}`
  return far === 0 ? match(largest, reason) : mismatch(largest, reason)
}

function isClose(a: number, b: number, difference: number, limits: Limits, position: (value: number) => number) {
  if (difference <= limits.absolute) return true
  if (difference <= limits.relative * Math.max(Math.abs(a), Math.abs(b))) return true
  return Math.abs(position(a) - position(b)) <= limits.ulps
}

/** The place of an f32 among all of them in order, both zeros at 0. */
function steps(): (value: number) => number {
  const view = new DataView(new ArrayBuffer(4))
  return (value) => {
    view.setFloat32(0, value)
    const bits = view.getUint32(0)
    return bits < 2 ** 31 ? bits : 2 ** 31 - bits
  }
}
