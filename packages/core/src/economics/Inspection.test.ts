import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { Checking, Detection, Deterrence, Game, Inspection, Parameters, Rational } from './index.js'

const SEED = 20_261_215
const { defaults } = Parameters

type Change = { [part in keyof Parameters.Parameters]?: object | number }

/** The default file with some fields of its parts changed. */
function fileOf(change: Change): Parameters.Parameters {
  const parts = Object.entries(change).map(([part, fields]) => {
    const given = defaults[part as keyof Parameters.Parameters]
    return [part, typeof fields === 'object' ? { ...(given as object), ...fields } : fields]
  })
  return Parameters.from({ ...defaults, ...Object.fromEntries(parts) })
}

type Row = (typeof Inspection.executor)[number]
type Column = (typeof Inspection.verifier)[number]

function payoff(game: Game.Game, row: Row, column: Column): [number, number] {
  const pair = game.payoffs[Inspection.executor.indexOf(row)]![Inspection.verifier.indexOf(column)]!
  return [(pair[0] as Rational).toNumber(), (pair[1] as Rational).toNumber()]
}

const share = fc.integer({ min: 0, max: 20 }).map((k) => k / 20)
const amount = fc.integer({ min: 0, max: 40 }).map((k) => k / 4)
const files = fc
  .record({
    task: fc.record({ reward: amount, honestCost: amount, cheatCost: amount, externalGain: amount }),
    sampling: fc.record({ rate: share.filter((p) => p > 0) }),
    slash: fc.record({ amount, burnShare: share }),
    comparator: fc.record({ power: share, falsePositive: share }),
    arbitration: fc.record({ power: share, falsePositive: share }),
    verifiers: fc.record({
      ...{ cost: amount, cheapCost: amount, reward: amount, slash: amount, bond: amount, bounty: amount },
      ...{ canaryRate: share, exposure: share, auditRate: share, blind: fc.boolean() },
    }),
    horizon: fc.integer({ min: 1, max: 1_000 }),
  })
  .map(fileOf)

/** The decimal that a number of the file is written as. */
const R = Rational.decimal
const [none, one] = [R(0), R(1)]
const sum = (...parts: readonly Rational[]) => parts.reduce((a, b) => a.plus(b), none)
const minus = (part: Rational) => none.minus(part)

/** A random event and what follows from it, written out: the mean over a tree of chances, in exact fractions. */
type Outcome = Readonly<{ executor: Rational; verifier: Rational }>
const chance = (p: Rational, yes: () => Outcome, no: () => Outcome): Outcome => {
  const mean = (player: keyof Outcome) => p.times(yes()[player]).plus(one.minus(p).times(no()[player])).reduced()
  return { executor: mean('executor'), verifier: mean('verifier') }
}
const nothing: Outcome = { executor: none, verifier: none }

function lossOfExecutor({ task, slash }: Parameters.Parameters): Rational {
  return R(task.reward).plus(R(slash.amount).times(R(slash.burnShare)))
}

function lossOfVerifier({ verifiers }: Parameters.Parameters): Rational {
  return R(verifiers.reward).plus(R(verifiers.slash))
}

/** A sampled task that is no canary, event by event: dissent, arbitration, audit, exposure. */
function sampled(file: Parameters.Parameters, wrong: boolean, column: Column): Outcome {
  const { verifiers, comparator, arbitration } = file
  const convicted = minus(lossOfExecutor(file))
  const dissent = () =>
    chance(
      R(wrong ? arbitration.power : arbitration.falsePositive),
      () => ({ executor: convicted, verifier: R(verifiers.bounty) }),
      () => ({ executor: none, verifier: minus(R(verifiers.reward).plus(R(verifiers.bond))) }),
    )
  const audit = (): Outcome =>
    chance(
      wrong ? R(verifiers.auditRate).times(R(comparator.power)) : none,
      () => ({ executor: convicted.times(R(arbitration.power)), verifier: minus(lossOfVerifier(file)) }),
      () => nothing,
    )
  const exposed = minus(R(verifiers.exposure).times(lossOfVerifier(file)))
  const pass = (): Outcome => ({ executor: audit().executor, verifier: wrong ? exposed : none })
  if (column === 'check') return chance(R(wrong ? comparator.power : comparator.falsePositive), dissent, pass)
  if (column === 'copy') return chance(R(wrong ? comparator.falsePositive : comparator.power), dissent, audit)
  if (column === 'skip' || !wrong) return pass()
  const { least, most } = bargain(file)
  const bribe = least.plus(most).times(R(0.5))
  return { executor: audit().executor.minus(bribe), verifier: audit().verifier.plus(bribe) }
}

/** What the verifier would forgo by looking away, and what the executor would save. */
function bargain(file: Parameters.Parameters): { least: Rational; most: Rational } {
  const { verifiers, comparator, arbitration } = file
  const audited = R(verifiers.auditRate).times(R(comparator.power))
  return {
    least: R(arbitration.power)
      .times(R(verifiers.bounty))
      .plus(audited.times(lossOfVerifier(file))),
    most: R(arbitration.power).times(one.minus(audited)).times(lossOfExecutor(file)),
  }
}

function dealIsPossible(file: Parameters.Parameters): boolean {
  const { least, most } = bargain(file)
  return least.isBelow(most)
}

type Payoffs = readonly [executor: Rational, verifier: Rational]

function expected(file: Parameters.Parameters, row: 'honest' | 'cheat', asked: Column): Payoffs {
  const { verifiers, comparator, task, sampling } = file
  const wrong = row === 'cheat'
  const column = asked === 'collude' && (!wrong || !dealIsPossible(file)) ? 'skip' : asked
  const real = sampled(file, wrong, column)
  const spent = wrong ? R(task.cheatCost).minus(R(task.externalGain)) : R(task.honestCost)
  const executor = sum(R(task.reward), minus(spent), R(sampling.rate ?? 0).times(real.executor))
  if (column === 'skip' && verifiers.blind) return [executor, minus(R(verifiers.slash))]
  const work = R({ check: verifiers.cost, copy: verifiers.cheapCost, skip: 0, collude: 0 }[column])
  const seen = { check: comparator.power, copy: comparator.falsePositive, skip: 0, collude: 1 }[column]
  const canary = one.minus(R(seen)).times(minus(lossOfVerifier(file)))
  const g = R(verifiers.canaryRate)
  const mean = g.times(canary).plus(one.minus(g).times(real.verifier))
  return [executor, sum(R(verifiers.reward), minus(work), mean)]
}

/** A task of H is cheated on until one was sampled, 1/p in the mean; then the executor does what pays it better. */
function probed(file: Parameters.Parameters, column: Column): Payoffs {
  const [honest, cheat] = [expected(file, 'honest', column), expected(file, 'cheat', column)]
  const sampledInAll = R(file.sampling.rate ?? 0).times(R(file.horizon))
  const first = one.isBelow(sampledInAll) ? one.over(sampledInAll) : one
  const later = honest[0].isBelow(cheat[0]) ? cheat : honest
  const mean = (player: 0 | 1) => first.times(cheat[player]).plus(one.minus(first).times(later[player]))
  return [mean(0), mean(1)]
}

/** The ends of every range, which chance seldom meets together. */
const edges = [0, 1e-12, 1].flatMap((rate) =>
  [0, 1e15].flatMap((slash) =>
    [
      [1, 0],
      [0, 1],
      [1, 1],
      [1e-12, 1e-18],
    ].flatMap(
      (
        [power, falsePositive], // biome-ignore format: pairs
      ) =>
        [0, 1].flatMap((certain) =>
          [true, false].map((blind) =>
            fileOf({
              ...{
                task: { reward: certain * 1e9, externalGain: 1e-9 },
                sampling: { rate },
                horizon: certain ? 1e9 : 1,
              },
              ...{ slash: { amount: slash, burnShare: 1 - certain / 2 }, comparator: { power, falsePositive } },
              arbitration: { power: 1 - certain / 4, falsePositive: certain },
              verifiers: { blind, canaryRate: certain, exposure: certain, auditRate: certain / 2, bounty: 1e-12 },
            }),
          ),
        ),
    ),
  ),
)

describe('the payoffs', () => {
  it('are those of an enumeration, event by event, to the last digit', () => {
    let [deals, probes] = [0, 0]
    const isEnumerated = (file: Parameters.Parameters) => {
      const game = Inspection.from(file)
      if (dealIsPossible(file)) deals++
      for (const column of Inspection.verifier) {
        const rows = { honest: expected(file, 'honest', column), cheat: expected(file, 'cheat', column) }
        const all = { ...rows, probe: probed(file, column) }
        if (all.probe[0].compare(all.cheat[0]) !== 0) probes++
        for (const row of Inspection.executor) {
          const pair = game.payoffs[Inspection.executor.indexOf(row)]![Inspection.verifier.indexOf(column)]!
          const texts = [(pair[0] as Rational).toText(), (pair[1] as Rational).toText()]
          expect(texts, `${row} ${column}`).toEqual(all[row].map((exact) => exact.toText()))
        }
      }
    }
    for (const file of edges) isEnumerated(file)
    fc.assert(fc.property(files, isEnumerated), { seed: SEED, numRuns: 250 })
    expect(edges.length).toBeGreaterThanOrEqual(90)
    expect(deals).toBeGreaterThan(100)
    expect(probes).toBeGreaterThan(100)
  })

  it('are those of the closed forms for one task and for one verifier', () => {
    fc.assert(
      fc.property(files, (given) => {
        const exact = { ...given.arbitration, falsePositive: 0, power: 1 }
        const file = { ...given, arbitration: exact, verifiers: { ...given.verifiers, auditRate: 0 } }
        const game = Inspection.from(file)
        const { detection, falseAlarm } = Detection.from(file)
        const rate = file.sampling.mode === 'bernoulli' ? file.sampling.rate : Number.NaN
        const terms = { ...file.task, rate, slash: Deterrence.netSlash(file.slash), detection, falseAlarm }
        expect(payoff(game, 'honest', 'check')[0]).toBeCloseTo(Deterrence.honestPayoff(terms), 9)
        expect(payoff(game, 'cheat', 'check')[0]).toBeCloseTo(Deterrence.cheatPayoff(terms), 9)
        const verifying = { ...file.verifiers, ...file.comparator }
        const check = payoff(game, 'honest', 'check')[1]
        expect(check).toBeCloseTo(Checking.profit(verifying), 9)
        if (!file.verifiers.blind)
          expect(check - payoff(game, 'honest', 'skip')[1]).toBeCloseTo(Checking.advantage(verifying), 9)
      }),
      { seed: SEED, numRuns: 200 },
    )
  })

  it('a prober cheats on 1/p of the H tasks, and then on all or none', () => {
    const game = Inspection.from(fileOf({ horizon: 1_000 }))
    // p = .1: one task in a hundred.
    const mixed = (column: Column, then: 'honest' | 'cheat') =>
      0.01 * payoff(game, 'cheat', column)[0] + 0.99 * payoff(game, then, column)[0]
    expect(payoff(game, 'probe', 'check')[0]).toBeCloseTo(mixed('check', 'honest'), 12)
    expect(payoff(game, 'probe', 'skip')[0]).toBeCloseTo(mixed('skip', 'cheat'), 12)
    const never = fileOf({ sampling: { rate: 0 } })
    expect(payoff(Inspection.from(never), 'probe', 'check')).toEqual(payoff(Inspection.from(never), 'cheat', 'check'))
  })

  it('late verdicts leave δ^ℓ of a slash', () => {
    const late = fileOf({ slash: { amount: 40 }, identity: { discount: 0.5, verdictLag: 2 } })
    expect(Inspection.from(late)).toEqual(Inspection.from(fileOf({ slash: { amount: 10 } })))
  })

  it('by value, they are those of the kind that tempts most', () => {
    const values = [{ value: 1, externalGain: 0 }, { value: 9, externalGain: 50 }] // biome-ignore format: a pair
    const byValue = Parameters.from({ ...defaults, sampling: { mode: 'byValue', rate: 0.1, values } })
    expect(payoff(Inspection.from(byValue), 'cheat', 'skip')[0]).toBeCloseTo(51.2, 12)
    // A kind that nobody gains by is not it, even if it is never sampled.
    const idle = [{ value: 1, honestCost: 0 }, { value: 9 }] // biome-ignore format: a pair
    const unsampled = Parameters.from({ ...defaults, sampling: { mode: 'byValue', rate: 0, values: idle } })
    expect(payoff(Inspection.from(unsampled), 'honest', 'skip')[0]).toBeCloseTo(0.2, 12)
  })
})

describe('equilibria', () => {
  const inspection = { rows: ['honest', 'cheat'], columns: ['check', 'skip'] }

  it('the inspection game: the executor cheats at X = Cv/(Rv+Sv)', () => {
    const game = Game.only(Inspection.from(fileOf({ verifiers: { blind: false } })), inspection)
    const { extreme } = Game.equilibria(game)
    expect(extreme).toHaveLength(1)
    expect(extreme[0]!.row[1]).toBeCloseTo(1 / (1.2 + 10), 15)
    expect(extreme[0]!.row[1]).toBe(Checking.uncheckedRate({ ...defaults.verifiers }))
    // And the verifier checks at G/(p(R+S)), whatever it costs.
    expect(extreme[0]!.column[0]).toBeCloseTo(1 / (0.1 * 31.2), 15)
  })

  it('so with any exposure and bounty, whatever the gain', () => {
    fc.assert(
      fc.property(
        fc.record({ exposure: share, bounty: amount, cost: amount, reward: amount, slash: amount }),
        fc.integer({ min: 1, max: 12 }),
        (verifying, gain) => {
          const file = fileOf({ verifiers: { ...verifying, blind: false }, task: { externalGain: gain / 4 - 0.99 } })
          const x = Checking.uncheckedRate(file.verifiers)
          const { extreme } = Game.equilibria(Game.only(Inspection.from(file), inspection))
          const mixed = extreme.filter(({ row }) => row.every((p) => p > 0) && x < 1)
          if (x > 0 && x < 1 && gain / 4 + 0.01 < 3.12) expect(mixed[0]?.row[1]).toBeCloseTo(x, 12)
          else expect(mixed).toEqual([])
        },
      ),
      { seed: SEED, numRuns: 200 },
    )
  })

  it('break-even is a tie, and a tie is a continuum: S = R(1-p)/p', () => {
    const file = fileOf({
      task: { reward: 20, honestCost: 20, cheatCost: 0 },
      ...{ sampling: { rate: 0.01 }, slash: { amount: 1980 }, verifiers: { canaryRate: 0.2 } },
    })
    const found = Game.equilibria(Game.only(Inspection.from(file), inspection))
    expect(found.continuum).toBe(true)
    expect(found.components).toEqual([{ rows: [[1, 0], [0, 1]], columns: [[1, 0]] }]) // biome-ignore format: a pair
  })

  it('without audits and canaries, executor and verifier may both run the cheap model', () => {
    const focal = (file: Parameters.Parameters) =>
      Game.equilibria(Game.only(Inspection.from(file), { rows: ['honest', 'cheat'], columns: ['check', 'copy'] }))
        .extreme
    const cheap = { row: [0, 1], column: [0, 1], payoffs: [1.2, 1.2] }
    expect(focal(defaults)).toContainEqual(cheap)
    const enough = Checking.minAuditRate({ ...defaults.verifiers, power: 1 })
    const audited = (by: number) => fileOf({ verifiers: { auditRate: (enough.feasible ? enough.value : 1) * by } })
    const copies = (file: Parameters.Parameters) =>
      focal(file).some(({ row, column }) => row[1] === 1 && column[1] === 1)
    expect(copies(audited(0.99))).toBe(true)
    expect(copies(audited(1.01))).toBe(false)
  })
})

describe('least', () => {
  it('the canary rate from which honest work and checking are all there is', () => {
    const found = Inspection.least(defaults, 'canaryRate')
    const needed = Checking.minCanaryRate({ ...defaults.verifiers, power: 1, falsePositive: 0 })
    expect(found.feasible && found.value).toBeCloseTo(needed.feasible ? needed.value : Number.NaN, 12)
    const value = found.feasible ? found.value : Number.NaN
    const only = (canaryRate: number) => Inspection.isHonestOnly(Inspection.from(fileOf({ verifiers: { canaryRate } })))
    expect([only(value * (1 - 1e-12)), only(value * (1 + 1e-12)), only(1)]).toEqual([false, true, true])
  })

  it('the slash: twice what one honest verifier needs, for half of it can be bribed away', () => {
    const file = fileOf({ verifiers: { canaryRate: 0.1 } })
    const found = Inspection.least(file, 'slash')
    // G = p(R+S)/2 -> 18.8; without collusion G = p(R+S) -> 8.8.
    expect(found.feasible && found.value).toBeCloseTo(18.8, 9)
    const alone = Inspection.least(file, 'slash', { columns: ['check', 'skip', 'copy'] })
    expect(alone.feasible && alone.value).toBeCloseTo(8.8, 9)
  })

  /** By how much honest beats cheat under check and under skip, and check beats skip of the honest and of the cheat. */
  function comparisons({ task, slash, sampling, comparator, arbitration, verifiers }: Parameters.Parameters) {
    const { power: d, falsePositive: f } = comparator
    const { auditRate: a, canaryRate: g, exposure: e, reward, cost } = verifiers
    const [lost, pass] = [task.reward + slash.amount * slash.burnShare, reward + verifiers.slash]
    const risk = (sampling.rate ?? 0) * lost
    const gain = task.honestCost - task.cheatCost + task.externalGain
    const refused = (upheld: number) => (1 - upheld) * (reward + verifiers.bond) - upheld * verifiers.bounty
    const looks = (dissents: number, upheld: number, exposed: number) =>
      -cost - g * (1 - d) * pass - (1 - g) * (dissents * refused(upheld) + (1 - dissents) * exposed * pass)
    const idle = (exposed: number) =>
      verifiers.blind ? -verifiers.slash - reward : -g * pass - (1 - g) * exposed * pass
    return {
      underCheck: risk * ((d + (1 - d) * a * d) * arbitration.power - f * arbitration.falsePositive) - gain,
      underSkip: risk * a * d * arbitration.power - gain,
      ofHonest: looks(f, arbitration.falsePositive, 0) - idle(0),
      ofCheat: looks(d, arbitration.power, e) - idle(e),
    }
  }

  test.each(['canaryRate', 'slash'] as const)(
    '%s: against the four comparisons that decide a game of two by two',
    (lever) => {
      const two = { rows: ['honest', 'cheat'], columns: ['check', 'skip'] }
      const at = (file: Parameters.Parameters, x: number) =>
        lever === 'slash'
          ? { ...file, slash: { ...file.slash, amount: x } }
          : { ...file, verifiers: { ...file.verifiers, canaryRate: x } }
      /** Honest against check is strict, and one side has nothing else to play. */
      const isOnly = (file: Parameters.Parameters) => {
        const { underCheck, underSkip, ofHonest, ofCheat } = comparisons(file)
        return underCheck > 0 && ofHonest > 0 && (underSkip > 0 || ofCheat > 0)
      }
      let [cases, found] = [0, 0]
      for (const honestCost of [0.25, 2])
        for (const cost of [0.1, 1])
          for (const [power, falsePositive] of [[1, 0], [0.8, 0.05], [0.5, 0.4]] as const) // biome-ignore format: pairs
            for (const exposure of [0, 0.4])
              for (const [canaryRate, auditRate] of [[0, 0], [0.3, 0], [0.3, 0.5]] as const) // biome-ignore format: pairs
                for (const blind of [false, true]) {
                  if (blind && exposure > 0) continue
                  const file = fileOf({
                    ...{ task: { honestCost }, sampling: { rate: 0.1 }, slash: { amount: 40, burnShare: 0.5 } },
                    ...{ comparator: { power, falsePositive }, arbitration: { power: 0.9, falsePositive: 0.1 } },
                    verifiers: { cost, exposure, blind, canaryRate, auditRate, bond: 2, bounty: 0.5 },
                  })
                  // Each comparison is a line: it changes its sign once.
                  const [start, further] = [comparisons(at(file, 0)), comparisons(at(file, 1))]
                  const names = ['underCheck', 'underSkip', 'ofHonest', 'ofCheat'] as const
                  const cuts = names.map((name) => -start[name] / (further[name] - start[name]))
                  const tops = lever === 'slash' ? Number.POSITIVE_INFINITY : 1
                  const marks = [0, ...cuts.filter((x) => x > 0 && x < tops)].sort((x, y) => x - y)
                  const first = marks.find((x) => isOnly(at(file, x * (1 + 1e-9) + 1e-12)))
                  const least = Inspection.least(file, lever, two)
                  const label = JSON.stringify({ honestCost, cost, power, exposure, canaryRate, auditRate, blind })
                  expect(least.feasible, label).toBe(first !== undefined)
                  if (least.feasible) found++
                  if (least.feasible) expect(Math.abs(least.value - first!), label).toBeLessThan(1e-11 * (1 + first!))
                  cases++
                }
      expect(cases).toBeGreaterThanOrEqual(100)
      expect(found).toBeGreaterThan(30)
    },
  )

  it('says what is left where nothing helps', () => {
    const unpaid = fileOf({ verifiers: { reward: 0, slash: 0.5 } })
    expect(Inspection.least(unpaid, 'canaryRate')).toMatchObject({ feasible: false, obstacle: 'other-equilibria' })
    const capped = fileOf({ verifiers: { canaryRate: 0.1 }, slash: { amount: 5, max: 10 } })
    const found = Inspection.least(capped, 'slash')
    expect(found.feasible ? '' : found.reason).toMatch(/^With slash at 10, the largest that was tried, there is still /)
  })

  it('refuses another lever', () => {
    expect(() => Inspection.least(defaults, 'bond' as Inspection.Lever)).toThrow(/lever is none of its words/)
  })
})

test('only strategies that are left count: iterated dominance solves the safe game', () => {
  const { rows, columns } = Game.dominance(Inspection.from(fileOf({ verifiers: { canaryRate: 0.1 } })))
  expect([rows, columns]).toEqual([['honest'], ['check']])
})
