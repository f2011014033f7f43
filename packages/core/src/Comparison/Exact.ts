/** Equal bytes. */
import { fromHex } from '../Encoding.js'
import { assertSubject, type Comparator, indeterminate, match, mismatch, outputless } from './Outcome.js'

/**
 * Equal output bytes.
 *
 * @example
 * ```ts
 * import { Comparison } from '@spotcheck/core'
 *
 * Comparison.exact({ executor: { output: '0x01', evidence: '0x' }, verifier: '0x01' }).outcome // 'match'
 * Comparison.exact({ executor: { output: '0x', evidence: '0x' }, verifier: '0x01' }).outcome // 'mismatch'
 * ```
 */
export const exact: Comparator = (subject) => {
  const { executor, verifier } = assertSubject(subject)
  fromHex(verifier, 'verifier')
  if (verifier === '0x') return indeterminate('the verifier revealed nothing')
  if (executor.output === '0x') return outputless
  return executor.output === verifier ? match(0, 'equal bytes') : mismatch(1, 'different bytes')
}
