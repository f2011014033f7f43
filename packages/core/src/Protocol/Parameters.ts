/** What the parameters of a network are. Times are whole seconds, money bigint wei, rates bigint WAD. */
import type { Address, Hex } from '../Encoding.js'
import type * as EProcess from '../EProcess.js'

/** Lengths of the windows, in seconds, each counted from the deadline before it. */
export type Windows = Readonly<{
  /** For the beacon's value to arrive; without it the epoch is void. */
  beacon: number
  disclosure: number
  verifierCommit: number
  opening: number
  reveal: number
  /** Before each level of arbitration: to show warrants before the first, to appeal before each later one and the ruling. */
  dispute: number
  /** For the beacon value that draws a level's arbiters. */
  arbitrationBeacon: number
  /** For a level's votes. */
  vote: number
  /** For the final arbiter's rulings, where there is one. */
  ruling: number
  settlement: number
}>

/** How two results are compared (protocol.md, section 8). */
export type ComparatorParameters =
  | Readonly<{ kind: 'exact' }>
  | Readonly<{
      kind: 'logits'
      /** Largest honest difference of one logit, WAD. */
      tolerance: bigint
      /** Must each token be the most likely one (up to the tolerance)? */
      greedy: boolean
    }>
  | Readonly<{
      kind: 'logprobs'
      /** Largest honest mean difference in a long text, WAD. */
      tolerance: bigint
      /** What a short text may differ by in addition: slack / sqrt(tokens), WAD. */
      slack: bigint
      /** Largest difference of a single candidate, WAD. */
      peak: bigint
      /** Candidates of each position. */
      topk: number
      /** Must each token be the most likely one (up to the peak)? */
      greedy: boolean
    }>
  | Readonly<{
      kind: 'toploc'
      /** Activations of each segment. */
      topk: number
      /** Fewest of them with the claimed sign and exponent. */
      minExponentMatches: number
      /** Largest mean and median error of these, in units of the last of 7 bits of mantissa. */
      maxMeanMantissaError: number
      maxMedianMantissaError: number
    }>
  | Readonly<{
      kind: 'tensor'
      /** A value is close if any of the three says so. WAD. */
      absolute: bigint
      /** Of the larger of the two magnitudes, WAD. */
      relative: bigint
      /** Steps from one f32 to the next. */
      ulps: number
    }>
  /** The network's own, supplied by whoever runs it; `id` says which, e.g. the hash of its source. */
  | Readonly<{ kind: 'custom'; id: Hex }>

/** Where randomness comes from (protocol.md, section 4). `gap` covers timestamp lag and finality; all in seconds. */
export type BeaconParameters =
  | Readonly<{ source: 'drand'; chain: 'quicknet' | 'default'; gap: number }>
  | Readonly<{
      source: 'commit-reveal'
      gap: number
      genesis: number
      period: number
      /** Members, ascending. Each must be a verifier of the epoch. */
      panel: readonly Address[]
      /** Fewest members that must commit; with fewer the round is void. */
      minimum: number
    }>
  | Readonly<{
      source: 'block'
      gap: number
      /** Time of the chain's block 1, as if all blocks had come on time. */
      genesis: number
      /** Block time. */
      period: number
      /** Hashes that the block's proposer may choose among: 2 if it can only drop its block, as many as it can try if not. */
      draws: number
    }>
  | Readonly<{ source: 'test'; gap: number; genesis: number; period: number; secret: Hex }>

/** Verifiers, what they earn and what they risk; wei. */
export type Verification = Readonly<{
  /** n, verifiers of each sampled leaf. */
  verifiers: number
  /** k, replacements after which an index stays without a verifier. */
  maxReplacements: number
  /** Paid by the client for each committed leaf, never returned. */
  fee: bigint
  reward: bigint
  /** What a dissenter loses when arbitration overrules it; covers the first quorum. */
  bond: bigint
}>

/** Who decides disputes: quorums of fresh verifiers, one level after the other, and in the end one party or contract. */
export type Arbitration = Readonly<{
  /** Arbiters of each level, odd, rising; at least one level. */
  quorums: readonly number[]
  /** Wei for each vote that the outcome bears out. An appeal to a level risks that of its whole quorum. */
  reward: bigint
  /** Decides what the last level could not, or what is appealed from it; null: nobody does. */
  final: Address | null
  /** Share of the verifiers that is assumed to collude, WAD. */
  colluding: bigint
  /** Largest probability with which they may hold the majority of a quorum, WAD. */
  capture: bigint
}>

/** Penalties, wei, ordered so that silence is never the cheaper exit. */
export type Slash = Readonly<{
  /** A proven fraud: an exact mismatch that arbitration upheld, or the noisy one with which the evidence convicts. */
  mismatch: bigint
  /** Missing, late or bad opening (or disclosure). */
  opening: bigint
  equivocation: bigint
  /** A verifier's missing commitment, reveal or vote. */
  missingReveal: bigint
  /** A claim that the evidence does not give, or agreement with a canary. */
  wrongVerdict: bigint
  /** A panel member's secret that it committed to and kept back: at least this, and all that is locked behind batches. */
  withheldBeacon: bigint
  /** Share of each slash that is burnt, WAD. */
  burnShare: bigint
  /** Largest bounty for the dissenters of one convicted leaf. */
  bounty: bigint
}>

/** Which leaves are re-executed (protocol.md, section 5). */
export type Sampling =
  /** Each leaf at `rate`, or exactly that share of them: WAD, 0 < rate <= 1e18. */
  | Readonly<{ mode: 'bernoulli' | 'fixed'; rate: bigint }>
  /** One unit of value out of every `interval` wei, at least 1; the batch's tree has sums. */
  | Readonly<{ mode: 'byValue'; interval: bigint }>

/** See the module. Make one with {@link from}. */
export type Protocol = Readonly<{
  version: 1
  /** `production` refuses the test beacon. */
  environment: 'production' | 'test'
  chainId: number
  verifyingContract: Address
  /** Unix time at which epoch 0 opens. */
  genesis: number
  epochLength: number
  windows: Windows
  /** Longest time for which a message can be kept out of the record. */
  censorship: number
  /** Time until the record is final. */
  finality: number
  /** `full`: verifiers see neither output. `evidence`: they replay the executor's output and commit to their evidence. */
  mode: 'full' | 'evidence'
  sampling: Sampling
  /** What the batch's tree is hashed by; everything else is keccak256. */
  treeHash: 'keccak256' | 'sha256'
  comparator: ComparatorParameters
  beacon: BeaconParameters
  verification: Verification
  arbitration: Arbitration
  /** How mismatches of a comparator that can err add up to a conviction; null with the exact one: its are proof. */
  evidence: EProcess.Parameters | null
  /** Largest share of a batch that may be canaries, WAD; 0 without them. */
  canaryRate: bigint
  /** From the moment stake is free of every lock and asked for, until it can be withdrawn; seconds. */
  unbonding: number
  slash: Slash
}>
