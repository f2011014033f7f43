import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BestResponse, type Check, check, Parameters, Ranges, Ruin } from './index.js'

const SEED = 20_260_110
const parameters = (file: object) => Parameters.from({ task: {}, sampling: {}, slash: {}, ...file })
const findings = (file: object) =>
  Object.fromEntries(check(parameters(file)).findings.map((one) => [one.rule, one])) as Readonly<
    Record<Check.Rule, Check.Finding>
  >
const failing = (file: object) => check(parameters(file)).findings.flatMap(({ holds, rule }) => (holds ? [] : [rule]))
const fixOf = ({ fixes }: Check.Finding, path: string) => fixes.find((fix) => fix.path === path)

const batch = {
  task: { reward: 1, honestCost: 1, cheatCost: 0.2 },
  sampling: { rate: 0.02 },
  batch: { size: 1000 },
  accept: { margin: 0 },
}
const shared = (amount: number) => ({ ...batch, slash: { rule: 'once-per-batch', amount } })
const pocket = (amount: number) => ({
  task: { reward: 20, honestCost: 20, cheatCost: 0 },
  sampling: { rate: 0.01 },
  slash: { amount },
  capital: { costPerStakePerTask: 0 },
  accept: { margin: 0 },
})

describe('the examples of economics.md', () => {
  test('the default file is safe', () => {
    expect(check(Parameters.defaults)).toMatchObject({ safe: true })
    expect(failing({})).toEqual([])
  })

  test('one slash of 40 for a batch of 1,000: k = 1000 earns 760', () => {
    const { ev, ruin } = findings(shared(40))
    expect(ev).toMatchObject({
      holds: false,
      exploit: {
        cheated: 1000,
        of: 1000,
        strategy: 'cheat on all 1,000 tasks of a batch',
        needs: ['one slash for many cheats'],
      },
      smallest: { cheated: 2 },
    })
    expect(ev.exploit!.profit).toBeCloseTo(760, 6)
    expect(ev.exploit!.profitPerTask).toBeCloseTo(0.76, 9)
    expect(ev.exploit!.profitOverHorizon).toBeCloseTo(7600, 5)
    expect(ev.why).toBe(
      'one slash of 40 is shared by 1,000 cheats; sampling catches the batch with probability 1, but only once',
    )
    expect(fixOf(ev, 'slash.amount')?.to).toBe(800.001)
    expect(fixOf(ev, 'slash.rule')?.to).toBe('per-fraud')
    expect(fixOf(ev, 'batch.size')?.to).toBe(1)
    expect(ruin.holds).toBe(false)
  })

  test('at 801 both rules hold', () => {
    const { ev, ruin } = findings(shared(801))
    expect([ev.holds, ruin.holds]).toEqual([true, true])
  })

  test('p = 8 %, R = 1.2 C, S = 10 C, r = 10 %: the rate must be at least 9.92 %', () => {
    const file = {
      task: { reward: 1.2, honestCost: 1 },
      sampling: { rate: 0.08 },
      slash: { amount: 10 },
      verifiers: { colluding: 0.1 },
    }
    const breakEven = findings({ ...file, accept: { margin: 0 } }).ev
    expect(breakEven.exploit).toMatchObject({ cheated: 1, of: 1 })
    expect(breakEven.exploit!.profit).toBeCloseTo(0.1936, 9)
    expect(fixOf(breakEven, 'sampling.rate')?.to).toBe(0.0992064)
    const { ev } = findings(file)
    expect(ev.holds).toBe(false)
    expect(fixOf(ev, 'sampling.rate')?.to).toBeCloseTo(0.14881, 5)
  })

  test('Pocket: break-even in the mean, ahead with probability .366, and the smallest slash that passes', () => {
    const { ev, ruin, participation } = findings(pocket(1980))
    expect([ev.holds, participation.holds]).toEqual([true, true])
    expect(Math.abs(ev.value)).toBeLessThan(1e-9)
    expect(ruin).toMatchObject({ holds: false, exploit: { cheated: 1, of: 1 } })
    expect(ruin.value).toBeCloseTo(0.366, 3)
    expect(ruin.exploit!.probability).toBe(ruin.value)
    expect(fixOf(ruin, 'slash.amount')).toEqual({ path: 'slash.amount', from: 1980, to: 5960, leaves: [] })
    expect([5959.9, 5960].map((amount) => Ruin.from(parameters(pocket(amount))).holds)).toEqual([false, true])
  })
})

describe('each weakness is found, and named as what the strategy needs', () => {
  const safe = { batch: { size: 4 }, accept: { margin: 0, ruinProbability: 1 } }
  test.each([
    ['a stake that can’t pay every slash', { ...safe, stake: { amount: 10, concurrentBatches: 4 } }],
    ['colluding verifiers', { ...safe, verifiers: { colluding: 0.7 } }],
    ['a choice among beacon draws', { ...safe, batch: { size: 1 }, beacon: { draws: 4 } }],
    ['slashes that friends get back', { ...safe, slash: { burnShare: 0.2 } }],
    ['a noisy comparator', { ...safe, comparator: { power: 0.2 } }],
    ['late verdicts', { ...safe, identity: { discount: 0.5, verdictLag: 3 } }],
    [
      'tasks of unequal value',
      { ...safe, sampling: { mode: 'byValue', rate: 0.1, values: [{ value: 1 }, { value: 100, reward: 2 }] } },
    ],
  ])('%s', (ingredient, file) => {
    const { ev } = findings(file)
    expect(ev.holds).toBe(false)
    expect(ev.exploit!.needs).toContain(ingredient)
    expect(ev.exploit!.profit).toBeGreaterThan(0)
  })

  test('cheap new identities', () => {
    const file = { slash: { amount: 5 }, identity: { discount: 0.99, tasksPerPeriod: 100 }, accept: { margin: 0 } }
    const priced = (entryCost: number) => findings({ ...file, identity: { ...file.identity, entryCost } }).ev
    expect(priced(1).exploit).toMatchObject({ plan: 'steady', needs: ['cheap new identities'] })
    // G - p(R + S + K_id) = 0 at 3.8; from there on it is only who leaves that gains
    expect([3.79, 3.81].map((entryCost) => priced(entryCost).exploit?.plan)).toEqual(['steady', 'timing'])
    expect(fixOf(priced(1), 'identity.entryCost')).toBeUndefined()
    expect(fixOf(priced(100), 'slash.amount')?.to).toBe(8.8)
  })

  test('two together, neither of which is enough', () => {
    const file = { slash: { amount: 8.8001, burnShare: 0.9 }, verifiers: { colluding: 0.05 }, accept: { margin: 0 } }
    expect(findings(file).ev.exploit!.needs).toEqual(['colluding verifiers', 'slashes that friends get back'])
    expect(findings({ ...file, slash: { amount: 8.7, burnShare: 0.9 } }).ev.exploit!.needs).toEqual([])
  })
})

describe('the other rules', () => {
  test('honest work that does not pay', () => {
    const { participation } = findings({ task: { reward: 1 } })
    expect(participation).toMatchObject({ holds: false, exploit: { strategy: 'stay away', cheated: 0 } })
    expect(fixOf(participation, 'task.reward')?.to).toBeCloseTo(1.003, 6)
    expect(fixOf(participation, 'capital.costPerStakePerTask')?.to).toBe(0)
  })

  test('false slashes', () => {
    const noisy = { comparator: { falsePositive: 0.01 }, arbitration: { falsePositive: 0.1 }, verifiers: { reward: 2 } }
    const finding = findings(noisy)['false-slash']
    expect(finding.holds).toBe(false)
    expect(finding.value).toBeCloseTo(1 - (1 - 0.1 * 0.001) ** 10000, 9)
    const loose = { ...noisy, accept: { falseSlash: 0.7 } }
    expect(findings(loose)['false-slash'].holds).toBe(true)
    expect(findings({ comparator: { falsePositive: 0.01 }, evidence: { alpha: 0.01 } })['false-slash']).toMatchObject({
      holds: false,
      value: 0.01,
    })
  })

  test('verifiers who may copy, and have nothing to fear', () => {
    const { verifiers } = findings({ verifiers: { blind: false } })
    expect(verifiers).toMatchObject({ holds: false, exploit: { who: 'verifier', strategy: 'agree without checking' } })
    expect(fixOf(verifiers, 'verifiers.canaryRate')?.to).toBeCloseTo(1 / 11.2, 6)
    expect(fixOf(verifiers, 'verifiers.blind')).toEqual({ path: 'verifiers.blind', from: false, to: true, leaves: [] })
    expect(findings({ verifiers: { reward: 0.9 } }).verifiers.exploit!.strategy).toBe('stay away')
  })

  test('no single change helps where right results are convicted as often as wrong ones', () => {
    const { ev } = findings({ comparator: { power: 0.1, falsePositive: 0.1 }, arbitration: { falsePositive: 1 } })
    expect(ev.why).toContain('a right result is convicted as often as a wrong one')
    expect(fixOf(ev, 'slash.amount')).toBeUndefined()
  })

  test('warnings', () => {
    const kinds = (file: object) => check(parameters(file)).warnings.map(({ kind }) => kind)
    expect(kinds({})).toEqual(['bribery', 'cheap-model'])
    expect(kinds({ verifiers: { bounty: 40, auditRate: 0.1 } })).toEqual([])
    expect(kinds({ task: { fee: 1.2 } })).toContain('budget')
    expect(kinds({ comparator: { power: 0.9, falsePositive: 0.01 } })).toContain('calibration')
    expect(kinds({ comparator: { power: 0.9, falsePositive: 0.01 }, evidence: { restart: false } })).toContain(
      'reputation',
    )
    expect(kinds({ comparator: { power: 0.9, falsePositive: 0.2 } })).toContain('reputation')
  })
})

describe('any file', () => {
  const share = fc.oneof(
    fc.constantFrom(0, 1),
    fc.integer({ min: 0, max: 100 }).map((n) => n / 100),
  )
  const files = fc.record({
    task: fc.record({ reward: share, honestCost: share, cheatCost: share, fee: fc.option(share) }),
    sampling: fc.oneof(
      fc.record({ rate: share, verifiers: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ mode: fc.constant('fixed'), count: fc.integer({ min: 1, max: 3 }) }),
      fc.record({
        mode: fc.constant('byValue'),
        rate: share,
        values: fc.constant([
          { value: 1, count: 2 },
          { value: 5, reward: 3 },
        ]),
      }),
    ),
    slash: fc.record({
      rule: fc.constantFrom('per-fraud', 'once-per-batch'),
      amount: fc.integer({ min: 0, max: 60 }),
      forfeitBatchReward: fc.boolean(),
      burnShare: share,
    }),
    batch: fc.record({ size: fc.integer({ min: 3, max: 12 }) }),
    stake: fc.oneof(
      fc.constant({}),
      fc.record({ amount: fc.integer({ min: 0, max: 100 }), concurrentBatches: fc.integer({ min: 1, max: 3 }) }),
    ),
    comparator: fc.record({ power: share, falsePositive: share }),
    arbitration: fc.record({ falsePositive: share }),
    verifiers: fc.record({ colluding: share, canaryRate: share, blind: fc.boolean() }),
    beacon: fc.record({ draws: fc.integer({ min: 1, max: 3 }) }),
    identity: fc.record({ discount: share, entryCost: share, verdictLag: fc.integer({ min: 0, max: 2 }) }),
    horizon: fc.constantFrom(1, 50),
  })
  const numbers = (node: unknown): number[] => {
    if (typeof node === 'number') return [node]
    return typeof node === 'object' && node !== null ? Object.values(node).flatMap(numbers) : []
  }

  test('the report agrees with the rules, is made of numbers, and every fix does what it says', () => {
    fc.assert(
      fc.property(files, (file) => {
        const report = check(Parameters.from(file))
        expect(report.safe).toBe(report.findings.every(({ holds }) => holds))
        expect(numbers(report).filter((number) => !Number.isFinite(number))).toEqual([])
        for (const { rule, holds, exploit, fixes } of report.findings) {
          if (holds) expect({ exploit, fixes }).toEqual({ exploit: null, fixes: [] })
          for (const { path, to, leaves } of fixes.slice(0, 2)) {
            const changed = check(Parameters.from(withValue(file, path, to)))
            expect(changed.findings.flatMap((one) => (one.holds ? [] : [one.rule]))).toEqual(leaves)
            expect(leaves).not.toContain(rule)
          }
        }
      }),
      { seed: SEED, numRuns: 15 },
    )
  })

  test('a fix is the least: a tenth of a per cent less is not enough', () => {
    const steps = fc.integer({ min: 1, max: 30 })
    fc.assert(
      fc.property(steps, steps, (percent, amount) => {
        const file = { sampling: { rate: percent / 100 }, slash: { amount }, accept: { margin: 0 } }
        const { ev } = findings(file)
        for (const path of ['sampling.rate', 'slash.amount']) {
          const fix = fixOf(ev, path)
          if (fix === undefined) continue
          const less = Number(fix.from) + (Number(fix.to) - Number(fix.from)) * 0.999
          expect(BestResponse.from(Ranges.at(Ranges.from(file), { [path]: less })).holds).toBe(false)
        }
      }),
      { seed: SEED, numRuns: 20 },
    )
  })
})

test('the most tasks that may be open at once, and the smallest of rates and largest of slashes, are answered', () => {
  const most = { batch: { size: 1e6 }, stake: { concurrentBatches: 1e6 } }
  expect(check(parameters(most)).safe).toBe(true)
  const rare = { ...most, sampling: { rate: 1e-12 }, slash: { amount: 1e15 }, capital: { costPerStakePerTask: 0 } }
  // One conviction in the mean: nobody is, with probability 1/e.
  expect(findings(rare).ruin).toMatchObject({ holds: false })
  expect(findings(rare).ruin?.value).toBeCloseTo(Math.exp(-1), 9)
})

/** The file with one value changed, e.g. at `sampling.values[0].reward`. */
function withValue(file: object, path: string, value: unknown): unknown {
  const keys = path.replaceAll('[', '.').replaceAll(']', '').split('.')
  const changed = structuredClone(file) as Record<string, unknown>
  const parent = keys.slice(0, -1).reduce((node, key) => node[key] as Record<string, unknown>, changed)
  parent[keys.at(-1)!] = value
  return changed
}

test('the rate of a fixed sample is offered for a whole number of tasks, not for a hair more than another', () => {
  for (const [size, rate] of [
    [1, 0],
    [4, 0.25],
    [9, 0.1],
    [1000, 0.001],
  ] as const) {
    // biome-ignore format: pairs
    const file = { sampling: { mode: 'fixed', rate }, slash: { amount: 1.5 }, batch: { size }, accept: { margin: 0 } }
    const { ev } = findings(file)
    // G = 1 <= (m/N)·(R + S): the least m.
    const least = Array.from({ length: size }, (_, i) => i + 1).find((m) => size <= m * 2.7)!
    const to = Number(fixOf(ev, 'sampling.rate')?.to)
    expect(Math.ceil(Number((to * size).toPrecision(12))), `${size}`).toBe(least)
    expect(to, `${size}`).toBeGreaterThan((least - 1) / size + 0.2 / size)
    expect(String(to).length, `${size}`).toBeLessThanOrEqual(5)
  }
  const noisy = { comparator: { power: 0.9, falsePositive: 0.1 }, arbitration: { falsePositive: 1 } }
  const slashed = { sampling: { mode: 'fixed', rate: 1 }, batch: { size: 10 }, horizon: 10, ...noisy }
  // 1 - .9^m <= .3 holds for three tasks.
  const { 'false-slash': rule } = findings({ ...slashed, accept: { falseSlash: 0.3 } })
  expect(fixOf(rule, 'sampling.rate')?.to).toBe(0.3)
})

describe('the amounts of a kind of task are numbers of the file, too', () => {
  const kinds = (rewards: readonly number[], amount: number) => {
    const values = rewards.map((reward) => ({ value: 1, reward, externalGain: 1 }))
    return { sampling: { mode: 'byValue', rate: 0.1, values }, slash: { amount }, accept: { margin: 0 } }
  }
  const changes = (finding: Check.Finding | undefined) =>
    finding?.fixes.flatMap(({ path, to }) => (path.startsWith('sampling.values') ? [[path, to]] : []))

  test('the reward that one of them lacks deters, G = p(R+S)', () => {
    // Both kinds gain 2; the first loses .1·(1 + 17), the second .1·(4 + 17).
    const { ev, participation } = findings(kinds([1, 4], 17))
    expect(changes(ev)).toEqual([['sampling.values[0].reward', 3]])
    expect(participation?.holds).toBe(true)
    expect(changes(findings(kinds([4, 1], 17)).ev)).toEqual([['sampling.values[1].reward', 3]])
    expect(changes(findings(kinds([4, 4, 4, 4, 1], 17)).ev)).toEqual([])
  })

  test('honest work pays in the mean: any of them may pay for it', () => {
    const { participation } = findings(kinds([0.5, 1], 40))
    // (0.5 + 1)/2 - 1 - 40/10,000 = -.254 a task: one of two must earn .508 more, or cost that less.
    expect(changes(participation)).toEqual([
      ['sampling.values[0].reward', 1.008],
      ['sampling.values[1].reward', 1.508],
      ['sampling.values[0].honestCost', 0.492],
      ['sampling.values[1].honestCost', 0.492],
    ])
  })
})

describe('the least change, and none missed', () => {
  const offered = (given: object, rule: 'ev' | 'ruin' | 'false-slash', path: string) =>
    check(parameters(given))
      .findings.find((finding) => finding.rule === rule)!
      .fixes.find((fix) => fix.path === path)?.to as number

  test('towards 0 as exactly as towards more', () => {
    const given = {
      sampling: { rate: 0.5 },
      arbitration: { falsePositive: 1 },
      comparator: { falsePositive: 0.5 },
      horizon: 1e6,
    }
    const holds = (falsePositive: number) =>
      check(parameters({ ...given, arbitration: { falsePositive } }), { rules: ['false-slash'], fixes: false }).safe
    const least = offered(given, 'false-slash', 'arbitration.falsePositive')
    // 1-(1-.25x)^1e6 <= 1e-6
    expect(least).toBeCloseTo(4e-12, 17)
    expect([holds(least), holds(least * 1.00001)]).toEqual([true, false])
  })

  test('a stake, from one conviction that it covers to the next', () => {
    const given = {
      task: { reward: 0.627, honestCost: 0.5 },
      sampling: { rate: 0.0268 },
      slash: { amount: 76.3 },
      stake: { amount: 3.81 },
      verifiers: { colluding: 0.4 },
      horizon: 1000,
      accept: { margin: 0.1 },
    }
    const holds = (amount: number) =>
      check(parameters({ ...given, stake: { amount } }), { rules: ['ruin'], fixes: false }).safe
    const least = offered(given, 'ruin', 'stake.amount')
    expect(holds(least)).toBe(true)
    for (let amount = 4; amount < least * (1 - 1e-5); amount += 0.25) expect(holds(amount), String(amount)).toBe(false)
  })

  test('what is named as needed can be taken away', () => {
    const late = (identity: object) => parameters({ identity: { verdictLag: 1, discount: 0.5, ...identity } })
    const { ruin } = findings({ identity: { verdictLag: 1, discount: 0.5 } })
    expect(ruin!.exploit!.needs).toContain('late verdicts')
    for (const name of ['verdictLag', 'discount'] as const) {
      const fix = fixOf(ruin!, `identity.${name}`)!
      const holds = (value: number) => check(late({ [name]: value }), { rules: ['ruin'], fixes: false }).safe
      const to = Number(fix.to)
      const less = to + 1e-4 * (Number(fix.from) - to)
      expect([holds(to), holds(less)], `${name} ${to}`).toEqual([true, false])
    }
  })

  test('whatever rules are asked about', () => {
    const given = { arbitration: { falsePositive: 0.01 }, verifiers: { colluding: 0.4, falseDissent: 0.1 } }
    const [alone] = check(parameters(given), { rules: ['false-slash'] }).findings
    const all = check(parameters(given)).findings.find(({ rule }) => rule === 'false-slash')
    expect(alone!.fixes.length).toBeGreaterThan(0)
    expect(alone!.fixes).toEqual(all!.fixes)
  })

  test('a fixed sample checks its number, not its share by chance', () => {
    const given = {
      sampling: { mode: 'fixed', count: 1 },
      batch: { size: 10 },
      arbitration: { falsePositive: 0.5 },
      comparator: { falsePositive: 0.999999 },
      horizon: 10,
    }
    const [only] = check(parameters(given), { rules: ['false-slash'], fixes: false }).findings
    expect(only!.value).toBeCloseTo(0.4999995, 12)
  })
})
