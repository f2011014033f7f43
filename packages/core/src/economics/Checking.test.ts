import { describe, expect, test } from 'vitest'
import * as Checking from './Checking.js'
import * as Parameters from './Parameters.js'

const file = Parameters.from

/** Every combination, edges included. */
function* grid(): Generator<Checking.Terms> {
  for (const cost of [0, 0.5, 1])
    for (const reward of [0, 1.2])
      for (const slash of [0, 10])
        for (const bond of [0, 3])
          for (const power of [0, 0.9, 1])
            for (const falsePositive of [0, 1e-12, 0.1, 1])
              for (const canaryRate of [0, 1e-12, 0.2, 1])
                yield { cost, reward, slash, bond, power, falsePositive, canaryRate }
}

/** What one look earns, over every kind of task and every verdict. */
function earned(
  { cost, reward, slash, bond, power, falsePositive, canaryRate }: Checking.Terms,
  checks: boolean,
): number {
  const dissents = (chance: number) => (checks ? [chance, 1 - chance] : [0, 1])
  const [caught = 0, missed = 0] = dissents(power)
  const [wrongly = 0, rightly = 0] = dissents(falsePositive)
  const onCanary = caught * reward - missed * slash
  const onTask = rightly * reward - wrongly * bond
  return canaryRate * onCanary + (1 - canaryRate) * onTask - (checks ? cost : 0)
}

describe('against every outcome of one look', () => {
  const cases = [...grid()]
  test(`${cases.length} offers`, () => {
    expect(cases.length).toBeGreaterThan(1000)
    for (const terms of cases) {
      expect(Checking.profit(terms)).toBeCloseTo(earned(terms, true), 12)
      expect(Checking.advantage(terms)).toBeCloseTo(earned(terms, true) - earned(terms, false), 12)
      const least = Checking.minCanaryRate(terms)
      const at = (canaryRate: number) =>
        earned({ ...terms, canaryRate }, true) - earned({ ...terms, canaryRate }, false)
      if (!least.feasible) expect(at(1)).toBeLessThan(0)
      else {
        expect(at(least.value)).toBeGreaterThan(-1e-12)
        if (terms.cost > 0) expect(at(least.value * (1 - 1e-6))).toBeLessThan(0)
      }
    }
  })
})

describe('the values of economics.md, “Verifiers are players too”', () => {
  test('attention challenges: C = .001, P = .003 -> A >= .3333', () => {
    const attention = { cost: 0.001, reward: 0, slash: 0.003, bond: 0, power: 1, falsePositive: 0 }
    const least = Checking.minCanaryRate(attention)
    expect(least.feasible && least.value.toFixed(4)).toBe('0.3333')
    expect(Checking.minCanaryRate({ ...attention, slash: 0.0005 })).toMatchObject({ obstacle: 'canary-rate-above-one' })
  })

  test('X = Cv/(Rv+Sv), and never checked where nothing exposes a lazy pass', () => {
    const terms = { cost: 1, reward: 1.2, slash: 10, bounty: 0 }
    expect(Checking.uncheckedRate({ ...terms, exposure: 1 })).toBeCloseTo(1 / 11.2, 15)
    expect(Checking.uncheckedRate({ ...terms, exposure: 0 })).toBe(1)
    expect(Checking.uncheckedRate({ ...terms, exposure: 0, bounty: 4 })).toBe(0.25)
    expect(Checking.uncheckedRate({ ...terms, cost: 0, exposure: 1 })).toBe(0)
    let cases = 0
    for (const exposure of [1e-12, 1e-6, 0.01, 0.1, 0.5, 0.9, 1])
      for (const bounty of [0, 1e-12, 1, 2.5, 20])
        for (const cost of [1e-9, 0.1, 0.5, 1, 3, 50]) {
          cases++
          const rate = Checking.uncheckedRate({ ...terms, cost, exposure, bounty })
          // at X a look earns what it costs: the cheat it catches pays the bounty and saves what exposure would take
          const look = (x: number) => x * (exposure * 11.2 + bounty) - cost
          if (rate < 1) expect(look(rate)).toBeCloseTo(0, 12)
          else expect(look(1)).toBeLessThanOrEqual(1e-12)
        }
    expect(cases).toBeGreaterThanOrEqual(200)
  })

  test('the cheap-model equilibrium: a·d(Rv+Sv) >= Cv - cv', () => {
    let cases = 0
    for (const cost of [1e-6, 0.1, 0.5, 1, 3, 11.2, 20])
      for (const cheapCost of [0, 1e-12, 0.2, 0.5, 1])
        for (const power of [0, 1e-12, 0.1, 0.5, 0.9, 1]) {
          cases++
          const least = Checking.minAuditRate({ cost, cheapCost, power, reward: 1.2, slash: 10 })
          const pays = (rate: number) => rate * power * 11.2 >= cost - cheapCost - 1e-12
          if (least.feasible) expect(pays(least.value)).toBe(true)
          else expect(pays(1)).toBe(false)
          if (least.feasible && least.value > 0) expect(pays(least.value * 0.999)).toBe(false)
        }
    expect(cases).toBeGreaterThanOrEqual(200)
  })

  test('bribery is ruled out from n(bounty + a(Rv+Sv)) = R+S on', () => {
    const terms = { reward: 1, slash: 31, verifiers: 4, auditRate: 0.5, verifierReward: 2, verifierSlash: 10 }
    expect(Checking.bribe({ ...terms, bounty: 2 })).toBe(0)
    expect(Checking.bribe({ ...terms, bounty: 1 })).toBe(4)
    let cases = 0
    for (const verifiers of [1, 2, 3, 5])
      for (const auditRate of [0, 2 ** -40, 0.25, 1])
        for (const bounty of [0, 0.5, 3])
          for (const verifierSlash of [0, 10, 1e6])
            for (const slash of [0, 30]) {
              // Every set of verifiers that an audit finds out.
              let lost = 0
              for (let set = 0; set < 2 ** verifiers; set++) {
                const found = Array.from({ length: verifiers }, (_, i) => ((set >> i) & 1) === 1)
                const chance = found.reduce((product, is) => product * (is ? auditRate : 1 - auditRate), 1)
                lost += chance * found.reduce((sum, is) => sum + bounty + (is ? 2 + verifierSlash : 0), 0)
              }
              const offer = { ...terms, verifiers, auditRate, bounty, verifierSlash, slash }
              expect(Math.abs(Checking.bribe(offer) - (1 + slash - lost))).toBeLessThanOrEqual(
                1e-12 * (1 + slash + lost),
              )
              cases++
            }
    expect(cases).toBeGreaterThanOrEqual(200)
  })
})

describe('the verifier rule', () => {
  const offer = (verifiers: object, more: object = {}) =>
    Checking.from(file({ task: {}, sampling: {}, slash: {}, verifiers, ...more }))
  test('blind: a verifier must be paid what it costs and its false penalties', () => {
    expect(offer({})).toMatchObject({ holds: true, advantage: null })
    expect(offer({ reward: 0.9 }).holds).toBe(false)
    expect(offer({ bond: 30 }, { comparator: { falsePositive: 0.01 } }).holds).toBe(false)
    expect(offer({ bond: 10 }, { comparator: { falsePositive: 0.01 } }).holds).toBe(true)
  })
  test('not blind: canaries must pay for looking too', () => {
    expect(offer({ blind: false })).toMatchObject({ holds: false, advantage: -1 })
    expect(offer({ blind: false, canaryRate: 0.1 }).holds).toBe(true)
    expect(offer({ blind: false, canaryRate: 0.08 }).holds).toBe(false)
    expect(offer({ blind: false, canaryRate: 0.1, reward: 0.9, slash: 20 }).holds).toBe(false)
  })
})
