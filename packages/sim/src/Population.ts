/**
 * Who takes part in a simulated epoch, and how the simulated models err.
 *
 * @module
 */
import type { Encoding } from '@spotcheck/core'
import { Detection, type Parameters } from '@spotcheck/core/economics'
import type { Model, Replay } from '@spotcheck/core/ports'
import { quorum } from './Crossing.js'
import * as Random from './Random.js'
import type { Strategy } from './Strategy.js'

/** Executors that share a strategy. */
export type Cohort = Readonly<{ strategy: Strategy; count: number }>

/**
 * Address `n`, from 0, of a family of nodes.
 *
 * @example
 * ```ts
 * import { Population } from '@spotcheck/sim'
 *
 * Population.address('executor', 10) // '0xee0000000000000000000000000000000000000a'
 * ```
 */
export function address(family: 'executor' | 'verifier' | 'client', n: number): Encoding.Address {
  const prefix = { executor: 'ee', verifier: 'aa', client: 'cc' }[family]
  return `0x${prefix}${n.toString(16).padStart(38, '0')}`
}

/**
 * Size M of the verifier pool and how many of it collude, K = ceil(r·M). An infinite pool is simulated by 20 to 100
 * verifiers (more where n asks for it), M chosen so that K/M is close to r.
 *
 * @example
 * ```ts
 * import { Parameters } from '@spotcheck/core/economics'
 * import { Population } from '@spotcheck/sim'
 *
 * Population.pool(Parameters.defaults) // { size: 20, colluding: 0 }
 * ```
 */
export function pool({ sampling, verifiers }: Parameters.Parameters): Readonly<{ size: number; colluding: number }> {
  const smallest = Math.max(20, sampling.verifiers + quorum)
  const size = verifiers.pool ?? closest(verifiers.colluding, smallest)
  return { size, colluding: Detection.colluders(verifiers.colluding, size) }
}

/** The pool size from `smallest` to five times it whose whole number of colluders is closest to the share. */
function closest(share: number, smallest: number): number {
  const excess = (size: number) => Detection.colluders(share, size) / size - share
  let best = smallest
  for (let size = smallest; size <= 5 * smallest; size++) if (excess(size) < excess(best) - 1e-12) best = size
  return best
}

/**
 * What really happened in an epoch: which inputs were cheated on, how often verifiers ran a sampled task again and how
 * often arbiters ran a disputed one. Models write it.
 */
export type Truth = Readonly<{ cheated: Set<string>; executions: { sampled: number; arbitration: number } }>

/** An epoch in which nothing has happened yet. */
export function untold(cheated: Iterable<string> = []): Truth {
  return { cheated: new Set(cheated), executions: { sampled: 0, arbitration: 0 } }
}

/** A right result is the input with a mark; a cheated one and a wrongly recomputed one have other marks. */
const mark = { right: '00', cheated: 'ff', noise: 'ee' } as const

function result(input: Encoding.Hex, kind: keyof typeof mark): Encoding.Hex {
  return `${input}${mark[kind]}`
}

/** An executor's model: cheats as its strategy says, and leaves a note of it. */
export function executorModel(strategy: Strategy, random: Random.Random, truth: Truth): Model {
  return {
    async execute(_, input) {
      const cheats = strategy.cheats(random)
      if (cheats) truth.cheated.add(input)
      return { bytes: result(input, cheats ? 'cheated' : 'right'), evidence: '0x' }
    },
    reexecute: () => Promise.reject(new Error('an executor does not verify')),
  }
}

/** Streams of the shared draws, apart from those of any verifier. */
const COMMON = 2 ** 31
const ARBITRATION = 2 ** 31 + 1

/** What a simulated verifier is made of. `key` names its epoch's streams. */
export type VerifierParameters = Readonly<{
  parameters: Parameters.Parameters
  key: readonly number[]
  index: number
  isColluding: boolean
  truth: Truth
}>

/**
 * A verifier's model. It errs as the parameter file says: power d and false positives f, independently or in common;
 * colluders side with the cheater and dissent falsely with z; arbitration as a whole has its own a_d and a_f.
 */
export function verifierModel(verifier: VerifierParameters): Pick<Model, 'reexecute'> {
  return {
    async reexecute({ task, input, level }: Replay) {
      verifier.truth.executions[level > 0 ? 'arbitration' : 'sampled']++
      const draw = drawOf(verifier, level, Number(task.nonce))
      const isCheated = verifier.truth.cheated.has(input)
      if (draw < dissentProbability(verifier, level, isCheated)) return result(input, isCheated ? 'right' : 'noise')
      return result(input, isCheated ? 'cheated' : 'right')
    },
  }
}

function drawOf({ parameters, key, index, isColluding }: VerifierParameters, level: number, nonce: number): number {
  if (level > 0) return Random.stream(...key, ARBITRATION, nonce)()
  const isShared = parameters.comparator.errors === 'common' && !isColluding
  return Random.stream(...key, isShared ? COMMON : index, nonce)()
}

function dissentProbability(
  { parameters, isColluding }: VerifierParameters,
  level: number,
  isCheated: boolean,
): number {
  const { comparator, arbitration, verifiers } = parameters
  if (level > 0) return isCheated ? arbitration.power : arbitration.falsePositive
  if (isColluding) return isCheated ? 0 : verifiers.falseDissent
  return isCheated ? comparator.power : comparator.falsePositive
}
