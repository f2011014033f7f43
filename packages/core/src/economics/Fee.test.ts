import { expect, test } from 'vitest'
import * as Fee from './Fee.js'
import * as Parameters from './Parameters.js'

test('a million tasks, check by check', () => {
  let cases = 0
  for (const rate of [0, 1e-12, 0.1, 1])
    for (const n of [1, 3])
      for (const canaryRate of [0, 1e-12, 0.2, 0.75])
        for (const canaryCost of [0, 2])
          for (const escalation of [0, 0.1])
            for (const fee of [null, 5]) {
              const parameters = Parameters.from({
                task: { reward: 1.5, fee },
                sampling: { rate, verifiers: n },
                slash: {},
                arbitration: { cost: 7 },
                verifiers: { reward: 1.25, canaryRate, canaryCost, escalation },
              })
              const sampled = 1e6 * rate
              const canaries = (sampled / (1 - canaryRate)) * canaryRate
              const checks = (sampled + canaries) * n
              const bill = 1e6 * 1.5 + checks * 1.25 + canaries * canaryCost + sampled * escalation * 7
              const owed = Fee.bill(parameters)
              if (!owed.feasible) throw new Error(owed.reason)
              expect(owed.value.total / (bill / 1e6)).toBeCloseTo(1, 13)
              const left = Fee.surplus(parameters)
              expect(left.feasible && left.value).toBe(fee === null ? null : fee - owed.value.total)
              cases++
            }
  expect(cases).toBeGreaterThanOrEqual(200)
})

test('by value: only what is really sampled is paid for', () => {
  const values = [
    { value: 1, count: 9, reward: 1 },
    { value: 91, count: 1, reward: 11 },
  ]
  const parameters = Parameters.from({ task: {}, sampling: { mode: 'byValue', rate: 0.2, values }, slash: {} })
  const owed = Fee.bill(parameters)
  expect(owed.feasible && owed.value.executor).toBeCloseTo(2, 14)
  expect(owed.feasible && owed.value.verifiers).toBeCloseTo((0.9 * 0.02 + 0.1) * 1.2, 14)
})

test('by value, a hundred tasks one by one', () => {
  let cases = 0
  for (const rate of [0, 1e-12, 0.1, 0.6, 1])
    for (const [many, few] of [[100, 0], [99, 1], [90, 10], [50, 50]] as const) // biome-ignore format: pairs
      for (const value of [1e-9, 0.5, 3, 1e6])
        for (const canaryRate of [0, 0.2])
          for (const escalation of [0, 0.1]) {
            const [cheap, dear] = [{ value: 1, reward: 1.5, count: many }, { value, reward: 4, count: few }] // biome-ignore format: a pair
            const values = few === 0 ? [cheap] : [cheap, dear]
            const parameters = Parameters.from({
              task: { fee: 5 },
              sampling: { mode: 'byValue', rate, values, verifiers: 2 },
              slash: {},
              arbitration: { cost: 7 },
              verifiers: { reward: 1.25, canaryRate, canaryCost: 2, escalation },
            })
            const tasks = values.flatMap((kind) => Array.from({ length: kind.count }, () => kind))
            const mean = tasks.reduce((sum, one) => sum + one.value, 0) / 100
            let bill = 0
            for (const task of tasks) {
              const sampled = Math.min(1, (rate * task.value) / mean)
              const canaries = (sampled * canaryRate) / (1 - canaryRate)
              bill += task.reward + (sampled + canaries) * 2 * 1.25 + canaries * 2 + sampled * escalation * 7
            }
            const owed = Fee.bill(parameters)
            expect(owed.feasible && owed.value.total / (bill / 100)).toBeCloseTo(1, 12)
            const left = Fee.surplus(parameters)
            expect(left.feasible && left.value).toBeCloseTo(5 - bill / 100, 11)
            cases++
          }
  expect(cases).toBeGreaterThanOrEqual(200)
})

test('nothing but canaries', () => {
  const parameters = Parameters.from({ task: {}, sampling: {}, slash: {}, verifiers: { canaryRate: 1 } })
  expect(Fee.bill(parameters)).toMatchObject({ feasible: false, obstacle: 'canary-rate-above-one' })
  expect(Fee.surplus(parameters)).toMatchObject({ feasible: false })
})
