import { describe, expect, test } from 'vitest'
import { expected, lossOf, ofRound, Rational, total } from '../../../../test/support/rational.js'
import * as EProcess from '../EProcess.js'
import * as BestResponse from './BestResponse.js'
import { check, type Finding } from './Check.js'
import * as Evidence from './Evidence.js'
import * as ManyTasks from './ManyTasks.js'
import * as Parameters from './Parameters.js'
import * as Plans from './Plans.js'

const R = Rational.of
const file = (given: object) => Parameters.from({ task: {}, sampling: {}, slash: {}, ...given })
const plan = (parameters: Parameters.Parameters, name: Plans.Name) =>
  Plans.from(parameters).find((one) => one.name === name)
const ev = (parameters: Parameters.Parameters): Finding =>
  check(parameters, { rules: ['ev'], fixes: false }).findings[0]!
/** The plan of the smallest exploit, which no other plan but `also` shares. */
const smallest = (parameters: Parameters.Parameters) => {
  const { exploit, smallest: fewer } = ev(parameters)
  return (fewer ?? exploit)?.plan
}
const failing = (parameters: Parameters.Parameters) =>
  Plans.from(parameters).flatMap(({ name, holds }) => (holds ? [] : [name]))

const future = { discount: 0.875, entryCost: 50, tasksPerPeriod: 4 }
/** G - p(R+S+V) with V about 50 is a loss, G - p(R+S) is a gain. */
const leaving = (more: object = {}) =>
  file({
    task: { reward: 4, honestCost: 1 },
    sampling: { rate: 0.125 },
    slash: { amount: 2 },
    identity: future,
    horizon: 6,
    accept: { margin: 0 },
    ...more,
  })

describe('timing', () => {
  test('is the smallest exploit where only the future deters', () => {
    const { exploit, holds, why } = ev(leaving())
    expect({ holds, failing: failing(leaving()) }).toEqual({ holds: false, failing: ['timing'] })
    expect(exploit).toMatchObject({
      plan: 'timing',
      strategy: 'work honestly until the last round, then cheat on a task',
      profit: 0.25,
      times: 1,
      profitOverHorizon: 0.25,
      profitPerTask: 0.25 / 6,
    })
    expect(why).toBe('only the future deters, and who is about to leave has none to lose')
    expect(failing(leaving({ slash: { amount: 4 } }))).toEqual([])
  })

  test('against every set of rounds to cheat in, and every conviction in them: of one cheat, the last round is best', () => {
    const { horizon, sampling, task, slash } = leaving()
    const p = R(sampling.rate ?? 0)
    /** What the rest of the horizon earns from a round on; who is convicted is out. */
    const earned = (cheats: readonly boolean[]): Rational => {
      const [cheat, ...rest] = cheats
      if (cheat === undefined) return R(0)
      const later = earned(rest)
      if (!cheat) return R(task.reward - task.honestCost).plus(later)
      const free = R(task.reward - task.cheatCost).plus(later)
      return p.times(R(-slash.amount - task.cheatCost)).plus(R(1).minus(p).times(free))
    }
    const beyond = (set: number) => {
      const at = (round: number) => ((set >> round) & 1) === 1
      const rounds = Array.from({ length: horizon }, (_, round) => at(round))
      return earned(rounds)
        .minus(earned(rounds.map(() => false)))
        .toNumber()
    }
    const single = Array.from({ length: horizon }, (_, round) => beyond(2 ** round))
    expect(single.indexOf(Math.max(...single))).toBe(horizon - 1)
    expect(single[horizon - 1]).toBe(plan(leaving(), 'timing')?.best.profit)
    expect(single[0]).toBeLessThan(0)
    expect(
      Array.from({ length: 2 ** horizon }, (_, set) => beyond(set)).filter((profit) => profit > 0).length,
    ).toBeGreaterThan(0)
  })

  test('every k of a last round, in exact rationals', () => {
    let cases = 0
    for (const rule of ['per-fraud', 'once-per-batch'])
      for (const falsePositive of [0, 0.125])
        for (const rate of [0.125, 0.5, 1])
          for (const amount of [0.5, 4]) {
            const parameters = leaving({
              slash: { rule, amount, forfeitBatchReward: amount === 4 },
              sampling: { rate },
              batch: { size: 3 },
              comparator: { power: 0.75, falsePositive },
              arbitration: { falsePositive: 1 },
              evidence: { alpha: 1 },
            })
            const loss = (k: number) => expected(ofRound(parameters, [k]), (x) => lossOf(parameters, 0, x))
            const profits = [1, 2, 3].map((k) => R(k).minus(loss(k)).plus(loss(0)).toNumber())
            const timing = plan(parameters, 'timing')
            if (ManyTasks.from(parameters).future === 0) expect(timing).toBeUndefined()
            else {
              expect(timing?.best.profit).toBeCloseTo(Math.max(...profits), 11)
              const first = profits.findIndex((profit) => profit > 1e-9)
              expect(timing?.smallest?.cheated).toBe(first < 0 ? undefined : first + 1)
            }
            cases++
          }
    expect(cases).toBe(24)
  })
})

/** T batches of two tasks with one stake that pays for little. */
const shared = (more: object = {}) =>
  file({
    task: { reward: 0, honestCost: 1 },
    sampling: { rate: 0.25 },
    slash: { amount: 4.25 },
    batch: { size: 2 },
    stake: { amount: 12.75, concurrentBatches: 3 },
    horizon: 60,
    accept: { margin: 0 },
    ...more,
  })

/** Every way to write n as a sum of whole numbers from `least` on. */
function partitions(n: number, least = 1): number[][] {
  if (n === 0) return [[]]
  return Array.from({ length: Math.max(0, n - least + 1) }, (_, i) => i + least).flatMap((part) =>
    partitions(n - part, part).map((rest) => [part, ...rest]),
  )
}

/** The best of cheating on any numbers of tasks of identities with so many batches each, beyond one honest identity. */
function split(parameters: Parameters.Parameters, parts: readonly number[]): number {
  const { stake, batch } = parameters
  const of = (batches: number) => {
    const amount = ((stake.amount ?? 0) * batches) / stake.concurrentBatches
    return Parameters.from({ ...parameters, stake: { amount, concurrentBatches: batches } })
  }
  const loss = (owner: Parameters.Parameters, cheats: readonly number[]) =>
    expected(ofRound(owner, cheats), (x) => lossOf(owner, 0, x))
  const spreads = (batches: number): number[][] =>
    batches === 0
      ? [[]]
      : spreads(batches - 1).flatMap((rest) => Array.from({ length: batch.size + 1 }, (_, k) => [k, ...rest]))
  const most = parts.map((batches) => {
    const earned = spreads(batches).map((cheats) => {
      return R(cheats.reduce((sum, k) => sum + k, 0)).minus(loss(of(batches), cheats))
    })
    return earned.reduce((a, b) => (a.isBelow(b) ? b : a))
  })
  const honest = Array.from({ length: stake.concurrentBatches }, () => 0)
  return total(most).plus(loss(parameters, honest)).toNumber()
}

describe('splitting a stake', () => {
  const margin = (amount: number, W: number) =>
    shared({ slash: { amount }, stake: { amount: W, concurrentBatches: 3 } })

  test('is the smallest exploit where the batches deter each other’s cheats only together', () => {
    // Under one name a second conviction costs as much as the first; under its own an identity has one slash to lose.
    const { exploit, smallest: fewer, why } = ev(shared())
    expect(failing(shared())).toEqual(['splitting'])
    expect(exploit).toMatchObject({
      plan: 'splitting',
      cheated: 6,
      of: 6,
      times: 10,
      needs: ['a stake that can’t pay every slash'],
    })
    expect(exploit?.strategy).toBe(
      'open each batch under an identity of its own (3), and cheat on all 6 tasks open at once',
    )
    expect(fewer).toMatchObject({ plan: 'splitting', cheated: 2 })
    expect(exploit?.profit).toBe(3 * (2 - 4.25 * (1 - 0.75 ** 2)))
    expect(why).toBe('3 batches share one stake: an identity for each risks only its own part')
  })

  test('against every partition of the batches and every spread of cheats, in exact rationals', () => {
    let found = 0
    for (const rate of [0.25, 0.5, 1])
      for (const W of [1, 3, 6, 9, 18])
        for (const falsePositive of [0, 0.125]) {
          const noisy = { comparator: { falsePositive }, arbitration: { falsePositive: 1 } }
          const parameters = shared({ sampling: { rate }, stake: { amount: W, concurrentBatches: 3 }, ...noisy })
          const all = partitions(3).map((parts) => split(parameters, parts))
          const finest = split(parameters, [1, 1, 1])
          expect(Math.max(...all) - finest).toBeLessThan(1e-12)
          const { best } = plan(parameters, 'splitting') ?? {}
          if (best === undefined) continue
          found++
          expect(best.profit).toBeCloseTo(finest, 12)
        }
    expect(found).toBeGreaterThan(10)
  })

  test('the way that earns most is told, not the one furthest above the margin', () => {
    // A choice among draws: the first cheats of a batch earn most, each further one less than it gains, but more than it must.
    const {
      best,
      worst,
      smallest: fewest,
    } = plan(
      Parameters.from({
        ...{ task: { reward: 5, honestCost: 1, cheatCost: 0.4 }, sampling: { rate: 0.3, verifiers: 2 } },
        ...{ slash: { amount: 3 }, stake: { amount: 6, concurrentBatches: 2 }, comparator: { power: 0.9 } },
        ...{ batch: { size: 2 }, beacon: { draws: 4, withholdPenalty: 1 }, horizon: 50 },
      }),
      'splitting',
    )!
    // One cheat under each name, which is caught with 0.297: then 3 + 5 are lost, or 1 if another draw escapes.
    const [caught, each] = [0.297, 0.6 - 0.297 * (1 * (1 - 0.297 ** 3) + 8 * 0.297 ** 3)]
    expect(caught * 8).toBeGreaterThan(1)
    expect(best).toMatchObject({ cheated: 2, byKind: [2], of: 4, identities: 2 })
    expect(best.profit).toBeCloseTo(2 * each, 12)
    expect(worst).toMatchObject({ cheated: 4 })
    expect(worst.profit).toBeLessThan(best.profit)
    expect(fewest?.cheated).toBe(1)
  })

  test('an entry fee for each further identity counts once: the fix is what it brings in over the horizon', () => {
    const priced = (entryCost: number) => shared({ identity: { entryCost } })
    // 0.421875 a round in 10 rounds, for two more identities
    expect(failing(priced(2.1))).toEqual(['splitting'])
    expect(plan(priced(1), 'splitting')?.smallest).toMatchObject({ cheated: 4, profit: 2 * 0.140625 - 0.2 })
    expect(failing(priced(2.12))).toEqual([])
  })

  test('in the last round, where a future deters until then', () => {
    const wary = shared({
      ...{ task: { reward: 0.01, honestCost: 0, externalGain: 1 }, sampling: { rate: 0.5 } },
      ...{ slash: { amount: 2.5 }, stake: { amount: 7.5, concurrentBatches: 3 } },
      ...{ identity: { discount: 0.875, entryCost: 0.16, tasksPerPeriod: 100 }, capital: { costPerStakePerTask: 0 } },
    })
    expect(failing(wary)).toEqual(['timing'])
    const { exploit } = ev(wary)
    expect(exploit?.strategy).toMatch(
      /^open each batch under an identity of its own \(3\), work honestly until the last/,
    )
    expect(exploit?.profit).toBeCloseTo(3 * (2 - 0.01 * 2 * 0.5 - 0.75 * 2.5) - 2 * 0.16, 12)
    expect(exploit?.needs).toEqual(['a stake that can’t pay every slash', 'cheap new identities'])
  })

  test('coincides with k of N where the stake pays every slash and no future is lost: it is no plan of its own', () => {
    for (const rate of [0.25, 0.5, 1])
      for (const amount of [0.5, 2, 4]) {
        const parameters = margin(amount, 6 * amount)
        const rated = Parameters.from({ ...parameters, sampling: { rate } })
        expect(plan(rated, 'splitting')).toBeUndefined()
        const [joint, finest] = [[3], [1, 1, 1]].map((parts) => split(rated, parts))
        expect(joint).toBeCloseTo(finest!, 13)
        expect(Math.max(0, BestResponse.from(rated).best.profit)).toBeCloseTo(finest!, 13)
      }
  })

  test('whitewashing is in V: an identity that costs nothing leaves none to lose, and comes back', () => {
    const free = leaving({ identity: { ...future, entryCost: 0 } })
    expect(ManyTasks.from(free).future).toBe(0)
    expect(failing(free)).toEqual(['steady'])
    expect(plan(free, 'steady')?.best.profit).toBe(plan(leaving(), 'timing')?.best.profit)
  })
})

/** A conviction may be wrong, so that evidence decides. */
const noisy = (more: object = {}) =>
  file({
    task: { reward: 1, honestCost: 1 },
    sampling: { rate: 0.5 },
    slash: { amount: 60 },
    comparator: { power: 0.9, falsePositive: 0.01 },
    arbitration: { falsePositive: 1 },
    evidence: { cheatRates: [1], restart: false },
    identity: { entryCost: 1000 },
    horizon: 400,
    accept: { margin: 0 },
    ...more,
  })

/** Exactly, on the lattice of samples and mismatches: the mean number of cheated samples before conviction or the end. */
function meanCheated({ evidence, comparator }: Parameters.Parameters, honest: number, samples: number): number {
  const { power, falsePositive: f } = comparator
  const [hit, miss] = [Math.log(power / f), Math.log((1 - power) / (1 - f))]
  let [law, mean] = [[1], 0]
  for (let t = 0; t < samples; t++) {
    const rate = t < honest ? f : power
    if (t >= honest) mean += law.reduce((sum, chance) => sum + chance, 0)
    const next = new Array<number>(t + 2).fill(0)
    law.forEach((chance, k) => {
      next[k]! += (1 - rate) * chance
      next[k + 1]! += rate * chance
    })
    law = next.map((chance, k) => (k * hit + (t + 1 - k) * miss >= -Math.log(evidence.alpha) ? 0 : chance))
  }
  return mean
}

describe('milking a record', () => {
  test('is the smallest exploit where honest samples are banked, and not where the evidence starts anew', () => {
    expect(failing(noisy())).toEqual(['milking'])
    const { exploit, smallest: fewer } = ev(noisy())
    expect(exploit?.strategy).toMatch(
      /^work honestly on 246 tasks, then cheat on every task until the evidence convicts/,
    )
    expect(fewer).toMatchObject({ plan: 'milking', needs: ['a noisy comparator'] })
    expect(fewer!.cheated).toBeGreaterThan(60)
    expect(fewer!.cheated).toBeLessThan(120)
    const anew = noisy({ evidence: { cheatRates: [1], restart: true } })
    expect(failing(anew)).toEqual([])
    expect(plan(anew, 'milking')?.best.profit).toBeLessThan(0)
  })

  test('against the exact mean, of every length of the honest past', () => {
    for (const rate of [0.25, 0.5, 1])
      for (const horizon of [40, 100, 400]) {
        const parameters = noisy({ sampling: { rate }, horizon, slash: { amount: 1 } })
        const found = plan(parameters, 'milking')!
        const samples = Math.floor(rate * horizon)
        const net = 1 - rate * 0.89
        const exact = (honest: number) => (net * meanCheated(parameters, honest, samples)) / rate - 1
        const best = Math.max(...Array.from({ length: samples }, (_, honest) => exact(honest)))
        // One step of the wager is worth at most ln(d/f), and rounding to whole samples one sample.
        const overshoot = Math.log(90) / Evidence.divergence(0.9, 0.01) + 1
        expect(found.best.profit).toBeGreaterThan(best * (1 - 1e-9) - net / rate)
        expect(found.best.profit - exact(found.best.honest * rate)).toBeLessThan((net * (overshoot + 2)) / rate)
      }
  })

  test('is nothing where a conviction is proof, or slashes few enough honest executors', () => {
    expect(plan(noisy({ arbitration: {} }), 'milking')).toBeUndefined()
    expect(plan(noisy({ accept: { margin: 0, falseSlash: 0.999 } }), 'milking')).toBeUndefined()
  })

  test('without a fitting alternative nobody is ever convicted', () => {
    const blind = noisy({
      evidence: { cheatRates: [1], restart: false },
      comparator: { power: 0.9, falsePositive: 0.8 },
    })
    expect(plan(blind, 'milking')?.best.cheated).toBeLessThanOrEqual(400)
  })
})

describe('dropping identities before they can be convicted', () => {
  const cheap = (entryCost: number) =>
    noisy({ evidence: { restart: true }, identity: { entryCost }, slash: { amount: 1e6 } })

  test('is the smallest exploit where a fresh identity is cheap, whatever the slash', () => {
    const { exploit, why } = ev(cheap(3))
    expect(failing(cheap(3))).toEqual(['splitting'])
    // four mismatches can convict: 90^4 > 1e6 > 90^3
    expect(exploit?.cheated).toBeCloseTo(3 / 0.45, 12)
    expect(exploit?.profit).toBeCloseTo((1 - 0.5 * 0.89) * (3 / 0.45) - 3, 12)
    expect(exploit?.needs).toEqual(['a noisy comparator', 'cheap new identities'])
    expect(why).toContain('and a fresh identity, at 3, costs less than one gains before it can be convicted')
    expect(exploit?.profitOverHorizon).toBeCloseTo((400 / (3 / 0.45)) * exploit!.profit, 9)
    expect(failing(cheap(3.8))).toEqual([])
  })

  test('no order of three mismatches and any matches convicts; four from the start do', () => {
    for (const restart of [false, true]) {
      const wager = Evidence.process({ ...Evidence.from(cheap(3)), restart })
      const value = (outcomes: readonly boolean[]) => {
        let state = EProcess.start(wager)
        for (const isMismatch of outcomes) state = EProcess.update(wager, state, isMismatch ? 'mismatch' : 'match')
        return EProcess.value(wager, state)
      }
      const most = Array.from({ length: 2 ** 9 }, (_, set) =>
        Array.from({ length: 9 }, (_, i) => ((set >> i) & 1) === 1),
      )
        .filter((outcomes) => outcomes.filter(Boolean).length <= 3)
        .map(value)
      expect(most.every((e) => e < 10n ** 24n)).toBe(true)
      if (!restart) expect(value([true, true, true, true])).toBeGreaterThanOrEqual(10n ** 24n)
    }
  })

  test('what an identity earns, over every time of its third mismatch', () => {
    const [p, d, f] = [0.5, 0.9, 0.01]
    let [tasks, before] = [0, [1, 0, 0] as number[]]
    for (let t = 1; t < 400; t++) {
      tasks += before.reduce((sum, chance) => sum + chance, 0)
      before = before.map((chance, k) => chance * (1 - p * d) + (k > 0 ? before[k - 1]! * p * d : 0))
    }
    const profit = tasks - 3 + tasks * p * f - 3
    expect(plan(cheap(3), 'splitting')?.best.profit).toBeCloseTo(profit, 9)
  })
})

test('each plan has a file of which it alone is the smallest exploit', () => {
  const files = { timing: leaving(), splitting: shared(), milking: noisy(), steady: file({ slash: { amount: 5 } }) }
  for (const [name, parameters] of Object.entries(files)) {
    expect(failing(parameters)).toEqual([name])
    expect(smallest(parameters)).toBe(name)
  }
})

test('a margin that is given counts', () => {
  expect(Plans.from(file({}), 0)[0].holds).toBe(true)
  expect(Plans.from(file({}), 50)[0].holds).toBe(false)
})
