import { expect, test } from 'vitest'
import { choices, Rational, total } from '../../../../test/support/rational.js'
import * as ManyTasks from './ManyTasks.js'
import * as Parameters from './Parameters.js'
import * as Redraws from './Redraws.js'

const R = Rational.of

test('p = .05, 10 cheats: .599 -> .839 (j = 1) -> .9999995 (j = 4)', () => {
  const evades = 0.95 ** 10
  expect(Redraws.evasion(evades, 1).toFixed(3)).toBe('0.599')
  expect(Redraws.evasion(evades, Redraws.ofSlots(1)).toFixed(3)).toBe('0.839')
  expect(Redraws.evasion(evades, Redraws.ofSlots(4)).toFixed(7)).toBe('0.9999995')
})

test('evasion, by every set of draws that evade', () => {
  const shares = [0, 1e-300, 1e-12, 1e-6, 0.001, 0.01, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.599, 0.7, 0.75, 0.8]
  const sets = [...shares, 0.9, 0.95, 0.99, 0.999, 1 - 1e-6, 1 - 2 ** -53, 1]
  const numbers = [1, 2, 3, 4, 5, 6, 7, 8]
  expect(sets.length * numbers.length).toBeGreaterThanOrEqual(200)
  for (const evades of sets)
    for (const draws of numbers) {
      const all = Array.from({ length: draws }, (_, i) => i)
      const chance = (evading: number) =>
        R(evades)
          .power(evading)
          .times(
            R(1)
              .minus(R(evades))
              .power(draws - evading),
          )
      const some = all.map((i) => chance(i + 1).times(R(choices(all, i + 1).length)))
      const exact = total(some).toNumber()
      expect(Math.abs(Redraws.evasion(evades, draws) - exact)).toBeLessThanOrEqual(1e-13 * exact)
    }
})

test('the profit of k cheats, in exact rationals, and as ManyTasks has it', () => {
  let cases = 0
  for (const rate of [1e-12, 0.02, 0.5, 1])
    for (const detection of [1e-12, 0.5, 1])
      for (const draws of [1, 2, 4])
        for (const cheated of [0, 1, 2, 7, 10])
          for (const loss of [0, 1, 800]) {
            const terms = { cheated, gain: 0.75, loss, rate, detection, draws }
            const escapes = R(1)
              .minus(R(rate).times(R(detection)))
              .power(cheated)
            const lost = R(loss).times(R(1).minus(escapes).power(draws))
            const exact = R(0.75).times(R(cheated)).minus(lost).toNumber()
            expect(Math.abs(Redraws.profit(terms) - exact)).toBeLessThanOrEqual(1e-13 * (0.75 * cheated + loss))
            const parameters = Parameters.from({
              task: { reward: 1, honestCost: 0.75 },
              sampling: { rate },
              comparator: { power: detection },
              slash: { rule: 'once-per-batch', amount: loss },
              batch: { size: 10 },
              beacon: { draws },
            })
            expect(ManyTasks.profit(ManyTasks.from(parameters), cheated)).toBeCloseTo(exact, 9)
            cases++
          }
  expect(cases).toBeGreaterThan(500)
})

test('as many draws as a file can say: the best of them is as good as exact', () => {
  const draws = [2, 16, 1e3, 1e6, 2 ** 40, Number.MAX_SAFE_INTEGER]
  for (const caught of [0.1, 0.5, 0.999, 1 - 2 ** -30])
    for (const number of draws) {
      const parameters = Parameters.from({
        ...{ task: { reward: 1.25, honestCost: 1 }, sampling: { rate: caught }, slash: { amount: 30 } },
        beacon: { draws: number },
      })
      // Each draw escapes with probability 1 - pD; who escapes none of them loses R + S.
      const escapesNone = Math.exp(number * Math.log(caught))
      const label = `${caught} ${number}`
      expect(ManyTasks.profit(ManyTasks.from(parameters), 1), label).toBeCloseTo(1 - 31.25 * escapesNone, 11)
    }
})
