/**
 * Charts of one quantity against another.
 *
 * @module
 */
import * as Plot from '@observablehq/plot'
import { axis, domain, type Frame, HALO, isSeen, type Mark, ruleAt, ticksOf } from './charts.js'
import type { Draw, Size } from './drawing.js'
import { label } from './words.js'

/** A point, with its interval where it has one, and words beside it where they help. */
export type Spot = Readonly<{ x: number; y: number; low?: number; high?: number; mark?: Mark; text?: string }>

/** Points that belong together. Several in a chart differ by dashes and by their names at the end. */
export type Series = Readonly<{
  name: string
  points: readonly Spot[]
  line: 'straight' | 'step' | 'none'
  dash?: string
  dots: boolean
  /** Where the name stands: at the last point, the first, or nowhere. */
  named: 'last' | 'first' | 'no'
}>

/** What they are drawn on. */
export type Plane = Readonly<{ x: Frame; y: Frame; height?: Partial<Record<Size, number>> }>

const HEIGHTS: Readonly<Record<Size, number>> = { wide: 340, narrow: 280, panel: 150 }

/** The chart of some series. */
export function curves(series: readonly Series[], { x, y, height = {} }: Plane): Draw {
  return (size) => {
    const spots = series.flatMap(({ points }) => points)
    const across = domain([...spots.map((spot) => spot.x), ...included(x)], x.log)
    const up = domain([...spots.flatMap((spot) => [spot.y, spot.low, spot.high]), ...included(y)], y.log)
    const top = size === 'panel' ? 10 : 30
    return {
      height: height[size] ?? HEIGHTS[size],
      marginLeft: size === 'panel' ? 46 : 58,
      marginRight: size === 'wide' ? 28 : 14,
      marginTop: top,
      marginBottom: size === 'panel' ? 24 : 42,
      x: { ...axis(x, size, across), ...(size === 'panel' ? { label: null } : {}) },
      y: { ...axis(y, size, up), labelAnchor: 'top', ...(size === 'panel' ? { label: null } : {}) },
      marks: [
        Plot.gridY({ strokeOpacity: 0.15, ticks: ticksOf(up, y.log ?? false, 4) }),
        ...(y.rules ?? []).flatMap(({ at, text }) => level(at, text)),
        ...(x.rules ?? []).flatMap(({ at, text }) => ruleAt(at, size === 'panel' ? '' : text)),
        ...series.flatMap((one) => drawn(one, up, size)),
      ],
    }
  }
}

function included({ include = [], rules = [] }: Frame): number[] {
  return [...include, ...rules.map(({ at }) => at)]
}

/** A horizontal line, dashed, with its word above its right end. */
function level(at: number, text: string): Plot.Markish[] {
  if (!isSeen(at)) return []
  return [
    Plot.ruleY([at], { stroke: 'currentColor', strokeWidth: 1.25, strokeDasharray: text === '' ? '1 0' : '6 4' }),
    Plot.text([at], {
      y: (value: number) => value,
      text: [text],
      frameAnchor: 'right',
      textAnchor: 'end',
      dy: -8,
      ...HALO,
    }),
  ]
}

function drawn(
  { name, points, line, dash, dots, named }: Series,
  up: readonly [number, number],
  size: Size,
): Plot.Markish[] {
  const seen = points.filter((point) => isSeen(point.x) && isSeen(point.y) && (up[0] <= point.y || line !== 'none'))
  const within = (value: number) => Math.min(Math.max(value, up[0]), up[1])
  const y = (spot: Spot) => within(spot.y)
  const spread = seen.filter(({ low, high }) => low !== undefined && high !== undefined)
  const curve = line === 'step' ? 'step-after' : 'linear'
  return [
    ...(line === 'none'
      ? []
      : [Plot.line(seen, { x: 'x', y, curve, stroke: 'currentColor', strokeWidth: 1.75, ...dashes(dash) })]),
    Plot.ruleX(spread, {
      x: 'x',
      y1: (spot) => within(spot.low!),
      y2: (spot) => within(spot.high!),
      stroke: colour,
      strokeWidth: 1.75,
    }),
    ...(dots ? spotsOf(seen, y, size) : []),
    ...beside(seen, y),
    ...nameOf(name, seen, y, named),
  ]
}

function dashes(dash: string | undefined) {
  return dash === undefined ? {} : { strokeDasharray: dash }
}

function colour({ mark = 'good' }: Spot): string {
  return mark === 'open' ? 'currentColor' : `var(--${mark})`
}

function spotsOf(seen: readonly Spot[], y: (spot: Spot) => number, size: Size): Plot.Markish[] {
  const of = (mark: Mark) => seen.filter((spot) => (spot.mark ?? 'good') === mark)
  const r = size === 'panel' ? 3 : 4.5
  return [
    Plot.dot(of('good'), { x: 'x', y, r, fill: 'var(--good)' }),
    Plot.dot(of('bad'), { x: 'x', y, r: r + 0.5, symbol: 'times', stroke: 'var(--bad)', strokeWidth: 2.25 }),
    Plot.dot(of('open'), { x: 'x', y, r, fill: 'var(--paper)', stroke: 'currentColor', strokeWidth: 1.5 }),
  ]
}

/** Words beside a point, on the side that has room. */
function beside(seen: readonly Spot[], y: (spot: Spot) => number): Plot.Markish[] {
  const said = seen.filter(({ text }) => text !== undefined)
  const middle = (Math.min(...seen.map(({ x }) => x)) + Math.max(...seen.map(({ x }) => x))) / 2
  const text = { x: 'x', y, text: 'text', ...HALO }
  return [
    Plot.text(
      said.filter(({ x }) => x <= middle),
      { ...text, textAnchor: 'start', dx: 10, dy: -9 },
    ),
    Plot.text(
      said.filter(({ x }) => x > middle),
      { ...text, textAnchor: 'end', dx: -9, dy: 11 },
    ),
  ]
}

function nameOf(
  name: string,
  seen: readonly Spot[],
  y: (spot: Spot) => number,
  named: Series['named'],
): Plot.Markish[] {
  const spot = named === 'first' ? seen[0] : seen.at(-1)
  if (named === 'no' || spot === undefined) return []
  const side =
    named === 'first'
      ? ({ textAnchor: 'start', dx: -6, dy: -16 } as const)
      : ({ textAnchor: 'end', dx: 0, dy: -12 } as const)
  return [Plot.text([spot], { x: 'x', y, text: [label(name, 24)], fontWeight: 'bold', ...side, ...HALO })]
}
