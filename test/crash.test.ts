/**
 * kill -9, at random moments, of an executor and a verifier at work on a durable store; and old snapshots of that store.
 * Everything that was signed by then stands: nothing contradicts it, and all of it can be opened.
 *
 * CRASH_KILLS, CRASH_SNAPSHOTS and CRASH_SEED say how often and when; `npm run soak -- crash` is the long run.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient, type Message, Opening, Receipt, Reexecution } from '@spotcheck/core'
import { cheapSigner } from '@spotcheck/core/memory'
import { afterAll, expect, test } from 'vitest'
import { type Failure, killAll, Node, Public } from './support/crash.js'
import { env } from './support/env.js'
import { Random } from './support/random.js'
import { clientAddress, hex, orderOf, parameters, party, protocolWith } from './support/world.js'

const KILLS = Number(env.CRASH_KILLS ?? 20)
const SNAPSHOTS = Number(env.CRASH_SNAPSHOTS ?? 3)
const SEED = Number(env.CRASH_SEED ?? 20_261_128)
/** After so many kills the batch is opened, and the next epoch begins. */
const KILLS_PER_EPOCH = 10
/** Calls under way at once. */
const LOAD = 12

const protocol = protocolWith()
const [executor, verifier] = [party('e', 1), party('a', 1)]
const client = createClient({ protocol, address: clientAddress, signer: cheapSigner(clientAddress) })
const random = Random.stream(SEED)
const folders = mkdtempSync(join(tmpdir(), 'crash-'))
afterAll(() => {
  killAll()
  rmSync(folders, { recursive: true })
})

const outside = new Public()
let [tasks, snapshots] = [0, 0]
/** What a head of an empty log is refused with. */
const NOTHING_SERVED = 'Merkle.EmptyTreeError'
/** What nodes refused with, other than by dying and for that. */
const refusals: Failure[] = []

const start = (epoch: number, folder: string) =>
  new Node(outside, { folder, parameters, epoch, executor, verifier, client: clientAddress })

async function orderNext() {
  const order = orderOf(0, tasks++)
  return { signed: await client.order(order), input: order.input }
}

/** Something that a node may be asked for at any time. */
async function askSomething(node: Node): Promise<void> {
  const dice = random()
  if (dice < 0.1) return node.call('checkpoint')
  const order = await orderNext()
  if (dice < 0.7) return node.call('serve', order)
  const assignment = { batchDigest: hex(1 + Math.floor(random() * 200)), executor, verifier, index: tasks, level: 0 }
  const disclosure = { task: order.signed.task, input: order.input, output: null }
  // Asked again, as after a connection that broke, it gives the same answer or none.
  for (const _ of 'twice') await node.call('check', { type: 'request-reexecution', assignment, disclosure })
}

/** Works the node until it is gone. */
async function load(node: Node): Promise<void> {
  for (let isGone = false; !isGone; )
    await askSomething(node).catch((failure: Failure) => {
      isGone = failure.name === 'Killed'
      if (!isGone && failure.name !== NOTHING_SERVED) refusals.push(failure)
    })
}

/** After some signatures, between two of them, or while it starts, it is killed. */
async function killAtWork(node: Node): Promise<void> {
  const enough = outside.signed + Math.floor(random() * 60)
  const work = Promise.all(Array.from({ length: LOAD }, () => load(node)))
  if (random() < 0.2) await sleep(random() * 1_000)
  else while (outside.signed < enough) await sleep(1)
  await sleep(random() * 8)
  await node.kill()
  await work
}

/** A node on an old snapshot signs nothing at all, whatever it is asked for. */
async function assertSilent(epoch: number, snapshot: string): Promise<void> {
  const signed = outside.signed
  const node = start(epoch, snapshot)
  const requests = [node.call('serve', await orderNext()), node.call('checkpoint'), node.call('commit')]
  const results = await Promise.allSettled(requests)
  expect(results.map((result) => (result as PromiseRejectedResult).reason?.name)).toEqual(
    Array(3).fill('Roles.RolledBackError'),
  )
  expect(outside.signed).toBe(signed)
  await node.kill()
}

/** Every receipt of the epoch is in the batch, and opens; so does whatever the verifier committed to. */
async function assertOpens(epoch: number, node: Node): Promise<void> {
  await node.call('serve', await orderNext())
  const { body: batch } = await node.call<Message.Envelope<'batch'>>('commit')
  const receipts = outside.receipts.filter((receipt) => Number(receipt.epoch) === epoch)
  const indices = [...new Set(receipts.map(({ index }) => Number(index)))].sort((a, b) => a - b)
  const [envelope] = await node.call<Message.Envelope<'opening'>[]>('open', indices)
  expect(Opening.verify(batch, envelope!.body, protocol)).toBe(true)
  const hashes = new Map(envelope!.body.leaves.map(Opening.leafOf).map((leaf) => [leaf.index, Receipt.leafHash(leaf)]))
  for (const { index, leafHash } of receipts) expect(hashes.get(Number(index))).toBe(leafHash)
  for (const { commitment, ...place } of outside.commitments.values()) {
    const assignment = { ...place, index: Number(place.index), level: 0 } as Reexecution.Assignment
    const [revealed] = await node.call<Message.Envelope<'reveal'>[]>('check', {
      type: 'request-reveal',
      assignment,
      opened: null,
    })
    expect(Reexecution.commit(assignment, revealed!.body.content, revealed!.body.salt)).toBe(commitment)
  }
  outside.commitments.clear()
}

/** An epoch, with so many kills; of an old snapshot of its store, where one is due, nothing comes. */
async function epochOf(epoch: number, kills: number): Promise<void> {
  const folder = join(folders, String(epoch))
  mkdirSync(folder)
  let old: Readonly<{ folder: string; recorded: number }> | undefined
  for (let kill = 0; kill < kills; kill++) {
    await killAtWork(start(epoch, folder))
    if (old !== undefined && outside.recorded > old.recorded && snapshots < SNAPSHOTS) {
      await assertSilent(epoch, old.folder)
      snapshots++
      old = undefined
    }
    if (old === undefined && snapshots < SNAPSHOTS && kill < kills - 1) {
      old = { folder: `${folder}-${kill}`, recorded: outside.recorded }
      cpSync(folder, old.folder, { recursive: true })
    }
  }
  const node = start(epoch, folder)
  await assertOpens(epoch, node)
  await node.kill()
  rmSync(folder, { recursive: true })
}

test(`${KILLS} kills and ${SNAPSHOTS} old snapshots: no equivocation, no lost opening (seed ${SEED})`, {
  timeout: 3_600_000,
}, async () => {
  for (let [epoch, left] = [0, KILLS]; left > 0 || snapshots < SNAPSHOTS; epoch++, left -= KILLS_PER_EPOCH)
    await epochOf(epoch, Math.max(2, Math.min(left, KILLS_PER_EPOCH)))
  expect(outside.contradictions).toEqual([])
  expect(refusals).toEqual([])
  expect(snapshots).toBe(SNAPSHOTS)
  expect(outside.receipts.length).toBeGreaterThan(5 * KILLS)
})
