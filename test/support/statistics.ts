// What a simulation may be off by.

/** The most of `trials` that a rate of `alpha` exceeds with probability below 1e-3 only. */
export function tolerated(trials: number, alpha: number): number {
  let [mass, below, k] = [(1 - alpha) ** trials, 0, 0]
  for (; below + mass < 1 - 1e-3; k++) {
    below += mass
    mass *= ((trials - k) / (k + 1)) * (alpha / (1 - alpha))
  }
  return k
}

/** The mean, and its standard error. */
export function summary(values: readonly number[]): { mean: number; error: number } {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1)
  return { mean, error: Math.sqrt(variance / values.length) }
}
