/** Do two samples come from one distribution? */

/** Kolmogorov's distance of two samples, in its standard unit: above 1.95 once in a thousand pairs. */
export function distance(a: readonly number[], b: readonly number[]): number {
  const [first, second] = [a.toSorted((x, y) => x - y), b.toSorted((x, y) => x - y)]
  let [i, j, gap] = [0, 0, 0]
  while (i < a.length && j < b.length) {
    const x = Math.min(first[i]!, second[j]!) + 1e-9
    while (i < a.length && first[i]! <= x) i++
    while (j < b.length && second[j]! <= x) j++
    gap = Math.max(gap, Math.abs(i / a.length - j / b.length))
  }
  return gap * Math.sqrt((a.length * b.length) / (a.length + b.length))
}

/** Difference of means in standard errors of two samples of one distribution. */
export function apart(a: readonly number[], b: readonly number[]): number {
  const mean = (all: readonly number[]) => all.reduce((sum, x) => sum + x, 0) / all.length
  const all = [...a, ...b]
  const centre = mean(all)
  const variance = all.reduce((sum, x) => sum + (x - centre) ** 2, 0) / (all.length - 1)
  const error = Math.sqrt(variance * (1 / a.length + 1 / b.length))
  return variance < 1e-18 ? 0 : (mean(a) - mean(b)) / error
}
