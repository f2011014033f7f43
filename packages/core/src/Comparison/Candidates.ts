/** Two lists of candidates for one position, of which neither need list what the other does. */
import type * as Logits from '../Logits.js'

/**
 * The difference of each candidate that either side lists. One that a side does not list has there at most the smallest
 * value that this side does list: the difference is at least what it is to that, or 0.
 */
export function differences(a: Logits.Position, b: Logits.Position): number[] {
  const listed = new Map(b.map(({ token, logit }) => [token, logit]))
  const floor = least(b)
  const fromA = a.map(({ token, logit }) => {
    const other = listed.get(token)
    return other === undefined ? Math.max(0, logit - floor) : Math.abs(logit - other)
  })
  const known = new Set(a.map(({ token }) => token))
  const floorOfA = least(a)
  const onlyB = b.filter(({ token }) => !known.has(token)).map(({ logit }) => Math.max(0, logit - floorOfA))
  return [...fromA, ...onlyB]
}

function least(position: Logits.Position): number {
  return position.reduce((smallest, { logit }) => Math.min(smallest, logit), Number.POSITIVE_INFINITY)
}

/** How far a token is below the most likely candidate: infinitely where it is not listed. */
export function belowBest(token: number, position: Logits.Position): number {
  const best = position.reduce((largest, { logit }) => Math.max(largest, logit), Number.NEGATIVE_INFINITY)
  const own = position.find((candidate) => candidate.token === token)
  return own === undefined ? Number.POSITIVE_INFINITY : best - own.logit
}
