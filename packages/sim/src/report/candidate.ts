/**
 * What a candidate of a tuning is made of.
 *
 * @module
 */
import type { Candidate } from '../Tuning.js'
import { type Cell, full } from './table.js'
import { percent, short } from './words.js'

/** Names and forms of what is searched. */
export const FIELDS: readonly Readonly<{ key: keyof Candidate; name: string; show: (value: number) => string }>[] = [
  { key: 'sampleRate', name: 'sample rate p', show: percent },
  { key: 'verifiers', name: 'verifiers n', show: short },
  { key: 'slash', name: 'slash S', show: short },
  { key: 'stake', name: 'stake W', show: short },
  { key: 'canaryRate', name: 'canary rate g', show: percent },
  { key: 'newcomers', name: 'newcomers, times p', show: short },
]

/** The values of a candidate with all digits. */
export function fields(candidate: Candidate): readonly Cell[] {
  return FIELDS.map(({ key }) => full(candidate[key]))
}
