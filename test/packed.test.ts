import { describe, expect, test } from 'vitest'
import { extractExample, readmeExample, tryPacked } from '../scripts/packed.mjs'

test('the packed packages serve the example of the README and the command', { timeout: 600_000 }, () => {
  const { example, help } = tryPacked(readmeExample())
  expect(example).not.toBe('')
  expect(help).toContain('spotcheck')
})

describe('extractExample', () => {
  const fence = '```'
  const marked = `<!-- example: library -->\n\nAs a library:\n\n${fence}ts\nlibrary()\n${fence}\n`

  test('takes the first block after the marker', () => {
    const text = `${fence}ts\nother()\n${fence}\n${marked}\n${fence}ts\nlater()\n${fence}\n`
    expect(extractExample(text)).toBe('library()\n')
  })

  test('passes over blocks in other languages', () => {
    expect(extractExample(`<!-- example: library -->\n${fence}sh\nnpm start\n${fence}\n${marked}`)).toBe('library()\n')
  })

  test('says what is missing', () => {
    expect(() => extractExample('# Spotcheck\n')).toThrow('put <!-- example: library --> before')
    expect(() => extractExample('<!-- example: library -->\n')).toThrow('no block fenced as ts follows')
  })
})
