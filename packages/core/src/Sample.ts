/**
 * Which outputs are re-executed, and by whom: pure functions of the seed that anyone can recompute.
 *
 * `bernoulli` draws each index by its own hash, `fixed` exactly `ceil(rate · count)` of them, `byValue` in proportion to
 * what a task is worth, `secret` by a verifier's own VRF; each answers for one index in constant time (`includes`), so that a contract can check one index
 * without the others. `assign` draws verifiers by stake.
 *
 * @module
 */
export {
  type AssignArgs,
  type AssignmentArgs,
  assign,
  assignment,
  InvalidVerifiersError,
  type Verifier,
} from './Sample/Assignment.js'
export { bernoulli } from './Sample/Bernoulli.js'
export {
  byValue,
  InvalidIntervalError,
  InvalidWeightsError,
  type ValueDraw,
  type ValueSampler,
} from './Sample/ByValue.js'
export { type CaptureArgs, captureProbability } from './Sample/Capture.js'
export { type Draw, InvalidRateError, type Sampler } from './Sample/Draw.js'
export { fixed } from './Sample/Fixed.js'
export {
  InvalidStakeError,
  type SecretDraw,
  type SecretInput,
  type SecretProof,
  type SecretSampler,
  secret,
} from './Sample/Secret.js'
export { uniform } from './Sample/Uniform.js'
