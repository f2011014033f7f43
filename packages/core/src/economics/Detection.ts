/**
 * How often a sampled task is convicted: D when its result is wrong, F when it is right (economics.md, "One task").
 *
 * A sampled task is convicted when at least one of its n verifiers says "mismatch" and arbitration agrees. Colluders
 * never dissent from a wrong result of their executor, and dissent from a right one with probability z.
 *
 * @module
 */
import { assertObject, assertOneOf } from '../Encoding.js'
import * as Distribution from './Distribution.js'
import type { Parameters } from './Parameters.js'
import * as Range from './Range.js'

/** D and F: the probability that a *sampled* task is convicted. Both in [0, 1]. */
export type Odds = Readonly<{
  /** D: convicted, given that the result is wrong. */
  detection: number
  /** F: convicted, given that the result is right. */
  falseAlarm: number
  /** D - F, which has digits that the difference of D and F, each rounded, has lost where they are nearly equal. In [-1, 1]. */
  signal: number
}>

/** What decides D and F. Everything in [0, 1] unless said otherwise. */
export type Panel = Readonly<{
  /** n: verifiers per sampled task, >= 1. */
  verifiers: number
  /** d: one honest verifier says "mismatch" of a wrong result. Default 1. */
  power?: number | undefined
  /** f: one honest verifier says "mismatch" of a right result. Default 0. */
  falsePositive?: number | undefined
  /** Do honest verifiers of one task err each for itself, or all together? Default `independent`. */
  errors?: 'independent' | 'common' | undefined
  /** r: share of the pool that colludes with the executor. Default 0. */
  colluding?: number | undefined
  /** z: a colluder dissents from a right result. Default 0. */
  falseDissent?: number | undefined
  /** M: size of the pool, of which ceil(r·M) collude and n are drawn without replacement; null is infinite. */
  pool?: number | null | undefined
  /** a_d: arbitration convicts a wrong result. Default 1. */
  arbitrationPower?: number | undefined
  /** a_f: arbitration convicts a right result. Default 0: arbitration is exact. Without arbitration it is 1. */
  arbitrationFalsePositive?: number | undefined
}>

/**
 * D and F of a panel of verifiers. Accurate for probabilities as small as doubles hold.
 *
 * Independent errors, infinite pool: `D = [1-(1-(1-r)d)^n]·a_d`, `F = [1-((1-r)(1-f)+r(1-z))^n]·a_f`. Common-mode errors,
 * z = 0: `D = (1-r^n)·d·a_d`, `F = (1-r^n)·f·a_f`; colluders who dissent (z > 0) do so each for itself. In a finite pool
 * the number of colluders drawn is hypergeometric.
 *
 * Source: economics.md, "One task".
 *
 * @throws InvalidInputError if a probability is outside [0, 1], or `errors` is neither word, or more verifiers are
 * wanted than the pool holds (at most 1e6 of a finite one).
 * @example
 * ```ts
 * import { Detection } from '@spotcheck/core/economics'
 *
 * Detection.odds({ verifiers: 1, colluding: 0.1 }) // { detection: 0.9, falseAlarm: 0, signal: 0.9 }
 * Detection.odds({ verifiers: 3, power: 0.5, falsePositive: 0.01, arbitrationFalsePositive: 1 })
 * // { detection: 0.875, falseAlarm: 0.029701, signal: 0.845299 }
 * ```
 */
export function odds(panel: Panel): Odds {
  assertObject(panel, 'panel')
  const dissent = panel.pool == null ? infinitePool(panel) : finitePool(panel, panel.pool)
  const [ofWrong, ofRight] = [Math.min(1, dissent.detection), Math.min(1, dissent.falseAlarm)]
  const power = Range.probability(panel.arbitrationPower ?? 1, 'arbitrationPower')
  const falsePositive = Range.probability(panel.arbitrationFalsePositive ?? 0, 'arbitrationFalsePositive')
  return {
    detection: ofWrong * power,
    falseAlarm: ofRight * falsePositive,
    signal: dissent.signal * power + (power - falsePositive) * ofRight,
  }
}

/**
 * D and F of a parameter file.
 *
 * @throws InvalidInputError as `odds` does.
 * @example
 * ```ts
 * import { Detection, Parameters } from '@spotcheck/core/economics'
 *
 * Detection.from(Parameters.defaults) // { detection: 1, falseAlarm: 0, signal: 1 }
 * ```
 */
export function from(parameters: Parameters): Odds {
  const { sampling, comparator, arbitration, verifiers } = assertObject(parameters, 'parameters')
  assertObject(sampling, 'sampling')
  assertObject(comparator, 'comparator')
  assertObject(arbitration, 'arbitration')
  assertObject(verifiers, 'verifiers')
  return odds({
    verifiers: sampling.verifiers,
    power: comparator.power,
    falsePositive: comparator.falsePositive,
    errors: comparator.errors,
    colluding: verifiers.colluding,
    falseDissent: verifiers.falseDissent,
    pool: verifiers.pool,
    arbitrationPower: arbitration.power,
    arbitrationFalsePositive: arbitration.falsePositive,
  })
}

/**
 * K: how many of a pool of `pool` collude when a share `colluding` does, `ceil(r·M)` of the decimal numbers, so that
 * 7 % of 100 is 7 and not 8.
 *
 * @throws InvalidInputError if `colluding` is outside [0, 1] or `pool` is not a whole number >= 1.
 * @example
 * ```ts
 * import { Detection } from '@spotcheck/core/economics'
 *
 * Detection.colluders(0.07, 100) // 7
 * ```
 */
export function colluders(colluding: number, pool: number): number {
  return Range.portion(Range.probability(colluding, 'colluding'), Range.count(pool, 'pool'))
}

function infinitePool(panel: Panel): Odds {
  const { n, r, d, f, z } = assertPanel(panel)
  if (panel.errors === 'common') {
    const [honest, anyone, colluder] = [1 - r, 1 - r * (1 - z), r * z].map((p) => atLeastOne(p, n)) as Triple
    return {
      detection: d * honest,
      falseAlarm: f * anyone + (1 - f) * colluder,
      signal: (d - f) * honest - f * moreOften(1 - r, r * z, n) - (1 - f) * colluder,
    }
  }
  const [ofRight, more] = [(1 - r) * f + r * z, (1 - r) * (d - f) - r * z]
  return {
    detection: atLeastOne((1 - r) * d, n),
    falseAlarm: atLeastOne(ofRight, n),
    signal: moreOften(ofRight, more, n, (1 - r) * (1 - f) + r * (1 - z)),
  }
}

function finitePool(panel: Panel, pool: number): Odds {
  const { n, r, d, f, z } = assertPanel(panel)
  const isCommon = panel.errors === 'common'
  const some = isCommon ? together : atLeastOne
  const more = (honest: number) => (isCommon ? together(d - f, honest) : moreOften(f, d - f, honest))
  let [detection, falseAlarm, signal] = [0, 0, 0]
  const { low, masses } = colludersDrawn(n, colluders(r, pool), pool)
  for (const [i, chance] of masses.entries()) {
    const drawn = low + i
    detection += chance * some(d, n - drawn)
    falseAlarm += chance * either(some(f, n - drawn), atLeastOne(z, drawn))
    signal += chance * (more(n - drawn) - atLeastOne(z, drawn) * (1 - some(f, n - drawn)))
  }
  return { detection, falseAlarm, signal }
}

/** The distribution of the number of colluders, K of them in the pool, among n drawn. */
function colludersDrawn(n: number, K: number, pool: number): Distribution.Distribution {
  Range.count(pool, 'pool', Range.count(n, 'verifiers', 1, 1_000_000))
  return Distribution.hypergeometric(pool, K, n)
}

/** Errors all together: as likely as one, if there is anybody honest at all. */
function together(probability: number, honest: number): number {
  return honest === 0 ? 0 : probability
}

/** 1-(1-p)^k. */
function atLeastOne(p: number, k: number): number {
  if (k === 0 || p === 0) return 0
  return -Math.expm1(k * Math.log1p(-p))
}

/** (1-p)^k - (1-p-more)^k: how much likelier at least one of k is with a chance of p + more than with p. */
function moreOften(p: number, more: number, k: number, not: number = 1 - p): number {
  if (more < 0) return -moreOften(p + more, -more, k, not - more)
  if (k === 0 || more === 0 || not === 0) return 0
  const none = p < 0.5 ? Math.exp(k * Math.log1p(-p)) : not ** k
  return -none * Math.expm1(k * Math.log1p(-Math.min(1, more / not)))
}

function either(a: number, b: number): number {
  return a + b * (1 - a)
}

type Triple = [number, number, number]

function assertPanel(panel: Panel): { n: number; r: number; d: number; f: number; z: number } {
  assertOneOf(panel.errors ?? 'independent', 'errors', ['independent', 'common'])
  return {
    n: Range.count(panel.verifiers, 'verifiers'),
    r: Range.probability(panel.colluding ?? 0, 'colluding'),
    d: Range.probability(panel.power ?? 1, 'power'),
    f: Range.probability(panel.falsePositive ?? 0, 'falsePositive'),
    z: Range.probability(panel.falseDissent ?? 0, 'falseDissent'),
  }
}
