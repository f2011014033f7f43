/**
 * EIP-712: the one table of types that wallets, contracts and the library share (protocol.md, "Bytes").
 *
 * @module
 */
import { hashTypedData, domainSeparator as viemDomainSeparator, hashStruct as viemHashStruct } from 'viem'
import { type Address, assertInteger, assertObject, assertOneOf, fromHex, type Hex, zeroAddress } from './Encoding.js'
import { BaseError, show } from './Errors.js'
import { freeze } from './Schema.js'

/** Where signatures are valid: one chain and contract, or the zero address off chain. */
export type Domain = Readonly<{ chainId: number; verifyingContract: Address }>

type Field = Readonly<{ name: string; type: string }>

function fields(declaration: string): readonly Field[] {
  return declaration.split(',').map((field) => {
    const [type = '', name = ''] = field.trim().split(' ')
    return { name, type }
  })
}

/** Every struct that is hashed or signed. */
export const types: Readonly<Record<Name, readonly Field[]>> = freeze({
  Task: fields(
    'bytes32 model,bytes32 input,bytes32 decoding,bytes32 seed,address client,uint256 nonce,uint128 reward,uint128 value,bytes32 paramsHash',
  ),
  Batch: fields(
    'bytes32 paramsHash,address executor,uint64 epoch,uint64 count,uint128 totalWeight,bytes32 root,bytes32 canaryRoot,uint64 beaconRound',
  ),
  Protocol: fields(
    'uint32 version,string environment,uint64 genesis,uint64 epochLength,Windows windows,uint64 censorship,uint64 finality,string mode,string sampling,uint256 rate,uint128 interval,string treeHash,Comparator comparator,Beacon beacon,Verification verification,Arbitration arbitration,Evidence evidence,uint256 canaryRate,uint64 unbonding,Slash slash',
  ),
  Windows: fields(
    'uint64 beacon,uint64 disclosure,uint64 verifierCommit,uint64 opening,uint64 reveal,uint64 dispute,uint64 arbitrationBeacon,uint64 vote,uint64 ruling,uint64 settlement',
  ),
  Comparator: fields(
    'string kind,uint256 tolerance,bool greedy,uint256 slack,uint256 peak,uint16 topk,uint16 minExponentMatches,uint16 maxMeanMantissaError,uint16 maxMedianMantissaError,uint256 absolute,uint256 relative,uint32 ulps,bytes32 id',
  ),
  Beacon: fields(
    'string source,string chain,uint64 gap,uint64 genesis,uint64 period,bytes32 secret,address[] panel,uint64 minimum,uint64 draws',
  ),
  Verification: fields('uint16 verifiers,uint16 maxReplacements,uint128 fee,uint128 reward,uint128 bond'),
  Arbitration: fields('uint16[] quorums,uint128 reward,address final,uint256 colluding,uint256 capture'),
  Evidence: fields('uint256 alpha,uint256 power,uint256 falsePositive,uint256[] cheatRates,bool restart'),
  Slash: fields(
    'uint128 mismatch,uint128 opening,uint128 equivocation,uint128 missingReveal,uint128 wrongVerdict,uint128 withheldBeacon,uint256 burnShare,uint128 bounty',
  ),
  TaskKey: fields('bytes32 paramsHash,address client,address key,uint64 epoch'),
  VrfKey: fields('bytes32 paramsHash,address verifier,bytes32 publicKey,uint64 epoch,bytes proof'),
  Receipt: fields('bytes32 paramsHash,address executor,uint64 epoch,uint64 index,bytes32 leafHash'),
  Voucher: fields('bytes32 paramsHash,address client,address executor,uint64 epoch,uint128 cumulative'),
  Checkpoint: fields('bytes32 paramsHash,address executor,uint64 epoch,uint64 sequence,uint64 size,bytes32 root'),
  BeaconCommit: fields('bytes32 paramsHash,address member,uint64 epoch,uint8 level,bytes32 commitment'),
  BeaconReveal: fields('bytes32 paramsHash,address member,uint64 epoch,uint8 level,bytes32 secret'),
  Leaf: fields('uint64 index,bytes32 taskId,uint128 weight,bytes32 bytesCommit,bytes32 evidenceCommit'),
  Disclosure: fields(
    'bytes32 batchDigest,address executor,Leaf leaf,bytes[] proof,Task task,bytes taskSignature,bytes input,bytes output,bytes32 outputSalt',
  ),
  VerifierCommitment: fields(
    'bytes32 batchDigest,address executor,address verifier,uint64 index,uint8 level,bytes32 commitment',
  ),
  Indeterminate: fields('bytes32 batchDigest,address executor,address verifier,uint64 index,uint8 level,string reason'),
  OpenedLeaf: fields(
    'uint64 index,bytes32 taskId,uint128 weight,bytes output,bytes32 outputSalt,bytes evidence,bytes32 evidenceSalt',
  ),
  Opening: fields('bytes32 batchDigest,address executor,OpenedLeaf[] leaves,bytes[] proof'),
  Reveal: fields(
    'bytes32 batchDigest,address executor,address verifier,uint64 index,uint8 level,bytes content,bytes32 salt,string claim',
  ),
  Inclusion: fields('bytes32 batchDigest,address executor,Leaf leaf,bytes[] proof'),
  Consistency: fields('bytes32 batchDigest,address executor,uint64 sequence,bytes[] proof'),
  Leak: fields('bytes32 batchDigest,address executor,address reporter,uint64 index,bytes content,bytes32 salt'),
  Warrant: fields('bytes32 paramsHash,address dealer,address executor,uint64 epoch,bytes32 taskId,bytes32 salt'),
  Canary: fields(
    'bytes32 batchDigest,address executor,uint64 index,Warrant warrant,bytes warrantSignature,bytes32[] warrants,bytes32 salt',
  ),
  Appeal: fields('bytes32 batchDigest,address executor,address party,uint64 index,uint8 level'),
  Ruling: fields('bytes32 batchDigest,address executor,address arbiter,uint64 index,string claim'),
})

/** The name of a struct in `types`. */
export type Name =
  | 'Task'
  | 'Batch'
  | 'Protocol'
  | 'Windows'
  | 'Comparator'
  | 'Beacon'
  | 'Verification'
  | 'Arbitration'
  | 'Evidence'
  | 'Slash'
  | 'TaskKey'
  | 'VrfKey'
  | 'Receipt'
  | 'Voucher'
  | 'Checkpoint'
  | 'BeaconCommit'
  | 'BeaconReveal'
  | 'Leaf'
  | 'Disclosure'
  | 'VerifierCommitment'
  | 'Indeterminate'
  | 'OpenedLeaf'
  | 'Opening'
  | 'Reveal'
  | 'Inclusion'
  | 'Consistency'
  | 'Leak'
  | 'Warrant'
  | 'Canary'
  | 'Appeal'
  | 'Ruling'

/** What a wallet is asked to sign; a viem account's `signTypedData` takes it as it is. */
export type Definition = Readonly<{
  domain: Readonly<{ name: string; version: string; chainId: number; verifyingContract: Address }>
  types: Readonly<Record<string, readonly Field[]>>
  primaryType: string
  message: Record<string, unknown>
}>

/**
 * The definition to sign for a struct of `types`.
 *
 * @throws InvalidInputError if `primaryType` is no struct of `types`, the domain is malformed or the message no object.
 * @example
 * ```ts
 * import { Encoding, TypedData } from '@spotcheck/core'
 *
 * const domain = { chainId: 1, verifyingContract: Encoding.zeroAddress }
 * TypedData.definition(domain, 'Task', {}).domain.name // 'Spotcheck'
 * ```
 */
export function definition(domain: Domain, primaryType: Name, message: object): Definition {
  const { chainId, verifyingContract } = assertObject(domain, 'domain')
  assertInteger(chainId, 'chainId')
  fromHex(verifyingContract, 'verifyingContract', 20)
  return {
    domain: { name: 'Spotcheck', version: '1', chainId, verifyingContract },
    types,
    primaryType: assertOneOf(primaryType, 'primaryType', Object.keys(types) as Name[]),
    message: assertObject(message, 'message') as Record<string, unknown>,
  }
}

/**
 * EIP-712 hashStruct of a message, 32 bytes.
 *
 * @throws InvalidTypedDataError if the message is not of that type.
 * @see https://eips.ethereum.org/EIPS/eip-712
 * @example
 * ```ts
 * import { TypedData } from '@spotcheck/core'
 *
 * const zero = `0x${'00'.repeat(32)}`
 * const message = { index: 0n, taskId: zero, weight: 1n, bytesCommit: zero, evidenceCommit: zero }
 * TypedData.hashStruct('Leaf', message).length // 66
 * ```
 */
export function hashStruct(primaryType: Name, message: object): Hex {
  const data = definition(NOWHERE, primaryType, message).message
  return encoded(primaryType, message, () => viemHashStruct({ primaryType, types, data } as never))
}

/**
 * EIP-712 signing digest of a message: `keccak256(0x1901 || domainSeparator || hashStruct)`, 32 bytes.
 *
 * @throws InvalidTypedDataError if domain or message is not of its type.
 * @example
 * ```ts
 * import { Encoding, TypedData } from '@spotcheck/core'
 *
 * const domain = { chainId: 1, verifyingContract: Encoding.zeroAddress }
 * const { zero32 } = Encoding
 * const message = { index: 0n, taskId: zero32, weight: 1n, bytesCommit: zero32, evidenceCommit: zero32 }
 * TypedData.digest(domain, 'Leaf', message).length // 66
 * ```
 */
export function digest(domain: Domain, primaryType: Name, message: object): Hex {
  return digestOf(definition(domain, primaryType, message))
}

/**
 * The signing digest of a definition, 32 bytes: what a wallet that is handed it signs.
 *
 * @throws InvalidTypedDataError
 * @example
 * ```ts
 * import { Encoding, TypedData } from '@spotcheck/core'
 *
 * const domain = { chainId: 1, verifyingContract: Encoding.zeroAddress }
 * const { zero32 } = Encoding
 * const message = { index: 0n, taskId: zero32, weight: 1n, bytesCommit: zero32, evidenceCommit: zero32 }
 * const definition = TypedData.definition(domain, 'Leaf', message)
 * TypedData.digestOf(definition) === TypedData.digest(domain, 'Leaf', message) // true
 * ```
 */
export function digestOf(definition: Definition): Hex {
  const { primaryType, message } = assertObject(definition, 'definition')
  return encoded(primaryType, message, () => hashTypedData(definition as never))
}

/**
 * EIP-712 domain separator, 32 bytes.
 *
 * @throws InvalidTypedDataError if the domain is malformed.
 * @example
 * ```ts
 * import { Encoding, TypedData } from '@spotcheck/core'
 *
 * const here = TypedData.domainSeparator({ chainId: 1, verifyingContract: Encoding.zeroAddress })
 * here === TypedData.domainSeparator({ chainId: 5, verifyingContract: Encoding.zeroAddress }) // false
 * ```
 */
export function domainSeparator(domain: Domain): Hex {
  const full = definition(domain, 'Task', {}).domain
  return encoded('EIP712Domain', full, () => viemDomainSeparator({ domain: full }))
}

const NOWHERE: Domain = { chainId: 0, verifyingContract: zeroAddress }

function encoded(type: string, value: unknown, encode: () => Hex): Hex {
  try {
    return encode()
  } catch (cause) {
    throw new InvalidTypedDataError('a value has no EIP-712 form.', {
      subject: 'message',
      value,
      rule: `the fields of ${show(type)}, each of its type and in range`,
      fix: 'decode it first, e.g. with Task.from or Commitment.batchFrom',
      see: 'protocol.md, Bytes',
      cause,
    })
  }
}

/** A value that is not of the EIP-712 type it is to be hashed or signed as. */
export class InvalidTypedDataError extends BaseError {
  override name = 'TypedData.InvalidTypedDataError'
}
