/**
 * The evidence against a node, sampled task by sampled task, where the comparator errs: the core's `EProcess` in doubles, for as
 * many nodes as a simulation has.
 *
 * @module
 */
import { EProcess, Errors, Wad } from '@spotcheck/core'
import { Evidence as Analysis, Detection, type Parameters } from '@spotcheck/core/economics'
import type { Random } from './Random.js'
import type { Path } from './Tuning.js'

/**
 * The wager on a file's sampled tasks, one outcome each: f₀ is the larger of the comparator's f and of F, which is how often the
 * panel and its arbiters find fault with a right result; d is D, just below 1 where they never miss. Null where one mismatch is
 * proof, because a right result is never found wrong, and where no mismatch is any sign.
 *
 * @example
 * ```ts
 * import { Parameters } from '@spotcheck/core/economics'
 * import { Evidence } from '@spotcheck/sim'
 *
 * const noisy = { ...Parameters.defaults, comparator: { power: 0.9, falsePositive: 0.01, errors: 'independent' } as const }
 * Evidence.wagerOf(noisy)?.falsePositive // 0.01
 * Evidence.wagerOf(Parameters.defaults) // null
 * ```
 */
export function wagerOf(parameters: Parameters.Parameters): Analysis.Wager | null {
  const { detection, falseAlarm } = Detection.from(parameters)
  const { power, falsePositive } = parameters.comparator
  const exact = Math.max(falsePositive, falseAlarm) === 0
  const wager = {
    ...Analysis.from(parameters),
    power: Math.min(detection, MOST),
    falsePositive: Math.max(falsePositive, falseAlarm),
  }
  return exact || power <= falsePositive || wager.power <= wager.falsePositive ? null : wager
}

/** No calibration can show that nothing is ever missed; at 1 the first match would acquit for ever. */
const MOST = 1 - 1e-6

/** E of one node. */
export type Meter = Readonly<{
  /** Takes the outcome of a sampled task; returns E. */
  observe: (isMismatch: boolean) => number
  /** Begins afresh: E = 1. */
  restart: () => void
  /** What it stands at, and back to that. */
  save: () => () => void
}>

/** A wager, ready for any number of nodes. */
export type Test = Readonly<{
  /** 1/α: where E reaches it, the node is convicted. */
  threshold: number
  meter: () => Meter
}>

/**
 * The e-process of a wager in doubles. What the integers that slash say, within rounding.
 *
 * @throws EProcess.InvalidParametersError if it would never or always fire.
 * @example
 * ```ts
 * import { Evidence } from '@spotcheck/sim'
 *
 * const test = Evidence.test({ alpha: 1e-6, power: 0.9, falsePositive: 0.01, cheatRates: [1], restart: false })
 * const { observe } = test.meter()
 * test.threshold // 1000000
 * observe(true) // 90
 * ```
 */
export function test(wager: Analysis.Wager): Test {
  const { parameters, alternatives, threshold } = Analysis.process(wager)
  const f = Wad.toNumber(parameters.falsePositive)
  const thetas = alternatives.map(Wad.toNumber)
  const hits = thetas.map((theta) => theta / f)
  const misses = thetas.map((theta) => (1 - theta) / (1 - f))
  const meter = parameters.restart ? () => restarting(hits, misses) : () => fixed(hits, misses)
  return { threshold: Wad.toNumber(threshold), meter }
}

/** `M <- (M + 1/(t(t+1)))·LR`, `E = mean M + 1/(t+1)`. */
function restarting(hits: readonly number[], misses: readonly number[]): Meter {
  const products = new Float64Array(hits.length)
  let samples = 0
  return {
    observe: (isMismatch) => {
      samples++
      const ratios = isMismatch ? hits : misses
      let sum = 0
      for (let j = 0; j < ratios.length; j++) {
        products[j] = (products[j]! + 1 / (samples * (samples + 1))) * ratios[j]!
        sum += products[j]!
      }
      return sum / ratios.length + 1 / (samples + 1)
    },
    restart: () => {
      samples = 0
      products.fill(0)
    },
    save: () => {
      const [seen, kept] = [samples, products.slice()]
      return () => {
        samples = seen
        products.set(kept)
      }
    },
  }
}

/** `M <- M·LR` from 1, `E = mean M`; in logarithms, for an honest past leaves no digits in a double. */
function fixed(hits: readonly number[], misses: readonly number[]): Meter {
  const [hit, miss] = [hits.map(Math.log), misses.map(Math.log)]
  const logs = new Float64Array(hits.length)
  return {
    observe: (isMismatch) => {
      const steps = isMismatch ? hit : miss
      let sum = 0
      for (let j = 0; j < steps.length; j++) {
        logs[j] = logs[j]! + steps[j]!
        sum += Math.exp(logs[j]!)
      }
      return sum / steps.length
    },
    restart: () => {
      logs.fill(0)
    },
    save: () => {
      const kept = logs.slice()
      return () => logs.set(kept)
    },
  }
}

/** Takes the outcome of a sampled task; says whether it convicts, and begins afresh if it does. */
export type Weigh = (isMismatch: boolean) => boolean

/**
 * What a settlement asks of a node's evidence.
 *
 * @example
 * ```ts
 * import { Evidence } from '@spotcheck/sim'
 *
 * const test = Evidence.test({ alpha: 1e-3, power: 0.9, falsePositive: 0.01, cheatRates: [1], restart: false })
 * const weigh = Evidence.weigher(test, test.meter())
 * weigh(true) // false
 * weigh(true) // true
 * weigh(true) // false
 * ```
 */
export function weigher({ threshold }: Test, { observe, restart }: Meter): Weigh {
  return (isMismatch) => {
    if (observe(isMismatch) < threshold) return false
    restart()
    return true
  }
}

/** A node of which the evidence is followed. */
export type Node = Readonly<{
  /** What the path is called. */
  strategy: string
  /** Share of its tasks that it cheats on. */
  cheat: number
  /** d of what it cheats with. Default: the file's. */
  power?: number | undefined
  /** Sampled tasks that it is followed for; a conviction ends the path. */
  samples: number
  random: Random
}>

/**
 * The sample path of one node's evidence: E after each of its sampled tasks, from E = 1 on, until it is convicted. Null where the
 * file's mismatches are no evidence but proof.
 *
 * @throws InvalidInputError if `cheat` is no share or `samples` no count.
 * @example
 * ```ts
 * import { Parameters } from '@spotcheck/core/economics'
 * import { Evidence, Random } from '@spotcheck/sim'
 *
 * const comparator = { power: 0.9, falsePositive: 0.01, errors: 'independent' } as const
 * const node = { strategy: 'lazy', cheat: 1, samples: 100, random: Random.stream(1) }
 * const path = Evidence.path({ ...Parameters.defaults, comparator }, node)
 * path?.threshold // 1000000
 * path?.points[0] // { sampled: 0, evidence: 1 }
 * ```
 */
export function path(parameters: Parameters.Parameters, node: Node): Path | null {
  const { strategy, cheat, samples, random } = node
  assertNode(node)
  const wager = wagerOf(parameters)
  if (wager === null) return null
  const { power } = node
  const file = power === undefined ? parameters : { ...parameters, comparator: { ...parameters.comparator, power } }
  const { detection, falseAlarm } = Detection.from(file)
  const { threshold, meter } = test(wager)
  const { observe } = meter()
  const points = [{ sampled: 0, evidence: 1 }]
  for (let sampled = 1; sampled <= samples && points.at(-1)!.evidence < threshold; sampled++)
    points.push({ sampled, evidence: observe(random() < (random() < cheat ? detection : falseAlarm)) })
  return { strategy, threshold, points }
}

function assertNode({ cheat, samples }: Node): void {
  const fail = (subject: string, value: unknown, rule: string, fix: string): never => {
    throw new Errors.InvalidInputError(`${subject} can’t be followed.`, { subject, value, rule, fix })
  }
  if (!(cheat >= 0 && cheat <= 1)) fail('cheat', cheat, 'a share from 0 to 1', 'pass for example 0.3')
  if (!Number.isSafeInteger(samples) || samples < 0 || samples > EProcess.maxSamples)
    fail('samples', samples, 'a whole number >= 0', 'pass for example 1000')
}
