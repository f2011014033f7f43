/**
 * The two models of the example side by side: the one that tasks pin, and the cheaper one that a cheat runs instead.
 *
 * @module
 */
import type { Model } from './Generate.js'
import * as Quantised from './Quantised.js'
import * as Tokenizer from './Tokenizer.js'
import * as Weights from './Weights.js'

/** `fp32`: the pinned weights. `int8`: the same rounded to bytes. */
export type Variant = 'fp32' | 'int8'

/** Everything that a worker needs, all of it in shared memory, so that passing it on copies nothing. */
export type Models = Readonly<{ weights: Readonly<Record<Variant, Weights.Weights>>; tokenizer: Uint8Array }>

/** Reads and checks the installed weights and rounds a second copy: about 61 MB and 15 MB, once for all workers. */
export function load(path: string = Weights.locate()): Models {
  const { weights, tokenizer } = Weights.load(path)
  return { weights: { fp32: weights, int8: Quantised.from(weights) }, tokenizer }
}

/** The tokenizer of both. */
export function tokenizer(models: Models): Tokenizer.Tokenizer {
  return Tokenizer.parse(models.tokenizer, models.weights.fp32.config.vocabSize)
}

/** Both models, ready to run in this thread. */
export function all(models: Models): Readonly<Record<Variant, Model>> {
  const shared = tokenizer(models)
  const { fp32, int8 } = models.weights
  return { fp32: { weights: fp32, tokenizer: shared }, int8: { weights: int8, tokenizer: shared } }
}
