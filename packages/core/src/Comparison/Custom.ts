/** The comparator that the parameters name, one of ours or the network's own. */
import { assertObject, type Hex } from '../Encoding.js'
import { BaseError } from '../Errors.js'
import type { Protocol } from '../Protocol.js'
import { exact } from './Exact.js'
import { logits } from './Logits.js'
import { logprobs } from './Logprobs.js'
import { assertSubject, type Comparator, type Comparison, invalid, outputless, unproven, unusable } from './Outcome.js'
import { tensor } from './Tensor.js'
import { toploc } from './Toploc.js'

/** A network's own comparators by the id that its parameters name: 32 bytes, such as the hash of their source. */
export type Registry = Readonly<Record<Hex, Comparator>>

/**
 * The comparator that the parameters name.
 *
 * One of the kind `custom` is looked up in `registry`: its id is part of paramsHash, so a party that runs another function
 * under the same id disagrees with everybody else's verdicts, and nobody is bound by it. The rule on empty evidence holds
 * for it too, before it is asked; what it answers is checked.
 *
 * @param registry needed only where parameters say `custom`.
 * @throws InvalidInputError if the parameters name none.
 * @throws Comparison.UnknownComparatorError if they name one that `registry` does not have.
 * @example
 * ```ts
 * import { Comparison } from '@spotcheck/core'
 *
 * Comparison.comparator({ comparator: { kind: 'exact' } }) === Comparison.exact // true
 *
 * const id = `0x${'c0'.repeat(32)}` as const
 * const sameLength: Comparison.Comparator = ({ executor, verifier }) =>
 *   executor.evidence.length === verifier.length
 *     ? { outcome: 'match', score: 0, reason: 'same length' }
 *     : { outcome: 'mismatch', score: 1, reason: 'other length' }
 * const compare = Comparison.comparator({ comparator: { kind: 'custom', id } }, { [id]: sameLength })
 * compare({ executor: { output: '0x01', evidence: '0xaa' }, verifier: '0xbb' }).outcome // 'match'
 * compare({ executor: { output: '0x01', evidence: '0x' }, verifier: '0xbb' }).outcome // 'mismatch'
 * ```
 */
export function comparator(parameters: Pick<Protocol, 'comparator'>, registry: Registry = {}): Comparator {
  const { comparator } = assertObject(parameters, 'parameters')
  assertObject(comparator, 'comparator')
  switch (comparator.kind) {
    case 'exact':
      return exact
    case 'logits':
      return logits(comparator)
    case 'logprobs':
      return logprobs(comparator)
    case 'toploc':
      return toploc(comparator)
    case 'tensor':
      return tensor(comparator)
    case 'custom':
      return custom(comparator.id, registry)
  }
  const kinds = '"exact" | "logits" | "logprobs" | "toploc" | "tensor" | "custom"'
  throw invalid('comparator.kind', (comparator as { kind: unknown }).kind, kinds)
}

function custom(id: Hex, registry: Registry): Comparator {
  const found = Object.hasOwn(assertObject(registry, 'registry'), id) ? registry[id] : undefined
  if (typeof found !== 'function') throw new UnknownComparatorError(id)
  return (subject) => {
    const { executor, verifier } = assertSubject(subject)
    if (verifier === '0x') return unusable
    if (executor.output === '0x') return outputless
    return executor.evidence === '0x' ? unproven : assertComparison(found(subject))
  }
}

function assertComparison(comparison: Comparison): Comparison {
  const { outcome, score, reason } = assertObject(comparison, 'comparison')
  if (!['match', 'mismatch', 'indeterminate'].includes(outcome))
    throw unsound('outcome', outcome, '"match" | "mismatch" | "indeterminate"')
  if (typeof score !== 'number' || !(score >= 0)) throw unsound('score', score, 'a number of 0 or more')
  if (typeof reason !== 'string') throw unsound('reason', reason, 'text')
  return { outcome, score, reason }
}

function unsound(subject: string, value: unknown, rule: string): InvalidComparisonError {
  const fix = 'return a Comparison for every subject, whatever its bytes'
  return new InvalidComparisonError(`a custom comparator's ${subject} is none.`, { subject, value, rule, fix })
}

/** Parameters that name a comparator nobody supplied. */
export class UnknownComparatorError extends BaseError {
  override name = 'Comparison.UnknownComparatorError'

  constructor(id: Hex, fix = 'pass it: Comparison.comparator(protocol, { [id]: compare })') {
    super('the network’s own comparator is missing.', {
      subject: 'comparator.id',
      value: id,
      rule: 'a comparator of the kind "custom" is supplied by whoever runs it',
      fix,
      see: 'protocol.md, Comparison',
    })
  }
}

/** What a custom comparator answered is no comparison. */
export class InvalidComparisonError extends BaseError {
  override name = 'Comparison.InvalidComparisonError'
}
