import { describe, expect, test } from 'vitest'
import { counted, Rational, total } from '../../../../test/support/rational.js'
import * as Replication from './Replication.js'

describe('the values of economics.md, “Long horizons”', () => {
  test('blacklisting: q = .1, φ = .2', () => {
    const hundred = { checkRate: 0.1, saboteurs: 0.2, jobs: 100 }
    expect(Replication.errorRate(hundred, 1 / (0.1 * 101)).toFixed(6)).toBe('0.008377')
    expect(Replication.worst(hundred).errorRate.toFixed(6)).toBe('0.008406')
    expect(Replication.worst(hundred).bound.toFixed(6)).toBe('0.009197')
    const more = Replication.worst({ ...hundred, jobs: 200 })
    expect([more.errorRate.toFixed(6), more.bound.toFixed(6)]).toEqual(['0.004214', '0.004598'])
    expect(Replication.errorRate({ ...hundred, jobs: 200 }, 1 / (0.1 * 201)).toFixed(6)).toBe('0.004200')
  })

  test('majorities: φ = .35 takes 15, 29 and 51 for .05, .01 and .001', () => {
    expect([0.05, 0.01, 0.001].map((error) => Replication.minVotes(0.35, error))).toEqual([15, 29, 51])
    expect(Replication.minVotes(0.5, 0.1)).toBeNull()
    expect(Replication.minVotes(0.6, 0.7)).toBe(1)
    // A share of saboteurs that is itself the error allowed: one vote is enough, exactly.
    const shares = [1e-300, 1e-12, 0.001, 0.01, 0.05, 0.1, 0.3, 0.49]
    expect(shares.map((share) => Replication.minVotes(share, share))).toEqual(shares.map(() => 1))
  })

  test('BOINC: 12.35 and 14.66 replicas in the first 100 and 1000 jobs', () => {
    expect(Replication.adaptiveReplicas(100).toFixed(2)).toBe('12.35')
    expect(Replication.adaptiveReplicas(1000).toFixed(2)).toBe('14.66')
    expect([0, 9, 10, 1000].map(Replication.adaptiveRate)).toEqual([1, 1, 0.1, 0.001])
    expect(Replication.adaptiveReplicas(0)).toBe(0)
  })
})

const unit = [1e-12, 0.05, 0.3, 0.9, 1]

test('blacklisting, job by job: a saboteur works until it is caught, and its results go with it', () => {
  let cases = 0
  for (const checkRate of unit)
    for (const saboteurs of [0, 1e-12, 0.2, 0.9])
      for (const jobs of [1, 2, 10, 100])
        for (const sabotageRate of [0, ...unit]) {
          let standing = saboteurs
          for (let job = 0; job < jobs; job++) standing *= 1 - checkRate * sabotageRate
          const accepted = (1 - saboteurs) * jobs + standing * jobs
          const wrong = standing * jobs * sabotageRate
          const blacklist = { checkRate, saboteurs, jobs }
          const found = Replication.errorRate(blacklist, sabotageRate)
          expect(Math.abs(found - wrong / accepted)).toBeLessThanOrEqual(1e-12 * found)
          const { errorRate, bound } = Replication.worst(blacklist)
          expect(errorRate).toBeGreaterThanOrEqual(found * (1 - 1e-12))
          expect(bound).toBeGreaterThanOrEqual(errorRate)
          cases++
        }
  expect(cases).toBeGreaterThan(400)
})

test('majorities, vote by vote', () => {
  const first = (wrong: number, right: number, p: number): number => {
    if (wrong === 0) return 1
    return right === 0 ? 0 : p * first(wrong - 1, right, p) + (1 - p) * first(wrong, right - 1, p)
  }
  const shares = [
    0, 1e-12, 1e-6, 0.001, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.49, 0.499, 0.5, 0.51,
  ]
  const sets = [...shares, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.99, 0.999, 1 - 1e-12, 1]
  const numbers = [1, 2, 3, 4, 5, 6, 7]
  expect(sets.length * numbers.length).toBeGreaterThanOrEqual(200)
  for (const saboteurs of sets)
    for (const votes of numbers) {
      const found = Replication.majorityError(saboteurs, votes)
      expect(Math.abs(found - first(votes, votes, saboteurs))).toBeLessThanOrEqual(1e-12 * found)
    }
})

test('the fewest votes, by counting every race in exact rationals', () => {
  let cases = 0
  for (const saboteurs of [2 ** -40, 2 ** -20, 2 ** -7, 1 / 32, 0.125, 0.25, 0.3125, 0.375, 0.4375, 0.46875]) {
    const p = Rational.of(saboteurs)
    const errs = (votes: number) =>
      total(counted(Array.from({ length: 2 * votes - 1 }, () => p)).slice(votes)).toNumber()
    // At the error of M votes M are enough, exactly above it and not below.
    for (let votes = 1; votes <= 12; votes++)
      for (const [share, fewest] of [
        [1 + 1e-10, votes],
        [1 - 1e-10, votes + 1],
      ] as const) {
        expect(Replication.minVotes(saboteurs, errs(votes) * share), `${saboteurs} ${votes}`).toBe(fewest)
        cases++
      }
  }
  expect(cases).toBeGreaterThanOrEqual(200)
})

test('the fewest votes where there are many: none are enough below, by a normal tail', () => {
  // Where saboteurs are 1/2 - h the error of M votes is about Q(2h·sqrt(2M)), from below.
  for (const h of [0.1, 0.01, 1e-3, 1e-4]) {
    const votes = Replication.minVotes(0.5 - h, 0.05)!
    const z = 1.6448536269514722
    expect(votes / (z / (2 * h)) ** 2).toBeCloseTo(0.5, h < 0.05 ? 3 : 1)
    expect(Replication.majorityError(0.5 - h, votes)).toBeLessThanOrEqual(0.05)
    expect(Replication.majorityError(0.5 - h, votes - 1)).toBeGreaterThan(0.05)
  }
  // More votes than 2^29 are not looked for.
  expect(Replication.minVotes(0.5 - 1e-6, 0.01)).toBeNull()
})

test('BOINC’s replicas, job by job in exact rationals, and of many jobs by the logarithm', () => {
  let replicas = Rational.of(0)
  for (let jobs = 0; jobs <= 250; jobs++) {
    const exact = replicas.toNumber()
    expect(Math.abs(Replication.adaptiveReplicas(jobs) - exact)).toBeLessThanOrEqual(1e-14 * exact)
    const rate = jobs < 10 ? Rational.of(1) : new Rational(1n, BigInt(jobs))
    expect(Replication.adaptiveRate(jobs)).toBe(rate.toNumber())
    replicas = replicas.plus(rate).reduced()
  }
  // 1/10 + ... + 1/(n-1) = H(n-1) - H(9), H(n) = ln n + γ + 1/2n - 1/12n² + ...
  const harmonic = (n: number) => Math.log(n) + 0.5772156649015329 + 1 / (2 * n) - 1 / (12 * n ** 2)
  for (const jobs of [1e3, 1e4, 1e5, 1e6, 1e7])
    expect(Replication.adaptiveReplicas(jobs)).toBeCloseTo(10 + harmonic(jobs - 1) - 7129 / 2520, 9)
})
