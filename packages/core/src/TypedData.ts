/**
 * EIP-712: the one table of types that wallets, contracts and the library share (protocol.md, "Bytes").
 *
 * @module
 */
import { hashTypedData, domainSeparator as viemDomainSeparator, hashStruct as viemHashStruct } from 'viem'
import type { Address, Hex } from './Encoding.js'

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
export const types = {
  Task: fields(
    'bytes32 model,bytes32 input,bytes32 decoding,bytes32 seed,address client,uint256 nonce,uint128 reward,uint128 value,bytes32 paramsHash',
  ),
  Batch: fields(
    'bytes32 paramsHash,address executor,uint64 epoch,uint64 count,uint128 totalWeight,bytes32 root,bytes32 canaryRoot,uint64 beaconRound',
  ),
  Protocol: fields(
    'uint32 version,string environment,uint64 genesis,uint64 epochLength,Windows windows,uint64 censorship,uint64 finality,string mode,string sampling,uint256 rate,Comparator comparator,Beacon beacon,Verification verification,Slash slash',
  ),
  Windows: fields(
    'uint64 beacon,uint64 disclosure,uint64 verifierCommit,uint64 opening,uint64 reveal,uint64 arbitrationBeacon,uint64 dispute,uint64 settlement',
  ),
  Comparator: fields('string kind,uint256 tolerance,bool greedy'),
  Beacon: fields(
    'string source,string chain,uint64 gap,uint64 genesis,uint64 period,bytes32 secret,address[] panel,uint64 minimum',
  ),
  Verification: fields(
    'uint16 verifiers,uint16 quorum,uint16 maxReplacements,uint128 fee,uint128 reward,uint128 arbiterReward,uint128 bond',
  ),
  Slash: fields(
    'uint128 mismatch,uint128 opening,uint128 equivocation,uint128 missingReveal,uint128 wrongVerdict,uint128 withheldBeacon,uint256 burnShare,uint128 bounty',
  ),
  BeaconCommit: fields('bytes32 paramsHash,address member,uint64 epoch,uint8 level,bytes32 commitment'),
  BeaconReveal: fields('bytes32 paramsHash,address member,uint64 epoch,uint8 level,bytes32 secret'),
  Leaf: fields('uint64 index,bytes32 taskId,uint128 weight,bytes32 bytesCommit,bytes32 evidenceCommit'),
  Disclosure: fields(
    'bytes32 batchDigest,address executor,Leaf leaf,bytes32[] proof,Task task,bytes taskSignature,bytes input,bytes output,bytes32 outputSalt',
  ),
  VerifierCommitment: fields(
    'bytes32 batchDigest,address executor,address verifier,uint64 index,uint8 level,bytes32 commitment',
  ),
  Indeterminate: fields('bytes32 batchDigest,address executor,address verifier,uint64 index,uint8 level,string reason'),
  OpenedLeaf: fields('uint64 index,bytes output,bytes32 outputSalt,bytes evidence,bytes32 evidenceSalt'),
  Opening: fields('bytes32 batchDigest,address executor,OpenedLeaf[] leaves'),
  Reveal: fields(
    'bytes32 batchDigest,address executor,address verifier,uint64 index,uint8 level,bytes content,bytes32 salt,string claim',
  ),
} satisfies Record<string, readonly Field[]> as Readonly<Record<Name, readonly Field[]>>

/** The name of a struct in `types`. */
export type Name =
  | 'Task'
  | 'Batch'
  | 'Protocol'
  | 'Windows'
  | 'Comparator'
  | 'Beacon'
  | 'Verification'
  | 'Slash'
  | 'BeaconCommit'
  | 'BeaconReveal'
  | 'Leaf'
  | 'Disclosure'
  | 'VerifierCommitment'
  | 'Indeterminate'
  | 'OpenedLeaf'
  | 'Opening'
  | 'Reveal'

/** What a wallet is asked to sign; a viem account's `signTypedData` takes it as it is. */
export type Definition = Readonly<{
  domain: Readonly<{ name: string; version: string; chainId: number; verifyingContract: Address }>
  types: Readonly<Record<string, readonly Field[]>>
  primaryType: string
  message: Record<string, unknown>
}>

/** The definition to sign for a struct of `types`. */
export function definition(domain: Domain, primaryType: Name, message: object): Definition {
  const { chainId, verifyingContract } = domain
  return {
    domain: { name: 'Spotcheck', version: '1', chainId, verifyingContract },
    types,
    primaryType,
    message: message as Record<string, unknown>,
  }
}

/** EIP-712 hashStruct of a message, 32 bytes. */
export function hashStruct(primaryType: Name, message: object): Hex {
  return viemHashStruct({ primaryType, types, data: message as Record<string, unknown> } as never)
}

/** EIP-712 signing digest of a message, 32 bytes. */
export function digest(domain: Domain, primaryType: Name, message: object): Hex {
  return hashTypedData(definition(domain, primaryType, message) as never)
}

/** EIP-712 domain separator, 32 bytes. */
export function domainSeparator(domain: Domain): Hex {
  return viemDomainSeparator({ domain: definition(domain, 'Task', {}).domain })
}
