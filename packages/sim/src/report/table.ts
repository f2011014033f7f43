/**
 * Tables: numbers for people, with the exact one behind each.
 *
 * @module
 */
import type { Estimate } from '../Statistics.js'
import { type Html, html } from './html.js'
import { exact } from './words.js'

/** What stands in a cell. */
export type Cell = Html | string | Readonly<{ value: number; text: string }>

/** Rows under headings; the first cell of a row is its own heading. */
export type Table = Readonly<{ caption: string; head: readonly string[]; rows: readonly (readonly Cell[])[] }>

/** A number, shown as people read it. */
export function shown(value: number, show: (value: number) => string): Cell {
  return { value, text: show(value) }
}

/** A number with all of its digits; nothing where there is none. */
export function full(value: number | null): Cell {
  return value === null ? '' : { value, text: exact(value) }
}

/** The three numbers of an estimate, or three empty cells. */
export function spread(estimate: Estimate | null): readonly Cell[] {
  return estimate === null ? ['', '', ''] : [full(estimate.mean), full(estimate.low), full(estimate.high)]
}

/** Headings of those three. */
export function spreadOf(what: string): readonly string[] {
  return [what, `${what}, from`, `${what}, to`]
}

/** The table, in a frame that scrolls by itself where the screen is too narrow. */
export function table({ caption, head, rows }: Table): Html {
  const numeric = head.map((_, i) => rows.length > 0 && rows.every((row) => isNumber(row[i])))
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<caption><span>${caption}</span></caption>
<thead><tr>${head.map((text, i) => html`<th scope="col"${numeric[i] ? html` class="n"` : null}>${text}</th>`)}</tr></thead>
<tbody>
${rows.map((row) => html`<tr>${row.map((cell, i) => cellOf(cell, i === 0))}</tr>\n`)}</tbody>
</table></div>`
}

function isNumber(cell: Cell | undefined): boolean {
  return cell === '' || (typeof cell === 'object' && 'value' in cell)
}

function cellOf(cell: Cell, isFirst: boolean): Html {
  const [content, numeric] =
    typeof cell === 'object' && 'value' in cell
      ? [html`<data value="${String(cell.value)}">${cell.text}</data>`, true]
      : [cell, false]
  const attribute = numeric ? html` class="n"` : null
  return isFirst ? html`<th scope="row"${attribute}>${content}</th>` : html`<td${attribute}>${content}</td>`
}
