// Vouchers, receipts and checkpoints, message by message: why one is refused, and what a lie costs its executor.
import { Checkpoint, Commitment, type Message, Receipt, type Round } from '@spotcheck/core'
import type { Participant } from '@spotcheck/core/memory'
import { expect, test } from 'vitest'
import { type Attack, type Moment, type Played, play, type Script, withParticipant } from './support/play.js'
import { commitTo, createWorld, entriesOf, eth, hex, party, type World } from './support/world.js'

const executor = party('e', 1)
/** Registered, but engaged for nothing. */
const stranger = party('a', 1)
/** What the executor signs about the four tasks that it served and commits to. */
async function promisesOf(world: World) {
  const { protocol } = world
  const made = commitTo(world, 0, await entriesOf(world, 0))
  const place = { protocol, executor, epoch: 0 }
  const proof = { batchDigest: made.digest, executor }
  const logOf = (size: number) => Commitment.tree(made.leaves.slice(0, size), protocol)
  return {
    receipt: (index: number) => Receipt.issue({ ...place, leaf: made.leaves[index]! }),
    head: (sequence: number, size: number) => ({ ...Checkpoint.issue({ ...place, tree: logOf(size) }), sequence }),
    inclusion: (index: number) => ({ ...proof, leaf: made.leaves[index]!, proof: Commitment.prove(made, index) }),
    consistency: (sequence: number, size: number) => ({ ...proof, sequence, proof: Checkpoint.prove(made.tree, size) }),
  }
}
type Promises = Awaited<ReturnType<typeof promisesOf>>

/** A network that samples at `rate`, and what was promised on it. Plays share it: none changes it. */
async function stageAt(rate: bigint) {
  const world = await createWorld({ overrides: { sampling: { mode: 'bernoulli', rate } } })
  return { world, promises: await promisesOf(world) }
}
/** So rarely that nothing is sampled: no disclosure speaks for a receipt. */
const unsampled = stageAt(1n)
const sampled = stageAt(eth)

type Act = (attack: Attack, promises: Promises) => Promise<unknown>

/** The executor, but what it shows of its promises is left to the test. */
function quiet({ executors }: World): Participant {
  const { address, handle } = executors[0]!
  const isAsked = ({ type }: Round.Effect) => type === 'request-inclusion' || type === 'request-consistency'
  return { address, handle: async (effect) => (isAsked(effect) ? [] : handle(effect)) }
}

async function playWith(
  acts: Partial<Record<'batches' | Moment, Act>>,
  stage = unsampled,
  script: Script = {},
): Promise<Played> {
  const { world, promises } = await stage
  const after = Object.fromEntries(
    Object.entries(acts).map(([moment, act]) => [moment, (attack: Attack) => act!(attack, promises)]),
  )
  return play(world, { participants: withParticipant(world, quiet(world)), ...script, after })
}

/** Says it, and asserts that it is refused for that reason and changes nothing. */
async function refused<K extends Message.Kind>(
  { state, say }: Attack,
  reason: Round.Rejection,
  kind: K,
  body: Message.Bodies[K],
): Promise<void> {
  const before = state()
  expect(await say(kind, body)).toEqual({ status: 'rejected', reason })
  expect(state()).toBe(before)
}

const applied = { status: 'applied' }
const duplicate = { status: 'duplicate' }
const recordOf = ({ state }: Attack) => state().batches.get(executor)!
const faultsOf = ({ faults }: Played) =>
  faults.map(({ fault, index }) => (index === undefined ? fault : [fault, index]))

/** Nobody is at fault, and the executor earned what its four tasks pay. */
function expectPaid(played: Played): void {
  expect([played.faults, played.slashes]).toEqual([[], []])
  expect(played.gain(executor)).toBe(400n)
}

/** The executor is slashed for one equivocation, and earned nothing. */
function expectEquivocated(played: Played): void {
  expect(faultsOf(played)).toEqual(['equivocation'])
  expect(played.slashes.map(({ party, reason, amount }) => [party, reason, amount])).toEqual([
    [executor, 'equivocation', 10_000n],
  ])
  expect(played.gain(executor)).toBe(-10_000n)
}

test('a receipt or checkpoint of who has no engagement, of another network or epoch, is refused', async () => {
  const played = await playWith({
    batches: async (attack, { receipt, head }) => {
      for (const [reason, change] of [
        ['unknown-party', { executor: stranger }],
        ['unknown-party', { executor: party('e', 2) }],
        ['wrong-parameters', { paramsHash: hex(9) }],
        ['wrong-epoch', { epoch: 1 }],
      ] as const) {
        await refused(attack, reason, 'receipt', { ...receipt(0), ...change })
        await refused(attack, reason, 'checkpoint', { ...head(0, 2), ...change })
      }
    },
  })
  expectPaid(played)
  expect(played.state.ledger).toEqual((await play((await unsampled).world)).state.ledger)
})

test('a voucher of another client, executor, network or epoch is refused, and less than before says nothing', async () => {
  const { world } = await unsampled
  const { body } = world.vouchers[0]!
  const played = await playWith(
    {
      batches: async (attack) => {
        await refused(attack, 'unknown-party', 'voucher', { ...body, client: party('c', 2) })
        await refused(attack, 'unknown-party', 'voucher', { ...body, executor: stranger })
        await refused(attack, 'wrong-parameters', 'voucher', { ...body, paramsHash: hex(9) })
        await refused(attack, 'wrong-epoch', 'voucher', { ...body, epoch: 1 })
        expect(recordOf(attack).vouchers.size).toBe(0)
        expect(await attack.say('voucher', { ...body, cumulative: 300n })).toEqual(applied)
        for (const cumulative of [300n, 299n, 0n])
          expect(await attack.say('voucher', { ...body, cumulative })).toEqual(duplicate)
        expect(recordOf(attack).vouchers).toEqual(new Map([[body.client, 300n]]))
      },
    },
    unsampled,
    { vouchers: [] },
  )
  expect([played.faults, played.gain(executor)]).toEqual([[], 300n])
})

test('an inclusion counts once, for a receipt on record, from the batch on record, if it opens', async () => {
  const played = await playWith({
    batches: async (attack, { receipt, inclusion }) => {
      expect(await attack.say('receipt', receipt(1))).toEqual(applied)
      expect(await attack.say('receipt', receipt(1))).toEqual(duplicate)
      await refused(attack, 'early', 'inclusion', inclusion(1))
    },
    commit: async (attack, { inclusion }) => {
      const shown = inclusion(1)
      await refused(attack, 'unknown-party', 'inclusion', { ...shown, executor: party('e', 2) })
      await refused(attack, 'wrong-batch', 'inclusion', { ...shown, executor: stranger })
      await refused(attack, 'wrong-batch', 'inclusion', { ...shown, batchDigest: hex(9) })
      await refused(attack, 'not-promised', 'inclusion', inclusion(2))
      await refused(attack, 'does-not-open', 'inclusion', { ...shown, proof: inclusion(2).proof })
      await refused(attack, 'does-not-open', 'inclusion', { ...shown, leaf: { ...shown.leaf, weight: 8n } })
      await refused(attack, 'does-not-open', 'inclusion', { ...shown, proof: shown.proof.slice(1) })
      expect(recordOf(attack).honoured.size).toBe(0)
      expect(await attack.say('inclusion', shown)).toEqual(applied)
      expect(recordOf(attack).honoured).toEqual(new Set([1]))
      expect(await attack.say('inclusion', shown)).toEqual(duplicate)
    },
  })
  expectPaid(played)
})

test('a consistency counts once, for a head on record, from the batch on record, if it opens', async () => {
  const played = await playWith({
    batches: async (attack, { head, consistency }) => {
      expect(await attack.say('checkpoint', head(1, 3))).toEqual(applied)
      expect(await attack.say('checkpoint', head(1, 3))).toEqual(duplicate)
      await refused(attack, 'early', 'consistency', consistency(1, 3))
    },
    commit: async (attack, { consistency }) => {
      const shown = consistency(1, 3)
      await refused(attack, 'unknown-party', 'consistency', { ...shown, executor: party('e', 2) })
      await refused(attack, 'wrong-batch', 'consistency', { ...shown, executor: stranger })
      await refused(attack, 'wrong-batch', 'consistency', { ...shown, batchDigest: hex(9) })
      await refused(attack, 'not-promised', 'consistency', { ...shown, sequence: 0 })
      await refused(attack, 'does-not-open', 'consistency', consistency(1, 2))
      await refused(attack, 'does-not-open', 'consistency', { ...shown, proof: [] })
      expect(recordOf(attack).extended.size).toBe(0)
      expect(await attack.say('consistency', shown)).toEqual(applied)
      expect(recordOf(attack).extended).toEqual(new Set([1]))
      expect(await attack.say('consistency', shown)).toEqual(duplicate)
    },
  })
  expectPaid(played)
  const asked = played.effects.filter(({ type }) => type === 'request-consistency')
  expect(asked).toEqual([{ type: 'request-consistency', executor, sequences: [1] }])
})

test('proofs that come after the opening deadline are late: the receipt is broken, the log equivocated', async () => {
  const played = await playWith({
    batches: async ({ say }, { receipt, head }) => {
      await say('receipt', receipt(1))
      await say('checkpoint', head(0, 2))
    },
    opening: async (attack, { inclusion, consistency }) => {
      await refused(attack, 'late', 'inclusion', inclusion(1))
      await refused(attack, 'late', 'consistency', consistency(0, 2))
    },
  })
  expect(faultsOf(played)).toEqual([['broken-receipt', 1], 'equivocation'])
  expect(played.gain(executor)).toBe(-10_000n - 3_000n)
})

test('a receipt or checkpoint that comes after the disclosure deadline is late', async () => {
  const played = await playWith({
    disclosure: async (attack, { receipt, head }) => {
      await refused(attack, 'late', 'receipt', { ...receipt(0), leafHash: hex(9) })
      await refused(attack, 'late', 'checkpoint', { ...head(0, 4), root: hex(9) })
    },
  })
  expectPaid(played)
})

for (const moment of ['batches', 'commit'] as const) {
  test(`two checkpoints for one sequence number are equivocation, once (after: ${moment})`, async () => {
    for (const change of [{ size: 3 }, { root: hex(9) }])
      expectEquivocated(
        await playWith({
          [moment]: async (attack: Attack, { head }: Promises) => {
            expect(await attack.say('checkpoint', head(0, 2))).toEqual(applied)
            expect(recordOf(attack).equivocated).toBe(false)
            expect(await attack.say('checkpoint', { ...head(0, 2), ...change })).toEqual(applied)
            expect(recordOf(attack).equivocated).toBe(true)
            expect(recordOf(attack).checkpoints).toEqual(new Map([[0, head(0, 2)]]))
            expect(await attack.say('checkpoint', { ...head(0, 2), ...change })).toEqual(duplicate)
          },
        }),
      )
  })

  for (const order of ['earlier', 'later'] as const)
    test(`a log that shrinks or is rewritten is equivocation, the ${order} head first (after: ${moment})`, async () => {
      for (const change of [{ size: 2 }, { root: hex(9) }])
        expectEquivocated(
          await playWith({
            [moment]: async (attack: Attack, { head }: Promises) => {
              const heads = [head(1, 3), { ...head(4, 3), ...change }]
              const [first, second] = order === 'earlier' ? heads : heads.reverse()
              expect(await attack.say('checkpoint', first!)).toEqual(applied)
              expect(recordOf(attack).equivocated).toBe(false)
              expect(await attack.say('checkpoint', second!)).toEqual(applied)
              expect(recordOf(attack).equivocated).toBe(true)
            },
          }),
        )
    })

  for (const order of [
    [0, 1, 2, 3],
    [3, 2, 1, 0],
    [1, 3, 0, 2],
  ])
    test(`a log that grows or stands still is none, heads in the order ${order} (after: ${moment})`, async () => {
      const sizes = [1, 3, 3, 4]
      const played = await playWith({
        [moment]: async (attack: Attack, { head }: Promises) => {
          for (const i of order) expect(await attack.say('checkpoint', head(2 * i, sizes[i]!))).toEqual(applied)
          expect(recordOf(attack).equivocated).toBe(false)
        },
        beacon: async ({ say }, { consistency }) => {
          for (const [i, size] of sizes.entries())
            expect(await say('consistency', consistency(2 * i, size))).toEqual(applied)
        },
      })
      expectPaid(played)
      const asked = played.effects.flatMap((effect) =>
        effect.type === 'request-consistency' ? [effect.sequences] : [],
      )
      const sequences = order.map((i) => 2 * i)
      expect(asked).toEqual(moment === 'batches' ? [sequences] : sequences.map((one) => [one]))
    })

  test(`a head that the batch on record contradicts is equivocation at once (after: ${moment})`, async () => {
    for (const change of [{ size: 5 }, { root: hex(9) }])
      expectEquivocated(
        await playWith({
          [moment]: async (attack: Attack, { head }: Promises) => {
            expect(await attack.say('checkpoint', { ...head(0, 4), ...change })).toEqual(applied)
            expect(recordOf(attack).equivocated).toBe(true)
          },
        }),
      )
  })

  test(`a shorter log that the batch rewrote shows when no proof can be given (after: ${moment})`, async () => {
    expectEquivocated(
      await playWith({
        [moment]: async (attack: Attack, { head }: Promises) => {
          expect(await attack.say('checkpoint', { ...head(0, 2), root: hex(9) })).toEqual(applied)
        },
        beacon: async (attack, { consistency }) => {
          await refused(attack, 'does-not-open', 'consistency', consistency(0, 2))
          expect(recordOf(attack).equivocated).toBe(false)
        },
        opening: async (attack) => expect(recordOf(attack).equivocated).toBe(true),
      }),
    )
  })

  test(`two receipts for one index are equivocation, once (after: ${moment})`, async () => {
    const played = await playWith({
      [moment]: async (attack: Attack, { receipt }: Promises) => {
        expect(await attack.say('receipt', receipt(0))).toEqual(applied)
        expect(await attack.say('receipt', receipt(0))).toEqual(duplicate)
        expect(await attack.say('receipt', { ...receipt(0), leafHash: hex(9) })).toEqual(applied)
        expect(recordOf(attack).equivocated).toBe(true)
        expect(recordOf(attack).receipts).toEqual(new Map([[0, receipt(0).leafHash]]))
        expect(await attack.say('receipt', { ...receipt(0), leafHash: hex(9) })).toEqual(duplicate)
      },
      beacon: async ({ say }, { inclusion }) => say('inclusion', inclusion(0)),
    })
    expectEquivocated(played)
  })

  test(`the leaf that is shown for a receipt of another breaks it (after: ${moment})`, async () => {
    const played = await playWith({
      [moment]: async ({ say }: Attack, { receipt }: Promises) =>
        expect(await say('receipt', { ...receipt(2), leafHash: hex(9) })).toEqual(applied),
      beacon: async (attack, { inclusion }) => {
        expect(await attack.say('inclusion', inclusion(2))).toEqual(applied)
        expect([recordOf(attack).broken, recordOf(attack).honoured]).toEqual([new Set([2]), new Set()])
        expect(await attack.say('inclusion', inclusion(2))).toEqual(duplicate)
      },
    })
    expect(faultsOf(played)).toEqual([['broken-receipt', 2]])
    expect(played.gain(executor)).toBe(3n * 100n - 3_000n)
  })

  test(`a receipt for an index that the batch has not is broken without a question (after: ${moment})`, async () => {
    const played = await playWith({
      [moment]: async ({ say }: Attack, { receipt }: Promises) => say('receipt', { ...receipt(0), index: 4 }),
      beacon: async (attack, { inclusion }) => {
        expect(recordOf(attack).broken).toEqual(new Set([4]))
        const { leaf, ...rest } = inclusion(0)
        expect(await attack.say('inclusion', { ...rest, leaf: { ...leaf, index: 4 } })).toEqual(duplicate)
      },
    })
    expect(faultsOf(played)).toEqual([['broken-receipt', 4]])
    expect(played.effects.filter(({ type }) => type === 'request-inclusion')).toEqual([])
    expect(played.gain(executor)).toBe(4n * 100n - 3_000n)
  })
}

test('a batch that comes after a head which it contradicts is equivocation when batches close', async () => {
  const { world } = await unsampled
  const batch = await world.executors[0]!.commit()
  for (const change of [{ size: 5 }, { root: hex(9) }]) {
    const played = await playWith(
      {
        batches: async (attack, { head }) => {
          expect(await attack.say('checkpoint', { ...head(0, 4), ...change })).toEqual(applied)
          expect(await attack.send(batch)).toEqual(applied)
          expect(recordOf(attack).equivocated).toBe(false)
        },
        commit: async (attack) => expect(recordOf(attack).equivocated).toBe(true),
      },
      unsampled,
      { batches: [] },
    )
    expectEquivocated(played)
  }
})

test('without a batch there is nothing for a head to be contradicted by, and no proof is asked for', async () => {
  const played = await playWith(
    {
      batches: ({ say }, { head }) => say('checkpoint', head(0, 2)),
      commit: async (attack, { head, consistency }) => {
        expect(await attack.say('checkpoint', head(1, 3))).toEqual(applied)
        await refused(attack, 'wrong-batch', 'consistency', consistency(0, 2))
      },
    },
    unsampled,
    { batches: [] },
  )
  expect([played.faults, played.slashes, played.gain(executor)]).toEqual([[], [], 0n])
  expect(played.effects.filter(({ type }) => type === 'request-consistency')).toEqual([])
})

test('a leaf that was disclosed settles a receipt that comes later: nobody is asked', async () => {
  const played = await playWith(
    {
      commit: async (attack, { receipt }) => {
        expect(await attack.say('receipt', receipt(1))).toEqual(applied)
        expect(await attack.say('receipt', { ...receipt(3), leafHash: hex(9) })).toEqual(applied)
        expect([recordOf(attack).honoured, recordOf(attack).broken]).toEqual([new Set([1]), new Set([3])])
      },
    },
    sampled,
  )
  expect(faultsOf(played)).toEqual([['broken-receipt', 3]])
  expect(played.effects.filter(({ type }) => type === 'request-inclusion')).toEqual([])
  expect(played.gain(executor)).toBe(3n * 100n - 3_000n)
})

test('a leaf that is disclosed later settles the receipts that were there before', async () => {
  const played = await playWith(
    {
      batches: async ({ say }, { receipt }) => {
        await say('receipt', receipt(1))
        await say('receipt', { ...receipt(3), leafHash: hex(9) })
      },
      commit: async (attack) =>
        expect([recordOf(attack).honoured, recordOf(attack).broken]).toEqual([new Set([1]), new Set([3])]),
    },
    sampled,
  )
  expect(faultsOf(played)).toEqual([['broken-receipt', 3]])
  expect(played.gain(executor)).toBe(3n * 100n - 3_000n)
})

test('without a batch a receipt that comes after the commit deadline is broken at once', async () => {
  const played = await playWith(
    {
      commit: async (attack, { receipt, inclusion }) => {
        expect(await attack.say('receipt', receipt(0))).toEqual(applied)
        expect(recordOf(attack).broken).toEqual(new Set([0]))
        await refused(attack, 'wrong-batch', 'inclusion', inclusion(0))
      },
    },
    unsampled,
    { batches: [] },
  )
  expect(faultsOf(played)).toEqual([['broken-receipt', 0]])
  expect(played.gain(executor)).toBe(-3_000n)
})
