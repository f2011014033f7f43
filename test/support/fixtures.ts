// One well-formed value of everything that a decoder reads.
import {
  Commitment,
  Disclosure,
  Encoding,
  Hash,
  Logits,
  type Message,
  Opening,
  Protocol,
  type Task,
} from '@spotcheck/core'
import { testParameters } from '@spotcheck/core/memory'
import { bytes, eth, type Hex, hex, panel, party } from './world.js'

export const protocol = Protocol.from(testParameters)
export const evidenceProtocol = Protocol.from({
  ...testParameters,
  mode: 'evidence',
  comparator: { kind: 'logits', tolerance: eth / 1000n, greedy: true },
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
  batch: commitment.batch,
  'beacon-commit': { ...panelist, commitment: hex(5) },
  'beacon-reveal': { ...panelist, secret: hex(6) },
  disclosure: Disclosure.from(commitment, 3, 'evidence'),
  'verifier-commitment': { ...assignment, commitment: hex(7) },
  indeterminate: { ...assignment, reason: 'out of memory 😀' },
  opening: Opening.from(commitment, [0, 3, 4]),
  reveal: { ...assignment, content: '0x0102', salt: hex(8), claim: 'dissents' },
}

export const kinds = Object.keys(bodies) as Message.Kind[]

/** An unsigned message of some kind. */
export function messageOf(kind: Message.Kind): Message.Unsigned {
  return { kind, body: bodies[kind] } as Message.Unsigned
}

/** The rendered message of the error that `run` throws; fails if it throws none or a foreign one. */
export function errorOf<T extends Error>(run: () => unknown, type: abstract new (...args: never[]) => T): T {
  try {
    run()
  } catch (error) {
    if (error instanceof type) return error
    throw error
  }
  throw new Error(`expected a ${type.name}`)
}
