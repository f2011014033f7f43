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
import type { Act } from './Strategy.js'
import type { Verdict } from './Verifier.js'

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

/** What really happened in an epoch. Models write it. */
export type Truth = Readonly<{
  /** Inputs that were cheated on, and those whose honest results came out wrong. */
  cheated: Set<string>
  noisy: Set<string>
  /** d of each wrong result. */
  power: Map<string, number>
  /** How often verifiers ran a sampled task again, and arbiters a disputed one. */
  executions: { sampled: number; arbitration: number }
}>

/** An epoch in which nothing has happened yet. */
export function untold(): Truth {
  return { cheated: new Set(), noisy: new Set(), power: new Map(), executions: { sampled: 0, arbitration: 0 } }
}

/** A right result is the input with a mark; a wrong one and a wrongly recomputed one have other marks. */
const mark = { right: '00', wrong: 'ff', noise: 'ee' } as const

function result(input: Encoding.Hex, kind: keyof typeof mark): Encoding.Hex {
  return `${input}${mark[kind]}`
}

/** An executor's model: cheats and errs as it decided to, and leaves a note of it. `power` is d of what it cheats with. */
export function executorModel(act: Act, power: number, random: Random.Random, truth: Truth): Model {
  const rate = typeof act.cheat === 'number' ? act.cheat : (act.cheat[0] ?? 0)
  return {
    async execute(_, input) {
      const cheats = random() < rate
      const errs = !cheats && act.noise !== undefined && random() < act.noise
      if (!cheats && !errs) return { bytes: result(input, 'right'), evidence: '0x' }
      const kept = cheats ? truth.cheated : truth.noisy
      kept.add(input)
      truth.power.set(input, power)
      return { bytes: result(input, 'wrong'), evidence: '0x' }
    },
    reexecute: () => Promise.reject(new Error('an executor does not verify')),
  }
}

/** What a verifier makes of an input that is to say of the executor's result. */
export function answer(input: Encoding.Hex, verdict: Verdict | null | undefined, { power }: Truth): Encoding.Hex {
  const isWrong = power.has(input)
  if (verdict === 'match') return result(input, isWrong ? 'wrong' : 'right')
  return result(input, isWrong ? 'right' : 'noise')
}

/** Streams of the shared draws, apart from those of any verifier. */
export const COMMON: number = 2 ** 31
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
      const power = verifier.truth.power.get(input)
      const dissents = drawOf(verifier, level, Number(task.nonce)) < dissentProbability(verifier, level, power)
      if (dissents) return result(input, power === undefined ? 'noise' : 'right')
      return result(input, power === undefined ? 'right' : 'wrong')
    },
  }
}

function drawOf({ parameters, key, index, isColluding }: VerifierParameters, level: number, nonce: number): number {
  if (level > 0) return Random.stream(...key, ARBITRATION, nonce)()
  const isShared = parameters.comparator.errors === 'common' && !isColluding
  return Random.stream(...key, isShared ? COMMON : index, nonce)()
}

/** `power` is d of a wrong result, undefined of a right one. */
function dissentProbability(
  { parameters, isColluding }: VerifierParameters,
  level: number,
  power: number | undefined,
): number {
  const { comparator, arbitration, verifiers } = parameters
  if (level > 0) return power === undefined ? arbitration.falsePositive : arbitration.power
  if (isColluding) return power === undefined ? verifiers.falseDissent : 0
  return power ?? comparator.falsePositive
}
