import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { type Address, assertObject, fromHex, type Hex, toHex } from '../Encoding.js'
import type { Authenticator, Signer } from '../Message.js'
import * as Schema from '../Schema.js'
import type { Definition } from '../TypedData.js'

/**
 * A deterministic stand-in for signatures, for simulations and tests: it binds address, domain and message, but anybody
 * can make one. Never use it where somebody might lie.
 *
 * @example
 * ```ts
 * import { Encoding, Message, Protocol } from '@spotcheck/core'
 * import { cheapAuthenticator, cheapSigner, testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const member: Encoding.Address = `0x${'a1'.repeat(20)}`
 * const body = { paramsHash: Protocol.hash(protocol), member, epoch: 0, level: 0, secret: Encoding.zero32 }
 * const envelope = await Message.sign({ kind: 'beacon-reveal', body }, protocol, cheapSigner(member))
 * const received = await Message.authenticate(envelope, protocol, cheapAuthenticator)
 * received.signer === member // true
 * ```
 */
export const cheapAuthenticator: Authenticator = {
  async recover(definition: Definition, signature: Hex): Promise<Address | null> {
    if (!Schema.accepts(Schema.signature, signature)) return null
    const address: Address = `0x${signature.slice(2, 42)}`
    return signature === cheapSignature(address, definition) ? address : null
  },
}

/**
 * Signs for `address` in the scheme of {@link cheapAuthenticator}.
 *
 * @throws InvalidInputError if it is no address.
 * @example
 * ```ts
 * import { Encoding, Protocol, Receipt } from '@spotcheck/core'
 * import { cheapAuthenticator, cheapSigner, testParameters } from '@spotcheck/core/memory'
 *
 * const { zero32, zeroAddress } = Encoding
 * const receipt = { paramsHash: zero32, executor: zeroAddress, epoch: 0, index: 3, leafHash: zero32 }
 * const definition = Receipt.definition(receipt, Protocol.from(testParameters))
 * const signature = await cheapSigner(zeroAddress).signTypedData(definition)
 * ;(await cheapAuthenticator.recover(definition, signature)) === zeroAddress // true
 * ```
 */
export function cheapSigner(address: Address): Signer {
  fromHex(address, 'address', 20)
  return { address, signTypedData: async (definition) => cheapSignature(address, definition) }
}

/** address || 32 bytes of what the message hashes to || 12 zeros || 1b: 65 bytes, like a real one. */
function cheapSignature(address: Address, definition: Definition): Hex {
  const { domain, primaryType, message } = assertObject(definition, 'definition')
  const hash = toHex(sha256(utf8ToBytes(JSON.stringify([address, domain, primaryType, message], canonical))))
  return `${address}${hash.slice(2)}${'00'.repeat(12)}1b`
}

/** As `Schema.toJson`, with the keys sorted: the order in which fields were written means nothing. */
function canonical(key: string, value: unknown): unknown {
  const data = Schema.toJson(key, value)
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return data
  return Object.fromEntries(Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1)))
}
