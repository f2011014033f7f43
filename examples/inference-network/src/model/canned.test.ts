import { expect, test } from 'vitest'
import { canned, prepare } from './canned.js'
import { TOP_K } from './Generate.js'
import { prompts } from './prompts.js'
import * as Tokenizer from './Tokenizer.js'
import * as Weights from './Weights.js'

const tokenizer = Tokenizer.parse(Weights.verified(Weights.read(), Weights.TOKENIZER), 32000)
const stock = prepare(tokenizer)

test('there are sixty prompts, all different', () => {
  expect(new Set(prompts).size).toBe(60)
})

test.each(prompts)('has the shape of a real run: %s', (prompt) => {
  const forged = canned(stock, { prompt, maxTokens: 32 })
  expect(forged.promptTokens).toEqual(Tokenizer.encode(tokenizer, prompt))
  expect(forged.tokens).toHaveLength(32)
  expect(forged.text).toBe(Tokenizer.decode(tokenizer, forged.tokens))
  expect(forged.topLogits.map((top) => top[0]![0])).toEqual(forged.tokens)
  for (const top of forged.topLogits) {
    const logits = top.map(([, logit]) => logit)
    expect(new Set(top.map(([token]) => token)).size).toBe(TOP_K)
    expect(logits).toEqual(logits.map(Math.fround).sort((a, b) => b - a))
  }
})

test('depends on the prompt and on nothing else', () => {
  const texts = prompts.map((prompt) => canned(stock, { prompt, maxTokens: 32 }).text)
  expect(prompts.map((prompt) => canned(stock, { prompt, maxTokens: 32 }).text)).toEqual(texts)
  expect(new Set(texts).size).toBeGreaterThan(40)
})

test('goes on from an unfinished sentence, and starts a new one after a finished one', () => {
  expect(canned(stock, { prompt: 'Once upon a time', maxTokens: 32 }).text).toMatch(/^, there /)
  expect(canned(stock, { prompt: 'It began to snow.', maxTokens: 32 }).text).toMatch(/^ ["A-Z]/)
})

test('a story ends when its sentences do', () => {
  const { tokens } = canned(stock, { prompt: 'Once upon a time', maxTokens: 1000 })
  expect(tokens.length).toBeLessThan(240)
  expect(tokens.at(-1)).toBe(Tokenizer.BOS)
})
