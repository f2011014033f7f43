import { expect, test } from 'vitest'
import * as CpuClock from './CpuClock.js'

test('advances while the thread works, and never goes back', () => {
  const readings = [CpuClock.micros()]
  while (readings.length < 3) {
    const now = CpuClock.micros()
    if (now !== readings.at(-1)) readings.push(now)
  }
  expect(readings).toEqual([...readings].sort((a, b) => a - b))
})
