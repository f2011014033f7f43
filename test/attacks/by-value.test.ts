// Sampling by value: cheating only where it seems not to be looked at, and lying about what is worth how much.
import { Commitment, Disclosure, Encoding, Merkle, Message, Opening, type Round } from '@spotcheck/core'
import type { Participant } from '@spotcheck/core/memory'
import type { Model } from '@spotcheck/core/ports'
import { expect, test } from 'vitest'
import { expectLoss, seeded } from '../support/paired.js'
import { altered, silent } from '../support/parties.js'
import { batchOf, play, withParticipant } from '../support/play.js'
import {
  clientAddress,
  commitTo,
  createWorld,
  entriesOf,
  eth,
  type Hex,
  orderOf,
  party,
  toyModel,
  type World,
} from '../support/world.js'

const executor = party('e', 1)
/** Three cheap tasks and a dear one; one unit of every 50 wei is drawn, so that the dear one always is. */
const values = [10n, 10n, 10n, 70n]
const network = (seed: number) => ({
  values,
  overrides: seeded(seed, { sampling: { mode: 'byValue', interval: 50n } }),
})

/** Works only on what `isHonest` names; the rest costs nothing. */
function picky(isHonest: (value: bigint, nonce: bigint) => boolean): Model {
  const [right, wrong] = [toyModel(), toyModel({ wrong: true })]
  return {
    ...right,
    execute: (task, input) => (isHonest(task.value, task.nonce) ? right : wrong).execute(task, input),
  }
}

test('honest parties under sampling by value: every drawn unit is found in a leaf, everybody is paid', async () => {
  for (let seed = 0; seed < 5; seed++) {
    const played = await play(await createWorld(network(seed)))
    const sampled = Object.entries(played.outcomes(executor))
    expect(sampled.every(([, outcome]) => outcome === 'valid')).toBe(true)
    expect(sampled.map(([index]) => index)).toContain('3')
    expect(played.state.batches.get(executor)!.units).toEqual([])
    expect([played.faults, played.refusals]).toEqual([[], []])
    expect([played.gain(executor), played.gain(clientAddress)]).toEqual([400n, -408n])
  }
})

test('disclosures that arrive in another order than their leaves lie in are opened all the same', async () => {
  const world = await createWorld(network(0))
  const [honest] = world.executors
  const backwards: Participant = {
    address: executor,
    handle: async (effect) => [...(await honest!.handle(effect))].reverse(),
  }
  const played = await play(world, { participants: withParticipant(world, backwards) })
  const asked = played.effects.flatMap((effect) => (effect.type === 'request-opening' ? effect.indices : []))
  expect(asked.length).toBeGreaterThan(1)
  expect(asked).toEqual([...asked].sort((a, b) => a - b))
  expect([played.faults, played.refusals, played.gain(executor)]).toEqual([[], [], 400n])
})

test('cheat only on low-value tasks: together they are worth enough to be drawn', async () => {
  await expectLoss({
    attackers: [executor],
    world: network,
    attack: () => ({ executors: [picky((value) => value > 10n)] }),
    cost: (isAttack) => (isAttack ? 40n : 4n * 40n),
  })
})

test('cheat only on the high-value task: it is certain to be drawn', async () => {
  await expectLoss({
    attackers: [executor],
    world: network,
    attack: () => ({ executors: [picky((value) => value < 70n)] }),
    cost: (isAttack) => (isAttack ? 3n : 4n) * 40n,
  })
})

test('cheat only on tasks that look unsampled: which are drawn is not known before they are committed to', async () => {
  await expectLoss({
    attackers: [executor],
    world: (seed) => ({ overrides: seeded(seed, { sampling: { mode: 'bernoulli', rate: eth / 2n } }), tasks: 2 }),
    attack: () => ({ executors: [picky((_, nonce) => nonce > 0n)] }),
    cost: (isAttack) => (isAttack ? 1n : 2n) * 40n,
  })
})

/** A commitment to the tasks as they were ordered, whose leaves weigh what `weights` says. */
async function weighed(world: World, weights: readonly bigint[]): Promise<Commitment.Commitment> {
  const { client, protocol } = world
  const entries = await Promise.all(
    (await entriesOf(world, 0)).map(async (entry, t) => ({
      ...entry,
      ...(await client.order(orderOf(0, t, values[t]))),
    })),
  )
  const honest = commitTo(world, 0, entries)
  const leaves = honest.leaves.map((leaf, t) => ({ ...leaf, weight: weights[t]! }))
  const tree = Commitment.tree(leaves, protocol) as Merkle.Sum.Tree
  const totalWeight = weights.reduce((sum, weight) => sum + weight, 0n)
  const batch = { ...honest.batch, totalWeight, root: Encoding.toHex(Merkle.Sum.root(tree)) }
  return { ...honest, leaves, tree, batch, digest: Commitment.digest(batch, protocol) }
}

/** An executor whose leaves weigh what it says. */
async function misweighed(world: World, weights: readonly bigint[], signer: (party: Hex) => Message.Signer) {
  const { protocol } = world
  const made = await weighed(world, weights)
  const sign = (message: Message.Unsigned) => Message.sign(message, protocol, signer(executor))
  async function handle(effect: Round.Effect): Promise<readonly Message.Envelope[]> {
    if (effect.type === 'request-opening' && effect.executor === executor)
      return [await sign({ kind: 'opening', body: Opening.from(made, effect.indices) })]
    if (effect.type !== 'request-disclosure' || effect.executor !== executor) return []
    return Promise.all(
      holders(made, effect.units ?? []).map((index) =>
        sign({ kind: 'disclosure', body: Disclosure.from(made, index, protocol.mode) }),
      ),
    )
  }
  const cheat: Participant = { address: executor, handle }
  return { participants: withParticipant(world, cheat), batches: [await batchOf(world, made, signer)] }
}

/** The leaves that hold these units. */
function holders({ leaves }: Commitment.Commitment, units: readonly bigint[]): number[] {
  let end = 0n
  return leaves.flatMap(({ index, weight }) => {
    const start = end
    end += weight
    return units.some((unit) => start <= unit && unit < end) ? [index] : []
  })
}

for (const [name, weights] of [
  ['shift weight from the task to be cheated on to others', [10n, 10n, 79n, 1n]],
  ['understate the weight of the dear task', [10n, 10n, 10n, 30n]],
  ['inflate the honest tasks', [10n, 10n, 970n, 10n]],
] as const)
  test(`${name}: weight is the value that the client signed`, async () => {
    await expectLoss({
      attackers: [executor],
      world: network,
      script: (world, signer) => misweighed(world, weights, signer),
      cost: (isAttack) => (isAttack ? 3n : 4n) * 40n,
    })
  })

test('silence about a drawn unit is a missing opening: not to say whose leaf it lies in costs what silence costs', async () => {
  const world = await createWorld(network(1))
  const quiet = altered(
    world.executors[0]!,
    silent(({ kind }) => kind === 'disclosure'),
  )
  const played = await play(world, { participants: withParticipant(world, quiet) })
  expect(played.outcomes(executor)).toEqual({ 4: 'missing-opening', 5: 'missing-opening' })
  expect(played.faults.map(({ party: at, fault }) => [at, fault])).toEqual(Array(2).fill([executor, 'missing-opening']))
  expect(played.gain(executor)).toBe(200n - 2n * 3_000n)
})
