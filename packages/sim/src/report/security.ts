/**
 * What a tuning shows of security: who profits at which rate, what is detected, how evidence grows.
 *
 * @module
 */
import type { Path, Profit, Tuning } from '../Tuning.js'
import { isSeen } from './charts.js'
import { paysOf } from './comparison.js'
import { curves, type Series, type Spot } from './curves.js'
import type { Figure, Panel } from './figure.js'
import { full, spread, spreadOf } from './table.js'
import { all, percent, short, signed } from './words.js'

/** Rates over more than a factor of this are drawn on a logarithmic scale. */
const WIDE = 12

function isWide(values: readonly number[]): boolean {
  return values.length > 0 && Math.min(...values) > 0 && Math.max(...values) / Math.min(...values) > WIDE
}

/** Profit of every strategy against the sample rate: a small chart each, on one scale. */
export function profits({ profits, recommended }: Tuning): readonly Figure[] {
  if (profits.length === 0) return []
  const rates = profits.flatMap(({ points }) => points.map(({ rate }) => rate))
  const shared = { log: isWide(rates), rates, ...limits(profits), at: recommended?.sampleRate ?? null }
  const paying = profits.filter((one) => paysAt(one, shared.at)).map(({ strategy }) => strategy)
  const known =
    shared.at === null
      ? 'Where a curve lies above the level line'
      : `At the recommended rate, the upright line, ${paying.length === 0 ? 'no curve lies above the level one' : `${all(paying)} lies above the level one`}; where one does`
  return [
    {
      id: 'profit-by-rate',
      title: 'Profit by strategy against sample rate',
      caption: `${known}, that strategy earns more than honest work.`,
      key: '● loses, × pays, ○ can’t be told from honest work; lines are 95 % intervals; losses are cut off below.',
      chart: profits.map((one) => panelOf(one, shared)),
      table: {
        caption: 'Gain per task beyond honest work, by sample rate',
        head: ['strategy', 'sample rate', ...spreadOf('gain per task')],
        rows: profits.flatMap(({ strategy, points }) =>
          points.map(({ rate, advantage }) => [strategy, full(rate), ...spread(advantage)]),
        ),
      },
    },
  ]
}

/** Deep losses would flatten what matters: less is shown of them than one and a half times the highest gain. */
function limits(profits: readonly Profit[]): Readonly<{ floor: number; ceiling: number }> {
  const seen = profits.flatMap(({ points }) =>
    points.flatMap(({ advantage: { mean, low, high } }) => [mean, low, high]),
  )
  const ends = seen.filter(isSeen)
  const [least, most] = [Math.min(0, ...ends), Math.max(0, ...ends)]
  return { floor: most > 0 ? Math.max(least, -1.5 * most) : least, ceiling: most }
}

/** At the measured rate that is nearest to it. */
function paysAt({ points }: Profit, at: number | null): boolean {
  const [near] = at === null ? [] : points.toSorted((a, b) => Math.abs(a.rate - at) - Math.abs(b.rate - at))
  return near !== undefined && near.advantage.low > 0
}

type Shared = Readonly<{ log: boolean; rates: readonly number[]; floor: number; ceiling: number; at: number | null }>

function panelOf({ strategy, points }: Profit, { log, rates, floor, ceiling, at }: Shared): Panel {
  const spots = points.map(({ rate, advantage }): Spot => {
    const up = (value: number) => Math.max(value, floor)
    return {
      x: rate,
      y: up(advantage.mean),
      low: up(advantage.low),
      high: up(advantage.high),
      mark: paysOf({ advantage }),
    }
  })
  const paying = points.filter(({ advantage }) => advantage.low > 0).map(({ rate }) => rate)
  return {
    title: strategy,
    note: paying.length === 0 ? 'never pays' : `pays up to ${percent(Math.max(...paying))}`,
    chart: curves([{ name: strategy, points: spots, line: 'straight', dots: true, named: 'no' }], {
      x: { label: 'sample rate', format: percent, log, include: rates, rules: at === null ? [] : [{ at, text: '' }] },
      y: {
        label: 'gain',
        format: (value) => signed(value).replace(/\.?0+$/, ''),
        include: [floor, ceiling],
        rules: [{ at: 0, text: '' }],
      },
    }),
  }
}

/** Detection against the rate: theory as a line, simulation as points. */
export function detection({ detection, recommended }: Tuning): readonly Figure[] {
  if (detection.length === 0) return []
  const sorted = detection.toSorted((a, b) => a.rate - b.rate)
  const inside = sorted.filter(({ theory, simulated }) => simulated.low <= theory && theory <= simulated.high).length
  const series: Series[] = [
    {
      name: 'theory',
      points: sorted.map(({ rate, theory }) => ({ x: rate, y: theory })),
      line: 'straight',
      dots: false,
      named: 'last',
    },
    {
      name: 'simulated',
      points: sorted.map(({ rate, simulated: { mean, low, high } }) => ({ x: rate, y: mean, low, high, mark: 'open' })),
      line: 'none',
      dots: true,
      named: 'first',
    },
  ]
  const at = recommended?.sampleRate
  return [
    {
      id: 'detection-by-rate',
      title: 'Detection against sample rate',
      caption: `Share of cheaters that are caught in a batch of which they cheat on one task in ten: ${inside} of ${sorted.length} simulated intervals hold the closed form’s value.`,
      key: '— closed form; ○ simulated, with 95 % intervals.',
      chart: curves(series, {
        x: {
          ...{ label: 'sample rate', format: percent, log: isWide(sorted.map(({ rate }) => rate)) },
          rules: at === undefined ? [] : [{ at, text: 'recommended' }],
        },
        y: { label: 'share of cheaters caught', format: percent, include: [0, 1] },
      }),
      table: {
        caption: 'Detection by sample rate',
        head: ['sample rate', 'closed form', ...spreadOf('simulated')],
        rows: sorted.map(({ rate, theory, simulated }) => [full(rate), full(theory), ...spread(simulated)]),
      },
    },
  ]
}

const DASHES = [undefined, '7 3', '2 3', '9 3 2 3', '12 4']

/** Sample paths of the evidence against single nodes. */
export function evidence({ evidence }: Tuning): readonly Figure[] {
  const paths = evidence.filter(({ points }) => points.length > 0)
  if (paths.length === 0) return []
  const series = paths.map(
    ({ strategy, points }, i): Series => ({
      name: strategy,
      points: thinned(points).map(({ sampled, evidence }) => ({ x: sampled, y: evidence })),
      line: 'step',
      ...dashOf(i),
      dots: false,
      named: 'last',
    }),
  )
  const thresholds = [...new Set(paths.map(({ threshold }) => threshold))]
  return [
    {
      id: 'evidence-path',
      title: 'Evidence, sample by sample',
      caption: `The evidence against one node of each strategy grows with every mismatch and shrinks with every match; it is slashed where it reaches the dashed threshold. ${paths.map(ending).join(' ')}`,
      chart: curves(series, {
        x: { label: 'sampled tasks of the node', format: (value) => short(value), include: [0] },
        y: {
          ...{ label: 'evidence (logarithmic)', format: (value) => short(value, 2), log: true },
          rules: thresholds.map((at) => ({ at, text: `slash at ${short(at)}` })),
        },
      }),
      table: {
        caption: 'Evidence by sampled task',
        head: ['strategy', 'threshold', 'sampled tasks', 'evidence'],
        rows: paths.flatMap(({ strategy, threshold, points }) =>
          points.map(({ sampled, evidence }) => [strategy, full(threshold), full(sampled), full(evidence)]),
        ),
      },
    },
  ]
}

function dashOf(i: number) {
  const dash = DASHES[i % DASHES.length]
  return dash === undefined ? {} : { dash }
}

function ending({ strategy, threshold, points }: Path): string {
  const hit = points.find(({ evidence }) => evidence >= threshold)
  return hit === undefined
    ? `The ${strategy} node never reached it.`
    : `The ${strategy} node reached it after ${short(hit.sampled)} sampled tasks.`
}

/** No chart shows more than some thousand points; the table has all. */
function thinned<point>(points: readonly point[]): readonly point[] {
  const each = Math.ceil(points.length / 1500)
  return points.filter((_, i) => i % each === 0 || i === points.length - 1)
}
