import { describe, expect, test } from 'vitest'
import * as Generate from './Generate.js'
import * as Models from './Models.js'
import { prompts } from './prompts.js'
import * as Tokenizer from './Tokenizer.js'
import * as Transformer from './Transformer.js'

const models = Models.all(Models.load())
const model = models.fp32

// What `./run stories15M.bin -t 0 -i "Once upon a time"` of llama2.c prints, as several ports of it publish.
const STORY = `Once upon a time, there was a little girl named Lily. She loved to play outside in the sunshine. One day, she saw a big, red ball in the sky. It was the sun! She thought it was so pretty.
Lily wanted to play with the ball, but it was too high up in the sky. She tried to jump and reach it, but she couldn't. Then, she had an idea. She would use a stick to knock the ball down.
Lily found a stick and tried to hit the ball. But the stick was too short. She tried again and again, but she couldn't reach it. She felt sad.
Suddenly, a kind man came by and saw Lily. He asked her what was wrong. Lily told him about the ball. The man smiled and said, "I have a useful idea!" He took out a long stick and used it to knock the ball down. Lily was so happy! She thanked the man and they played together in the sunshine.`

describe('generate', () => {
  test('writes the published story, to its end', () => {
    const prompt = 'Once upon a time'
    const { promptTokens, tokens, text } = Generate.generate({ model, prompt, maxTokens: 256 })
    expect(prompt + text).toBe(STORY)
    expect([...promptTokens, ...tokens]).toEqual([...Tokenizer.encode(model.tokenizer, STORY), Tokenizer.BOS])
  })

  test('begins the same story from nothing', () => {
    const { promptTokens, text } = Generate.generate({ model, prompt: '', maxTokens: 12 })
    expect(promptTokens).toEqual([Tokenizer.BOS])
    expect(STORY.startsWith(text.trimStart())).toBe(true)
  })

  test('pins the first tokens', () => {
    const { tokens } = Generate.generate({ model, prompt: 'Once upon a time', maxTokens: 16 })
    expect(tokens).toEqual([
      29892, 727, 471, 263, 2217, 7826, 4257, 365, 2354, 29889, 2296, 18012, 304, 1708, 5377, 297,
    ])
  })

  test('the evidence has the chosen token on top and falls from there', () => {
    const { tokens, topLogits } = Generate.generate({ model, prompt: prompts[5]!, maxTokens: 8 })
    expect(topLogits.map((top) => top[0]![0])).toEqual(tokens)
    for (const top of topLogits) {
      const logits = top.map(([, logit]) => logit)
      expect(logits).toHaveLength(Generate.TOP_K)
      expect(logits).toEqual(logits.map(Math.fround).sort((a, b) => b - a))
    }
  })

  test('stops at the end of the context', () => {
    const prompt = 'the cat and the dog '.repeat(60).slice(0, 1000)
    const { promptTokens, tokens } = Generate.generate({ model, prompt, maxTokens: 1000 })
    expect(promptTokens.length + tokens.length).toBeLessThanOrEqual(257)
  })

  test('a prompt longer than the context is refused', () => {
    const prompt = 'the cat '.repeat(200)
    expect(() => Generate.generate({ model, prompt, maxTokens: 1 })).toThrow(Transformer.ContextFullError)
  })
})

describe('replay', () => {
  test.each(['fp32', 'int8'] as const)('of an honest run gives its bits: %s', (variant) => {
    for (const prompt of ['', prompts[3]!, prompts[20]!]) {
      const honest = Generate.generate({ model: models[variant], prompt, maxTokens: 16 })
      expect(Generate.replay({ model: models[variant], prompt, tokens: honest.tokens })).toEqual(honest)
    }
  })

  test('feeds the tokens that it was given, and shows where it would differ', () => {
    const honest = Generate.generate({ model, prompt: 'Once upon a time', maxTokens: 12 })
    const tokens = honest.tokens.with(4, 263)
    const { topLogits, ...rest } = Generate.replay({ model, prompt: 'Once upon a time', tokens })
    expect(rest.tokens).toEqual(tokens)
    expect(topLogits.slice(0, 5)).toEqual(honest.topLogits.slice(0, 5))
    expect(topLogits[4]![0]![0]).not.toBe(263)
    expect(topLogits[5]).not.toEqual(honest.topLogits[5])
  })

  test('reads on after a stop token', () => {
    expect(Generate.replay({ model, prompt: 'Hi', tokens: [1, 931] }).topLogits).toHaveLength(2)
  })

  test.each([
    ['a token outside the vocabulary', [931, 32000, 931], false],
    ['too many tokens', Array(257).fill(931), false],
    ['as many tokens as fit', Array(255).fill(931), true],
    ['no tokens', [], true],
  ])('isReplayable tells %s beforehand', (_, tokens: number[], expected) => {
    expect(Generate.isReplayable({ model, prompt: 'Hi', tokens })).toBe(expected)
    if (!expected) expect(() => Generate.replay({ model, prompt: 'Hi', tokens })).toThrow(/token/)
  })
})

test('largest: ties go to the smaller token, and short lists are whole', () => {
  expect(Generate.largest(Float32Array.of(1, 3, 2, 3, 3, 0), 3)).toEqual([
    [1, 3],
    [3, 3],
    [4, 3],
  ])
  expect(Generate.largest(Float32Array.of(1, 2))).toEqual([
    [1, 2],
    [0, 1],
  ])
})
