/**
 * The attacks that were tried on an answer, and the candidates that fell to them.
 *
 * @module
 */
import type { Attack, Step, Tuning } from '../Tuning.js'
import { FIELDS, fields } from './candidate.js'
import { type Bar, bars, type Mark } from './charts.js'
import type { Figure } from './figure.js'
import { type Cell, full, spread, spreadOf } from './table.js'
import { count, percent, short, signed } from './words.js'

/** The best response of every strategy, and how the search got there. */
export function attacks({ attacks, history }: Tuning): readonly Figure[] {
  return [...(attacks.length === 0 ? [] : [responses(attacks)]), ...(history.length === 0 ? [] : [search(history)])]
}

function markOf({ pays, advantage }: Attack): Mark {
  if (pays) return 'bad'
  return advantage.high > 0 ? 'open' : 'good'
}

function responses(attacks: readonly Attack[]): Figure {
  const bar = (attack: Attack): Bar => {
    const { mean, low, high } = attack.advantage
    return { name: attack.strategy, value: mean, low, high, text: signed(mean), mark: markOf(attack) }
  }
  const paying = attacks.filter(({ pays }) => pays).length
  return {
    id: 'best-responses',
    title: 'The best response of every strategy',
    caption: `Each strategy was given the options that suit it best against the recommended parameters: ${paying === 0 ? 'none of them pays' : `${count(paying, 'strategy pays', 'strategies pay')}`}.`,
    key: '● loses, × pays, ○ can’t be told from honest work; lines are 95 % intervals.',
    chart: bars(attacks.map(bar), {
      label: 'gain per task, beyond honest work',
      format: (value) => signed(value).replace(/\.?0+$/, ''),
      rules: [{ at: 0, text: 'honest work' }],
    }),
    table: {
      caption: 'Attacks that were tried on the recommended parameters',
      head: ['strategy', 'options', ...spreadOf('gain per task'), 'cheated', 'pays'],
      rows: attacks.map(({ strategy, options, advantage, cheated, pays }) => [
        ...[strategy, JSON.stringify(options), ...spread(advantage), full(cheated), pays ? 'yes' : 'no'],
      ]),
    },
  }
}

function search(history: readonly Step[]): Figure {
  const bar = ({ candidate, total, attack }: Step, i: number): Bar => ({
    name: `${i + 1}. p = ${percent(candidate.sampleRate)}`,
    value: total,
    low: 0,
    high: total,
    text: `${short(total)} ${attack === null ? '' : attack.strategy}`,
    mark: attack?.pays === true ? 'bad' : 'good',
  })
  const fell = history.filter(({ attack }) => attack?.pays === true).length
  return {
    id: 'search',
    title: 'The candidates on the way',
    caption: `Total cost of each candidate and the best attack on it, in the order in which they were tried; ${fell === 0 ? 'none fell to an attack' : `${fell} of ${history.length} fell to an attack, the crosses`}.`,
    key: '● withstood its best attack, × fell to it.',
    chart: bars(history.map(bar), {
      label: 'total cost per task',
      format: (value) => short(value, 3),
      include: [0],
    }),
    table: {
      caption: 'Candidates, and what became of them',
      head: [
        'candidate',
        ...FIELDS.map(({ name }) => name),
        'total per task',
        'best attack',
        'its options',
        ...spreadOf('its gain per task'),
        'verdict',
      ],
      rows: history.map(({ candidate, total, attack, verdict }, i) => [
        ...[String(i + 1), ...fields(candidate), full(total), ...attacked(attack), verdict],
      ]),
    },
  }
}

/** The best attack on a candidate; empty where no strategy could be played. */
function attacked(attack: Attack | null): readonly Cell[] {
  if (attack === null) return ['', '', '', '', '']
  return [attack.strategy, JSON.stringify(attack.options), ...spread(attack.advantage)]
}
