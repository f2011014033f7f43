// Receipts, checkpoints and vouchers: what is promised while tasks are served, and what becomes of whoever breaks it.
import { type Message, Receipt } from '@spotcheck/core'
import { expect, test } from 'vitest'
import { expectLoss, expectRefused, seeded } from '../support/paired.js'
import { altered, silent } from '../support/parties.js'
import { type Attack, batchOf, executorWith, play, withParticipant } from '../support/play.js'
import {
  clientAddress,
  commitTo,
  createWorld,
  entriesOf,
  eth,
  hex,
  party,
  toyModel,
  type World,
} from '../support/world.js'

const executor = party('e', 1)
/** Every second task is sampled. */
const half = (seed: number) => ({ overrides: seeded(seed, { sampling: { mode: 'bernoulli', rate: eth / 2n } }) })

/** The receipts of what executor `executor` of a world served, for its tasks `numbers`. */
async function receiptsOf(world: World, numbers: readonly number[]): Promise<Message.Bodies['receipt'][]> {
  const { protocol } = world
  const { leaves } = commitTo(world, 0, await entriesOf(world, 0))
  return numbers.map((t) => Receipt.issue({ protocol, executor, epoch: 0, leaf: leaves[t]! }))
}

test('serve one answer and commit another: what was promised to the client is not in the batch', async () => {
  await expectLoss({
    attackers: [executor],
    world: half,
    script: async (world) => {
      const { protocol } = world
      const cheap = commitTo(world, 0, await entriesOf(world, 0, 4, toyModel({ wrong: true })))
      const promised = Receipt.issue({ protocol, executor, epoch: 0, leaf: cheap.leaves[0]! })
      return { after: { batches: ({ say }) => say('receipt', promised) } }
    },
    loss: 2_999,
  })
})

test('a receipt of another epoch, network or executor, or signed by the client, is no promise', async () => {
  await expectRefused(
    half(0),
    async (world) => {
      const [receipt] = (await receiptsOf(world, [0])) as [Message.Bodies['receipt']]
      return {
        after: {
          batches: async ({ say }) => {
            await say('receipt', { ...receipt, epoch: 1 })
            await say('receipt', { ...receipt, paramsHash: hex(9) })
            await say('receipt', { ...receipt, executor: party('e', 2) }, party('e', 2))
            await say('receipt', { ...receipt, leafHash: hex(9) }, clientAddress)
          },
        },
      }
    },
    ...(['wrong-epoch', 'wrong-parameters', 'unknown-party', 'unknown-signer'] as const),
  )
})

test('leave a cheated task out: it is paid for by voucher, and its receipt has no leaf to answer with', async () => {
  await expectLoss({
    attackers: [executor],
    world: half,
    script: async (world, signer) => {
      const shorter = commitTo(world, 0, await entriesOf(world, 0, 3))
      const [promised] = await receiptsOf(world, [3])
      return {
        participants: withParticipant(world, executorWith(world, shorter, undefined, signer)),
        batches: [await batchOf(world, shorter, signer)],
        after: { batches: ({ say }) => say('receipt', promised!) },
      }
    },
    cost: (isAttack) => (isAttack ? 3n : 4n) * 40n,
    loss: 2_999,
  })
})

test('no batch at all: every receipt is broken', async () => {
  await expectLoss({
    attackers: [executor],
    world: half,
    script: async (world) => {
      const promised = await receiptsOf(world, [0])
      return { batches: [], after: { batches: ({ say }) => say('receipt', promised[0]!) } }
    },
    cost: (isAttack) => (isAttack ? 0n : 4n * 40n),
    loss: 2_999,
  })
})

test('rewritten log: a batch that does not extend a checkpoint is equivocation', async () => {
  await expectLoss({
    attackers: [executor],
    world: half,
    script: async (world, signer) => {
      const head = await world.executors[0]!.checkpoint()
      const cheap = commitTo(world, 0, await entriesOf(world, 0, 4, toyModel({ wrong: true })))
      return {
        participants: withParticipant(world, executorWith(world, cheap, undefined, signer)),
        batches: [await batchOf(world, cheap, signer)],
        after: { batches: ({ send }) => send(head) },
      }
    },
    cost: (isAttack) => (isAttack ? 0n : 4n * 40n),
    loss: 10_000,
  })
})

test('restored backup: two receipts for one index are equivocation, whichever comes first', async () => {
  const played = await play(await createWorld(), {
    after: {
      batches: async ({ say }) => {
        const world = await createWorld()
        const [receipt] = (await receiptsOf(world, [2])) as [Message.Bodies['receipt']]
        await say('receipt', receipt)
        await say('receipt', { ...receipt, leafHash: hex(9) })
      },
    },
  })
  expect(played.faults.map(({ fault }) => fault)).toEqual(['equivocation'])
  expect(played.gain(executor)).toBe(-10_000n)
})

for (const moment of ['batches', 'commit'] as const)
  test(`an executor that keeps its promises shows them and loses nothing (claimed after: ${moment})`, async () => {
    const world = await createWorld(half(1))
    const head = await world.executors[0]!.checkpoint()
    const played = await play(world, {
      after: {
        [moment]: async ({ say, send }: Attack) => {
          for (const receipt of await receiptsOf(world, [0, 1, 2, 3])) await say('receipt', receipt)
          await send(head)
        },
      },
    })
    const { honoured, extended, broken } = played.state.batches.get(executor)!
    expect([honoured.size, extended.size, broken.size]).toEqual([4, 1, 0])
    expect([played.faults, played.refusals]).toEqual([[], []])
    expect(played.gain(executor)).toBe(400n)
  })

test('an executor that shows neither leaf nor consistency is slashed for both, though its batch keeps the promises', async () => {
  const world = await createWorld({ overrides: seeded(0, { sampling: { mode: 'fixed', rate: eth / 4n } }) })
  const head = await world.executors[0]!.checkpoint()
  const quiet = altered(
    world.executors[0]!,
    silent(({ kind }) => kind === 'inclusion' || kind === 'consistency'),
  )
  const played = await play(world, {
    participants: withParticipant(world, quiet),
    after: {
      batches: async ({ say, send }) => {
        for (const receipt of await receiptsOf(world, [0, 1, 2, 3])) await say('receipt', receipt)
        await send(head)
      },
    },
  })
  expect(played.faults.map(({ fault }) => fault).sort()).toEqual(
    [...Array(3).fill('broken-receipt'), 'equivocation'].sort(),
  )
  expect(played.gain(executor)).toBe(-3n * 3_000n - 10_000n)
})

test('a voucher pays no more than it says, the largest counts, and none pays nothing', async () => {
  for (const [amounts, paid] of [
    [[], 0n],
    [[150n], 150n],
    [[300n, 100n], 300n],
    [[10_000n], 400n],
  ] as const) {
    const world = await createWorld(half(1))
    const { body } = world.vouchers[0]!
    const played = await play(world, {
      vouchers: [],
      after: {
        batches: async ({ say }) => {
          for (const cumulative of amounts) await say('voucher', { ...body, cumulative })
        },
      },
    })
    expect([played.gain(executor), played.gain(clientAddress)]).toEqual([paid, -paid - 8n])
  }
})

test('a voucher that the executor signs for its client, or takes from another epoch, pays nothing more', async () => {
  await expectRefused(
    half(0),
    async (world) => {
      const { body } = world.vouchers[0]!
      return {
        after: {
          batches: async ({ say }) => {
            await say('voucher', { ...body, cumulative: 401n }, executor)
            await say('voucher', { ...body, cumulative: 401n, epoch: 1 })
            await say('voucher', { ...body, cumulative: 401n, executor: party('e', 2) })
          },
        },
      }
    },
    ...(['unknown-signer', 'wrong-epoch', 'unknown-party'] as const),
  )
})
