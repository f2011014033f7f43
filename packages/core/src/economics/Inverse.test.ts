import { describe, expect, test } from 'vitest'
import { Rational } from '../../../../test/support/rational.js'
import * as BestResponse from './BestResponse.js'
import * as Checking from './Checking.js'
import { check, Parameters as Files, type Parameters, type Quantity, quantities, type Rule, solve } from './index.js'
import * as Ruin from './Ruin.js'
import type { Solution } from './Solution.js'

const file = Files.from
const value = (solution: Solution) => {
  if (solution.feasible) return solution.value
  throw new Error(solution.reason)
}

const eight = (margin = 0) =>
  file({
    task: { reward: 1.2, honestCost: 1, cheatCost: 0 },
    sampling: { rate: 0.08 },
    slash: { amount: 10 },
    verifiers: { colluding: 0.1 },
    accept: { margin },
  })

describe('published parameters', () => {
  test('p = 8 %, R = 1.2C, S = 10C, r = 10 %: exploitable, and the rate that is needed is 9.92 %', () => {
    const { holds, best } = BestResponse.from(eight())
    expect({ holds, cheated: best.cheated }).toEqual({ holds: false, cheated: 1 })
    expect(best.profit.toFixed(4)).toBe('0.1936')
    expect((100 * value(solve(eight(), 'sampleRate', ['ev']))).toFixed(2)).toBe('9.92')
    expect(value(solve(eight(), 'slash', ['ev'])).toFixed(5)).toBe('12.68889')
    expect(value(solve(eight(), 'maxGain', ['ev'])).toFixed(4)).toBe('0.8064')
    expect(value(solve(eight(0.5), 'sampleRate'))).toBeGreaterThan(0.0992)
  })

  test('Pocket: the ruin rule takes S = 5960', () => {
    const pocket = file({
      task: { reward: 20, honestCost: 20, cheatCost: 0 },
      sampling: { rate: 0.01 },
      slash: { amount: 1980 },
      capital: { costPerStakePerTask: 0 },
      accept: { margin: 0 },
    })
    expect(value(solve(pocket, 'slash', ['ev']))).toBeCloseTo(1980, 6)
    expect(value(solve(pocket, 'slash'))).toBe(5960)
    // (1-p)^299 is the first power of .99 that is at most .05, and 299 cheats gain 299·20 = S + R
    expect([298, 299].map((cheats) => 0.99 ** cheats <= 0.05)).toEqual([false, true])
  })

  test('once-per-batch, N = 1000, p = .02, G = .8: 800.0000013', () => {
    const parameters = file({
      task: { reward: 1, honestCost: 0.8 },
      sampling: { rate: 0.02 },
      slash: { rule: 'once-per-batch', amount: 40 },
      batch: { size: 1000 },
      accept: { margin: 0 },
    })
    expect(value(solve(parameters, 'slash')).toFixed(7)).toBe('800.0000013')
  })
})

const change: Record<Exclude<Quantity, 'canaryRate'>, (p: Parameters.Parameters, x: number) => object> = {
  sampleRate: ({ sampling, batch }, rate) =>
    sampling.mode === 'fixed'
      ? { sampling: { mode: 'fixed', count: Math.round(rate * batch.size), verifiers: sampling.verifiers } }
      : { sampling: { ...sampling, rate } },
  slash: ({ slash }, amount) => ({ slash: { ...slash, amount } }),
  stake: ({ stake }, amount) => ({ stake: { ...stake, amount } }),
  verifiers: ({ sampling }, verifiers) => ({ sampling: { ...sampling, verifiers } }),
  maxGain: ({ task }, gain) => ({ task: { ...task, externalGain: gain - task.honestCost + task.cheatCost } }),
}

/** The chances of 0, 1, 2, ... */
type Law = readonly number[]

/** The sum of two independent counts. */
function added(a: Law, b: Law): Law {
  const sums = new Array<number>(a.length + b.length - 1).fill(0)
  for (const [i, p] of a.entries()) for (const [j, q] of b.entries()) sums[i + j]! += p * q
  return sums
}

/** P(a result is convicted), verifier by verifier. */
function convicted({ sampling, comparator }: Parameters.Parameters, isWrong: boolean): number {
  let agreed = 1
  for (let i = 0; i < sampling.verifiers; i++) agreed *= 1 - (isWrong ? comparator.power : comparator.falsePositive)
  return 1 - agreed
}

/** Convictions in a batch of which so many tasks are wrong, task by task: each is drawn or not, and then convicted or not. */
function ofBatch(parameters: Parameters.Parameters, wrong: number): Law {
  const { sampling, batch } = parameters
  const [guilty, innocent] = [convicted(parameters, true), convicted(parameters, false)]
  if (sampling.mode !== 'fixed')
    return Array.from({ length: batch.size }, (_, task) => (sampling.rate ?? 0) * (task < wrong ? guilty : innocent))
      .map((chance): Law => [1 - chance, chance])
      .reduce(added)
  let byDrawn = new Map<number, Law>([[0, [1]]])
  for (let task = 0; task < batch.size; task++) {
    const next = new Map<number, Law>()
    const add = (drawn: number, law: Law, chance: number) => {
      if (chance === 0) return
      const old = next.get(drawn) ?? []
      next.set(
        drawn,
        Array.from({ length: Math.max(old.length, law.length) }, (_, x) => (old[x] ?? 0) + chance * (law[x] ?? 0)),
      )
    }
    for (const [drawn, law] of byDrawn) {
      const left = (sampling.count ?? 0) - drawn
      const taken = left / (batch.size - task)
      const verdict = task < wrong ? guilty : innocent
      add(drawn + 1, added(law, [1 - verdict, verdict]), taken)
      add(drawn, law, 1 - taken)
    }
    byDrawn = next
  }
  return [...byDrawn.values()].reduce((a, b) =>
    Array.from({ length: Math.max(a.length, b.length) }, (_, x) => (a[x] ?? 0) + (b[x] ?? 0)),
  )
}

/** Convictions, or slashed batches, of a round with so many cheats in each batch. */
function ofRound(parameters: Parameters.Parameters, batches: readonly Law[]): Law {
  const perFraud = parameters.slash.rule === 'per-fraud'
  return batches.map((law) => (perFraud ? law : [law[0]!, 1 - law[0]!])).reduce(added)
}

/** Every way to share cheats among batches that are alike. */
function spreads(batches: number, most: number): number[][] {
  if (batches === 0) return [[]]
  return Array.from({ length: most + 1 }, (_, k) => spreads(batches - 1, k).map((rest) => [k, ...rest])).flat()
}

/** What x convictions cost, and how many eject. */
function terms({ slash, stake, batch, task }: Parameters.Parameters) {
  const perFraud = slash.rule === 'per-fraud'
  const full = slash.amount * stake.concurrentBatches * (perFraud ? batch.size : 1)
  const staked = stake.amount ?? full
  const lost = (x: number) => (perFraud ? task.reward * x : 0) + Math.min(staked, slash.amount * x)
  // A quotient that is whole but for rounding is whole.
  const ejectedAt = perFraud ? Math.ceil((staked / slash.amount) * (1 - 1e-15)) : 1
  return { staked, lost, ejectedAt: slash.amount === 0 && perFraud ? Number.POSITIVE_INFINITY : Math.max(1, ejectedAt) }
}

/** Do the rules hold, by every way to cheat in a round and every course of the horizon? */
function passes(parameters: Parameters.Parameters, quantity: keyof typeof change, x: number, rules: readonly Rule[]) {
  const changed = { ...parameters, ...change[quantity](parameters, x) }
  const { task, batch, stake } = changed
  const gain = task.honestCost - task.cheatCost + task.externalGain
  const laws = Array.from({ length: batch.size + 1 }, (_, wrong) => ofBatch(changed, wrong))
  const own = { ...changed, stake: { amount: terms(changed).staked / stake.concurrentBatches, concurrentBatches: 1 } }
  const ev = !rules.includes('ev') || (isDeterred(changed, laws, gain) && isDeterred(own, laws, gain))
  const all = Array.from({ length: stake.concurrentBatches }, () => laws[batch.size]!)
  return ev && (!rules.includes('ruin') || gain <= 0 || isRuined(changed, ofRound(changed, all), gain))
}

/** Every cheat loses μ·G or more, within 3e-12 of what comes and goes. */
function isDeterred(parameters: Parameters.Parameters, laws: readonly Law[], gain: number): boolean {
  const { stake, batch, accept } = parameters
  const { lost } = terms(parameters)
  const mean = (cheats: readonly number[]) =>
    ofRound(
      parameters,
      cheats.map((k) => laws[k]!),
    ).reduce((sum, chance, x) => sum + chance * lost(x), 0)
  const honest = mean(Array.from({ length: stake.concurrentBatches }, () => 0))
  return spreads(stake.concurrentBatches, batch.size).every((cheats) => {
    const gained = gain * cheats.reduce((sum, k) => sum + k, 0)
    const [wanted, paid] = [gained + accept.margin * Math.max(0, gained), mean(cheats) - honest]
    return wanted - paid <= 3e-12 * (Math.abs(wanted) + Math.abs(paid))
  })
}

/** The chance to be ahead in the end is β at most, round by round until the executor is ejected or the horizon ends. */
function isRuined(parameters: Parameters.Parameters, round: Law, gain: number): boolean {
  const { batch, stake, horizon, accept } = parameters
  const { lost, ejectedAt } = terms(parameters)
  const tasks = batch.size * stake.concurrentBatches
  const rounds = Math.ceil(horizon / tasks)
  const isAhead = (t: number, x: number) => gain * tasks * t * (1 - 2e-12) > lost(x)
  let [playing, ahead] = [[1] as Law, 0]
  for (let t = 1; t <= rounds; t++) {
    const next = added(playing, round)
    for (let x = ejectedAt; x < next.length; x++) if (isAhead(t, x)) ahead += next[x]!
    playing = next.slice(0, Math.min(next.length, ejectedAt))
  }
  const left = playing.reduce((sum, chance, x) => (isAhead(rounds, x) ? sum + chance : sum), 0)
  return ahead + left <= accept.ruinProbability + 1e-12
}

/** What could be tried instead, lower than `most`. */
function lower(parameters: Parameters.Parameters, quantity: keyof typeof change, most: number): number[] {
  if (quantity === 'verifiers') return Array.from({ length: Math.min(40, most - 1) }, (_, i) => i + 1)
  if (quantity === 'sampleRate' && parameters.sampling.mode === 'fixed')
    return [1, 2, 3, 4].map((count) => count / parameters.batch.size).filter((rate) => rate < most)
  return most === 0 ? [] : [0, 0.1, 0.5, 0.8, 0.95, 0.999, 1 - 1e-9].map((share) => most * share)
}

function* grid(): Generator<Parameters.Parameters> {
  for (const rule of ['per-fraud', 'once-per-batch'])
    for (const [size, concurrentBatches] of [
      [1, 1],
      [5, 2],
      [8, 1],
    ])
      for (const sampling of [{ rate: 0.08 }, { rate: 0.5, verifiers: 2 }, { mode: 'fixed', count: 1 }])
        for (const power of [1, 0.9, 0.5])
          for (const falsePositive of [0, 1e-12, 0.02])
            for (const stake of [{}, { amount: 25 }])
              yield file({
                task: { reward: 1.2, honestCost: 1, cheatCost: 0.25 },
                sampling,
                slash: { rule, amount: 10 },
                comparator: { power, falsePositive },
                arbitration: { falsePositive: 1 },
                batch: { size },
                stake: { ...stake, concurrentBatches },
                horizon: 100,
              })
}

describe('against trying values one by one', () => {
  const cases = [...grid()]
  test(`${cases.length} files`, () => expect(cases.length).toBeGreaterThanOrEqual(200))
  for (const quantity of quantities.filter((name): name is keyof typeof change => name !== 'canaryRate'))
    test(quantity, () => {
      let found = 0
      for (const [i, parameters] of cases.entries()) {
        const rules: Rule[] = i % 2 === 0 ? ['ev'] : ['ev', 'ruin']
        const label = `${rules} ${JSON.stringify(parameters)}`
        const solution = solve(parameters, quantity, rules)
        if (!solution.feasible) {
          const top = { sampleRate: 1, slash: parameters.stake.amount ?? 1e6, stake: 100, verifiers: 40, maxGain: 0 }[
            quantity
          ]
          expect(passes(parameters, quantity, top, rules), label).toBe(false)
          continue
        }
        found++
        const x = solution.value
        expect(passes(parameters, quantity, x, rules), label).toBe(true)
        if (quantity === 'maxGain')
          expect(passes(parameters, quantity, x * (1 + 1e-9) + 1e-12, rules), label).toBe(false)
        else
          for (const less of lower(parameters, quantity, x))
            expect(passes(parameters, quantity, less, rules), `${less} ${label}`).toBe(false)
      }
      expect(found).toBeGreaterThan(10)
    })
})

describe('the safe side of a break-even, in exact rationals', () => {
  const R = Rational.of
  /** Within the rounding of a few operations, and no further on the wrong side: far less than a tie that is forgiven. */
  const isAtLeast = (actual: Rational, exact: Rational, label: string) => {
    const off = actual.minus(exact).over(exact).toNumber()
    expect(off, label).toBeGreaterThanOrEqual(-1e-15)
    expect(off, label).toBeLessThan(1e-14)
  }
  const cases = [0.8, 1, 7.3].flatMap((honestCost) =>
    [0.013, 0.08, 0.37].flatMap((rate) =>
      [0.4, 1.2, 20].flatMap((reward) => [1, 0.9, 0.35].map((power) => ({ honestCost, rate, reward, power }))),
    ),
  )
  const one = ({ honestCost, rate, reward, power }: (typeof cases)[number], amount: number, falsePositive = 0) =>
    file({
      task: { reward, honestCost },
      sampling: { rate },
      slash: { amount },
      comparator: { power, falsePositive },
      arbitration: { falsePositive: 1 },
      accept: { margin: 0 },
    })

  test('the EV rule: G = p(D-F)(R+S)', () => {
    let found = 0
    for (const terms of cases)
      for (const falsePositive of [0, 0.3]) {
        const label = JSON.stringify({ ...terms, falsePositive })
        const [p, reward, G] = [R(terms.rate), R(terms.reward), R(terms.honestCost)]
        const risk = p.times(R(terms.power).minus(R(falsePositive)))
        const least = G.over(risk).minus(reward)
        if (!R(0).isBelow(least)) continue
        const slash = R(value(solve(one(terms, 10, falsePositive), 'slash', ['ev'])))
        isAtLeast(slash.plus(reward), least.plus(reward), label)
        const amount = 2 * least.toNumber()
        const parameters = one(terms, amount, falsePositive)
        const bite = R(terms.power)
          .minus(R(falsePositive))
          .times(reward.plus(R(amount)))
        isAtLeast(R(value(solve(parameters, 'sampleRate', ['ev']))), G.over(bite), label)
        const most = p.times(bite)
        isAtLeast(most, R(value(solve(parameters, 'maxGain', ['ev']))), label)
        found += 3
      }
    expect(found).toBeGreaterThanOrEqual(200)
  })

  test('the ruin rule: (1-pD)^((R+S)/G) is at most β from the first whole power on', () => {
    let found = 0
    for (const terms of cases) {
      const parameters = one(terms, 10)
      const escapes = R(1).minus(R(terms.rate).times(R(terms.power)))
      const beta = R(parameters.accept.ruinProbability)
      let [cheats, chance] = [1, escapes]
      for (; beta.isBelow(chance); cheats++) chance = chance.times(escapes)
      const exact = R(terms.honestCost).times(R(cheats)).minus(R(terms.reward))
      const amount = value(solve(parameters, 'slash', ['ruin']))
      const label = JSON.stringify(terms)
      // Without a slash nobody is ejected, and over a long horizon the lost rewards may be enough.
      if (amount === 0) continue
      found++
      isAtLeast(R(amount).plus(R(terms.reward)), exact.plus(R(terms.reward)), label)
      expect(Ruin.from(one(terms, amount)).holds, label).toBe(true)
      expect(Ruin.from(one(terms, amount * (1 - 1e-6))).holds, label).toBe(false)
    }
    expect(found).toBeGreaterThan(40)
  })

  test('no gain is deterred where nothing is ever sampled, and none where honest work is worse off', () => {
    expect(value(solve(file({ task: {}, sampling: { rate: 0 }, slash: {} }), 'maxGain'))).toBe(0)
    const redrawn = { task: { honestCost: 0 }, sampling: {}, slash: {}, beacon: { draws: 2 } }
    const noisy = { comparator: { power: 0.2, falsePositive: 0.2 }, arbitration: { falsePositive: 1 } }
    expect(solve(file({ ...redrawn, ...noisy }), 'maxGain')).toMatchObject({ obstacle: 'no-signal' })
  })
})

describe('the share of canaries', () => {
  const offer = (verifiers: object, comparator: object = {}) =>
    file({ task: {}, sampling: {}, slash: {}, verifiers, comparator })

  test('the least that makes looking pay, and honest verifiers stay', () => {
    expect(value(solve(offer({}), 'canaryRate'))).toBe(0)
    expect(value(solve(offer({ blind: false }), 'canaryRate'))).toBeCloseTo(1 / 11.2, 15)
    expect(solve(offer({ reward: 0.5 }), 'canaryRate')).toMatchObject({ obstacle: 'verifier-unpaid' })
    expect(solve(offer({ blind: false, slash: 0, reward: 0.5 }), 'canaryRate')).toMatchObject({
      obstacle: 'canary-rate-above-one',
    })
    // false penalties eat the pay, unless more of what is checked are canaries
    expect(value(solve(offer({ bond: 20 }, { falsePositive: 0.1 }), 'canaryRate'))).toBeGreaterThan(0.5)
  })

  test('break-even is enough, whatever the rounding', () => {
    // .3 - .1 - .2·(.3 + .7) = 0, and in doubles -2.8e-17
    const even = offer({ cost: 0.1, reward: 0.3, bond: 0.7 }, { power: 0.9, falsePositive: 0.2 })
    expect(Checking.from(even)).toMatchObject({ holds: true, profit: expect.closeTo(0, 15) })
    expect(value(solve(even, 'canaryRate'))).toBe(0)
    const less = offer({ cost: 0.1 + 1e-10, reward: 0.3, bond: 0.7 }, { power: 0.9, falsePositive: 0.2 })
    expect(Checking.from(less).holds).toBe(false)
  })

  test('against what a look earns by the kind of task and the verdict, in exact rationals', () => {
    const R = Rational.decimal
    const one = R(1)
    const mix = (chance: Rational, yes: Rational, no: Rational) => chance.times(yes).plus(one.minus(chance).times(no))
    let [cases, found] = [0, 0]
    for (const cost of [1e-12, 0.4, 1])
      for (const reward of [0, 0.5, 1.2])
        for (const slash of [0, 10])
          for (const bond of [0, 3, 20])
            for (const [power, falsePositive] of [[1, 0], [0.9, 0.01], [0.5, 0.2], [1e-12, 1e-12]] as const) // biome-ignore format: pairs
              for (const blind of [true, false]) {
                const [Rv, f] = [R(reward), R(falsePositive)]
                const looks = (g: Rational) => mix(g, mix(R(power), Rv, R(-slash)), mix(f, R(-bond), Rv)).minus(R(cost))
                const passes = (g: Rational) => mix(g, R(-slash), Rv)
                const rules = [looks, ...(blind ? [] : [(g: Rational) => looks(g).minus(passes(g))])]
                // Each is a line over g: where it is not below 0.
                let [low, high] = [R(0), one]
                for (const rule of rules) {
                  const [start, rise] = [rule(R(0)), rule(one).minus(rule(R(0)))]
                  const cut = rise.n === 0n ? R(start.n < 0n ? 2 : -1) : R(0).minus(start).over(rise)
                  if (rise.n >= 0n) low = low.isBelow(cut) ? cut : low
                  else high = cut.isBelow(high) ? cut : high
                }
                const parameters = offer({ cost, reward, slash, bond, blind }, { power, falsePositive })
                const solution = solve(parameters, 'canaryRate')
                const label = JSON.stringify({ cost, reward, slash, bond, power, falsePositive, blind })
                const at = (canaryRate: number) =>
                  Checking.from({ ...parameters, verifiers: { ...parameters.verifiers, canaryRate } }).holds
                expect(solution.feasible, label).toBe(!high.isBelow(low))
                if (solution.feasible) {
                  found++
                  expect(Math.abs(solution.value - low.toNumber()), label).toBeLessThan(5e-10 * low.toNumber() + 1e-300)
                  expect(at(solution.value), label).toBe(true)
                  if (solution.value > 0) expect(at(solution.value * (1 - 1e-9)), label).toBe(false)
                }
                cases++
              }
    expect(cases).toBeGreaterThanOrEqual(200)
    expect(found).toBeGreaterThan(100)
  })
})

test('what is solved for passes the EV rule of the checker, whose plans are more than one', () => {
  const shared = {
    ...{ task: { reward: 0, honestCost: 1 }, sampling: { rate: 0.25 }, slash: { amount: 4.25 }, batch: { size: 2 } },
    ...{ stake: { amount: 12.75, concurrentBatches: 3 }, accept: { margin: 0, ruinProbability: 1 }, horizon: 60 },
  }
  const leaving = {
    ...{ task: { reward: 2, honestCost: 1 }, sampling: { rate: 0.1 }, slash: { amount: 1 }, horizon: 100 },
    ...{ identity: { discount: 0.9, entryCost: 100 }, accept: { margin: 0, ruinProbability: 1 } },
  }
  // Three parts of a stake lose 4.25·.375 + (W/3)·.0625 for two cheats; in the last round R + S are all there is to lose.
  expect(value(solve(file(shared), 'stake'))).toBeCloseTo(3 * ((2 - 4.25 * 0.375) / 0.0625), 9)
  expect(value(solve(file(leaving), 'slash'))).toBeCloseTo(8, 9)
  for (const [given, quantity] of [
    [shared, 'stake'],
    [shared, 'slash'],
    [leaving, 'slash'],
    [leaving, 'sampleRate'],
  ] as const) {
    // biome-ignore format: pairs
    const solution = solve(file(given), quantity)
    if (!solution.feasible) continue
    const fixed = { ...file(given), ...change[quantity](file(given), solution.value) }
    expect(check(fixed, { rules: ['ev'], fixes: false }).safe, quantity).toBe(true)
  }
})

test('a count of which more is too many: false convictions leave a window, which no doubling may step over', () => {
  for (const amount of [616, 618, 620, 640, 700, 3000]) {
    const given = file({
      ...{ task: { reward: 1, honestCost: 0.5 }, sampling: { mode: 'fixed', count: 1 }, batch: { size: 1000 } },
      ...{ slash: { rule: 'once-per-batch', amount }, comparator: { power: 0.02, falsePositive: 0.001 } },
      ...{ arbitration: { falsePositive: 1 }, accept: { margin: 0, falseSlash: 1, ruinProbability: 1 }, horizon: 1000 },
    })
    const counts = Array.from({ length: 1000 }, (_, i) => i + 1)
    const passing = counts.filter((m) => 500 <= amount * (0.999 ** m - 0.98 ** m))
    expect(value(solve(given, 'sampleRate', ['ev'])), String(amount)).toBe(passing[0]! / 1000)
    expect(solve(given).minSampleRate, String(amount)).toBe(passing[0]! / 1000)
    const [ev] = check(given, { rules: ['ev'] }).findings
    expect(ev?.fixes.find(({ path }) => path === 'sampling.count')?.to, String(amount)).toBe(passing[0])
  }
})

test('what nothing repairs is typed', () => {
  const none = file({ task: {}, sampling: { rate: 0 }, slash: {} })
  expect(solve(none, 'slash')).toMatchObject({ obstacle: 'slash-above-max' })
  expect(solve(none, 'stake')).toMatchObject({ obstacle: 'stake-above-collateral' })
  expect(solve(none, 'verifiers')).toMatchObject({ obstacle: 'too-few-verifiers' })
  expect(solve(file({ task: {}, sampling: {}, slash: { burnShare: 0 } }), 'slash')).toMatchObject({
    obstacle: 'no-net-slash',
  })
  const deaf = file({ task: {}, sampling: {}, slash: {}, comparator: { power: 0 } })
  expect(solve(deaf, 'sampleRate')).toMatchObject({ obstacle: 'no-signal' })
  expect(solve(file({ task: { externalGain: 1e6 }, sampling: {}, slash: {} }), 'sampleRate')).toMatchObject({
    obstacle: 'rate-above-one',
  })
  expect(() => solve(none, 'luck' as never)).toThrow('quantity')
})
