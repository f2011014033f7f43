// Attacks on arbitration: a captured quorum, appeals against what is right, a silent arbiter, withheld randomness.
import { Ledger, Protocol, Round } from '@spotcheck/core'
import type { Participant } from '@spotcheck/core/memory'
import { describe, expect, test } from 'vitest'
import { altered, silent } from '../support/parties.js'
import { type Attack, leafAt, misled, type Played, play, type Script } from '../support/play.js'
import {
  createWorld,
  eth,
  ledgerFor,
  panel,
  parameters,
  party,
  toyModel,
  type World,
  type WorldOptions,
} from '../support/world.js'

const executor = party('e', 1)
const arbiter = party('d', 9)
const levels = { arbitration: { ...parameters.arbitration, quorums: [1, 3] } }
const ruled = { arbitration: { ...parameters.arbitration, quorums: [1], final: arbiter } }
/** Of the last quorum: what the next appeal risks. */
const bond = { levels: 3n * 120n, ruled: 120n }
const wrong = toyModel({ wrong: true })
const nobody = () => false

/** Arbiters of these levels vote for the opposite of what they compute from the task's input. */
function captured({ executors, verifiers }: World, isCaptured: (level: number) => boolean): readonly Participant[] {
  const twist = (one: Participant): Participant => ({
    address: one.address,
    handle: (effect) =>
      effect.type === 'request-arbitration' && isCaptured(effect.assignment.level)
        ? one.handle({ ...effect, disclosure: { ...effect.disclosure, input: `${effect.disclosure.input}ff` } })
        : one.handle(effect),
  })
  return [...executors, ...verifiers.map(twist)]
}

/** Appeals as `by` says to the level above `level`. */
function appealing(by: 'executor' | 'first verifier', level: number, index = 0) {
  return async ({ say, state }: Attack) => {
    const { digest, leaves } = state().batches.get(executor)!
    const seat = leaves.get(index)!.seats[0]!.verifier
    const place = { batchDigest: digest!, executor, index, level: level + 1 }
    return say('appeal', { ...place, party: by === 'executor' ? executor : seat })
  }
}

type Case = Readonly<{
  options?: WorldOptions
  /** A first verifier that accuses falsely. */
  accused?: boolean
  captured?: (level: number) => boolean
  after?: Script['after']
}>

/** One leaf, disputed: by a false accuser, or because its executor cheated. */
async function disputed({
  options,
  accused = false,
  captured: isCaptured = nobody,
  after = {},
}: Case): Promise<Played> {
  const models = accused ? {} : { executors: [wrong] }
  const world = await createWorld({ overrides: levels, tasks: 1, ...models, ...options })
  const parties = captured(world, isCaptured)
  const participants = accused ? parties.map((one) => misled(one, () => one.address !== executor)) : parties
  return play(world, { participants, after })
}

const ruling =
  (claim: 'agrees' | 'dissents', by = arbiter) =>
  async ({ say, state }: Attack) =>
    say('ruling', { batchDigest: state().batches.get(executor)!.digest!, executor, arbiter: by, index: 0, claim })

/** What was decided, level by level. */
function decisions({ effects }: Played): unknown[] {
  return effects.flatMap((effect) => (effect.type === 'decision' ? [[effect.level, effect.claim]] : []))
}

function money(played: Played): readonly [executor: bigint, firstVerifier: bigint] {
  return [played.gain(executor), played.gain(leafAt(played.state, executor, 0).seats[0]!.verifier)]
}

describe('a captured quorum', () => {
  test('that convicts an honest executor is overruled on its appeal; the bond comes back, the accuser pays', async () => {
    const level1 = (level: number) => level === 1
    const lost = await disputed({ accused: true, captured: level1 })
    expect([leafAt(lost.state, executor, 0).outcome, ...money(lost)]).toEqual(['mismatch', -3_000n, 120n + 200n])
    const appealed = await disputed({
      ...{ accused: true, captured: level1 },
      after: { 'vote 1': appealing('executor', 1) },
    })
    expect(decisions(appealed)).toEqual([
      [1, 'dissents'],
      [2, 'agrees'],
    ])
    expect([appealed.slashes, ...money(appealed)]).toEqual([[], 100n, -360n])
    const [first] = leafAt(appealed.state, executor, 0).arbiters
    expect(appealed.gain(first!.verifier)).toBe(0n)
  })

  test('that acquits a cheater is overruled on the dissenter’s appeal; the cheater is slashed', async () => {
    const level1 = (level: number) => level === 1
    const after = { 'vote 1': appealing('first verifier', 1) }
    // The arbiter is with the cheater: it computes what the cheater does.
    const league: Case = { captured: level1, options: { executors: [toyModel({ twist: 'ff' })] } }
    const freed = await disputed(league)
    expect([leafAt(freed.state, executor, 0).outcome, ...money(freed)]).toEqual(['valid', 100n, -360n])
    const appealed = await disputed({ ...league, after })
    expect(decisions(appealed)).toEqual([
      [1, 'agrees'],
      [2, 'dissents'],
    ])
    expect([leafAt(appealed.state, executor, 0).outcome, ...money(appealed)]).toEqual([
      ...['mismatch', -3_000n],
      120n + 200n,
    ])
  })

  test('is no surprise: an epoch whose quorums colluders hold too often does not open', async () => {
    const { opened, protocol, executors, verifiers } = await createWorld()
    const [addresses, judges] = [executors.map((one) => one.address), verifiers.map((one) => one.address)]
    const engagements = [...opened.state.batches.values()].flatMap((batch) => batch.engagements)
    const open = (arbitration: object) => () =>
      Round.open({
        ...{ epoch: 0, ledger: ledgerFor(addresses, judges), engagements, verifiers: judges },
        protocol: Protocol.from({ ...protocol, arbitration: { ...protocol.arbitration, ...arbitration } }),
      })
    // 2 of 6, quorums of 3: both are in it with probability 1/5.
    expect(open({ colluding: eth / 3n, capture: eth / 6n })).toThrow(Round.CannotOpenError)
    expect(open({ colluding: eth / 3n, capture: eth / 4n })).not.toThrow()
    expect(open({ colluding: eth / 3n, quorums: [1], capture: eth / 4n })).toThrow(Round.CannotOpenError)
  })
})

describe('appeals against what is right', () => {
  test('a cheater gains nothing: the decision stands, and it loses the bond on top of the slash', async () => {
    const played = await disputed({ after: { 'vote 1': appealing('executor', 1) } })
    expect(decisions(played)).toEqual([
      [1, 'dissents'],
      [2, 'dissents'],
    ])
    expect(money(played)).toEqual([-3_000n - bond.levels, 120n + 200n])
    expect(played.slashes).toHaveLength(1)
    expect(played.gain(Ledger.treasury)).toBe(2n + 1_500n - 200n - 120n - 120n - 3n * 120n + bond.levels)
  })

  test('nor a false accuser: it loses the bond of its dissent and that of its appeal', async () => {
    const played = await disputed({ accused: true, after: { 'vote 1': appealing('first verifier', 1) } })
    expect(decisions(played)).toEqual([
      [1, 'agrees'],
      [2, 'agrees'],
    ])
    expect([played.slashes, ...money(played)]).toEqual([[], 100n, -360n - bond.levels])
  })

  test('who is not against it, who is no party, another level, another time: refused, and nothing moves', async () => {
    const receptions: Round.Reception[] = []
    const keep = (attack: (attack: Attack) => Promise<Round.Reception>) => async (given: Attack) => {
      receptions.push(await attack(given))
    }
    const stranger = async ({ say, state }: Attack) => {
      const { digest, leaves } = state().batches.get(executor)!
      const drawn = leaves.get(0)!.seats.map(({ verifier }) => verifier)
      const other = state().verifiers.find(({ address }) => !drawn.includes(address))!.address
      return say('appeal', { batchDigest: digest!, executor, index: 0, level: 2, party: other })
    }
    const plain = await disputed({})
    const played = await disputed({
      after: {
        'dispute 1': keep(appealing('executor', 1)),
        'vote 1': async (attack) => {
          await keep(appealing('first verifier', 1))(attack)
          await keep(stranger)(attack)
          await keep(appealing('executor', 2))(attack)
        },
        'dispute 2': keep(appealing('executor', 1)),
      },
    })
    expect(receptions).toEqual(
      ['early', 'not-assigned', 'not-assigned', 'not-due', 'late'].map((reason) => ({ status: 'rejected', reason })),
    )
    expect(played.state.ledger).toEqual(plain.state.ledger)
  })

  test('said twice an appeal counts once: one bond', async () => {
    const receptions: Round.Reception[] = []
    const twice = async (attack: Attack) => {
      receptions.push(await appealing('executor', 1)(attack), await appealing('executor', 1)(attack))
    }
    const played = await disputed({ after: { 'vote 1': twice } })
    expect(receptions).toEqual([{ status: 'applied' }, { status: 'duplicate' }])
    expect(played.gain(executor)).toBe(-3_000n - bond.levels)
  })
})

describe('the final arbiter', () => {
  const options = { overrides: ruled }
  const level1 = (level: number) => level === 1

  test('frees an executor that a captured level convicted', async () => {
    const after = { 'vote 1': appealing('executor', 1), 'final dispute': ruling('agrees') }
    const played = await disputed({ options, accused: true, captured: level1, after })
    expect([played.slashes, ...money(played)]).toEqual([[], 100n, -360n])
  })

  test('that is silent leaves what was decided, and the appeal lost', async () => {
    const played = await disputed({ options, after: { 'vote 1': appealing('executor', 1) } })
    expect(decisions(played)).toEqual([[1, 'dissents']])
    expect(played.gain(executor)).toBe(-3_000n - bond.ruled)
  })

  test('rules on appeals only, once, in its time; nobody rules in its place', async () => {
    const receptions: Round.Reception[] = []
    const all =
      (...attacks: readonly ((attack: Attack) => Promise<Round.Reception>)[]) =>
      async (attack: Attack) => {
        for (const one of attacks) receptions.push(await one(attack))
      }
    await disputed({ options, after: { 'final dispute': all(ruling('agrees')) } })
    const played = await disputed({
      options,
      after: {
        'vote 1': all(ruling('agrees'), appealing('executor', 1)),
        'final dispute': all(
          ruling('agrees', executor),
          ruling('agrees', panel[0]),
          ruling('dissents'),
          ruling('dissents'),
          ruling('agrees'),
        ),
        ruling: all(ruling('agrees')),
      },
    })
    expect(receptions.map((one) => (one.status === 'rejected' ? one.reason : one.status))).toEqual([
      'not-due',
      ...['early', 'applied'],
      ...['unknown-party', 'unknown-party', 'applied', 'duplicate', 'already-said'],
      'late',
    ])
    expect(played.gain(executor)).toBe(-3_000n - bond.ruled)
  })

  test('is no party of the epoch, or the epoch does not open', async () => {
    for (const final of [executor, party('c', 1), party('a', 6)]) {
      const overrides = { arbitration: { ...parameters.arbitration, quorums: [1], final } }
      await expect(createWorld({ overrides })).rejects.toThrow(Round.CannotOpenError)
    }
  })
})

describe('a level that does not decide', () => {
  test('for want of randomness: the next one does, and whoever kept it back pays', async () => {
    const world = await createWorld({ overrides: levels, tasks: 1, executors: [wrong] })
    const member = panel[0]!
    const participants = world.participants.map((one) =>
      one.address === member
        ? altered(
            one,
            silent(({ kind, body }) => kind === 'beacon-reveal' && 'level' in body && body.level === 1),
          )
        : one,
    )
    const played = await play(world, { participants })
    expect(leafAt(played.state, executor, 0).outcome).toBe('mismatch')
    expect(leafAt(played.state, executor, 0).arbiters.map(({ level }) => level)).toEqual([2, 2, 2])
    expect(played.faults).toContainEqual({ type: 'fault', party: member, fault: 'withheld-beacon', level: 1 })
    expect(played.slashes.map((one) => [one.party, one.reason, one.amount]).sort()).toEqual(
      [
        [executor, 'mismatch', 3_000n],
        [member, 'withheld-beacon', 40_000n],
      ].sort(),
    )
    expect(played.gain(executor)).toBe(-3_000n)
  })

  test('for want of a majority: silent arbiters pay, and the next level decides', async () => {
    const world = await createWorld({ overrides: levels, tasks: 1, executors: [wrong] })
    const mute = (one: Participant) =>
      altered(
        one,
        silent(({ kind, body }) => kind === 'reveal' && 'level' in body && body.level === 1),
      )
    const played = await play(world, { participants: world.participants.map(mute) })
    expect(decisions(played)).toEqual([
      [1, null],
      [2, 'dissents'],
    ])
    const silentOne = leafAt(played.state, executor, 0).arbiters.find(({ level }) => level === 1)!.verifier
    expect(played.slashes.map((one) => [one.party, one.reason]).sort()).toEqual(
      [
        [executor, 'mismatch'],
        [silentOne, 'missing-reveal'],
      ].sort(),
    )
  })

  test('draws fresh arbiters: nobody sits at two levels of one leaf', async () => {
    for (let epoch = 0; epoch < 4; epoch++) {
      const played = await disputed({ options: { epoch }, after: { 'vote 1': appealing('executor', 1) } })
      const { seats, arbiters } = leafAt(played.state, executor, 0)
      const all = [...seats, ...arbiters].map(({ verifier }) => verifier)
      expect([all.length, new Set(all).size]).toEqual([5, 5])
    }
  })

  test('is no reason to be short of a bond: those of all appeals are locked when the epoch opens', () => {
    const open = (lock: bigint) => createWorld({ overrides: levels, tasks: 1, lock })
    return Promise.all([
      expect(open(3_000n + bond.levels - 1n)).rejects.toThrow(Round.CannotOpenError),
      expect(open(3_000n + bond.levels)).resolves.toBeDefined(),
    ])
  })
})
