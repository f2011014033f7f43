// How far exhaustive tests go: all the way, but while mutants are counted a quarter of it. What fewer cases notice, all do.
import { env } from './env.js'

/** Of sizes and runs that a test tries in full, how many it tries here. */
export function effort(full: number): number {
  return env.MUTATED === undefined ? full : Math.ceil(full / 4)
}
