/**
 * Numbers and columns for people.
 *
 * @module
 */

/** To six digits, the nearest. */
export function number(value: number): string {
  return String(Number(value.toPrecision(6)))
}

/** To six digits, thousands apart. */
export function grouped(value: number): string {
  const [whole = '', ...rest] = number(value).split('.')
  return [/e/.test(whole) ? whole : whole.replace(/\B(?=(\d{3})+$)/g, ','), ...rest].join('.')
}

/** To six digits, up: a bound that is shown is never too small, but for the noise of floating point. */
export function atLeast(bound: number): string {
  const value = quiet(bound)
  const near = Number(value.toPrecision(6))
  return String(near >= value ? near : Number((near + unit(value)).toPrecision(6)))
}

/** To six digits, down: a bound that is shown is never too large, but for the noise of floating point. */
export function atMost(bound: number): string {
  const value = quiet(bound)
  const near = Number(value.toPrecision(6))
  return String(near <= value ? near : Number((near - unit(value)).toPrecision(6)))
}

/** To twelve digits: 1.1199999999999999 is 1.12, of which no sixth digit need be taken away. */
function quiet(value: number): number {
  return Number(value.toPrecision(12))
}

/** One in the sixth digit. */
function unit(value: number): number {
  return 10 ** (Math.floor(Math.log10(Math.abs(value))) - 5)
}

/** A share as a percentage. */
export function percent(share: number): string {
  return `${number(share * 100)} %`
}

/** Rows of cells as aligned columns, two spaces in. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>((most, row) => {
    return row.map((cell, i) => Math.max(most[i] ?? 0, cell.length)).concat(most.slice(row.length))
  }, [])
  const line = (row: readonly string[]) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')
  return rows.map((row) => `  ${line(row).trimEnd()}\n`).join('')
}

/** As many indices as a line has room for. */
export function some(indices: readonly number[]): string {
  const shown = indices.slice(0, 20).join(' ')
  return indices.length > 20 ? `${shown} and ${indices.length - 20} more` : shown
}
