// The report in a real browser: that it renders, says what the result says, and can be read by everybody. Run by
// `npm run test:browser`; `npm test` needs no browser.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Comparison, Report, Scenario, Simulation, type Statistics } from '@spotcheck/sim'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { env } from '../support/env.js'
import { tuning } from '../support/tuning.js'
import * as inPage from './inPage.js'

const scenario = Scenario.from({
  parameters: { task: {}, sampling: { rate: 0.1 }, slash: { amount: 10 }, batch: { size: 10 } },
  population: [
    { strategy: 'honest', count: 10 },
    { strategy: 'lazy', count: 3 },
    { strategy: 'intermittent', count: 3 },
    { strategy: 'noisy', count: 4 },
  ],
  epochs: 1,
  replications: 30,
})

const tuned = await tuning()
const compared = tuned.comparison
const simulated = await Simulation.run(scenario)
const once = { ...(await Simulation.run({ ...scenario, replications: 1 })), complete: false }
/** Names that would break out of the page, or not fit. */
const hostile = {
  ...simulated,
  policy: 'endless'.repeat(30),
  cohorts: simulated.cohorts.map((cohort, i) => ({
    ...cohort,
    strategy: [
      `${'unbroken'.repeat(20)}`,
      '</svg><img src=x onerror=alert(1)>',
      '"><script>alert(2)</script>',
      '𝕏 é 漢字',
    ][i]!,
  })),
}
const results = { tuned, compared, simulated, once, hostile }
const names = Object.keys(results) as (keyof typeof results)[]

const folder = mkdtempSync(join(tmpdir(), 'spotcheck-report-'))
let browser: Browser

beforeAll(async () => {
  // Chromium has no sandbox for root, as whom containers run.
  browser = await chromium.launch({ executablePath: env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] })
  for (const name of names) writeFileSync(pathOf(name), await Report.page(results[name]))
})

afterAll(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true })
})

function pathOf(name: string): string {
  return join(folder, `${name}.html`)
}

/** Opens a page and hands it to the test, with all that it asked for and complained of. */
async function opened(
  name: keyof typeof results,
  options: BrowserContextOptions,
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const [requests, complaints]: string[][] = [[], []]
  page.on('request', (request) => requests!.push(request.url()))
  page.on('console', (message) => complaints!.push(message.text()))
  page.on('pageerror', (error) => complaints!.push(String(error)))
  const url = pathToFileURL(pathOf(name)).href
  try {
    await page.goto(url)
    await use(page)
    expect(complaints).toEqual([])
    expect(requests).toEqual([url])
  } finally {
    await context.close()
  }
}

const DESK = { viewport: { width: 1100, height: 900 } }
const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 }

/** All numbers of a result but those of options, which stand in a cell as they are. */
function numbersOf(value: unknown): number[] {
  if (typeof value === 'number') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, each]) => (key === 'options' ? [] : numbersOf(each)))
}

function counted(values: readonly number[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1)
  return counts
}

/** Every table of the page by its caption: a row by its cells' headings, numbers as exact as the page has them. */
async function tablesOf(page: Page): Promise<Record<string, Record<string, string | number>[]>> {
  const tables = await page.evaluate(inPage.tables)
  expect(new Set(tables.map(({ caption }) => caption)).size).toBe(tables.length)
  return Object.fromEntries(
    tables.map(({ caption, head, rows }) => [
      caption,
      rows.map((row) =>
        Object.fromEntries(row.map((cell, i) => [head[i], 'value' in cell ? Number(cell.value) : (cell.text ?? '')])),
      ),
    ]),
  )
}

function spread(name: string, estimate: Statistics.Estimate | null): Record<string, number | string> {
  const { mean, low, high } = estimate ?? { mean: '', low: '', high: '' }
  return { [name]: mean, [`${name}, from`]: low, [`${name}, to`]: high }
}

const or = <value>(value: value | null) => value ?? ''
const [yes, no] = ['yes', 'no']

describe('what the page says is what the result says', () => {
  test.each(names)('%s: every number of the result stands in a table, as often as in the result', async (name) => {
    const { seed, complete, ...result } = results[name] as Report.Result & Record<string, unknown>
    const { parameters, ...rest } = result as Record<string, unknown>
    await opened(name, DESK, async (page) => {
      const shown = await page.evaluate(inPage.numbers)
      const played = (await page.textContent('.played'))!
        .replace(/,(?=\d{3})/g, '')
        .match(/\d+/g)!
        .map(Number)
      expect(played).toContain(seed)
      const there = counted([...shown, ...played])
      const { comparison, ...own } = rest as { comparison?: Comparison.Comparison }
      const { seed: _, epochs, replications, ...compared } = comparison ?? ({} as Partial<Comparison.Comparison>)
      const missing = [...counted(numbersOf([own, compared]))].filter(
        ([value, times]) => (there.get(value) ?? 0) < times,
      )
      expect(missing).toEqual([])
      if (parameters) expect(JSON.parse((await page.textContent('pre'))!)).toEqual(parameters)
    })
  })

  test('comparison: every cell of every table', async () => {
    await opened('compared', DESK, async (page) => expectComparison(await tablesOf(page), compared))
  })

  test.each(['simulated', 'once', 'hostile'] as const)('%s: every cell of every table', async (name) => {
    await opened(name, DESK, async (page) => expectSimulation(await tablesOf(page), results[name]))
  })

  test('tuning: every cell of every table', async () => {
    await opened('tuned', DESK, async (page) => {
      const tables = await tablesOf(page)
      expectComparison(tables, tuned.comparison)
      expectTuning(tables)
    })
  })

  test('an interruption is seen', async () => {
    await opened('once', DESK, async (page) => expect(await page.isVisible('.interrupted')).toBe(true))
    await opened('simulated', DESK, async (page) => expect(await page.isVisible('.interrupted')).toBe(false))
  })
})

type Tables = Awaited<ReturnType<typeof tablesOf>>

function expectComparison(tables: Tables, { rows }: Comparison.Comparison): void {
  const best = ({ attacks }: Comparison.Row) => attacks.find(({ cheated }) => cheated > 0)
  expect(tables['Every policy on the same population']).toEqual(
    rows.map((row) => ({
      policy: row.policy,
      secure: row.secure ? '✓ yes' : '✗ no',
      compute: row.network.computeMultiplier!.mean,
      'capital per task': row.network.capitalCost.mean,
      'wrong results': row.network.errorRate.mean,
      'best cheat': best(row)?.strategy ?? 'nobody cheats',
      'its gain per task': or(best(row)?.advantage.mean ?? null),
      'honest nodes hit': row.falselySlashed.mean,
      'finality, epochs': row.finality,
    })),
  )
  expect(tables['Why, in a line']).toEqual(rows.map(({ policy, why }) => ({ policy, why })))
  expect(tables['Costs of every policy']).toEqual(
    rows.map(({ policy, options, network, finality }) => ({
      ...{ policy, options: JSON.stringify(options), ...spread('compute multiple', network.computeMultiplier) },
      ...spread('verification per task', network.verificationCost),
      ...spread('capital per task', network.capitalCost),
      ...{ 'epochs to finality': finality, tasks: network.tasks },
    })),
  )
  expect(tables['The best cheat under every policy']).toEqual(
    rows.map((row) => ({
      ...{ policy: row.policy, 'best cheat': best(row)?.strategy ?? 'nobody cheats' },
      ...spread('gain per task', best(row)?.advantage ?? null),
    })),
  )
  expect(tables['Wrong results by policy']).toEqual(
    rows.map(({ policy, network }) => ({ policy, ...spread('wrong results', network.errorRate) })),
  )
  expect(tables['Honest nodes hit']).toEqual(
    rows.map(({ policy, falselySlashed }) => ({ policy, ...spread('honest nodes hit', falselySlashed) })),
  )
  expect(tables['Gain of every strategy under every policy']).toEqual(
    rows.map(({ policy, attacks }) => ({
      ...{ policy, ...Object.fromEntries(attacks.map(({ strategy, advantage }) => [strategy, advantage.mean])) },
    })),
  )
  expect(tables['Every attack under every policy, exactly']).toEqual(
    rows.flatMap(({ policy, attacks }) =>
      attacks.map(({ strategy, advantage, cheated, checked, captured }) => ({
        ...{ policy, strategy, ...spread('gain per task', advantage), cheated, checked, captured },
      })),
    ),
  )
}

const QUANTILES = ['5 % of nodes below', '25 % below', 'median', '75 % below', '95 % below']

function expectSimulation(tables: Tables, { cohorts, network }: Simulation.Simulation): void {
  const rows = (caption: string, row: (cohort: Simulation.CohortResult) => object) =>
    expect(tables[caption]).toEqual(cohorts.map((cohort) => ({ strategy: cohort.strategy, ...row(cohort) })))
  const quantiles = (values: readonly (number | string)[]) =>
    Object.fromEntries(QUANTILES.map((name, i) => [name, values[i]]))
  rows('Profit by strategy', (cohort) => ({
    ...{ nodes: cohort.nodes, ...spread('profit per task', cohort.profitPerTask) },
    ...{ 'closed form': or(cohort.expectedProfitPerTask), ...spread('gini of losses', cohort.giniOfLosses) },
  }))
  rows('Profit of a node over all epochs', ({ profitQuantiles }) => quantiles(profitQuantiles))
  rows('Nodes that were caught, and that were ejected', (cohort) => ({
    ...{ ...spread('caught', cohort.captured), 'closed form': or(cohort.expectedCaptured) },
    ...spread('ejected', cohort.ejected),
  }))
  rows('Epochs until the first proven fraud', ({ epochsToCapture }) => ({
    mean: or(epochsToCapture?.mean ?? null),
    ...quantiles(epochsToCapture?.quantiles ?? ['', '', '', '', '']),
  }))
  rows('Nodes slashed for honest work', ({ falselySlashed }) => spread('share of nodes', falselySlashed))
  rows('Tasks of all replications, by strategy', ({ counts: { sampledCheats, falseSlashes, ...counts } }) => ({
    ...{ ...counts, 'sampled cheats': sampledCheats, 'false slashes': falseSlashes },
  }))
  const whole = (name: string, { mean, low, high }: Statistics.Estimate) => ({
    ...{ '': name, mean, '95 % interval, from': low, to: high },
  })
  expect(tables['The network as a whole']).toEqual([
    whole('wrong results among those shipped', network.errorRate),
    whole('compute, times serving every task honestly once', network.computeMultiplier!),
    whole('verification per task, disputes included', network.verificationCost),
    whole('capital per task, for locked stake', network.capitalCost),
    { '': 'tasks of all replications', mean: network.tasks, '95 % interval, from': '', to: '' },
  ])
}

const FIELDS = {
  sampleRate: 'sample rate p',
  verifiers: 'verifiers n',
  slash: 'slash S',
  stake: 'stake W',
  canaryRate: 'canary rate g',
  newcomers: 'newcomers, times p',
} as const

function expectTuning(tables: Tables): void {
  const { recommended, closedForm, cost, constraints, attacks, history, pareto, sensitivity, profits } = tuned
  const keys = Object.keys(FIELDS) as (keyof typeof FIELDS)[]
  const fields = (candidate: Record<keyof typeof FIELDS, number>) => {
    return Object.fromEntries(keys.map((key) => [FIELDS[key], candidate[key]]))
  }
  expect(tables['Recommended parameters, beside those of the closed form from which the search began']).toEqual([
    ...keys.map((key) => ({
      '': FIELDS[key],
      recommended: recommended![key],
      'closed form': closedForm!.candidate[key],
    })),
    { '': 'total cost per task', recommended: cost!.total, 'closed form': closedForm!.total },
  ])
  const { multiple, ...parts } = cost!
  expect(tables['Cost per task, by parts']).toEqual([
    ...Object.entries(parts).map(([part, value]) => ({ part, 'cost per task': value })),
    { part: 'compute, times serving every task once', 'cost per task': multiple },
  ])
  expect(tables['Constraints, and how close the recommended parameters are to them']).toEqual(
    constraints.map(({ name, binds, value, bound, why }) => ({
      ...{ constraint: name, binds: binds ? '● binds' : no, value: or(value), bound: or(bound), why },
    })),
  )
  expect(tables['Attacks that were tried on the recommended parameters']).toEqual(
    attacks.map(({ strategy, options, advantage, cheated, pays }) => ({
      ...{ strategy, options: JSON.stringify(options), ...spread('gain per task', advantage) },
      ...{ cheated, pays: pays ? yes : no },
    })),
  )
  expect(tables['Candidates, and what became of them']).toEqual(
    history.map(({ candidate, total, attack, verdict }, i) => ({
      ...{
        candidate: String(i + 1),
        ...fields(candidate),
        'total per task': total,
        'best attack': attack?.strategy ?? '',
      },
      ...{ 'its options': attack === null ? '' : JSON.stringify(attack.options) },
      ...{ ...spread('its gain per task', attack?.advantage ?? null), verdict },
    })),
  )
  expect(tables['The frontier']).toEqual(
    pareto.map(({ candidate, verification, capital, total }) => ({
      ...{ ...fields(candidate), 'verification per task': verification, 'capital per task': capital },
      'total per task': total,
    })),
  )
  expect(tables.Sensitivity).toEqual(
    sensitivity.map(({ parameter, from, to, breaks, total }) => ({
      ...{ parameter, from, to, breaks: breaks.join(', ') || 'nothing' },
      'total per task with the least slash': total ?? 'no slash repairs it',
    })),
  )
  expect(tables['Gain per task beyond honest work, by sample rate']).toEqual(
    profits.flatMap(({ strategy, points }) =>
      points.map(({ rate, advantage }) => ({ strategy, 'sample rate': rate, ...spread('gain per task', advantage) })),
    ),
  )
  expect(tables['Detection by sample rate']).toEqual(
    tuned.detection.map(({ rate, theory, simulated }) => ({
      ...{ 'sample rate': rate, 'closed form': theory, ...spread('simulated', simulated) },
    })),
  )
  expect(tables['Evidence by sampled task']).toEqual(
    tuned.evidence.flatMap(({ strategy, threshold, points }) =>
      points.map(({ sampled, evidence }) => ({ strategy, threshold, 'sampled tasks': sampled, evidence })),
    ),
  )
}

describe('by keyboard', () => {
  test.each(names)('%s: Tab comes to every figure, in the order of the page, and shows where it is', async (name) => {
    await opened(name, DESK, async (page) => {
      const figures = await page.evaluate(inPage.figures)
      expect(figures.length).toBeGreaterThan(2)
      const reached: string[] = []
      for (;;) {
        await page.keyboard.press('Tab')
        const { id, outline } = await page.evaluate(inPage.focused)
        if (id === '') break
        expect([id, ...outline]).toEqual([id, 'solid', '3px'])
        reached.push(id)
      }
      expect(reached.filter((id) => figures.includes(id))).toEqual(figures)
    })
  })

  test('Enter on what follows a figure opens its table', async () => {
    await opened('compared', DESK, async (page) => {
      await page.focus('#wrong')
      await page.keyboard.press('Tab')
      expect(await page.isVisible('#wrong table')).toBe(false)
      await page.keyboard.press('Enter')
      expect(await page.isVisible('#wrong table')).toBe(true)
    })
  })

  test.each(names)('%s: every figure has a name, and every link leads somewhere', async (name) => {
    await opened(name, DESK, async (page) => {
      for (const figure of await page.locator('figure').all()) {
        const label = await figure.getAttribute('aria-labelledby')
        expect((await page.textContent(`#${label}`))?.length).toBeGreaterThan(5)
        expect(await figure.locator('figcaption > p').first().textContent()).toMatch(/^\S.{30,}[.:]/s)
      }
    })
  })
})

describe('for every eye', () => {
  test.each(names.flatMap((name) => (['light', 'dark'] as const).map((colorScheme) => [name, colorScheme] as const)))(
    '%s, %s: all text has a contrast of 4.5 at least',
    async (name, colorScheme) => {
      await opened(name, { ...DESK, colorScheme }, async (page) => {
        await page.evaluate(inPage.openAll)
        const found = await page.evaluate(inPage.contrasts)
        expect(found.length).toBeGreaterThan(100)
        expect(found.filter(({ contrast }) => contrast < 4.5)).toEqual([])
        const paper = await page.evaluate(inPage.paper)
        expect(paper).toBe(colorScheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(18, 22, 28)')
      })
    },
  )

  test.each(names.flatMap((name) => [[name, 'phone', PHONE] as const, [name, 'desk', DESK] as const]))(
    '%s, %s: nothing sticks out of the page, no words of a chart cover others, none is small',
    async (name, _, options) => {
      await opened(name, options, async (page) => {
        await page.evaluate(inPage.openAll)
        const { width } = options.viewport
        expect(await page.evaluate(inPage.widthOfContent)).toBe(width)
        expect(await page.evaluate(inPage.sticksOut, width)).toEqual([])
        const { covered, small } = await page.evaluate(inPage.wordsOfCharts)
        expect(covered).toEqual([])
        expect(small).toEqual([])
      })
    },
  )

  test('shapes and words tell what colour tells', async () => {
    await opened('tuned', DESK, async (page) => {
      const shapes = await page.evaluate(inPage.shapes)
      const of = (colour: string) => new Set(shapes.filter((shape) => shape.includes(`var(--${colour})`)))
      expect([...of('good')]).toEqual(['var(--good),,circle'])
      expect([...of('bad')]).toEqual(['none,var(--bad),path'])
    })
  })

  test('on paper every table is open', async () => {
    await opened('tuned', DESK, async (page) => {
      await page.emulateMedia({ media: 'print' })
      expect(await page.evaluate(inPage.hiddenTables)).toBe(0)
    })
  })
})
