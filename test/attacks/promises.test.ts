// Receipts, checkpoints and vouchers: what is promised while tasks are served, and what becomes of whoever breaks it.
import { type Message, Receipt } from '@spotcheck/core'
import { test } from 'vitest'
import { expectLoss, expectRefused, seeded } from '../support/paired.js'
import { batchOf, executorWith, withParticipant } from '../support/play.js'
import { clientAddress, commitTo, entriesOf, eth, hex, party, toyModel, type World } from '../support/world.js'

const executor = party('e', 1)
/** Every second task is sampled. */
const half = (seed: number) => ({ overrides: seeded(seed, { sampling: { mode: 'bernoulli', rate: eth / 2n } }) })

/** The receipts of what executor `executor` of a world served, for its tasks `numbers`. */
async function receiptsOf(world: World, numbers: readonly number[]): Promise<Message.Bodies['receipt'][]> {
  const { protocol } = world
  const { leaves } = commitTo(world, 0, await entriesOf(world, 0))
  return numbers.map((t) => Receipt.issue({ protocol, executor, epoch: 0, leaf: leaves[t]! }))
}

test('serve one answer and commit another: the client’s receipt costs more than the work saved', async () => {
  await expectLoss({
    attackers: [executor],
    world: half,
    script: async (world, signer) => {
      const cheap = commitTo(world, 0, await entriesOf(world, 0, 4, toyModel({ wrong: true })))
      const [promised] = await receiptsOf(world, [0])
      return {
        participants: withParticipant(world, executorWith(world, cheap, undefined, signer)),
        batches: [await batchOf(world, cheap, signer)],
        after: { batches: ({ say }) => say('receipt', promised!) },
      }
    },
    cost: (isAttack) => (isAttack ? 0n : 4n * 40n),
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
