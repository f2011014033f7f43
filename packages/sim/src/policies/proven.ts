import type { Parameters } from '@spotcheck/core/economics'
import * as z from 'zod'
import * as Policy from '../Policy.js'
import { factorOf, shareOf } from './options.js'
import { noticed, unchecked } from './rules.js'

type Options = { overhead: number; broken: number }

/** Every result carries a proof: a wrong one passes only if the proof system is broken. */
function proven({ overhead, broken }: Options, parameters: Parameters.Parameters): Policy.Rules {
  return {
    ...unchecked(parameters),
    rate: () => 1,
    checked: () => noticed(1 - broken, 0),
    prevents: { withdrawal: true, overcommitment: true, redraws: true, silence: true },
    beforeUse: true,
    cost: { task: overhead * parameters.task.honestCost, check: 0, dispute: 0 },
  }
}

/** Zero-knowledge proofs of inference, as a cost: a proof takes a thousand times the run, and more for large models. */
export const zk: Policy.Policy<Options> = Policy.define({
  name: 'zk',
  summary: 'a zero-knowledge proof with every result, as a cost',
  options: z.strictObject({ overhead: factorOf(1000), broken: shareOf(0) }),
  rules: proven,
})

/** Trusted execution environments, as a cost: little overhead, and a chance that the enclave is broken. */
export const tee: Policy.Policy<Options> = Policy.define({
  name: 'tee',
  summary: 'trusted execution environments, as a cost and a chance of being broken',
  options: z.strictObject({ overhead: factorOf(0.05), broken: shareOf(0.01) }),
  rules: proven,
})
