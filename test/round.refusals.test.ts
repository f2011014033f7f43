/** Messages that no honest client sends: each is refused for its own reason, and the state stays the very same. */
import { Beacon, type Canary, Encoding, type Message, Opening, Protocol, Round } from '@spotcheck/core'
import { describe, expect, test } from 'vitest'
import { altered, silent } from './support/parties.js'
import { type Attack, leafAt, type Moment, type Played, play } from './support/play.js'
import {
  bytes,
  commitTo,
  createWorld,
  entriesOf,
  eth,
  type Hex,
  hex,
  panel,
  parameters,
  party,
  toyModel,
  type World,
  type WorldOptions,
} from './support/world.js'
import vectors from './vectors/drand.json' with { type: 'json' }

const executor = party('e', 1)
const arbiter = party('d', 9)
const wrong = toyModel({ wrong: true })
const half = { sampling: { mode: 'fixed', rate: eth / 2n } }
const indices = [0, 1, 2, 3]

type Said = {
  [K in Message.Kind]: readonly [kind: K, body: Message.Bodies[K], expected: Round.Rejection | 'duplicate']
}
type Line = Said[Message.Kind]
type Cast = Readonly<{
  options: WorldOptions
  participants?: (world: World) => readonly World['participants'][number][]
}>

/** Says each line at a moment: none moves the state, and the epoch ends as it does without them. */
async function refused(cast: Cast, at: Moment, lines: (state: Round.State, world: World) => readonly Line[]) {
  const enact = async (after: (attack: Attack, world: World) => Promise<void>): Promise<Played> => {
    const world = await createWorld(cast.options)
    const participants = cast.participants?.(world) ?? world.participants
    return play(world, { participants, after: { [at]: (attack: Attack) => after(attack, world) } })
  }
  const receptions: Round.Reception[] = []
  const expected: Round.Reception[] = []
  const played = await enact(async ({ say, state }, world) => {
    const before = state()
    for (const [kind, body, reason] of lines(before, world)) {
      receptions.push(await say(kind, body))
      expected.push(reason === 'duplicate' ? { status: 'duplicate' } : { status: 'rejected', reason })
      expect(state()).toBe(before)
    }
  })
  expect(receptions).toEqual(expected)
  expect(receptions.length).toBeGreaterThan(0)
  const plain = await enact(async () => {})
  expect([played.state.ledger, played.faults, played.slashes]).toEqual([
    plain.state.ledger,
    plain.faults,
    plain.slashes,
  ])
}

function batchIn(state: Round.State) {
  const { digest, leaves } = state.batches.get(executor)!
  const outside = indices.find((index) => !leaves.has(index))!
  return { batchDigest: digest!, leaves, drawn: [...leaves.keys()], outside }
}

function seatOf(state: Round.State, index: number): Hex {
  return leafAt(state, executor, index).seats[0]!.verifier
}

/** An executor that keeps back what it was to say of these leaves. */
const without =
  (isKept: (message: Message.Envelope) => boolean) =>
  ({ participants: [first, ...others] }: World) => [altered(first!, silent(isKept)), ...others]

describe('appeals', () => {
  const levels = { arbitration: { ...parameters.arbitration, quorums: [1, 3] } }

  test('over an unknown batch, a leaf that was not drawn, another level, or by whom nobody overruled', () =>
    refused({ options: { overrides: { ...levels, ...half }, executors: [wrong] } }, 'vote 1', (state) => {
      const { batchDigest, drawn, outside } = batchIn(state)
      const appeal = { batchDigest, executor, index: drawn[0]!, level: 2, party: executor }
      return [
        ['appeal', { ...appeal, batchDigest: hex(0xbb) }, 'wrong-batch'],
        ['appeal', { ...appeal, executor: party('e', 2) }, 'wrong-batch'],
        ['appeal', { ...appeal, index: outside }, 'not-sampled'],
        ['appeal', { ...appeal, level: 3 }, 'not-due'],
        ['appeal', { ...appeal, party: seatOf(state, drawn[0]!) }, 'not-assigned'],
      ]
    }))

  test('over what nobody disputed', () =>
    refused({ options: { overrides: levels } }, 'vote 1', (state) => {
      const { batchDigest } = batchIn(state)
      const appeal = { batchDigest, executor, index: 0, level: 2 }
      return [
        ['appeal', { ...appeal, party: executor }, 'not-due'],
        ['appeal', { ...appeal, party: seatOf(state, 0) }, 'not-due'],
      ]
    }))

  test('by the executor that was acquitted, and by a verifier that did not dissent', () =>
    refused(
      {
        options: { overrides: levels, tasks: 1 },
        participants: ({ executors, verifiers }) => [...executors, ...verifiers.map(accusing)],
      },
      'vote 1',
      (state) => {
        const { batchDigest } = batchIn(state)
        const appeal = { batchDigest, executor, index: 0, level: 2 }
        const { arbiters, dispute } = leafAt(state, executor, 0)
        expect(dispute).toMatchObject({ decision: 'agrees', isOpen: false })
        return [
          ['appeal', { ...appeal, party: executor }, 'not-assigned'],
          ['appeal', { ...appeal, party: arbiters[0]!.verifier }, 'not-assigned'],
        ]
      },
    ))
})

/** Dissents falsely from whatever it is the first verifier of, and is honest as an arbiter. */
function accusing(one: World['verifiers'][number]): World['participants'][number] {
  return {
    address: one.address,
    handle: (effect) =>
      effect.type === 'request-reexecution'
        ? one.handle({ ...effect, disclosure: { ...effect.disclosure, input: `${effect.disclosure.input}ee` } })
        : one.handle(effect),
  }
}

describe('rulings', () => {
  const ruled = { arbitration: { ...parameters.arbitration, quorums: [1], final: arbiter } }

  test('over an unknown batch, a leaf that was not drawn, or one that nobody appealed', () =>
    refused({ options: { overrides: { ...ruled, ...half }, executors: [wrong] } }, 'final dispute', (state) => {
      const { batchDigest, drawn, outside } = batchIn(state)
      const ruling = { batchDigest, executor, arbiter, index: drawn[0]!, claim: 'agrees' } as const
      return [
        ['ruling', { ...ruling, batchDigest: hex(0xbb) }, 'wrong-batch'],
        ['ruling', { ...ruling, index: outside }, 'not-sampled'],
        ['ruling', ruling, 'not-due'],
        ['ruling', { ...ruling, arbiter: executor }, 'unknown-party'],
      ]
    }))

  test('where no arbiter is designated', () =>
    refused({ options: { executors: [wrong] } }, 'vote 1', (state) => {
      const { batchDigest } = batchIn(state)
      return [['ruling', { batchDigest, executor, arbiter: panel[0]!, index: 0, claim: 'agrees' }, 'not-due']]
    }))
})

describe('panel messages', () => {
  function committed(state: Round.State, level: number, epoch = 0): Message.Bodies['beacon-commit'] {
    return { paramsHash: state.paramsHash, member: panel[0]!, epoch, level, commitment: hex(1) }
  }

  test('where no panel draws', () => {
    const { panel: _, minimum: __, ...timing } = parameters.beacon
    const beacon = { ...timing, source: 'test', secret: hex(7) }
    return refused({ options: { overrides: { beacon } } }, 'opening', (state) => [
      ['beacon-commit', committed(state, 1), 'wrong-source'],
    ])
  })

  test('for a level that does not exist, or another network or epoch, or by no member', () =>
    refused({ options: {} }, 'opening', (state) => [
      ['beacon-commit', committed(state, 2), 'not-due'],
      ['beacon-commit', committed(state, 1, 1), 'wrong-epoch'],
      ['beacon-commit', { ...committed(state, 1), paramsHash: hex(1) }, 'wrong-parameters'],
      ['beacon-commit', { ...committed(state, 1), member: party('a', 4) }, 'unknown-party'],
      ['beacon-commit', committed(state, 1), 'already-committed'],
    ]))

  test('a secret for arbiters whom nobody needs', async () => {
    const world = await createWorld()
    const member = panel[0]!
    const receptions: Round.Reception[] = []
    const keep = altered(
      world.verifiers[0]!,
      silent(({ kind, body }) => kind === 'beacon-commit' && 'level' in body && body.level === 1),
    )
    const place = { epoch: 0, level: 1, member }
    await play(world, {
      participants: world.participants.map((one) => (one.address === member ? keep : one)),
      after: {
        opening: async ({ say, state }) => {
          const { paramsHash, beacons } = state()
          const secret = { address: member, round: beacons[1]!.round, level: 1, secret: bytes(5) }
          const commitment = Encoding.toHex(Beacon.commitTo(secret))
          receptions.push(await say('beacon-commit', { ...place, paramsHash, commitment }))
        },
        'dispute 1': async ({ say, state }) => {
          const before = state()
          receptions.push(await say('beacon-reveal', { ...place, paramsHash: before.paramsHash, secret: hex(5) }))
          expect(state()).toBe(before)
        },
      },
    })
    expect(receptions).toEqual([{ status: 'applied' }, { status: 'rejected', reason: 'not-due' }])
  })
})

describe('drand values', () => {
  const withHex = (text: string): Hex => `0x${text}`

  /** An epoch that a published round draws: its genesis is moved so that the round follows from its deadline. */
  async function drawnBy(chain: 'quicknet' | 'default') {
    const published = vectors.rounds.filter((one) => one.chain === chain).reduce((a, b) => (a.round > b.round ? a : b))
    const { genesisTime, period } = vectors.chains[chain]
    const gap = 5
    const at = Beacon.timeOf({ genesis: genesisTime, period, round: published.round })
    const beacon = { source: 'drand', chain, gap }
    const { commit } = Protocol.deadlines(Protocol.from({ ...parameters, beacon }), 0)
    const { opened } = await createWorld({ overrides: { beacon, genesis: parameters.genesis + at - gap - commit } })
    const { state } = Round.step(opened.state, { kind: 'tick', now: opened.state.deadlines.commit + 1 })
    expect(state.beacons[0].round).toBe(published.round)
    const { round, signature, previousSignature, randomness } = published
    const previous = previousSignature === undefined ? {} : { previousSignature: withHex(previousSignature) }
    const value = { kind: 'beacon-value', level: 0, round, signature: withHex(signature), ...previous } as const
    return { state, value, randomness: withHex(randomness) }
  }

  for (const chain of ['quicknet', 'default'] as const)
    test(`${chain}: without a signature, or with a false one, nothing is drawn; the true one draws`, async () => {
      const { state, value, randomness } = await drawnBy(chain)
      const { signature: _, ...bare } = value
      const flipped = withHex(`${value.signature.slice(2, -2)}${value.signature.endsWith('00') ? '01' : '00'}`)
      const other: Round.BeaconValue[] = [bare, { ...bare, hash: hex(1) }, { ...value, signature: flipped }]
      if (chain === 'default') {
        const { previousSignature: __, ...first } = value
        other.push(first, { ...value, previousSignature: value.signature })
      }
      for (const event of other) {
        const step = Round.step(state, event)
        expect(step.state).toBe(state)
        expect([step.effects, step.reception]).toEqual([[], { status: 'rejected', reason: 'bad-beacon' }])
      }
      const drawn = Round.step(state, value)
      expect([drawn.reception, drawn.state.beacons[0].value]).toEqual([{ status: 'applied' }, randomness])
    })
})

describe('canaries', () => {
  const overrides = { canaryRate: eth / 4n }
  const options = { overrides, canaries: { tasks: [0] } }

  /** What the executor shows of its canary. */
  async function shown(): Promise<Canary.Canary> {
    const world = await createWorld(options)
    const said: Message.Envelope[] = []
    const [first, ...others] = world.participants
    const heard = altered(first!, (message) => {
      said.push(message)
      return [message]
    })
    await play(world, { participants: [heard, ...others] })
    return said.find(({ kind }) => kind === 'canary')!.body as Canary.Canary
  }

  test('of an unknown batch, or of a leaf that is none of it', async () => {
    const canary = await shown()
    await refused({ options, participants: without(({ kind }) => kind === 'canary') }, 'reveal', () => [
      ['canary', { ...canary, batchDigest: hex(0xbb) }, 'wrong-batch'],
      ['canary', { ...canary, index: 9 }, 'not-sampled'],
    ])
  })

  test('of a leaf that was never disclosed: it is no excuse for silence', async () => {
    const canary = await shown()
    await refused({ options, participants: without(({ kind }) => kind === 'disclosure') }, 'reveal', (state) => {
      expect(leafAt(state, executor, 0)).toMatchObject({ outcome: 'missing-opening' })
      return [['canary', canary, 'faulted']]
    })
  })

  test('of a leaf that nobody judged: it stays unverified, and nobody pays for it', async () => {
    const canary = await shown()
    const enact = async (after: (attack: Attack) => Promise<void>) => {
      const world = await createWorld(options)
      const mute = world.verifiers.map((one) =>
        altered(
          one,
          silent(({ kind }) => kind === 'reveal'),
        ),
      )
      return play(world, { participants: [...world.executors, ...mute], after: { reveal: after } })
    }
    const receptions: Round.Reception[] = []
    const played = await enact(async ({ say, state }) => {
      expect(leafAt(state(), executor, 0).dispute).toBeUndefined()
      receptions.push(await say('canary', canary))
      expect(leafAt(state(), executor, 0)).toMatchObject({ outcome: 'unverified', canary: canary.warrant.dealer })
      receptions.push(await say('canary', canary))
    })
    const plain = await enact(async () => {})
    expect(receptions).toEqual([{ status: 'applied' }, { status: 'duplicate' }])
    expect(leafAt(plain.state, executor, 0).outcome).toBe('unverified')
    expect([played.state.ledger, played.faults]).toEqual([plain.state.ledger, plain.faults])
  })
})

describe('leaks and openings', () => {
  async function openedLeaf(overrides: object, index: number) {
    const world = await createWorld({ overrides })
    const opening = Opening.from(commitTo(world, 0, await entriesOf(world, 0)), [index])
    return { opening, content: opening.leaves[0]!.output, salt: opening.leaves[0]!.outputSalt }
  }

  test('of an unknown batch, or of a leaf that is not yet disclosed', async () => {
    const { content, salt } = await openedLeaf({}, 0)
    await refused({ options: {}, participants: without(({ kind }) => kind === 'disclosure') }, 'beacon', (state) => {
      const leak = { batchDigest: batchIn(state).batchDigest, executor, reporter: seatOf(state, 0), index: 0 }
      return [
        ['leak', { ...leak, content, salt, batchDigest: hex(0xbb) }, 'wrong-batch'],
        ['leak', { ...leak, content, salt }, 'not-disclosed'],
      ]
    })
  })

  test('said again by its reporter counts once; by another it earns nothing', async () => {
    const { content, salt } = await openedLeaf({}, 0)
    const receptions: Round.Reception[] = []
    const played = await play(await createWorld(), {
      after: {
        beacon: async ({ say, state }) => {
          const [reporter, other] = state().verifiers.map(({ address }) => address)
          const leak = { batchDigest: batchIn(state()).batchDigest, executor, index: 0, content, salt }
          receptions.push(await say('leak', { ...leak, reporter: reporter! }))
          const before = state()
          receptions.push(await say('leak', { ...leak, reporter: reporter! }))
          receptions.push(await say('leak', { ...leak, reporter: other! }))
          expect(state()).toBe(before)
          expect(leafAt(before, executor, 0)).toMatchObject({ outcome: 'bad-opening', reporter })
        },
      },
    })
    expect(receptions).toEqual([
      { status: 'applied' },
      { status: 'duplicate' },
      { status: 'rejected', reason: 'faulted' },
    ])
    expect(played.slashes.map((one) => [one.party, one.amount])).toEqual([[executor, 3_000n]])
  })

  test('an opening of an unknown batch or of a leaf that was not drawn; one that is open stays open', async () => {
    const parts = await Promise.all(indices.map((index) => openedLeaf(half, index)))
    await refused({ options: { overrides: half } }, 'verifierCommit', (state) => {
      const { drawn, outside } = batchIn(state)
      const { opening } = parts[drawn[0]!]!
      return [
        ['opening', { ...opening, batchDigest: hex(0xbb) }, 'wrong-batch'],
        ['opening', parts[outside]!.opening, 'not-sampled'],
        ['opening', opening, 'duplicate'],
      ]
    })
  })
})
