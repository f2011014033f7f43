import { expect, test } from 'vitest'
import { nearest } from './Nearest.js'

test('nearest finds misspellings and nothing else', () => {
  const known = ['rate', 'verifiers', 'mode']
  expect(nearest('raet', known)).toBe('rate')
  expect(nearest('Verifier', known)).toBe('verifiers')
  expect(nearest('zebra', known)).toBeUndefined()
  expect(nearest('mod', known)).toBe('mode')
  expect(nearest('x', known)).toBeUndefined()
  expect(nearest('', known)).toBeUndefined()
  expect(nearest('y'.repeat(1e6), known)).toBeUndefined()
})

test('a word of up to four letters may be one edit away, a swap of neighbours included, and no more', () => {
  expect(nearest('foo', ['fee', 'task'])).toBeUndefined()
  expect(nearest('fe', ['fee', 'task'])).toBe('fee')
  expect(nearest('taks', ['fee', 'task'])).toBe('task')
  expect(nearest('tsak', ['fee', 'task'])).toBe('task')
  expect(nearest('tkas', ['fee', 'task'])).toBeUndefined()
})

test('longer words may be two edits away, long ones three', () => {
  expect(nearest('slsahs', ['slash'])).toBe('slash')
  expect(nearest('slashhes', ['slash'])).toBeUndefined()
  expect(nearest('arbritrationn', ['arbitration'])).toBe('arbitration')
})
