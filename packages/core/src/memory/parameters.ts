import { zeroAddress } from '../Encoding.js'
import type { Protocol } from '../Protocol.js'

const eth = 10n ** 18n

/**
 * Parameters of a small network in one process, for examples and tests: a test beacon whose secret everybody knows, every
 * second task sampled, exact comparison. `Protocol.from({ ...testParameters, … })` replaces what should differ.
 *
 * @example
 * ```ts
 * import { Protocol } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * Protocol.deadlines(Protocol.from(testParameters), 0).commit // 1700000100
 * ```
 */
export const testParameters: Protocol = {
  version: 1,
  environment: 'test',
  chainId: 31337,
  verifyingContract: zeroAddress,
  genesis: 1_700_000_000,
  epochLength: 100,
  windows: {
    beacon: 60,
    disclosure: 20,
    verifierCommit: 40,
    opening: 20,
    reveal: 20,
    dispute: 20,
    arbitrationBeacon: 60,
    vote: 20,
    ruling: 20,
    settlement: 20,
  },
  censorship: 5,
  finality: 5,
  mode: 'full',
  sampling: { mode: 'fixed', rate: eth / 2n },
  treeHash: 'keccak256',
  comparator: { kind: 'exact' },
  beacon: { source: 'test', gap: 5, genesis: 1_600_000_000, period: 30, secret: `0x${'5e'.repeat(32)}` },
  verification: {
    verifiers: 1,
    maxReplacements: 1,
    fee: 2n,
    reward: 120n,
    bond: 360n,
  },
  arbitration: { quorums: [3], reward: 120n, final: null, colluding: 0n, capture: 0n },
  evidence: null,
  canaryRate: 0n,
  unbonding: 1_000,
  slash: {
    mismatch: 3_000n,
    opening: 3_000n,
    equivocation: 10_000n,
    missingReveal: 1_000n,
    wrongVerdict: 1_000n,
    withheldBeacon: 5_000n,
    burnShare: eth / 2n,
    bounty: 200n,
  },
}
