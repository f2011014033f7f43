/**
 * Charts as SVG: Observable Plot draws into a document of its own, no browser needed. The page brings the styles.
 *
 * @module
 */
import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import { escaped } from './html.js'

/** For a desk, for a phone, or one of many small ones: text keeps its size, so they are drawn apart. */
export type Size = 'wide' | 'narrow' | 'panel'

/** What a chart is at a size. */
export type Draw = (size: Size) => Plot.PlotOptions

/** Pixels across. */
const WIDTHS: Readonly<Record<Size, number>> = { wide: 720, narrow: 328, panel: 232 }

/** What Plot needs of an element; it knows only the types of browsers. */
type Element = {
  readonly outerHTML: string
  readonly attributes: Iterable<{ name: string; value: string }>
  setAttribute: (name: string, value: string) => void
  removeAttribute: (name: string) => void
  querySelectorAll: (selector: string) => Iterable<Element & { remove: () => void }>
}

/** Attributes that hold coordinates. */
const PLACES = new Set([
  'd',
  'transform',
  'x',
  'y',
  'x1',
  'x2',
  'y1',
  'y2',
  'cx',
  'cy',
  'r',
  'width',
  'height',
  'dx',
  'dy',
])

/**
 * The chart as an `<svg>`. Coordinates are rounded to hundredths of a pixel, so that every machine draws the same bytes.
 */
export function draw(chart: Draw, size: Size, label: string): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>')
  const svg: Element = Plot.plot({ width: WIDTHS[size], ...chart(size), document: document as never })
  for (const style of svg.querySelectorAll('style')) style.remove()
  for (const element of [svg, ...svg.querySelectorAll('*')])
    for (const { name, value } of [...element.attributes])
      if (PLACES.has(name)) element.setAttribute(name, rounded(value))
  for (const name of ['font-family', 'font-size', 'class']) svg.removeAttribute(name)
  // Not by the element: it leaves < as it is in attributes.
  return svg.outerHTML.replace('<svg ', `<svg class="${size}" role="img" aria-label="${escaped(label)}" `)
}

function rounded(places: string): string {
  return places.replace(/-?\d+(?:\.\d+)?(?:e[-+]?\d+)?/g, (number) =>
    String(Math.round(Number(number) * 100) / 100 + 0),
  )
}
