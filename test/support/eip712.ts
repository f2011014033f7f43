// EIP-712 a second time, from its text alone: no viem, no code of ours.
import { keccak_256 } from '@noble/hashes/sha3.js'
import { concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'

type Struct = Record<string, unknown>
type Field = { type: string; name: string }

/** The structs as protocol.md and the documentation of the parameters write them. */
export const declarations: readonly string[] = [
  'Task(bytes32 model,bytes32 input,bytes32 decoding,bytes32 seed,address client,uint256 nonce,uint128 reward,uint128 value,bytes32 paramsHash)',
  'Batch(bytes32 paramsHash,address executor,uint64 epoch,uint64 count,uint128 totalWeight,bytes32 root,bytes32 canaryRoot,uint64 beaconRound)',
  'Protocol(uint32 version,string environment,uint64 genesis,uint64 epochLength,Windows windows,uint64 censorship,uint64 finality,string mode,string sampling,uint256 rate,uint128 interval,string treeHash,Comparator comparator,Beacon beacon,Verification verification,Arbitration arbitration,Evidence evidence,uint256 canaryRate,uint64 unbonding,Slash slash)',
  'Windows(uint64 beacon,uint64 disclosure,uint64 verifierCommit,uint64 opening,uint64 reveal,uint64 dispute,uint64 arbitrationBeacon,uint64 vote,uint64 ruling,uint64 settlement)',
  'Comparator(string kind,uint256 tolerance,bool greedy,uint256 slack,uint256 peak,uint16 topk,uint16 minExponentMatches,uint16 maxMeanMantissaError,uint16 maxMedianMantissaError,uint256 absolute,uint256 relative,uint32 ulps,bytes32 id)',
  'Beacon(string source,string chain,uint64 gap,uint64 genesis,uint64 period,bytes32 secret,address[] panel,uint64 minimum,uint64 draws)',
  'Verification(uint16 verifiers,uint16 maxReplacements,uint128 fee,uint128 reward,uint128 bond)',
  'Arbitration(uint16[] quorums,uint128 reward,address final,uint256 colluding,uint256 capture)',
  'Evidence(uint256 alpha,uint256 power,uint256 falsePositive,uint256[] cheatRates,bool restart)',
  'Slash(uint128 mismatch,uint128 opening,uint128 equivocation,uint128 missingReveal,uint128 wrongVerdict,uint128 withheldBeacon,uint256 burnShare,uint128 bounty)',
  'TaskKey(bytes32 paramsHash,address client,address key,uint64 epoch)',
  'VrfKey(bytes32 paramsHash,address verifier,bytes32 publicKey,uint64 epoch,bytes proof)',
  'Receipt(bytes32 paramsHash,address executor,uint64 epoch,uint64 index,bytes32 leafHash)',
  'Voucher(bytes32 paramsHash,address client,address executor,uint64 epoch,uint128 cumulative)',
  'Checkpoint(bytes32 paramsHash,address executor,uint64 epoch,uint64 sequence,uint64 size,bytes32 root)',
  'BeaconCommit(bytes32 paramsHash,address member,uint64 epoch,uint8 level,bytes32 commitment)',
  'BeaconReveal(bytes32 paramsHash,address member,uint64 epoch,uint8 level,bytes32 secret)',
  'Leaf(uint64 index,bytes32 taskId,uint128 weight,bytes32 bytesCommit,bytes32 evidenceCommit)',
  'Disclosure(bytes32 batchDigest,address executor,Leaf leaf,bytes[] proof,Task task,bytes taskSignature,bytes input,bytes output,bytes32 outputSalt)',
  'VerifierCommitment(bytes32 batchDigest,address executor,address verifier,uint64 index,uint8 level,bytes32 commitment)',
  'Indeterminate(bytes32 batchDigest,address executor,address verifier,uint64 index,uint8 level,string reason)',
  'OpenedLeaf(uint64 index,bytes32 taskId,uint128 weight,bytes output,bytes32 outputSalt,bytes evidence,bytes32 evidenceSalt)',
  'Opening(bytes32 batchDigest,address executor,OpenedLeaf[] leaves,bytes[] proof)',
  'Reveal(bytes32 batchDigest,address executor,address verifier,uint64 index,uint8 level,bytes content,bytes32 salt,string claim)',
  'Inclusion(bytes32 batchDigest,address executor,Leaf leaf,bytes[] proof)',
  'Consistency(bytes32 batchDigest,address executor,uint64 sequence,bytes[] proof)',
  'Leak(bytes32 batchDigest,address executor,address reporter,uint64 index,bytes content,bytes32 salt)',
  'Warrant(bytes32 paramsHash,address dealer,address executor,uint64 epoch,bytes32 taskId,bytes32 salt)',
  'Canary(bytes32 batchDigest,address executor,uint64 index,Warrant warrant,bytes warrantSignature,bytes32[] warrants,bytes32 salt)',
  'Appeal(bytes32 batchDigest,address executor,address party,uint64 index,uint8 level)',
  'Ruling(bytes32 batchDigest,address executor,address arbiter,uint64 index,string claim)',
]

const declared = new Map(declarations.map((text) => [text.slice(0, text.indexOf('(')), text]))

export function fieldsOf(name: string): Field[] {
  const text = declared.get(name)!
  const list = text.slice(text.indexOf('(') + 1, -1).split(',')
  return list.map((field) => ({ type: field.split(' ')[0]!, name: field.split(' ')[1]! }))
}

/** The struct's own declaration, then those that it refers to, sorted by name. */
function encodeType(name: string): string {
  const found = new Set<string>()
  const visit = (struct: string) => {
    for (const { type } of fieldsOf(struct)) {
      const base = type.replace('[]', '')
      if (!declared.has(base) || found.has(base)) continue
      found.add(base)
      visit(base)
    }
  }
  visit(name)
  found.delete(name)
  return [name, ...[...found].sort()].map((one) => declared.get(one)!).join('')
}

function word(value: bigint): Uint8Array {
  return hexToBytes(value.toString(16).padStart(64, '0'))
}

function encode(type: string, value: unknown): Uint8Array {
  if (type.endsWith('[]'))
    return keccak_256(concatBytes(...(value as unknown[]).map((one) => encode(type.slice(0, -2), one))))
  if (declared.has(type)) return hashStruct(type, value as Struct)
  if (type === 'string') return keccak_256(utf8ToBytes(value as string))
  if (type === 'bytes') return keccak_256(hexToBytes((value as string).slice(2)))
  if (type === 'bool') return word(value ? 1n : 0n)
  return word(BigInt(value as string | number | bigint))
}

export function hashStruct(name: string, value: Struct): Uint8Array {
  const fields = fieldsOf(name).map(({ type, name: field }) => encode(type, value[field]))
  return keccak_256(concatBytes(keccak_256(utf8ToBytes(encodeType(name))), ...fields))
}

const DOMAIN = 'EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)'

export function domainSeparator(chainId: number, verifyingContract: string): Uint8Array {
  const texts = [DOMAIN, 'Spotcheck', '1'].map((text) => keccak_256(utf8ToBytes(text)))
  return keccak_256(concatBytes(...texts, word(BigInt(chainId)), word(BigInt(verifyingContract))))
}

export function digest(chainId: number, verifyingContract: string, name: string, value: Struct): Uint8Array {
  const parts = [domainSeparator(chainId, verifyingContract), hashStruct(name, value)]
  return keccak_256(concatBytes(Uint8Array.of(0x19, 0x01), ...parts))
}
