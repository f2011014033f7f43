// What an epoch must not open with: each refusal names the value, the rule and the fix.
import { type Encoding, Errors, Ledger, Round, Settlement } from '@spotcheck/core'
import { describe, expect, test } from 'vitest'
import { clientAddress, eth, type Hex, ledgerFor, panel, parameters, party, protocolWith } from './support/world.js'

const verifiers = [1, 2, 3, 4, 5, 6].map((n) => party('a', n))
const executor = party('e', 1)
const engagement: Settlement.Engagement = { client: clientAddress, executor, maxCount: 4, reward: 100n, lock: 40_000n }

function openWith(overrides: Partial<Round.OpenParameters> = {}) {
  const ledger = ledgerFor([executor], verifiers)
  return Round.open({ protocol: protocolWith(), epoch: 0, ledger, engagements: [engagement], verifiers, ...overrides })
}

const holding = (account: string, amount: bigint) => new Map(ledgerFor([executor], verifiers)).set(account, amount)

function errorOf(attempt: () => unknown): unknown {
  try {
    attempt()
  } catch (error) {
    return error
  }
  return expect.fail('nothing was thrown')
}

describe('open locks every coin that can move', () => {
  test('escrow, the executor’s lock, the verifiers’ stakes and the treasury’s reserve', () => {
    const { state } = openWith()
    const at = (account: string) => Ledger.balance(state.ledger, account)
    expect(at(Ledger.escrow(executor, 0))).toBe(4n * 102n)
    expect(at(Ledger.lock(executor, 0))).toBe(40_000n)
    expect(verifiers.map((one) => at(Ledger.lock(one, 0)))).toEqual(Array(6).fill(200_000n))
    expect(at(Settlement.reserveAccount(0))).toBe(Settlement.reserve(state.protocol, [engagement]))
    expect(Ledger.total(state.ledger)).toBe(Ledger.total(ledgerFor([executor], verifiers)))
  })

  test('a second epoch can’t open on the same coins', () => {
    const { state } = openWith()
    expect(() => openWith({ epoch: 1, ledger: state.ledger })).toThrow(Errors.BaseError)
    const scarce = holding(Ledger.treasury, Settlement.reserve(protocolWith(), [engagement]))
    const { ledger } = openWith({ ledger: scarce }).state
    expect(Ledger.balance(ledger, Ledger.treasury)).toBe(0n)
    expect(errorOf(() => openWith({ epoch: 1, ledger }))).toMatchObject({ subject: 'treasury' })
  })
})

describe('open refuses', () => {
  const { verification, slash, beacon } = parameters
  const stakeNeeded = slash.missingReveal
  const cases: readonly (readonly [string, Partial<Round.OpenParameters>, string])[] = [
    ['too few verifiers', { verifiers: verifiers.slice(0, 4) }, 'verifiers'],
    ['a verifier twice', { verifiers: [...verifiers, verifiers[0]!] }, 'verifiers'],
    ['an executor twice', { engagements: [engagement, engagement] }, 'engagements'],
    ['an executor that is its own client', { engagements: [{ ...engagement, client: executor }] }, 'client'],
    ['a verifier without stake', { ledger: holding(Ledger.stake(verifiers[4]!), 0n) }, 'verifiers'],
    [
      'a verifier that could not pay for its silence',
      { ledger: holding(Ledger.stake(verifiers[4]!), stakeNeeded - 1n) },
      'verifiers',
    ],
    [
      'a panel member that could not pay for withholding',
      { ledger: holding(Ledger.stake(panel[0]!), slash.withheldBeacon - 1n) },
      'verifiers',
    ],
    ['a negative reward', { engagements: [{ ...engagement, reward: -1n }] }, 'engagement.reward'],
    ['a negative lock', { engagements: [{ ...engagement, lock: -1n }] }, 'engagement.lock'],
    ['a reward that is a number', { engagements: [{ ...engagement, reward: 100 as never }] }, 'engagement.reward'],
    ['no tasks', { engagements: [{ ...engagement, maxCount: 0 }] }, 'engagement.maxCount'],
    ['a treasury that could not pay', { ledger: holding(Ledger.treasury, 10n) }, 'treasury'],
    [
      'an executor in another spelling',
      { engagements: [{ ...engagement, executor: upper(executor) }] },
      'engagement.executor',
    ],
    ['a verifier in another spelling', { verifiers: verifiers.map(upper) }, 'verifiers'],
    ['an operator key in another spelling', { operators: new Map([[executor, upper(executor)]]) }, 'operators'],
    ['a task key in another spelling', { taskKeys: new Map([[clientAddress, upper(clientAddress)]]) }, 'taskKeys'],
    ['stakes too large to draw from', { ledger: holding(Ledger.stake(verifiers[5]!), 1n << 128n) }, 'total stake'],
    ['an epoch that is none', { epoch: -1 }, 'epoch'],
    [
      'an executor on the panel',
      {
        protocol: protocolWith({ verification: { ...verification, maxReplacements: 0 } }),
        engagements: [{ ...engagement, executor: panel[0]! }],
      },
      'beacon.panel',
    ],
    [
      'a client on the panel: voiding the epoch would refund it',
      {
        protocol: protocolWith({ verification: { ...verification, maxReplacements: 0 } }),
        engagements: [{ ...engagement, client: panel[0]! }],
      },
      'beacon.panel',
    ],
    [
      'a panel member that nobody staked for',
      { protocol: protocolWith({ beacon: { ...beacon, panel: [...panel, party('d', 9)] } }) },
      'beacon.panel',
    ],
  ]
  for (const [name, overrides, subject] of cases)
    test(name, () => {
      const error = errorOf(() => openWith(overrides))
      expect(error).toBeInstanceOf(Errors.BaseError)
      expect(error).toMatchObject({ subject })
    })

  for (const account of [Ledger.free(clientAddress), Ledger.stake(executor)])
    test(`an engagement that ${account} can’t pay for`, () => {
      expect(() => openWith({ ledger: holding(account, 1n) })).toThrow(Ledger.InsufficientFundsError)
    })

  test('a verifier that could not pay for being caught by a canary and for its appeals', () => {
    const arbitration = { ...parameters.arbitration, quorums: [1, 3], final: party('d', 9) }
    const slash = { ...parameters.slash, wrongVerdict: 2_000n, missingReveal: 2_000n }
    const verification = { ...parameters.verification, maxReplacements: 0 }
    const dealt = protocolWith({ canaryRate: eth / 4n, arbitration, slash, verification })
    // The bonds of an appeal to level 2, and of one to the arbiter, which is priced like level 2.
    const needed = 2_000n + 2n * 3n * 120n
    const open = (held: bigint, protocol = dealt) =>
      openWith({ protocol, ledger: holding(Ledger.stake(verifiers[4]!), held) })
    expect(errorOf(() => open(needed - 1n))).toMatchObject({ subject: 'verifiers' })
    open(needed)
    open(needed - 1n, protocolWith({ arbitration, slash, verification }))
  })

  test('and says what to do', () => {
    expect(errorOf(() => openWith({ ledger: holding(Ledger.stake(verifiers[4]!), 10n) }))).toMatchInlineSnapshot(`
      [Round.CannotOpenError: the epoch can’t open.
        verifiers  "0xaaaa000000000000000000000000000000000005, stake 10"
        rule       at least 1000 staked: what its duties can cost it at once, or accusing and withholding would be free
        fix        fund its stake account with 990 more
        see        protocol.md, Round]
    `)
  })
})

function upper(address: Encoding.Address): Hex {
  return `0x${address.slice(2).toUpperCase()}`
}
