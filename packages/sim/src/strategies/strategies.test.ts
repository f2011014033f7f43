import { Parameters } from '@spotcheck/core/economics'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import * as Random from '../Random.js'
import * as Strategy from '../Strategy.js'
import * as Strategies from './index.js'

const view: Strategy.View = {
  epoch: 0,
  epochs: 10,
  tasks: 100,
  served: 0,
  stake: 30,
  rate: 0.1,
  slash: 30,
  kinds: [{ share: 1, weight: 1, reward: 1.2, gain: 1 }],
  parameters: Parameters.defaults,
  last: null,
  random: Random.stream(1),
}

const player = (name: string, options: object = {}) => {
  const strategy = Strategies.all.find((one) => one.name === name)!
  return strategy.player(strategy.options.parse(options))
}
const act = (name: string, options: object = {}, seen: Partial<Strategy.View> = {}) => {
  const one = player(name, options)
  return one.next(one.start, { ...view, ...seen }).act
}

test('every name is one of a kind, and every summary a line', () => {
  const names = Strategies.all.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  for (const { summary } of Strategies.all) expect(summary).toMatch(/^[a-z][^\n.]+$/)
})

test('all of them play with their defaults, and refuse an option that they do not have', () => {
  for (const { name, options } of Strategies.all) {
    const { cheat } = act(name)
    for (const share of [cheat].flat()) expect(share >= 0 && share <= 1, name).toBe(true)
    expect(options.safeParse({ nonsense: 1 }).success, name).toBe(false)
  }
})

describe('choices', () => {
  const mine = (choices: NonNullable<Strategy.Strategy['choices']>) =>
    Strategy.define({
      name: 'mine',
      summary: 'mine',
      options: z.strictObject({ rate: Strategy.share, depth: Strategy.count }),
      player: () => Strategy.always({ cheat: 0 }),
      choices,
    })

  test('are played where the options allow them, others of which may be required', () => {
    expect(mine((tasks) => ({ rate: [0, 1], depth: [tasks] })).choices?.(7)).toEqual({ rate: [0, 1], depth: [7] })
  })

  test.each<[string, unknown, string, RegExp]>([
    ['out of range', () => ({ rate: [0.5, 2] }), 'choices.rate', /what a search would try[\s\S]*a share from 0 to 1/],
    ['of another kind', () => ({ depth: ['deep'] }), 'choices.depth', /a whole number >= 0/],
    ['of an option that there is not', () => ({ speed: [1] }), 'choices.speed', /Unrecognized key/],
    ['no lists', () => ({ rate: 0.5 }), 'choices', /lists of values to try/],
    ['no function', { rate: [0.5] }, 'choices', /a function that returns/],
  ])('%s are refused where the strategy is defined', (_, choices, subject, words) => {
    const define = () => mine(choices as NonNullable<Strategy.Strategy['choices']>)
    expect(define).toThrow(expect.objectContaining({ name: 'Strategy.InvalidStrategyError', subject }))
    expect(define).toThrow(words)
  })
})

describe('what each does', () => {
  const high = [
    { share: 0.9, weight: 1, reward: 1.2, gain: 1 },
    { share: 0.1, weight: 1, reward: 1.2, gain: 10 },
  ]
  test.each<[string, object, Partial<Strategy.View>, Strategy.Act]>([
    ['honest', {}, {}, { cheat: 0 }],
    ['noisy', { noise: 0.02 }, {}, { cheat: 0, noise: 0.02 }],
    ['lazy', {}, {}, { cheat: 1, cost: 0 }],
    ['substitute', { cost: 0.3, power: 0.9 }, {}, { cheat: 1, cost: 0.3, power: 0.9 }],
    ['intermittent', { rate: 0.4 }, {}, { cheat: 0.4 }],
    ['burst', { after: 100 }, { served: 99 }, { cheat: 0 }],
    ['burst', { after: 100, rate: 0.7 }, { served: 100 }, { cheat: [0.7] }],
    ['burst', { after: 100, atLeast: 2 }, { served: 100, kinds: high }, { cheat: [0, 1] }],
    ['value-targeting', { atLeast: 2 }, { kinds: high }, { cheat: [0, 1] }],
    ['value-targeting', { atLeast: 0 }, { kinds: high }, { cheat: [1, 1] }],
    ['value-targeting', { atLeast: 0 }, { kinds: [{ share: 1, weight: 1, reward: 1, gain: -1 }] }, { cheat: [0] }],
    // .1·31.2 = 3.12: only the gain of 10 is worth it.
    ['opportunist', {}, { kinds: high }, { cheat: [0, 1] }],
    ['opportunist', {}, { kinds: high, rate: 0.4 }, { cheat: [0, 0] }],
    ['opportunist', {}, { kinds: [{ share: 1, weight: 0.01, reward: 1.2, gain: 1 }] }, { cheat: [1] }],
    ['opportunist', {}, { slash: 0 }, { cheat: [1] }],
    ['exit-scam', {}, { epoch: 8 }, { cheat: 0 }],
    ['exit-scam', {}, { epoch: 9 }, { cheat: 1, leaves: true }],
    ['over-committer', { times: 3 }, {}, { cheat: 1, overcommits: 3 }],
    ['whitewasher', { rate: 0.2 }, {}, { cheat: 0.2 }],
    ['redrawer', { draws: 2, rate: 1 }, {}, { cheat: 1, draws: 2 }],
    ['withholder', { rate: 1 }, {}, { cheat: 1, withholds: true }],
    ['equivocator', { rate: 1 }, {}, { cheat: 1, equivocates: true }],
  ])('%s %j', (name, options, seen, expected) => {
    expect(act(name, options, seen)).toEqual(expected)
  })

  test('only the whitewasher comes back', () => {
    const back = Strategies.all.filter(({ name }) => player(name).rejoins === true)
    expect(back.map(({ name }) => name)).toEqual(['whitewasher'])
  })
})

describe('probing', () => {
  /** Plays many batches of a world in which a rate earns what `profit` says per task. */
  function play(profit: (rate: number) => number, options: object, times: number): number[] {
    const one = player('probing', options)
    let [memory, last, rates] = [one.start, null as Strategy.Outcome | null, [] as number[]]
    for (let i = 0; i < times; i++) {
      const move = one.next(memory, { ...view, last })
      const rate = move.act.cheat as number
      memory = move.memory
      last = { tasks: 100, cheats: 0, sampled: 0, caught: 0, falseSlashes: 0, profit: 100 * profit(rate) }
      rates = [...rates, rate]
    }
    return rates
  }

  test('tries everything once, then keeps to what earned most', () => {
    expect(play((rate) => -rate, { explore: 0 }, 7)).toEqual([0, 0.1, 0.3, 1, 0, 0, 0])
    expect(play((rate) => rate, { explore: 0, rates: [0.5, 0.2] }, 5)).toEqual([0.5, 0.2, 0.5, 0.5, 0.5])
  })

  test('goes on exploring as often as it is told', () => {
    const rates = play((rate) => -rate, { explore: 0.4, rates: [0, 1] }, 2_000)
    const explored = rates.filter((rate) => rate === 1).length / 2_000
    expect(Math.abs(explored - 0.2)).toBeLessThan(4 * Math.sqrt((0.2 * 0.8) / 2_000))
  })
})

describe('a strategy of your own', () => {
  const mine = {
    name: 'mine',
    summary: 'does as it likes',
    options: z.strictObject({}),
    player: () => Strategy.always({ cheat: 0.5 }),
  }

  test('is what define was given, and has no options unless it says so', () => {
    expect(Strategy.define(mine)).toEqual(mine)
    const { options, ...rest } = mine
    expect(Strategy.define(rest).options.safeParse({}).success).toBe(true)
    expect(Strategy.define(rest).options.safeParse({ rate: 1 }).success).toBe(false)
  })

  test.each<[string, object | null]>([
    ['name', { ...mine, name: 'My strategy' }],
    ['summary', { ...mine, summary: undefined }],
    ['player', { ...mine, player: { cheat: 1 } }],
    ['options', { ...mine, options: {} }],
    ['name', null],
  ])('without a %s is refused', (subject, wrong) => {
    expect(() => Strategy.define(wrong as typeof mine)).toThrow(expect.objectContaining({ subject }))
  })
})
