/**
 * The two numerical methods that the closed forms lean on, both bracketed, so that neither can run away.
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

/**
 * The least x in [low, high], 0 <= low <= high, for which `holds`, where it holds from some x on up to `high`; undefined if
 * not even there. Exact to the last bit, unless the answer is below 1e-300: the double below it does not hold.
 */
export function threshold(holds: (x: number) => boolean, low: number, high: number): number | undefined {
  if (!holds(high)) return undefined
  if (holds(low)) return low
  let [below, above] = [Math.max(low, Math.min(TINIEST, high)), high]
  if (holds(below)) return below
  for (;;) {
    const middle = above > 2 * below ? Math.sqrt(below) * Math.sqrt(above) : below + (above - below) / 2
    if (middle <= below || middle >= above) return above
    if (holds(middle)) above = middle
    else below = middle
  }
}

function clamp(x: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, x))
}
