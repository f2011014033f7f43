import * as z from 'zod'
import * as Policy from '../Policy.js'
import { shareOf } from './options.js'
import { noticed, staked } from './rules.js'

/** Tasks of the network in an epoch, and the least number of validations that is expected of a task then. */
const LEAST: readonly (readonly [traffic: number, validations: number])[] = [
  [100, 1],
  [2550, 0.525],
  [5000, 0.05],
  [7500, 0.03],
  [10_000, 0.01],
]

/**
 * Gonka's adaptive duty: the expected number of validations of a task falls from 1 with the reputation of its node, the further
 * the more traffic there is: target = 1 - (1 - least(traffic))·reputation/100. It is spread over equal validators, each of which
 * validates by chance, so a task is checked with probability 1 - Π(1 - min(1, target·w)).
 *
 * A floor below which the target never falls is ours to add; Gonka has none besides the points' own.
 */
export const gonka: Policy.Policy<{ validators: number; epochsToTrust: number; floor: number }> = Policy.define({
  name: 'gonka',
  summary: 'validations fall with reputation and traffic (Gonka)',
  options: z.strictObject({
    validators: z.int('a whole number >= 1').min(1, 'a whole number >= 1').default(20),
    epochsToTrust: z.int('a whole number >= 1').min(1, 'a whole number >= 1').default(30),
    floor: shareOf(0),
  }),
  settings: [0.02, 0.05, 0.1, 0.2, 0.5, 1].map((floor) => ({ validators: 20, epochsToTrust: 30, floor })),
  rules: ({ validators, epochsToTrust, floor }, parameters) => ({
    ...staked(parameters),
    start: 0,
    rate: (reputation: number, { traffic }) => {
      const target = Math.max(floor, 1 - ((1 - least(traffic)) * reputation) / 100)
      return -Math.expm1(validators * Math.log1p(-Math.min(1, target / validators)))
    },
    learn: (reputation: number, { caught, falseSlashes }) =>
      caught + falseSlashes > 0 ? 0 : Math.min(100, reputation + 100 / epochsToTrust),
    checked: (power) => noticed(power, parameters.comparator.falsePositive),
    cost: { task: 0, check: parameters.verifiers.cost, dispute: 0 },
  }),
})

/** Between the points it is a line, outside of them what it is at the end. */
function least(traffic: number): number {
  const above = LEAST.findIndex(([tasks]) => tasks >= traffic)
  if (above === 0) return LEAST[0]![1]
  if (above < 0) return LEAST.at(-1)![1]
  const [[x0, y0], [x1, y1]] = [LEAST[above - 1]!, LEAST[above]!]
  return y0 + ((y1 - y0) * (traffic - x0)) / (x1 - x0)
}
