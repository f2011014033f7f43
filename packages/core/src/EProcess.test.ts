import fc from 'fast-check'
import { describe, expect, expectTypeOf, it, test } from 'vitest'
import type * as z from 'zod'
import * as EProcess from './EProcess.js'
import * as Wad from './Wad.js'

const SEED = 20_261_211
const LIST = [0.05, 0.2, 0.5, 1]

type Given = {
  alpha?: number
  power?: number
  falsePositive?: number
  cheatRates?: readonly number[]
  restart?: boolean
}

function parametersOf({ alpha = 1e-6, power = 0.9, falsePositive = 0.01, cheatRates = LIST, restart = true }: Given) {
  const rates = { alpha: Wad.from(alpha), power: Wad.from(power), falsePositive: Wad.from(falsePositive) }
  return { ...rates, cheatRates: cheatRates.map(Wad.from), restart }
}

const testOf = (given: Given = {}) => EProcess.from(parametersOf(given))

function after(eprocess: EProcess.EProcess, outcomes: readonly EProcess.Outcome[]): EProcess.State {
  return outcomes.reduce((state, outcome) => EProcess.update(eprocess, state, outcome), EProcess.start(eprocess))
}

const times = (count: number, outcome: EProcess.Outcome) => new Array<EProcess.Outcome>(count).fill(outcome)

const outcomes = (maxLength: number) =>
  fc.array(fc.constantFrom<EProcess.Outcome>('match', 'mismatch', 'match', 'match'), { maxLength })

const givens: fc.Arbitrary<Given> = fc
  .tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 599 }), fc.boolean())
  .map(([f, gap, restart]) => ({ falsePositive: f / 1000, power: (f + gap) / 1000, restart }))

/** E as a fraction, from the definition: every wager of every start time by itself, and nothing rounded. */
function exact({ parameters, alternatives }: EProcess.EProcess, seen: readonly EProcess.Outcome[]): [bigint, bigint] {
  const f = parameters.falsePositive
  const likelihood = (theta: bigint, from: number): [bigint, bigint] =>
    seen
      .slice(from)
      .reduce<[bigint, bigint]>(
        ([top, bottom], outcome) =>
          outcome === 'mismatch' ? [top * theta, bottom * f] : [top * (Wad.one - theta), bottom * (Wad.one - f)],
        [1n, 1n],
      )
  const parts = alternatives.flatMap((theta): [bigint, bigint][] => {
    if (!parameters.restart) return [likelihood(theta, 0)]
    const wagers = seen.map((_, i): [bigint, bigint] => {
      const [top, bottom] = likelihood(theta, i)
      return [top, bottom * BigInt(i + 1) * BigInt(i + 2)]
    })
    return [...wagers, [1n, BigInt(seen.length + 1)]]
  })
  const [top, bottom] = parts.reduce(([a, b], [c, d]) => [a * d + c * b, b * d], [0n, 1n])
  return [top, bottom * BigInt(alternatives.length)]
}

test('the schema is the type', () => {
  expectTypeOf<z.infer<typeof EProcess.schema>>().toEqualTypeOf<EProcess.Parameters>()
})

describe('from', () => {
  it('mixes over the cheat rates', () => {
    const { alternatives, threshold } = testOf()
    expect(alternatives.map(Wad.toNumber)).toEqual([0.0545, 0.188, 0.455, 0.9])
    expect(threshold).toBe(10n ** 24n)
    expect(testOf({ alpha: 0.03 }).threshold).toBe(33_333_333_333_333_333_334n) // rounded up
  })

  it.each([
    ['alpha', { alpha: 0 }],
    ['alpha', { alpha: 1 }],
    ['falsePositive', { falsePositive: 0 }],
    ['power', { power: 1 }],
    ['power', { power: 0.01 }],
    ['power', { power: 0.005 }],
    ['cheatRates.1', { cheatRates: [1, 0] }],
    ['cheatRates.0', { cheatRates: [1.1] }],
    ['cheatRates.0', { cheatRates: [1e-18] }],
    ['cheatRates', { cheatRates: [2e-18] }],
    ['cheatRates', { cheatRates: [1e-17, 1e-16], falsePositive: 0.5 }],
    ['parameters.cheatRates', { cheatRates: [] }],
    ['parameters.cheatRates', { cheatRates: new Array(65).fill(1) }],
  ] as const)('refuses what never or always fires: %s of %o', (subject, given) => {
    const make = () => testOf(given)
    expect(make).toThrow(EProcess.InvalidParametersError)
    expect(make).toThrow(expect.objectContaining({ subject }))
  })

  it('says why', () => {
    expect(() => testOf({ falsePositive: 0 })).toThrowErrorMatchingInlineSnapshot(`
      [EProcess.InvalidParametersError: falsePositive makes no test.
        falsePositive  0n
        rule           a WAD above 0: at 0 the first mismatch convicts, and no calibration can show a rate of 0
        fix            pass the upper confidence bound of the calibration
        see            economics.md, section 7]
    `)
    expect(() => testOf({ power: 0.01 })).toThrowErrorMatchingInlineSnapshot(`
      [EProcess.InvalidParametersError: power makes no test.
        power  10000000000000000n
        rule   above falsePositive (10000000000000000): otherwise a mismatch is no sign of a wrong result
        fix    calibrate a comparator that tells wrong results from right ones
        see    economics.md, section 7]
    `)
    expect(() => testOf({ cheatRates: [0] })).toThrowErrorMatchingInlineSnapshot(`
      [EProcess.InvalidParametersError: cheatRates.0 makes no test.
        cheatRates.0  0n
        rule          a WAD above 0, up to 1e18, large enough that cheating so much moves the mismatch rate by 1e-18
        fix           pass for example Wad.from(0.2)
        see           economics.md, section 7]
    `)
  })

  it('accepts the strictest and the laxest there are', () => {
    for (const alpha of [1n, Wad.one - 1n])
      expect(EProcess.value(testOf(), EProcess.start(EProcess.from({ ...parametersOf({}), alpha })))).toBe(Wad.one)
  })
})

describe('update', () => {
  it('starts at 1, and takes the mean of the products', () => {
    for (const restart of [true, false])
      expect(EProcess.value(testOf({ restart }), EProcess.start(testOf({ restart })))).toBe(Wad.one)
    const eprocess = testOf({ restart: false })
    const state = after(eprocess, ['mismatch', 'mismatch'])
    const squares = eprocess.alternatives.map((theta) => (Wad.toNumber(theta) / 0.01) ** 2)
    const mean = squares.reduce((sum, square) => sum + square) / 4
    expect(Wad.toNumber(EProcess.value(eprocess, state))).toBeCloseTo(mean, 9)
  })

  it('is the definition in exact fractions, rounded down by less than 1e-16', () => {
    fc.assert(
      fc.property(givens, outcomes(40), (given, seen) => {
        const eprocess = testOf({ ...given, alpha: 1e-18 })
        const counted = after(eprocess, seen).samples
        const [top, bottom] = exact(eprocess, seen.slice(0, counted))
        const value = EProcess.value(eprocess, after(eprocess, seen))
        const truth = (top * Wad.one) / bottom
        expect(value).toBeLessThanOrEqual(truth)
        expect(value).toBeGreaterThanOrEqual(truth - truth / 10n ** 16n - 2n)
      }),
      { seed: SEED, numRuns: 150 },
    )
  })

  it('is a fair bet at f0 and a losing one below it, whatever was seen before', () => {
    fc.assert(
      fc.property(givens, outcomes(60), fc.integer({ min: 0, max: 1000 }), (given, seen, share) => {
        const eprocess = testOf(given)
        const state = after(eprocess, seen)
        const f = (eprocess.parameters.falsePositive * BigInt(share)) / 1000n
        const [hit, miss] = (['mismatch', 'match'] as const).map((outcome) =>
          EProcess.value(eprocess, EProcess.update(eprocess, state, outcome)),
        )
        const expected = (f * hit! + (Wad.one - f) * miss!) / Wad.one
        expect(expected).toBeLessThanOrEqual(EProcess.value(eprocess, state) + 2n)
      }),
      { seed: SEED, numRuns: 300 },
    )
  })

  it('is final once 1/α is crossed', () => {
    const eprocess = testOf()
    const convicted = after(eprocess, times(9, 'mismatch'))
    expect(EProcess.isCrossed(eprocess, convicted)).toBe(true)
    expect(convicted.samples).toBeLessThan(9)
    expect(EProcess.update(eprocess, convicted, 'match')).toBe(convicted)
  })

  it('does not change the state it is given', () => {
    const eprocess = testOf()
    const state = after(eprocess, ['match', 'mismatch'])
    const before = JSON.stringify(EProcess.encode(eprocess, state))
    EProcess.update(eprocess, state, 'mismatch')
    expect(JSON.stringify(EProcess.encode(eprocess, state))).toBe(before)
    expect(Object.isFrozen(state.products[0])).toBe(true)
  })

  it('refuses what is no determinate outcome', () => {
    const eprocess = testOf()
    const update = () => EProcess.update(eprocess, EProcess.start(eprocess), 'indeterminate' as never)
    expect(update).toThrow(/outcome is none of its words/)
  })

  it('refuses a test that it did not make, and the state of another', () => {
    const eprocess = testOf()
    expect(() => EProcess.start({ ...eprocess })).toThrow(/not made by EProcess.from/)
    expect(() => EProcess.value(eprocess, EProcess.start(testOf({ cheatRates: [1] })))).toThrow(
      EProcess.InvalidStateError,
    )
  })
})

describe('long histories', () => {
  it('a thousand honest tasks at a fixed start are a credit that frauds use up, and not one for ever', () => {
    // The least k with 90^k >= 1e6 · (0.99/0.1)^1000: the products pass through 1e-996 on the way.
    const needed = Math.ceil((Math.log(1e6) + 1000 * Math.log(9.9)) / Math.log(90))
    const eprocess = testOf({ cheatRates: [1], restart: false })
    const state = after(eprocess, [...times(1000, 'match'), ...times(1000, 'mismatch')])
    expect(state.samples - 1000).toBe(needed)
    expect(needed).toBe(513)
  })

  it('with restarts, a thousand honest tasks buy hardly anything', () => {
    const eprocess = testOf({ cheatRates: [1] })
    const state = after(eprocess, [...times(1000, 'match'), ...times(1000, 'mismatch')])
    expect(state.samples - 1000).toBe(7)
  })

  it('nor do 2^47 of them: no weight is ever rounded to nothing', () => {
    const eprocess = testOf({ cheatRates: [1] })
    const samples = 2 ** 47
    // Where the recursion M <- (M + 1/t²)·(1-θ)/(1-f) comes to rest.
    const resting = (10n ** 54n * 10n) / (89n * BigInt(samples) ** 2n)
    const products = [{ units: resting.toString(), digits: 54 }]
    const encoded = { ...EProcess.encode(eprocess, EProcess.start(eprocess)), samples, products }
    let state = EProcess.decode(eprocess, encoded)
    state = EProcess.update(eprocess, state, 'match')
    expect(Number(state.products[0]!.units) / Number(resting)).toBeCloseTo(1, 12)
    while (!EProcess.isCrossed(eprocess, state)) state = EProcess.update(eprocess, state, 'mismatch')
    const needed = Math.ceil(Math.log((1e6 * samples ** 2 * 89) / 99) / Math.log(90))
    expect(state.samples - samples - 1).toBe(needed)
    expect(needed).toBe(18)
  })

  it('numbers stay small: below 1e38 after a conviction, 18 to 36 digits before', () => {
    const eprocess = EProcess.from({ ...parametersOf({}), alpha: 1n, falsePositive: 1n })
    const state = after(eprocess, times(50, 'mismatch'))
    expect(EProcess.isCrossed(eprocess, state)).toBe(true)
    for (const { units } of state.products) expect(units).toBeLessThan(10n ** 56n)
    expect(EProcess.decode(eprocess, EProcess.encode(eprocess, state))).toEqual(state)
    for (const { units } of after(testOf({ restart: false }), times(3000, 'match')).products)
      expect(units.toString().length).toBeLessThanOrEqual(36)
  })
})

describe('encode and decode', () => {
  const json = (eprocess: EProcess.EProcess, state: EProcess.State) =>
    JSON.parse(JSON.stringify(EProcess.encode(eprocess, state)))

  it('a restart at any moment changes nothing', () => {
    fc.assert(
      fc.property(givens, outcomes(30), outcomes(30), (given, first, second) => {
        const eprocess = testOf(given)
        const restored = EProcess.decode(testOf(given), json(eprocess, after(eprocess, first)))
        const resumed = second.reduce((state, outcome) => EProcess.update(eprocess, state, outcome), restored)
        expect(resumed).toEqual(after(eprocess, [...first, ...second]))
      }),
      { seed: SEED, numRuns: 100 },
    )
  })

  const eprocess = testOf({ cheatRates: [1] })
  const good = json(eprocess, after(eprocess, ['match', 'mismatch', 'match']))
  const units = good.products[0].units

  it.each([
    ['another version', { version: 2 }, 'state.version'],
    ['an unknown key', { note: 1 }, 'state'],
    ['more mismatches than samples', { mismatches: 4 }, 'state'],
    ['a product too few', { products: [] }, 'state.products'],
    ['a product too many', { products: [...good.products, ...good.products] }, 'state'],
    ['a product of nothing', { products: [{ units: '0', digits: 18 }] }, 'state'],
    ['a negative product', { products: [{ units: '-1', digits: 18 }] }, 'state.products.0.units'],
    ['a product at another scale', { products: [{ units, digits: 19 }] }, 'state'],
    ['a product that nobody can have won', { products: [{ units, digits: 54 }] }, 'state'],
    ['a product that one mismatch can’t win', { products: [{ units: `91${'0'.repeat(18)}`, digits: 18 }] }, 'state'],
    ['a product in another spelling', { products: [{ units: `${units}${'0'.repeat(18)}`, digits: 54 }] }, 'state'],
    ['progress before the first task', { samples: 0, mismatches: 0 }, 'state'],
    ['other parameters', { parameters: json(testOf(), EProcess.start(testOf())).parameters }, 'state.parameters'],
    ['half a sample', { samples: 2.5 }, 'state.samples'],
  ])('refuses %s', (_, change, subject) => {
    expect(EProcess.decode(eprocess, good).samples).toBe(3)
    const decode = () => EProcess.decode(eprocess, { ...good, ...change })
    expect(decode).toThrow(EProcess.InvalidStateError)
    expect(decode).toThrow(expect.objectContaining({ subject }))
  })
})
