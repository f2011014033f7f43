/** How the run is told: a story for people on stdout, progress on stderr. */

/** Where lines go. With `--json` the story is told on stderr. */
export type Story = Readonly<{
  say: (line?: string) => void
  heading: (title: string) => void
  table: (rows: readonly (readonly string[])[]) => void
  /** A line that replaces itself on a terminal; elsewhere it is printed every few seconds. */
  progress: (text: string) => void
  /** Clears the progress line. */
  clear: () => void
}>

/** A story told on `out`, with progress on `err`. */
export function tell(out: NodeJS.WriteStream, err: NodeJS.WriteStream): Story {
  let step = 0
  let last = 0
  const clear = () => {
    if (err.isTTY) err.write('\r\u001b[2K')
  }
  const say = (line = '') => {
    clear()
    out.write(`${line}\n`)
  }
  const progress = (text: string) => {
    if (err.isTTY) err.write(`\r\u001b[2K  ${text}`)
    else if (Date.now() - last > 3000) {
      last = Date.now()
      err.write(`  ${text}\n`)
    }
  }
  const heading = (title: string) => {
    say()
    say(`${++step}. ${title}`)
  }
  const table = (rows: readonly (readonly string[])[]) => {
    const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
    for (const row of rows)
      say(`   ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('   ')}`)
  }
  return { say, heading, table, progress, clear }
}

/** Microseconds as milliseconds, for people. */
export function ms(micros: number): string {
  const value = micros / 1000
  return `${value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toFixed(3)} ms`
}

/** A whole number with its thousands apart. */
export function grouped(value: bigint | number): string {
  return value.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ',')
}

/** A share in per cent, three significant digits. */
export function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`
}
