import { describe, expect, test } from 'vitest'
import { Parameters, Ranges } from './index.js'

describe('from', () => {
  test('numbers, ranges and what is left out', () => {
    const ranges = Ranges.from({ sampling: { rate: [0.01, 0.2] }, batch: { size: [1, 8] }, slash: { amount: [5, 5] } })
    expect(ranges.varied).toEqual([
      { path: 'sampling.rate', low: 0.01, high: 0.2, whole: false },
      { path: 'batch.size', low: 1, high: 8, whole: true },
    ])
    const { low, high } = ranges
    expect([low.batch.size, high.batch.size, low.slash.amount, low.task]).toEqual([1, 8, 5, Parameters.defaults.task])
  })

  test('a list is no range', () => {
    const evidence = { alpha: 0.001, cheatRates: [0.1, 1], restart: true }
    expect(Ranges.from({ evidence }).low.evidence).toEqual(evidence)
  })

  test('what is no range is refused', () => {
    expect(() => Ranges.from({ sampling: { rate: [0.2, 0.01] } })).toThrowErrorMatchingInlineSnapshot(`
      [Ranges.InvalidRangeError: sampling.rate is no range.
        sampling.rate  "[0.2, 0.01]"
        rule           [low, high], two numbers, low <= high
        fix            did you mean [0.01, 0.2]?
        see            economics.md, The parameter file]
    `)
    for (const bad of [[1], [1, 2, 3], ['1', 2], [Number.NaN, 1], []])
      expect(() => Ranges.from({ slash: { amount: bad } } as never)).toThrow(Ranges.InvalidRangeError)
  })

  test('both ends are files by the rules of a file', () => {
    expect(() => Ranges.from({ sampling: { rate: [0.1, 8] } })).toThrow(Parameters.InvalidParametersError)
    expect(() => Ranges.from({ sampling: { rat: 1 } } as never)).toThrow('did you mean "rate"?')
  })
})

test('a file inside', () => {
  const ranges = Ranges.from({ sampling: { rate: [0.01, 0.2] }, slash: { amount: [50, 500] } })
  const file = Ranges.at(ranges, { 'sampling.rate': 0.1 })
  expect([Ranges.read(file, 'sampling.rate'), Ranges.read(file, 'slash.amount')]).toEqual([0.1, 50])
  expect(Ranges.read(file, 'slash.rule')).toBeUndefined()
})
