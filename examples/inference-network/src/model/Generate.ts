/**
 * Greedy text, and its replay: the two runs that an executor and a verifier make of one task.
 *
 * Both are one loop that differs only in where the next token comes from, so that replaying an honest output gives
 * the same logits, bit for bit, as generating it did.
 *
 * @module
 */
import * as Tokenizer from './Tokenizer.js'
import * as Transformer from './Transformer.js'
import type { Weights } from './Weights.js'

/** How many of the largest logits are kept per position. */
export const TOP_K = 8

export type Model = Readonly<{ weights: Weights; tokenizer: Tokenizer.Tokenizer }>

/** The largest logits of one position, best first; equal ones by token. Each logit is a 32-bit float. */
export type TopLogits = readonly (readonly [token: number, logit: number])[]

export type Generation = Readonly<{
  /** BOS and the prompt. */
  promptTokens: readonly number[]
  /** The output; its last token is the stop token (BOS or EOS) unless the output was cut by length. */
  tokens: readonly number[]
  /** The output as text. */
  text: string
  /** For each output token, the evidence: the largest logits of its position. */
  topLogits: readonly TopLogits[]
}>

/**
 * Always the likeliest token, until a stop token, `maxTokens` or the end of the model's context.
 *
 * @throws Transformer.ContextFullError if the prompt alone is too long.
 * @example
 * ```ts
 * const { text } = Generate.generate({ model, prompt: 'Once upon a time', maxTokens: 8 })
 * // ', there was a little girl named'
 * ```
 */
export function generate({ model, prompt, maxTokens }: generate.Options): Generation {
  const promptTokens = Tokenizer.encode(model.tokenizer, prompt)
  const room = model.weights.config.seqLen - promptTokens.length + 1
  return run(model, promptTokens, Math.min(maxTokens, room), (_, top) => top[0]![0], Tokenizer.isStop)
}

export declare namespace generate {
  type Options = Readonly<{ model: Model; prompt: string; maxTokens: number }>
}

/**
 * Feeds somebody else's output tokens and reports what this model thinks at each: `topLogits[i][0]` is the token that
 * it would have written in place of `tokens[i]`.
 *
 * It judges nothing. Tokens that no run could have produced (outside the vocabulary, beyond the context) throw: they are
 * the executor's fault, not a failure of the verifier, so check for them first where that matters.
 *
 * @throws Transformer.InvalidTokenError, Transformer.ContextFullError
 */
export function replay({ model, prompt, tokens }: replay.Options): Generation {
  const promptTokens = Tokenizer.encode(model.tokenizer, prompt)
  return run(
    model,
    promptTokens,
    tokens.length,
    (index) => tokens[index]!,
    () => false,
  )
}

export declare namespace replay {
  type Options = Readonly<{ model: Model; prompt: string; tokens: readonly number[] }>
}

/** Could a run have written these tokens, as far as their number and range tell? Where not, `replay` throws. */
export function isReplayable({ model, prompt, tokens }: replay.Options): boolean {
  const { vocabSize, seqLen } = model.weights.config
  const length = Tokenizer.encode(model.tokenizer, prompt).length + tokens.length - 1
  return length <= seqLen && tokens.every((token) => Number.isInteger(token) && token >= 0 && token < vocabSize)
}

/** The `count` largest logits, best first, equal ones by token. */
export function largest(logits: Float32Array, count: number = TOP_K): TopLogits {
  const top: [number, number][] = []
  let floor = -Infinity
  for (let token = 0; token < logits.length; token++) {
    const logit = logits[token]!
    if (logit <= floor) continue
    let at = top.length
    while (at > 0 && top[at - 1]![1] < logit) at--
    top.splice(at, 0, [token, logit])
    if (top.length > count) top.pop()
    if (top.length === count) floor = top[count - 1]![1]
  }
  return top
}

function run(
  { weights, tokenizer }: Model,
  promptTokens: readonly number[],
  limit: number,
  next: (index: number, top: TopLogits) => number,
  ends: (token: number) => boolean,
): Generation {
  Transformer.assertLength(weights, promptTokens.length + Math.max(0, limit - 1))
  const session = Transformer.start(weights)
  for (const token of promptTokens) Transformer.feed(session, token)
  const tokens: number[] = []
  const topLogits: TopLogits[] = []
  while (tokens.length < limit) {
    const top = largest(Transformer.logits(session))
    const token = next(tokens.length, top)
    topLogits.push(top)
    tokens.push(token)
    if (ends(token)) break
    if (tokens.length < limit) Transformer.feed(session, token)
  }
  return { promptTokens, tokens, text: Tokenizer.decode(tokenizer, tokens), topLogits }
}
