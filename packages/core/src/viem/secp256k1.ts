/** Canonical secp256k1 signatures. */
import { recoverAddress } from 'viem'
import type { Address, Hex } from '../Encoding.js'
import type { Authenticator } from '../Message.js'
import * as Schema from '../Schema.js'
import * as TypedData from '../TypedData.js'

/** Half the order of secp256k1: of s and n - s only the lower is canonical (EIP-2). */
const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n

/**
 * Recovers secp256k1 signers; anything but a canonical 65-byte signature has none: lower-case hex, low s, v 27 or 28.
 *
 * Its `recover` throws InvalidTypedDataError if the definition has no EIP-712 digest.
 *
 * @see https://eips.ethereum.org/EIPS/eip-2
 * @example
 * ```ts
 * import { Protocol, TypedData } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 * import { secp256k1 } from '@spotcheck/core/viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 *
 * const account = privateKeyToAccount(`0x${'42'.repeat(32)}`)
 * const protocol = Protocol.from(testParameters)
 * const definition = TypedData.definition(Protocol.domain(protocol), 'Protocol', Protocol.toStruct(protocol))
 * const signature = await account.signTypedData(definition)
 * ;(await secp256k1.recover(definition, signature)) === account.address.toLowerCase() // true
 * ```
 */
export const secp256k1: Authenticator = {
  async recover(definition: TypedData.Definition, signature: Hex): Promise<Address | null> {
    const hash = TypedData.digestOf(definition)
    if (!isCanonical(signature)) return null
    try {
      return (await recoverAddress({ hash, signature })).toLowerCase() as Address
    } catch {
      // No public key: an r that is no point of the curve, or out of range.
      return null
    }
  },
}

function isCanonical(signature: Hex): boolean {
  if (!Schema.accepts(Schema.signature, signature)) return false
  const v = Number.parseInt(signature.slice(130), 16)
  const s = BigInt(`0x${signature.slice(66, 130)}`)
  return (v === 27 || v === 28) && s > 0n && s <= HALF_ORDER
}
