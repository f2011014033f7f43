// Seeds of property tests: from FC_SEED, else fresh; always printed, so that every failure can be replayed.
//   FC_SEED=123 FC_PATH=7:0 vitest run test/round.properties.test.ts -t "name of the property"
import type fc from 'fast-check'
import { env } from './env.js'

const { FC_SEED, FC_PATH, FC_RUNS } = env

/** The seed of this run. */
export const seed: number = FC_SEED === undefined ? (Math.random() * 2 ** 32) | 0 : Number(FC_SEED) | 0

console.info(`fast-check seed ${seed}; replay with FC_SEED=${seed}`)

/** Parameters of `fc.assert`: FC_RUNS overrides `runs`, FC_PATH replays a counterexample that fast-check printed. */
export function runs<T>(numRuns: number): fc.Parameters<T> {
  const path = FC_PATH === undefined ? {} : { path: FC_PATH }
  return { seed, numRuns: FC_RUNS === undefined ? numRuns : Number(FC_RUNS), ...path }
}
