/**
 * What signatures alone do not prove: that something does not exist. Two roots of different sizes may or may not belong
 * to one log, and a leaf that was promised may or may not be in the batch; the executor has the proof, or nobody has.
 * So it is asked for: a challenge names signed messages and what must be produced for them within the window. An honest
 * executor can answer every challenge that {@link verify} accepts; who does not answer is at fault.
 *
 * @module
 */
import * as z from 'zod'
import * as Checkpoint from '../Checkpoint.js'
import * as Trees from '../Commitment/Tree.js'
import * as Commitment from '../Commitment.js'
import { assertList, assertObject, type Hex } from '../Encoding.js'
import { BaseError } from '../Errors.js'
import type * as Protocol from '../Protocol.js'
import * as Receipt from '../Receipt.js'
import * as Schema from '../Schema.js'
import {
  areSigned,
  assertPlace,
  assertSigners,
  batch,
  belongs,
  type Context,
  checkpoint,
  nodes,
  type Place,
  receipt,
  type Signed,
  type Statement,
  signedBatch,
  signedCheckpoint,
  signedReceipt,
} from './Signed.js'

/** What the executor must show. */
export type Challenge =
  /** That a later checkpoint extends an earlier one. */
  | Readonly<{
      kind: 'extend-checkpoint'
      older: Signed<Checkpoint.Checkpoint>
      newer: Signed<Checkpoint.Checkpoint>
    }>
  /** That the batch extends a checkpoint. */
  | Readonly<{
      kind: 'extend-to-batch'
      checkpoint: Signed<Checkpoint.Checkpoint>
      batch: Signed<Commitment.Batch>
    }>
  /** That the batch has the promised leaf. */
  | Readonly<{ kind: 'honour-receipt'; receipt: Signed<Receipt.Receipt>; batch: Signed<Commitment.Batch> }>

/** What shows it. No signature is needed: it speaks for itself. */
export type Answer =
  | Readonly<{ kind: 'consistency'; proof: readonly Hex[] }>
  | Readonly<{ kind: 'inclusion'; leaf: Commitment.Leaf; proof: readonly Hex[] }>

const either = { error: 'an object with a kind of Fault.Challenge' }

/** Schema of {@link Challenge}. */
export const schema: z.ZodType<Challenge> = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('extend-checkpoint'), older: signedCheckpoint, newer: signedCheckpoint }),
    z.strictObject({ kind: z.literal('extend-to-batch'), checkpoint: signedCheckpoint, batch: signedBatch }),
    z.strictObject({ kind: z.literal('honour-receipt'), receipt: signedReceipt, batch: signedBatch }),
  ],
  either,
)

/** Schema of {@link Answer}. */
export const answerSchema: z.ZodType<Answer> = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('consistency'), proof: nodes }),
    z.strictObject({ kind: z.literal('inclusion'), leaf: Commitment.leafSchema, proof: nodes }),
  ],
  either,
)

/**
 * Decodes a challenge.
 *
 * @throws InvalidChallengeError naming the field, the value, the rule and the fix.
 * @example
 * ```ts
 * import { Fault } from '@spotcheck/core'
 *
 * try {
 *   Fault.Challenge.from({ kind: 'dare' })
 * } catch (error) {
 *   if (error instanceof Fault.Challenge.InvalidChallengeError) console.log(error.subject) // 'challenge.kind'
 * }
 * ```
 */
export function from(value: unknown): Challenge {
  return Schema.parse(schema, value, 'challenge', InvalidChallengeError)
}

/**
 * Decodes an answer.
 *
 * @throws InvalidChallengeError naming the field, the value, the rule and the fix.
 * @example
 * ```ts
 * import { Fault } from '@spotcheck/core'
 *
 * Fault.Challenge.answerFrom({ kind: 'consistency', proof: [] }).kind // 'consistency'
 * ```
 */
export function answerFrom(value: unknown): Answer {
  return Schema.parse(answerSchema, value, 'answer', InvalidChallengeError)
}

function statementsOf(challenge: Challenge): readonly Statement[] {
  if (challenge.kind === 'extend-checkpoint') return [checkpoint(challenge.older), checkpoint(challenge.newer)]
  if (challenge.kind === 'extend-to-batch') return [checkpoint(challenge.checkpoint), batch(challenge.batch)]
  return [receipt(challenge.receipt), batch(challenge.batch)]
}

/**
 * Must the executor answer this, if it signed the messages? It does not look at signatures: see {@link verify}.
 *
 * False for messages of others, other epochs and other networks, and for checkpoints in the wrong order: who asks
 * whether 1 extends 2 gets no answer from anybody.
 *
 * @throws InvalidChallengeError if the challenge is malformed, InvalidInputError if the place is.
 * @example
 * ```ts
 * import { Encoding, Fault, Protocol } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const place = { protocol: Protocol.from(testParameters), executor: Encoding.zeroAddress, epoch: 0 }
 * const { zero32, zeroAddress: executor } = Encoding
 * const head = { paramsHash: Protocol.hash(place.protocol), executor, epoch: 0, sequence: 0, size: 4, root: zero32 }
 * const signature: Encoding.Hex = `0x${'00'.repeat(65)}`
 * const older = { body: head, signature }
 * const newer = { body: { ...head, sequence: 1, size: 9 }, signature }
 * Fault.Challenge.holds({ kind: 'extend-checkpoint', older, newer }, place) // true
 * Fault.Challenge.holds({ kind: 'extend-checkpoint', older: newer, newer: older }, place) // false
 * ```
 */
export function holds(challenge: Challenge, place: Place): boolean {
  const decoded = from(challenge)
  assertPlace(place, 'place')
  if (!statementsOf(decoded).every(({ body }) => belongs(body as never, place))) return false
  return decoded.kind !== 'extend-checkpoint' || decoded.newer.body.sequence > decoded.older.body.sequence
}

/**
 * Must the executor answer this? Its operator key signed the messages, for that epoch of this network.
 *
 * @throws InvalidChallengeError if the challenge is malformed, InvalidInputError if the context is.
 * @example
 * ```ts
 * import { Checkpoint, Encoding, Fault, Protocol } from '@spotcheck/core'
 * import { cheapAuthenticator, cheapSigner, testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const { zero32, zeroAddress: executor } = Encoding
 * const head = { paramsHash: Protocol.hash(protocol), executor, epoch: 0, sequence: 0, size: 4, root: zero32 }
 * const sign = async (body: Checkpoint.Checkpoint) => {
 *   const signature = await cheapSigner(executor).signTypedData(Checkpoint.definition(body, protocol))
 *   return { body, signature }
 * }
 * const [older, newer] = [await sign(head), await sign({ ...head, sequence: 1, size: 9 })]
 * const context = { protocol, executor, epoch: 0, operator: executor, authenticator: cheapAuthenticator }
 * await Fault.Challenge.verify({ kind: 'extend-checkpoint', older, newer }, context) // true
 * ```
 */
export async function verify(challenge: Challenge, context: Context): Promise<boolean> {
  const decoded = from(challenge)
  assertSigners(context)
  return holds(decoded, context) && areSigned(statementsOf(decoded), context)
}

/**
 * Does the answer show what the challenge asks for?
 *
 * @throws InvalidChallengeError if challenge or answer is malformed; never because of what well-formed bytes say.
 * @example
 * ```ts
 * import { Checkpoint, Commitment, createClient, Encoding, Fault, Protocol } from '@spotcheck/core'
 * import { cheapSigner, testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const executor = Encoding.zeroAddress
 * const client = createClient({ protocol, address: executor, signer: cheapSigner(executor) })
 * const digests = { model: Encoding.zero32, decoding: Encoding.zero32, seed: Encoding.zero32 }
 * const price = { input: '0x2a', reward: 100n, value: 500n } as const
 * const orders = await Promise.all([0n, 1n].map((nonce) => client.order({ ...digests, ...price, nonce })))
 * const entries = orders.map((order) => ({ ...order, input: price.input, output: { bytes: '0x01', evidence: '0x' } as const }))
 * const place = { protocol, executor, epoch: 0 }
 * const made = Commitment.from({ ...place, beaconRound: 9, secret: new Uint8Array(32).fill(7), entries })
 *
 * const log = Commitment.tree(made.leaves.slice(0, 1), protocol)
 * const signer = cheapSigner(executor)
 * const head = Checkpoint.issue({ ...place, tree: log })
 * const checkpoint = { body: head, signature: await signer.signTypedData(Checkpoint.definition(head, protocol)) }
 * const batch = { body: made.batch, signature: `0x${'00'.repeat(65)}` } as const // signed too, in earnest
 * const challenge = { kind: 'extend-to-batch', checkpoint, batch } as const
 *
 * const answer = Fault.Challenge.answer(challenge, made.leaves, protocol)!
 * Fault.Challenge.isAnswered(challenge, answer, protocol) // true
 * Fault.Challenge.isAnswered(challenge, { kind: 'consistency', proof: [] }, protocol) // false
 * ```
 */
export function isAnswered(challenge: Challenge, answer: Answer, protocol: Protocol.Protocol): boolean {
  const [asked, given] = [from(challenge), answerFrom(answer)]
  if (asked.kind !== 'honour-receipt') {
    const [older, newer] = headsOf(asked)
    return given.kind === 'consistency' && Checkpoint.verify(older, newer, given.proof, protocol)
  }
  const { receipt, batch } = asked
  if (given.kind !== 'inclusion' || !Receipt.promises(receipt.body, given.leaf)) return false
  return Commitment.includes(batch.body, given.leaf, given.proof, protocol)
}

type OfLog = Exclude<Challenge, { kind: 'honour-receipt' }>

function headsOf(challenge: OfLog): readonly [Checkpoint.Checkpoint, Checkpoint.Checkpoint | Commitment.Batch] {
  if (challenge.kind === 'extend-to-batch') return [challenge.checkpoint.body, challenge.batch.body]
  return [challenge.older.body, challenge.newer.body]
}

/**
 * The executor's answer, from the leaves of its log; undefined where these leaves give none.
 *
 * Work: the tree is built again, about two hashes a leaf.
 *
 * @throws InvalidChallengeError if the challenge is malformed, InvalidInputError if a leaf is.
 * @example
 * ```ts
 * import { Commitment, Encoding, Fault, Merkle, Protocol, Receipt } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const { zero32, zeroAddress: executor } = Encoding
 * const leaf = { index: 0, taskId: zero32, weight: 500n, bytesCommit: zero32, evidenceCommit: zero32 }
 * const root = Encoding.toHex(Merkle.root(Merkle.from([Commitment.encodeLeaf(leaf)]))) // the tree of these parameters
 * const place = { paramsHash: zero32, executor, epoch: 0 }
 * const signature: Encoding.Hex = `0x${'00'.repeat(65)}`
 * const batch = { ...place, count: 1, totalWeight: 500n, root, canaryRoot: zero32, beaconRound: 9 }
 * const receipt = { ...place, index: 0, leafHash: Receipt.leafHash(leaf) }
 * const signed = { batch: { body: batch, signature }, receipt: { body: receipt, signature } }
 * const answer = Fault.Challenge.answer({ kind: 'honour-receipt', ...signed }, [leaf], protocol)
 * answer?.kind // 'inclusion'
 * ```
 */
export function answer(
  challenge: Challenge,
  leaves: readonly Commitment.Leaf[],
  protocol: Protocol.Protocol,
): Answer | undefined {
  const asked = from(challenge)
  const log = Array.from(assertList(leaves, 'leaves'), (leaf) => assertObject(leaf, 'leaves'))
  const made =
    asked.kind === 'honour-receipt'
      ? inclusion(asked.receipt.body.index, log, protocol)
      : consistency(asked, log, protocol)
  return made !== undefined && isAnswered(asked, made, protocol) ? made : undefined
}

type Log = readonly Commitment.Leaf[]

function inclusion(index: number, leaves: Log, protocol: Protocol.Protocol): Answer | undefined {
  const leaf = leaves[index]
  if (leaf === undefined) return undefined
  return { kind: 'inclusion', leaf, proof: Trees.prove(Commitment.tree(leaves, protocol), index) }
}

function consistency(challenge: OfLog, leaves: Log, protocol: Protocol.Protocol): Answer | undefined {
  const [older, newer] = headsOf(challenge)
  const size = 'sequence' in newer ? newer.size : newer.count
  if (size > leaves.length || older.size > size) return undefined
  const tree = Commitment.tree(leaves.slice(0, size), protocol)
  return { kind: 'consistency', proof: Checkpoint.prove(tree, older.size) }
}

/**
 * What an unanswered challenge is slashed under: the leaf for a receipt, the epoch for a log.
 *
 * @throws InvalidChallengeError if the challenge is malformed.
 * @example
 * ```ts
 * import { Encoding, Fault } from '@spotcheck/core'
 *
 * const { zero32, zeroAddress: executor } = Encoding
 * const head = { paramsHash: zero32, executor, epoch: 2, sequence: 0, size: 4, root: zero32 }
 * const signature: Encoding.Hex = `0x${'00'.repeat(65)}`
 * const older = { body: head, signature }
 * const newer = { body: { ...head, sequence: 1, size: 9 }, signature }
 * Fault.Challenge.slashId({ kind: 'extend-checkpoint', older, newer }) === `${executor}:2` // true
 * ```
 */
export function slashId(challenge: Challenge): string {
  const decoded = from(challenge)
  if (decoded.kind !== 'honour-receipt') {
    const { executor, epoch } = headsOf(decoded)[0]
    return `${executor}:${epoch}`
  }
  const { executor, epoch, index } = decoded.receipt.body
  return `${executor}:${epoch}:${index}`
}

/** A challenge, or an answer to one, that is malformed. */
export class InvalidChallengeError extends BaseError {
  override name = 'Fault.InvalidChallengeError'
}
