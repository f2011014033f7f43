/**
 * Proofs that an executor is at fault which need nothing but messages that it signed, and the leaf that shows it where
 * one is needed (protocol.md, section 3). Anybody can make one, and anybody can judge it without asking anybody.
 *
 * | fault | kinds of proof | slashed |
 * |---|---|---|
 * | equivocation | `two-batches`, `two-receipts`, `two-checkpoints`, `rewritten-log`, `batch-against-log` | once an epoch |
 * | a receipt that is not honoured | `receipt-outside-batch`, `receipt-not-honoured` | its leaf |
 * | a bad opening | `bad-opening` | its leaf |
 *
 * An honest executor's messages never make one: it signs one batch an epoch, one head a sequence number and one receipt
 * an index, all of the same log, and opens what it committed to. Every message must be of the executor and epoch that is
 * to be convicted, under these parameters and on this chain, and signed by its operator key: canonical (low s) and by
 * recovery, so that nothing can be signed and revoked.
 *
 * Not provable from signatures alone: that something does not exist. Whether two heads of a log that has grown belong
 * together, or whether a batch extends a checkpoint, only the missing consistency proof tells; so it is demanded:
 * {@link Challenge}. That a batch or an opening never came is for the record of the round to say.
 *
 * @module
 */
import { decode, indexOf, isConvicting, type Proof, statementsOf } from './Fault/Proof.js'
import { type Evidence, search, sift } from './Fault/Search.js'
import { areSigned, assertPlace, assertSigners, type Context, type Place } from './Fault/Signed.js'

export * as Challenge from './Fault/Challenge.js'
export { InvalidProofError, type Kind, type Proof, schema } from './Fault/Proof.js'
export type { Evidence } from './Fault/Search.js'
export type { Context, Included, Place, Signed } from './Fault/Signed.js'

/**
 * Decodes a proof: form, ranges and sizes; {@link verify} judges what it says.
 *
 * @throws InvalidProofError naming the field, the value, the rule and the fix.
 * @example
 * ```ts
 * import { Fault } from '@spotcheck/core'
 *
 * try {
 *   Fault.from({ kind: 'hearsay' })
 * } catch (error) {
 *   if (error instanceof Fault.InvalidProofError) console.log(error.subject) // 'proof.kind'
 * }
 * ```
 */
export function from(value: unknown): Proof {
  return decode(value)
}

/**
 * What of the evidence the executor's operator key did sign for this epoch of this network. Openings of other epochs may
 * stay, because an opening names its batch and no epoch; leaves stay as they are, they speak for themselves.
 *
 * @throws InvalidProofError if a message is malformed, InvalidInputError if another argument is.
 * @example
 * ```ts
 * import { Encoding, Fault, Protocol, Receipt } from '@spotcheck/core'
 * import { cheapAuthenticator, cheapSigner, testParameters } from '@spotcheck/core/memory'
 *
 * const { zero32, zeroAddress: executor } = Encoding
 * const place = { protocol: Protocol.from(testParameters), executor, epoch: 0 }
 * const leaf = { index: 3, taskId: zero32, weight: 500n, bytesCommit: zero32, evidenceCommit: zero32 }
 * const body = Receipt.issue({ ...place, leaf })
 * const signature = await cheapSigner(executor).signTypedData(Receipt.definition(body, place.protocol))
 * const forged = { body: { ...body, leafHash: zero32 }, signature }
 *
 * const context = { ...place, operator: executor, authenticator: cheapAuthenticator }
 * const evidence = await Fault.authentic({ receipts: [{ body, signature }, forged] }, context)
 * evidence.receipts!.length // 1
 * ```
 */
export async function authentic(evidence: Evidence, context: Context): Promise<Evidence> {
  return sift(evidence, assertSigners(context))
}

/**
 * The first proof of fault in what was collected, undefined if there is none. Messages of other executors, epochs and
 * networks are passed over. Work: linear in the evidence.
 *
 * It does not look at signatures: pass what {@link authentic} keeps, or a forged message hides what the others prove.
 *
 * @throws InvalidProofError if a message is malformed, InvalidInputError if another argument is.
 * @example
 * ```ts
 * import { Encoding, Fault, Protocol, Receipt } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 * import { secp256k1 } from '@spotcheck/core/viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 *
 * const operator = privateKeyToAccount(`0x${'42'.repeat(32)}`)
 * const executor = operator.address.toLowerCase() as Encoding.Address
 * const place = { protocol: Protocol.from(testParameters), executor, epoch: 0 }
 * const { zero32 } = Encoding
 * const leaves = [1n, 2n].map((weight) => ({ index: 3, taskId: zero32, weight, bytesCommit: zero32, evidenceCommit: zero32 }))
 * const receipts = leaves.map((leaf) => Receipt.issue({ ...place, leaf }))
 * const signed = await Promise.all(
 *   receipts.map(async (body) => {
 *     const signature = await operator.signTypedData(Receipt.definition(body, place.protocol))
 *     return { body, signature }
 *   }),
 * )
 *
 * Fault.prove({ receipts: signed.slice(0, 1) }, place) // undefined
 * const proof = Fault.prove({ receipts: signed }, place)!
 * proof.kind // 'two-receipts'
 * await Fault.verify(proof, { ...place, operator: executor, authenticator: secp256k1 }) // true
 * Fault.slashId(proof) === `${executor}:0` // true
 * ```
 */
export function prove(evidence: Evidence, place: Place): Proof | undefined {
  for (const proof of search(evidence, assertPlace(place, 'place'))) return proof
  return undefined
}

/**
 * One proof for every {@link slashId} in what was collected: all that the executor can be slashed for on its signatures
 * alone. As {@link prove} otherwise.
 *
 * @throws InvalidProofError if a message is malformed, InvalidInputError if another argument is.
 * @example
 * ```ts
 * import { Encoding, Fault, Protocol } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const place = { protocol: Protocol.from(testParameters), executor: Encoding.zeroAddress, epoch: 0 }
 * Fault.proveAll({ batches: [], receipts: [] }, place) // []
 * ```
 */
export function proveAll(evidence: Evidence, place: Place): Proof[] {
  const proofs = new Map<string, Proof>()
  for (const proof of search(evidence, assertPlace(place, 'place'))) {
    const id = slashId(proof)
    if (!proofs.has(id)) proofs.set(id, proof)
  }
  return [...proofs.values()]
}

/**
 * Does the proof convict whoever signed its messages? The part of {@link verify} that is synchronous and pure, for those
 * who have authenticated the messages themselves. On its own it proves nothing: anybody can write messages.
 *
 * @throws InvalidProofError if the proof is malformed, InvalidInputError if the place is.
 * @example
 * ```ts
 * import { Encoding, Fault, Protocol } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const { zero32, zeroAddress } = Encoding
 * const head = { paramsHash: Protocol.hash(protocol), executor: zeroAddress, epoch: 0, sequence: 1, size: 5, root: zero32 }
 * const signature: Encoding.Hex = `0x${'00'.repeat(65)}` // the operator's, in earnest
 * const older = { body: head, signature }
 * const newer = { body: { ...head, sequence: 2, size: 4 }, signature }
 * const place = { protocol, executor: zeroAddress, epoch: 0 }
 * Fault.holds({ kind: 'rewritten-log', older, newer }, place) // true
 * Fault.holds({ kind: 'rewritten-log', older, newer }, { ...place, epoch: 1 }) // false
 * ```
 */
export function holds(proof: Proof, place: Place): boolean {
  return isConvicting(decode(proof), assertPlace(place, 'place'))
}

/**
 * Does the proof convict that executor, for that epoch of this network? All of its messages must be the executor's, signed
 * by the operator key registered for it, and they must contradict each other or the leaf.
 *
 * Work: at most two signatures, one leaf's content and 64 hashes; of a bad opening also the hash of all of the opening.
 *
 * @throws InvalidProofError if the proof is malformed, InvalidInputError if the context is; never because of what a
 * well-formed proof says.
 * @example
 * ```ts
 * import { Encoding, Fault, Message, Protocol } from '@spotcheck/core'
 * import { cheapAuthenticator, cheapSigner, testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const { zero32, zeroAddress: executor } = Encoding
 * const place = { paramsHash: Protocol.hash(protocol), executor, epoch: 0 }
 * const batch = { ...place, count: 3, totalWeight: 9n, root: zero32, canaryRoot: zero32, beaconRound: 9 }
 * const sign = async (body: typeof batch) => {
 *   const { signature } = await Message.sign({ kind: 'batch', body }, protocol, cheapSigner(executor))
 *   return { body, signature }
 * }
 * const [first, second] = [await sign(batch), await sign({ ...batch, count: 2 })]
 * const context = { protocol, executor, epoch: 0, operator: executor, authenticator: cheapAuthenticator }
 * await Fault.verify({ kind: 'two-batches', first, second }, context) // true
 * await Fault.verify({ kind: 'two-batches', first, second: first }, context) // false
 * ```
 */
export async function verify(proof: Proof, context: Context): Promise<boolean> {
  const decoded = decode(proof)
  const { protocol, executor, epoch } = assertSigners(context)
  if (!isConvicting(decoded, { protocol, executor, epoch })) return false
  return areSigned(statementsOf(decoded), context)
}

/**
 * What the fault is slashed under, once, however many proofs there are: `executor:epoch` for equivocation,
 * `executor:epoch:index` for a leaf. The same as in `Settlement`.
 *
 * @throws InvalidProofError if the proof is malformed.
 * @see protocol.md, section 9
 * @example
 * ```ts
 * import { Encoding, Fault } from '@spotcheck/core'
 *
 * const { zero32, zeroAddress: executor } = Encoding
 * const signature: Encoding.Hex = `0x${'00'.repeat(65)}`
 * const body = { paramsHash: zero32, executor, epoch: 2, index: 5, leafHash: zero32 }
 * const promise = { paramsHash: zero32, executor, epoch: 2, count: 3, totalWeight: 9n, root: zero32 }
 * const batch = { body: { ...promise, canaryRoot: zero32, beaconRound: 9 }, signature }
 * const proof = { kind: 'receipt-outside-batch', receipt: { body, signature }, batch } as const
 * Fault.slashId(proof) === `${executor}:2:5` // true
 * ```
 */
export function slashId(proof: Proof): string {
  const decoded = decode(proof)
  const { executor, epoch } = statementsOf(decoded).at(-1)!.body as Place
  const index = indexOf(decoded)
  return index === undefined ? `${executor}:${epoch}` : `${executor}:${epoch}:${index}`
}
