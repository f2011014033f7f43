// Attacks by verifiers: work not done, work copied, verdicts that the evidence does not give, excuses.
import { Ledger, Message, type Protocol, Reexecution, type Round } from '@spotcheck/core'
import { cheapSigner, type Participant } from '@spotcheck/core/memory'
import type { Model } from '@spotcheck/core/ports'
import { describe, expect, test } from 'vitest'
import { altered, forged, otherClaim, silent } from '../support/parties.js'
import { type Attack, leafAt, misled, play } from '../support/play.js'
import {
  clientAddress,
  createWorld,
  evidenceMode,
  type Hex,
  hex,
  parameters,
  party,
  toyModel,
  type World,
  type WorldOptions,
} from '../support/world.js'

const executor = party('e', 1)
const two = { verification: { ...parameters.verification, verifiers: 2 } }
const modes = [
  ['full', {}],
  ['evidence', evidenceMode],
] as const

/** Every verifier with the same vice; executors as they are. */
function vicious(
  { executors, verifiers }: World,
  vice: (verifier: Participant) => Participant,
): readonly Participant[] {
  return [...executors, ...verifiers.map(vice)]
}

function at(index: number, level = 0) {
  return (message: { body: object }) =>
    'index' in message.body && message.body.index === index && 'level' in message.body && message.body.level === level
}

for (const [mode, overrides] of modes)
  describe(mode, () => {
    test('a lone false accuser loses its bond, which pays its arbiters; the executor is paid and not slashed', async () => {
      const world = await createWorld({ overrides })
      const played = await play(world, { participants: vicious(world, (one) => misled(one, (index) => index === 0)) })
      const { seats, arbiters, outcome } = leafAt(played.state, executor, 0)
      const accuser = seats[0]!
      expect([accuser.verdict, outcome]).toEqual(['dissents', 'valid'])
      expect(played.slashes).toEqual([])
      expect(played.faults).toEqual([])
      expect(played.gain(executor)).toBe(400n)
      expect(arbiters.map(({ verdict }) => verdict)).toEqual(['agrees', 'agrees', 'agrees'])
      expect(arbiters.map(({ verifier }) => verifier)).not.toContain(accuser.verifier)
      expect(played.gain(Ledger.treasury)).toBe(8n - 3n * 120n + 360n - 3n * 120n)
      const paid = (verifier: Hex) =>
        120n * BigInt([1, 2, 3].filter((index) => isSeated(played.state, index, verifier)).length)
      expect(played.gain(accuser.verifier)).toBe(paid(accuser.verifier) - 360n)
      for (const { verifier } of arbiters) expect(played.gain(verifier)).toBe(paid(verifier) + 120n)
    })

    test('two dissenters charge a cheater once for each leaf and share one bounty', async () => {
      const model = mode === 'full' ? toyModel({ wrong: true }) : toyModel({ drift: 0.01 })
      const world = await createWorld({ overrides: { ...overrides, ...two }, executors: [model], tasks: 1 })
      const played = await play(world)
      const { seats, outcome } = leafAt(played.state, executor, 0)
      expect(seats.map(({ verdict }) => verdict)).toEqual(['dissents', 'dissents'])
      expect(outcome).toBe('mismatch')
      expect(played.slashes.map(({ slashId, amount, burnt }) => [slashId, amount, burnt])).toEqual([
        [`${executor}:0:0`, 3_000n, 1_500n],
      ])
      expect(played.gain(executor)).toBe(-3_000n)
      for (const { verifier } of seats) expect(played.gain(verifier)).toBe(120n + 100n)
      expect(played.gain(Ledger.treasury)).toBe(2n + 1_500n - 200n - 2n * 120n - 3n * 120n)
    })

    test('a claim that the evidence does not give is a wrong verdict; the evidence decides all the same', async () => {
      const world = await createWorld({ overrides })
      const liar = (one: Participant) =>
        altered(one, (message) => (at(0)(message) ? forged(world.protocol, 'reveal', otherClaim)(message) : [message]))
      const played = await play(world, { participants: vicious(world, liar) })
      const { seats, outcome, arbiters } = leafAt(played.state, executor, 0)
      const { verifier } = seats[0]!
      expect([seats[0]!.verdict, outcome, arbiters]).toEqual(['agrees', 'valid', []])
      expect(played.faults).toEqual([
        { type: 'fault', party: verifier, fault: 'wrong-verdict', executor, index: 0, level: 0 },
      ])
      expect(played.slashes.map((one) => [one.party, one.reason, one.amount])).toEqual([
        [verifier, 'wrong-verdict', 1_000n],
      ])
      expect(played.gain(executor)).toBe(400n)
    })

    test('to accuse while claiming to agree costs the bond as well: a wrong claim is no discount', async () => {
      const world = await createWorld({ overrides, tasks: 1 })
      const liar = (one: Participant) =>
        altered(
          misled(one, () => true),
          (message) => (at(0)(message) ? forged(world.protocol, 'reveal', otherClaim)(message) : [message]),
        )
      const played = await play(world, { participants: vicious(world, liar) })
      const { seats, outcome } = leafAt(played.state, executor, 0)
      expect([seats[0]!.verdict, outcome]).toEqual(['dissents', 'valid'])
      expect(played.gain(seats[0]!.verifier)).toBe(-1_000n - 360n)
      expect(played.gain(executor)).toBe(100n)
    })

    test('silence after committing is a missing reveal, dearer than any verdict; the leaf stays unverified', async () => {
      const world = await createWorld({ overrides })
      const mute = (one: Participant) =>
        altered(
          one,
          silent((message) => message.kind === 'reveal' && at(0)(message)),
        )
      const played = await play(world, { participants: vicious(world, mute) })
      const { seats, outcome } = leafAt(played.state, executor, 0)
      const { verifier } = seats[0]!
      expect(outcome).toBe('unverified')
      expect(played.faults).toEqual([
        { type: 'fault', party: verifier, fault: 'missing-reveal', executor, index: 0, level: 0 },
      ])
      expect(played.slashes.map(({ reason, amount }) => [reason, amount])).toEqual([['missing-reveal', 1_000n]])
      expect(played.gain(executor)).toBe(300n)
      expect(played.gain(clientAddress)).toBe(-300n - 8n)
    })

    test('a verifier that never commits is at fault too, and only it', async () => {
      const world = await createWorld({ overrides })
      const mute = (one: Participant) =>
        altered(
          one,
          silent((message) => message.kind === 'verifier-commitment' && at(0)(message)),
        )
      const played = await play(world, { participants: vicious(world, mute) })
      const { seats } = leafAt(played.state, executor, 0)
      expect(played.slashes.map((one) => [one.party, one.reason, one.amount])).toEqual([
        [seats[0]!.verifier, 'missing-reveal', 1_000n],
      ])
    })

    test('a copied commitment can’t be opened, not even with the copied reveal', async () => {
      const world = await createWorld({ overrides: { ...overrides, ...two }, tasks: 1 })
      const [model, copier] = leafAt((await play(world)).state, executor, 0).seats.map(({ verifier }) => verifier)
      const copy = (one: Participant) =>
        one.address === copier
          ? altered(
              one,
              silent(({ kind }) => !kind.startsWith('beacon')),
            )
          : one
      const receptions: Round.Reception[] = []
      const played = await play(world, {
        participants: vicious(world, copy),
        after: {
          disclosure: async ({ say, state }) => {
            const { commitment } = leafAt(state(), executor, 0).seats.find(({ verifier }) => verifier === model)!
            const batchDigest = state().batches.get(executor)!.digest!
            const assignment = { batchDigest, executor, verifier: copier!, index: 0, level: 0 }
            receptions.push(await say('verifier-commitment', { ...assignment, commitment: commitment! }))
          },
          opening: async ({ say, state }) => {
            const { reveal } = leafAt(state(), executor, 0).seats.find(({ verifier }) => verifier === model)!
            receptions.push(await say('reveal', { ...reveal!, verifier: copier! }))
          },
        },
      })
      expect(receptions).toEqual([{ status: 'applied' }, { status: 'rejected', reason: 'does-not-open' }])
      expect(played.slashes.map((one) => [one.party, one.reason, one.amount])).toEqual([
        [copier, 'missing-reveal', 1_000n],
      ])
      expect([played.gain(model!), played.gain(copier!), played.gain(executor)]).toEqual([120n, -1_000n, 100n])
    })

    test('empty evidence from the executor never passes', async () => {
      const honest = toyModel()
      const empty: Model = {
        ...honest,
        execute: async (task, input) =>
          mode === 'full'
            ? { bytes: '0x', evidence: '0x' }
            : { ...(await honest.execute(task, input)), evidence: '0x' },
      }
      const played = await play(await createWorld({ overrides, executors: [empty] }))
      expect(Object.values(played.outcomes(executor))).toEqual(Array(4).fill('mismatch'))
      expect(played.gain(executor)).toBe(-12_000n)
      expect(played.gain(clientAddress)).toBe(-8n)
    })

    test('a crash is no mismatch and no pass: the verifier is replaced, then the leaf is unverified and refunded', async () => {
      const world = await createWorld({ overrides, tasks: 1, verifiers: Array(6).fill(toyModel({ broken: true })) })
      const played = await play(world)
      const { seats, outcome } = leafAt(played.state, executor, 0)
      expect(seats.map(({ status }) => status)).toEqual(['indeterminate', 'indeterminate'])
      expect(new Set(seats.map(({ verifier }) => verifier)).size).toBe(2)
      expect(outcome).toBe('unverified')
      expect([played.faults, played.slashes]).toEqual([[], []])
      expect(played.gain(executor)).toBe(0n)
      expect(played.gain(clientAddress)).toBe(-2n)
      for (const { verifier } of seats) expect(played.gain(verifier)).toBe(0n)
    })

    test('a crash of the first verifier alone costs the executor nothing', async () => {
      const world = await createWorld({ overrides, tasks: 1 })
      const first = leafAt((await play(world)).state, executor, 0).seats[0]!.verifier
      const verifiers = world.verifiers.map(({ address }) => toyModel({ broken: address === first }))
      const played = await play(await createWorld({ overrides, tasks: 1, verifiers }))
      const { seats, outcome } = leafAt(played.state, executor, 0)
      expect(seats.map(({ status }) => status)).toEqual(['indeterminate', 'revealed'])
      expect(outcome).toBe('valid')
      expect([played.gain(first), played.gain(seats[1]!.verifier), played.gain(executor)]).toEqual([0n, 120n, 100n])
    })

    test('an excuse that leaves no time for a replacement is late: nobody refunds a client single-handed', async () => {
      const world = await createWorld({ overrides, tasks: 1 })
      const receptions: Round.Reception[] = []
      const mute = (one: Participant) =>
        altered(
          one,
          silent(({ kind }) => kind === 'verifier-commitment'),
        )
      const played = await play(world, {
        participants: vicious(world, mute),
        after: {
          replacement: async ({ say, state }) => {
            const { digest, leaves } = state().batches.get(executor)!
            const { verifier } = leaves.get(0)!.seats[0]!
            const assignment = { batchDigest: digest!, executor, verifier, index: 0, level: 0 }
            receptions.push(await say('indeterminate', { ...assignment, reason: 'so sorry' }))
          },
        },
      })
      expect(receptions).toEqual([{ status: 'rejected', reason: 'late' }])
      expect(played.slashes.map(({ reason }) => reason)).toEqual(['missing-reveal'])
    })
  })

test('late verifier sybils: who stakes when the epoch is open is neither drawn nor heard', async () => {
  const world = await createWorld({ executors: [toyModel({ wrong: true })] })
  const late = Array.from({ length: 20 }, (_, i) => party('a', 7 + i))
  const { effects, state } = world.opened
  const ledger = new Map([...state.ledger, ...late.map((one) => [Ledger.stake(one), 10n ** 9n] as const)])
  const receptions: Round.Reception[] = []
  const played = await play(
    { ...world, opened: { effects, state: { ...state, ledger } } },
    {
      after: {
        beacon: async ({ say, state }) => {
          const place = { batchDigest: state().batches.get(executor)!.digest!, executor, index: 0, level: 0 }
          receptions.push(await say('verifier-commitment', { ...place, verifier: late[0]!, commitment: hex(1) }))
        },
      },
    },
  )
  const drawn = [0, 1, 2, 3].flatMap((index) => {
    const { seats, arbiters } = leafAt(played.state, executor, index)
    return [...seats, ...arbiters].map(({ verifier }) => verifier)
  })
  expect(drawn.filter((one) => late.includes(one))).toEqual([])
  expect(drawn).toHaveLength(4 * (1 + 3))
  expect(receptions).toEqual([{ status: 'rejected', reason: 'unknown-party' }])
  expect(played.gain(executor)).toBe(-12_000n)
})

describe('evidence that no comparison can use', () => {
  /** Commits to `content` for index 0 instead of working. */
  const lazy =
    (protocol: Protocol.Protocol, content: Hex) =>
    (one: Participant): Participant => {
      const salt = hex(1)
      const sign = (message: Message.Unsigned) => Message.sign(message, protocol, cheapSigner(one.address))
      async function handle(effect: Round.Effect): Promise<readonly Message.Envelope[]> {
        if (!('assignment' in effect) || effect.assignment.index !== 0) return one.handle(effect)
        const { assignment } = effect
        if (assignment.verifier !== one.address) return []
        const commitment = Reexecution.commit(assignment, content, salt)
        if (effect.type === 'request-reexecution')
          return [await sign({ kind: 'verifier-commitment', body: { ...assignment, commitment } })]
        if (effect.type !== 'request-reveal') return []
        return [await sign({ kind: 'reveal', body: { ...assignment, content, salt, claim: 'agrees' } })]
      }
      return { address: one.address, handle }
    }
  const cases: readonly (readonly [string, WorldOptions, Hex])[] = [
    ['empty output', {}, '0x'],
    ['empty evidence', { overrides: evidenceMode }, '0x'],
    ['junk for evidence', { overrides: evidenceMode }, '0xdeadbeef'],
  ]
  for (const [name, options, content] of cases)
    test(`${name} is no reveal: refused, and a missing reveal in the end`, async () => {
      const world = await createWorld(options)
      const played = await play(world, { participants: vicious(world, lazy(world.protocol, content)) })
      const { seats, outcome } = leafAt(played.state, executor, 0)
      expect(played.refusals).toEqual(['unusable-evidence'])
      expect(outcome).toBe('unverified')
      expect(played.slashes.map((one) => [one.party, one.reason, one.amount])).toEqual([
        [seats[0]!.verifier, 'missing-reveal', 1_000n],
      ])
      expect(played.gain(executor)).toBe(300n)
    })

  test('nor is it where the executor opened nothing: lazy verifiers don’t hide behind a silent executor', async () => {
    const world = await createWorld({ overrides: evidenceMode })
    const mute = altered(
      world.executors[0]!,
      silent(({ kind }) => kind === 'opening'),
    )
    const played = await play(world, { participants: [mute, ...world.verifiers.map(lazy(world.protocol, '0x'))] })
    expect(Object.values(played.outcomes(executor))).toEqual(Array(4).fill('missing-opening'))
    expect(played.refusals).toEqual(['unusable-evidence'])
    expect(played.slashes.map(({ reason }) => reason).sort()).toEqual([
      ...Array(4).fill('missing-opening'),
      'missing-reveal',
    ])
  })
})

test('an excuse can’t be taken back, nor a commitment excused', async () => {
  const world = await createWorld({ tasks: 1 })
  const receptions: Round.Reception[] = []
  const played = await play(world, {
    participants: [
      world.executors[0]!,
      ...world.verifiers.map((one) => ({ address: one.address, handle: beaconOnly(one) })),
    ],
    after: {
      beacon: async ({ say, state }) => {
        const batchDigest = state().batches.get(executor)!.digest!
        const { verifier } = leafAt(state(), executor, 0).seats[0]!
        const assignment = { batchDigest, executor, verifier, index: 0, level: 0 }
        receptions.push(await say('indeterminate', { ...assignment, reason: 'no memory' }))
        receptions.push(await say('indeterminate', { ...assignment, reason: 'no time' }))
        receptions.push(await say('verifier-commitment', { ...assignment, commitment: hex(1) }))
        const next = { ...assignment, verifier: leafAt(state(), executor, 0).seats[1]!.verifier }
        receptions.push(await say('verifier-commitment', { ...next, commitment: hex(1) }))
        receptions.push(await say('verifier-commitment', { ...next, commitment: hex(2) }))
        receptions.push(await say('indeterminate', { ...next, reason: 'changed my mind' }))
      },
    },
  })
  expect(receptions.map((one) => (one.status === 'rejected' ? one.reason : one.status))).toEqual([
    ...['applied', 'duplicate', 'already-said'],
    ...['applied', 'already-committed', 'already-said'],
  ])
  expect(leafAt(played.state, executor, 0).seats.map(({ status }) => status)).toEqual(['indeterminate', 'missing'])
})

test('a replacement may be excused to the end of its window: it was drawn too late for another', async () => {
  const world = await createWorld({ tasks: 1 })
  const receptions: Round.Reception[] = []
  const played = await play(world, {
    participants: [
      world.executors[0]!,
      ...world.verifiers.map((one) => ({ address: one.address, handle: beaconOnly(one) })),
    ],
    after: {
      beacon: async ({ say, state }) => receptions.push(await excuse(say, state(), 0)),
      replacement: async ({ say, state }) => receptions.push(await excuse(say, state(), 1)),
    },
  })
  expect(receptions).toEqual([{ status: 'applied' }, { status: 'applied' }])
  expect([played.faults, played.slashes]).toEqual([[], []])
  expect(played.outcomes(executor)).toEqual({ 0: 'unverified' })
})

/** Answers for the panel and for nothing else. */
function beaconOnly(verifier: Participant): Participant['handle'] {
  return altered(
    verifier,
    silent(({ kind }) => !kind.startsWith('beacon')),
  ).handle
}

function excuse(say: Attack['say'], state: Round.State, seat: number): Promise<Round.Reception> {
  const batchDigest = state.batches.get(executor)!.digest!
  const { verifier } = leafAt(state, executor, 0).seats[seat]!
  return say('indeterminate', { batchDigest, executor, verifier, index: 0, level: 0, reason: 'no memory' })
}

function isSeated(state: Round.State, index: number, verifier: Hex): boolean {
  return leafAt(state, executor, index).seats.some((seat) => seat.verifier === verifier)
}
