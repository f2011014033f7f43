/**
 * What executor and verifier have at stake: one file's terms for `Inspection` and `Inspectors`.
 *
 * @module
 */
import * as Future from './Future.js'
import * as Mix from './Mix.js'
import type { Parameters } from './Parameters.js'
import { Rational } from './Rational.js'

/** The numbers of a parameter file that decide the game between executor and verifier, as the decimals they are written as. */
export type Terms = Readonly<Record<Amount, Rational> & { blind: boolean }>
type Amount = 'honest' | 'cheat' | 'p' | 'L' | 'd' | 'f' | 'aD' | 'aF' | Verifying | 'probing'
type Verifying = 'Cv' | 'cv' | 'Rv' | 'Sv' | 'bond' | 'bounty' | 'g' | 'e' | 'a'

const one = Rational.of(1)

/** The terms of a parsed file. */
export function termsOf(parameters: Parameters): Terms {
  const { slash, comparator, arbitration, verifiers, identity, horizon } = parameters
  const late = decimal(Future.afterLag(identity.discount, identity.verdictLag))
  const netSlash = decimal(slash.amount).times(decimal(slash.burnShare)).times(late)
  const kind = tempting(parameters, netSlash)
  const reward = decimal(kind.reward)
  return {
    honest: reward.minus(decimal(kind.honestCost)),
    cheat: reward.minus(decimal(kind.cheatCost)).plus(decimal(kind.externalGain)),
    p: kind.rate,
    L: reward.plus(netSlash),
    d: decimal(comparator.power),
    f: decimal(comparator.falsePositive),
    aD: decimal(arbitration.power),
    aF: decimal(arbitration.falsePositive),
    Cv: decimal(verifiers.cost),
    cv: decimal(verifiers.cheapCost),
    Rv: decimal(verifiers.reward),
    Sv: decimal(verifiers.slash),
    bond: decimal(verifiers.bond),
    bounty: decimal(verifiers.bounty),
    g: decimal(verifiers.canaryRate),
    e: decimal(verifiers.exposure),
    a: decimal(verifiers.auditRate),
    blind: verifiers.blind,
    probing: share(kind.rate.times(decimal(horizon))),
  }
}

const decimal = (written: number): Rational => Rational.decimal(written)

/** 1/x, at most 1: the share of tasks that a prober cheats on before one is sampled. */
function share(x: Rational): Rational {
  return x.compare(one) <= 0 ? one : one.over(x)
}

/** The kind of task whose gain is largest against what a conviction costs in the mean, with its sample rate. */
function tempting(parameters: Parameters, netSlash: Rational): Mix.Kind & Readonly<{ rate: Rational }> {
  const kinds = Mix.from(parameters).map((kind) => {
    const rate = decimal(Mix.inclusion(kind, Mix.rate(parameters)))
    const risk = rate.times(decimal(kind.reward).plus(netSlash))
    return { ...kind, rate, temptation: kind.gain > 0 ? kind.gain / risk.toNumber() : kind.gain }
  })
  return kinds.reduce((a, b) => (b.temptation > a.temptation ? b : a))
}
