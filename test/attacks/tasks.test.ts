// Tasks that nobody wanted, batches that somebody else made, draws that somebody did not like: all for money.
import { Commitment } from '@spotcheck/core'
import { test } from 'vitest'
import { expectLoss, expectRefused, seeded } from '../support/paired.js'
import { altered, secondBatch, silent } from '../support/parties.js'
import { batchOf, executorWith, play, withParticipant } from '../support/play.js'
import { clientAddress, commitTo, createWorld, entriesOf, eth, parameters, party, toyModel } from '../support/world.js'

const executor = party('e', 1)
const rate = { sampling: { mode: 'bernoulli', rate: eth / 2n } }
const work = 40n
/** Every second task is sampled. */
const half = (seed: number) => ({ overrides: seeded(seed, rate) })

test('copy another executor’s batch: whoever works on nothing but what is drawn has no leaf of that root to show', async () => {
  const copier = party('e', 2)
  await expectLoss({
    attackers: [copier],
    world: (seed) => ({ ...half(seed), tasks: 2, executors: [toyModel(), toyModel()] }),
    script: async (world, signer) => {
      const other = await world.executors[0]!.commit()
      const batch = { ...other.body, executor: copier }
      const own = commitTo(world, 1, await entriesOf(world, 1, 2))
      const copied = { ...own, batch, digest: Commitment.digest(batch, world.protocol) }
      return {
        participants: withParticipant(world, executorWith(world, copied, undefined, signer)),
        batches: [other, await batchOf(world, copied, signer)],
      }
    },
    cost: (isAttack, played) => (isAttack ? BigInt(Object.keys(played.outcomes(copier)).length) : 2n) * work,
  })
})

test('phantom task: the client’s signature under another order stands for one that it never gave', async () => {
  await expectLoss({
    attackers: [executor],
    world: half,
    script: async (world, signer) => {
      const entries = await entriesOf(world, 0)
      const phantom = { ...entries[0]!, signature: entries[1]!.signature }
      const made = commitTo(world, 0, entries.with(0, phantom))
      return {
        participants: withParticipant(world, executorWith(world, made, undefined, signer)),
        batches: [await batchOf(world, made, signer)],
      }
    },
    cost: (isAttack) => (isAttack ? 3n : 4n) * work,
  })
})

test('duplicate task: one result stands for two', async () => {
  await expectLoss({
    attackers: [executor],
    world: half,
    script: async (world, signer) => {
      const entries = await entriesOf(world, 0)
      const made = commitTo(world, 0, [entries[0]!, entries[0]!, entries[0]!, entries[0]!])
      return {
        participants: withParticipant(world, executorWith(world, made, undefined, signer)),
        batches: [await batchOf(world, made, signer)],
      }
    },
    cost: (isAttack) => (isAttack ? 1n : 4n) * work,
  })
})

test('padded batch: more leaves than the client ordered are refused, and so is everything earned by them', async () => {
  await expectLoss({
    attackers: [executor],
    world: half,
    script: async (world, signer) => {
      const made = commitTo(world, 0, await entriesOf(world, 0, 6))
      return {
        participants: withParticipant(world, executorWith(world, made, undefined, signer)),
        batches: [await batchOf(world, made, signer)],
      }
    },
    cost: () => 4n * work,
  })
})

test('self-dealt tasks: client and executor together lose the fee of every leaf, which never returns', async () => {
  await expectLoss({
    attackers: [executor, clientAddress],
    world: half,
    attack: () => ({ tasks: 8 }),
  })
})

test('self-dealt tasks to farm what verifiers are paid: half of the verifiers with client and executor lose the fees', async () => {
  const verification = { ...parameters.verification, fee: 60n }
  await expectLoss({
    attackers: [executor, clientAddress, party('a', 1), party('a', 2), party('a', 3)],
    world: (seed) => ({ overrides: seeded(seed, { ...rate, verification }), tasks: 1 }),
    attack: () => ({ tasks: 8 }),
  })
})

test('two batches, one for each outcome: whichever is shown, both signatures are the proof', async () => {
  await expectLoss({
    attackers: [executor],
    world: half,
    attack: () => ({ executors: [toyModel({ wrong: true })] }),
    script: async (world, signer) => {
      const batch = await world.executors[0]!.commit()
      return { batches: [batch, await secondBatch(world.protocol, batch, 1, signer)] }
    },
    cost: (isAttack) => (isAttack ? 0n : 4n * work),
    loss: 10_000,
  })
})

test('redraw: a panel member voids the epoch whenever the sample finds its friend out', async () => {
  const member = party('a', 1)
  // Drawn once in four times: cheating would pay if being found out cost nothing but the epoch.
  const overrides = { sampling: { mode: 'bernoulli', rate: eth / 4n } }
  const options = (seed: number) => ({ epoch: seed, overrides, tasks: 1 })
  const cheating = (seed: number) => ({ ...options(seed), executors: [toyModel({ wrong: true })] })
  await expectLoss({
    attackers: [executor, member],
    world: options,
    attack: cheating,
    script: async (world, _, seed) => {
      const open = await play(await createWorld(cheating(seed)))
      const isFound = Object.keys(open.outcomes(executor)).length > 0
      const friend = altered(
        world.verifiers[0]!,
        silent(({ kind }) => isFound && kind === 'beacon-reveal'),
      )
      return { participants: withParticipant(world, friend) }
    },
    cost: (isAttack) => (isAttack ? 0n : work),
  })
})

test('a batch for another epoch or round, or of less weight than leaves, is refused, and the right one counts', async () => {
  await expectRefused(
    half(0),
    async (world) => {
      const { batch } = commitTo(world, 0, await entriesOf(world, 0))
      return {
        batches: [],
        after: {
          batches: async ({ say, send }) => {
            await say('batch', { ...batch, epoch: 1 })
            await say('batch', { ...batch, beaconRound: batch.beaconRound + 1 })
            await say('batch', { ...batch, totalWeight: 3n })
            await send(await world.executors[0]!.commit())
          },
        },
      }
    },
    ...(['wrong-epoch', 'wrong-beacon-round', 'weightless'] as const),
  )
})
