/**
 * The sections of a comparison of policies.
 *
 * @module
 */
import type { Attack, Comparison, Row } from '../Comparison.js'
import { type Bar, bars, type Mark } from './charts.js'
import { type Figure, figure } from './figure.js'
import { type Html, html } from './html.js'
import type { Page, Section } from './page.js'
import { type Cell, full, shown, spread, spreadOf, table } from './table.js'
import { all, count, exact, percent, quoted, short, signed, times, titles } from './words.js'

const KEY = '● secure: no cheat earns more than honest work, no honest node is hit, few results are wrong. × not.'

/** The page of a comparison. */
export function page(comparison: Comparison): Page {
  const result = titled(comparison)
  const { rows } = result
  const holding = rows.filter(({ secure }) => secure).length
  return {
    kind: 'comparison of policies',
    headline: `${holding} of ${count(rows.length, 'policy', 'policies')} ${holding === 1 ? 'is' : 'are'} secure`,
    played: played(result),
    sections: sections(result),
    figures: figures(result),
  }
}

/** Policies that differ by their options only are called by them. */
function titled(result: Comparison): Comparison {
  const names = titles(result.rows)
  return { ...result, rows: result.rows.map((row, i) => ({ ...row, policy: names[i]! })) }
}

/** What every policy costs, lets through and fails by. */
function sections(result: Comparison): readonly Section[] {
  return [
    { id: 'cost', title: 'Cost at equal security', body: cost(result) },
    { id: 'attacks', title: 'Attacks under every policy', body: attacks(result) },
  ]
}

/** The most profitable of those that cheat. */
function best({ attacks }: Row): Attack | undefined {
  return attacks.find(({ cheated }) => cheated > 0)
}

function cost(result: Comparison): Html {
  const { rows } = result
  const holding = rows.filter(({ secure }) => secure).map(({ policy }) => policy)
  const verdict =
    holding.length === 0
      ? 'None of them is secure'
      : `${all(holding.map(quoted))} ${holding.length === 1 ? 'is' : 'are'} secure`
  return html`<p>The same population, costs and chances under ${count(rows.length, 'policy', 'policies')}. ${verdict}: no cheat earns
more than honest work, and honest nodes lose nothing beyond what was accepted.</p>
${table({ caption: 'Every policy on the same population', head: HEAD, rows: rows.map(summary) })}
${table({ caption: 'Why, in a line', head: ['policy', 'why'], rows: rows.map(({ policy, why }) => [policy, html`<span class="why">${why}</span>`]) })}
${figures(result).map(figure)}`
}

const HEAD = [
  ...['policy', 'secure', 'compute', 'capital per task', 'wrong results', 'best cheat', 'its gain per task'],
  ...['honest nodes hit', 'finality, epochs'],
]

function summary(row: Row): Cell[] {
  const { policy, network, falselySlashed, finality, secure } = row
  const { computeMultiplier, capitalCost, errorRate } = network
  const attack = best(row)
  return [
    policy,
    secure ? html`<b class="good">✓ yes</b>` : html`<b class="bad">✗ no</b>`,
    computeMultiplier === null ? '' : shown(computeMultiplier.mean, times),
    shown(capitalCost.mean, short),
    shown(errorRate.mean, percent),
    attack === undefined ? 'nobody cheats' : attack.strategy,
    attack === undefined ? '' : shown(attack.advantage.mean, signed),
    shown(falselySlashed.mean, percent),
    shown(finality, short),
  ]
}

function figures({ rows }: Comparison): readonly Figure[] {
  return [computeFigure(rows), cheatFigure(rows), errorFigure(rows), hitFigure(rows)]
}

/** Letters of a policy with its options. */
const ROOM = 30

function markOf({ secure }: Row): Mark {
  return secure ? 'good' : 'bad'
}

function computeFigure(rows: readonly Row[]): Figure {
  const bar = (row: Row): Bar => {
    const multiple = row.network.computeMultiplier
    if (multiple === null) return { name: row.policy, value: Number.NaN, text: 'no honest cost', mark: markOf(row) }
    const { mean, low, high } = multiple
    return { name: row.policy, value: mean, low, high, text: times(mean), mark: markOf(row) }
  }
  const cheapest = rows
    .filter(({ secure, network }) => secure && network.computeMultiplier !== null)
    .toSorted((a, b) => a.network.computeMultiplier!.mean - b.network.computeMultiplier!.mean)[0]
  const caption =
    cheapest === undefined
      ? 'How many times the compute of serving every task once a policy spends, on a logarithmic scale; none of them is secure.'
      : `Of the policies that hold, ${quoted(cheapest.policy)} spends least: ${times(cheapest.network.computeMultiplier!.mean)} the compute of serving every task once (logarithmic scale).`
  return {
    id: 'compute',
    title: 'What each policy spends',
    caption,
    key: KEY,
    chart: bars(rows.map(bar), {
      room: ROOM,
      label: 'times the compute of serving every task once',
      format: times,
      include: [1],
      log: true,
    }),
    table: {
      caption: 'Costs of every policy',
      head: [
        ...['policy', 'options', ...spreadOf('compute multiple'), ...spreadOf('verification per task')],
        ...[...spreadOf('capital per task'), 'epochs to finality', 'tasks'],
      ],
      rows: rows.map(({ policy, options, network, finality }) => [
        ...[policy, JSON.stringify(options), ...spread(network.computeMultiplier), ...spread(network.verificationCost)],
        ...[...spread(network.capitalCost), full(finality), full(network.tasks)],
      ]),
    },
  }
}

function cheatFigure(rows: readonly Row[]): Figure {
  const bar = (row: Row): Bar => {
    const attack = best(row)
    if (attack === undefined) return { name: row.policy, value: Number.NaN, text: 'nobody cheats', mark: markOf(row) }
    const { mean, low, high } = attack.advantage
    return {
      name: row.policy,
      value: mean,
      low,
      high,
      text: `${signed(mean)} ${attack.strategy}`,
      mark: paysOf(attack),
    }
  }
  const paid = rows.filter((row) => (best(row)?.advantage.low ?? 0) > 0).map(({ policy }) => policy)
  return {
    id: 'best-cheat',
    title: 'What the best cheat earns',
    caption: `Right of the line, cheating earns more per task than honest work: ${paid.length === 0 ? 'so it does nowhere' : `so it does under ${all(paid.map(quoted))}`}.`,
    key: '● loses, × pays, ○ can’t be told from honest work; lines are 95 % intervals.',
    chart: bars(rows.map(bar), {
      room: ROOM,
      label: 'gain of the best cheat per task, beyond honest work',
      format: (value) => signed(value).replace(/\.?0+$/, ''),
      rules: [{ at: 0, text: 'honest work' }],
    }),
    table: {
      caption: 'The best cheat under every policy',
      head: ['policy', 'best cheat', ...spreadOf('gain per task')],
      rows: rows.map((row) => [
        row.policy,
        best(row)?.strategy ?? 'nobody cheats',
        ...spread(best(row)?.advantage ?? null),
      ]),
    },
  }
}

/** Does it pay, beyond doubt? */
export function paysOf({ advantage }: Readonly<{ advantage: Attack['advantage'] }>): Mark {
  if (advantage.low > 0) return 'bad'
  return advantage.high > 0 ? 'open' : 'good'
}

function errorFigure(rows: readonly Row[]): Figure {
  const bar = (row: Row): Bar => {
    const { mean, low, high } = row.network.errorRate
    return { name: row.policy, value: mean, low, high, text: percent(mean), mark: markOf(row) }
  }
  const most = rows.toSorted((a, b) => b.network.errorRate.mean - a.network.errorRate.mean)[0]
  return {
    id: 'wrong',
    title: 'Wrong results that clients keep',
    caption: `The share of wrong results among those that were shipped, until the cheaters are gone or the end comes; most slip through under ${quoted(most?.policy ?? '')}.`,
    key: KEY,
    chart: bars(rows.map(bar), { room: ROOM, label: 'share of wrong results', format: percent, include: [0] }),
    table: {
      caption: 'Wrong results by policy',
      head: ['policy', ...spreadOf('wrong results')],
      rows: rows.map(({ policy, network }) => [policy, ...spread(network.errorRate)]),
    },
  }
}

function hitFigure(rows: readonly Row[]): Figure {
  const bar = ({ policy, falselySlashed: { mean, low, high } }: Row): Bar => {
    return { name: policy, value: mean, low, high, text: percent(mean), mark: mean > 0 ? 'bad' : 'good' }
  }
  const hit = rows.filter(({ falselySlashed }) => falselySlashed.mean > 0).map(({ policy }) => quoted(policy))
  return {
    id: 'honest-hit',
    title: 'Honest nodes that lose something',
    caption: `The share of honest nodes that were slashed, or lost a reward, for honest work: ${hit.length === 0 ? 'none under any policy' : `some under ${all(hit)}`}.`,
    key: '● none, × some; lines are 95 % intervals.',
    chart: bars(rows.map(bar), { room: ROOM, label: 'share of honest nodes', format: percent, include: [0] }),
    table: {
      caption: 'Honest nodes hit',
      head: ['policy', ...spreadOf('honest nodes hit')],
      rows: rows.map(({ policy, falselySlashed }) => [policy, ...spread(falselySlashed)]),
    },
  }
}

function attacks({ rows }: Comparison): Html {
  const strategies = [...new Set(rows.flatMap((row) => row.attacks.map(({ strategy }) => strategy)))]
  const cell = (row: Row, strategy: string): Cell => {
    const attack = row.attacks.find((one) => one.strategy === strategy)
    if (attack === undefined) return ''
    const { mean } = attack.advantage
    return { value: mean, text: `${{ good: '', bad: '× ', open: '○ ' }[paysOf(attack)]}${signed(mean)}` }
  }
  return html`<p>What each strategy earns beyond an honest node, per task that it could have served. × marks what pays, ○ what can’t be
told from honest work.</p>
${table({
  caption: 'Gain of every strategy under every policy',
  head: ['policy', ...strategies],
  rows: rows.map((row) => [row.policy, ...strategies.map((strategy) => cell(row, strategy))]),
})}
<details><summary>The numbers: every attack under every policy</summary>
${table({
  caption: 'Every attack under every policy, exactly',
  head: ['policy', 'strategy', ...spreadOf('gain per task'), 'cheated', 'checked', 'captured'],
  rows: rows.flatMap(({ policy, attacks }) =>
    attacks.map(({ strategy, advantage, cheated, checked, captured }) => [
      ...[policy, strategy, ...spread(advantage), full(cheated), full(checked), full(captured)],
    ]),
  ),
})}</details>`
}

/** What was played. */
function played({ seed, epochs, replications }: Comparison): string {
  return `${count(replications, 'replication')} of ${count(epochs, 'epoch')}, seed ${exact(seed)}; money in the file’s unit, 95 % intervals.`
}
