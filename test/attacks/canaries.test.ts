// Attacks around canaries: verdicts without work, licences to cheat, and warrants that frame whoever did the work.
import { Canary, Commitment, Ledger, Message, Protocol, type Round } from '@spotcheck/core'
import { cheapSigner, type Participant } from '@spotcheck/core/memory'
import { describe, expect, test } from 'vitest'
import { altered, forged, silent } from '../support/parties.js'
import { batchOf, executorWith, leafAt, misled, type Played, play, type Script } from '../support/play.js'
import {
  bytes,
  clientAddress,
  createWorld,
  dealer,
  dealtFor,
  entriesOf,
  eth,
  evidenceMode,
  type Hex,
  hex,
  orderOf,
  parameters,
  party,
  toyModel,
  type World,
  type WorldOptions,
} from '../support/world.js'

const executor = party('e', 1)
const rate = { canaryRate: eth / 4n }
const two = { ...rate, verification: { ...parameters.verification, verifiers: 2 } }
const wrong = toyModel({ wrong: true })
const modes = [
  ['full', {}],
  ['evidence', evidenceMode],
] as const
/** What a cheap model would commit to, in either mode. */
const decoy = toyModel({ wrong: true, drift: 1 })

function faultsOf({ faults }: Played): unknown[] {
  return faults.map(({ party, fault, index }) => [party, fault, index])
}

for (const [mode, overrides] of modes) {
  test(`${mode}: all dissent from a canary: they are paid, nobody is slashed, the executor is paid, no quorum is asked`, async () => {
    const world = await createWorld({ overrides: { ...overrides, ...two }, canaries: { tasks: [2], decoy } })
    const played = await play(world)
    const { seats, arbiters, outcome, canary } = leafAt(played.state, executor, 2)
    expect(seats.map(({ verdict }) => verdict)).toEqual(['dissents', 'dissents'])
    expect([outcome, canary, arbiters]).toEqual(['valid', dealer, []])
    expect([played.faults, played.slashes]).toEqual([[], []])
    expect([played.gain(executor), played.gain(clientAddress)]).toEqual([400n, -408n])
    expect(played.gain(Ledger.treasury)).toBe(8n - 8n * 120n)
  })

  test(`${mode}: a verifier that agrees without work is caught by a canary, after a quorum has looked`, async () => {
    const lazy = Array.from({ length: 6 }, () => decoy)
    const options = { overrides: { ...overrides, ...rate }, canaries: { tasks: [0], decoy }, tasks: 4 }
    const seat = leafAt((await play(await createWorld(options))).state, executor, 0).seats[0]!.verifier
    // Everybody is honest but whoever sits at the canary: it says what the executor told it.
    const world = await createWorld({
      ...options,
      verifiers: lazy.map((model, i) => (party('a', i + 1) === seat ? model : toyModel())),
    })
    const played = await play(world)
    const { seats, arbiters, outcome } = leafAt(played.state, executor, 0)
    expect(seats.map(({ verifier, verdict }) => [verifier, verdict])).toEqual([[seat, 'agrees']])
    expect(arbiters.map(({ verdict }) => verdict)).toEqual(['dissents', 'dissents', 'dissents'])
    expect(outcome).toBe('valid')
    expect(faultsOf(played)).toContainEqual([seat, 'caught-by-canary', 0])
    expect(played.slashes.map(({ party, reason, amount }) => [party, reason, amount])).toContainEqual([
      seat,
      'caught-by-canary',
      1_000n,
    ])
    expect(played.slashes.filter(({ party }) => party === executor)).toEqual([])
  })
}

describe('a warrant over a right output', () => {
  const right = { overrides: two, canaries: { tasks: [0], decoy: toyModel() }, tasks: 4 }

  test('frames nobody: the quorum finds the work right, and the executor pays the bond', async () => {
    const played = await play(await createWorld(right))
    const { seats, arbiters, outcome } = leafAt(played.state, executor, 0)
    expect(seats.map(({ verdict }) => verdict)).toEqual(['agrees', 'agrees'])
    expect(arbiters.map(({ verdict }) => verdict)).toEqual(['agrees', 'agrees', 'agrees'])
    expect([outcome, played.faults, played.slashes]).toEqual(['valid', [], []])
    expect(played.gain(executor)).toBe(400n - 360n)
  })

  test('nor with a dissenter in league: each of them loses its bond', async () => {
    const first = leafAt((await play(await createWorld(right))).state, executor, 0).seats[0]!.verifier
    const world = await createWorld(right)
    const league = world.participants.map((one) => (one.address === first ? misled(one, (i) => i === 0) : one))
    const [honest, framed] = [await play(await createWorld(right)), await play(world, { participants: league })]
    const { seats, outcome } = leafAt(framed.state, executor, 0)
    expect(seats.map(({ verdict }) => verdict).sort()).toEqual(['agrees', 'dissents'])
    expect([outcome, framed.faults, framed.slashes]).toEqual(['valid', [], []])
    expect(framed.gain(executor)).toBe(400n - 360n)
    expect(framed.gain(first) - honest.gain(first)).toBe(-360n - 120n)
    for (const { verifier } of seats.filter(({ verifier }) => verifier !== first))
      expect(framed.gain(verifier)).toBe(honest.gain(verifier))
  })
})

describe('who is caught by a canary may appeal', () => {
  const levels = { ...two, arbitration: { ...parameters.arbitration, quorums: [1, 3] } }
  const right = { overrides: levels, canaries: { tasks: [0], decoy: toyModel() }, tasks: 4 }
  const verifiers = (model = toyModel()) => Array.from({ length: 8 }, () => model)

  /** Level 1 votes for the opposite of what it computes. */
  function captured({ executors, verifiers: all }: World): readonly Participant[] {
    const twist = (one: Participant): Participant => ({
      address: one.address,
      handle: (effect) =>
        effect.type === 'request-arbitration' && effect.assignment.level === 1
          ? one.handle({ ...effect, disclosure: { ...effect.disclosure, input: `${effect.disclosure.input}ff` } })
          : one.handle(effect),
    })
    return [...executors, ...all.map(twist)]
  }

  /** The first of the two verifiers of leaf 0, or another party, asks level 2. */
  function appealing(
    by: (seats: readonly Round.Seat[]) => Hex = ([first]) => first!.verifier,
  ): NonNullable<Script['after']> {
    return {
      'vote 1': ({ say, state }) => {
        const { digest, leaves } = state().batches.get(executor)!
        const party = by(leaves.get(0)!.seats)
        return say('appeal', { batchDigest: digest!, executor, index: 0, level: 2, party })
      },
    }
  }

  /** Where the first quorum is captured. */
  async function framed(script: Script = {}): Promise<Played> {
    const world = await createWorld({ ...right, verifiers: verifiers() })
    return play(world, { participants: captured(world), ...script })
  }

  test('a captured quorum frames whoever did the work only until it asks the next one', async () => {
    const [lost, appealed] = [await framed(), await framed({ after: appealing() })]
    const { seats } = leafAt(lost.state, executor, 0)
    const reasons = seats.map(({ verifier }) => [verifier, 'caught-by-canary'])
    expect(lost.slashes.map(({ party, reason }) => [party, reason])).toEqual(reasons)
    expect([appealed.faults, appealed.slashes, appealed.refusals]).toEqual([[], [], []])
    const honest = await play(await createWorld({ ...right, verifiers: verifiers() }))
    for (const { verifier } of seats) expect(appealed.gain(verifier)).toBe(honest.gain(verifier))
    expect(appealed.gain(executor)).toBe(400n - 360n)
  })

  test('who agreed without work is caught all the same, and loses the bond of its appeal as well', async () => {
    const lazy = { ...right, canaries: { tasks: [0], decoy } }
    const seat = leafAt((await play(await createWorld({ ...lazy, verifiers: verifiers() }))).state, executor, 0)
      .seats[0]!
    const models = verifiers().map((model, i) => (party('a', i + 1) === seat.verifier ? decoy : model))
    const world = () => createWorld({ ...lazy, verifiers: models })
    const [caught, appealed] = [await play(await world()), await play(await world(), { after: appealing() })]
    for (const { faults } of [caught, appealed])
      expect(faults.map(({ party: who, fault }) => [who, fault])).toEqual([[seat.verifier, 'caught-by-canary']])
    expect(appealed.gain(seat.verifier) - caught.gain(seat.verifier)).toBe(-3n * 120n)
  })

  test('nobody else may: no verifier of another leaf, nor one that agreed with what was no canary', async () => {
    const others = Array.from({ length: 8 }, (_, i) => party('a', i + 1))
    const stranger = appealing((seats) => others.find((one) => seats.every(({ verifier }) => verifier !== one))!)
    expect((await framed({ after: stranger })).refusals).toEqual(['not-assigned'])
    // Without a warrant: the second verifier accuses falsely, and the captured quorum convicts the executor.
    const plain = () => createWorld({ overrides: levels, verifiers: verifiers() })
    const [, second] = leafAt((await play(await plain())).state, executor, 0).seats
    const world = await plain()
    const league = captured(world).map((one) => (one.address === second!.verifier ? misled(one, (i) => i === 0) : one))
    const played = await play(world, { participants: league, after: appealing() })
    expect([played.refusals, leafAt(played.state, executor, 0).outcome]).toEqual([['not-assigned'], 'mismatch'])
  })
})

describe('what excuses nothing', () => {
  type Change = (body: Canary.Canary, world: World) => Canary.Canary | Promise<Canary.Canary>

  /** A dealt canary at index 0 whose warrant is changed when it is shown. */
  async function shown(options: WorldOptions, change: Change): Promise<Played> {
    const world = await createWorld({ overrides: rate, canaries: { tasks: [0] }, ...options })
    const rewrite = async (message: Message.Envelope): Promise<readonly Message.Envelope[]> => {
      if (message.kind !== 'canary') return [message]
      const body = await change(message.body as Canary.Canary, world)
      return forged(world.protocol, 'canary', () => body)(message)
    }
    const [first, ...others] = world.participants
    return play(world, { participants: [altered(first!, rewrite), ...others] })
  }

  function expectConvicted(played: Played): void {
    expect(played.refusals).toEqual(['not-a-canary'])
    expect(leafAt(played.state, executor, 0).outcome).toBe('mismatch')
    expect(played.slashes.map((one) => [one.party, one.reason, one.amount])).toEqual([[executor, 'mismatch', 3_000n]])
    expect(played.gain(executor)).toBe(300n - 3_000n)
  }

  const otherOrder = { executor, epoch: 0, input: orderOf(0, 1).input }
  const cases: readonly (readonly [string, WorldOptions, Change])[] = [
    ['a list that the batch did not commit to', {}, (body) => ({ ...body, salt: hex(0x55) })],
    [
      'a warrant that was written when the sample was known',
      {},
      async (body, { protocol }) => {
        const warrant = { ...body.warrant, salt: hex(0x77) }
        const warrantSignature = await cheapSigner(dealer).signTypedData(Canary.definition(warrant, protocol))
        return { ...body, warrant, warrantSignature }
      },
    ],
    [
      'one that is added to the list afterwards',
      {},
      async (body, { protocol }) => {
        const warrant = { ...body.warrant, salt: hex(0x77) }
        const warrantSignature = await cheapSigner(dealer).signTypedData(Canary.definition(warrant, protocol))
        return {
          ...body,
          warrant,
          warrantSignature,
          warrants: [...body.warrants, Canary.digest(warrant, protocol)].sort(),
        }
      },
    ],
    ['a dealer that is not registered', { dealers: [] }, (body) => body],
    [
      'a signature of somebody else’s',
      {},
      async (body, { protocol }) => ({
        ...body,
        warrantSignature: await cheapSigner(executor).signTypedData(Canary.definition(body.warrant, protocol)),
      }),
    ],
  ]
  for (const [name, options, change] of cases)
    test(`${name}: not a canary, and the mismatch is slashed`, async () =>
      expectConvicted(await shown(options, change)))

  /** A batch of four tasks, the first wrong, over warrants for which `dealt` signs. */
  async function committed(
    canaryRate: bigint,
    dealt: (
      world: World,
      tasks: readonly Commitment.Entry[],
    ) => Promise<readonly NonNullable<Parameters<World['executors'][number]['serve']>[2]>[]>,
  ): Promise<Played> {
    const world = await createWorld({ overrides: { canaryRate } })
    const { protocol, opened } = world
    const honest = await entriesOf(world, 0)
    const cheated = await entriesOf(world, 0, 1, wrong)
    const entries = [...cheated, ...honest.slice(1)]
    const licences = await dealt(world, entries)
    const warrants = licences.map(({ warrant }) => Canary.digest(warrant, protocol))
    const beaconRound = opened.state.beacons[0].round
    const made = Commitment.from({ protocol, executor, epoch: 0, beaconRound, secret: bytes(1), entries, warrants })
    const worker = executorWith(world, made)
    const { warrant, signature } = licences[0]!
    const body = {
      batchDigest: made.digest,
      executor,
      index: 0,
      warrant,
      warrantSignature: signature,
      ...made.canaries,
    }
    const handle: Participant['handle'] = async (effect) =>
      effect.type === 'request-canaries'
        ? [await Message.sign<'canary'>({ kind: 'canary', body }, protocol, cheapSigner(executor))]
        : worker.handle(effect)
    return play(world, {
      batches: [await batchOf(world, made)],
      participants: [{ address: executor, handle }, ...world.verifiers],
    })
  }

  test('a warrant for another task, listed as it should be', async () => {
    expectConvicted(
      await committed(eth / 4n, async ({ protocol }, entries) => [
        await dealtFor(protocol, { ...otherOrder, order: entries[1]! }),
      ]),
    )
  })

  test('a warrant for another epoch, listed as it should be', async () => {
    expectConvicted(
      await committed(eth / 4n, async ({ protocol }, entries) => [
        await dealtFor(protocol, { ...otherOrder, epoch: 1, order: entries[0]! }),
      ]),
    )
  })

  test('a warrant for another executor, listed as it should be', async () => {
    expectConvicted(
      await committed(eth / 4n, async ({ protocol }, entries) => [
        await dealtFor(protocol, { ...otherOrder, executor: party('e', 2), order: entries[0]! }),
      ]),
    )
  })

  test('more warrants than the rate allows are void, all of them', async () => {
    const licences = (n: number) => (world: World, entries: readonly Commitment.Entry[]) =>
      Promise.all(entries.slice(0, n).map((order) => dealtFor(world.protocol, { ...otherOrder, order })))
    expectConvicted(await committed(eth / 4n, licences(2)))
    const allowed = await committed(eth / 2n, licences(2))
    expect([allowed.refusals, allowed.slashes, allowed.gain(executor)]).toEqual([[], [], 400n])
  })
})

test('a warrant counts once, between the reveals and the first dispute deadline, and for the leaf that it is for', async () => {
  const world = await createWorld({ overrides: rate, canaries: { tasks: [0] } })
  let canary: Message.Envelope | undefined
  const keep = altered(world.executors[0]!, (message) => {
    if (message.kind !== 'canary') return [message]
    canary = message
    return []
  })
  const others = world.verifiers
  await play(world, { participants: [keep, ...others] })
  const receptions: Round.Reception[] = []
  const say = async ({ send }: { send(envelope: unknown): Promise<Round.Reception> }) =>
    receptions.push(await send(canary))
  const again = await createWorld({ overrides: rate, canaries: { tasks: [0] } })
  const mute = altered(
    again.executors[0]!,
    silent(({ kind }) => kind === 'canary'),
  )
  const played = await play(again, {
    participants: [mute, ...again.verifiers],
    after: { opening: say, 'dispute 1': say },
  })
  expect(receptions).toEqual([
    { status: 'rejected', reason: 'early' },
    { status: 'rejected', reason: 'late' },
  ])
  expect(leafAt(played.state, executor, 0).outcome).toBe('mismatch')
  receptions.length = 0
  const third = await createWorld({ overrides: rate, canaries: { tasks: [0] } })
  const misplaced = async ({
    say: speak,
  }: {
    say<K extends Message.Kind>(kind: K, body: Message.Bodies[K]): Promise<Round.Reception>
  }) => {
    const body = canary!.body as Canary.Canary
    receptions.push(await speak('canary', { ...body, index: 1 }), await speak('canary', body))
  }
  const paid = await play(third, { after: { reveal: misplaced } })
  expect(receptions).toEqual([{ status: 'rejected', reason: 'not-a-canary' }, { status: 'duplicate' }])
  expect([paid.slashes, paid.gain(executor)]).toEqual([[], 400n])
})

describe('nothing on the wire distinguishes a canary before settlement', () => {
  type Line = readonly [from: string, what: unknown]

  /** Everything that parties send and are asked until the reveals are in, with every hex string replaced by its length. */
  async function wire(options: WorldOptions): Promise<readonly string[]> {
    const world = await createWorld(options)
    const lines: Line[] = []
    let isOver = false
    const listen = (one: Participant): Participant => ({
      address: one.address,
      async handle(effect) {
        isOver ||= effect.type === 'request-canaries' || effect.type === 'request-arbitration'
        const messages = await one.handle(effect)
        if (!isOver) for (const message of messages) lines.push([one.address.slice(0, 4), message])
        return messages
      },
    })
    const batch = await world.executors[0]!.commit()
    const played = await play(world, { batches: [batch], participants: world.participants.map(listen) })
    for (const effect of played.effects) {
      if (effect.type === 'request-canaries') break
      if (effect.type.startsWith('request')) lines.push(['ask', effect])
    }
    lines.push(['batch', batch], ...world.vouchers.map((one): Line => ['pay', one]))
    return lines.map((line) => JSON.stringify(line, shape)).sort()
  }

  /** 20 bytes and more are addresses, digests, salts and signatures; what is shorter, or nothing, shows itself. */
  function shape(_: string, value: unknown): unknown {
    if (typeof value === 'bigint') return `${value}n`
    if (typeof value !== 'string' || !/^0x[0-9a-f]{8,}$/.test(value) || /^0x0+$/.test(value)) return value
    return `hex of ${value.length}`
  }

  for (const [mode, overrides] of modes)
    test(`${mode}: batch, receipts, disclosures, openings and requests have the form of any other's`, async () => {
      // Claims are what the outputs make them: the canary is held against a wrong output without a warrant.
      const same = (seed: number) => ({
        ...{ beacon: { source: 'test', gap: 5, genesis: 1_600_000_000, period: 30, secret: hex(seed) } },
        ...{ ...overrides, ...rate },
      })
      const options = { overrides: same(1), tasks: 4 } as const
      const canary = await wire({ ...options, canaries: { tasks: [2], decoy } })
      const model = toyModel()
      const cheat: typeof model = {
        ...model,
        execute: (task, input) => (task.nonce === 2n ? decoy : model).execute(task, input),
      }
      const cheated = await wire({ ...options, executors: [cheat] })
      expect(canary).toEqual(cheated)
      const blind = (lines: readonly string[]) => lines.map((line) => line.replace(/"(agrees|dissents)"/, '"said"'))
      expect(blind(canary)).toEqual(blind(await wire(options)))
      expect(canary.length).toBeGreaterThan(20)
    })

  test('a batch’s root says neither that it has warrants nor how many', () => {
    const digests = [hex(1), hex(2)]
    const roots = [[], digests.slice(0, 1), digests].flatMap((list) =>
      [1, 2].map((salt) => Canary.root(list, hex(salt))),
    )
    expect(new Set(roots).size).toBe(6)
    expect(new Set(roots.map(({ length }) => length))).toEqual(new Set([66]))
    expect(Canary.root([...digests].reverse(), hex(1))).toBe(Canary.root(digests, hex(1)))
  })

  test('a verifier can’t tell whose warrant it is from its digest: the dealer’s salt hides the task', () => {
    const protocol = Protocol.from({ ...parameters, ...rate })
    const place = { paramsHash: Protocol.hash(protocol), dealer, executor, epoch: 0, taskId: hex(3) }
    const digests = new Set<Hex>([1, 2].map((n) => Canary.digest({ ...place, salt: hex(n) }, protocol)))
    expect(digests.size).toBe(2)
  })
})
