/**
 * secp256k1 signatures by viem.
 *
 * @module
 */
import { recoverTypedDataAddress } from 'viem'
import type { Address, Hex } from '../Encoding.js'
import type { Authenticator } from '../Message.js'
import type { Definition } from '../TypedData.js'

/** Half the order of secp256k1: of s and n - s only the lower is canonical (EIP-2). */
const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n

/** Recovers secp256k1 signers; anything but a canonical 65-byte signature has none. */
export const secp256k1: Authenticator = {
  async recover(definition: Definition, signature: Hex): Promise<Address | null> {
    if (!isCanonical(signature)) return null
    try {
      const address = await recoverTypedDataAddress({ ...definition, signature } as never)
      return address.toLowerCase() as Address
    } catch {
      return null
    }
  },
}

function isCanonical(signature: Hex): boolean {
  const v = Number.parseInt(signature.slice(130), 16)
  const s = BigInt(`0x${signature.slice(66, 130)}`)
  return signature.length === 132 && (v === 27 || v === 28) && s > 0n && s <= HALF_ORDER
}
