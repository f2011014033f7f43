/**
 * The policies that come with the simulator.
 *
 * @module
 */
import type { Policy } from '../Policy.js'
import { spotcheck } from './spotcheck.js'

/** All of them, in the order of tables. */
export const all: readonly Policy[] = [spotcheck]

export { exact, noticed, unchecked } from './rules.js'
export { spotcheckRules } from './spotcheck.js'
