// Verifiers without conscience against the same verifiers at work: what laziness, silence and lies bring on the same seeds.
import type { Participant } from '@spotcheck/core/memory'
import { test } from 'vitest'
import { expectLoss, seeded } from '../support/paired.js'
import { altered, silent } from '../support/parties.js'
import { leafAt, misled, type Played } from '../support/play.js'
import { eth, type Hex, party, toyModel, type World, type WorldOptions } from '../support/world.js'

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
