/** Stakes on a real node: what each fault costs, to the wei, who signs for whom, and what is refused. */
import { Ledger, Settlement } from '@spotcheck/core'
import { testParameters } from '@spotcheck/core/memory'
import type { Abi, Address } from 'viem'
import { toFunctionSelector } from 'viem'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Artifact, compiled } from '../../../scripts/contracts.mjs'
import { commit, faults, included, makerOf } from '../../../test/support/faults.js'
import { realSigner } from '../../../test/support/keys.js'
import { GENESIS, rulesOf, start, TREASURY, type World } from '../../../test/support/stakes.js'
import { party } from '../../../test/support/world.js'
import { Stakes } from './index.js'

const EXECUTOR = 1
const ANYBODY = 5
const operator = realSigner(party('d', 1))
/** Nothing that divides evenly. */
const slash = {
  ...testParameters.slash,
  opening: 3_001n,
  mismatch: 3_001n,
  equivocation: 10_007n,
  burnShare: 333_333_333_333_333_333n,
}

let world: World
let now: number
let id: `0x${string}`

beforeAll(async () => {
  world = await start({ slash })
})
afterAll(() => world.node.stop())
beforeEach(async () => {
  id = await world.node.client.snapshot()
  now = GENESIS - 500
})
afterEach(() => world.node.client.revert({ id }))

async function send(from: number, name: string, args: readonly unknown[] = [], value = 0n): Promise<string> {
  return (await world.send({ from, at: ++now, name, args, value })).outcome
}

/** Stakes all of `amount` under the operator's key and locks it for epoch 0; signs everything that is wrong in it. */
async function cheat(amount: bigint) {
  await send(EXECUTOR, 'setOperator', [operator.address])
  await send(EXECUTOR, 'stake', [], amount)
  await send(EXECUTOR, 'lock', [0, amount])
  now = GENESIS
  const place = { protocol: world.protocol, executor: world.addressOf(EXECUTOR), epoch: 0 }
  return { place, proofs: await faults(makerOf(place, operator)) }
}

/** What the core burns and gives to the treasury of a lock. */
function settled(lock: bigint, broken: readonly number[], equivocated: boolean) {
  const executor = world.addressOf(EXECUTOR)
  const engagement = { client: world.addressOf(8), executor, maxCount: 1, reward: 0n, lock }
  const batch = { executor, engagements: [engagement], count: 0, equivocated, vouchers: new Map(), leaves: [], broken }
  const all = { protocol: world.protocol, epoch: 0, isVoid: false, verifiers: [], withheld: [], evidence: new Map() }
  const { transfers } = Settlement.settle({ ...all, batches: [batch] })
  const of = transfers.filter(({ from }) => from === Ledger.lock(executor, 0))
  const sum = (to: string) => of.filter((one) => one.to === to).reduce((total, { amount }) => total + amount, 0n)
  return { burnt: sum(Ledger.burn), treasury: sum(Ledger.treasury), left: sum(Ledger.stake(executor)) }
}

test.each([20_000n, 10_009n, 9_000n, 3_001n, 1n])(
  'a lock of %i wei is slashed as the core would, at most all of it',
  async (lock) => {
    const { proofs } = await cheat(lock)
    const { receipt, batch, leaf, proof } = proofs['receipt-not-honoured']
    const outside = proofs['receipt-outside-batch']
    const two = proofs['two-checkpoints']
    // In the core's order: its leaves, then the epoch.
    expect(await send(ANYBODY, 'proveReceiptNotHonoured', [receipt, batch, leaf, proof])).toBe('done')
    expect(await send(ANYBODY, 'proveReceiptOutsideBatch', [outside.receipt, outside.batch])).toBe('done')
    expect(await send(ANYBODY, 'proveTwoCheckpoints', [two.first, two.second])).toBe('done')
    const expected = settled(lock, [2, 5], true)
    expect({
      burnt: await world.read('burnt'),
      treasury: await world.read('balanceOf', world.addressOf(TREASURY)),
      left: await world.read('exposureOf', world.addressOf(EXECUTOR)),
    }).toEqual(expected)
    expect(expected.burnt + expected.treasury + expected.left).toBe(lock)
  },
)

test('equivocation is slashed once, by whichever of its proofs comes first', async () => {
  const { proofs } = await cheat(40_000n)
  const { 'two-batches': two, 'two-receipts': receipts, 'rewritten-log': log, 'batch-against-log': against } = proofs
  expect(await send(ANYBODY, 'proveTwoBatches', [two.first, two.second])).toBe('done')
  for (const [name, args] of [
    ['proveTwoBatches', [two.first, two.second]],
    ['proveTwoBatches', [two.second, two.first]],
    ['proveTwoReceipts', [receipts.first, receipts.second]],
    ['proveRewrittenLog', [log.older, log.newer]],
    ['proveBatchAgainstLog', [against.checkpoint, against.batch]],
  ] as const)
    expect([name, await send(ANYBODY, name, args)]).toEqual([name, 'AlreadySlashed'])
  expect(await world.read('exposureOf', world.addressOf(EXECUTOR))).toBe(40_000n - slash.equivocation)
  const events = await world.node.client.getContractEvents({
    address: world.address,
    abi: Stakes.abi,
    eventName: 'Slashed',
    fromBlock: 0n,
  })
  expect(events.map(({ args }) => args)).toMatchObject([{ epoch: 0n, amount: slash.equivocation }])
})

test('an honest executor is not convicted: not of its own words, nor in the name of another', async () => {
  const place = { protocol: world.protocol, executor: world.addressOf(EXECUTOR), epoch: 0 }
  await cheat(20_000n)
  const maker = makerOf(place, operator)
  const made = commit(place, 5)
  const [batch, receipt] = [await maker.batch(made.batch), await maker.receipt(made.leaves[2]!)]
  const { leaf, proof } = included(made, 2)
  expect(await send(ANYBODY, 'proveTwoBatches', [batch, batch])).toBe('NotAFault')
  expect(await send(ANYBODY, 'proveReceiptOutsideBatch', [receipt, batch])).toBe('NotAFault')
  expect(await send(ANYBODY, 'proveReceiptNotHonoured', [receipt, batch, leaf, proof])).toBe('NotAFault')
  const other = await faults(makerOf({ ...place, executor: world.addressOf(2) }, operator))
  const { first, second } = other['two-batches']
  expect(await send(ANYBODY, 'proveTwoBatches', [first, second])).toBe('NotAFault')
})

test('the key of a lock stays, and no other counts', async () => {
  const { place, proofs } = await cheat(20_000n)
  expect(await send(EXECUTOR, 'setOperator', [world.addressOf(2)])).toBe('StakeLocked')
  expect(await send(EXECUTOR, 'unbond', [1n])).toBe('StakeLocked')
  expect(await send(2, 'setOperator', [`0x${'00'.repeat(20)}`])).toBe('InvalidOperator')
  const own = await faults(makerOf(place, world.node.clientOf(EXECUTOR).account as never))
  const { first, second } = own['two-batches']
  expect(await send(ANYBODY, 'proveTwoBatches', [first, second])).toBe('NotAFault')
  expect(await send(ANYBODY, 'proveTwoBatches', [proofs['two-batches'].first, proofs['two-batches'].second])).toBe(
    'done',
  )
})

test('no fault is used up while the lock can still grow', async () => {
  const { proofs } = await cheat(1n)
  const { first, second } = proofs['two-batches']
  await world.node.client.revert({ id })
  id = await world.node.client.snapshot()
  now = GENESIS - 500
  for (const [name, args, value] of [
    ['setOperator', [operator.address], 0n],
    ['stake', [], 20_001n],
    ['lock', [0, 1n], 0n],
  ] as const)
    expect(await send(EXECUTOR, name, args, value)).toBe('done')
  expect(await send(EXECUTOR, 'proveTwoBatches', [first, second])).toBe('EpochNotOpened')
  expect(await send(EXECUTOR, 'lock', [0, 20_000n])).toBe('done')
  now = GENESIS - 1
  expect(await send(ANYBODY, 'proveTwoBatches', [first, second])).toBe('done')
  expect(await world.read('exposureOf', world.addressOf(EXECUTOR))).toBe(20_001n - slash.equivocation)
})

test('locks come before their epoch and last to its settlement, faults too', async () => {
  const { proofs } = await cheat(20_000n)
  await send(EXECUTOR, 'stake', [], 10n)
  const { first, second } = proofs['two-batches']
  expect(await send(EXECUTOR, 'lock', [0, 5n])).toBe('EpochOpened')
  const settlement = Number(await world.read<bigint>('settlementOf', 0))
  expect(settlement).toBe(GENESIS + 100 + 280)
  now = settlement - 1
  expect(await send(ANYBODY, 'release', [world.addressOf(EXECUTOR), 0])).toBe('NotSettled')
  expect(await send(ANYBODY, 'proveTwoBatches', [first, second])).toBe('NotAFault')
  expect(await send(ANYBODY, 'release', [world.addressOf(EXECUTOR), 0])).toBe('done')
  expect(await world.read('stakeOf', world.addressOf(EXECUTOR))).toBe(20_010n)
  expect(await send(ANYBODY, 'release', [world.addressOf(EXECUTOR), 0])).toBe('NothingToDo')
})

test('a party that comes back in while it is paid is paid once', async () => {
  const { Reenterer } = compiled(['contracts/test/Reenterer.sol']) as { Reenterer: Artifact }
  const { client } = world.node
  const abi = Reenterer.abi as Abi
  await send(EXECUTOR, 'stake', [], 1_000n)
  await client.setNextBlockTimestamp({ timestamp: BigInt(++now) })
  const hash = await client.deployContract({ abi, bytecode: Reenterer.bytecode, args: [world.address], value: 500n })
  const { contractAddress } = await client.waitForTransactionReceipt({ hash })
  const call = async (functionName: string, args: readonly unknown[] = []) => {
    const sent = await client.writeContract({ address: contractAddress as Address, abi, functionName, args: [...args] })
    expect((await client.waitForTransactionReceipt({ hash: sent })).status).toBe('success')
  }
  await call('unbond', [500n])
  await client.increaseTime({ seconds: world.protocol.unbonding + 1 })
  await call('withdraw')
  const payments = await client.readContract({ address: contractAddress as Address, abi, functionName: 'payments' })
  expect(payments).toBe(1n)
  expect(await client.getBalance({ address: contractAddress as Address })).toBe(500n)
  expect(await client.getBalance({ address: world.address })).toBe(1_000n)
})

test('rules that make no sense are not deployed', async () => {
  const rules = rulesOf(world.protocol, world.addressOf(TREASURY))
  for (const wrong of [{ burnShare: 10n ** 18n + 1n }, { epochLength: 0n }, { treasury: `0x${'00'.repeat(20)}` }])
    await expect(world.node.deploy(Stakes, [{ ...rules, ...wrong }])).rejects.toThrow(
      toFunctionSelector('InvalidRules()'),
    )
})
