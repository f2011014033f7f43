/**
 * An executor's commitment to a batch of outputs: a positional Merkle tree and the EIP-712 batch that it signs
 * (protocol.md, section 3).
 *
 * @module
 */
import * as z from 'zod'
import * as Canary from './Canary.js'
import { InvalidBatchError, type Leaf } from './Commitment/Leaf.js'
import * as Trees from './Commitment/Tree.js'
import { type Address, assertInteger, assertList, assertObject, type Hex, zero32 } from './Encoding.js'
import * as Output from './Output.js'
import * as Protocol from './Protocol.js'
import * as Schema from './Schema.js'
import * as Task from './Task.js'
import * as TypedData from './TypedData.js'

export {
  includes,
  includesMany,
  position,
  positions,
  prove,
  proveMany,
} from './Commitment/Inclusion.js'
export { decodeLeaf, encodeLeaf, InvalidBatchError, type Leaf, leafSchema } from './Commitment/Leaf.js'
export { nodeSchema } from './Commitment/Tree.js'

/** The tree of a batch or a log: plain, or with sums where the parameters sample by value. */
export type Tree = Trees.Tree

/** What the executor signs, once per (executor, epoch). */
export type Batch = Readonly<{
  paramsHash: Hex
  executor: Address
  epoch: number
  /** Leaves of the tree, at least 1. */
  count: number
  /** Sum of the leaves' weights. */
  totalWeight: bigint
  root: Hex
  /** Hiding commitment to the canary warrants; without any it looks the same. */
  canaryRoot: Hex
  /** The only beacon round that may draw this batch's sample. */
  beaconRound: number
}>

/** One task with the output that the executor commits to. */
export type Entry = Readonly<{ task: Task.Task; signature: Hex; input: Hex; output: Output.Output }>

/** A batch with all that its executor needs to disclose and open it. Keep it private: it holds the salts. */
export type Commitment = Readonly<{
  batch: Batch
  digest: Hex
  tree: Tree
  leaves: readonly Leaf[]
  salts: readonly Output.Salts[]
  entries: readonly Entry[]
  /** What `canaryRoot` hides. */
  canaries: Readonly<{ warrants: readonly Hex[]; salt: Hex }>
}>

/** Most leaves of a batch: what a sample by one hash for each index can look at in seconds. */
export const maxCount: number = 2 ** 20

/** Schema of {@link Batch}. */
export const batchSchema: z.ZodType<Batch> = z.strictObject({
  paramsHash: Schema.bytes32,
  executor: Schema.address,
  epoch: Schema.integer(0, 2 ** 32),
  count: Schema.integer(1, maxCount),
  totalWeight: Schema.uint(128),
  root: Schema.bytes32,
  canaryRoot: Schema.bytes32,
  beaconRound: Schema.integer(1),
})

/** What {@link from} needs. */
export type FromParameters = Readonly<{
  protocol: Protocol.Protocol
  executor: Address
  epoch: number
  beaconRound: number
  /** 32 bytes, used for salts and nothing else. */
  secret: Uint8Array
  /** At least one; the order fixes the indices. */
  entries: readonly Entry[]
  /** Digests of the warrants for canaries among them; none by default. */
  warrants?: readonly Hex[] | undefined
}>

/** Schema of {@link Entry}. */
const entrySchema: z.ZodType<Entry> = z.strictObject({
  task: Task.schema,
  signature: Schema.signature,
  input: Schema.bytes(Output.maxBytes),
  output: Output.schema,
})

/**
 * Commits to the outputs of a batch. The same arguments give the same commitment, so that nothing but the secret, the
 * tasks and the outputs has to survive a crash.
 *
 * Work: three HKDFs and a few hashes a leaf.
 *
 * @throws InvalidBatchError if there are no entries, one is malformed or too large to be opened, or epoch, round or total
 * weight is out of range; InvalidInputError if the secret is not 32 bytes or the executor no address;
 * InvalidProtocolError if `protocol` is none.
 * @see protocol.md, Commitment
 * @example
 * ```ts
 * import { Commitment, Encoding, Hash, Protocol } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const input = '0x2a'
 * const task = {
 *   model: Encoding.zero32,
 *   input: Encoding.toHex(Hash.keccak256(Encoding.fromHex(input))),
 *   decoding: Encoding.zero32,
 *   seed: Encoding.zero32,
 *   client: Encoding.zeroAddress,
 *   nonce: 0n,
 *   reward: 100n,
 *   value: 500n,
 *   paramsHash: Protocol.hash(protocol),
 * }
 * const signature: Encoding.Hex = `0x${'00'.repeat(65)}` // the client's, in earnest
 * const entries = [{ task, signature, input, output: { bytes: '0x01', evidence: '0x' } }] as const
 * const secret = new Uint8Array(32).fill(7)
 * const executor = Encoding.zeroAddress
 * const commitment = Commitment.from({ protocol, executor, epoch: 0, beaconRound: 9, secret, entries })
 * commitment.batch.totalWeight // 500n
 *
 * const proof = Commitment.prove(commitment, 0)
 * Commitment.includes(commitment.batch, commitment.leaves[0]!, proof, protocol) // true
 * ```
 */
export function from(parameters: FromParameters): Commitment {
  const { protocol, executor, epoch, beaconRound, secret } = assertObject(parameters, 'parameters')
  const entries = assertList(parameters.entries, 'entries').map(assertEntry)
  if (entries.length === 0) throw noEntries()
  const context = { protocol, executor, epoch }
  const made = entries.map((entry, index) => leafAt(entry, index, { ...context, secret }))
  const leaves = made.map(({ leaf }) => leaf)
  const tree = Trees.build(leaves, protocol)
  const canaries = {
    warrants: [...(parameters.warrants ?? [])].sort(),
    salt: Output.salt(secret, { ...context, index: 0, taskId: zero32 }, 'canary'),
  }
  const batch = batchFrom({
    paramsHash: Protocol.hash(protocol),
    executor,
    epoch,
    count: leaves.length,
    totalWeight: leaves.reduce((sum, leaf) => sum + leaf.weight, 0n),
    root: Trees.rootOf(tree),
    canaryRoot: Canary.root(canaries.warrants, canaries.salt),
    beaconRound,
  })
  return {
    batch,
    digest: digest(batch, protocol),
    tree,
    leaves,
    salts: made.map(({ salts }) => salts),
    entries,
    canaries,
  }
}

function assertEntry(entry: Entry, index: number): Entry {
  return Schema.parse(entrySchema, entry, `entries.${index}`, InvalidBatchError)
}

function noEntries(): InvalidBatchError {
  return new InvalidBatchError('a batch needs at least one entry.', {
    subject: 'entries',
    value: [],
    rule: 'one entry per task, at least one',
    fix: 'commit nothing for an epoch without work',
    see: 'protocol.md, Commitment',
  })
}

/** Whose leaf, of which epoch, and the secret of its salts. */
export type LeafContext = Pick<FromParameters, 'protocol' | 'executor' | 'epoch' | 'secret'>

/**
 * The leaf of one entry with its salts: what {@link from} puts at that index, known as soon as the task is served.
 *
 * @throws InvalidBatchError if the entry is malformed; InvalidInputError if another argument is.
 * @example
 * ```ts
 * import { Commitment, createClient, Encoding, Protocol } from '@spotcheck/core'
 * import { cheapSigner, testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const address = Encoding.zeroAddress
 * const client = createClient({ protocol, address, signer: cheapSigner(address) })
 * const digests = { model: Encoding.zero32, decoding: Encoding.zero32, seed: Encoding.zero32 }
 * const order = { ...digests, input: '0x2a', nonce: 0n, reward: 100n, value: 500n } as const
 * const entry = { ...(await client.order(order)), input: order.input, output: { bytes: '0x01', evidence: '0x' } } as const
 * const context = { protocol, executor: address, epoch: 0, secret: new Uint8Array(32).fill(7) }
 * Commitment.leafOf(entry, 3, context).leaf.weight // 500n
 * ```
 */
export function leafOf(entry: Entry, index: number, context: LeafContext): Salted {
  return leafAt(assertEntry(entry, assertInteger(index, 'index')), index, assertObject(context, 'context'))
}

/** A leaf and the salts behind its commitments. */
export type Salted = Readonly<{ leaf: Leaf; salts: Output.Salts }>

function leafAt({ task, output }: Entry, index: number, { secret, ...place }: LeafContext): Salted {
  const taskId = Task.id(task)
  const salts = Output.salts(secret, { ...place, index, taskId })
  const bytesCommit = Output.commit('bytes', output.bytes, salts.bytes)
  const evidenceCommit = Output.commit('evidence', output.evidence, salts.evidence)
  return { leaf: { index, taskId, weight: task.value, bytesCommit, evidenceCommit }, salts }
}

/**
 * Refuses what is no commitment: what `from` makes is trusted further in.
 *
 * @throws InvalidInputError
 * @example
 * ```ts
 * import { Commitment, Errors } from '@spotcheck/core'
 *
 * try {
 *   Commitment.assert({ batch: {} } as never)
 * } catch (error) {
 *   if (error instanceof Errors.InvalidInputError) console.log(error.subject) // 'commitment.tree'
 * }
 * ```
 */
export function assert(commitment: Commitment): Commitment {
  const { batch, tree, leaves, salts, entries } = assertObject(commitment, 'commitment')
  assertObject(batch, 'commitment.batch')
  assertObject(tree, 'commitment.tree')
  assertList(leaves, 'commitment.leaves')
  assertList(salts, 'commitment.salts')
  assertList(entries, 'commitment.entries')
  return commitment
}

/**
 * The tree over leaves that the parameters choose: with sums where they sample by value, plain otherwise, by their hash.
 * It is the batch's tree, and that of the log before it (`Checkpoint`): a prefix of the leaves has a prefix of the tree.
 *
 * @throws Merkle.EmptyTreeError without leaves; Merkle.OverflowError if their weights add up to 2^128 or more and the tree
 * has sums; InvalidInputError if a leaf is malformed; InvalidProtocolError if `protocol` is none.
 * @see protocol.md, Bytes
 * @example
 * ```ts
 * import { Commitment, Encoding, Protocol } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const digests = { taskId: Encoding.zero32, bytesCommit: Encoding.zero32, evidenceCommit: Encoding.zero32 }
 * const leaves = [{ index: 0, weight: 500n, ...digests }]
 * Commitment.tree(leaves, Protocol.from(testParameters)).layout // 'plain'
 *
 * const byValue = Protocol.from({ ...testParameters, sampling: { mode: 'byValue', interval: 100n } })
 * Commitment.tree(leaves, byValue).layout // 'sum'
 * ```
 */
export function tree(leaves: readonly Leaf[], protocol: Protocol.Protocol): Tree {
  return Trees.build(leaves, protocol)
}

/**
 * Decodes a batch.
 *
 * @throws InvalidBatchError naming the field, the value, the rule and the fix.
 * @example
 * ```ts
 * import { Commitment } from '@spotcheck/core'
 *
 * try {
 *   Commitment.batchFrom({ paramsHash: '0xAB' })
 * } catch (error) {
 *   if (error instanceof Commitment.InvalidBatchError) console.log(error.subject) // 'batch.paramsHash'
 * }
 * ```
 */
export function batchFrom(value: unknown): Batch {
  return Schema.parse(batchSchema, value, 'batch', InvalidBatchError)
}

/** Why a network takes no such batch from anybody. */
export type Flaw = 'too-many-tasks' | 'weightless'

/**
 * What is wrong with a batch whoever signed it: by value, it draws more units than a batch may have leaves, so that nobody
 * could list them; or it has less weight than leaves of at least 1. `undefined` if nothing is.
 *
 * @throws InvalidBatchError if the batch is malformed, InvalidProtocolError if `protocol` is none.
 * @see protocol.md, Sample
 * @example
 * ```ts
 * import { Commitment, Encoding, Protocol } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from({ ...testParameters, sampling: { mode: 'byValue', interval: 100n } })
 * const { zero32, zeroAddress: executor } = Encoding
 * const place = { paramsHash: Protocol.hash(protocol), executor, epoch: 0, beaconRound: 9 }
 * const batch = { ...place, count: 3, totalWeight: 500n, root: zero32, canaryRoot: zero32 }
 * Commitment.flaw(batch, protocol) // undefined
 * Commitment.flaw({ ...batch, totalWeight: 2n }, protocol) // 'weightless'
 * Commitment.flaw({ ...batch, totalWeight: 10n ** 30n }, protocol) // 'too-many-tasks'
 * ```
 */
export function flaw(batch: Batch, protocol: Protocol.Protocol): Flaw | undefined {
  const { count, totalWeight } = batchFrom(batch)
  Protocol.hash(protocol)
  const { sampling } = protocol
  if (sampling.mode === 'byValue' && totalWeight >= sampling.interval * BigInt(maxCount + 1)) return 'too-many-tasks'
  return totalWeight < BigInt(count) ? 'weightless' : undefined
}

/**
 * `batchDigest`: EIP-712 signing digest, 32 bytes. Everything after the commitment names the batch by it.
 *
 * @throws InvalidBatchError if the batch is malformed, InvalidProtocolError if `protocol` is none.
 * @example
 * ```ts
 * import { Commitment, Encoding, Protocol } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const { zero32, zeroAddress: executor } = Encoding
 * const place = { paramsHash: Protocol.hash(protocol), executor, epoch: 0, beaconRound: 9 }
 * const batch = { ...place, count: 1, totalWeight: 500n, root: zero32, canaryRoot: zero32 }
 * const elsewhere = { ...protocol, chainId: 1 }
 * Commitment.digest(batch, protocol) === Commitment.digest(batch, elsewhere) // false
 * ```
 */
export function digest(batch: Batch, protocol: Protocol.Protocol): Hex {
  return TypedData.digest(Protocol.domain(protocol), 'Batch', batchFrom(batch))
}
