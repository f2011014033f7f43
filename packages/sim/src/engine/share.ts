/**
 * Shares and probabilities, which what a user wrote may say.
 *
 * @module
 */

/** Is it a number from 0 to 1? */
export function isShare(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= 1
}
