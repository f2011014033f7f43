import { expect, test } from 'vitest'
import { env } from './support/env.js'

test('settings of a run reach its tests', () => {
  process.env.FC_PROBE = 'here'
  expect(env.FC_PROBE).toBe('here')
})
