/** A round whose randomness is the hash of a block that was fixed by its deadline. */
import { Beacon, Comparison, Encoding, Round } from '@spotcheck/core'
import { cheapAuthenticator, createNetwork } from '@spotcheck/core/memory'
import { expect, test } from 'vitest'
import { createWorld, evidenceMode, hex, parameters, protocolWith } from './support/world.js'

const beacon = { source: 'block', gap: 5, genesis: 1_600_000_000, period: 12, draws: 2 } as const
const verification = { ...parameters.verification, fee: 480n }
const overrides = { beacon, environment: 'production', verification }

function value(state: Round.State, hash: Encoding.Hex, level = 0): Round.BeaconValue {
  return { kind: 'beacon-value', level, round: Round.beaconRound(state.protocol, 0, level), hash }
}

const after = (state: Round.State, deadline: 'commit' | 'beacon') =>
  Round.step(state, { kind: 'tick', now: state.deadlines[deadline] + 1 }).state

test('the number follows from the deadline, like any round', async () => {
  const { protocol, opened } = await createWorld({ overrides })
  const { commit } = opened.state.deadlines
  const number = Round.beaconRound(protocol, 0)
  expect(number).toBe(1 + Math.ceil((commit + beacon.gap - 1_600_000_000) / 12))
  expect(Beacon.timeOf({ round: number, ...beacon })).toBeGreaterThanOrEqual(commit + 3)
})

test('the hash that is vouched for draws the sample, once; another of the same block is refused', async () => {
  const world = await createWorld({ overrides })
  const open = after(world.opened.state, 'commit')
  const drawn = Round.step(open, value(open, hex(0xb1)))
  expect(drawn.reception).toEqual({ status: 'applied' })
  const number = Round.beaconRound(world.protocol, 0)
  expect(drawn.state.beacons[0].value).toBe(Encoding.toHex(Beacon.blockRandomness({ number, hash: hex(0xb1) })))
  expect(Round.step(drawn.state, value(open, hex(0xb1)))).toEqual({
    state: drawn.state,
    effects: [],
    reception: { status: 'duplicate' },
  })
  const fork = Round.step(drawn.state, value(open, hex(0xb2)))
  expect([fork.state, fork.reception]).toEqual([drawn.state, { status: 'rejected', reason: 'already-said' }])
})

test('another block, no hash or half of one draws nothing: the epoch is void, and nobody pays', async () => {
  const world = await createWorld({ overrides })
  expect(Round.step(world.opened.state, value(world.opened.state, hex(1))).reception).toMatchObject({ reason: 'early' })
  const open = after(world.opened.state, 'commit')
  const { hash: _, ...bare } = value(open, hex(1))
  for (const [event, reason] of [
    [{ ...value(open, hex(1)), round: value(open, hex(1)).round + 1 }, 'wrong-beacon-round'],
    [bare, 'bad-beacon'],
    [{ ...bare, signature: '0x00' }, 'bad-beacon'],
    [value(open, '0x01'), 'malformed'],
    [{ ...value(open, hex(1)), number: 'latest' }, 'malformed'],
  ] as const) {
    const step = Round.step(open, event as Round.BeaconValue)
    expect([step.state, step.reception]).toEqual([open, { status: 'rejected', reason }])
  }
  const closed = after(open, 'beacon')
  expect([closed.status, closed.isVoid, closed.withheld]).toEqual(['settled', true, []])
})

test('an epoch goes through on block hashes', async () => {
  const { opened, participants, executors } = await createWorld({ overrides })
  const network = await createNetwork({
    opened,
    participants,
    authenticator: cheapAuthenticator,
    beacon: async ({ level, round }) => ({ kind: 'beacon-value', level, round, hash: hex(0xb1) }),
  })
  for (const executor of executors) await network.deliver(await executor.commit())
  const { isVoid, batches, withheld } = await network.settle()
  expect([isVoid, withheld]).toEqual([false, []])
  const outcomes = [...batches.values()].flatMap(({ leaves }) => [...leaves.values()].map(({ outcome }) => outcome))
  expect(outcomes).toEqual(Array(4).fill('valid'))
})

test('a comparator of the network’s own is refused when the epoch opens, not in the middle of it', async () => {
  const { opened } = await createWorld({ overrides })
  const { ledger, epoch } = opened.state
  const comparator = { kind: 'custom', id: hex(0xc0) } as const
  const protocol = protocolWith({ ...overrides, ...evidenceMode, comparator })
  const parameters = { protocol, epoch, ledger, engagements: [], verifiers: [] }
  expect(() => Round.open(parameters)).toThrow(Comparison.UnknownComparatorError)
})
