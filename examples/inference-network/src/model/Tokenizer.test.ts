import { describe, expect, test } from 'vitest'
import { prompts } from './prompts.js'
import * as Tokenizer from './Tokenizer.js'
import * as Weights from './Weights.js'

const bytes = Weights.verified(Weights.read(), Weights.TOKENIZER)
const tokenizer = Tokenizer.parse(bytes, 32000)

// The authority is Llama 2's SentencePiece model: the first is llama.cpp's usual example, the second its test of
// "Hello world", the rest follow from the format (byte tokens are the byte plus 3).
test.each([
  ['Once upon a time', [1, 9038, 2501, 263, 931]],
  ['Hello world', [1, 15043, 3186]],
  ['', [1]],
  ['\n', [1, 29871, 13]],
  ['🙂', [1, 29871, 243, 162, 156, 133]],
])('encodes %j', (text, tokens) => {
  expect(Tokenizer.encode(tokenizer, text)).toEqual(tokens)
})

test.each([
  ...prompts,
  '',
  ' ',
  '  two spaces,  twice ',
  'tabs\tand\nlines\r\n',
  'naïve café, 日本語, 🙂🦙',
  '\u0000\u0001\u007f',
  '<s> and </s> and <0x0A> are only text',
  '\n<s>\n',
])('decodes what it encodes: %j', (text) => {
  expect(Tokenizer.decode(tokenizer, Tokenizer.encode(tokenizer, text))).toBe(text)
})

describe('decode', () => {
  test('keeps the leading space of an output, which has no BOS', () => {
    expect(Tokenizer.decode(tokenizer, [931])).toBe(' time')
  })

  test('control tokens have no text', () => {
    expect(Tokenizer.decode(tokenizer, [1, 931, 2, 1, 0])).toBe('time')
  })
})

test('text can not spell a control token', () => {
  const [, ...tokens] = Tokenizer.encode(tokenizer, '<s>\n<s>\n</s>\n<unk>')
  expect(tokens.filter((token) => token < 3)).toEqual([])
})

describe('parse', () => {
  test.each([
    ['cut', bytes.subarray(0, -1), 32000],
    ['empty', bytes.subarray(0, 4), 32000],
    ['for a larger vocabulary', bytes, 32001],
    ['for a smaller vocabulary', bytes, 31999],
  ])('a tokenizer that is %s is refused', (_, input, vocabSize) => {
    expect(() => Tokenizer.parse(input, vocabSize)).toThrow(Tokenizer.FormatError)
  })
})
