import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { type Address, type Hex, toHex } from '../Encoding.js'
import type { Authenticator, Signer } from '../Message.js'
import * as Schema from '../Schema.js'
import type { Definition } from '../TypedData.js'

/**
 * A deterministic stand-in for signatures, for simulations and tests: it binds address, domain and message, but anybody
 * can make one. Never use it where somebody might lie.
 */
export const cheapAuthenticator: Authenticator = {
  async recover(definition: Definition, signature: Hex): Promise<Address | null> {
    const address = signature.slice(0, 42) as Address
    return signature === cheapSignature(address, definition) ? address : null
  },
}

/** Signs for `address` in the scheme of {@link cheapAuthenticator}. */
export function cheapSigner(address: Address): Signer {
  return { address, signTypedData: async (definition) => cheapSignature(address, definition) }
}

/** address || first 44 bytes of what the message hashes to || 1b: 65 bytes, like a real one. */
function cheapSignature(address: Address, { domain, primaryType, message }: Definition): Hex {
  const hash = toHex(sha256(utf8ToBytes(JSON.stringify([domain, primaryType, message], Schema.toJson))))
  return `${address}${hash.slice(2)}${'00'.repeat(12)}1b`
}
