/**
 * Who takes part in a simulated epoch, and how the simulated models err.
 *
 * @module
 */
import type { Encoding } from '@spotcheck/core'
import type { Parameters } from '@spotcheck/core/economics'
import type { Model, Replay } from '@spotcheck/core/ports'
import { quorum } from './Crossing.js'
import * as Random from './Random.js'
import type { Strategy } from './Strategy.js'

/** Executors that share a strategy. */
export type Cohort = Readonly<{ strategy: Strategy; count: number }>

/** Address `n` of a family of nodes. */
export function address(family: 'executor' | 'verifier' | 'client', n: number): Encoding.Address {
  const prefix = { executor: 'ee', verifier: 'aa', client: 'cc' }[family]
  return `0x${prefix}${n.toString(16).padStart(38, '0')}`
}

/** Size of the verifier pool and how many of it collude: K = ceil(r·M), with M chosen so that K/M is close to r. */
export function pool({ sampling, verifiers }: Parameters.Parameters): Readonly<{ size: number; colluding: number }> {
  const smallest = Math.max(20, sampling.verifiers + quorum)
  const size = verifiers.pool ?? closest(verifiers.colluding, smallest)
  return { size, colluding: Math.ceil(verifiers.colluding * size - 1e-9) }
}

/** The pool size from `smallest` to five times it whose whole number of colluders is closest to the share. */
function closest(share: number, smallest: number): number {
  let best = smallest
  for (let size = smallest; size <= 5 * smallest; size++)
    if (Math.ceil(share * size - 1e-9) / size - share < Math.ceil(share * best - 1e-9) / best - share - 1e-12)
      best = size
  return best
}

/** What really happened in an epoch: which tasks were cheated. Executors write it, simulated models read it. */
export type Truth = Readonly<{ cheated: Set<string>; executions: { count: number } }>

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
      verifier.truth.executions.count++
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
