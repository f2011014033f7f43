/**
 * The three ways of answering a prompt, as `Model` ports: the real model, its int8 substitute, and no model at all. Each
 * reports what it cost.
 */
import { Encoding, Logits, type Output } from '@spotcheck/core'
import type { Model } from '@spotcheck/core/ports'
import * as Canned from './model/canned.js'
import type { Generation } from './model/Generate.js'
import type * as ModelPool from './model/ModelPool.js'
import type * as Models from './model/Models.js'
import * as Tokenizer from './model/Tokenizer.js'

/** Longest answer, tokens. */
export const maxTokens = 20

/** Workers that run the model; see `ModelPool`. */
export type Pool = Pick<ModelPool.ModelPool, 'generate' | 'replay'>

/** Is told the CPU time of each run, microseconds. */
export type Meter = (micros: number) => void

/** A prompt as the task's input bytes. */
export function encodePrompt(prompt: string): Encoding.Hex {
  return Encoding.toHex(new TextEncoder().encode(prompt))
}

function decodePrompt(input: Encoding.Hex): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(Encoding.fromHex(input))
}

function toOutput({ tokens, topLogits }: Generation): Output.Output {
  return { bytes: Logits.encodeTokens(tokens), evidence: evidenceOf(topLogits) }
}

function evidenceOf(topLogits: Generation['topLogits']): Encoding.Hex {
  return Logits.encode(topLogits.map((position) => position.map(([token, logit]) => ({ token, logit }))))
}

/** Runs the model in worker threads: greedy decoding when it serves, token-by-token replay when it verifies. */
export function engine(pool: Pool, variant: Models.Variant, meter: Meter): Model {
  return {
    async execute(_, input) {
      const { result, cpuMicros } = await pool.generate({ variant, prompt: decodePrompt(input), maxTokens })
      meter(cpuMicros)
      return toOutput(result)
    },
    async reexecute({ input, output }) {
      const prompt = decodePrompt(input)
      const tokens = output === null ? undefined : Logits.decodeTokens(output)
      const { result, cpuMicros } = isRunnable(tokens)
        ? await pool.replay({ variant, prompt, tokens: expected(tokens) })
        : await pool.generate({ variant, prompt, maxTokens })
      meter(cpuMicros)
      return evidenceOf(result.topLogits)
    },
  }
}

/** Tokens that the model knows. Anything else is answered with the verifier's own text, and so with a mismatch. */
function isRunnable(tokens: readonly number[] | undefined): tokens is readonly number[] {
  return tokens !== undefined && tokens.length > 0 && tokens.every((token) => token < 32_000)
}

/**
 * What is replayed: the tokens up to where the decoder would have stopped; one position more if they stop before it. A
 * text that is cut short or carried on therefore has another length than its replay.
 */
function expected(tokens: readonly number[]): readonly number[] {
  const stop = tokens.findIndex(Tokenizer.isStop)
  const end = Math.min(stop === -1 ? maxTokens : stop + 1, maxTokens)
  return tokens.length < end ? [...tokens, Tokenizer.BOS] : tokens.slice(0, end)
}

/** Plausible text with made-up logits; runs nothing. Timed by the wall clock: CPU clocks are too coarse for it. */
export function canned(tokenizer: Tokenizer.Tokenizer, meter: Meter): Model {
  const stock = Canned.prepare(tokenizer)
  return {
    async execute(_, input) {
      const started = performance.now()
      const output = toOutput(Canned.canned(stock, { prompt: decodePrompt(input), maxTokens }))
      meter((performance.now() - started) * 1000)
      return output
    },
    reexecute: () => Promise.reject(new Error('this executor has no model')),
  }
}
