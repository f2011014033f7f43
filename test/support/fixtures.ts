// One well-formed value of everything that a decoder reads.
import {
  Checkpoint,
  Commitment,
  Disclosure,
  Encoding,
  Hash,
  Logits,
  type Message,
  Opening,
  Protocol,
  Receipt,
  type Task,
} from '@spotcheck/core'
import { testParameters } from '@spotcheck/core/memory'
import { bytes, evidenceMode, type Hex, hex, panel, party } from './world.js'

export const protocol = Protocol.from(testParameters)
export const evidenceProtocol = Protocol.from({
  ...testParameters,
  ...evidenceMode,
  beacon: { source: 'commit-reveal', gap: 5, genesis: 1_600_000_000, period: 30, panel, minimum: 2 },
})

export const signature: Hex = `0x${'11'.repeat(64)}1b`
export const input: Hex = '0x2a2b'

export function taskWith(overrides: object = {}, of: Protocol.Protocol = protocol): Task.Task {
  const digests = { model: hex(1), input: Encoding.toHex(Hash.keccak256(Encoding.fromHex(input))), decoding: hex(2) }
  const money = { nonce: 3n, reward: 100n, value: 7n }
  return { ...digests, ...money, seed: hex(3), client: party('c', 1), paramsHash: Protocol.hash(of), ...overrides }
}

export function entryWith(n: number, of: Protocol.Protocol = protocol): Commitment.Entry {
  const evidence = Logits.encode([[{ token: n, logit: 2 }]])
  const task = taskWith({ nonce: BigInt(n), value: BigInt(n + 1) }, of)
  return { task, signature, input, output: { bytes: Logits.encodeTokens([n]), evidence } }
}

export function commitmentOf(count: number, overrides: Partial<Commitment.FromParameters> = {}): Commitment.Commitment {
  const entries = Array.from({ length: count }, (_, n) => entryWith(n, overrides.protocol))
  const parameters = { protocol, executor: party('e', 1), epoch: 2, beaconRound: 9, secret: bytes(9), entries }
  return Commitment.from({ ...parameters, ...overrides })
}

const commitment = commitmentOf(5)
const assignment = {
  batchDigest: commitment.digest,
  executor: party('e', 1),
  verifier: party('a', 1),
  index: 3,
  level: 0,
}
const panelist = { paramsHash: Protocol.hash(protocol), member: party('a', 2), epoch: 2, level: 1 }

/** A body of each kind of message. */
export const bodies: Message.Bodies = {
  receipt: Receipt.issue({ protocol, executor: party('e', 1), epoch: 2, leaf: commitment.leaves[3]! }),
  voucher: {
    paramsHash: Protocol.hash(protocol),
    client: party('c', 1),
    executor: party('e', 1),
    epoch: 2,
    cumulative: 300n,
  },
  checkpoint: {
    ...Checkpoint.issue({ protocol, executor: party('e', 1), epoch: 2, tree: commitment.tree }),
    sequence: 1,
  },
  batch: commitment.batch,
  inclusion: {
    batchDigest: commitment.digest,
    executor: party('e', 1),
    leaf: commitment.leaves[3]!,
    proof: Commitment.prove(commitment, 3),
  },
  consistency: { batchDigest: commitment.digest, executor: party('e', 1), sequence: 1, proof: [hex(3)] },
  'beacon-commit': { ...panelist, commitment: hex(5) },
  'beacon-reveal': { ...panelist, secret: hex(6) },
  disclosure: Disclosure.from(commitment, 3, 'evidence'),
  'verifier-commitment': { ...assignment, commitment: hex(7) },
  indeterminate: { ...assignment, reason: 'out of memory 😀' },
  opening: Opening.from(commitment, [0, 3, 4]),
  reveal: { ...assignment, content: '0x0102', salt: hex(8), claim: 'dissents' },
  leak: {
    batchDigest: commitment.digest,
    executor: party('e', 1),
    reporter: party('a', 1),
    index: 3,
    content: '0x01',
    salt: hex(8),
  },
  canary: {
    ...{ batchDigest: commitment.digest, executor: party('e', 1), index: 3 },
    warrant: {
      ...{ paramsHash: Protocol.hash(protocol), dealer: party('d', 1), executor: party('e', 1), epoch: 2 },
      ...{ taskId: commitment.leaves[3]!.taskId, salt: hex(9) },
    },
    ...{ warrantSignature: `0x${'11'.repeat(64)}1b`, warrants: [hex(4)], salt: hex(5) },
  },
  appeal: { batchDigest: commitment.digest, executor: party('e', 1), party: party('a', 1), index: 3, level: 2 },
  ruling: {
    batchDigest: commitment.digest,
    executor: party('e', 1),
    arbiter: party('d', 1),
    index: 3,
    claim: 'agrees',
  },
}

export const kinds = Object.keys(bodies) as Message.Kind[]

/** An unsigned message of some kind. */
export function messageOf(kind: Message.Kind): Message.Unsigned {
  return { kind, body: bodies[kind] } as Message.Unsigned
}
