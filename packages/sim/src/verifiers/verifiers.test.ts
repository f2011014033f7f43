import { Parameters } from '@spotcheck/core/economics'
import { describe, expect, test } from 'vitest'
import { ask, dealOf, savedBy, type Task } from '../engine/verify.js'
import * as Random from '../Random.js'
import type * as Verifier from '../Verifier.js'
import { define } from '../Verifier.js'
import * as Verifiers from './index.js'

const player = (name: string, options: object = {}) => {
  const strategy = Verifiers.all.find((one) => one.name === name)!
  return strategy.verifier(strategy.options.parse(options))
}
const file = (verifiers: object = {}, extra: object = {}) =>
  Parameters.from({ task: {}, sampling: { rate: 0.1 }, slash: { amount: 30 }, verifiers, ...extra })

type Situation = Readonly<{ blind?: boolean; seen?: Verifier.Verdict[]; bribed?: boolean; task?: Partial<Task> }>

/** What it says of a task, and what it runs, where nobody errs. */
function said(one: Verifier.Player, { blind = true, seen = [], bribed = false, task = {} }: Situation) {
  const random = Random.stream(1)
  const asked = { name: 'x', player: one, seen, bribed, random, error: random }
  const { verdict, runs, cheapRuns } = ask(file({ blind }), { result: 'right', power: 1, cheats: true, ...task }, asked)
  return [verdict, runs, cheapRuns]
}

test('every name is one of a kind, and every summary a line', () => {
  const names = Verifiers.all.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  for (const { summary } of Verifiers.all) expect(summary).toMatch(/^[a-z][^\n.]+$/)
  for (const { options } of Verifiers.all) expect(options.safeParse({ nonsense: 1 }).success).toBe(false)
})

describe('what each says and runs: verdict, runs of the ordered model, of the cheap one', () => {
  const [wrong, canary] = [{ result: 'wrong' }, { result: 'canary' }] as const
  test.each<[string, object, Situation, unknown[]]>([
    ['diligent', {}, {}, ['match', 1, 0]],
    ['diligent', {}, { task: wrong }, ['mismatch', 1, 0]],
    ['diligent', {}, { task: { result: 'noisy' } }, ['mismatch', 1, 0]],
    ['diligent', {}, { task: { ...wrong, power: 0 } }, ['match', 1, 0]],
    ['lazy', {}, {}, [null, 0, 0]],
    ['lazy', {}, { blind: false, task: wrong }, ['match', 0, 0]],
    // A guess hits nothing.
    ['lazy', { guesses: true }, {}, ['mismatch', 0, 0]],
    ['copying', {}, { blind: false, seen: ['mismatch', 'match'] }, ['mismatch', 0, 0]],
    ['copying', {}, { blind: false }, ['match', 0, 0]],
    ['copying', {}, { seen: ['mismatch'] }, [null, 0, 0]],
    ['cheap-model', {}, {}, ['mismatch', 0, 1]],
    ['cheap-model', {}, { task: wrong }, ['match', 0, 1]],
    ['cheap-model', {}, { task: canary }, ['match', 0, 1]],
    ['cheap-model', {}, { task: { result: 'noisy' } }, ['mismatch', 0, 1]],
    ['colluding', {}, { task: wrong }, ['match', 0, 0]],
    ['colluding', {}, {}, ['match', 1, 0]],
    ['colluding', { falseDissent: 1 }, {}, ['mismatch', 0, 0]],
    ['colluding', {}, { task: canary }, ['mismatch', 0, 0]],
    // Who is honest tells nobody.
    ['colluding', {}, { task: { ...canary, cheats: false } }, ['mismatch', 1, 0]],
    ['bribed', {}, { task: wrong }, ['mismatch', 1, 0]],
    ['bribed', {}, { task: wrong, bribed: true }, ['match', 0, 0]],
    ['false-accuser', {}, {}, ['mismatch', 0, 0]],
    ['false-accuser', { rate: 0 }, {}, ['match', 1, 0]],
    ['crashing', { rate: 1 }, {}, [null, 1, 0]],
    ['crashing', { rate: 0 }, {}, ['match', 1, 0]],
  ])('%s %j %j', (name, options, situation, expected) => {
    expect(said(player(name, options), situation)).toEqual(expected)
  })
})

test('the same model is run once, whatever it is asked', () => {
  const twice: Verifier.Player = { verify: (_, run) => (run() === run('ordered') ? run('cheap') : null) }
  expect(said(twice, {})).toEqual(['mismatch', 1, 1])
})

describe('bribes', () => {
  const [bribed, colluding, diligent] = ['bribed', 'colluding', 'diligent'].map((name) => player(name)) as [
    Verifier.Player,
    Verifier.Player,
    Verifier.Player,
  ]
  const offered = file({ bounty: 4, auditRate: 0.25, reward: 2, slash: 10 }, { slash: { amount: 20, burnShare: 0.5 } })

  test('what is saved by passing, beyond all prices, is halved and shared among those for sale', () => {
    // R + S_net = 11.2, of which three quarters are saved; each asks 4 + .25·12.
    expect(savedBy(offered, 1.2, 1)).toBeCloseTo(0.75 * 11.2, 12)
    expect(dealOf(offered, [bribed], 8.4)).toBeCloseTo(0.7, 12)
    expect(dealOf(offered, [bribed, colluding], 8.4)).toBeCloseTo(0.7, 12)
    expect(dealOf(offered, [bribed, bribed], 15)).toBeCloseTo(0.25, 12)
  })

  test.each<[string, Verifier.Player[], number]>([
    ['it costs all that is saved', [bribed, bribed], 14],
    ['one of them is not for sale', [bribed, diligent], 1e9],
    ['all are friends', [colluding, colluding], 100],
  ])('no deal where %s', (_, panel, saved) => {
    expect(dealOf(offered, panel, saved)).toBeNull()
  })
})

describe('a verifier of one’s own', () => {
  test.each<[string, object]>([
    ['name', { name: 'Not this' }],
    ['summary', { summary: 1 }],
    ['verifier', { verifier: undefined }],
    ['options', { options: {} }],
  ])('without a proper %s is refused', (subject, part) => {
    const whole = { name: 'mine', summary: 'mine', verifier: () => ({ verify: () => null }) }
    const error = expect.objectContaining({ name: 'Verifier.InvalidVerifierError', subject })
    expect(() => define({ ...whole, ...part } as Verifier.Definition<unknown>)).toThrow(error)
  })

  test('that says what is no verdict is told so', () => {
    const odd = { verify: () => 'maybe' } as unknown as Verifier.Player
    const error = expect.objectContaining({ name: 'Verifier.InvalidVerifierError', subject: 'x: verify(…)' })
    expect(() => said(odd, {})).toThrow(error)
  })
})
