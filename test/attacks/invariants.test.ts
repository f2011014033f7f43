// Attacks on the edges of a rule: a stake in one's own case, a second too early, a replacement too late.
import { Beacon, Ledger, Message, Protocol, Round } from '@spotcheck/core'
import { cheapAuthenticator, cheapSigner, createNetwork, type Participant } from '@spotcheck/core/memory'
import { describe, expect, test } from 'vitest'
import { altered, badSalts, forged, silent } from '../support/parties.js'
import { type Attack, leafAt, type Moment, play, timeOf, withParticipant } from '../support/play.js'
import {
  clientAddress,
  createWorld,
  type Hex,
  hex,
  ledgerFor,
  parameters,
  party,
  protocolWith,
  toyModel,
  type World,
  type WorldOptions,
} from '../support/world.js'

const executor = party('e', 1)

describe('nobody judges its own leaf', () => {
  /** The world's epoch, opened with `address` among the verifiers, holding ten times the stake of all others. */
  function registered(world: World, address: Hex): World {
    const { protocol, opened } = world
    const { epoch, batches, operators, taskKeys } = opened.state
    const verifiers = world.verifiers.map((one) => one.address)
    const ledger = new Map(
      ledgerFor(
        world.executors.map((one) => one.address),
        verifiers,
      ),
    )
    ledger.set(Ledger.stake(address), 10n * 200_000n * BigInt(verifiers.length))
    const engagements = [...batches.values()].flatMap((batch) => batch.engagements)
    const all = [...verifiers, address]
    return {
      ...world,
      opened: Round.open({ protocol, epoch, ledger, engagements, verifiers: all, operators, taskKeys }),
    }
  }

  /** Everybody drawn for the executor's leaves. */
  async function drawn(address: Hex): Promise<Record<'seats' | 'arbiters', readonly Hex[]>> {
    const world = registered(await createWorld({ executors: [toyModel({ wrong: true })], tasks: 8 }), address)
    expect(world.opened.state.verifiers.map((one) => one.address)).toContain(address)
    const network = await createNetwork({
      opened: world.opened,
      authenticator: cheapAuthenticator,
      participants: world.participants,
    })
    for (const one of world.executors) await network.deliver(await one.commit())
    const leaves = [...(await network.settle()).batches.get(executor)!.leaves.values()]
    const names = (key: 'seats' | 'arbiters') => leaves.flatMap((leaf) => leaf[key].map(({ verifier }) => verifier))
    return { seats: names('seats'), arbiters: names('arbiters') }
  }

  for (const [name, address] of [
    ['executor', executor],
    ['client', clientAddress],
  ] as const)
    test(`the ${name} is never drawn, though it is a verifier with most of the stake`, async () => {
      const { seats, arbiters } = await drawn(address)
      expect([seats.length, arbiters.length]).toEqual([8, 24])
      expect(seats).not.toContain(address)
      expect(arbiters).not.toContain(address)
    })
})

describe('the round of the beacon', () => {
  const schedule = { gap: 100, genesis: 1_600_000_000, period: 30 }
  const windows = { ...parameters.windows, beacon: 150, arbitrationBeacon: 150 }
  const { genesisTime, period } = Beacon.chains.quicknet
  const sources = [
    ['commit-reveal', { ...parameters.beacon, ...schedule }, schedule],
    ['test', { source: 'test', secret: hex(7), ...schedule }, schedule],
    ['block', { source: 'block', draws: 2, ...schedule, period: 12 }, { ...schedule, period: 12 }],
    ['drand', { source: 'drand', chain: 'quicknet', gap: 100 }, { gap: 100, genesis: genesisTime, period }],
  ] as const
  for (const [source, beacon, { gap, genesis, period }] of sources)
    test(`${source}: the first that comes a whole gap after the deadline, at both levels`, async () => {
      const { protocol, opened } = await createWorld({ overrides: { beacon, windows } })
      const { commit, levels } = opened.state.deadlines
      for (const [level, deadline] of [commit, levels[0]!.dispute].entries()) {
        const round = Math.max(1, 1 + Math.ceil((deadline + gap - genesis) / period))
        expect(Round.beaconRound(protocol, 0, level)).toBe(round)
        expect(opened.state.beacons[level]!.round).toBe(round)
        expect(Beacon.timeOf({ round, genesis, period })).toBeGreaterThanOrEqual(deadline + gap)
        expect(Beacon.timeOf({ round: round - 1, genesis, period })).toBeLessThan(deadline + gap)
      }
    })

  test('a larger gap gives a later one', () => {
    const rounds = (gap: number) => {
      const protocol = protocolWith({ windows, beacon: { ...parameters.beacon, gap } })
      return [Round.beaconRound(protocol, 0, 0), Round.beaconRound(protocol, 0, 1)]
    }
    expect(rounds(5)).toEqual([3_333_338, 3_333_347])
    expect(rounds(100)).toEqual([3_333_341, 3_333_350])
  })

  test('a beacon that starts after the deadline decides with its first', () => {
    const protocol = protocolWith({ windows, beacon: { ...parameters.beacon, genesis: 2_000_000_000 } })
    expect([0, 1].map((level) => Round.beaconRound(protocol, 0, level))).toEqual([1, 1])
  })
})

describe('a window opens when the deadline before it has passed, and closes when its own has', () => {
  type Names = (message: Message.Envelope) => boolean
  const names =
    (kind: Message.Kind, level = 0): Names =>
    ({ kind: given, body }) =>
      given === kind && ('level' in body ? body.level : 0) === level

  /** A network where messages of one kind are kept back and gathered. Two of the same world say the same. */
  async function gathering(options: WorldOptions, isKept: Names) {
    const world = await createWorld(options)
    const kept: Message.Envelope[] = []
    const keep = (message: Message.Envelope) => {
      if (!isKept(message)) return [message]
      kept.push(message)
      return []
    }
    const network = await createNetwork({
      opened: world.opened,
      authenticator: cheapAuthenticator,
      participants: world.participants.map((one) => altered(one, keep)),
    })
    return { network, kept, batch: await world.executors[0]!.commit() }
  }

  /** What is said just after `deadline` has passed. */
  async function saidAfter(deadline: Moment, options: WorldOptions, isKept: Names) {
    const { network, kept, batch } = await gathering(options, isKept)
    await network.deliver(batch)
    const { deadlines } = network.state()
    for (const one of Protocol.times(deadlines)) if (one <= timeOf(deadlines, deadline)) await network.advance(one + 1)
    return kept[0]!
  }

  const wrong = { executors: [toyModel({ wrong: true })] }
  const cases = [
    ['a panel secret', 'commit', 'beacon', {}, names('beacon-reveal')],
    ['a panel secret for the arbiters', 'dispute 1', 'beacon 1', wrong, names('beacon-reveal', 1)],
    ['an opening', 'verifierCommit', 'opening', {}, names('opening')],
    ['a reveal', 'opening', 'reveal', {}, names('reveal')],
  ] as const
  for (const [name, deadline, until, options, isKept] of cases) {
    test(`${name} in the second of the ${deadline} deadline is early, one later it is applied`, async () => {
      const message = await saidAfter(deadline, options, isKept)
      const { network, batch } = await gathering(options, isKept)
      const { deadlines } = network.state()
      if (deadline !== 'commit') await network.deliver(batch)
      const opens = timeOf(deadlines, deadline)
      for (const one of Protocol.times(deadlines)) if (one < opens) await network.advance(one + 1)
      await network.advance(opens)
      if (deadline === 'commit') expect(await network.deliver(batch)).toEqual({ status: 'applied' })
      const before = network.state()
      expect(await network.deliver(message)).toEqual({ status: 'rejected', reason: 'early' })
      expect(network.state()).toBe(before)
      await network.advance(opens + 1)
      expect(await network.deliver(message)).toEqual({ status: 'applied' })
    })

    test(`${name} counts in the second of the ${until} deadline`, async () => {
      const { network, kept, batch } = await gathering(options, isKept)
      await network.deliver(batch)
      const { deadlines } = network.state()
      const closes = timeOf(deadlines, until)
      for (const one of Protocol.times(deadlines)) if (one < closes) await network.advance(one + 1)
      await network.advance(closes)
      expect(await network.deliver(kept[0]!)).toEqual({ status: 'applied' })
    })
  }
})

describe('replacements', () => {
  const two = { verification: { ...parameters.verification, maxReplacements: 2 } }

  /** The seats of a leaf refuse one after the other, that many seconds after the replacement deadline. */
  async function excuses(...delays: readonly number[]) {
    const world = await createWorld({ overrides: two, tasks: 1 })
    const onlyBeacon = silent(({ kind }) => !kind.startsWith('beacon'))
    const network = await createNetwork({
      opened: world.opened,
      authenticator: cheapAuthenticator,
      participants: [...world.executors, ...world.verifiers.map((one) => altered(one, onlyBeacon))],
    })
    const { deadlines } = network.state()
    await network.deliver(await world.executors[0]!.commit())
    for (const deadline of ['commit', 'beacon'] as const) await network.advance(deadlines[deadline] + 1)
    const receptions: string[] = []
    for (const [seat, delay] of delays.entries()) {
      await network.advance(deadlines.replacement + delay)
      const reception = await network.deliver(await refusal(world, network.state(), seat))
      receptions.push(reception.status === 'rejected' ? reception.reason : reception.status)
    }
    return { receptions, seats: leafAt(network.state(), executor, 0).seats.map(({ status }) => status) }
  }

  /** A seat's refusal, signed. */
  async function refusal({ protocol }: World, state: Round.State, seat: number): Promise<Message.Envelope> {
    const { verifier } = leafAt(state, executor, 0).seats[seat]!
    const batchDigest = state.batches.get(executor)!.digest!
    const body = { batchDigest, executor, verifier, index: 0, level: 0, reason: 'no memory' }
    return Message.sign<'indeterminate'>({ kind: 'indeterminate', body }, protocol, cheapSigner(verifier))
  }

  test('one is drawn in the last second that leaves it half of its window', async () => {
    expect(await excuses(0)).toEqual({ receptions: ['applied'], seats: ['indeterminate', 'assigned'] })
    expect(await excuses(-1, 0)).toEqual({
      receptions: ['applied', 'applied'],
      seats: ['indeterminate', 'indeterminate', 'assigned'],
    })
  })

  test('none is drawn a second later: it would be slashed for work that it had no time for', async () => {
    expect(await excuses(1)).toEqual({ receptions: ['late'], seats: ['assigned'] })
    expect(await excuses(0, 1)).toEqual({
      receptions: ['applied', 'applied'],
      seats: ['indeterminate', 'indeterminate'],
    })
  })
})

describe('late openings', () => {
  test('one that does not open the commitments stays missing, also beside one that does', async () => {
    const world = await createWorld()
    const [honest] = world.executors
    const mute = altered(
      honest!,
      silent(({ kind }) => kind === 'opening'),
    )
    const seen: unknown[] = []
    const played = await play(world, {
      participants: withParticipant(world, mute),
      after: {
        opening: async ({ send, state }) => {
          const bad = await opening(altered(honest!, forged(world.protocol, 'opening', badSalts)), [0, 1, 2])
          seen.push(await send(bad), outcomesOf(state))
          const mixed = altered(
            honest!,
            forged(world.protocol, 'opening', (body) => ({
              ...body,
              leaves: body.leaves.map((leaf) => (leaf.index === 0 ? { ...leaf, outputSalt: hex(0xbd) } : leaf)),
            })),
          )
          seen.push(await send(await opening(mixed, [0, 1])), outcomesOf(state))
        },
      },
    })
    const late: Round.Reception = { status: 'rejected', reason: 'late' }
    const missing = 'missing-opening'
    expect(seen).toEqual([late, [missing, missing, missing, missing], late, [missing, 'late', missing, missing]])
    expect(played.outcomes(executor)).toEqual({ 0: missing, 1: 'late', 2: missing, 3: missing })
    expect(played.faults.filter(({ fault }) => fault === 'late')).toEqual([
      { type: 'fault', party: executor, fault: 'late', executor, index: 1 },
    ])
    expect(played.slashes.map(({ reason }) => reason).sort()).toEqual(['late', missing, missing, missing])
  })

  async function opening(participant: Participant, indices: readonly number[]): Promise<Message.Envelope> {
    const [message] = await participant.handle({ type: 'request-opening', executor, indices })
    return message!
  }

  function outcomesOf(state: Attack['state']) {
    return [0, 1, 2, 3].map((index) => leafAt(state(), executor, index).outcome)
  }
})
