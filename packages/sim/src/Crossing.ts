/**
 * From the parameter file's doubles to the protocol's integers.
 *
 * @module
 */
import { Encoding, Errors, Protocol, Wad } from '@spotcheck/core'
import { Mix, type Parameters } from '@spotcheck/core/economics'

/** A parameter file with every default applied. */
type File = Parameters.Parameters

/** Smallest units ("wei") in one unit of the parameter file. */
export const weiPerUnit = 1e12

/**
 * An amount in units of the parameter file as wei, rounded to the nearest. Amounts of a simulation stand for themselves,
 * so neither side is favoured.
 *
 * @throws InvalidAmountError if it is negative, not finite, or too large for the protocol; it names `subject`.
 * @example
 * ```ts
 * import { Crossing } from '@spotcheck/sim'
 *
 * Crossing.toWeiNearest(1.2, 'task.reward') // 1200000000000n
 * ```
 */
export function toWeiNearest(amount: number, subject: string): bigint {
  const scaled = Math.round(amount * weiPerUnit)
  if (amount >= 0 && scaled < 2 ** 120) return BigInt(scaled)
  throw new InvalidAmountError(`${subject} can't be paid in whole wei.`, {
    subject,
    value: amount,
    rule: `0 <= amount < ${2 ** 120 / weiPerUnit}`,
    fix: 'choose another unit of money in the parameter file',
  })
}

/**
 * Wei as units of the parameter file, the nearest double.
 *
 * @example
 * ```ts
 * import { Crossing } from '@spotcheck/sim'
 *
 * Crossing.fromWei(1_200_000_000_000n) // 1.2
 * ```
 */
export function fromWei(wei: bigint): number {
  return Number(wei) / weiPerUnit
}

/** Arbiters of a disputed leaf in simulations: they agree, and each of them re-executes. */
export const quorum = 3

/**
 * The protocol that the parameter file describes: full mode with an exact comparator, whose errors the simulated
 * verifiers make themselves. `secret` is the test beacon's.
 *
 * @throws UnsupportedError for what the protocol's first cut does not have, InvalidAmountError for money out of range,
 * Protocol.InvalidProtocolError if the protocol refuses the parameters.
 * @example
 * ```ts
 * import { Parameters } from '@spotcheck/core/economics'
 * import { Crossing } from '@spotcheck/sim'
 *
 * const protocol = Crossing.protocolFrom(Parameters.defaults, `0x${'01'.repeat(32)}`)
 * protocol.slash.mismatch // 30000000000000n
 * ```
 */
export function protocolFrom(parameters: File, secret: Encoding.Hex): Protocol.Protocol {
  const { slash, verifiers, arbitration } = parameters
  const mode = supportedMode(parameters)
  const penalty = toWeiNearest(slash.amount, 'slash.amount')
  const dissent = toWeiNearest(verifiers.bond, 'verifiers.bond')
  const perArbiter = toWeiNearest(arbitration.cost / quorum, 'arbitration.cost')
  const bond = dissent > BigInt(quorum) * perArbiter ? dissent : BigInt(quorum) * perArbiter
  return Protocol.from({
    version: 1,
    environment: 'test',
    chainId: 0,
    verifyingContract: Encoding.zeroAddress,
    genesis: 0,
    epochLength: 3600,
    windows,
    censorship: 1,
    finality: 1,
    mode: 'full',
    sampling: { mode, rate: rateOf(parameters) },
    comparator: { kind: 'exact' },
    beacon: { source: 'test', gap: 1, genesis: 0, period: 1, secret },
    verification: {
      verifiers: parameters.sampling.verifiers,
      maxReplacements: 0,
      fee: 0n,
      reward: toWeiNearest(verifiers.reward, 'verifiers.reward'),
      bond,
    },
    arbitration: { quorums: [quorum], reward: perArbiter, final: null, colluding: 0n, capture: 0n },
    evidence: null,
    canaryRate: 0n,
    unbonding: 0,
    slash: {
      mismatch: penalty,
      opening: penalty,
      equivocation: penalty,
      missingReveal: toWeiNearest(verifiers.slash, 'verifiers.slash'),
      wrongVerdict: toWeiNearest(verifiers.slash, 'verifiers.slash'),
      withheldBeacon: 0n,
      burnShare: Wad.from(slash.burnShare),
      bounty: toWeiNearest(verifiers.bounty, 'verifiers.bounty'),
    },
  })
}

const windows: Protocol.Windows = {
  beacon: 10,
  disclosure: 10,
  verifierCommit: 10,
  opening: 10,
  reveal: 10,
  dispute: 10,
  arbitrationBeacon: 10,
  vote: 10,
  ruling: 10,
  settlement: 10,
}

/**
 * What an executor has at stake in one batch, wei: full collateral, or its share W/T of the file's stake. Once-per-batch,
 * the first slash takes all of it.
 *
 * @throws InvalidAmountError for money out of range.
 * @example
 * ```ts
 * import { Parameters } from '@spotcheck/core/economics'
 * import { Crossing } from '@spotcheck/sim'
 *
 * Crossing.lockOf({ ...Parameters.defaults, batch: { size: 4 } }) // 120000000000000n
 * ```
 */
export function lockOf({ slash, stake, batch }: File): bigint {
  const penalty = toWeiNearest(slash.amount, 'slash.amount')
  const most = slash.rule === 'per-fraud' ? penalty * BigInt(batch.size) : penalty
  if (stake.amount === undefined) return most
  const share = toWeiNearest(stake.amount / stake.concurrentBatches, 'stake.amount')
  return slash.rule === 'per-fraud' || share < most ? share : most
}

/** WAD. For a fixed sample the largest rate with `ceil(rate·N) = count`: the nearest double may draw one task more. */
function rateOf(parameters: File): bigint {
  const rate = Mix.rate(parameters)
  if (parameters.sampling.mode !== 'fixed') return Wad.from(rate)
  const { size } = parameters.batch
  return (BigInt(Math.round(rate * size)) * Wad.one) / BigInt(size)
}

function supportedMode({ sampling, slash, verifiers, beacon }: File): 'bernoulli' | 'fixed' {
  if (slash.forfeitBatchReward) throw unsupported('slash.forfeitBatchReward', true, 'false')
  if (verifiers.canaryRate > 0) throw unsupported('verifiers.canaryRate', verifiers.canaryRate, '0')
  if (beacon.draws > 1) throw unsupported('beacon.draws', beacon.draws, '1')
  if (sampling.mode === 'byValue') throw unsupported('sampling.mode', sampling.mode, 'bernoulli or fixed')
  return sampling.mode
}

/**
 * The refusal of what the protocol engine does not have.
 *
 * @example
 * ```ts
 * import { Crossing } from '@spotcheck/sim'
 *
 * Crossing.unsupported('beacon.draws', 2, '1').name // 'Crossing.UnsupportedError'
 * ```
 */
export function unsupported(subject: string, value: unknown, supported: string): UnsupportedError {
  return new UnsupportedError(`${subject} can't be simulated over the protocol.`, {
    subject,
    value,
    rule: `${subject} is ${supported}`,
    fix: `set it to ${supported}, or choose the statistical engine`,
  })
}

/** An amount that has no whole number of wei. */
export class InvalidAmountError extends Errors.BaseError {
  override name = 'Crossing.InvalidAmountError'
}

/** A parameter that the simulated protocol does not have. */
export class UnsupportedError extends Errors.BaseError {
  override name = 'Crossing.UnsupportedError'
}
