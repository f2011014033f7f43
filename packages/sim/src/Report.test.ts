import { createHash } from 'node:crypto'
import { parseHTML } from 'linkedom'
import { expect, test } from 'vitest'
import { tuning } from '../../../test/support/tuning.js'
import * as Comparison from './Comparison.js'
import * as Report from './Report.js'
import * as Scenario from './Scenario.js'
import * as Simulation from './Simulation.js'

const scenario = Scenario.from({
  parameters: { task: {}, sampling: { rate: 0.2 }, slash: { amount: 30 }, batch: { size: 5 } },
  population: [
    { strategy: 'honest', count: 8 },
    { strategy: 'lazy', count: 2 },
    { strategy: 'noisy', count: 2 },
  ],
  epochs: 2,
  replications: 4,
})

const simulated = await Simulation.run(scenario)
const compared = await Comparison.run(scenario)
const tuned = await tuning()
const results = { simulated, compared, tuned }

/** As it comes out of a file. */
function fromFile<value>(value: value): value {
  return JSON.parse(JSON.stringify(value))
}

function thrown(value: unknown): Error {
  try {
    Report.from(value)
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing was thrown')
}

test.each(Object.keys(results) as (keyof typeof results)[])('%s: a result survives its file', (name) => {
  expect(Report.from(fromFile(results[name]))).toEqual(results[name])
})

test('what JSON has no word for comes back: an interval without ends, a quantile of nothing', async () => {
  const once = await Simulation.run({ ...scenario, replications: 1 })
  expect(once.cohorts[0]?.profitPerTask.high).toBe(Number.POSITIVE_INFINITY)
  const file = fromFile(once)
  expect(file.cohorts[0]?.profitPerTask.high).toBeNull()
  expect(Report.from(file)).toEqual(once)
  const text = await Report.page(Report.from(file))
  expect(text).toContain('<data value="Infinity">∞</data>')
  expect(text).toContain('<data value="-Infinity">−∞</data>')
})

test.each<[string, unknown, string]>([
  ['nothing', null, 'result is not a result, an object whose "kind"'],
  ['a list', [compared], 'result is not a result'],
  ['a parameter file', scenario.parameters, 'result is not a result'],
  ['another kind', { ...compared, kind: 'comparision' }, 'did you mean "comparison"?'],
  ['a kind that is no text', { kind: 7 }, 'kind is not a result'],
  ['a kind that every object has', { kind: 'constructor' }, 'kind is not a result'],
  ['no rows', { ...compared, rows: undefined }, 'rows is missing'],
  ['a text for a number', { ...compared, epochs: '2' }, 'epochs is not a finite number'],
  ['a share of nothing', { ...compared, rows: [{ ...compared.rows[0], network: {} }] }, 'rows[0].network'],
  [
    'too few quantiles',
    { ...simulated, cohorts: [{ ...simulated.cohorts[0], profitQuantiles: [1] }] },
    'five quantiles',
  ],
])('%s is refused', (_, value, message) => {
  const error = thrown(value)
  expect(error.name).toBe('Report.InvalidResultError')
  expect(error.message).toContain(message)
})

test('a refusal says where, and what to do', () => {
  expect(thrown({ ...compared, seed: -1 }).message).toMatchInlineSnapshot(`
    "seed is not a whole number >= 0.
      seed  -1
      rule  a whole number >= 0
      fix   make the result again, and pass it unchanged"
  `)
  expect(thrown(null).message).toMatchInlineSnapshot(`
    "result is not a result, an object whose "kind" is one of tuning, comparison, simulation.
      result  null
      rule    a result, an object whose "kind" is one of tuning, comparison, simulation
      fix     write for example spotcheck compare --json > result.json"
  `)
})

test.each(Object.keys(results) as (keyof typeof results)[])('%s: the same result is the same page', async (name) => {
  expect(await Report.page(results[name])).toBe(await Report.page(Report.from(fromFile(results[name]))))
})

test('the page brings all it needs, and its policy forbids the rest', async () => {
  const text = await Report.page(tuned)
  const { document } = parseHTML(text)
  expect([...document.querySelectorAll('script, link, img, iframe, object, embed, base, form')]).toEqual([])
  expect([...document.querySelectorAll('[style], [onclick], [onload], [src]')]).toEqual([])
  const targets = [...document.querySelectorAll('[href]')].map((link) => String(link.getAttribute('href')))
  expect(targets.filter((target) => !target.startsWith('#'))).toEqual([])
  for (const target of targets) expect(document.getElementById(target.slice(1)), target).not.toBeNull()
  const [style, ...more] = [...document.querySelectorAll('style')]
  expect(more).toEqual([])
  const hash = createHash('sha256').update(style!.textContent).digest('base64')
  const policy = document.querySelector('meta[http-equiv]')!.getAttribute('content')
  expect(policy).toBe(`default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`)
  expect(style!.textContent).not.toMatch(/url\(|@import|@font-face/)
})

const HOSTILE = `</title></svg></table><script>alert(1)</script><img src=x onerror="alert(2)">'"&\u0000\u0007\u202e`

/** Every text replaced, where a text is free. */
function hostile(value: unknown, key = ''): unknown {
  const isFree = ['strategy', 'policy', 'why', 'verdict', 'parameter'].includes(key)
  if (typeof value === 'string') return isFree ? HOSTILE : value
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((each) => hostile(each))
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, hostile(each, name)]))
}

test.each(Object.keys(results) as (keyof typeof results)[])('%s: names are text, whatever they hold', async (name) => {
  const text = await Report.page(Report.from(hostile(fromFile(results[name]))), HOSTILE)
  expect(text).not.toMatch(/<script|<img/)
  const { document } = parseHTML(text)
  expect(document.querySelectorAll('script, img').length).toBe(0)
  expect(document.querySelectorAll('table').length).toBe(
    parseHTML(await Report.page(results[name])).document.querySelectorAll('table').length,
  )
})

/** Every number replaced. */
function numbers(value: unknown, by: () => number): unknown {
  if (typeof value === 'number') return by()
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((each) => numbers(each, by))
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, numbers(each, by)]))
}

test.each([0, -1, 1, 1e-320, 1e300, -1e300, 1.7976931348623157e308, Number.NaN, Number.POSITIVE_INFINITY])(
  'charts of nothing but %d are charts: no coordinate is NaN or infinite',
  async (value) => {
    for (const result of Object.values(results)) {
      const text = await Report.page(numbers(result, () => value) as Report.Result)
      for (const svg of text.match(/<svg[\s\S]*?<\/svg>/g) ?? [])
        expect(svg.match(/(?:\w="|[ ,(])-?(?:NaN|Infinity)/g)).toBeNull()
    }
  },
)

test('numbers of every size in one chart', async () => {
  const sizes = [1e-9, -3e12, 0, 1e300, 7, -1e-300, Number.POSITIVE_INFINITY, 0.5]
  let next = 0
  for (const result of Object.values(results)) {
    const text = await Report.page(numbers(result, () => sizes[next++ % sizes.length]!) as Report.Result)
    for (const svg of text.match(/<svg[\s\S]*?<\/svg>/g) ?? [])
      expect(svg.match(/(?:\w="|[ ,(])-?(?:NaN|Infinity)/g)).toBeNull()
  }
})

test('an interrupted result says so, and a whole one does not', async () => {
  expect(await Report.page({ ...simulated, complete: false })).toContain('<b>Interrupted.</b>')
  expect(await Report.page(simulated)).not.toContain('Interrupted')
})

test('a result of nothing is a page', async () => {
  const { attacks, history, pareto, sensitivity, profits, detection, evidence, ...rest } = tuned
  const none = { attacks: [], history: [], pareto: [], sensitivity: [], profits: [], detection: [], evidence: [] }
  const bare = { recommended: null, parameters: null, cost: null, closedForm: null, constraints: [] }
  const empty = { ...compared, complete: false, rows: [] }
  expect(await Report.page({ ...rest, ...none, ...bare, comparison: empty, complete: false })).toContain(
    'Nothing that was tried holds',
  )
  expect(await Report.page(empty)).toContain('0 of 0 policies are secure')
  expect(await Report.page({ ...simulated, cohorts: [] })).toContain('Nobody played')
})

test('thousands of points are drawn thinned, and all in the table', async () => {
  const points = Array.from({ length: 20_000 }, (_, sampled) => ({ sampled, evidence: 1 + (sampled % 7) }))
  const text = await Report.page({ ...tuned, evidence: [{ strategy: 'long', threshold: 1e6, points }] })
  expect(text).toContain('<data value="19999">19999</data>')
  expect(Math.max(...(text.match(/ d="[^"]*"/g) ?? []).map(({ length }) => length))).toBeLessThan(60_000)
})
