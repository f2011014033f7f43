// The doors of arithmetic and money: called with anything at all, they work or throw a typed error that says why.
import { Encoding, EProcess, Errors, Ledger, Merkle, Sample, Schema, Settlement, Wad } from '@spotcheck/core'
import {
  Batch,
  Confidence,
  Detection,
  Deterrence,
  Evidence,
  Game,
  Inspection,
  Inspectors,
  Mix,
  Optimum,
  Parameters,
  recommend,
  Solution,
  solve,
} from '@spotcheck/core/economics'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { bytes, eth, party, protocolWith } from './support/world.js'

const SEED = 20_261_123

const junk = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withTypedArray: true }),
  fc.constantFrom<unknown>(
    ...[
      undefined,
      null,
      true,
      '',
      '0x',
      '1',
      0,
      -1,
      0.5,
      1,
      300,
      2 ** 32,
      2 ** 53,
      1e300,
      Number.NaN,
      -Infinity,
      Infinity,
    ],
    ...[0n, -1n, 10n ** 30n, [], [null], new Array(3), {}, Object.create(null), new Map(), new Map([['a', 1]])],
    ...[new Uint8Array(2), new Uint16Array(2), Object.create(new Uint8Array(1))],
    ...[Symbol('s'), () => 0, new Proxy({}, {}), { toString: null, valueOf: null }],
  ),
)

/** `value` with something in it, or all of it, replaced by junk. */
function spoilt(value: unknown): fc.Arbitrary<unknown> {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || value instanceof Map) return junk
  const keys = Object.keys(value)
  if (keys.length === 0) return junk
  const inside = fc.constantFrom(...keys).chain((key) =>
    spoilt((value as Record<string, unknown>)[key]).map((by) => {
      const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>
      copy[key] = by
      return copy
    }),
  )
  return fc.oneof({ weight: 1, arbitrary: junk }, { weight: 5, arbitrary: inside })
}

/** No arguments, nothing but junk, or the valid ones with one of them spoilt. */
function calls(valid: readonly unknown[]): fc.Arbitrary<unknown[]> {
  const one = fc.nat(valid.length - 1).chain((i) => spoilt(valid[i]).map((by) => valid.with(i, by)))
  return fc.oneof({ weight: 1, arbitrary: fc.array(junk, { maxLength: valid.length }) }, { weight: 4, arbitrary: one })
}

const engagement = { client: party('c', 1), executor: party('e', 1), maxCount: 4, reward: 5n, lock: 100n }
const assignments = [{ verifier: party('a', 1), level: 0, work: 'done', verdict: 'dissents' }]
const appeal = { party: party('e', 1), role: 'executors', level: 2, claim: 'agrees' }
const record = {
  protocol: protocolWith(),
  epoch: 3,
  isVoid: false,
  batches: [
    {
      ...{ executor: party('e', 1), engagements: [engagement], count: 3, equivocated: true, broken: [2] },
      vouchers: new Map([[party('c', 1), 20n]]),
      leaves: [{ index: 1, outcome: 'mismatch', assignments, appeals: [appeal], reporter: party('a', 2) }],
    },
  ],
  evidence: new Map(),
  verifiers: [{ address: party('a', 1), stake: 50n }],
  withheld: [{ member: party('a', 1), level: 0 }],
}
const ledger = new Map([['a', 5n]])
const tree = Merkle.from([bytes(1), bytes(2), bytes(3)])

const terms = {
  ...{ reward: 1.2, honestCost: 1, cheatCost: 0.2, externalGain: 0, gain: 0.8, rate: 0.1, slash: 30 },
  ...{ detection: 0.9, falseAlarm: 0.01, capital: 0.003, capitalCost: 1e-4 },
}
const best = { ...terms, verifierCost: 1, verifiers: 2, margin: 0.1, maxSlash: 1_000, burnShare: 0.5 }
const kind = { ...terms, share: 1, weight: 1 }
const batch = { mix: [kind], size: 100, rate: 0.02, detection: 1, falseAlarm: 0.001 }
const panel = {
  ...{ verifiers: 3, power: 0.9, falsePositive: 0.01, errors: 'common', colluding: 0.1, falseDissent: 0.5 },
  ...{ pool: 100, arbitrationPower: 1, arbitrationFalsePositive: 0 },
}
const { defaults } = Parameters
const valued = Parameters.from({
  ...defaults,
  sampling: { mode: 'byValue', rate: 0.1, values: [{ value: 1 }, { value: 3, count: 2 }] },
})
const noisy = Parameters.from({ ...defaults, comparator: { power: 0.9, falsePositive: 0.01 } })
const files = [defaults, valued, Parameters.from({ ...defaults, sampling: { mode: 'fixed', count: 1 } })]

const wagers = {
  alpha: eth / 20n,
  power: (eth * 9n) / 10n,
  falsePositive: eth / 100n,
  cheatRates: [eth],
  restart: true,
}
const eprocess = EProcess.from(wagers)
const convicting = EProcess.update(eprocess, EProcess.start(eprocess), 'mismatch')

const game: Game.Game = {
  rows: ['a', 'b'],
  columns: ['c', 'd'],
  payoffs: [
    [
      [1, 2],
      [0, 0],
    ],
    [
      [0, 0],
      [2, 1],
    ],
  ],
}

type Door = readonly [name: string, enter: (...given: never[]) => unknown, valid: readonly unknown[]]

const doors: readonly Door[] = [
  ['Settlement.settle', Settlement.settle, [record]],
  ['Settlement.reserve', Settlement.reserve, [record.protocol, [engagement]]],
  ['Ledger.apply', Ledger.apply, [ledger, [{ from: 'a', to: 'b', amount: 2n, memo: 'reward' }]]],
  ['Ledger.total', Ledger.total, [ledger]],
  ['Ledger.balance', Ledger.balance, [ledger, 'a']],
  ['Wad.from', Wad.from, [0.02]],
  ['Wad.toNumber', Wad.toNumber, [5n]],
  ['Wad.mulUp', Wad.mulUp, [5n, eth]],
  ['Wad.mulDown', Wad.mulDown, [5n, eth]],
  ['EProcess.from', EProcess.from, [wagers]],
  ['EProcess.start', EProcess.start, [eprocess]],
  ['EProcess.update', EProcess.update, [eprocess, convicting, 'match']],
  ['EProcess.isCrossed', EProcess.isCrossed, [eprocess, convicting]],
  ['EProcess.encode', EProcess.encode, [eprocess, convicting]],
  ['EProcess.decode', EProcess.decode, [eprocess, EProcess.encode(eprocess, convicting)]],
  ['Encoding.equal', Encoding.equal, [bytes(1), bytes(1)]],
  ['Encoding.concat', Encoding.concat, [bytes(1), bytes(2)]],
  ['Encoding.toUint', Encoding.toUint, [bytes(1)]],
  ['Encoding.uint', (value, size) => Encoding.uint(value, size), [1, 8]],
  ['Merkle.width', Merkle.width, [tree, 1]],
  ['Schema.freeze', Schema.freeze, [{ list: [{ a: 1 }] }]],
  ['Schema.fixedBytes', Schema.fixedBytes, [2]],
  ['Schema.bytes', Schema.bytes, [2]],
  ['Schema.uint', Schema.uint, [8]],
  ['Schema.integer', Schema.integer, [1, 3]],
  ['Schema.text', Schema.text, [5]],
  ['Schema.list', (min, max) => Schema.list(Schema.bytes32, min, max), [0, 3]],
  ['Sample.bernoulli.indices', Sample.bernoulli.indices, [{ seed: bytes(1), count: 9, rate: eth / 2n }]],
  ['Sample.fixed.indices', Sample.fixed.indices, [{ seed: bytes(1), count: 9, rate: eth / 2n }]],
  ...files.flatMap((file): Door[] => [
    [`solve: ${file.sampling.mode}`, solve, [file]],
    [`recommend: ${file.sampling.mode}`, recommend, [file]],
    [`Mix.from: ${file.sampling.mode}`, Mix.from, [file]],
    [`Mix.rate: ${file.sampling.mode}`, Mix.rate, [file]],
    [`Detection.from: ${file.sampling.mode}`, Detection.from, [file]],
  ]),
  ['Mix.inclusion', Mix.inclusion, [kind, 0.1]],
  ['Mix.sampled', Mix.sampled, [[kind], 0.1]],
  ['Detection.odds', Detection.odds, [panel]],
  ['Detection.odds: infinite pool', Detection.odds, [{ ...panel, pool: null }]],
  ['Detection.colluders', Detection.colluders, [0.1, 100]],
  ...Object.entries(Deterrence).map(([name, enter]): Door => {
    return [`Deterrence.${name}`, enter, [name === 'netSlash' ? { amount: 10, burnShare: 0.5 } : terms]]
  }),
  ['Batch.minLoss', Batch.minLoss, [batch]],
  ['Batch.minSampleRate', Batch.minSampleRate, [batch, 1_600]],
  ['Batch.bestRate', Batch.bestRate, [batch]],
  ['Batch.honestSlashed', Batch.honestSlashed, [batch]],
  ['Batch.cheatSlashed', Batch.cheatSlashed, [batch]],
  ['Optimum.perFraud', Optimum.perFraud, [best]],
  ['Optimum.zeroSlashRate', Optimum.zeroSlashRate, [best]],
  ['Optimum.oncePerBatch', Optimum.oncePerBatch, [best, { size: 10, forfeitBatchReward: true, mix: [kind] }]],
  ['Optimum.taskRates', Optimum.taskRates, [[kind], { slash: 40, detection: 1, falseAlarm: 0, margin: 0 }]],
  ['Optimum.byValue', Optimum.byValue, [best, [kind]]],
  ['Game.equilibria', Game.equilibria, [game]],
  ['Game.dominance', Game.dominance, [game]],
  ['Game.only', Game.only, [game, { rows: ['b'], columns: ['c'] }]],
  ['Inspection.from', Inspection.from, [noisy]],
  ['Inspectors.equilibria', Inspectors.equilibria, [noisy]],
  ['Inspection.isHonestOnly', Inspection.isHonestOnly, [game]],
  ['Evidence.from', Evidence.from, [noisy]],
  ['Evidence.process', Evidence.process, [Evidence.from(noisy)]],
  ['Evidence.divergence', Evidence.divergence, [0.9, 0.01]],
  ['Evidence.samplesToConvict', Evidence.samplesToConvict, [Evidence.from(noisy), 0.5]],
  ['Evidence.growth', Evidence.growth, [Evidence.from(noisy), 0.5]],
  ['Evidence.leastConvicted', Evidence.leastConvicted, [Evidence.from(noisy)]],
  ['Evidence.mostSamples', Evidence.mostSamples, [Evidence.from(noisy), 0.5, 10]],
  ['Evidence.gainBeforeConviction', Evidence.gainBeforeConviction, [Evidence.from(noisy), { ...terms, horizon: 10 }]],
  ['Confidence.mismatchRate', Confidence.mismatchRate, [{ samples: 10, mismatches: 3, alpha: 0.05 }]],
  [
    'Confidence.cheatRate',
    Confidence.cheatRate,
    [
      { samples: 10, mismatches: 3, alpha: 0.05 },
      { power: 0.8, powerAtMost: 0.9, falsePositive: 0.1 },
    ],
  ],
  ['Solution.orNull', Solution.orNull, [Solution.of(1)]],
]

/** Fails unless `run` returns or throws a typed error that says something. */
function enterSafely(run: () => unknown): void {
  try {
    run()
  } catch (error) {
    if (!(error instanceof Errors.BaseError)) throw new Error('a foreign error came out', { cause: error })
    expect([error.subject, error.rule, error.fix]).not.toContain('')
  }
}

describe('doors name what is wrong', () => {
  it.each(doors)('%s', (_, enter, valid) => {
    enter(...(valid as never[]))
    enterSafely(enter)
    enterSafely(() => enter(...([null, null] as never[])))
    fc.assert(
      fc.property(calls(valid), (given) => enterSafely(() => enter(...(given as never[])))),
      { numRuns: 600, seed: SEED },
    )
  })
})

describe('nonsense is refused, not computed with', () => {
  const cycle: { self?: object } = {}
  cycle.self = cycle
  const refused: readonly Door[] = [
    ['Ledger.balance of a plain object', Ledger.balance, [{ a: 5n }, 'a']],
    ['Ledger.total of an heir of Map', Ledger.total, [Object.create(new Map())]],
    ['Ledger.total of a proxy of a Map', Ledger.total, [new Proxy(new Map(), {})]],
    ['Ledger.total of numbers', Ledger.total, [new Map([['a', 5]])]],
    ['Ledger.apply without a transfer', Ledger.apply, [ledger, [null]]],
    [
      'Settlement.settle of more than was ordered',
      Settlement.settle,
      [{ ...record, batches: [{ ...record.batches[0], count: 5 }] }],
    ],
    ['Wad.toNumber of nothing', Wad.toNumber, [undefined]],
    ['Encoding.equal of two texts', Encoding.equal, ['', '']],
    ['Encoding.toUint of an empty list', Encoding.toUint, [[]]],
    ['Encoding.uint without a size', Encoding.uint, [1, undefined]],
    ['Merkle.width of a level too high', Merkle.width, [tree, 3]],
    ['Schema.freeze of a cycle', Schema.freeze, [cycle]],
    ['Schema.freeze of bytes', Schema.freeze, [{ inner: bytes(1) }]],
    ['Schema.integer of an empty range', Schema.integer, [3, 1]],
    ['Detection.odds of another word', Detection.odds, [{ ...panel, errors: 'shared' }]],
    ['Detection.odds of an endless panel', Detection.odds, [{ verifiers: 2 ** 33, pool: 2 ** 33, colluding: 1 }]],
    ['Mix.rate of another mode', Mix.rate, [{ sampling: { mode: 'all', rate: 1 }, batch: { size: 1 } }]],
    ['Batch.minLoss of an unknown gain', Batch.minLoss, [{ ...batch, mix: [{ ...kind, gain: undefined }] }]],
  ]
  it.each(refused)('%s', (_, enter, given) => {
    expect(() => enter(...(given as never[]))).toThrow(Errors.InvalidInputError)
  })
})

test('a list of indices that nobody waits for is refused, and includes still answers', () => {
  const draw = { seed: bytes(1), count: 2 ** 24 + 1, rate: eth }
  for (const sampler of [Sample.bernoulli, Sample.fixed]) {
    expect(() => sampler.indices(draw)).toThrow(/ask `includes`/)
    expect(() => sampler.indices(draw)).toThrow(Errors.InvalidInputError)
    expect(sampler.includes(7, draw)).toBe(true)
  }
  expect(Sample.fixed.indices({ ...draw, count: 2 ** 40, rate: 1n })).toHaveLength(1)
})
