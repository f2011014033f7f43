/**
 * Distributions of a count, as the list of their masses. What is less than 1e-25 of the mode is left out, so that a list is
 * about 20 standard deviations long.
 *
 * @module
 */
import type { Binomial } from './Binomial.js'

/** P(X = low + i) = masses[i]; they add up to 1. */
export type Distribution = Readonly<{ low: number; masses: Float64Array }>

const NEGLIGIBLE = 1e-25

/**
 * X = x for certain.
 *
 * @example
 * ```ts
 * import { Distribution } from '@spotcheck/core/economics'
 *
 * Distribution.mean(Distribution.certain(3), (x) => x) // 3
 * ```
 */
export function certain(x: number): Distribution {
  return { low: x, masses: Float64Array.of(1) }
}

/**
 * The binomial distribution.
 *
 * @example
 * ```ts
 * import { Distribution } from '@spotcheck/core/economics'
 *
 * const { low, masses } = Distribution.binomial({ n: 2, p: 0.5 })
 * low // 0
 * masses[1] // 0.5
 * ```
 */
export function binomial({ n, p }: Binomial): Distribution {
  if (p === 0 || p === 1) return certain(n * p)
  const mode = Math.min(n, Math.floor((n + 1) * p))
  return fromRatios(mode, 0, n, (x) => ((n - x) / (x + 1)) * (p / (1 - p)))
}

/**
 * The number of marked among `drawn` without replacement from `size`, of which `marked` are.
 *
 * @example
 * ```ts
 * import { Distribution } from '@spotcheck/core/economics'
 *
 * const { low, masses } = Distribution.hypergeometric(4, 2, 1)
 * low // 0
 * masses[1] // 0.5
 * ```
 */
export function hypergeometric(size: number, marked: number, drawn: number): Distribution {
  const [low, high] = [Math.max(0, drawn - (size - marked)), Math.min(drawn, marked)]
  const mode = Math.min(high, Math.max(low, Math.floor(((drawn + 1) / (size + 2)) * (marked + 1))))
  return fromRatios(mode, low, high, (x) => {
    return ((marked - x) / (x + 1)) * ((drawn - x) / (size - marked - drawn + x + 1))
  })
}

/** A distribution over low..high from the ratios P(x+1)/P(x), from its mode outward, so that nothing underflows. */
function fromRatios(mode: number, low: number, high: number, ratio: (x: number) => number): Distribution {
  const above: number[] = [1]
  for (let x = mode; x < high && above[x - mode]! > NEGLIGIBLE; x++) above.push(above[x - mode]! * ratio(x))
  const below: number[] = [1]
  for (let x = mode; x > low && below[mode - x]! > NEGLIGIBLE; x--) below.push(below[mode - x]! / ratio(x - 1))
  const masses = new Float64Array(below.length - 1 + above.length)
  masses.set(above, below.length - 1)
  masses.set(below.reverse())
  let total = 0
  for (const mass of masses) total += mass
  for (let i = 0; i < masses.length; i++) masses[i]! /= total
  return { low: mode - below.length + 1, masses }
}

/**
 * The sum of independent counts.
 *
 * @example
 * ```ts
 * import { Distribution } from '@spotcheck/core/economics'
 *
 * const coin = Distribution.binomial({ n: 1, p: 0.5 })
 * Distribution.sum([coin, coin]).masses[1] // 0.5
 * ```
 */
export function sum(parts: readonly Distribution[]): Distribution {
  return parts.reduce(convolve, certain(0))
}

/**
 * The sum of n independent copies of a count, n >= 1.
 *
 * @example
 * ```ts
 * import { Distribution } from '@spotcheck/core/economics'
 *
 * const coin = Distribution.binomial({ n: 1, p: 0.5 })
 * Distribution.copies(coin, 4).masses[2] // 0.375
 * ```
 */
export function copies(one: Distribution, n: number): Distribution {
  if (n === 1) return one
  const half = copies(one, Math.floor(n / 2))
  const even = convolve(half, half)
  return n % 2 === 0 ? even : convolve(even, one)
}

function convolve(a: Distribution, b: Distribution): Distribution {
  if (b.masses.length < a.masses.length) return convolve(b, a)
  const [short, long] = [a.masses, b.masses]
  if (short.length === 1 && short[0] === 1) return { low: a.low + b.low, masses: long }
  const masses = new Float64Array(short.length + long.length - 1)
  for (let i = 0; i < short.length; i++) {
    const mass = short[i]!
    for (let j = 0; j < long.length; j++) masses[i + j]! += mass * long[j]!
  }
  return { low: a.low + b.low, masses }
}

/**
 * One of several distributions, by chance.
 *
 * @example
 * ```ts
 * import { Distribution } from '@spotcheck/core/economics'
 *
 * const parts = [{ chance: 0.25, of: Distribution.certain(0) }, { chance: 0.75, of: Distribution.certain(4) }]
 * Distribution.mean(Distribution.mixture(parts), (x) => x) // 3
 * ```
 */
export function mixture(parts: readonly Readonly<{ chance: number; of: Distribution }>[]): Distribution {
  const low = Math.min(...parts.map(({ of }) => of.low))
  const length = Math.max(...parts.map(({ of }) => of.low - low + of.masses.length))
  const masses = new Float64Array(length)
  for (const { chance, of } of parts) {
    const from = of.low - low
    for (let i = 0; i < of.masses.length; i++) masses[from + i]! += chance * of.masses[i]!
  }
  return { low, masses }
}

/**
 * The smallest of `draws` independent counts: P(min >= x) = P(X >= x)^draws, where it is near 1 from P(X < x).
 *
 * @example
 * ```ts
 * import { Distribution } from '@spotcheck/core/economics'
 *
 * Distribution.smallest(Distribution.binomial({ n: 1, p: 0.5 }), 2).masses[1] // 0.25
 * ```
 */
export function smallest(one: Distribution, draws: number): Distribution {
  const { low, masses } = one
  const all = tails(one)
  let below = 0
  for (let i = 0; i < masses.length; i++) {
    all[i] = below < 0.5 ? Math.exp(draws * Math.log1p(-below)) : all[i]! ** draws
    below += masses[i]!
  }
  return { low, masses: masses.map((_, i) => all[i]! - (all[i + 1] ?? 0)) }
}

/**
 * P(X >= low + i) for each i, added from the small end.
 *
 * @example
 * ```ts
 * import { Distribution } from '@spotcheck/core/economics'
 *
 * Distribution.tails(Distribution.binomial({ n: 2, p: 0.5 }))[1] // 0.75
 * ```
 */
export function tails({ masses }: Distribution): Float64Array {
  const sums = masses.slice()
  for (let i = sums.length - 2; i >= 0; i--) sums[i]! += sums[i + 1]!
  return sums.map((tail) => Math.min(1, tail))
}

/**
 * E[f(X)].
 *
 * @example
 * ```ts
 * import { Distribution } from '@spotcheck/core/economics'
 *
 * Distribution.mean(Distribution.binomial({ n: 4, p: 0.5 }), (x) => x) // 2
 * ```
 */
export function mean({ low, masses }: Distribution, f: (x: number) => number): number {
  let total = 0
  for (let i = 0; i < masses.length; i++) if (masses[i] !== 0) total += masses[i]! * f(low + i)
  return total
}

/**
 * P(X + Y >= x) of independent counts, without the list of their sum.
 *
 * @example
 * ```ts
 * import { Distribution } from '@spotcheck/core/economics'
 *
 * const coin = Distribution.binomial({ n: 1, p: 0.5 })
 * Distribution.sumAtLeast(coin, coin, 1) // 0.75
 * ```
 */
export function sumAtLeast(a: Distribution, b: Distribution, x: number): number {
  const beyond = tails(b)
  return mean(a, (own) => (x - own <= b.low ? 1 : (beyond[x - own - b.low] ?? 0)))
}

/**
 * E[min(X + Y, most)] of independent counts, without the list of their sum.
 *
 * @example
 * ```ts
 * import { Distribution } from '@spotcheck/core/economics'
 *
 * const coin = Distribution.binomial({ n: 1, p: 0.5 })
 * Distribution.sumCapped(coin, coin, 1) // 0.75
 * ```
 */
export function sumCapped(a: Distribution, b: Distribution, most: number): number {
  const beyond = tails(b)
  const capped = new Float64Array(beyond.length)
  for (let i = 1; i < beyond.length; i++) capped[i] = capped[i - 1]! + beyond[i]!
  const rest = (room: number) => (room <= b.low ? room : b.low + capped[Math.min(room - b.low, beyond.length - 1)]!)
  return mean(a, (own) => (own >= most ? most : own + rest(most - own)))
}

/**
 * x -> P(X <= x).
 *
 * @example
 * ```ts
 * import { Distribution } from '@spotcheck/core/economics'
 *
 * Distribution.atMost(Distribution.binomial({ n: 2, p: 0.5 }))(1) // 0.75
 * ```
 */
export function atMost({ low, masses }: Distribution): (x: number) => number {
  const cumulated = masses.slice()
  for (let i = 1; i < cumulated.length; i++) cumulated[i]! += cumulated[i - 1]!
  return (x) => (x < low ? 0 : cumulated[Math.min(x - low, cumulated.length - 1)]!)
}
