// Verifiers without conscience against the same verifiers at work: what laziness, silence and lies bring on the same seeds.
import { Protocol } from '@spotcheck/core'
import type { Participant } from '@spotcheck/core/memory'
import { describe, expect, test } from 'vitest'
import { expectLoss, seeded } from '../support/paired.js'
import { altered, secondBatch, silent } from '../support/parties.js'
import { leafAt, misled, type Played, play, type Script } from '../support/play.js'
import { errorOf } from '../support/thrown.js'
import {
  createWorld,
  eth,
  type Hex,
  parameters,
  party,
  protocolWith,
  toyModel,
  type World,
  type WorldOptions,
} from '../support/world.js'

const executor = party('e', 1)
const verifiers = Array.from({ length: 6 }, (_, i) => party('a', i + 1))
const wrong = toyModel({ wrong: true })
/** Wei that one re-execution costs: less than its pay, or nobody would work. */
const work = 30n

const plain = (seed: number): WorldOptions => ({ overrides: seeded(seed), tasks: 1 })
/** One of two leaves is a canary whose output the cartel is not told of. */
const dealt = (seed: number): WorldOptions => ({
  overrides: seeded(seed, { canaryRate: eth / 2n }),
  ...{ tasks: 2, canaries: { tasks: [seed % 2] } },
})

/** What those verifiers' re-executions cost; lazy ones have none. */
function workOf(parties: readonly Hex[], isLazy: boolean) {
  return (isAttack: boolean, { state }: Played): bigint => {
    if (isAttack && isLazy) return 0n
    const seats = [...state.batches.values()].flatMap((batch) =>
      [...batch.leaves.values()].flatMap((leaf) => leaf.seats),
    )
    return work * BigInt(seats.filter(({ verifier }) => parties.includes(verifier)).length)
  }
}

function vicious({ executors, verifiers: all }: World, vice: (one: Participant) => Participant) {
  return { participants: [...executors, ...all.map(vice)] }
}

test('lazy verifiers that say what the executor told them are caught by canaries, and lose more than their work', () =>
  expectLoss({
    attackers: verifiers,
    world: dealt,
    // The executor’s output for everything: the honest one where it worked, the decoy at the canary.
    attack: (seed) => ({
      verifiers: verifiers.map(() => ({
        ...toyModel(),
        reexecute: (replay) =>
          (Number(replay.task.nonce) === seed % 2 && replay.level === 0 ? wrong : toyModel()).reexecute(replay),
      })),
    }),
    cost: workOf(verifiers, true),
  }))

test('silence after committing costs more than the work that it saves', () =>
  expectLoss({
    attackers: verifiers,
    world: plain,
    script: (world) =>
      vicious(world, (one) =>
        altered(
          one,
          silent(({ kind }) => kind === 'reveal'),
        ),
      ),
    cost: workOf(verifiers, true),
  }))

test('excuses earn nothing: less than the work would', () =>
  expectLoss({
    attackers: verifiers,
    world: plain,
    attack: () => ({ verifiers: verifiers.map(() => toyModel({ broken: true })) }),
    cost: workOf(verifiers, true),
  }))

test('false mismatches to grief an executor cost their accusers more than the work of the quorum brings them', () =>
  expectLoss({
    attackers: verifiers,
    world: plain,
    script: (world) => vicious(world, (one) => misled(one, () => true)),
    // What the quorum is paid comes out of the bond: all of the accusers' loss goes to arbiters or to the treasury.
    cost: (isAttack, { state }) => (isAttack ? work * BigInt(leafAt(state, executor, 0).arbiters.length) : 0n) + work,
  }))

test('an executor slashed through its friends, and its client refunded, lose together', () =>
  expectLoss({
    attackers: [executor, party('c', 1), ...verifiers],
    world: plain,
    attack: () => ({ executors: [wrong] }),
    cost: workOf(verifiers, false),
  }))

describe('a client, its executor and all verifiers live on the treasury', () => {
  const coalition = [executor, party('c', 1), ...verifiers]
  const tasks = 16
  /** Every task is checked, by one verifier at 120, or where it is disputed by a quorum of three more. */
  const least = 480n

  /** What they have in the end, together, with nothing but one penalty at stake; none of them has done any work. */
  async function gainOf(overrides: object, options: WorldOptions = {}, script: ScriptOf = () => ({})) {
    const world = await createWorld({ overrides, tasks, lock: 3_000n, ...options })
    const played = await play(world, await script(world))
    return coalition.reduce((sum, one) => sum + played.gain(one), 0n)
  }

  type ScriptOf = (world: World) => Script | Promise<Script>
  const production = (fee: bigint, others: object = {}) => ({
    environment: 'production',
    verification: { ...parameters.verification, fee, ...others },
  })
  const subsidised = (others: object = {}) => ({ verification: { ...parameters.verification, ...others } })

  test('on the pay for tasks that are none: the fee covers what a check may pay, or the parameters are refused', async () => {
    expect(await gainOf(subsidised())).toBe(16n * 120n - 16n * 2n)
    const refusal = errorOf(() => protocolWith(production(least - 1n)), Protocol.InvalidProtocolError)
    expect(refusal.message).toMatchInlineSnapshot(`
      "verification.fee breaks a rule of the protocol.
        verification.fee  479n
        rule              at least 480: the chance of a check x its pay (480), or a client, its executor and their verifiers live on the treasury
        fix               raise the fee, or lower the rate, the verifiers or their pay"
    `)
    expect(await gainOf(production(least))).toBe(16n * 120n - 16n * least)
  })

  test('on disputes: whoever errs pays no more than is locked, and quorums are paid all the same', async () => {
    const cheated = { executors: [wrong] }
    // One penalty is all that there is to take, of which a bounty comes back; 16 verifiers and 48 arbiters are paid.
    expect(await gainOf(subsidised(), cheated)).toBe(16n * 480n + 200n - 3_000n - 16n * 2n)
    const refusal = errorOf(() => protocolWith(production(least - 1n)), Protocol.InvalidProtocolError)
    expect(refusal.subject).toBe('verification.fee')
    expect(await gainOf(production(least), cheated)).toBe(16n * 480n + 200n - 3_000n - 16n * least)
  })

  test('on fees that return: a second batch after the draw leaves the verifiers’ pay, so the fees stay as well', async () => {
    const seats = { verifiers: 2, maxReplacements: 0 }
    const twice: ScriptOf = async ({ protocol, executors }) => {
      const batch = await executors[0]!.commit()
      const second = await secondBatch(protocol, batch)
      return { batches: [batch], after: { reveal: ({ send }) => send(second) } }
    }
    expect(await gainOf(production(600n, seats), {}, twice)).toBe(16n * 240n - 3_000n - 16n * 600n)
  })
})
