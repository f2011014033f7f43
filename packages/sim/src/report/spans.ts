/**
 * How far single nodes lie apart: quantiles as a line with a thick middle.
 *
 * @module
 */
import * as Plot from '@observablehq/plot'
import { axis, boxOf, domain, type Frame, isSeen, ruleAt, words } from './charts.js'
import type { Draw } from './drawing.js'

/** 5 %, 25 %, 50 %, 75 % and 95 %; none where there is nothing. */
export type Span = Readonly<{ name: string; quantiles: readonly number[]; text: string }>

/** A line for each name. */
export function spans(list: readonly Span[], frame: Frame): Draw {
  return (size) => {
    const { rules = [], include = [] } = frame
    const rows = list.flatMap(({ quantiles }, i) =>
      quantiles.length === 5 && quantiles.every(isSeen) ? [{ quantiles, i }] : [],
    )
    const x = domain([...rows.flatMap(({ quantiles }) => quantiles), ...include, ...rules.map(({ at }) => at)])
    const line = (from: number, to: number, strokeWidth: number) =>
      Plot.ruleY(rows, {
        x1: (row) => row.quantiles[from],
        x2: (row) => row.quantiles[to],
        y: 'i',
        stroke: 'currentColor',
        strokeWidth,
      })
    return {
      ...boxOf(list, size, frame),
      x: axis(frame, size, x),
      y: { type: 'band', domain: list.map((_, i) => i), axis: null, padding: 0 },
      marks: [
        Plot.gridX({ strokeOpacity: 0.15, ticks: size === 'narrow' ? 4 : 7 }),
        ...rules.flatMap(({ at, text }) => ruleAt(at, text)),
        ...words(list, size === 'narrow'),
        line(0, 4, 1.5),
        line(1, 3, 7),
        Plot.dot(rows, {
          x: (row) => row.quantiles[2],
          y: 'i',
          r: 5,
          fill: 'var(--paper)',
          stroke: 'currentColor',
          strokeWidth: 2,
        }),
      ],
    }
  }
}
