/**
 * TOPLOC: a locality-sensitive commitment to a model's top-k activations, small enough to publish and loose enough to
 * survive another GPU's rounding (protocol.md, section 8; https://arxiv.org/abs/2501.16007).
 *
 * The executor's evidence is one proof of 2 + 2k bytes for each segment of the text, one after the other; a verifier
 * replays the text, takes its own top-k activations of each segment and reveals them ({@link encode}).
 * `Comparison.toploc` compares the two. What is a segment (the prompt, then every 32 tokens, in the paper) is part of the
 * execution profile; both sides must cut alike.
 *
 * @module
 */
export {
  type Activations,
  decode,
  encode,
  InvalidActivationsError,
  maxPoints,
  maxSegments,
} from './Toploc/Activations.js'
export { build, type Deviation, deviation, evaluate, type Proof, parse } from './Toploc/Proof.js'
