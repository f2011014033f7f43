import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from '../../../test/support/property.js'
import { purses } from '../../../test/support/purse.js'
import { eth, type Hex, parameters, party, protocolWith } from '../../../test/support/world.js'
import * as Ledger from './Ledger.js'
import type { Protocol } from './Protocol.js'
import * as Settlement from './Settlement.js'

const EPOCH = 3
const client = party('c', 1)
const verifiers = [1, 2, 3, 4, 5, 6].map((n) => party('a', n))

const wei = (max: bigint) => fc.bigInt({ min: 0n, max })

/** Parameters that the protocol accepts, with odd amounts so that every rounding shows. */
const protocols: fc.Arbitrary<Protocol> = fc
  .record({
    fee: wei(9n),
    reward: wei(50n),
    arbiterReward: wei(50n),
    extraBond: wei(50n),
    bounty: wei(400n),
    gain: fc.bigInt({ min: 1n, max: 2_000n }),
    silence: wei(500n),
    verdict: wei(300n),
    equivocation: wei(9_000n),
    withheldBeacon: wei(3_000n),
    burnShare: fc.bigInt({ min: 1n, max: eth }),
  })
  .map((o) => {
    const verification = { ...parameters.verification, fee: o.fee, reward: o.reward }
    const mismatch = o.bounty + 2n * o.reward + o.gain
    return protocolWith({
      verification: { ...verification, verifiers: 2, bond: 3n * o.arbiterReward + o.extraBond },
      arbitration: { ...parameters.arbitration, quorums: [3, 5], reward: o.arbiterReward },
      slash: {
        mismatch,
        opening: mismatch + o.silence,
        equivocation: mismatch + o.silence + o.equivocation,
        missingReveal: o.verdict + o.silence,
        wrongVerdict: o.verdict,
        withheldBeacon: o.withheldBeacon,
        burnShare: o.burnShare,
        bounty: o.bounty,
      },
    })
  })

const assignment = (level: number) => (verifier: Hex) =>
  fc.record({
    verifier: fc.constant(verifier),
    level: fc.constant(level),
    work: fc.constantFrom(
      'done' as const,
      'done' as const,
      'idle' as const,
      'missing' as const,
      'wrong-verdict' as const,
    ),
    verdict: fc.constantFrom('agrees' as const, 'dissents' as const, undefined),
  })

const outcomes = ['valid', 'mismatch', 'missing-opening', 'bad-opening', 'late', 'unverified'] as const
const leaf = (index: number): fc.Arbitrary<Settlement.Leaf> =>
  fc.shuffledSubarray([...verifiers], { minLength: 5, maxLength: 5 }).chain((drawn) =>
    fc.record({
      index: fc.constant(index),
      outcome: fc.constantFrom(...outcomes),
      assignments: fc.tuple(
        ...drawn.slice(0, 2).map(assignment(0)),
        ...drawn.slice(2).map(assignment(1)),
      ) as fc.Arbitrary<Settlement.Assignment[]>,
      ...extras(drawn[0]!),
    }),
  )

/** What few leaves have: appeals, a warrant, a whistle-blower. */
function extras(verifier: Hex) {
  const seldom = <T>(value: T) => fc.constantFrom(undefined, undefined, undefined, value)
  const appeal = { party: verifier, role: 'verifiers', level: 2, claim: 'dissents' } as const
  return {
    canary: seldom(party('d', 1)),
    isFalseCanary: seldom(true),
    reporter: seldom(verifiers[3]!),
    appeals: seldom([appeal, { ...appeal, level: 3, claim: 'agrees' } as const]),
  }
}

/** The second executor is a verifier too. */
const executors = [party('e', 1), party('a', 6)]
const batch = (executor: Hex): fc.Arbitrary<Settlement.Batch> =>
  fc
    .record({
      maxCount: fc.integer({ min: 1, max: 6 }),
      missing: fc.nat(6),
      sampled: fc.nat(6),
      reward: wei(100n),
      lock: wei(9_000n),
      equivocated: fc.constantFrom(false, false, true),
      unpaid: wei(300n),
      broken: fc.uniqueArray(fc.nat(8), { maxLength: 2 }),
    })
    .chain(({ maxCount, missing, sampled, reward, lock, equivocated, unpaid, broken }) => {
      const count = Math.max(0, maxCount - missing)
      const indices = Array.from({ length: Math.min(count, sampled) }, (_, i) => i)
      const ordered = BigInt(maxCount) * reward
      return fc.record({
        executor: fc.constant(executor),
        engagements: fc.constant([{ client, executor, maxCount, reward, lock }]),
        vouchers: fc.constantFrom(
          new Map([[client, ordered]]),
          new Map([[client, ordered > unpaid ? ordered - unpaid : 0n]]),
          new Map([[client, ordered + unpaid]]),
          new Map<Hex, bigint>(),
        ),
        broken: fc.constantFrom([], broken),
        count: fc.constant(count),
        equivocated: fc.constant(equivocated && count > 0),
        leaves: fc.tuple(...indices.map(leaf)) as fc.Arbitrary<Settlement.Leaf[]>,
      })
    })

const records: fc.Arbitrary<Settlement.Record> = fc.record({
  protocol: protocols,
  epoch: fc.constant(EPOCH),
  isVoid: fc.constantFrom(false, false, false, true),
  batches: fc.tuple(batch(executors[0]!), batch(executors[1]!)),
  verifiers: fc
    .tuple(...verifiers.map(() => fc.bigInt({ min: 1n, max: 4_000n })))
    .map((stakes) => verifiers.map((address, i) => ({ address, stake: stakes[i]! }))),
  withheld: fc.array(fc.record({ member: fc.constantFrom(...verifiers), level: fc.nat(1) }), { maxLength: 3 }),
  evidence: fc.constant(new Map()),
})

/** The ledger of an open epoch: everything that settlement can touch, and nothing else. */
function ledgerOf({ protocol, epoch, batches, verifiers }: Settlement.Record): Ledger.Ledger {
  const ledger = new Map<string, bigint>()
  const add = (account: string, amount: bigint) => ledger.set(account, (ledger.get(account) ?? 0n) + amount)
  const engagements = batches.flatMap((one) => one.engagements)
  add(Settlement.reserveAccount(epoch), Settlement.reserve(protocol, engagements))
  for (const { executor, maxCount, reward, lock } of engagements) {
    add(Ledger.escrow(executor, epoch), BigInt(maxCount) * (reward + protocol.verification.fee))
    add(Ledger.lock(executor, epoch), lock)
  }
  for (const { address, stake } of verifiers) add(Ledger.lock(address, epoch), stake)
  return ledger
}

function nonZero(ledger: ReadonlyMap<string, bigint>): [string, bigint][] {
  return [...ledger].filter(([, amount]) => amount !== 0n).sort(([a], [b]) => (a < b ? -1 : 1))
}

/** An idle assignment has no verdict; one that is missing has none either. */
function consistent(record: Settlement.Record): Settlement.Record {
  const batches = record.batches.map((batch) => ({
    ...batch,
    leaves: batch.leaves.map((leaf) => ({
      ...leaf,
      assignments: leaf.assignments.map((one) =>
        one.work === 'idle' || one.work === 'missing' ? { ...one, verdict: undefined } : one,
      ),
    })),
  }))
  return { ...record, batches }
}

const settled = records.map(consistent)

describe('settle, over random records', () => {
  test('leaves every purse with what the plain model says', () => {
    fc.assert(
      fc.property(settled, (record) => {
        const after = Ledger.apply(ledgerOf(record), Settlement.settle(record).transfers)
        expect(nonZero(after)).toEqual(nonZero(purses(record)))
      }),
      runs(2_000),
    )
  })

  test('conserves the sum, can always pay, and leaves nothing locked, escrowed or reserved', () => {
    fc.assert(
      fc.property(settled, (record) => {
        const before = ledgerOf(record)
        const { transfers } = Settlement.settle(record)
        expect(transfers.every(({ amount }) => amount > 0n)).toBe(true)
        const after = Ledger.apply(before, transfers)
        expect(Ledger.total(after)).toBe(Ledger.total(before))
        for (const [account, amount] of after)
          if (/^(lock|escrow|reserve):/.test(account)) expect([account, amount]).toEqual([account, 0n])
      }),
      runs(1_000),
    )
  })

  test('slashes each slashId once, at most the lock of that role, and rounds the burnt share up', () => {
    fc.assert(
      fc.property(settled, (record) => {
        const { slashes } = Settlement.settle(record)
        expect(new Set(slashes.map(({ slashId }) => slashId)).size).toBe(slashes.length)
        for (const { amount, burnt } of slashes) {
          const exact = amount * record.protocol.slash.burnShare
          expect(burnt * eth >= exact && burnt * eth < exact + eth && burnt <= amount).toBe(true)
        }
        for (const { executor, engagements } of record.batches) {
          const asExecutor = slashes.filter(({ party, reason }) => party === executor && isLeafFault(reason))
          expect(asExecutor.reduce((sum, { amount }) => sum + amount, 0n) <= engagements[0]!.lock).toBe(true)
        }
        for (const { address, stake } of record.verifiers) {
          const asVerifier = slashes.filter(({ party, reason }) => party === address && !isLeafFault(reason))
          expect(asVerifier.reduce((sum, { amount }) => sum + amount, 0n) <= stake).toBe(true)
        }
      }),
      runs(1_000),
    )
  })

  test('charges nothing twice when proofs repeat, and settles the same way again', () => {
    fc.assert(
      fc.property(settled, (record) => {
        const twice = {
          ...record,
          withheld: [...record.withheld, ...record.withheld],
          batches: record.batches.map((one) => ({ ...one, leaves: one.leaves.flatMap((leaf) => [leaf, leaf]) })),
        }
        const once = Settlement.settle(record)
        expect(Settlement.settle(record)).toEqual(once)
        const ids = (slashes: readonly Settlement.Slash[]) => slashes.map(({ slashId }) => slashId).sort()
        expect(ids(Settlement.settle(twice).slashes)).toEqual(ids(once.slashes))
      }),
      runs(500),
    )
  })

  test('pays bounties out of the unburnt part of a slash, at most the bounty for each leaf', () => {
    fc.assert(
      fc.property(settled, (record) => {
        const { transfers, slashes } = Settlement.settle(record)
        const bounties = transfers.filter(({ memo }) => memo === 'bounty').reduce((sum, { amount }) => sum + amount, 0n)
        const convicted = slashes.filter(({ reason }) => isLeafFault(reason))
        const limit = convicted.reduce(
          (sum, { amount, burnt }) => sum + min(amount - burnt, record.protocol.slash.bounty),
          0n,
        )
        expect(bounties <= limit).toBe(true)
      }),
      runs(1_000),
    )
  })

  test('gives everything back when the epoch is void, but to those who withheld', () => {
    fc.assert(
      fc.property(settled, (record) => {
        const { transfers, slashes } = Settlement.settle({ ...record, isVoid: true })
        expect(slashes.every(({ reason }) => reason === 'withheld-beacon')).toBe(true)
        const after = Ledger.apply(ledgerOf(record), transfers)
        const escrowed = record.batches.reduce(
          (sum, { engagements: [one] }) =>
            sum + BigInt(one!.maxCount) * (one!.reward + record.protocol.verification.fee),
          0n,
        )
        expect(Ledger.balance(after, client)).toBe(escrowed)
        for (const { executor, engagements, count } of record.batches)
          if (count > 0 && !verifiers.includes(executor))
            expect(Ledger.balance(after, Ledger.stake(executor))).toBe(engagements[0]!.lock)
      }),
      runs(500),
    )
  })
})

function isLeafFault(reason: string): boolean {
  return [...outcomes, 'equivocation', 'broken-receipt'].includes(reason as 'valid')
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

describe('settle, by example', () => {
  const protocol = protocolWith()
  const [executor] = executors as [Hex]
  const engagement = { client, executor, maxCount: 4, reward: 100n, lock: 40_000n }
  const record = (
    overrides: Partial<Settlement.Batch> = {},
    more: Partial<Settlement.Record> = {},
  ): Settlement.Record => ({
    protocol,
    epoch: EPOCH,
    isVoid: false,
    batches: [
      {
        ...{ executor, engagements: [engagement], count: 4, equivocated: false, leaves: [], broken: [] },
        ...{ vouchers: new Map([[client, 400n]]), ...overrides },
      },
    ],
    verifiers: verifiers.map((address) => ({ address, stake: 20_000n })),
    withheld: [],
    evidence: new Map(),
    ...more,
  })
  const balances = (of: Settlement.Record) => {
    const after = Ledger.apply(ledgerOf(of), Settlement.settle(of).transfers)
    return (account: string) => Ledger.balance(after, account)
  }

  test('unsampled leaves are paid, fees are kept, what was not committed is refunded', () => {
    const at = balances(record({ count: 3 }))
    expect([at(executor), at(client)]).toEqual([300n, 102n])
    expect(at(Ledger.treasury)).toBe(6n + Settlement.reserve(protocol, [engagement]))
  })

  test('a lock that is too small caps the slash: the last wei goes, not one more', () => {
    const small = { ...engagement, lock: 3_500n }
    const leaves = [0, 1].map((index): Settlement.Leaf => ({ index, outcome: 'missing-opening', assignments: [] }))
    const { slashes } = Settlement.settle(record({ engagements: [small], leaves }))
    expect(slashes.map(({ amount, burnt }) => [amount, burnt])).toEqual([
      [3_000n, 1_500n],
      [500n, 250n],
    ])
  })

  test('of an odd slash the odd wei is burnt, of an odd bounty it stays in the treasury', () => {
    const odd = protocolWith({
      slash: { ...parameters.slash, mismatch: 3_001n, opening: 3_001n, bounty: 201n },
      verification: { ...parameters.verification, verifiers: 2 },
    })
    const dissents = verifiers
      .slice(0, 2)
      .map((verifier) => ({ verifier, level: 0, work: 'done', verdict: 'dissents' }) as const)
    const of = record({ leaves: [{ index: 0, outcome: 'mismatch', assignments: dissents }] }, { protocol: odd })
    const at = balances(of)
    expect(at(Ledger.burn)).toBe(1_501n)
    expect(dissents.map(({ verifier }) => at(verifier))).toEqual([220n, 220n])
  })

  test('equivocation and the faults of leaves add up, within the lock', () => {
    const leaves: Settlement.Leaf[] = [{ index: 0, outcome: 'mismatch', assignments: [] }]
    const { slashes } = Settlement.settle(record({ equivocated: true, leaves }))
    expect(slashes.map(({ slashId, amount }) => [slashId, amount])).toEqual([
      [`${executor}:${EPOCH}:0`, 3_000n],
      [`${executor}:${EPOCH}`, 10_000n],
    ])
    expect(balances(record({ equivocated: true, leaves }))(client)).toBe(4n * 100n)
  })

  test('the fees of an equivocated batch return only where nothing was drawn for anybody to work on', () => {
    expect(balances(record({ equivocated: true, leaves: [] }))(client)).toBe(4n * 102n)
    const leaves: Settlement.Leaf[] = [{ index: 0, outcome: 'valid', assignments: [] }]
    expect(balances(record({ equivocated: true, leaves }))(client)).toBe(4n * 100n)
    expect(balances(record({ equivocated: true, leaves }, { isVoid: true }))(client)).toBe(4n * 102n)
  })

  test('what a party locked as executor does not pay for its faults as verifier, nor the other way round', () => {
    const both = verifiers[0]!
    const of = record(
      {
        executor: both,
        engagements: [{ ...engagement, executor: both, lock: 1_000n }],
        leaves: [{ index: 0, outcome: 'mismatch', assignments: [] }],
      },
      { withheld: [{ member: both, level: 0 }] },
    )
    expect(Settlement.settle(of).slashes.map(({ reason, amount }) => [reason, amount])).toEqual([
      ['mismatch', 1_000n],
      ['withheld-beacon', 5_000n],
    ])
    expect(balances(of)(Ledger.stake(both))).toBe(15_000n)
  })

  test('the reserve covers every verifier and a quorum for every leaf', () => {
    expect(Settlement.reserve(protocol, [engagement, engagement])).toBe(8n * (120n + 3n * 120n))
  })
})
