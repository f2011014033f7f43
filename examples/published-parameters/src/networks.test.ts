/** What a network's own suite may look like: its published parameters, and every proposal that governance may pass. */
import { check, Parameters } from '@spotcheck/core/economics'
import { assertDeterrence, parameters } from '@spotcheck/core/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eightPerCent, lottery } from './networks.js'

const seed = 20_260_112

describe('a lottery with S = R(1-p)/p', () => {
  test('as published, R = 20 and p = 1 %: nothing is earned in the mean, and 37 % of cheats end ahead', () => {
    expect(() => assertDeterrence(lottery(20, 0.01))).toThrowErrorMatchingInlineSnapshot(`
      [Testing.NotDeterredError: Cheating pays: cheat on every task until ejected, and hope to be ahead (ahead at the horizon with probability 0.366032).
        parameters  "sampling.rate 0.01, slash.amount 1980 per-fraud, batch.size 1"
        rule        every cheat loses; here who cheats on everything is ahead with probability 0.366032, and 0.05 is allowed
        fix         spotcheck check names the least change that repairs it
        see         economics.md, Many tasks]
    `)
  })

  test('at no reward and at no rate up to a half is it safe; fast-check’s counterexample is the roundest', () => {
    const rewards = fc.integer({ min: 1, max: 100 })
    const rates = fc.integer({ min: 1, max: 50 }).map((percent) => percent / 100)
    const isExploitable = (reward: number, rate: number) => {
      expect(() => assertDeterrence(lottery(reward, rate))).toThrow('hope to be ahead')
    }
    fc.assert(fc.property(rewards, rates, isExploitable), { seed })
    const all = fc.property(rewards, rates, (reward, rate) => assertDeterrence(lottery(reward, rate)))
    const { failed, counterexample, errorInstance } = fc.check(all, { seed })
    expect({ failed, counterexample }).toMatchInlineSnapshot(`
      {
        "counterexample": [
          1,
          0.01,
        ],
        "failed": true,
      }
    `)
    expect(errorInstance).toMatchInlineSnapshot(`
      [Testing.NotDeterredError: Cheating pays: cheat on every task until ejected, and hope to be ahead (ahead at the horizon with probability 0.366032).
        parameters  "sampling.rate 0.01, slash.amount 99 per-fraud, batch.size 1"
        rule        every cheat loses; here who cheats on everything is ahead with probability 0.366032, and 0.05 is allowed
        fix         spotcheck check names the least change that repairs it
        see         economics.md, Many tasks]
    `)
  })

  test('the smallest slash that passes does', () => {
    const published = lottery(20, 0.01)
    const ruin = check(published).findings.find(({ rule }) => rule === 'ruin')
    const amount = ruin?.fixes.find(({ path }) => path === 'slash.amount')?.to
    expect(amount).toBe(5960)
    assertDeterrence(Parameters.from({ ...published, slash: { ...published.slash, amount } }))
  })
})

describe('8 % of tasks sampled', () => {
  test('as published, cheating earns more than honest work', () => {
    expect(() => assertDeterrence(eightPerCent)).toThrowErrorMatchingInlineSnapshot(`
      [Testing.NotDeterredError: Cheating pays: cheat on a task (0.1936 per task beyond honest work).
        parameters  "sampling.rate 0.08, slash.amount 10 per-fraud, batch.size 1"
        rule        every cheat loses; here a cheat gains 1 and is convicted 7.2 % more often than honest work, which is worth too little at a slash of 10
        fix         spotcheck check names the least change that repairs it
        see         economics.md, Many tasks]
    `)
  })

  test('a slash of 10 never deters at the rates that governance may pass; one of 60 always does', () => {
    const proposals = (amount: number | readonly [number, number]) =>
      parameters({ ...eightPerCent, sampling: { rate: [0.08, 0.2] }, slash: { amount } })
    const { counterexample } = fc.check(fc.property(proposals([10, 60]), assertDeterrence), { seed })
    const [worst] = counterexample ?? []
    expect(worst).toMatchObject({ sampling: { rate: 0.08 }, slash: { amount: 10 } })
    fc.assert(fc.property(proposals(60), assertDeterrence), { seed })
  })
})
