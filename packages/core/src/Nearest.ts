/**
 * Spelling help for messages.
 *
 * @module
 */

/**
 * The known word nearest to a mistyped one, or undefined if none is near: at most one edit in a word of up to four
 * letters, three in a word of more than eight, else two. An edit inserts, deletes or replaces a letter or swaps two
 * neighbours; capitals and punctuation are ignored. Ties go to the word listed first.
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
  let least = Math.min(mostEdits(plain) + 1, plain.length)
  for (const candidate of known) {
    const edits = distance(plain, simplify(candidate))
    if (edits < least) [best, least] = [candidate, edits]
  }
  return best
}

function simplify(word: string): string {
  return word.toLowerCase().replace(/[^a-z0-9]/g, '')
}

/** In a short word, two edits lead anywhere: "foo" is no "fee". */
function mostEdits(word: string): number {
  if (word.length > 8) return 3
  return word.length > 4 ? 2 : 1
}

/** Optimal string alignment: Levenshtein distance in which a swap of neighbours is one edit. One row at a time. */
function distance(a: string, b: string): number {
  let above: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const substituted = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swapped = isSwap ? above[j - 2]! + 1 : Number.POSITIVE_INFINITY
      next.push(Math.min(substituted, swapped, row[j]! + 1, next[j - 1]! + 1))
    }
    above = row
    row = next
  }
  return row[b.length]!
}
