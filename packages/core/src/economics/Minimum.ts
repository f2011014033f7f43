/**
 * The numerical methods that the closed forms lean on, all bracketed, so that none can run away.
 *
 * @module
 */

const GOLDEN = (Math.sqrt(5) - 1) / 2

/**
 * Where `f` is least on [low, high], 0 < low <= high: a scan in log x finds the valley, golden section its floor. Exact to
 * about 1e-8 of x for a smooth f, as any method that only compares values.
 */
export function argmin(f: (x: number) => number, low: number, high: number, scan = 96): number {
  const [from, to] = [Math.log(low), Math.log(high)]
  const at = (i: number) => from + ((to - from) * i) / scan
  const value = (log: number) => f(clamp(Math.exp(log), low, high))
  let best = 0
  for (let i = 1; i <= scan; i++) if (value(at(i)) < value(at(best))) best = i
  const found = golden(value, at(Math.max(0, best - 1)), at(Math.min(scan, best + 1)))
  const candidates = [clamp(Math.exp(found), low, high), low, high]
  return candidates.reduce((a, b) => (f(b) < f(a) ? b : a))
}

function golden(f: (x: number) => number, low: number, high: number): number {
  let [a, b] = [low, high]
  while (b - a > 1e-10) {
    const [x, y] = [b - GOLDEN * (b - a), a + GOLDEN * (b - a)]
    if (f(x) <= f(y)) b = y
    else a = x
  }
  return (a + b) / 2
}

const TINIEST = 1e-300

type Holds = (x: number) => boolean

/**
 * The least x in [low, high], 0 <= low <= high, for which `holds`, where it holds from some x on up to `high`; undefined if
 * not even there. Exact to the last bit, unless the answer is below 1e-300: the double below it does not hold.
 */
export function threshold(holds: Holds, low: number, high: number): number | undefined {
  if (!holds(high)) return undefined
  return holds(low) ? low : bisect(holds, low, high, 0)
}

/** How finely to scan: at `high`·`ratio`^-i for i up to `steps`; and how exact, as a share of the answer, to be then. */
export type Scan = Readonly<{ steps: number; ratio: number; tolerance: number }>

/**
 * The least x in [0, high] for which `holds`, where that may hold in between only: the first of the scan, from small to
 * large, that holds, and from there down to the one before it. Undefined if none does.
 */
export function first(holds: Holds, high: number, { steps, ratio, tolerance }: Scan): number | undefined {
  if (holds(0)) return 0
  let low = 0
  for (let i = steps; i >= 0; i--) {
    const x = high * ratio ** -i
    if (holds(x)) return bisect(holds, low, x, tolerance)
    low = x
  }
  return undefined
}

/**
 * The least whole number from 1 to `most` that holds: each up to `each` is tried, then ones `ratio` apart, so that from there on
 * it must go on holding as far as to the next of them.
 */
export function firstWhole(holds: Holds, most: number, each: number, ratio = 2): number | undefined {
  for (let count = 1; count <= Math.min(each, most); count++) if (holds(count)) return count
  let [few, many] = [each, each]
  while (many < most) {
    few = many
    many = Math.min(most, Math.ceil(ratio * many))
    if (!holds(many)) continue
    while (many - few > 1) {
      const middle = Math.floor((few + many) / 2)
      if (holds(middle)) many = middle
      else few = middle
    }
    return many
  }
  return undefined
}

/** Between `low`, which does not hold, and `high`, which does. */
function bisect(holds: Holds, low: number, high: number, tolerance: number): number {
  let [below, above] = [Math.max(low, Math.min(TINIEST, high)), high]
  if (low < below && holds(below)) return below
  while (above - below > tolerance * above) {
    const middle = above > 2 * below ? Math.sqrt(below) * Math.sqrt(above) : below + (above - below) / 2
    if (middle <= below || middle >= above) return above
    if (holds(middle)) above = middle
    else below = middle
  }
  return above
}

function clamp(x: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, x))
}
