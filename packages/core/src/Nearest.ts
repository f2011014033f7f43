/**
 * Spelling help for messages.
 *
 * @module
 */

/**
 * The known word nearest to a mistyped one, or undefined if none is near: at most two edits, or three in a long word,
 * capitals and punctuation ignored. Ties go to the word listed first.
 *
 * @example
 * ```ts
 * import { Nearest } from '@spotcheck/core'
 *
 * Nearest.nearest('burnshare', ['amount', 'burnShare']) // 'burnShare'
 * ```
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const plain = simplify(word)
  if (plain.length > 64) return undefined
  let best: string | undefined
  let least = plain.length > 8 ? 4 : Math.min(3, plain.length)
  for (const candidate of known) {
    const edits = distance(plain, simplify(candidate))
    if (edits < least) [best, least] = [candidate, edits]
  }
  return best
}

function simplify(word: string): string {
  return word.toLowerCase().replace(/[^a-z0-9]/g, '')
}

/** Levenshtein distance, one row at a time. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const substituted = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(substituted, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[b.length]!
}
