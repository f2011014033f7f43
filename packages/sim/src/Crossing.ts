/**
 * From the parameter file's doubles to the protocol's integers.
 *
 * @module
 */
import { Encoding, Errors, Protocol, Wad } from '@spotcheck/core'
import { Mix, type Parameters } from '@spotcheck/core/economics'

/** Smallest units ("wei") in one unit of the parameter file. */
export const weiPerUnit = 1e12

/**
 * An amount in wei, rounded to the nearest. Amounts of a simulation stand for themselves, so neither side is favoured.
 *
 * @throws InvalidAmountError if it is negative, not finite, or too large for the protocol.
 */
export function toWeiNearest(amount: number, subject: string): bigint {
  const scaled = Math.round(amount * weiPerUnit)
  if (Number.isFinite(scaled) && scaled >= 0 && scaled < 2 ** 120) return BigInt(scaled)
  throw new InvalidAmountError(`${subject} can't be paid in whole wei.`, {
    subject,
    value: amount,
    rule: `0 <= amount < ${2 ** 120 / weiPerUnit}`,
    fix: 'choose another unit of money in the parameter file',
  })
}

/** Wei as units of the parameter file. */
export function fromWei(wei: bigint): number {
  return Number(wei) / weiPerUnit
}

/** Arbiters of a disputed leaf in simulations. */
export const quorum = 3

/**
 * The protocol that the parameter file describes: full mode with an exact comparator, whose errors the simulated
 * verifiers make themselves.
 *
 * @throws UnsupportedError for what the protocol's first cut does not have, Protocol.InvalidProtocolError if the
 * protocol refuses the parameters.
 */
export function protocolFrom(parameters: Parameters.Parameters, secret: Encoding.Hex): Protocol.Protocol {
  const { sampling, slash, verifiers, arbitration } = parameters
  assertSupported(parameters)
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
    sampling: { mode: sampling.mode, rate: Wad.from(Mix.rate(parameters)) },
    comparator: { kind: 'exact' },
    beacon: { source: 'test', gap: 1, genesis: 0, period: 1, secret },
    verification: {
      verifiers: sampling.verifiers,
      quorum,
      maxReplacements: 0,
      fee: 0n,
      reward: toWeiNearest(verifiers.reward, 'verifiers.reward'),
      arbiterReward: perArbiter,
      bond,
    },
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
  arbitrationBeacon: 10,
  dispute: 10,
  settlement: 10,
}

/** What an executor has at stake in one batch; once-per-batch, the first slash takes all of it. */
export function lockOf({ slash, stake, batch }: Parameters.Parameters): bigint {
  const full = slash.rule === 'per-fraud' ? slash.amount * batch.size : slash.amount
  const share = stake.amount === undefined ? full : stake.amount / stake.concurrentBatches
  return toWeiNearest(slash.rule === 'per-fraud' ? share : Math.min(share, slash.amount), 'stake.amount')
}

function assertSupported({ sampling, slash, verifiers, beacon }: Parameters.Parameters): void {
  if (sampling.mode === 'byValue') throw unsupported('sampling.mode', sampling.mode, 'bernoulli or fixed')
  if (slash.forfeitBatchReward) throw unsupported('slash.forfeitBatchReward', true, 'false')
  if (verifiers.canaryRate > 0) throw unsupported('verifiers.canaryRate', verifiers.canaryRate, '0')
  if (beacon.draws > 1) throw unsupported('beacon.draws', beacon.draws, '1')
}

function unsupported(subject: string, value: unknown, supported: string): UnsupportedError {
  return new UnsupportedError(`${subject} can't be simulated over the protocol yet.`, {
    subject,
    value,
    rule: `${subject} is ${supported}`,
    fix: `set it to ${supported}, or use the closed forms (spotcheck solve)`,
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
