// Attacks on the randomness: copied, withheld, replayed, redrawn.
import { Beacon, Encoding, Ledger, Message, Protocol, Round } from '@spotcheck/core'
import { cheapSigner, type Participant } from '@spotcheck/core/memory'
import { expect, test } from 'vitest'
import { altered, silent } from '../support/parties.js'
import { leafAt, type Played, play } from '../support/play.js'
import { clientAddress, createWorld, hex, panel, parameters, party, toyModel, type World } from '../support/world.js'

const executor = party('e', 1)
const [first, , last] = panel as readonly [Encoding.Hex, Encoding.Hex, Encoding.Hex]

/** Everybody honest, but for what `member` keeps back. */
function without(world: World, member: Encoding.Hex, ...kept: Parameters<typeof silent>): readonly Participant[] {
  return world.participants.map((one) => (one.address === member ? altered(one, silent(...kept)) : one))
}

const isBeacon = (kind: Message.Kind, level: number) => (message: Message.Envelope) =>
  message.kind === kind && 'level' in message.body && message.body.level === level

/** Everybody but `party` has what it had; that one lost what all executors have locked, and half of it is burnt. */
function expectOnlyLoser({ gain }: Played, party: Encoding.Hex, world: World): void {
  const lost = 40_000n * BigInt(world.executors.length)
  for (const { address } of world.participants)
    expect([address, gain(address)]).toEqual([address, address === party ? -lost : 0n])
  expect(gain(clientAddress)).toBe(0n)
  expect(gain(Ledger.burn)).toBe(lost / 2n)
  expect(gain(Ledger.treasury)).toBe(lost / 2n)
}

test('a panel member that keeps back its secret voids the epoch and pays alone; the rest is given back', async () => {
  const world = await createWorld({ executors: [toyModel({ wrong: true }), toyModel()] })
  const played = await play(world, { participants: without(world, last, isBeacon('beacon-reveal', 0)) })
  expect(played.state.isVoid).toBe(true)
  expect(played.effects).toContainEqual({ type: 'void', reason: 'beacon-timeout' })
  expect(played.faults).toEqual([{ type: 'fault', party: last, fault: 'withheld-beacon', level: 0 }])
  expectOnlyLoser(played, last, world)
})

test('a panel member that copies another’s commitment can never open it', async () => {
  const world = await createWorld()
  const receptions: Round.Reception[] = []
  const played = await play(world, {
    participants: without(world, last, ({ kind }) => kind.startsWith('beacon')),
    after: {
      batches: async ({ say, state }) => {
        const commitment = state().beacons[0].commits.get(first)!
        const { paramsHash, epoch } = state()
        receptions.push(await say('beacon-commit', { paramsHash, epoch, member: last, level: 0, commitment }))
      },
      commit: async ({ say, state }) => {
        const secret = state().beacons[0].secrets.get(first)!
        const { paramsHash, epoch } = state()
        receptions.push(await say('beacon-reveal', { paramsHash, epoch, member: last, level: 0, secret }))
      },
    },
  })
  expect(receptions).toEqual([{ status: 'applied' }, { status: 'rejected', reason: 'does-not-open' }])
  expect(played.state.isVoid).toBe(true)
  expectOnlyLoser(played, last, world)
})

test('too few members void the epoch: those who stayed away pay, and nobody who revealed', async () => {
  const world = await createWorld()
  const participants = world.participants.map((one) =>
    one.address === first
      ? one
      : altered(
          one,
          silent(({ kind }) => kind === 'beacon-commit'),
        ),
  )
  const played = await play(world, { participants })
  expect(played.state.isVoid).toBe(true)
  expect(played.faults.map(({ party, fault }) => [party, fault])).toEqual([
    [panel[1], 'withheld-beacon'],
    [panel[2], 'withheld-beacon'],
  ])
  for (const { address } of world.participants)
    expect(played.gain(address)).toBe(panel.slice(1).includes(address) ? -40_000n : 0n)
  expect(played.gain(clientAddress)).toBe(0n)
})

test('a member that keeps back the arbiters’ secret pays; the dispute stays undecided, its reward is refunded', async () => {
  const world = await createWorld({ executors: [toyModel({ wrong: true })] })
  const played = await play(world, { participants: without(world, last, isBeacon('beacon-reveal', 1)) })
  expect(Object.values(played.outcomes(executor))).toEqual(Array(4).fill('unverified'))
  expect(played.faults).toEqual([{ type: 'fault', party: last, fault: 'withheld-beacon', level: 1 }])
  expect(played.slashes.map((one) => [one.party, one.reason, one.amount])).toEqual([[last, 'withheld-beacon', 40_000n]])
  expect([played.gain(executor), played.gain(clientAddress)]).toEqual([0n, -8n])
})

test('one member may stay away from the arbiters’ draw; too many pay for it', async () => {
  const world = await createWorld({ executors: [toyModel({ wrong: true })] })
  const one = await play(world, { participants: without(world, last, isBeacon('beacon-commit', 1)) })
  expect(Object.values(one.outcomes(executor))).toEqual(Array(4).fill('mismatch'))
  expect(one.faults).toEqual([])
  const away = world.participants.map((member) =>
    member.address === first ? member : altered(member, silent(isBeacon('beacon-commit', 1))),
  )
  const two = await play(world, { participants: away })
  expect(Object.values(two.outcomes(executor))).toEqual(Array(4).fill('unverified'))
  expect(two.faults.map(({ party, fault }) => [party, fault])).toEqual([
    [panel[1], 'withheld-beacon'],
    [panel[2], 'withheld-beacon'],
  ])
  expect(two.slashes.map(({ party, amount }) => [party, amount])).toEqual([
    [panel[1], 40_000n],
    [panel[2], 40_000n],
  ])
})

test('a commitment of another epoch or network, sent again, does not speak for its member', async () => {
  const [world, next] = [await createWorld(), await createWorld({ epoch: 1 })]
  const request: Round.Effect = { type: 'request-beacon-commits', members: panel }
  const old = await world.verifiers[2]!.handle(request)
  const { protocol } = next
  const body = { ...(old[0]!.body as Message.BeaconCommit), epoch: 1, paramsHash: hex(9) }
  const foreign = await Message.sign<'beacon-commit'>({ kind: 'beacon-commit', body }, protocol, cheapSigner(last))
  const receptions: Round.Reception[] = []
  const played = await play(next, {
    participants: without(next, last, ({ kind }) => kind === 'beacon-commit'),
    after: {
      batches: async ({ send }) => {
        for (const one of [...old, foreign, ...(await next.verifiers[2]!.handle(request))])
          receptions.push(await send(one))
      },
    },
  })
  expect(receptions).toEqual([
    { status: 'rejected', reason: 'wrong-epoch' },
    { status: 'rejected', reason: 'wrong-epoch' },
    { status: 'rejected', reason: 'wrong-parameters' },
    { status: 'applied' },
    { status: 'applied' },
  ])
  expect(played.state.isVoid).toBe(false)
  expect(played.slashes).toEqual([])
  expect(played.gain(executor)).toBe(400n)
})

test('commitments don’t change, come late or from outside; secrets don’t come early', async () => {
  const world = await createWorld({ executors: [toyModel(), toyModel()] })
  const { paramsHash, epoch, beacons } = world.opened.state
  const secret = hex(4)
  const commitment = Encoding.toHex(Beacon.commitTo({ address: last, round: beacons[0].round, level: 0, secret }))
  const body = { paramsHash, epoch, level: 0 }
  const receptions: Round.Reception[] = []
  const played = await play(world, {
    after: {
      batches: async ({ say }) => {
        receptions.push(await say('beacon-commit', { ...body, member: last, commitment }))
        receptions.push(await say('beacon-commit', { ...body, member: party('a', 5), commitment }))
        receptions.push(await say('beacon-commit', { ...body, member: party('e', 1), commitment }))
        receptions.push(await say('beacon-reveal', { ...body, member: last, secret }))
      },
      commit: async ({ say }) => {
        receptions.push(await say('beacon-commit', { ...body, member: last, commitment }))
        receptions.push(await say('beacon-reveal', { ...body, member: party('a', 5), secret }))
        receptions.push(await say('beacon-reveal', { ...body, member: last, secret }))
      },
    },
  })
  expect(receptions.map((one) => (one.status === 'rejected' ? one.reason : one.status))).toEqual([
    ...['already-committed', 'unknown-party', 'unknown-party', 'early'],
    ...['late', 'not-committed', 'already-said'],
  ])
  expect(played.slashes).toEqual([])
})

test('a round that is not the fixed one, or not signed by drand, draws nothing: the epoch is void', async () => {
  const { gap, genesis, period } = parameters.beacon
  const drand = { beacon: { source: 'drand', chain: 'quicknet', gap } }
  const test = { beacon: { source: 'test', gap, genesis, period, secret: hex(7) } }
  for (const [overrides, shift, reason] of [
    [test, 1, 'wrong-beacon-round'],
    [drand, 1, 'wrong-beacon-round'],
    [drand, 0, 'bad-beacon'],
    [{}, 0, 'wrong-source'],
  ] as const) {
    const world = await createWorld({ overrides })
    const round = Round.beaconRound(world.protocol, 0) + shift
    let state: Round.State = Round.step(world.opened.state, {
      kind: 'tick',
      now: world.opened.state.deadlines.commit + 1,
    }).state
    for (const signature of [`0x${'00'.repeat(48)}`, `0x${'ab'.repeat(96)}`, '0x'] as const) {
      const step = Round.step(state, { kind: 'beacon-value', level: 0, round, signature })
      expect(step.reception).toEqual({ status: 'rejected', reason })
      expect(step.state).toBe(state)
    }
    state = Round.step(state, { kind: 'tick', now: state.deadlines.beacon + 1 }).state
    expect([state.status, state.isVoid]).toEqual(['settled', true])
  }
})

test('the beacon’s value comes when it is due and counts once: nobody redraws a sample', async () => {
  const { gap, genesis, period } = parameters.beacon
  const world = await createWorld({ overrides: { beacon: { source: 'test', gap, genesis, period, secret: hex(7) } } })
  const value = (level: number): Round.BeaconValue => ({
    kind: 'beacon-value',
    level,
    round: Round.beaconRound(world.protocol, 0, level),
  })
  const { state } = world.opened
  expect(Round.step(state, value(0)).reception).toEqual({ status: 'rejected', reason: 'early' })
  const open = Round.step(state, { kind: 'tick', now: state.deadlines.commit + 1 }).state
  const drawn = Round.step(open, value(0))
  expect(drawn.reception).toEqual({ status: 'applied' })
  expect(Round.step(drawn.state, value(0))).toEqual({
    state: drawn.state,
    effects: [],
    reception: { status: 'duplicate' },
  })
  const late = Round.step(drawn.state, { kind: 'tick', now: state.deadlines.levels[0]!.dispute + 1 }).state
  expect(Round.step(late, value(0)).reception).toEqual({ status: 'rejected', reason: 'late' })
  expect(Round.step(late, value(1)).reception).toEqual({ status: 'rejected', reason: 'not-due' })
})

test('the votes of a quorum decide; an arbiter outside it, or a second vote, is refused', async () => {
  const world = await createWorld({ executors: [toyModel({ wrong: true })], tasks: 1 })
  const receptions: Round.Reception[] = []
  const played = await play(world, {
    after: {
      'beacon 1': async ({ say, state }) => {
        const { arbiters, seats } = leafAt(state(), executor, 0)
        const { reveal } = arbiters[0]!
        const other = { ...reveal!, content: hex(1), claim: 'agrees' } as const
        receptions.push(await say('reveal', other))
        receptions.push(await say('reveal', { ...reveal!, verifier: seats[0]!.verifier }))
      },
    },
  })
  expect(receptions).toEqual([
    { status: 'rejected', reason: 'already-said' },
    { status: 'rejected', reason: 'not-assigned' },
  ])
  expect(played.outcomes(executor)).toEqual({ 0: 'mismatch' })
  expect(Protocol.hash(world.protocol)).toBe(played.state.paramsHash)
})
