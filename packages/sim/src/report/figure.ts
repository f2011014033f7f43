/**
 * A figure: what to see in words, the chart, and its numbers as a table.
 *
 * @module
 */
import { type Draw, draw } from './drawing.js'
import { Html, html } from './html.js'
import { type Table, table } from './table.js'

/** A figure. */
export type Figure = Readonly<{
  /** Unique on the page, of letters and hyphens. */
  id: string
  title: string
  /** One sentence: what to see. */
  caption: string
  /** What the shapes mean, where they mean something. */
  key?: string
  chart: Draw | readonly Panel[]
  table: Table
}>

/** One of many small charts. */
export type Panel = Readonly<{ title: string; note: string; chart: Draw }>

/** The figure as HTML: it can be reached by the keyboard, and so can the table under it. */
export function figure({ id, title, caption, key, chart, table: data }: Figure): Html {
  return html`<figure id="${id}" tabindex="0" aria-labelledby="${id}-title">
<figcaption><h3 id="${id}-title">${title}</h3><p>${caption}</p>${key === undefined ? null : html`<p class="key">${key}</p>`}</figcaption>
${typeof chart === 'function' ? both(chart, title) : html`<div class="panels">${chart.map(panel)}</div>`}
<details><summary>The numbers: ${title}</summary>
${table(data)}</details>
</figure>
`
}

function both(chart: Draw, title: string): Html {
  return new Html(`${draw(chart, 'wide', title)}\n${draw(chart, 'narrow', title)}`)
}

function panel({ title, note, chart }: Panel): Html {
  return html`<div class="panel"><h4>${title}</h4><p>${note}</p>${new Html(draw(chart, 'panel', title))}</div>`
}
