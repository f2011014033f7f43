/**
 * Comparators: are two results the same work? (protocol.md, section 8)
 *
 * Only + - x / sqrt and comparison on doubles are used here, so that every engine computes the same verdict. Empty
 * evidence never passes: nothing from the executor is a mismatch, nothing from the verifier is indeterminate.
 *
 * @module
 */
export { comparator, InvalidComparisonError, type Registry, UnknownComparatorError } from './Comparison/Custom.js'
export { exact } from './Comparison/Exact.js'
export { logits } from './Comparison/Logits.js'
export { logprobs } from './Comparison/Logprobs.js'
export type { Comparator, Comparison, Subject } from './Comparison/Outcome.js'
export { tensor } from './Comparison/Tensor.js'
export { toploc } from './Comparison/Toploc.js'
