/**
 * The page of a tuning: what is recommended, and the evidence.
 *
 * @module
 */
import type { Constraint, Tuning } from '../Tuning.js'
import { attacks } from './attacks.js'
import { FIELDS } from './candidate.js'
import { bars } from './charts.js'
import * as comparisons from './comparison.js'
import { type Figure, figure } from './figure.js'
import { type Html, html } from './html.js'
import type { Page } from './page.js'
import { detection, evidence, profits } from './security.js'
import { pareto, sensitivity } from './surroundings.js'
import { full, shown, type Table, table } from './table.js'
import { all, count, exact, percent, short, times } from './words.js'

/** The page of a tuning. */
export function page(result: Tuning): Page {
  const { seed, recommended, history } = result
  const comparison = comparisons.page(result.comparison)
  const evidence = evidenceSections(result)
  return {
    kind: 'tuning',
    headline:
      recommended === null
        ? 'Nothing that was tried holds'
        : `Check ${percent(recommended.sampleRate)} of the tasks, slash ${short(recommended.slash)}`,
    played: `${count(history.length, 'candidate')} tried, seed ${exact(seed)}; money in the file’s unit, 95 % intervals.`,
    sections: [
      { id: 'recommended', title: 'Recommended parameters', body: recommendation(result) },
      ...comparison.sections,
      ...evidence.map(({ id, title, figures }) => ({ id, title, body: html`${figures.map(figure)}` })),
    ],
    figures: [...costs(result), ...comparison.figures, ...evidence.flatMap(({ figures }) => figures)],
  }
}

type Part = Readonly<{ id: string; title: string; figures: readonly Figure[] }>

function evidenceSections(result: Tuning): readonly Part[] {
  const sections = [
    { id: 'profits', title: 'Profit by strategy', figures: profits(result) },
    { id: 'detection', title: 'Detection', figures: detection(result) },
    { id: 'evidence', title: 'Evidence against one node', figures: evidence(result) },
    { id: 'alternatives', title: 'Cheaper in compute, or in capital', figures: pareto(result) },
    { id: 'sensitivity', title: 'If the world is not as the file says', figures: sensitivity(result) },
    { id: 'tried', title: 'Attacks on the answer', figures: attacks(result) },
  ]
  return sections.filter(({ figures }) => figures.length > 0)
}

function recommendation(result: Tuning): Html {
  const { recommended, constraints, parameters } = result
  const binding = constraints.filter(({ binds }) => binds)
  const lead =
    recommended === null ? 'No candidate held every constraint; the attacks below say what broke them.' : bound(binding)
  return html`<p class="lead">${lead}</p>
${candidates(result)}
${costs(result).map(figure)}
${constraints.length === 0 ? null : table(constraintTable(constraints))}
${
  parameters === null
    ? null
    : html`<details><summary>The parameter file with these values</summary>
<pre tabindex="0" aria-label="Parameter file">${JSON.stringify(parameters, null, 2)}</pre></details>`
}`
}

function bound(binding: readonly Constraint[]): string {
  if (binding.length === 0) return 'Nothing cheaper was found; no single constraint is what stops it.'
  const names = all(binding.map(({ name }) => name))
  return `What keeps it from being cheaper is ${binding.length === 1 ? 'the binding constraint' : 'the binding constraints'}, ${names}: ${binding.map(({ why }) => why).join('; ')}.`
}

function candidates({ recommended, closedForm, cost }: Tuning): Html | null {
  if (recommended === null && closedForm === null) return null
  const heads = [...(recommended === null ? [] : ['recommended']), ...(closedForm === null ? [] : ['closed form'])]
  const both = [recommended, closedForm?.candidate ?? null].filter((one) => one !== null)
  const totals = [
    ...(recommended === null ? [] : [cost?.total ?? null]),
    ...(closedForm === null ? [] : [closedForm.total]),
  ]
  return table({
    caption: 'Recommended parameters, beside those of the closed form from which the search began',
    head: ['', ...heads],
    rows: [
      ...FIELDS.map(({ key, name, show }) => [name, ...both.map((one) => shown(one[key], show))]),
      ['total cost per task', ...totals.map((total) => (total === null ? '' : shown(total, short)))],
    ],
  })
}

function costs({ cost }: Tuning): readonly Figure[] {
  if (cost === null) return []
  const parts = (['verification', 'canaries', 'arbitration', 'capital'] as const).map((name) => ({
    name,
    value: cost[name],
  }))
  const most = parts.toSorted((a, b) => b.value - a.value)[0]!
  const compute =
    cost.multiple === null ? '' : ` All compute together is ${times(cost.multiple)} that of serving every task once.`
  const data: Figure = {
    id: 'cost-parts',
    title: 'What a task costs beyond serving it',
    caption: `Of ${short(cost.total)} per task, ${most.name} is the largest part: ${percent(cost.total === 0 ? 0 : most.value / cost.total)}.${compute}`,
    chart: bars(
      parts.map(({ name, value }) => ({ name, value, low: 0, high: value, text: short(value), mark: 'good' })),
      { label: 'cost per task', format: (value) => short(value), include: [0] },
    ),
    table: {
      caption: 'Cost per task, by parts',
      head: ['part', 'cost per task'],
      rows: [
        ...parts.map(({ name, value }) => [name, full(value)]),
        ['total', full(cost.total)],
        ['compute, times serving every task once', full(cost.multiple)],
      ],
    },
  }
  return [data]
}

function constraintTable(constraints: readonly Constraint[]): Table {
  return {
    caption: 'Constraints, and how close the recommended parameters are to them',
    head: ['constraint', 'binds', 'value', 'bound', 'why'],
    rows: constraints.map(({ name, binds, value, bound, why }) => [
      name,
      binds ? html`<b>● binds</b>` : 'no',
      value === null ? '' : shown(value, short),
      bound === null ? '' : shown(bound, short),
      html`<span class="why">${why}</span>`,
    ]),
  }
}
