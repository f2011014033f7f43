/**
 * Signatures by viem: keys by recovery, accounts by asking the chain.
 *
 * @module
 */
export { secp256k1 } from './secp256k1.js'
export { UnverifiableError, type VerifyTaskKeyParameters, verifyTaskKey, WrongChainError } from './taskKey.js'
