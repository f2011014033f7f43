/**
 * Named scenarios.
 *
 * @module
 */
import { from, type Scenario } from './Scenario.js'

/**
 * What policies are compared on unless another scenario is given: 1,000 nodes, of which three in ten cheat in seven ways, 60
 * epochs of 20 tasks each. One task in twenty gains its cheat 21 times what the others do, and is worth as much more. Traffic is
 * high, every identity is free, and the parameters are safe for Spotcheck.
 *
 * @example
 * ```ts
 * import { Scenarios } from '@spotcheck/sim'
 *
 * Scenarios.reference().nodes // 1000
 * ```
 */
export function reference(): Scenario {
  return from({
    parameters: {
      task: { reward: 1.2, honestCost: 1, cheatCost: 0 },
      sampling: {
        mode: 'byValue',
        rate: 0.1,
        values: [
          { value: 1, count: 19 },
          { value: 20, count: 1, externalGain: 20 },
        ],
      },
      slash: { amount: 60 },
      stake: { amount: 60 },
      batch: { size: 20 },
      // Who cheats whether or not it pays goes on until it is ejected, and the whitewashers even then.
      accept: { residualError: 0.05 },
    },
    population: [
      { strategy: 'honest', share: 0.7 },
      { strategy: 'lazy', share: 0.05 },
      { strategy: 'intermittent', options: { rate: 0.3 }, share: 0.05 },
      { strategy: 'burst', options: { after: 600, atLeast: 2 }, share: 0.05 },
      { strategy: 'value-targeting', share: 0.05 },
      { strategy: 'opportunist', share: 0.04 },
      { strategy: 'probing', share: 0.03 },
      { strategy: 'whitewasher', share: 0.03 },
    ],
    nodes: 1000,
    epochs: 60,
    replications: 10,
  })
}
