/**
 * What an audit finds, and the check that all its parts share.
 *
 * @module
 */
import type * as Disclosure from '@spotcheck/core/Disclosure'
import type * as Encoding from '@spotcheck/core/Encoding'
import * as Message from '@spotcheck/core/Message'
import { secp256k1 } from '@spotcheck/core/viem'

/** One thing that is wrong. */
export type Finding = Readonly<{ check: Check; index: number | null; message: string }>

/** What is checked. */
export type Check = 'parameters' | 'batch' | 'signature' | 'beacon-round' | 'randomness' | 'disclosure' | 'opening'

/** What the parts of an audit share. */
export type Context = Readonly<{
  file: Message.Files.BatchFile
  batchDigest: Encoding.Hex
  operator: Encoding.Address
  drawn: readonly number[] | null
}>

/** A disclosure by index, where it is in the batch. */
export type Leaves = ReadonlyMap<number, Disclosure.Disclosure>

/** Is a message signed by the operator key? */
export async function signerFindings(
  envelope: Message.Envelope,
  check: Check,
  index: number | null,
  { file, operator }: Context,
): Promise<Finding[]> {
  const signer = await secp256k1.recover(Message.definition(envelope, file.protocol), envelope.signature)
  if (signer === operator) return []
  const who = signer === null ? 'its signature is no canonical secp256k1 signature' : `it is signed by ${signer}`
  return [{ check, index, message: `${who}, not by the operator key ${operator}` }]
}
