// The inputs of the golden vectors, in JSON: see scripts/vectors.mjs.
export const hex = (n, length = 32) => `0x${n.toString(16).padStart(2, '0').repeat(length)}`
export const party = (n) => hex(n, 20)
export const counting = (length) =>
  `0x${Array.from({ length }, (_, i) => (i % 256).toString(16).padStart(2, '0')).join('')}`
export const zero20 = hex(0, 20)
export const ETH = '1000000000000000000'

/** Anvil's and Hardhat's first account: known to everybody. Never use it for anything. */
export const KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'
export const PARTY = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'

/** Parameters in JSON; the variants show every comparator and beacon. */
export const parameters = {
  version: 1,
  environment: 'test',
  chainId: 31337,
  verifyingContract: zero20,
  genesis: 1_700_000_000,
  epochLength: 100,
  windows: {
    ...{ beacon: 60, disclosure: 20, verifierCommit: 40, opening: 20, reveal: 20 },
    ...{ dispute: 20, arbitrationBeacon: 60, vote: 20, ruling: 20, settlement: 20 },
  },
  censorship: 5,
  finality: 5,
  mode: 'full',
  sampling: { mode: 'fixed', rate: '500000000000000000' },
  treeHash: 'keccak256',
  comparator: { kind: 'exact' },
  beacon: { source: 'test', gap: 5, genesis: 1_600_000_000, period: 30, secret: hex(0x5e) },
  verification: {
    ...{ verifiers: 1, maxReplacements: 1, fee: '2', reward: '120', bond: '360' },
  },
  arbitration: { quorums: [3], reward: '120', final: null, colluding: '0', capture: '0' },
  evidence: null,
  canaryRate: '0',
  unbonding: 1_000,
  slash: {
    ...{ mismatch: '3000', opening: '3000', equivocation: '10000', missingReveal: '1000', wrongVerdict: '1000' },
    ...{ withheldBeacon: '5000', burnShare: '500000000000000000', bounty: '200' },
  },
}
const byValue = { ...parameters, sampling: { mode: 'byValue', interval: '1000' } }
/** Parameters for each kind of tree. */
export const trees = [parameters, byValue].flatMap((one) =>
  ['keccak256', 'sha256'].map((treeHash) => ({ ...one, treeHash })),
)
const evidence = {
  ...{ ...parameters, mode: 'evidence' },
  evidence: {
    ...{ alpha: '1000000000000', power: '900000000000000000', falsePositive: '10000000000000000' },
    ...{ cheatRates: ['200000000000000000', '1000000000000000000'], restart: true },
  },
}
const timing = { gap: 5, genesis: 1_600_000_000, period: 30 }
export const variants = [
  ...trees,
  { ...parameters, beacon: { source: 'block', ...timing, draws: 2 } },
  { ...parameters, arbitration: { ...parameters.arbitration, quorums: [3, 7], final: party(0xf1) } },
  { ...parameters, canaryRate: '20000000000000000' },
  { ...parameters, beacon: { source: 'commit-reveal', ...timing, panel: [party(0xa1), party(0xa2)], minimum: 2 } },
  {
    ...parameters,
    ...{ environment: 'production', verification: { ...parameters.verification, fee: '240' } },
    beacon: { source: 'drand', chain: 'quicknet', gap: 5 },
  },
  { ...evidence, comparator: { kind: 'logits', tolerance: '1000000000000000', greedy: true } },
  {
    ...evidence,
    comparator: { kind: 'logprobs', tolerance: '1000', slack: '2000', peak: '3000', topk: 8, greedy: false },
  },
  {
    ...evidence,
    comparator: {
      ...{ kind: 'toploc', topk: 128, minExponentMatches: 90, maxMeanMantissaError: 10, maxMedianMantissaError: 8 },
    },
  },
  { ...evidence, comparator: { kind: 'tensor', absolute: '1000', relative: '2000', ulps: 16 } },
  { ...evidence, comparator: { kind: 'custom', id: hex(0xcc) } },
]

const place = { paramsHash: hex(0x11), executor: PARTY, epoch: 2 }
const task = {
  ...{ model: hex(1), input: hex(2), decoding: hex(3), seed: hex(4), client: party(0xc1) },
  ...{ nonce: '7', reward: '100', value: '500', paramsHash: hex(0x11) },
}
export const leaf = { index: 3, taskId: hex(5), weight: '500', bytesCommit: hex(6), evidenceCommit: hex(7) }
const named = { batchDigest: hex(8), executor: PARTY }
export const assignment = { ...named, verifier: PARTY, index: 3, level: 1 }
const opened = {
  taskId: hex(5),
  weight: '500',
  output: '0x01',
  outputSalt: hex(9),
  evidence: '0x',
  evidenceSalt: hex(10),
}
const seat = { paramsHash: hex(0x11), member: PARTY, epoch: 2, level: 0 }
export const salted = { content: '0x0102', salt: hex(11) }
const disclosure = { leaf, proof: [hex(12)], task, taskSignature: hex(13, 65), input: '0x2a', output: '0x' }
export const warrant = {
  ...{ paramsHash: hex(0x11), dealer: party(0xd1), executor: PARTY, epoch: 2, taskId: hex(5), salt: hex(24) },
}
export const bodies = {
  batch: { ...place, count: 5, totalWeight: '2500', root: hex(14), canaryRoot: hex(15), beaconRound: 9 },
  'beacon-commit': { ...seat, commitment: hex(16) },
  'beacon-reveal': { ...seat, secret: hex(17) },
  disclosure: { ...named, ...disclosure, outputSalt: hex(0) },
  'verifier-commitment': { ...assignment, commitment: hex(18) },
  indeterminate: { ...assignment, reason: 'out of memory: "é" 😀\n' },
  opening: { ...named, leaves: [{ index: 3, ...opened }], proof: [hex(12)] },
  reveal: { ...assignment, ...salted, claim: 'dissents' },
  task,
  'task-key': { paramsHash: hex(0x11), client: PARTY, key: party(0xd1), epoch: 2 },
  'vrf-key': { paramsHash: hex(0x11), verifier: PARTY, publicKey: hex(21), epoch: 2, proof: hex(22, 80) },
  receipt: { ...place, index: 3, leafHash: hex(19) },
  voucher: { paramsHash: hex(0x11), client: PARTY, executor: party(0xe1), epoch: 2, cumulative: '700' },
  checkpoint: { ...place, sequence: 1, size: 4, root: hex(20) },
  inclusion: { ...named, leaf, proof: [hex(12), hex(13, 48)] },
  consistency: { ...named, sequence: 1, proof: [hex(12)] },
  leak: { ...named, reporter: party(0xa1), index: 3, ...salted },
  canary: { ...named, index: 3, warrant, warrantSignature: hex(13, 65), warrants: [hex(21), hex(22)], salt: hex(23) },
  appeal: { ...named, party: party(0xa1), index: 3, level: 2 },
  ruling: { ...named, arbiter: party(0xf1), index: 3, claim: 'agrees' },
}
export const structs = {
  ...{ batch: 'Batch', 'beacon-commit': 'BeaconCommit', 'beacon-reveal': 'BeaconReveal', disclosure: 'Disclosure' },
  ...{ 'verifier-commitment': 'VerifierCommitment', indeterminate: 'Indeterminate', opening: 'Opening' },
  ...{ reveal: 'Reveal', task: 'Task', 'task-key': 'TaskKey', 'vrf-key': 'VrfKey', receipt: 'Receipt' },
  ...{ voucher: 'Voucher', checkpoint: 'Checkpoint', inclusion: 'Inclusion', consistency: 'Consistency' },
  ...{ leak: 'Leak', canary: 'Canary', appeal: 'Appeal', ruling: 'Ruling' },
}

export const TAGS = [
  ...['seed', 'uniform', 'bytes', 'evidence', 'vcommit', 'bern', 'feistel', 'canaries'],
  ...['vrf-alpha', 'vrf-seed', 'vrf-key'],
  ...['beacon-commit', 'beacon-reveal', 'beacon-block', 'beacon-test'],
]
export const leavesOf = (size) => Array.from({ length: size }, (_, i) => counting(i))
export const weighted = (size) => leavesOf(size).map((data, i) => ({ data, weight: String(i * i + 1) }))
export const draw = (seed, count, rate) => ({ seed: hex(seed), count, rate })
export const verifiers = [1, 2, 3, 4, 5].map((n) => ({ address: party(n), stake: String(100 * n) }))
export const rates = { alpha: '1000000000000', power: '900000000000000000', falsePositive: '10000000000000000' }
/** x is a mismatch, a dot a match. */
export const outcomesOf = (text) => [...text].map((one) => (one === 'x' ? 'mismatch' : 'match'))
