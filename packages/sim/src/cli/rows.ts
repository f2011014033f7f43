/**
 * Results as flat rows: CSV (RFC 4180) and JSON Lines, for spreadsheets, data frames and databases.
 *
 * @module
 */
import { nearest } from '@spotcheck/core/Nearest'
import type * as Comparison from '../Comparison.js'
import type * as Simulation from '../Simulation.js'
import type { Estimate } from '../Statistics.js'
import type { NetworkSummary } from '../Summary.js'
import { UsageError } from './Command.js'

/** What a cell may hold; null, and what is not finite, is nothing. */
export type Cell = number | string | boolean | null

/** A column: its name, and what stands in it. */
export type Column<of> = readonly [name: string, cell: (of: of) => Cell]

/** A simulation, and one of its cohorts. */
export type Of = Readonly<{ simulation: Simulation.Simulation; cohort: Simulation.CohortResult }>

const COUNTS = ['tasks', 'cheats', 'noisy', 'sampled', 'sampledCheats', 'disputes', 'caught', 'falseSlashes'] as const
const QUANTILES = ['q05', 'q25', 'q50', 'q75', 'q95']

/** Of a simulation, a row for each cohort. */
export const simulated: readonly Column<Of>[] = [
  ...(['engine', 'policy', 'seed', 'epochs', 'replications', 'complete'] as const).map(
    (name): Column<Of> => [name, ({ simulation }) => simulation[name]],
  ),
  ['strategy', ({ cohort }) => cohort.strategy],
  ['nodes', ({ cohort }) => cohort.nodes],
  ...COUNTS.map((name): Column<Of> => [name, ({ cohort }) => cohort.counts[name]]),
  ...estimate<Of>('profitPerTask', ({ cohort }) => cohort.profitPerTask),
  ...quantiles('profit', ({ cohort }) => cohort.profitQuantiles),
  ...estimate<Of>('captured', ({ cohort }) => cohort.captured),
  ...estimate<Of>('ejected', ({ cohort }) => cohort.ejected),
  ...estimate<Of>('falselySlashed', ({ cohort }) => cohort.falselySlashed),
  ['epochsToCapture', ({ cohort }) => cohort.epochsToCapture?.mean ?? null],
  ...quantiles('epochsToCapture', ({ cohort }) => cohort.epochsToCapture?.quantiles),
  ...estimate<Of>('giniOfLosses', ({ cohort }) => cohort.giniOfLosses),
  ['expectedProfitPerTask', ({ cohort }) => cohort.expectedProfitPerTask],
  ['expectedCaptured', ({ cohort }) => cohort.expectedCaptured],
  ...network<Of>(({ simulation }) => simulation.network),
]

/** Each cohort of a simulation. */
export function cohorts(simulation: Simulation.Simulation): readonly Of[] {
  return simulation.cohorts.map((cohort) => ({ simulation, cohort }))
}

/** A comparison, and one of its policies. */
type Policy = Readonly<{ comparison: Comparison.Comparison; row: Comparison.Row }>

/** Of a comparison, a row for each policy; `best` is the cheat that earns most. */
export const compared: readonly Column<Policy>[] = [
  ...(['seed', 'epochs', 'replications', 'complete'] as const).map(
    (name): Column<Policy> => [name, ({ comparison }) => comparison[name]],
  ),
  ['policy', ({ row }) => row.policy],
  ['options', ({ row }) => JSON.stringify(row.options)],
  ['holds', ({ row }) => row.holds],
  ['secure', ({ row }) => row.secure],
  ['finality', ({ row }) => row.finality],
  ...estimate<Policy>('falselySlashed', ({ row }) => row.falselySlashed),
  ['best', ({ row }) => best(row)?.strategy ?? null],
  ...estimate<Policy>('best.advantage', ({ row }) => best(row)?.advantage),
  ['best.cheated', ({ row }) => best(row)?.cheated ?? null],
  ['best.checked', ({ row }) => best(row)?.checked ?? null],
  ['best.captured', ({ row }) => best(row)?.captured ?? null],
  ['response', ({ row }) => row.bestResponse?.strategy ?? null],
  ['response.options', ({ row }) => (row.bestResponse ? JSON.stringify(row.bestResponse.options) : null)],
  ...estimate<Policy>('response.advantage', ({ row }) => row.bestResponse?.advantage),
  ...network<Policy>(({ row }) => row.network),
  ['why', ({ row }) => row.why],
]

/** Each policy of a comparison. */
export function policies(comparison: Comparison.Comparison): readonly Policy[] {
  return comparison.rows.map((row) => ({ comparison, row }))
}

function best({ attacks }: Comparison.Row): Comparison.Attack | undefined {
  return attacks.find(({ cheated }) => cheated > 0)
}

function network<of>(find: (of: of) => NetworkSummary): Column<of>[] {
  return [
    ['network.tasks', (of) => find(of).tasks],
    ...estimate<of>('network.errorRate', (of) => find(of).errorRate),
    ...estimate<of>('network.computeMultiplier', (of) => find(of).computeMultiplier),
    ...estimate<of>('network.verificationCost', (of) => find(of).verificationCost),
    ...estimate<of>('network.capitalCost', (of) => find(of).capitalCost),
  ]
}

/** The mean, and the ends of its interval. */
function estimate<of>(name: string, find: (of: of) => Estimate | null | undefined): Column<of>[] {
  return [
    [name, (of) => find(of)?.mean ?? null],
    [`${name}.low`, (of) => find(of)?.low ?? null],
    [`${name}.high`, (of) => find(of)?.high ?? null],
  ]
}

function quantiles(name: string, find: (of: Of) => readonly number[] | undefined): Column<Of>[] {
  return QUANTILES.map((quantile, i) => [`${name}.${quantile}`, (of) => find(of)?.[i] ?? null])
}

/** Cells as a line of CSV: those with a comma, a quote or a line break in quotes, their quotes doubled. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map((cell) => (isNothing(cell) ? '' : quoted(String(cell)))).join(',')}\r\n`
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function isNothing(cell: Cell): boolean {
  return cell === null || (typeof cell === 'number' && !Number.isFinite(cell))
}

/** Rows in the format, the names of the columns first where it has a place for them. */
export function rows<of>(format: 'csv' | 'jsonl', columns: readonly Column<of>[], all: readonly of[]): string {
  if (format === 'jsonl')
    return all
      .map((of) => `${JSON.stringify(Object.fromEntries(columns.map(([name, cell]) => [name, cell(of)])))}\n`)
      .join('')
  const lines = all.map((of) => csvLine(columns.map(([, cell]) => cell(of))))
  return [csvLine(columns.map(([name]) => name)), ...lines].join('')
}

const FORMATS = ['csv', 'jsonl'] as const

/**
 * The format that was asked for: of `--format`, or of `--json`; undefined for text.
 *
 * @throws UsageError if there is no such format, or both are given.
 */
export function formatOf(
  values: Readonly<{ format?: string | undefined; json?: boolean | undefined }>,
): 'csv' | 'jsonl' | 'json' | undefined {
  const { format, json } = values
  if (format === undefined) return json === true ? 'json' : undefined
  const found = FORMATS.find((one) => one === format)
  const near = nearest(format, [...FORMATS])
  const fix = near === undefined ? 'write --format csv' : `did you mean ${near}?`
  if (found === undefined) throw misuse(`--format can't be ${JSON.stringify(format)}.`, format, 'csv or jsonl', fix)
  if (json !== true) return found
  throw misuse('--json and --format ask for two formats.', format, 'one of them', 'leave --json out')
}

function misuse(message: string, value: string, rule: string, fix: string): UsageError {
  return new UsageError(message, { subject: '--format', value, rule, fix })
}
