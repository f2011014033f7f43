/**
 * The charts of the report. What they say is said by place, shape and words; colour only repeats it.
 *
 * @module
 */
import * as Plot from '@observablehq/plot'
import type { Draw, Size } from './drawing.js'
import { label } from './words.js'

/** Filled: as it should be. Cross: it is not. Hollow: it can't be told, or it is a companion of the others. */
export type Mark = 'good' | 'bad' | 'open'

/** A line of a chart of lines: a value with its interval, and what it says in words at the right. */
export type Bar = Readonly<{
  name: string
  value: number
  low?: number
  high?: number
  text: string
  mark: Mark
  /** Another value to set against it, drawn as a diamond. */
  also?: number | null
}>

type Named = Pick<Bar, 'name' | 'text'>

/** What a chart of lines is drawn on. */
export type Frame = Readonly<{
  /** Of the axis. */
  label: string
  format: (value: number) => string
  /** Values that must be in sight: a zero, a bound. */
  include?: readonly number[]
  log?: boolean
  /** Letters of a name that are shown. */
  room?: number
  /** Vertical lines with a word each. */
  rules?: readonly Readonly<{ at: number; text: string }>[]
}>

const COLOURS: Readonly<Record<Mark, string>> = { good: 'var(--good)', bad: 'var(--bad)', open: 'currentColor' }
/** Letters of a name, where a chart does not say. */
const ROOM = 18

/** Beyond this a value is out of sight. */
const FAR = 1e100

/** Can it be drawn? */
export function isSeen(value: number | null | undefined): value is number {
  return typeof value === 'number' && Math.abs(value) <= FAR
}

/** The least and the greatest that can be drawn, with some room around; never empty. */
export function domain(values: readonly (number | null | undefined)[], log = false): [number, number] {
  const near = values.filter(isSeen).map((value) => (Math.abs(value) < 1 / FAR ? 0 : value))
  const seen = near.filter((value) => !log || value > 0)
  if (seen.length === 0) return log ? [1, 10] : [0, 1]
  const [least, most] = seen.reduce<[number, number]>(
    ([a, b], x) => [Math.min(a, x), Math.max(b, x)],
    [seen[0]!, seen[0]!],
  )
  if (log) return [least / 1.15, most * 1.3]
  const room = most > least ? (most - least) * 0.05 : Math.abs(most) * 0.1 || 1
  return [least - (least === 0 ? 0 : (room ?? ROOM)), most + room]
}

/** A line for each name, with its interval. */
export function bars(list: readonly Bar[], frame: Frame): Draw {
  return (size) => {
    const narrow = size === 'narrow'
    const { rules = [], log = false } = frame
    const x = domain([...list.flatMap(ends), ...(frame.include ?? []), ...rules.map(({ at }) => at)], log)
    const within = (value: number) => Math.min(Math.max(value, x[0]), x[1])
    const spans = list.flatMap((bar, i) => (Number.isNaN(bar.value) ? [] : [{ bar, i, span: spanOf(bar, within) }]))
    return {
      ...boxOf(list, size, frame),
      x: axis(frame, size, x),
      y: { type: 'band', domain: list.map((_, i) => i), axis: null, padding: 0 },
      symbol: { legend: false },
      marks: [
        Plot.gridX({ strokeOpacity: 0.15, ticks: ticksOf(x, log, narrow ? 4 : 7) }),
        ...rules.flatMap(({ at, text }) => ruleAt(at, text)),
        ...words(list, narrow, frame.room),
        Plot.ruleY(spans, {
          x1: (each) => each.span[0],
          x2: (each) => each.span[1],
          y: 'i',
          ...stroke,
          strokeWidth: 2,
        }),
        ...marks(spans.filter(({ bar }) => isSeen(bar.value))),
        Plot.dot(
          spans.filter(({ bar }) => isSeen(bar.also)),
          { x: (each) => each.bar.also, y: 'i', symbol: 'diamond2', r: 6, stroke: 'currentColor', strokeWidth: 1.5 },
        ),
      ],
    }
  }
}

type Spanned = Readonly<{ bar: Bar; i: number; span: readonly [number, number] }>

const stroke = { stroke: (each: Spanned) => COLOURS[each.bar.mark] }

function ends({ value, low, high, also }: Bar): (number | null | undefined)[] {
  return [value, low, high, also]
}

function spanOf({ value, low = value, high = value }: Bar, within: (value: number) => number): [number, number] {
  return [within(low), within(high)]
}

/** Lines that cross words don't make them unreadable. */
export const HALO = { fill: 'currentColor', stroke: 'var(--paper)', strokeWidth: 4 } as const

/** A mark for each, by shape and colour. */
function marks(spans: readonly Spanned[]): Plot.Markish[] {
  const at = {
    x: (each: Spanned) => each.bar.value,
    y: 'i',
    title: (each: Spanned) => `${each.bar.name}: ${each.bar.text}`,
  }
  const of = (mark: Mark) => spans.filter(({ bar }) => bar.mark === mark)
  return [
    Plot.dot(of('good'), { ...at, r: 5, fill: COLOURS.good }),
    Plot.dot(of('bad'), { ...at, r: 5.5, symbol: 'times', stroke: COLOURS.bad, strokeWidth: 2.75 }),
    Plot.dot(of('open'), { ...at, r: 5, fill: 'var(--paper)', stroke: COLOURS.open, strokeWidth: 1.75 }),
  ]
}

/** Letters of a name that there is room for on a phone, before the value. */
function beside({ text }: Named): number {
  return Math.max(6, Math.floor(39 - [...text].length))
}

/** Names left and values right of the line; on a phone above it. */
export function words(list: readonly Named[], narrow: boolean, room?: number): Plot.Markish[] {
  const rows = list.map((bar, i) => ({ ...bar, i }))
  const away = narrow ? { dy: -15 } : {}
  return [
    Plot.text(rows, {
      y: 'i',
      text: (row: Named) => label(row.name, narrow ? Math.min(room ?? ROOM, beside(row)) : (room ?? ROOM)),
      frameAnchor: 'left',
      textAnchor: narrow ? 'start' : 'end',
      dx: narrow ? 0 : -10,
      fontWeight: 'bold',
      ...away,
      ...HALO,
    }),
    Plot.text(rows, {
      y: 'i',
      text: 'text',
      frameAnchor: 'right',
      textAnchor: narrow ? 'end' : 'start',
      dx: narrow ? 0 : 10,
      ...away,
      ...HALO,
    }),
  ]
}

/** Room for the words. */
export function boxOf(list: readonly Named[], size: Size, { rules = [], room }: Frame): Plot.PlotOptions {
  const top = rules.length > 0 ? 24 : 8
  const long = (texts: readonly string[]) => Math.max(...texts.map((text) => [...text].length), 0)
  if (size === 'narrow')
    return { marginLeft: 8, marginRight: 12, marginTop: top, marginBottom: 40, height: list.length * 44 + 48 + top }
  return {
    marginLeft: 24 + 7.4 * long(list.map(({ name }) => label(name, room ?? ROOM))),
    marginRight: 20 + 7 * long(list.map(({ text }) => text)),
    marginTop: top,
    marginBottom: 42,
    height: list.length * 28 + 42 + top,
  }
}

/** An axis that has as many ticks as there is room for. */
export function axis(
  { label, format, log = false }: Frame,
  size: Size,
  domain: readonly [number, number],
): Plot.ScaleOptions {
  const ticks = ticksOf(domain, log, size === 'wide' ? 7 : 4)
  const type = log ? ({ type: 'log' } as const) : {}
  const tickFormat = (value: number) => format(value)
  return { ...type, domain: [...domain], label, labelAnchor: 'center', labelArrow: 'none', ticks, tickFormat }
}

/** About so many; on a logarithmic scale the powers of ten, and 2 and 5 times those where there are few. */
export function ticksOf([from, to]: readonly [number, number], log: boolean, most: number): number | number[] {
  if (!log) return most
  const [first, last] = [Math.ceil(Math.log10(from) - 1e-9), Math.floor(Math.log10(to) + 1e-9)]
  const each = Math.max(1, Math.ceil((last - first + 1) / most))
  const powers = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => Number(`1e${first + i}`))
  if (powers.length >= 3) return powers.filter((_, i) => i % each === 0)
  const around = Array.from({ length: last - first + 3 }, (_, i) => first - 1 + i)
  const all = around.flatMap((power) => [1, 2, 5].map((digit) => Number(`${digit}e${power}`)))
  const fine = all.filter((tick) => from <= tick && tick <= to)
  if (fine.length > most) return powers.length >= 2 ? powers : fine.filter((_, i) => i % 2 === 0)
  return fine.length >= 2 ? fine : most
}

/** A vertical line with its word at the top. */
export function ruleAt(at: number, text: string): Plot.Markish[] {
  if (!isSeen(at)) return []
  return [
    Plot.ruleX([at], { stroke: 'currentColor', strokeWidth: 1.25, strokeDasharray: '1 0' }),
    Plot.text([at], { x: (value: number) => value, text: [text], frameAnchor: 'top', dy: -14, fontStyle: 'italic' }),
  ]
}
