import { expect, test } from 'vitest'
import { nearest } from './Nearest.js'

test('nearest finds misspellings and nothing else', () => {
  const known = ['rate', 'verifiers', 'mode']
  expect(nearest('raet', known)).toBe('rate')
  expect(nearest('Verifier', known)).toBe('verifiers')
  expect(nearest('zebra', known)).toBeUndefined()
  expect(nearest('x', known)).toBeUndefined()
  expect(nearest('', known)).toBeUndefined()
  expect(nearest('y'.repeat(1e6), known)).toBeUndefined()
})
