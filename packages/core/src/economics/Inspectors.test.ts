import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Checking, Game, Inspection, Inspectors, Parameters } from './index.js'

const SEED = 20_261_216
const { defaults } = Parameters

type Fields = Readonly<Record<string, number | boolean>>

/** The numbers of a case; whatever is left out is the default file's, without blind commitments. */
type Given = Readonly<{ n: number; rate?: number; slash?: number; task?: Fields; comparator?: Fields; arbitration?: Fields; verifiers?: Fields }> // biome-ignore format: a line

function fileOf({ n, rate = 0.1, slash = 30, task, comparator, arbitration, verifiers }: Given): Parameters.Parameters {
  return Parameters.from({
    ...defaults,
    task: { ...defaults.task, ...task },
    sampling: { mode: 'bernoulli', rate, verifiers: n },
    slash: { ...defaults.slash, amount: slash },
    comparator: { ...defaults.comparator, ...comparator },
    arbitration: { ...defaults.arbitration, ...arbitration },
    verifiers: { ...defaults.verifiers, blind: false, ...verifiers },
  })
}

const share = fc.integer({ min: 0, max: 20 }).map((k) => k / 20)
/** Not round, so that nothing ties. */
const odd = fc.integer({ min: 1, max: 997 }).map((k) => k / 1_009)
const money = fc.integer({ min: 1, max: 997 }).map((k) => k / 101)

const givens = (probability: fc.Arbitrary<number>, most: number): fc.Arbitrary<Given> =>
  fc.record({
    ...{ n: fc.integer({ min: 1, max: most }), rate: odd, slash: money },
    task: fc.record({ honestCost: money }),
    comparator: fc.record({ power: probability, falsePositive: probability }),
    arbitration: fc.record({ power: probability, falsePositive: probability }),
    verifiers: fc.record({
      ...{ cost: money, reward: money, slash: money, bond: money, bounty: money, blind: fc.boolean() },
      ...{ canaryRate: probability, exposure: probability, auditRate: probability },
    }),
  })

/** P(k of `trials` happen). */
function binomial(k: number, trials: number, p: number): number {
  const ways = Array.from({ length: k }, (_, i) => (trials - i) / (i + 1)).reduce((a, b) => a * b, 1)
  return ways * p ** k * (1 - p) ** (trials - k)
}

/** V and E, summed over how many of the others dissent: a second, slower way to the closed forms. */
function counted(file: Parameters.Parameters, q: number, x: number): { check: number; cheat: number } {
  const { verifiers, comparator, arbitration, task, slash, sampling } = file
  const n = sampling.verifiers
  const others = (rate: number, of: (k: number) => number, trials = n - 1) =>
    Array.from({ length: trials + 1 }, (_, k) => binomial(k, trials, x * rate) * of(k)).reduce((a, b) => a + b, 0)
  const pass = verifiers.reward + verifiers.slash
  const dissent = (rate: number, upheld: number) =>
    upheld * others(rate, (k) => verifiers.bounty / (k + 1)) - (1 - upheld) * (verifiers.reward + verifiers.bond)
  const exposed = -pass * others(comparator.power, (k) => (k > 0 ? 1 : verifiers.exposure))
  const { power: d, falsePositive: f } = comparator
  const real = (wrong: boolean) =>
    wrong ? d * dissent(d, arbitration.power) + (1 - d) * exposed : f * dissent(f, arbitration.falsePositive)
  const g = verifiers.canaryRate
  const checks =
    verifiers.reward - verifiers.cost - g * (1 - d) * pass + (1 - g) * (q * real(true) + (1 - q) * real(false))
  const skips = verifiers.blind ? -verifiers.slash : verifiers.reward - g * pass + (1 - g) * q * exposed
  const loss = task.reward + slash.amount
  const convicts = (wrong: boolean) => {
    const upheld = wrong ? arbitration.power : arbitration.falsePositive
    const audited = wrong ? verifiers.auditRate * d : 0
    return others(wrong ? d : f, (k) => upheld * (k > 0 ? 1 : audited), n)
  }
  const rate = sampling.mode === 'bernoulli' ? sampling.rate : Number.NaN
  const gain = task.honestCost - task.cheatCost + task.externalGain
  return { check: checks - skips, cheat: gain - rate * loss * (convicts(true) - convicts(false)) }
}

/** What the better of the two could gain by playing something else. */
function regret(file: Parameters.Parameters, q: number, x: number): number {
  const { check, cheat } = counted(file, q, x)
  return Math.max((cheat > 0 ? 1 - q : -q) * cheat, (check > 0 ? 1 - x : -x) * check)
}

describe('every equilibrium', () => {
  it.each([
    ['without ties', odd],
    ['with ties', share],
  ])('leaves nobody better off elsewhere, and there is one: %s', (_, probability) => {
    fc.assert(
      fc.property(givens(probability, 6), (given) => {
        const file = fileOf(given)
        const found = Inspectors.equilibria(file)
        expect(found.length).toBeGreaterThan(0)
        for (const { cheatRate, checkRate } of found)
          for (const q of [cheatRate.low, (cheatRate.low + cheatRate.high) / 2, cheatRate.high])
            for (const x of [checkRate.low, (checkRate.low + checkRate.high) / 2, checkRate.high])
              expect(regret(file, q, x)).toBeLessThan(1e-9)
      }),
      { seed: SEED, numRuns: 250 },
    )
  })

  /** Neither side is sure to win: a gain that checking can undo, and checking that costs less than it may save. */
  const contested: fc.Arbitrary<Given> = fc
    .tuple(givens(odd, 6), fc.double({ min: 0.05, max: 0.9, noNaN: true }), odd)
    .map(([given, cost, part]) => {
      const { power, falsePositive } = given.comparator as { power: number; falsePositive: number }
      const loss = given.rate! * power * (1.2 + given.slash!)
      const verifiers = { ...given.verifiers, blind: false, cost, canaryRate: part / 50, auditRate: part / 50 }
      const arbitration = { power: 1, falsePositive: falsePositive * part }
      return { ...given, task: { honestCost: part * loss }, arbitration, verifiers }
    })

  it('is found: whatever changes its sign on a grid does so at one', () => {
    let crossings = 0
    fc.assert(
      fc.property(contested, (given) => {
        const file = fileOf(given)
        const found = Inspectors.equilibria(file)
        const near = (q: (value: number) => boolean, low: number, high: number) =>
          found.some(({ cheatRate, checkRate }) => q(cheatRate.low) && checkRate.low >= low && checkRate.low <= high)
        for (let i = 0; i < 200; i++) {
          const [low, high] = [i / 200, (i + 1) / 200]
          const [a, b] = [counted(file, 0, low), counted(file, 0, high)]
          const [c, d] = [counted(file, 1, low), counted(file, 1, high)]
          const crosses = (u: number, v: number) => u * v < 0
          if (crosses(a.cheat, b.cheat) && a.check * c.check < 0 && b.check * d.check < 0 && a.check * b.check > 0) {
            crossings++
            expect(near((q) => q > 0 && q < 1, low, high)).toBe(true)
          }
          if (crosses(a.check, b.check) && a.cheat < 0 && b.cheat < 0 && ++crossings)
            expect(near((q) => q === 0, low, high)).toBe(true)
          if (crosses(c.check, d.check) && c.cheat > 0 && d.cheat > 0 && ++crossings)
            expect(near((q) => q === 1, low, high)).toBe(true)
        }
      }),
      { seed: SEED, numRuns: 80 },
    )
    expect(crossings).toBeGreaterThan(30)
  })

  it('of one verifier is one of the bimatrix game, and the other way round', () => {
    fc.assert(
      fc.property(givens(odd, 1), (given) => {
        const file = fileOf(given)
        const game = Game.only(Inspection.from(file), { rows: ['honest', 'cheat'], columns: ['check', 'skip'] })
        const expected = Game.equilibria(game).extreme.map(({ row, column }) => [row[1]!, column[0]!] as const)
        const found = Inspectors.equilibria(file)
        expect(found).toHaveLength(expected.length)
        for (const [q, x] of expected)
          expect(found.some((e) => Math.abs(e.cheatRate.low - q) < 1e-9 && Math.abs(e.checkRate.low - x) < 1e-9)).toBe(
            true,
          )
      }),
      { seed: SEED, numRuns: 100 },
    )
  })
})

describe('n verifiers', () => {
  it('check less the more they are, and the executor cheats at X all the same', () => {
    for (const n of [1, 2, 3, 10, 100]) {
      const [only, ...others] = Inspectors.equilibria(fileOf({ n }))
      expect(others).toEqual([])
      expect(only!.cheatRate.low).toBeCloseTo(Checking.uncheckedRate({ ...defaults.verifiers }), 14)
      // Together they catch as much as one: (1-x)^n = 1 - G/(p(R+S)).
      expect(only!.checkRate.low).toBeCloseTo(1 - (1 - 1 / 3.12) ** (1 / n), 12)
    }
  })

  it('all roots: where verifiers err, more of them convict the honest, and the executor is indifferent twice', () => {
    const noisy = { comparator: { power: 0.9, falsePositive: 0.2 }, arbitration: { power: 1, falsePositive: 0.5 } }
    const verifiers = { cost: 0.1, exposure: 0.2, slash: 1 }
    const file = fileOf({ n: 3, rate: 0.3, slash: 1, task: { honestCost: 0.5 }, ...noisy, verifiers })
    const mixed = Inspectors.equilibria(file).filter(({ cheatRate: { low } }) => low > 0 && low < 1)
    expect(mixed.map(({ checkRate }) => checkRate.low)).toEqual([expect.closeTo(0.984, 3), expect.closeTo(0.649, 3)])
    for (const { cheatRate, checkRate } of mixed) expect(regret(file, cheatRate.low, checkRate.low)).toBeLessThan(1e-12)
  })

  it('says a continuum as one: what costs nothing and finds nothing', () => {
    const free = fileOf({ n: 3, verifiers: { cost: 0 }, task: { honestCost: 0.5, cheatCost: 0 } })
    const honest = Inspectors.equilibria(free).filter(({ cheatRate }) => cheatRate.high === 0)
    expect(honest).toHaveLength(1)
    // From the check rate that deters on: (1-x)^3 <= 1 - .5/3.12.
    expect(honest[0]!.checkRate.low).toBeCloseTo(1 - (1 - 0.5 / 3.12) ** (1 / 3), 12)
    expect(honest[0]!.checkRate.high).toBe(1)
  })
})
