import { Errors, Protocol, Sample } from '@spotcheck/core'
import { Parameters } from '@spotcheck/core/economics'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as Crossing from './Crossing.js'

const SEED = 20_261_123
const secret = `0x${'01'.repeat(32)}` as const
const file = (extra: object = {}) =>
  Parameters.from({
    task: { reward: 1.2, honestCost: 1, cheatCost: 0 },
    sampling: { rate: 0.1 },
    slash: { amount: 30 },
    ...extra,
  })
const protocol = (extra: object = {}) => Crossing.protocolFrom(file(extra), secret)

function thrown(run: () => unknown): Errors.BaseError {
  try {
    run()
  } catch (error) {
    if (error instanceof Errors.BaseError) return error
    throw error
  }
  throw new Error('expected an error')
}

describe('money', () => {
  test('to the nearest wei, and back to the nearest double', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e12, noNaN: true }), (amount) => {
        const wei = Crossing.toWeiNearest(amount, 'x')
        const error = Math.abs(Crossing.fromWei(wei) - amount)
        expect(error).toBeLessThanOrEqual(0.5 / Crossing.weiPerUnit + amount * 2 ** -52)
      }),
      { seed: SEED },
    )
  })

  test('amounts of at most twelve decimals cross exactly', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 50n }), (wei) => {
        expect(Crossing.toWeiNearest(Crossing.fromWei(wei), 'x')).toBe(wei)
      }),
      { seed: SEED },
    )
  })

  test('never loses order', () => {
    const amount = fc.double({ min: 0, max: 1e23, noNaN: true })
    fc.assert(
      fc.property(amount, amount, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)]
        expect(Crossing.toWeiNearest(low, 'x') <= Crossing.toWeiNearest(high, 'x')).toBe(true)
      }),
      { seed: SEED },
    )
  })

  test.each([-1, -1e-13, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 120 / 1e12, 1e100])('no amount: %d', (amount) => {
    const error = thrown(() => Crossing.toWeiNearest(amount, 'task.reward'))
    expect(error).toBeInstanceOf(Crossing.InvalidAmountError)
    expect(error.message).toContain("task.reward can't be paid in whole wei.")
  })

  test('zero is one, and a minus says nothing', () => {
    expect(Crossing.toWeiNearest(-0, 'x')).toBe(0n)
  })
})

describe('protocolFrom', () => {
  test('every field of the file that the protocol has', () => {
    const made = protocol({
      sampling: { mode: 'bernoulli', rate: 0.037, verifiers: 2 },
      slash: { amount: 31, burnShare: 0.75 },
      arbitration: { cost: 0.3 },
      verifiers: { reward: 1.3, slash: 11, bond: 2, bounty: 4 },
    })
    expect(made).toMatchObject({
      mode: 'full',
      sampling: { mode: 'bernoulli', rate: 37n * 10n ** 15n },
      comparator: { kind: 'exact' },
      beacon: { source: 'test', secret },
      verification: {
        verifiers: 2,
        maxReplacements: 0,
        fee: 0n,
        reward: 1_300_000_000_000n,
        bond: 2_000_000_000_000n,
      },
      slash: {
        mismatch: 31n * 10n ** 12n,
        opening: 31n * 10n ** 12n,
        equivocation: 31n * 10n ** 12n,
        missingReveal: 11n * 10n ** 12n,
        wrongVerdict: 11n * 10n ** 12n,
        burnShare: 75n * 10n ** 16n,
        bounty: 4n * 10n ** 12n,
      },
    })
  })

  test('a bond covers its arbitration', () => {
    expect(protocol({ arbitration: { cost: 6 } }).verification.bond).toBe(6n * 10n ** 12n)
  })

  test('a fixed count is that count, for every size and count: no nearest double draws one more', () => {
    const seed = new Uint8Array(32)
    for (let size = 1; size <= 40; size++)
      for (let count = 1; count <= size; count++) {
        const { sampling } = protocol({ sampling: { mode: 'fixed', count }, batch: { size } })
        expect(Sample.fixed.indices({ seed, count: size, rate: rateOf(sampling) }).length).toBe(count)
      }
  })

  test('a fixed rate is ceil(rate · size)', () => {
    for (const [rate, size, count] of [
      [0.1, 25, 3],
      [0.5, 9, 5],
      [0.07, 100, 7],
      [1, 13, 13],
      [0.001, 10, 1],
    ] as const) {
      const made = protocol({ sampling: { mode: 'fixed', rate }, batch: { size } })
      expect(made.sampling.mode).toBe('fixed')
      const draw = { seed: new Uint8Array(32), count: size, rate: rateOf(made.sampling) }
      expect(Sample.fixed.indices(draw).length).toBe(count)
    }
  })

  test.each<[string, object]>([
    ['slash.forfeitBatchReward', { slash: { amount: 30, forfeitBatchReward: true } }],
    ['verifiers.canaryRate', { verifiers: { canaryRate: 0.1 } }],
    ['beacon.draws', { beacon: { draws: 2 } }],
    [
      'sampling.mode',
      {
        sampling: {
          mode: 'byValue',
          rate: 0.1,
          values: [{ value: 1, reward: 1, honestCost: 1, cheatCost: 0, externalGain: 0 }],
        },
      },
    ],
  ])('%s is nothing that the protocol engine plays, and it says what does', (subject, extra) => {
    const error = thrown(() => protocol(extra))
    expect(error).toBeInstanceOf(Crossing.UnsupportedError)
    expect(error).toMatchObject({ subject, message: expect.stringContaining('statistical engine') })
  })

  test.each<[string, object]>([
    ['a rate of 0', { sampling: { rate: 0 } }],
    ['a slash that the coalition gets back', { slash: { amount: 1 } }],
    ['no slash', { slash: { amount: 0 } }],
  ])('%s is refused by the protocol', (_, extra) => {
    expect(thrown(() => protocol(extra))).toBeInstanceOf(Protocol.InvalidProtocolError)
  })

  test('money beyond the protocol', () => {
    expect(thrown(() => protocol({ slash: { amount: 1e99 } }))).toBeInstanceOf(Crossing.InvalidAmountError)
  })
})

describe('lockOf', () => {
  const unit = 10n ** 12n
  test.each<[string, object, bigint]>([
    ['per-fraud, full collateral: S·N', { slash: { amount: 30 }, batch: { size: 7 } }, 210n * unit],
    [
      'full collateral is the same for concurrent batches: each locks its own',
      { slash: { amount: 30 }, batch: { size: 7 }, stake: { concurrentBatches: 3 } },
      210n * unit,
    ],
    [
      'per-fraud, given stake: W/T',
      { slash: { amount: 30 }, batch: { size: 7 }, stake: { amount: 100, concurrentBatches: 4 } },
      25n * unit,
    ],
    ['once-per-batch: S', { slash: { rule: 'once-per-batch', amount: 30 }, batch: { size: 7 } }, 30n * unit],
    [
      'once-per-batch, little stake: W/T',
      { slash: { rule: 'once-per-batch', amount: 30 }, stake: { amount: 100, concurrentBatches: 5 } },
      20n * unit,
    ],
    [
      'once-per-batch, much stake: still S',
      { slash: { rule: 'once-per-batch', amount: 30 }, stake: { amount: 100 } },
      30n * unit,
    ],
  ])('%s', (_, extra, lock) => {
    expect(Crossing.lockOf(file(extra))).toBe(lock)
  })

  test('full collateral pays every slash of the batch to the wei', () => {
    const parameters = file({ slash: { amount: 2 / 3 + 10 }, batch: { size: 3 } })
    expect(Crossing.lockOf(parameters)).toBe(3n * Crossing.protocolFrom(parameters, secret).slash.mismatch)
  })
})

function rateOf(sampling: Protocol.Sampling): bigint {
  return 'rate' in sampling ? sampling.rate : expect.fail(sampling.mode)
}
