/**
 * The page of a simulation.
 *
 * @module
 */
import type { CohortResult, Simulation } from '../Simulation.js'
import { type Bar, bars, type Mark } from './charts.js'
import { type Figure, figure } from './figure.js'
import { type Html, html } from './html.js'
import type { Page } from './page.js'
import { spans } from './spans.js'
import { full, shown, spread, spreadOf, table } from './table.js'
import { count, exact, percent, short, signed, times } from './words.js'

/** The page of a simulation. */
export function page(result: Simulation): Page {
  const { cohorts, policy, engine, replications, epochs, seed } = result
  return {
    kind: 'simulation',
    headline: headline(cohorts),
    played: `Policy ${policy}, ${engine} engine, ${count(replications, 'replication')} of ${count(epochs, 'epoch')}, seed ${exact(seed)}; money in the file’s unit, 95 % intervals.`,
    sections: [
      { id: 'profit', title: 'Who profits', body: html`${profits(cohorts).map(figure)}` },
      { id: 'caught', title: 'Who is caught', body: caught(cohorts) },
      { id: 'network', title: 'What it costs, and what slips through', body: network(result) },
    ],
    figures: [...profits(cohorts), ...captures(cohorts)],
  }
}

function headline(cohorts: readonly CohortResult[]): string {
  const honest = cohorts.find(({ strategy }) => strategy === 'honest')
  const [first] = cohorts.toSorted((a, b) => b.profitPerTask.mean - a.profitPerTask.mean)
  if (first === undefined) return 'Nobody played'
  if (honest === undefined) return `${first.strategy} earns ${signed(first.profitPerTask.mean)} per task`
  const ahead = cohorts.filter(({ profitPerTask }) => profitPerTask.low > honest.profitPerTask.high)
  if (ahead.length === 0) return 'No cheat is ahead of honest work'
  return `${first.strategy} earns ${signed(first.profitPerTask.mean)} per task, honest work ${signed(honest.profitPerTask.mean)}`
}

function profits(cohorts: readonly CohortResult[]): readonly Figure[] {
  return [profitFigure(cohorts), spreadFigure(cohorts)]
}

function captures(cohorts: readonly CohortResult[]): readonly Figure[] {
  return [captureFigure(cohorts), timeFigure(cohorts), falseFigure(cohorts)]
}

/** Against honest work, beyond doubt or not. */
function markOf({ profitPerTask: own }: CohortResult, honest: CohortResult | undefined): Mark {
  if (honest === undefined) return 'open'
  if (own.low > honest.profitPerTask.high) return 'bad'
  return own.high > honest.profitPerTask.high ? 'open' : 'good'
}

function profitFigure(cohorts: readonly CohortResult[]): Figure {
  const honest = cohorts.find(({ strategy }) => strategy === 'honest')
  const bar = (cohort: CohortResult): Bar => {
    const { strategy, profitPerTask, expectedProfitPerTask } = cohort
    const { mean, low, high } = profitPerTask
    return {
      name: strategy,
      value: mean,
      low,
      high,
      also: expectedProfitPerTask,
      text: signed(mean),
      mark: markOf(cohort, honest),
    }
  }
  const rules = [{ at: honest?.profitPerTask.mean ?? 0, text: honest === undefined ? 'nothing' : 'honest work' }]
  return {
    id: 'profit-by-strategy',
    title: 'Profit per task',
    caption: 'Whoever stands right of the line earns more per task than honest work does.',
    key: '● not ahead of honest work, × ahead beyond doubt, ○ can’t be told; ◇ what the closed form expects; lines are 95 % intervals.',
    chart: bars(cohorts.map(bar), { label: 'profit per task', format: (value) => short(value), rules }),
    table: {
      caption: 'Profit by strategy',
      head: ['strategy', 'nodes', ...spreadOf('profit per task'), 'closed form', ...spreadOf('gini of losses')],
      rows: cohorts.map(({ strategy, nodes, profitPerTask, expectedProfitPerTask, giniOfLosses }) => [
        ...[strategy, full(nodes), ...spread(profitPerTask), full(expectedProfitPerTask), ...spread(giniOfLosses)],
      ]),
    },
  }
}

function spreadFigure(cohorts: readonly CohortResult[]): Figure {
  return {
    id: 'profit-by-node',
    title: 'Luck of single nodes',
    caption:
      'Nodes of one strategy end apart by luck: nine in ten lie on the thin line, half on the thick one, with the median marked.',
    chart: spans(
      cohorts.map(({ strategy, profitQuantiles }) => ({
        name: strategy,
        quantiles: profitQuantiles,
        text: short(profitQuantiles[2]!),
      })),
      {
        label: 'profit of a node over all epochs',
        format: (value) => short(value),
        rules: [{ at: 0, text: 'nothing' }],
      },
    ),
    table: {
      caption: 'Profit of a node over all epochs',
      head: ['strategy', '5 % of nodes below', '25 % below', 'median', '75 % below', '95 % below'],
      rows: cohorts.map(({ strategy, profitQuantiles }) => [strategy, ...profitQuantiles.map(full)]),
    },
  }
}

function caught(cohorts: readonly CohortResult[]): Html {
  return html`${captures(cohorts).map(figure)}
<details><summary>The numbers: tasks of all replications</summary>
${table({
  caption: 'Tasks of all replications, by strategy',
  head: ['strategy', 'tasks', 'cheats', 'noisy', 'sampled', 'sampled cheats', 'disputes', 'caught', 'false slashes'],
  rows: cohorts.map(({ strategy, counts }) => [
    ...[strategy, full(counts.tasks), full(counts.cheats), full(counts.noisy), full(counts.sampled)],
    ...[full(counts.sampledCheats), full(counts.disputes), full(counts.caught), full(counts.falseSlashes)],
  ]),
})}</details>`
}

function captureFigure(cohorts: readonly CohortResult[]): Figure {
  const bar = ({ strategy, captured, expectedCaptured }: CohortResult): Bar => {
    const { mean, low, high } = captured
    return { name: strategy, value: mean, low, high, also: expectedCaptured, text: percent(mean), mark: 'good' }
  }
  return {
    id: 'captured',
    title: 'Nodes caught cheating',
    caption:
      'The share of nodes of which at least one cheat was proven before the end; the rest got away with it, or never cheated.',
    key: '● share of nodes with its 95 % interval; ◇ what the closed form expects.',
    chart: bars(cohorts.map(bar), { label: 'share of nodes', format: percent, include: [0, 1] }),
    table: {
      caption: 'Nodes that were caught, and that were ejected',
      head: ['strategy', ...spreadOf('caught'), 'closed form', ...spreadOf('ejected')],
      rows: cohorts.map(({ strategy, captured, expectedCaptured, ejected }) => [
        ...[strategy, ...spread(captured), full(expectedCaptured), ...spread(ejected)],
      ]),
    },
  }
}

function timeFigure(cohorts: readonly CohortResult[]): Figure {
  const row = ({ strategy, epochsToCapture }: CohortResult) => {
    if (epochsToCapture === null) return { name: strategy, quantiles: [], text: 'never caught' }
    return { name: strategy, quantiles: epochsToCapture.quantiles, text: short(epochsToCapture.quantiles[2]!) }
  }
  return {
    id: 'time-to-capture',
    title: 'Epochs until the first proven fraud',
    caption:
      'Of those that were caught, how long it took: nine in ten on the thin line, half on the thick one, with the median marked.',
    chart: spans(cohorts.map(row), { label: 'epochs', format: (value) => short(value), include: [0] }),
    table: {
      caption: 'Epochs until the first proven fraud',
      head: ['strategy', 'mean', '5 % of nodes below', '25 % below', 'median', '75 % below', '95 % below'],
      rows: cohorts.map(({ strategy, epochsToCapture }) => [
        strategy,
        ...(epochsToCapture === null
          ? ['', '', '', '', '', '']
          : [full(epochsToCapture.mean), ...epochsToCapture.quantiles.map(full)]),
      ]),
    },
  }
}

function falseFigure(cohorts: readonly CohortResult[]): Figure {
  const bar = ({ strategy, falselySlashed: { mean, low, high } }: CohortResult): Bar => {
    return { name: strategy, value: mean, low, high, text: percent(mean), mark: mean > 0 ? 'bad' : 'good' }
  }
  const hit = cohorts.filter(({ falselySlashed }) => falselySlashed.mean > 0).length
  return {
    id: 'false-slashes',
    title: 'Nodes slashed for honest work',
    caption:
      hit === 0
        ? 'No node was slashed for a right result; the line ends where more would have been noticed.'
        : `Nodes of ${count(hit, 'strategy', 'strategies')} were slashed for right results.`,
    key: '● none, × some; lines are 95 % intervals.',
    chart: bars(cohorts.map(bar), { label: 'share of nodes', format: percent, include: [0] }),
    table: {
      caption: 'Nodes slashed for honest work',
      head: ['strategy', ...spreadOf('share of nodes')],
      rows: cohorts.map(({ strategy, falselySlashed }) => [strategy, ...spread(falselySlashed)]),
    },
  }
}

function network({ network }: Simulation): Html {
  const { tasks, errorRate, computeMultiplier, verificationCost, capitalCost } = network
  const multiple = computeMultiplier ?? { mean: Number.NaN, low: Number.NaN, high: Number.NaN }
  const row = (name: string, { mean, low, high }: typeof errorRate, show: (value: number) => string) => [
    ...[name, shown(mean, show), full(low), full(high)],
  ]
  return html`${table({
    caption: 'The network as a whole',
    head: ['', 'mean', '95 % interval, from', 'to'],
    rows: [
      row('wrong results among those shipped', errorRate, percent),
      ...(computeMultiplier === null ? [] : [row('compute, times serving every task honestly once', multiple, times)]),
      row('verification per task, disputes included', verificationCost, short),
      row('capital per task, for locked stake', capitalCost, short),
      ['tasks of all replications', shown(tasks, (value) => short(value, 15)), '', ''],
    ],
  })}
${computeMultiplier === null ? html`<p>An honest run costs nothing here, so there is no multiple of it.</p>` : null}`
}
