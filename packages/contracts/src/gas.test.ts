/**
 * What each action costs, a line each. After a change that is meant: npm test -- packages/contracts/src/gas.test.ts -u
 */
import { expect, test } from 'vitest'
import { faults, makerOf } from '../../../test/support/faults.js'
import { GENESIS, start, TREASURY, type World } from '../../../test/support/stakes.js'
import vectors from '../../../test/vectors/drand.json' with { type: 'json' }
import { BlockBeacon, DrandBeacon } from './index.js'

const EXECUTOR = 1
const ANYBODY = 5

test('gas of each action', async () => {
  const world = await start()
  try {
    const lines = [...(await beacons(world)), ...(await stakes(world))].map(([name, gas]) => `${name} ${gas}\n`)
    await expect(lines.join('')).toMatchFileSnapshot('../gas.snap')
  } finally {
    await world.node.stop()
  }
})

type Line = readonly [name: string, gas: bigint]

async function beacons({ node }: World): Promise<Line[]> {
  const { round, signature } = vectors.rounds[0]!
  const [drand, block] = [await node.deploy(DrandBeacon), await node.deploy(BlockBeacon)]
  const submit = { address: drand, abi: DrandBeacon.abi, functionName: 'submit' } as const
  const record = { address: block, abi: BlockBeacon.abi, functionName: 'record' } as const
  const hashes = {
    'DrandBeacon.submit': await node.client.writeContract({ ...submit, args: [BigInt(round), `0x${signature}`] }),
    'BlockBeacon.record': await node.client.writeContract({ ...record, args: [1n] }),
  }
  const lines: Line[] = []
  for (const [name, hash] of Object.entries(hashes))
    lines.push([name, (await node.client.waitForTransactionReceipt({ hash })).gasUsed])
  return lines
}

async function stakes(world: World): Promise<Line[]> {
  const lines: Line[] = []
  let at = GENESIS - 500
  const send = async (from: number, name: string, args: readonly unknown[] = [], value = 0n) => {
    const { outcome, gas } = await world.send({ from, at: ++at, name, args, value })
    expect([name, outcome]).toEqual([name, 'done'])
    lines.push([`Stakes.${name}`, gas])
  }
  const executor = world.addressOf(EXECUTOR)
  await send(EXECUTOR, 'setOperator', [executor])
  await send(EXECUTOR, 'stake', [], 200_000n)
  const signer = world.node.clientOf(EXECUTOR).account as never
  // Equivocation is slashed once an epoch, so each of its proofs has an epoch of its own.
  for (const epoch of KINDS.keys()) await send(EXECUTOR, 'lock', [epoch, 20_000n])
  for (const [epoch, kind] of KINDS.entries()) {
    const place = { protocol: world.protocol, executor, epoch }
    const { kind: name, ...parts } = (await faults(makerOf(place, signer)))[kind]
    at = GENESIS + 100 * epoch
    await send(
      ANYBODY,
      `prove-${name}`.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
      Object.values(parts),
    )
  }
  at = GENESIS + 100 * KINDS.length + 1_000
  for (const epoch of KINDS.keys()) await send(ANYBODY, 'release', [executor, epoch])
  await send(TREASURY, 'claim')
  await send(EXECUTOR, 'unbond', [10_000n])
  const due = at + world.protocol.unbonding
  at = due
  await send(EXECUTOR, 'withdraw', [due])
  // The first of its kind pays for new storage, the later ones for what is there.
  return lines.filter(([name], i) => lines.findIndex(([other]) => other === name) === i)
}

const KINDS = [
  'two-batches',
  'two-receipts',
  'two-checkpoints',
  'rewritten-log',
  'batch-against-log',
  'receipt-outside-batch',
  'receipt-not-honoured',
] as const
