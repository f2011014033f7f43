/**
 * What lies around a recommendation: other trades of compute for capital, and other worlds.
 *
 * @module
 */
import type { Candidate, Sensitivity, Tuning } from '../Tuning.js'
import { FIELDS, fields } from './candidate.js'
import { type Bar, bars } from './charts.js'
import { curves, type Spot } from './curves.js'
import type { Figure } from './figure.js'
import { full } from './table.js'
import { count, percent, short } from './words.js'

const plain = (value: number) => short(value, 3)

/** Verification against capital. */
export function pareto({ pareto, recommended }: Tuning): readonly Figure[] {
  if (pareto.length === 0) return []
  const sorted = pareto.toSorted((a, b) => a.capital - b.capital)
  const spots = sorted.map((point, i): Spot => {
    const chosen = recommended !== null && isSame(point.candidate, recommended)
    const said = chosen || i === 0 || i === sorted.length - 1
    const rate = `p = ${percent(point.candidate.sampleRate)}`
    const text = said ? { text: chosen ? `recommended, ${rate}` : rate } : {}
    return { x: point.capital, y: point.verification, mark: chosen ? 'good' : 'open', ...text }
  })
  const cheapest = pareto.toSorted((a, b) => a.total - b.total)[0]!
  return [
    {
      id: 'pareto',
      title: 'Verification against capital',
      caption: `Checking more needs less stake, and the other way round: no parameters that hold were found below and left of this line; the least total, ${short(cheapest.total)} per task, is at p = ${percent(cheapest.candidate.sampleRate)}.`,
      key: '● recommended, ○ the others on the frontier.',
      chart: curves([{ name: 'frontier', points: spots, line: 'straight', dots: true, named: 'no' }], {
        x: { label: 'capital per task', format: plain, log: isWide(sorted.map(({ capital }) => capital)) },
        y: {
          label: 'verification per task',
          format: plain,
          log: isWide(sorted.map(({ verification }) => verification)),
        },
      }),
      table: {
        caption: 'The frontier',
        head: [...FIELDS.map(({ name }) => name), 'verification per task', 'capital per task', 'total per task'],
        rows: sorted.map(({ candidate, verification, capital, total }) => [
          ...[...fields(candidate), full(verification), full(capital), full(total)],
        ]),
      },
    },
  ]
}

function isWide(values: readonly number[]): boolean {
  return Math.min(...values) > 0 && Math.max(...values) / Math.min(...values) > 12
}

function isSame(a: Candidate, b: Candidate): boolean {
  return FIELDS.every(({ key }) => a[key] === b[key])
}

/** `capital.costPerStakePerTask` has no room on a phone, its last part has. */
function shortened(parameter: string): string {
  return parameter.length > 24 ? (parameter.split('.').at(-1) ?? parameter) : parameter
}

/** What becomes of the recommendation where an input is otherwise. */
export function sensitivity({ sensitivity, cost }: Tuning): readonly Figure[] {
  if (sensitivity.length === 0) return []
  const bar = ({ parameter, to, breaks, total }: Sensitivity): Bar => ({
    name: `${shortened(parameter)} = ${plain(to)}`,
    value: total ?? Number.NaN,
    text: total === null ? 'no slash repairs it' : plain(total),
    mark: breaks.length === 0 ? 'good' : 'bad',
  })
  const broken = sensitivity.filter(({ breaks }) => breaks.length > 0).length
  const rules = cost === null ? [] : [{ at: cost.total, text: 'as the file says' }]
  return [
    {
      id: 'sensitivity-by-parameter',
      title: 'Least cost if one number of the file is otherwise',
      caption: `Marks far from the upright line are numbers to be sure of; ${broken === 0 ? 'the recommended parameters hold under every change' : `under ${count(broken, 'change')}, the crosses, the recommended parameters no longer hold`}.`,
      key: '● the recommended parameters still hold, × they don’t.',
      chart: bars(sensitivity.map(bar), {
        label: 'total cost per task with the least slash',
        format: plain,
        rules,
        room: 38,
      }),
      table: {
        caption: 'Sensitivity',
        head: ['parameter', 'from', 'to', 'breaks', 'total per task with the least slash'],
        rows: sensitivity.map(({ parameter, from, to, breaks, total }) => [
          ...[
            parameter,
            full(from),
            full(to),
            breaks.join(', ') || 'nothing',
            total === null ? 'no slash repairs it' : full(total),
          ],
        ]),
      },
    },
  ]
}
