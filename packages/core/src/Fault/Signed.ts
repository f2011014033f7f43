/** Signed statements of one executor, and whose they are. */
import * as z from 'zod'
import * as Checkpoint from '../Checkpoint.js'
import * as Commitment from '../Commitment.js'
import { type Address, assertInteger, assertObject, fromHex, type Hex } from '../Encoding.js'
import { InvalidInputError } from '../Errors.js'
import type { Authenticator } from '../Message.js'
import * as Opening from '../Opening.js'
import * as Protocol from '../Protocol.js'
import * as Receipt from '../Receipt.js'
import * as Schema from '../Schema.js'
import * as TypedData from '../TypedData.js'

/** A body with its signature, r || s || v, over the body's EIP-712 digest. A `Message.Envelope` is one too. */
export type Signed<T> = Readonly<{ body: T; signature: Hex }>

/** A leaf with its inclusion proof. A `Disclosure` is one too. */
export type Included = Readonly<{ leaf: Commitment.Leaf; proof: readonly Hex[] }>

/** Whom a proof is to convict, and for which epoch of which network. */
export type Place = Readonly<{ protocol: Protocol.Protocol; executor: Address; epoch: number }>

/** A place, and how its signatures are told. */
export type Context = Place &
  Readonly<{
    /** Address of the executor's operator key, as registered for the epoch. */
    operator: Address
    authenticator: Authenticator
  }>

/** A signed body with the name of its struct. */
export type Statement = Readonly<{ struct: TypedData.Name; body: object; signature: Hex }>

function signed<T>(body: z.ZodType<T>): z.ZodType<Signed<T>> {
  return z.strictObject({ body, signature: Schema.signature })
}

export const signedBatch: z.ZodType<Signed<Commitment.Batch>> = signed(Commitment.batchSchema)
export const signedReceipt: z.ZodType<Signed<Receipt.Receipt>> = signed(Receipt.schema)
export const signedCheckpoint: z.ZodType<Signed<Checkpoint.Checkpoint>> = signed(Checkpoint.schema)
export const signedOpening: z.ZodType<Signed<Opening.Opening>> = signed(Opening.schema)

/** Nodes of an inclusion or a consistency proof. */
export const nodes: z.ZodType<Hex[]> = Schema.list(Commitment.nodeSchema, 0, Checkpoint.maxProof)

export const includedLeaf: z.ZodType<Included> = z.strictObject({ leaf: Commitment.leafSchema, proof: nodes })

/** The statements that a batch, receipt, checkpoint or opening makes. */
export const batch = (one: Signed<Commitment.Batch>): Statement => ({ struct: 'Batch', ...one })
export const receipt = (one: Signed<Receipt.Receipt>): Statement => ({ struct: 'Receipt', ...one })
export const checkpoint = (one: Signed<Checkpoint.Checkpoint>): Statement => ({ struct: 'Checkpoint', ...one })
export const opening = (one: Signed<Opening.Opening>): Statement => ({ struct: 'Opening', ...one })

/** Is it of that executor and epoch, under these parameters? The chain is in the domain that is signed. */
export function belongs({ paramsHash, executor, epoch }: Claimed, place: Place): boolean {
  return paramsHash === Protocol.hash(place.protocol) && executor === place.executor && epoch === place.epoch
}

/** What every statement but an opening says of itself. */
export type Claimed = Readonly<{ paramsHash: Hex; executor: Address; epoch: number }>

/** Does the opening speak of that batch? It names it by its digest, and so parameters, epoch and chain too. */
export function opens(one: Opening.Opening, of: Commitment.Batch, { protocol, executor }: Place): boolean {
  return one.executor === executor && one.batchDigest === Commitment.digest(of, protocol)
}

/** Refuses a place that is none. @throws InvalidInputError, or InvalidProtocolError if the protocol is none. */
export function assertPlace(place: Place, subject: string): Place {
  const { protocol, executor, epoch } = assertObject(place, subject)
  Protocol.hash(protocol)
  fromHex(executor, `${subject}.executor`, 20)
  assertInteger(epoch, `${subject}.epoch`, 0, 2 ** 32)
  return place
}

/** Did the operator key sign all of them, in this domain? */
export async function areSigned(statements: readonly Statement[], context: Context): Promise<boolean> {
  const { protocol, operator, authenticator } = assertSigners(context)
  for (const { struct, body, signature } of statements) {
    const definition = TypedData.definition(Protocol.domain(protocol), struct, body)
    if ((await authenticator.recover(definition, signature)) !== operator) return false
  }
  return true
}

/** Refuses a context without an operator or a way to tell signatures. @throws InvalidInputError */
export function assertSigners(context: Context): Context {
  assertPlace(context, 'context')
  fromHex(context.operator, 'context.operator', 20)
  if (typeof assertObject(context.authenticator, 'context.authenticator').recover === 'function') return context
  throw new InvalidInputError('authenticator can’t recover signers.', {
    subject: 'context.authenticator',
    value: context.authenticator,
    rule: 'an object with recover',
    fix: 'pass secp256k1 of @spotcheck/core/viem',
  })
}
