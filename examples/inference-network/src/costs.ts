/** What things cost, measured in this run. Money is CPU microseconds. */

/** Sums and counts of CPU time by what it was spent on. */
export class Costs {
  readonly #sums = new Map<string, { micros: number; runs: number }>()

  /** A meter that books under `name`. */
  meter(name: string): (micros: number) => void {
    return (micros) => {
      const { micros: sum, runs } = this.#sums.get(name) ?? { micros: 0, runs: 0 }
      this.#sums.set(name, { micros: sum + micros, runs: runs + 1 })
    }
  }

  total(name: string): number {
    return this.#sums.get(name)?.micros ?? 0
  }

  runs(name: string): number {
    return this.#sums.get(name)?.runs ?? 0
  }

  /** Mean over all runs; 0 if there were none. */
  mean(name: string): number {
    return this.runs(name) === 0 ? 0 : this.total(name) / this.runs(name)
  }
}
