/**
 * What an executor signs when it hands an output over: this leaf will stand at this index of the epoch's batch
 * (protocol.md, section 3). It goes to the client with the leaf itself. So to serve one answer and commit to another, to
 * leave a served task out, or to commit to nothing is provable: see `Fault`.
 *
 * @module
 */
import * as z from 'zod'
import * as Commitment from './Commitment.js'
import { type Address, assertObject, type Hex, toHex } from './Encoding.js'
import { BaseError } from './Errors.js'
import * as Merkle from './Merkle.js'
import * as Protocol from './Protocol.js'
import * as Schema from './Schema.js'
import * as TypedData from './TypedData.js'

/** The promise; the executor's operator key signs it. */
export type Receipt = Readonly<{
  paramsHash: Hex
  executor: Address
  epoch: number
  index: number
  /** `H(0x00 || leafData)` of the promised leaf: see {@link leafHash}. */
  leafHash: Hex
}>

/** Schema of {@link Receipt}. */
export const schema: z.ZodType<Receipt> = z.strictObject({
  paramsHash: Schema.bytes32,
  executor: Schema.address,
  epoch: Schema.integer(0, 2 ** 32),
  index: Schema.integer(),
  leafHash: Schema.bytes32,
})

/**
 * Decodes a receipt.
 *
 * @throws InvalidReceiptError naming the field, the value, the rule and the fix.
 * @example
 * ```ts
 * import { Encoding, Receipt } from '@spotcheck/core'
 *
 * const { zero32, zeroAddress } = Encoding
 * Receipt.from({ paramsHash: zero32, executor: zeroAddress, epoch: 0, index: 3, leafHash: zero32 }).index // 3
 * ```
 */
export function from(value: unknown): Receipt {
  return Schema.parse(schema, value, 'receipt', InvalidReceiptError)
}

/** Of which leaf, by whom and for which epoch. */
export type IssueParameters = Readonly<{
  protocol: Protocol.Protocol
  executor: Address
  epoch: number
  leaf: Commitment.Leaf
}>

/**
 * The receipt for a leaf, to be signed. Sign one for each index, and only for leaves that the batch will have.
 *
 * @throws InvalidReceiptError if epoch or executor is malformed, InvalidInputError if the leaf is, InvalidProtocolError
 * if `protocol` is none.
 * @example
 * ```ts
 * import { Encoding, Protocol, Receipt } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const { zero32, zeroAddress } = Encoding
 * const leaf = { index: 3, taskId: zero32, weight: 500n, bytesCommit: zero32, evidenceCommit: zero32 }
 * const protocol = Protocol.from(testParameters)
 * const receipt = Receipt.issue({ protocol, executor: zeroAddress, epoch: 0, leaf })
 * receipt.index // 3
 * Receipt.promises(receipt, leaf) // true
 * Receipt.promises(receipt, { ...leaf, weight: 1n }) // false
 * ```
 */
export function issue(parameters: IssueParameters): Receipt {
  const { protocol, executor, epoch, leaf } = assertObject(parameters, 'parameters')
  const { index } = assertObject(leaf, 'leaf')
  return from({ paramsHash: Protocol.hash(protocol), executor, epoch, index, leafHash: leafHash(leaf) })
}

/**
 * `keccak256(0x00 || leafData)`, 32 bytes, whatever tree the parameters choose: a receipt is signed before there is one.
 *
 * @throws InvalidInputError if the leaf is malformed.
 * @see protocol.md, Bytes
 * @example
 * ```ts
 * import { Commitment, Encoding, Hash, Receipt } from '@spotcheck/core'
 *
 * const { zero32 } = Encoding
 * const leaf = { index: 3, taskId: zero32, weight: 500n, bytesCommit: zero32, evidenceCommit: zero32 }
 * const preimage = Encoding.concat(Uint8Array.of(0), Commitment.encodeLeaf(leaf))
 * Receipt.leafHash(leaf) === Encoding.toHex(Hash.keccak256(preimage)) // true
 * ```
 */
export function leafHash(leaf: Commitment.Leaf): Hex {
  return toHex(Merkle.leafHash(Commitment.encodeLeaf(leaf)))
}

/**
 * Is `leaf` what the receipt promises? What a client checks before it takes the output and signs a voucher.
 *
 * @throws InvalidReceiptError if the receipt is malformed, InvalidInputError if the leaf is.
 * @example
 * ```ts
 * import { Encoding, Receipt } from '@spotcheck/core'
 *
 * const { zero32, zeroAddress } = Encoding
 * const leaf = { index: 3, taskId: zero32, weight: 500n, bytesCommit: zero32, evidenceCommit: zero32 }
 * const leafHash = Receipt.leafHash(leaf)
 * const receipt = { paramsHash: zero32, executor: zeroAddress, epoch: 0, index: 3, leafHash }
 * Receipt.promises(receipt, leaf) // true
 * Receipt.promises(receipt, { ...leaf, weight: 1n }) // false
 * ```
 */
export function promises(receipt: Receipt, leaf: Commitment.Leaf): boolean {
  const { index, leafHash: promised } = from(receipt)
  return leafHash(leaf) === promised && leaf.index === index
}

/**
 * The typed data that the executor's operator key signs:
 * `Receipt(bytes32 paramsHash,address executor,uint64 epoch,uint64 index,bytes32 leafHash)`.
 *
 * @throws InvalidReceiptError if the receipt is malformed, InvalidProtocolError if `protocol` is none.
 * @example
 * ```ts
 * import { Encoding, Protocol, Receipt } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const { zero32, zeroAddress } = Encoding
 * const receipt = { paramsHash: zero32, executor: zeroAddress, epoch: 0, index: 3, leafHash: zero32 }
 * Receipt.definition(receipt, Protocol.from(testParameters)).primaryType // 'Receipt'
 * ```
 */
export function definition(receipt: Receipt, protocol: Protocol.Protocol): TypedData.Definition {
  return TypedData.definition(Protocol.domain(protocol), 'Receipt', from(receipt))
}

/**
 * EIP-712 signing digest, 32 bytes.
 *
 * @throws InvalidReceiptError if the receipt is malformed, InvalidProtocolError if `protocol` is none.
 * @example
 * ```ts
 * import { Encoding, Protocol, Receipt } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const { zero32, zeroAddress } = Encoding
 * const receipt = { paramsHash: zero32, executor: zeroAddress, epoch: 0, index: 3, leafHash: zero32 }
 * Receipt.digest(receipt, Protocol.from(testParameters)).length // 66
 * ```
 */
export function digest(receipt: Receipt, protocol: Protocol.Protocol): Hex {
  return TypedData.digestOf(definition(receipt, protocol))
}

/** A receipt that is malformed. */
export class InvalidReceiptError extends BaseError {
  override name = 'Receipt.InvalidReceiptError'
}
