/**
 * Plausible text without running any model: what the laziest cheat returns.
 *
 * Stock sentences in an order drawn from the prompt, and logits drawn to look like real ones. It costs microseconds
 * where the model costs hundreds of milliseconds, and only a replay can tell.
 *
 * @module
 */
import { type Generation, TOP_K, type TopLogits } from './Generate.js'
import * as Tokenizer from './Tokenizer.js'

/** How a story goes on from a prompt that stops in the middle of a sentence. */
const OPENINGS = [
  ', there was a little girl named Lily.',
  ', there was a boy named Tim who loved to play outside.',
  ', there was a small bird that wanted to sing.',
  ', there lived a friendly bear in the forest.',
]

const SENTENCES = [
  'She loved to play in the park with her friends.',
  'One day, they found a big red ball under a tree.',
  'The sun was shining and the birds were singing.',
  '"Can I play with you?" asked the little dog.',
  'They ran and jumped and laughed all day long.',
  'Her mom smiled and gave her a big hug.',
  'But then, something unexpected happened.',
  'A small bunny came out of the bushes.',
  'He was a bit scared, but he wanted to be brave.',
  '"Do not worry, I will help you," said the kind old man.',
  'They worked together and soon it was done.',
  'Everyone was very happy and said thank you.',
  'It was time to go home, so they waved goodbye.',
  'From that day on, they were the best of friends.',
]

export type Canned = Readonly<{
  tokenizer: Tokenizer.Tokenizer
  openings: readonly (readonly number[])[]
  sentences: readonly (readonly number[])[]
  /** The tokens of all sentences: what a forged runner-up looks like. */
  words: readonly number[]
}>

/** Encodes the stock sentences, once. */
export function prepare(tokenizer: Tokenizer.Tokenizer): Canned {
  const tokens = (text: string) => Tokenizer.encode(tokenizer, text)
  const openings = OPENINGS.map((text) => tokens(`time${text}`).slice(tokens('time').length))
  const sentences = SENTENCES.map((text) => tokens(text).slice(1))
  return { tokenizer, openings, sentences, words: [...new Set(sentences.flat())] }
}

/**
 * A story of `maxTokens` tokens, or a shorter one that ends; the same for the same prompt.
 *
 * @example
 * ```ts
 * const { text, topLogits } = canned(prepare(tokenizer), { prompt: 'Once upon a time', maxTokens: 32 })
 * ```
 */
export function canned(stock: Canned, task: Readonly<{ prompt: string; maxTokens: number }>): Generation {
  const random = generator(task.prompt)
  const tokens = story(stock, task.prompt, random).slice(0, task.maxTokens)
  return {
    promptTokens: Tokenizer.encode(stock.tokenizer, task.prompt),
    tokens,
    text: Tokenizer.decode(stock.tokenizer, tokens),
    topLogits: tokens.map((token) => forge(token, stock.words, random)),
  }
}

type Random = () => number

function story({ openings, sentences }: Canned, prompt: string, random: Random): number[] {
  const opening = /[.!?"]$/.test(prompt) ? [] : openings[Math.floor(random() * openings.length)]!
  return [...opening, ...shuffled(sentences, random).flat(), Tokenizer.BOS]
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const result = [...items]
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[result[i], result[j]] = [result[j]!, result[i]!]
  }
  return result
}

/** The token itself on top, then falling logits of other words, with the gaps that the real model shows. */
function forge(token: number, words: readonly number[], random: Random): TopLogits {
  const top: [number, number][] = [[token, Math.fround(14 + 8 * random())]]
  let logit = top[0]![1] - 4 * random() ** 2
  for (let at = Math.floor(random() * words.length); top.length < TOP_K; at = (at + 1) % words.length) {
    if (words[at] === token) continue
    top.push([words[at]!, Math.fround(logit)])
    logit -= 0.05 + 1.2 * random() ** 2
  }
  return top
}

/** Numbers in [0, 1) drawn from a text: FNV-1a, then mulberry32. */
function generator(text: string): Random {
  let state = 0x811c9dc5
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
